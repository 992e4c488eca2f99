#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "myocramp/io/reader.hpp"
#include "myocramp/signal/recording.hpp"

namespace myocramp::io {

/// Where the events of a recording stand, whether there is such a file or not: NAME.events.tsv beside NAME.h5.
std::string events_path(const std::string& recording);

/// A table of a study: which subject, session, condition and covariates belong to which recording.
///
/// Read whole and checked whole, so that one wrong row is noticed whatever recording is opened.
class StudyTable {
 public:
  /// Reads `path` and, beside it, the file of the same name with .json for the units.
  /// Throws: DataError E-STUDY naming file, line and column; E-SIZE above 16 MiB; IoError E-MISSING, E-READ, E-TYPE.
  explicit StudyTable(const std::string& path);

  /// The table that belongs to a recording: `study` when it is named, else study.tsv in the recording's folder.
  /// One that was not named must be a regular file itself, no symbolic link. Throws: IoError E-TYPE.
  static std::string find(const std::string& recording, const std::string& study);

  /// Adds what the table says of a recording; it wins over the file, and differences become notes.
  /// Throws: DataError E-STUDY when rows of the recording disagree.
  void apply(Recording& recording) const;

  /// SHA-256 over all that apply() takes from the table for this recording.
  [[nodiscard]] std::string digest(const std::string& recording) const;

 private:
  struct Row {
    std::size_t line = 0;
    std::vector<std::string> name;   ///< parts of the recording's name
    std::string extension;           ///< empty: any
    std::vector<std::string> cells;  ///< empty: missing
  };
  struct Column {
    std::string name;
    bool is_covariate = false;
    bool has_levels = false;
    std::string unit;
    std::string method;
    std::vector<std::string> levels;
  };
  struct Match {
    std::vector<const Row*> rows;
    bool by_end = false;  ///< the name is only the end of the path below the table's folder
  };

  void read_units();
  void check_cell(const Row& row, std::size_t column) const;
  [[nodiscard]] Match match(const std::string& recording) const;
  [[nodiscard]] std::string agreed(const Match& match, std::string_view column) const;
  [[nodiscard]] Covariate covariate(const Row& row, std::size_t column, double time_s) const;
  [[nodiscard]] std::vector<Covariate> covariates(const Match& match, std::vector<std::string>& notes) const;
  [[nodiscard]] std::size_t index_of(std::string_view column) const;
  [[noreturn]] void fail(const Row& row, const std::string& column, const std::string& expected, const std::string& found) const;

  std::string path_;
  std::string units_path_;
  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

/// Adds what stands beside a recording: NAME.events.tsv, and its rows of the study's table.
/// Throws: DataError E-EVENTS, E-STUDY, E-SIZE; IoError.
void read_sidecars(Recording& recording, const OpenOptions& options);

}  // namespace myocramp::io
