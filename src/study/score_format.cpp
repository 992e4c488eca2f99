#include <fmt/core.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "myocramp/core/version.hpp"
#include "myocramp/study/score.hpp"

namespace myocramp {
namespace {

using nlohmann::json;

json number_or_null(double v) { return std::isfinite(v) ? json(v) : json(nullptr); }
double number_or_nan(const json& j) { return j.is_number() ? j.get<double>() : std::numeric_limits<double>::quiet_NaN(); }

std::string dump(const json& j, int indent) { return j.dump(indent, ' ', false, json::error_handler_t::replace); }

const char* preset_name(Preset p) { return p == Preset::kSzcore ? "szcore" : "cramp"; }

const char* missing_name(Missing m) {
  if (m == Missing::kEmpty) return "empty";
  return m == Missing::kSkip ? "skip" : "error";
}

const char* kind_name(IntervalKind k) {
  if (k == IntervalKind::kBca) return "bca";
  return k == IntervalKind::kPercentile ? "percentile" : "not estimable";
}

// {group: {name: {value, unit, low, high, interval}}}
json metrics_json(const std::vector<Metric>& metrics) {
  json out = json::object();
  for (const Metric& m : metrics) {
    json one = {{"value", number_or_null(m.value)}, {"unit", m.unit}};
    if (!m.is_count) {
      one["low"] = number_or_null(m.interval.low);
      one["high"] = number_or_null(m.interval.high);
      one["interval"] = kind_name(m.interval.kind);
    }
    out[m.group][m.name] = std::move(one);
  }
  return out;
}

json comparisons_json(const std::vector<Comparison>& comparisons) {
  json out = json::object();
  for (const Comparison& c : comparisons) {
    out[c.group][c.name] = {{"unit", c.unit},
                            {"first", number_or_null(c.first)},
                            {"second", number_or_null(c.second)},
                            {"difference", number_or_null(c.difference)},
                            {"low", number_or_null(c.interval.low)},
                            {"high", number_or_null(c.interval.high)},
                            {"interval", kind_name(c.interval.kind)},
                            {"p", number_or_null(c.p)}};
  }
  return out;
}

std::string iou_group(const ScoreOptions& o) { return "iou_" + detail::number(o.ious[o.primary]); }

// The group that a preset puts first.
std::string primary_group(const StudyScore& s) { return s.request.preset == Preset::kSzcore ? "any_overlap" : iou_group(s.options); }

const EventCounts& primary_counts(const RecordingScore& score, const StudyScore& s) {
  return s.request.preset == Preset::kSzcore ? score.criteria.back() : score.criteria[s.options.primary];
}

json recordings_json(const ClassScore& c, const StudyScore& s) {
  json out = json::array();
  for (const ClassScore::Row& r : c.recordings) {
    const EventCounts& n = primary_counts(r.score, s);
    out.push_back({{"recording", r.recording},
                   {"subject", r.subject.empty() ? json(nullptr) : json(r.subject)},
                   {"scored_hours", number_or_null(r.score.hours)},
                   {"n_reference", n.n_reference},
                   {"n_found", n.n_found},
                   {"true_positives", n.true_positives},
                   {"false_positives", n.false_positives},
                   {"reference_outside", r.score.n_reference_aside},
                   {"found_outside", r.score.n_found_aside}});
  }
  return out;
}

json raters_json(const std::vector<Agreement>& raters, const std::string& group) {
  json out = json::array();
  for (const Agreement& a : raters) {
    out.push_back({{"reference", a.reference},
                   {"found", a.found.empty() ? json(nullptr) : json(a.found)},
                   {"n_recordings", a.n_recordings},
                   {"metrics", metrics_json(a.metrics).value(group, json::object())}});
  }
  return out;
}

json options_json(const StudyScore& s) {
  json overlap = json::object();
  OverlapOptions copy = s.options.overlap;
  describe(copy, [&overlap](const auto& v, const Field& f) { overlap[std::string(f.name)] = v; });
  return {{"ious", s.options.ious},
          {"collars_s", s.options.collars_s},
          {"offset_share", s.options.offset_share},
          {"overlap", overlap},
          {"sample_rate_hz", s.options.sample_rate_hz},
          {"snr_edges_db", s.options.snr_edges_db},
          {"resamples", s.bootstrap.resamples},
          {"level", s.bootstrap.level},
          {"seed", s.bootstrap.seed}};
}

// A number for people: four digits that count, "n/a" where there is no answer; a count with all of its digits.
std::string shown(double v) { return std::isfinite(v) ? fmt::format("{:.4g}", v) : "n/a"; }
std::string shown(const Metric& m) { return m.is_count && m.unit == "1" ? fmt::format("{:.0f}", m.value) : shown(m.value); }

std::string shown(const Confidence& c) {
  return c.kind == IntervalKind::kNone ? "" : fmt::format(" [{}, {}]", shown(c.low), shown(c.high));
}

std::string escaped(const std::string& text) { return text.empty() ? "n/a" : printable(text); }

/// Rows of cells under a header, columns as wide as they need.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) { rows_.push_back(std::move(header)); }

  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  [[nodiscard]] bool empty() const { return rows_.size() < 2; }

  [[nodiscard]] std::string text() const {
    std::vector<std::size_t> widths(rows_.front().size(), 0);
    for (const auto& r : rows_) {
      for (std::size_t c = 0; c < r.size(); ++c) widths[c] = std::max(widths[c], r[c].size());
    }
    std::string out;
    for (const auto& r : rows_) {
      std::string line;
      for (std::size_t c = 0; c < r.size(); ++c) line += fmt::format("{:<{}}  ", r[c], widths[c]);
      line.erase(line.find_last_not_of(' ') + 1);
      out += line + "\n";
    }
    return out + "\n";
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// The metrics of one class by name.
class Lookup {
 public:
  explicit Lookup(const std::vector<Metric>& metrics) {
    for (const Metric& m : metrics) by_name_[m.group + "." + m.name] = &m;
  }
  [[nodiscard]] const Metric* find(const std::string& group, const std::string& name) const {
    const auto at = by_name_.find(group + "." + name);
    return at == by_name_.end() ? nullptr : at->second;
  }
  [[nodiscard]] std::string cell(const std::string& group, const std::string& name) const {
    const Metric* m = find(group, name);
    return m == nullptr ? "n/a" : shown(*m) + shown(m->interval);
  }

 private:
  std::map<std::string, const Metric*> by_name_;
};

std::string events_text(const StudyScore& s, const Lookup& metrics) {
  const bool szcore = s.request.preset == Preset::kSzcore;
  const std::string rate = szcore ? "false_alarms_per_day" : "false_alarms_per_hour";
  TextTable table({"criterion", "reference", "found", "true positives", "false positives", "recall", "precision", "F1",
                   szcore ? "false alarms/day" : "false alarms/h"});
  const auto add = [&](const std::string& title, const std::string& group) {
    table.row({title, metrics.cell(group, "n_reference"), metrics.cell(group, "n_found"), metrics.cell(group, "true_positives"),
               metrics.cell(group, "false_positives"), metrics.cell(group, "recall"), metrics.cell(group, "precision"),
               metrics.cell(group, "f1"), metrics.cell(group, rate)});
  };
  if (!szcore) {
    for (std::size_t k = 0; k < s.options.ious.size(); ++k) {
      const std::string number = detail::number(s.options.ious[k]);
      add("IoU >= " + number + (k == s.options.primary ? " (primary)" : ""), "iou_" + number);
    }
    for (const double collar : s.options.collars_s)
      add("collar " + detail::number(collar) + " s", "collar_" + detail::number(collar) + "_s");
  }
  add(szcore ? "any overlap (primary)" : "any overlap", "any_overlap");
  return table.text();
}

std::string means_text(const StudyScore& s, const Lookup& metrics) {
  const std::string group = primary_group(s);
  TextTable table({"mean over subjects (primary)", "value", "subjects without an answer"});
  for (const auto& [title, name] : {std::pair("recall", "recall"), std::pair("precision", "precision"), std::pair("F1", "f1")}) {
    table.row({title, metrics.cell(group, std::string("macro_") + name), metrics.cell(group, std::string("undefined_") + name)});
  }
  return table.text();
}

std::string boundaries_text(const Lookup& metrics) {
  TextTable table({"boundary, found - reference, s", "n", "bias", "mean |e|", "median |e|", "P95 |e|"});
  for (const auto& [title, group] :
       {std::pair("onset", "onset"), std::pair("offset", "offset"), std::pair("detectable onset", "detectable_onset"),
        std::pair("detectable offset", "detectable_offset"), std::pair("ln(duration ratio), no unit", "log_duration_ratio")}) {
    const Metric* n = metrics.find(group, "n");
    if (n == nullptr || n->value == 0) continue;
    table.row({title, metrics.cell(group, "n"), metrics.cell(group, "bias"), metrics.cell(group, "mae"), metrics.cell(group, "median_abs"),
               metrics.cell(group, "p95_abs")});
  }
  return table.empty() ? "" : table.text();
}

std::string others_text(const StudyScore& s, const Lookup& metrics) {
  TextTable table({"other", "value"});
  const auto add = [&](const std::string& title, const char* group, const char* name) { table.row({title, metrics.cell(group, name)}); };
  const std::string rate = " (samples, " + detail::number(s.options.sample_rate_hz) + " Hz)";
  if (s.request.preset == Preset::kSzcore) {
    add("recall" + rate, "samples", "recall");
    add("precision" + rate, "samples", "precision");
    add("F1" + rate, "samples", "f1");
    add("false alarms/day" + rate, "samples", "false_alarms_per_day");
    return table.text();
  }
  add("average precision", "ranking", "average_precision");
  add("kappa" + rate, "samples", "kappa");
  add("balanced accuracy" + rate, "samples", "balanced_accuracy");
  add("Jaccard" + rate, "samples", "jaccard");
  add("reference events in more than one piece", "fragmentation", "n_fragmented");
  add("found events per reference event met", "fragmentation", "found_per_reference");
  add("found events over more than one reference event", "merging", "n_merging");
  add("reference events per found event that meets any", "merging", "reference_per_found");
  return table.text();
}

std::string snr_text(const ClassScore& c, const Lookup& metrics) {
  TextTable table({"signal-to-noise ratio, dB", "reference", "recall", "onset bias, s", "median |onset e|, s", "offset bias, s",
                   "median |offset e|, s"});
  for (const Metric& m : c.metrics) {
    if (!m.group.starts_with("snr_") || m.name != "n_reference") continue;
    table.row({m.group.substr(4, m.group.size() - 7), shown(m), metrics.cell(m.group, "recall"), metrics.cell(m.group, "onset_bias"),
               metrics.cell(m.group, "onset_median_abs"), metrics.cell(m.group, "offset_bias"),
               metrics.cell(m.group, "offset_median_abs")});
  }
  return table.empty() ? "" : table.text();
}

std::string recordings_text(const ClassScore& c, const StudyScore& s) {
  TextTable table(
      {"recording", "subject", "scored, h", "reference", "found", "true positives", "false positives", "outside: reference", "found"});
  const auto number = [](Index n) { return std::to_string(n); };
  for (const ClassScore::Row& r : c.recordings) {
    const EventCounts& n = primary_counts(r.score, s);
    table.row({escaped(r.recording), escaped(r.subject), shown(r.score.hours), number(n.n_reference), number(n.n_found),
               number(n.true_positives), number(n.false_positives), number(r.score.n_reference_aside), number(r.score.n_found_aside)});
  }
  return table.text();
}

std::string raters_text(const ClassScore& c, const StudyScore& s) {
  if (c.raters.empty()) return "";
  const std::string group = primary_group(s);
  TextTable table({"reference", "found (primary)", "recordings", "reference", "found", "recall", "precision", "F1"});
  for (const Agreement& a : c.raters) {
    const Lookup metrics(a.metrics);
    table.row({escaped(a.reference), a.found.empty() ? "(what was found)" : printable(a.found), std::to_string(a.n_recordings),
               metrics.cell(group, "n_reference"), metrics.cell(group, "n_found"), metrics.cell(group, "recall"),
               metrics.cell(group, "precision"), metrics.cell(group, "f1")});
  }
  return table.text();
}

std::string comparisons_text(const ClassScore& c, const StudyScore& s) {
  TextTable table({"two detectors", "first", "second", "first - second", "p (sign flip)"});
  const std::string group = primary_group(s);
  for (const Comparison& x : c.comparisons) {
    const bool primary = x.group == group && !x.name.starts_with("macro_");
    if (!primary && x.name != "average_precision" && x.name != "mae") continue;
    if (std::isnan(x.first) && std::isnan(x.second)) continue;
    table.row({x.group + "." + x.name, shown(x.first), shown(x.second), shown(x.difference) + shown(x.interval), shown(x.p)});
  }
  return table.empty() ? "" : table.text();
}

std::string class_text(const ClassScore& c, const StudyScore& s) {
  const Lookup metrics(c.metrics);
  const bool szcore = s.request.preset == Preset::kSzcore;
  std::string out = fmt::format("class {}; recordings: {}; subjects: {}; scored: {} h; preset {}{}\n", escaped(c.label),
                                c.recordings.size(), c.n_subjects, metrics.cell("time", "scored_hours"), preset_name(s.request.preset),
                                s.request.rater.empty() ? "" : "; rater " + printable(s.request.rater));
  const std::string intervals =
      c.n_subjects < static_cast<std::size_t>(s.bootstrap.least_subjects)
          ? fmt::format("intervals: not estimable with fewer than {} subjects", s.bootstrap.least_subjects)
          : fmt::format("intervals in brackets: {:g} %, {} resamples of subjects, {}", 100 * s.bootstrap.level, s.bootstrap.resamples,
                        c.n_subjects < static_cast<std::size_t>(s.bootstrap.bca_subjects) ? "percentile" : "BCa");
  out += intervals + "\n\n" + events_text(s, metrics) + means_text(s, metrics);
  if (!szcore) out += boundaries_text(metrics);
  out += others_text(s, metrics);
  if (!szcore) out += snr_text(c, metrics);
  return out + raters_text(c, s) + comparisons_text(c, s) + recordings_text(c, s);
}

}  // namespace

std::string to_json(const StudyScore& s) {
  json classes = json::object();
  for (const ClassScore& c : s.classes) {
    classes[c.label] = {{"n_recordings", c.recordings.size()},
                        {"n_subjects", c.n_subjects},
                        {"metrics", metrics_json(c.metrics)},
                        {"comparison", comparisons_json(c.comparisons)},
                        {"raters", raters_json(c.raters, primary_group(s))},
                        {"recordings", recordings_json(c, s)}};
  }
  json not_scored = json::array();
  for (const NotScored& n : s.not_scored)
    not_scored.push_back({{"recording", n.name}, {"code", n.error.code}, {"reason", Error(n.error).what()}});
  return dump({{"version", kVersion},
               {"preset", preset_name(s.request.preset)},
               {"primary", primary_group(s)},
               {"rater", s.request.rater.empty() ? json(nullptr) : json(s.request.rater)},
               {"missing", missing_name(s.request.missing)},
               {"options", options_json(s)},
               {"classes", classes},
               {"not_scored", not_scored},
               {"unpaired", s.unpaired},
               {"notes", s.notes}},
              2);
}

std::string to_text(const StudyScore& s) {
  std::string out;
  for (const ClassScore& c : s.classes) out += class_text(c, s);
  if (!out.empty()) out.pop_back();  // the last empty line
  return out;
}

std::string to_json(const Labels& labels) {
  json events = json::array();
  for (const Event& e : labels.events) {
    events.push_back({{"onset_s", e.onset_s},
                      {"duration_s", e.duration_s},
                      {"trial_type", e.trial_type},
                      {"annotator", e.annotator},
                      {"label_source", e.label_source},
                      {"score", number_or_null(e.score)}});
  }
  json truth = json::array();
  for (const auto& [label, e] : labels.truth) {
    truth.push_back({{"label", label},
                     {"start_s", e.start_s},
                     {"stop_s", e.stop_s},
                     {"detectable_onset_s", number_or_null(e.detectable_onset_s)},
                     {"detectable_offset_s", number_or_null(e.detectable_offset_s)},
                     {"snr_db", number_or_null(e.snr_db)}});
  }
  json annotated = json::array();
  for (const AnnotatedSpan& a : labels.annotated) annotated.push_back({a.start_s, a.stop_s, a.annotator});
  json invalid = json::array();
  for (const InvalidSpan& i : labels.invalid) invalid.push_back({i.start_s, i.stop_s, i.reason, i.channels});
  return dump({{"subject", labels.subject},
               {"events", events},
               {"truth", truth},
               {"annotated", annotated},
               {"invalid", invalid},
               {"channels", labels.channels},
               {"start_s", labels.start_s},
               {"end_s", number_or_null(labels.end_s)},
               {"is_labelled", labels.is_labelled},
               {"notes", labels.notes}},
              -1);
}

Labels labels_from_json(const std::string& text) {
  const json j = json::parse(text);
  Labels out;
  out.subject = j.at("subject").get<std::string>();
  for (const json& e : j.at("events")) {
    Event& event = out.events.emplace_back();
    event.onset_s = e.at("onset_s").get<double>();
    event.duration_s = e.at("duration_s").get<double>();
    event.trial_type = e.at("trial_type").get<std::string>();
    event.annotator = e.at("annotator").get<std::string>();
    event.label_source = e.at("label_source").get<std::string>();
    event.score = number_or_nan(e.at("score"));
  }
  for (const json& t : j.at("truth")) {
    ReferenceEvent known;
    known.start_s = t.at("start_s").get<double>();
    known.stop_s = t.at("stop_s").get<double>();
    known.detectable_onset_s = number_or_nan(t.at("detectable_onset_s"));
    known.detectable_offset_s = number_or_nan(t.at("detectable_offset_s"));
    known.snr_db = number_or_nan(t.at("snr_db"));
    out.truth.emplace_back(t.at("label").get<std::string>(), known);
  }
  for (const json& a : j.at("annotated"))
    out.annotated.push_back({{a.at(0).get<double>(), a.at(1).get<double>()}, a.at(2).get<std::string>()});
  for (const json& i : j.at("invalid")) {
    out.invalid.push_back(
        {{i.at(0).get<double>(), i.at(1).get<double>()}, i.at(2).get<std::string>(), i.at(3).get<std::vector<std::string>>()});
  }
  out.channels = j.at("channels").get<std::vector<std::string>>();
  out.start_s = j.at("start_s").get<double>();
  out.end_s = number_or_nan(j.at("end_s"));
  out.is_labelled = j.at("is_labelled").get<bool>();
  out.notes = j.at("notes").get<std::vector<std::string>>();
  return out;
}

}  // namespace myocramp
