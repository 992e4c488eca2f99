#include "myocramp/cramp/dates.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "myocramp/core/reduce.hpp"
#include "support/activity.hpp"

namespace myocramp {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

ReadSamples of(const std::vector<double>& x) {
  return [&x](Interval rows) { return std::vector<double>(x.begin() + rows.begin, x.begin() + rows.end); };
}

// Rest of power 1, and from `begin` to `end` what `amplitude(samples since begin)` says; the sign alternates.
template <class Amplitude>
std::vector<double> signal(Index n, Interval active, Amplitude&& amplitude) {
  std::vector<double> x;
  for (Index i = 0; i < n; ++i) x.push_back((i % 2 == 0 ? 1 : -1) * (active.contains(i) ? amplitude(i - active.begin) : 1));
  return x;
}

TEST(Dates, AStepToTheSample) {
  for (const double amplitude : {2.0, 3.0, 30.0}) {
    const std::vector<double> x = signal(8000, {3000, 6000}, [&](Index) { return amplitude; });
    for (const Index early : {0, 40, 120}) {
      const Interval found{3000 - early, 6000 + early};
      EXPECT_EQ(date_onset(found, {0, 8000}, {100, 1}, of(x)), 3000) << amplitude << " " << early;
      EXPECT_EQ(date_offset(found, {0, 8000}, {100, 1}, of(x)), 6000) << amplitude << " " << early;
    }
  }
}

TEST(Dates, ARampWhereItsPowerReachesThatOfRest) {
  // 1 + (i / 600)^2 is twice the power of rest after 600 samples; over a window of 100 the mean of i^2 is 100^2 / 12 more.
  const std::vector<double> x = signal(8000, {2000, 6000}, [](Index i) { return std::hypot(1, static_cast<double>(i) / 600); });
  EXPECT_NEAR(static_cast<double>(date_onset({2050, 6000}, {0, 8000}, {100, 1}, of(x))), 2600, 2);
  std::vector<double> back(x.rbegin(), x.rend());
  EXPECT_EQ(date_offset({2000, 5950}, {0, 8000}, {100, 1}, of(back)), 8000 - date_onset({2050, 6000}, {0, 8000}, {100, 1}, of(x)));
}

TEST(Dates, WhatNeverReachesItStays) {
  const std::vector<double> x = signal(8000, {3000, 6000}, [](Index) { return 1.3; });
  EXPECT_EQ(date_onset({2990, 6010}, {0, 8000}, {100, 1}, of(x)), 2990);
  EXPECT_EQ(date_offset({2990, 6010}, {0, 8000}, {100, 1}, of(x)), 6010);
}

TEST(Dates, OnlyWithinItsLimits) {
  // Other activity ends at 2900.
  std::vector<double> x = signal(8000, {3000, 6000}, [](Index) { return 3; });
  for (std::size_t i = 2000; i < 2900; ++i) x[i] *= 10;
  EXPECT_EQ(date_onset({2980, 6000}, {2900, 8000}, {100, 1}, of(x)), 3000);
  // At the recording's start and end nothing is read beyond.
  const std::vector<double> whole = signal(3000, {0, 3000}, [](Index) { return 3; });
  EXPECT_LE(date_onset({0, 3000}, {0, 3000}, {100, 1}, of(whole)), 50);
  EXPECT_GE(date_offset({0, 3000}, {0, 3000}, {100, 1}, of(whole)), 2950);
}

TEST(Dates, NothingIsSeenBeyondAGap) {
  std::vector<double> x = signal(8000, {3000, 6000}, [](Index) { return 3; });
  for (std::size_t i = 2960; i < 2980; ++i) x[i] = kNaN;
  for (std::size_t i = 2000; i < 2960; ++i) x[i] = 100;
  EXPECT_EQ(date_onset({2980, 6000}, {0, 8000}, {100, 1}, of(x)), 3000);
}

TEST(Dates, GainAndPolarityChangeNothing) {
  const testing::Bursts b = testing::bursts(20, 6, 0.1, 3);
  std::vector<double> x(b.x.data(), b.x.data() + b.x.size());
  std::vector<double> other;
  for (const double v : x) other.push_back(-1024 * v);
  for (const Interval& a : b.active) {
    const Interval limits{a.begin - 2000, a.end + 2000};
    EXPECT_EQ(date_onset(a, limits, {100, 1}, of(x)), date_onset(a, limits, {100, 1024.0 * 1024}, of(other)));
    EXPECT_EQ(date_offset(a, limits, {100, 1}, of(x)), date_offset(a, limits, {100, 1024.0 * 1024}, of(other)));
  }
}

struct Case {
  double snr_db, ramp_s;
  double median_ms, p90_ms;  // of the absolute error against the instant at which a ramp reaches the noise
};

TEST(Dates, AreAsGoodAsStated) {
  for (const Case& c : {Case{20, 0, 0.5, 2}, Case{10, 0, 1, 6}, Case{6, 0, 2, 9}, Case{3, 0, 6, 24}, Case{10, 0.1, 17, 34},
                        Case{10, 1, 55, 140}, Case{20, 1, 20, 40}}) {
    const testing::Bursts b = testing::bursts(100, c.snr_db, c.ramp_s, 900);
    std::vector<double> x(b.x.data(), b.x.data() + b.x.size());
    std::vector<double> errors;
    for (const Interval& a : b.active) {
      const double detectable = static_cast<double>(a.begin) + 2000 * c.ramp_s * std::pow(10, -c.snr_db / 20);
      const Index found = date_onset({a.begin - 60, a.end}, {a.begin - 2000, a.end + 2000}, {100, 1}, of(x));
      errors.push_back(std::abs(static_cast<double>(found) - detectable) / 2);
    }
    EXPECT_LE(median(errors), c.median_ms) << c.snr_db << " dB, ramp " << c.ramp_s;
    EXPECT_LE(quantile(errors, 0.9), c.p90_ms) << c.snr_db << " dB, ramp " << c.ramp_s;
  }
}

}  // namespace
}  // namespace myocramp
