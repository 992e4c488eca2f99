#include "myocramp/evaluate/leaderboard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace myocramp {
namespace {

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

}  // namespace
}  // namespace myocramp
