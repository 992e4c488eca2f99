#include "myocramp/cramp/pauses.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "support/channel_activity.hpp"

namespace myocramp {
namespace {

using testing::features;
using testing::on;

CrampOptions options() {
  CrampOptions o;
  o.merge_gap_s = 0.1;
  o.doubt_gap_s = 0.4;
  o.active_gap_s = 3;
  o.pause_share = 0.1;
  o.pause_deviations = 3;
  return o;
}

struct Pause {
  double sides, level, length;
  bool joined;
};

TEST(JoinPauses, TellsALullFromRest) {
  for (const Pause& p : {
           Pause{10, 1, 0.05, true},    // below merge_gap_s
           Pause{10, 1, 0.3, false},    // strong sides, and a pause that is rest
           Pause{10, 4, 0.3, true},     // ... that is not
           Pause{1.4, 1, 0.3, true},    // faint sides: such a pause may be chance
           Pause{1.4, 1, 0.5, false},   // ... but not for so long
           Pause{1.4, 1.2, 2, true},    // longer, and above rest
           Pause{1.4, 1.05, 2, false},  // longer, and as near to rest as the level at rest is known
           Pause{1.4, 1.2, 3.1, false},
           Pause{10, 1.2, 2, false},  // above rest, but far below its sides
       }) {
    const auto level = [&](double t) { return t > 10 && t < 10 + p.length ? p.level : p.sides; };
    const auto joined = join_pauses({on("A", 5, 10), on("A", 10 + p.length, 20)}, features(30, level), options());
    EXPECT_EQ(joined.size(), p.joined ? 1U : 2U) << p.sides << " " << p.level << " " << p.length;
    EXPECT_DOUBLE_EQ(joined.back().offset_s, 20);
  }
}

TEST(JoinPauses, TheWeakerSideIsTheMeasure) {
  // A decay in steps: far above what follows, and the pause as strong as that.
  const auto level = [](double t) { return t < 10 ? 20 : 1.5; };
  EXPECT_EQ(join_pauses({on("A", 5, 10), on("A", 11, 20)}, features(30, level), options()).size(), 1U);
}

TEST(JoinPauses, AWeakTailBelongsToWhatItFollows) {
  const auto falls = [](double t) { return t < 10 ? 20 : t < 12 ? 1 : 3; };
  EXPECT_EQ(join_pauses({on("A", 5, 10), on("A", 12, 20)}, features(30, falls), options()).size(), 1U);
  const auto rises = [](double t) { return t < 10 ? 3 : t < 12 ? 1 : 20; };
  EXPECT_EQ(join_pauses({on("A", 5, 10), on("A", 12, 20)}, features(30, rises), options()).size(), 2U);
}

TEST(JoinPauses, ALonePotentialBeforeAContractionIsNoPartOfIt) {
  const auto level = [](double t) { return t < 10 ? 1.5 : t < 10.3 ? 1 : 20; };
  EXPECT_EQ(join_pauses({on("A", 9.95, 10), on("A", 10.3, 15)}, features(30, level), options()).size(), 2U);
  EXPECT_EQ(join_pauses({on("A", 9.5, 10), on("A", 10.3, 15)}, features(30, level), options()).size(), 1U);
}

TEST(JoinPauses, NoLongerThanBetweenTwoDischargesIsNoEndOfAContraction) {
  // Of one unit that is left of it, too: a potential every fifth of a second.
  const auto level = [](double t) { return t < 10 || std::fmod(t, 0.2) < 0.05 ? 10 : 1; };
  std::vector<ChannelActivity> a = {on("A", 5, 10)};
  for (int k = 1; k <= 5; ++k) a.push_back(on("A", 10 + 0.2 * k, 10.05 + 0.2 * k));
  const auto joined = join_pauses(a, features(30, level), options());
  ASSERT_EQ(joined.size(), 1U);
  EXPECT_DOUBLE_EQ(joined.front().offset_s, 11.05);
  a.front().onset_s = 9;  // what lasts less may be a twitch, and the next another
  EXPECT_EQ(join_pauses(a, features(30, level), options()).size(), 6U);
}

TEST(JoinPauses, DischargesThatStandApartBelongToWhatTheyLeadToAndEnd) {
  // A potential of three times rest every second, from 5 to 10 and from 20 to 25 s; in between a contraction.
  const auto with = [](double potential) {
    return [potential](double t) { return t >= 10 && t < 20 ? 5 : std::fmod(t + 0.5, 1) < 0.05 ? potential : 1; };
  };
  std::vector<ChannelActivity> a = {on("A", 10, 20)};
  for (int k = 0; k < 5; ++k) {
    a.push_back(on("A", 5.5 + k, 5.55 + k));
    a.push_back(on("A", 20.5 + k, 20.55 + k));
  }
  const auto joined = join_pauses(a, features(30, with(3)), options());
  ASSERT_EQ(joined.size(), 1U);
  EXPECT_DOUBLE_EQ(joined.front().onset_s, 5.5);
  EXPECT_DOUBLE_EQ(joined.front().offset_s, 24.55);

  EXPECT_EQ(join_pauses(a, features(30, with(9)), options()).size(), 11U) << "stronger than the contraction: something else";
  EXPECT_EQ(join_pauses({on("A", 10, 20), on("A", 21.5, 21.55)}, features(30, with(3)), options()).size(), 2U) << "too far apart";
  a.front() = on("A", 18.1, 20);
  EXPECT_EQ(join_pauses(a, features(30, with(3)), options()).size(), 11U) << "a twitch has neither";
}

TEST(JoinPauses, ATailIsMeasuredByTheWholeContraction) {
  // It has fallen already, and what follows goes on as faintly.
  const auto level = [](double faint) { return [faint](double t) { return t < 8 ? 20 : t < 10 || t >= 11 ? faint : 1; }; };
  EXPECT_EQ(join_pauses({on("A", 2, 10), on("A", 11, 15)}, features(30, level(3)), options()).size(), 1U);
  EXPECT_EQ(join_pauses({on("A", 2, 10), on("A", 11, 15)}, features(30, level(15)), options()).size(), 2U) << "another contraction";
}

TEST(JoinPauses, FasciculationsAfterAContractionStay) {
  // A potential every second for five minutes: the first ten are its end, and no more.
  const auto level = [](double t) { return t < 20 ? 5 : std::fmod(t + 0.5, 1) < 0.05 ? 3 : 1; };
  std::vector<ChannelActivity> a = {on("A", 10, 20)};
  for (int k = 0; k < 300; ++k) a.push_back(on("A", 20.5 + k, 20.55 + k));
  const auto joined = join_pauses(a, features(330, level), options());
  EXPECT_EQ(joined.size(), 291U);
  EXPECT_DOUBLE_EQ(joined.front().offset_s, 29.55);
}

TEST(JoinPauses, AFaintEndDoesNotJoinTwoContractions) {
  const auto level = [](double t) { return t < 10 || t >= 11.3 ? 20 : t >= 11 && t < 11.05 ? 3 : 1; };
  const auto joined = join_pauses({on("A", 5, 10), on("A", 11, 11.05), on("A", 11.3, 20)}, features(30, level), options());
  ASSERT_EQ(joined.size(), 2U);
  EXPECT_DOUBLE_EQ(joined[0].offset_s, 11.05);
}

TEST(JoinPauses, LostSamplesAreNoSilence) {
  for (const auto& [level_there, joined] : {std::pair{1.0, 2U}, std::pair{0.4, 1U}}) {
    const auto level = [there = level_there](double t) { return t > 10 && t < 10.35 ? there : 10; };
    EXPECT_EQ(join_pauses({on("A", 5, 10), on("A", 10.35, 20)}, features(30, level), options()).size(), joined) << level_there;
  }
}

TEST(JoinPauses, NotByWhatAGapInTheDataHidesNorBetweenChannels) {
  for (const auto& [length, joined] : {std::pair{0.09, 1U}, std::pair{0.11, 2U}}) {
    std::vector<ChannelActivity> a = {on("A", 5, 10), on("A", 10 + length, 20)};
    a[0].cut_end = a[1].cut_start = true;
    EXPECT_EQ(join_pauses(a, features(30, [](double) { return 5; }), options()).size(), joined) << length;
  }
  EXPECT_EQ(join_pauses({on("A", 5, 10), on("B", 10.05, 20)}, features(30, [](double) { return 5; }), options()).size(), 2U);
}

TEST(JoinPauses, WithoutFeaturesByTheGapAlone) {
  EXPECT_EQ(join_pauses({on("B", 5, 10), on("B", 10.2, 20)}, {}, options()).size(), 2U);
  EXPECT_EQ(join_pauses({on("B", 5, 10), on("B", 10.05, 20)}, {}, options()).size(), 1U);
}

TEST(JoinPauses, SaysHowStrongAStretchIs) {
  const auto a = join_pauses({on("A", 5, 10)}, features(30, [](double t) { return t < 10 ? 5 : 1; }), options());
  EXPECT_NEAR(a.front().level_v, std::sqrt(24.0), 1e-9);
}

}  // namespace
}  // namespace myocramp
