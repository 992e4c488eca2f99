#pragma once

#include <algorithm>
#include <cmath>

#include "myocramp/core/options.hpp"
#include "myocramp/detect/detector.hpp"
#include "myocramp/detect/half_normal.hpp"
#include "myocramp/envelope/moving_mean.hpp"

namespace myocramp {

/// Options of the Hodges-Bui detector.
struct HodgesBui {
  double window_s = 0.05;
  double p_fa = 1e-7;
  double p_release = 0.01;
};

template <class V>
void describe(HodgesBui& o, V&& v) {
  v(o.window_s, Field{"window_s", "s", 0.005, 1, "length of the moving mean", "our default"});
  v(o.p_fa, Field{"p_fa", "1", 1e-8, 0.5, "probability that the mean of a window at rest raises an alarm", "our default"});
  v(o.p_release, Field{"p_release", "1", 1e-8, 0.5, "probability that it exceeds the level at which an alarm ends", "our default"});
}

/// Hodges and Bui's detector: the moving mean of the rectified signal against the distribution it has at rest.
///
/// Their threshold is mean + h SD; here h follows from a false-alarm probability, by the exact law of the mean of n half-normal values
/// instead of the Gaussian shortcut, n being the independent samples in a window (as many as the spread at rest shows).
/// Units: V -> V.  Delay: the value at sample i is the mean of the window that ends there.
/// Deviations: no low-pass before the mean, which is one itself; boundaries are placed at window centres, where their rule takes the
/// window's first sample and so leads by half a window more.
/// Source: Hodges & Bui 1996 Electroencephalogr Clin Neurophysiol 101:511.
class HodgesBuiDetector final : public Detector {
 public:
  HodgesBuiDetector(const HodgesBui& options, SampleRate rate, Index channels)
      : options_(options), mean_(std::max<Index>(1, rate.round(Seconds(options.window_s))), channels) {
    check(options, "detector");
    if (options.p_fa > options.p_release) {
      throw InvalidArgument(
          {"E-OPTION", "", "detector.p_release", "at least p_fa = " + detail::number(options.p_fa), detail::number(options.p_release)});
    }
  }

  [[nodiscard]] Index window() const noexcept override { return mean_.window(); }
  void process(ConstBlock<double> x, Block<double> statistic) noexcept override { mean_.process(x, statistic); }
  void reset() noexcept override { mean_.reset(); }

  [[nodiscard]] Rule rule(double spread) const override {
    const auto most = static_cast<double>(mean_.window());
    Rule r;
    r.alarm = half_normal_ratio(options_.p_fa, spread, most);
    r.release = half_normal_ratio(options_.p_release, spread, most);
    r.onset_delay = r.offset_delay = mean_.delay();
    return r;
  }

 private:
  HodgesBui options_;
  MovingArv<double> mean_;
};

}  // namespace myocramp
