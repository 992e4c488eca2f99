#include "myocramp/detect/leg_movement.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "support/activity.hpp"

namespace myocramp {
namespace {

// Frames of 50 ms.
struct Run {
  Index frames;
  double above_uv;
};

std::vector<Interval> found(const std::vector<Run>& runs, const LegMovement& options = {}) {
  constexpr double kRest_v = 3e-6;
  Frames frames;
  for (const Run& r : runs) frames.value.insert(frames.value.end(), static_cast<std::size_t>(r.frames), kRest_v + 1e-6 * r.above_uv);
  frames.level.assign(frames.value.size(), kRest_v);
  std::vector<Interval> out;
  for (const FrameActivity& a : LegMovementDetector(options, SampleRate(1000), 1).decide(frames)) out.push_back(a.frames);
  return out;
}

using Spans = std::vector<Interval>;

TEST(LegMovement, BeginsEightMicrovoltsAboveRest) {
  EXPECT_EQ(found({{20, 0}, {20, 8.01}, {20, 0}}), (Spans{{20, 40}}));
  EXPECT_TRUE(found({{20, 0}, {20, 7.99}, {20, 0}}).empty());
  EXPECT_EQ(found({{20, 0}, {5, 5}, {20, 9}, {20, 0}}), (Spans{{25, 45}})) << "a rise below that is not part of it";
}

TEST(LegMovement, EndsWhereHalfASecondBelowTwoMicrovoltsBegins) {
  EXPECT_EQ(found({{20, 0}, {10, 20}, {15, 2.01}, {20, 1.99}}), (Spans{{20, 45}}));
  EXPECT_EQ(found({{20, 0}, {10, 20}, {9, 0}, {3, 2.01}, {20, 0}}), (Spans{{20, 42}})) << "9 frames are 0.45 s";
  EXPECT_EQ(found({{20, 0}, {10, 20}, {10, 0}, {3, 2.01}, {20, 0}}), (Spans{{20, 30}}));
  EXPECT_EQ(found({{20, 0}, {10, 20}, {10, 0}, {10, 20}, {4, 0}}), (Spans{{20, 30}, {40, 50}})) << "the pause at the end is short";
}

TEST(LegMovement, LastsHalfASecondOrMore) {
  EXPECT_TRUE(found({{20, 0}, {9, 20}, {20, 0}}).empty());
  EXPECT_EQ(found({{20, 0}, {200, 20}, {20, 0}}), (Spans{{20, 220}}));
  EXPECT_EQ(found({{20, 0}, {3000, 20}, {20, 0}, {20, 20}}), (Spans{{20, 3020}, {3040, 3060}}))
      << "long ones are no movements, but activity";
}

TEST(LegMovement, HoldsHalfASecondWhoseMedianIsAboveTwoMicrovolts) {
  // Spikes that are no further apart than half a second, and a movement that has pauses.
  EXPECT_TRUE(found({{20, 0}, {2, 30}, {8, 0}, {2, 30}, {8, 0}, {2, 30}, {20, 0}}).empty());
  EXPECT_TRUE(found({{20, 0}, {5, 30}, {5, 0}, {5, 30}, {20, 0}}).empty()) << "half of the frames";
  EXPECT_EQ(found({{20, 0}, {6, 30}, {4, 0}, {5, 30}, {20, 0}}), (Spans{{20, 35}}));
}

TEST(LegMovement, ScoresByItsHeightAboveRest) {
  const LegMovementDetector detector({}, SampleRate(1000), 1);
  const std::vector<double> level(20, 2e-6);
  const auto all = detector.decide({std::vector<double>(20, 18e-6), level, 0});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_NEAR(all[0].score, 2, 1e-12);
  EXPECT_TRUE(detector.decide({{}, {}, 0}).empty());
}

TEST(LegMovement, KnowsVolts) {
  Samples<double> x = testing::white_noise(60'000, 1, 7) * 2e-6;
  x.middleRows(20'000, 3000) *= 10;
  for (const double gain : {0.25, 1.0, 4.0}) {
    const auto movements = testing::found_in(x * gain, SampleRate(1000), "leg_movement")[0];
    EXPECT_EQ(movements.size(), gain < 1 ? 0U : 1U) << gain;
  }
}

TEST(LegMovement, Refuses) { EXPECT_THROW(LegMovementDetector({.onset_uv = 1, .offset_uv = 2}, SampleRate(1000), 1), InvalidArgument); }

}  // namespace
}  // namespace myocramp
