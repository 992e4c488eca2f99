#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "myocramp/signal/covariate.hpp"
#include "myocramp/signal/event.hpp"
#include "myocramp/signal/signal.hpp"
#include "myocramp/signal/subject.hpp"
#include "myocramp/signal/truth.hpp"

namespace myocramp {

/// A signal of the file that cannot be used, and why.
struct Refusal {
  std::string signal;  ///< device or path
  std::string code;
  std::string reason;
};

/// One recording session: one or more signals with what is known about them.
///
/// Samples stay in the file until they are read; everything else is in memory. All times are seconds on the file's clock
/// (for the opensignals layout: since the first sample).
struct Recording {
  std::string path;           ///< empty for data from memory
  std::string layout;         ///< nwb, opensignals, matlab73, gtec, generic, memory
  std::string identifier;     ///< NWB's, or empty
  std::string description;    ///< of the session, or empty
  std::string session_start;  ///< the wall clock at 0 s: ISO 8601 with offset, or empty
  std::string session;        ///< the session's name, or empty
  Subject subject;
  std::vector<Signal> signals;
  std::vector<Refusal> refused;
  std::vector<Phase> protocol;                 ///< sorted by start
  std::vector<InvalidSpan> invalid_times;      ///< sorted by start; a signal's gaps are its own and not repeated here
  std::vector<StimTrain> stim_trains;          ///< sorted by start
  std::vector<AnnotatedSpan> annotated_spans;  ///< sorted by start
  std::vector<Event> labels;                   ///< what raters or a simulator said, sorted by onset; never used by detection
  std::vector<Covariate> covariates;
  Truth truth;                     ///< of a simulated recording; never used by detection
  std::vector<std::string> notes;  ///< what a reader should know: assumptions made, differences found

  /// Start of the first signal, s on the file's clock: often 0, and below 0 where the clock starts later. 0 without signals.
  [[nodiscard]] double start_s() const noexcept {
    double start = signals.empty() ? 0 : signals.front().start_s;
    for (const Signal& s : signals) start = std::min(start, s.start_s);
    return start;
  }
  /// End of the last signal, s on the file's clock. 0 without signals.
  [[nodiscard]] double end_s() const noexcept {
    double end = signals.empty() ? 0 : signals.front().start_s;
    for (const Signal& s : signals) end = std::max(end, s.start_s + s.duration_s());
    return end;
  }
  /// Length of the data in s: from the start of the first signal to the end of the last. 0 without signals.
  [[nodiscard]] double duration_s() const noexcept {
    const double start = start_s();
    double length = 0;
    for (const Signal& s : signals) length = std::max(length, s.start_s - start + s.duration_s());  // of one signal its own, to the bit
    return length;
  }
};

}  // namespace myocramp
