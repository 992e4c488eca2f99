#include "myocramp/simulate/noise.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "myocramp/spectral/welch.hpp"
#include "rendered.hpp"

namespace myocramp {
namespace {

using testing::expect_block_law;
using testing::rendered;
using testing::rms;

constexpr double kRate = 2048;

ElectrodeNoise noise(const ElectrodeNoiseOptions& options, double duration_s, Index channels, std::uint64_t seed = 1) {
  return {options, SampleRate(kRate), Seconds(duration_s), channels, seed, 0};
}

// Mean density over bins from low to high, of the first channel and of the closed form.
std::pair<double, double> densities(const Samples<double>& psd, const ElectrodeNoise& n, double bin_hz, double low_hz, double high_hz) {
  double measured = 0, expected = 0;
  for (auto k = static_cast<Index>(std::ceil(low_hz / bin_hz)); static_cast<double>(k) * bin_hz < high_hz; ++k) {
    measured += psd.row(k).mean();
    expected += n.density(static_cast<double>(k) * bin_hz);
  }
  return {measured, expected};
}

TEST(ElectrodeNoise, IsTheSameInAnyBlocks) { expect_block_law(noise({}, 30, 3), Samples<double>::Zero(30 * 2048, 3)); }

TEST(ElectrodeNoise, HasTheStatedLevel) {
  for (const double share : {0.0, 0.2, 0.7, 1.0}) {
    const ElectrodeNoise n = noise({2.5, share}, 240, 4);
    EXPECT_NEAR(n.band_rms_v(20, 450), 2.5e-6, 1e-18) << share;
    const Samples<double> x = rendered(n, 240 * 2048, 4);
    const Samples<double> psd = welch<double>(x, SampleRate(kRate), {1.0, 0.5});
    for (const auto& [low, high] : {std::pair{20.0, 450.0}, {5.0, 40.0}, {40.0, 150.0}, {450.0, 1000.0}}) {
      double power = (psd.row(static_cast<Index>(low)).mean() + psd.row(static_cast<Index>(high)).mean()) / 2;  // by trapezia
      for (auto k = static_cast<Index>(low) + 1; k < static_cast<Index>(high); ++k) power += psd.row(k).mean();
      EXPECT_NEAR(std::sqrt(power) / n.band_rms_v(low, high), 1, 0.02) << share << ": " << low << " to " << high << " Hz";
    }
  }
}

TEST(ElectrodeNoise, DensityIntegratesToTheBandPower) {
  const ElectrodeNoise n = noise({1.5, 0.4}, 8, 1);
  for (const auto& [low, high] : {std::pair{0.0, 1.0}, {1.0, 20.0}, {20.0, 450.0}, {0.0, 1024.0}}) {
    constexpr int kPieces = 200000;  // by the rule of midpoints
    double power = 0;
    for (int i = 0; i < kPieces; ++i) power += n.density(low + (high - low) * (i + 0.5) / kPieces);
    EXPECT_NEAR(power * (high - low) / kPieces / std::pow(n.band_rms_v(low, high), 2), 1, 1e-6) << low << " to " << high << " Hz";
  }
}

TEST(ElectrodeNoise, PinkFallsAsOneOverF) {
  const ElectrodeNoise n = noise({1.5, 1}, 1200, 2);
  const SegmentOptions segments{8.0, 0.5};
  const Samples<double> psd = welch<double>(rendered(n, 1200 * 2048, 2), SampleRate(kRate), segments);
  // Least squares through thirds of octaves from 1 to 100 Hz.
  double sx = 0, sy = 0, sxx = 0, sxy = 0;
  int count = 0;
  for (double low = 1; low < 99; low *= std::cbrt(2.0)) {
    const auto [measured, expected] = densities(psd, n, 0.125, low, low * std::cbrt(2.0));
    const double bins = std::ceil(low * std::cbrt(2.0) / 0.125) - std::ceil(low / 0.125);
    EXPECT_NEAR(measured / expected, 1, 0.08) << low << " Hz";
    const double x = std::log(low);
    const double y = std::log(measured / bins);
    sx += x, sy += y, sxx += x * x, sxy += x * y;
    ++count;
  }
  const double slope = (count * sxy - sx * sy) / (count * sxx - sx * sx);
  EXPECT_NEAR(slope, -1, 0.04);
  for (double hertz = 0.5; hertz < 100; hertz *= 1.1) EXPECT_NEAR(n.density(hertz) * hertz / (n.density(7) * 7), 1, 0.12) << hertz << " Hz";
}

// What a border between blocks would leave: other variance or other steps there, or a line at the rate of blocks.
TEST(ElectrodeNoise, HasNoSeam) {
  constexpr Index kBlocks = 500;
  constexpr Index kChannels = 4;
  for (const double share : {0.2, 1.0}) {
    const ElectrodeNoise n = noise({1.5, share}, kBlocks * 8, kChannels);
    const Samples<double> x = rendered(n, kBlocks * kGridBlock, kChannels);
    const double level = std::sqrt(x.square().mean());
    double step = 0;
    for (Index c = 0; c < kChannels; ++c) {
      step += (x.col(c).tail(x.rows() - 1) - x.col(c).head(x.rows() - 1)).square().mean() / kChannels;
    }
    step = std::sqrt(step);
    for (const Index at : {-300, -30, -3, -2, -1, 0, 1, 2, 3, 30, 300, 8192}) {
      double value = 0, change = 0;
      Index count = 0;
      for (Index b = 1; b < kBlocks; ++b) {
        for (Index c = 0; c < kChannels; ++c) {
          const Index i = b * kGridBlock + at;
          value += x(i, c) * x(i, c);
          change += std::pow(x(i, c) - x(i - 1, c), 2);
          ++count;
        }
      }
      // 1996 values: a standard error of 1.6 %, and four of them.
      EXPECT_NEAR(std::sqrt(value / static_cast<double>(count)) / level, 1, 0.065) << share << " at " << at;
      EXPECT_NEAR(std::sqrt(change / static_cast<double>(count)) / step, 1, 0.065) << share << " at " << at;
    }
    // What is predictable from one side is so across a border too: the noise goes on.
    double across = 0, inside = 0;
    for (Index b = 1; b < kBlocks; ++b) {
      for (Index c = 0; c < kChannels; ++c) {
        const auto mean = [&](Index from) { return x.col(c).segment(from, 500).mean(); };
        across += mean(b * kGridBlock - 500) * mean(b * kGridBlock);
        inside += mean(b * kGridBlock - 8692) * mean(b * kGridBlock - 8192);
      }
    }
    EXPECT_NEAR(across / inside, 1, 0.2) << share;

    // Segments of 7 blocks: multiples of the rate of blocks, 1/8 Hz, fall on every seventh bin.
    const Samples<double> psd = welch<double>(x, SampleRate(kRate), {56.0, 0.5});
    double on = 0, beside = 0;
    for (Index k = 70; k < 49000; k += 7) {
      for (Index c = 0; c < kChannels; ++c) {
        const double expected = n.density(static_cast<double>(k) / 56);
        on += psd(k, c) / expected;
        for (const Index away : {-3, -2, 2, 3}) beside += psd(k + away, c) / expected / 4;
      }
    }
    EXPECT_NEAR(on / beside, 1, 0.02) << share;
  }
}

TEST(ElectrodeNoise, ChannelsRecordingsAndSeedsAreIndependent) {
  const Index samples = 240 * 2048;
  const Samples<double> x = rendered(noise({1.5, 0.2}, 240, 3), samples, 3);
  const ElectrodeNoise second({1.5, 0.2}, SampleRate(kRate), Seconds(240), 1, 1, 1);
  const Samples<double> y = rendered(second, samples, 1);
  const Samples<double> z = rendered(noise({1.5, 0.2}, 240, 1, 2), samples, 1);
  // High-passed by a difference, so that neighbours hardly hang together; five standard errors.
  const auto correlation = [&](const Eigen::ArrayXd& a, const Eigen::ArrayXd& b) {
    const Eigen::ArrayXd da = a.tail(samples - 1) - a.head(samples - 1);
    const Eigen::ArrayXd db = b.tail(samples - 1) - b.head(samples - 1);
    return (da * db).mean() / (rms(da) * rms(db));
  };
  const double most = 5 * std::sqrt(1.5 / static_cast<double>(samples));
  EXPECT_NEAR(correlation(x.col(0), x.col(1)), 0, most);
  EXPECT_NEAR(correlation(x.col(0), x.col(2)), 0, most);
  EXPECT_NEAR(correlation(x.col(1), x.col(2)), 0, most);
  EXPECT_NEAR(correlation(x.col(0), y.col(0)), 0, most);
  EXPECT_NEAR(correlation(x.col(0), z.col(0)), 0, most);
}

TEST(ElectrodeNoise, AChannelDoesNotDependOnHowManyThereAre) {
  const Samples<double> one = rendered(noise({}, 20, 1), 40000, 1);
  const Samples<double> three = rendered(noise({}, 20, 3), 40000, 3);
  EXPECT_TRUE(testing::same_bits<double>(one, three.leftCols(1)));
}

TEST(ElectrodeNoise, HoldsAtOtherRates) {
  for (const double rate : {950.0, 1000.0, 2148.148, 4096.0, 10240.0, 65535.0}) {
    const ElectrodeNoise n({1.5, 0.5}, SampleRate(rate), Seconds(30), 2, 1, 0);
    const Samples<double> x = rendered(n, static_cast<Index>(30 * rate), 2);
    EXPECT_NEAR(rms(x.col(0)) / n.band_rms_v(0, rate / 2), 1, 0.05) << rate;
    EXPECT_NEAR(rms(x.col(1)) / n.band_rms_v(0, rate / 2), 1, 0.05) << rate;
  }
}

TEST(ElectrodeNoise, OfNoLevelAddsNothing) {
  EXPECT_EQ(rendered(noise({0, 0.2}, 8, 2), 16384, 2).abs().maxCoeff(), 0);
  EXPECT_EQ(noise({0, 0.2}, 8, 2).band_rms_v(20, 450), 0);
}

TEST(ElectrodeNoise, RefusesWhatItCannotBe) {
  EXPECT_THROW(noise({-1, 0.2}, 8, 1), InvalidArgument);
  EXPECT_THROW(noise({1, 1.1}, 8, 1), InvalidArgument);
  EXPECT_THROW(ElectrodeNoise({}, SampleRate(900), Seconds(8), 1, 1, 0), InvalidArgument);
  EXPECT_THROW(static_cast<void>(noise({}, 8, 1).band_rms_v(20, 1025)), InvalidArgument);
  EXPECT_THROW(static_cast<void>(noise({}, 8, 1).band_rms_v(20, 20)), InvalidArgument);
}

TEST(ElectrodeNoise, MeansTheSameForEver) {
  const Samples<double> x = 1e6 * rendered(noise({}, 16, 2), 2 * 16384, 2);
  EXPECT_NEAR(x(0, 0), -1.08306240681, 1e-8);
  EXPECT_NEAR(x(0, 1), -3.41462439481, 1e-8);
  EXPECT_NEAR(x(1, 0), 2.73881488318, 1e-8);
  EXPECT_NEAR(x(1, 1), 3.33630115131, 1e-8);
  EXPECT_NEAR(x(16383, 0), -0.935440650247, 1e-8);
  EXPECT_NEAR(x(16383, 1), 0.909942656917, 1e-8);
  EXPECT_NEAR(x(16384, 0), -1.81870234848, 1e-8);
  EXPECT_NEAR(x(16384, 1), 3.43408566153, 1e-8);
  EXPECT_NEAR(x(20000, 0), 6.34278101639, 1e-8);
  EXPECT_NEAR(x(20000, 1), -3.08373603673, 1e-8);
}

}  // namespace
}  // namespace myocramp
