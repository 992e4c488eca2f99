#include "myocramp/evaluate/score.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "myocramp/core/error.hpp"
#include "myocramp/core/random.hpp"
#include "myocramp/evaluate/spans.hpp"

namespace myocramp {
namespace {

ReferenceEvent wanted(double start_s, double stop_s) {
  ReferenceEvent e;
  e.start_s = start_s;
  e.stop_s = stop_s;
  return e;
}

FoundEvent got(double start_s, double stop_s, double score = 1) {
  FoundEvent e;
  e.start_s = start_s;
  e.stop_s = stop_s;
  e.score = score;
  return e;
}

RecordingEvents recording(std::vector<ReferenceEvent> reference, std::vector<FoundEvent> found, double end_s = 3600) {
  return {std::move(reference), std::move(found), 0, end_s, {{0, end_s}}};
}

PooledScore pool(const std::vector<RecordingEvents>& subjects, const ScoreOptions& options = {}) {
  std::vector<std::vector<RecordingScore>> scores;
  for (const RecordingEvents& e : subjects) scores.push_back({score_recording(e, options)});
  return {scores, options};
}

Metric metric(const std::vector<Metric>& metrics, const std::string& group, const std::string& name) {
  for (const Metric& m : metrics) {
    if (m.group == group && m.name == name) return m;
  }
  ADD_FAILURE() << "no metric " << group << "." << name;
  return {};
}

double value(const std::vector<RecordingEvents>& subjects, const std::string& group, const std::string& name,
             const ScoreOptions& options = {}) {
  const PooledScore pooled = pool(subjects, options);
  return metric(pooled.metrics(std::vector<int>(pooled.n_subjects(), 1)), group, name).value;
}

TEST(Score, CountsAndRates) {
  const RecordingEvents r =
      recording({wanted(100, 110), wanted(200, 230), wanted(300, 320)}, {got(101, 110), got(200, 208), got(400, 410), got(500, 505)});
  EXPECT_EQ(value({r}, "iou_0.5", "n_reference"), 3);
  EXPECT_EQ(value({r}, "iou_0.5", "n_found"), 4);
  EXPECT_EQ(value({r}, "iou_0.5", "true_positives"), 1);
  EXPECT_EQ(value({r}, "iou_0.1", "true_positives"), 2);
  EXPECT_DOUBLE_EQ(value({r}, "iou_0.5", "recall"), 1.0 / 3);
  EXPECT_DOUBLE_EQ(value({r}, "iou_0.5", "precision"), 0.25);
  EXPECT_DOUBLE_EQ(value({r}, "iou_0.5", "f1"), 2.0 / 7);
  EXPECT_DOUBLE_EQ(value({r}, "iou_0.5", "false_alarms_per_hour"), 3);
  EXPECT_EQ(value({r}, "any_overlap", "true_positives"), 2);
  EXPECT_EQ(value({r}, "any_overlap", "false_positives"), 2);
}

TEST(Score, HasNoAnswerWhereThereIsNone) {
  const RecordingEvents nothing = recording({}, {});
  for (const char* name : {"recall", "precision", "f1"}) EXPECT_TRUE(std::isnan(value({nothing}, "iou_0.5", name))) << name;
  EXPECT_EQ(value({nothing}, "iou_0.5", "false_alarms_per_hour"), 0);
  EXPECT_TRUE(std::isnan(value({recording({wanted(1, 2)}, {})}, "iou_0.5", "precision")));
  EXPECT_EQ(value({recording({wanted(1, 2)}, {})}, "iou_0.5", "f1"), 0);
  EXPECT_TRUE(std::isnan(value({recording({}, {got(1, 2)})}, "iou_0.5", "recall")));
  EXPECT_EQ(value({recording({}, {got(1, 2)})}, "iou_0.5", "f1"), 0);
}

TEST(Score, MeansOverSubjectsLeaveTheUndefinedOutAndCountThem) {
  const std::vector<RecordingEvents> subjects = {recording({wanted(10, 20)}, {got(10, 20)}), recording({wanted(10, 20)}, {}),
                                                 recording({}, {})};
  EXPECT_DOUBLE_EQ(value(subjects, "iou_0.5", "macro_recall"), 0.5);
  EXPECT_EQ(value(subjects, "iou_0.5", "undefined_recall"), 1);
  EXPECT_DOUBLE_EQ(value(subjects, "iou_0.5", "macro_precision"), 1);
  EXPECT_EQ(value(subjects, "iou_0.5", "undefined_precision"), 2);
  EXPECT_DOUBLE_EQ(value(subjects, "iou_0.5", "f1"), 2.0 / 3);  // of the sums
}

TEST(Score, SetsAsideWhatWasNotLookedAt) {
  RecordingEvents r = recording({wanted(100, 110), wanted(1990, 2020)}, {got(101, 110), got(2500, 2510), got(1999, 2003)});
  r.scored = {{0, 2000}};
  const RecordingScore s = score_recording(r, {});
  EXPECT_EQ(s.n_reference_aside, 1);  // a third of it was looked at
  EXPECT_EQ(s.n_found_aside, 2);
  EXPECT_DOUBLE_EQ(s.hours, 2000.0 / 3600);
  EXPECT_EQ(s.criteria[2].false_positives, 0);
  r.reference[1].start_s = 1970;  // now it counts, and what overlaps it does
  const RecordingScore t = score_recording(r, {});
  EXPECT_EQ(t.n_reference_aside, 0);
  EXPECT_EQ(t.n_found_aside, 1);
  EXPECT_EQ(t.criteria[2].false_positives, 1);
}

/// Scores a recording of 1000 s of which some times were looked at.
RecordingScore over(std::vector<Span> scored, std::vector<ReferenceEvent> reference, std::vector<FoundEvent> found) {
  RecordingEvents r = recording(std::move(reference), std::move(found), 1000);
  r.scored = std::move(scored);
  return score_recording(r, {});
}

// What a label or a detector says of times that nobody looked at changes nothing.
TEST(Score, TimeThatWasNotLookedAtCountsNeitherWay) {
  for (const RecordingScore& s :
       {over({{0, 100}}, {wanted(90, 100)}, {got(90, 130)}), over({{0, 100}}, {wanted(70, 130)}, {got(70, 100)}),
        over({{0, 100}}, {wanted(70, 101)}, {got(70, 500)}), over({{0, 1000}}, {wanted(900, 1000)}, {got(900, 1101)}),
        over({{0, 1000}}, {wanted(900, 1101)}, {got(900, 1000)}), over({{0, 1000}}, {wanted(-80, 20)}, {got(0, 20)}),
        over({{400, 500}}, {wanted(400, 420)}, {got(350, 420)}), over({{0, 100}, {110, 300}}, {wanted(90, 120)}, {got(90, 117)})}) {
    for (const EventCounts& c : s.criteria) {
      EXPECT_EQ(c.n_reference, 1);
      EXPECT_EQ(c.n_found, 1);
      EXPECT_EQ(c.true_positives, 1);
      EXPECT_EQ(c.false_positives, 0);
    }
    EXPECT_EQ(s.n_reference_aside + s.n_found_aside, 0);
    EXPECT_EQ(s.samples.found_only, 0);
  }
}

// The intersection over union is one of times that were looked at, so an artefact in the middle of an event takes nothing from it.
TEST(Score, SharesAreOfScoredTime) {
  const RecordingScore s = over({{0, 140}, {160, 1000}}, {wanted(100, 200)}, {got(100, 140), got(163, 200)});
  EXPECT_EQ(s.criteria[2].true_positives, 1);  // 40 s of 80
  EXPECT_EQ(s.criteria[1].true_positives, 1);
  const RecordingScore t = over({{0, 100}, {200, 1000}}, {wanted(95, 100)}, {got(200, 205)});  // these are 100 s apart
  for (const EventCounts& c : t.criteria) EXPECT_EQ(c.true_positives, 0);
}

// A label of which little was looked at says nothing of who finds it or not.
TEST(Score, WhatMeetsAnEventSetAsideIsSetAsideToo) {
  const RecordingScore s = over({{0, 100}}, {wanted(90, 130)}, {got(92, 105), got(50, 60)});
  EXPECT_EQ(s.n_reference_aside, 1);
  EXPECT_EQ(s.n_found_aside, 1);
  EXPECT_EQ(s.criteria[2].false_positives, 1);
  const RecordingScore both = over({{0, 100}}, {wanted(80, 95), wanted(90, 130)}, {got(82, 98)});  // it meets one that counts
  EXPECT_EQ(both.n_found_aside, 0);
  EXPECT_EQ(both.criteria[2].true_positives, 1);
}

TEST(Score, WhatMeetsAnEventOnlyWhereNobodyLookedIsSetAside) {
  const RecordingScore s = over({{0, 100}}, {wanted(60, 130)}, {got(110, 140)});
  EXPECT_EQ(s.n_found_aside, 1);
  EXPECT_EQ(s.criteria[2].false_positives, 0);
  EXPECT_EQ(s.n_reference_met, 0);
}

TEST(Score, EndsWhereScoredTimeEndsHaveNoError) {
  const RecordingScore s = over({{0, 100}, {200, 300}}, {wanted(90, 100), wanted(210, 250)}, {got(89, 130), got(200, 249)});
  ASSERT_EQ(s.matched.size(), 2U);
  EXPECT_EQ(s.matched[0].onset_s, -1);
  EXPECT_TRUE(std::isnan(s.matched[0].offset_s));
  EXPECT_TRUE(std::isnan(s.matched[1].onset_s));
  EXPECT_EQ(s.matched[1].offset_s, -1);
  EXPECT_TRUE(std::isnan(s.matched[1].log_duration_ratio));
}

// Samples know no events: whatever lies in scored time counts there.
TEST(Score, SamplesAreOfEventsSetAsideToo) {
  const RecordingScore s = over({{0, 100}}, {wanted(90, 130)}, {got(95, 160)});
  EXPECT_EQ(s.samples.both, 50);
  EXPECT_EQ(s.samples.reference_only, 50);
  EXPECT_EQ(s.samples.found_only, 0);
  EXPECT_EQ(s.samples.neither, 900);
}

TEST(Score, WithoutAKnownLengthThereIsNoRate) {
  RecordingEvents r = recording({wanted(10, 20)}, {got(10, 20), got(50, 60)});
  r.end_s = std::nan("");
  r.scored.clear();
  EXPECT_EQ(value({r}, "iou_0.5", "true_positives"), 1);
  EXPECT_TRUE(std::isnan(value({r}, "iou_0.5", "false_alarms_per_hour")));
  EXPECT_TRUE(std::isnan(value({r}, "samples", "kappa")));
  EXPECT_EQ(value({r}, "any_overlap", "false_positives"), 1);
}

TEST(Score, BoundaryErrorsAreSigned) {
  ReferenceEvent r = wanted(100, 120);
  r.detectable_onset_s = 101;
  r.detectable_offset_s = 118;
  const std::vector<RecordingEvents> one = {recording({r, wanted(200, 220)}, {got(102, 119), got(199, 224)})};
  EXPECT_DOUBLE_EQ(value(one, "onset", "bias"), 0.5);
  EXPECT_DOUBLE_EQ(value(one, "onset", "mae"), 1.5);
  EXPECT_DOUBLE_EQ(value(one, "onset", "median_abs"), 1.5);
  EXPECT_DOUBLE_EQ(value(one, "onset", "p95_abs"), 1.95);
  EXPECT_DOUBLE_EQ(value(one, "offset", "bias"), 1.5);
  EXPECT_EQ(value(one, "detectable_onset", "n"), 1);
  EXPECT_DOUBLE_EQ(value(one, "detectable_onset", "bias"), 1);
  EXPECT_DOUBLE_EQ(value(one, "detectable_offset", "bias"), 1);
  EXPECT_DOUBLE_EQ(value(one, "log_duration_ratio", "bias"), (std::log(17.0 / 20) + std::log(25.0 / 20)) / 2);
}

TEST(Score, EndsThatTheRecordingCutsOffHaveNoError) {
  const std::vector<RecordingEvents> one = {recording({wanted(0, 20), wanted(3580, 3600)}, {got(0, 21), got(3581, 3600)})};
  EXPECT_EQ(value(one, "onset", "n"), 1);
  EXPECT_EQ(value(one, "offset", "n"), 1);
  EXPECT_EQ(value(one, "log_duration_ratio", "n"), 0);
  EXPECT_DOUBLE_EQ(value(one, "offset", "bias"), 1);
}

TEST(Score, FragmentsAndMergers) {
  const std::vector<RecordingEvents> one = {
      recording({wanted(100, 130), wanted(200, 210), wanted(212, 220), wanted(300, 310)}, {got(100, 110), got(112, 130), got(200, 220)})};
  EXPECT_EQ(value(one, "fragmentation", "n_met"), 3);
  EXPECT_EQ(value(one, "fragmentation", "n_fragmented"), 1);
  EXPECT_DOUBLE_EQ(value(one, "fragmentation", "found_per_reference"), 4.0 / 3);
  EXPECT_EQ(value(one, "merging", "n_merging"), 1);
  EXPECT_DOUBLE_EQ(value(one, "merging", "reference_per_found"), 4.0 / 3);
}

TEST(Score, SamplesAgreeBeyondChance) {
  const std::vector<RecordingEvents> one = {recording({wanted(0, 20)}, {got(10, 40)}, 100)};
  // of 100 s: both 10, reference only 10, found only 20, neither 60; by chance 0.2 * 0.3 + 0.8 * 0.7
  EXPECT_DOUBLE_EQ(value(one, "samples", "kappa"), (0.7 - 0.62) / (1 - 0.62));
  EXPECT_DOUBLE_EQ(value(one, "samples", "balanced_accuracy"), (0.5 + 0.75) / 2);
  EXPECT_DOUBLE_EQ(value(one, "samples", "jaccard"), 0.25);
  const std::vector<RecordingEvents> all = {recording({wanted(0, 100)}, {got(0, 100)}, 100)};
  EXPECT_DOUBLE_EQ(value(all, "samples", "jaccard"), 1);
  EXPECT_TRUE(std::isnan(value(all, "samples", "kappa")));  // all event: chance agrees everywhere
  EXPECT_TRUE(std::isnan(value(all, "samples", "balanced_accuracy")));
}

TEST(Score, AveragePrecisionFollowsTheRanking) {
  const std::vector<ReferenceEvent> two = {wanted(10, 20), wanted(30, 40)};
  EXPECT_DOUBLE_EQ(value({recording(two, {got(10, 20, 3), got(50, 60, 2), got(30, 40, 1)})}, "ranking", "average_precision"),
                   0.5 * 1 + 0.5 * 2 / 3);
  EXPECT_DOUBLE_EQ(value({recording(two, {got(10, 20, 1), got(50, 60, 1), got(30, 40, 1)})}, "ranking", "average_precision"),
                   2.0 / 3);  // equal scores are one step
  EXPECT_DOUBLE_EQ(value({recording(two, {got(10, 20, 1)})}, "ranking", "average_precision"), 0.5);
  EXPECT_EQ(value({recording(two, {})}, "ranking", "average_precision"), 0);
  EXPECT_TRUE(std::isnan(value({recording(two, {got(10, 20, std::nan(""))})}, "ranking", "average_precision")));
  EXPECT_TRUE(std::isnan(value({recording({}, {got(10, 20, 1)})}, "ranking", "average_precision")));
}

TEST(Score, ClassesOfSignalToNoiseRatio) {
  ReferenceEvent loud = wanted(10, 20);
  loud.snr_db = 10;
  ReferenceEvent faint = wanted(30, 40);
  faint.snr_db = 2.9;
  ReferenceEvent missed = wanted(50, 60);
  missed.snr_db = 0;
  const std::vector<RecordingEvents> one = {recording({loud, faint, missed, wanted(70, 80)}, {got(10.5, 20), got(30, 41)})};
  EXPECT_EQ(value(one, "snr_from_10_db", "n_reference"), 1);
  EXPECT_DOUBLE_EQ(value(one, "snr_from_10_db", "onset_bias"), 0.5);
  EXPECT_EQ(value(one, "snr_0_to_3_db", "n_reference"), 2);
  EXPECT_DOUBLE_EQ(value(one, "snr_0_to_3_db", "recall"), 0.5);
  EXPECT_DOUBLE_EQ(value(one, "snr_0_to_3_db", "offset_bias"), 1);
}

RecordingEvents random_recording(Random& random) {
  RecordingEvents r = recording({}, {});
  for (int side = 0; side < 2; ++side) {
    for (double t = random.uniform(0, 60); t < 3500; t += random.uniform(5, 120)) {
      const double length = random.uniform(1, 40);
      if (side == 0) {
        r.reference.push_back(wanted(t, t + length));
      } else {
        r.found.push_back(got(t, t + length, random.uniform()));
      }
    }
  }
  return r;
}

// What does not depend on where the clock starts, in which order rows stand, or which time unit is used.
TEST(Score, LawsOfShiftOrderAndSides) {
  Random random(5, 0);
  for (int trial = 0; trial < 50; ++trial) {
    const RecordingEvents r = random_recording(random);
    RecordingEvents shifted = r;
    const double shift = 1000;
    for (ReferenceEvent& e : shifted.reference) e.start_s += shift, e.stop_s += shift;
    for (FoundEvent& e : shifted.found) e.start_s += shift, e.stop_s += shift;
    shifted.start_s += shift;
    shifted.end_s += shift;
    shifted.scored = {{shift, 3600 + shift}};
    std::reverse(shifted.reference.begin(), shifted.reference.end());
    std::reverse(shifted.found.begin(), shifted.found.end());
    const PooledScore a = pool({r});
    const PooledScore b = pool({shifted});
    const std::vector<int> once = {1};
    const std::vector<Metric> x = a.metrics(once);
    const std::vector<Metric> y = b.metrics(once);
    for (std::size_t k = 0; k < x.size(); ++k) {
      if (std::isnan(x[k].value)) {
        EXPECT_TRUE(std::isnan(y[k].value)) << x[k].group << x[k].name;
      } else {
        EXPECT_NEAR(x[k].value, y[k].value, 1e-6) << x[k].group << x[k].name;
      }
    }
    RecordingEvents swapped = r;
    swapped.reference.clear();
    swapped.found.clear();
    for (const FoundEvent& e : r.found) swapped.reference.push_back(wanted(e.start_s, e.stop_s));
    for (const ReferenceEvent& e : r.reference) swapped.found.push_back(got(e.start_s, e.stop_s));
    for (const char* group : {"iou_0.1", "iou_0.3", "iou_0.5", "iou_0.7", "samples"}) {
      EXPECT_DOUBLE_EQ(value({r}, group, "recall"), value({swapped}, group, "precision"));
      EXPECT_DOUBLE_EQ(value({r}, group, "precision"), value({swapped}, group, "recall"));
      EXPECT_DOUBLE_EQ(value({r}, group, "f1"), value({swapped}, group, "f1"));
    }
    EXPECT_DOUBLE_EQ(value({r}, "onset", "bias"), -value({swapped}, "onset", "bias"));
    EXPECT_DOUBLE_EQ(value({r}, "samples", "kappa"), value({swapped}, "samples", "kappa"));
  }
}

// What is said of unscored time beyond an event's ends may be cut off beforehand, or made up.
TEST(Score, LawOfWhatLiesBeyondScoredTime) {
  Random random(10, 0);
  for (int trial = 0; trial < 50; ++trial) {
    RecordingEvents r = random_recording(random);
    r.scored = {{500, 1500}, {1700, 3000}};
    const auto crosses = [](const Span& e, double t) { return e.start_s < t && t < e.stop_s; };
    const auto alter = [&](auto& events, double shift_s) {
      std::erase_if(events, [&](const auto& e) {  // those that lie mostly outside may come to count, or not to
        return crosses(e, 500) || crosses(e, 3000) ? overlap_s(e, r.scored) < 0.7 * (e.stop_s - e.start_s) : false;
      });
      for (auto& e : events) {
        const double most = 0.2 * (e.stop_s - e.start_s);
        if (crosses(e, 500)) e.start_s = std::min(500.0, e.start_s + shift_s * most);
        if (crosses(e, 3000)) e.stop_s = std::max(3000.0, e.stop_s - shift_s * most);
      }
    };
    RecordingEvents same = r;
    alter(r.reference, 0);
    alter(r.found, 0);
    alter(same.reference, 1);
    alter(same.found, -1);
    const std::vector<double> x = pool({r}).values(std::vector<int>{1});
    const std::vector<double> y = pool({same}).values(std::vector<int>{1});
    for (std::size_t k = 0; k < x.size(); ++k) {
      if (std::isnan(x[k]) && std::isnan(y[k])) continue;
      EXPECT_NEAR(x[k], y[k], 1e-12) << k;
    }
  }
}

TEST(Score, PoolsRecordingsAsIfTheyWereOne) {
  Random random(6, 0);
  const RecordingEvents a = random_recording(random);
  const RecordingEvents b = random_recording(random);
  const RecordingScore sa = score_recording(a, {});
  const RecordingScore sb = score_recording(b, {});
  const PooledScore one_subject({{sa, sb}}, {});
  const PooledScore two_subjects({{sa}, {sb}}, {});
  const std::vector<Metric> x = one_subject.metrics(std::vector<int>{1});
  const std::vector<Metric> y = two_subjects.metrics(std::vector<int>{1, 1});
  EXPECT_EQ(metric(x, "iou_0.5", "f1").value, metric(y, "iou_0.5", "f1").value);
  EXPECT_EQ(metric(x, "ranking", "average_precision").value, metric(y, "ranking", "average_precision").value);
  EXPECT_EQ(metric(x, "onset", "p95_abs").value, metric(y, "onset", "p95_abs").value);
}

TEST(Score, WeightsAreSubjectsDrawnAgain) {
  Random random(7, 0);
  const RecordingEvents a = random_recording(random);
  const RecordingEvents b = random_recording(random);
  const std::vector<double> weighted = pool({a, b}).values(std::vector<int>{2, 0});
  const std::vector<double> repeated = pool({a, a}).values(std::vector<int>{1, 1});
  ASSERT_EQ(weighted.size(), repeated.size());
  for (std::size_t k = 0; k < weighted.size(); ++k) {
    if (std::isnan(weighted[k]) && std::isnan(repeated[k])) continue;
    EXPECT_NEAR(weighted[k], repeated[k], 1e-12);
  }
}

TEST(Score, IntervalsAreOfSubjectsAndOfRates) {
  Random random(8, 0);
  std::vector<RecordingEvents> subjects;
  for (int k = 0; k < 6; ++k) subjects.push_back(random_recording(random));
  const std::vector<Metric> m = pool(subjects).with_intervals();
  const Metric f1 = metric(m, "iou_0.1", "f1");
  EXPECT_EQ(f1.interval.kind, IntervalKind::kPercentile);
  EXPECT_LT(f1.interval.low, f1.value);
  EXPECT_GT(f1.interval.high, f1.value);
  EXPECT_EQ(metric(m, "iou_0.1", "n_reference").interval.kind, IntervalKind::kNone);
  subjects.resize(4);
  EXPECT_EQ(metric(pool(subjects).with_intervals(), "iou_0.1", "f1").interval.kind, IntervalKind::kNone);
}

TEST(Compare, KnowsTheBetterOfTwo) {
  Random random(9, 0);
  std::vector<std::vector<RecordingScore>> good;
  std::vector<std::vector<RecordingScore>> poor;
  for (int k = 0; k < 8; ++k) {
    RecordingEvents r = random_recording(random);
    poor.push_back({score_recording(r, {})});
    r.found.clear();
    for (const ReferenceEvent& e : r.reference) r.found.push_back(got(e.start_s + 0.1, e.stop_s));
    good.push_back({score_recording(r, {})});
  }
  for (const Comparison& c : compare(good, poor, {})) {
    if (c.group != "iou_0.5" || c.name != "f1") continue;
    EXPECT_GT(c.first, 0.9);
    EXPECT_DOUBLE_EQ(c.difference, c.first - c.second);
    EXPECT_GT(c.interval.low, 0);
    EXPECT_DOUBLE_EQ(c.p, 2.0 / 256);
  }
  for (const Comparison& c : compare(poor, poor, {})) {
    if (std::isnan(c.difference)) continue;
    EXPECT_EQ(c.difference, 0) << c.group << c.name;
    EXPECT_EQ(c.p, 1) << c.group << c.name;
  }
  good.pop_back();
  EXPECT_THROW(compare(good, poor, {}), InvalidArgument);
}

TEST(Szcore, CountsEveryEventOverTheWholeRecording) {
  const ScoreOptions options = score_options(Preset::kSzcore);
  RecordingEvents r = recording({wanted(1000, 1010)}, {got(500, 510), got(1005, 1006)});
  r.scored = {{900, 1100}};
  EXPECT_EQ(value({r}, "any_overlap", "false_positives", options), 1);
  EXPECT_DOUBLE_EQ(value({r}, "any_overlap", "false_alarms_per_day", options), 24);
}

}  // namespace
}  // namespace myocramp
