#pragma once

#include <algorithm>

#include "myocramp/core/options.hpp"
#include "myocramp/detect/detector.hpp"
#include "myocramp/detect/half_normal.hpp"
#include "myocramp/envelope/moving_mean.hpp"

namespace myocramp {

/// Options of Lidierth's detector.
struct Lidierth {
  double window_s = 0.025;
  double p_fa = 1e-3;
  double hold_s = 0.05;
  double dip_s = 0.02;
};

template <class V>
void describe(Lidierth& o, V&& v) {
  v(o.window_s, Field{"window_s", "s", 0.005, 1, "length of the moving mean", "our default"});
  v(o.p_fa, Field{"p_fa", "1", 1e-8, 0.5, "probability that the mean of a window at rest is above the threshold", "our default"});
  v(o.hold_s, Field{"hold_s", "s", 0, 1, "activity and pauses shorter than this do not count", "our default"});
  v(o.dip_s, Field{"dip_s", "s", 0, 1, "falls below the threshold that activity survives from its first sample on", "our default"});
}

/// Lidierth's detector: the moving mean of the rectified signal above a threshold for a least time, short falls allowed.
///
/// The threshold follows from a false-alarm probability as in HodgesBuiDetector. A stretch above it counts once it has lasted `hold_s`, with
/// no fall in it longer than `dip_s`; it ends with the first fall that lasts `hold_s`.
/// Units: V -> V.  Delay: the value at sample i is the mean of the window that ends there; boundaries are placed at window centres.
/// Deviations: a threshold from a probability, where the paper takes one in standard deviations of rest; a rise of any length ends a fall.
/// Throws: InvalidArgument E-OPTION, also for dip_s above hold_s.
/// Source: Lidierth 1986 Electroencephalogr Clin Neurophysiol 64:378.
class LidierthDetector final : public Detector {
 public:
  LidierthDetector(const Lidierth& options, SampleRate rate, Index channels)
      : options_(options), rate_(rate), mean_(std::max<Index>(1, rate.round(Seconds(options.window_s))), channels) {
    check(options, "detector");
    if (options.dip_s > options.hold_s) {
      throw InvalidArgument(
          {"E-OPTION", "", "detector.dip_s", "at most hold_s = " + detail::number(options.hold_s), detail::number(options.dip_s)});
    }
  }

  [[nodiscard]] Index window() const noexcept override { return mean_.window(); }
  void process(ConstBlock<double> x, Block<double> statistic) noexcept override { mean_.process(x, statistic); }
  void reset() noexcept override { mean_.reset(); }

  [[nodiscard]] Rule rule(double spread) const override {
    Rule r;
    r.alarm = r.release = half_normal_ratio(options_.p_fa, spread, static_cast<double>(mean_.window()));
    r.hold = std::max<Index>(1, rate_.round(Seconds(options_.hold_s)));
    r.dip = std::min(rate_.round(Seconds(options_.dip_s)), r.hold - 1);
    r.bridge = r.hold - 1;
    r.onset_delay = r.offset_delay = mean_.delay();
    return r;
  }

 private:
  Lidierth options_;
  SampleRate rate_;
  MovingArv<double> mean_;
};

}  // namespace myocramp
