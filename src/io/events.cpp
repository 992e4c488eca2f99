#include "myocramp/io/events.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>
#include <system_error>

#include "io/tsv.hpp"
#include "myocramp/core/error.hpp"
#include "platform/files.hpp"

namespace myocramp::io {
namespace {

constexpr std::string_view kPhasePrefix = "phase:";
constexpr std::size_t kMaxLines = 1'000'000;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kNoColumn = std::numeric_limits<std::size_t>::max();

bool is_phase(const std::string& trial_type) { return trial_type.starts_with(kPhasePrefix); }

bool is_known_phase(const std::string& trial_type) { return is_phase_name(std::string_view(trial_type).substr(kPhasePrefix.size())); }

std::string phase_rows() { return "phase: and one of " + phase_choice(); }

/// The lines of a table, cells found by column name.
class Table {
 public:
  explicit Table(const std::string& path) : path_(path), text_(platform::read_text(path)), rest_(text_) {
    if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
    if (!next_line()) throw fail("", "a header row", "an empty file");
    header_ = cells_;
  }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  /// Steps to the next row that is not blank; false at the end.
  bool next_row() {
    do {
      if (!next_line()) return false;
    } while (cells_.size() == 1 && cells_[0].empty() && header_.size() > 1);
    if (cells_.size() != header_.size()) {
      throw fail("", std::to_string(header_.size()) + " columns", std::to_string(cells_.size()));
    }
    return true;
  }

  [[nodiscard]] std::size_t column(std::string_view name) const {
    const auto it = std::find(header_.begin(), header_.end(), name);
    return it == header_.end() ? kNoColumn : static_cast<std::size_t>(it - header_.begin());
  }
  [[nodiscard]] std::size_t required_column(std::string_view name) const {
    const std::size_t c = column(name);
    if (c == kNoColumn) throw fail("", "a column " + std::string(name), "columns " + joined_header());
    return c;
  }

  /// The raw cell; empty for "n/a" and for a column that is not there.
  [[nodiscard]] std::string raw(std::size_t column) const {
    if (column == kNoColumn || cells_[column] == "n/a") return "";
    return cells_[column];
  }
  [[nodiscard]] std::string text(std::size_t column) const { return unescape(raw(column)); }
  /// A finite number, or NaN for "n/a".
  [[nodiscard]] double number(std::size_t column) const {
    const std::string cell = raw(column);
    if (cell.empty()) return std::numeric_limits<double>::quiet_NaN();
    double value = 0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value)) {
      throw fail(header_[column], "a number or n/a", printable(cell));
    }
    return value;
  }

  [[nodiscard]] DataError fail(const std::string& column, const std::string& expected, const std::string& found) const {
    const std::string place = "line " + std::to_string(line_) + (column.empty() ? "" : ", column " + printable(column));
    return DataError({"E-EVENTS", path_, place, expected, found});
  }

 private:
  bool next_line() {
    if (rest_.empty()) return false;
    if (++line_ > kMaxLines) throw fail("", "at most " + std::to_string(kMaxLines) + " lines", "more");
    const std::size_t end = rest_.find('\n');
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    cells_ = split(line, '\t');
    return true;
  }
  [[nodiscard]] std::string joined_header() const {
    std::string text;
    for (const std::string& name : header_) text += (text.empty() ? "" : " ") + name;
    return printable(text);
  }

  std::string path_;
  std::string text_;
  std::string_view rest_;
  std::size_t line_ = 0;
  std::vector<std::string> header_;
  std::vector<std::string> cells_;
};

/// Where the nine columns stand in one file.
struct Columns {
  explicit Columns(const Table& t)
      : onset(t.required_column("onset")),
        duration(t.required_column("duration")),
        trial_type(t.column("trial_type")),
        channel(t.column("channel")),
        confidence(t.column("confidence")),
        annotator(t.column("annotator")),
        label_source(t.column("label_source")),
        score(t.column("score")),
        detector(t.column("detector")) {}
  std::size_t onset, duration, trial_type, channel, confidence, annotator, label_source, score, detector;
};

std::vector<std::string> channel_names(const std::string& raw) {
  if (raw.empty()) return {};
  std::vector<std::string> names = split(raw, '|');
  for (std::string& name : names) name = unescape(name);
  return names;
}

Event read_event(const Table& t, const Columns& c) {
  Event e;
  e.onset_s = t.number(c.onset);
  e.duration_s = t.number(c.duration);
  if (std::isnan(e.onset_s)) throw t.fail("onset", "a number", "n/a");
  if (std::isnan(e.duration_s)) throw t.fail("duration", "a number", "n/a");
  if (e.duration_s < 0) throw t.fail("duration", "a duration of at least 0 s", printable(t.raw(c.duration)));
  e.trial_type = t.text(c.trial_type);
  if (is_phase(e.trial_type) && !is_known_phase(e.trial_type)) throw t.fail("trial_type", phase_rows(), printable(e.trial_type));
  e.channels = channel_names(t.raw(c.channel));
  e.confidence = t.number(c.confidence);
  e.annotator = t.text(c.annotator);
  e.label_source = t.text(c.label_source);
  e.score = t.number(c.score);
  e.detector = t.text(c.detector);
  return e;
}

bool comes_before(const Event& a, const Event& b) { return a.onset_s != b.onset_s ? a.onset_s < b.onset_s : a.channels < b.channels; }

}  // namespace

std::string channels_cell(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += '|';
    for (const char c : escape(names[i])) out += c == '|' ? std::string("\\x7c") : std::string(1, c);
  }
  return out.empty() ? "n/a" : out;
}

const std::vector<std::string>& event_columns() {
  static const std::vector<std::string> columns = {"onset",     "duration",     "trial_type", "channel", "confidence",
                                                   "annotator", "label_source", "score",      "detector"};
  return columns;
}

std::vector<Event> read_events(const std::string& path) {
  Table table(path);
  const Columns columns(table);
  std::vector<Event> events;
  while (table.next_row()) {
    Event e = read_event(table, columns);
    if (e.trial_type != "bckg") events.push_back(std::move(e));
  }
  std::stable_sort(events.begin(), events.end(), comes_before);
  return events;
}

EventsAndPhases split_phases(const std::vector<Event>& events) {
  EventsAndPhases out;
  for (const Event& e : events) {
    if (!is_phase(e.trial_type)) {
      out.events.push_back(e);
    } else if (is_known_phase(e.trial_type)) {
      out.phases.push_back({e.onset_s, e.offset_s(), e.trial_type.substr(kPhasePrefix.size())});
    } else {
      throw DataError({"E-EVENTS", "", "trial_type", phase_rows(), printable(e.trial_type)});
    }
  }
  std::stable_sort(out.phases.begin(), out.phases.end(), [](const Phase& a, const Phase& b) { return a.start_s < b.start_s; });
  return out;
}

std::string format_events(const std::vector<Event>& events, double duration_s) {
  TsvWriter table(event_columns());
  const std::string none = "n/a";
  if (events.empty()) table.row({cell(0), cell(duration_s), "bckg", none, none, none, none, none, none});
  std::vector<Event> sorted = events;
  std::stable_sort(sorted.begin(), sorted.end(), comes_before);
  for (const Event& e : sorted) {
    table.row({cell(e.onset_s), cell(e.duration_s), cell(e.trial_type), channels_cell(e.channels), cell(e.confidence), cell(e.annotator),
               cell(e.label_source), cell(e.score), cell(e.detector)});
  }
  return table.text();
}

}  // namespace myocramp::io
