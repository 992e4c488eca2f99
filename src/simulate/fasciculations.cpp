#include "myocramp/simulate/fasciculations.hpp"

#include <algorithm>
#include <cmath>

#include "myocramp/simulate/distributions.hpp"
#include "myocramp/simulate/motor_pool.hpp"
#include "myocramp/simulate/streams.hpp"

namespace myocramp {

std::vector<Discharge> fasciculation_discharges(const std::vector<MotorUnit>& pool, const Fasciculations& o,
                                                const std::vector<Knot>& per_minute, std::uint64_t seed, std::uint64_t muscle) {
  check(o, "fasciculations");
  if (pool.empty()) throw InvalidArgument({"E-OPTION", "", "fasciculations.pool", "at least 1 unit", "0"});
  double highest = 0;
  for (std::size_t i = 0; i < per_minute.size(); ++i) {
    if (!(per_minute[i].value >= 0 && std::isfinite(per_minute[i].value)))
      throw InvalidArgument({"E-OPTION", "", "fasciculations.per_minute", "rates of at least 0", detail::number(per_minute[i].value)});
    if (!std::isfinite(per_minute[i].time_s) || (i > 0 && per_minute[i].time_s < per_minute[i - 1].time_s))
      throw InvalidArgument({"E-OPTION", "", "fasciculations.per_minute", "times in order", detail::number(per_minute[i].time_s)});
    highest = std::max(highest, per_minute[i].value);
  }
  std::vector<Discharge> out;
  if (highest == 0) return out;
  Random random = stream(seed, Purpose::kFasciculation, {muscle});
  const double to_s = per_minute.back().time_s;
  for (double t = per_minute.front().time_s + draw_exponential(random, 60 / highest); t < to_s;
       t += draw_exponential(random, 60 / highest)) {
    if (random.uniform() * highest >= value_at(per_minute, t)) continue;
    Discharge d;
    d.time_s = t;
    d.unit =
        static_cast<std::int32_t>(std::min(static_cast<std::size_t>(random.uniform() * static_cast<double>(pool.size())), pool.size() - 1));
    d.gain = static_cast<float>(draw_lognormal(random, 1, o.gain_sigma));
    out.push_back(d);
    if (random.uniform() < o.paired) {
      d.time_s += std::max(kRefractory_s, o.pair_s + o.pair_sd_s * random.normal());
      out.push_back(d);
    }
  }
  std::sort(out.begin(), out.end(),
            [](const Discharge& a, const Discharge& b) { return a.time_s != b.time_s ? a.time_s < b.time_s : a.unit < b.unit; });
  return out;
}

std::vector<Knot> rate_before_cramps(double from_s, double to_s, double low, double high, double lead_s,
                                     const std::vector<double>& onsets_s) {
  std::vector<Knot> knots{{from_s, low}};
  for (const double onset : onsets_s) {
    if (onset <= knots.back().time_s || onset > to_s) continue;
    const double start = onset - lead_s;
    if (start > knots.back().time_s) knots.push_back({start, low});
    const double risen = std::min(1.0, (onset - knots.back().time_s) / lead_s);
    knots.push_back({onset, low + (high - low) * risen});
    knots.push_back({onset, low});
  }
  knots.push_back({to_s, low});
  return knots;
}

}  // namespace myocramp
