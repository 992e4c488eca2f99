#include "myocramp/fatigue/dimitrov.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "myocramp/fatigue/spectral.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

// A spectrum that lies wholly between 60 and 140 Hz, its frequencies times k.
std::vector<double> hump(double bin_hz, double k) {
  std::vector<double> power(1001, 0);
  for (std::size_t i = 0; i < power.size(); ++i) {
    const double f = static_cast<double>(i) * bin_hz / k;
    if (f > 60 && f < 140) power[i] = std::pow(std::cos((f - 100) / 80 * 3.14159265358979), 4);
  }
  return power;
}

TEST(Dimitrov, ScalesWithTheMinusSixthPowerOfFrequencyInsideItsBand) {
  const double bin_hz = 0.5;
  const BandBins band = band_bins(bin_hz, 1001, 8, 499);
  const DimitrovIndex fi(bin_hz, band);
  const double one = fi.index(hump(bin_hz, 1));
  const SpectralMoments m = spectral_moments(hump(bin_hz, 1), bin_hz, band);
  for (const double k : {0.8, 0.9, 1.5, 3.0}) {
    EXPECT_NEAR(fi.index(hump(bin_hz, k)) / one * std::pow(k, 6), 1, 1e-6) << k;
    const SpectralMoments scaled = spectral_moments(hump(bin_hz, k), bin_hz, band);
    EXPECT_NEAR(scaled.mnf_hz / m.mnf_hz, k, 1e-6);
    EXPECT_NEAR((scaled.mdf_hz + bin_hz / 2) / (m.mdf_hz + bin_hz / 2), k, 1e-4);  // a bin's power counts as below its frequency
  }
  // The published law: 1.882 times for 0.9, 3.815 for 0.8.
  EXPECT_NEAR(fi.index(hump(bin_hz, 0.9)) / one, 1.882, 1e-3);
  EXPECT_NEAR(fi.index(hump(bin_hz, 0.8)) / one, 3.815, 1e-3);
}

TEST(Dimitrov, IsTheRatioOfTwoMoments) {
  const Samples<double> noise = testing::white_noise(501, 1, 1);
  std::vector<double> power;
  for (Index i = 0; i < 501; ++i) power.push_back(noise(i, 0) * noise(i, 0));
  const BandBins band = band_bins(2, 501, 8, 500);
  EXPECT_EQ(band.first, 4);
  EXPECT_EQ(band.last, 250);
  for (const int order : {2, 3, 4, 5}) {
    const double ratio = spectral_moment(power, 2, band, -1) / spectral_moment(power, 2, band, order);
    EXPECT_NEAR(DimitrovIndex(2, band, order).index(power) / ratio, 1, 1e-13);
  }
  const SpectralMoments m = spectral_moments(power, 2, band);
  EXPECT_DOUBLE_EQ(m.power, spectral_moment(power, 2, band, 0));
  EXPECT_DOUBLE_EQ(m.mnf_hz, spectral_moment(power, 2, band, 1) / spectral_moment(power, 2, band, 0));
}

TEST(Dimitrov, OfALineIsAPowerOfItsFrequency) {
  std::vector<double> power(501, 0);
  power[50] = 3;
  EXPECT_NEAR(DimitrovIndex(2, {4, 250}).index(power) * std::pow(100, 6), 1, 1e-14);
}

TEST(Dimitrov, OfSilenceIsNoAnswer) {
  const std::vector<double> power(501, 0);
  EXPECT_TRUE(std::isnan(DimitrovIndex(2, {4, 250}).index(power)));
  EXPECT_TRUE(std::isnan(DimitrovIndex(2, {4, 250}).index(std::vector<double>(501, std::nan("")))));
}

TEST(SpectralTable, NamesItsBands) {
  const Samples<double> x = testing::white_noise(4096, 2, 2);
  const FeatureTable t = spectral_table<double>(x, SampleRate(2048));
  ASSERT_EQ(t.columns.size(), 3U);
  EXPECT_EQ(t.columns[1].note, "20 to 450 Hz");
  EXPECT_EQ(t.columns[2].name, "fi_nsm5");
  EXPECT_EQ(t.columns[2].note, "8 to 500 Hz");
  EXPECT_TRUE(t["fi_nsm5"].isFinite().all());
}

TEST(SpectralTable, HasNoIndexWhereItsBandDoesNotFitAndSaysSo) {
  const Samples<double> x = testing::white_noise(3000, 1, 3);
  const FeatureTable t = spectral_table<double>(x, SampleRate(1000));  // the Nyquist frequency is the band's edge
  EXPECT_TRUE(t["fi_nsm5"].isNaN().all());
  EXPECT_EQ(t.columns[2].note, "no answer: the band 8 to 500 Hz does not lie below the Nyquist frequency 500 Hz; fi_high_hz sets another");
  EXPECT_TRUE(t["mnf_hz"].isFinite().all());
  const FeatureTable chosen = spectral_table<double>(x, SampleRate(1000), {.fi_high_hz = 450});
  EXPECT_TRUE(chosen["fi_nsm5"].isFinite().all());
  EXPECT_EQ(chosen.columns[2].note, "8 to 450 Hz");
  EXPECT_TRUE(testing::same_bits<double>(t["mnf_hz"], chosen["mnf_hz"]));
  EXPECT_TRUE(testing::same_bits<double>(t["mdf_hz"], chosen["mdf_hz"]));
  const FeatureTable narrow = spectral_table<double>(x, SampleRate(1000), {.fi_low_hz = 8.5, .fi_high_hz = 9.5});
  EXPECT_TRUE(narrow["fi_nsm5"].isNaN().all());
  EXPECT_EQ(narrow.columns[2].note, "no answer: the band 8.5 to 9.5 Hz holds none of the bins, 2 Hz apart");
  EXPECT_THROW(spectral_table<double>(x, SampleRate(1000), {.fi_low_hz = 450, .fi_high_hz = 450}), InvalidArgument);
}

TEST(SpectralTable, KeepsItsBitsWhenTheSignalIsScaledBy1024) {
  const Samples<double> x = testing::white_noise(4096, 3, 4);
  const FeatureTable a = spectral_table<double>(x, SampleRate(2048));
  const FeatureTable b = spectral_table<double>(Samples<double>(x * 1024), SampleRate(2048));
  for (const char* name : {"mnf_hz", "mdf_hz", "fi_nsm5"}) EXPECT_TRUE(testing::same_bits<double>(a[name], b[name])) << name;
}

}  // namespace
}  // namespace myocramp
