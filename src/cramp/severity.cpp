#include "myocramp/cramp/severity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "myocramp/core/error.hpp"
#include "myocramp/signal/episode.hpp"

namespace myocramp {
namespace {

constexpr const char* kKey = "cramp.severity";

using Measure = double (*)(const Episode&);
constexpr std::array<std::pair<std::string_view, Measure>, 9> kMeasures = {{
    {"duration", [](const Episode& e) { return e.duration_s; }},
    {"score", [](const Episode& e) { return e.score; }},
    {"peak_uv", [](const Episode& e) { return e.peak_uv; }},
    {"iemg_uvs", [](const Episode& e) { return e.iemg_uvs; }},
    {"x_baseline", [](const Episode& e) { return e.x_baseline; }},
    {"pct_mvc", [](const Episode& e) { return e.pct_mvc; }},
    {"plateau_share", [](const Episode& e) { return e.plateau_share; }},
    {"muap_rate_per_s", [](const Episode& e) { return e.muap_rate_per_s; }},
    {"cluster_burden_s", [](const Episode& e) { return e.cluster_burden_s; }},
}};

const Measure* find_measure(std::string_view name) {
  const auto found = std::find_if(kMeasures.begin(), kMeasures.end(), [name](const auto& m) { return m.first == name; });
  return found == kMeasures.end() ? nullptr : &found->second;
}

InvalidArgument wrong(const std::string& expected, std::string_view found) {
  return InvalidArgument({"E-OPTION", "", kKey, expected, "'" + printable(std::string(found)) + "'"});
}

}  // namespace

SeverityScale severity_scale_of_text(std::string_view text) {
  if (text.empty()) return {};
  const std::size_t colon = text.find(':');
  SeverityScale out;
  out.measure = text.substr(0, colon);
  if (find_measure(out.measure) == nullptr) {
    std::string have;
    for (const auto& [name, unused] : kMeasures) have += (have.empty() ? "" : ", ") + std::string(name);
    throw wrong("MEASURE:LIMIT,LIMIT,... with one of the measures " + have, text);
  }
  std::string_view rest = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  while (true) {
    const std::size_t comma = rest.find(',');
    const std::string_view one = rest.substr(0, comma);
    double limit = 0;
    const auto [end, error] = std::from_chars(one.data(), one.data() + one.size(), limit);
    if (error != std::errc() || end != one.data() + one.size() || !std::isfinite(limit) ||
        (!out.limits.empty() && !(limit > out.limits.back()))) {
      throw wrong("limits that are numbers and ascend, separated by commas", text);
    }
    out.limits.push_back(limit);
    if (comma == std::string_view::npos) break;
    rest = rest.substr(comma + 1);
  }
  return out;
}

std::string to_text(const SeverityScale& severity) {
  std::string out = severity.measure;
  for (std::size_t i = 0; i < severity.limits.size(); ++i) {
    char number[32];
    const auto [end, error] = std::to_chars(number, number + sizeof number, severity.limits[i]);
    out += (i == 0 ? ":" : ",") + std::string(number, end);
  }
  return out;
}

double severity_grade(const Episode& episode, const SeverityScale& scale) {
  const Measure* measure = find_measure(scale.measure);
  const double value = measure == nullptr ? Episode::kNone : (*measure)(episode);
  if (std::isnan(value)) return Episode::kNone;
  return static_cast<double>(std::count_if(scale.limits.begin(), scale.limits.end(), [value](double limit) { return value >= limit; }));
}

}  // namespace myocramp
