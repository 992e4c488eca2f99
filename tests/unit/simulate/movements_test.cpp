#include "myocramp/simulate/movements.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace myocramp {
namespace {

TEST(PeriodicMovements, KeepTheLimitsOfTheirStandard) {
  double intervals = 0, log_sum = 0;
  for (std::uint64_t train = 0; train < 50; ++train) {
    const auto m = periodic_movements({}, 1000, 2800, 1, train);
    ASSERT_GE(m.size(), 4);
    EXPECT_EQ(m.front().onset_s, 1000);
    EXPECT_LE(m.back().onset_s + m.back().duration_s, 2800);
    for (std::size_t i = 0; i < m.size(); ++i) {
      EXPECT_GE(m[i].duration_s, 0.5);
      EXPECT_LE(m[i].duration_s, 10);
      if (i == 0) continue;
      const double interval = m[i].onset_s - m[i - 1].onset_s;
      EXPECT_GE(interval, 10 - 1e-9);
      EXPECT_LE(interval, 90 + 1e-9);
      EXPECT_GE(interval, m[i - 1].duration_s + 0.5 - 1e-9);
      intervals += 1;
      log_sum += std::log(interval);
    }
  }
  EXPECT_NEAR(std::exp(log_sum / intervals), 25, 1);
}

TEST(PeriodicMovements, LessThanFourAreNone) {
  EXPECT_TRUE(periodic_movements({}, 0, 30, 1, 0).empty());
  EXPECT_TRUE(periodic_movements({}, 0, 0, 1, 0).empty());
  PeriodicMovements o;
  o.longest_s = 0.3;
  EXPECT_THROW(periodic_movements(o, 0, 100, 1, 0), InvalidArgument);
}

TEST(LargeMovements, KeepTheirLimitsAndRate) {
  const auto m = large_movements({}, 0, 3.6e6, 1, 0);
  // One in 1800 s; one that would begin in the 16 s that a movement lasts on the mean does not happen.
  EXPECT_NEAR(static_cast<double>(m.size()), 2000 / (1 + 15.5 / 1800), 4 * std::sqrt(2000));
  double shortest = 100, longest = 0;
  for (std::size_t i = 0; i < m.size(); ++i) {
    shortest = std::min(shortest, m[i].duration_s);
    longest = std::max(longest, m[i].duration_s);
    if (i > 0) {
      EXPECT_GE(m[i].onset_s, m[i - 1].onset_s + m[i - 1].duration_s);
    }
  }
  EXPECT_GE(shortest, 3);
  EXPECT_LT(shortest, 3.1);
  EXPECT_LE(longest, 45);
  EXPECT_GT(longest, 44);
  EXPECT_TRUE(large_movements({0, 3, 45}, 0, 1e6, 1, 0).empty());
  EXPECT_THROW(large_movements({1, 30, 3}, 0, 1e6, 1, 0), InvalidArgument);
}

TEST(Movements, StreamsDiffer) {
  EXPECT_NE(periodic_movements({}, 0, 600, 1, 0)[1].onset_s, periodic_movements({}, 0, 600, 1, 1)[1].onset_s);
  EXPECT_EQ(large_movements({}, 0, 1e6, 1, 0)[5].onset_s, large_movements({}, 0, 1e6, 1, 0)[5].onset_s);
  EXPECT_NE(large_movements({}, 0, 1e6, 1, 0)[5].onset_s, large_movements({}, 0, 1e6, 1, 1)[5].onset_s);
}

}  // namespace
}  // namespace myocramp
