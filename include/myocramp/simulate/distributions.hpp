#pragma once

#include <cmath>

#include "myocramp/core/random.hpp"

namespace myocramp {

/// Exponential, of a mean in any unit.
inline double draw_exponential(Random& random, double mean) { return -mean * std::log(random.uniform()); }

/// Gamma of mean 1 and a coefficient of variation below 1, by the method of Marsaglia & Tsang 2000 (ACM Trans Math Softw 26:363). 1 for a variation of 0.
inline double draw_gamma(Random& random, double variation) {
  if (variation == 0) return 1;
  const double shape = 1 / (variation * variation);
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = random.normal();
    const double v = (1 + c * x) * (1 + c * x) * (1 + c * x);
    if (v <= 0) continue;
    if (std::log(random.uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v / shape;
  }
}

/// Log-normal, given by its median and the standard deviation of its logarithm.
inline double draw_lognormal(Random& random, double median, double sigma) { return median * std::exp(sigma * random.normal()); }

/// A log-normal law by the mean and standard deviation that it has itself.
struct LognormalLaw {
  double median = 0;
  double sigma = 0;

  static LognormalLaw of(double mean, double sd) {
    const double variance = std::log(1 + sd * sd / (mean * mean));
    return {mean * std::exp(-variance / 2), std::sqrt(variance)};
  }
};

/// Log-normal within [low, high]: values outside are drawn again, and after 1000 of them the nearer limit holds.
inline double draw_lognormal_within(Random& random, const LognormalLaw& law, double low, double high) {
  double value = 0;
  for (int i = 0; i < 1000; ++i) {
    value = draw_lognormal(random, law.median, law.sigma);
    if (value >= low && value <= high) return value;
  }
  return value < low ? low : high;
}

}  // namespace myocramp
