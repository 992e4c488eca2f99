#pragma once

#include <vector>

#include "myocramp/cramp/classify.hpp"
#include "myocramp/cramp/measures.hpp"
#include "myocramp/signal/signal.hpp"
#include "study/kept_samples.hpp"

namespace myocramp {

/// Dates the boundaries of a signal's activity by its samples (cramp/dates.hpp): of stretches of twitch_s or longer, but not where the
/// recording or a gap cuts them. They stay sorted, apart, and at least one sample long.
///
/// `activity` is sorted by channel and onset and may hold other signals' channels, which stay. `samples` have been through their first
/// pass. `options.date_window_s` is above 0.
void date_edges(std::vector<ChannelActivity>& activity, const SignalFeatures& features, const Signal& signal, KeptSamples& samples,
                const CrampOptions& options);

}  // namespace myocramp
