#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "myocramp/study/tables.hpp"

namespace myocramp {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// Decimals enough for a judgement; infinite and NaN are null.
ordered_json rounded(double v, double per_unit) {
  return std::isfinite(v) ? ordered_json(std::round(v * per_unit) / per_unit) : ordered_json(nullptr);
}

ordered_json measure(std::size_t which, double v) { return rounded(v, which < 2 ? 1e2 : 1e6); }

ordered_json seconds(double v) { return rounded(v, 1e9); }

ordered_json measures_json(const QualityMeasures& m) {
  ordered_json out;
  const auto all = values(m);
  for (std::size_t i = 0; i < all.size(); ++i) out[kQualityNames[i]] = measure(i, all[i]);
  return out;
}

// One list for each measure: a night has thousands of spans.
ordered_json spans_json(const std::vector<QualityMeasures>& spans) {
  ordered_json out;
  for (const char* name : kQualityNames) out[name] = ordered_json::array();
  for (const QualityMeasures& m : spans) {
    const auto all = values(m);
    for (std::size_t i = 0; i < all.size(); ++i) out[kQualityNames[i]].push_back(measure(i, all[i]));
  }
  return out;
}

// The hum that was taken off a channel; null: there was none.
ordered_json hum_json(const Hum& hum) {
  if (hum.mains_hz == 0) return nullptr;
  ordered_json multiples = ordered_json::array();
  ordered_json amplitudes = ordered_json::array();
  for (const Hum::Multiple& m : hum.multiples) {
    multiples.push_back(m.number);
    amplitudes.push_back(rounded(std::sqrt(m.mean_square) * 1e6, 1e6));
  }
  const auto known = [&hum](double hz) { return hum.with_hum == 0 ? ordered_json(nullptr) : rounded(hz, 1e3); };
  return {{"mains_hz", hum.mains_hz},
          {"windows", hum.looked},
          {"windows_with_hum", hum.positive},
          {"share", rounded(static_cast<double>(hum.with_hum) / static_cast<double>(std::max<Index>(1, hum.segments)), 1e6)},
          {"frequency_hz", known(hum.frequency_hz)},
          {"lowest_hz", known(hum.lowest_hz)},
          {"highest_hz", known(hum.highest_hz)},
          {"multiples", std::move(multiples)},
          {"amplitude_uv", std::move(amplitudes)}};
}

ordered_json signal_json(const Quality& q) {
  ordered_json channels = ordered_json::array();
  for (std::size_t c = 0; c < q.channels.size(); ++c) {
    const ChannelQuality& of = q.measured.channels[c];
    ordered_json one = {{"channel", q.channels[c]}, {"flags", of.flags}};
    one.update(measures_json(of.all));
    one["removed_hum"] = hum_json(q.hum[c]);
    one["spans"] = spans_json(of.spans);
    channels.push_back(std::move(one));
  }
  return {{"signal", q.name},
          {"start_s", seconds(q.start_s)},
          {"span_s", seconds(q.rate.time(q.measured.span))},
          {"segment_s", seconds(q.rate.time(q.measured.segment))},
          {"mains_hz", rounded(q.measured.mains_hz, 1e6)},
          {"channels", std::move(channels)}};
}

// Lists of plain values stand on one line; everything else on lines of its own.
void write(const ordered_json& j, int depth, std::string& out) {
  const auto dump = [](const ordered_json& v) { return v.dump(-1, ' ', false, json::error_handler_t::replace); };
  const bool nested = std::any_of(j.begin(), j.end(), [](const ordered_json& v) { return v.is_structured(); });
  if (j.empty() || !j.is_structured() || (j.is_array() && !nested) || (j.is_object() && !nested && depth > 1)) {
    out += dump(j);
    return;
  }
  const std::string indent(static_cast<std::size_t>(depth + 1) * 2, ' ');
  out += j.is_array() ? "[" : "{";
  const char* separator = "\n";
  for (auto it = j.begin(); it != j.end(); ++it) {
    out += separator + indent;
    if (j.is_object()) out += dump(it.key()) + ": ";
    write(*it, depth + 1, out);
    separator = ",\n";
  }
  out += "\n" + std::string(static_cast<std::size_t>(depth) * 2, ' ') + (j.is_array() ? "]" : "}");
}

}  // namespace

bool spectra_refused(const Episode& e) { return e.n_windows > 0 && !std::isfinite(e.mdf_hz); }

std::string quality_json(const Analysis& analysis) {
  ordered_json signals = ordered_json::array();
  for (const Quality& q : analysis.quality) signals.push_back(signal_json(q));
  ordered_json artefacts = ordered_json::array();
  for (const InvalidSpan& a : analysis.artefacts) {
    artefacts.push_back({{"onset", seconds(a.start_s)},
                         {"duration", seconds(a.stop_s - a.start_s)},
                         {"channel", a.channels.front()},
                         {"reason", a.reason}});
  }
  ordered_json episodes = ordered_json::array();
  int number = 0;
  for (const Episode& e : analysis.episodes) {
    ordered_json refused = ordered_json::array();
    const auto refuse = [&refused](std::initializer_list<const char*> columns) {
      for (const char* column : columns) refused.push_back(column);
    };
    if (spectra_refused(e)) refuse({"mnf_hz", "mdf_hz", "mdf_slope_hz_s", "mdf_slope_low", "mdf_slope_high", "mdf_slope_percent_min"});
    if (std::isfinite(e.pre_level_uv) && !std::isfinite(e.pre_mdf_hz)) {
      refuse({"pre_mdf_hz", "pre_mdf_slope_hz_s", "pre_mdf_slope_low", "pre_mdf_slope_high", "pre_matched_mdf_hz",
              "pre_matched_mdf_slope_hz_s", "pre_matched_mdf_slope_low", "pre_matched_mdf_slope_high"});
    }
    ordered_json one = {{"episode", ++number},
                        {"channel", e.peak_channel},
                        {"snr_db", measure(0, e.snr_db)},
                        {"pre_snr_db", measure(0, e.pre_snr_db)},
                        {"refused", refused}};
    if (!refused.empty()) one["reason"] = "signal-to-noise ratio not known, or below cramp.spectral_snr_db";
    episodes.push_back(std::move(one));
  }
  const ordered_json all = {{"signals", std::move(signals)}, {"artefacts", std::move(artefacts)}, {"episodes", std::move(episodes)}};
  std::string out;
  write(all, 0, out);
  return out + "\n";
}

}  // namespace myocramp
