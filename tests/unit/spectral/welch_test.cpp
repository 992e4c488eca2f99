#include "myocramp/spectral/welch.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "myocramp/spectral/stft.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

Samples<double> sine(Index n, double hz, SampleRate rate, double amplitude) {
  Samples<double> x(n, 1);
  for (Index i = 0; i < n; ++i) x(i, 0) = amplitude * std::sin(2 * std::numbers::pi * hz * rate.time(i));
  return x;
}

TEST(Welch, OfASineHoldsItsPowerInThreeBins) {
  const SampleRate rate(1000);
  const Samples<double> p = welch<double>(sine(5000, 80, rate, 3), rate, {.segment_s = 0.5});
  EXPECT_NEAR(p.col(0).sum() * 2, 4.5, 1e-12);  // bins of 2 Hz
  EXPECT_NEAR((p(39, 0) + p(40, 0) + p(41, 0)) * 2, 4.5, 1e-12);
  EXPECT_NEAR(p(40, 0), 4 * p(39, 0), 1e-12);  // the Hann window's 1, 2, 1 in amplitude
}

TEST(Welch, OfOneSegmentKeepsItsWeightedPower) {
  for (const Index n : {64, 65}) {  // with and without a bin at the Nyquist frequency
    const SampleRate rate(100);
    Samples<double> x = testing::white_noise(n, 1, 1);
    x += 7;
    const Samples<double> p = welch<double>(x, rate, {.segment_s = static_cast<double>(n) / 100});
    const std::vector<double> w = hann(n);
    const double mean = x.col(0).sum() / static_cast<double>(n);
    double above = 0;
    double below = 0;
    for (Index i = 0; i < n; ++i) {
      const double wi = w[static_cast<std::size_t>(i)];
      above += (x(i, 0) - mean) * (x(i, 0) - mean) * wi * wi;
      below += wi * wi;
    }
    EXPECT_NEAR(p.col(0).sum() * 100 / static_cast<double>(n), above / below, 1e-12);
  }
}

TEST(Welch, IsTheMeanOfTheSpectrogram) {
  const SampleRate rate(300);
  const Samples<double> x = testing::white_noise(2000, 2, 2);
  const SegmentOptions o{.segment_s = 0.3, .overlap = 0.7};
  const Samples<double> p = welch<double>(x, rate, o);
  Stft s(o, rate, 2, SegmentMean::kRemove);
  std::vector<double> frames(static_cast<std::size_t>(s.frames(2000) * 2 * s.bins()));
  spectrogram<double>(ConstBlock<double>(x), s, frames.data());
  for (Index k = 0; k < s.bins(); ++k) {
    double sum = 0;
    for (Index r = 0; r < s.frames(2000); ++r) sum += frames[static_cast<std::size_t>((r * 2 + 1) * s.bins() + k)];
    EXPECT_NEAR(sum / static_cast<double>(s.frames(2000)), p(k, 1), 1e-15);
  }
}

TEST(Welch, ScalesExactlyAndFarOutside) {
  const SampleRate rate(300);
  const Samples<double> x = testing::white_noise(1000, 1, 3);
  const Samples<double> p = welch<double>(x, rate);
  EXPECT_TRUE(testing::same_bits<double>(Samples<double>(welch<double>(Samples<double>(x * 1024), rate)), Samples<double>(p * 0x1p20)));
  const Samples<double> huge = welch<double>(Samples<double>(x * 1e38), rate);
  const Samples<double> tiny = welch<double>(Samples<double>(x * 1e-140), rate);
  for (Index k = 0; k < p.rows(); ++k) {
    EXPECT_NEAR(huge(k, 0) * 1e-76, p(k, 0), 1e-12 * p.maxCoeff());
    EXPECT_NEAR(tiny(k, 0) * 1e280, p(k, 0), 1e-12 * p.maxCoeff());
  }
  EXPECT_EQ(welch<double>(Samples<double>(Samples<double>::Zero(1000, 1)), rate).maxCoeff(), 0);
  EXPECT_EQ(welch<double>(Samples<double>(Samples<double>::Constant(1000, 1, -32768.0)), rate).maxCoeff(), 0);
  for (const double v : {0.1, 1.0 / 3, -7e-5, 1e30}) {
    EXPECT_EQ(welch<double>(Samples<double>(Samples<double>::Constant(1000, 1, v)), rate).maxCoeff(), 0) << v;
  }
  // Numbers too small for squares are silence.
  EXPECT_EQ(welch<double>(Samples<double>(x * 1e-310), rate).maxCoeff(), 0);
}

TEST(Welch, NanReachesItsChannelWhereASegmentHoldsIt) {
  const SampleRate rate(300);
  Samples<double> x = testing::white_noise(1000, 2, 4);
  x(999, 0) = std::nan("");  // behind the last whole segment
  EXPECT_TRUE(std::isfinite(welch<double>(x, rate)(5, 0)));
  x(500, 0) = std::numeric_limits<double>::infinity();
  const Samples<double> p = welch<double>(x, rate);
  EXPECT_TRUE(p.col(0).isNaN().all());
  EXPECT_TRUE(p.col(1).isFinite().all());
}

TEST(Welch, RefusesWhatCannotBe) {
  const Samples<double> x = testing::white_noise(149, 1, 5);
  const SampleRate rate(300);
  EXPECT_THROW(welch<double>(x, rate), DataError);
  EXPECT_THROW(welch<double>(x, rate, {.segment_s = 0.004}), InvalidArgument);
  EXPECT_THROW(welch<double>(x, rate, {.overlap = 1}), InvalidArgument);
  EXPECT_THROW(welch<double>(x, rate, {.segment_s = std::nan("")}), InvalidArgument);
}

TEST(Stft, OfASineHoldsHalfItsAmplitude) {
  const SampleRate rate(1000);
  Stft s({.segment_s = 0.5, .overlap = 0.75}, rate, 1);
  const Samples<double> x = sine(3000, 80, rate, 3);
  std::vector<std::complex<float>> values(static_cast<std::size_t>(s.frames(3000) * s.bins()));
  stft<double>(ConstBlock<double>(x), s, values.data());
  ASSERT_EQ(s.frames(3000), (3000 - 500) / 125 + 1);
  EXPECT_DOUBLE_EQ(s.time_s(3), 0.25 + 3 * 0.125);
  for (Index r = 0; r < s.frames(3000); ++r) EXPECT_NEAR(std::abs(values[static_cast<std::size_t>(r * s.bins() + 40)]), 1.5, 1e-6);
}

TEST(Stft, OfASumIsTheSum) {
  const SampleRate rate(200);
  const Samples<double> a = testing::white_noise(400, 1, 6);
  const Samples<double> b = testing::white_noise(400, 1, 7);
  const auto run = [&](const Samples<double>& x) {
    Stft s({}, rate, 1);
    std::vector<std::complex<double>> values(static_cast<std::size_t>(s.frames(400) * s.bins()));
    stft<double>(ConstBlock<double>(x), s, values.data());
    return values;
  };
  const auto of_a = run(a);
  const auto of_b = run(b);
  const auto both = run(2 * a - 3 * b);
  for (std::size_t i = 0; i < both.size(); ++i) EXPECT_NEAR(std::abs(both[i] - (2.0 * of_a[i] - 3.0 * of_b[i])), 0, 1e-14);
}

TEST(Stft, NanReachesExactlyTheFramesThatHoldIt) {
  const SampleRate rate(100);
  Samples<double> x = testing::white_noise(1000, 1, 8);
  x(400, 0) = std::nan("");
  Stft s({.segment_s = 0.5, .overlap = 0.5}, rate, 1);
  s.add(ConstBlock<double>(x), [&](Index frame, Index, std::span<const std::complex<double>> spectrum) {
    const bool holds = frame * 25 <= 400 && 400 < frame * 25 + 50;
    EXPECT_EQ(spectrum.empty(), holds) << frame;
  });
  EXPECT_EQ(s.frames(49), 0);
}

}  // namespace
}  // namespace myocramp
