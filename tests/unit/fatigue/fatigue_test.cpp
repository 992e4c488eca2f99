#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "myocramp/fatigue/spectral.hpp"

namespace myocramp {
namespace {

Samples<double> tone(Index n, double hz, SampleRate rate) {
  Samples<double> x(n, 1);
  for (Index i = 0; i < n; ++i) x(i, 0) = std::sin(2 * std::numbers::pi * hz * rate.time(i));
  return x;
}

TEST(SpectralTable, OfAToneIsItsFrequency) {
  const SampleRate rate(1000);
  const FeatureTable t = spectral_table<double>(tone(5000, 80, rate), rate);
  ASSERT_EQ(t.rows(), 9);
  EXPECT_DOUBLE_EQ(t.time_s[0], 0.5);
  EXPECT_DOUBLE_EQ(t.time_s[1], 1.0);
  for (Index r = 0; r < t.rows(); ++r) {
    EXPECT_NEAR(t["mnf_hz"](r, 0), 80, 0.01);
    EXPECT_NEAR(t["mdf_hz"](r, 0), 80, 1);  // linear between bins of 2 Hz
  }
}

TEST(SpectralTable, HoldsOnlyWindowsThatLieWhollyInTheSignalForAnySplit) {
  const SampleRate rate(500);
  SpectralOptions options;
  options.window_s = 0.25;  // 125 samples, of which three segments of 42 reach over 84
  options.overlap = 0.8;
  options.segment_s = 0.25 / 3;
  options.high_hz = 200;
  for (const Index n : {124, 125, 149, 150, 1000, 1012}) {
    const Samples<double> x = tone(n, 80, rate);
    const FeatureTable whole = spectral_table<double>(x, rate, options);
    ASSERT_EQ(whole.rows(), n < 125 ? 0 : (n - 125) / 25 + 1) << n;
    for (const Index part : {1, 7, 64}) {
      SpectralWindows windows(options, rate, 1);
      Index rows = 0;
      for (Index begin = 0; begin < n; begin += part) {
        windows.add(ConstBlock<double>(x).rows(begin, std::min(part, n - begin)), [&](Index row, Index, const SpectralMoments& m) {
          EXPECT_EQ(row, rows++);
          ASSERT_LT(row, whole.rows());
          EXPECT_EQ(m.mdf_hz, whole["mdf_hz"](row, 0));
        });
      }
      EXPECT_EQ(rows, whole.rows()) << n << " by " << part;
    }
  }
}

TEST(SpectralTable, IsEmptyForLessThanAWindow) {
  EXPECT_EQ(spectral_table<double>(tone(999, 80, SampleRate(1000)), SampleRate(1000)).rows(), 0);
}

TEST(SpectralTable, NanAndSilenceAreNoAnswer) {
  Samples<double> x = tone(3000, 80, SampleRate(1000));
  x(1700, 0) = std::nan("");
  const FeatureTable t = spectral_table<double>(x, SampleRate(1000));
  EXPECT_FALSE(std::isnan(t["mdf_hz"](0, 0)));
  EXPECT_TRUE(std::isnan(t["mdf_hz"](2, 0)));
  const FeatureTable silent = spectral_table<double>(Samples<double>(Samples<double>::Zero(2000, 1)), SampleRate(1000));
  EXPECT_TRUE(std::isnan(silent["mnf_hz"](0, 0)));
}

TEST(SpectralTable, AnUnknownColumnNamesTheKnown) {
  const FeatureTable t = spectral_table<double>(tone(2000, 80, SampleRate(1000)), SampleRate(1000));
  try {
    static_cast<void>(t["nonsense"]);
    FAIL();
  } catch (const InvalidArgument& e) {
    EXPECT_NE(std::string(e.what()).find("mnf_hz, mdf_hz"), std::string::npos);
  }
}

TEST(SpectralTable, RefusesBandsAndSegmentsThatCannotBe) {
  const Samples<double> x = tone(3000, 80, SampleRate(800));
  EXPECT_THROW(spectral_table<double>(x, SampleRate(800)), DataError);
  EXPECT_THROW(spectral_table<double>(x, SampleRate(2000), {.low_hz = 450, .high_hz = 20}), InvalidArgument);
  EXPECT_THROW(spectral_table<double>(x, SampleRate(2000), {.window_s = 0.2, .segment_s = 0.5}), InvalidArgument);
}

}  // namespace
}  // namespace myocramp
