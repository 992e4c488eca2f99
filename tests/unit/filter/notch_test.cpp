#include "myocramp/filter/notch.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>
#include <string>

namespace myocramp {
namespace {

double gain(const Sections& sections, double hz, double rate) {
  const std::complex<double> z1 = std::exp(std::complex<double>(0, -2 * std::numbers::pi * hz / rate));
  std::complex<double> h = 1;
  for (const Section& s : sections) h *= (s.b0 + s.b1 * z1 + s.b2 * z1 * z1) / (1.0 + s.a1 * z1 + s.a2 * z1 * z1);
  return std::abs(h);
}

TEST(Notch, EveryHarmonicBelowNyquistIsZeroAndTheRestPasses) {
  const Sections s = mains_notches({}, SampleRate(2048));
  EXPECT_EQ(s.size(), 20U);  // 50 to 1000 Hz
  for (int k = 1; k <= 20; ++k) EXPECT_LT(gain(s, 50 * k, 2048), 1e-10) << k;
  EXPECT_NEAR(gain(s, 0, 2048), 1, 1e-12);
  for (const double hz : {10.0, 25.0, 75.0, 425.0, 1024.0}) EXPECT_NEAR(gain(s, hz, 2048), 1, 0.01) << hz;
  EXPECT_EQ(mains_notches({.mains_hz = 60, .harmonics = 3}, SampleRate(2048)).size(), 3U);
  EXPECT_EQ(mains_notches({.mains_hz = 250}, SampleRate(1000)).size(), 1U) << "500 Hz is the Nyquist frequency";
}

// Of one second-order notch, |H|^2 = t^2 / (t^2 + edge^2): the points at half power lie `width` apart on the warped axis.
TEST(Notch, TheWidthLiesBetweenThePointsOfHalfPower) {
  for (const Edges edges : {Edges::kSinglePass, Edges::kBothPasses}) {
    const double power = edges == Edges::kSinglePass ? 2 : 4;
    for (const int k : {1, 5}) {
      for (const NotchWidth rule : {NotchWidth::kConstant, NotchWidth::kProportional}) {
        const Sections all = mains_notches({.mains_hz = 50, .width_hz = 4, .harmonics = 5, .rule = rule}, SampleRate(2048), edges);
        const Sections one = {all[static_cast<std::size_t>(k - 1)]};
        // Bisect for the points of half power on both sides.
        double found[2];
        for (const int side : {0, 1}) {
          double in = 50 * k;
          double out = in + (side == 0 ? -24 : 24);
          for (int i = 0; i < 60; ++i) {
            const double middle = (in + out) / 2;
            (std::pow(gain(one, middle, 2048), power) < 0.5 ? in : out) = middle;
          }
          found[side] = in;
        }
        EXPECT_NEAR(found[1] - found[0], rule == NotchWidth::kConstant ? 4 : 4 * k, 1e-6) << k;
      }
    }
  }
}

TEST(Notch, RefusesWhatCannotBe) {
  EXPECT_THROW(mains_notches({.width_hz = 50}, SampleRate(2048)), InvalidArgument);
  EXPECT_THROW(mains_notches({.harmonics = 0}, SampleRate(2048)), InvalidArgument);
  EXPECT_THROW(mains_notches({.mains_hz = std::nan("")}, SampleRate(2048)), InvalidArgument);
  try {
    mains_notches({}, SampleRate(100));
    FAIL();
  } catch (const DataError& e) {
    EXPECT_EQ(e.code(), "E-BAND");
    EXPECT_NE(std::string(e.what()).find("Nyquist"), std::string::npos);
  }
}

}  // namespace
}  // namespace myocramp
