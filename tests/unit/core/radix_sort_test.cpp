#include "myocramp/core/radix_sort.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <utility>
#include <vector>

namespace myocramp {
namespace {

TEST(RadixSort, IsStdSort) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal;
  for (const std::size_t count : {0U, 1U, 2U, 300U, 5000U}) {
    std::vector<double> x;
    for (std::size_t k = 0; k < count; ++k) x.push_back(normal(random) * std::pow(10, static_cast<int>(k % 600) - 300));
    if (count > 2) x[0] = std::numeric_limits<double>::infinity(), x[1] = -x[0];
    std::vector<double> sorted = x;
    std::sort(sorted.begin(), sorted.end());
    std::vector<double> scratch(7, 3);
    radix_sort(x, scratch);
    EXPECT_EQ(x, sorted);
  }
}

TEST(RadixSort, KeepsTheOrderOfEqualItems) {
  std::vector<std::pair<double, int>> x;
  for (int k = 0; k < 500; ++k) x.emplace_back(k * 7 % 5, k);
  std::vector<std::pair<double, int>> sorted = x;
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::pair<double, int>> scratch;
  radix_sort(x, scratch, [](const auto& item) { return item.first; });
  EXPECT_EQ(x, sorted);
}

}  // namespace
}  // namespace myocramp
