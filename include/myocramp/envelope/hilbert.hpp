#pragma once

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/error.hpp"
#include "myocramp/core/options.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/simd/kernels.hpp"

namespace myocramp {

/// Band and accuracy of the Hilbert transformer.
struct HilbertOptions {
  double low_hz = 20;
  double ripple = 1e-3;
};

template <class V>
void describe(HilbertOptions& o, V&& v) {
  v(o.low_hz, Field{"low_hz", "Hz", 1, 1e6, "the transformer holds from here to half the sampling rate less as much", "our default"});
  v(o.ripple, Field{"ripple", "1", 1e-6, 0.1, "largest deviation of its gain from 1 in that band", "our default"});
}

namespace detail {

// Largest deviation from 1 of the gain 2 sum(tap sin(k w)), k = 1, 3, ..., over the band; the gain is symmetric about 1/4 cycle a sample. It
// strays furthest at the band's edge and ever less behind it, so that the first ripples tell, of which there is one in 1 / (2 taps) cycles; the
// points lie closest at the edge, where the gain bends most.
inline double hilbert_ripple(const std::vector<double>& taps, double low) {
  const double width = std::min(0.25 - low, 16 / static_cast<double>(taps.size()));
  const auto points = static_cast<Index>(std::ceil(128 * static_cast<double>(taps.size()) * width)) + 32;
  double most = 0;
  for (Index p = 0; p < points; ++p) {
    const double u = static_cast<double>(p) / static_cast<double>(points - 1);
    const double w = 2 * std::numbers::pi * (low + width * u * u);
    const double c = std::cos(2 * w);
    const double s = std::sin(2 * w);
    double re = std::cos(w);
    double im = std::sin(w);
    double gain = 0;
    for (const double tap : taps) {
      gain += 2 * tap * im;
      const double next = re * c - im * s;
      im = re * s + im * c;
      re = next;
    }
    most = std::max(most, std::abs(gain - 1));
  }
  return most;
}

// Kaiser's estimates of window and length for a deviation of this many decibels below the step of the gain at 0 Hz, which is 2.
inline std::vector<double> hilbert_taps_of(double attenuation, double low) {
  const double beta =
      attenuation > 50 ? 0.1102 * (attenuation - 8.7) : 0.5842 * std::pow(attenuation - 21, 0.4) + 0.07886 * (attenuation - 21);
  auto reach = static_cast<Index>(std::ceil((attenuation - 7.95) / 14.36 / (4 * low)));
  reach += 1 - reach % 2;
  std::vector<double> taps;
  for (Index k = 1; k <= reach; k += 2) {
    const double place = static_cast<double>(k) / static_cast<double>(reach);
    const double window = std::cyl_bessel_i(0.0, beta * std::sqrt(1 - place * place)) / std::cyl_bessel_i(0.0, beta);
    taps.push_back(2 / (std::numbers::pi * static_cast<double>(k)) * window);
  }
  return taps;
}

}  // namespace detail

/// The taps at distances 1, 3, 5 ... of a linear-phase Hilbert transformer: h[k] = 2 / (pi k) in a Kaiser window, h[-k] = -h[k], and 0 at
/// even distances. Kaiser's estimates are raised in steps of 0.5 dB until the gain keeps within `ripple` of 1 in the band.
///
/// Throws: InvalidArgument E-OPTION; DataError E-BAND when low_hz does not lie below a quarter of the rate, where the band would be empty.
/// Source: Oppenheim & Schafer, Discrete-Time Signal Processing, for the window and its estimate.
inline std::vector<double> hilbert_taps(const HilbertOptions& options, SampleRate rate) {
  check(options, "hilbert");
  const double low = options.low_hz / rate.hertz();
  if (low >= 0.25) {
    throw DataError({"E-BAND", "", "hilbert.low_hz", "below a quarter of the sampling rate, " + detail::number(rate.hertz() / 4) + " Hz",
                     detail::number(options.low_hz) + " Hz"});
  }
  double attenuation = -20 * std::log10(options.ripple / 2);
  std::vector<double> taps;
  do {
    attenuation += 0.5;
    taps = detail::hilbert_taps_of(attenuation, low);
  } while (detail::hilbert_ripple(taps, low) > 0.995 * options.ripple);
  return taps;
}

/// The amplitude of the analytic signal, sqrt(x^2 + H(x)^2), with H a linear-phase FIR Hilbert transformer; late by delay() samples.
///
/// Shape: (n, c) -> (n, c), in place allowed.  Units: V -> V.  Delay: delay() samples, the same at all frequencies.
/// Edges: starts from rest, as if zeros came before.  NaN and infinity: reach no output more than delay() samples from them.
/// Range: in double for either scalar; squares overflow above 1e154 and count as 0 below 1e-162.  process() never throws.
/// Error: for a signal within the band, the root mean square of the difference from the exact envelope is at most ripple times that of the
/// signal, and that of a sum of tones nowhere more than ripple times the sum of their amplitudes.
/// Throws: InvalidArgument E-OPTION, DataError E-BAND as hilbert_taps().
template <class T>
class HilbertEnvelope {
 public:
  HilbertEnvelope(const HilbertOptions& options, SampleRate rate, Index channels)
      : run_(simd::hilbert(simd::kernels(), T{})), taps_(hilbert_taps(options, rate)) {
    const Index kept = 2 * delay();
    past_ = Samples<double>::Zero(kept + std::max<Index>(512, kept), channels);
    reset();
  }

  [[nodiscard]] Index channels() const noexcept { return past_.cols(); }
  [[nodiscard]] Index delay() const noexcept { return 2 * static_cast<Index>(taps_.size()) - 1; }

  void reset() noexcept {
    filled_ = 2 * delay();
    past_.topRows(filled_).setZero();
  }

  void process(ConstBlock<T> x, Block<T> y) noexcept {
    assert(x.channels() == channels() && y.channels() == channels() && x.rows() == y.rows());
    run(x.rows(), [&x](Index i, Index c) { return static_cast<double>(x(i, c)); }, y);
  }

  /// The outputs after the last sample, as if zeros followed.
  void flush(Block<T> y) noexcept {
    run(y.rows(), [](Index, Index) { return 0.0; }, y);
  }

 private:
  template <class F>
  void run(Index rows, F&& sample, Block<T> y) noexcept {
    const Index kept = 2 * delay();
    for (Index i = 0; i < rows;) {
      if (filled_ == past_.rows()) {
        std::copy_n(past_.data() + (filled_ - kept) * channels(), kept * channels(), past_.data());
        filled_ = kept;
      }
      const Index n = std::min(rows - i, past_.rows() - filled_);
      for (Index k = 0; k < n; ++k) {
        for (Index c = 0; c < channels(); ++c) past_(filled_ + k, c) = sample(i + k, c);
      }
      run_({past_.data() + (filled_ - kept) * channels(), taps_.data(), delay(), &y(i, 0), y.row_stride(), y.channel_stride(), n,
            channels()});
      filled_ += n;
      i += n;
    }
  }

  void (*run_)(const simd::HilbertRun<T>&) noexcept;
  std::vector<double> taps_;
  Samples<double> past_;  // the last 2 delay() samples and what came since they were moved to the top
  Index filled_ = 0;      // rows of it in use
};

extern template class HilbertEnvelope<float>;
extern template class HilbertEnvelope<double>;

/// The amplitude at its own sample, as if zeros came before and after the signal.
///
/// Shape: (n, c) -> (n, c), in place allowed.  It looks delay() samples ahead.
template <class T>
void centred(HilbertEnvelope<T> envelope, ConstBlock<T> x, Block<T> y) {
  const Index n = x.rows();
  const Index ahead = std::min(envelope.delay(), n);
  Samples<T> before(envelope.delay(), x.channels());
  envelope.reset();
  envelope.process(x.rows(0, ahead), Block<T>(before).rows(0, ahead));
  envelope.flush(Block<T>(before).rows(ahead, envelope.delay() - ahead));
  envelope.process(x.rows(ahead, n - ahead), y.rows(0, n - ahead));
  envelope.flush(y.rows(n - ahead, ahead));
}

}  // namespace myocramp
