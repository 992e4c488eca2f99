#pragma once

#include <memory>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/simulate/motor_unit.hpp"
#include "myocramp/simulate/muap.hpp"

namespace myocramp {

/// The interference pattern of a muscle: at each discharge its unit's template, with the discharge's gain and stretch.
///
/// Between taps a template is linear (taps are 0.125 mm apart, at 4 m/s a thirty-second of a millisecond): its part at 400 Hz is off by
/// 0.1 %. The template's own band reaches beyond half of a low sampling rate; what lies there folds back, as it would in a recorder without
/// an anti-aliasing filter.
/// Memory: the templates and the discharges, nothing that grows with the blocks.  Threads: blocks may be rendered at once.
class Interference {
 public:
  /// `discharges` in the order of their times. Throws: InvalidArgument E-OPTION for a unit that is not there, times out of order or not
  /// finite, a gain that is not finite, a stretch that is not above 0.
  Interference(std::shared_ptr<const UnitTemplates> templates, std::vector<Discharge> discharges, SampleRate rate);

  /// Adds volts to `out` (time, lead), whose first row is sample `first`: the same bits whichever blocks are asked for.
  void add(Index first, Block<double> out) const;

  [[nodiscard]] const std::vector<Discharge>& discharges() const noexcept { return discharges_; }

 private:
  std::shared_ptr<const UnitTemplates> templates_;
  std::vector<Discharge> discharges_;
  SampleRate rate_;
  double longest_s_ = 0;  // of any discharge's potential
};

}  // namespace myocramp
