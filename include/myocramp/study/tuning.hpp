#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "myocramp/detect/registry.hpp"

namespace myocramp {

/// The configurations that tuning tries: the defaults, then random ones. Options that have a range around their default of a third to three
/// times it are drawn from that log-uniformly, those with default 0 from their whole range when it is finite.
std::vector<OptionValues> tuning_draws(const DetectorEntry& detector, int draws, std::uint64_t seed);

/// Which of the sorted `subjects` tune; the others test. Half of them, rounded down, but at least one.
std::vector<std::string> training_subjects(std::vector<std::string> subjects, std::uint64_t seed);

}  // namespace myocramp
