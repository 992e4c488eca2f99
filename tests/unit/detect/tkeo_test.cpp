#include "myocramp/detect/tkeo.hpp"

#include <gtest/gtest.h>

#include <cmath>

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

}  // namespace
}  // namespace myocramp
