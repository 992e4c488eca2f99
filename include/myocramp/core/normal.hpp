#pragma once

#include <cmath>
#include <limits>
#include <numbers>

namespace myocramp {

/// P(Z <= x) of the standard normal law.
inline double normal_cdf(double x) noexcept { return std::erfc(-x / std::numbers::sqrt2) / 2; }

/// The x with normal_cdf(x) = p, to about 1e-13; minus and plus infinity at 0 and 1, NaN outside.
///
/// By Newton from 0: the law is convex below 0, so the steps come from one side.
inline double normal_quantile(double p) noexcept {
  if (!(p >= 0 && p <= 1)) return std::numeric_limits<double>::quiet_NaN();
  if (p > 0.5) return -normal_quantile(1 - p);
  if (p == 0) return -std::numeric_limits<double>::infinity();
  double x = 0;
  for (int i = 0; i < 50; ++i) {
    const double step = (normal_cdf(x) - p) * std::sqrt(2 * std::numbers::pi) * std::exp(x * x / 2);
    x -= step;
    if (std::abs(step) < 1e-13) break;
  }
  return x;
}

}  // namespace myocramp
