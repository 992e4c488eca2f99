#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/fatigue/dimitrov.hpp"
#include "myocramp/signal/feature_table.hpp"
#include "myocramp/spectral/moments.hpp"
#include "myocramp/spectral/segments.hpp"

namespace myocramp {

/// Windows in which the spectrum is measured.
struct SpectralOptions {
  double window_s = 1.0;
  double overlap = 0.5;
  double segment_s = 0.5;
  double low_hz = 20;
  double high_hz = 450;
  double fi_low_hz = 8;
  double fi_high_hz = 500;
};

template <class V>
void describe(SpectralOptions& o, V&& v) {
  v(o.window_s, Field{"window_s", "s", 0.05, 60, "length of a spectral window", "our default"});
  v(o.overlap, Field{"overlap", "1", 0, 0.95, "part of a window that the next one shares", "Welch 1967 IEEE Trans Audio 15:70"});
  v(o.segment_s,
    Field{"segment_s", "s", 0.02, 60, "length of the half-overlapping segments whose spectra are averaged in a window", "Welch 1967"});
  v(o.low_hz, Field{"low_hz", "Hz", 0, 1e6, "low edge of the band of the moments", "our default"});
  v(o.high_hz, Field{"high_hz", "Hz", 0.01, 1e6, "high edge of the band of the moments, below half the sampling rate", "our default"});
  v(o.fi_low_hz, Field{"fi_low_hz", "Hz", 0.1, 1e6, "low edge of the band of Dimitrov's index", "our default"});
  v(o.fi_high_hz, Field{"fi_high_hz", "Hz", 0.1, 1e6,
                        "high edge of that band; the index has no answer where half the sampling rate is not above it", "our default"});
}

/// Holds that edges and lengths are in order. Throws: InvalidArgument E-OPTION.
inline void check_relations(const SpectralOptions& o) {
  if (o.low_hz >= o.high_hz) {
    throw InvalidArgument(
        {"E-OPTION", "", "spectral.low_hz", "less than high_hz = " + detail::number(o.high_hz), detail::number(o.low_hz)});
  }
  if (o.fi_low_hz >= o.fi_high_hz) {
    throw InvalidArgument(
        {"E-OPTION", "", "spectral.fi_low_hz", "less than fi_high_hz = " + detail::number(o.fi_high_hz), detail::number(o.fi_low_hz)});
  }
  if (o.segment_s > o.window_s) {
    throw InvalidArgument(
        {"E-OPTION", "", "spectral.segment_s", "at most window_s = " + detail::number(o.window_s), detail::number(o.segment_s)});
  }
}

/// What is measured in one window of one channel.
struct SpectralFeatures : SpectralMoments {
  double fi_nsm5 = std::numeric_limits<double>::quiet_NaN();  ///< Hz^-6
};

/// Measures mean frequency, median frequency and Dimitrov's index window by window while a signal passes through in blocks: each from the
/// averaged periodograms of the window's segments (mean removed, Hann, half overlapping).
///
/// Units: V in, Hz out, Hz^-6 for the index.  Windows start at absolute multiples of hop() from the first sample; the same bits for any
/// split into blocks.  Memory: fixed at construction.  NaN in a window: NaN out.  The index is NaN where its band does not lie below the
/// Nyquist frequency; the note of its column says so.
/// Throws: InvalidArgument E-OPTION; DataError E-BAND when the band of the frequencies reaches the Nyquist frequency or holds no bin.
/// Source: Welch 1967 IEEE Trans Audio 15:70; the spectrum is that of scipy.signal.welch with nperseg = segment.
class SpectralWindows {
 public:
  SpectralWindows(const SpectralOptions& options, SampleRate rate, Index channels)
      : options_(options),
        rate_(rate),
        length_(checked_length(options, rate)),
        segments_(grid(options, rate, length_), SegmentMean::kRemove, channels),
        bin_hz_(rate.hertz() / static_cast<double>(segments_.grid().length)),
        band_(band_bins(bin_hz_, segments_.bins(), options.low_hz, options.high_hz)),
        open_((length_ - segments_.grid().length) / hop() + 1) {
    if (band_.last < band_.first) {
      throw DataError({"E-BAND", "", "spectral.low_hz", "a band that holds one of the bins, " + detail::number(bin_hz_) + " Hz apart",
                       detail::number(options.low_hz) + " to " + detail::number(options.high_hz) + " Hz"});
    }
    used_ = band_;
    const BandBins fi = band_bins(bin_hz_, segments_.bins(), options.fi_low_hz, options.fi_high_hz);
    if (options.fi_high_hz < rate.nyquist() && fi.first <= fi.last) {
      index_.emplace(bin_hz_, fi);
      used_ = {std::min(band_.first, fi.first), std::max(band_.last, fi.last)};
    }
    sums_.resize(static_cast<std::size_t>(open_ * channels * segments_.bins()), 0);
  }

  [[nodiscard]] Index length() const noexcept { return length_; }
  [[nodiscard]] Index hop() const noexcept { return segments_.grid().hop; }
  /// Windows that lie wholly in a signal of so many samples.
  [[nodiscard]] Index windows(Index samples) const noexcept { return samples < length_ ? 0 : (samples - length_) / hop() + 1; }

  /// Forgets the signal.
  void reset() noexcept {
    segments_.reset();
    done_ = 0;
  }

  /// Takes the next rows, and calls sink(window, channel, features) for every window that they complete.
  template <class T, class Sink>
  void add(ConstBlock<T> x, Sink&& sink) {
    const Index end = segments_.rows() + x.rows();
    segments_.add(x, [&](Index start, Index channel, std::span<const std::complex<double>> spectrum) {
      if (channel == 0) complete(start, end, sink);
      add_segment(start, channel, spectrum);
    });
    complete(std::numeric_limits<Index>::max(), end, sink);
  }

  /// A table for the windows of a signal of so many samples that begins at `start_s`: mnf_hz, mdf_hz and fi_nsm5, all NaN, with their bands
  /// as notes; put() fills it.
  [[nodiscard]] FeatureTable table(Index samples, double start_s = 0) const {
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    const Index rows = windows(samples);
    const auto none = [&] { return Samples<double>(Samples<double>::Constant(rows, segments_.channels(), kNaN)); };
    const std::string band = detail::number(options_.low_hz) + " to " + detail::number(options_.high_hz) + " Hz";
    FeatureTable table;
    table.columns = {{"mnf_hz", none(), band}, {"mdf_hz", none(), band}, {"fi_nsm5", none(), index_note()}};
    for (Index r = 0; r < rows; ++r) {
      table.time_s.push_back(start_s + (static_cast<double>(r * hop()) + static_cast<double>(length_) / 2) / rate_.hertz());
    }
    return table;
  }

  /// Writes what add() gave to a table() of it.
  static void put(FeatureTable& table, Index window, Index channel, const SpectralFeatures& f) noexcept {
    table.columns[0].values(window, channel) = f.mnf_hz;
    table.columns[1].values(window, channel) = f.mdf_hz;
    table.columns[2].values(window, channel) = f.fi_nsm5;
  }

 private:
  static Index checked_length(const SpectralOptions& o, SampleRate rate) {
    check(o, "spectral");
    check_relations(o);
    if (o.high_hz >= rate.nyquist()) {
      throw DataError({"E-BAND", "", "spectral.high_hz", "below the Nyquist frequency " + detail::number(rate.nyquist()) + " Hz",
                       detail::number(o.high_hz) + " Hz"});
    }
    return std::max<Index>(2, rate.round(Seconds(o.window_s)));
  }

  static SegmentGrid grid(const SpectralOptions& o, SampleRate rate, Index length) {
    SegmentGrid g;
    g.length = std::min(length, std::max<Index>(2, rate.round(Seconds(o.segment_s))));
    g.hop = std::max<Index>(1, static_cast<Index>(std::llround(static_cast<double>(length) * (1 - o.overlap))));
    g.step = g.length - g.length / 2;
    g.per_window = (length - g.length) / g.step + 1;
    return g;
  }

  [[nodiscard]] std::string index_note() const {
    const std::string band = detail::number(options_.fi_low_hz) + " to " + detail::number(options_.fi_high_hz) + " Hz";
    if (index_) return band;
    if (options_.fi_high_hz >= rate_.nyquist()) {
      return "no answer: the band " + band + " does not lie below the Nyquist frequency " + detail::number(rate_.nyquist()) +
             " Hz; fi_high_hz sets another";
    }
    return "no answer: the band " + band + " holds none of the bins, " + detail::number(bin_hz_) + " Hz apart";
  }

  // Sum of the power of a window's segments; index: bin of the whole spectrum.
  [[nodiscard]] std::span<double> sum(Index window, Index channel) noexcept {
    const Index bins = segments_.bins();
    return {sums_.data() + (window % open_ * segments_.channels() + channel) * bins, static_cast<std::size_t>(bins)};
  }

  // Adds a segment to every window that it is part of.
  void add_segment(Index start, Index channel, std::span<const std::complex<double>> spectrum) noexcept {
    const SegmentGrid& g = segments_.grid();
    const Index before = start - (g.per_window - 1) * g.step;
    for (Index w = before <= 0 ? 0 : (before + g.hop - 1) / g.hop; w * g.hop <= start; ++w) {
      if ((start - w * g.hop) % g.step != 0) continue;
      double* to = sum(w, channel).data();
      if (start == w * g.hop) std::fill(to + used_.first, to + used_.last + 1, 0.0);
      if (spectrum.empty()) std::fill(to + used_.first, to + used_.last + 1, std::numeric_limits<double>::quiet_NaN());
      for (Index k = used_.first; k <= used_.last && !spectrum.empty(); ++k)
        to[k] += squared_magnitude(spectrum[static_cast<std::size_t>(k)]);
      if (used_.first == 0 && !spectrum.empty()) to[0] -= squared_magnitude(spectrum[0]) / 2;  // the others stand for their mirrors too
    }
  }

  // The windows that lie before row `end` and whose last segment starts before row `next`, where the next one to be added does.
  template <class Sink>
  void complete(Index next, Index end, Sink& sink) {
    const SegmentGrid& g = segments_.grid();
    while (done_ * g.hop + length_ <= end && done_ * g.hop + (g.per_window - 1) * g.step < next) {
      for (Index c = 0; c < segments_.channels(); ++c) {
        const std::span<const double> power = sum(done_, c);
        SpectralFeatures f;
        static_cast<SpectralMoments&>(f) = spectral_moments(power, bin_hz_, band_);
        if (index_) f.fi_nsm5 = index_->index(power);
        sink(done_, c, f);
      }
      ++done_;
    }
  }

  SpectralOptions options_;
  SampleRate rate_;
  Index length_;
  SegmentSpectra segments_;
  double bin_hz_;
  BandBins band_;
  BandBins used_;  // that either measure needs
  std::optional<DimitrovIndex> index_;
  Index open_;  // windows that a segment may be part of before the first of them is complete
  Index done_ = 0;
  std::vector<double> sums_;  // (window modulo open_, channel, bin)
};

/// Mean frequency, median frequency and Dimitrov's index over time: columns mnf_hz, mdf_hz and fi_nsm5, one row per window that lies wholly
/// in the signal.
///
/// Shape: (n, c) -> rows of c values; none when the signal is shorter than one window.  Units: V -> Hz, Hz^-6; time_s is the window's
/// centre.  Throws: as SpectralWindows.
template <class T>
FeatureTable spectral_table(ConstBlock<T> x, SampleRate rate, const SpectralOptions& options = {}) {
  SpectralWindows windows(options, rate, x.channels());
  FeatureTable table = windows.table(x.rows());
  windows.add(x, [&table](Index r, Index c, const SpectralFeatures& f) { SpectralWindows::put(table, r, c, f); });
  return table;
}

}  // namespace myocramp
