#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace myocramp {

/// A straight line through a feature over time, with the 95 % interval of its slope. NaN: no answer.
struct Trend {
  double slope = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
  double intercept = std::numeric_limits<double>::quiet_NaN();          ///< the line's value at the first time of the track
  double slope_percent_min = std::numeric_limits<double>::quiet_NaN();  ///< 100 * 60 * slope / intercept; NaN unless that is above 0
  double low_percent_min = std::numeric_limits<double>::quiet_NaN();    ///< the interval on that scale, the intercept taken as known
  double high_percent_min = std::numeric_limits<double>::quiet_NaN();
  double autocorrelation = std::numeric_limits<double>::quiet_NaN();  ///< of neighbouring windows around the line, 0 to 0.99
  std::size_t windows = 0;                                            ///< with a value
};

enum class TrendMethod { kTheilSen, kLeastSquares };

struct TrendOptions {
  TrendMethod method = TrendMethod::kTheilSen;
  std::uint64_t seed = 1;  ///< of the resampling
};

/// Fewer windows than this have no trend.
inline constexpr std::size_t kTrendMinimum = 10;

/// More windows than this are first reduced to medians of bins of equal count, at most so many.
inline constexpr std::size_t kTrendMost = 1000;

/// Tracks made for each interval, so that its cost is bounded.
inline constexpr std::size_t kTrendResamples = 499;

/// The trend of a feature, with an interval that holds for windows whose values hang together, as overlapping ones do.
///
/// `t` (s) and `y` have one length, in any order of time; windows whose y is NaN or infinite are left out, and their time stays a gap. The
/// interval comes from a studentised block bootstrap of the residuals, whitened by a first-order autoregression. Same input, method and
/// seed: same bits. Fewer than kTrendMinimum windows, or all at one time: NaN.
/// Throws: InvalidArgument E-LENGTH, E-TIME for a time that is not finite.
/// Source: docs/methods/trend.md. The slopes are those of scipy.stats.theilslopes and linregress up to kTrendMost windows.
Trend trend(std::span<const double> t, std::span<const double> y, const TrendOptions& options = {});

/// Theil-Sen slope: the median of the slopes of all pairs, with Sen's 95 % interval, which takes windows for independent.
///
/// Input, reduction and line are those of trend(); the autocorrelation is not estimated.
/// Source: Sen 1968 JASA 63:1379; agrees with scipy.stats.theilslopes up to kTrendMost windows.
Trend theil_sen(std::span<const double> t, std::span<const double> y);

}  // namespace myocramp
