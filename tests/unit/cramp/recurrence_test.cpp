#include "myocramp/cramp/recurrence.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace myocramp {
namespace {

Episode of(double onset, double duration, const char* label = "cramp") {
  Episode e;
  e.onset_s = onset;
  e.duration_s = duration;
  e.trial_type = label;
  return e;
}

TEST(Recurrence, ClustersAreCutBeyondTheGap) {
  std::vector<Episode> joined = {of(0, 1), of(301, 10), of(2111, 10), of(5721, 80)};  // gaps of 300 s, 1800 s, 3600 s
  measure_recurrence(joined, 3600);
  EXPECT_EQ(joined[1].cluster_5min, 1);
  EXPECT_EQ(joined[2].cluster_30min, 1);
  EXPECT_EQ(joined[3].cluster, 1);
  // Gaps of 299 s, and a millisecond more than those.
  std::vector<Episode> e = {of(0, 1), of(100, 0.5, "twitch"), of(300, 10), of(610.001, 10), of(2420.002, 80), of(6100.003, 10)};
  measure_recurrence(e, 3600);
  const auto all = [&e](auto Episode::* member) {
    std::vector<double> out;
    for (const Episode& one : e) out.push_back(static_cast<double>(one.*member));
    return out;
  };
  EXPECT_EQ(all(&Episode::cluster_5min), (std::vector<double>{1, 0, 1, 2, 3, 4}));
  EXPECT_EQ(all(&Episode::cluster_30min), (std::vector<double>{1, 0, 1, 1, 2, 3}));
  EXPECT_EQ(all(&Episode::cluster), (std::vector<double>{1, 0, 1, 1, 1, 2}));
  EXPECT_EQ(all(&Episode::cluster_n), (std::vector<double>{4, 0, 4, 4, 4, 1}));
  for (const std::size_t i : {0U, 2U, 3U, 4U}) EXPECT_EQ(e[i].cluster_burden_s, 101);
  EXPECT_EQ(e[5].cluster_burden_s, 10);
  EXPECT_EQ(e[2].inter_event_interval_s, 300);
  EXPECT_EQ(e[3].inter_event_interval_s, 310.001);
  EXPECT_EQ(e[5].inter_event_interval_s, 3680.001);
  EXPECT_TRUE(std::isnan(e[0].inter_event_interval_s)) << "none before it";
  EXPECT_TRUE(std::isnan(e[1].inter_event_interval_s)) << "no cramp";
  EXPECT_TRUE(std::isnan(e[1].cluster_burden_s));
}

TEST(Recurrence, OverlapsCountOnce) {
  std::vector<Episode> e = {of(0, 100), of(10, 20), of(90, 30), of(0.1, 0.2, "twitch")};
  measure_recurrence(e, 60);
  EXPECT_EQ(e[1].cluster_burden_s, 120);
  EXPECT_EQ(e[2].cluster, 1) << "it begins before the longest ends";
}

TEST(Recurrence, DispersionIsVarianceOverMean) {
  const std::vector<Episode> e = {of(1010, 5), of(1020, 5), of(1030, 1, "twitch"), of(1040, 5), of(4700, 5), of(9000, 5)};
  // Half hours from 1000 s on hold 3, 0, 1, 0 cramps; the rest is no whole one.
  EXPECT_NEAR(dispersion_index(e, 1000, 7900), 2.0, 1e-12);
  EXPECT_TRUE(std::isnan(dispersion_index(e, 1000, 7199))) << "three half hours";
  EXPECT_TRUE(std::isnan(dispersion_index({}, 1000, 7900)));
}

}  // namespace
}  // namespace myocramp
