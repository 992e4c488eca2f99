#include "myocramp/detect/sample_entropy.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "support/activity.hpp"

namespace myocramp {
namespace {

std::vector<double> noise(Index n, std::uint64_t seed) {
  const Samples<double> x = testing::white_noise(n, 1, seed);
  return {x.data(), x.data() + n};
}

// Pairs of templates that match in two values and in three, as the definition counts them.
std::pair<int, int> matches(const std::vector<double>& x, double r) {
  int two = 0;
  int three = 0;
  for (std::size_t i = 0; i + 2 < x.size(); ++i) {
    for (std::size_t j = i + 1; j + 2 < x.size(); ++j) {
      if (!(std::abs(x[i] - x[j]) <= r && std::abs(x[i + 1] - x[j + 1]) <= r)) continue;
      ++two;
      three += std::abs(x[i + 2] - x[j + 2]) <= r ? 1 : 0;
    }
  }
  return {two, three};
}

bool above(const std::vector<double>& x, double r, double entropy) {
  const auto [two, three] = matches(x, r);
  return three < std::exp(-entropy) * two;
}

TEST(SampleEntropy, TheToleranceIsTheLastOneWithMoreEntropy) {
  EntropyTolerance tolerance(40);
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    const std::vector<double> x = noise(40, seed);
    for (const double entropy : {0.1, 0.3, 1.0}) {
      const double r = tolerance(x, entropy);
      ASSERT_GT(r, 0);
      EXPECT_TRUE(above(x, std::nextafter(r, 0), entropy)) << seed << " " << entropy;
      // From there on up it is above nowhere: entropy can change at distances of values only.
      for (const double a : x) {
        for (const double b : x) {
          EXPECT_FALSE(a - b >= r && above(x, a - b, entropy)) << seed << " " << entropy;
          EXPECT_FALSE(a - b > r && above(x, std::nextafter(a - b, 0), entropy)) << seed << " " << entropy;
        }
      }
    }
  }
}

TEST(SampleEntropy, OfWhiteNoiseIsClosed) {
  // Two values of deviation 1 are within r of one another with probability erf(r / 2), whatever came before: erf(r / 2) = exp(-entropy).
  EntropyTolerance tolerance(1500);
  EXPECT_NEAR(std::erf(tolerance(noise(1500, 3), 0.5) / 2), std::exp(-0.5), 0.01);
  EXPECT_NEAR(std::erf(tolerance(noise(1500, 4), 1.5) / 2), std::exp(-1.5), 0.01);
}

TEST(SampleEntropy, ALoneSpikeHardlyChangesIt) {
  EntropyTolerance tolerance(50);
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    std::vector<double> x = noise(50, seed);
    const double before = tolerance(x, 0.3);
    x[20] = 1000;
    EXPECT_NEAR(tolerance(x, 0.3) / before, 1.05, 0.15) << seed;
  }
}

TEST(SampleEntropy, OfNothingAndOfSilenceIsNothing) {
  EntropyTolerance tolerance(0);
  for (const std::size_t n : {0U, 1U, 2U, 3U}) EXPECT_EQ(tolerance(std::vector<double>(n, 1.0), 0.3), 0) << n;
  EXPECT_EQ(tolerance(std::vector<double>(30, 1.0), 0.3), 0);
}

TEST(SampleEntropy, TheStatisticIsThatOfItsFrameEveryMillisecond) {
  SampleEntropyDetector detector({}, SampleRate(4500), 1);
  ASSERT_EQ(detector.window(), 225);
  const std::vector<double> x = noise(500, 7);
  Samples<double> y(500, 1);
  detector.process(ConstBlock<double>(x.data(), 500, 1), y);
  std::vector<double> series;  // every fourth sample, the last one among them
  for (std::size_t i = 275; i < 500; i += 4) series.push_back(x[i]);
  EXPECT_EQ(y(499, 0), EntropyTolerance(57)(series, SampleEntropy{}.entropy));
  EXPECT_TRUE(std::isnan(y(223, 0)));
  EXPECT_FALSE(std::isnan(y(224, 0)));
}

TEST(SampleEntropy, FramesHoldAtLeastFiftyValues) {
  EXPECT_EQ(SampleEntropyDetector({}, SampleRate(2000), 1).window(), 100);
  EXPECT_EQ(SampleEntropyDetector({}, SampleRate(1000), 1).window(), 50);
  for (const double rate_hz : {20.0, 100.0, 500.0, 999.0}) EXPECT_EQ(SampleEntropyDetector({}, SampleRate(rate_hz), 1).window(), 50);
  EXPECT_EQ(SampleEntropyDetector({.frame_s = 0.02}, SampleRate(2000), 1).window(), 99);
}

TEST(SampleEntropy, LowRatesRaiseNoMoreAlarmsThanHighOnes) {
  // Two hours of white noise at each rate; the page documents the figure.
  for (const double rate_hz : {100.0, 250.0, 500.0}) {
    const Samples<double> x = testing::white_noise(static_cast<Index>(7200 * rate_hz), 1, 31) * 1e-6;
    EXPECT_LE(testing::found_in(x, SampleRate(rate_hz), "sample_entropy")[0].size(), 2U) << rate_hz;
  }
}

TEST(SampleEntropy, ActiveFramesAreBridgedAndDropped) {
  Frames frames{std::vector<double>(100, 1.0), std::vector<double>(100, 1.0), 0.1};
  for (const Index k : {10, 11, 13, 14, 40}) frames.value[static_cast<std::size_t>(k)] = 3.2;
  const auto found = SampleEntropyDetector({.tolerance = 1.6, .min_duration_s = 0.1}, SampleRate(1000), 1).decide(frames);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].frames, (Interval{10, 15}));
  EXPECT_EQ(found[0].score, 2);
}

}  // namespace
}  // namespace myocramp
