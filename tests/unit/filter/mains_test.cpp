#include "myocramp/filter/mains.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "myocramp/filter/butterworth.hpp"
#include "myocramp/filter/zero_phase.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

using testing::white_noise;

constexpr double kPi = std::numbers::pi;
const SampleRate kRate(2000);

// Noise of unit RMS with the spectrum of surface EMG.
Samples<double> emg(Index n, std::uint64_t seed, SampleRate rate = kRate) {
  Samples<double> x = white_noise(n, 1, seed);
  zero_phase<double>(butterworth_bandpass({40, 180, 1}, rate), x, x);
  return x / std::sqrt((x * x).sum() / static_cast<double>(n));
}

// Hum whose frequency runs from `from` to `to` Hz, with multiples 1, 3 and 5 at 1, 0.3 and 0.1.
Samples<double> hum(Index n, double from, double to, double amplitude, SampleRate rate = kRate) {
  Samples<double> x(n, 1);
  double phase = 0.3;
  for (Index i = 0; i < n; ++i) {
    x(i, 0) = amplitude * (std::sin(phase) + 0.3 * std::sin(3 * phase + 1) + 0.1 * std::sin(5 * phase + 2));
    phase += 2 * kPi * (from + (to - from) * static_cast<double>(i) / static_cast<double>(n)) / rate.hertz();
  }
  return x;
}

double r_squared(const Samples<double>& a, const Samples<double>& b) {
  const double n = static_cast<double>(a.size());
  const double ma = a.sum() / n;
  const double mb = b.sum() / n;
  const double cov = ((a - ma) * (b - mb)).sum();
  return cov * cov / (((a - ma) * (a - ma)).sum() * ((b - mb) * (b - mb)).sum());
}

Samples<double> cleaned(const Samples<double>& x, const MainsOptions& options = {}, SampleRate rate = kRate) {
  return remove_mains<double>(x, rate, options).x;
}

// The notch of scipy.signal.iirnotch(f0, q), forwards.
Samples<double> notched(const Samples<double>& x, double f0, double q, SampleRate rate = kRate) {
  const double w = 2 * f0 / rate.hertz() * kPi;
  const double gain = 1 / (1 + std::tan(w / q / 2));
  const Sections notch = {{gain, -2 * gain * std::cos(w), gain, -2 * gain * std::cos(w), 2 * gain - 1}};
  return apply<double>(SosFilter<double>(notch, 1), x);
}

// The table of Mewett, Reynolds & Nazeran 2004: r^2 with the clean signal, here with windows of 2 s and a tracked frequency.
TEST(Mains, FollowsDriftWhereANotchFails) {
  std::printf("  mains_hz  r2_as_it_is  r2_notch  r2_interpolated (means of 5 signals of 10 s, 1.5 times the EMG's RMS in amplitude)\n");
  double at_50_5_notch = 0;
  for (const double f : {49.5, 49.75, 50.0, 50.25, 50.5}) {
    double raw = 0;
    double notch = 0;
    double ours = 0;
    double worst = 1;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const Samples<double> clean = emg(20000, seed);
      const Samples<double> x = clean + hum(20000, f, f, 1.5);
      raw += r_squared(clean, x) / 5;
      notch += r_squared(clean, notched(x, 50, 30)) / 5;
      const double r2 = r_squared(clean, cleaned(x));
      ours += r2 / 5;
      worst = std::min(worst, r2);
    }
    std::printf("  %8.2f  %11.3f  %8.3f  %15.3f\n", f, raw, notch, ours);
    EXPECT_GT(worst, 0.95) << f;
    if (f == 50.5) at_50_5_notch = notch;
  }
  EXPECT_LT(at_50_5_notch, 0.72);
}

TEST(Mains, FollowsAFrequencyThatRuns) {
  const Samples<double> clean = emg(60000, 1);
  for (const auto& [amplitude, least] : {std::pair{1.0, 0.96}, {10.0, 0.93}}) {
    const Samples<double> x = clean + hum(60000, 49.5, 50.5, amplitude);  // over 30 s
    EXPECT_GT(r_squared(clean, cleaned(x)), least) << amplitude;
    EXPECT_LT(r_squared(clean, notched(x, 50, 30)), 0.9);
  }
}

TEST(Mains, HumFarAboveTheMuscleGoesToo) {
  const Samples<double> clean = emg(40000, 2);
  for (const auto& [amplitude, least] : {std::pair{10.0, 0.96}, {100.0, 0.94}}) {
    EXPECT_GT(r_squared(clean, cleaned(clean + hum(40000, 50.1, 50.1, amplitude))), least) << amplitude;
  }
}

TEST(Mains, DoesNotEatTheMuscle) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Samples<double> clean = emg(20000, 50 + seed);
    if (seed % 2 == 1) {  // bursts of half a second in every two
      for (Index i = 0; i < clean.rows(); ++i) clean(i, 0) *= i % 4000 < 1000 ? 1 : 0.03;
    }
    EXPECT_TRUE(testing::same_bits<double>(clean, cleaned(clean))) << "no hum is found, so nothing is changed";
    const auto power = [&clean](const Samples<double>& y) { return (y * y).sum() / (clean * clean).sum(); };
    const Samples<double> told = cleaned(clean, {.mains_hz = 50});
    EXPECT_GT(r_squared(clean, told), 0.997) << seed;
    EXPECT_NEAR(power(told), 1, 0.015) << seed;
    const Samples<double> ready = cleaned(clean, {.mains_hz = 50, .p_fa = 0.1});  // a hundred times too ready to find some
    EXPECT_GT(r_squared(clean, ready), 0.98) << seed;
    EXPECT_NEAR(power(ready), 1, 0.05) << seed;
  }
}

TEST(Mains, FindsLinesByChanceAsOftenAsItSays) {
  std::array<Index, 16> found{};
  Index windows = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const MainsReport r = remove_mains<double>(emg(40000, 100 + seed), kRate, {.mains_hz = 50}).report[0];
    windows += r.windows;
    for (std::size_t h = 0; h < found.size(); ++h) found[h] += r.lines[h].found;
  }
  for (std::size_t h = 0; h < found.size(); ++h) {
    EXPECT_LT(static_cast<double>(found[h]) / static_cast<double>(windows), 2.5e-3) << "multiple " << h + 1;
  }
}

TEST(Mains, TellsFiftyFromSixtyAndFromNone) {
  Samples<double> x(20000, 4);
  for (Index c = 0; c < 4; ++c) x.col(c) = emg(20000, 7 + static_cast<std::uint64_t>(c));
  x.col(0) += hum(20000, 50.2, 50.2, 0.5);
  x.col(1) += hum(20000, 59.9, 59.9, 0.5);
  x.col(3) = 0;
  const auto out = remove_mains<double>(x, kRate);
  ASSERT_EQ(out.evidence.size(), 4U);
  EXPECT_EQ(out.evidence[0].mains_hz, 50);
  EXPECT_EQ(out.evidence[1].mains_hz, 60);
  EXPECT_EQ(out.evidence[2].mains_hz, 0);
  EXPECT_EQ(out.evidence[3].mains_hz, 0);
  EXPECT_EQ(out.evidence[0].windows, 5);
  EXPECT_LT(out.evidence[0].log10_chance, -6);
  EXPECT_TRUE(out.report[2].lines.empty());
}

TEST(Mains, FalseMainsAreRare) {
  Index wrong = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) wrong += remove_mains<double>(emg(20000, 900 + seed), kRate).evidence[0].mains_hz != 0;
  EXPECT_EQ(wrong, 0);
}

TEST(Mains, ReportsWhatItTookOff) {
  const double amplitude = 20e-6;
  const Samples<double> x = emg(40000, 3) * 10e-6 + hum(40000, 50.3, 50.3, amplitude);
  const MainsReport r = remove_mains<double>(x, kRate).report[0];
  EXPECT_EQ(r.mains_hz, 50);
  EXPECT_EQ(r.unchanged, 0);
  const double share[] = {1, 0, 0.3, 0, 0.1};
  for (const std::size_t j : {0U, 2U, 4U}) {
    EXPECT_NEAR(std::sqrt(r.lines[j].mean_square), share[j] * amplitude, 0.08 * share[j] * amplitude + 1e-7) << j;
    EXPECT_NEAR(r.lines[j].frequency_hz, 50.3 * static_cast<double>(j + 1), 0.1);
    EXPECT_GT(r.lines[j].found, r.windows * 8 / 10);
  }
  EXPECT_GT(r.lines[0].lowest_hz, 50.2);
  EXPECT_LT(r.lines[0].highest_hz, 50.4);
}

TEST(Mains, GapsAreBridgedByTheHumBesideThem) {
  const Samples<double> clean = emg(40000, 4);
  Samples<double> x = clean + hum(40000, 50.2, 50.2, 6);
  std::vector<Index> gaps = {21, 43, 97, 39990};
  for (Index i = 15000; i < 15100; ++i) gaps.push_back(i);
  for (Index i = 25000; i < 31000; ++i) gaps.push_back(i);
  for (const Index i : gaps) x(i, 0) = i % 2 == 0 ? std::nan("") : std::numeric_limits<double>::infinity();
  const auto out = remove_mains<double>(x, kRate);
  Samples<double> y = out.x;
  Samples<double> reference = clean;
  Index missing = 0;
  for (Index i = 0; i < 40000; ++i) missing += std::isnan(y(i, 0)) ? 1 : 0;
  EXPECT_EQ(missing, static_cast<Index>(gaps.size()));
  for (const Index i : gaps) {
    ASSERT_TRUE(std::isnan(y(i, 0))) << i;
    y(i, 0) = reference(i, 0) = 0;
  }
  EXPECT_GT(r_squared(reference, y), 0.95);
  for (const auto& [from, count] : {std::pair<Index, Index>{0, 2000}, {14500, 1000}, {24000, 1000}, {31000, 1000}, {38000, 2000}}) {
    EXPECT_GT(r_squared(reference.middleRows(from, count), y.middleRows(from, count)), 0.9) << "from " << from;
  }
  EXPECT_EQ(out.report[0].unchanged, 0);
}

TEST(Mains, StretchesTooShortToTellArePassedThroughAndCounted) {
  const Index n = 40000;
  Samples<double> x = emg(n, 5) + hum(n, 50, 50, 3);
  for (Index i = 20000; i < n; ++i) {
    if (i % 1000 < 500) x(i, 0) = std::nan("");  // half of everything is missing
  }
  const auto out = remove_mains<double>(x, kRate, {.mains_hz = 50});
  EXPECT_GT(out.report[0].unchanged, 5000);
  EXPECT_LT(out.report[0].unchanged, 10001);
  for (Index i = 30000; i < n; ++i) {
    if (i % 1000 >= 500) {
      ASSERT_EQ(out.x(i, 0), x(i, 0)) << i;
    }
  }
}

TEST(Mains, AnySplitGivesTheBitsOfTheBatch) {
  const SampleRate rate(500.5);
  Samples<double> x(9000, 3);
  for (Index c = 0; c < 3; ++c) x.col(c) = emg(9000, static_cast<std::uint64_t>(c), rate) + hum(9000, 49.7, 50.2, 2, rate);
  x(2000, 1) = std::nan("");
  for (Index i = 6000; i < 6900; ++i) x(i, 2) = std::nan("");
  const auto batch = remove_mains<double>(x, rate, {.mains_hz = 50});
  MainsRemoval removal({.mains_hz = 50}, rate, {50, 50, 50});
  const Index delay = removal.delay();
  Samples<double> padded = Samples<double>::Constant(9000 + delay, 3, std::nan(""));
  padded.topRows(9000) = x;
  Random random(1, 0);
  for (int round = 0; round < 5; ++round) {
    Samples<double> y = padded;  // in place
    removal.reset();
    for (Index at = 0; at < y.rows();) {
      const auto n = std::min(static_cast<Index>(random.uniform() * (random.uniform() < 0.5 ? 3.0 : 3000.0)), y.rows() - at);
      const Block<double> part = Block<double>(y).rows(at, n);
      removal.process<double>(part, part);
      at += n;
    }
    ASSERT_TRUE(testing::same_bits<double>(batch.x, y.bottomRows(9000)));
    EXPECT_TRUE(y.topRows(delay).isNaN().all());
    EXPECT_EQ(removal.report()[2].unchanged, batch.report[2].unchanged);
  }
}

TEST(Mains, ScaleAndChannelsKeepTheirBits) {
  Samples<double> x(12000, 2);
  for (Index c = 0; c < 2; ++c) x.col(c) = emg(12000, 20 + static_cast<std::uint64_t>(c)) + hum(12000, 50.4, 50.3, 1);
  x(5000, 1) = std::nan("");
  const Samples<double> y = cleaned(x);
  EXPECT_TRUE(testing::same_bits<double>(Samples<double>(y * 1024), cleaned(x * 1024)));
  EXPECT_TRUE(testing::same_bits<double>(Samples<double>(y * 0x1p-20), cleaned(x * 0x1p-20)));
  EXPECT_TRUE(testing::same_bits<double>(Samples<double>(y.rowwise().reverse()), cleaned(x.rowwise().reverse())));
  EXPECT_TRUE(testing::same_bits<double>(y.col(1), cleaned(x.col(1))));
  const Samples<float> single = x.cast<float>();
  const Samples<float> z = remove_mains<float>(single, kRate).x;
  EXPECT_LT(testing::largest_difference<double>(z.cast<double>(), cleaned(single.cast<double>())), 1e-6);
}

TEST(Mains, ExtremeInputsBehave) {
  const Index n = 8000;
  for (const double v : {0.0, 1.0, -32768.0, 1e38, 5e-324}) {
    const Samples<double> constant = Samples<double>::Constant(n, 1, v);
    EXPECT_TRUE(testing::same_bits<double>(constant, cleaned(constant, {.mains_hz = 50}))) << v;
  }
  const Samples<float> huge = (hum(n, 50, 50, 1e38) + emg(n, 1) * 1e36).cast<float>();
  const Samples<float> y = remove_mains<float>(huge, kRate).x;
  EXPECT_TRUE(y.isFinite().all());
  EXPECT_LT(std::abs(y(4000, 0)), 1e37F);
  const Samples<double> beyond = white_noise(n, 1, 1) * 1e300;  // its power is beyond a double: passed through
  EXPECT_TRUE(testing::same_bits<double>(beyond, cleaned(beyond)));
  const Samples<double> gap = Samples<double>::Constant(n, 1, std::nan(""));
  EXPECT_TRUE(cleaned(gap).isNaN().all());
}

std::string code_of(const MainsOptions& options, double rate, Index n = 8000) {
  try {
    cleaned(white_noise(n, 1, 1), options, SampleRate(rate));
  } catch (const Error& e) {
    return e.code();
  }
  return "";
}

TEST(Mains, RefusesWhatCannotBe) {
  EXPECT_EQ(code_of({.mains_hz = 50}, 100), "E-BAND");
  EXPECT_EQ(code_of({.mains_hz = 5}, 1000), "E-OPTION");
  EXPECT_EQ(code_of({.mains_hz = std::nan("")}, 1000), "E-OPTION");
  EXPECT_EQ(code_of({.harmonics = -1}, 1000), "E-OPTION");
  EXPECT_EQ(code_of({}, 1000, 1999), "E-SHORT");
  EXPECT_EQ(code_of({}, 1000, 2000), "");
  EXPECT_EQ(code_of({}, 90), "") << "no mains below the Nyquist frequency, so none is found";
}

}  // namespace
}  // namespace myocramp
