#include "myocramp/core/normal.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace myocramp {
namespace {

TEST(Normal, QuantileInvertsTheLaw) {
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-12);
  EXPECT_NEAR(normal_quantile(0.001), -3.090232306167813, 1e-12);
  EXPECT_EQ(normal_quantile(0.5), 0);
  for (double p = 1e-12; p < 1; p = p * 3 + 1e-3) EXPECT_NEAR(normal_cdf(normal_quantile(p)), p, 1e-13);
  EXPECT_TRUE(std::isinf(normal_quantile(0)));
  EXPECT_GT(normal_quantile(1), 0);
  EXPECT_TRUE(std::isnan(normal_quantile(1.5)));
}

}  // namespace
}  // namespace myocramp
