#include "myocramp/simulate/recurrence.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace myocramp {
namespace {

constexpr auto kInstant = [](std::size_t) { return 0.0; };

TEST(Recurrence, CountsAndBranchingRatioAreThoseOfTheory) {
  constexpr double kLength_s = 400 * 3600.0;
  for (const double branching : {0.0, 0.3, 0.5, 0.8}) {
    const Recurrence o{2, branching, 1200, 0};
    double sum = 0, squares = 0;
    constexpr int kRuns = 50;
    for (std::uint64_t run = 0; run < kRuns; ++run) {
      const auto n = static_cast<double>(recurrent_onsets(o, 0, kLength_s, kInstant, run, 0).size());
      sum += n;
      squares += n * n;
    }
    const double mean = sum / kRuns;
    const double dispersion = (squares / kRuns - mean * mean) * kRuns / (kRuns - 1) / mean;
    const double expected = 800 / (1 - branching);
    EXPECT_NEAR(mean, expected, 4 * std::sqrt(expected / kRuns) / (1 - branching)) << branching;
    // Variance over mean of long counts is 1 / (1 - branching)^2 (Hawkes 1971), known here to one part in five.
    EXPECT_NEAR(dispersion * (1 - branching) * (1 - branching), 1, 4 * std::sqrt(2.0 / kRuns)) << branching;
    EXPECT_NEAR(1 - 800 / mean, branching, 0.03) << "the part of onsets that others called";
  }
}

TEST(Recurrence, OnsetsKeepOffTheEventsBeforeThem) {
  const Recurrence o{30, 0.8, 1200, 30};
  const auto onsets = recurrent_onsets(o, 100, 40000, [](std::size_t k) { return k % 2 == 0 ? 60.0 : 5.0; }, 1, 0);
  ASSERT_GT(onsets.size(), 50);
  EXPECT_GE(onsets.front(), 100);
  EXPECT_LT(onsets.back(), 40000);
  for (std::size_t k = 1; k < onsets.size(); ++k) EXPECT_GE(onsets[k] - onsets[k - 1], (k % 2 == 1 ? 60.0 : 5.0) + 30);
}

TEST(Recurrence, TheSameArgumentsGiveTheSameOnsets) {
  const Recurrence o{5, 0.5, 1200, 30};
  const auto a = recurrent_onsets(o, 0, 1e5, kInstant, 1, 0);
  EXPECT_EQ(a, recurrent_onsets(o, 0, 1e5, kInstant, 1, 0));
  EXPECT_NE(a, recurrent_onsets(o, 0, 1e5, kInstant, 1, 1));
  EXPECT_NE(a, recurrent_onsets(o, 0, 1e5, kInstant, 2, 0));
}

TEST(Recurrence, EdgesAndLimits) {
  EXPECT_TRUE(recurrent_onsets({0, 0.5, 1200, 0}, 0, 1e6, kInstant, 1, 0).empty());
  EXPECT_TRUE(recurrent_onsets({10, 0.5, 1200, 0}, 5, 5, kInstant, 1, 0).empty());
  EXPECT_THROW(recurrent_onsets({10, 1, 1200, 0}, 0, 1, kInstant, 1, 0), InvalidArgument) << "it would never end";
}

}  // namespace
}  // namespace myocramp
