#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/options.hpp"
#include "myocramp/core/sample_rate.hpp"

namespace myocramp {

/// Where a detector raises the alarm and where it calls it off, in multiples of the statistic's level at rest.
struct Thresholds {
  double alarm = 0;
  double release = 0;  ///< below alarm
};

/// A published onset detector, seen as a causal test statistic and the thresholds that its theory gives.
///
/// The statistic is a processor: (n, c) -> (n, c), never negative, equivariant to gain, bit-equal for any split. What rest looks
/// like is learned from the statistic itself (baseline.hpp); how alarms become episodes is the business of segmentation.
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
  /// Thresholds for a statistic whose relative spread at rest (standard deviation over level) is `spread`.
  [[nodiscard]] virtual Thresholds thresholds(double spread) const = 0;
};

}  // namespace myocramp
