#include "myocramp/detect/pelt.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "support/activity.hpp"

namespace myocramp {
namespace {

using testing::white_noise;

double cost_of(const std::vector<double>& energy, const std::vector<Index>& ends, double penalty) {
  double cost = 0;
  Index begin = 0;
  for (const Index end : ends) {
    double sum = 0;
    for (Index k = begin; k < end; ++k) sum += energy[static_cast<std::size_t>(k)];
    const auto n = static_cast<double>(end - begin);
    cost += n * std::log(sum / n) + penalty;
    begin = end;
  }
  return cost;
}

// Optimal partitioning without any pruning or bound.
std::vector<Index> by_force(const std::vector<double>& energy, double penalty) {
  const std::size_t n = energy.size();
  std::vector<double> cost(n + 1, 0);
  std::vector<std::size_t> start(n + 1, 0);
  for (std::size_t t = 1; t <= n; ++t) {
    cost[t] = std::numeric_limits<double>::infinity();
    double sum = 0;
    for (std::size_t from = t; from-- > 0;) {
      sum += energy[from];
      const auto m = static_cast<double>(t - from);
      const double c = cost[from] + m * std::log(sum / m) + penalty;
      if (c < cost[t]) {
        cost[t] = c;
        start[t] = from;
      }
    }
  }
  std::vector<Index> ends;
  for (std::size_t t = n; t > 0; t = start[t]) ends.insert(ends.begin(), static_cast<Index>(t));
  return ends;
}

TEST(Pelt, FindsTheBestOfAllPartitions) {
  Random random(3, 0);
  for (int round = 0; round < 60; ++round) {
    const auto n = static_cast<Index>(1 + 300 * random.uniform());
    const Samples<double> x = white_noise(n, 1, 100 + static_cast<std::uint64_t>(round));
    std::vector<double> energy;
    double level = 1;
    for (Index k = 0; k < n; ++k) {
      if (random.uniform() < 0.03) level = std::pow(10, 4 * random.uniform() - 2);
      energy.push_back(level * (x(k, 0) * x(k, 0) + 1e-6));
    }
    for (const double penalty : {0.5, 3.0, 12.0}) {
      const std::vector<Index> ends = change_points(energy, penalty);
      const std::vector<Index> best = by_force(energy, penalty);
      EXPECT_EQ(ends, best) << round << " " << penalty;
      EXPECT_NEAR(cost_of(energy, ends, penalty), cost_of(energy, best, penalty), 1e-9);
    }
  }
}

TEST(Pelt, LevelsMayLieAnyNumberOfDecadesApart) {
  for (const double weak : {1e-9, 1e-12, 1e-15, 1e-18, 1e-100}) {
    const Samples<double> x = white_noise(400, 1, 12);
    std::vector<double> energy;
    for (Index k = 0; k < 400; ++k) {
      const double level = k / 80 == 1 ? weak : k / 80 == 3 ? 100 : 1;
      energy.push_back(level * (x(k, 0) * x(k, 0) + 1e-6));
    }
    for (const double penalty : {3.0, 12.0}) EXPECT_EQ(change_points(energy, penalty), by_force(energy, penalty)) << weak << " " << penalty;
  }
}

TEST(Pelt, OfNothingAndOfOne) {
  EXPECT_TRUE(change_points({}, 1).empty());
  EXPECT_EQ(change_points({4.0}, 1), std::vector<Index>{1});
  EXPECT_EQ(change_points(std::vector<double>(100, 4.0), 1), std::vector<Index>{100});
}

TEST(Pelt, StretchesBridgePausesAndDropWhatIsShort) {
  const std::vector<double> scores = {2, 0, 0, 3, 3, 0, 1, 0, 0, 0, 1.5};
  const auto found = stretches(scores, 2, 2);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].frames, (Interval{3, 7}));
  EXPECT_EQ(found[0].score, 3);
  EXPECT_EQ(stretches(scores, 1, 1).size(), 4U);
}

}  // namespace
}  // namespace myocramp
