#pragma once

#include <array>
#include <limits>
#include <string>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/options.hpp"
#include "myocramp/filter/artefacts.hpp"
#include "myocramp/spectral/fft.hpp"
#include "myocramp/spectral/moments.hpp"

namespace myocramp {

/// How the quality of a raw signal is judged.
struct QualityOptions {
  double span_s = 10;
  double segment_s = 0.5;
  double low_hz = 20;
  double high_hz = 450;
  double mains_hz = 0;
  double active_ratio = 2;
  double flat_s = 0.5;
  double lead_off_db = 20;
  double longest_activity_s = 1200;
  int clipped_run = 3;
  int repeated_run = 5;
};

template <class V>
void describe(QualityOptions& o, V&& v) {
  v(o.span_s, Field{"span_s", "s", 0.1, 86400, "length of the spans that are judged, a multiple of segment_s", "our default"});
  v(o.segment_s, Field{"segment_s", "s", 0.1, 10, "length of the segments whose spectra are measured", "our default"});
  v(o.low_hz, Field{"low_hz", "Hz", 1, 1e6, "low edge of the EMG band; what lies below is movement and drift", "our default"});
  v(o.high_hz, Field{"high_hz", "Hz", 1, 1e6, "high edge of the EMG band, below half the sampling rate", "our default"});
  v(o.mains_hz, Field{"mains_hz", "Hz", 0, 1000, "of the power line; 0: 50 or 60, whichever is stronger", "our default"});
  v(o.active_ratio, Field{"active_ratio", "1", 1.01, 100, "a segment at least this much above the level at rest is active", "our default"});
  v(o.flat_s, Field{"flat_s", "s", 0.001, 3600, "equal samples for at least this long are a flat line", "our default"});
  v(o.lead_off_db, Field{"lead_off_db", "dB", 0, 200, "hum this far above all else in the band is that of an open lead", "our default"});
  v(o.longest_activity_s, Field{"longest_activity_s", "s", 60, 86400,
                                "a lift of the level that lasts less is activity, not drift of the baseline", "our default"});
  v(o.clipped_run,
    Field{"clipped_run", "1", 2, 1000, "equal samples in a row at an extreme of the channel that are clipped", "our default"});
  v(o.repeated_run, Field{"repeated_run", "1", 2, 1000, "equal samples in a row that are repeats, up to flat_s", "our default"});
}

/// The measures of one channel over a stretch. Ratios in dB; shares are of the stretch's samples, 0 to 1. NaN: no answer.
struct QualityMeasures {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  double snr_db = kNone;     ///< power of active segments less that at rest, over that at rest; NaN where nothing is active
  double mains_db = kNone;   ///< hum and its harmonics over all else in the band; NaN where no hum stands out
  double low_ratio = kNone;  ///< power below the band over power in it: above 1 is contamination
  double clipped = 0;        ///< share in runs at the channel's largest or smallest value, or at a known rail
  double flat = 0;           ///< share in runs of equal samples of flat_s and more
  double repeated = 0;       ///< share in shorter runs of equal samples
  double missing = 0;        ///< share that is NaN or infinite
  double lead_off = 0;       ///< share with an open lead
  double artefact = 0;       ///< share in movements, noise and spikes
};

/// The names of the measures, in the order of values().
inline constexpr std::array<const char*, 9> kQualityNames = {"snr_db",   "mains_db", "low_ratio", "clipped", "flat",
                                                             "repeated", "missing",  "lead_off",  "artefact"};
std::array<double, 9> values(const QualityMeasures& m);

/// A stretch of one channel that no result may rest on.
struct Artefact {
  Interval rows;
  const char* reason = "";  ///< "motion", "noise", "spike" or "lead off"
};

struct ChannelQuality {
  QualityMeasures all;                 ///< over the signal: shares of all samples, medians of the spans' ratios
  std::vector<QualityMeasures> spans;  ///< of each span
  std::vector<Artefact> artefacts;     ///< sorted by begin
  std::vector<std::string> flags;      ///< what is poor: "noisy", "mains", "low_frequency", "clipped", "flat", "missing", "lead_off"
  /// The converter's step, V, or where it is not known that of the grid on which coarse samples stand; NaN: none is seen.
  double step_v = QualityMeasures::kNone;
  /// Where most of a channel is digital silence, as in gated or simulated recordings, and no open lead: a step that is small beside what lies
  /// between, V, and not beside the ringing of filters; else NaN.
  double silence_v = QualityMeasures::kNone;
};

struct SignalQuality {
  Index span = 0;                            ///< samples of a span; the last may be shorter
  Index segment = 0;                         ///< samples of a segment
  double mains_hz = QualityMeasures::kNone;  ///< that was used for mains_db; NaN: no hum
  std::vector<ChannelQuality> channels;
};

/// Judges the quality of a raw signal that passes through in blocks; docs/methods/quality.md defines each measure.
///
/// Spans and segments lie at absolute multiples from the first sample: any split into blocks gives the same bits. Memory: 20 bytes for each
/// channel and segment, about 0.15 MB for each channel and hour, samples none; answers come at the end, for the level at rest is learnt from
/// minutes on both sides.  Units: V in; times 1024 the same answers.
/// NaN and infinite samples are `missing`; a segment with one has no spectrum.  Squares beyond double: no answer.
/// Throws: InvalidArgument E-OPTION; DataError E-BAND when the band reaches the Nyquist frequency.  add() throws only for memory.
class QualityMeter {
 public:
  QualityMeter(const QualityOptions& options, const ArtefactOptions& artefacts, SampleRate rate, Index channels);

  /// Volts per converter step and the least and largest voltages that the converter gives, of one channel; NaN: not known.
  void set_converter(Index channel, double step_v, double lowest_v, double highest_v);

  /// Takes the next rows.
  template <class T>
  void add(ConstBlock<T> x);

  /// After the last row. Call it once.
  SignalQuality finish();

 private:
  static constexpr Index kTogether = 8;

  struct Extreme {
    double value = 0;
    Index count = 0;  // samples in runs of it
    bool any = false;
    void note(double v, Index n, bool higher);
  };
  struct Span {
    Index samples = 0, missing = 0, flat = 0, repeated = 0, railed = 0;
    Extreme high, low;
    double low_power = QualityMeasures::kNone, band_power = QualityMeasures::kNone;
    std::array<double, 2> hum{};  // of 50 and 60 Hz, or of the one that is given
  };
  // The step that all changes of a channel are multiples of.
  struct Grid {
    double step = QualityMeasures::kNone;
    Index changes = 0;
    bool none = false;
    void note(double from, double to);
  };
  struct Lane {  // a channel
    double last = QualityMeasures::kNone;
    Index run = 0;
    double most = -std::numeric_limits<double>::infinity(), least = std::numeric_limits<double>::infinity();
    double step_v = QualityMeasures::kNone;
    Grid grid;  // where that is not known
    double lowest_v = -std::numeric_limits<double>::infinity(), highest_v = std::numeric_limits<double>::infinity();
    std::vector<Span> spans;
    std::vector<float> low, band;           // RMS of each segment, V
    std::vector<float> middle, high;        // root of the mean density of middle_bins_ and high_bins_, of each segment
    std::vector<unsigned char> states;      // of each segment: bit 0 hum dominates, bit 1 constant
    double still = QualityMeasures::kNone;  // the value of the first that is constant
    bool one_still = true;                  // and of all others
    std::vector<Interval> spikes;
    std::vector<double> power;  // sum of the spectra of the span so far
    Index segments = 0;         // in it
  };

  void judge_segment(Index rows);
  bool pass_over(Lane& lane, ConstBlock<double> x, double most, double least) const;
  void count_runs(Lane& lane, ConstBlock<double> x, Index first);
  void end_run(Lane& lane, Index end);
  void measure_spectra(Index at, Index first, Index count);
  void take_spectrum(Lane& lane);
  void close_span(Lane& lane);
  [[nodiscard]] double hum_power(const double* power, double mains_hz) const;
  Span& span_of(Lane& lane, Index row);
  [[nodiscard]] std::vector<double> levels_at_rest(std::vector<float> levels, double floor, const std::vector<Interval>& off) const;
  [[nodiscard]] std::vector<double> low_at_rest(std::vector<float> levels, double floor, const std::vector<Interval>& off) const;
  [[nodiscard]] double silence(const Lane& lane) const;
  [[nodiscard]] std::vector<Interval> find_noise(const Lane& lane, const std::vector<Interval>& off) const;
  ChannelQuality finish_channel(Lane& lane, std::size_t which);

  QualityOptions options_;
  ArtefactOptions artefacts_;
  SampleRate rate_;
  Index channels_;
  Index segment_;
  Index per_span_;  // segments
  Index flat_;
  double bin_hz_;
  double scale_;  // |X|^2 to mean square
  std::vector<double> taper_;
  PowerSpectrum spectrum_;
  BandBins low_bins_;
  BandBins band_bins_;
  std::vector<Index> middle_bins_;  // where muscle is strong, and where it is weak; both empty where the rate is too low to tell
  std::vector<Index> high_bins_;
  Index last_bin_ = 0;  // of the spectra that are looked at
  std::array<double, 2> mains_hz_{};
  SpikeRule spike_rule_;
  std::vector<Lane> lanes_;
  Samples<double> rows_;  // from first_row_ on: what spikes need before the segment, the segment, what they need behind it
  Index first_row_ = 0;
  Index end_ = 0;              // rows that have passed
  Index next_ = 0;             // begin of the next segment
  std::vector<double> power_;  // scratch
  std::array<double, kTogether> average_{};
  std::vector<double> most_, least_, plain_;  // of each channel in a tile of rows
};

extern template void QualityMeter::add<float>(ConstBlock<float>);
extern template void QualityMeter::add<double>(ConstBlock<double>);

}  // namespace myocramp
