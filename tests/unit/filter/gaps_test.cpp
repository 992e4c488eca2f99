#include "myocramp/filter/gaps.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "myocramp/core/processor.hpp"
#include "myocramp/filter/butterworth.hpp"
#include "myocramp/filter/notch.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

using testing::white_noise;

static_assert(BlockProcessor<SosFilterBetweenGaps<float>, float>);
static_assert(BlockProcessor<SosFilterBetweenGaps<double>, double>);

const Sections kBand = butterworth_bandpass({20, 450, 4}, SampleRate(2048));

Samples<double> holed() {
  Samples<double> x = white_noise(5000, 3, 1);
  x(1000, 0) = std::nan("");
  x(1001, 0) = -std::numeric_limits<double>::infinity();
  x(4999, 0) = std::nan("");
  x.col(1).segment(700, 900).setConstant(std::nan(""));
  return x;
}

TEST(SosFilterBetweenGaps, StartsAnewBehindEveryGap) {
  const Samples<double> x = holed();
  const Samples<double> y = apply<double>(SosFilterBetweenGaps<double>(kBand, 3), x);
  EXPECT_TRUE((y.isNaN() == !x.isFinite()).all());
  const auto alone = [&](Index begin, Index end, Index c) {
    return apply<double>(SosFilter<double>(kBand, 1), ConstBlock<double>(x).rows(begin, end - begin).columns(c, 1));
  };
  EXPECT_TRUE(testing::same_bits<double>(alone(0, 1000, 0), y.col(0).head(1000)));
  EXPECT_TRUE(testing::same_bits<double>(alone(1002, 4999, 0), y.col(0).segment(1002, 3997)));
  EXPECT_TRUE(testing::same_bits<double>(alone(1600, 5000, 1), y.col(1).tail(3400)));
  EXPECT_TRUE(testing::same_bits<double>(alone(0, 5000, 2), y.col(2)));
}

TEST(SosFilterBetweenGaps, StartsAnewWithoutFeedbackToo) {
  const Sections mean_of_three = {{1 / 3.0, 1 / 3.0, 1 / 3.0, 0, 0}, {1, 0, 0, 0, 0}};
  for (const double gap : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    Samples<double> x = Samples<double>::Ones(100, 2);
    x(40, 0) = gap;
    const Samples<double> y = apply<double>(SosFilterBetweenGaps<double>(mean_of_three, 2), x);
    EXPECT_TRUE(std::isnan(y(40, 0)));
    for (const Index start : {0, 41}) {
      EXPECT_NEAR(y(start, 0), 1 / 3.0, 1e-15) << gap;
      EXPECT_NEAR(y(start + 1, 0), 2 / 3.0, 1e-15) << gap;
      EXPECT_NEAR(y(start + 2, 0), 1, 1e-15) << gap;
    }
    const Samples<float> single = apply<float>(SosFilterBetweenGaps<float>(mean_of_three, 2), Samples<float>(x.cast<float>()));
    EXPECT_LT(testing::largest_difference<double>(single.cast<double>(), y), 1e-6) << gap;
    Samples<double> both(100, 2);
    zero_phase_between_gaps<double>(mean_of_three, x, both);
    EXPECT_EQ(both.isNaN().count(), 1) << gap;
    EXPECT_TRUE(std::isnan(both(40, 0)));
  }
}

TEST(SosFilterBetweenGaps, NumbersThatOverflowStayNanUntilTheNextGap) {
  Samples<float> x = white_noise<float>(3000, 2, 2);
  x.col(0).segment(100, 5) = std::numeric_limits<float>::max();
  x(2000, 0) = std::nanf("");
  const Samples<float> y = apply<float>(SosFilterBetweenGaps<float>(mains_notches({}, SampleRate(2048)), 2), x);
  EXPECT_TRUE(y.col(0).head(100).isFinite().all());
  EXPECT_TRUE(y.col(0).tail(999).isFinite().all());
  EXPECT_TRUE(y.col(1).isFinite().all());
}

TEST(ZeroPhaseBetweenGaps, InPlaceGivesTheSameBits) {
  const Samples<double> x = holed();
  Samples<double> y(x.rows(), x.cols());
  zero_phase_between_gaps<double>(kBand, x, y);
  Samples<double> in_place = x;
  zero_phase_between_gaps<double>(kBand, in_place, in_place);
  EXPECT_TRUE(testing::same_bits<double>(y, in_place));
}

TEST(ZeroPhaseBetweenGaps, AShortSignalWithAGapIsNanInAllChannels) {
  Samples<double> x = white_noise(20, 2, 3);
  x(10, 0) = std::nan("");
  Samples<double> y(20, 2);
  zero_phase_between_gaps<double>(kBand, x, y);
  EXPECT_TRUE(y.isNaN().all());
}

// The settling time is where the impulse response has gone, so a start at rest is forgotten by then.
TEST(SettlingSamples, AfterThemTwoHistoriesAgreeToTheTolerance) {
  for (const Sections& s : {kBand, butterworth_bandpass({95, 105, 6}, SampleRate(2048)), butterworth_lowpass({5, 10}, SampleRate(2048)),
                            mains_notches({}, SampleRate(2048))}) {
    for (const double tolerance : {0.1, 0.01, 1e-6}) {
      const Index n = settling_samples(s, tolerance);
      Samples<double> impulse = Samples<double>::Zero(4 * n + 1000, 1);
      impulse(0, 0) = 1;
      const Samples<double> h = apply<double>(SosFilter<double>(s, 1), impulse).abs();
      EXPECT_LE(h.bottomRows(3 * n + 1000).maxCoeff(), tolerance * h.maxCoeff());
      EXPECT_GT(h(n - 1, 0), tolerance * h.maxCoeff());
    }
  }
  EXPECT_EQ(settling_samples({{1, 0, 0, 0, 0}}), 1);
}

}  // namespace
}  // namespace myocramp
