#include "myocramp/filter/sos.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "myocramp/core/processor.hpp"
#include "myocramp/filter/butterworth.hpp"
#include "myocramp/filter/notch.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

using testing::white_noise;

static_assert(BlockProcessor<SosFilter<float>, float>);
static_assert(BlockProcessor<SosFilter<double>, double>);

const Sections kBand = butterworth_bandpass({20, 450, 4}, SampleRate(2048));

TEST(SosFilter, IsItsDifferenceEquation) {
  const Section s{0.2, 0.3, -0.1, -0.5, 0.25};
  const Samples<double> x = white_noise(100, 1, 1);
  const Samples<double> y = apply<double>(SosFilter<double>({s}, 1), x);
  for (Index i = 2; i < 100; ++i) {
    const double expected = s.b0 * x(i, 0) + s.b1 * x(i - 1, 0) + s.b2 * x(i - 2, 0) - s.a1 * y(i - 1, 0) - s.a2 * y(i - 2, 0);
    EXPECT_NEAR(y(i, 0), expected, 1e-13);
  }
}

TEST(SosFilter, ChannelsDoNotTouchOneAnother) {
  for (const Index channels : {1, 2, 7, 8, 9, 17}) {
    const Samples<double> x = white_noise(500, channels, 2);
    const Samples<double> together = apply<double>(SosFilter<double>(kBand, channels), x);
    for (Index c = 0; c < channels; ++c) {
      const Samples<double> alone = apply<double>(SosFilter<double>(kBand, 1), ConstBlock<double>(x).columns(c, 1));
      EXPECT_TRUE(testing::same_bits<double>(alone, together.col(c))) << channels << " " << c;
    }
  }
}

TEST(SosFilter, ScalesWithPowersOfTwoBitForBit) {
  const Samples<double> x = white_noise(1000, 3, 3);
  const Samples<double> y = apply<double>(SosFilter<double>(kBand, 3), x);
  const Samples<double> scaled = apply<double>(SosFilter<double>(kBand, 3), Samples<double>(x * 1024));
  EXPECT_TRUE(testing::same_bits<double>(scaled, y * 1024));
}

TEST(SosFilter, IsLinear) {
  const Samples<double> a = white_noise(1000, 2, 4);
  const Samples<double> b = white_noise(1000, 2, 5);
  const SosFilter<double> f(kBand, 2);
  const Samples<double> sum = apply<double>(f, Samples<double>(2 * a - 3 * b));
  EXPECT_LT(testing::largest_difference<double>(sum, 2 * apply<double>(f, a) - 3 * apply<double>(f, b)), 1e-13);
}

// The bound of single precision, down to 10 Hz at 4096 Hz: state-variable sections lose no digits where poles lie close to 1.
TEST(SosFilter, SingleAgreesWithDouble) {
  const Samples<double> x = white_noise<float>(20000, 2, 7).cast<double>();
  std::vector<Sections> filters;
  for (int order = 1; order <= 4; ++order) {
    for (const double rate : {500.0, 1000.0, 2048.0, 4096.0}) {
      for (const double low : {10.0, 20.0, 60.0}) {
        filters.push_back(butterworth_bandpass({low, 0.45 * rate, order}, SampleRate(rate)));
        filters.push_back(butterworth_bandpass({low, 3 * low, order}, SampleRate(rate)));
        filters.push_back(butterworth_lowpass({low, order}, SampleRate(rate)));
        filters.push_back(butterworth_highpass({low, order}, SampleRate(rate)));
      }
    }
  }
  for (const Sections& s : filters) {
    const Samples<double> expected = apply<double>(SosFilter<double>(s, 2), x);
    const Samples<float> single = apply<float>(SosFilter<float>(s, 2), Samples<float>(x.cast<float>()));
    EXPECT_LT(testing::largest_difference<double>(expected, single.cast<double>()), 1e-5 * expected.abs().maxCoeff())
        << s.size() << " sections, pole radius " << pole_radius(s);
  }
}

TEST(SosFilter, SingleKeepsAnyStableSection) {
  // No Butterworth: a resonance, an all-pass, real poles, and a first-order section.
  for (const Section& s : {Section{0.2, 0.3, -0.1, -1.9, 0.95}, Section{0.95, -1.9, 1, -1.9, 0.95}, Section{1, 0.5, 0.1, -1.1, 0.28},
                           Section{0.5, 0.5, 0, -0.3, 0}, Section{0.3, 0.2, 0.1, 0, 0}}) {
    const Samples<double> x = white_noise<float>(3000, 1, 8).cast<double>();
    const Samples<double> expected = apply<double>(SosFilter<double>({s, s}, 1), x);
    const Samples<float> single = apply<float>(SosFilter<float>({s, s}, 1), Samples<float>(x.cast<float>()));
    EXPECT_LT(testing::largest_difference<double>(expected, single.cast<double>()), 2e-6 * expected.abs().maxCoeff());
  }
}

TEST(SosFilter, SettlesInSingleToo) {
  for (const Sections& s : {butterworth_lowpass({6, 3}, SampleRate(2048)), butterworth_bandpass({20, 450, 3}, SampleRate(2048))}) {
    SosFilter<float> f(s, 1);
    const Samples<float> x = Samples<float>::Constant(500, 1, 2.5F);
    f.settle(ConstBlock<float>(x).rows(0, 1));
    Samples<float> y(500, 1);
    f.process(x, y);
    EXPECT_LT((y - y(0, 0)).abs().maxCoeff(), 1e-5F);
  }
}

template <class T>
class SosLaws : public ::testing::Test {};
using Scalars = ::testing::Types<float, double>;
TYPED_TEST_SUITE(SosLaws, Scalars);

std::vector<Sections> kinds() {
  const SampleRate rate(2048);
  return {kBand, butterworth_lowpass({6, 3}, rate), butterworth_highpass({20, 5}, rate), mains_notches({}, rate)};
}

TYPED_TEST(SosLaws, PowersOfTwoAndTheOrderOfChannelsChangeNoBit) {
  using T = TypeParam;
  for (const Sections& s : kinds()) {
    const Samples<T> x = white_noise<T>(1000, 5, 11);
    const Samples<T> y = apply<T>(SosFilter<T>(s, 5), x);
    EXPECT_TRUE(testing::same_bits<T>(apply<T>(SosFilter<T>(s, 5), Samples<T>(x * T(1024))), Samples<T>(y * T(1024))));
    EXPECT_TRUE(testing::same_bits<T>(apply<T>(SosFilter<T>(s, 5), Samples<T>(x.rowwise().reverse())), Samples<T>(y.rowwise().reverse())));
  }
}

TYPED_TEST(SosLaws, ZerosStayZeroAndExtremesStayInRange) {
  using T = TypeParam;
  for (const Sections& s : kinds()) {
    EXPECT_EQ(apply<T>(SosFilter<T>(s, 2), Samples<T>(Samples<T>::Zero(500, 2))).abs().maxCoeff(), T(0));
    // Counts of a converter taken for volts, numbers near the largest float, and the smallest there are.
    Samples<T> x = white_noise<T>(500, 3, 12).max(T(-3)).min(T(3));
    x.col(0) *= T(32768) / 3;
    x.col(1) *= T(1e36);
    x.col(2) *= std::numeric_limits<T>::denorm_min();
    const Samples<T> y = apply<T>(SosFilter<T>(s, 3), x);
    EXPECT_TRUE(y.isFinite().all());
    EXPECT_LT(y.col(2).abs().maxCoeff(), 1000 * std::numeric_limits<T>::denorm_min());
    EXPECT_TRUE(testing::same_bits<T>(apply<T>(SosFilter<T>(s, 1), ConstBlock<T>(x).columns(0, 1)), Samples<T>(y.col(0))));
  }
}

TEST(SosFilter, SettledOnAConstantItStaysThere) {
  const Sections low = {{0.25, 0.5, 0.25, -0.3, 0.1}};
  SosFilter<double> f(low, 2);
  Samples<double> x(50, 2);
  x.col(0).setConstant(3);
  x.col(1).setConstant(-7);
  f.settle(ConstBlock<double>(x).rows(0, 1));
  Samples<double> y(50, 2);
  f.process(x, y);
  const double gain = (0.25 + 0.5 + 0.25) / (1 - 0.3 + 0.1);
  EXPECT_LT((y.col(0) - 3 * gain).abs().maxCoeff(), 1e-13);
  EXPECT_LT((y.col(1) + 7 * gain).abs().maxCoeff(), 1e-13);
}

TEST(SosFilter, NanStaysInItsChannel) {
  Samples<double> x = white_noise(100, 2, 6);
  x(10, 0) = std::nan("");
  const Samples<double> y = apply<double>(SosFilter<double>(kBand, 2), x);
  EXPECT_TRUE(std::isnan(y(99, 0)));
  EXPECT_TRUE(y.col(1).isFinite().all());
}

TEST(SosFilter, RefusesAnUnstableCascade) {
  EXPECT_THROW(SosFilter<double>({{1, 0, 0, -2.1, 1.1}}, 1), InvalidArgument);
  EXPECT_THROW(SosFilter<double>({}, 1), InvalidArgument);
}

}  // namespace
}  // namespace myocramp
