#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/detect/half_normal.hpp"
#include "myocramp/detect/rms_frames.hpp"

namespace myocramp {

/// Options of Silva's detector.
struct Silva {
  double window_s = 0.04;
  double long_window_s = 0.5;
  double p_fa = 1e-6;
};

template <class V>
void describe(Silva& o, V&& v) {
  v(o.window_s, Field{"window_s", "s", 0.005, 1, "length of the short window", "our default"});
  v(o.long_window_s, Field{"long_window_s", "s", 0.01, 100, "length of the long window, at least two short ones", "our default"});
  v(o.p_fa, Field{"p_fa", "1", 1e-8, 0.5, "probability that the mean of a short window at rest is above the threshold", "our default"});
}

/// Silva's detector: the rectified signal's mean over a short window against a fixed threshold and against its mean over a longer window.
///
/// Activity begins where the short mean is at least the threshold and at least the long mean, and ends where it is below both.
/// Units: V -> V.  Delay: none; boundaries lie between short windows. Both windows end with the same sample.
/// Edges: of a stretch's first frames the long window holds those there are.
/// Deviations: short windows lie side by side; the threshold follows from a probability, where the paper fixes one.
/// Throws: InvalidArgument E-OPTION, also for a long window that is shorter than two short ones.
/// Source: Silva et al. 2012, Towards improving the usability of electromyographic interfaces, as others describe it.
class SilvaDetector final : public MeanFrames<Rectify::kAbsolute> {
 public:
  SilvaDetector(const Silva& options, SampleRate rate, Index channels) : MeanFrames(options.window_s, rate, channels), options_(options) {
    check(options, "detector");
    if (frames_in(options.long_window_s) < 2) {
      throw InvalidArgument({"E-OPTION", "", "detector.long_window_s",
                             "at least two windows of window_s = " + detail::number(options.window_s),
                             detail::number(options.long_window_s)});
    }
  }

  /// How many times its level at rest the short mean must be.
  [[nodiscard]] double threshold(double spread) const { return half_normal_ratio(options_.p_fa, spread, static_cast<double>(frame())); }

  [[nodiscard]] std::vector<FrameActivity> decide(const Frames& frames) const override {
    const double alarm = threshold(frames.spread);
    Samples<double> narrow(frames.count(), 1);
    Samples<double> wide(frames.count(), 1);
    for (Index k = 0; k < frames.count(); ++k) narrow(k, 0) = frames.ratio(k);
    MovingMean<double, Rectify::kNone>(frames_in(options_.long_window_s), 1).process(narrow, wide);
    std::vector<FrameActivity> out;
    bool active = false;
    for (Index k = 0; k < frames.count(); ++k) {
      const bool high = narrow(k, 0) >= alarm;
      const bool rising = narrow(k, 0) >= wide(k, 0);
      if (!active && high && rising) out.push_back({{k, k}, 1});
      active = active ? high || rising : high && rising;
      if (!active) continue;
      out.back().frames.end = k + 1;
      out.back().score = std::max(out.back().score, narrow(k, 0) / alarm);
    }
    return out;
  }

 private:
  Silva options_;
};

}  // namespace myocramp
