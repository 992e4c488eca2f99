#include "myocramp/io/events.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string_view>

#include "io/notes.hpp"
#include "io/tsv.hpp"
#include "myocramp/core/error.hpp"

namespace myocramp::io {
namespace {

constexpr std::string_view kPhasePrefix = "phase:";
constexpr std::string_view kBackground = "bckg";
constexpr std::size_t kMaxRowNotes = 10;  // further ones are counted

bool is_phase(const std::string& trial_type) { return trial_type.starts_with(kPhasePrefix); }

bool is_known_phase(const std::string& trial_type) { return is_phase_name(std::string_view(trial_type).substr(kPhasePrefix.size())); }

std::string phase_rows() { return "phase: and one of " + phase_choice(); }

/// Where the nine columns stand in one file.
struct Columns {
  explicit Columns(const TsvReader& t)
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

/// One row; its duration is NaN when the table does not say it.
Event read_event(const TsvReader& t, const Columns& c) {
  Event e;
  e.onset_s = t.number(c.onset);
  e.duration_s = t.number(c.duration);
  if (std::isnan(e.onset_s)) throw t.fail("onset", "a number", "n/a");
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

/// Holds that a line is text: what is kept of it goes into tables and files that know no other bytes.
void require_text(const TsvReader& t) {
  for (std::size_t c = 0; c < t.cells().size(); ++c) {
    const std::string& cell = t.cells()[c];
    if (is_utf8(cell) && cell.find('\0') == std::string::npos) continue;
    throw t.fail(t.header()[c], "text in UTF-8 without NUL", printable(cell));
  }
}

/// What becomes of rows of unknown length, which BIDS allows.
class UnknownLengths {
 public:
  UnknownLengths(const std::string& path, std::vector<std::string>& notes)
      : name_(printable(std::filesystem::path(path).filename().string())), notes_(notes) {}
  UnknownLengths(const UnknownLengths&) = delete;
  UnknownLengths& operator=(const UnknownLengths&) = delete;

  /// A label becomes an instant, as it does in MNE. An instant of a phase or of background says nothing: false, the row is to be passed over.
  bool resolve(Event& e, std::size_t line) {
    const bool is_label = !is_phase(e.trial_type) && e.trial_type != kBackground;
    e.duration_s = 0;
    if (++count_ > kMaxRowNotes) return is_label;
    const std::string place = name_ + ": line " + std::to_string(line) + ", column duration: ";
    const std::string what = e.trial_type.empty() ? "the row" : printable(e.trial_type);
    notes_.push_back(is_label ? place + "n/a: " + what + " at " + shortest(e.onset_s) + " s is taken for an instant"
                              : std::string(kBadTable) + place + "expected a number for " + what + ", found n/a: row passed over");
    return is_label;
  }

  /// Says how many further rows there were.
  void finish() {
    if (count_ > kMaxRowNotes) notes_.push_back(name_ + ": " + std::to_string(count_ - kMaxRowNotes) + " more rows of unknown length");
  }

 private:
  std::string name_;
  std::vector<std::string>& notes_;
  std::size_t count_ = 0;
};

/// Reads a table; `on_unknown(event, table)` has the rows of unknown length, and says whether they stay.
template <class OnUnknown>
EventTable read(const std::string& path, OnUnknown&& on_unknown) {
  TsvReader table(path, "E-EVENTS");
  require_text(table);  // the header
  const Columns columns(table);
  EventTable out;
  while (table.next_row()) {
    require_text(table);
    Event e = read_event(table, columns);
    if (std::isnan(e.duration_s) && !on_unknown(e, table)) continue;
    if (e.trial_type != kBackground) {
      out.rows.push_back(std::move(e));
    } else if (std::isnan(out.background_s)) {
      out.background_start_s = e.onset_s;
      out.background_end_s = e.offset_s();
      out.background_s = e.duration_s;
    } else {
      out.background_start_s = std::min(out.background_start_s, e.onset_s);
      out.background_end_s = std::max(out.background_end_s, e.offset_s());
      out.background_s = out.background_end_s - out.background_start_s;
    }
  }
  return out;
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

EventTable read_event_table(const std::string& path) {
  std::vector<std::string> notes;
  UnknownLengths unknown(path, notes);
  EventTable out = read(path, [&](Event& e, const TsvReader& table) { return unknown.resolve(e, table.line()); });
  unknown.finish();
  out.notes = std::move(notes);
  return out;
}

void sort_events(std::vector<Event>& events) { std::stable_sort(events.begin(), events.end(), comes_before); }

std::vector<Event> read_events(const std::string& path) {
  std::vector<Event> events =
      read(path, [](const Event&, const TsvReader& table) -> bool { throw table.fail("duration", "a number", "n/a"); }).rows;
  sort_events(events);
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

std::string format_events(const std::vector<Event>& events, double duration_s, double start_s) {
  TsvWriter table(event_columns());
  const std::string none = "n/a";
  if (events.empty()) table.row({cell(start_s), cell(duration_s), "bckg", none, none, none, none, none, none});
  std::vector<Event> sorted = events;
  sort_events(sorted);
  for (const Event& e : sorted) {
    table.row({cell(e.onset_s), cell(e.duration_s), cell(e.trial_type), channels_cell(e.channels), cell(e.confidence), cell(e.annotator),
               cell(e.label_source), cell(e.score), cell(e.detector)});
  }
  return table.text();
}

}  // namespace myocramp::io
