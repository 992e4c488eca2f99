#include "myocramp/study/tables.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "io/tsv.hpp"
#include "myocramp/cramp/recurrence.hpp"
#include "myocramp/io/events.hpp"

namespace myocramp {
namespace {

using io::cell;

std::vector<std::string> event_cells(const Event& e) {
  return {cell(e.onset_s),    cell(e.duration_s), cell(e.trial_type),   io::channels_cell(e.channels),
          cell(e.confidence), cell(e.annotator),  cell(e.label_source), cell(e.score),
          cell(e.detector)};
}

// What counts from 1; 0 is no answer.
std::string count_cell(int n) { return n > 0 ? cell(n) : cell(std::string()); }

int clusters(const std::vector<Episode>& episodes) {
  int most = 0;
  for (const Episode& e : episodes) most = std::max(most, e.cluster);
  return most;
}

// Time covered by cramps, overlaps counted once. Episodes are sorted by onset.
double cramp_time_s(const std::vector<Episode>& episodes) {
  double total = 0;
  double covered = -1e300;
  for (const Episode& e : episodes) {
    if (e.trial_type != "cramp") continue;
    total += std::max(0.0, e.offset_s() - std::max(e.onset_s, covered));
    covered = std::max(covered, e.offset_s());
  }
  return std::round(total * 1e9) / 1e9;
}

}  // namespace

const std::vector<std::string>& episode_columns() {
  static const std::vector<std::string> columns = [] {
    std::vector<std::string> all = io::event_columns();
    for (const char* name : {"episode",
                             "offset",
                             "onset_time",
                             "censored",
                             "class_reason",
                             "peak_channel",
                             "peak_uv",
                             "peak_time",
                             "rise_s",
                             "decay_s",
                             "iemg_uvs",
                             "x_baseline",
                             "pct_mvc",
                             "mnf_hz",
                             "mdf_hz",
                             "mdf_slope_hz_s",
                             "mdf_slope_low",
                             "mdf_slope_high",
                             "pre_rms_uv",
                             "pre_mdf_hz",
                             "pre_mdf_slope_hz_s",
                             "n_windows",
                             "cluster",
                             "mdf_slope_percent_min",
                             "pre_mdf_slope_low",
                             "pre_mdf_slope_high",
                             "pre_level_uv",
                             "pre_level_pct_mvc",
                             "pre_matched_mdf_hz",
                             "pre_matched_mdf_slope_hz_s",
                             "pre_matched_mdf_slope_low",
                             "pre_matched_mdf_slope_high",
                             "pre_matched_windows",
                             "onset_low_s",
                             "onset_high_s",
                             "offset_low_s",
                             "offset_high_s",
                             "plateau_share",
                             "muap_rate_per_s",
                             "n_channels",
                             "recruitment",
                             "severity",
                             "cluster_30min",
                             "cluster_5min",
                             "cluster_n",
                             "cluster_burden_s",
                             "inter_event_interval_s"}) {
      all.emplace_back(name);
    }
    for (const char* name : kClasses) all.push_back(std::string("score_") + name);
    return all;
  }();
  return columns;
}

std::vector<std::string> episode_cells(const Episode& e, int number) {
  std::vector<std::string> cells = event_cells(e);
  for (std::string& c : std::vector<std::string>{cell(number),
                                                 cell(std::round(e.offset_s() * 1e9) / 1e9),
                                                 cell(e.onset_time),
                                                 cell(censored_text(e.censored)),
                                                 cell(e.class_reason),
                                                 cell(e.peak_channel),
                                                 cell(e.peak_uv),
                                                 cell(e.peak_time),
                                                 cell(e.rise_s),
                                                 cell(e.decay_s),
                                                 cell(e.iemg_uvs),
                                                 cell(e.x_baseline),
                                                 cell(e.pct_mvc),
                                                 cell(e.mnf_hz),
                                                 cell(e.mdf_hz),
                                                 cell(e.mdf_slope_hz_s),
                                                 cell(e.mdf_slope_low),
                                                 cell(e.mdf_slope_high),
                                                 cell(e.pre_rms_uv),
                                                 cell(e.pre_mdf_hz),
                                                 cell(e.pre_mdf_slope_hz_s),
                                                 cell(e.n_windows),
                                                 count_cell(e.cluster),
                                                 cell(e.mdf_slope_percent_min),
                                                 cell(e.pre_mdf_slope_low),
                                                 cell(e.pre_mdf_slope_high),
                                                 cell(e.pre_level_uv),
                                                 cell(e.pre_level_pct_mvc),
                                                 cell(e.pre_matched_mdf_hz),
                                                 cell(e.pre_matched_mdf_slope_hz_s),
                                                 cell(e.pre_matched_mdf_slope_low),
                                                 cell(e.pre_matched_mdf_slope_high),
                                                 cell(e.pre_matched_windows),
                                                 cell(e.onset_low_s),
                                                 cell(e.onset_high_s),
                                                 cell(e.offset_low_s),
                                                 cell(e.offset_high_s),
                                                 cell(e.plateau_share),
                                                 cell(e.muap_rate_per_s),
                                                 cell(static_cast<std::int64_t>(e.channels.size())),
                                                 cell(e.recruitment()),
                                                 cell(e.severity),
                                                 count_cell(e.cluster_30min),
                                                 count_cell(e.cluster_5min),
                                                 count_cell(e.cluster_n),
                                                 cell(e.cluster_burden_s),
                                                 cell(e.inter_event_interval_s)}) {
    cells.push_back(c);
  }
  for (const double score : e.class_scores) cells.push_back(cell(score));
  return cells;
}

std::string episodes_tsv(const std::vector<Episode>& episodes, const std::vector<int>& numbers, double start_s, double duration_s) {
  io::TsvWriter table(episode_columns());
  for (std::size_t i = 0; i < episodes.size(); ++i) table.row(episode_cells(episodes[i], numbers[i]));
  if (episodes.empty()) {
    Event background;
    background.onset_s = start_s;
    background.duration_s = duration_s;
    background.trial_type = "bckg";
    std::vector<std::string> cells = event_cells(background);
    cells.resize(episode_columns().size(), cell(std::string()));
    table.row(cells);
  }
  return table.text();
}

std::string episodes_tsv(const Analysis& analysis) {
  std::vector<int> numbers(analysis.episodes.size());
  std::iota(numbers.begin(), numbers.end(), 1);
  return episodes_tsv(analysis.episodes, numbers, analysis.start_s, analysis.duration_s);
}

std::string rejected_tsv(const std::vector<Rejected>& rejected) {
  std::vector<std::string> columns = io::event_columns();
  columns.emplace_back("reason");
  io::TsvWriter table(columns);
  for (const Rejected& r : rejected) {
    std::vector<std::string> cells = event_cells(r);
    cells.push_back(cell(r.reason));
    table.row(cells);
  }
  return table.text();
}

io::Derived derived_of(Analysis&& analysis) {
  io::Derived out;
  for (SignalFeatures& f : analysis.features) {
    io::DerivedSignal s;
    s.name = f.name;
    s.channels = f.channels;
    s.first_s = f.frame_centre(0);
    s.rate_hz = 1 / f.hop_s;
    s.window_s = f.envelope_window_s;
    s.rms_v = std::move(f.rms_v);
    s.spectral = std::move(f.spectral);
    s.spectral_window_s = f.spectral_window_s;
    out.signals.push_back(std::move(s));
  }
  out.detections = std::move(analysis.episodes);
  return out;
}

std::vector<std::pair<std::string, std::string>> summary_cells(const Analysis& analysis) {
  std::vector<std::pair<std::string, std::string>> out = {
      {"duration_s", cell(analysis.duration_s)}, {"n_channels", cell(analysis.n_channels)}, {"baseline_uv", cell(analysis.baseline_uv)}};
  for (const char* name : kClasses) {
    const auto n =
        std::count_if(analysis.episodes.begin(), analysis.episodes.end(), [name](const Episode& e) { return e.trial_type == name; });
    out.emplace_back("n_" + std::string(name), cell(static_cast<std::int64_t>(n)));
  }
  out.emplace_back("cramp_time_s", cell(cramp_time_s(analysis.episodes)));
  out.emplace_back("n_rejected", cell(static_cast<std::int64_t>(analysis.rejected.size())));
  double gap_s = 0;
  for (const Gaps& g : analysis.gaps) gap_s += g.duration_s;
  out.emplace_back("gap_s", cell(gap_s));
  std::string refused;
  for (const Refusal& r : analysis.refused) refused += (refused.empty() ? "" : "; ") + r.signal + ": " + r.code + ": " + r.reason;
  out.emplace_back("refused", cell(refused));
  out.emplace_back("n_clusters", cell(clusters(analysis.episodes)));
  out.emplace_back("cramp_dispersion", cell(dispersion_index(analysis.episodes, analysis.start_s, analysis.duration_s)));
  return out;
}

}  // namespace myocramp
