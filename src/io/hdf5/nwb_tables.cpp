#include "io/hdf5/nwb_tables.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

#include "io/hdf5/nwb_schema.hpp"
#include "io/tsv.hpp"
#include "myocramp/core/error.hpp"
#include "myocramp/io/events.hpp"

namespace myocramp::io::hdf5 {
namespace {

/// A sorted copy; equal rows stay in their order.
template <class Row, class Before>
std::vector<Row> sorted(std::vector<Row> rows, Before before) {
  std::stable_sort(rows.begin(), rows.end(), before);
  return rows;
}

/// A number that can be ordered: NaN comes first.
double ordered(double value) { return std::isnan(value) ? -std::numeric_limits<double>::infinity() : value; }

bool span_before(const Span& a, const Span& b) {
  return std::tuple(ordered(a.start_s), ordered(a.stop_s)) < std::tuple(ordered(b.start_s), ordered(b.stop_s));
}

/// The start and stop columns of a table of intervals. Throws: InvalidArgument E-TIME.
void put_times(Table& table, const std::string& what, const std::vector<Span>& spans) {
  std::vector<double> start;
  std::vector<double> stop;
  for (const Span& s : spans) {
    if (!std::isfinite(s.start_s) || !std::isfinite(s.stop_s)) {
      throw InvalidArgument(
          {"E-TIME", "", table.name, "a start and a stop in seconds", shortest(s.start_s) + " and " + shortest(s.stop_s)});
    }
    start.push_back(s.start_s);
    stop.push_back(s.stop_s);
  }
  table.numbers("start_time", "Start of the " + what + " in seconds") = std::move(start);
  table.numbers("stop_time", "End of the " + what + " in seconds, not included") = std::move(stop);
}

template <class Row>
std::vector<Span> spans_of(const std::vector<Row>& rows) {
  std::vector<Span> spans;
  for (const Row& r : rows) spans.push_back({r.start_s, r.stop_s});
  return spans;
}

template <class Events>
std::vector<Span> spans_of_events(const Events& events) {
  std::vector<Span> spans;
  for (const Event& e : events) spans.push_back({e.onset_s, e.offset_s()});
  return spans;
}

/// The columns that every table of events has.
template <class Events>
void put_event_columns(Table& table, const Events& events) {
  auto& label = table.texts("label", "What happened, such as cramp, sustained, twitch, fasciculation, voluntary, stimulated or artefact");
  for (const Event& e : events) label.push_back(or_none(e.trial_type));
  auto& channels = table.texts("channels", "Names of the channels that took part, joined by |");
  for (const Event& e : events) channels.push_back(channels_cell(e.channels));
  auto& annotator = table.texts("annotator", "Who said so");
  for (const Event& e : events) annotator.push_back(or_none(e.annotator));
  auto& source = table.texts("label_source", "How the row came about: manual, auto, consensus or simulated");
  for (const Event& e : events) source.push_back(or_none(e.label_source));
  auto& confidence = table.numbers("confidence", "Confidence of the annotator or detector, NaN when not said");
  for (const Event& e : events) confidence.push_back(e.confidence);
}

template <class Events>
void put_score_columns(Table& table, const Events& events) {
  auto& score = table.numbers("score", "Score of the detector, NaN when not said");
  for (const Event& e : events) score.push_back(e.score);
  auto& detector = table.texts("detector", "Name of the detector");
  for (const Event& e : events) detector.push_back(or_none(e.detector));
}

std::string censored_text(Censored c) {
  switch (c) {
    case Censored::kStart:
      return "start";
    case Censored::kEnd:
      return "end";
    case Censored::kBoth:
      return "both";
    case Censored::kNone:
      break;
  }
  return "none";
}

}  // namespace

std::string or_none(const std::string& text) { return text.empty() ? nwb::kNone : text; }

std::size_t Table::rows() const {
  if (columns.empty()) return 0;
  return std::visit(
      [](const auto& v) {
        if constexpr (requires { v.paths; }) {
          return v.paths.size();
        } else {
          return v.size();
        }
      },
      columns.front().values);
}

bool Table::is_intervals() const { return !columns.empty() && columns.front().name == "start_time"; }

std::vector<double>& Table::numbers(const std::string& column, const std::string& what) {
  columns.push_back({column, what, std::vector<double>{}});
  return std::get<std::vector<double>>(columns.back().values);
}

std::vector<std::string>& Table::texts(const std::string& column, const std::string& what) {
  columns.push_back({column, what, std::vector<std::string>{}});
  return std::get<std::vector<std::string>>(columns.back().values);
}

Node write_table_group(const NwbObjects& objects, const Node& parent, const Table& table, std::size_t rows) {
  Node group = objects.group(parent, table.name, table.is_intervals() ? "TimeIntervals" : "DynamicTable");
  std::vector<std::string> names;
  for (const TableColumn& c : table.columns) names.push_back(c.name);
  put_texts(group.id.get(), "colnames", names);
  put_text(group.id.get(), "description", table.description);
  std::vector<int> numbers(rows);
  std::iota(numbers.begin(), numbers.end(), 0);
  objects.declare(objects.integers(group, "id", numbers), "ElementIdentifiers");
  return group;
}

Node write_column(const NwbObjects& objects, const Node& group, const TableColumn& column) {
  struct Write {
    const NwbObjects& objects;
    const Node& group;
    const std::string& name;
    Node operator()(const std::vector<double>& v) const { return objects.numbers(group, name, v); }
    Node operator()(const std::vector<int>& v) const { return objects.integers(group, name, v); }
    Node operator()(const std::vector<std::string>& v) const { return objects.texts(group, name, v); }
    Node operator()(const References& v) const { return objects.references(group, name, v.paths); }
  };
  Node node = std::visit(Write{objects, group, column.name}, column.values);
  put_text(node.id.get(), "description", column.description);
  return node;
}

Node write_table(const NwbObjects& objects, const Node& parent, const Table& table) {
  Node group = write_table_group(objects, parent, table, table.rows());
  for (const TableColumn& c : table.columns) objects.declare(write_column(objects, group, c), "VectorData");
  return group;
}

bool event_before(const Event& a, const Event& b) {
  const auto key = [](const Event& e) {
    return std::tuple(ordered(e.onset_s), e.channels, ordered(e.offset_s()), e.annotator, e.trial_type, e.label_source,
                      ordered(e.confidence), ordered(e.score), e.detector);
  };
  return key(a) < key(b);
}

Table cramp_table(const std::vector<Event>& labels) {
  const std::vector<Event> rows = sorted(labels, event_before);
  Table table{nwb::kCramps, "Episodes of muscle activity as raters or a simulator name them, all classes, told apart by their label", {}};
  put_times(table, "episode", spans_of_events(rows));
  put_event_columns(table, rows);
  const bool detected = std::any_of(rows.begin(), rows.end(), [](const Event& e) { return !std::isnan(e.score) || !e.detector.empty(); });
  if (detected) put_score_columns(table, rows);
  return table;
}

Table detection_table(const std::vector<Episode>& episodes) {
  const std::vector<Episode> rows = sorted(episodes, event_before);
  Table table{"detections", "Episodes that were detected, with their measures, which belong to peak_channel", {}};
  put_times(table, "episode", spans_of_events(rows));
  put_event_columns(table, rows);
  put_score_columns(table, rows);
  const auto text = [&](const std::string& name, const std::string& what, auto value) {
    auto& column = table.texts(name, what);
    for (const Episode& e : rows) column.push_back(or_none(value(e)));
  };
  const auto number = [&](const std::string& name, const std::string& what, auto member) {
    auto& column = table.numbers(name, what);
    for (const Episode& e : rows) column.push_back(static_cast<double>(e.*member));
  };
  const auto integer = [&](const std::string& name, const std::string& what, int Episode::* member) {
    std::vector<int> values;
    for (const Episode& e : rows) values.push_back(e.*member);
    table.columns.push_back({name, what, std::move(values)});
  };
  text("onset_time", "Wall clock at the start", [](const Episode& e) { return e.onset_time; });
  text("censored", "Which end the recording or a gap cuts off: none, start, end or both",
       [](const Episode& e) { return censored_text(e.censored); });
  text("class_reason", "The rule that gave the label", [](const Episode& e) { return e.class_reason; });
  text("peak_channel", "The channel of the largest envelope", [](const Episode& e) { return e.peak_channel; });
  number("peak_uv", "Largest RMS envelope in microvolts", &Episode::peak_uv);
  number("peak_time", "Its time in seconds", &Episode::peak_time);
  number("rise_s", "Rise from 10 % to 90 % of the peak above baseline, seconds", &Episode::rise_s);
  number("decay_s", "Decay from 90 % to 10 % of the peak above baseline, seconds", &Episode::decay_s);
  number("iemg_uvs", "Integral of the rectified signal in microvolt seconds", &Episode::iemg_uvs);
  number("x_baseline", "Peak over the RMS at rest", &Episode::x_baseline);
  number("pct_mvc", "Peak in percent of the largest envelope of maximal contractions", &Episode::pct_mvc);
  number("mnf_hz", "Mean frequency in hertz", &Episode::mnf_hz);
  number("mdf_hz", "Median frequency in hertz", &Episode::mdf_hz);
  number("mdf_slope_hz_s", "Trend of the median frequency in hertz per second", &Episode::mdf_slope_hz_s);
  number("mdf_slope_low", "Lower end of its 95 % interval", &Episode::mdf_slope_low);
  number("mdf_slope_high", "Upper end of its 95 % interval", &Episode::mdf_slope_high);
  number("pre_rms_uv", "RMS in the minute before, microvolts", &Episode::pre_rms_uv);
  number("pre_mdf_hz", "Median frequency in the minute before, hertz", &Episode::pre_mdf_hz);
  number("pre_mdf_slope_hz_s", "Its trend, hertz per second", &Episode::pre_mdf_slope_hz_s);
  integer("n_windows", "Number of spectral windows wholly inside", &Episode::n_windows);
  integer("cluster", "Recurrence cluster of a cramp, from 1; 0 when it is no cramp", &Episode::cluster);
  return table;
}

Table annotated_table(const std::vector<AnnotatedSpan>& spans) {
  const auto rows = sorted(spans, span_before);
  Table table{nwb::kAnnotatedSpans, "What each annotator really looked at", {}};
  put_times(table, "stretch", spans_of(rows));
  auto& annotator = table.texts("annotator", "Who looked at it");
  for (const AnnotatedSpan& s : rows) annotator.push_back(or_none(s.annotator));
  return table;
}

Table invalid_table(const std::vector<InvalidRow>& invalid) {
  const auto rows = sorted(invalid, [](const InvalidRow& a, const InvalidRow& b) { return span_before(a.span, b.span); });
  Table table{nwb::kInvalidTimes, "Stretches that no result may rest on: artefacts, lost electrodes, gaps", {}};
  std::vector<Span> spans;
  for (const InvalidRow& r : rows) spans.push_back({r.span.start_s, r.span.stop_s});
  put_times(table, "stretch", spans);
  auto& reason = table.texts("reason", "Why it is invalid; gap: there are no samples");
  for (const InvalidRow& r : rows) reason.push_back(or_none(r.span.reason));
  auto& channels = table.texts("channels", "Names of the channels, joined by |; n/a: all");
  for (const InvalidRow& r : rows) channels.push_back(channels_cell(r.span.channels));
  auto& series = table.texts("signal", "Name of the series that a gap belongs to");
  for (const InvalidRow& r : rows) series.push_back(or_none(r.series));
  return table;
}

Table train_table(const std::vector<StimTrain>& trains) {
  const auto rows = sorted(trains, span_before);
  Table table{nwb::kStimTrains, "Trains of electrical stimuli, from the first to the last pulse", {}};
  put_times(table, "train", spans_of(rows));
  const auto number = [&](const std::string& name, const std::string& what, double StimTrain::* member) {
    auto& column = table.numbers(name, what);
    for (const StimTrain& t : rows) column.push_back(t.*member);
  };
  number("frequency_hz", "Pulses per second in hertz", &StimTrain::frequency_hz);
  number("n_pulses", "Number of pulses", &StimTrain::n_pulses);
  number("amplitude_a", "Amplitude in amperes", &StimTrain::amplitude_a);
  number("pulse_width_s", "Width of one pulse in seconds", &StimTrain::pulse_width_s);
  auto& site = table.texts("site", "Where the electrode was");
  for (const StimTrain& t : rows) site.push_back(or_none(t.site));
  auto& elicited = table.texts("elicited_cramp", "Whether a cramp followed: yes, no or n/a");
  for (const StimTrain& t : rows) elicited.push_back(or_none(t.elicited_cramp));
  return table;
}

Table protocol_table(const std::vector<Phase>& protocol) {
  const auto rows =
      sorted(protocol, [](const Phase& a, const Phase& b) { return span_before({a.start_s, a.stop_s}, {b.start_s, b.stop_s}); });
  Table table{nwb::kProtocol, "What the subject was asked to do", {}};
  put_times(table, "phase", spans_of(rows));
  auto& phase = table.texts("phase", "rest, mvc, exercise, stimulation, stretch or sleep");
  for (const Phase& p : rows) phase.push_back(or_none(p.name));
  auto& posture = table.texts("posture", "Posture, such as supine");
  for (const Phase& p : rows) posture.push_back(or_none(p.posture));
  auto& angle = table.numbers("joint_angle_deg", "Angle of the joint in degrees, NaN when not said");
  for (const Phase& p : rows) angle.push_back(p.joint_angle_deg);
  return table;
}

Table covariate_table(const std::vector<Covariate>& rows) {
  Table table{nwb::kCovariates, "What was measured or asked about the session", {}};
  auto& covariate = table.texts("covariate", "Name of what was measured");
  for (const Covariate& c : rows) covariate.push_back(or_none(c.name));
  auto& value = table.numbers("value", "Its value, NaN when it is a word");
  for (const Covariate& c : rows) value.push_back(c.value);
  auto& word = table.texts("value_text", "Its value when it is a word");
  for (const Covariate& c : rows) word.push_back(or_none(c.value_text));
  auto& unit = table.texts("unit", "Unit of the value, UCUM");
  for (const Covariate& c : rows) unit.push_back(or_none(c.unit));
  auto& time = table.numbers("time", "When, in seconds; NaN: of the whole session");
  for (const Covariate& c : rows) time.push_back(c.time_s);
  auto& method = table.texts("method", "How it was measured");
  for (const Covariate& c : rows) method.push_back(or_none(c.method));
  return table;
}

}  // namespace myocramp::io::hdf5
