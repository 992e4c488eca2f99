#include "myocramp/cramp/recurrence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "myocramp/core/reduce.hpp"

namespace myocramp {
namespace {

bool is_cramp(const Episode& e) { return e.trial_type == "cramp"; }

// Differences of times carry the rounding of both; to the nanosecond they print as a person would write them.
double nanosecond(double seconds) { return std::round(seconds * 1e9) / 1e9; }

void number_clusters(std::vector<Episode>& episodes, double gap_s, int Episode::* member) {
  int cluster = 0;
  double last_offset = -std::numeric_limits<double>::infinity();
  for (Episode& e : episodes) {
    if (!is_cramp(e)) continue;
    if (nanosecond(e.onset_s - last_offset) > gap_s) ++cluster;
    e.*member = cluster;
    last_offset = std::max(last_offset, e.offset_s());
  }
}

}  // namespace

void measure_recurrence(std::vector<Episode>& episodes, double recurrence_gap_s) {
  number_clusters(episodes, recurrence_gap_s, &Episode::cluster);
  number_clusters(episodes, 1800, &Episode::cluster_30min);
  number_clusters(episodes, 300, &Episode::cluster_5min);

  struct Cluster {
    int n = 0;
    double burden_s = 0;
  };
  std::vector<Cluster> clusters;
  double covered = -std::numeric_limits<double>::infinity();
  double last_onset = std::numeric_limits<double>::quiet_NaN();
  for (Episode& e : episodes) {
    if (!is_cramp(e)) continue;
    clusters.resize(static_cast<std::size_t>(e.cluster));
    clusters.back().n += 1;
    clusters.back().burden_s += std::max(0.0, e.offset_s() - std::max(e.onset_s, covered));
    covered = std::max(covered, e.offset_s());
    e.inter_event_interval_s = nanosecond(e.onset_s - last_onset);
    last_onset = e.onset_s;
  }
  for (Episode& e : episodes) {
    if (!is_cramp(e)) continue;
    const Cluster& own = clusters[static_cast<std::size_t>(e.cluster - 1)];
    e.cluster_n = own.n;
    e.cluster_burden_s = nanosecond(own.burden_s);
  }
}

double dispersion_index(const std::vector<Episode>& episodes, double start_s, double duration_s) {
  constexpr double kBin_s = 1800;
  constexpr double kLeast = 4;
  const double bins = std::floor(duration_s / kBin_s);
  if (!(bins >= kLeast)) return std::numeric_limits<double>::quiet_NaN();
  std::vector<double> counts(static_cast<std::size_t>(bins), 0);
  for (const Episode& e : episodes) {
    const double bin = std::floor((e.onset_s - start_s) / kBin_s);
    if (is_cramp(e) && bin >= 0 && bin < bins) counts[static_cast<std::size_t>(bin)] += 1;
  }
  const double average = mean(counts);
  double squares = 0;
  for (const double n : counts) squares += (n - average) * (n - average);
  return squares / (bins - 1) / average;  // 0 / 0: no cramp, no answer
}

}  // namespace myocramp
