#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "myocramp/spectral/fft.hpp"
#include "myocramp/spectral/moments.hpp"
#include "myocramp/spectral/window.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

TEST(PowerSpectrum, IsTheDiscreteFourierTransform) {
  for (const Index n : {2, 3, 16, 97, 500}) {
    const Samples<double> x = testing::white_noise(n, 1, 1);
    PowerSpectrum spectrum(n);
    for (Index i = 0; i < n; ++i) spectrum.input()[static_cast<std::size_t>(i)] = x(i, 0);
    const auto power = spectrum.power();
    ASSERT_EQ(static_cast<Index>(power.size()), n / 2 + 1);
    for (Index k = 0; k <= n / 2; ++k) {
      std::complex<double> sum = 0;
      for (Index i = 0; i < n; ++i)
        sum += x(i, 0) * std::exp(std::complex<double>(0, -2 * std::numbers::pi * static_cast<double>(k * i % n) / static_cast<double>(n)));
      EXPECT_NEAR(power[static_cast<std::size_t>(k)], std::norm(sum), 1e-10 * static_cast<double>(n));
    }
  }
}

TEST(PowerSpectrum, GivesTheSameBitsFromEveryObject) {
  const Samples<double> x = testing::white_noise(1000, 1, 2);
  std::vector<double> first;
  for (int round = 0; round < 5; ++round) {
    const std::vector<char> shift(static_cast<std::size_t>(round) * 8 + 1);  // so that allocations move
    PowerSpectrum spectrum(1000);
    std::copy_n(x.data(), 1000, spectrum.input().begin());
    const auto power = spectrum.power();
    if (first.empty()) first.assign(power.begin(), power.end());
    EXPECT_TRUE(std::equal(power.begin(), power.end(), first.begin()));
  }
}

TEST(PowerSpectrum, RefusesLengthsThatAreNone) {
  EXPECT_THROW(PowerSpectrum(1), InvalidArgument);
  EXPECT_THROW(PowerSpectrum(-5), InvalidArgument);
}

TEST(Hann, IsPeriodic) {
  const std::vector<double> w = hann(8);
  EXPECT_DOUBLE_EQ(w[0], 0);
  EXPECT_DOUBLE_EQ(w[4], 1);
  EXPECT_DOUBLE_EQ(w[1], w[7]);
}

TEST(Moments, OfAFlatBandLieInItsMiddle) {
  const std::vector<double> power(251, 1.0);  // 2 Hz bins up to 500 Hz
  const SpectralMoments m = spectral_moments(power, 2, band_bins(2, 251, 20, 450));
  EXPECT_DOUBLE_EQ(m.mnf_hz, 235);
  EXPECT_DOUBLE_EQ(m.power, 216);
  EXPECT_DOUBLE_EQ(m.mdf_hz, 234);  // 108 of 216 bins are summed up at 20 + 2 * 107
}

TEST(Moments, ScaleWithFrequencyAndNotWithPower) {
  std::vector<double> power(200, 0);
  for (std::size_t k = 20; k < 120; ++k) power[k] = std::exp(-std::pow((static_cast<double>(k) - 60) / 15, 2));
  const SpectralMoments a = spectral_moments(power, 1, {10, 150});
  const SpectralMoments b = spectral_moments(power, 2.5, {10, 150});
  EXPECT_NEAR(b.mnf_hz, 2.5 * a.mnf_hz, 1e-12);
  EXPECT_NEAR(b.mdf_hz, 2.5 * a.mdf_hz, 1e-12);
  for (double& p : power) p *= 1024;
  EXPECT_EQ(spectral_moments(power, 1, {10, 150}).mdf_hz, a.mdf_hz);
}

TEST(Moments, OfSilenceAreNoAnswer) {
  const std::vector<double> power(100, 0);
  EXPECT_TRUE(std::isnan(spectral_moments(power, 1, {10, 90}).mdf_hz));
  EXPECT_TRUE(std::isnan(spectral_moments(power, 1, {10, 90}).mnf_hz));
}

TEST(BandBins, KeepEdgesThatAreBins) {
  const BandBins b = band_bins(0.1, 5001, 20, 450);  // 20 / 0.1 is 200 only in exact arithmetic
  EXPECT_EQ(b.first, 200);
  EXPECT_EQ(b.last, 4500);
}

}  // namespace
}  // namespace myocramp
