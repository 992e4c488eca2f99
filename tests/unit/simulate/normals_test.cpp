#include "myocramp/simulate/normals.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <vector>

#include "myocramp/core/random.hpp"

namespace myocramp {
namespace {

std::vector<double> normals(std::uint64_t seed, std::uint64_t stream, std::size_t count) {
  std::vector<double> out(count);
  fill_normal(seed, stream, out);
  return out;
}

TEST(Normals, ArePairsOfBoxAndMullerFromPhilox) {
  const std::uint64_t seed = 0x0123456789ABCDEF;
  const std::uint64_t stream = 0xFEDCBA9876543210;
  const std::vector<double> z = normals(seed, stream, 4000);
  for (std::uint32_t call = 0; call < 1000; ++call) {
    const Philox::Words w = Philox::block({call, 0, 0x76543210, 0xFEDCBA98}, 0x89ABCDEF, 0x01234567);
    for (std::size_t pair = 0; pair < 4; pair += 2) {
      const double radius = std::sqrt(-2 * std::log((w[pair] + 0.5) * 0x1.0p-32));
      const double angle = 2 * std::numbers::pi * ((w[pair + 1] - 0x1.0p31) + 0.5) * 0x1.0p-32;
      EXPECT_NEAR(z[4 * call + pair], radius * std::cos(angle), 1e-12);
      EXPECT_NEAR(z[4 * call + pair + 1], radius * std::sin(angle), 1e-12);
    }
  }
}

TEST(Normals, AShorterFillIsThePrefixOfALongerOne) {
  const std::vector<double> all = normals(3, 4, 1000);
  for (const std::size_t count : {0U, 1U, 2U, 3U, 5U, 255U, 256U, 257U, 999U}) {
    EXPECT_TRUE(std::equal(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), normals(3, 4, count).begin())) << count;
  }
}

TEST(Normals, FollowTheNormalLaw) {
  constexpr std::size_t kCount = 1 << 22;
  std::vector<double> z = normals(7, 0, kCount);
  double sum[5] = {};
  double next = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    double power = 1;
    for (double& s : sum) {
      s += power;
      power *= z[i];
    }
    if (i > 0) next += z[i] * z[i - 1];
  }
  // Five standard errors.
  const auto n = static_cast<double>(kCount);
  EXPECT_NEAR(sum[1] / n, 0, 5 * std::sqrt(1 / n));
  EXPECT_NEAR(sum[2] / n, 1, 5 * std::sqrt(2 / n));
  EXPECT_NEAR(sum[3] / n, 0, 5 * std::sqrt(15 / n));
  EXPECT_NEAR(sum[4] / n, 3, 5 * std::sqrt(96 / n));
  EXPECT_NEAR(next / n, 0, 5 * std::sqrt(1 / n));

  // Kolmogorov and Smirnov; beyond 1.95 / sqrt(n) once in a thousand seeds.
  std::sort(z.begin(), z.end());
  double farthest = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    const double p = 0.5 * std::erfc(-z[i] / std::numbers::sqrt2);
    farthest = std::max({farthest, std::abs(p - static_cast<double>(i) / n), std::abs(p - static_cast<double>(i + 1) / n)});
  }
  EXPECT_LT(farthest, 1.95 / std::sqrt(n));

  // The tails: beyond 4 on either side, within five standard errors.
  const double expected = n * std::erfc(4 / std::numbers::sqrt2);
  const auto beyond = (z.end() - std::upper_bound(z.begin(), z.end(), 4.0)) + (std::lower_bound(z.begin(), z.end(), -4.0) - z.begin());
  EXPECT_NEAR(static_cast<double>(beyond), expected, 5 * std::sqrt(expected));
}

TEST(Normals, MeanTheSameForEver) {
  EXPECT_THAT(normals(1, 2, 4),
              testing::ElementsAre(0x1.b727cb6ac521bp-2, 0x1.20740e12f78d6p-3, -0x1.9fa8fbc994ed8p+0, -0x1.a2550f919b146p-2));
}

}  // namespace
}  // namespace myocramp
