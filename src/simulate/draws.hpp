#pragma once

#include <cmath>
#include <string_view>

#include "myocramp/core/options.hpp"
#include "myocramp/core/random.hpp"
#include "myocramp/core/sample_rate.hpp"

namespace myocramp::detail {

// A number whose logarithm is uniform; uniform itself when the range begins at 0.
inline double log_uniform(Random& random, double low, double high) {
  const double u = random.uniform();
  return low > 0 ? low * std::exp(u * std::log(high / low)) : low + (high - low) * u;
}

// The time from the end of one spell to the start of the next: exponential. Never, when there are none.
inline double gap_s(Random& random, double per_hour) { return -std::log(random.uniform()) * 3600 / per_hour; }

inline double sign(Random& random) { return random.uniform() < 0.5 ? -1 : 1; }

inline Index pick(Random& random, Index count) { return static_cast<Index>(random.uniform() * static_cast<double>(count)); }

// Throws: InvalidArgument E-OPTION unless low <= high; `place` names the first.
inline void check_order(double low, double high, std::string_view place) {
  if (low <= high) return;
  throw InvalidArgument({"E-OPTION", "", std::string(place), "at most " + number(high), number(low)});
}

// Those of the rows [first, first + rows) whose time lies in [start_s, stop_s), counted from `first`.
inline Interval rows_inside(SampleRate rate, Index first, Index rows, double start_s, double stop_s) {
  const auto from = [&](double time_s) {
    const double row = std::ceil(time_s * rate.hertz()) - static_cast<double>(first);
    return row <= 0 ? Index{0} : row >= static_cast<double>(rows) ? rows : static_cast<Index>(row);
  };
  const Index begin = from(start_s);
  return {begin, std::max(begin, from(stop_s))};
}

}  // namespace myocramp::detail
