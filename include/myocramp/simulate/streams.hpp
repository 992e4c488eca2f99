#pragma once

#include <cstdint>
#include <initializer_list>

#include "myocramp/core/random.hpp"

namespace myocramp {

/// What a stream of random numbers is for. The values are part of what a seed means: they may be added to, never changed.
enum class Purpose : std::uint64_t {
  kPlan = 1,
  kPool,
  kFibres,
  kDrive,
  kDischarge,
  kCramp,
  kNoise,
  kMains,
  kMotion,
  kEcg,
  kStimulus,
  kCovariate,
  kElectrode,
  kFasciculation,
  kRecurrence,
  kMovement
};

/// The number of the stream for one purpose and the things that it is about, such as (subject, event, unit).
///
/// Names that differ give streams that are independent for all that can be seen: each is scrambled by the finaliser of SplitMix64
/// (Steele, Lea and Flood 2014, OOPSLA). So every unit, event and block draws its own numbers, in whatever order and thread they are made.
inline std::uint64_t stream_number(Purpose purpose, std::initializer_list<std::uint64_t> about) {
  const auto scramble = [](std::uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  };
  std::uint64_t id = scramble(static_cast<std::uint64_t>(purpose) * 0x9E3779B97F4A7C15ULL);
  for (const std::uint64_t word : about) id = scramble(id + 0x9E3779B97F4A7C15ULL + word);
  return id;
}

/// The stream of that number.
inline Random stream(std::uint64_t seed, Purpose purpose, std::initializer_list<std::uint64_t> about) {
  return {seed, stream_number(purpose, about)};
}

}  // namespace myocramp
