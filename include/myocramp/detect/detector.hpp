#pragma once

#include <cstddef>
#include <memory>
#include <span>
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

/// What a detector over frames judges: one channel, from one gap or end to the next.
struct Frames {
  std::vector<double> value;  ///< the statistic of each frame, V; finite
  std::vector<double> level;  ///< the same at rest, V
  double spread = 0;          ///< its relative spread at rest

  [[nodiscard]] Index count() const noexcept { return static_cast<Index>(value.size()); }
  /// A frame over its level at rest; above a level of exactly 0, digital silence, anything is infinite.
  [[nodiscard]] double ratio(Index k) const noexcept {
    const auto i = static_cast<std::size_t>(k);
    return value[i] == 0 ? 0 : value[i] / level[i];
  }
};

/// Frames of a channel that are active.
struct FrameActivity {
  Interval frames;
  double score = 0;  ///< at least 1
};

/// What a statistic is like at rest around a boundary.
struct Rest {
  double level = 0;   ///< above 0
  double spread = 0;  ///< robust standard deviation over level
};

/// A published onset detector, seen as a causal test statistic and the rule that its theory gives.
///
/// The statistic is a processor: (n, c) -> (n, c), in V or a power of it, never negative, bit-equal for any split; NaN and infinity reach
/// exactly the values whose window holds them. What rest looks like is learned from the statistic itself (baseline.hpp); how alarms become
/// episodes is the business of segmentation.
///
/// A method that judges a whole channel at once does so over frames: it states their length and decides, and has no rule.
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
  /// Samples in a frame, for a detector that decides over frames: its window. 0 for one that goes by its rule.
  [[nodiscard]] virtual Index frame() const noexcept { return 0; }
  /// The active frames, sorted and disjoint. Frame k holds the value of the statistic at its last sample, after a reset() at its first.
  [[nodiscard]] virtual std::vector<FrameActivity> decide(const Frames& /*frames*/) const { return {}; }
  /// The level of the statistic that rounding to steps of `step_v` alone makes: a quarter of a step in a mean rectified value.
  [[nodiscard]] virtual double rounding(double step_v) const noexcept { return step_v / 4; }

  /// Samples on either side of a boundary that onset() and offset() want to see; 0: boundaries stay where the rule puts them.
  [[nodiscard]] virtual Index reach() const noexcept { return 0; }
  /// Where in `x` activity begins: conditioned samples of one channel, V, all finite, around x[at], where the rule has put it. They hold nothing
  /// of other activity, and end with this one.
  [[nodiscard]] virtual Index onset(std::span<const double> /*x*/, Index at, Rest /*rest*/) const { return at; }
  /// Where in `x` activity has ended; seen as by onset(), backwards in time.
  [[nodiscard]] virtual Index offset(std::span<const double> /*x*/, Index at, Rest /*rest*/) const { return at; }
  /// Whether what it sees there is the date of activity for measures too, which are otherwise dated by one definition for all detectors.
  [[nodiscard]] virtual bool dates() const noexcept { return reach() > 0; }
};

}  // namespace myocramp
