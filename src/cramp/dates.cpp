#include "myocramp/cramp/dates.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "myocramp/detect/likely_change.hpp"

namespace myocramp {
namespace {

constexpr double kPower = 2;    // of signal and noise over that of noise where both are equal
constexpr double kShare = 0.5;  // of the power further on, that a step reaches at once
constexpr Index kFurther = 10;  // windows
constexpr Index kAtOnce = 20;   // windows that are read together
constexpr Index kNowhere = -1;

// The first of x from which on a window's mean square is at least `power`; never one with a gap in it.
Index first_above(std::span<const double> x, Index window, double power) {
  const double least = power * static_cast<double>(window);
  double sum = 0;
  Index held = 0;
  for (Index i = 0; i < static_cast<Index>(x.size()); ++i) {
    const double v = x[static_cast<std::size_t>(i)];
    if (!std::isfinite(v)) {
      sum = 0;
      held = 0;
      continue;
    }
    sum += v * v;
    if (++held > window) {
      const double left = x[static_cast<std::size_t>(i - window)];
      sum -= left * left;
      --held;
    }
    if (held == window && sum >= least) return i - window + 1;
  }
  return kNowhere;
}

double mean_square(std::span<const double> x) {
  double sum = 0;
  for (const double v : x) sum += v * v;
  return sum / static_cast<double>(x.size());
}

}  // namespace

Index date_onset(Interval span, Interval limits, const DateRule& rule, const ReadSamples& read) {
  const Index half = rule.window / 2;
  Index middle = kNowhere;
  for (Index from = std::max(limits.begin, span.begin - half); middle == kNowhere && from + half < span.end;
       from += kAtOnce * rule.window) {
    const std::vector<double> x = read({from, std::min(limits.end, from + (kAtOnce + 1) * rule.window - 1)});
    if (const Index k = first_above(x, rule.window, kPower * rule.rest_power); k != kNowhere) middle = from + k + half;
  }
  if (middle == kNowhere || middle >= span.end) return span.begin;

  const Index reach = 2 * rule.window;
  const Interval rows = intersect(limits, {middle - reach, middle + reach + (kFurther + 1) * rule.window});
  const std::vector<double> all = read(rows);
  Index first = middle - rows.begin;  // of what is measured without a gap around the middle
  Index last = first;
  while (first > 0 && std::isfinite(all[static_cast<std::size_t>(first - 1)])) --first;
  while (last < static_cast<Index>(all.size()) && std::isfinite(all[static_cast<std::size_t>(last)])) ++last;
  const auto part = [&all](Index begin, Index end) {
    return std::span<const double>(all).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  };
  const Index near = std::min(last, middle + reach - rows.begin);
  const Index step = first + likely_rise<Rectify::kSquare>(part(first, near), rule.rest_power);
  const Index behind = step + rule.window;
  const Index further = std::min(last, behind + kFurther * rule.window);
  if (step == near || further < behind + rule.window) return middle;
  const double at_once = mean_square(part(step, behind)) - rule.rest_power;
  const double then = mean_square(part(behind, further)) - rule.rest_power;
  return at_once >= kShare * then ? std::min(rows.begin + step, span.end - 1) : middle;
}

Index date_offset(Interval span, Interval limits, const DateRule& rule, const ReadSamples& read) {
  const auto mirrored = [](Interval rows) { return Interval{-rows.end, -rows.begin}; };
  const auto backwards = [&](Interval rows) {
    std::vector<double> x = read(mirrored(rows));
    std::reverse(x.begin(), x.end());
    return x;
  };
  return -date_onset(mirrored(span), mirrored(limits), rule, backwards);
}

}  // namespace myocramp
