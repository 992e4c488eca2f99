#pragma once

#include <vector>

#include "myocramp/cramp/classify.hpp"
#include "myocramp/cramp/measures.hpp"
#include "myocramp/cramp/options.hpp"

namespace myocramp {

/// Joins stretches of activity of one channel across pauses in which the muscle went on, and says how strong each stretch is.
///
/// A detector that judges windows of some 50 ms breaks a faint cramp into pieces: the pause between two of them is long enough to be told
/// from rest only by the mean over all of it. p is the power above rest over that at rest, (m / r)^2 - 1, from the means m of the rectified
/// signal over a stretch and r at rest. A pause is part of the activity
///   - below `merge_gap_s`;
///   - up to 0.25 s behind a contraction (`twitch_s` or longer): so far apart the discharges of a single motor unit may be; up to `doubt_gap_s`
///     where it is below half of rest, as where samples were lost;
///   - up to `doubt_gap_s`, when its p, two standard errors up, is at least `pause_share` of the smaller p of its two sides: it cannot be
///     told from a weaker moment of what surrounds it;
///   - up to `active_gap_s`, when its mean lies `pause_deviations` standard errors above rest, and its p is at least `pause_share` of the same.
/// The p of a side is that of its second next to the pause.
/// Then a contraction takes the discharges that it builds up from and ends in: what lasts less than `twitch_s`, within 1.2 s of it or of the
/// one before, up to 10 s at either end, no stronger than itself, and ahead of it not far fainter than its beginning; and behind it, within
/// 1.2 s, what lasts longer with at most a quarter of its power.  Across a gap in the data (cut_end, cut_start) only where it is below
/// `merge_gap_s` and no longer than both sides together.
/// `level_v` of the stretches that come back is their RMS above rest, V.
/// `activity` may hold any channels in any order; it comes back sorted by channel and onset. Times are seconds.
/// Throws: InvalidArgument E-OPTION.  Source: our own.
std::vector<ChannelActivity> join_pauses(std::vector<ChannelActivity> activity, const std::vector<SignalFeatures>& features,
                                         const CrampOptions& options);

}  // namespace myocramp
