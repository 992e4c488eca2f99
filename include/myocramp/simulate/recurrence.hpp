#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/core/random.hpp"
#include "myocramp/simulate/distributions.hpp"
#include "myocramp/simulate/streams.hpp"

namespace myocramp {

/// How often cramps come, and how much each calls others.
struct Recurrence {
  double per_hour = 0.5;
  double branching = 0.5;
  double memory_s = 1200;
  double least_gap_s = 30;
};

template <class V>
void describe(Recurrence& o, V&& v) {
  v(o.per_hour, Field{"per_hour", "1/h", 0, 3600, "cramps that come without another before them", "our default"});
  v(o.branching, Field{"branching", "1", 0, 0.95, "cramps that one cramp calls, on the mean", "our default"});
  v(o.memory_s, Field{"memory_s", "s", 1, 36000, "time constant of that",
                      "our default; the threshold is lowered for 60 min in Miller et al. 2017 Muscle Nerve 56:E95"});
  v(o.least_gap_s, Field{"least_gap_s", "s", 0, 36000, "from the end of one to the onset of the next, at least", "our default"});
}

/// Onsets within [from_s, to_s), sorted, of a self-exciting process (Hawkes 1971 Biometrika 58:83) by the thinning of Ogata 1981 (IEEE Trans Inf Theory 27:23).
///
///     rate(t) = per_hour / 3600 + branching / memory_s * sum over earlier onsets of exp(-(t - onset) / memory_s)
///
/// `duration_s(k)` says how long event k lasts; onsets in it, or within least_gap_s after it, do not happen. With no duration and no gap the expected count
/// over a long time is per_hour / (1 - branching). `muscle` names the stream. Throws: InvalidArgument E-OPTION.
template <class Duration>
std::vector<double> recurrent_onsets(const Recurrence& options, double from_s, double to_s, Duration duration_s, std::uint64_t seed,
                                     std::uint64_t muscle) {
  check(options, "recurrence");
  Random random = stream(seed, Purpose::kRecurrence, {muscle});
  std::vector<double> onsets;
  const double base = options.per_hour / 3600;
  double excited = 0;  // what earlier onsets add to the rate at `now`
  double now = from_s;
  double busy_until = from_s;
  while (base + excited > 0) {
    const double bound = base + excited;  // the rate only falls until the next onset
    const double wait = draw_exponential(random, 1 / bound);
    now += wait;
    if (!(now < to_s)) break;
    excited *= std::exp(-wait / options.memory_s);
    if (random.uniform() * bound >= base + excited || now < busy_until) continue;
    busy_until = now + duration_s(onsets.size()) + options.least_gap_s;
    onsets.push_back(now);
    excited += options.branching / options.memory_s;
  }
  return onsets;
}

}  // namespace myocramp
