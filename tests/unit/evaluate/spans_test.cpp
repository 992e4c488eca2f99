#include "myocramp/evaluate/spans.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "myocramp/core/random.hpp"

namespace myocramp {
namespace {

using Spans = std::vector<Span>;

bool holds(const Spans& spans, double t) {
  for (const Span& s : spans) {
    if (s.start_s <= t && t < s.stop_s) return true;
  }
  return false;
}

Spans random_spans(Random& random) {
  Spans out;
  for (int k = 0; k < 5; ++k) {
    const double start = std::floor(random.uniform(0, 20));
    out.push_back({start, start + std::floor(random.uniform(0, 6))});
  }
  return out;
}

TEST(Spans, AreSetsOfTimes) {  // against every half second
  Random random(1, 0);
  for (int trial = 0; trial < 2000; ++trial) {
    const Spans raw_a = random_spans(random);
    const Spans raw_b = random_spans(random);
    const Spans a = unite(raw_a);
    const Spans b = unite(raw_b);
    const Spans less = subtract(a, b);
    const Spans both = intersect(a, b);
    double in_less = 0;
    double in_both = 0;
    for (double t = 0.5; t < 30; ++t) {
      ASSERT_EQ(holds(a, t), holds(raw_a, t));
      ASSERT_EQ(holds(less, t), holds(raw_a, t) && !holds(raw_b, t));
      ASSERT_EQ(holds(both, t), holds(raw_a, t) && holds(raw_b, t));
      in_less += holds(less, t) ? 1 : 0;
      in_both += holds(both, t) ? 1 : 0;
    }
    EXPECT_DOUBLE_EQ(length_s(less), in_less);
    EXPECT_DOUBLE_EQ(length_s(both), in_both);
    double common = 0;
    for (const Span& s : a) common += overlap_s(s, b);
    EXPECT_DOUBLE_EQ(common, in_both);
  }
}

TEST(Spans, TouchingOnesAreOneAndEmptyOnesNone) {
  const Spans one = unite({{1, 2}, {2, 3}, {5, 5}});
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].stop_s, 3);
}

}  // namespace
}  // namespace myocramp
