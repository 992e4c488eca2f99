#include "myocramp/evaluate/leaderboard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <tuple>

namespace myocramp {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

Standing standing(std::string name, double f1, Confidence interval = {}) {
  return {std::move(name), {{"iou_0.5", "f1", "1", f1, false, interval}, {"iou_0.5", "n_reference", "1", 12, true, {}}}, 0, kNone};
}

Leaderboard leaderboard(std::vector<Standing> standings, std::size_t n_subjects = 7) {
  return {"a board", {"a remark"}, {{"any", 9, n_subjects, std::move(standings)}}, {}, {}};
}

TEST(Leaderboard, RanksByF1ThenNameAndWithoutAnAnswerLast) {
  std::vector<Standing> s = {standing("none", kNone), standing("b", 0.5), standing("best", 0.9), standing("a", 0.5),
                             standing("also", kNone)};
  rank(s);
  std::vector<std::string> names;
  for (const Standing& one : s) names.push_back(one.detector);
  EXPECT_EQ(names, (std::vector<std::string>{"best", "a", "b", "also", "none"}));
}

TEST(Leaderboard, ShowsValuesIntervalsAndCounts) {
  const std::string text = to_markdown(leaderboard({standing("one", 0.75, {0.5, 0.875, IntervalKind::kPercentile})}));
  EXPECT_THAT(text, HasSubstr("| 1 | one | 0.75 [0.5, 0.875] |"));
  EXPECT_THAT(text, HasSubstr("12 labelled events in 9 recordings of 7 subjects"));
  EXPECT_THAT(text, HasSubstr("95 % intervals, 2000 resamples of subjects"));
  EXPECT_THAT(text, Not(HasSubstr("x real time")));
}

TEST(Leaderboard, SaysThatFewSubjectsHaveNoIntervals) {
  EXPECT_THAT(to_markdown(leaderboard({standing("one", 0.75)}, 4)), HasSubstr("not estimable with fewer than 5 subjects"));
  EXPECT_THAT(to_html(leaderboard({standing("one", 0.75)}, 4)), HasSubstr("not estimable with fewer than 5 subjects"));
}

TEST(Leaderboard, CountsAreWholeNumbers) {
  Standing many = standing("one", 0.75);
  many.metrics[1].value = 12345;
  EXPECT_THAT(to_markdown(leaderboard({many})), HasSubstr("12345 labelled events"));
}

TEST(Leaderboard, SaysThatSubjectsWhoAreNotKnownHaveNoIntervals) {
  Leaderboard board = leaderboard({standing("one", 0.75)});
  board.boards[0].n_of_unknown = 9;
  EXPECT_THAT(to_markdown(board), HasSubstr("in 9 recordings of subjects who are not known"));
  EXPECT_THAT(to_markdown(board), HasSubstr("not estimable where subjects are not known"));
  board.boards[0].n_of_unknown = 2;
  EXPECT_THAT(to_markdown(board), HasSubstr("in 9 recordings of 7 known subjects and, in 2 of them, of others"));
}

TEST(Leaderboard, HasSpeedOnlyWhenItIsKnown) {
  Standing fast = standing("one", 0.5);
  fast.times_real_time = 1234;
  const std::string text = to_markdown(leaderboard({fast, standing("two", 0.25)}));
  EXPECT_THAT(text, HasSubstr("x real time"));
  EXPECT_THAT(text, HasSubstr("| 1.23e+03 | 0 |"));
  EXPECT_THAT(text, HasSubstr("| n/a | 0 |"));
}

TEST(Leaderboard, EscapesTextFromOutside) {
  Leaderboard board = leaderboard({standing("<b>|x", 0.5)});
  board.failures.push_back({"own", "a\nb", "<script>|"});
  for (const std::string& text : {to_markdown(board), to_html(board)}) {
    EXPECT_THAT(text, HasSubstr("&lt;b&gt;&#124;x"));
    EXPECT_THAT(text, HasSubstr("&lt;script&gt;&#124;"));
    EXPECT_THAT(text, HasSubstr("a\\x0ab"));
    EXPECT_THAT(text, Not(HasSubstr("<script>")));
  }
}

TEST(Leaderboard, TellsTextWholeAndEscapesItOnce) {
  const std::string remark = std::string(300, 'x') + " caf\u00e9 \\xff a\nb, and so to the end.";
  Leaderboard board = leaderboard({standing("one", 0.5)});
  board.remarks = {remark};
  board.boards[0].label = "Kr\u00e4mpfe";
  board.failures.push_back({"own", "caf\u00e9", remark});
  const std::string whole = std::string(300, 'x') + " caf\u00e9 \\xff a\\x0ab, and so to the end.";
  for (const auto& [text, before, after] : {std::tuple(to_markdown(board), "\n", "\n"), std::tuple(to_html(board), "<p>", "</p>\n")}) {
    EXPECT_THAT(text, HasSubstr(before + whole + after));
    EXPECT_THAT(text, HasSubstr("Class Kr\u00e4mpfe"));
    EXPECT_THAT(text.substr(text.find("Not got through")), AllOf(HasSubstr("caf\u00e9"), HasSubstr(whole)));
  }
}

TEST(Leaderboard, IsOnePageThatLoadsNothing) {
  const std::string html = to_html(leaderboard({standing("one", 0.75, {0.5, 0.875, IntervalKind::kBca}), standing("two", kNone)}));
  EXPECT_TRUE(html.starts_with("<!DOCTYPE html>"));
  EXPECT_TRUE(html.ends_with("</html>\n"));
  for (const char* outside : {"http", "src=", "<script", "<link", "@import", "url("}) EXPECT_THAT(html, Not(HasSubstr(outside)));
  // F1 of 0.75 and its interval, on a line of 96 from 2 on.
  EXPECT_THAT(html, HasSubstr("M50.0 6H86.0"));
  EXPECT_THAT(html, HasSubstr("cx=\"74.0\""));
}

TEST(Leaderboard, HasARowForEachStanding) {
  const std::string empty = to_markdown(leaderboard({}));
  EXPECT_THAT(empty, HasSubstr("n/a labelled events"));
  EXPECT_THAT(to_markdown(leaderboard({standing("one", 0.5), standing("two", 0.25)})), HasSubstr("| 2 | two | 0.25 |"));
}

// Eight subjects with four events each, of which a detector finds some and nothing else.
std::vector<std::vector<RecordingScore>> finds(int events) {
  std::vector<std::vector<RecordingScore>> out;
  for (int subject = 0; subject < 8; ++subject) {
    RecordingEvents r;
    for (int k = 0; k < 4; ++k) {
      ReferenceEvent e;
      e.start_s = 20.0 * k + subject;
      e.stop_s = e.start_s + 10;
      r.reference.push_back(e);
      FoundEvent f;
      f.start_s = e.start_s;
      f.stop_s = e.stop_s;
      if (k < events) r.found.push_back(f);
    }
    out.push_back({score_recording(r, {})});
  }
  return out;
}

TEST(Leaderboard, ComparesEachWithTheFirstAndAdjustsForTheirNumber) {
  std::vector<Standing> s = {standing("all", 1), standing("half", 2.0 / 3), standing("as good", 1), standing("none", 0)};
  compare_to_first(s, {finds(4), finds(2), finds(4), finds(0)});
  EXPECT_FALSE(s[0].to_first);
  EXPECT_NEAR(s[1].to_first->difference, 2.0 / 3 - 1, 1e-12);  // F1 of 16 found of 32, none false
  EXPECT_EQ(s[1].to_first->interval.kind, IntervalKind::kPercentile);
  EXPECT_NEAR(s[3].to_first->difference, -1, 1e-12);
  EXPECT_EQ(s[2].to_first->difference, 0);
  // Of 256 exchanges 2 are as uneven as all or none; Holm multiplies by 3, then by 2, and by 1.
  EXPECT_DOUBLE_EQ(s[1].to_first->p, 3 * 2.0 / 256);
  EXPECT_DOUBLE_EQ(s[3].to_first->p, 3 * 2.0 / 256);  // never below the one before
  EXPECT_DOUBLE_EQ(s[2].to_first->p, 1);

  const std::string text = to_markdown(leaderboard(s, 8));
  EXPECT_THAT(text, HasSubstr("F1 less the first's"));
  EXPECT_THAT(text, HasSubstr("| -0.333 [-0.333, -0.333], p 0.0234 |"));
  EXPECT_THAT(text, HasSubstr("adjusted for their number (Holm)"));
  EXPECT_THAT(to_markdown(leaderboard({standing("one", 0.5)})), Not(HasSubstr("less the first's")));
  EXPECT_THROW(compare_to_first(s, {finds(4)}), InvalidArgument);

  std::vector<Standing> without = {standing("all", 1), standing("no class", kNone)};
  without[1].metrics.clear();
  compare_to_first(without, {finds(4), finds(0)});
  EXPECT_FALSE(without[1].to_first);
}

}  // namespace
}  // namespace myocramp
