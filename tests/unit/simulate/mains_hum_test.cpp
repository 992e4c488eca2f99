#include "myocramp/simulate/mains_hum.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "rendered.hpp"

namespace myocramp {
namespace {

using testing::expect_block_law;
using testing::rendered;

constexpr double kRate = 2048;
constexpr double kTurn = 2 * std::numbers::pi;

MainsHum hum(const MainsHumOptions& options, double duration_s, Index channels, std::uint64_t about = 0) {
  return {options, SampleRate(kRate), Seconds(duration_s), channels, 1, about};
}

// Amplitude and phase of a cosine of a whole number of cycles in the signal.
std::complex<double> line(const Eigen::ArrayXd& x, double hertz) {
  std::complex<double> sum = 0;
  for (Index i = 0; i < x.size(); ++i) sum += x(i) * std::polar(1.0, -kTurn * hertz * static_cast<double>(i) / kRate);
  return 2.0 * sum / static_cast<double>(x.size());
}

TEST(MainsHum, IsTheSameInAnyBlocks) { expect_block_law(hum({}, 30, 3), Samples<double>::Zero(30 * 2048, 3)); }

TEST(MainsHum, HasTheStatedHarmonics) {
  for (const double mains : {50.0, 60.0}) {
    MainsHumOptions o{mains, 0, 0, 7};
    o.channel_spread = o.phase_spread_rad = 0;
    const Eigen::ArrayXd x = rendered(hum(o, 10, 1), 20480, 1).col(0);
    EXPECT_NEAR(std::abs(line(x, mains)), 7e-6, 1e-16);
    EXPECT_NEAR(std::abs(line(x, 3 * mains)), 0.3 * 7e-6, 1e-16);
    EXPECT_NEAR(std::abs(line(x, 5 * mains)), 0.1 * 7e-6, 1e-16);
    for (const double other : {2 * mains, 4 * mains, 6 * mains, 7 * mains}) EXPECT_NEAR(std::abs(line(x, other)), 0, 1e-16);
    EXPECT_NEAR(x.square().mean(), 0.5 * 1.1 * 49e-12, 1e-22);
  }
}

TEST(MainsHum, ChannelsDifferInAmplitudeAndPhase) {
  constexpr Index kChannels = 400;
  const MainsHum one = hum({50, 0, 0, 5}, 2, kChannels);
  const Samples<double> x = rendered(one, 4096, kChannels);
  double sum = 0, squares = 0, cosine = 0;
  const std::complex<double> first = line(x.col(0), 50);
  for (Index c = 0; c < kChannels; ++c) {
    const std::complex<double> fundamental = line(x.col(c), 50);
    EXPECT_NEAR(std::abs(fundamental), one.amplitude_v(c), 1e-15);
    // One delay for all harmonics of a channel.
    const double shift = std::arg(fundamental / first);
    const double third = std::arg(line(x.col(c), 150) / line(x.col(0), 150));
    EXPECT_NEAR(std::remainder(third - 3 * shift, kTurn), 0, 1e-9);
    const double logarithm = std::log(one.amplitude_v(c) / 5e-6);
    sum += logarithm;
    squares += logarithm * logarithm;
    cosine += shift;
  }
  const double mean = sum / kChannels;
  EXPECT_NEAR(mean, 0, 4 * 0.2 / std::sqrt(kChannels));
  EXPECT_NEAR(std::sqrt(squares / kChannels - mean * mean), 0.2, 0.03);
  EXPECT_GT(std::abs(cosine), 0);
}

TEST(MainsHum, FrequencyWalksInsideItsRange) {
  const MainsHumOptions o{60, 0.2, 0.02};
  const MainsHum one = hum(o, 36000, 1);
  double low = 60, high = 60, steps = 0;
  for (int k = 0; k < 36000; ++k) {
    const double f = one.frequency_hz(k);
    low = std::min(low, f);
    high = std::max(high, f);
    steps += std::pow(one.frequency_hz(k + 1) - f, 2);
    EXPECT_NEAR(one.frequency_hz(k + 0.5), (f + one.frequency_hz(k + 1)) / 2, 1e-12);
  }
  EXPECT_GE(low, 59.8);
  EXPECT_LE(high, 60.2);
  EXPECT_LT(low, 59.81) << "the whole range is used in ten hours";
  EXPECT_GT(high, 60.19);
  EXPECT_NEAR(std::sqrt(steps / 36000), 0.02, 0.001);
}

// Neighbours of a sine of frequency f keep x(t + d) + x(t - d) = 2 cos(2 pi f d) x(t); a jump of phase would break it by its size.
TEST(MainsHum, PhaseGoesOnAcrossKnotsAndBlocks) {
  MainsHumOptions o{50, 0.2, 0.1, 1e6};
  o.third = o.fifth = o.channel_spread = 0;
  const MainsHum one = hum(o, 60, 1);
  const Eigen::ArrayXd x = rendered(one, 60 * 2048, 1).col(0);
  double worst = 0;
  double turns = 0;
  for (Index i = 1; i + 1 < x.size(); ++i) {
    const double step = one.frequency_hz(static_cast<double>(i) / kRate) / kRate;
    worst = std::max(worst, std::abs(x(i + 1) + x(i - 1) - 2 * std::cos(kTurn * step) * x(i)));
    turns += step;
  }
  EXPECT_LT(worst, 1e-6) << "of an amplitude of 1 V";
  // And the phase is the integral of the frequency: the same number of cycles, to a hundredth of one.
  double crossings = 0;
  for (Index i = 1; i < x.size(); ++i) crossings += x(i - 1) < 0 && x(i) >= 0 ? 1 : 0;
  EXPECT_NEAR(crossings, turns, 1.01);
}

TEST(MainsHum, LeavesOutHarmonicsBeyondHalfOfTheRate) {
  const MainsHumOptions o{50, 0, 0, 5, 1, 1, 0, 0};
  const MainsHum one(o, SampleRate(400), Seconds(10), 1, 1, 0);
  EXPECT_NEAR(rendered(one, 4000, 1).square().mean(), 2 * 12.5e-12, 1e-20);
}

TEST(MainsHum, OfNoAmplitudeAddsNothing) { EXPECT_EQ(rendered(hum({50, 0.2, 0.02, 0}, 10, 2), 20480, 2).abs().maxCoeff(), 0); }

TEST(MainsHum, RefusesWhatItCannotBe) {
  EXPECT_THROW(hum({5}, 8, 1), InvalidArgument);
  EXPECT_THROW(MainsHum({50}, SampleRate(100), Seconds(8), 1, 1, 0), InvalidArgument);
}

TEST(MainsHum, MeansTheSameForEver) {
  const Samples<double> x = 1e6 * rendered(hum({}, 10, 2), 20480, 2);
  EXPECT_NEAR(x(0, 0), 3.89944593276, 1e-8);
  EXPECT_NEAR(x(0, 1), 4.53517442963, 1e-8);
  EXPECT_NEAR(x(1, 0), 3.73804745799, 1e-8);
  EXPECT_NEAR(x(1, 1), 4.62518893672, 1e-8);
  EXPECT_NEAR(x(1000, 0), 0.114937957156, 1e-8);
  EXPECT_NEAR(x(1000, 1), -5.07161304162, 1e-8);
  EXPECT_NEAR(x(20479, 0), 2.13249153489, 1e-8);
  EXPECT_NEAR(x(20479, 1), 4.80724530149, 1e-8);
}

}  // namespace
}  // namespace myocramp
