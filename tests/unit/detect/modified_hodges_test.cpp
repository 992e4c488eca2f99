#include "myocramp/detect/modified_hodges.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/activity.hpp"
#include "support/errors.hpp"

namespace myocramp {
namespace {

TEST(ModifiedHodges, KeepsItsFalseAlarmRate) {
  for (const testing::Kept& wanted : testing::kKept) {
    for (const double cutoff_hz : {10.0, 20.0, 50.0}) {
      ModifiedHodgesDetector detector({.cutoff_hz = cutoff_hz, .p_fa = wanted.p_fa, .p_release = 0.5}, SampleRate(1000), 1);
      const int alarms = testing::false_alarms(detector, kHalfNormalMean, 0);
      EXPECT_GE(alarms, wanted.least) << cutoff_hz;
      EXPECT_LE(alarms, wanted.most) << cutoff_hz;
    }
  }
}

TEST(ModifiedHodges, IsTheLowPassedRectifiedSignal) {
  const SampleRate rate(1000);
  const Samples<double> x = testing::white_noise(2000, 2, 5);
  Samples<double> expected = x.abs();
  SosFilter<double> filter(butterworth_lowpass({20, 2}, rate), 2);
  filter.process(expected, expected);
  Samples<double> y(x.rows(), 2);
  ModifiedHodgesDetector({}, rate, 2).process(x, y);
  EXPECT_TRUE(testing::same_bits<double>(y, expected.max(0)));
}

TEST(ModifiedHodges, Refuses) {
  EXPECT_THROW(ModifiedHodgesDetector({.p_fa = 0.1, .p_release = 0.01}, SampleRate(1000), 1), InvalidArgument);
  EXPECT_THROW(ModifiedHodgesDetector({.cutoff_hz = 500}, SampleRate(1000), 1), DataError);
  test::expect_error<DataError>([] { ModifiedHodgesDetector({}, SampleRate(50), 1); }, "E-BAND",
                                {"at most a quarter of the rate, 12.5 Hz", "20 Hz"});
  EXPECT_NO_THROW(ModifiedHodgesDetector({}, SampleRate(80), 1));
}

}  // namespace
}  // namespace myocramp
