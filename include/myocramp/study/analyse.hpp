#pragma once

#include <functional>
#include <string>
#include <vector>

#include "myocramp/cramp/measures.hpp"
#include "myocramp/quality/quality.hpp"
#include "myocramp/signal/episode.hpp"
#include "myocramp/signal/recording.hpp"
#include "myocramp/study/config.hpp"

namespace myocramp {

/// How one recording is to be analysed.
struct AnalyseOptions {
  Config config;
  std::string phase;                     ///< of recordings without a protocol; empty: not known
  std::vector<std::string> channels;     ///< names or patterns with *; empty: all
  std::function<void(double)> progress;  ///< called with the part done, 0 to 1; may throw to stop
};

/// Samples of one channel that have no answer: NaN, infinite, or in a stretch between such that is too short for the filter.
struct Gaps {
  std::string channel;
  Index samples = 0;
  double duration_s = 0;
};

/// The mains hum that was found in one channel and taken off it, docs/methods/mains.md.
struct Hum {
  struct Multiple {
    int number = 0;          ///< 1: the mains itself
    Index segments = 0;      ///< from which it was taken
    double mean_square = 0;  ///< of its amplitude (V peak) over the channel
  };
  double mains_hz = 0;      ///< 0: none
  Index looked = 0;         ///< windows that were looked at
  Index positive = 0;       ///< of them, those with hum
  double frequency_hz = 0;  ///< mean, weighted by power; 0: nothing was removed
  double lowest_hz = 0;
  double highest_hz = 0;
  Index segments = 0;  ///< of half a second
  Index with_hum = 0;  ///< of them, those from which something was removed
  std::vector<Multiple> multiples;
};

/// The quality of one signal that was analysed, docs/methods/quality.md.
struct Quality {
  std::string name;  ///< of the signal
  std::vector<std::string> channels;
  SampleRate rate{1.0};
  double start_s = 0;  ///< of sample 0
  SignalQuality measured;
  std::vector<Hum> hum;  ///< one per channel
};

/// What an analysis found.
struct Analysis {
  std::vector<Episode> episodes;  ///< sorted by onset, then channel
  std::vector<Rejected> rejected;
  std::vector<SignalFeatures> features;  ///< one per usable signal
  std::vector<Refusal> refused;          ///< signals that could not be used
  std::vector<Quality> quality;          ///< one per usable signal
  std::vector<InvalidSpan>
      artefacts;  ///< what was found in the samples, sorted by start, then channel; with the invalid times of the recording it names episodes
  std::vector<Gaps> gaps;               ///< channels with any
  std::vector<Phase> protocol;          ///< as it was used
  std::vector<std::string> notes;       ///< what a reader of the result should know
  double start_s = 0;                   ///< of the first signal that was analysed, on the recording's clock
  double duration_s = 0;                ///< from there to the end of the last one
  int n_channels = 0;                   ///< analysed
  double baseline_uv = Episode::kNone;  ///< median over channels of the median RMS at rest

  /// End of the last signal that was analysed, on the recording's clock.
  [[nodiscard]] double end_s() const noexcept { return start_s + duration_s; }
};

/// Finds, names and measures the episodes of a recording: condition, features, activity, episodes, measures.
///
/// Samples are read in blocks of kGridBlock with the filter's warm-up behind them, in long recordings twice where something may be active;
/// features take about 1 MB per channel and hour, samples none. A signal that cannot be used (a band at or above its Nyquist frequency, too short for
/// the filter) is refused with its
/// reason; when none is left, its error is thrown.
/// Throws: InvalidArgument (E-OPTION, E-PHASE); DataError (E-BAND, E-SHORT, E-CHANNEL, what reading throws); IoError.
Analysis analyse(const Recording& recording, const AnalyseOptions& options);

}  // namespace myocramp
