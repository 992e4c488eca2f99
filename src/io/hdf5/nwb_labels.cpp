#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "io/hdf5/nwb_existing.hpp"
#include "io/hdf5/nwb_schema.hpp"
#include "io/hdf5/nwb_tables.hpp"
#include "io/hdf5/output_file.hpp"
#include "myocramp/io/nwb.hpp"

namespace myocramp::io {
namespace {

using hdf5::checked;
using hdf5::LabelRow;
using hdf5::Node;
using hdf5::NwbObjects;
using hdf5::OutputFile;

constexpr std::array<const char*, 9> kKnownColumns = {"start_time",   "stop_time",  "label", "channels", "annotator",
                                                      "label_source", "confidence", "score", "detector"};

/// The table that is there.
struct OldTable {
  std::vector<std::string> columns;
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

/// Holds that the table is made of columns that we know, one dataset each. Throws: DataError E-COLUMN.
void check_columns(const std::string& file, const Node& table, const OldTable& old) {
  const auto fail = [&](const std::string& found) {
    throw DataError({"E-COLUMN", file, table.path,
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
  for (const std::string& name : hdf5::link_names(table.id.get())) {
    if (members.count(name) == 0) fail(printable(name));
  }
}

OldTable read_old_table(const std::string& file, const Node& table) {
  OldTable old;
  old.columns = hdf5::read_texts_attribute(table.id.get(), "colnames");
  check_columns(file, table, old);
  const std::vector<double> ids = hdf5::read_numbers(table, "id");
  old.rows.resize(ids.size());
  const auto require_rows = [&](const std::string& name, std::size_t rows) {
    if (rows == ids.size()) return;
    throw DataError({"E-COLUMN", file, table.path + "/" + name, std::to_string(ids.size()) + " rows", std::to_string(rows)});
  };
  const auto numbers = [&](const std::string& name, double LabelRow::* member) {
    if (!old.has(name)) return;
    const std::vector<double> values = hdf5::read_numbers(table, name);
    require_rows(name, values.size());
    for (std::size_t i = 0; i < values.size(); ++i) old.rows[i].*member = values[i];
  };
  const auto texts = [&](const std::string& name, std::string LabelRow::* member) {
    const std::vector<std::string> values =
        old.has(name) ? hdf5::read_texts(table, name) : std::vector<std::string>(ids.size(), nwb::kNone);
    require_rows(name, values.size());
    for (std::size_t i = 0; i < values.size(); ++i) old.rows[i].*member = values[i];
  };
  numbers("start_time", &LabelRow::start_s);
  numbers("stop_time", &LabelRow::stop_s);
  texts("label", &LabelRow::label);
  texts("channels", &LabelRow::channels);
  texts("annotator", &LabelRow::annotator);
  texts("label_source", &LabelRow::label_source);
  numbers("confidence", &LabelRow::confidence);
  numbers("score", &LabelRow::score);
  texts("detector", &LabelRow::detector);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    LabelRow& row = old.rows[i];
    row.id = static_cast<int>(ids[i]);
    if (std::isnan(row.stop_s)) row.stop_s = row.start_s;  // an instant
  }
  return old;
}

/// The rows with those that are new; nothing when there is none.
std::optional<std::vector<LabelRow>> merged(const OldTable& old, const std::vector<LabelRow>& labels) {
  std::vector<LabelRow> rows = old.rows;
  std::set<LabelRow, decltype(&hdf5::label_before)> there(rows.begin(), rows.end(), &hdf5::label_before);
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
void replace_column(const NwbObjects& objects, const Node& table, const hdf5::TableColumn& column, const std::string& type) {
  std::optional<std::string> object_id;
  hdf5::TableColumn written = column;
  if (checked(H5Lexists(table.id.get(), column.name.c_str(), H5P_DEFAULT)) > 0) {
    {
      const Node old = hdf5::open_dataset(table, column.name);
      object_id = hdf5::read_text_attribute(old.id.get(), "object_id");
      written.description = hdf5::read_text_attribute(old.id.get(), "description").value_or(column.description);
    }
    checked(H5Ldelete(table.id.get(), column.name.c_str(), H5P_DEFAULT));
  }
  objects.declare(hdf5::write_column(objects, table, written), type, object_id);
}

void rewrite_table(const NwbObjects& objects, const Node& node, const OldTable& old, const std::vector<LabelRow>& rows) {
  const hdf5::Table table = hdf5::cramp_table(rows, old.has("score") || old.has("detector"));
  std::vector<std::string> columns = old.columns;
  for (const hdf5::TableColumn& c : table.columns) {
    replace_column(objects, node, c, "VectorData");
    if (!old.has(c.name)) columns.push_back(c.name);
  }
  std::vector<int> ids;
  for (const LabelRow& r : rows) ids.push_back(r.id);
  replace_column(objects, node, {"id", "", std::move(ids)}, "ElementIdentifiers");
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
  OutputFile out = OutputFile::edit(target);
  {
    const NwbObjects objects(out.id(), hdf5::existing_identifier(target, out.id()));
    const Node root = out.call("/", [&] { return objects.root(); });
    const std::optional<Node> intervals = hdf5::existing_group(target, root, "intervals");
    const std::optional<Node> table = intervals ? hdf5::existing_group(target, *intervals, nwb::kCramps) : std::nullopt;
    const OldTable old = table ? hdf5::guarded(target, table->path, [&] { return read_old_table(target, *table); }) : OldTable{};
    const std::optional<std::vector<LabelRow>> all = merged(old, rows);
    if (!all) return;
    out.call("/intervals/cramp_episodes", [&] {
      if (table) {
        rewrite_table(objects, *table, old, *all);
      } else {
        hdf5::write_table(objects, objects.open_or_make_group(root, "intervals"), hdf5::cramp_table(*all));
      }
    });
  }
  out.commit();
}

}  // namespace myocramp::io
