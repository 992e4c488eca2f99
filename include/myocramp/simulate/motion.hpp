#pragma once

#include <cstdint>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/options.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/simulate/contaminant_span.hpp"

namespace myocramp {

/// Movements of electrodes and cables.
struct MotionOptions {
  double per_hour = 30;
  double low_mv = 0.2;
  double high_mv = 2;
  double shortest_decay_s = 0.1;
  double longest_decay_s = 0.5;
  double low_corner_hz = 10;
  double high_corner_hz = 20;
  int most_steps = 4;
  double spread = 0.3;
};

template <class V>
void describe(MotionOptions& o, V&& v) {
  v(o.per_hour, Field{"per_hour", "1/h", 0, 3600, "movements, counted from the end of one to the start of the next", "our default"});
  v(o.low_mv, Field{"low_mv", "mV", 0, 100, "smallest step", "our default"});
  v(o.high_mv, Field{"high_mv", "mV", 0, 100, "largest step", "our default"});
  v(o.shortest_decay_s, Field{"shortest_decay_s", "s", 0.05, 60, "shortest time constant with which a step decays", "our default"});
  v(o.longest_decay_s, Field{"longest_decay_s", "s", 0.05, 60, "longest time constant with which a step decays", "our default"});
  v(o.low_corner_hz, Field{"low_corner_hz", "Hz", 5, 100, "lowest corner (-3 dB) of the low-pass that a step goes through", "our default"});
  v(o.high_corner_hz,
    Field{"high_corner_hz", "Hz", 5, 100, "highest corner (-3 dB) of the low-pass that a step goes through", "our default"});
  v(o.most_steps, Field{"most_steps", "1", 1, 100, "steps of a movement, at most; they start within a second", "our default"});
  v(o.spread, Field{"spread", "1", 0, 1, "chance that a channel other than the one that moved is moved too", "our default"});
}

/// Movements at random times: sums of steps of either sign that decay exponentially, through a low-pass of second order.
///
/// A step's height is its peak after the low-pass.  Throws: InvalidArgument E-OPTION, also when a lowest value is above its highest.
class Motion {
 public:
  /// `about` tells recordings of one seed apart.
  Motion(const MotionOptions& options, SampleRate rate, Seconds duration, Index channels, std::uint64_t seed, std::uint64_t about);

  /// Adds rows [first, first + out.rows()) in volts to `out` (time, channel).
  void add(Index first, Block<double> out) const;

  /// Every movement from its first step until it has fallen below 1 uV on every channel, cut at the end of the recording; sorted.
  [[nodiscard]] const std::vector<ContaminantSpan>& spells() const noexcept { return spells_; }

 private:
  struct Step {
    double start_s = 0;
    double stop_s = 0;    // from here on it is below 1 nV and left out
    double height_v = 0;  // of the decay before the low-pass
    double decay_per_s = 0;
    double corner_per_s = 0;
    std::size_t spell = 0;  // the movement that it is part of
  };

  SampleRate rate_;
  Index channels_;
  std::vector<Step> steps_;                 // sorted by start
  std::vector<std::vector<double>> gains_;  // of each movement, for each channel of its spell
  std::vector<ContaminantSpan> spells_;
};

}  // namespace myocramp
