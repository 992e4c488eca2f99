#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "myocramp/evaluate/score.hpp"

namespace myocramp {

/// One detector on a leaderboard.
struct Standing {
  std::string detector;
  std::vector<Metric> metrics;  ///< over all subjects, with intervals
  std::size_t n_failed = 0;     ///< recordings that it did not get through, which count as nothing found
  double times_real_time = std::numeric_limits<double>::quiet_NaN();  ///< median over recordings; NaN: not said
  std::optional<Comparison> to_first{};                               ///< its F1 less that of the first of the board, on the same subjects
};

/// Detectors on the same recordings and one class of events, best first.
struct Board {
  std::string label;
  std::size_t n_recordings = 0;
  std::size_t n_subjects = 0;  ///< that are known
  std::vector<Standing> standings;
  std::size_t n_of_unknown = 0;  ///< recordings whose subject is not known; then there are no intervals
};

/// A recording that a detector did not get through.
struct BoardFailure {
  std::string detector;
  std::string recording;
  std::string reason;
};

struct Leaderboard {
  std::string title;
  std::vector<std::string> remarks;  ///< on what was done, one paragraph each
  std::vector<Board> boards;
  std::vector<BoardFailure> failures;
  BootstrapOptions bootstrap;
};

/// A metric by group and name; nullptr when there is none.
const Metric* find_metric(const std::vector<Metric>& metrics, const std::string& group, const std::string& name);

/// Orders by F1 at the primary IoU of score_options(Preset::kCramp), the largest first; without an answer last, equals by name.
void rank(std::vector<Standing>& standings);

/// Compares the F1 of each but the first with the first's (compare()), the p values adjusted for their number. Who has no F1 is left out.
/// `subjects`: the scores behind each standing, in its order. Throws: InvalidArgument E-LENGTH when they differ in number.
/// Source: Holm 1979 Scand J Stat 6:65.
void compare_to_first(std::vector<Standing>& standings, const std::vector<std::vector<std::vector<RecordingScore>>>& subjects,
                      const BootstrapOptions& options = {});

/// As Markdown; and as one HTML page that loads nothing, with F1 and its interval drawn. Text is UTF-8 and told whole; what would be read as HTML,
/// as a table or as another line is escaped.
/// Intervals below `bootstrap.least_subjects` subjects read "not estimable"; the columns of speed and of differences are there when one detector has them.
std::string to_markdown(const Leaderboard& board);
std::string to_html(const Leaderboard& board);

}  // namespace myocramp
