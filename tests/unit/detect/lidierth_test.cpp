#include "myocramp/detect/lidierth.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/activity.hpp"

namespace myocramp {
namespace {

TEST(Lidierth, KeepsItsFalseAlarmRate) {
  for (const testing::Kept& wanted : testing::kKept) {
    LidierthDetector detector({.p_fa = wanted.p_fa}, SampleRate(1000), 1);
    const int alarms = testing::false_alarms(detector, kHalfNormalMean, 0);
    EXPECT_GE(alarms, wanted.least);
    EXPECT_LE(alarms, wanted.most);
  }
}

TEST(Lidierth, HasItsTwoTimes) {
  const SampleRate rate(1000);
  const auto spans = [&](std::initializer_list<std::pair<Index, Index>> active) {
    Samples<double> x = testing::white_noise(20000, 1, 8) * 1e-6;
    for (const auto& [from, to] : active) x.col(0).segment(from, to - from) *= 1000;
    return testing::found_in(x, rate, "lidierth", kGridBlock, {{"window_s", 0.005}, {"hold_s", 0.05}, {"dip_s", 0.02}})[0];
  };
  EXPECT_TRUE(spans({{10000, 10040}}).empty()) << "shorter than hold_s";
  EXPECT_EQ(spans({{10000, 10060}}).size(), 1U);
  EXPECT_EQ(spans({{10000, 10025}, {10040, 10060}}).size(), 1U) << "a fall shorter than dip_s";
  EXPECT_TRUE(spans({{10000, 10025}, {10055, 10080}}).empty()) << "a longer one cancels";
  EXPECT_EQ(spans({{10000, 10060}, {10100, 10110}}).size(), 1U) << "once active, a pause shorter than hold_s is none";
  EXPECT_EQ(spans({{10000, 10060}, {10120, 10180}}).size(), 2U);
}

TEST(Lidierth, RefusesAFallLongerThanTheActivity) {
  EXPECT_THROW(LidierthDetector({.hold_s = 0.01, .dip_s = 0.02}, SampleRate(1000), 1), InvalidArgument);
}

}  // namespace
}  // namespace myocramp
