#include "myocramp/simulate/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/errors.hpp"

namespace myocramp {
namespace {

using test::expect_error;

MuscleSpec muscle(const std::string& code) {
  MuscleSpec m;
  m.name = "muscle_" + code;
  m.code = code;
  m.pool.units = 30;
  m.pool.fibres = 20000;
  return m;
}

EventSpec driven(const std::string& label, double duration_s, std::vector<std::size_t> muscles) {
  EventSpec e;
  e.label = label;
  e.muscles = std::move(muscles);
  e.phases = {"rest"};
  e.count.a = 1;
  e.duration_s.a = duration_s;
  e.rise_s.a = e.fall_s.a = 0.2;
  e.excitation.a = 0.5;
  return e;
}

/// 40 s of two muscles: a cramp, and a contraction of both.
Scenario small() {
  Scenario s;
  s.rate_hz = 1000;
  s.muscles = {muscle("A"), muscle("B")};
  s.protocol = {{0, 40, "rest"}};
  EventSpec cramp;
  cramp.label = "cramp";
  cramp.muscles = {0};
  cramp.phases = {"rest"};
  cramp.count.a = 1;
  cramp.cramp.duration_s = 8;
  cramp.cramp.duration_sd_s = 1;
  cramp.cramp.least_s = 6;
  s.events = {cramp, driven("voluntary", 3, {0, 1})};
  return s;
}

Scenario disturbed() {
  Scenario s = small();
  s.contaminants.noise.emplace();
  s.contaminants.hum.emplace();
  s.contaminants.ecg.emplace();
  s.contaminants.motion = MotionOptions{.per_hour = 600};
  s.contaminants.lead_off = LeadOffOptions{.per_hour = 200, .longest_s = 6};
  s.contaminants.dropped_samples = DroppedSamplesOptions{.per_hour = 1000};
  return s;
}

Samples<double> counts(const Recording& r, Interval rows) {
  Samples<double> out(rows.length(), static_cast<Index>(r.signals[0].channels.size()));
  r.signals[0].source->read_stored(rows, out);
  return out;
}

Samples<double> all_counts(const Recording& r) { return counts(r, {0, r.signals[0].samples}); }

TEST(Session, ThreadsBlocksAndTheirOrderChangeNoBit) {
  const Scenario s = disturbed();
  const Recording one = simulate_session(s, 1, 0, 0, 1);
  const Samples<double> x = all_counts(one);
  EXPECT_GT(x.abs().maxCoeff(), 0);
  const Recording three = simulate_session(s, 1, 0, 0, 3);
  EXPECT_TRUE((all_counts(three) == x).all());
  for (const Interval rows : {Interval{39000, 40000}, Interval{16000, 17000}, Interval{0, 1}, Interval{16383, 32769}}) {
    EXPECT_TRUE((counts(three, rows) == x.block(rows.begin, 0, rows.length(), x.cols())).all()) << rows.begin;
  }
}

TEST(Session, SeedSubjectAndSessionAreOtherRecordings) {
  const Scenario s = disturbed();
  const Samples<double> x = all_counts(simulate_session(s, 1, 0, 0));
  EXPECT_FALSE((all_counts(simulate_session(s, 2, 0, 0)) == x).all());
  EXPECT_FALSE((all_counts(simulate_session(s, 1, 1, 0)) == x).all());
  const Recording again = simulate_session(s, 1, 0, 1);
  EXPECT_FALSE((all_counts(again) == x).all());
  EXPECT_EQ(again.subject.id, "S01");
  EXPECT_EQ(again.session, "2");
}

TEST(Session, WithoutNoiseThereIsNothingOutsideTheLabels) {
  const Recording r = simulate_session(small(), 1, 0, 0);
  ASSERT_EQ(r.labels.size(), 2U);
  Samples<double> x = all_counts(r);
  for (const Event& label : r.labels) {
    const Index begin = static_cast<Index>(std::floor(label.onset_s * 1000));
    const Index end = static_cast<Index>(std::ceil(label.offset_s() * 1000));
    EXPECT_GT(x.block(begin, 0, end - begin, 2).abs().maxCoeff(), 0);
    x.block(begin, 0, end - begin, 2).setZero();
  }
  EXPECT_EQ(x.abs().maxCoeff(), 0);
  EXPECT_TRUE(std::isnan(r.truth.events[0].snr_db)) << "nothing to stand in";
}

TEST(Session, TruthAgreesWithLabelsUnitsAndSamples) {
  const Recording r = simulate_session(small(), 1, 0, 0);
  ASSERT_EQ(r.truth.events.size(), r.labels.size());
  for (std::size_t i = 0; i < r.labels.size(); ++i) {
    const TrueEvent& e = r.truth.events[i];
    EXPECT_EQ(e.label, r.labels[i].trial_type);
    EXPECT_EQ(e.onset_s, r.labels[i].onset_s);
    EXPECT_DOUBLE_EQ(e.offset_s, r.labels[i].offset_s());
    EXPECT_EQ(e.cluster, e.label == "cramp" ? 1 : 0);
    double first = 1e9;
    for (const TrueUnit& u : r.truth.units) {
      for (const double t : u.discharges_s) {
        if (t >= e.onset_s - 1e-9 && t < e.offset_s) first = std::min(first, t);
      }
    }
    EXPECT_EQ(first, e.onset_s) << "the first discharge";
    const Index c = e.peak_channel == "A" ? 0 : 1;
    const Index at = SampleRate(1000).round(Seconds(e.peak_time_s));
    EXPECT_NEAR(std::abs(counts(r, {at, at + 1})(0, c)) * r.signals[0].channels[0].step_v, e.peak_v, 1e-7);
  }
}

TEST(Session, AskedAmplitudesHold) {
  Scenario s = small();
  s.contaminants.noise.emplace();
  s.events[0].snr_db = Distribution{Distribution::Law::kConstant, 15};
  s.events[1].peak_uv = Distribution{Distribution::Law::kConstant, 40};
  const Recording r = simulate_session(s, 1, 0, 0);
  for (const TrueEvent& e : r.truth.events) {
    if (e.label == "cramp") {
      EXPECT_NEAR(e.snr_db, 15, 1e-5);
    }
    EXPECT_GE(e.detectable_onset_s, e.onset_s);
    EXPECT_LE(e.detectable_offset_s, e.offset_s);
    EXPECT_LT(e.detectable_onset_s, e.detectable_offset_s);
  }
}

TEST(Session, FasciculationsOfAnotherSessionHaveOtherStrengths) {
  Scenario s = small();
  s.contaminants.noise.emplace();
  EventSpec fasciculation;
  fasciculation.label = "fasciculation";
  fasciculation.muscles = {0};
  fasciculation.phases = {"rest"};
  fasciculation.per_minute = 30;
  fasciculation.snr_db = Distribution{Distribution::Law::kUniform, 0, 20};
  s.events = {fasciculation};
  const std::vector<TrueEvent> one = simulate_session(s, 1, 0, 0).truth.events;
  const std::vector<TrueEvent> other = simulate_session(s, 1, 0, 1).truth.events;
  ASSERT_GT(std::min(one.size(), other.size()), 5U);
  for (std::size_t i = 0; i < std::min(one.size(), other.size()); ++i) EXPECT_GT(std::abs(one[i].snr_db - other[i].snr_db), 1e-3);
}

TEST(Session, WhatIsLeftOutIsSaid) {
  EXPECT_THAT(simulate_session(small(), 1, 0, 0).notes, ::testing::IsEmpty());
  Scenario weak = small();
  weak.events[1].excitation.a = 0;
  EXPECT_THAT(simulate_session(weak, 1, 0, 0).notes,
              ::testing::ElementsAre("scenario.events[1]: left out 1: no electrode shows any of it"));
  Scenario crowded = small();
  crowded.events[1].times = EventSpec::Times::kRate;
  crowded.events[1].per_hour = 3600;
  EXPECT_THAT(simulate_session(crowded, 1, 0, 0).notes,
              ::testing::ElementsAre(::testing::HasSubstr(": no room beside others or in the phase")));
}

TEST(Session, AReleasedCrampComesBackInItsMuscle) {
  Scenario s = small();
  s.protocol = {{0, 300, "rest"}};
  s.events = {s.events[0]};
  s.events[0].muscles = {0, 1};
  s.events[0].released = 1;
  s.events[0].release.relapse = 0;
  const Recording once = simulate_session(s, 1, 0, 0);
  ASSERT_EQ(once.truth.events.size(), 1U);
  s.events[0].release.relapse = 1;
  s.events[0].release.relapse_within_s = 30;
  const Recording again = simulate_session(s, 1, 0, 0);
  const auto& events = again.truth.events;
  ASSERT_GT(events.size(), 2U);  // what comes back is stretched, and comes back
  EXPECT_EQ(events[0].onset_s, once.truth.events[0].onset_s);
  EXPECT_EQ(events[0].offset_s, once.truth.events[0].offset_s);
  for (std::size_t i = 1; i < events.size(); ++i) {
    EXPECT_EQ(events[i].label, "cramp");
    EXPECT_EQ(events[i].muscle, events[0].muscle);
    EXPECT_GT(events[i].onset_s, events[i - 1].offset_s);
    EXPECT_LT(events[i].onset_s, events[i - 1].offset_s + 40);  // a plan ends at rest, an event with its last potential
  }
  EXPECT_THAT(again.notes, ::testing::ElementsAre("scenario.events[0]: left out 1: no room beside others or in the phase"));
}

TEST(Session, ClippingIsTold) {
  Scenario s = disturbed();
  const auto clipped = [](const Recording& r) {
    std::vector<TrueContaminant> out;
    for (const TrueContaminant& t : r.truth.contaminants) {
      if (t.kind == "clipped") out.push_back(t);
    }
    return out;
  };
  s.contaminants.clipping.range_mv = 100;
  EXPECT_THAT(clipped(simulate_session(s, 1, 0, 0)), ::testing::IsEmpty());
  s.contaminants.clipping.range_mv = 0.3;
  const Recording r = simulate_session(s, 1, 0, 0);
  const std::vector<TrueContaminant> spells = clipped(r);
  const Samples<double> x = all_counts(r);
  Index expected = 0;
  Index told = 0;
  for (Index c = 0; c < x.cols(); ++c) {
    for (Index i = 0; i < x.rows(); ++i) {
      if (std::abs(x(i, c)) < 32767) continue;
      ++expected;
      const double t = r.signals[0].time(i);
      told += std::any_of(spells.begin(), spells.end(), [&](const TrueContaminant& spell) {
        return spell.channels[0] == r.signals[0].channels[static_cast<std::size_t>(c)].name && spell.start_s <= t && t < spell.stop_s;
      });
    }
  }
  EXPECT_GT(expected, 100);
  EXPECT_EQ(told, expected);
  for (const TrueContaminant& t : spells) {
    const auto first = static_cast<Index>(std::llround(t.start_s * 1000));
    const Index c = t.channels[0] == r.signals[0].channels[0].name ? 0 : 1;
    EXPECT_GE(std::abs(x(first, c)), 32767);
    EXPECT_GE(std::abs(x(static_cast<Index>(std::llround(t.stop_s * 1000)) - 1, c)), 32767);
  }
}

TEST(Session, ClippingByNoiseAndHumAloneIsTold) {
  const auto told = [](const Scenario& s) {
    const Recording r = simulate_session(s, 1, 0, 0);
    const Index at_the_rail = (all_counts(r).abs() >= 32767).count();
    const bool is_told =
        std::any_of(r.truth.contaminants.begin(), r.truth.contaminants.end(), [](const TrueContaminant& t) { return t.kind == "clipped"; });
    EXPECT_GT(at_the_rail, 0);
    return is_told;
  };
  Scenario hum = small();
  hum.events.clear();
  hum.contaminants.hum = MainsHumOptions{.amplitude_uv = 500, .third = 3, .fifth = 3};
  hum.contaminants.clipping.range_mv = 2.1;
  EXPECT_TRUE(told(hum));
  Scenario noise = small();  // most of it above the band that its RMS is of
  noise.events.clear();
  noise.rate_hz = 65535;
  noise.protocol = {{0, 2, "rest"}};
  noise.contaminants.noise = ElectrodeNoiseOptions{.rms_uv = 100};
  noise.contaminants.clipping.range_mv = 2.1;
  EXPECT_TRUE(told(noise));
}

TEST(Session, AnEventIsAsShortAsItIsAskedFor) {
  Scenario s = small();
  s.events = {driven("twitch", 0.25, {0})};
  s.events[0].rise_s.a = s.events[0].fall_s.a = 0.3;
  const Recording r = simulate_session(s, 1, 0, 0);
  ASSERT_EQ(r.truth.events.size(), 1U);
  EXPECT_LT(r.truth.events[0].offset_s - r.truth.events[0].onset_s, 0.25 + 0.05);  // and its last potential
}

TEST(Session, DurationsThatAreDrawnAnewAreTold) {
  Scenario s = small();
  s.events = {s.events[0]};
  s.events[0].count.a = 4;
  s.events[0].cramp.duration_sd_s = 4;
  s.events[0].cramp.least_s = 2;
  EXPECT_THAT(simulate_session(s, 1, 0, 0).notes,
              ::testing::ElementsAre(::testing::AllOf(::testing::StartsWith("scenario.events[0]: "),
                                                      ::testing::HasSubstr(" durations were drawn anew, being longer than the 8 s"))));
}

TEST(Session, FasciculationsAnnounceTheCrampsOfTheirOwnEvent) {
  Scenario s = small();
  s.protocol = {{0, 120, "rest"}, {120, 240, "exercise"}};
  s.events = {s.events[0], s.events[0]};
  s.events[1].phases = {"exercise"};
  s.events[0].fasciculations_before = 60;
  s.events[0].fasciculations_before_s = 20;
  const Recording r = simulate_session(s, 1, 0, 0);
  const auto before = [&](double start_s, double stop_s) {
    return std::count_if(r.truth.events.begin(), r.truth.events.end(),
                         [&](const TrueEvent& e) { return e.label == "fasciculation" && e.onset_s >= start_s && e.onset_s < stop_s; });
  };
  EXPECT_GT(before(0, 120), 3);
  EXPECT_EQ(before(120, 240), 0);
}

TEST(Session, ASpanThatARecorderKnowsOfIsNoTruth) {
  const Recording r = simulate_session(disturbed(), 3, 0, 0);
  int truths = 0;
  int known = 0;
  for (const InvalidSpan& span : r.invalid_times) {
    (is_truth(span) ? truths : known) += 1;
    EXPECT_TRUE(span.reason == "simulated:motion" || span.reason == "lead off" || span.reason == "dropped samples") << span.reason;
  }
  EXPECT_GT(truths, 0);
  EXPECT_GT(known, 0);
}

TEST(Session, RefusesWhatCannotBe) {
  Scenario crowded = small();
  crowded.events[1].count.a = 30;
  expect_error<InvalidArgument>([&] { simulate_session(crowded, 1, 0, 0); }, "E-OPTION",
                                {"scenario.events[1]: expected events that fit in phase rest of 40 s"});
  Scenario silent = small();
  silent.events[0].snr_db = Distribution{Distribution::Law::kConstant, 15};
  expect_error<InvalidArgument>([&] { simulate_session(silent, 1, 0, 0); }, "E-OPTION",
                                {"scenario.events[0].snr_db: expected noise for it to stand in"});
}

}  // namespace
}  // namespace myocramp
