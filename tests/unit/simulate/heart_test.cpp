#include "myocramp/simulate/heart.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "rendered.hpp"

namespace myocramp {
namespace {

using testing::expect_block_law;
using testing::rendered;

constexpr double kRate = 2000;

Ecg ecg(const SimulatedEcgOptions& options, double duration_s, Index channels, std::uint64_t about = 0) {
  return {options, SampleRate(kRate), Seconds(duration_s), channels, 1, about};
}

TEST(Ecg, IsTheSameInAnyBlocks) { expect_block_law(ecg({}, 30, 3), Samples<double>::Zero(60000, 3)); }

TEST(Ecg, HasTheStatedRateAndVariation) {
  const Ecg heart = ecg({75, 75}, 36000, 1);
  const std::vector<double> t = heart.beats();
  ASSERT_GT(t.size(), 40000U);
  double sum = 0, squares = 0, changes = 0, before = 0;
  const auto n = static_cast<double>(t.size() - 1);
  for (std::size_t k = 1; k < t.size(); ++k) {
    const double interval = t[k] - t[k - 1];
    sum += interval;
    squares += interval * interval;
    if (k > 1) changes += (interval - before) * (interval - before);
    before = interval;
  }
  const double mean = sum / n;
  EXPECT_NEAR(mean / 0.8, 1, 0.005);
  EXPECT_NEAR(std::sqrt(squares / n - mean * mean) / mean, 0.05, 0.0015);
  // RMSSD: breathing and the slow process have half of the variance each, with a correlation of cos(2 pi f mean) and 0.9 between beats.
  const double expected = 0.05 * mean * std::sqrt((1 - std::cos(2 * std::numbers::pi * 0.25 * mean)) + (1 - 0.9));
  EXPECT_NEAR(std::sqrt(changes / (n - 1)) / expected, 1, 0.03);
}

TEST(Ecg, RatesLieInTheirRange) {
  double slowest = 1000, fastest = 0;
  for (std::uint64_t about = 0; about < 100; ++about) {
    const std::vector<double> t = ecg({}, 300, 1, about).beats();
    const double bpm = 60 * static_cast<double>(t.size() - 1) / (t.back() - t.front());
    slowest = std::min(slowest, bpm);
    fastest = std::max(fastest, bpm);
  }
  EXPECT_GT(slowest, 58);
  EXPECT_LT(slowest, 63);
  EXPECT_GT(fastest, 87);
  EXPECT_LT(fastest, 92);
}

TEST(Ecg, RWavesStandAtTheBeatsWithTheirHeight) {
  SimulatedEcgOptions o;
  o.low_uv = o.high_uv = 120;
  o.breathing_share = 0;
  const Ecg heart = ecg(o, 60, 2);
  const Samples<double> x = rendered(heart, 120000, 2);
  for (Index c = 0; c < 2; ++c) {
    EXPECT_NEAR(std::abs(heart.amplitude_v(c)), 120e-6, 1e-18);
    for (const double t : heart.beats()) {
      const auto at = static_cast<Index>(std::lround(t * kRate));
      if (at < 40 || at + 41 > x.rows()) continue;
      Index highest = 0;
      const double peak = x.col(c).segment(at - 40, 81).abs().maxCoeff(&highest);
      EXPECT_NEAR(peak / 120e-6, 1, 0.005);
      EXPECT_NEAR(static_cast<double>(highest - 40), 0, 1);
    }
  }
}

TEST(Ecg, BreathingMovesHeights) {
  SimulatedEcgOptions o{60, 60, 0.05};
  o.low_uv = o.high_uv = 100;
  o.breathing_hz = 0.23;
  o.breathing_share = 0.2;
  const Ecg heart = ecg(o, 1200, 1);
  const Samples<double> x = rendered(heart, 2400000, 1);
  double sum = 0, squares = 0, n = 0;
  for (const double t : heart.beats()) {
    const auto at = static_cast<Index>(std::lround(t * kRate));
    if (at < 10 || at + 11 > x.rows()) continue;
    const double peak = x.col(0).segment(at - 10, 21).abs().maxCoeff() / 100e-6;
    sum += peak;
    squares += peak * peak;
    ++n;
  }
  EXPECT_NEAR(sum / n, 1, 0.01);
  EXPECT_NEAR(std::sqrt(squares / n - sum * sum / n / n), 0.2 / std::numbers::sqrt2, 0.005);
}

TEST(Ecg, HeightsOfChannelsLieInTheirRange) {
  const Ecg heart = ecg({}, 1, 500);
  double low = 1, high = 0;
  int positive = 0;
  for (Index c = 0; c < 500; ++c) {
    low = std::min(low, std::abs(heart.amplitude_v(c)));
    high = std::max(high, std::abs(heart.amplitude_v(c)));
    positive += heart.amplitude_v(c) > 0 ? 1 : 0;
  }
  EXPECT_GE(low, 5e-6);
  EXPECT_LT(low, 5.5e-6);
  EXPECT_LE(high, 300e-6);
  EXPECT_GT(high, 280e-6);
  EXPECT_NEAR(positive, 250, 45);
}

TEST(Ecg, OfNoHeightAddsNothing) {
  SimulatedEcgOptions o;
  o.low_uv = o.high_uv = 0;
  EXPECT_EQ(rendered(ecg(o, 10, 2), 20000, 2).abs().maxCoeff(), 0);
}

TEST(Ecg, RefusesRangesThatAreUpsideDown) {
  EXPECT_THROW(ecg({90, 60}, 10, 1), InvalidArgument);
  SimulatedEcgOptions o;
  o.low_uv = 400;
  EXPECT_THROW(ecg(o, 10, 1), InvalidArgument);
}

TEST(Ecg, MeansTheSameForEver) {
  const Ecg heart = ecg({}, 10, 2);
  const Samples<double> x = 1e6 * rendered(heart, 20000, 2);
  const std::vector<double> t = heart.beats();
  EXPECT_NEAR(t[0], 0.576535786747, 1e-10);
  EXPECT_NEAR(t[1], 1.61430794384, 1e-10);
  EXPECT_NEAR(t[2], 2.63709130484, 1e-10);
  EXPECT_NEAR(x(1153, 0), -209.239293936, 1e-6);
  EXPECT_NEAR(x(1153, 1), -148.753817673, 1e-6);
  EXPECT_NEAR(x(3228, 0), -180.709416543, 1e-6);
  EXPECT_NEAR(x(3228, 1), -128.471163779, 1e-6);
}

}  // namespace
}  // namespace myocramp
