#include "myocramp/study/tuning.hpp"

#include <algorithm>
#include <cmath>

#include "myocramp/core/random.hpp"

namespace myocramp {
namespace {

constexpr std::uint64_t kSplitStream = 0;
constexpr int kTries = 1000;  // for one configuration; where none fits the rate, the detector will say so

// Each near its default on a logarithmic scale; nothing says what is near 0.
OptionValues drawn(const DetectorEntry& detector, Random& random) {
  OptionValues out;
  for (const auto& [field, value] : detector.options) {
    const double low = std::max(field.low, value / 3);
    const double high = std::min(field.high, value * 3);
    const bool has_scale = value > 0;
    out.emplace_back(field.name, has_scale ? std::clamp(std::exp(random.uniform(std::log(low), std::log(high))), low, high) : value);
  }
  return out;
}

// Whether its options go together, and with the rate.
bool fits(const DetectorEntry& detector, const OptionValues& values, SampleRate rate) {
  try {
    detector.make(values, rate, 1);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

std::vector<OptionValues> tuning_draws(const DetectorEntry& detector, int draws, std::uint64_t seed, SampleRate rate) {
  std::vector<OptionValues> out;
  if (draws > 0) {
    OptionValues& defaults = out.emplace_back();
    for (const auto& [field, value] : detector.options) defaults.emplace_back(field.name, value);
  }
  std::uint64_t stream = 1469598103934665603ULL;  // FNV-1a of the name
  for (const char c : detector.name) stream = (stream ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  Random random(seed, stream);
  int tries = kTries;
  while (static_cast<int>(out.size()) < draws) {
    OptionValues values = drawn(detector, random);
    int k = 1;
    for (; k < tries && !fits(detector, values, rate); ++k) values = drawn(detector, random);
    if (k == kTries) tries = 1;  // nothing fits
    out.push_back(std::move(values));
  }
  return out;
}

std::vector<std::string> training_subjects(std::vector<std::string> subjects, std::uint64_t seed) {
  std::sort(subjects.begin(), subjects.end());
  Random random(seed, kSplitStream);
  for (std::size_t k = subjects.size(); k > 1; --k) {  // Fisher and Yates
    std::swap(subjects[k - 1], subjects[static_cast<std::size_t>(random.uniform() * static_cast<double>(k))]);
  }
  subjects.resize(std::max<std::size_t>(1, subjects.size() / 2));
  std::sort(subjects.begin(), subjects.end());
  return subjects;
}

}  // namespace myocramp
