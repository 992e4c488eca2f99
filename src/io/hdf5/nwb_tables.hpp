#pragma once

#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "io/hdf5/nwb_objects.hpp"
#include "myocramp/signal/covariate.hpp"
#include "myocramp/signal/episode.hpp"
#include "myocramp/signal/event.hpp"

namespace myocramp::io::hdf5 {

/// Paths of objects that a column refers to.
struct References {
  std::vector<std::string> paths;
};

/// One column of a table: its values all of one kind, one per row.
struct TableColumn {
  std::string name;
  std::string description;
  std::variant<std::vector<double>, std::vector<int>, std::vector<std::string>, References> values;
};

/// A DynamicTable, or TimeIntervals when it has start_time and stop_time.
struct Table {
  std::string name;
  std::string description;
  std::vector<TableColumn> columns;

  [[nodiscard]] std::size_t rows() const;
  [[nodiscard]] bool is_intervals() const;
  /// A new empty column of numbers or of texts at the end.
  std::vector<double>& numbers(const std::string& column, const std::string& what);
  std::vector<std::string>& texts(const std::string& column, const std::string& what);
};

/// Writes a table; returns its group. Throws: CallFailed; InvalidArgument E-TEXT; E-TIME for an interval without times.
Node write_table(const NwbObjects& objects, const Node& parent, const Table& table);

/// Holds that an interval has times. Throws: InvalidArgument E-TIME.
void require_times(double start_s, double stop_s, const std::string& place);

/// Writes the group of a table without columns, for those whose columns are no plain lists.
Node write_table_group(const NwbObjects& objects, const Node& parent, const Table& table, std::size_t rows);

/// Writes one column's dataset below a table's group.
Node write_column(const NwbObjects& objects, const Node& group, const TableColumn& column);

/// "n/a" for what is empty.
std::string or_none(const std::string& text);

/// One row of invalid_times: a stretch that no result may rest on, or a gap of one signal.
struct InvalidRow {
  InvalidSpan span;
  std::string series;  ///< of a gap; empty: of the recording
};

/// One row of cramp_episodes, as its cells stand in the file.
struct LabelRow {
  double start_s = 0;
  double stop_s = 0;
  std::string label;
  std::string channels;
  std::string annotator;
  std::string label_source;
  double confidence = std::numeric_limits<double>::quiet_NaN();
  double score = std::numeric_limits<double>::quiet_NaN();
  std::string detector;
  int id = -1;  ///< of a row that has one; it does not count when rows are compared
};
std::vector<LabelRow> label_rows(const std::vector<Event>& labels);

/// The order of rows in tables of events: by start, then by all else that tells rows apart.
bool label_before(const LabelRow& a, const LabelRow& b);

/// The tables of the profile, rows sorted; without rows they are not to be written. `scored`: with score and detector in any case.
Table cramp_table(std::vector<LabelRow> rows, bool scored = false);
Table detection_table(const std::vector<Episode>& episodes);
Table annotated_table(const std::vector<AnnotatedSpan>& spans);
Table invalid_table(const std::vector<InvalidRow>& rows);
Table train_table(const std::vector<StimTrain>& trains);
Table protocol_table(const std::vector<Phase>& protocol);
Table covariate_table(const std::vector<Covariate>& covariates);

}  // namespace myocramp::io::hdf5
