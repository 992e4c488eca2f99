#include "myocramp/filter/butterworth.hpp"

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

TEST(Butterworth, EdgesAreAtHalfPowerAndTheMiddleAtOne) {
  for (int order = 1; order <= 10; ++order) {
    for (const double rate : {1000.0, 2048.0, 4096.0}) {
      const Sections s = butterworth_bandpass({20, 450, order}, SampleRate(rate));
      EXPECT_EQ(s.size(), static_cast<std::size_t>(order));
      EXPECT_NEAR(gain(s, 20, rate), std::sqrt(0.5), 1e-9) << order;
      EXPECT_NEAR(gain(s, 450, rate), std::sqrt(0.5), 1e-9) << order;
      // The prewarped geometric centre has gain one exactly.
      const double centre =
          rate / std::numbers::pi * std::atan(std::sqrt(std::tan(std::numbers::pi * 20 / rate) * std::tan(std::numbers::pi * 450 / rate)));
      EXPECT_NEAR(gain(s, centre, rate), 1, 1e-9);
      EXPECT_LT(gain(s, 0, rate), 1e-12);
      EXPECT_LT(pole_radius(s), 1);
    }
  }
}

TEST(Butterworth, MatchesScipysSections) {
  // scipy.signal.butter(2, [20, 450], "bandpass", fs=1000, output="sos"), SciPy 1.17.1
  const double expected[2][5] = {{0.7320224765566226, 1.4640449531132451, 0.7320224765566226, 1.559708144216098, 0.6416146817745441},
                                 {1.0, -2.0, 1.0, -1.8224796026964678, 0.8372542587637753}};
  const Sections s = butterworth_bandpass({20, 450, 2}, SampleRate(1000));
  for (std::size_t k = 0; k < 2; ++k) {
    const double got[5] = {s[k].b0, s[k].b1, s[k].b2, s[k].a1, s[k].a2};
    for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(got[i], expected[k][i], 1e-12) << k << " " << i;
  }
}

TEST(Butterworth, OneEdgeIsAtHalfPowerAndThePassBandAtOne) {
  for (int order = 1; order <= 10; ++order) {
    for (const double edge : {6.0, 100.0, 499.0, 900.0}) {
      const Sections low = butterworth_lowpass({edge, order}, SampleRate(2048));
      const Sections high = butterworth_highpass({edge, order}, SampleRate(2048));
      EXPECT_EQ(low.size(), static_cast<std::size_t>(order + 1) / 2);
      EXPECT_NEAR(gain(low, edge, 2048), std::sqrt(0.5), 1e-8) << order << " " << edge;
      EXPECT_NEAR(gain(high, edge, 2048), std::sqrt(0.5), 1e-8) << order << " " << edge;
      EXPECT_NEAR(gain(low, 0, 2048), 1, 1e-7);
      EXPECT_NEAR(gain(high, 1024, 2048), 1, 1e-9);
      EXPECT_LT(gain(low, 1024, 2048), 1e-12);
      EXPECT_LT(gain(high, 0, 2048), 1e-12);
    }
  }
}

// |H|^2 of one pass is the amplitude of both: 1 / sqrt(2) there, and power 1 / 2.
TEST(Butterworth, CorrectedEdgesAreAtHalfPowerAfterBothPasses) {
  const SampleRate rate(2048);
  for (int order = 1; order <= 10; ++order) {
    const auto both = [](const Sections& s, double hz) { return std::pow(gain(s, hz, 2048), 4); };
    for (const double edge : {6.0, 100.0, 900.0}) {
      EXPECT_NEAR(both(butterworth_lowpass({edge, order}, rate, Edges::kBothPasses), edge), 0.5, 1e-7) << order << " " << edge;
      EXPECT_NEAR(both(butterworth_highpass({edge, order}, rate, Edges::kBothPasses), edge), 0.5, 1e-7) << order << " " << edge;
    }
    const Sections band = butterworth_bandpass({20, 450, order}, rate, Edges::kBothPasses);
    EXPECT_NEAR(both(band, 20), 0.5, 1e-8) << order;
    EXPECT_NEAR(both(band, 450), 0.5, 1e-8) << order;
    EXPECT_LT(pole_radius(band), 1);
  }
}

TEST(Butterworth, OneEdgeAtNyquistIsAnErrorThatNamesBoth) {
  for (const bool high : {false, true}) {
    try {
      high ? butterworth_highpass({450, 4}, SampleRate(900)) : butterworth_lowpass({450, 4}, SampleRate(900));
      FAIL();
    } catch (const DataError& e) {
      EXPECT_EQ(e.code(), "E-BAND");
      EXPECT_NE(std::string(e.what()).find("450"), std::string::npos);
      EXPECT_NE(std::string(e.what()).find("Nyquist"), std::string::npos);
    }
  }
  EXPECT_THROW(butterworth_lowpass({100, 0}, SampleRate(900)), InvalidArgument);
  EXPECT_THROW(butterworth_highpass({std::nan(""), 4}, SampleRate(900)), InvalidArgument);
}

TEST(Butterworth, ABandAtNyquistIsAnErrorThatNamesBoth) {
  try {
    butterworth_bandpass({20, 450, 4}, SampleRate(900));
    FAIL();
  } catch (const DataError& e) {
    EXPECT_EQ(e.code(), "E-BAND");
    EXPECT_NE(std::string(e.what()).find("450"), std::string::npos);
    EXPECT_NE(std::string(e.what()).find("Nyquist"), std::string::npos);
  }
}

TEST(Butterworth, WrongOptionsAreTheCallersFault) {
  EXPECT_THROW(butterworth_bandpass({20, 450, 0}, SampleRate(2000)), InvalidArgument);
  EXPECT_THROW(butterworth_bandpass({450, 20, 4}, SampleRate(2000)), InvalidArgument);
  EXPECT_THROW(butterworth_bandpass({std::nan(""), 450, 4}, SampleRate(2000)), InvalidArgument);
}

}  // namespace
}  // namespace myocramp
