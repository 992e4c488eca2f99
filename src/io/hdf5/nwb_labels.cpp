#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "io/hdf5/attributes.hpp"
#include "io/hdf5/nwb_existing.hpp"
#include "io/hdf5/nwb_schema.hpp"
#include "io/hdf5/nwb_tables.hpp"
#include "io/hdf5/output_file.hpp"
#include "io/hdf5/small_dataset.hpp"
#include "io/hdf5/values.hpp"
#include "io/tsv.hpp"
#include "myocramp/io/nwb.hpp"

namespace myocramp::io {
namespace {

using hdf5::checked;
using hdf5::File;
using hdf5::LabelRow;
using hdf5::Node;
using hdf5::NwbObjects;
using hdf5::Object;
using hdf5::OutputFile;

constexpr std::array<const char*, 9> kKnownColumns = {"start_time",   "stop_time",  "label", "channels", "annotator",
                                                      "label_source", "confidence", "score", "detector"};

constexpr const char* kTablePath = "/intervals/cramp_episodes";
constexpr std::size_t kMaxMembers = 1000;
constexpr double kMaxId = 1e9;

/// What a column keeps when its rows are replaced.
struct ColumnSaid {
  std::optional<std::string> object_id;
  std::optional<std::string> description;
};

/// The table that is there.
struct OldTable {
  std::vector<std::string> columns;
  std::map<std::string, ColumnSaid> said;  ///< of the columns and of id
  std::vector<LabelRow> rows;

  [[nodiscard]] bool has(const std::string& name) const { return std::find(columns.begin(), columns.end(), name) != columns.end(); }
  /// Whether its rows are numbered 0, 1, 2 ...
  [[nodiscard]] bool counted() const {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].id != static_cast<int>(i)) return false;
    }
    return true;
  }
};

/// The file as it is before labels are added.
struct OldFile {
  std::string identifier;
  std::optional<OldTable> table;
};

std::vector<std::string> column_names(const Object& table) {
  hdf5::Value names = hdf5::read_attribute_value(table, "colnames");
  if (!names.is_text) throw DataError({"E-COLUMN", table.file, names.place, "texts", names.shown()});
  return std::move(names.texts);
}

/// Holds that the table is made of columns that we know, one dataset each. Throws: DataError E-COLUMN.
void check_columns(const Object& table, const OldTable& old) {
  const auto fail = [&](const std::string& found) {
    throw DataError({"E-COLUMN", table.file, table.path,
                     "columns start_time stop_time label channels annotator label_source confidence score detector", found});
  };
  std::set<std::string> members = {"id"};
  for (const std::string& name : old.columns) {
    if (std::find(kKnownColumns.begin(), kKnownColumns.end(), name) == kKnownColumns.end()) fail(printable(name));
    if (!members.insert(name).second) fail(printable(name) + " twice");
  }
  for (const char* name : {"start_time", "stop_time"}) {
    if (!old.has(name)) fail("none of the name " + std::string(name));
  }
  for (const hdf5::Link& link : hdf5::links(table, kMaxMembers)) {
    if (members.count(link.name) == 0) fail(printable(link.name));
  }
}

/// Reads the columns of one table, each held against the others.
class OldColumns {
 public:
  OldColumns(const File& file, OldTable& old) : file_(file), old_(old) {
    const std::vector<double> ids = read_numbers("id");
    old.rows.resize(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (!(ids[i] >= 0 && ids[i] <= kMaxId && ids[i] == std::floor(ids[i]))) {
        throw DataError({"E-COLUMN", file_.path(), path_of("id"), "whole numbers from 0 to 1e9", shortest(ids[i])});
      }
      old.rows[i].id = static_cast<int>(ids[i]);
    }
  }

  void numbers(const std::string& name, double LabelRow::* member) {
    if (old_.has(name)) fill(name, read_numbers(name), member);
  }
  void texts(const std::string& name, std::string LabelRow::* member) {
    if (old_.has(name)) return fill(name, read_texts(name), member);
    for (LabelRow& row : old_.rows) row.*member = nwb::kNone;
  }

 private:
  static std::string path_of(const std::string& name) { return std::string(kTablePath) + "/" + name; }

  std::vector<double> read_numbers(const std::string& name) {
    std::vector<double> values = hdf5::read_numbers(file_, path_of(name));  // first: it holds that they stand inside the file
    if (hdf5::cell_kind(file_, path_of(name)) != hdf5::CellKind::kNumber) {
      throw DataError({"E-DTYPE", file_.path(), path_of(name), "numbers", "Booleans"});
    }
    remember(name);
    return values;
  }
  std::vector<std::string> read_texts(const std::string& name) {
    std::vector<std::string> values = hdf5::read_texts(file_, path_of(name));
    remember(name);
    return values;
  }
  void remember(const std::string& name) {
    const Object dataset = file_.open_dataset(path_of(name));
    old_.said[name] = {hdf5::read_raw_text_attribute(dataset, "object_id"), hdf5::read_raw_text_attribute(dataset, "description")};
  }

  template <class T>
  void fill(const std::string& name, const std::vector<T>& values, T LabelRow::* member) {
    if (values.size() != old_.rows.size()) {
      throw DataError({"E-COLUMN", file_.path(), path_of(name), std::to_string(old_.rows.size()) + " rows", std::to_string(values.size())});
    }
    for (std::size_t i = 0; i < values.size(); ++i) old_.rows[i].*member = values[i];
  }

  const File& file_;
  OldTable& old_;
};

OldTable read_old_table(const File& file, const Object& table) {
  OldTable old;
  old.columns = column_names(table);
  check_columns(table, old);
  OldColumns columns(file, old);
  columns.numbers("start_time", &LabelRow::start_s);
  columns.numbers("stop_time", &LabelRow::stop_s);
  columns.texts("label", &LabelRow::label);
  columns.texts("channels", &LabelRow::channels);
  columns.texts("annotator", &LabelRow::annotator);
  columns.texts("label_source", &LabelRow::label_source);
  columns.numbers("confidence", &LabelRow::confidence);
  columns.numbers("score", &LabelRow::score);
  columns.texts("detector", &LabelRow::detector);
  for (LabelRow& row : old.rows) {
    if (std::isnan(row.stop_s)) row.stop_s = row.start_s;  // an instant
  }
  return old;
}

OldFile read_old_file(const std::string& path) {
  const File file(path);
  OldFile old{hdf5::existing_identifier(file), std::nullopt};
  if (!hdf5::existing_group(file, "/", "intervals")) return old;
  const std::optional<Object> table = hdf5::existing_group(file, "/intervals", nwb::kCramps);
  if (table) old.table = read_old_table(file, *table);
  return old;
}

/// The rows with those that are new; nothing when there is none.
std::optional<std::vector<LabelRow>> merged(const OldTable& old, const std::vector<LabelRow>& labels) {
  std::vector<LabelRow> rows = old.rows;
  std::set<LabelRow, decltype(&hdf5::label_before)> there(rows.begin(), rows.end(), &hdf5::label_before);
  for (LabelRow row : old.rows) {  // as it comes back from a reader: a label has a duration, and its end may move by the last digit
    row.stop_s = row.start_s + (row.stop_s - row.start_s);
    there.insert(std::move(row));
  }
  for (const LabelRow& label : labels) {
    if (there.insert(label).second) rows.push_back(label);
  }
  if (rows.size() == old.rows.size()) return std::nullopt;
  int next = 0;
  for (const LabelRow& r : old.rows) next = std::max(next, r.id + 1);
  for (LabelRow& r : rows) {
    if (r.id < 0) r.id = next++;
  }
  std::stable_sort(rows.begin(), rows.end(), hdf5::label_before);
  if (old.counted()) {
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].id = static_cast<int>(i);
  }
  return rows;
}

/// Puts a dataset of new rows in the place of the old one, under its object_id and description.
void replace_column(const NwbObjects& objects, const Node& table, const OldTable& old, hdf5::TableColumn column, const std::string& type) {
  std::optional<std::string> object_id;
  if (const auto said = old.said.find(column.name); said != old.said.end()) {
    object_id = said->second.object_id;
    column.description = said->second.description.value_or(column.description);
    checked(H5Ldelete(table.id.get(), column.name.c_str(), H5P_DEFAULT));
  }
  objects.declare(hdf5::write_column(objects, table, column), type, object_id);
}

void rewrite_table(const NwbObjects& objects, const Node& node, const OldTable& old, const std::vector<LabelRow>& rows) {
  const hdf5::Table table = hdf5::cramp_table(rows, old.has("score") || old.has("detector"));
  std::vector<std::string> columns = old.columns;
  for (const hdf5::TableColumn& c : table.columns) {
    replace_column(objects, node, old, c, "VectorData");
    if (!old.has(c.name)) columns.push_back(c.name);
  }
  std::vector<int> ids;
  for (const LabelRow& r : rows) ids.push_back(r.id);
  replace_column(objects, node, old, {"id", "", std::move(ids)}, "ElementIdentifiers");
  if (columns == old.columns) return;
  checked(H5Adelete(node.id.get(), "colnames"));
  hdf5::put_texts(node.id.get(), "colnames", columns);
}

/// The labels, each once.
std::vector<LabelRow> checked_rows(const std::vector<Event>& labels) {
  const std::vector<LabelRow> rows = hdf5::label_rows(labels);
  for (const LabelRow& r : rows) {
    hdf5::require_times(r.start_s, r.stop_s, nwb::kCramps);
    for (const std::string* text : {&r.label, &r.channels, &r.annotator, &r.label_source, &r.detector}) {
      hdf5::require_text(*text, nwb::kCramps);
    }
  }
  return rows;
}

}  // namespace

void append_labels(const std::string& path, const std::vector<Event>& labels) {
  const std::vector<LabelRow> rows = checked_rows(labels);
  if (rows.empty()) return;
  const std::string target = hdf5::final_path(path);
  const OldFile old = read_old_file(target);
  const std::optional<std::vector<LabelRow>> all = merged(old.table.value_or(OldTable{}), rows);
  if (!all) return;
  OutputFile out = OutputFile::edit(target);
  out.call(kTablePath, [&] {
    const NwbObjects objects(out.id(), old.identifier);
    const Node intervals = objects.open_or_make_group(objects.root(), "intervals");
    if (old.table) {
      rewrite_table(objects, objects.open_or_make_group(intervals, nwb::kCramps), *old.table, *all);
    } else {
      hdf5::write_table(objects, intervals, hdf5::cramp_table(*all));
    }
  });
  out.commit();
}

}  // namespace myocramp::io
