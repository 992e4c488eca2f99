#pragma once

#include <algorithm>
#include <cassert>
#include <complex>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/spectral/density.hpp"
#include "myocramp/spectral/segments.hpp"

namespace myocramp {

/// Segments of a Welch spectrum or a spectrogram.
struct SegmentOptions {
  double segment_s = 0.5;
  double overlap = 0.5;
};

template <class V>
void describe(SegmentOptions& o, V&& v) {
  v(o.segment_s, Field{"segment_s", "s", 0.002, 60, "length of a segment", "our default"});
  v(o.overlap, Field{"overlap", "1", 0, 0.99, "part of a segment that the next one shares", "Welch 1967 IEEE Trans Audio 15:70"});
}

/// Samples of a segment. Throws: InvalidArgument E-OPTION.
inline SegmentGrid segment_grid(const SegmentOptions& options, SampleRate rate) {
  check(options, "spectral");
  const Index length = rate.round(Seconds(options.segment_s));
  if (length < 2) {
    throw InvalidArgument({"E-OPTION", "", "spectral.segment_s", "at least 2 samples at " + detail::number(rate.hertz()) + " Hz",
                           detail::number(options.segment_s) + " s"});
  }
  return {.length = length, .hop = length - shared_samples(length, options.overlap)};
}

/// The power spectral density of a whole signal that passes through in blocks: the mean of the periodograms of its segments (mean removed,
/// Hann).
///
/// Units: V -> V^2/Hz, one-sided.  Memory: fixed at construction; the same bits for any split into blocks.  Edges: only segments that lie
/// wholly in the signal.  NaN: a segment with one makes its channel NaN.  Throws: InvalidArgument E-OPTION.
/// Source: Welch 1967 IEEE Trans Audio 15:70; agrees with scipy.signal.welch.
class Welch {
 public:
  Welch(const SegmentOptions& options, SampleRate rate, Index channels)
      : segments_(segment_grid(options, rate), SegmentMean::kRemove, channels),
        scale_(segments_.taper(), rate),
        sum_(static_cast<std::size_t>(channels * segments_.bins()), 0) {}

  /// Bins of the density: k / bins * rate / 2.
  [[nodiscard]] Index bins() const noexcept { return segments_.bins(); }
  [[nodiscard]] double bin_hz() const noexcept { return scale_.bin_hz(); }
  /// Segments averaged so far.
  [[nodiscard]] Index segments() const noexcept { return count_; }

  void reset() noexcept {
    segments_.reset();
    std::fill(sum_.begin(), sum_.end(), 0.0);
    count_ = 0;
  }

  template <class T>
  void add(ConstBlock<T> x) noexcept {
    segments_.add(x, [this](Index, Index channel, std::span<const std::complex<double>> spectrum) {
      const std::span<double> sum = of(channel);
      if (spectrum.empty()) std::fill(sum.begin(), sum.end(), std::numeric_limits<double>::quiet_NaN());
      for (std::size_t k = 0; k < spectrum.size(); ++k) sum[k] += squared_magnitude(spectrum[k]);
      if (channel == segments_.channels() - 1) ++count_;
    });
  }

  /// Writes the density of one channel to `out` (bins() values); NaN before the first segment.
  void density(Index channel, std::span<double> out) const noexcept {
    assert(static_cast<Index>(out.size()) == bins());
    const double* sum = sum_.data() + channel * bins();
    for (Index k = 0; k < bins(); ++k) {
      out[static_cast<std::size_t>(k)] = scale_(k, sum[k] / static_cast<double>(count_));
    }
  }

 private:
  std::span<double> of(Index channel) noexcept { return {sum_.data() + channel * bins(), static_cast<std::size_t>(bins())}; }

  SegmentSpectra segments_;
  DensityScale scale_;
  std::vector<double> sum_;  // (channel, bin)
  Index count_ = 0;
};

/// The batch form: (n, c) -> (bin, c). Throws: as Welch; DataError E-SHORT when no segment fits into the signal.
template <class T>
Samples<double> welch(ConstBlock<T> x, SampleRate rate, const SegmentOptions& options = {}) {
  Welch spectrum(options, rate, x.channels());
  spectrum.add(x);
  if (spectrum.segments() == 0 && x.channels() > 0) {
    throw DataError({"E-SHORT", "", "signal", "at least one segment of " + std::to_string(segment_grid(options, rate).length) + " samples",
                     std::to_string(x.rows()) + " samples"});
  }
  Samples<double> out(spectrum.bins(), x.channels());
  std::vector<double> one(static_cast<std::size_t>(spectrum.bins()));
  for (Index c = 0; c < x.channels(); ++c) {
    spectrum.density(c, one);
    for (Index k = 0; k < spectrum.bins(); ++k) out(k, c) = one[static_cast<std::size_t>(k)];
  }
  return out;
}

}  // namespace myocramp
