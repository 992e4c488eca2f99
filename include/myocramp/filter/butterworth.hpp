#pragma once

#include <array>
#include <complex>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

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

/// Edge of a low-pass filter.
struct LowpassOptions {
  double cutoff_hz = 450;
  int order = 4;
};

/// Edge of a high-pass filter.
struct HighpassOptions {
  double cutoff_hz = 20;
  int order = 4;
};

template <class V>
void describe(LowpassOptions& o, V&& v) {
  v(o.cutoff_hz, Field{"cutoff_hz", "Hz", 0.01, 1e6, "upper edge of the pass band, below half the sampling rate", "our default"});
  v(o.order, Field{"order", "1", 1, 10, "number of poles; run both ways twice", "our default"});
}

template <class V>
void describe(HighpassOptions& o, V&& v) {
  v(o.cutoff_hz, Field{"cutoff_hz", "Hz", 0.01, 1e6, "lower edge of the pass band, below half the sampling rate", "our default"});
  v(o.order, Field{"order", "1", 1, 10, "number of poles; run both ways twice", "our default"});
}

/// Where the response has fallen to -3 dB at the asked edges: after one pass, as SciPy designs it (forwards and backwards then give -6 dB
/// there), or after both passes, for which the edges of the design are moved outwards.
enum class Edges { kSinglePass, kBothPasses };

namespace detail {

using Complex = std::complex<double>;

constexpr double kTwiceRate = 4.0;  // of the bilinear transform, which is made for a rate of 2 as in SciPy

// Poles and zeros in the z plane. Zeros of Butterworth filters lie at -1, 0 (to fill up an odd order) and 1.
struct Roots {
  std::vector<Complex> upper;  // one pole of each conjugate pair
  std::vector<double> real;    // poles
  std::array<int, 3> zeros{};  // how many at -1, 0 and 1
  double gain = 1;
};

// Index of the pole that lies closest to the unit circle.
template <class Pole>
std::size_t worst(const std::vector<Pole>& poles) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < poles.size(); ++i) {
    if (std::abs(1 - std::abs(poles[i])) < std::abs(1 - std::abs(poles[best]))) best = i;
  }
  return best;
}

template <class Pole>
Pole take(std::vector<Pole>& from, std::size_t i) {
  const Pole value = from[i];
  from.erase(from.begin() + static_cast<std::ptrdiff_t>(i));
  return value;
}

inline double take_nearest_zero(std::array<int, 3>& zeros, Complex pole) {
  std::size_t best = zeros.size();
  double distance = 0;
  for (std::size_t i = 0; i < zeros.size(); ++i) {
    const double d = std::abs(static_cast<double>(i) - 1 - pole);
    if (zeros[i] > 0 && (best == zeros.size() || d < distance)) {
      best = i;
      distance = d;
    }
  }
  --zeros[best];
  return static_cast<double>(best) - 1;
}

// The pole nearest the unit circle goes last, with the zeros nearest to it.
inline Sections paired(Roots r) {
  if (r.real.size() % 2 == 1) {
    r.real.push_back(0);
    ++r.zeros[1];
  }
  Sections sections(r.upper.size() + r.real.size() / 2);
  for (auto section = sections.rbegin(); section != sections.rend(); ++section) {
    const bool take_real = r.upper.empty() || (!r.real.empty() && std::abs(1 - std::abs(r.real[worst(r.real)])) <
                                                                      std::abs(1 - std::abs(r.upper[worst(r.upper)])));
    const Complex p1 = take_real ? Complex(take(r.real, worst(r.real))) : take(r.upper, worst(r.upper));
    const Complex p2 = take_real ? Complex(take(r.real, worst(r.real))) : std::conj(p1);
    const double z1 = take_nearest_zero(r.zeros, p1);
    const double z2 = take_nearest_zero(r.zeros, p1);
    *section = {1, -(z1 + z2), z1 * z2, -(p1 + p2).real(), (p1 * p2).real()};
  }
  sections.front().b0 *= r.gain;
  sections.front().b1 *= r.gain;
  sections.front().b2 *= r.gain;
  return sections;
}

// The poles of the prototype of this order, moved by `move(prototype)` to analogue poles (an array) and from there to the z plane.
// `r.gain` becomes `numerator` over the product that the bilinear transform leaves.
template <class Move>
Roots butterworth_poles(int order, double numerator, Move&& move) {
  Roots r;
  Complex denominator = 1;
  for (int m = -order + 1; m < order; m += 2) {
    const Complex prototype = m == 0 ? Complex(-1) : -std::exp(Complex(0, std::numbers::pi * m / (2.0 * order)));
    for (const Complex analogue : move(prototype)) {
      denominator *= kTwiceRate - analogue;
      const Complex pole = (kTwiceRate + analogue) / (kTwiceRate - analogue);
      if (m == 0 && analogue.imag() == 0) {
        r.real.push_back(pole.real());
      } else if (pole.imag() > 0) {
        r.upper.push_back(pole);
      }
    }
  }
  r.gain = numerator / denominator.real();
  return r;
}

inline void check_below_nyquist(double hz, SampleRate rate, const char* place) {
  if (hz < rate.nyquist()) return;
  throw DataError({"E-BAND", "", place, "below the Nyquist frequency " + number(rate.nyquist()) + " Hz", number(hz) + " Hz"});
}

inline Sections stable(Sections sections, SampleRate rate, const char* place, const std::string& edges) {
  if (pole_radius(sections) < 1) return sections;
  throw DataError({"E-BAND", "", place, "a band that double precision can hold at " + number(rate.hertz()) + " Hz", edges + " Hz"});
}

inline double prewarped(double hz, SampleRate rate) { return kTwiceRate * std::tan(std::numbers::pi * (2 * hz / rate.hertz()) / 2); }

// By how much a low-pass edge is moved up (on the analogue axis) so that two passes give -3 dB where one would.
inline double edge_factor(int order, Edges edges) {
  return edges == Edges::kSinglePass ? 1.0 : std::pow(std::numbers::sqrt2 - 1, -1 / (2.0 * order));
}

inline double int_power(double base, int exponent) {
  double p = 1;
  for (int i = 0; i < exponent; ++i) p *= base;
  return p;
}

}  // namespace detail

/// Low-pass Butterworth filter as second-order sections, poles and zeros paired and ordered as scipy.signal.butter(..., output="sos").
///
/// Units: Hz.  Gain 1 at 0 Hz; -3 dB at the edge, run once or both ways as `edges` says.
/// Throws: InvalidArgument E-OPTION (order or edge out of range); DataError E-BAND naming edge and Nyquist frequency when the edge does not
/// lie below half the rate (never a clamp), or when it is too low for the rate to be stable.
/// Source: Butterworth 1930, by the bilinear transform with prewarped edges (Oppenheim & Schafer 2010, chapter 7).
inline Sections butterworth_lowpass(const LowpassOptions& options, SampleRate rate, Edges edges = Edges::kSinglePass) {
  using detail::Complex;
  check(options, "lowpass");
  const auto [cutoff, order] = options;
  detail::check_below_nyquist(cutoff, rate, "lowpass.cutoff_hz");
  const double w = detail::prewarped(cutoff, rate) * detail::edge_factor(order, edges);
  detail::Roots r = detail::butterworth_poles(order, detail::int_power(w, order), [&](Complex p) { return std::array{p * w}; });
  r.zeros[0] = order;
  return detail::stable(detail::paired(std::move(r)), rate, "lowpass.cutoff_hz", detail::number(cutoff));
}

/// High-pass Butterworth filter as second-order sections; all else as butterworth_lowpass(). Gain 1 at the Nyquist frequency.
inline Sections butterworth_highpass(const HighpassOptions& options, SampleRate rate, Edges edges = Edges::kSinglePass) {
  using detail::Complex;
  check(options, "highpass");
  const auto [cutoff, order] = options;
  detail::check_below_nyquist(cutoff, rate, "highpass.cutoff_hz");
  const double w = detail::prewarped(cutoff, rate) / detail::edge_factor(order, edges);
  detail::Roots r =
      detail::butterworth_poles(order, detail::int_power(detail::kTwiceRate, order), [&](Complex p) { return std::array{w / p}; });
  r.zeros[2] = order;
  return detail::stable(detail::paired(std::move(r)), rate, "highpass.cutoff_hz", detail::number(cutoff));
}

/// Band-pass Butterworth filter as second-order sections, poles and zeros paired and ordered as scipy.signal.butter(..., output="sos").
///
/// Units: Hz.  Gain 1 in the middle of the band; -3 dB at both edges, run once or both ways as `edges` says.
/// Throws: InvalidArgument E-OPTION (order or edge out of range, low >= high); DataError E-BAND naming edge and Nyquist
/// frequency when an edge does not lie below half the rate (never a clamp), or when the band is too low for the rate to be stable.
/// Source: Butterworth 1930, by the bilinear transform with prewarped edges (Oppenheim & Schafer 2010, chapter 7).
inline Sections butterworth_bandpass(const BandpassOptions& options, SampleRate rate, Edges edges = Edges::kSinglePass) {
  using detail::Complex;
  check(options, "filter");
  check_edges(options);
  const auto [low, high, order] = options;
  detail::check_below_nyquist(high, rate, "filter.high_hz");
  const double w1 = detail::prewarped(low, rate);
  const double w2 = detail::prewarped(high, rate);
  const double centre = std::sqrt(w1 * w2);  // stays where it is when the edges are moved
  const double width = (w2 - w1) * detail::edge_factor(order, edges);
  // width^order of the prototype's shift times the bilinear transform's kTwiceRate^order of the zeros at 0.
  detail::Roots r = detail::butterworth_poles(order, detail::int_power(width * detail::kTwiceRate, order), [&](Complex p) {
    const Complex shifted = p * (width / 2);
    const Complex root = std::sqrt(shifted * shifted - centre * centre);
    return std::array{shifted + root, shifted - root};
  });
  r.zeros = {order, 0, order};
  return detail::stable(detail::paired(std::move(r)), rate, "filter.low_hz", detail::number(low) + " to " + detail::number(high));
}

}  // namespace myocramp
