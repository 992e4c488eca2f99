#include "myocramp/detect/cusum.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/activity.hpp"

namespace myocramp {
namespace {

// RMS of frames of 20 samples of white noise, over its median.
Frames noise(Index count, std::uint64_t seed) {
  const double spread = 1 / std::sqrt(40.0);
  const double level = std::sqrt(chi_square_quantile(0.5, 20) / 20);
  const Samples<double> x = testing::white_noise(count * 20, 1, seed);
  Frames frames{{}, std::vector<double>(static_cast<std::size_t>(count), level), spread};
  for (Index k = 0; k < count; ++k) frames.value.push_back(std::sqrt(x.col(0).segment(20 * k, 20).square().mean()));
  return frames;
}

TEST(Cusum, RaisesNoMoreFalseAlarmsThanItStates) {
  // 200 alarms in an hour of 180 000 frames; the bound is an inequality, so that fewer come.
  const CusumDetector detector({.frame_s = 0.02, .snr_db = 0, .alarms_per_hour = 200}, SampleRate(1000), 1);
  EXPECT_NEAR(detector.threshold(), std::log(900), 1e-12);
  const auto alarms = static_cast<double>(detector.decide(noise(180'000, 5)).size());
  EXPECT_LE(alarms, 200);
  EXPECT_GT(alarms, 10) << "and not because nothing is ever found";
}

TEST(Cusum, BoundariesAreWhereTheSumWasLastZero) {
  const CusumDetector detector({.snr_db = 6}, SampleRate(1000), 1);
  Frames frames{std::vector<double>(400, 1.0), std::vector<double>(400, 1.0), 1 / std::sqrt(40.0)};
  std::fill(frames.value.begin() + 100, frames.value.begin() + 150, 3.0);
  frames.value[30] = 1.8;  // alone it is not enough
  std::fill(frames.value.begin() + 390, frames.value.end(), 3.0);
  const auto found = detector.decide(frames);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].frames, (Interval{100, 150}));
  EXPECT_EQ(found[1].frames, (Interval{390, 400}));
  EXPECT_GE(found[0].score, 1);
}

}  // namespace
}  // namespace myocramp
