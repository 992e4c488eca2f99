#include "myocramp/simulate/fasciculations.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "myocramp/simulate/motor_pool.hpp"

namespace myocramp {
namespace {

TEST(Fasciculations, ArePoissonAtTheRateAskedFor) {
  const auto pool = make_motor_pool({}, 1, 0);
  Fasciculations o;
  o.paired = 0;
  const auto d = fasciculation_discharges(pool, o, {{0, 20}, {36000, 20}}, 1, 0);
  EXPECT_NEAR(static_cast<double>(d.size()), 12000, 4 * std::sqrt(12000));
  std::vector<double> counts(3600), units(pool.size());
  double logs = 0;
  for (const Discharge& one : d) {
    counts[static_cast<std::size_t>(one.time_s / 10)] += 1;
    units[static_cast<std::size_t>(one.unit)] += 1;
    const double log_gain = std::log(static_cast<double>(one.gain));
    logs += log_gain * log_gain;
  }
  const double mean = static_cast<double>(d.size()) / 3600;
  double variance = 0;
  for (const double c : counts) variance += (c - mean) * (c - mean) / 3600;
  EXPECT_NEAR(variance / mean, 1, 5 * std::sqrt(2.0 / 3600));
  for (const double n : units) EXPECT_NEAR(n, 100, 50) << "each unit as often as another";
  EXPECT_NEAR(std::sqrt(logs / static_cast<double>(d.size())), o.gain_sigma, 0.02);
}

TEST(Fasciculations, ATenthComesInPairs) {
  const auto pool = make_motor_pool({}, 1, 0);
  const Fasciculations o;
  const auto d = fasciculation_discharges(pool, o, {{0, 1}, {3.6e6, 1}}, 1, 0);
  double pairs = 0, delay = 0;
  for (std::size_t i = 1; i < d.size(); ++i) {
    if (d[i].unit != d[i - 1].unit || d[i].gain != d[i - 1].gain) continue;
    pairs += 1;
    delay += d[i].time_s - d[i - 1].time_s;
  }
  const double first = static_cast<double>(d.size()) - pairs;
  EXPECT_NEAR(pairs / first, o.paired, 0.05 * o.paired);
  EXPECT_NEAR(delay / pairs, o.pair_s, 0.0002);
}

TEST(Fasciculations, RiseBeforeACramp) {
  const auto knots = rate_before_cramps(0, 1e5, 2, 20, 40, {500, 520, 1e5 - 100});
  EXPECT_EQ(value_at(knots, 459), 2);
  EXPECT_DOUBLE_EQ(value_at(knots, 480), 11);
  EXPECT_NEAR(value_at(knots, 500 - 1e-9), 20, 1e-6);
  EXPECT_EQ(value_at(knots, 500), 2);
  EXPECT_NEAR(value_at(knots, 520 - 1e-9), 11, 1e-6) << "half a rise since the onset before";
  EXPECT_EQ(value_at(knots, 1e5), 2);
  const auto pool = make_motor_pool({}, 1, 0);
  std::vector<double> onsets;
  for (double t = 100; t <= 1e5; t += 100) onsets.push_back(t);
  Fasciculations o;
  o.paired = 0;
  double before = 0, apart = 0;
  for (const Discharge& d : fasciculation_discharges(pool, o, rate_before_cramps(0, 1e5, 2, 20, 40, onsets), 1, 0))
    (std::fmod(d.time_s, 100) >= 60 ? before : apart) += 1;
  EXPECT_NEAR(apart, 2000, 5 * std::sqrt(2000)) << "1000 times 60 s at 2 per minute";
  EXPECT_NEAR(before, 7333, 5 * std::sqrt(7333)) << "1000 times 40 s at 11 on the mean";
}

TEST(Fasciculations, EdgesAndRefusals) {
  const auto pool = make_motor_pool({}, 1, 0);
  EXPECT_TRUE(fasciculation_discharges(pool, {}, {}, 1, 0).empty());
  EXPECT_TRUE(fasciculation_discharges(pool, {}, {{0, 0}, {1e9, 0}}, 1, 0).empty());
  EXPECT_THROW(fasciculation_discharges({}, {}, {{0, 1}, {1, 1}}, 1, 0), InvalidArgument);
  EXPECT_THROW(fasciculation_discharges(pool, {}, {{0, -1}, {1, 1}}, 1, 0), InvalidArgument);
  EXPECT_THROW(fasciculation_discharges(pool, {}, {{1, 1}, {0, 1}}, 1, 0), InvalidArgument);
  const auto a = fasciculation_discharges(pool, {}, {{0, 30}, {100, 30}}, 1, 0);
  const auto b = fasciculation_discharges(pool, {}, {{0, 30}, {100, 30}}, 1, 0);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].time_s, b[i].time_s);
  for (std::size_t i = 1; i < a.size(); ++i) EXPECT_GE(a[i].time_s, a[i - 1].time_s);
}

}  // namespace
}  // namespace myocramp
