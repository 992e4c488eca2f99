#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <string_view>
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
  std::string posture{};                                              ///< such as "supine"; empty: not said
  double joint_angle_deg = std::numeric_limits<double>::quiet_NaN();  ///< NaN: not said
};

inline constexpr std::array<std::string_view, 6> kPhaseNames = {"rest", "mvc", "exercise", "stimulation", "stretch", "sleep"};

inline bool is_phase_name(std::string_view name) { return std::find(kPhaseNames.begin(), kPhaseNames.end(), name) != kPhaseNames.end(); }

/// The names for messages: "rest, mvc, ...".
inline std::string phase_choice() {
  std::string text;
  for (const std::string_view name : kPhaseNames) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

/// A stretch of time in seconds, half-open.
struct Span {
  double start_s = 0;
  double stop_s = 0;
};

/// A stretch that no result may rest on: an artefact, a lost electrode.
struct InvalidSpan : Span {
  std::string reason{};                 ///< such as "artefact"; empty: not said
  std::vector<std::string> channels{};  ///< empty: all
};

/// What one rater really looked at: the denominator of an honest false-alarm rate.
struct AnnotatedSpan : Span {
  std::string annotator{};
};

/// A train of electrical stimuli, from its first to its last pulse. NaN and empty text: not said.
struct StimTrain : Span {
  double frequency_hz = std::numeric_limits<double>::quiet_NaN();
  double n_pulses = std::numeric_limits<double>::quiet_NaN();
  double amplitude_a = std::numeric_limits<double>::quiet_NaN();
  double pulse_width_s = std::numeric_limits<double>::quiet_NaN();
  std::string site{};
  std::string elicited_cramp{};  ///< "yes", "no" or empty
};

}  // namespace myocramp
