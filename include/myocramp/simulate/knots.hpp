#pragma once

#include <algorithm>
#include <vector>

namespace myocramp {

/// One corner of a quantity that changes linearly over time, such as an excitation or a rate.
struct Knot {
  double time_s = 0;
  double value = 0;
};

/// The value at a time between knots sorted by time; 0 before the first and after the last. Of two knots at one time the later holds from there on.
inline double value_at(const std::vector<Knot>& knots, double time_s) {
  const auto after = std::upper_bound(knots.begin(), knots.end(), time_s, [](double t, const Knot& k) { return t < k.time_s; });
  if (after == knots.begin()) return 0;
  const Knot& left = *(after - 1);
  if (after == knots.end()) return left.time_s == time_s ? left.value : 0;
  return left.value + (after->value - left.value) * (time_s - left.time_s) / (after->time_s - left.time_s);
}

}  // namespace myocramp
