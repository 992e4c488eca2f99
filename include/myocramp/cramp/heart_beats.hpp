#pragma once

#include <vector>

#include "myocramp/cramp/classify.hpp"

namespace myocramp {

/// Takes heart beats out of activity: short events of one channel in a row that are as regular and as alike as the beats of a heart.
///
/// A run: events of at most 0.2 s with no other activity of the channel between them, 0.4 to 1.5 s from onset to onset, each such interval
/// within 30 % of the one before, each score within a factor of 2 of the one before. Runs of `least` events are heart beats. With them go runs
/// of three whose mean interval is within a fifth of the median one, and every short event of the channel that lies one to three of those
/// intervals, to a fifth of one, from such a beat and has a score within a factor of 2 of it. `least` 0: none are.
/// `activity` may hold any channels in any order, and is left sorted by channel and onset; what is taken comes back in that order. Times are
/// seconds.  Throws: never, but for memory.  Source: our own.
std::vector<ChannelActivity> take_heart_beats(std::vector<ChannelActivity>& activity, int least);

}  // namespace myocramp
