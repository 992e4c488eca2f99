#pragma once

#include <vector>

#include "myocramp/cramp/measures.hpp"
#include "myocramp/signal/episode.hpp"

namespace myocramp {

/// Fills the intervals that hold the true onset and offset of every episode: onset_low_s to onset_high_s, and offset_low_s to offset_high_s.
///
/// Means are of the ARV over as many frames as the envelope's window is long. Of the channel that begins first: low is the start of the last
/// frame up to the onset with which a stretch ends whose mean is at or below that at rest, high the end of the first stretch from the onset
/// on whose mean is above it by three times its spread and at least sqrt(2) times it, or of the episode. The offset likewise, of the channel that ends last. No
/// interval reaches into the episode before or after on its channel, but for artefacts. NaN at an end that the recording or a gap cuts off; low of the onset and high
/// of the offset also where the signal or a gap ends before such a stretch is found.
///
/// No stretch of rest reaches to within half a second of the channel's `invalid_times`, but for those shorter than the window. Where such
/// time lies between an end and the rest or the neighbour outwards of it, the end is hidden: it becomes censored, and its interval reaches behind
/// that time. What the protocol explains, and artefacts, hide nothing. Times are seconds. Source: our own (docs/methods/edges.md).
void measure_edges(std::vector<Episode>& episodes, const std::vector<SignalFeatures>& features,
                   const std::vector<InvalidSpan>& invalid_times = {});

}  // namespace myocramp
