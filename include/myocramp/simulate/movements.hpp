#pragma once

#include <cstdint>
#include <vector>

#include "myocramp/core/options.hpp"

namespace myocramp {

/// When one movement takes place.
struct Movement {
  double onset_s = 0;
  double duration_s = 0;
};

/// Trains of periodic limb movements in sleep.
struct PeriodicMovements {
  double least_s = 0.5;
  double longest_s = 10;
  double median_s = 2;
  double duration_sigma = 0.5;
  double least_interval_s = 10;
  double longest_interval_s = 90;
  double median_interval_s = 25;
  double interval_sigma = 0.35;
};

template <class V>
void describe(PeriodicMovements& o, V&& v) {
  v(o.least_s, Field{"least_s", "s", 0.1, 10, "shortest movement", "Ferri et al. 2016 Sleep Med 26:86"});
  v(o.longest_s, Field{"longest_s", "s", 0.1, 15, "longest movement", "Ferri et al. 2016"});
  v(o.median_s, Field{"median_s", "s", 0.1, 15, "median of the log-normal law within these limits", "our default"});
  v(o.duration_sigma, Field{"duration_sigma", "1", 0, 2, "standard deviation of the logarithm", "our default"});
  v(o.least_interval_s, Field{"least_interval_s", "s", 1, 90, "shortest time from onset to onset", "Ferri et al. 2016"});
  v(o.longest_interval_s, Field{"longest_interval_s", "s", 1, 600, "longest time from onset to onset", "Ferri et al. 2016"});
  v(o.median_interval_s, Field{"median_interval_s", "s", 1, 600, "median of the log-normal law within these limits", "our default"});
  v(o.interval_sigma, Field{"interval_sigma", "1", 0, 2, "standard deviation of the logarithm", "our default"});
}

/// A train of movements that fills [from_s, to_s), sorted, the last one ending in it; none if it has no room for four, which make a train periodic.
///
/// A movement ends at least 0.5 s before the next begins. `train` names the stream. Throws: InvalidArgument E-OPTION.
/// Source: limits of the WASM standard, Ferri et al. 2016 Sleep Med 26:86.
std::vector<Movement> periodic_movements(const PeriodicMovements& options, double from_s, double to_s, std::uint64_t seed,
                                         std::uint64_t train);

/// Large movements in sleep: turning over, moving several limbs.
struct LargeMovements {
  double per_hour = 2;
  double least_s = 3;
  double longest_s = 45;
};

template <class V>
void describe(LargeMovements& o, V&& v) {
  v(o.per_hour, Field{"per_hour", "1/h", 0, 60, "movements", "our default"});
  v(o.least_s, Field{"least_s", "s", 0.5, 60, "shortest movement", "Ferri et al. 2021 Sleep 44:zsab092"});
  v(o.longest_s, Field{"longest_s", "s", 0.5, 600, "longest movement; even in the logarithm between", "Ferri et al. 2021"});
}

/// Large movements within [from_s, to_s), sorted: a Poisson process; one that would meet the movement before it, or the end, does not happen.
///
/// `stream_id` names the stream. Throws: InvalidArgument E-OPTION. Source: limits of Ferri et al. 2021 Sleep 44:zsab092.
std::vector<Movement> large_movements(const LargeMovements& options, double from_s, double to_s, std::uint64_t seed,
                                      std::uint64_t stream_id);

}  // namespace myocramp
