#pragma once

#include <algorithm>
#include <cassert>
#include <cmath>

#include "myocramp/core/block.hpp"
#include "myocramp/core/options.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/filter/butterworth.hpp"
#include "myocramp/filter/gaps.hpp"

namespace myocramp {

/// The low-pass filter of the linear envelope.
struct LinearEnvelopeOptions {
  double cutoff_hz = 5;
  int order = 2;
};

template <class V>
void describe(LinearEnvelopeOptions& o, V&& v) {
  v(o.cutoff_hz, Field{"cutoff_hz", "Hz", 0.01, 1e6, "edge of the low-pass filter, -3 dB however often it is run", "our default"});
  v(o.order, Field{"order", "1", 1, 10, "order of the low-pass filter, run both ways twice", "our default"});
}

/// The filter of the linear envelope, for one pass or for both. Throws: InvalidArgument E-OPTION, DataError E-BAND as butterworth_lowpass().
inline Sections linear_envelope_filter(const LinearEnvelopeOptions& options, SampleRate rate, Edges edges) {
  check(options, "linear");
  return butterworth_lowpass({options.cutoff_hz, options.order}, rate, edges);
}

/// The linear envelope: |x| through a Butterworth low-pass filter, forwards only.
///
/// Shape: (n, c) -> (n, c), in place allowed.  Units: V -> V.  Delay: delay() samples for what changes slowly, less for what does not.
/// Edges: starts from rest.  NaN and infinity: come out as NaN, and behind them the channel starts anew from rest.
/// In double for either scalar; process() neither allocates nor throws.  Throws: InvalidArgument E-OPTION, DataError E-BAND.
template <class T>
class LinearEnvelope {
 public:
  LinearEnvelope(const LinearEnvelopeOptions& options, SampleRate rate, Index channels)
      : LinearEnvelope(linear_envelope_filter(options, rate, Edges::kSinglePass), channels) {}

  [[nodiscard]] Index channels() const noexcept { return filter_.channels(); }
  /// The group delay at 0 Hz, samples.
  [[nodiscard]] double delay() const noexcept { return delay_; }

  void reset() noexcept { filter_.reset(); }

  void process(ConstBlock<T> x, Block<T> y) noexcept {
    assert(x.channels() == channels() && y.channels() == channels() && x.rows() == y.rows());
    for (Index first = 0; first < x.rows(); first += kRows) {
      const Index n = std::min(kRows, x.rows() - first);
      for (Index i = 0; i < n; ++i) {
        for (Index c = 0; c < channels(); ++c) rectified_(i, c) = std::abs(static_cast<double>(x(first + i, c)));
      }
      filter_.process(ConstBlock<double>(rectified_).rows(0, n), Block<double>(smooth_).rows(0, n));
      for (Index i = 0; i < n; ++i) {
        for (Index c = 0; c < channels(); ++c) y(first + i, c) = static_cast<T>(smooth_(i, c));
      }
    }
  }

 private:
  static constexpr Index kRows = 64;

  LinearEnvelope(const Sections& sections, Index channels)
      : filter_(sections, channels), rectified_(kRows, channels), smooth_(kRows, channels) {
    for (const Section& s : sections) {
      delay_ += (s.b1 + 2 * s.b2) / (s.b0 + s.b1 + s.b2) - (s.a1 + 2 * s.a2) / (1 + s.a1 + s.a2);
    }
  }

  SosFilterBetweenGaps<double> filter_;
  Samples<double> rectified_;
  Samples<double> smooth_;
  double delay_ = 0;
};

extern template class LinearEnvelope<float>;
extern template class LinearEnvelope<double>;

/// The linear envelope without delay: |x| through the filter forwards and backwards, with the edge at -3 dB after both passes.
///
/// Shape: (n, c) -> (n, c), in place allowed.  Units: V -> V.  In double for either scalar, 8 channels at a time.
/// Edges: extended by odd reflection as in zero_phase().  NaN and infinity: come out as NaN, and each stretch between them is filtered
/// apart, and NaN where it is too short for that.  Throws: InvalidArgument E-OPTION; DataError E-BAND, E-SHORT.
template <class T>
void linear_envelope(const LinearEnvelopeOptions& options, SampleRate rate, ConstBlock<T> x, Block<T> y) {
  constexpr Index kTogether = 8;
  const Sections sections = linear_envelope_filter(options, rate, Edges::kBothPasses);
  check_padding(sections, x.rows());  // of all channels alike, gaps or not
  for (Index first = 0; first < x.channels(); first += kTogether) {
    const Index channels = std::min(kTogether, x.channels() - first);
    Samples<double> rectified(x.rows(), channels);
    for (Index i = 0; i < x.rows(); ++i) {
      for (Index c = 0; c < channels; ++c) rectified(i, c) = std::abs(static_cast<double>(x(i, first + c)));
    }
    zero_phase_between_gaps<double>(sections, rectified, rectified);
    for (Index i = 0; i < x.rows(); ++i) {
      for (Index c = 0; c < channels; ++c) y(i, first + c) = static_cast<T>(rectified(i, c));
    }
  }
}

}  // namespace myocramp
