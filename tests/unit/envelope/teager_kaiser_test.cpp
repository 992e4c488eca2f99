#include "myocramp/envelope/teager_kaiser.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "myocramp/core/processor.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

using testing::same_bits;
using testing::white_noise;

static_assert(BlockProcessor<TeagerKaiser<float>, float>);
static_assert(BlockProcessor<TeagerKaiserMean<double>, double>);

template <class T>
Samples<T> centred_energy(const Samples<T>& x) {
  Samples<T> y(x.rows(), x.cols());
  centred(TeagerKaiser<T>(x.cols()), ConstBlock<T>(x), Block<T>(y));
  return y;
}

template <class T>
Samples<T> centred_mean(Index window, const Samples<T>& x) {
  Samples<T> y(x.rows(), x.cols());
  centred(TeagerKaiserMean<T>(window, x.cols()), ConstBlock<T>(x), Block<T>(y));
  return y;
}

TEST(TeagerKaiser, IsItsDefinitionAndUndefinedAtTheEnds) {
  for (const Index n : {0, 1, 2, 3, 50}) {
    const Samples<double> x = white_noise(n, 3, 1);
    const Samples<double> y = centred_energy(x);
    const Samples<double> late = apply<double>(TeagerKaiser<double>(3), x);
    for (Index i = 0; i < n; ++i) {
      const bool inside = i > 0 && i < n - 1;
      ASSERT_EQ(std::isnan(y(i, 1)), !inside) << n << " " << i;
      if (inside) {
        ASSERT_EQ(y(i, 1), x(i, 1) * x(i, 1) - x(i - 1, 1) * x(i + 1, 1));
        ASSERT_EQ(late(i + 1, 1), y(i, 1));
      }
      ASSERT_EQ(std::isnan(late(i, 2)), i < 2);
    }
  }
}

TEST(TeagerKaiser, HoldsForAnyChannelsInPlaceAndBetweenOthers) {
  for (const Index channels : {1, 3, 4, 8, 16, 21}) {
    const Samples<double> x = white_noise(300, channels, 6);
    const Samples<double> y = centred_energy(x);
    for (Index i = 1; i < 299; ++i) {
      for (Index c = 0; c < channels; ++c) ASSERT_EQ(y(i, c), x(i, c) * x(i, c) - x(i - 1, c) * x(i + 1, c)) << channels << " " << i;
    }
    Samples<double> in_place = x;
    centred(TeagerKaiser<double>(channels), ConstBlock<double>(in_place), Block<double>(in_place));
    EXPECT_TRUE(same_bits<double>(in_place, y)) << channels;
    Samples<double> among = Samples<double>::Constant(300, channels + 2, 7);
    centred(TeagerKaiser<double>(channels), ConstBlock<double>(x), Block<double>(among).columns(1, channels));
    EXPECT_TRUE(same_bits<double>(among.middleCols(1, channels), y)) << channels;
    EXPECT_TRUE((among.col(0) == 7).all() && (among.col(channels + 1) == 7).all());
  }
}

TEST(TeagerKaiser, OfASinusoidIsItsSquaredAmplitudeTimesTheSquaredSine) {
  constexpr double kStep = 0.3;
  Samples<double> x(500, 1);
  for (Index i = 0; i < 500; ++i) x(i, 0) = 7 * std::sin(kStep * static_cast<double>(i) + 1);
  const Samples<double> y = centred_energy(x);
  for (Index i = 1; i < 499; ++i) ASSERT_NEAR(y(i, 0), 49 * std::sin(kStep) * std::sin(kStep), 1e-12);
}

TEST(TeagerKaiser, NanReachesThreeOutputs) {
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    Samples<double> x = white_noise(100, 2, 2);
    x(40, 0) = bad;
    const Samples<double> y = centred_energy(x);
    for (Index i = 1; i < 99; ++i) {
      EXPECT_EQ(std::isfinite(y(i, 0)), i < 39 || i > 41) << i;
      EXPECT_TRUE(std::isfinite(y(i, 1)));
    }
  }
}

TEST(TeagerKaiser, FloatsAreRoundedOnce) {
  const Samples<float> x = white_noise<float>(200, 1, 3);
  const Samples<double> wide = x.cast<double>();
  const Samples<float> expected = centred_energy(wide).cast<float>();
  EXPECT_TRUE(same_bits<float>(centred_energy(x), expected));
  const Samples<float> huge = Samples<float>::Constant(5, 1, 1e38F);  // the square of which is no float
  EXPECT_EQ(centred_energy(huge)(2, 0), 0);
  Samples<float> spike = Samples<float>::Zero(5, 1);
  spike(2, 0) = 1e38F;
  EXPECT_EQ(centred_energy(spike)(2, 0), std::numeric_limits<float>::infinity());
}

TEST(TeagerKaiserMean, AveragesTheValuesThatExist) {
  for (const Index n : {0, 1, 2, 3, 4, 10, 300}) {
    const Samples<double> x = white_noise(n, 2, 4);
    const Samples<double> energy = centred_energy(x);
    for (const Index window : {1, 2, 3, 4, 9, 20, 400}) {
      const Samples<double> y = centred_mean(window, x);
      const Samples<double> late = apply<double>(TeagerKaiserMean<double>(window, 2), x);
      for (Index i = 0; i < n; ++i) {
        const Index from = std::max<Index>(1, i - window / 2);
        const Index to = std::min(n - 1, i + (window - 1) / 2 + 1);
        if (to <= from) {
          ASSERT_TRUE(std::isnan(y(i, 1))) << n << " " << window << " " << i;
        } else {
          ASSERT_NEAR(y(i, 1), energy.col(1).segment(from, to - from).mean(), 1e-13) << n << " " << window << " " << i;
        }
        if (i >= 2) {
          const Index begin = std::max<Index>(1, i - window);
          ASSERT_NEAR(late(i, 0), energy.col(0).segment(begin, i - begin).mean(), 1e-13) << n << " " << window << " " << i;
        }
      }
    }
  }
}

TEST(TeagerKaiserMean, RefusesAnEmptyWindow) { EXPECT_THROW(TeagerKaiserMean<double>(0, 1), InvalidArgument); }

}  // namespace
}  // namespace myocramp
