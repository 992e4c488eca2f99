#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/options.hpp"
#include "myocramp/core/sample_rate.hpp"

namespace myocramp {

/// When a statistic raises an alarm and when it calls it off: levels in multiples of its level at rest, times in samples.
struct Rule {
  double alarm = 0;
  double release = 0;      ///< at most alarm
  Index hold = 1;          ///< a stretch at or above release counts once it has lasted this long and reached alarm
  Index dip = 0;           ///< falls below release that are passed over until then, at most this long
  Index bridge = 0;        ///< falls that are passed over from then on
  Index onset_delay = 0;   ///< by how much the statistic rises after the signal
  Index offset_delay = 0;  ///< by how much it falls after the signal
};

/// A published onset detector, seen as a causal test statistic and the rule that its theory gives.
///
/// The statistic is a processor: (n, c) -> (n, c), in V or a power of it, never negative, bit-equal for any split; NaN and infinity reach
/// exactly the values whose window holds them. What rest looks like is learned from the statistic itself (baseline.hpp); how alarms become
/// episodes is the business of segmentation.
class Detector {
 public:
  Detector() = default;
  Detector(const Detector&) = delete;
  Detector& operator=(const Detector&) = delete;
  virtual ~Detector() = default;

  /// Samples that one value of the statistic looks at; the value at sample i covers (i - window, i].
  [[nodiscard]] virtual Index window() const noexcept = 0;
  virtual void process(ConstBlock<double> x, Block<double> statistic) noexcept = 0;
  virtual void reset() noexcept = 0;
  /// The rule for a statistic whose relative spread at rest (standard deviation over level) is `spread`.
  [[nodiscard]] virtual Rule rule(double spread) const = 0;
  /// The level of the statistic that rounding to steps of `step_v` alone makes: a quarter of a step in a mean rectified value.
  [[nodiscard]] virtual double rounding(double step_v) const noexcept { return step_v / 4; }
};

}  // namespace myocramp
