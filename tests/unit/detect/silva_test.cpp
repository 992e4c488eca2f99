#include "myocramp/detect/silva.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/activity.hpp"

namespace myocramp {
namespace {

TEST(Silva, KeepsItsFalseAlarmRate) {
  for (const testing::Kept& wanted : testing::kKept) {
    for (const double window_s : {0.01, 0.05}) {
      SilvaDetector detector({.window_s = window_s, .p_fa = wanted.p_fa}, SampleRate(1000), 1);
      Random random(17, 0);
      Samples<double> x(detector.frame(), 1);
      int alarms = 0;
      for (int k = 0; k < 20'000; ++k) {
        for (double& v : x.reshaped()) v = 3e-6 * random.normal();
        detector.process(x, x);
        // After a silent frame every other one is at least the long mean.
        const double level = 3e-6 * kHalfNormalMean;
        alarms += static_cast<int>(detector.decide({{0, x(detector.frame() - 1, 0)}, {level, level}, 0}).size());
      }
      EXPECT_GE(alarms, wanted.least) << window_s;
      EXPECT_LE(alarms, wanted.most) << window_s;
    }
  }
}

// Active frames of values that are in multiples of the threshold.
std::vector<Interval> found(std::vector<double> values) {
  const SilvaDetector detector({.window_s = 0.02, .long_window_s = 0.1}, SampleRate(1000), 1);
  for (double& v : values) v *= detector.threshold(0);
  const std::vector<double> level(values.size(), 1.0);
  std::vector<Interval> out;
  for (const FrameActivity& a : detector.decide({values, level, 0})) out.push_back(a.frames);
  return out;
}

TEST(Silva, BeginsWhereBothAreReachedAndEndsWhereNeitherIs) {
  EXPECT_EQ(found({0.1, 0.1, 0.1, 0.1, 0.1, 2, 2, 2, 0.1, 0.1}), (std::vector<Interval>{{5, 8}}));
  EXPECT_EQ(found({0.1, 0.1, 0.1, 0.1, 0.1, 2, 0.9, 0.6, 0.1, 0.1}), (std::vector<Interval>{{5, 7}})) << "0.9 is above the long mean";
  // From 3 to 1.5: above the threshold, and below the long mean until that has come down to it.
  EXPECT_EQ(found({3, 3, 3, 3, 3, 0.1, 1.5, 1.5, 1.5, 1.5, 1.6, 1.5}), (std::vector<Interval>{{0, 5}, {9, 12}}));
  EXPECT_TRUE(found({0.1, 0.2, 0.3, 0.9, 0.99}).empty()) << "rising alone is not enough";
  EXPECT_TRUE(found({}).empty());
}

TEST(Silva, ScoresByTheLargestMean) {
  const SilvaDetector detector({}, SampleRate(1000), 1);
  const double alarm = detector.threshold(0.1);
  const auto all = detector.decide({{0.1, 2 * alarm, 3 * alarm, 2.5 * alarm}, {1, 1, 1, 1}, 0.1});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_DOUBLE_EQ(all[0].score, 3);
}

TEST(Silva, RefusesALongWindowThatIsShort) {
  EXPECT_THROW(SilvaDetector({.window_s = 0.05, .long_window_s = 0.05}, SampleRate(1000), 1), InvalidArgument);
}

}  // namespace
}  // namespace myocramp
