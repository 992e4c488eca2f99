#pragma once

#include "myocramp/cramp/measures.hpp"
#include "myocramp/signal/episode.hpp"

namespace myocramp {

/// Peaks of the interference pattern per second over the frames in `rows`: half of the times at which |x| rises above twice its mean in the
/// frame. Frames that are not clearly above rest add time and no peaks; gaps add nothing. NaN without a frame.
///
/// It counts action potentials only while they do not overlap; it is never the rate of a motor unit. docs/methods/muap_rate.md.
double muap_rate(const SignalFeatures& features, Index channel, Interval rows);

}  // namespace myocramp
