#include "myocramp/io/events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <cmath>
#include <limits>
#include <locale>

#include "io/tsv.hpp"
#include "io/wall_clock.hpp"
#include "support/errors.hpp"
#include "support/temp_dir.hpp"

namespace myocramp::io {
namespace {

using test::expect_error;
using test::TempDir;
using testing::ElementsAre;

const std::string kHeader = "onset\tduration\ttrial_type\tchannel\tconfidence\tannotator\tlabel_source\tscore\tdetector\n";

Event event(double onset_s, double duration_s, const std::string& trial_type) {
  Event e;
  e.onset_s = onset_s;
  e.duration_s = duration_s;
  e.trial_type = trial_type;
  return e;
}

std::vector<Event> parse(const std::string& text) {
  const TempDir dir;
  return read_events(dir.write("x.events.tsv", text));
}

void expect_refused(const std::string& text, const std::vector<std::string>& parts) {
  const TempDir dir;
  const std::string path = dir.write("x.events.tsv", text);
  std::vector<std::string> all = parts;
  all.push_back(path + ": line ");
  expect_error<DataError>([&] { read_events(path); }, "E-EVENTS", all);
}

TEST(Cells, AreShortRoundTripNumbersOrNotAvailable) {
  EXPECT_EQ(cell(0.1), "0.1");
  EXPECT_EQ(cell(-0.0), "0");
  EXPECT_EQ(cell(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(cell(std::numeric_limits<double>::quiet_NaN()), "n/a");
  EXPECT_EQ(cell(std::numeric_limits<double>::infinity()), "n/a");
  EXPECT_EQ(cell(-7), "-7");
  EXPECT_EQ(cell(std::int64_t{1} << 40), "1099511627776");
  EXPECT_EQ(cell(""), "n/a");
}

TEST(Cells, EscapeWhatWouldBreakATable) {
  EXPECT_EQ(cell("a\tb\nc\rd\x7f"), "a\\x09b\\x0ac\\x0dd\\x7f");
  EXPECT_EQ(cell("Wadenkrampf \xC3\xA4"), "Wadenkrampf \xC3\xA4");       // valid UTF-8 stays
  EXPECT_EQ(cell("\xC3"), "\\xc3");                                      // a cut sequence
  EXPECT_EQ(cell("\xC0\xAF\xED\xA0\x80"), "\\xc0\\xaf\\xed\\xa0\\x80");  // overlong, surrogate
  EXPECT_EQ(cell("\xF4\x8F\xBF\xBF\xE2\x82\xAC"), "\xF4\x8F\xBF\xBF\xE2\x82\xAC");
  for (const std::string text : {"a\\x09b", "\t\\", "\\x", "plain", "\xff\xfe"}) EXPECT_EQ(unescape(escape(text)), text);
}

TEST(TsvWriter, WritesHeaderAndRowsAndHoldsTheirWidth) {
  TsvWriter table({"a", "b"});
  table.row({cell(1), cell("x")});
  EXPECT_EQ(table.text(), "a\tb\n1\tx\n");
  expect_error<InternalError>([&] { table.row({"1"}); }, "E-INTERNAL", {"expected 2 cells, found 1"});
}

TEST(FormatEvents, WritesNineColumnsSortedByOnset) {
  Event cramp = event(2.5, 1, "cramp");
  cramp.channels = {"GM", "GL"};
  cramp.confidence = 0.9;
  cramp.annotator = "A";
  cramp.label_source = "manual";
  Event twitch = event(0.1, 0.05, "twitch");
  twitch.score = 3;
  twitch.detector = "bonato";
  EXPECT_EQ(format_events({cramp, twitch}, 10),
            kHeader + "0.1\t0.05\ttwitch\tn/a\tn/a\tn/a\tn/a\t3\tbonato\n" + "2.5\t1\tcramp\tGM|GL\t0.9\tA\tmanual\tn/a\tn/a\n");
}

TEST(FormatEvents, WithoutEventsWritesOneBackgroundRow) {
  EXPECT_NE(format_events({}, 40, -20).find("\n-20\t40\tbckg"), std::string::npos);
  const std::string text = format_events({}, 12.5);
  EXPECT_EQ(text, kHeader + "0\t12.5\tbckg\tn/a\tn/a\tn/a\tn/a\tn/a\tn/a\n");
  EXPECT_TRUE(parse(text).empty());
}

TEST(ReadEvents, GivesBackWhatWasWritten) {
  Event e = event(1.0 / 3, 1e-7, "cramp");
  e.channels = {"a|b", "c\td", "e\\x41"};
  e.annotator = "B\n";
  e.score = -1e300;
  const std::string text = format_events({e}, 10);
  const std::vector<Event> back = parse(text);
  ASSERT_EQ(back.size(), 1U);
  EXPECT_EQ(back[0].onset_s, e.onset_s);
  EXPECT_EQ(back[0].duration_s, e.duration_s);
  EXPECT_EQ(back[0].channels, e.channels);
  EXPECT_EQ(back[0].annotator, "B\n");
  EXPECT_EQ(back[0].score, -1e300);
  EXPECT_EQ(format_events(back, 10), text);
}

TEST(ReadEvents, FindsColumnsByNameAndSortsByOnset) {
  const std::vector<Event> e = parse("extra\tduration\tonset\tchannel\nx\t1\t9\tGM|GL\ny\t2\t3\tn/a\n");
  ASSERT_EQ(e.size(), 2U);
  EXPECT_EQ(e[0].onset_s, 3);
  EXPECT_TRUE(e[0].channels.empty());
  EXPECT_EQ(e[1].channels, (std::vector<std::string>{"GM", "GL"}));
  EXPECT_TRUE(std::isnan(e[1].confidence));
  EXPECT_EQ(e[1].trial_type, "");
}

TEST(ReadEvents, ToleratesByteOrderMarkCarriageReturnsBlankLinesAndAMissingLastNewline) {
  const std::vector<Event> e = parse("\xEF\xBB\xBFonset\tduration\r\n1\t2\r\n\r\n3\t4");
  ASSERT_EQ(e.size(), 2U);
  EXPECT_EQ(e[1].offset_s(), 7);
}

struct DecimalComma : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
};

TEST(ReadEvents, DoesNotDependOnTheLocale) {
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new DecimalComma));
  const std::string c_before = std::setlocale(LC_ALL, nullptr);
  std::setlocale(LC_ALL, "de_DE.UTF-8");  // where it is installed
  const std::vector<Event> e = parse("onset\tduration\n0.5\t2000\n");
  const std::string text = format_events(e, 1);
  std::setlocale(LC_ALL, c_before.c_str());
  std::locale::global(before);
  EXPECT_EQ(e.at(0).onset_s, 0.5);
  EXPECT_NE(text.find("0.5\t2000"), std::string::npos);
}

TEST(ReadEvents, RefusesWhatItCannotTakeNamingLineAndColumn) {
  expect_refused("", {"expected a header row, found an empty file"});
  expect_refused("duration\n1\n", {"line 1", "expected a column onset, found columns duration"});
  expect_refused("onset\n1\n", {"expected a column duration"});
  expect_refused("onset\tduration\n1\t2\n1\n", {"line 3: expected 2 columns, found 1"});
  expect_refused("onset\tduration\n1\t2\t3\n", {"line 2: expected 2 columns, found 3"});
  expect_refused("onset\tduration\n1\t-2\n", {"line 2, column duration: expected a duration of at least 0 s, found -2"});
  expect_refused("onset\tduration\n1,5\t2\n", {"line 2, column onset: expected a number or n/a, found 1,5"});
  for (const std::string bad : {"nan", "inf", "-inf", "1e999", "0x10", "1 ", " 1", "+1", "1s"}) {
    expect_refused("onset\tduration\n" + bad + "\t2\n", {"line 2, column onset"});
  }
  expect_refused("onset\tduration\nn/a\t2\n", {"column onset: expected a number, found n/a"});
  expect_refused("onset\tduration\n1\tn/a\n", {"line 2, column duration: expected a number, found n/a"});
  expect_refused("onset\tduration\ttrial_type\n1\t2\tphase:nap\n", {"line 2, column trial_type", "rest, mvc, exercise", "found phase:nap"});
}

TEST(ReadEventTable, TakesALabelOfUnknownLengthForAnInstantWithANote) {  // as BIDS allows and MNE-BIDS reads it
  const TempDir dir;
  const std::string path = dir.write("a.tsv",
                                     "onset\tduration\ttrial_type\n1\t2\tcramp\n5\tn/a\tcr\x1b"
                                     "amp\n9\t0\ttwitch\n");
  const EventTable table = read_event_table(path);
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_EQ(table.rows[1].onset_s, 5);
  EXPECT_EQ(table.rows[1].duration_s, 0);
  EXPECT_THAT(table.notes, ElementsAre("a.tsv: line 3, column duration: n/a: cr\\x1bamp at 5 s is taken for an instant"));
}

TEST(ReadEventTable, PassesOverPhasesAndBackgroundOfUnknownLengthWithANote) {  // an instant of them says nothing
  const TempDir dir;
  const std::string path = dir.write("a.tsv", "onset\tduration\ttrial_type\n0\tn/a\tphase:rest\n1\tn/a\tbckg\n2\t3\tphase:rest\n");
  const EventTable table = read_event_table(path);
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0].onset_s, 2);
  EXPECT_TRUE(std::isnan(table.background_s));
  EXPECT_THAT(table.notes,
              ElementsAre("E-TABLE: a.tsv: line 2, column duration: expected a number for phase:rest, found n/a: row passed over",
                          "E-TABLE: a.tsv: line 3, column duration: expected a number for bckg, found n/a: row passed over"));
}

TEST(ReadEventTable, CountsRowsOfUnknownLengthBeyondTheFirst) {
  const TempDir dir;
  std::string text = "onset\tduration\ttrial_type\n";
  for (int i = 0; i < 25; ++i) text += "1\tn/a\tcramp\n";
  const EventTable table = read_event_table(dir.write("a.tsv", text));
  EXPECT_EQ(table.rows.size(), 25U);
  ASSERT_EQ(table.notes.size(), 11U);
  EXPECT_EQ(table.notes.back(), "a.tsv: 15 more rows of unknown length");
}

TEST(ReadEvents, RefusesMoreThanAMillionLines) {
  std::string text = "onset\tduration\n";
  for (int i = 0; i < 1'000'000; ++i) text += "1\t2\n";
  expect_refused(text, {"line 1000001", "at most 1000000 lines"});
}

TEST(ReadEvents, NamesAMissingFile) {
  const TempDir dir;
  expect_error<IoError>([&] { read_events(dir.file("none.tsv")); }, "E-MISSING", {dir.file("none.tsv")});
}

TEST(SplitPhases, SortsPhasesAndKeepsTheRest) {
  const EventsAndPhases s = split_phases({event(5, 2, "phase:stretch"), event(1, 1, "cramp"), event(0, 5, "phase:rest")});
  ASSERT_EQ(s.phases.size(), 2U);
  EXPECT_EQ(s.phases[0].name, "rest");
  EXPECT_EQ(s.phases[1].start_s, 5);
  EXPECT_EQ(s.phases[1].stop_s, 7);
  ASSERT_EQ(s.events.size(), 1U);
  expect_error<DataError>([] { split_phases({event(0, 1, "phase:Rest")}); }, "E-EVENTS", {"phase:Rest"});
}

TEST(UtcTimestamp, ReadsTheDatesOfRecorders) {
  EXPECT_EQ(utc_timestamp("2017-1-23", "10:28:51.69"), "2017-01-23T10:28:51.690+00:00");
  EXPECT_EQ(utc_timestamp("2019-10-15", "17:7:28.685999"), "2019-10-15T17:07:28.685999+00:00");
  EXPECT_EQ(utc_timestamp("2020-2-29", "0:0:0"), "2020-02-29T00:00:00.000+00:00");
}

TEST(UtcTimestamp, IsEmptyForWhatIsNoDate) {
  for (const std::string date :
       {"", "2019-2-29", "2019-13-1", "2019-0-1", "2019-1-0", "2019-1", "2019-1-1-1", "-2019-1-1", "19a-1-1", "99999-1-1"}) {
    EXPECT_EQ(utc_timestamp(date, "1:2:3"), "") << date;
  }
  for (const std::string time : {"", "24:0:0", "1:60:0", "1:2:60", "1:2", "1:2:3.x", "1:-2:3", "1:2:3:4", "99999999999:1:1"}) {
    EXPECT_EQ(utc_timestamp("2019-1-1", time), "") << time;
  }
}

TEST(Events, BytesThatAreNoTextAreRefusedByLine) {
  const std::string header = "onset\tduration\tannotator\n";
  expect_refused(header + "1\t2\tRen\xC3\xA9\n3\t1\tRen\xE9\n", {"line 3, column annotator", "UTF-8", "Ren\\xe9"});
  expect_refused(header + std::string("1\t2\ta\0b\n", 8), {"line 2, column annotator", "NUL", "a\\x00b"});
  expect_refused("onset\tduration\tnot\xE9\n1\t2\tx\n", {"line 1", "UTF-8"});
}

}  // namespace
}  // namespace myocramp::io
