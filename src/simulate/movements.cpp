#include "myocramp/simulate/movements.hpp"

#include <algorithm>
#include <cmath>

#include "myocramp/simulate/distributions.hpp"
#include "myocramp/simulate/streams.hpp"

namespace myocramp {
namespace {

constexpr double kApart_s = 0.5;  // movements closer than this count as one

void check_order(const char* name, double low, double high) {
  if (high < low) throw InvalidArgument({"E-OPTION", "", name, "at least " + detail::number(low), detail::number(high)});
}

}  // namespace

std::vector<Movement> periodic_movements(const PeriodicMovements& o, double from_s, double to_s, std::uint64_t seed, std::uint64_t train) {
  check(o, "periodic_movements");
  check_order("periodic_movements.longest_s", o.least_s, o.longest_s);
  check_order("periodic_movements.longest_interval_s", o.least_interval_s, o.longest_interval_s);
  check_order("periodic_movements.least_interval_s", o.least_s + kApart_s, o.least_interval_s);
  Random random = stream(seed, Purpose::kMovement, {1, train});
  std::vector<Movement> out;
  for (double onset = from_s; onset < to_s;) {
    const double interval =
        draw_lognormal_within(random, {o.median_interval_s, o.interval_sigma}, o.least_interval_s, o.longest_interval_s);
    const double longest = std::min(o.longest_s, interval - kApart_s);
    const double duration = draw_lognormal_within(random, {o.median_s, o.duration_sigma}, o.least_s, longest);
    if (onset + duration > to_s) break;
    out.push_back({onset, duration});
    onset += interval;
  }
  if (out.size() < 4) out.clear();
  return out;
}

std::vector<Movement> large_movements(const LargeMovements& o, double from_s, double to_s, std::uint64_t seed, std::uint64_t stream_id) {
  check(o, "large_movements");
  check_order("large_movements.longest_s", o.least_s, o.longest_s);
  std::vector<Movement> out;
  if (o.per_hour == 0) return out;
  Random random = stream(seed, Purpose::kMovement, {2, stream_id});
  double busy_until = from_s;
  for (double onset = from_s + draw_exponential(random, 3600 / o.per_hour); onset < to_s;
       onset += draw_exponential(random, 3600 / o.per_hour)) {
    const double duration = o.least_s * std::pow(o.longest_s / o.least_s, random.uniform());
    if (onset < busy_until || onset + duration > to_s) continue;
    out.push_back({onset, duration});
    busy_until = onset + duration;
  }
  return out;
}

}  // namespace myocramp
