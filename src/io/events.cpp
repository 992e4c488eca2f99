#include "myocramp/io/events.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "io/tsv.hpp"
#include "myocramp/core/error.hpp"

namespace myocramp::io {
namespace {

constexpr std::string_view kPhasePrefix = "phase:";

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

Event read_event(const TsvReader& t, const Columns& c) {
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

/// Holds that a line is text: what is kept of it goes into tables and files that know no other bytes.
void require_text(const TsvReader& t) {
  for (std::size_t c = 0; c < t.cells().size(); ++c) {
    const std::string& cell = t.cells()[c];
    if (is_utf8(cell) && cell.find('\0') == std::string::npos) continue;
    throw t.fail(t.header()[c], "text in UTF-8 without NUL", printable(cell));
  }
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
  TsvReader table(path, "E-EVENTS");
  require_text(table);  // the header
  const Columns columns(table);
  EventTable out;
  while (table.next_row()) {
    require_text(table);
    Event e = read_event(table, columns);
    if (e.trial_type != "bckg") {
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

void sort_events(std::vector<Event>& events) { std::stable_sort(events.begin(), events.end(), comes_before); }

std::vector<Event> read_events(const std::string& path) {
  std::vector<Event> events = read_event_table(path).rows;
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
