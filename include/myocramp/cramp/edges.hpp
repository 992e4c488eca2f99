#pragma once

#include <vector>

#include "myocramp/cramp/measures.hpp"
#include "myocramp/signal/episode.hpp"

namespace myocramp {

/// Fills the intervals that hold the true onset and offset of every episode: onset_low_s to onset_high_s, and offset_low_s to offset_high_s.
///
/// Of the channel that begins first: low is the start of the last frame up to the onset whose ARV is at or below that at rest, high the end
/// of the first frame from the onset on whose ARV is clearly above it, by three times its spread. The offset likewise, of the channel that
/// ends last. No interval reaches into the episode before or after on its channel. NaN at a censored end, and where the signal or a gap ends
/// before such a frame is found. Times are seconds. Source: our own (docs/methods/edges.md).
void measure_edges(std::vector<Episode>& episodes, const std::vector<SignalFeatures>& features);

}  // namespace myocramp
