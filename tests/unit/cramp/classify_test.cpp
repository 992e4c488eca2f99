#include "myocramp/cramp/classify.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "myocramp/core/random.hpp"
#include "support/channel_activity.hpp"

namespace myocramp {
namespace {

using testing::features;
using testing::on;

std::vector<Episode> episodes(std::vector<ChannelActivity> activity, Context context = {}, CrampOptions options = {}) {
  return segment(std::move(activity), {}, context, options, "test").episodes;
}

Context phase(const std::string& name) { return {{{0, 10'000, name}}, {}, {}}; }

TEST(Segment, MergesGapsOfOneChannelOnly) {
  const auto e = episodes({on("A", 10, 11), on("A", 11.05, 14), on("A", 14.5, 15), on("B", 100, 103), on("A", 103.05, 107)});
  ASSERT_EQ(e.size(), 4U);
  EXPECT_DOUBLE_EQ(e[0].onset_s, 10);
  EXPECT_DOUBLE_EQ(e[0].offset_s(), 14);
}

// Two stretches of A with a gap between them.
std::vector<ChannelActivity> beside_gap(double begin, double gap_begin, double gap_end, double end) {
  ChannelActivity a = on("A", begin, gap_begin);
  ChannelActivity b = on("A", gap_end, end);
  a.cut_end = b.cut_start = true;
  return {a, b};
}

TEST(Segment, AGapShorterThanAPauseIsNoEnd) {
  const auto e = episodes(beside_gap(10, 13, 13.05, 16), phase("rest"));
  ASSERT_EQ(e.size(), 1U);
  EXPECT_DOUBLE_EQ(e[0].onset_s, 10);
  EXPECT_DOUBLE_EQ(e[0].offset_s(), 16);
  EXPECT_EQ(e[0].censored, Censored::kNone);
  EXPECT_EQ(episodes(beside_gap(10, 10.04, 10.13, 10.17)).size(), 2U) << "more is hidden than is seen";
  const auto apart = episodes(beside_gap(10, 13, 13.15, 16));
  ASSERT_EQ(apart.size(), 2U) << "nobody knows what is in it";
  EXPECT_EQ(apart[0].censored, Censored::kEnd);
  EXPECT_EQ(apart[1].censored, Censored::kStart);
}

TEST(Segment, BridgesAGapThatHidesNoMoreThanIsSeen) {
  const auto found = [](std::vector<ChannelActivity> activity, double quiet_from, double quiet_to, Context c = phase("rest")) {
    const auto level = [&](double t) { return t >= 20 && t < 40 && !(t >= quiet_from && t < quiet_to) ? std::nan("") : 1.0; };
    return segment(std::move(activity), features(120, level), c, {}, "test").episodes;
  };
  const auto e = found(beside_gap(10, 20, 40, 50.5), 0, 0);
  ASSERT_EQ(e.size(), 1U);
  EXPECT_DOUBLE_EQ(e[0].duration_s, 40.5);
  EXPECT_EQ(e[0].censored, Censored::kNone);
  EXPECT_EQ(found(beside_gap(11, 20, 40, 50.5), 0, 0).size(), 2U) << "more is hidden than is seen";
  EXPECT_EQ(found(beside_gap(10, 20, 40, 50.5), 30, 30.2).size(), 2U) << "silence is seen between two gaps";
  EXPECT_EQ(found(beside_gap(18.1, 20, 40, 60), 0, 0).size(), 2U) << "a twitch";
  Context exercise = phase("rest");
  exercise.protocol = {{0, 15, "exercise"}, {15, 100, "rest"}};
  EXPECT_EQ(found(beside_gap(10, 20, 40, 50.5), 0, 0, exercise).size(), 3U) << "a contraction of the protocol";
  ChannelActivity third = on("A", 52, 54);
  std::vector<ChannelActivity> three = beside_gap(10, 20, 37, 51);
  three[1].cut_end = third.cut_start = true;
  three.push_back(third);
  const auto level = [](double t) { return (t >= 20 && t < 37) || (t >= 51 && t < 52) ? std::nan("") : 1.0; };
  EXPECT_EQ(segment(three, features(120, level), phase("rest"), {}, "test").episodes.size(), 1U);
  three[2].onset_s = 61;
  three[2].offset_s = 64;
  const auto longer = [](double t) { return (t >= 20 && t < 37) || (t >= 51 && t < 61) ? std::nan("") : 1.0; };
  EXPECT_EQ(segment(three, features(120, longer), phase("rest"), {}, "test").episodes.size(), 2U) << "both gaps together hide more";
}

TEST(Segment, BridgesAnOpenLeadThatHidesNoMoreThanIsSeen) {
  Context c = phase("rest");
  c.invalid_times = {{{20.5, 39.5}, "lead off", {"A"}}};
  const auto e = episodes({on("A", 10, 20), on("A", 40, 50.5)}, c);
  ASSERT_EQ(e.size(), 1U);
  EXPECT_DOUBLE_EQ(e[0].onset_s, 10);
  EXPECT_DOUBLE_EQ(e[0].offset_s(), 50.5);
  EXPECT_EQ(e[0].trial_type, "cramp");

  EXPECT_EQ(episodes({on("B", 10, 20), on("B", 40, 50.5)}, c).size(), 2U) << "whose lead was not open";
  EXPECT_EQ(episodes({on("A", 11, 20), on("A", 40, 50.5)}, c).size(), 2U) << "more is hidden than is seen";
  EXPECT_EQ(episodes({on("A", 10, 18), on("A", 40, 60)}, c).size(), 2U) << "it ended before";
  EXPECT_EQ(episodes({on("A", 18.1, 20), on("A", 40, 60)}, c).size(), 2U) << "a twitch";
  EXPECT_EQ(episodes({on("A", 10, 22), on("A", 40, 50.5)}, c).size(), 2U) << "it did not run into the open lead, but was seen in it";
  c.invalid_times.insert(c.invalid_times.begin(), {{12, 14}, "motion", {"A"}});
  EXPECT_EQ(episodes({on("A", 10, 20), on("A", 40, 50.5)}, c).size(), 2U) << "some of what is seen is invalid";
  c.invalid_times.erase(c.invalid_times.begin());
  c.invalid_times.push_back({{51.5, 89.5}, "lead off", {"A"}});
  EXPECT_EQ(episodes({on("A", 10, 20), on("A", 40, 50.5), on("A", 90, 100)}, c).size(), 2U) << "what was hidden is not seen";
  c.invalid_times.pop_back();
  c.protocol = {{0, 15, "exercise"}, {15, 100, "rest"}};
  EXPECT_EQ(episodes({on("A", 10, 20), on("A", 40, 50.5)}, c)[1].trial_type, "cramp");
  EXPECT_EQ(episodes({on("A", 10, 20), on("A", 40, 50.5)}, c).size(), 3U) << "a contraction of the protocol";
  c.protocol = phase("rest").protocol;
  c.invalid_times = {{{0, 9.5}, "lead off", {"A"}}, {{20.5, 39.5}, "lead off", {"A"}}};
  EXPECT_EQ(episodes({on("A", 10, 20), on("A", 40, 50.5)}, c).size(), 2U) << "silence and hum";
  c.invalid_times.erase(c.invalid_times.begin());
  c.invalid_times[0].channels.clear();
  EXPECT_EQ(episodes({on("B", 10, 20), on("B", 40, 50.5)}, c).size(), 1U);
  c.artefacts = c.invalid_times;
  EXPECT_EQ(episodes({on("B", 10, 20), on("B", 40, 50.5)}, c).size(), 2U) << "movement";
}

TEST(Segment, AMomentOfSilenceDoesNotPartLongContractions) {
  struct Lull {
    double first, length, second;
    std::size_t events;
  };
  for (const Lull& l : {Lull{10, 1, 10, 1}, Lull{10, 1.1, 10, 2}, Lull{9.9, 0.5, 30, 2}, Lull{30, 0.5, 9.9, 2}}) {
    const double from = 5 + l.first;
    const double to = from + l.length;
    const auto e = episodes({on("A", 5, from), on("A", to, to + l.second)}, phase("rest"));
    ASSERT_EQ(e.size(), l.events) << l.first << ' ' << l.length << ' ' << l.second;
    EXPECT_DOUBLE_EQ(e.back().offset_s(), to + l.second);
  }
  EXPECT_EQ(episodes({on("A", 5, 15), on("B", 15.5, 30)}, phase("rest")).size(), 2U);
  auto lost = beside_gap(5, 15, 15.5, 30);
  EXPECT_EQ(episodes(lost, phase("rest")).size(), 2U) << "a gap is no silence";
}

TEST(Segment, AMomentOfSilencePartsWhatTheProtocolExplains) {
  const Context rows{{{0, 10, "mvc"}, {11, 21, "mvc"}, {21, 100, "rest"}}, {}, {}};
  const auto two = episodes({on("A", 0, 10.2), on("A", 11, 21)}, rows);
  ASSERT_EQ(two.size(), 2U) << "and nothing between them";
  EXPECT_DOUBLE_EQ(two[1].onset_s, 11);
  const auto after = episodes({on("A", 11, 21.2), on("A", 22, 40)}, rows);
  ASSERT_EQ(after.size(), 2U);
  EXPECT_DOUBLE_EQ(after[1].onset_s, 22);
  EXPECT_EQ(after[1].class_reason, "in_rest");
}

TEST(Segment, RejectsTheShortWithItsReason) {
  const Segmented s = segment({on("A", 10, 10.02)}, {}, {}, {}, "test");
  EXPECT_TRUE(s.episodes.empty());
  ASSERT_EQ(s.rejected.size(), 1U);
  EXPECT_NE(s.rejected[0].reason.find("min_duration_s"), std::string::npos);
}

TEST(Segment, JoinsChannelsThatOverlapByHalfOfTheShorter) {
  const auto e = episodes({on("GM", 10, 40), on("GL", 20, 38), on("TA", 39, 60)}, phase("rest"));
  ASSERT_EQ(e.size(), 2U);
  EXPECT_EQ(e[0].channels, (std::vector<std::string>{"GL", "GM"}));
  EXPECT_EQ(e[1].channels, (std::vector<std::string>{"TA"}));
}

TEST(Segment, ATwitchElsewhereDoesNotJoinACramp) {
  const auto e = episodes({on("GM", 10, 40), on("TA", 20, 20.05)}, phase("rest"));
  ASSERT_EQ(e.size(), 2U);
  EXPECT_EQ(e[0].trial_type, "cramp");
  EXPECT_EQ(e[1].trial_type, "fasciculation");
}

TEST(Segment, CutsOffArtefactsAtTheEnds) {
  Context c = phase("rest");
  c.invalid_times = {{{8, 12}, "motion", {"A"}}, {{30, 50}, "noise", {"A"}}, {{10, 40}, "noise", {"B"}}};
  ASSERT_EQ(episodes({on("A", 10, 40)}, c).size(), 1U) << "what was marked stays whole";
  c.artefacts = c.invalid_times;
  const auto e = episodes({on("A", 10, 40)}, c);
  ASSERT_EQ(e.size(), 3U);
  EXPECT_EQ(e[0].trial_type, "artefact");
  EXPECT_DOUBLE_EQ(e[1].onset_s, 12);
  EXPECT_DOUBLE_EQ(e[1].offset_s(), 30);
  EXPECT_EQ(e[1].trial_type, "cramp");
  EXPECT_EQ(e[2].trial_type, "artefact");
}

TEST(Segment, WhatAnArtefactLeavesIsJoinedAnewWithoutIt) {
  // Noise from 10 to 20 s; a potential every second in the three seconds before or behind it.
  Context c = phase("rest");
  c.artefacts = c.invalid_times = {{{9.5, 20}, "noise", {"A"}}};
  const auto level = [](double t) { return t >= 10 && t < 20 ? 5.0 : std::fmod(t, 0.5) < 0.05 ? 3.0 : 1.0; };
  for (const double first : {7.0, 20.5}) {
    std::vector<ChannelActivity> a = {on("A", 10, 20)};
    for (int k = 0; k < 3; ++k) a.push_back(on("A", first + k, first + k + 0.05));
    const auto whole = segment(a, features(40, level), phase("rest"), {}, "test").episodes;
    ASSERT_EQ(whole.size(), 1U) << "they lead to it or end it";
    EXPECT_DOUBLE_EQ(whole[0].duration_s, first < 10 ? 13 : 12.55);
    const auto cut = segment(a, features(40, level), c, {}, "test").episodes;
    ASSERT_EQ(cut.size(), 4U) << first;
    for (const Episode& e : cut) EXPECT_EQ(e.trial_type, e.duration_s > 1 ? "artefact" : "fasciculation") << e.onset_s;
  }

  const auto tail = [](double t) { return t < 20 ? 8.0 : t >= 21 && t < 25 ? 3.0 : 1.0; };
  const std::vector<ChannelActivity> a = {on("A", 10, 20), on("A", 21, 25)};
  ASSERT_EQ(segment(a, features(40, tail), phase("rest"), {}, "test").episodes.size(), 1U);
  const auto e = segment(a, features(40, tail), c, {}, "test").episodes;
  ASSERT_EQ(e.size(), 2U);
  EXPECT_EQ(e[0].trial_type, "artefact");
  EXPECT_EQ(e[1].trial_type, "cramp");
  EXPECT_DOUBLE_EQ(e[1].onset_s, 21) << "not where the noise ends";
  EXPECT_DOUBLE_EQ(e[1].offset_s(), 25);
}

TEST(Segment, WhatIsInvalidOnOneChannelDoesNotStretchACrampOnAnother) {
  Context c = phase("rest");
  c.artefacts = c.invalid_times = {{{10, 60}, "noise", {"A"}}};
  const auto e = episodes({on("A", 10, 60), on("B", 20, 50)}, c);
  ASSERT_EQ(e.size(), 2U);
  EXPECT_EQ(e[0].trial_type, "artefact");
  EXPECT_EQ(e[1].trial_type, "cramp");
  EXPECT_EQ(e[1].channels, std::vector<std::string>{"B"});
}

TEST(Segment, HeartBeatsAreRejectedWithTheirReason) {
  std::vector<ChannelActivity> a;
  for (int k = 0; k < 6; ++k) a.push_back(on("A", 10 + 0.8 * k, 10.12 + 0.8 * k));
  const Segmented s = segment(a, {}, {}, {}, "test");
  EXPECT_TRUE(s.episodes.empty());
  ASSERT_EQ(s.rejected.size(), 6U);
  EXPECT_NE(s.rejected[0].reason.find("heart beat"), std::string::npos);
}

struct Rule {
  double duration;
  std::string phase, label, reason;
};

TEST(Classify, FollowsTheRulesInOrder) {
  for (const Rule& r :
       {Rule{0.09, "rest", "fasciculation", "below_fasciculation_s"}, Rule{0.1, "rest", "twitch", "below_twitch_s"},
        Rule{1.99, "rest", "twitch", "below_twitch_s"}, Rule{2, "rest", "cramp", "in_rest"}, Rule{2, "stretch", "cramp", "in_stretch"},
        Rule{2, "", "sustained", "no_phase"}, Rule{2, "stimulation", "sustained", "in_stimulation"},
        Rule{9.9, "sleep", "sustained", "leg_movement_one_muscle"}, Rule{10, "sleep", "cramp", "in_sleep_one_muscle"},
        Rule{300, "exercise", "voluntary", "in_exercise"}, Rule{3, "mvc", "voluntary", "in_mvc"}}) {
    const auto e = episodes({on("A", 16, 16 + r.duration)}, r.phase.empty() ? Context{} : phase(r.phase));
    ASSERT_EQ(e.size(), 1U);
    EXPECT_EQ(e[0].trial_type, r.label) << r.duration << " " << r.phase;
    EXPECT_EQ(e[0].class_reason, r.reason) << r.duration << " " << r.phase;
  }
}

double score(const Episode& e, const std::string& label) {
  return e.class_scores[static_cast<std::size_t>(std::find(kClasses.begin(), kClasses.end(), label) - kClasses.begin())];
}

TEST(Classify, ScoresSayHowClearlyTheRulesHold) {
  const auto of = [](double duration, const Context& c) { return episodes({on("A", 16, 16 + duration)}, c).front(); };
  const Episode cramp = of(6, phase("rest"));
  EXPECT_DOUBLE_EQ(score(cramp, "cramp"), 0.9);  // twitch: 2^2 / (2^2 + 6^2)
  EXPECT_DOUBLE_EQ(score(cramp, "twitch"), 0.1);
  EXPECT_EQ(score(cramp, "sustained"), 0);
  EXPECT_DOUBLE_EQ(score(of(2, phase("rest")), "twitch"), 0.5);
  EXPECT_DOUBLE_EQ(score(of(0.05, phase("rest")), "fasciculation"), 0.8);
  EXPECT_DOUBLE_EQ(score(of(20, phase("sleep")), "cramp"), 0.8);
  EXPECT_DOUBLE_EQ(score(of(20, phase("sleep")), "sustained"), 0.2);
  EXPECT_EQ(score(of(20, phase("mvc")), "voluntary"), 1);
  EXPECT_EQ(score(of(20, phase("mvc")), "cramp"), 0);
  Context c = phase("rest");
  c.invalid_times = {{16, 22}};
  EXPECT_DOUBLE_EQ(score(of(20, c), "artefact"), 0.3);
  EXPECT_DOUBLE_EQ(score(of(20, c), "cramp"), 0.7);
}

TEST(Classify, NoClassScoresMoreThanTheOneThatWasGiven) {
  Random random(11, 0);
  const std::vector<std::string> phases = {"", "rest", "stretch", "sleep", "mvc", "exercise", "stimulation"};
  for (int k = 0; k < 2000; ++k) {
    Context c = phase(phases[static_cast<std::size_t>(random.uniform() * 7)]);
    const double end = 16 + std::exp(random.uniform(-3, 5));
    c.invalid_times = {{random.uniform(10, end), end + 1}};
    if (random.uniform() < 0.5) c.invalid_times.clear();
    for (const Episode& e : episodes({on("A", 16, end), on("B", 16, 16 + 0.9 * (end - 16))}, c)) {
      EXPECT_GE(score(e, e.trial_type), 0.5) << e.trial_type << " " << e.duration_s;
      for (const double s : e.class_scores) {
        EXPECT_GE(s, 0);
        EXPECT_LE(s, score(e, e.trial_type)) << e.trial_type << " " << e.duration_s;
      }
    }
  }
}

TEST(Classify, SeveralMusclesInSleepNeedLonger) {
  for (const auto& [duration, label] : {std::pair{44.0, "sustained"}, std::pair{45.0, "cramp"}}) {
    const auto e = episodes({on("A", 100, 100 + duration), on("B", 100, 100 + duration)}, phase("sleep"));
    ASSERT_EQ(e.size(), 1U);
    EXPECT_EQ(e[0].trial_type, label);
  }
  ChannelActivity a = on("A", 100, 120);
  ChannelActivity b = on("B", 100, 120);
  a.muscle = b.muscle = "gastrocnemius_medialis";  // two leads of one muscle
  EXPECT_EQ(episodes({a, b}, phase("sleep"))[0].class_reason, "in_sleep_one_muscle");
}

TEST(Classify, CrosstalkMakesNoMovementInSleepLonger) {
  // Nine seconds of one muscle; a faint copy on another channel, to which a heart beat has been joined.
  for (const auto& [copy, label] : {std::pair{3.0, "sustained"}, std::pair{20.0, "cramp"}}) {
    std::vector<SignalFeatures> f = features(200, [](double t) { return t >= 100 && t < 109 ? 40.0 : 1.0; });
    f.push_back(features(200, [level = copy](double t) { return t >= 100 && t < 110.5 ? level : 1.0; }).front());
    f.back().channels = {"B"};
    const auto e = segment({on("A", 100, 109), on("B", 100, 110.5)}, f, phase("sleep"), {.sleep_several_muscles_s = 10}, "test").episodes;
    ASSERT_EQ(e.size(), 1U);
    EXPECT_DOUBLE_EQ(e[0].duration_s, 10.5);
    EXPECT_EQ(e[0].trial_type, label) << copy;
  }
}

TEST(Classify, HalfInvalidIsArtefactBeforeAllElse) {
  Context c = phase("rest");
  c.invalid_times = {{10, 12}, {13, 14}};
  EXPECT_EQ(episodes({on("A", 10, 16)}, c)[0].trial_type, "artefact");
  EXPECT_EQ(episodes({on("A", 10, 16.1)}, c)[0].trial_type, "cramp");
}

TEST(Classify, WhatStaysWithinTheToleranceOfAContractionBelongsToIt) {
  const Context c{{{0, 100, "rest"}, {100, 110, "exercise"}, {110, 200, "rest"}}, {}, {}};
  for (const auto& [onset, offset] : {std::pair{99.5, 110.5}, std::pair{101.0, 103.0}, std::pair{110.4, 110.45}}) {
    const auto e = episodes({on("A", onset, offset)}, c);
    ASSERT_EQ(e.size(), 1U);
    EXPECT_EQ(e[0].trial_type, "voluntary") << onset;
  }
}

TEST(Classify, WhatOutlastsAContractionIsACrampFromTheRowsEnd) {
  const Context c{{{100, 110, "exercise"}}, {}, {}};
  const auto e = episodes({on("A", 102, 125)}, c);
  ASSERT_EQ(e.size(), 2U);
  EXPECT_EQ(e[0].trial_type, "voluntary");
  EXPECT_DOUBLE_EQ(e[0].offset_s(), 110);
  EXPECT_EQ(e[1].trial_type, "cramp");
  EXPECT_EQ(e[1].class_reason, "outlasts_contraction");
  EXPECT_DOUBLE_EQ(e[1].onset_s, 110);
  EXPECT_DOUBLE_EQ(e[1].offset_s(), 125);
  EXPECT_EQ(episodes({on("A", 102, 111.5)}, c)[1].trial_type, "twitch") << "less than 2 s of it is left";
}

TEST(Classify, WhatWasThereBeforeAContractionIsJudgedByItself) {
  const Context c{{{0, 100, "rest"}, {100, 110, "exercise"}}, {}, {}};
  const auto e = episodes({on("A", 80, 108)}, c);
  ASSERT_EQ(e.size(), 2U);
  EXPECT_EQ(e[0].class_reason, "in_rest");
  EXPECT_DOUBLE_EQ(e[0].offset_s(), 99.5);
  EXPECT_EQ(e[1].trial_type, "voluntary");
}

TEST(Classify, WhatBeginsJustAfterAContractionAndLastsCountsFromTheRowsEnd) {
  const auto e = episodes({on("A", 110.3, 120)}, {{{100, 110, "exercise"}}, {}, {}});
  ASSERT_EQ(e.size(), 1U);
  EXPECT_EQ(e[0].class_reason, "outlasts_contraction");
  EXPECT_DOUBLE_EQ(e[0].onset_s, 110);
}

TEST(Classify, ARowInsideAnotherAddsNothing) {
  const auto e = episodes({on("A", 101, 125)}, {{{100, 104, "mvc"}, {100, 130, "exercise"}, {110, 112, "mvc"}}, {}, {}});
  ASSERT_EQ(e.size(), 1U);
  EXPECT_EQ(e[0].class_reason, "in_exercise");
}

TEST(Classify, TheInnermostPhaseSaysWhatWasDone) {
  const auto reason = [](std::vector<Phase> protocol) {
    return episodes({on("A", 20, 25)}, {std::move(protocol), {}, {}})[0].class_reason;
  };
  EXPECT_EQ(reason({{0, 60, "sleep"}, {19, 26, "stretch"}}), "in_stretch");
  EXPECT_EQ(reason({{0, 60, "sleep"}, {10, 20, "stretch"}}), "leg_movement_one_muscle") << "it is over";
  EXPECT_EQ(reason({{0, 60, "sleep"}, {10, 50, "rest"}, {19, 26, "stretch"}}), "in_stretch");
  EXPECT_EQ(reason({{0, 60, "sleep"}, {0, 26, "stretch"}}), "in_stretch") << "of one start, the shorter";
  EXPECT_EQ(reason({{0, 26, "stretch"}, {0, 60, "sleep"}}), "in_stretch");
  EXPECT_EQ(reason({{0, 25, "sleep"}, {19, 60, "rest"}}), "in_rest") << "the next has begun";
}

TEST(Classify, OverlappingInvalidTimesCountOnce) {
  Context c = phase("rest");
  c.invalid_times = {{10, 12}, {10.5, 12}, {11, 12.5}};
  EXPECT_EQ(episodes({on("A", 10, 16)}, c)[0].trial_type, "cramp");
}

TEST(Classify, AnArtefactOfAnotherChannelDoesNotConcernAnEpisode) {
  Context c = phase("rest");
  InvalidSpan of_b;
  of_b.start_s = 10;
  of_b.stop_s = 15;
  of_b.channels = {"B"};
  c.invalid_times = {of_b};
  EXPECT_EQ(episodes({on("A", 10, 16)}, c)[0].trial_type, "cramp");
  EXPECT_EQ(episodes({on("B", 10, 16)}, c)[0].trial_type, "artefact");
  const auto both = episodes({on("A", 10, 16), on("B", 10, 16)}, c);
  ASSERT_EQ(both.size(), 1U);
  EXPECT_EQ(both[0].trial_type, "cramp") << "its other channel saw it";
  c.invalid_times.push_back(of_b);
  c.invalid_times[1].channels = {"A"};
  EXPECT_EQ(episodes({on("A", 10, 16), on("B", 10, 16)}, c)[0].trial_type, "artefact");
}

TEST(Classify, TrainsAreCutOutToTheirLastPulse) {
  const Context c{{}, {{50, 55}}, {}};
  EXPECT_EQ(episodes({on("A", 50.01, 55.4)}, c)[0].trial_type, "stimulated");
  const auto e = episodes({on("A", 50.01, 90)}, c);
  ASSERT_EQ(e.size(), 2U);
  EXPECT_EQ(e[1].class_reason, "outlasts_train");
  EXPECT_DOUBLE_EQ(e[1].onset_s, 55);
  EXPECT_EQ(episodes({on("A", 55.06, 90)}, c)[0].trial_type, "sustained") << "it began after the train's 50 ms";
}

TEST(Classify, EveryLimitIsAnOption) {
  EXPECT_EQ(episodes({on("A", 16, 17.5)}, phase("rest"), {.twitch_s = 1})[0].trial_type, "cramp");
  EXPECT_EQ(episodes({on("A", 16, 22)}, phase("sleep"), {.sleep_one_muscle_s = 5})[0].trial_type, "cramp");
}

TEST(Clusters, AreCrampsWithinAnHour) {
  const auto e = episodes({on("A", 10, 20), on("A", 100, 101), on("A", 3000, 3010), on("A", 6700, 6710)}, phase("rest"));
  ASSERT_EQ(e.size(), 4U);
  EXPECT_EQ(e[0].cluster, 1);
  EXPECT_EQ(e[1].cluster, 0) << "a twitch is in no cluster";
  EXPECT_EQ(e[2].cluster, 1);
  EXPECT_EQ(e[3].cluster, 2);
}

}  // namespace
}  // namespace myocramp
