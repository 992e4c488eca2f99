#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "myocramp/core/error.hpp"

namespace myocramp::io {

/// Cells of a tab-separated table: "n/a" for NaN, infinities and empty text; numbers as short as a round trip allows, in no locale.
std::string cell(double value);
std::string cell(std::int64_t value);
std::string cell(int value);
std::string cell(const std::string& text);

/// A number as short as a round trip allows, in no locale; for messages, so NaN reads "nan".
std::string shortest(double value);

/// Text that cannot break a table: control characters, backslashes and bytes that are not UTF-8 become \xNN. unescape() gives it back.
std::string escape(std::string_view text);
std::string unescape(std::string_view text);

/// Whether `text` is UTF-8 throughout (Unicode 15, table 3-7).
bool is_utf8(std::string_view text);

/// `text` cut at every `separator`; always at least one piece.
std::vector<std::string> split(std::string_view text, char separator);

/// Reads a tab-separated table with a header row, cells found by column name; "n/a" and empty cells are missing.
///
/// A byte order mark, CRLF and blank lines are passed over; at most a million lines.
/// Throws: DataError with `code`, naming file, line and column; IoError E-MISSING, E-READ, E-TYPE; DataError E-SIZE beyond `limit` bytes.
class TsvReader {
 public:
  static constexpr std::size_t kNoColumn = std::numeric_limits<std::size_t>::max();

  TsvReader(const std::string& path, std::string code, std::size_t limit = std::size_t{64} << 20U);
  TsvReader(const TsvReader&) = delete;
  TsvReader& operator=(const TsvReader&) = delete;

  /// Steps to the next row that is not blank; false at the end.
  bool next_row();

  [[nodiscard]] const std::vector<std::string>& header() const noexcept { return header_; }
  [[nodiscard]] const std::vector<std::string>& cells() const noexcept { return cells_; }  ///< of this row, as they stand
  [[nodiscard]] std::size_t line() const noexcept { return line_; }
  [[nodiscard]] std::size_t column(std::string_view name) const;  ///< kNoColumn when there is none
  [[nodiscard]] std::size_t required_column(std::string_view name) const;

  /// The raw cell; empty for "n/a" and for a column that is not there.
  [[nodiscard]] std::string raw(std::size_t column) const;
  [[nodiscard]] std::string text(std::size_t column) const;
  /// A finite number, or NaN for "n/a".
  [[nodiscard]] double number(std::size_t column) const;

  /// The error of this line; `column` may be empty.
  [[nodiscard]] DataError fail(const std::string& column, const std::string& expected, const std::string& found) const;

 private:
  bool next_line();
  [[nodiscard]] std::string joined_header() const;

  std::string path_;
  std::string code_;
  std::string text_;
  std::string_view rest_;
  std::size_t line_ = 0;
  std::vector<std::string> header_;
  std::vector<std::string> cells_;
};

/// Builds a tab-separated table as text: UTF-8, LF, a header and then the rows in the order given.
class TsvWriter {
 public:
  explicit TsvWriter(std::vector<std::string> columns);

  /// Adds a row of cells made by cell(). Throws: InternalError E-INTERNAL when their number is not that of the columns.
  void row(const std::vector<std::string>& cells);
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::size_t columns_;
  std::string text_;
};

}  // namespace myocramp::io
