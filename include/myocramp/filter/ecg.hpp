#pragma once

#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/options.hpp"
#include "myocramp/core/processor.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/filter/sos.hpp"

namespace myocramp {

/// How heart beats are looked for and removed.
struct EcgOptions {
  double threshold = 6;
  double least_correlation = 0.7;
  int least_beats = 8;
  double fastest_bpm = 220;
  double slowest_bpm = 30;
};

template <class V>
void describe(EcgOptions& o, V&& v) {
  v(o.threshold, Field{"threshold", "1", 2, 100, "power of a beat at 10 to 40 Hz over the median power around it", "our default"});
  v(o.least_correlation,
    Field{"least_correlation", "1", 0.2, 0.99, "of a beat with the mean of the others, at 10 to 100 Hz", "our default"});
  v(o.least_beats, Field{"least_beats", "1", 4, 60, "alike within 35 s, below which there is no ECG", "our default"});
  v(o.fastest_bpm, Field{"fastest_bpm", "1/min", 60, 240, "heart rate above which there is no ECG", "our default"});
  v(o.slowest_bpm, Field{"slowest_bpm", "1/min", 15, 60, "heart rate below which there is no ECG", "our default"});
}

/// One heart beat that was taken off a channel.
struct EcgBeat {
  Index channel = 0;
  double sample = 0;     ///< of the middle of its QRS complex (centre of the template's power within 60 ms), to a fraction of a sample
  double amplitude = 1;  ///< of its template
};

/// What was found and removed in one channel.
struct EcgReport {
  Index beats = 0;      ///< taken off
  Index unmatched = 0;  ///< peaks as high as a beat but of another shape, while there was an ECG
  Index steps = 0;      ///< of 5 s
  Index steps_with_ecg = 0;
  double rate_bpm = 0;  ///< mean over those steps of 60 s / median interval; NaN: no ECG
  double height = 0;    ///< mean over those steps of the template's range, in the unit of the signal; NaN: no ECG
};

/// Removes the heart's ECG from EMG by subtraction of a template that follows the recording.
///
/// Shape: (n, c) -> (n, c), in place allowed.  Units: any.  Delay: delay() samples (30 s): row n of the output is sample n - delay() of the
/// input, NaN before the first. Push delay() rows of NaN to get the rest: the end of a signal is a gap.
/// Work goes in steps of 5 s counted from the first sample, each from the 15 s on both its sides, so that splits never move a bit. Where
/// no ECG is found samples keep their bits.  Gaps (NaN, infinite): come out as NaN; beats that touch one are no part of a template.
/// Numbers beyond 1e150 are gaps to the search, and come out as the others do.
/// Memory: 45 s.  Throws: InvalidArgument E-OPTION; DataError E-BAND for rates of 200 Hz and below.
/// Source: subtraction of an ensemble average, an old practice; search, test, fit and windows are ours.
class EcgRemoval {
 public:
  static constexpr Index kNoReference = -1;

  /// `reference`: the channel in which beats are found for all; it keeps its bits. Without one each channel is searched for itself.
  EcgRemoval(const EcgOptions& options, SampleRate rate, Index channels, Index reference = kNoReference);

  [[nodiscard]] Index channels() const noexcept { return channels_; }
  [[nodiscard]] Index delay() const noexcept { return 6 * step_; }

  void reset() noexcept;

  template <class T>
  void process(ConstBlock<T> x, Block<T> y) noexcept;

  /// What was removed so far, one per channel.
  [[nodiscard]] std::vector<EcgReport> report() const;

  /// The beats removed since the last call, in order of time within each channel. Ask after every kGridBlock rows; those beyond are counted only.
  [[nodiscard]] std::vector<EcgBeat> take_beats();

 private:
  struct Candidate {
    Index centre = 0;  // in the slow signal
    double shift = 0;  // of the best match, in its samples
    double rho = 0;
    double norm = 0;
    double amplitude = 1;  // of the template, in the channel at hand
    bool matched = false;
  };
  struct Wave {  // a template
    Index before = 0;
    Index after = 0;
    double height = 0;
  };

  void push(Index count) noexcept;
  void step() noexcept;
  void find(Index channel) noexcept;
  void smooth_energy(Index channel) noexcept;
  void seek_peaks() noexcept;
  [[nodiscard]] double local_level(Index block) noexcept;
  bool align(Index channel) noexcept;
  void match(const double* slow, Candidate& beat, const double* pattern) const noexcept;
  bool is_heart() noexcept;
  void subtract(Index channel) noexcept;
  bool draw_slow_template(Index channel) noexcept;
  bool draw_template(Index channel, Wave& wave) noexcept;
  [[nodiscard]] double middle_of(const Wave& wave) const noexcept;
  [[nodiscard]] bool reaches(Index channel) const noexcept;
  [[nodiscard]] bool use(const Candidate& beat) const noexcept;
  [[nodiscard]] double amplitude(Index channel, const Candidate& beat) const noexcept;
  [[nodiscard]] double time(const Candidate& beat) const noexcept {
    return (static_cast<double>(beat.centre) + beat.shift) * static_cast<double>(slow_);
  }
  [[nodiscard]] double* samples(Index c) noexcept { return samples_.data() + c * 9 * step_; }
  [[nodiscard]] const double* slow(Index c) const noexcept { return slow_samples_.data() + c * (9 * step_ / slow_); }

  EcgOptions options_;
  SampleRate rate_;
  Index channels_;
  Index reference_;
  Index slow_;   // samples per sample of the slow signal, at 500 Hz and more
  Index block_;  // samples per block of energy, 5 ms
  Index step_;   // samples, a multiple of both
  Index half_;   // of the window of a QRS complex, in the slow signal
  Index reach_;  // of the search for the best match, in the slow signal
  SosFilter<double> energy_filter_;
  SosFilter<double> shape_filter_;

  Index filled_ = 0;                  // of the 9 steps; the middle one is worked on
  Index origin_ = 0;                  // sample of the signal at which the 9 steps begin
  std::vector<double> samples_;       // (channel, 9 steps)
  std::vector<double> slow_samples_;  // (channel, 9 steps / slow), 10 to 100 Hz
  std::vector<double> energy_;        // (channel, 9 steps / block), 10 to 40 Hz; NaN: a gap
  std::vector<double> removed_;       // (channel, 3 steps) from the step before the middle one on
  std::vector<double> out_;           // (channel, step)
  std::vector<double> last_;          // last usable sample of each channel
  Samples<double> rows_;              // the filters' input and outputs
  Samples<double> passed_;

  std::vector<double> smooth_;
  std::vector<double> levels_;
  std::vector<double> scratch_;
  std::vector<Candidate> beats_;
  std::vector<double> pattern_;
  std::vector<double> others_;
  std::vector<double> gathered_;  // (template sample, beat)
  std::vector<double> template_;
  std::vector<double> slow_template_;
  double slow_power_ = 0;
  double interval_s_ = 0;
  std::vector<EcgBeat> taken_;
  std::vector<EcgReport> report_;
};

/// The cleaned signal, what was taken off it, and when.
template <class T>
struct EcgCleaned {
  Samples<T> x;
  std::vector<EcgReport> report;
  std::vector<EcgBeat> beats;  ///< by time within each channel
};

/// The batch form. Shape: (n, c) -> (n, c), no delay. Throws: what EcgRemoval throws.
template <class T>
EcgCleaned<T> remove_ecg(ConstBlock<T> x, SampleRate rate, const EcgOptions& options = {}, Index reference = EcgRemoval::kNoReference);

}  // namespace myocramp
