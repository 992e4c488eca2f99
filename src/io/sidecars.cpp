#include "io/sidecars.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>
#include <tuple>
#include <utility>

#include "io/notes.hpp"
#include "io/tsv.hpp"
#include "myocramp/core/error.hpp"
#include "myocramp/io/events.hpp"
#include "platform/files.hpp"

namespace myocramp::io {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kCode = "E-STUDY";
constexpr const char* kStudyName = "study.tsv";
constexpr std::size_t kMaxBytes = std::size_t{16} << 20U;
constexpr std::size_t kMaxColumns = 4096;
constexpr std::size_t kShownLevels = 32;  // in a message
constexpr std::size_t kNoColumn = TsvReader::kNoColumn;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<const char*, 5> kOwnColumns = {"recording", "subject", "session", "condition", "time"};
constexpr std::array<const char*, 4> kExtensions = {".h5", ".hdf5", ".nwb", ".mat"};

std::string file_name(const std::string& path) { return printable(fs::path(path).filename().string()); }

std::string trimmed(std::string text) {
  while (!text.empty() && text.back() == ' ') text.pop_back();
  text.erase(0, text.find_first_not_of(' ') == std::string::npos ? 0 : text.find_first_not_of(' '));
  return text;
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

// --- events ---------------------------------------------------------------------------------------

bool same(const Event& a, const Event& b) {
  return a.onset_s == b.onset_s && std::abs(a.duration_s - b.duration_s) < 1e-9 && a.trial_type == b.trial_type &&
         a.channels == b.channels && same(a.confidence, b.confidence) && a.annotator == b.annotator && a.label_source == b.label_source &&
         same(a.score, b.score) && a.detector == b.detector;
}
bool same(const Phase& a, const Phase& b) {
  return a.name == b.name && std::abs(a.start_s - b.start_s) < 1e-9 && std::abs(a.stop_s - b.stop_s) < 1e-9;
}

std::string in_words(const Event& e) {
  std::string text = printable(e.trial_type) + " " + shortest(e.onset_s) + " to " + shortest(e.offset_s()) + " s";
  if (!e.channels.empty()) text += " on " + printable(channels_cell(e.channels));
  if (!e.annotator.empty()) text += " by " + printable(e.annotator);
  if (!e.label_source.empty()) text += ", " + printable(e.label_source);
  if (!e.detector.empty()) text += ", detector " + printable(e.detector);
  if (!std::isnan(e.confidence)) text += ", confidence " + shortest(e.confidence);
  if (!std::isnan(e.score)) text += ", score " + shortest(e.score);
  return text;
}
std::string in_words(const Phase& p) { return p.name + " " + shortest(p.start_s) + " to " + shortest(p.stop_s) + " s"; }

/// What differs first, when anything does: "labels: 3 in the file, 4 in x.events.tsv, first row 2: ... against ...: the table is used".
template <class Row>
void note_difference(const std::string& what, const std::vector<Row>& of_file, const std::vector<Row>& of_table, const std::string& table,
                     std::vector<std::string>& notes) {
  std::size_t k = 0;
  while (k < of_file.size() && k < of_table.size() && same(of_file[k], of_table[k])) ++k;
  if (k == of_file.size() && k == of_table.size()) return;
  const auto row = [k](const std::vector<Row>& rows) { return k < rows.size() ? in_words(rows[k]) : std::string("none"); };
  notes.push_back(what + ": " + std::to_string(of_file.size()) + " in the file, " + std::to_string(of_table.size()) + " in " + table +
                  ", first difference in row " + std::to_string(k + 1) + ": " + row(of_file) + " against " + row(of_table) +
                  std::string(kTableIsUsed));
}

/// The phases of a file by name and times, so that a table of 100 000 rows is held against as many in one pass.
class KnownPhases {
 public:
  explicit KnownPhases(const std::vector<Phase>& phases) {
    for (const Phase& p : phases) cells_.try_emplace(key(p, 0, 0), &p);
  }
  /// The file's row that is the same as `p`, or null.
  [[nodiscard]] const Phase* find(const Phase& p) const {
    for (const int start : {0, -1, 1}) {  // a cell is as wide as the tolerance
      for (const int stop : {0, -1, 1}) {
        const auto known = cells_.find(key(p, start, stop));
        if (known != cells_.end() && same(*known->second, p)) return known->second;
      }
    }
    return nullptr;
  }

 private:
  using Key = std::tuple<std::string, double, double>;
  static double cell(double s, int off) { return std::isfinite(s) ? std::floor(s * 1e9) + off : 0; }  // NaN has no order
  static Key key(const Phase& p, int start, int stop) { return {p.name, cell(p.start_s, start), cell(p.stop_s, stop)}; }

  std::map<Key, const Phase*> cells_;
};

/// Says how many rows lie outside the recording: a table of another recording, or a clock that was not this one.
void note_rows_outside(const std::vector<Event>& rows, const std::string& name, Recording& recording) {
  const double start = recording.start_s();
  const double end = recording.end_s();
  const double tolerance = 1e-6;  // a duration in decimal digits
  const auto outside = std::count_if(rows.begin(), rows.end(),
                                     [&](const Event& e) { return e.onset_s < start - tolerance || e.offset_s() > end + tolerance; });
  if (outside == 0) return;
  recording.notes.push_back(name + ": " + std::to_string(outside) + " of " + std::to_string(rows.size()) + std::string(kRowsOutside) +
                            " of " + (start == 0 ? "" : shortest(start) + " to ") + shortest(end) + " s");
}

/// A file that is found by itself must be a regular one: a link could show any file of whoever runs the program.
/// `otherwise` ends what is expected. Throws: IoError E-TYPE.
void refuse_link(const fs::path& path, const std::string& otherwise) {
  std::error_code ignored;
  if (!fs::is_symlink(fs::symlink_status(path, ignored))) return;
  throw IoError({"E-TYPE", path.string(), "", "a regular file" + otherwise, "a symbolic link"});
}

/// A table says nothing of what it has no row for: phases alone leave the file's labels, and a bckg row means that there is no label.
void read_events_beside(Recording& recording) {
  const std::string path = events_path(recording.path);
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(path, ignored))) return;
  refuse_link(path, "");
  EventTable table = read_event_table(path);
  recording.notes.insert(recording.notes.end(), table.notes.begin(), table.notes.end());
  sort_events(table.rows);
  EventsAndPhases split = split_phases(table.rows);
  const std::string name = file_name(path);
  if (!split.events.empty() || !std::isnan(table.background_end_s)) {
    if (!recording.labels.empty()) note_difference("labels", recording.labels, split.events, name, recording.notes);
    recording.labels = std::move(split.events);
  }
  if (!split.phases.empty()) {
    if (!recording.protocol.empty()) note_difference("phases", recording.protocol, split.phases, name, recording.notes);
    const KnownPhases known(recording.protocol);
    for (Phase& p : split.phases) {  // the file may know more of the same row
      if (const Phase* of_file = known.find(p)) p = *of_file;
    }
    recording.protocol = std::move(split.phases);
  }
  note_rows_outside(table.rows, name, recording);
}

// --- study ----------------------------------------------------------------------------------------

/// A number written with digits and a point, with or without sign; nothing else.
bool is_number(const std::string& cell, double& value) {
  const char* begin = cell.data() + (cell.starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, cell.data() + cell.size(), value);
  return error == std::errc() && end == cell.data() + cell.size() && std::isfinite(value) && begin != end;
}

/// What somebody may have meant as a number and no program should take for a word: 4,2 and nan and inf.
bool is_number_gone_wrong(const std::string& cell) {
  std::string text = cell;
  for (char& c : text) c = c == ',' ? '.' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (text.starts_with('+') || text.starts_with('-')) text.erase(0, 1);
  double ignored = 0;
  return text == "nan" || text == "inf" || text == "infinity" || is_number(text, ignored);
}

std::string shown_levels(const std::vector<std::string>& levels) {
  std::string text;
  for (std::size_t k = 0; k < std::min(levels.size(), kShownLevels); ++k) text += (k > 0 ? ", " : "") + printable(levels[k]);
  return levels.size() > kShownLevels ? text + " and " + std::to_string(levels.size() - kShownLevels) + " more" : text;
}

std::vector<std::string> parts_of(const fs::path& path) {
  std::vector<std::string> parts;
  for (const fs::path& part : path) parts.push_back(part.string());
  return parts;
}

fs::path absolute_folder_of(const std::string& path) { return fs::absolute(path).lexically_normal().parent_path(); }

bool ends_with(const std::vector<std::string>& path, const std::vector<std::string>& end) {
  return end.size() <= path.size() && std::equal(end.rbegin(), end.rend(), path.rbegin());
}

/// Whether a file that is not `recording` bears this name beside the table.
bool names_another(const fs::path& folder, const std::vector<std::string>& name, const std::string& extension, const fs::path& recording) {
  fs::path path = folder;
  for (const std::string& part : name) path /= part;
  const auto is_other = [&](const std::string& ending) {
    const fs::path candidate = path.string() + ending;
    std::error_code ignored;
    return candidate != recording && fs::exists(candidate, ignored);
  };
  if (!extension.empty()) return is_other(extension);
  return std::any_of(kExtensions.begin(), kExtensions.end(), [&](const char* ending) { return is_other(ending); });
}

std::string in_words(const std::vector<Covariate>& values) {
  std::string text;
  for (const Covariate& c : values) {
    text += (text.empty() ? "" : ", ") + (c.value_text.empty() ? shortest(c.value) : printable(c.value_text));
    if (!c.unit.empty()) text += " " + printable(c.unit);
    if (!std::isnan(c.time_s)) text += " at " + shortest(c.time_s) + " s";
  }
  return text;
}

bool same(const Covariate& a, const Covariate& b) {
  return same(a.value, b.value) && a.value_text == b.value_text && a.unit == b.unit && same(a.time_s, b.time_s);
}

/// Leaves out what the file says of a subject whom the table replaces by another.
void forget_person(Recording& recording, const std::string& subject) {
  std::string forgotten;
  for (const auto& [what, value] :
       {std::pair{"sex", &recording.subject.sex}, std::pair{"age", &recording.subject.age}, std::pair{"weight", &recording.subject.weight},
        std::pair{"description", &recording.subject.description}}) {
    if (value->empty()) continue;
    forgotten += (forgotten.empty() ? "" : ", ") + std::string(what);
    value->clear();
  }
  if (!forgotten.empty()) recording.notes.push_back("subject: " + forgotten + " of " + printable(subject) + " left out");
}

void add_part(std::string& to, const std::string& part) { to += std::to_string(part.size()) + ":" + part; }

}  // namespace

std::string events_path(const std::string& recording) { return fs::path(recording).replace_extension(".events.tsv").string(); }

StudyTable::StudyTable(const std::string& path) : path_(path), units_path_(fs::path(path).replace_extension(".json").string()) {
  TsvReader table(path, kCode, kMaxBytes);
  std::set<std::string> seen;
  for (const std::string& cell : table.header()) {
    if (!is_utf8(cell)) throw table.fail("", "UTF-8", "other bytes: " + printable(cell));
    const std::string name = trimmed(unescape(cell));
    if (name.empty()) throw table.fail("", "a name for every column", "an empty one");
    if (!seen.insert(name).second) throw table.fail(name, "one column of this name", "two");
    const bool is_own = std::find(kOwnColumns.begin(), kOwnColumns.end(), name) != kOwnColumns.end();
    columns_.push_back({name, !is_own, false, "", "", {}});
  }
  if (columns_.size() > kMaxColumns) {
    throw table.fail("", "at most " + std::to_string(kMaxColumns) + " columns", std::to_string(columns_.size()));
  }
  const std::size_t recording = index_of("recording");
  if (recording == kNoColumn) static_cast<void>(table.required_column("recording"));
  read_units();
  while (table.next_row()) {
    Row row;
    row.line = table.line();
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      if (!is_utf8(table.cells()[c])) throw table.fail(columns_[c].name, "UTF-8", "other bytes: " + printable(table.cells()[c]));
      row.cells.push_back(trimmed(table.text(c)));
      if (row.cells.back() == "n/a") row.cells.back().clear();
      check_cell(row, c);
    }
    if (row.cells[recording].empty()) throw table.fail("recording", "the name of a recording", "none");
    fs::path name = fs::path(row.cells[recording]).lexically_normal();
    if (is_recording_name(name.string())) {
      row.extension = name.extension().string();
      name.replace_extension();
    }
    if (name.is_absolute() || *name.begin() == "..") name = (absolute_folder_of(path) / name).lexically_normal();
    row.name = parts_of(name);
    rows_.push_back(std::move(row));
  }
}

std::string StudyTable::find(const std::string& recording, const std::string& study) {
  if (!study.empty()) return study;
  const fs::path path = fs::path(recording).parent_path() / kStudyName;
  std::error_code ignored;
  const fs::file_status found = fs::symlink_status(path, ignored);
  if (!fs::exists(found)) return "";
  for (const fs::path& file : {path, fs::path(path).replace_extension(".json")}) {
    refuse_link(file, "; another one can be named with --study");
  }
  return path.string();
}

void StudyTable::read_units() {
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(units_path_, ignored))) return;
  const auto fail = [this](const std::string& place, const std::string& expected, const std::string& found) {
    return DataError({kCode, units_path_, place, expected, found});
  };
  const std::string text = platform::read_text(units_path_, kMaxBytes);
  json units;
  try {
    units = json::parse(text);
  } catch (const json::parse_error& e) {
    throw fail("byte " + std::to_string(e.byte), "JSON", "something else");
  }
  if (!units.is_object()) throw fail("", "a JSON object with one key for each column", units.type_name());
  for (Column& column : columns_) {
    const auto entry = units.find(column.name);
    if (entry == units.end()) continue;
    const std::string place = "/" + printable(column.name);
    if (!entry->is_object()) throw fail(place, "an object such as {\"Units\": \"mmol/L\"}", entry->type_name());
    for (const auto& [key, target] : {std::pair{"Units", &column.unit}, std::pair{"Method", &column.method}}) {
      const auto value = entry->find(key);
      if (value == entry->end()) continue;
      if (!value->is_string()) throw fail(place + "/" + key, "a text", value->type_name());
      *target = trimmed(value->get<std::string>());
      if (*target == "n/a") target->clear();
    }
    const auto levels = entry->find("Levels");
    if (levels == entry->end()) continue;
    if (!levels->is_object()) throw fail(place + "/Levels", "an object with one key for each word", levels->type_name());
    for (const auto& level : levels->items()) column.levels.push_back(level.key());
    column.has_levels = column.unit.empty();
  }
}

void StudyTable::check_cell(const Row& row, std::size_t c) const {
  const Column& column = columns_[c];
  const std::string& cell = row.cells[c];
  double value = 0;
  if (cell.empty()) return;
  if (column.name == "time") {
    if (!is_number(cell, value)) fail(row, column.name, "a time in s, or n/a", cell);
  } else if (column.has_levels && (column.is_covariate || column.name == "condition")) {
    if (std::binary_search(column.levels.begin(), column.levels.end(), cell)) return;  // JSON's keys are sorted
    fail(row, column.name, "one of the Levels " + shown_levels(column.levels), cell);
  } else if (column.is_covariate && !is_number(cell, value)) {
    if (is_number_gone_wrong(cell)) fail(row, column.name, "a finite number with a point, a word, or n/a", cell);
    if (!column.unit.empty()) fail(row, column.name, "a number in " + printable(column.unit) + ", or n/a", cell);
  }
}

StudyTable::Match StudyTable::match(const std::string& recording) const {
  const fs::path path = fs::absolute(recording).lexically_normal();
  const fs::path folder = absolute_folder_of(path_);
  const std::vector<std::string> parts = parts_of(fs::path(path).replace_extension());
  const std::vector<std::string> above = parts_of(folder);
  const bool is_below = above.size() < parts.size() && std::equal(above.begin(), above.end(), parts.begin());
  const std::size_t whole = is_below ? parts.size() - above.size() : parts.size();
  Match out;
  std::size_t longest = 0;
  for (const Row& row : rows_) {
    const std::size_t length = row.name.size();
    if (length < longest || !ends_with(parts, row.name)) continue;
    if (!row.extension.empty() && row.extension != path.extension().string()) continue;
    if (length < whole && names_another(folder, row.name, row.extension, path)) continue;
    if (length > longest) out.rows.clear();
    longest = length;
    out.rows.push_back(&row);
  }
  out.by_end = longest < whole;
  return out;
}

std::string StudyTable::agreed(const Match& match, std::string_view column) const {
  const std::size_t c = index_of(column);
  if (c == kNoColumn) return "";
  const Row* first = nullptr;
  for (const Row* row : match.rows) {
    if (row->cells[c].empty()) continue;
    if (first == nullptr) first = row;
    if (row->cells[c] != first->cells[c]) {
      fail(*row, std::string(column), printable(first->cells[c]) + " as in line " + std::to_string(first->line), row->cells[c]);
    }
  }
  return first == nullptr ? "" : first->cells[c];
}

Covariate StudyTable::covariate(const Row& row, std::size_t c, double time_s) const {
  Covariate out;
  out.name = columns_[c].name;
  out.unit = columns_[c].unit;
  out.method = columns_[c].method;
  out.time_s = time_s;
  if (columns_[c].has_levels || !is_number(row.cells[c], out.value)) {
    out.value = kNone;
    out.value_text = row.cells[c];
  }
  return out;
}

std::vector<Covariate> StudyTable::covariates(const Match& match, std::vector<std::string>& notes) const {
  const std::size_t time = index_of("time");
  if (match.rows.size() > 1 && time == kNoColumn) {
    fail(*match.rows[1], "recording", "one row for each recording, or a column time",
         "a second row after line " + std::to_string(match.rows[0]->line));
  }
  std::vector<Covariate> out;
  if (const std::string condition = agreed(match, "condition"); !condition.empty()) {
    Covariate c;
    c.name = "condition";
    c.value_text = condition;
    c.method = columns_[index_of("condition")].method;
    out.push_back(c);
  }
  std::string without_unit;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (!columns_[c].is_covariate) continue;
    bool is_bare = false;
    std::map<std::pair<bool, double>, std::size_t> times;  // of this covariate, n/a or a time, with their lines
    for (const Row* row : match.rows) {
      if (row->cells[c].empty()) continue;
      double time_s = kNone;
      if (time != kNoColumn && !row->cells[time].empty()) static_cast<void>(is_number(row->cells[time], time_s));
      const bool is_timed = !std::isnan(time_s);
      const auto [at, is_new] = times.try_emplace({is_timed, is_timed ? time_s : 0}, row->line);
      if (!is_new) fail(*row, columns_[c].name, "one value at one time", "a second one after line " + std::to_string(at->second));
      out.push_back(covariate(*row, c, time_s));
      is_bare = is_bare || (out.back().unit.empty() && out.back().value_text.empty());
    }
    if (is_bare) without_unit += (without_unit.empty() ? "" : ", ") + printable(columns_[c].name);
  }
  if (!without_unit.empty()) {
    notes.push_back(file_name(path_) + ": numbers without Units in " + file_name(units_path_) + ": " + without_unit);
  }
  return out;
}

void StudyTable::apply(Recording& recording) const {
  const std::string table = file_name(path_);
  const Match found = match(recording.path);
  if (found.rows.empty()) {
    recording.notes.push_back(table + ": no row for this recording");
    return;
  }
  if (found.by_end) {
    const std::string name = found.rows[0]->cells[index_of("recording")];
    recording.notes.push_back(table + ": the row of " + printable(name) + " is taken for this recording by the end of its path");
  }
  const auto name = [&](const char* column, std::string& target) {
    const std::string value = agreed(found, column);
    if (value.empty()) return;
    if (!target.empty() && target != value) {
      recording.notes.push_back(std::string(column) + ": " + printable(target) + " in the file, " + printable(value) + " in " + table +
                                std::string(kTableIsUsed));
    }
    target = value;
  };
  const std::string subject_of_file = recording.subject.id;
  name("subject", recording.subject.id);
  if (!subject_of_file.empty() && recording.subject.id != subject_of_file) forget_person(recording, subject_of_file);
  name("session", recording.session);

  std::vector<Covariate> of_table = covariates(found, recording.notes);
  std::set<std::string> done;
  for (const Covariate& c : of_table) {
    if (!done.insert(c.name).second) continue;
    const auto of_name = [&c](const std::vector<Covariate>& all) {
      std::vector<Covariate> chosen;
      std::copy_if(all.begin(), all.end(), std::back_inserter(chosen), [&c](const Covariate& x) { return x.name == c.name; });
      return chosen;
    };
    const std::vector<Covariate> ours = of_name(of_table);
    const std::vector<Covariate> theirs = of_name(recording.covariates);
    if (theirs.empty()) continue;
    if (!std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(), [](const auto& a, const auto& b) { return same(a, b); })) {
      const bool is_unit = std::any_of(theirs.begin(), theirs.end(), [&c](const Covariate& x) { return x.unit != c.unit; });
      recording.notes.push_back("covariate " + printable(c.name) + (is_unit ? ": THE UNITS DIFFER: " : ": ") + in_words(theirs) +
                                " in the file, " + in_words(ours) + " in " + table + std::string(kTableIsUsed));
    }
    std::erase_if(recording.covariates, [&c](const Covariate& x) { return x.name == c.name; });
  }
  recording.covariates.insert(recording.covariates.end(), of_table.begin(), of_table.end());
}

std::string StudyTable::digest(const std::string& recording) const {
  const Match found = match(recording);
  std::string text = file_name(path_) + (found.by_end ? " by end" : "");
  for (const Row* row : found.rows) {
    for (const std::string& cell : row->cells) add_part(text, cell);
  }
  for (const Column& c : columns_) {
    for (const std::string& part : {c.name, c.unit, c.method}) add_part(text, part);
    for (const std::string& level : c.levels) add_part(text, level);
  }
  return platform::sha256_of_text(text);
}

std::size_t StudyTable::index_of(std::string_view column) const {
  const auto it = std::find_if(columns_.begin(), columns_.end(), [column](const Column& c) { return c.name == column; });
  return it == columns_.end() ? kNoColumn : static_cast<std::size_t>(it - columns_.begin());
}

void StudyTable::fail(const Row& row, const std::string& column, const std::string& expected, const std::string& found) const {
  throw DataError({kCode, path_, "line " + std::to_string(row.line) + ", column " + printable(column), expected, printable(found)});
}

void read_sidecars(Recording& recording, const OpenOptions& options) {
  read_events_beside(recording);
  const std::string study = StudyTable::find(recording.path, options.study);
  if (!study.empty()) StudyTable(study).apply(recording);
}

}  // namespace myocramp::io
