#include "myocramp/core/reduce.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace myocramp {
namespace {

TEST(Reduce, SumIsExactWhereOrderWouldLoseDigits) {
  std::vector<double> x(1'000'000, 0.1);
  EXPECT_NEAR(sum(std::span<const double>(x)), 100'000, 1e-9);  // a running sum is off by 1e-6
}

TEST(Reduce, SumDoesNotDependOnAlignment) {
  std::vector<double> x(1001);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<double>(i) * 1.7);
  std::vector<double> shifted(x.size() + 1);
  std::copy(x.begin(), x.end(), shifted.begin() + 1);
  EXPECT_EQ(sum(std::span<const double>(x)), sum(std::span<const double>(shifted).subspan(1)));
}

TEST(Reduce, QuantileIsNumpys) {
  EXPECT_DOUBLE_EQ(quantile({4, 1, 3, 2}, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(quantile({4, 1, 3, 2}, 0.1), 1.3);
  EXPECT_DOUBLE_EQ(quantile({5}, 0.9), 5);
  EXPECT_TRUE(std::isnan(median({})));
  EXPECT_TRUE(std::isnan(mean({})));
}

}  // namespace
}  // namespace myocramp
