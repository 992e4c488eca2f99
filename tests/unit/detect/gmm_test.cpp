#include "myocramp/detect/gmm.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "support/activity.hpp"

namespace myocramp {
namespace {

TEST(Gmm, RecoversASimulatedMixture) {
  constexpr int kCount = 20'000;
  for (const double weight : {0.01, 0.2, 0.9}) {
    Random random(5, 0);
    std::vector<double> x;
    for (int k = 0; k < kCount; ++k) x.push_back(k < weight * kCount ? 3 + 0.6 * random.normal() : 0.3 * random.normal());
    const Mixture m = fit_mixture(x, 0.3);
    // Four standard errors of as many values as are of the louder one.
    const double error = 4 * 0.6 / std::sqrt(weight * kCount);
    EXPECT_NEAR(m.mean, 3, error) << weight;
    EXPECT_NEAR(m.active, 0.6, error / std::sqrt(2)) << weight;
    EXPECT_NEAR(m.weight, weight, 1e-3);
  }
}

TEST(Gmm, NothingAndNothingAboveRestAreNoSecondGaussian) {
  EXPECT_EQ(fit_mixture({}, 0.3).weight, 0);
  EXPECT_EQ(fit_mixture({-9, -1, 0, 0.1, 0.8}, 0.3).weight, 0);
}

TEST(Gmm, IsActiveWhereThePosteriorIsOneHalf) {
  // By hand. Of equal deviations: mean / 2 + deviation^2 / mean * ln((1 - weight) / weight).
  EXPECT_NEAR((Mixture{0.5, 0.1, 2, 0.5}.even()), 1 + 0.125 * std::log(9), 1e-14);
  // Of deviations 1 and 2, mean 3 and weight 2/3: x^2 - (x - 3)^2 / 4 = 2 ln 2 - 2 ln 2, so x = 1.
  EXPECT_NEAR((Mixture{1, 2. / 3, 3, 2}.even()), 1, 1e-14);
  EXPECT_NEAR((Mixture{1, 2. / 3, 3, 2}.posterior(1)), 0.5, 1e-14);
  Random random(6, 0);
  for (int round = 0; round < 200; ++round) {
    const double rest = 0.1 + random.uniform();
    const Mixture m{rest, 0.5 * random.uniform(), 1 + 5 * random.uniform(), rest * (1 + 5 * random.uniform())};
    EXPECT_NEAR(m.posterior(m.even()), 0.5, 1e-9) << round;
    EXPECT_GT(m.posterior(m.even() + 0.01), 0.5) << round;
  }
  EXPECT_EQ((Mixture{1, 1, 3, 1}.even()), 0) << "all is activity";
  EXPECT_EQ((Mixture{1, 1, 3, 1}.posterior(-0.1)), 0) << "weaker than rest";
}

TEST(Gmm, ScoresAreRatiosToThat) {
  // Of 100 frames, 20 are of exp(1) times rest. Nothing scatters, so both deviations are that of rest, 0.2.
  Frames frames{std::vector<double>(100, 1.0), std::vector<double>(100, 1.0), 0.1};
  std::fill(frames.value.begin() + 40, frames.value.begin() + 60, std::exp(1));
  frames.value[50] = 1;  // a pause of one frame
  frames.value[51] = 1;
  frames.value[10] = std::exp(1);  // too short
  frames.value[11] = std::exp(1);
  const auto found = GmmDetector({}, SampleRate(1000), 1).decide(frames);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].frames, (Interval{40, 60}));
  EXPECT_NEAR(found[0].score, std::exp(1 - (1 + 0.04 / 2 * std::log(4)) / 2), 1e-9);
}

TEST(Gmm, TheLouderMeanMustStandAboveRest) {
  Frames frames{std::vector<double>(100, 1.0), std::vector<double>(100, 1.0), 0.02};
  std::fill(frames.value.begin() + 40, frames.value.begin() + 60, 1.45);
  const SampleRate rate(1000);
  EXPECT_TRUE(GmmDetector({}, rate, 1).decide(frames).empty());
  EXPECT_EQ(GmmDetector({.ratio = 1.4}, rate, 1).decide(frames).size(), 1U);
}

TEST(Gmm, AStretchOfNothingButActivityIsActive) {
  const Frames frames{std::vector<double>(50, 20.0), std::vector<double>(50, 1.0), 0.1};
  const auto found = GmmDetector({}, SampleRate(1000), 1).decide(frames);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].frames, (Interval{0, 50}));
}

TEST(Gmm, FindsNothingInWhiteNoise) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Samples<double> x = testing::white_noise(300'000, 1, 700 + seed) * 1e-6;
    EXPECT_TRUE(testing::found_in(x, SampleRate(1000), "gmm")[0].empty()) << seed;
  }
}

TEST(Gmm, FindsOneBurstInAnHour) {
  // A tenth of a second, 10 dB above white noise of variance 1, at 1000 Hz.
  Samples<double> x = testing::white_noise(3'600'000, 1, 800);
  x.col(0).segment(2'000'000, 100) *= std::sqrt(11);
  const auto found = testing::found_in(x * 1e-6, SampleRate(1000), "gmm");
  ASSERT_EQ(found[0].size(), 1U);
  EXPECT_NEAR(static_cast<double>(found[0][0].span.begin), 2'000'000, 20);
  EXPECT_NEAR(static_cast<double>(found[0][0].span.end), 2'000'100, 20);
}

}  // namespace
}  // namespace myocramp
