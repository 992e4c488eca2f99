#pragma once

#include <functional>
#include <span>
#include <vector>

#include "myocramp/core/sample_rate.hpp"

namespace myocramp {

/// Reads conditioned samples of one channel, V; gaps are NaN.
using ReadSamples = std::function<std::vector<double>(Interval rows)>;

/// What a boundary is dated by.
struct DateRule {
  Index window = 1;       ///< samples over which power is a mean
  double rest_power = 0;  ///< mean square at rest there, V^2; above 0
};

/// Where activity begins: where its power first reaches that at rest, or where it steps up there.
///
/// The first window of `span` whose mean square is at least twice that at rest gives its middle. Within one and a half windows of it lies the
/// sample at which the variance most likely changed, neither variance known. That sample is the onset when the power above rest of the window
/// behind it is at least half of that of the ten windows that follow: a step. Else the power grows, and the middle stays.
/// `limits` holds `span` and the rows that may be looked at. span.begin where no such window is found. Never after the last row of `span`.
/// Source: our own; the likely change is Hinkley 1970 Biometrika 57:1.
Index date_onset(Interval span, Interval limits, const DateRule& rule, const ReadSamples& read);

/// date_onset() backwards in time: the end of activity, at least span.begin + 1.
Index date_offset(Interval span, Interval limits, const DateRule& rule, const ReadSamples& read);

}  // namespace myocramp
