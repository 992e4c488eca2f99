#include "myocramp/filter/resample.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "support/signals.hpp"

namespace myocramp {
namespace {

using testing::white_noise;

TEST(ResamplingRatio, IsTheFractionInLowestTerms) {
  const auto ratio = [](double from, double to) {
    const ResamplingRatio r = resampling_ratio(SampleRate(from), SampleRate(to));
    return std::pair(r.up, r.down);
  };
  EXPECT_EQ(ratio(2048, 1000), (std::pair<Index, Index>(125, 256)));
  EXPECT_EQ(ratio(1000, 1000), (std::pair<Index, Index>(1, 1)));
  EXPECT_EQ(ratio(1000, 4000), (std::pair<Index, Index>(4, 1)));
  EXPECT_EQ(ratio(1925.925925925926, 1000), (std::pair<Index, Index>(27, 52)));
  for (const auto& [from, to] : {std::pair{2148.148, 1000.0}, {1e6, 1.0}, {std::numbers::pi, 1.0}}) {
    try {
      resampling_ratio(SampleRate(from), SampleRate(to));
      FAIL() << from;
    } catch (const InvalidArgument& e) {
      EXPECT_EQ(e.code(), "E-RATIO");
    }
  }
}

// The response of the prototype filter: what the page and the class promise of aliasing.
TEST(Resampler, TheFilterIsFlatBelowAndDownAboveHalfTheLowerRate) {
  for (const ResamplingRatio ratio : {ResamplingRatio{1, 2}, {125, 256}, {3, 1}}) {
    const std::vector<double> h = detail::anti_alias_taps(ratio);
    const auto gain = [&](double part) {  // at this part of half the lower rate
      const double w = std::numbers::pi * part / static_cast<double>(std::max(ratio.up, ratio.down));
      std::complex<double> sum = 0;
      for (std::size_t i = 0; i < h.size(); ++i) sum += h[i] * std::exp(std::complex<double>(0, -w * static_cast<double>(i)));
      return std::abs(sum) / static_cast<double>(ratio.up);
    };
    for (double part = 0; part <= 0.8; part += 0.01) EXPECT_NEAR(gain(part), 1, 4e-3) << part;
    EXPECT_NEAR(20 * std::log10(gain(1)), -6, 0.1);
    for (double part = 1.2; part <= static_cast<double>(std::max(ratio.up, ratio.down)) && part < 4; part += 0.01)
      EXPECT_LT(20 * std::log10(gain(part)), -50) << part;
  }
}

TEST(Resampler, KeepsAConstantAndTheTimeOfASine) {
  const SampleRate from(2048);
  const SampleRate to(1000);
  Samples<double> x(4096, 2);
  x.col(0).setConstant(3);
  for (Index i = 0; i < x.rows(); ++i) x(i, 1) = std::sin(2 * std::numbers::pi * 37 * from.time(i));
  const ResamplingRatio ratio = resampling_ratio(from, to);
  Samples<double> y(resampled_rows(x.rows(), ratio), 2);
  resample<double>(ratio, x, y);
  EXPECT_EQ(y.rows(), 2000);
  for (Index k = 20; k < 1980; ++k) {
    EXPECT_NEAR(y(k, 0), 3, 0.01);
    EXPECT_NEAR(y(k, 1), std::sin(2 * std::numbers::pi * 37 * to.time(k)), 4e-3);
  }
}

TEST(Resampler, OneToOneCopies) {
  const Samples<float> x = white_noise<float>(700, 3, 1);
  Samples<float> y(700, 3);
  resample<float>({1, 1}, x, y);
  EXPECT_TRUE(testing::same_bits<float>(x, y));
}

TEST(Resampler, ScalesWithPowersOfTwoAndIsLinear) {
  const ResamplingRatio ratio{125, 256};
  const auto run = [&](const Samples<double>& x) {
    Samples<double> y(resampled_rows(x.rows(), ratio), x.cols());
    resample<double>(ratio, x, y);
    return y;
  };
  const Samples<double> a = white_noise(1500, 2, 2);
  const Samples<double> b = white_noise(1500, 2, 3);
  EXPECT_TRUE(testing::same_bits<double>(run(a * 1024), run(a) * 1024));
  EXPECT_LT(testing::largest_difference<double>(run(2 * a - 3 * b), 2 * run(a) - 3 * run(b)), 1e-13);
}

TEST(Resampler, ANanReachesNoFurtherThanTheDelayAndNoOtherChannel) {
  const ResamplingRatio ratio{3, 5};
  Samples<double> x = white_noise(900, 9, 4);
  Samples<double> clean(resampled_rows(900, ratio), 9);
  resample<double>(ratio, x, clean);
  x(450, 8) = std::nan("");
  Samples<double> y(clean.rows(), 9);
  resample<double>(ratio, x, y);
  const Index delay = Resampler<double>(ratio, 1).delay();
  EXPECT_EQ(delay, 16);  // 10 samples of the lower rate
  for (Index k = 0; k < y.rows(); ++k) {
    for (Index c = 0; c < 9; ++c) {
      if (c == 8 && std::abs(static_cast<double>(k) * 5 / 3 - 450) <= static_cast<double>(delay) + 1) continue;
      EXPECT_EQ(y(k, c), clean(k, c)) << k << " " << c;
    }
  }
  EXPECT_TRUE(std::isnan(y(270, 8)));
}

TEST(Resampler, TheEmptyAndTheShort) {
  for (const ResamplingRatio ratio : {ResamplingRatio{1, 1}, {5, 1}, {1, 5}, {3, 7}}) {
    for (const Index n : {0, 1, 2, 7}) {
      Samples<double> y(resampled_rows(n, ratio), 2);
      resample<double>(ratio, white_noise(n, 2, 5), y);
      EXPECT_TRUE(y.isFinite().all());
    }
  }
}

}  // namespace
}  // namespace myocramp
