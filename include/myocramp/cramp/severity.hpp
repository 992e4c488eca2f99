#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace myocramp {

struct Episode;

/// A user's own ordinal scale: the grade of an episode is the number of `limits` that its `measure` reaches.
///
/// Without a measure nothing is graded: there is no scale of severity that EMG can stand for.
struct SeverityScale {
  std::string measure;         ///< a column of episodes.tsv; empty: none
  std::vector<double> limits;  ///< ascending, in the unit of the measure

  bool operator==(const SeverityScale&) const = default;
};

/// Reads "MEASURE:LIMIT,LIMIT,..." such as "peak_uv:50,100,200"; empty text is no scale. And back, with shortest numbers.
/// Throws: InvalidArgument E-OPTION for an unknown measure, or limits that are missing, not finite or do not ascend.
SeverityScale severity_scale_of_text(std::string_view text);
std::string to_text(const SeverityScale& severity);

/// The grade, 0 to the number of limits; NaN without a scale or where the measure has no answer.
double severity_grade(const Episode& episode, const SeverityScale& scale);

}  // namespace myocramp
