#include "myocramp/fatigue/jasa.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace myocramp {
namespace {

constexpr Trend kUp{.slope = 2, .low = 1, .high = 3};
constexpr Trend kDown{.slope = -2, .low = -3, .high = -1};
constexpr Trend kLevel{.slope = 2, .low = 0, .high = 3};

TEST(Jasa, NamesTheQuadrants) {
  EXPECT_EQ(name_of(jasa(kUp, kUp)), "force increase");
  EXPECT_EQ(name_of(jasa(kUp, kDown)), "fatigue");
  EXPECT_EQ(name_of(jasa(kDown, kDown)), "force decrease");
  EXPECT_EQ(name_of(jasa(kDown, kUp)), "recovery");
}

TEST(Jasa, SaysNothingWhenAnIntervalHoldsZeroOrIsNone) {
  for (const Trend& none : {kLevel, Trend{.slope = -2, .low = -3, .high = 0}, Trend{}}) {
    for (const Trend& other : {kUp, kDown, kLevel, Trend{}}) {
      EXPECT_EQ(name_of(jasa(none, other)), "indeterminate");
      EXPECT_EQ(name_of(jasa(other, none)), "indeterminate");
    }
  }
}

TEST(Jasa, TurnsWithTheDirections) {
  const auto turned = [](const Trend& t) { return Trend{.slope = -t.slope, .low = -t.high, .high = -t.low}; };
  EXPECT_EQ(jasa(turned(kUp), turned(kDown)), JasaState::kRecovery);
  EXPECT_EQ(jasa(turned(kUp), turned(kUp)), JasaState::kForceDecrease);
}

}  // namespace
}  // namespace myocramp
