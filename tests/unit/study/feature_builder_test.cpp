#include "study/feature_builder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "myocramp/cramp/muap_rate.hpp"
#include "myocramp/filter/butterworth.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

using testing::white_noise;

SignalFeatures built(const Samples<double>& x, double rate_hz, Index block) {
  Signal signal{"", SampleRate(rate_hz), 0, x.rows(), {}, nullptr, ""};
  signal.channels.resize(static_cast<std::size_t>(x.cols()));
  for (std::size_t c = 0; c < signal.channels.size(); ++c) signal.channels[c].name = std::string(1, static_cast<char>('A' + c));
  FeatureBuilder builder(signal, {});
  for (Index at = 0; at < x.rows(); at += block) builder.add(ConstBlock<double>(x).rows(at, std::min(block, x.rows() - at)));
  return builder.finish(1200, std::vector<std::vector<Interval>>(signal.channels.size()), std::nullopt);
}

// Every frame counts.
SignalFeatures without_rest(SignalFeatures f) {
  for (Baseline& b : f.arv_rest) b = {1, {0}, 0};
  return f;
}

TEST(FeatureBuilder, CrossingsOfGaussianNoiseFollowRice) {
  // Rice: sqrt(m2 / m0) exp(-u^2 / 2) upward crossings of u standard deviations, here of twice the mean rectified value. The density of
  // the signal is the filter's response; in the closed form time is continuous, so the rate is high.
  const SampleRate rate(8000);
  const Sections band = butterworth_bandpass({80, 400, 4}, rate);
  Samples<double> x = white_noise(8000 * 120, 1, 9);
  SosFilter<double>(band, 1).process(x, Block<double>(x));
  double m0 = 0;
  double m2 = 0;
  for (double hz = 1; hz < 2000; hz += 1) {
    double power = 1;
    for (const Section& s : band) {
      const std::complex<double> z = std::polar(1.0, -2 * std::numbers::pi * hz / 8000);
      power *= std::norm((s.b0 + s.b1 * z + s.b2 * z * z) / (1.0 + s.a1 * z + s.a2 * z * z));
    }
    m0 += power;
    m2 += power * hz * hz;
  }
  const double u = 2 * std::sqrt(2 / std::numbers::pi);
  const double expected = std::sqrt(m2 / m0) * std::exp(-u * u / 2);
  const double found = muap_rate(without_rest(built(x, 8000, 16384)), 0, {0, 2400});
  EXPECT_NEAR(found, expected, 0.05 * expected) << "the level of a frame scatters with its 400 samples";
}

TEST(FeatureBuilder, TheRateOfPotentialsThatDoNotOverlapIsTheirRate) {
  // 23 biphasic potentials of 8 ms in a second, the mirror image on the second channel.
  Samples<double> x = 1e-3 * white_noise(2000 * 60, 2, 4);
  for (int k = 0; k < 23 * 60; ++k) {
    const auto at = static_cast<Index>(std::llround(2000 * (k / 23.0)));
    for (Index i = 0; i < 16; ++i) {
      const double v = std::sin(2 * std::numbers::pi * static_cast<double>(i) / 16);
      x(at + i, 0) += v;
      x(at + i, 1) -= v;
    }
  }
  const SignalFeatures f = without_rest(built(x, 2000, 16384));
  EXPECT_NEAR(muap_rate(f, 0, {0, 1200}), 23, 0.5);
  EXPECT_NEAR(muap_rate(f, 1, {0, 1200}), 23, 0.5);
}

TEST(FeatureBuilder, CrossingsKnowNoGainPolarityOrderOrBlocks) {
  Samples<double> x = white_noise(20000, 3, 6);
  x(777, 1) = std::nan("");
  const SignalFeatures one = built(x, 2000, 16384);
  const Samples<double> other = -1024 * x.rowwise().reverse();
  const SignalFeatures two = built(other, 2000, 16384);
  EXPECT_TRUE((one.crossings_of == two.crossings_of.rowwise().reverse()).all());
  for (const Index block : {1, 37, 100, 4096}) {
    const SignalFeatures split = built(x, 2000, block);
    EXPECT_TRUE((one.crossings_of == split.crossings_of).all()) << block;
    EXPECT_TRUE(testing::same_bits<float>(one.arv_v, split.arv_v)) << block;
  }
  EXPECT_GT(one.crossings(0, 0), 0);
  EXPECT_EQ(one.crossings(7, 1), 0) << "a gap";
}

}  // namespace
}  // namespace myocramp
