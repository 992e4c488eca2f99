#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "myocramp/detect/baseline.hpp"
#include "myocramp/detect/half_normal.hpp"
#include "myocramp/detect/hodges_bui.hpp"
#include "support/activity.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

using testing::white_noise;
const SampleRate kRate(1000);

TEST(HalfNormalMean, OfOneAndTwoIsClosed) {
  for (const double x : {0.1, 0.5, 1.0, 2.0, 4.0}) {
    EXPECT_NEAR(half_normal_mean_survival(x, 1), std::erfc(x / std::sqrt(2.0)), 1e-14);
    EXPECT_NEAR(half_normal_mean_survival(x, 2), 1 - std::pow(std::erf(x), 2), 1e-9);  // |Z1| + |Z2| > 2x; the stated bound
    EXPECT_NEAR(half_normal_mean_survival(x, 1 + 1e-9), half_normal_mean_survival(x, 1), 1e-8) << "the series meets the closed form";
  }
}

TEST(HalfNormalMean, HasItsMeanAndVariance) {
  for (const double n : {1.65, 4.0, 50.0}) {
    // E = int P(m > x) dx, E m^2 = int 2 x P(m > x) dx
    double first = 0;
    double second = 0;
    constexpr double kStep = 0.01;  // the midpoint rule errs by kStep^2 / 12 in the second moment
    for (double x = kStep / 2; x < 8; x += kStep) {
      const double p = half_normal_mean_survival(x, n);
      first += p * kStep;
      second += 2 * x * p * kStep;
    }
    EXPECT_NEAR(first, kHalfNormalMean, 1e-4);
    EXPECT_NEAR(second - first * first, (1 - kHalfNormalMean * kHalfNormalMean) / n, 1e-3 / n);
  }
}

TEST(HalfNormalMean, QuantileInvertsSurvival) {
  for (const double n : {1.0, 1.65, 3.0, 50.0, 500.0}) {
    for (const double p : {0.5, 0.01, 1e-6})
      EXPECT_NEAR(half_normal_mean_survival(half_normal_mean_quantile(p, n), n) / p, 1, 1e-5) << n << " " << p;
  }
  EXPECT_THROW(half_normal_mean_quantile(0, 5), InvalidArgument);
  EXPECT_THROW(half_normal_mean_quantile(0.1, 0.5), InvalidArgument);
}

TEST(HalfNormalMean, QuantileInvertsSurvivalToItsRounding) {
  for (const double n : {1.0, 1.2, 1.65, 4.0, 8.0, 22.3, 50.0, 5000.0}) {
    for (const double p : {0.999, 0.9, 0.4, 0.01, 1e-3, 1e-7, 1e-8})
      EXPECT_NEAR(half_normal_mean_survival(half_normal_mean_quantile(p, n), n), p, 1e-14 + 5e-14 * p) << n << ' ' << p;
  }
}

TEST(HodgesBui, KeepsItsFalseAlarmRate) {
  // 20 000 independent windows of 50 samples of white noise of known SD. The Clopper-Pearson 99 % interval of k of 20 000 holds
  // 0.01 for k from 165 to 237 (SciPy: beta.ppf).
  constexpr Index kWindow = 50;
  constexpr Index kCount = 20'000;
  HodgesBuiDetector detector({.window_s = 0.05, .p_fa = 0.01, .p_release = 0.1}, kRate, 1);
  ASSERT_EQ(detector.window(), kWindow);
  const double sigma = 3e-6;
  const Samples<double> x = white_noise(kWindow * kCount, 1, 11) * sigma;
  Samples<double> statistic(x.rows(), 1);
  detector.process(x, statistic);
  const double spread = std::sqrt((std::numbers::pi - 2) / 2 / kWindow);  // of the mean of 50 half-normal values
  const double threshold = detector.rule(spread).alarm * sigma * kHalfNormalMean;
  int alarms = 0;
  for (Index k = 0; k < kCount; ++k) alarms += statistic((k + 1) * kWindow - 1, 0) > threshold ? 1 : 0;
  EXPECT_GE(alarms, 165);
  EXPECT_LE(alarms, 237);
  // The Gaussian shortcut, mean + 2.326 SD, would be outside.
  const double shortcut = (1 + 2.3263 * spread) * sigma * kHalfNormalMean;
  int shortcut_alarms = 0;
  for (Index k = 0; k < kCount; ++k) shortcut_alarms += statistic((k + 1) * kWindow - 1, 0) > shortcut ? 1 : 0;
  EXPECT_GT(shortcut_alarms, 237);
}

TEST(Registry, MakesEveryDetectorByName) {
  for (const DetectorEntry& e : detectors()) {
    const auto d = make_detector(e.name, {}, kRate, 3);
    EXPECT_GE(d->window(), 1);
    if (d->frame() > 0) {
      EXPECT_EQ(d->frame(), d->window());
      continue;
    }
    const Rule r = d->rule(0.2);
    EXPECT_GE(r.alarm, r.release);
    EXPECT_GT(r.release, 1);
    EXPECT_LE(r.dip, r.bridge);
  }
  EXPECT_THROW(make_detector("nonsense", {}, kRate, 1), InvalidArgument);
  EXPECT_THROW(make_detector("hodges_bui", {{"nonsense", 1}}, kRate, 1), InvalidArgument);
  EXPECT_THROW(make_detector("hodges_bui", {{"p_fa", 2}}, kRate, 1), InvalidArgument);
}

// The statistic of rest with activity in between, one value per 50 ms.
std::vector<double> rest_with(const std::vector<std::pair<Index, Index>>& active, Index n, double drift) {
  const Samples<double> noise = white_noise(n, 1, 21);
  std::vector<double> v;
  for (Index k = 0; k < n; ++k) {
    double level = 1 + drift * static_cast<double>(k) / static_cast<double>(n);
    for (const auto& [from, to] : active) level *= k >= from && k < to ? 10 : 1;
    v.push_back(std::max(0.0, level * (1 + 0.1 * noise(k, 0))));
  }
  return v;
}

TEST(Baseline, LeavesActivityOut) {
  // 10 minutes, of which a cramp fills 5 and contractions most of the rest.
  const auto values = rest_with({{2000, 8000}, {9000, 9800}, {10000, 10800}}, 12000, 0);
  const Baseline b = learn_baseline(values, 50, kRate, 1200, 0);
  for (Index s = 0; s < 600'000; s += 5000) EXPECT_NEAR(b.at(s), 1, 0.03) << s;
  EXPECT_NEAR(b.spread, 0.1, 0.02);
}

TEST(Baseline, FollowsSlowDrift) {
  const Index n = 20 * 60 * 120;  // two hours, twice as loud at the end
  const Baseline b = learn_baseline(rest_with({{40000, 50000}}, n, 1), 50, kRate, 1200, 0);
  for (Index k = n / 10; k < n * 9 / 10; k += 5000)
    EXPECT_NEAR(b.at(k * 50), 1 + static_cast<double>(k) / static_cast<double>(n), 0.12) << k;
}

TEST(Baseline, IsNotLearnedFromTheFewValuesOfAnOpenLead) {
  // A lead is open for the last three of ten minutes; half a second of it was not told, and is far below rest.
  auto values = rest_with({}, 12000, 0);
  for (std::size_t k = 8400; k < 12000; ++k) values[k] = k >= 11000 && k < 11010 ? 0.2 : std::nan("");
  const Baseline b = learn_baseline(values, 50, kRate, 1200, 0);
  for (Index s = 0; s < 600'000; s += 5000) EXPECT_NEAR(b.at(s), 1, 0.03) << s;
  // Where there is nothing else, few must do.
  for (std::size_t k = 0; k < 8400; ++k) values[k] = std::nan("");
  EXPECT_EQ(learn_baseline(values, 50, kRate, 1200, 0).at(599'000), 0.2);
}

TEST(Baseline, IsNoAnswerWithoutValues) {
  const Baseline b = learn_baseline({}, 50, kRate, 1200, 0);
  EXPECT_TRUE(std::isnan(b.at(0)));
  EXPECT_TRUE(std::isnan(learn_baseline({std::nan(""), std::nan("")}, 50, kRate, 1200, 0).at(10)));
}

TEST(Baseline, RangeHoldsTheLevelsOfAllSamples) {
  const Baseline b{100, {3, 1, 4, 1.5, 9}, 0};
  for (const Interval rows : {Interval{0, 1}, Interval{30, 170}, Interval{150, 251}, Interval{200, 201}, Interval{350, 600}}) {
    double least = kNoLimit;
    double most = 0;
    for (Index i = rows.begin; i < rows.end; ++i) {
      least = std::min(least, b.at(i));
      most = std::max(most, b.at(i));
    }
    EXPECT_EQ(b.range(rows).least, least) << rows.begin;
    EXPECT_EQ(b.range(rows).most, most) << rows.begin;
  }
}

TEST(Baseline, ARangeThatMovesOnIsSorted) {
  std::vector<float> values;
  const Samples<double> x = white_noise(700, 1, 6);
  for (Index k = 0; k < x.rows(); ++k) values.push_back(k % 41 == 0 ? std::nanf("") : static_cast<float>(std::round(4 * x(k, 0))));
  detail::SortedRange<float> range(values);
  for (const Interval rows :
       {Interval{0, 0}, Interval{0, 90}, Interval{0, 130}, Interval{17, 131}, Interval{100, 333}, Interval{400, 700}, Interval{650, 700}}) {
    range.move_to(rows.begin, rows.end);
    std::vector<double> expected;
    for (Index k = rows.begin; k < rows.end; ++k) {
      if (const float v = values[static_cast<std::size_t>(k)]; std::isfinite(v)) expected.push_back(static_cast<double>(v));
    }
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(range.sorted(), expected) << rows.begin;
  }
}

TEST(Baseline, HasALeastLevel) { EXPECT_EQ(learn_baseline(std::vector<double>(1000, 0.0), 50, kRate, 1200, 0.5).at(100), 0.5); }

TEST(Hysteresis, NeedsAlarmToStartAndReleaseToEnd) {
  Hysteresis h({.alarm = 3, .release = 2}, 1);
  std::vector<Activity> out;
  const std::vector<double> v = {0, 2.5, 2.5, 0, 2.5, 4, 2.1, 2.9, 1.9, 0};
  for (std::size_t i = 0; i < v.size(); ++i) h.push(static_cast<Index>(i), v[i], out);
  h.finish(10, out);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].span, (Interval{4, 8}));
  EXPECT_NEAR(out[0].score, 4.0 / 3, 1e-15);
  EXPECT_FALSE(out[0].cut_start || out[0].cut_end);
}

TEST(Hysteresis, MarksWhatTheEdgesCut) {
  Hysteresis h({.alarm = 3, .release = 2, .onset_delay = 2, .offset_delay = 2}, 5);
  std::vector<Activity> out;
  for (Index i = 0; i < 4; ++i) h.push(i, std::nan(""), out);
  for (Index i = 4; i < 20; ++i) h.push(i, 5, out);
  for (Index i = 20; i < 24; ++i) h.push(i, std::nan(""), out);
  for (Index i = 24; i < 30; ++i) h.push(i, 0, out);
  for (Index i = 30; i < 40; ++i) h.push(i, 5, out);
  h.finish(40, out);
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[0].span, (Interval{0, 20}));
  EXPECT_TRUE(out[0].cut_start && out[0].cut_end);
  EXPECT_EQ(out[1].span, (Interval{28, 40}));
  EXPECT_TRUE(!out[1].cut_start && out[1].cut_end);
}

std::vector<Interval> held(const Rule& rule, const std::vector<double>& v) {
  Hysteresis h(rule, 1);
  std::vector<Activity> out;
  for (std::size_t i = 0; i < v.size(); ++i) h.push(static_cast<Index>(i), v[i], out);
  h.finish(static_cast<Index>(v.size()), out);
  std::vector<Interval> spans;
  for (const Activity& a : out) spans.push_back(a.span);
  return spans;
}

TEST(Hysteresis, HoldsBeforeItCountsAndBridgesAfter) {
  const Rule rule{.alarm = 2, .release = 2, .hold = 3, .dip = 0, .bridge = 2};
  EXPECT_TRUE(held(rule, {0, 3, 3, 0, 3, 0, 3, 3, 0}).empty()) << "not held, and a fall cancels";
  EXPECT_EQ(held(rule, {0, 3, 3, 3, 0, 0, 3, 0, 0, 0}), (std::vector<Interval>{{1, 7}}));
  EXPECT_EQ(held(rule, {0, 3, 3, 3, 0, 0, 0, 3, 3, 3}), (std::vector<Interval>{{1, 4}, {7, 10}}));
  const Rule patient{.alarm = 2, .release = 2, .hold = 3, .dip = 1, .bridge = 1};
  EXPECT_EQ(held(patient, {0, 3, 0, 3, 0}), (std::vector<Interval>{{1, 4}}));
  EXPECT_TRUE(held(patient, {3, 0, 0, 3, 0}).empty());
}

TEST(Hysteresis, WhatHadFallenBeforeAGapHasEnded) {
  Hysteresis h({.alarm = 2, .release = 2, .bridge = 5}, 1);
  std::vector<Activity> out;
  for (Index i = 0; i < 7; ++i) h.push(i, i == 0 || i > 4 ? 0 : 3, out);
  h.push(7, std::nan(""), out);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].span, (Interval{1, 5}));
  EXPECT_FALSE(out[0].cut_end);
}

TEST(Hysteresis, RestAtOnceIsRestSampleBySample) {
  for (const Index rest : {2, 3, 4, 5}) {
    Hysteresis h({.alarm = 2, .release = 2, .bridge = 4}, 1);
    std::vector<Activity> out;
    h.push(0, 3, out);
    h.push(1, 0, out);
    h.rest({2, 2 + rest}, out);
    h.push(2 + rest, 3, out);
    h.finish(3 + rest, out);
    EXPECT_EQ(out.size(), rest + 1 > 4 ? 2U : 1U) << rest;
  }
}

std::vector<std::vector<Activity>> found_in(const Samples<double>& x, Index block, bool skip_quiet) {
  return testing::found_in(x, kRate, "hodges_bui", block, {}, skip_quiet);
}

Samples<double> noise_with_bursts() {
  Samples<double> x = white_noise(60000, 2, 31) * 1e-6;
  x.col(0).segment(0, 700) *= 20;
  x.col(0).segment(20000, 3000) *= 10;
  x.col(1).segment(40960, 50) *= 40;
  x.col(1).tail(500) *= 15;
  return x;
}

TEST(ActivityFinder, FindsWhatStandsOut) {
  const auto found = found_in(noise_with_bursts(), 4096, false);
  ASSERT_EQ(found[0].size(), 2U);
  EXPECT_TRUE(found[0][0].cut_start);
  EXPECT_EQ(found[0][0].span.begin, 0);
  EXPECT_NEAR(static_cast<double>(found[0][1].span.begin), 20000, 26);
  EXPECT_NEAR(static_cast<double>(found[0][1].span.end), 23000, 26);
  ASSERT_EQ(found[1].size(), 2U);
  EXPECT_TRUE(found[1][1].cut_end);
  EXPECT_EQ(found[1][1].span.end, 60000);
}

TEST(ActivityFinder, PassingOverQuietBlocksChangesNothing) {
  const auto all = found_in(noise_with_bursts(), 4096, false);
  const auto skipped = found_in(noise_with_bursts(), 4096, true);
  for (std::size_t c = 0; c < 2; ++c) {
    ASSERT_EQ(all[c].size(), skipped[c].size());
    for (std::size_t k = 0; k < all[c].size(); ++k) {
      EXPECT_EQ(all[c][k].span, skipped[c][k].span);
      EXPECT_EQ(all[c][k].score, skipped[c][k].score);
    }
  }
}

TEST(ActivityFinder, JudgesTilesAsSampleBySample) {
  // Rest that drifts over several knots, activity just above and far above it, and gaps.
  constexpr Index kRows = 900'000;
  Samples<double> x = white_noise(kRows, 1, 77);
  for (Index i = 0; i < kRows; ++i) {
    x(i, 0) *= 1e-6 * (1 + 0.5 * static_cast<double>(i) / kRows);
    if (i % 20'000 > 14'000) x(i, 0) *= i % 40'000 < 20'000 ? 1.7 : 3 + static_cast<double>(i % 20'000) / 4000;
    if (i % 170'000 < 30) x(i, 0) = std::nan("");
  }
  HodgesBuiDetector detector({}, kRate, 1);
  Samples<double> statistic(kRows, 1);
  detector.process(x, statistic);
  statistic.topRows(detector.window() - 1).setConstant(std::nan(""));
  std::vector<float> sampled;
  for (Index i = detector.window() - 1; i < kRows; i += detector.window()) sampled.push_back(static_cast<float>(statistic(i, 0)));
  const Baseline rest = learn_baseline(sampled, detector.window(), kRate, 20, 0);
  ASSERT_GT(rest.at(kRows - 1), 1.2 * rest.at(0));
  Hysteresis machine(detector.rule(rest.spread), detector.window());
  std::vector<Activity> expected;
  for (Index i = 0; i < kRows; ++i) machine.push(i, static_cast<double>(static_cast<float>(statistic(i, 0))) / rest.at(i), expected);
  machine.finish(kRows, expected);

  ActivityFinder finder(std::make_unique<HodgesBuiDetector>(HodgesBui{}, kRate, 1), kRate, 1, 20);
  finder.learn(x, 0, 0);
  finder.fit({0});
  finder.find(x, 0, 0);
  finder.finish();
  ASSERT_GT(expected.size(), 40U);
  ASSERT_EQ(finder.found()[0].size(), expected.size());
  for (std::size_t k = 0; k < expected.size(); ++k) {
    const Activity& a = finder.found()[0][k];
    EXPECT_EQ(a.span, expected[k].span);
    EXPECT_EQ(a.score, expected[k].score);
    EXPECT_EQ(a.cut_start, expected[k].cut_start);
    EXPECT_EQ(a.cut_end, expected[k].cut_end);
  }
}

TEST(ActivityFinder, SilenceHasNoActivityAndAnyPulseInItDoes) {
  Samples<double> x = Samples<double>::Zero(30000, 2);
  x.col(1).segment(15000, 200) = white_noise(200, 1, 41).col(0);
  const auto found = found_in(x, 16384, true);
  EXPECT_TRUE(found[0].empty());
  EXPECT_EQ(found[1].size(), 1U);
}

}  // namespace
}  // namespace myocramp
