#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

/// Whether `text` is well-formed UTF-8.
bool is_utf8(std::string_view text);

/// `text` cut at every `separator`; always at least one piece.
std::vector<std::string> split(std::string_view text, char separator);

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
