#include "myocramp/study/tuning.hpp"

#include <algorithm>
#include <cmath>

#include "myocramp/core/random.hpp"

namespace myocramp {
namespace {

constexpr std::uint64_t kSplitStream = 0;

}  // namespace

std::vector<OptionValues> tuning_draws(const DetectorEntry& detector, int draws, std::uint64_t seed) {
  std::vector<OptionValues> out;
  std::uint64_t stream = 1469598103934665603ULL;  // FNV-1a of the name
  for (const char c : detector.name) stream = (stream ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  Random random(seed, stream);
  for (int k = 0; k < draws; ++k) {
    OptionValues values;
    for (const auto& [field, value] : detector.options) {
      double drawn = value;
      if (value > 0) {
        const double low = std::max(field.low, value / 3);
        const double high = std::min(field.high, value * 3);
        drawn = std::exp(random.uniform(std::log(low), std::log(high)));
        drawn = std::clamp(drawn, low, high);
      } else if (std::isfinite(field.low) && std::isfinite(field.high)) {
        drawn = random.uniform(field.low, field.high);
      }
      values.emplace_back(field.name, k == 0 ? value : drawn);
    }
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
