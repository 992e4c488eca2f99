#pragma once

#include <complex>
#include <limits>
#include <span>

#include "myocramp/core/sample_rate.hpp"
#include "myocramp/spectral/density.hpp"
#include "myocramp/spectral/segments.hpp"
#include "myocramp/spectral/welch.hpp"

namespace myocramp {

/// Short-time Fourier transform of a signal that passes through in blocks: frame r covers the samples [r hop, r hop + length).
///
/// Units: V.  Memory: fixed at construction; the same bits for any split into blocks.  Edges: only frames that lie wholly in the signal;
/// nothing is padded.  NaN: frames that hold one have no transform.  Throws: InvalidArgument E-OPTION.
/// Source: Allen 1977 IEEE Trans ASSP 25:235; agrees with scipy.signal.stft with boundary=None and padded=False.
class Stft {
 public:
  /// `mean`: whether each frame's own mean is taken away first.
  Stft(const SegmentOptions& options, SampleRate rate, Index channels, SegmentMean mean = SegmentMean::kKeep)
      : segments_(segment_grid(options, rate), mean, channels), rate_(rate), scale_(segments_.taper(), rate) {
    double sum = 0;
    for (const double w : segments_.taper()) sum += w;
    amplitude_ = 1 / sum;
  }

  [[nodiscard]] Index length() const noexcept { return segments_.grid().length; }
  [[nodiscard]] Index hop() const noexcept { return segments_.grid().hop; }
  [[nodiscard]] Index bins() const noexcept { return segments_.bins(); }
  [[nodiscard]] double bin_hz() const noexcept { return scale_.bin_hz(); }
  /// Frames that lie wholly in a signal of so many samples.
  [[nodiscard]] Index frames(Index samples) const noexcept { return samples < length() ? 0 : (samples - length()) / hop() + 1; }
  /// Centre of a frame, from the first sample.
  [[nodiscard]] double time_s(Index frame) const noexcept {
    return (static_cast<double>(frame * hop()) + static_cast<double>(length()) / 2) / rate_.hertz();
  }
  /// What X is multiplied by to be an amplitude: a sine of amplitude A at a bin has |X| = A / 2 there.
  [[nodiscard]] double amplitude_scale() const noexcept { return amplitude_; }
  /// What |X|^2 is turned into power spectral density by.
  [[nodiscard]] const DensityScale& density_scale() const noexcept { return scale_; }

  void reset() noexcept { segments_.reset(); }

  /// Takes the next rows, and calls sink(frame, channel, X) for every frame that they complete; X (bins) is not scaled, and empty for a
  /// frame without answer.
  template <class T, class Sink>
  void add(ConstBlock<T> x, Sink&& sink) {
    segments_.add(
        x, [&](Index start, Index channel, std::span<const std::complex<double>> spectrum) { sink(start / hop(), channel, spectrum); });
  }

 private:
  SegmentSpectra segments_;
  SampleRate rate_;
  DensityScale scale_;
  double amplitude_ = 0;
};

/// The short-time Fourier transform of a signal in V, into `out` with (frames, channels, bins) values; NaN for frames without answer.
template <class T, class U>
void stft(ConstBlock<T> x, Stft& transform, std::complex<U>* out) {
  constexpr U kNaN = std::numeric_limits<U>::quiet_NaN();
  const Index bins = transform.bins();
  const double scale = transform.amplitude_scale();
  transform.reset();
  transform.add(x, [&](Index frame, Index channel, std::span<const std::complex<double>> spectrum) {
    std::complex<U>* to = out + (frame * x.channels() + channel) * bins;
    if (spectrum.empty()) std::fill(to, to + bins, std::complex<U>(kNaN, kNaN));
    for (const std::complex<double>& v : spectrum) *to++ = {static_cast<U>(v.real() * scale), static_cast<U>(v.imag() * scale)};
  });
}

/// The power spectral density of every frame in V^2/Hz, into `out` with (frames, channels, bins) values; NaN for frames without answer.
template <class T, class U>
void spectrogram(ConstBlock<T> x, Stft& transform, U* out) {
  const Index bins = transform.bins();
  transform.reset();
  transform.add(x, [&](Index frame, Index channel, std::span<const std::complex<double>> spectrum) {
    U* to = out + (frame * x.channels() + channel) * bins;
    if (spectrum.empty()) std::fill(to, to + bins, std::numeric_limits<U>::quiet_NaN());
    for (Index k = 0; k < static_cast<Index>(spectrum.size()); ++k) {
      to[k] = static_cast<U>(transform.density_scale()(k, squared_magnitude(spectrum[static_cast<std::size_t>(k)])));
    }
  });
}

}  // namespace myocramp
