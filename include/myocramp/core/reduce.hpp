#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "myocramp/core/sample_rate.hpp"

namespace myocramp {

/// Sum in a fixed order (pairwise halves down to runs of 128): the same bits whatever the alignment, error O(log n) ulp.
///
/// Source: Higham 1993, SIAM J Sci Comput 14:783. Empty: 0. NaN: propagates.
template <class T>
double sum(std::span<const T> x) noexcept {
  if (x.size() <= 128) {
    double s = 0;
    for (const T v : x) s += static_cast<double>(v);
    return s;
  }
  const std::size_t half = x.size() / 2;
  return sum(x.first(half)) + sum(x.subspan(half));
}

/// Arithmetic mean in fixed order; NaN when empty.
inline double mean(std::span<const double> x) noexcept {
  return x.empty() ? std::numeric_limits<double>::quiet_NaN() : sum(x) / static_cast<double>(x.size());
}

/// The p-quantile (0 <= p <= 1), linear between order statistics as numpy.quantile; NaN when empty. Takes a copy: it reorders.
inline double quantile(std::vector<double> x, double p) {
  if (x.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double place = p * static_cast<double>(x.size() - 1);
  const auto lower = static_cast<std::size_t>(place);
  const auto nth = x.begin() + static_cast<std::ptrdiff_t>(lower);
  std::nth_element(x.begin(), nth, x.end());
  const double a = *nth;
  if (lower + 1 >= x.size()) return a;
  const double b = *std::min_element(nth + 1, x.end());
  return a + (b - a) * (place - static_cast<double>(lower));
}

/// Median, as numpy.median; NaN when empty.
inline double median(std::vector<double> x) { return quantile(std::move(x), 0.5); }

}  // namespace myocramp
