#include "myocramp/core/pages.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace myocramp {
namespace {

std::vector<std::pair<Index, Index>> calls(Block<double> y) {
  std::vector<std::pair<Index, Index>> out;
  by_pages(y, [&](Index first, Index count) { out.emplace_back(first, count); });
  return out;
}

TEST(Pages, RowsComeInTurnThoseOfAPageTogetherAndStayAsTheyAre) {
  constexpr std::uintptr_t kPage = 2U << 20U;
  Samples<double> y = Samples<double>::Random(100'000, 7);
  const Samples<double> before = y;
  for (const Block<double>& part : {Block<double>(y), Block<double>(y).columns(2, 3), Block<double>(y).rows(11, 77'777)}) {
    const auto page = [&](Index row) { return reinterpret_cast<std::uintptr_t>(&part(row, part.channels() - 1)) / kPage; };
    Index next = 0;
    for (const auto& [first, count] : calls(part)) {
      ASSERT_EQ(first, next);
      ASSERT_GT(count, 0);
      EXPECT_EQ(page(first), page(first + count - 1));
      if (first > 0) {
        EXPECT_NE(page(first), page(first - 1));
      }
      next += count;
    }
    EXPECT_EQ(next, part.rows());
  }
  EXPECT_TRUE((y == before).all());
}

TEST(Pages, WhatIsSmallOrRunsBackwardsComesAtOnce) {
  Samples<double> y(100'000, 7);
  const std::pair<Index, Index> all{0, 1000};
  EXPECT_EQ(calls(Block<double>(y).rows(0, 1000)), std::vector{all});
  EXPECT_EQ(calls(Block<double>(&y(99'999, 0), 1000, 7, -700, 1)), std::vector{all});
  EXPECT_TRUE(calls(Block<double>(y).rows(0, 0)).empty());
}

TEST(Pages, ARowLongerThanAPageComesAlone) {
  Samples<double> y(3, 300'000);
  EXPECT_EQ(calls(y), (std::vector<std::pair<Index, Index>>{{0, 1}, {1, 1}, {2, 1}}));
}

}  // namespace
}  // namespace myocramp
