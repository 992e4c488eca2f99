#include "myocramp/detect/hmm.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "support/activity.hpp"

namespace myocramp {
namespace {

TEST(Hmm, ThePathIsTheBestOfAll) {
  constexpr std::size_t kSteps = 12;
  Random random(9, 0);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> rest;
    std::vector<double> active;
    for (std::size_t k = 0; k < kSteps; ++k) {
      rest.push_back(3 * random.normal());
      active.push_back(3 * random.normal());
    }
    const double begin = 0.02 + 0.5 * random.uniform();
    const double end = 0.02 + 0.5 * random.uniform();
    double best = -kNoLimit;
    unsigned best_path = 0;
    for (unsigned path = 0; path < 1U << kSteps; ++path) {
      double value = 0;
      for (std::size_t k = 0; k < kSteps; ++k) {
        const bool now = (path >> k & 1U) != 0;
        value += now ? active[k] : rest[k];
        if (k == 0) continue;
        const bool was = (path >> (k - 1) & 1U) != 0;
        const double change = was ? end : begin;
        value += std::log(now == was ? 1 - change : change);
      }
      if (value > best) {
        best = value;
        best_path = path;
      }
    }
    const std::vector<bool> path = most_probable_path(rest, active, begin, end);
    for (std::size_t k = 0; k < kSteps; ++k) EXPECT_EQ(path[k], (best_path >> k & 1U) != 0) << round << " " << k;
  }
}

TEST(Hmm, OfNothingThereIsNoPath) { EXPECT_TRUE(most_probable_path({}, {}, 0.1, 0.1).empty()); }

TEST(Hmm, ScoresAreRatiosToWhereBothStatesAreAsLikely) {
  // By hand for spread 0.1, ratio e, scatter 1: x^2 / 0.02 - (x - 1)^2 / 2 = ln 10, so 99 x^2 + 2 x - 1 - 2 ln 10 = 0.
  Frames frames{std::vector<double>(100, 1.0), std::vector<double>(100, 1.0), 0.1};
  std::fill(frames.value.begin() + 40, frames.value.begin() + 60, 5.0);
  const auto found = HmmDetector({.ratio = std::exp(1), .scatter = 1}, SampleRate(1000), 1).decide(frames);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].frames, (Interval{40, 60}));
  const double x = (-1 + std::sqrt(1 + 99 * (1 + 2 * std::log(10)))) / 99;
  EXPECT_NEAR(found[0].score, 5 / std::exp(x), 1e-12);
}

}  // namespace
}  // namespace myocramp
