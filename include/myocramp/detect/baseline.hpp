#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "myocramp/core/reduce.hpp"
#include "myocramp/core/sample_rate.hpp"

namespace myocramp {

/// What a detection statistic is like at rest, for one channel: a level that drifts with the recording, and a relative spread.
struct Baseline {
  Index knot_samples = 1;     ///< knots stand at absolute multiples of this
  std::vector<double> level;  ///< at each knot, V; all NaN when the channel was never measured
  double spread = 0;          ///< robust standard deviation over level

  /// Level at a sample: linear between knots, constant beyond the last.
  [[nodiscard]] double at(Index sample) const noexcept {
    const double place = static_cast<double>(sample) / static_cast<double>(knot_samples);
    const auto last = static_cast<Index>(level.size()) - 1;
    const Index k = std::min(static_cast<Index>(place), last);
    const double a = level[static_cast<std::size_t>(k)];
    if (k == last) return a;
    const double b = level[static_cast<std::size_t>(k + 1)];
    return a + (b - a) * (place - static_cast<double>(k));
  }

  /// The lowest level at any sample of `rows`.
  [[nodiscard]] double lowest(Interval rows) const noexcept {
    double low = std::min(at(rows.begin), at(rows.end - 1));
    for (Index k = rows.begin / knot_samples; k <= rows.end / knot_samples && k < static_cast<Index>(level.size()); ++k) {
      if (k * knot_samples >= rows.begin) low = std::min(low, level[static_cast<std::size_t>(k)]);
    }
    return low;
  }
};

namespace detail {

struct Cluster {
  double centre = std::numeric_limits<double>::quiet_NaN();
  double deviation = 0;
};

// The lowest cluster of values: from the lowest tenth upwards, everything within three robust deviations of its own median.
inline Cluster lowest_cluster(std::vector<double> values) {
  if (values.empty()) return {};
  Cluster c{quantile(values, 0.1), 0};
  c.deviation = 0.2 * c.centre;  // a start: the spread of the mean of about 15 independent half-normal values
  for (int round = 0; round < 50; ++round) {
    std::vector<double> inside;
    for (const double v : values) {
      if (v <= c.centre + 3 * c.deviation) inside.push_back(v);
    }
    const double centre = median(inside);
    for (double& v : inside) v = std::abs(v - centre);
    const double deviation = 1.4826 * median(inside);
    const bool settled = centre == c.centre && deviation == c.deviation;
    c = {centre, deviation};
    if (settled) break;
  }
  return c;
}

// Morphological opening over +-reach places: lifts shorter than 2 reach + 1 places are cut off, slow rises stay. NaN: left out.
inline std::vector<double> opening(const std::vector<double>& x, Index reach) {
  const auto sweep = [reach](const std::vector<double>& from, bool lowest) {
    std::vector<double> to(from.size(), std::numeric_limits<double>::quiet_NaN());
    const auto n = static_cast<Index>(from.size());
    for (Index i = 0; i < n; ++i) {
      for (Index k = std::max<Index>(0, i - reach); k <= std::min(n - 1, i + reach); ++k) {
        const double v = from[static_cast<std::size_t>(k)];
        double& best = to[static_cast<std::size_t>(i)];
        if (!std::isnan(v) && (std::isnan(best) || (lowest ? v < best : v > best))) best = v;
      }
    }
    return to;
  };
  return sweep(sweep(x, true), false);
}

}  // namespace detail

/// Learns the baseline of one channel from its statistic, sampled once per detector window so that the samples are independent.
///
/// `values[k]` is the statistic of the window that ends at sample (k + 1) * spacing - 1, in V, NaN in gaps. Every 15 s the level is the
/// lowest cluster of the values within +-60 s; lifts of the level that last less than `longest_activity_s` are activity, not drift, and
/// are cut off by a morphological opening. So the baseline is the lowest level that the recording comes back to within that time:
/// it follows slow drift, and leaves out activity that fills less than nine tenths of a two-minute stretch, or that lasts less than
/// `longest_activity_s`. `floor` is the least level, for quantised signals.
inline Baseline learn_baseline(const std::vector<double>& values, Index spacing, SampleRate rate, double longest_activity_s, double floor) {
  constexpr double kKnot_s = 15;
  constexpr double kContext_s = 60;
  const Index per_knot = std::max<Index>(1, static_cast<Index>(std::llround(kKnot_s * rate.hertz() / static_cast<double>(spacing))));
  const Index context = std::max<Index>(1, static_cast<Index>(std::llround(kContext_s * rate.hertz() / static_cast<double>(spacing))));
  const auto n = static_cast<Index>(values.size());
  Baseline b;
  b.knot_samples = per_knot * spacing;
  std::vector<double> raw;
  std::vector<double> least;
  for (Index knot = 0; knot == 0 || knot < n; knot += per_knot) {
    std::vector<double> near;
    for (Index k = std::max<Index>(0, knot - context); k < std::min(n, knot + context); ++k) {
      if (std::isfinite(values[static_cast<std::size_t>(k)])) near.push_back(values[static_cast<std::size_t>(k)]);
    }
    // Nine decades below what is near lies arithmetic, such as a filter's ringing into digital silence, and not muscle.
    least.push_back(near.empty() ? floor : std::max(floor, 1e-9 * *std::max_element(near.begin(), near.end())));
    raw.push_back(detail::lowest_cluster(std::move(near)).centre);
  }
  b.level = detail::opening(raw, static_cast<Index>(std::ceil(longest_activity_s / kKnot_s / 2)));
  // NaN stays NaN: comparisons with it are false, and max returns its first argument.
  for (std::size_t k = 0; k < b.level.size(); ++k) b.level[k] = std::max(b.level[k], least[k]);

  std::vector<double> relative;
  for (Index k = 0; k < n; ++k) {
    const double v = values[static_cast<std::size_t>(k)] / b.at((k + 1) * spacing - 1);
    if (std::isfinite(v)) relative.push_back(v);
  }
  const detail::Cluster rest = detail::lowest_cluster(std::move(relative));
  b.spread = rest.centre > 0 ? rest.deviation / rest.centre : 0;
  return b;
}

}  // namespace myocramp
