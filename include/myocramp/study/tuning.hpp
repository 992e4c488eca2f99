#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "myocramp/core/sample_rate.hpp"
#include "myocramp/detect/registry.hpp"

namespace myocramp {

/// The configurations that tuning tries: the defaults, then random ones. Options are drawn log-uniformly between a third of their default and
/// three times it, inside their range; those of default 0 stay. What does not go together, or not with `rate`, the lowest of the recordings,
/// is drawn again.
std::vector<OptionValues> tuning_draws(const DetectorEntry& detector, int draws, std::uint64_t seed, SampleRate rate);

/// Which of the sorted `subjects` tune; the others test. Half of them, rounded down, but at least one.
std::vector<std::string> training_subjects(std::vector<std::string> subjects, std::uint64_t seed);

}  // namespace myocramp
