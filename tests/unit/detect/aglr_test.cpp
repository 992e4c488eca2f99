#include "myocramp/detect/aglr.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "myocramp/detect/aglr_laplace.hpp"
#include "support/activity.hpp"

namespace myocramp {
namespace {

using Gaussian = AglrDetector<Rectify::kSquare>;

TEST(Aglr, KeepsItsFalseAlarmRate) {
  for (const testing::Kept& wanted : testing::kKept) {
    for (const double window_s : {0.01, 0.05}) {
      Gaussian detector({.window_s = window_s, .p_fa = wanted.p_fa}, SampleRate(1000), 1);
      const auto n = static_cast<double>(detector.window());
      const int alarms = testing::false_alarms(detector, std::sqrt(chi_square_quantile(0.5, n) / n), 0);
      EXPECT_GE(alarms, wanted.least) << window_s;
      EXPECT_LE(alarms, wanted.most) << window_s;
    }
  }
}

TEST(AglrLaplace, KeepsItsFalseAlarmRateInGaussianNoise) {
  for (const testing::Kept& wanted : testing::kKept) {
    for (const double window_s : {0.01, 0.05}) {
      AglrLaplaceDetector detector({.window_s = window_s, .p_fa = wanted.p_fa}, SampleRate(1000), 1);
      const double spread = std::sqrt((std::numbers::pi - 2) / 2 / static_cast<double>(detector.window()));
      const int alarms = testing::false_alarms(detector, kHalfNormalMean, spread);
      EXPECT_GE(alarms, wanted.least) << window_s;
      EXPECT_LE(alarms, wanted.most) << window_s;
    }
  }
}

// The likelihood ratio g of the samples from `begin` to `end`, 0 where they are not stronger than rest.
double ratio_of(std::span<const double> x, Interval rows, double variance) {
  double sum = 0;
  for (Index i = rows.begin; i < rows.end; ++i) sum += x[static_cast<std::size_t>(i)] * x[static_cast<std::size_t>(i)];
  const auto m = static_cast<double>(rows.length());
  const double r = sum / m / variance;
  return r > 1 ? m / 2 * (r - 1 - std::log(r)) : 0;
}

TEST(Aglr, FindsTheChangeInTheWindowThatAlarmed) {
  const Gaussian detector({.window_s = 0.05}, SampleRate(1000), 1);
  constexpr Index kWindow = 50;
  constexpr Index kDelay = 24;
  Random random(8, 0);
  for (int round = 0; round < 50; ++round) {
    std::vector<double> x(100);
    const auto change = static_cast<std::size_t>(25 + 30 * random.uniform());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = (i < change ? 2 : 6) * random.normal();
    const Index at = 50;
    Index likely = at + kDelay + 1;
    double most = 0;
    for (Index j = at + kDelay; j > at + kDelay - kWindow; --j) {
      const double g = ratio_of(x, {j, at + kDelay + 1}, 4);
      if (g > most) {
        most = g;
        likely = j;
      }
    }
    EXPECT_EQ(detector.onset(x, at, {2, 0}), likely) << round;
    // Backwards in time the window that ends at one sample begins there, and the two halves of an even window change places.
    std::vector<double> turned(x.rbegin(), x.rend());
    EXPECT_EQ(detector.offset(turned, 100 - at + 1, {2, 0}), 100 - likely) << round;
  }
}

TEST(Aglr, SeesNoFurtherThanTheSamplesItIsGiven) {
  const Gaussian detector({.window_s = 0.05}, SampleRate(1000), 1);
  const std::vector<double> x(10, 5.0);
  EXPECT_EQ(detector.onset(x, 0, {1, 0}), 0);
  EXPECT_EQ(detector.onset(x, 10, {1, 0}), 0);
  EXPECT_EQ(detector.offset(x, 10, {1, 0}), 10);
  EXPECT_EQ(detector.onset(std::vector<double>(10, 0.5), 5, {1, 0}), 10) << "nothing is stronger than rest";
}

}  // namespace
}  // namespace myocramp
