#pragma once

#include <complex>
#include <numbers>
#include <string>
#include <utility>

#include "myocramp/core/options.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/filter/sos.hpp"

namespace myocramp {

/// Pass band of the conditioning filter.
struct BandpassOptions {
  double low_hz = 20;
  double high_hz = 450;
  int order = 4;
};

template <class V>
void describe(BandpassOptions& o, V&& v) {
  v(o.low_hz, Field{"low_hz", "Hz", 0.01, 1e6, "low edge of the pass band, -3 dB (-6 dB when run both ways)", "our default"});
  v(o.high_hz, Field{"high_hz", "Hz", 0.01, 1e6, "high edge of the pass band, below half the sampling rate", "our default"});
  v(o.order, Field{"order", "1", 1, 10, "order of the low-pass prototype; the band-pass has twice as many poles, run both ways four times",
                   "our default"});
}

/// Holds that the low edge lies below the high one. Throws: InvalidArgument E-OPTION.
inline void check_edges(const BandpassOptions& o) {
  if (o.low_hz >= o.high_hz) {
    throw InvalidArgument({"E-OPTION", "", "filter.low_hz", "less than high_hz = " + detail::number(o.high_hz), detail::number(o.low_hz)});
  }
}

namespace detail {

using Complex = std::complex<double>;

// Index of the pole that lies closest to the unit circle.
inline std::size_t worst(const std::vector<Complex>& poles) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < poles.size(); ++i) {
    if (std::abs(1 - std::abs(poles[i])) < std::abs(1 - std::abs(poles[best]))) best = i;
  }
  return best;
}

inline Complex take(std::vector<Complex>& from, std::size_t i) {
  const Complex value = from[i];
  from.erase(from.begin() + static_cast<std::ptrdiff_t>(i));
  return value;
}

}  // namespace detail

/// Band-pass Butterworth filter as second-order sections, poles and zeros paired and ordered as scipy.signal.butter(..., output="sos").
///
/// Units: Hz.  Throws: InvalidArgument E-OPTION (order or edge out of range, low >= high); DataError E-BAND naming edge and Nyquist
/// frequency when an edge does not lie below half the rate (never a clamp), or when the band is too low for the rate to be stable.
/// Source: Butterworth 1930, by the bilinear transform with prewarped edges (Oppenheim & Schafer 2010, chapter 7).
inline Sections butterworth_bandpass(const BandpassOptions& options, SampleRate rate) {
  using detail::Complex;
  check(options, "filter");
  check_edges(options);
  const auto [low, high, order] = options;
  if (high >= rate.nyquist()) {
    throw DataError({"E-BAND", "", "filter.high_hz", "below the Nyquist frequency " + detail::number(rate.nyquist()) + " Hz",
                     detail::number(high) + " Hz"});
  }

  // Analogue prototype, moved to the band with edges prewarped for a rate of 2, then bilinear.
  constexpr double kTwiceRate = 4.0;
  const double w1 = kTwiceRate * std::tan(std::numbers::pi * (2 * low / rate.hertz()) / 2);
  const double w2 = kTwiceRate * std::tan(std::numbers::pi * (2 * high / rate.hertz()) / 2);
  const double centre = std::sqrt(w1 * w2);
  const double width = w2 - w1;
  Complex denominator = 1;
  std::vector<Complex> upper;  // one of each conjugate pair
  std::vector<Complex> real;
  for (int m = -order + 1; m < order; m += 2) {
    const Complex prototype = m == 0 ? Complex(-1) : -std::exp(Complex(0, std::numbers::pi * m / (2.0 * order)));
    const Complex shifted = prototype * (width / 2);
    const Complex root = std::sqrt(shifted * shifted - centre * centre);
    for (const Complex analogue : {shifted + root, shifted - root}) {
      denominator *= kTwiceRate - analogue;
      const Complex pole = (kTwiceRate + analogue) / (kTwiceRate - analogue);
      if (m == 0 && root.imag() == 0) {
        real.emplace_back(pole.real());
      } else if (pole.imag() > 0) {
        upper.push_back(pole);
      }
    }
  }
  // width^order of the prototype's shift times the bilinear transform's (kTwiceRate)^order of the zeros at 0.
  double gain = 1;
  for (int i = 0; i < order; ++i) gain *= width * kTwiceRate;
  gain /= denominator.real();

  // The pole nearest the unit circle goes last, with the zeros nearest to it; half of the zeros lie at +1, half at -1.
  int zeros_at[2] = {order, order};
  const auto nearest_zero = [&zeros_at](Complex pole) {
    const bool positive = zeros_at[1] == 0 || (zeros_at[0] > 0 && std::abs(1.0 - pole) < std::abs(-1.0 - pole));
    --zeros_at[positive ? 0 : 1];
    return positive ? 1.0 : -1.0;
  };
  Sections sections(static_cast<std::size_t>(order));
  for (auto section = sections.rbegin(); section != sections.rend(); ++section) {
    const bool take_real = upper.empty() || (!real.empty() && std::abs(1 - std::abs(real[detail::worst(real)])) <
                                                                  std::abs(1 - std::abs(upper[detail::worst(upper)])));
    auto& poles = take_real ? real : upper;
    const Complex p1 = detail::take(poles, detail::worst(poles));
    const Complex p2 = take_real ? detail::take(real, detail::worst(real)) : std::conj(p1);
    const double z1 = nearest_zero(p1);
    const double z2 = nearest_zero(p1);
    *section = {1, -(z1 + z2), z1 * z2, -(p1 + p2).real(), (p1 * p2).real()};
  }
  if (!(pole_radius(sections) < 1)) {
    throw DataError({"E-BAND", "", "filter.low_hz", "a band that double precision can hold at " + detail::number(rate.hertz()) + " Hz",
                     detail::number(low) + " to " + detail::number(high) + " Hz"});
  }
  sections.front().b0 *= gain;
  sections.front().b1 *= gain;
  sections.front().b2 *= gain;
  return sections;
}

}  // namespace myocramp
