#pragma once

#include <cstdint>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/simulate/knots.hpp"
#include "myocramp/simulate/motor_unit.hpp"

namespace myocramp {

/// Discharges of single motor units at rest.
struct Fasciculations {
  double paired = 0.1;
  double pair_s = 0.033;
  double pair_sd_s = 0.002;
  double gain_sigma = 0.5;
};

template <class V>
void describe(Fasciculations& o, V&& v) {
  v(o.paired, Field{"paired", "1", 0, 1, "part of the fasciculations that a second discharge follows", "our default"});
  v(o.pair_s, Field{"pair_s", "s", 0.003, 0.2, "mean delay of the second", "Kleine et al. 2012 Clin Neurophysiol 123:399"});
  v(o.pair_sd_s, Field{"pair_sd_s", "s", 0, 0.05, "its standard deviation", "our default"});
  v(o.gain_sigma, Field{"gain_sigma", "1", 0, 2, "standard deviation of the logarithm of the amplitude", "our default"});
}

/// Fasciculations of a muscle, sorted by time: a Poisson process whose rate per minute follows the knots, each of a unit drawn evenly from the pool.
///
/// A pair shares its unit and its amplitude; its second discharge may lie after the last knot. Knots at rate 0, or none, give none.
/// Throws: InvalidArgument E-OPTION, also for a pool without units and knots that are not sorted or negative.
/// Source: pairs peak at 32 to 35 ms, Kleine et al. 2012 Clin Neurophysiol 123:399.
std::vector<Discharge> fasciculation_discharges(const std::vector<MotorUnit>& pool, const Fasciculations& options,
                                                const std::vector<Knot>& per_minute, std::uint64_t seed, std::uint64_t muscle);

/// Knots of a rate that is `low` per minute from `from_s` on, rises in a line over the `lead_s` before each onset to `high` and falls back at the onset.
/// Onsets are sorted; a rise does not begin before the onset ahead of it.
std::vector<Knot> rate_before_cramps(double from_s, double to_s, double low, double high, double lead_s,
                                     const std::vector<double>& onsets_s);

}  // namespace myocramp
