#include "myocramp/detect/bocpd.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "support/activity.hpp"

namespace myocramp {
namespace {

// ln of the density of the energies of a run: the marginal likelihood of zero-mean Gaussian samples whose variance is inverse-gamma (1, 1).
double evidence(const std::vector<double>& energy, std::size_t from, std::size_t to, double samples) {
  double sum = 0;
  for (std::size_t k = from; k < to; ++k) sum += samples * energy[k] / 2;
  const double shape = 1 + samples * static_cast<double>(to - from) / 2;
  return std::lgamma(shape) - shape * std::log(1 + sum);
}

TEST(Bocpd, RunLengthsAreThoseOfTheWholeJointDistribution) {
  constexpr std::size_t kCount = 120;
  constexpr double kSamples = 7;
  constexpr double kHazard = 0.02;
  const Samples<double> x = testing::white_noise(kCount, 1, 8);
  std::vector<double> energy;
  for (std::size_t k = 0; k < kCount; ++k) {
    const double level = k < 50 ? 1 : k < 80 ? 20 : 0.7;
    energy.push_back(level * (0.3 + x(static_cast<Index>(k), 0) * x(static_cast<Index>(k), 0)));
  }
  // joint(t, r): the sum over all partitions whose last run holds r frames; the sum over r starts the next run.
  std::vector<double> total(kCount + 1, 0.0);
  std::vector<Index> expected;
  for (std::size_t t = 1; t <= kCount; ++t) {
    std::vector<double> joint;
    double most = -kNoLimit;
    Index best = 0;
    for (std::size_t r = 1; r <= t; ++r) {
      const std::size_t from = t - r;
      const double start = from == 0 ? 0 : std::log(kHazard);
      joint.push_back(total[from] + start + static_cast<double>(r - 1) * std::log1p(-kHazard) + evidence(energy, from, t, kSamples));
      if (joint.back() > most) {
        most = joint.back();
        best = static_cast<Index>(r);
      }
    }
    double sum = 0;
    for (const double j : joint) sum += std::exp(j - most);
    total[t] = most + std::log(sum);
    expected.push_back(best);
  }
  EXPECT_EQ(run_lengths(energy, kSamples, kHazard, 1e-300), expected);
  EXPECT_EQ(run_lengths(energy, kSamples, kHazard, 1e-4), expected) << "nothing of weight was forgotten";
  EXPECT_EQ(expected[79], 30);
}

TEST(Bocpd, OfNothingThereIsNoRun) { EXPECT_TRUE(run_lengths({}, 7, 0.1, 1e-6).empty()); }

}  // namespace
}  // namespace myocramp
