#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "myocramp/core/reduce.hpp"
#include "myocramp/core/sample_rate.hpp"

namespace myocramp {

/// A straight line through a feature over time, with the 95 % interval of its slope. NaN: too few points.
struct Trend {
  double slope = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

/// Fewer points than this have no trend.
inline constexpr std::size_t kTrendMinimum = 10;

/// Theil-Sen slope: the median of the slopes of all pairs, with Sen's 95 % interval.
///
/// `t` (s) and `y` have one length; points whose y is NaN are left out; fewer than kTrendMinimum, or all at one time: NaN.
/// More than 1000 points are first reduced to medians of bins of equal count, at most 1000, so that the cost stays bounded; the
/// interval is then that of the bins.
/// Source: Sen 1968 JASA 63:1379; agrees with scipy.stats.theilslopes up to 1000 points.
inline Trend theil_sen(std::span<const double> t, std::span<const double> y) {
  std::vector<std::pair<double, double>> points;
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (std::isfinite(y[i])) points.emplace_back(t[i], y[i]);
  }
  constexpr std::size_t kMost = 1000;
  if (points.size() > kMost) {
    const std::size_t size = (points.size() + kMost - 1) / kMost;
    std::vector<std::pair<double, double>> bins;
    for (std::size_t i = 0; i < points.size(); i += size) {
      std::vector<double> bt;
      std::vector<double> by;
      for (std::size_t k = i; k < std::min(i + size, points.size()); ++k) {
        bt.push_back(points[k].first);
        by.push_back(points[k].second);
      }
      bins.emplace_back(median(std::move(bt)), median(std::move(by)));
    }
    points = std::move(bins);
  }
  const std::size_t n = points.size();
  if (n < kTrendMinimum) return {};
  std::vector<double> slopes;
  slopes.reserve(n * (n - 1) / 2);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = i + 1; k < n; ++k) {
      const double dt = points[k].first - points[i].first;
      if (dt != 0) slopes.push_back((points[k].second - points[i].second) / dt);
    }
  }
  if (slopes.empty()) return {};
  std::sort(slopes.begin(), slopes.end());

  // Variance of Kendall's statistic with ties in y (Sen's equation 2.6).
  std::vector<double> values;
  for (const auto& p : points) values.push_back(p.second);
  std::sort(values.begin(), values.end());
  const auto term = [](double m) { return m * (m - 1) * (2 * m + 5); };
  double ties = 0;
  for (std::size_t i = 0; i < n;) {
    std::size_t k = i;
    while (k < n && values[k] == values[i]) ++k;
    ties += term(static_cast<double>(k - i));
    i = k;
  }
  const double sigma = std::sqrt((term(static_cast<double>(n)) - ties) / 18);
  constexpr double kNormal975 = 1.959963984540054;
  const auto count = static_cast<double>(slopes.size());
  const auto pick = [&](double rank) { return slopes[static_cast<std::size_t>(std::clamp(rank, 0.0, count - 1))]; };
  Trend trend;
  trend.slope = median(slopes);
  trend.low = pick(std::max(std::nearbyint((count - kNormal975 * sigma) / 2) - 1, 0.0));
  trend.high = pick(std::min(std::nearbyint((count + kNormal975 * sigma) / 2), count - 1));
  return trend;
}

}  // namespace myocramp
