#include "myocramp/detect/edta.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "support/activity.hpp"

namespace myocramp {
namespace {

// Runs of 3 above 1 + 4 * 0.25 = 2, in frames of 20 ms.
std::vector<Interval> found(const std::vector<Interval>& runs, const Edta& options) {
  Frames frames{std::vector<double>(200, 1.0), std::vector<double>(200, 1.0), 0.25};
  for (const Interval run : runs) std::fill(frames.value.begin() + run.begin, frames.value.begin() + run.end, 3.0);
  std::vector<Interval> out;
  for (const FrameActivity& a : EdtaDetector(options, SampleRate(1000), 1).decide(frames)) {
    EXPECT_EQ(a.score, 1.5);
    out.push_back(a.frames);
  }
  return out;
}

TEST(Edta, KeepsJoinsDropsAndJoins) {
  const Edta options{.on_s = 0.06, .off_s = 0.04, .min_duration_s = 0.12};
  EXPECT_TRUE(found({{10, 12}}, options).empty()) << "shorter than on_s";
  EXPECT_TRUE(found({{10, 15}}, options).empty()) << "shorter than min_duration_s";
  EXPECT_EQ(found({{10, 16}}, options), (std::vector<Interval>{{10, 16}}));
  EXPECT_EQ(found({{10, 13}, {15, 18}}, options), (std::vector<Interval>{{10, 18}})) << "joined before it is measured";
  EXPECT_TRUE(found({{10, 13}, {16, 19}}, options).empty());
  EXPECT_TRUE(found({{10, 12}, {13, 15}, {16, 18}}, options).empty()) << "runs are judged before they are joined";
  EXPECT_EQ(found({{10, 16}, {30, 36}}, options), (std::vector<Interval>{{10, 16}, {30, 36}}));
  Edta far = options;
  far.join_s = 0.28;
  EXPECT_EQ(found({{10, 16}, {30, 36}}, far), (std::vector<Interval>{{10, 36}}));
}

TEST(Edta, TheThresholdIsInDeviationsOfRest) { EXPECT_TRUE(found({{10, 20}}, {.deviations = 8.1}).empty()); }

// Of both detectors whose threshold is in deviations of rest.
TEST(DeviationsOfRest, WithoutSpreadAreNoActivity) {
  Samples<double> x(60'000, 1);
  for (Index i = 0; i < x.rows(); ++i) x(i, 0) = 1e-6 * std::sin(2 * std::numbers::pi * static_cast<double>(i) / 10);
  x.middleRows(20'000, 2000) *= 10;
  for (const auto& [name, rings_on] : {std::pair("edta", 20), std::pair("tkeo", 30)}) {
    const auto found = testing::found_in(x, SampleRate(1000), name)[0];
    ASSERT_EQ(found.size(), 1U) << name;
    EXPECT_NEAR(static_cast<double>(found[0].span.begin), 20'000, 20) << name;
    EXPECT_NEAR(static_cast<double>(found[0].span.end), 22'000, rings_on) << name;
  }
}

}  // namespace
}  // namespace myocramp
