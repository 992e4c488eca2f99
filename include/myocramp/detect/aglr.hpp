#pragma once

#include <algorithm>
#include <cmath>

#include "myocramp/core/options.hpp"
#include "myocramp/detect/chi_square.hpp"
#include "myocramp/detect/detector.hpp"
#include "myocramp/detect/half_normal.hpp"
#include "myocramp/detect/likely_change.hpp"
#include "myocramp/envelope/moving_mean.hpp"

namespace myocramp {

/// Options of the approximated generalised likelihood ratio detectors.
struct Aglr {
  double window_s = 0.05;
  double p_fa = 1e-5;
  double hold_s = 0.025;
};

template <class V>
void describe(Aglr& o, V&& v) {
  v(o.window_s,
    Field{"window_s", "s", 0.005, 1, "length of the window that is tested, and in which the change is looked for", "our default"});
  v(o.p_fa, Field{"p_fa", "1", 1e-8, 0.5, "probability that a window at rest raises an alarm", "our default"});
  v(o.hold_s, Field{"hold_s", "s", 0, 1, "how long the alarm must last without a fall; shorter pauses are bridged", "our default"});
}

/// Staude and Wolf's approximated generalised likelihood ratio (AGLR) for a change of strength, for Gaussian (kSquare) or Laplacian samples.
///
/// g = W / 2 (r - 1 - ln r), r being the variance of the last W samples over that of rest, rises with r above 1, so g is above its threshold just when r
/// is: the statistic is the root mean square, and its threshold follows from the chi-square law of W r. With Laplacian samples r is of mean rectified
/// values, and the threshold follows from the law of their mean in Gaussian noise. The change is then the most likely sample in the
/// first window that raised the alarm; the end is found in the last one, backwards in time.
/// Units: V -> V.  Delay: the value at sample i is that of the window that ends there.  Looks back: boundaries by window_s.
/// Deviations: noise that is not white is not whitened, its samples count as fewer; only increases raise an alarm; the end mirrors the onset, where the
/// papers test for the next change.
/// Source: Staude & Wolf 1999 Med Eng Phys 21:449; Staude et al. 2001 EURASIP J Appl Signal Process 2001:67.
template <Rectify kind>
class AglrDetector final : public Detector {
 public:
  AglrDetector(const Aglr& options, SampleRate rate, Index channels)
      : options_(options),
        hold_(std::max<Index>(1, rate.round(Seconds(options.hold_s)))),
        mean_(std::max<Index>(1, rate.round(Seconds(options.window_s))), channels) {
    check(options, "detector");
  }

  [[nodiscard]] Index window() const noexcept override { return mean_.window(); }
  void process(ConstBlock<double> x, Block<double> statistic) noexcept override { mean_.process(x, statistic); }
  void reset() noexcept override { mean_.reset(); }

  [[nodiscard]] Rule rule(double spread) const override {
    const auto most = static_cast<double>(window());
    Rule r;
    r.alarm = r.release =
        kind == Rectify::kSquare ? rms_ratio(options_.p_fa, spread, most) : half_normal_ratio(options_.p_fa, spread, most);
    r.hold = hold_;
    r.bridge = hold_ - 1;
    r.onset_delay = r.offset_delay = mean_.delay();
    return r;
  }

  [[nodiscard]] Index reach() const noexcept override { return window(); }

  [[nodiscard]] Index onset(std::span<const double> x, Index at, Rest rest) const override {
    const Interval w = alarming(x, at);
    return w.begin + likely_rise<kind>(part(x, w), strength(rest));
  }

  [[nodiscard]] Index offset(std::span<const double> x, Index at, Rest rest) const override {
    const Interval w = alarming(x, at - 1);
    return w.begin + likely_fall<kind>(part(x, w), strength(rest));
  }

 private:
  // The window whose value belongs to a sample.
  [[nodiscard]] Interval alarming(std::span<const double> x, Index at) const noexcept {
    const Index end = at + mean_.delay() + 1;
    return intersect({end - window(), end}, {0, static_cast<Index>(x.size())});
  }
  [[nodiscard]] static std::span<const double> part(std::span<const double> x, Interval w) noexcept {
    return x.subspan(static_cast<std::size_t>(w.begin), static_cast<std::size_t>(w.length()));
  }
  [[nodiscard]] static double strength(Rest rest) noexcept { return kind == Rectify::kSquare ? rest.level * rest.level : rest.level; }

  Aglr options_;
  Index hold_;
  MovingMean<double, kind> mean_;
};

}  // namespace myocramp
