#include "io/hdf5/nwb_table.hpp"

#include <cmath>

#include "io/hdf5/small_dataset.hpp"
#include "io/tsv.hpp"

namespace myocramp::io::hdf5 {
namespace {

std::string number_text(double value) { return std::isnan(value) ? "" : shortest(value); }

std::vector<std::string> cells_as_texts(const File& file, const std::string& path) {
  const CellKind kind = cell_kind(file, path);
  std::vector<std::string> texts;
  if (kind == CellKind::kText || kind == CellKind::kOther) {
    for (const std::string& text : read_texts(file, path)) texts.push_back(text == "n/a" ? "" : text);
    return texts;
  }
  for (const double value : read_numbers(file, path)) {
    texts.push_back(kind == CellKind::kBoolean ? (value != 0 ? "yes" : "no") : number_text(value));
  }
  return texts;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

/// Names out of one cell; the inverse of channels_cell().
std::vector<std::string> unjoined(const std::string& cell) {
  if (cell.empty()) return {};
  std::vector<std::string> names = split(cell, '|');
  for (std::string& name : names) name = unescape(name);
  return names;
}

}  // namespace

NwbTable::NwbTable(const File& file, const std::string& path) : file_(file), raw_path_(path), group_(file.open_group(path)) {
  for (const char* const column : {"id", "start_time"}) {
    if (!has(column)) continue;
    rows_ = read_numbers(file_, column_path(column)).size();
    return;
  }
  throw DataError({"E-TABLE", group_.file, group_.path, "a table with a column id", "none"});
}

std::vector<std::string> NwbTable::texts(const std::string& column) const {
  if (!has(column)) return std::vector<std::string>(rows_);
  std::vector<std::string> texts;
  if (has(column + "_index")) {
    for (const std::vector<std::string>& row : ragged(column)) texts.push_back(joined(row));
    return texts;
  }
  texts = cells_as_texts(file_, column_path(column));
  require_rows(column, texts.size());
  for (std::string& text : texts) text = kept_text(text);
  return texts;
}

std::vector<std::vector<std::string>> NwbTable::names(const std::string& column) const {
  if (has(column) && has(column + "_index")) return ragged(column);
  std::vector<std::vector<std::string>> rows;
  for (const std::string& cell : texts(column)) rows.push_back(unjoined(cell));
  return rows;
}

std::vector<double> NwbTable::numbers(const std::string& column) const {
  if (!has(column)) return std::vector<double>(rows_, std::nan(""));
  std::vector<double> values = read_numbers(file_, column_path(column));
  require_rows(column, values.size());
  return values;
}

std::vector<double> NwbTable::required_numbers(const std::string& column) const {
  if (!has(column)) throw DataError({"E-TABLE", group_.file, group_.path, "a column " + column, "none"});
  return numbers(column);
}

std::string NwbTable::column_path(const std::string& column) const { return raw_path_ + "/" + column; }

/// The index holds, for each row, where its texts end.
std::vector<std::vector<std::string>> NwbTable::ragged(const std::string& column) const {
  const std::vector<std::string> cells = cells_as_texts(file_, column_path(column));
  const std::vector<double> ends = read_numbers(file_, column_path(column + "_index"));
  require_rows(column, ends.size());
  std::vector<std::vector<std::string>> rows;
  std::size_t begin = 0;
  for (const double end : ends) {
    if (!(end >= static_cast<double>(begin) && end <= static_cast<double>(cells.size()))) {
      throw DataError({"E-TABLE", group_.file, group_.path + "/" + column + "_index",
                       "ends that rise to at most " + std::to_string(cells.size()), shortest(end)});
    }
    std::vector<std::string> row;
    for (; begin < static_cast<std::size_t>(end); ++begin) {
      if (!cells[begin].empty()) row.push_back(kept_text(cells[begin]));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

void NwbTable::require_rows(const std::string& column, std::size_t found) const {
  if (found == rows_) return;
  throw DataError({"E-TABLE", group_.file, group_.path + "/" + column, std::to_string(rows_) + " rows", std::to_string(found)});
}

std::string kept_text(const std::string& text) { return is_utf8(text) && text.find('\0') == std::string::npos ? text : escape(text); }

}  // namespace myocramp::io::hdf5
