#include "study/benchmark_tables.hpp"

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "io/tsv.hpp"

namespace myocramp {
namespace {

using nlohmann::json;

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string csv_row(const std::vector<std::string>& cells) {
  std::string out;
  for (const std::string& c : cells) out += (out.empty() ? "" : ",") + csv_cell(c);
  return out + "\n";
}

}  // namespace

std::vector<std::vector<RecordingScore>> by_subject(const std::vector<ClassScore::Row>& rows) {
  std::vector<std::vector<RecordingScore>> out;
  std::map<std::string, std::size_t> index;
  for (const ClassScore::Row& r : rows) {
    const auto [at, is_new] = index.emplace(r.subject.empty() ? std::string(1, '\0') + r.recording : r.subject, out.size());
    if (is_new) out.emplace_back();
    out[at->second].push_back(r.score);
  }
  return out;
}

std::vector<Metric> metrics_of(const std::vector<std::vector<RecordingScore>>& subjects, const ScoreOptions& options) {
  return PooledScore(subjects, options).metrics(std::vector<int>(subjects.size(), 1));
}

nlohmann::json szcore_json(const std::vector<ClassScore::Row>& rows) {
  const ScoreOptions options = score_options(Preset::kSzcore);
  std::map<std::string, std::vector<double>> values;
  for (const auto& subject : by_subject(rows)) {
    for (const Metric& m : metrics_of({subject}, options)) {
      if (std::isfinite(m.value)) values[m.group + "." + m.name].push_back(m.value);
    }
  }
  json out = json::object();
  for (const auto& [title, group] : {std::pair("sample_results", "samples"), std::pair("event_results", "any_overlap")}) {
    for (const auto& [name, metric] : {std::pair("sensitivity", "recall"), std::pair("precision", "precision"), std::pair("f1", "f1"),
                                       std::pair("fpRate", "false_alarms_per_day")}) {
      const std::vector<double>& x = values[std::string(group) + "." + metric];
      double mean = 0;
      for (const double v : x) mean += v / static_cast<double>(x.size());
      double variance = 0;
      for (const double v : x) variance += (v - mean) * (v - mean) / static_cast<double>(x.size());
      out[title][name] = x.empty() ? json(nullptr) : json(mean);
      out[title][std::string(name) + "_std"] = x.empty() ? json(nullptr) : json(std::sqrt(variance));
    }
  }
  return out;
}

MetricsTable::MetricsTable()
    : text_(csv_row({"detector", "recording", "subject", "class", "snr", "group", "metric", "value", "unit", "low", "high"})) {}

void MetricsTable::add(const std::string& detector, const std::string& recording, const std::string& subject, const std::string& label,
                       const std::vector<Metric>& metrics) {
  for (const Metric& m : metrics) {
    if (!std::isfinite(m.value)) continue;
    const bool is_snr = m.group.starts_with("snr_");
    text_ += csv_row({detector, recording, io::cell(subject), io::cell(label), is_snr ? m.group.substr(4, m.group.size() - 7) : "all",
                      m.group, m.name, io::cell(m.value), m.unit, io::cell(m.interval.low), io::cell(m.interval.high)});
  }
}

void MetricsTable::add_difference(const Standing& standing, const std::string& label) {
  if (!standing.to_first || !std::isfinite(standing.to_first->difference)) return;
  const Comparison& c = *standing.to_first;
  const auto add_row = [&](const std::string& metric, double value, const Confidence& interval) {
    if (!std::isfinite(value)) return;
    text_ += csv_row({standing.detector, "all", io::cell(""), io::cell(label), "all", c.group, metric, io::cell(value), c.unit,
                      io::cell(interval.low), io::cell(interval.high)});
  };
  add_row("f1_less_first", c.difference, c.interval);
  add_row("f1_less_first_p", c.p, {});
}

}  // namespace myocramp
