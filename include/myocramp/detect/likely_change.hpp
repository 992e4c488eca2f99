#pragma once

#include <cmath>
#include <span>

#include "myocramp/core/sample_rate.hpp"
#include "myocramp/envelope/moving_mean.hpp"

namespace myocramp {

namespace detail {

// How many of the samples sample(1) ... sample(n), counted away from the middle of activity, are most likely stronger than rest.
template <Rectify kind, class Sample>
Index likely_length(Index n, double rest, Sample&& sample) noexcept {
  double sum = 0;
  double most = 0;
  Index likely = 0;
  for (Index m = 1; m <= n; ++m) {
    const double v = sample(m);
    sum += kind == Rectify::kSquare ? v * v : std::abs(v);
    const double ratio = sum / (static_cast<double>(m) * rest);
    if (!(ratio > 1)) continue;
    const double gain = static_cast<double>(m) * (ratio - 1 - std::log(ratio));
    if (gain > most) {
      most = gain;
      likely = m;
    }
  }
  return likely;
}

}  // namespace detail

/// The most likely sample from which on `x` is stronger than rest, by profile likelihood: the samples before it have the known strength `rest`, those
/// from it on one that is higher and not known.
///
/// kSquare: Gaussian samples, `rest` is their variance; kAbsolute: Laplacian ones, `rest` is their mean rectified value; above 0. The likelihood over
/// that of rest alone is largest where m (r - 1 - ln r) is, r being the mean of the m samples from there on over `rest`: one pass, sums in
/// the order of time from the end. x.size() where nothing is stronger; of equals the last. Samples must be finite.
/// Source: Hinkley 1970 Biometrika 57:1, with one of the two levels known.
template <Rectify kind>
Index likely_rise(std::span<const double> x, double rest) noexcept {
  const auto n = static_cast<Index>(x.size());
  return n - detail::likely_length<kind>(n, rest, [&x, n](Index m) { return x[static_cast<std::size_t>(n - m)]; });
}

/// likely_rise() backwards in time: the most likely sample from which on `x` is at rest again; 0 where nothing is stronger.
template <Rectify kind>
Index likely_fall(std::span<const double> x, double rest) noexcept {
  return detail::likely_length<kind>(static_cast<Index>(x.size()), rest, [&x](Index m) { return x[static_cast<std::size_t>(m - 1)]; });
}

}  // namespace myocramp
