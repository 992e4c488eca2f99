#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "myocramp/core/radix_sort.hpp"
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

  /// at() of `count` samples from `first` on: the same bits, faster.
  void levels(Index first, Index count, double* out) const noexcept {
    const auto last = static_cast<Index>(level.size()) - 1;
    for (Index i = 0; i < count;) {
      const Index k = std::min((first + i) / knot_samples, last);
      const double a = level[static_cast<std::size_t>(k)];
      const Index end = k == last ? count : std::min(count, (k + 1) * knot_samples - first);
      if (k == last) {
        std::fill(out + i, out + end, a);
      } else {
        const double rise = level[static_cast<std::size_t>(k + 1)] - a;
        const auto spacing = static_cast<double>(knot_samples);
        const auto knot = static_cast<double>(k);
        for (Index j = i; j < end; ++j) out[j] = a + rise * (static_cast<double>(first + j) / spacing - knot);
      }
      i = end;
    }
  }

  struct Range {
    double least = 0;
    double most = 0;
  };
  /// What lies between the least and the greatest level at any sample of `rows`.
  [[nodiscard]] Range range(Interval rows) const noexcept {
    const double first = at(rows.begin);
    const double last = at(rows.end - 1);
    Range r{std::min(first, last), std::max(first, last)};
    for (Index k = (rows.begin + knot_samples - 1) / knot_samples; k * knot_samples < rows.end && k < static_cast<Index>(level.size());
         ++k) {
      r.least = std::min(r.least, level[static_cast<std::size_t>(k)]);
      r.most = std::max(r.most, level[static_cast<std::size_t>(k)]);
    }
    return r;
  }
};

namespace detail {

struct Cluster {
  double centre = std::numeric_limits<double>::quiet_NaN();
  double deviation = 0;
};

// The p-quantile of sorted values, as quantile().
inline double quantile_of_sorted(const double* x, std::size_t n, double p) noexcept {
  if (n == 0) return std::numeric_limits<double>::quiet_NaN();
  const double place = p * static_cast<double>(n - 1);
  const auto lower = static_cast<std::size_t>(place);
  if (lower + 1 >= n) return x[lower];
  return x[lower] + (x[lower + 1] - x[lower]) * (place - static_cast<double>(lower));
}

// The median distance of sorted values from `centre`. The k + 1 nearest stand side by side: a binary search finds them.
inline double median_distance(const double* x, std::size_t n, double centre) noexcept {
  if (n == 0) return std::numeric_limits<double>::quiet_NaN();
  const double place = 0.5 * static_cast<double>(n - 1);
  const auto k = static_cast<std::size_t>(place);
  std::size_t from = 0;
  for (std::size_t to = n - 1 - k; from < to;) {
    const std::size_t middle = from + (to - from) / 2;
    if (centre - x[middle] > x[middle + k + 1] - centre) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  const double a = std::max(std::abs(x[from] - centre), std::abs(x[from + k] - centre));
  if (k + 1 >= n) return a;
  double b = std::numeric_limits<double>::infinity();
  if (from > 0) b = std::min(b, std::abs(x[from - 1] - centre));
  if (from + k + 1 < n) b = std::min(b, std::abs(x[from + k + 1] - centre));
  return a + (b - a) * (place - static_cast<double>(k));
}

// The lowest cluster of sorted values: from the lowest tenth upwards, everything within three robust deviations of its own median.
inline Cluster lowest_cluster(const std::vector<double>& sorted) {
  if (sorted.empty()) return {};
  Cluster c{quantile_of_sorted(sorted.data(), sorted.size(), 0.1), 0};
  c.deviation = 0.2 * c.centre;  // a start: the spread of the mean of about 15 independent half-normal values
  for (int round = 0; round < 50; ++round) {
    const auto above = std::upper_bound(sorted.begin(), sorted.end(), c.centre + 3 * c.deviation);
    const auto inside = static_cast<std::size_t>(above - sorted.begin());
    const double centre = quantile_of_sorted(sorted.data(), inside, 0.5);
    const double deviation = 1.4826 * median_distance(sorted.data(), inside, centre);
    const bool settled = centre == c.centre && deviation == c.deviation;
    c = {centre, deviation};
    if (settled) break;
  }
  return c;
}

// The finite values of a range that moves on over a list, sorted.
template <class T>
class SortedRange {
 public:
  explicit SortedRange(const std::vector<T>& values) : values_(values) {}

  // Both ends may only rise.
  void move_to(Index begin, Index end) {
    drop(begin);
    take(std::max(begin, end_), end);
    end_ = std::max(end_, end);
  }
  [[nodiscard]] const std::vector<double>& sorted() const noexcept { return sorted_; }

 private:
  struct Placed {
    double value;
    Index place;
  };

  // What stands before `begin`.
  void drop(Index begin) noexcept {
    std::size_t kept = 0;  // no branch depends on the places, which lie in disorder
    for (std::size_t i = 0; i < sorted_.size(); ++i) {
      sorted_[kept] = sorted_[i];
      places_[kept] = places_[i];
      kept += places_[i] >= begin ? 1U : 0U;
    }
    sorted_.resize(kept);
    places_.resize(kept);
  }

  void take(Index begin, Index end) {
    batch_.clear();
    for (Index k = begin; k < end; ++k) {
      const auto v = static_cast<double>(values_[static_cast<std::size_t>(k)]);
      if (std::isfinite(v)) batch_.push_back({v, k});
    }
    radix_sort(batch_, scratch_, [](const Placed& p) { return p.value; });
    std::size_t old = sorted_.size();
    std::size_t to = old + batch_.size();
    sorted_.resize(to);
    places_.resize(to);
    for (auto p = batch_.rbegin(); p != batch_.rend(); ++p) {
      for (; old > 0 && sorted_[old - 1] > p->value; --old) {
        --to;
        sorted_[to] = sorted_[old - 1];
        places_[to] = places_[old - 1];
      }
      --to;
      sorted_[to] = p->value;
      places_[to] = p->place;
    }
  }

  const std::vector<T>& values_;
  Index end_ = 0;
  std::vector<double> sorted_;
  std::vector<Index> places_;  // of the sorted values
  std::vector<Placed> batch_;  // scratch
  std::vector<Placed> scratch_;
};

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

/// Turns to NaN what learn_level() shall not learn from: `values[k]`, of the `window` samples that end at (k + 1) * spacing - 1, where they meet
/// one of `spans`.
template <class T>
void leave_out(std::vector<T>& values, Index spacing, Index window, const std::vector<Interval>& spans) {
  const auto n = static_cast<Index>(values.size());
  for (const Interval& s : spans) {
    const Index first = s.begin / spacing;                  // the first that ends behind the begin
    const Index last = (s.end + window - 2) / spacing - 1;  // the last that begins before the end
    for (Index k = std::max<Index>(0, first); k <= std::min(n - 1, last); ++k) {
      values[static_cast<std::size_t>(k)] = std::numeric_limits<T>::quiet_NaN();
    }
  }
}

/// leave_out() of spans behind an open lead, where there is less than noise: their median is below half of the lowest tenth of what is left.
/// Where it is not, hum that was taken off was told for an open lead, and nothing is left out.
template <class T>
void leave_out_below(std::vector<T>& values, Index spacing, Index window, const std::vector<Interval>& spans) {
  constexpr double kBelow = 0.5;
  if (spans.empty()) return;
  std::vector<T> left = values;
  leave_out(left, spacing, window, spans);
  std::vector<double> out;
  std::vector<double> in;
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (!std::isfinite(values[k])) continue;
    (std::isnan(left[k]) ? out : in).push_back(static_cast<double>(values[k]));
  }
  if (median(std::move(out)) < kBelow * quantile(std::move(in), 0.1)) values = std::move(left);
}

/// Learns the level at rest of one channel from its statistic, sampled so that its windows do not overlap.
///
/// `values[k]` is the statistic of the window that ends at sample (k + 1) * spacing - 1, in V, NaN in gaps. Every 15 s the level is the
/// lowest cluster of the values within +-60 s; lifts of the level that last less than `longest_activity_s` are activity, not drift, and
/// are cut off by a morphological opening. So the baseline is the lowest level that the recording comes back to within that time:
/// it follows slow drift, and leaves out activity that fills less than nine tenths of a two-minute stretch, or that lasts less than
/// `longest_activity_s`. Where less than a tenth of the values around a knot is known, that is learned from only when nothing else is near.
/// `floor` is the least level, for quantised signals.
template <class T = double>
Baseline learn_level(const std::vector<T>& values, Index spacing, SampleRate rate, double longest_activity_s, double floor) {
  constexpr double kKnot_s = 15;
  constexpr double kContext_s = 60;
  constexpr double kLeast = 0.1;
  const Index per_knot = std::max<Index>(1, static_cast<Index>(std::llround(kKnot_s * rate.hertz() / static_cast<double>(spacing))));
  const Index context = std::max<Index>(1, static_cast<Index>(std::llround(kContext_s * rate.hertz() / static_cast<double>(spacing))));
  const auto n = static_cast<Index>(values.size());
  Baseline b;
  b.knot_samples = per_knot * spacing;
  std::vector<double> raw;
  std::vector<double> least;
  detail::SortedRange<T> near(values);
  std::vector<double> few;
  for (Index knot = 0; knot == 0 || knot < n; knot += per_knot) {
    const Interval around{std::max<Index>(0, knot - context), std::min(n, knot + context)};
    near.move_to(around.begin, around.end);
    // Nine decades below what is near lies arithmetic, such as a filter's ringing into digital silence, and not muscle.
    least.push_back(near.sorted().empty() ? floor : std::max(floor, 1e-9 * near.sorted().back()));
    raw.push_back(detail::lowest_cluster(near.sorted()).centre);
    few.push_back(std::numeric_limits<double>::quiet_NaN());
    if (static_cast<double>(near.sorted().size()) < kLeast * static_cast<double>(around.length())) std::swap(raw.back(), few.back());
  }
  b.level = detail::opening(raw, static_cast<Index>(std::ceil(longest_activity_s / kKnot_s / 2)));
  for (std::size_t k = 0; k < b.level.size(); ++k) b.level[k] = std::isnan(b.level[k]) ? few[k] : b.level[k];
  // NaN stays NaN: comparisons with it are false, and max returns its first argument.
  for (std::size_t k = 0; k < b.level.size(); ++k) b.level[k] = std::max(b.level[k], least[k]);
  return b;
}

/// learn_level() and the spread about it.
template <class T = double>
Baseline learn_baseline(const std::vector<T>& values, Index spacing, SampleRate rate, double longest_activity_s, double floor) {
  Baseline b = learn_level(values, spacing, rate, longest_activity_s, floor);
  std::vector<double> relative;
  relative.reserve(values.size());
  for (std::size_t k = 0; k < values.size(); ++k) {
    const double v = static_cast<double>(values[k]) / b.at((static_cast<Index>(k) + 1) * spacing - 1);
    if (std::isfinite(v)) relative.push_back(v);
  }
  std::vector<double> scratch;
  radix_sort(relative, scratch);
  const detail::Cluster rest = detail::lowest_cluster(relative);
  b.spread = rest.centre > 0 ? rest.deviation / rest.centre : 0;
  return b;
}

/// The same from rest that is marked: one level for the whole recording, the lowest cluster of the values whose `window` lies in `rest`
/// (samples). NaN when there is none.
template <class T = double>
Baseline learn_marked(const std::vector<T>& values, Index spacing, Index window, Interval rest, double floor) {
  std::vector<double> inside;
  for (std::size_t k = 0; k < values.size(); ++k) {
    const Index end = (static_cast<Index>(k) + 1) * spacing;
    const auto v = static_cast<double>(values[k]);
    if (end - window >= rest.begin && end <= rest.end && std::isfinite(v)) inside.push_back(v);
  }
  std::vector<double> scratch;
  radix_sort(inside, scratch);
  const detail::Cluster cluster = detail::lowest_cluster(inside);
  Baseline b;
  b.level = {std::isnan(cluster.centre) ? cluster.centre : std::max(cluster.centre, floor)};
  b.spread = cluster.centre > 0 ? cluster.deviation / cluster.centre : 0;
  return b;
}

}  // namespace myocramp
