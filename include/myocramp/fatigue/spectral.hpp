#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/core/reduce.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/signal/feature_table.hpp"
#include "myocramp/spectral/fft.hpp"
#include "myocramp/spectral/moments.hpp"
#include "myocramp/spectral/window.hpp"

namespace myocramp {

/// Windows in which the spectrum is measured.
struct SpectralOptions {
  double window_s = 1.0;
  double overlap = 0.5;
  double segment_s = 0.5;
  double low_hz = 20;
  double high_hz = 450;
};

template <class V>
void describe(SpectralOptions& o, V&& v) {
  v(o.window_s, Field{"window_s", "s", 0.05, 60, "length of a spectral window", "our default"});
  v(o.overlap, Field{"overlap", "1", 0, 0.95, "part of a window that the next one shares", "Welch 1967 IEEE Trans Audio 15:70"});
  v(o.segment_s,
    Field{"segment_s", "s", 0.02, 60, "length of the half-overlapping segments whose spectra are averaged in a window", "Welch 1967"});
  v(o.low_hz, Field{"low_hz", "Hz", 0, 1e6, "low edge of the band of the moments", "our default"});
  v(o.high_hz, Field{"high_hz", "Hz", 0.01, 1e6, "high edge of the band of the moments, below half the sampling rate", "our default"});
}

/// Holds that edges and lengths are in order. Throws: InvalidArgument E-OPTION.
inline void check_relations(const SpectralOptions& o) {
  if (o.low_hz >= o.high_hz) {
    throw InvalidArgument(
        {"E-OPTION", "", "spectral.low_hz", "less than high_hz = " + detail::number(o.high_hz), detail::number(o.low_hz)});
  }
  if (o.segment_s > o.window_s) {
    throw InvalidArgument(
        {"E-OPTION", "", "spectral.segment_s", "at most window_s = " + detail::number(o.window_s), detail::number(o.segment_s)});
  }
}

/// Measures mean and median frequency of one window of one channel at a time, from the averaged periodograms of its segments
/// (mean removed, Hann, half overlapping).
///
/// Units: V in, Hz out.  Windows start at absolute multiples of hop(), so that they never depend on how a signal is cut.
/// NaN in a window: NaN out.  Throws: InvalidArgument E-OPTION; DataError E-BAND when the band reaches the Nyquist frequency or holds no bin.
/// Source: Welch 1967 IEEE Trans Audio 15:70; the spectrum is that of scipy.signal.welch with nperseg = segment.
class SpectralWindow {
 public:
  SpectralWindow(const SpectralOptions& options, SampleRate rate)
      : length_(checked_length(options, rate)),
        hop_(std::max<Index>(1, static_cast<Index>(std::llround(static_cast<double>(length_) * (1 - options.overlap))))),
        segment_(std::max<Index>(2, rate.round(Seconds(options.segment_s)))),
        bin_hz_(rate.hertz() / static_cast<double>(segment_)),
        taper_(hann(segment_)),
        spectrum_(segment_),
        sum_(static_cast<std::size_t>(spectrum_.bins())),
        band_(band_bins(bin_hz_, spectrum_.bins(), options.low_hz, options.high_hz)) {
    if (band_.last < band_.first) {
      throw DataError({"E-BAND", "", "spectral.low_hz", "a band that holds one of the bins, " + detail::number(bin_hz_) + " Hz apart",
                       detail::number(options.low_hz) + " to " + detail::number(options.high_hz) + " Hz"});
    }
  }

  [[nodiscard]] Index length() const noexcept { return length_; }
  [[nodiscard]] Index hop() const noexcept { return hop_; }

  /// Moments of channel `c` of `x`, which holds length() rows.
  template <class T>
  SpectralMoments measure(ConstBlock<T> x, Index c) noexcept {
    std::fill(sum_.begin(), sum_.end(), 0.0);
    for (Index start = 0; start + segment_ <= length_; start += segment_ - segment_ / 2) {
      const auto in = spectrum_.input();
      for (Index i = 0; i < segment_; ++i) in[static_cast<std::size_t>(i)] = static_cast<double>(x(start + i, c));
      const double average = mean(in);
      if (!std::isfinite(average)) return {};
      for (std::size_t i = 0; i < in.size(); ++i) in[i] = (in[i] - average) * taper_[i];
      const auto power = spectrum_.power();
      for (std::size_t k = 0; k < power.size(); ++k) sum_[k] += power[k];
    }
    return spectral_moments(sum_, bin_hz_, band_);
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

  Index length_;
  Index hop_;
  Index segment_;
  double bin_hz_;
  std::vector<double> taper_;
  PowerSpectrum spectrum_;
  std::vector<double> sum_;  // of the segments' power
  BandBins band_;
};

/// Mean and median frequency over time: columns mnf_hz and mdf_hz, one row per window that lies wholly in the signal.
///
/// Shape: (n, c) -> rows of c values; none when the signal is shorter than one window.  Units: V -> Hz; time_s is the window's centre.
template <class T>
FeatureTable spectral_table(ConstBlock<T> x, SampleRate rate, const SpectralOptions& options = {}) {
  SpectralWindow window(options, rate);
  const Index rows = x.rows() < window.length() ? 0 : (x.rows() - window.length()) / window.hop() + 1;
  FeatureTable table;
  table.columns = {{"mnf_hz", Samples<double>(rows, x.channels())}, {"mdf_hz", Samples<double>(rows, x.channels())}};
  for (Index r = 0; r < rows; ++r) {
    const Index start = r * window.hop();
    table.time_s.push_back((static_cast<double>(start) + static_cast<double>(window.length()) / 2) / rate.hertz());
    for (Index c = 0; c < x.channels(); ++c) {
      const SpectralMoments m = window.measure<T>(x.rows(start, window.length()), c);
      table.columns[0].values(r, c) = m.mnf_hz;
      table.columns[1].values(r, c) = m.mdf_hz;
    }
  }
  return table;
}

}  // namespace myocramp
