#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "myocramp/evaluate/leaderboard.hpp"
#include "myocramp/study/score.hpp"

namespace myocramp {

/// Rows of one class by subject; a recording whose subject is not known is of one of its own.
std::vector<std::vector<RecordingScore>> by_subject(const std::vector<ClassScore::Row>& rows);

/// Over all subjects, without intervals.
std::vector<Metric> metrics_of(const std::vector<std::vector<RecordingScore>>& subjects, const ScoreOptions& options);

/// Of one detector and class what SzCORE's own evaluation returns: means and standard deviations over the subjects that have an answer.
nlohmann::json szcore_json(const std::vector<ClassScore::Row>& rows);

/// metrics.csv. Rows without an answer are left out: most recordings lack most classes of signal-to-noise ratio.
class MetricsTable {
 public:
  MetricsTable();
  void add(const std::string& detector, const std::string& recording, const std::string& subject, const std::string& label,
           const std::vector<Metric>& metrics);
  /// Its difference to the first of the board, if it has one.
  void add_difference(const Standing& standing, const std::string& label);
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

}  // namespace myocramp
