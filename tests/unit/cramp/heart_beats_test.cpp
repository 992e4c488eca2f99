#include "myocramp/cramp/heart_beats.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace myocramp {
namespace {

ChannelActivity at(double onset, double duration = 0.12, double score = 2) {
  return {onset, onset + duration, "A", "", score, false, false};
}

std::vector<ChannelActivity> beats(int n, double from, double period = 0.8) {
  std::vector<ChannelActivity> out;
  for (int k = 0; k < n; ++k) out.push_back(at(from + period * k + 0.03 * std::sin(k)));
  return out;
}

TEST(HeartBeats, AreShortAlikeAndRegular) {
  auto a = beats(10, 5);
  a.push_back(at(20, 1.5, 30));
  EXPECT_EQ(take_heart_beats(a, 5).size(), 10U);
  ASSERT_EQ(a.size(), 1U);
  EXPECT_DOUBLE_EQ(a[0].onset_s, 20);
}

TEST(HeartBeats, FewAreNone) {
  auto a = beats(4, 5);
  EXPECT_TRUE(take_heart_beats(a, 5).empty());
  EXPECT_EQ(a.size(), 4U);
  EXPECT_TRUE(take_heart_beats(a, 0).empty());
}

TEST(HeartBeats, SingleOnesGoWithARun) {
  auto a = beats(8, 5);                 // up to 10.6
  a.push_back(at(11.0, 1.1));           // a contraction hides two
  a.push_back(at(5 + 0.8 * 10));        // on the beat
  a.push_back(at(5 + 0.8 * 10.5 + 1));  // a twitch, and not
  EXPECT_EQ(take_heart_beats(a, 5).size(), 9U);
  EXPECT_EQ(a.size(), 2U);
}

TEST(HeartBeats, OtherTrainsOfShortEventsStay) {
  std::vector<ChannelActivity> fast, long_ones, unlike, uneven;
  for (int k = 0; k < 12; ++k) {
    fast.push_back(at(0.2 * k));      // clonus
    long_ones.push_back(at(k, 0.4));  // repetitions
    unlike.push_back(at(k, 0.1, k % 2 == 0 ? 2 : 5));
    uneven.push_back(at(1.2 * k + (k % 2) * 0.6));
  }
  for (auto* a : {&fast, &long_ones, &unlike, &uneven}) EXPECT_TRUE(take_heart_beats(*a, 5).empty());
}

TEST(HeartBeats, OfEachChannelByItself) {
  auto a = beats(6, 5);
  for (std::size_t k = 0; k < a.size(); k += 2) a[k].channel = "B";
  EXPECT_TRUE(take_heart_beats(a, 5).empty());
  EXPECT_EQ(a.front().channel, "A");
  EXPECT_EQ(a.back().channel, "B");
}

}  // namespace
}  // namespace myocramp
