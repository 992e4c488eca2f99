#include "myocramp/detect/londral.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/activity.hpp"

namespace myocramp {
namespace {

TEST(ChiSquare, IsClosedForOneAndForEvenDegrees) {
  for (const double x : {1e-3, 0.5, 2.0, 10.0, 60.0}) {
    EXPECT_NEAR(chi_square_survival(x, 1) / std::erfc(std::sqrt(x / 2)), 1, 1e-11) << x;
    EXPECT_NEAR(chi_square_survival(x, 2) / std::exp(-x / 2), 1, 1e-12) << x;
    EXPECT_NEAR(chi_square_survival(x, 6) / (std::exp(-x / 2) * (1 + x / 2 + x * x / 8)), 1, 1e-12) << x;
  }
  EXPECT_EQ(chi_square_survival(0, 3), 1);
}

TEST(ChiSquare, QuantileInvertsSurvival) {
  for (const double n : {0.7, 1.0, 13.5, 100.0, 5000.0}) {
    for (const double p : {0.9, 0.5, 0.01, 1e-6, 1e-12}) EXPECT_NEAR(chi_square_survival(chi_square_quantile(p, n), n) / p, 1, 1e-9) << n;
  }
  EXPECT_THROW(chi_square_quantile(0, 5), InvalidArgument);
  EXPECT_THROW(chi_square_survival(1, 0), InvalidArgument);
}

TEST(Londral, KeepsItsFalseAlarmRate) {
  for (const testing::Kept& wanted : testing::kKept) {
    for (const double window_s : {0.01, 0.05}) {
      LondralDetector detector({.window_s = window_s, .p_fa = wanted.p_fa}, SampleRate(1000), 1);
      const auto n = static_cast<double>(detector.window());
      const int alarms = testing::false_alarms(detector, std::sqrt(chi_square_quantile(0.5, n - 1) / n), 0);
      EXPECT_GE(alarms, wanted.least) << window_s;
      EXPECT_LE(alarms, wanted.most) << window_s;
    }
  }
}

TEST(Londral, IsTheVarianceAboutTheMean) {
  LondralDetector detector({.window_s = 0.02}, SampleRate(1000), 1);
  const Samples<double> x = testing::white_noise(500, 1, 4) + 3;
  Samples<double> y(x.rows(), 1);
  detector.process(x, y);
  for (Index i = 19; i < x.rows(); ++i) {
    const auto w = x.col(0).segment(i - 19, 20);
    EXPECT_NEAR(y(i, 0), std::sqrt((w - w.mean()).square().mean()), 1e-12);
  }
}

}  // namespace
}  // namespace myocramp
