#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/detect/rms_frames.hpp"
#include "myocramp/simd/kernels.hpp"

namespace myocramp {

/// Ends of the segments that make sum over segments of (n ln(mean of energy) + penalty) least: changes of variance of zero-mean Gaussian values.
///
/// `energy` holds squares or mean squares, above 0 with a finite sum; `penalty` is at least 0. The last end is the size; none of an
/// empty list. The optimum is exact: PELT prunes only what can never be best again. Time grows with the square of a stretch without a change.
/// Source: Killick, Fearnhead & Eckley 2012 J Am Stat Assoc 107:1590.
inline std::vector<Index> change_points(const std::vector<double>& energy, double penalty) {
  const std::size_t n = energy.size();
  std::vector<double> cost(n + 1, 0.0);      // of the best segments up to there
  std::vector<std::size_t> start(n + 1, 0);  // of the last of them
  // The candidates for the start of the last segment, side by side: place, cost and sum from there on. Differences of sums from the start would
  // lose segments that are weak beside what lies before them.
  constexpr std::size_t kGroup = 8;  // that are bounded together
  const std::size_t groups = (n + kGroup - 1) / kGroup;
  std::vector<double> place(groups * kGroup);
  std::vector<double> before(groups * kGroup);
  std::vector<double> sums(groups * kGroup);
  std::vector<double> low(groups * kGroup);
  std::vector<std::uint8_t> below(groups);  // whether a bound in the group is less than the best cost
  std::size_t count = 0;
  double best_sum = 0;  // of the best last segment
  for (std::size_t t = 1; t <= n; ++t) {
    place[count] = static_cast<double>(t - 1);
    before[count] = cost[t - 1];
    sums[count] = 0;
    ++count;
    const auto now = static_cast<double>(t);
    const auto length = [now](double from) { return now - from; };
    // What was best a sample ago is a good guess.
    std::size_t best_start = start[t - 1];
    const double m0 = length(static_cast<double>(best_start));
    best_sum += energy[t - 1];
    const double mean = best_sum / m0;
    double best = cost[best_start] + m0 * std::log(mean);
    // ln y >= ln a + 1 - a / y, equal at y = a: a bound without a logarithm, which tells nearly all candidates that they cannot be best.
    const double slope = std::log(mean) + 1;
    simd::kernels().change_bounds({place.data(), before.data(), sums.data(), static_cast<Index>(count), now, slope, mean, energy[t - 1],
                                   best, low.data(), below.data()});
    for (std::size_t group = 0; group < count; group += kGroup) {
      if (below[group / kGroup] == 0) continue;
      for (std::size_t k = group; k < std::min(count, group + kGroup); ++k) {
        if (!(low[k] < best)) continue;
        const double m = length(place[k]);
        low[k] = before[k] + m * std::log(sums[k] / m);
        if (low[k] < best) {
          best = low[k];
          best_start = static_cast<std::size_t>(place[k]);
          best_sum = sums[k];
        }
      }
    }
    cost[t] = best + penalty;
    start[t] = best_start;
    if (t % 8 != 0) continue;
    // A start that is worse than a new segment here stays worse.
    std::size_t kept = 0;
    for (std::size_t k = 0; k < count; ++k) {
      place[kept] = place[k];
      before[kept] = before[k];
      sums[kept] = sums[k];
      kept += low[k] <= cost[t] ? 1U : 0U;
    }
    count = kept;
  }
  std::vector<Index> ends;
  for (std::size_t t = n; t > 0; t = start[t]) ends.push_back(static_cast<Index>(t));
  std::reverse(ends.begin(), ends.end());
  return ends;
}

/// Options of the PELT detector.
struct Pelt {
  double frame_s = 0.02;
  double penalty = 2;
  double ratio = 1.5;
  double min_duration_s = 0.05;
};

template <class V>
void describe(Pelt& o, V&& v) {
  v(o.frame_s, Field{"frame_s", "s", 0.005, 1, "length of a frame", "our default"});
  v(o.penalty,
    Field{"penalty", "1", 0.1, 100, "cost of a change, in logarithms of the number of samples: 2 is BIC", "Killick et al. 2012"});
  v(o.ratio, Field{"ratio", "1", 1, 100, "RMS of a segment over rest from which it is active", "our default"});
  v(o.min_duration_s, Field{"min_duration_s", "s", 0, 10, "shorter activity is dropped and shorter pauses are bridged", "our default"});
}

/// Changes of variance by PELT; a segment between two of them is active when its level stands far enough above rest.
///
/// The cost of a segment of m frames is -2 log of its Gaussian likelihood, m d ln(mean of RMS^2), d the independent samples in a frame by the
/// spread at rest, and each change costs penalty * ln(samples).
/// Units: V -> V.  Delay: none; boundaries lie between frames.
/// Deviations: over frames instead of samples; cut every 60 s, because time grows with the square of rest.
/// Source: Killick, Fearnhead & Eckley 2012 J Am Stat Assoc 107:1590.
class PeltDetector final : public RmsFrames {
 public:
  PeltDetector(const Pelt& options, SampleRate rate, Index channels) : RmsFrames(options.frame_s, rate, channels), options_(options) {
    check(options, "detector");
  }

  [[nodiscard]] std::vector<FrameActivity> decide(const Frames& frames) const override {
    constexpr double kPiece_s = 60;
    const std::vector<double> energy = energies(frames);
    const auto piece = static_cast<std::size_t>(frames_in(kPiece_s));
    const double samples = independent(frames.spread);
    const double penalty = options_.penalty * std::log(samples * static_cast<double>(piece)) / samples;
    std::vector<Index> ends;
    for (std::size_t at = 0; at < energy.size(); at += piece) {
      const auto from = energy.begin() + static_cast<Index>(at);
      const std::vector<double> values(from, from + static_cast<Index>(std::min(piece, energy.size() - at)));
      for (const Index end : change_points(values, penalty)) ends.push_back(static_cast<Index>(at) + end);
    }
    const Index shortest = frames_in(options_.min_duration_s);
    return stretches(segment_scores(energy, ends, options_.ratio), shortest, shortest);
  }

 private:
  Pelt options_;
};

}  // namespace myocramp
