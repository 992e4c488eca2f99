#include "myocramp/envelope/moving_mean.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "myocramp/core/processor.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

using testing::white_noise;

static_assert(BlockProcessor<MovingRms<float>, float>);
static_assert(BlockProcessor<MovingArv<double>, double>);

TEST(MovingRms, IsTheRootMeanSquareOfTheLastWindow) {
  const Samples<double> x = white_noise(300, 2, 1);
  for (const Index window : {1, 2, 7, 64, 300, 400}) {
    const Samples<double> y = apply<double>(MovingRms<double>(window, 2), x);
    for (Index i = 0; i < 300; ++i) {
      const Index n = std::min(window, i + 1);
      const double expected = std::sqrt(x.col(1).segment(i + 1 - n, n).square().mean());
      ASSERT_NEAR(y(i, 1), expected, 1e-14) << window << " " << i;
    }
  }
}

TEST(MovingArv, OfASquareWaveIsItsAmplitude) {
  Samples<double> x(100, 1);
  for (Index i = 0; i < 100; ++i) x(i, 0) = i % 2 == 0 ? 3 : -3;
  EXPECT_TRUE((apply<double>(MovingArv<double>(9, 1), x) == 3.0).all());
}

TEST(MovingMean, DoesNotDriftAfterALoudStretch) {  // a running sum keeps the rounding of what has left its window
  Samples<double> x = Samples<double>::Constant(20000, 1, 1e-9);
  x.middleRows(1000, 100).setConstant(1e9);
  const Samples<double> y = apply<double>(MovingArv<double>(50, 1), x);
  EXPECT_NEAR(y(19999, 0), 1e-9, 1e-22);
}

TEST(MovingMean, NanReachesExactlyTheWindowsThatHoldIt) {
  Samples<double> x = white_noise(200, 1, 2);
  x(77, 0) = std::nan("");
  const Samples<double> y = apply<double>(MovingRms<double>(20, 1), x);
  for (Index i = 0; i < 200; ++i) EXPECT_EQ(std::isnan(y(i, 0)), i >= 77 && i < 97) << i;
}

TEST(MovingMean, CentredCutsItsWindowAtTheEnds) {
  for (const Index n : {1, 3, 10, 50, 200}) {
    const Samples<double> x = white_noise(n, 2, 3);
    for (const Index window : {1, 2, 9, 20, 120}) {
      Samples<double> y(n, 2);
      centred(MovingArv<double>(window, 2), ConstBlock<double>(x), Block<double>(y));
      for (Index i = 0; i < n; ++i) {
        const Index from = std::max<Index>(0, i - window / 2);
        const Index to = std::min(n, i + (window - 1) / 2 + 1);
        ASSERT_NEAR(y(i, 0), x.col(0).segment(from, to - from).abs().mean(), 1e-14) << n << " " << window << " " << i;
      }
    }
  }
}

TEST(MovingMean, RefusesAnEmptyWindow) { EXPECT_THROW(MovingRms<double>(0, 1), InvalidArgument); }

}  // namespace
}  // namespace myocramp
