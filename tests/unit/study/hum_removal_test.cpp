#include "study/hum_removal.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "myocramp/filter/butterworth.hpp"
#include "myocramp/filter/zero_phase.hpp"
#include "myocramp/signal/pick.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

constexpr double kRate = 2000;
constexpr double kHighest = 450;

Signal signal_of(const Samples<double>& volts, double rate = kRate) {
  Signal s{"", SampleRate(rate), 0, volts.rows(), {}, nullptr, ""};
  s.channels.resize(static_cast<std::size_t>(volts.cols()));
  s.source = std::make_shared<MemorySource>(volts);
  return s;
}

// Noise of unit RMS with the spectrum of surface EMG.
Samples<double> emg(Index n, std::uint64_t seed) {
  Samples<double> x = testing::white_noise(n, 1, seed);
  zero_phase<double>(butterworth_bandpass({40, 180, 1}, SampleRate(kRate)), x, x);
  return x / std::sqrt((x * x).sum() / static_cast<double>(n));
}

// Hum whose frequency runs from `from` to `to` Hz, with multiples 1, 3 and 5 at 1, 0.3 and 0.1, in rows [begin, end).
Samples<double> hum(Index n, double from, double to, double amplitude, Interval on = {0, Index{1} << 40}) {
  Samples<double> x(n, 1);
  double phase = 0.3;
  for (Index i = 0; i < n; ++i) {
    const double now = i >= on.begin && i < on.end ? amplitude : 0;
    x(i, 0) = now * (std::sin(phase) + 0.3 * std::sin(3 * phase + 1) + 0.1 * std::sin(5 * phase + 2));
    phase += 2 * std::numbers::pi * (from + (to - from) * static_cast<double>(i) / static_cast<double>(n)) / kRate;
  }
  return x;
}

double r_squared(const Samples<double>& a, const Samples<double>& b) {
  const auto n = static_cast<double>(a.size());
  const Samples<double> p = a - a.sum() / n;
  const Samples<double> q = b - b.sum() / n;
  const double cov = (p * q).sum();
  return cov * cov / ((p * p).sum() * (q * q).sum());
}

double rms(const Samples<double>& x, Index begin, Index rows) {
  return std::sqrt(x.middleRows(begin, rows).square().sum() / static_cast<double>(rows));
}

Samples<double> cleaned(const Signal& signal, Mains mains = Mains::kAuto, std::vector<Hum>* report = nullptr) {
  HumRemoval removal(signal, mains, kHighest);
  Samples<double> y(signal.samples, static_cast<Index>(signal.channels.size()));
  removal.read({0, signal.samples}, y);
  if (report != nullptr) *report = removal.report();
  return y;
}

Samples<double> cleaned(const Samples<double>& x, Mains mains = Mains::kAuto) { return cleaned(signal_of(x), mains); }

// The table of Mewett, Reynolds & Nazeran 2004, as for MainsRemoval.
TEST(HumRemoval, FollowsDrift) {
  std::printf("  mains_hz  r2_subtracted (means of 5 signals of 10 s, 1.5 times the EMG's RMS in amplitude)\n");
  for (const double f : {49.5, 49.75, 50.0, 50.25, 50.5}) {
    double mean = 0;
    double worst = 1;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const Samples<double> clean = emg(20000, seed);
      const double r2 = r_squared(clean, cleaned(clean + hum(20000, f, f, 1.5)));
      mean += r2 / 5;
      worst = std::min(worst, r2);
    }
    std::printf("  %8.2f  %13.3f\n", f, mean);
    EXPECT_GT(worst, 0.95) << f;
  }
}

TEST(HumRemoval, FollowsAFrequencyThatRuns) {
  const Samples<double> clean = emg(60000, 1);
  for (const auto& [amplitude, least] : {std::pair{1.0, 0.96}, {10.0, 0.93}}) {
    const double r2 = r_squared(clean, cleaned(clean + hum(60000, 49.5, 50.5, amplitude)));  // over 30 s
    EXPECT_GT(r2, least) << amplitude;
  }
}

TEST(HumRemoval, HumFarAboveTheMuscleGoesToo) {
  const Samples<double> clean = emg(40001, 2);
  for (const double amplitude : {10.0, 100.0}) {
    const Samples<double> y = cleaned(clean + hum(40001, 50.1, 50.1, amplitude));
    EXPECT_GT(r_squared(clean, y), 0.96) << amplitude;
  }
}

TEST(HumRemoval, ABurstLeavesNothingInTheRestBesideIt) {
  Samples<double> clean = emg(60000, 3);
  for (Index i = 0; i < 60000; ++i) clean(i, 0) *= i >= 20000 && i < 40000 ? 40 : 1;
  for (const double f : {50.0, 50.4}) {
    const Samples<double> y = cleaned(clean + hum(60000, f, f, 5));
    for (const Index at : {18000, 18500, 19000, 19500, 40000, 40500, 41000, 41500}) {
      EXPECT_NEAR(rms(y, at, 500) / rms(clean, at, 500), 1, 0.1) << at;
    }
    EXPECT_GT(r_squared(clean.middleRows(20000, 20000), y.middleRows(20000, 20000)), 0.98);
  }
}

TEST(HumRemoval, HumThatIsSwitchedLeavesNoBurst) {
  for (const double amplitude : {2.0, 10.0, 100.0}) {
    for (const Interval on : {Interval{0, 31234}, {31234, 80000}, {31000, 80000}, {30800, 80000}, {30500, 80000}, {20500, 61777}}) {
      const Samples<double> clean = emg(80000, 4);
      const Samples<double> y = cleaned(clean + hum(80000, 50.2, 50.2, amplitude, on));
      double most = 0;
      for (Index at = 0; at + 200 <= 80000; at += 100) most = std::max(most, rms(y, at, 200) - rms(clean, at, 200));
      EXPECT_LT(most, 0.5) << amplitude << " from " << on.begin;
    }
  }
}

TEST(HumRemoval, ARecordingWithoutHumKeepsItsBits) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Samples<double> clean = emg(40000, 50 + seed);
    EXPECT_TRUE(testing::same_bits<double>(clean, cleaned(clean)));
    EXPECT_GT(r_squared(clean, cleaned(clean, Mains::k50)), 0.997) << seed;
  }
  const Samples<double> humming = emg(40000, 1) + hum(40000, 50, 50, 3);
  EXPECT_TRUE(testing::same_bits<double>(humming, cleaned(humming, Mains::kNone)));
}

Samples<double> humming_channels(Index n) {
  Samples<double> x(n, 5);
  for (Index c = 0; c < 5; ++c) x.col(c) = emg(n, 20 + static_cast<std::uint64_t>(c));
  x.col(0) += hum(n, 49.6, 50.4, 3);
  x.col(2) += hum(n, 60.2, 59.9, 5);
  x.col(3) += hum(n, 50.1, 50.0, 20, {n / 3, 4 * n / 5});
  x.col(4) += hum(n, 50, 50, 4);
  x(5000, 2) = std::nan("");
  x(n / 2, 0) = std::numeric_limits<double>::infinity();
  for (Index i = 0; i < 40; ++i) x(30000 + 97 * i, 4) = std::nan("");
  x.col(4).segment(n / 2, 3333).setConstant(std::nan(""));
  return x;
}

TEST(HumRemoval, RowsInAnyOrderAndCutGiveTheSameBits) {
  const Index n = 150123;
  const Signal signal = signal_of(humming_channels(n));
  const Samples<double> whole = cleaned(signal);
  Random random(1, 0);
  for (const bool in_order_first : {false, true}) {
    HumRemoval removal(signal, Mains::kAuto, kHighest);
    Samples<double> shown(0, 5);
    if (in_order_first) {
      Samples<double> raw(n, 5);
      Index seen = 0;
      removal.show_raw([&](ConstBlock<double> rows) {
        for (Index i = 0; i < rows.rows(); ++i, ++seen) {
          for (Index c = 0; c < 5; ++c) raw(seen, c) = rows(i, c);
        }
      });
      for (Index at = 0; at < n;) {
        const Index rows = std::min(n - at, static_cast<Index>(1 + random.uniform() * 9000));
        Samples<double> y(rows, 5);
        removal.read({at, at + rows}, y);
        ASSERT_TRUE(testing::same_bits<double>(y, whole.middleRows(at, rows))) << at;
        at += rows;
      }
      EXPECT_EQ(seen, n);
      EXPECT_TRUE(testing::same_bits<double>(raw, signal.read({0, n})));
    }
    for (int k = 0; k < 60; ++k) {
      const auto at = static_cast<Index>(random.uniform() * 140000);
      const Index rows = std::min(n - at, static_cast<Index>(1 + random.uniform() * 20000));
      Samples<double> y(rows, 5);
      removal.read({at, at + rows}, y);
      ASSERT_TRUE(testing::same_bits<double>(y, whole.middleRows(at, rows))) << at << " " << rows;
    }
  }
}

// Rows of switches longer than what tells one: each multiple jumps in turn, segment after segment.
TEST(HumRemoval, HumThatNeverSettlesIsCutAnywhereToTheSameBits) {
  const Index n = 120000;
  const Index segment = 1000;
  Samples<double> x = emg(n, 8) * 0.1;
  Random draw(3, 0);
  std::vector<std::array<double, 3>> heights(static_cast<std::size_t>(n / segment));
  for (auto& h : heights) h = {draw.uniform() < 0.5 ? 1.0 : 20.0, draw.uniform() < 0.5 ? 1.0 : 19.0, draw.uniform() < 0.5 ? 1.0 : 18.0};
  for (Index i = 0; i < n; ++i) {
    const double phase = 2 * std::numbers::pi * 50 * static_cast<double>(i) / kRate;
    const auto& h = heights[static_cast<std::size_t>((i + segment / 2) % n / segment)];
    x(i, 0) += h[0] * std::sin(phase) + h[1] * std::sin(3 * phase + 1) + h[2] * std::sin(5 * phase + 2);
  }
  const Signal signal = signal_of(x);
  const Samples<double> whole = cleaned(signal);
  HumRemoval removal(signal, Mains::kAuto, kHighest);
  Random random(2, 0);
  for (int k = 0; k < 60; ++k) {
    const auto at = static_cast<Index>(random.uniform() * 110000);
    const Index rows = std::min(n - at, static_cast<Index>(1 + random.uniform() * 9000));
    Samples<double> y(rows, 1);
    removal.read({at, at + rows}, y);
    ASSERT_TRUE(testing::same_bits<double>(y, whole.middleRows(at, rows))) << at;
  }
}

TEST(HumRemoval, ScaleAndChannelsKeepTheirBits) {
  const Samples<double> x = humming_channels(60000);
  const Samples<double> y = cleaned(x);
  EXPECT_TRUE(testing::same_bits<double>(Samples<double>(y * 1024), cleaned(x * 1024)));
  EXPECT_TRUE(testing::same_bits<double>(Samples<double>(y * 0x1p-20), cleaned(x * 0x1p-20)));
  EXPECT_TRUE(testing::same_bits<double>(Samples<double>(y.rowwise().reverse()), cleaned(x.rowwise().reverse())));
  for (Index c = 0; c < 5; ++c) EXPECT_TRUE(testing::same_bits<double>(y.col(c), cleaned(x.col(c)))) << c;
}

TEST(HumRemoval, GapsStayAndTheHumBesideThemGoes) {
  const Samples<double> clean = emg(60000, 5);
  Samples<double> x = clean + hum(60000, 50.2, 50.2, 6);
  std::vector<Index> gaps = {21, 43, 97, 59990};
  for (Index i = 15000; i < 15100; ++i) gaps.push_back(i);
  for (Index i = 25000; i < 31000; ++i) gaps.push_back(i);
  for (const Index i : gaps) x(i, 0) = i % 2 == 0 ? std::nan("") : std::numeric_limits<double>::infinity();
  Samples<double> y = cleaned(x);
  Samples<double> reference = clean;
  for (const Index i : gaps) {
    ASSERT_EQ(std::isnan(x(i, 0)), std::isnan(y(i, 0))) << i;
    ASSERT_FALSE(std::isfinite(y(i, 0)));
    y(i, 0) = reference(i, 0) = 0;
  }
  EXPECT_EQ(static_cast<Index>(gaps.size()), x.isFinite().size() - x.isFinite().count());
  for (const auto& [from, count] :
       {std::pair<Index, Index>{0, 2000}, {14000, 2000}, {23000, 2000}, {31000, 1000}, {31000, 400}, {58000, 2000}, {0, 60000}}) {
    const double r2 = r_squared(reference.middleRows(from, count), y.middleRows(from, count));
    EXPECT_GT(r2, 0.9) << "from " << from;
  }
}

TEST(HumRemoval, TellsWhatItTookOff) {
  std::vector<Hum> report;
  Samples<double> x(60000, 2);
  x.col(0) = emg(60000, 3) * 10e-6 + hum(60000, 50.3, 50.3, 20e-6);
  x.col(1) = emg(60000, 4) * 10e-6;
  cleaned(signal_of(x), Mains::kAuto, &report);
  ASSERT_EQ(report.size(), 2U);
  EXPECT_EQ(report[0].mains_hz, 50);
  EXPECT_NEAR(report[0].frequency_hz, 50.3, 0.02);
  EXPECT_EQ(report[0].segments, 60);
  EXPECT_EQ(report[0].with_hum, 60);
  ASSERT_EQ(report[0].multiples.size(), 3U);
  const double share[] = {1, 0.3, 0.1};
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_EQ(report[0].multiples[j].number, static_cast<int>(2 * j + 1));
    EXPECT_NEAR(std::sqrt(report[0].multiples[j].mean_square), share[j] * 20e-6, 0.05 * share[j] * 20e-6 + 1e-7);
  }
  EXPECT_EQ(report[1].mains_hz, 0);
  EXPECT_TRUE(report[1].multiples.empty());
}

TEST(HumRemoval, ExtremeInputsBehave) {
  for (const double v : {0.0, 1.0, -32768.0, 1e38, 5e-324}) {
    const Samples<double> constant = Samples<double>::Constant(20000, 1, v);
    EXPECT_TRUE(testing::same_bits<double>(constant, cleaned(constant, Mains::k50))) << v;
  }
  const Samples<double> beyond = testing::white_noise(20000, 1, 1) * 1e300;
  EXPECT_TRUE(testing::same_bits<double>(beyond, cleaned(beyond)));
  const Samples<double> gap = Samples<double>::Constant(20000, 2, std::nan(""));
  EXPECT_TRUE(cleaned(gap, Mains::k50).isNaN().all());
  for (const Index n : {0, 1, 500, 3999, 4000, 4001, 5000}) {
    const Samples<double> x = emg(std::max<Index>(n, 10), 1).topRows(n) + hum(n, 50, 50, 10);
    const Samples<double> y = cleaned(x);
    EXPECT_EQ(n < 4000, testing::same_bits<double>(x, y)) << n;
  }
}

}  // namespace
}  // namespace myocramp
