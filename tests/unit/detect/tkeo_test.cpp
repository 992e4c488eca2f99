#include "myocramp/detect/tkeo.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "support/activity.hpp"

namespace myocramp {
namespace {

TEST(Tkeo, IsTheMeanOfTheRectifiedEnergy) {
  const SampleRate rate(1000);
  const Samples<double> x = testing::white_noise(1000, 1, 5);
  Samples<double> low(x.rows(), 1);
  SosFilter<double>(butterworth_lowpass({300, 4}, rate), 1).process(x, low);
  TkeoDetector detector({.window_s = 0.02}, rate, 1);
  Samples<double> y(x.rows(), 1);
  detector.process(x, y);
  for (Index i = detector.window(); i < x.rows(); ++i) {
    double sum = 0;
    for (Index k = i - 20; k < i; ++k) sum += std::abs(low(k, 0) * low(k, 0) - low(k - 1, 0) * low(k + 1, 0));
    EXPECT_NEAR(y(i, 0), sum / 20, 1e-12);
  }
}

TEST(Tkeo, AlarmsSomeDeviationsAboveRest) {
  const TkeoDetector detector({.height_sd = 6}, SampleRate(1000), 1);
  EXPECT_DOUBLE_EQ(detector.rule(0.25).alarm, 2.5);
  EXPECT_EQ(detector.rule(0.25).dip, 0) << "an alarm must hold without a fall";
  EXPECT_EQ(detector.rule(0.25).hold, 25);
}

TEST(Tkeo, RefusesAnEdgeAtHalfTheRate) { EXPECT_THROW(TkeoDetector({.high_hz = 250}, SampleRate(500), 1), DataError); }

TEST(Tkeo, RestWithoutSpreadIsNotActive) {
  Samples<double> x(60'000, 1);
  for (Index i = 0; i < x.rows(); ++i) x(i, 0) = 1e-6 * std::sin(2 * std::numbers::pi * static_cast<double>(i) / 10);
  x.middleRows(20'000, 2000) *= 10;
  const auto found = testing::found_in(x, SampleRate(1000), "tkeo")[0];
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NEAR(static_cast<double>(found[0].span.begin), 20'000, 20);
  EXPECT_NEAR(static_cast<double>(found[0].span.end), 22'000, 30);  // the low-pass rings on
}

}  // namespace
}  // namespace myocramp
