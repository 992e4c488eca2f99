#include "myocramp/study/score.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "myocramp/core/error.hpp"
#include "support/temp_dir.hpp"

namespace myocramp {
namespace {

using test::TempDir;

Event event(double onset_s, double duration_s, const std::string& annotator = "") {
  Event e;
  e.onset_s = onset_s;
  e.duration_s = duration_s;
  e.trial_type = "cramp";
  e.annotator = annotator;
  return e;
}

Labels labels(std::vector<Event> events) {
  Labels out;
  out.name = "night1";
  out.events = std::move(events);
  out.channels = {"GM", "GL"};
  out.end_s = 3600;
  out.is_labelled = true;
  return out;
}

AnnotatedSpan looked_at(double start_s, double stop_s, const std::string& annotator) {
  AnnotatedSpan s;
  s.start_s = start_s;
  s.stop_s = stop_s;
  s.annotator = annotator;
  return s;
}

InvalidSpan invalid(double start_s, double stop_s, const std::string& reason, std::vector<std::string> channels = {}) {
  InvalidSpan s;
  s.start_s = start_s;
  s.stop_s = stop_s;
  s.reason = reason;
  s.channels = std::move(channels);
  return s;
}

double value(const StudyScore& score, const std::string& group, const std::string& name) {
  for (const Metric& m : score.classes.at(0).metrics) {
    if (m.group == group && m.name == name) return m.value;
  }
  ADD_FAILURE() << group << name;
  return 0;
}

double hours(const Labels& reference, const std::string& rater = "") {
  ScoreRequest request;
  request.rater = rater;
  return value(score({{reference, labels({}), {}}}, request), "time", "scored_hours");
}

TEST(StudyScore, TimeIsWhatWasLookedAtAndIsValid) {
  Labels l = labels({});
  EXPECT_DOUBLE_EQ(hours(l), 1);
  l.annotated = {looked_at(0, 1800, "A"), looked_at(900, 2700, "A")};
  EXPECT_DOUBLE_EQ(hours(l), 0.75);
  l.invalid = {invalid(0, 360, "artefact")};
  EXPECT_DOUBLE_EQ(hours(l), 0.65);
  l.invalid = {invalid(0, 360, "simulated: movement")};  // a detector has to live with it
  EXPECT_DOUBLE_EQ(hours(l), 0.75);
  l.invalid = {invalid(0, 360, "open lead", {"GM"}), invalid(180, 720, "open lead", {"GL"})};  // one channel is always good but for 180 s
  EXPECT_DOUBLE_EQ(hours(l), 0.7);
}

TEST(StudyScore, TruthStandsBesideItsLabel) {
  Labels l = labels({event(10, 20), event(100, 20)});
  ReferenceEvent known;
  known.start_s = 10;
  known.stop_s = 30;
  known.detectable_onset_s = 12;
  known.snr_db = 7;
  l.truth = {{"cramp", known}, {"twitch", known}};
  const StudyScore s = score({{l, labels({event(11, 19), event(100, 20)}), {}}}, {});
  EXPECT_EQ(value(s, "detectable_onset", "n"), 1);
  EXPECT_DOUBLE_EQ(value(s, "detectable_onset", "bias"), -1);
  EXPECT_EQ(value(s, "snr_6_to_10_db", "n_reference"), 1);
}

TEST(StudyScore, OneRaterForEachRecordingIsNoChoice) {
  const Labels a = labels({event(10, 20, "A")});
  Labels b = labels({event(10, 20, "B")});
  EXPECT_EQ(value(score({{a, a, {}}, {b, b, {}}}, {}), "iou_0.5", "true_positives"), 2);
  b.events.push_back(event(11, 20, "A"));
  EXPECT_THROW(score({{b, a, {}}}, {}), DataError);
}

void expect_raters(const Labels& reference, const std::string& names) {
  try {
    score({{reference, labels({event(10, 20)}), {}}}, {});
    ADD_FAILURE() << "one rater of " << names;
  } catch (const DataError& e) {
    EXPECT_EQ(e.parts().code, "E-RATERS");
    EXPECT_EQ(e.parts().found, names);
  }
}

TEST(StudyScore, WhoLookedAndFoundNothingIsARater) {
  Labels l = labels({event(10, 20, "A")});
  l.annotated = {looked_at(0, 1800, "A"), looked_at(0, 3600, "B")};
  expect_raters(l, "A, B");
  ScoreRequest request;
  request.rater = "B";
  const StudyScore s = score({{l, labels({event(10, 20)}), {}}}, request);
  EXPECT_EQ(value(s, "iou_0.5", "n_reference"), 0);
  EXPECT_EQ(value(s, "iou_0.5", "false_positives"), 1);
  EXPECT_DOUBLE_EQ(hours(l, "A"), 0.5);
  l.annotated = {looked_at(0, 1800, "A"), looked_at(0, 3600, "")};  // nobody is named, so it says nothing of another
  EXPECT_DOUBLE_EQ(hours(l), 1);
}

TEST(StudyScore, RowsWithoutAnnotatorBesideNamedOnesAreOfARaterOfTheirOwn) {
  const Labels l = labels({event(10, 20, "A"), event(10, 20), event(100, 20)});
  expect_raters(l, "A, n/a");
  ScoreRequest request;
  request.rater = "n/a";
  EXPECT_EQ(value(score({{l, labels({event(10, 20)}), {}}}, request), "iou_0.5", "n_reference"), 2);
  request.rater = "A";
  const StudyScore of_a = score({{l, labels({event(10, 20)}), {}}}, request);
  EXPECT_EQ(value(of_a, "iou_0.5", "n_reference"), 1);
  ASSERT_EQ(of_a.classes[0].raters.size(), 3U);
  EXPECT_EQ(of_a.classes[0].raters[0].found, "n/a");
  EXPECT_THROW(score({{labels({event(10, 20)}), l, {}}}, {}), DataError);  // what was found, too
}

// One who looked, and rows that do not say who made them.
TEST(StudyScore, RowsWithoutAnnotatorAreOfTheOneWhoLooked) {
  Labels l = labels({event(10, 20)});
  l.annotated = {looked_at(0, 1800, "A")};
  for (const char* rater : {"", "A"}) {
    ScoreRequest request;
    request.rater = rater;
    const StudyScore s = score({{l, labels({event(10, 20)}), {}}}, request);
    EXPECT_EQ(value(s, "iou_0.5", "true_positives"), 1);
    EXPECT_TRUE(s.classes[0].raters.empty());
  }
}

Event of_class(Event e, const std::string& name) {
  e.trial_type = name;
  return e;
}

std::string notes(const Labels& reference, const Labels& found, const std::string& label = "cramp") {
  Labels known = reference;
  known.subject = "S1";
  known.annotated = {looked_at(0, 3600, "")};
  ScoreRequest request;
  request.label = label;
  std::string out;
  for (const std::string& n : score({{known, found, {}}}, request).notes) out += n + "\n";
  return out;
}

TEST(StudyScore, NotesWhatIsOfNoClassOrNotOfTheOneScored) {
  const Labels l = labels({event(10, 20), event(100, 20)});
  const Labels bare = labels({of_class(event(10, 20), "")});
  EXPECT_EQ(notes(l, l), "");
  EXPECT_EQ(notes(l, labels({})), "");
  EXPECT_EQ(notes(l, bare), "events that were found without a class, which count as any alone: 1\n");
  EXPECT_EQ(notes(l, bare, "all"), "events that were found without a class, which count as any alone: 1\n");
  EXPECT_EQ(notes(l, bare, "any"), "");
  EXPECT_EQ(notes(bare, l), "labels without a class, which count as any alone: 1\n");
  EXPECT_EQ(notes(l, labels({of_class(event(10, 20), "twitch")})), "events that were found are none of class cramp but of: twitch\n");
  EXPECT_EQ(notes(l, bare, "spasm"), "no event of class spasm on either side; there are: cramp\n");
}

TEST(StudyScore, NotesRowsOfUnknownLengthOfEitherSide) {
  const TempDir dir;
  const std::string path = dir.write("night1.events.tsv", "onset\tduration\ttrial_type\n5\tn/a\tcramp\n");
  const Labels l = read_labels(path);
  EXPECT_EQ(l.events.at(0).duration_s, 0);
  const std::string note = "night1.events.tsv: line 2, column duration: n/a: cramp at 5 s is taken for an instant";
  using ::testing::Contains;
  EXPECT_THAT(score({{l, labels({}), {}}}, {}).notes, Contains(note));
  EXPECT_THAT(score({{labels({}), l, {}}}, {}).notes, Contains(note));
  EXPECT_THAT(score({{labels({}), labels({}), l}}, {}).notes, Contains(note));
  EXPECT_THAT(score({{l, labels({}), {}}, {labels({}), labels({}), {}}}, {}).notes, Contains(l.name + ": " + note));
}

TEST(StudyScore, CountsAreWholeNumbers) {
  std::vector<Event> many;
  for (int k = 0; k < 12345; ++k) many.push_back(event(0.25 * k, 0.125));
  EXPECT_THAT(to_text(score({{labels(many), labels({}), {}}}, {})), ::testing::HasSubstr("12345"));
}

TEST(StudyScore, LabelsComeBackFromJson) {
  Labels l = labels({event(10, 20, "A")});
  l.subject = "S1";
  l.events[0].score = 3.5;
  l.annotated = {looked_at(0, 1800, "A")};
  l.invalid = {invalid(5, 6, "open lead", {"GM"})};
  ReferenceEvent known;
  known.start_s = 10;
  known.stop_s = 30;
  known.snr_db = 7;
  l.truth = {{"cramp", known}};
  l.notes = {"a note"};
  const Labels back = labels_from_json(to_json(l));
  EXPECT_EQ(to_json(back), to_json(l));
  EXPECT_EQ(back.end_s, 3600);
  EXPECT_TRUE(std::isnan(back.truth.at(0).second.detectable_onset_s));
  l.end_s = std::nan("");
  EXPECT_TRUE(std::isnan(labels_from_json(to_json(l)).end_s));
}

TEST(LabelFiles, AreNamedAfterTheirRecordings) {
  const TempDir dir;
  std::filesystem::create_directories(dir.path() / "sub" / "night3");
  std::filesystem::create_directories(dir.path() / "old");
  for (const char* name : {"night1.nwb", "night1.events.tsv", "night2.events.tsv", "sub/night3/episodes.tsv", "sub/night3/rejected.tsv",
                           "sub/night3/derived.nwb", "study.tsv", "notes.txt"}) {
    (void)dir.write(name, "onset\tduration\n");
  }
  (void)dir.write("mine.tsv", "onset\tduration\ttrial_type\n");
  (void)dir.write("other.tsv", "a\tb\n");
  (void)dir.write("old/manifest.json", "{\"program\": \"myocramp\"}");  // results of an earlier run
  (void)dir.write("old/night1.tsv", "onset\tduration\n");
  std::string names;
  for (const LabelFile& f : find_label_files(dir.path().string())) names += f.name + " ";
  EXPECT_EQ(names, "mine night1 night2 sub/night3 ");
  EXPECT_EQ(find_label_files(dir.file("night2.events.tsv")).at(0).name, "night2");
  EXPECT_EQ(find_label_files(dir.file("sub/night3/episodes.tsv")).at(0).name, "night3");
  EXPECT_EQ(find_label_files(dir.file("sub/night3")).at(0).name, "night3");
}

TEST(Score, LabelsOfASimulatedRecordingCarryItsTruth) {
  Recording r;
  TrueEvent e;
  e.label = "cramp";
  e.onset_s = 10;
  e.offset_s = 40;
  e.detectable_onset_s = 11;
  e.detectable_offset_s = 39;
  e.snr_db = 12;
  r.truth.events = {e};
  const Labels l = labels_of(r);
  ASSERT_EQ(l.truth.size(), 1U);
  EXPECT_EQ(l.truth[0].first, "cramp");
  EXPECT_EQ(l.truth[0].second.start_s, 10);
  EXPECT_EQ(l.truth[0].second.stop_s, 40);
  EXPECT_EQ(l.truth[0].second.detectable_onset_s, 11);
  EXPECT_EQ(l.truth[0].second.detectable_offset_s, 39);
  EXPECT_EQ(l.truth[0].second.snr_db, 12);
}

}  // namespace
}  // namespace myocramp
