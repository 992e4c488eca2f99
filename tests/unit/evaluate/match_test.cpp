#include "myocramp/evaluate/match.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "myocramp/core/error.hpp"
#include "myocramp/core/random.hpp"

namespace myocramp {
namespace {

using Spans = std::vector<Span>;
using Fits = std::function<bool(const Span&, const Span&)>;

struct Best {
  std::size_t pairs = 0;
  double sum = 0;
};

// Tries every choice.
Best exhaustive(const Spans& reference, const Spans& found, const Fits& fits, std::size_t r = 0, unsigned used = 0) {
  if (r == reference.size()) return {};
  Best best = exhaustive(reference, found, fits, r + 1, used);
  for (std::size_t f = 0; f < found.size(); ++f) {
    if ((used >> f & 1U) != 0 || !fits(reference[r], found[f])) continue;
    Best with = exhaustive(reference, found, fits, r + 1, used | 1U << f);
    ++with.pairs;
    with.sum += intersection_over_union(reference[r], found[f]);
    if (with.pairs > best.pairs || (with.pairs == best.pairs && with.sum > best.sum)) best = with;
  }
  return best;
}

// Events on a coarse grid, so that they touch, nest, repeat and have no length at times.
Spans random_events(Random& random, int most, double grid_s) {
  Spans out;
  const int n = static_cast<int>(random.uniform() * (most + 1));
  for (int k = 0; k < n; ++k) {
    const double start = std::floor(random.uniform(0, 12)) * grid_s;
    out.push_back({start, start + std::floor(random.uniform(0, 8)) * grid_s});
  }
  return out;
}

double sum_of(const std::vector<Pair>& pairs, const Spans& reference, const Spans& found) {
  double sum = 0;
  for (const Pair& p : pairs) sum += intersection_over_union(reference[p.reference], found[p.found]);
  return sum;
}

void expect_one_to_one(const std::vector<Pair>& pairs, const Spans& reference, const Spans& found, const Fits& fits) {
  std::vector<bool> r(reference.size());
  std::vector<bool> f(found.size());
  for (const Pair& p : pairs) {
    EXPECT_FALSE(r[p.reference]);
    EXPECT_FALSE(f[p.found]);
    r[p.reference] = f[p.found] = true;
    EXPECT_TRUE(fits(reference[p.reference], found[p.found]));
  }
}

TEST(IntersectionOverUnion, IsCommonOverJointTime) {
  EXPECT_DOUBLE_EQ(intersection_over_union({0, 2}, {1, 3}), 1.0 / 3);
  EXPECT_DOUBLE_EQ(intersection_over_union({0, 4}, {1, 2}), 0.25);
  EXPECT_EQ(intersection_over_union({0, 1}, {1, 2}), 0);  // they touch: half-open
  EXPECT_EQ(intersection_over_union({0, 1}, {5, 6}), 0);
  EXPECT_EQ(intersection_over_union({3, 3}, {3, 3}), 1);
  EXPECT_EQ(intersection_over_union({0, 6}, {3, 3}), 0);
}

TEST(Match, TakesThePairsOfTheLargestSum) {
  const Spans reference = {{0, 10}, {8, 18}};
  const Spans found = {{7, 17}, {1, 11}};
  EXPECT_EQ(match_by_iou(reference, found, 0.1), (std::vector<Pair>{{0, 1}, {1, 0}}));
}

TEST(Match, PrefersTwoPoorPairsToOneGood) {
  const Spans reference = {{0, 10}, {9, 30}};
  const Spans found = {{0, 11}, {-5, 1}};  // the first fits the first best, but the second reference event has no other
  EXPECT_EQ(match_by_iou(reference, found, 0.05), (std::vector<Pair>{{0, 1}, {1, 0}}));
}

TEST(Match, KeepsItsLimitDespiteRounding) {
  EXPECT_EQ(match_by_iou(Spans{{0.1, 0.3}}, Spans{{0.1, 0.2}}, 0.5).size(), 1U);
  EXPECT_EQ(match_by_iou(Spans{{3600.1, 3600.3}}, Spans{{3600.1, 3600.2}}, 0.5).size(), 1U);
  EXPECT_EQ(match_by_iou(Spans{{0, 2}}, Spans{{0, 0.9999}}, 0.5).size(), 0U);
  EXPECT_EQ(match_by_collar(Spans{{1, 2}}, Spans{{1.1, 2}}, {0.1, 0}).size(), 1U);
}

TEST(Match, ACollarIsOfTheOnsetAndAShareOfTheLength) {
  const Spans reference = {{10, 20}};
  EXPECT_EQ(match_by_collar(reference, Spans{{10.4, 24.9}}, {0.5, 0.5}).size(), 1U);
  EXPECT_EQ(match_by_collar(reference, Spans{{10.6, 20}}, {0.5, 0.5}).size(), 0U);
  EXPECT_EQ(match_by_collar(reference, Spans{{10.4, 25.1}}, {0.5, 0.5}).size(), 0U);
  EXPECT_EQ(match_by_collar(reference, Spans{{10.4, 20.4}}, {0.5, 0}).size(), 1U);
}

TEST(Match, NothingMatchesNothing) {
  EXPECT_TRUE(match_by_iou({}, Spans{{0, 1}}, 0.5).empty());
  EXPECT_TRUE(match_by_iou(Spans{{0, 1}}, {}, 0.5).empty());
  EXPECT_TRUE(match_by_iou({}, {}, 0.5).empty());
}

TEST(Match, IsTheBestOfAllChoices) {
  Random random(1, 0);
  for (int trial = 0; trial < 10'000; ++trial) {
    const double grid_s = trial % 2 == 0 ? 1 : 0.1;
    const Spans reference = random_events(random, 6, grid_s);
    const Spans found = random_events(random, 6, grid_s);
    for (const double least : {0.1, 0.5}) {
      const Fits fits = [least](const Span& a, const Span& b) { return intersection_over_union(a, b) >= least - 1e-9; };
      const std::vector<Pair> pairs = match_by_iou(reference, found, least);
      const Best best = exhaustive(reference, found, fits);
      ASSERT_EQ(pairs.size(), best.pairs) << trial;
      ASSERT_NEAR(sum_of(pairs, reference, found), best.sum, 1e-8) << trial;
      expect_one_to_one(pairs, reference, found, fits);
    }
    const Collar collar{2 * grid_s, 0.5};
    const Fits fits = [&collar](const Span& a, const Span& b) {
      return std::abs(a.start_s - b.start_s) <= collar.onset_s + 1e-9 &&
             std::abs(a.stop_s - b.stop_s) <= std::max(collar.onset_s, collar.offset_share * (a.stop_s - a.start_s)) + 1e-9;
    };
    const std::vector<Pair> pairs = match_by_collar(reference, found, collar);
    const Best best = exhaustive(reference, found, fits);
    ASSERT_EQ(pairs.size(), best.pairs) << trial;
    ASSERT_NEAR(sum_of(pairs, reference, found), best.sum, 1e-8) << trial;
    expect_one_to_one(pairs, reference, found, fits);
  }
}

TEST(Match, OrderShiftScaleAndSidesDoNotMatter) {
  Random random(2, 0);
  for (int trial = 0; trial < 300; ++trial) {
    Spans reference = random_events(random, 40, 0.37);
    Spans found = random_events(random, 40, 0.37);
    const std::vector<Pair> pairs = match_by_iou(reference, found, 0.3);
    const double sum = sum_of(pairs, reference, found);
    const auto expect_same = [&](const Spans& r, const Spans& f) {
      const std::vector<Pair> again = match_by_iou(r, f, 0.3);
      EXPECT_EQ(again.size(), pairs.size());
      EXPECT_NEAR(sum_of(again, r, f), sum, 1e-6);
    };
    expect_same(found, reference);
    const auto moved = [](Spans spans, double factor, double shift) {
      for (Span& s : spans) s = {s.start_s * factor + shift, s.stop_s * factor + shift};
      return spans;
    };
    expect_same(moved(reference, 1, 12345.6), moved(found, 1, 12345.6));
    expect_same(moved(reference, 60, 0), moved(found, 60, 0));
    std::reverse(reference.begin(), reference.end());
    std::rotate(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(found.size() / 3), found.end());
    expect_same(reference, found);
  }
}

TEST(Match, LongChainsAreOneMatter) {  // every event overlaps its neighbours on the other side
  Spans reference;
  Spans found;
  for (int k = 0; k < 20'000; ++k) {
    reference.push_back({10.0 * k, 10.0 * k + 9});
    found.push_back({10.0 * k + 5, 10.0 * k + 14});
  }
  const std::vector<Pair> pairs = match_by_iou(reference, found, 0.1);
  ASSERT_EQ(pairs.size(), reference.size());
  for (std::size_t k = 0; k < pairs.size(); ++k) EXPECT_EQ(pairs[k].found, k);
}

TEST(Match, LongChainsOfUnevenEvents) {
  Random random(4, 0);
  Spans reference;
  Spans found;
  for (int k = 0; k < 5000; ++k) {
    reference.push_back({10.0 * k, 10.0 * k + random.uniform(8, 14)});
    found.push_back({10.0 * k + random.uniform(2, 8), 10.0 * k + random.uniform(10, 18)});
  }
  const std::vector<Pair> pairs = match_by_iou(reference, found, 0.01);
  // No swap of two pairs' partners would be better.
  const auto iou = [&](const Pair& r, const Pair& f) { return intersection_over_union(reference[r.reference], found[f.found]); };
  ASSERT_GT(pairs.size(), 4000U);
  for (std::size_t k = 0; k + 1 < pairs.size(); ++k) {
    const Pair& p = pairs[k];
    const Pair& q = pairs[k + 1];
    if (std::min(iou(p, q), iou(q, p)) < 0.01) continue;
    EXPECT_GE(iou(p, p) + iou(q, q) + 1e-8, iou(p, q) + iou(q, p));
  }
}

TEST(Match, RefusesMorePairsThanFitInMemory) {
  const Spans many(4000, {0, 1});
  try {
    match_by_iou(many, many, 0.5);
    FAIL();
  } catch (const DataError& e) {
    EXPECT_EQ(e.code(), "E-SIZE");
  }
}

TEST(HitsInOrder, CountTheLargestMatchingOfTheFirst) {
  Random random(3, 0);
  for (int trial = 0; trial < 2000; ++trial) {
    const Spans reference = random_events(random, 6, 1);
    const Spans found = random_events(random, 8, 1);
    std::vector<std::size_t> order(found.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return found[a].stop_s > found[b].stop_s; });
    const std::vector<bool> hits = hits_in_order(reference, found, 0.3, order);
    ASSERT_EQ(hits.size(), found.size());
    Spans first;
    std::size_t n = 0;
    for (std::size_t k = 0; k < order.size(); ++k) {
      first.push_back(found[order[k]]);
      n += hits[k] ? 1U : 0U;
      ASSERT_EQ(match_by_iou(reference, first, 0.3).size(), n);
    }
  }
}

}  // namespace
}  // namespace myocramp
