#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/hdf5/file.hpp"

namespace myocramp::io::hdf5 {

/// A DynamicTable of NWB: a group whose datasets are columns of one length. Columns are asked for by name; others are never opened.
class NwbTable {
 public:
  /// Throws: DataError E-PATH, E-LINK, E-TABLE for no column to count rows by.
  NwbTable(const File& file, const std::string& path);

  [[nodiscard]] const std::string& path() const noexcept { return group_.path; }
  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] bool has(const std::string& column) const { return has_link(group_, column); }

  /// A column as texts; "n/a" and a column that is not there read as empty. Numbers become their digits, Booleans "yes" and "no".
  /// A ragged column (with <column>_index) has its texts joined by ", ". Throws: as read_texts, and E-TABLE for another number of rows.
  [[nodiscard]] std::vector<std::string> texts(const std::string& column) const;

  /// A column of names, several to a row: the texts of a ragged column as they stand, else each cell's names between '|', as channels_cell()
  /// joins them. Throws: as texts().
  [[nodiscard]] std::vector<std::vector<std::string>> names(const std::string& column) const;

  /// A column as numbers; NaN for one that is not there. Throws: as read_numbers, and E-TABLE.
  [[nodiscard]] std::vector<double> numbers(const std::string& column) const;

  /// As numbers(), for a column that must be there. Throws: E-TABLE.
  [[nodiscard]] std::vector<double> required_numbers(const std::string& column) const;

 private:
  [[nodiscard]] std::string column_path(const std::string& column) const;
  [[nodiscard]] std::vector<std::vector<std::string>> ragged(const std::string& column) const;
  void require_rows(const std::string& column, std::size_t found) const;

  const File& file_;
  std::string raw_path_;
  Object group_;
  std::size_t rows_ = 0;
};

/// A text of a file as it is kept: as it stands, whatever characters it has, when it is UTF-8 without NUL, else escaped with \xNN.
std::string kept_text(const std::string& text);

}  // namespace myocramp::io::hdf5
