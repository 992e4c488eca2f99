#pragma once

#include <vector>

#include "myocramp/signal/episode.hpp"

namespace myocramp {

/// Fills what says how cramps follow each other: cluster, cluster_30min, cluster_5min, cluster_n, cluster_burden_s and
/// inter_event_interval_s; docs/methods/recurrence.md defines each. Other classes keep 0 and NaN.
///
/// A cramp that begins at most the gap (recurrence_gap_s, 1800 s and 300 s) after the latest end of the cramps before is in their cluster.
/// `episodes` are sorted by onset; s.
void measure_recurrence(std::vector<Episode>& episodes, double recurrence_gap_s);

/// Variance over mean of the numbers of cramps that begin in the whole half hours of a recording; NaN with fewer than 4 of them or without a
/// cramp in them. 1 is expected of a Poisson process, more where cramps come in clusters.
/// Source: Cox & Lewis 1966, The Statistical Analysis of Series of Events.
double dispersion_index(const std::vector<Episode>& episodes, double start_s, double duration_s);

}  // namespace myocramp
