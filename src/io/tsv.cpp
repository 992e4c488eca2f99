#include "io/tsv.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

#include "platform/files.hpp"

namespace myocramp::io {
namespace {

constexpr std::size_t kMaxLines = 1'000'000;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr char kHex[] = "0123456789abcdef";

/// Length of the valid UTF-8 sequence at the start of `text`; 0 when there is none (Unicode 15, table 3-7).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto continues = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) { return byte(i) >= low && byte(i) <= high; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return continues(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) return continues(1, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf) && continues(2) ? 3 : 0;
  if (lead < 0xf0 || lead > 0xf4) return 0;
  return continues(1, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf) && continues(2) && continues(3) ? 4 : 0;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

template <class Number>
std::string digits(Number value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

}  // namespace

std::string cell(double value) {
  if (!std::isfinite(value)) return "n/a";
  return shortest(value == 0 ? 0.0 : value);  // no "-0"
}
std::string cell(std::int64_t value) { return digits(value); }
std::string cell(int value) { return digits(value); }
std::string cell(const std::string& text) { return text.empty() ? "n/a" : escape(text); }

std::string shortest(double value) { return digits(value); }

namespace {

/// A character beyond ASCII that steers a terminal (U+0080 to U+009F) or turns the direction of the text after it.
bool steers(std::string_view c) {
  if (c.size() == 2) return c[0] == '\xc2' && static_cast<unsigned char>(c[1]) < 0xa0;
  const auto within = [&](std::string_view first, std::string_view last) { return c >= first && c <= last; };
  return within("\u202a", "\u202e") || within("\u2066", "\u2069");
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    const std::size_t length = utf8_length(text);
    if (length == 0 || byte < 0x20 || byte == 0x7f || byte == '\\' || steers(text.substr(0, length))) {
      out += {'\\', 'x', kHex[byte >> 4U], kHex[byte & 15U]};
      text.remove_prefix(1);
    } else {
      out += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return out;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool marked = i + 3 < text.size() && text[i] == '\\' && text[i + 1] == 'x';
    const int high = marked ? hex_value(text[i + 2]) : -1;
    const int low = marked ? hex_value(text[i + 3]) : -1;
    if (high >= 0 && low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> pieces;
  for (;;) {
    const std::size_t end = text.find(separator);
    pieces.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

TsvReader::TsvReader(const std::string& path, std::string code, std::size_t limit)
    : path_(path), code_(std::move(code)), text_(platform::read_text(path, limit)), rest_(text_) {
  if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
  if (!next_line()) throw fail("", "a header row", "an empty file");
  header_ = cells_;
}

bool TsvReader::next_row() {
  do {
    if (!next_line()) return false;
  } while (cells_.size() == 1 && cells_[0].empty() && header_.size() > 1);
  if (cells_.size() != header_.size()) {
    throw fail("", std::to_string(header_.size()) + " columns", std::to_string(cells_.size()));
  }
  return true;
}

std::size_t TsvReader::column(std::string_view name) const {
  const auto it = std::find(header_.begin(), header_.end(), name);
  return it == header_.end() ? kNoColumn : static_cast<std::size_t>(it - header_.begin());
}

std::size_t TsvReader::required_column(std::string_view name) const {
  const std::size_t c = column(name);
  if (c == kNoColumn) throw fail("", "a column " + std::string(name), "columns " + joined_header());
  return c;
}

std::string TsvReader::raw(std::size_t column) const {
  if (column == kNoColumn || cells_[column] == "n/a") return "";
  return cells_[column];
}

std::string TsvReader::text(std::size_t column) const { return unescape(raw(column)); }

double TsvReader::number(std::size_t column) const {
  const std::string cell = raw(column);
  if (cell.empty()) return std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value)) {
    throw fail(header_[column], "a number or n/a", printable(cell));
  }
  return value;
}

DataError TsvReader::fail(const std::string& column, const std::string& expected, const std::string& found) const {
  const std::string place = "line " + std::to_string(line_) + (column.empty() ? "" : ", column " + printable(column));
  return DataError({code_, path_, place, expected, found});
}

bool TsvReader::next_line() {
  if (rest_.empty()) return false;
  if (++line_ > kMaxLines) throw fail("", "at most " + std::to_string(kMaxLines) + " lines", "more");
  const std::size_t end = rest_.find('\n');
  std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  cells_ = split(line, '\t');
  return true;
}

std::string TsvReader::joined_header() const {
  std::string text;
  for (const std::string& name : header_) text += (text.empty() ? "" : " ") + name;
  return printable(text);
}

TsvWriter::TsvWriter(std::vector<std::string> columns) : columns_(columns.size()) { row(columns); }

void TsvWriter::row(const std::vector<std::string>& cells) {
  if (cells.size() != columns_) {
    throw InternalError({"E-INTERNAL", "", "table", std::to_string(columns_) + " cells", std::to_string(cells.size())});
  }
  for (std::size_t i = 0; i < cells.size(); ++i) text_ += (i == 0 ? "" : "\t") + cells[i];
  text_ += '\n';
}

}  // namespace myocramp::io
