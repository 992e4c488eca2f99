#pragma once

#include <limits>
#include <string>
#include <vector>

namespace myocramp {

/// One row of an event table: what a rater, a file or a detector says happened between onset and offset.
///
/// Times are seconds on the recording's clock; NaN and empty text are "n/a". The nine columns and their order are
/// those of docs/file-format.md.
struct Event {
  double onset_s = 0;
  double duration_s = 0;
  std::string trial_type;             ///< cramp, sustained, twitch, fasciculation, voluntary, stimulated, artefact, bckg or phase:<name>
  std::vector<std::string> channels;  ///< empty: not said
  double confidence = std::numeric_limits<double>::quiet_NaN();
  std::string annotator;
  std::string label_source;  ///< manual, auto, consensus, simulated
  double score = std::numeric_limits<double>::quiet_NaN();
  std::string detector;

  [[nodiscard]] double offset_s() const noexcept { return onset_s + duration_s; }
};

/// A stretch of the protocol in seconds, half-open: phase is rest, mvc, exercise, stimulation, stretch or sleep.
struct Phase {
  double start_s = 0;
  double stop_s = 0;
  std::string name;
};

/// A stretch of time in seconds, half-open.
struct Span {
  double start_s = 0;
  double stop_s = 0;
};

}  // namespace myocramp
