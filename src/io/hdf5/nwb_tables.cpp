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

/// The start and stop columns of a table of intervals. An instant has no end, NaN: nwbinspector takes one that ends where it starts for a
/// mistake. Throws: InvalidArgument E-TIME.
void put_times(Table& table, const std::string& what, const std::vector<Span>& spans) {
  std::vector<double> start;
  std::vector<double> stop;
  for (const Span& s : spans) {
    require_times(s.start_s, s.stop_s, table.name);
    start.push_back(s.start_s);
    stop.push_back(s.stop_s == s.start_s ? std::numeric_limits<double>::quiet_NaN() : s.stop_s);
  }
  table.numbers("start_time", "Start of the " + what + " in seconds") = std::move(start);
  table.numbers("stop_time", "End of the " + what + " in seconds, not included; NaN for an instant") = std::move(stop);
}

template <class Row>
std::vector<Span> spans_of(const std::vector<Row>& rows) {
  std::vector<Span> spans;
  for (const Row& r : rows) spans.push_back({r.start_s, r.stop_s});
  return spans;
}

/// Columns of texts and numbers out of members of the rows.
template <class Row>
void put_texts(Table& table, const std::vector<Row>& rows, const std::string& name, const std::string& what, std::string Row::* member) {
  auto& column = table.texts(name, what);
  for (const Row& r : rows) column.push_back(or_none(r.*member));
}
template <class Row>
void put_numbers(Table& table, const std::vector<Row>& rows, const std::string& name, const std::string& what, double Row::* member) {
  auto& column = table.numbers(name, what);
  for (const Row& r : rows) column.push_back(r.*member);
}

/// The columns that every table of events has.
void put_event_columns(Table& table, const std::vector<LabelRow>& rows, bool scored) {
  put_times(table, "episode", spans_of(rows));
  put_texts(table, rows, "label", "What happened, such as cramp, sustained, twitch, fasciculation, voluntary, stimulated or artefact",
            &LabelRow::label);
  put_texts(table, rows, "channels", "Names of the channels that took part, joined by |", &LabelRow::channels);
  put_texts(table, rows, "annotator", "Who said so", &LabelRow::annotator);
  put_texts(table, rows, "label_source", "How the row came about: manual, auto, consensus or simulated", &LabelRow::label_source);
  put_numbers(table, rows, "confidence", "Confidence of the annotator or detector, NaN when not said", &LabelRow::confidence);
  if (!scored) return;
  put_numbers(table, rows, "score", "Score of the detector, NaN when not said", &LabelRow::score);
  put_texts(table, rows, "detector", "Name of the detector", &LabelRow::detector);
}

/// Names that share a row, in one cell.
template <class Row>
std::string joined(const std::vector<Row>& rows, std::string Row::* member) {
  std::vector<std::string> names;
  for (const Row& r : rows) names.push_back(r.*member);
  return channels_cell(names);
}

/// Neighbours that are alike, together.
template <class Row, class Alike>
std::vector<std::vector<Row>> grouped(const std::vector<Row>& rows, Alike alike) {
  std::vector<std::vector<Row>> groups;
  for (const Row& r : rows) {
    if (groups.empty() || !alike(groups.back().front(), r)) groups.emplace_back();
    groups.back().push_back(r);
  }
  return groups;
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
  if (!column.description.empty()) put_text(node.id.get(), "description", column.description);
  return node;
}

Node write_table(const NwbObjects& objects, const Node& parent, const Table& table) {
  Node group = write_table_group(objects, parent, table, table.rows());
  for (const TableColumn& c : table.columns) objects.declare(write_column(objects, group, c), "VectorData");
  return group;
}

void require_times(double start_s, double stop_s, const std::string& place) {
  if (std::isfinite(start_s) && std::isfinite(stop_s)) return;
  throw InvalidArgument({"E-TIME", "", place, "a start and a stop in seconds", shortest(start_s) + " and " + shortest(stop_s)});
}

std::vector<LabelRow> label_rows(const std::vector<Event>& labels) {
  std::vector<LabelRow> rows;
  for (const Event& e : labels) {
    rows.push_back({e.onset_s, e.offset_s(), or_none(e.trial_type), channels_cell(e.channels), or_none(e.annotator),
                    or_none(e.label_source), e.confidence, e.score, or_none(e.detector)});
  }
  return rows;
}

bool label_before(const LabelRow& a, const LabelRow& b) {
  const auto key = [](const LabelRow& r) {
    return std::tuple(ordered(r.start_s), ordered(r.stop_s), r.channels, r.annotator, r.label, r.label_source, ordered(r.confidence),
                      ordered(r.score), r.detector);
  };
  return key(a) < key(b);
}

Table cramp_table(std::vector<LabelRow> rows, bool scored) {
  rows = sorted(std::move(rows), label_before);
  const auto has_score = [](const LabelRow& r) { return !std::isnan(r.score) || r.detector != nwb::kNone; };
  Table table{nwb::kCramps, "Episodes of muscle activity as raters or a simulator name them, all classes, told apart by their label", {}};
  put_event_columns(table, rows, scored || std::any_of(rows.begin(), rows.end(), has_score));
  return table;
}

Table detection_table(const std::vector<Episode>& episodes) {
  const std::vector<Episode> rows = sorted(episodes, [](const Episode& a, const Episode& b) {
    return std::tuple(ordered(a.onset_s), a.channels, ordered(a.offset_s())) <
           std::tuple(ordered(b.onset_s), b.channels, ordered(b.offset_s()));
  });
  Table table{"detections", "Episodes that were detected, with their measures, which belong to peak_channel", {}};
  put_event_columns(table, label_rows({rows.begin(), rows.end()}), true);
  const auto text = [&](const std::string& name, const std::string& what, auto value) {
    auto& column = table.texts(name, what);
    for (const Episode& e : rows) column.push_back(or_none(value(e)));
  };
  const auto number = [&](const std::string& name, const std::string& what, double Episode::* member) {
    put_numbers(table, rows, name, what, member);
  };
  const auto integer = [&](const std::string& name, const std::string& what, int Episode::* member) {
    std::vector<int> values;
    for (const Episode& e : rows) values.push_back(e.*member);
    table.columns.push_back({name, what, std::move(values)});
  };
  text("onset_wall_clock", "Wall clock at the start", [](const Episode& e) { return e.onset_time; });
  text("censored", "Which end the recording or a gap cuts off or invalid time hides: none, start, end or both",
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
  number("mdf_slope_percent_min", "Trend of the median frequency in percent of its start per minute", &Episode::mdf_slope_percent_min);
  number("pre_mdf_slope_low", "Lower end of the 95 % interval of pre_mdf_slope_hz_s", &Episode::pre_mdf_slope_low);
  number("pre_mdf_slope_high", "Upper end of the 95 % interval of pre_mdf_slope_hz_s", &Episode::pre_mdf_slope_high);
  number("pre_level_uv", "Median RMS of the active windows before, microvolts", &Episode::pre_level_uv);
  number("pre_level_pct_mvc", "The same in percent of maximal contractions", &Episode::pre_level_pct_mvc);
  number("pre_matched_mdf_hz", "Median frequency of the windows before that are matched in activity, hertz", &Episode::pre_matched_mdf_hz);
  number("pre_matched_mdf_slope_hz_s", "Its trend, hertz per second", &Episode::pre_matched_mdf_slope_hz_s);
  number("pre_matched_mdf_slope_low", "Lower end of its 95 % interval", &Episode::pre_matched_mdf_slope_low);
  number("pre_matched_mdf_slope_high", "Upper end of its 95 % interval", &Episode::pre_matched_mdf_slope_high);
  integer("pre_matched_windows", "How many windows before are matched in activity", &Episode::pre_matched_windows);
  number("onset_low_s", "Earliest that the onset can have been, seconds", &Episode::onset_low_s);
  number("onset_high_s", "Latest that the onset can have been, seconds", &Episode::onset_high_s);
  number("offset_low_s", "Earliest that the offset can have been, seconds", &Episode::offset_low_s);
  number("offset_high_s", "Latest that the offset can have been, seconds", &Episode::offset_high_s);
  number("plateau_share", "Share of the duration in which the envelope is above half of its height", &Episode::plateau_share);
  number("muap_rate_per_s", "Peaks of the interference pattern per second; not the rate of a motor unit", &Episode::muap_rate_per_s);
  text("recruitment", "The channels in the order of their onsets, joined by |", [](const Episode& e) { return e.recruitment(); });
  number("severity", "Grade on the user's own scale", &Episode::severity);
  integer("cluster_30min", "As cluster, with a gap of 30 minutes", &Episode::cluster_30min);
  integer("cluster_5min", "As cluster, with a gap of 5 minutes", &Episode::cluster_5min);
  integer("cluster_n", "Cramps in its cluster; 0 when it is no cramp", &Episode::cluster_n);
  number("cluster_burden_s", "Time that the cramps of its cluster cover, seconds", &Episode::cluster_burden_s);
  number("inter_event_interval_s", "From the onset of the cramp before, seconds", &Episode::inter_event_interval_s);
  for (std::size_t k = 0; k < kClasses.size(); ++k) {
    const std::string name = kClasses[k];
    auto& column = table.numbers("score_" + name, "How far the rules speak for " + name + ", 0 to 1");
    for (const Episode& e : rows) column.push_back(e.class_scores[k]);
  }
  return table;
}

Table annotated_table(const std::vector<AnnotatedSpan>& spans) {
  const auto alike = [](const Span& a, const Span& b) { return a.start_s == b.start_s && a.stop_s == b.stop_s; };
  const auto rows = grouped(sorted(spans, span_before), alike);
  Table table{nwb::kAnnotatedSpans, "What each annotator really looked at", {}};
  std::vector<Span> times;
  for (const auto& r : rows) times.push_back(r.front());
  put_times(table, "stretch", times);
  auto& annotator = table.texts("annotator", "Who looked at it; several names are joined by |");
  for (const auto& r : rows) annotator.push_back(joined(r, &AnnotatedSpan::annotator));
  return table;
}

Table invalid_table(const std::vector<InvalidRow>& invalid) {
  const auto before = [](const InvalidRow& a, const InvalidRow& b) { return span_before(a.span, b.span); };
  const auto alike = [](const InvalidRow& a, const InvalidRow& b) {  // gaps of several series
    return !a.series.empty() && !b.series.empty() && a.span.start_s == b.span.start_s && a.span.stop_s == b.span.stop_s;
  };
  const auto rows = grouped(sorted(invalid, before), alike);
  Table table{nwb::kInvalidTimes, "Stretches that no result may rest on: artefacts, lost electrodes, gaps", {}};
  std::vector<Span> times;
  for (const auto& r : rows) times.push_back(r.front().span);
  put_times(table, "stretch", times);
  auto& reason = table.texts("reason", "Why it is invalid; gap: there are no samples");
  for (const auto& r : rows) reason.push_back(or_none(r.front().span.reason));
  auto& channels = table.texts("channels", "Names of the channels, joined by |; n/a: all");
  for (const auto& r : rows) channels.push_back(channels_cell(r.front().span.channels));
  auto& series = table.texts("signal", "Names of the series that a gap belongs to, joined by |");
  for (const auto& r : rows) series.push_back(joined(r, &InvalidRow::series));
  return table;
}

Table train_table(const std::vector<StimTrain>& trains) {
  const auto rows = sorted(trains, span_before);
  Table table{nwb::kStimTrains, "Trains of electrical stimuli, from the first to the last pulse", {}};
  put_times(table, "train", spans_of(rows));
  put_numbers(table, rows, "frequency_hz", "Pulses per second in hertz", &StimTrain::frequency_hz);
  put_numbers(table, rows, "n_pulses", "Number of pulses", &StimTrain::n_pulses);
  put_numbers(table, rows, "amplitude_a", "Amplitude in amperes", &StimTrain::amplitude_a);
  put_numbers(table, rows, "pulse_width_s", "Width of one pulse in seconds", &StimTrain::pulse_width_s);
  put_texts(table, rows, "site", "Where the electrode was", &StimTrain::site);
  put_texts(table, rows, "elicited_cramp", "Whether a cramp followed: yes, no or n/a", &StimTrain::elicited_cramp);
  return table;
}

Table protocol_table(const std::vector<Phase>& protocol) {
  const auto rows =
      sorted(protocol, [](const Phase& a, const Phase& b) { return span_before({a.start_s, a.stop_s}, {b.start_s, b.stop_s}); });
  Table table{nwb::kProtocol, "What the subject was asked to do", {}};
  put_times(table, "phase", spans_of(rows));
  put_texts(table, rows, "phase", "rest, mvc, exercise, stimulation, stretch or sleep", &Phase::name);
  put_texts(table, rows, "posture", "Posture, such as supine", &Phase::posture);
  put_numbers(table, rows, "joint_angle_deg", "Angle of the joint in degrees, NaN when not said", &Phase::joint_angle_deg);
  return table;
}

Table covariate_table(const std::vector<Covariate>& rows) {
  Table table{nwb::kCovariates, "What was measured or asked about the session", {}};
  put_texts(table, rows, "covariate", "Name of what was measured", &Covariate::name);
  put_numbers(table, rows, "value", "Its value, NaN when it is a word", &Covariate::value);
  put_texts(table, rows, "value_text", "Its value when it is a word", &Covariate::value_text);
  put_texts(table, rows, "unit", "Unit of the value, UCUM", &Covariate::unit);
  put_numbers(table, rows, "time", "When, in seconds; NaN: of the whole session", &Covariate::time_s);
  put_texts(table, rows, "method", "How it was measured", &Covariate::method);
  return table;
}

}  // namespace myocramp::io::hdf5
