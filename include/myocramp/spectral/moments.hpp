#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <span>

#include "myocramp/core/sample_rate.hpp"

namespace myocramp {

/// Bins whose frequency k * bin_hz lies in a closed band.
struct BandBins {
  Index first = 0;
  Index last = -1;  ///< inclusive
};

inline BandBins band_bins(double bin_hz, Index bins, double low_hz, double high_hz) noexcept {
  // The slack keeps an edge that is a bin in exact arithmetic.
  const auto first = static_cast<Index>(std::ceil(low_hz / bin_hz - 1e-9));
  const auto last = static_cast<Index>(std::floor(high_hz / bin_hz + 1e-9));
  return {std::max<Index>(0, first), std::min(last, bins - 1)};
}

/// The moment of order k of a power spectrum over a band: M_k = sum of f^k P, with k from -1 to 5 or any other.
///
/// Unit: that of the spectrum times Hz^k; the distance of bins is left out, as it is in every ratio of moments.  Edges: a band that holds
/// bin 0 has no moment of negative order (infinite, or NaN when nothing is there).  Throws: never.
inline double spectral_moment(std::span<const double> power, double bin_hz, BandBins band, int order) noexcept {
  double moment = 0;
  for (Index k = band.first; k <= band.last; ++k) {
    const double f = static_cast<double>(k) * bin_hz;
    double weight = 1;
    for (int i = 0; i < std::abs(order); ++i) weight *= f;
    const double p = power[static_cast<std::size_t>(k)];
    moment += order < 0 ? p / weight : p * weight;
  }
  return moment;
}

/// Mean and median frequency of a power spectrum over a band.
struct SpectralMoments {
  double power = 0;                                          ///< sum of the band's bins, in the unit of the spectrum
  double mnf_hz = std::numeric_limits<double>::quiet_NaN();  ///< sum f P / sum P
  double mdf_hz = std::numeric_limits<double>::quiet_NaN();  ///< halves the band's power; linear between cumulative sums
};

/// Moments of `power` (bin k at k * bin_hz) over the bins of `band`.
///
/// Units: Hz.  Silence or NaN: both frequencies NaN.  Edges: a band of one bin has that bin's frequency.  Throws: never.
/// Source: Stulen & De Luca 1981 IEEE TBME 28:515; the interpolation is numpy.interp of half the power in its cumulative sum.
inline SpectralMoments spectral_moments(std::span<const double> power, double bin_hz, BandBins band) noexcept {
  // Four sums side by side: a single one would wait for itself at every bin.
  constexpr Index kTogether = 4;
  std::array<double, kTogether> powers{};
  std::array<double, kTogether> weighted{};
  Index k = band.first;
  for (; k + kTogether <= band.last + 1; k += kTogether) {
    for (Index j = 0; j < kTogether; ++j) {
      const double p = power[static_cast<std::size_t>(k + j)];
      powers[static_cast<std::size_t>(j)] += p;
      weighted[static_cast<std::size_t>(j)] += static_cast<double>(k + j) * bin_hz * p;
    }
  }
  for (; k <= band.last; ++k) {
    powers[0] += power[static_cast<std::size_t>(k)];
    weighted[0] += static_cast<double>(k) * bin_hz * power[static_cast<std::size_t>(k)];
  }
  const double m0 = (powers[0] + powers[1]) + (powers[2] + powers[3]);
  const double m1 = (weighted[0] + weighted[1]) + (weighted[2] + weighted[3]);
  SpectralMoments out;
  out.power = m0;
  if (!(m0 > 0) || !std::isfinite(m0)) return out;
  out.mnf_hz = m1 / m0;
  double below = 0;
  k = band.first;
  for (; k + kTogether <= band.last + 1; k += kTogether) {
    const double* p = &power[static_cast<std::size_t>(k)];
    const double four = (p[0] + p[1]) + (p[2] + p[3]);
    if (below + four >= m0 / 2) break;
    below += four;
  }
  for (; k <= band.last; ++k) {
    const double p = power[static_cast<std::size_t>(k)];
    if (below + p >= m0 / 2) {
      const double part = k == band.first ? 1.0 : (m0 / 2 - below) / p;  // of the way from bin k - 1 to bin k
      out.mdf_hz = (static_cast<double>(k - 1) + part) * bin_hz;
      break;
    }
    below += p;
  }
  return out;
}

}  // namespace myocramp
