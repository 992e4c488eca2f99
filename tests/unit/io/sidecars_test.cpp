#include "io/sidecars.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "myocramp/io/events.hpp"
#include "support/errors.hpp"
#include "support/temp_dir.hpp"

namespace myocramp::io {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A recording of 10 s that nobody opens: only its path and what is known of it matter here.
Recording recording_at(const std::string& path) {
  Recording r;
  r.path = path;
  r.signals.push_back({"", SampleRate(1000), 0, 10000, {}, nullptr, ""});
  return r;
}

Event label(double onset_s, double duration_s, const std::string& word) {
  Event e;
  e.onset_s = onset_s;
  e.duration_s = duration_s;
  e.trial_type = word;
  return e;
}

struct Study {
  TempDir dir;
  explicit Study(const std::string& table, const std::string& units = "") {
    static_cast<void>(dir.write("study.tsv", table));
    if (!units.empty()) static_cast<void>(dir.write("study.json", units));
  }
  Recording read(const std::string& name = "a.h5", Recording r = {}) const {
    r.path = dir.file(name);
    StudyTable(dir.file("study.tsv")).apply(r);
    return r;
  }
  [[nodiscard]] std::string digest(const std::string& name = "a.h5") const {
    return StudyTable(dir.file("study.tsv")).digest(dir.file(name));
  }
};

void expect_refused(const std::string& table, const std::vector<std::string>& parts, const std::string& units = "") {
  const Study s(table, units);
  expect_error<DataError>([&] { s.read(); }, "E-STUDY", parts);
}

const std::string kSodium = R"({"sodium": {"Description": "serum", "Units": "mmol/L", "Method": "ion-selective electrode"}})";

// --- events -------------------------------------------------------------------------------------

TEST(EventsBeside, WinOverTheFileAndTheFirstDifferenceIsNoted) {
  const TempDir dir;
  static_cast<void>(dir.write("a.events.tsv", "onset\tduration\ttrial_type\n1\t1\tcramp\n4\t2\tcramp\n0\t10\tphase:rest\n"));
  for (const std::string extension : {".h5", ".nwb"}) {
    Recording r = recording_at(dir.file("a" + extension));
    r.labels = {label(1, 1, "cramp"), label(4, 3, "cramp"), label(8, 1, "twitch")};
    r.protocol = {{0, 10, "rest", "supine", 20}};
    read_sidecars(r, {});
    ASSERT_EQ(r.labels.size(), 2U);
    EXPECT_EQ(r.labels[1].duration_s, 2);
    EXPECT_THAT(r.notes, ElementsAre("labels: 3 in the file, 2 in a.events.tsv, first difference in row 2: cramp 4 to 7 s against "
                                     "cramp 4 to 6 s: the table is used"));
    ASSERT_EQ(r.protocol.size(), 1U);
    EXPECT_EQ(r.protocol[0].posture, "supine");  // of the same row in the file
    EXPECT_EQ(r.protocol[0].joint_angle_deg, 20);
  }
}

TEST(EventsBeside, TellTheFieldThatDiffersFromTheFile) {
  const TempDir dir;
  static_cast<void>(dir.write("a.events.tsv",
                              "onset\tduration\ttrial_type\tconfidence\tlabel_source\n"
                              "1\t1\tcramp\t0.5\tmanual\n"));
  Recording r = recording_at(dir.file("a.nwb"));
  r.labels = {label(1, 1, "cramp")};
  read_sidecars(r, {});
  EXPECT_THAT(r.notes, ElementsAre("labels: 1 in the file, 1 in a.events.tsv, first difference in row 1: cramp 1 to 2 s against "
                                   "cramp 1 to 2 s, manual, confidence 0.5: the table is used"));
}

TEST(EventsBeside, SayNothingOfWhatTheyHaveNoRowFor) {
  const TempDir dir;
  static_cast<void>(dir.write("a.events.tsv", "onset\tduration\ttrial_type\n0\t5\tphase:sleep\n"));
  Recording r = recording_at(dir.file("a.nwb"));
  r.labels = {label(1, 1, "cramp")};
  r.protocol = {{0, 10, "rest"}};
  read_sidecars(r, {});
  EXPECT_EQ(r.labels.size(), 1U);
  EXPECT_EQ(r.protocol[0].name, "sleep");
  EXPECT_THAT(r.notes,
              ElementsAre("phases: 1 in the file, 1 in a.events.tsv, first difference in row 1: rest 0 to 10 s against sleep 0 to 5 "
                          "s: the table is used"));
}

TEST(EventsBeside, OneBackgroundRowMeansThatThereIsNoLabel) {
  const TempDir dir;
  static_cast<void>(dir.write("a.events.tsv", format_events({}, 10)));
  Recording r = recording_at(dir.file("a.nwb"));
  r.labels = {label(1, 1, "cramp")};
  r.protocol = {{0, 10, "rest"}};
  read_sidecars(r, {});
  EXPECT_THAT(r.labels, IsEmpty());
  EXPECT_EQ(r.protocol.size(), 1U);
  EXPECT_THAT(r.notes, ElementsAre(HasSubstr("1 in the file, 0 in a.events.tsv")));
}

TEST(EventsBeside, RowsOfUnknownLengthAreNoted) {
  const TempDir dir;
  static_cast<void>(dir.write("a.events.tsv", "onset\tduration\ttrial_type\n1\tn/a\tcramp\n0\tn/a\tphase:rest\n"));
  Recording r = recording_at(dir.file("a.nwb"));
  r.protocol = {{0, 10, "rest"}};
  read_sidecars(r, {});
  ASSERT_EQ(r.labels.size(), 1U);
  EXPECT_EQ(r.labels[0].duration_s, 0);
  EXPECT_EQ(r.protocol.size(), 1U);  // the table has no phase that counts
  EXPECT_THAT(r.notes, ElementsAre(HasSubstr("a.events.tsv: line 2, column duration: n/a: cramp at 1 s is taken for an instant"),
                                   HasSubstr("E-TABLE: a.events.tsv: line 3, column duration")));
}

TEST(EventsBeside, EqualOnesMakeNoNote) {
  const TempDir dir;
  const std::vector<Event> labels = {label(1, 1, "cramp")};
  static_cast<void>(dir.write("a.events.tsv", format_events(labels, 10)));
  Recording r = recording_at(dir.file("a.nwb"));
  r.labels = labels;
  read_sidecars(r, {});
  EXPECT_THAT(r.notes, IsEmpty());
}

TEST(EventTable, KeepsTheFilesOrderAndHowFarTheRaterLooked) {
  const TempDir dir;
  const EventTable t = read_event_table(dir.write("t.tsv", "onset\tduration\ttrial_type\n5\t1\tcramp\n0\t9\tbckg\n1\t1\tcramp\n"));
  ASSERT_EQ(t.rows.size(), 2U);
  EXPECT_EQ(t.rows[0].onset_s, 5);
  EXPECT_EQ(t.background_start_s, 0);
  EXPECT_EQ(t.background_end_s, 9);
  EXPECT_EQ(read_event_table(dir.write("b.tsv", "onset\tduration\ttrial_type\n0.1\t0.2\tbckg\n")).background_s, 0.2) << "to the bit";
  const EventTable two = read_event_table(dir.write("c.tsv", "onset\tduration\ttrial_type\n5\t4\tbckg\n1\t2\tbckg\n"));
  EXPECT_EQ(two.background_start_s, 1);
  EXPECT_EQ(two.background_s, 8);
  const std::string empty = format_events({}, 12.5);
  const EventTable back = read_event_table(dir.write("e.tsv", empty));
  EXPECT_EQ(format_events(back.rows, back.background_end_s), empty);
  EXPECT_TRUE(std::isnan(read_event_table(dir.write("n.tsv", "onset\tduration\n")).background_end_s));
}

// --- study --------------------------------------------------------------------------------------

TEST(StudyTable, GivesSubjectSessionConditionAndCovariates) {
  const Study s(
      "recording\tsubject\tsession\tcondition\tsodium\tdrink\tcaffeine\nb\tS2\t1\theat\t1\tx\t2\na\tS1\t2\tcold\t141.5\twater\tn/a\n",
      kSodium);
  const Recording r = s.read();
  EXPECT_EQ(r.subject.id, "S1");
  EXPECT_EQ(r.session, "2");
  ASSERT_EQ(r.covariates.size(), 3U);
  EXPECT_EQ(r.covariates[0].name, "condition");
  EXPECT_EQ(r.covariates[0].value_text, "cold");
  EXPECT_EQ(r.covariates[1].name, "sodium");
  EXPECT_EQ(r.covariates[1].value, 141.5);
  EXPECT_EQ(r.covariates[1].value_text, "");
  EXPECT_EQ(r.covariates[1].unit, "mmol/L");
  EXPECT_EQ(r.covariates[1].method, "ion-selective electrode");
  EXPECT_TRUE(std::isnan(r.covariates[1].time_s));
  EXPECT_EQ(r.covariates[2].value_text, "water");
  EXPECT_TRUE(std::isnan(r.covariates[2].value));
  EXPECT_THAT(r.notes, IsEmpty());
}

TEST(StudyTable, NotesANumberWithoutUnit) {
  EXPECT_THAT(Study("recording\tsodium\tdrink\na\t140\twater\n").read().notes,
              ElementsAre("study.tsv: numbers without Units in study.json: sodium"));
}

TEST(StudyTable, ColumnsWithLevelsHoldWords) {
  const std::string levels = R"({"arm": {"Levels": {"0": "placebo", "1": "salt"}}})";
  const Recording r = Study("recording\tarm\na\t1\n", levels).read();
  EXPECT_EQ(r.covariates[0].value_text, "1");
  EXPECT_THAT(r.notes, IsEmpty());
  expect_refused("recording\tarm\na\t2\n", {"study.tsv: line 2, column arm: expected one of the Levels 0, 1, found 2"}, levels);
}

TEST(StudyTable, FindsTheRowByNameExtensionFolderOrEndOfThePath) {
  const std::string head = "recording\tsubject\n";
  EXPECT_EQ(Study(head + "a.h5\tS1\n").read().subject.id, "S1");
  EXPECT_EQ(Study(head + "./a\tS1\n").read().subject.id, "S1");
  EXPECT_EQ(Study(head + "two.dots\tS1\n").read("two.dots.h5").subject.id, "S1");
  const Recording other = Study(head + "a.nwb\tS1\n").read();
  EXPECT_EQ(other.subject.id, "");
  EXPECT_THAT(other.notes, ElementsAre("study.tsv: no row for this recording"));
  const Recording below = Study(head + "a\tS0\nsub/a\tS1\n").read("sub/a.h5");
  EXPECT_EQ(below.subject.id, "S1");
  EXPECT_THAT(below.notes, IsEmpty());
  const Recording by_end = Study(head + "a\tS0\n").read("sub/a.h5");
  EXPECT_EQ(by_end.subject.id, "S0");
  EXPECT_THAT(by_end.notes, ElementsAre("study.tsv: the row of a is taken for this recording by the end of its path"));
  EXPECT_EQ(Study(head + "ba\tS0\n").read("a.h5").subject.id, "");
}

TEST(StudyTable, DoesNotGiveARowToAnotherFileOfTheSameName) {
  const Study s("recording\tsubject\na\tS0\n");
  static_cast<void>(s.dir.write("a.h5", "x"));
  EXPECT_EQ(s.read("sub/a.h5").subject.id, "");
  EXPECT_EQ(s.read("a.h5").subject.id, "S0");
}

TEST(StudyTable, ATableElsewhereNamesRecordingsByTheEndOfTheirPathOrFromItsFolder) {
  const TempDir here;
  const Study s("recording\tsubject\nnight/a\tS1\n../elsewhere/b\tS2\n");
  Recording r = recording_at(here.file("night/a.h5"));
  StudyTable(s.dir.file("study.tsv")).apply(r);
  EXPECT_EQ(r.subject.id, "S1");
  Recording b = recording_at((s.dir.path().parent_path() / "elsewhere" / "b.h5").string());
  StudyTable(s.dir.file("study.tsv")).apply(b);
  EXPECT_EQ(b.subject.id, "S2");
  EXPECT_THAT(b.notes, IsEmpty());
}

TEST(StudyTable, SeveralRowsNeedTheirTimesAndAgreeOnTheRest) {
  const std::string head = "recording\tsubject\ttime\tsodium\n";
  const Recording r = Study(head + "a\tS1\t0\t140\na\tn/a\t3600\t137\na\tS1\t7200\tn/a\n", kSodium).read();
  ASSERT_EQ(r.covariates.size(), 2U);
  EXPECT_EQ(r.subject.id, "S1");
  EXPECT_EQ(r.covariates[1].time_s, 3600);
  EXPECT_EQ(r.covariates[1].value, 137);
  expect_refused(head + "a\tS1\t0\t140\na\tS2\t1\t137\n", {"line 3, column subject: expected S1 as in line 2, found S2"});
  expect_refused(head + "a\tS1\t0\t140\na\tS1\t0\t137\n",
                 {"line 3, column sodium: expected one value at one time, found a second one after line 2"});
  expect_refused("recording\tsodium\na\t1\na\t2\n", {"line 3, column recording: expected one row for each recording, or a column time"});
}

TEST(StudyTable, WinsOverTheFileAndDifferencesAreNoted) {
  Recording file;
  file.subject.id = "X";
  file.session = "1";
  file.covariates = {{"sodium", 322, "", "mg/dL"}, {"age", 30, "", "a"}, {"drink", NAN, "water"}};
  const Recording r = Study("recording\tsubject\tsession\tsodium\tdrink\na\tS1\t1\t140\twater\n", kSodium).read("a.nwb", file);
  EXPECT_EQ(r.subject.id, "S1");
  ASSERT_EQ(r.covariates.size(), 3U);
  EXPECT_EQ(r.covariates[0].name, "age");
  EXPECT_EQ(r.covariates[1].unit, "mmol/L");
  EXPECT_THAT(r.notes,
              ElementsAre("subject: X in the file, S1 in study.tsv: the table is used",
                          "covariate sodium: THE UNITS DIFFER: 322 mg/dL in the file, 140 mmol/L in study.tsv: the table is used"));
  EXPECT_THAT(Study("recording\tsodium\na\tn/a\n").read("a.nwb", file).covariates, testing::SizeIs(3));  // n/a says nothing
}

TEST(StudyTable, RefusesWhatIsNoTableAndSaysWhere) {
  expect_refused("", {"expected a header row, found an empty file"});
  expect_refused("subject\nS1\n", {"line 1: expected a column recording, found columns subject"});
  expect_refused("recording\tx\tx\na\t1\t2\n", {"line 1, column x: expected one column of this name, found two"});
  expect_refused("recording\t\na\t1\n", {"line 1: expected a name for every column"});
  expect_refused("recording\tx\na\n", {"line 2: expected 2 columns, found 1"});
  expect_refused("recording\tx\nn/a\t1\n", {"line 2, column recording: expected the name of a recording, found none"});
  expect_refused("recording\ttime\na\tnoon\n", {"line 2, column time: expected a time in s, or n/a, found noon"});
  expect_refused("recording\tsodium\nb\t140,5\n",
                 {"line 2, column sodium: expected a finite number with a point, a word, or n/a, found 140,5"});
  expect_refused("recording\tsodium\na\tNaN\n", {"column sodium: expected a finite number"});
  expect_refused("recording\tsodium\na\thigh\n", {"column sodium: expected a number in mmol/L, or n/a, found high"}, kSodium);
  expect_refused("recording\tsubject\na\tM\xFCller\n", {"line 2, column subject: expected UTF-8, found other bytes: M\\xfcller"});
  expect_refused(
      "recording\tgr\xF6\xDF"
      "e\na\t1\n",
      {"line 1: expected UTF-8"});
}

TEST(StudyTable, AcceptsByteOrderMarkCrlfBlankLinesAndUtf8) {
  const Recording r = Study("\xEF\xBB\xBFrecording\tsubject\r\n\r\na\tM\xC3\xBCller\r\n").read();
  EXPECT_EQ(r.subject.id, "M\xC3\xBCller");
}

TEST(StudyTable, RefusesUnitsThatAreNoneAndSaysWhere) {
  const std::string table = "recording\tsodium\na\t140\n";
  expect_refused(table, {"study.json: byte ", "expected JSON"}, "{\"sodium\": ");
  expect_refused(table, {"study.json: expected a JSON object with one key for each column, found array"}, "[]");
  expect_refused(table, {"study.json: /sodium: expected an object", "found string"}, R"({"sodium": "mmol/L"})");
  expect_refused(table, {"/sodium/Units: expected a text, found number"}, R"({"sodium": {"Units": 1}})");
  expect_refused(table, {"/sodium/Levels: expected an object"}, R"({"sodium": {"Levels": []}})");
  std::string deep(100000, '[');
  expect_refused(table, {"expected JSON"}, deep);
}

TEST(EventsBeside, AreReadFromARegularFileOnly) {
  const TempDir dir;
  const fs::path link = dir.path() / "a.events.tsv";
  const std::string secret = dir.write("secret", "what nobody else may read\n");
  for (const std::string& target : {secret, dir.file("none")}) {
    fs::create_symlink(target, link);
    Recording r = recording_at(dir.file("a.h5"));
    expect_error<IoError>([&] { read_sidecars(r, {}); }, "E-TYPE", {"a.events.tsv", "found a symbolic link"});
    fs::remove(link);
  }
  fs::create_directory(link);
  Recording r = recording_at(dir.file("a.h5"));
  expect_error<IoError>([&] { read_sidecars(r, {}); }, "E-TYPE", {"a.events.tsv", "found a directory"});
}

TEST(StudyTable, AnotherSubjectDoesNotInheritThePersonOfTheFile) {
  const TempDir dir;
  static_cast<void>(dir.write("study.tsv", "recording\tsubject\na\tS1\n"));
  const Subject person{"X", "Homo sapiens", "F", "P34Y", "70 kg", ""};
  Recording r = recording_at(dir.file("a.h5"));
  r.subject = person;
  read_sidecars(r, {});
  EXPECT_EQ(r.subject.id, "S1");
  EXPECT_EQ(r.subject.species, "Homo sapiens");
  EXPECT_EQ(r.subject.sex + r.subject.age + r.subject.weight, "");
  EXPECT_THAT(r.notes, testing::Contains("subject: sex, age, weight of X left out"));
  for (const char* same_or_unnamed : {"S1", ""}) {
    Recording kept = recording_at(dir.file("a.h5"));
    kept.subject = person;
    kept.subject.id = same_or_unnamed;
    read_sidecars(kept, {});
    EXPECT_EQ(kept.subject.id, "S1");
    EXPECT_EQ(kept.subject.age, "P34Y");
  }
}

TEST(StudyTable, IsFoundInTheRecordingsFolderAndOnlyAsARegularFile) {
  const TempDir dir;
  EXPECT_EQ(StudyTable::find(dir.file("a.h5"), ""), "");
  EXPECT_EQ(StudyTable::find(dir.file("a.h5"), "x.tsv"), "x.tsv");
  const std::string real = dir.write("real.tsv", "recording\tsubject\na\tS1\n");
  fs::create_symlink(real, dir.path() / "study.tsv");
  Recording r = recording_at(dir.file("a.h5"));
  expect_error<IoError>([&] { read_sidecars(r, {}); }, "E-TYPE", {"study.tsv", "found a symbolic link"});
  read_sidecars(r, {.study = dir.file("study.tsv")});  // named by the user
  EXPECT_EQ(r.subject.id, "S1");
  fs::remove(dir.path() / "study.tsv");
  fs::create_directory(dir.path() / "study.tsv");
  expect_error<IoError>([&] { read_sidecars(r, {}); }, "E-TYPE", {"study.tsv", "found a directory"});
  fs::remove(dir.path() / "study.tsv");
  static_cast<void>(dir.write("study.tsv", "recording\na\n" + std::string(17U << 20U, '\n')));
  expect_error<DataError>([&] { read_sidecars(r, {}); }, "E-SIZE", {"study.tsv"});
}

TEST(StudyTable, ItsDigestChangesWithWhatIsSaidOfTheRecordingOnly) {
  const std::string head = "recording\tsodium\n";
  const std::string base = Study(head + "a\t140\nb\t1\n", kSodium).digest();
  EXPECT_EQ(Study(head + "b\t2\na\t140\n", kSodium).digest(), base);
  EXPECT_NE(Study(head + "a\t141\nb\t1\n", kSodium).digest(), base);
  EXPECT_NE(Study(head + "b\t1\n", kSodium).digest(), base);
  EXPECT_NE(Study(head + "a\t140\nb\t1\n", R"({"sodium": {"Units": "mg/dL"}})").digest(), base);
}

}  // namespace
}  // namespace myocramp::io
