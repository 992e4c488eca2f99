#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/detect/chi_square.hpp"
#include "myocramp/detect/rms_frames.hpp"

namespace myocramp {

/// Options of the CUSUM detector.
struct Cusum {
  double frame_s = 0.02;
  double snr_db = 6;
  double alarms_per_hour = 0.01;
};

template <class V>
void describe(Cusum& o, V&& v) {
  v(o.frame_s, Field{"frame_s", "s", 0.005, 1, "length of a frame", "our default"});
  v(o.snr_db, Field{"snr_db", "dB", -10, 60, "signal-to-noise ratio of the activity that is looked for", "our default"});
  v(o.alarms_per_hour,
    Field{"alarms_per_hour", "1/h", 1e-6, 1e4, "at most so many false alarms come in Gaussian noise of known level", "Lorden 1971"});
}

/// Page's cumulative sum of log-likelihood ratios, for a change of variance from rest to activity, and back.
///
/// A frame of d independent samples and energy e (mean square over that at rest) adds s = d / 2 (e (1 - 1 / q) - ln q) to a sum that never
/// falls below 0, where q = 1 + 10^(snr_db / 10). Above h an alarm is raised, and activity began where the sum was last 0. From the alarm
/// on -s is summed in the same way, and at h activity ended where that sum was last 0. The mean time between false alarms is at least
/// exp(h) frames, from which h follows.
/// Units: V -> V.  Delay: none; boundaries lie between frames.
/// Deviations: over frames, whose sum of samples is the same; d is what the spread at rest shows.
/// Source: Page 1954 Biometrika 41:100; Lorden 1971 Ann Math Stat 42:1897.
class CusumDetector final : public RmsFrames {
 public:
  CusumDetector(const Cusum& options, SampleRate rate, Index channels)
      : RmsFrames(options.frame_s, rate, channels),
        ratio_(1 + std::pow(10, options.snr_db / 10)),
        threshold_(std::log(std::max(2.0, 3600 * rate.hertz() / static_cast<double>(frame()) / options.alarms_per_hour))) {
    check(options, "detector");
  }

  [[nodiscard]] double threshold() const noexcept { return threshold_; }  ///< h

  [[nodiscard]] std::vector<FrameActivity> decide(const Frames& frames) const override {
    const std::vector<double> energy = energies(frames);
    const double d = independent(frames.spread);
    const double middle = chi_square_quantile(0.5, d) / d;  // the level at rest is a median, not a mean
    std::vector<FrameActivity> out;
    FrameActivity now;
    bool active = false;
    double sum = 0;
    Index zero = 0;  // where the sum was last 0
    for (Index k = 0; k < frames.count(); ++k) {
      const double gain = d / 2 * (energy[static_cast<std::size_t>(k)] * middle * (1 - 1 / ratio_) - std::log(ratio_));
      sum = std::max(0.0, sum + (active ? -gain : gain));
      if (active) now.score = std::max(now.score, gain / threshold_);
      if (sum == 0) zero = k + 1;
      if (!(sum > threshold_)) continue;
      if (active) {
        now.frames.end = zero;
        out.push_back(now);
      } else {
        now = {{zero, zero}, sum / threshold_};
      }
      active = !active;
      sum = 0;
      zero = k + 1;
    }
    if (active) {
      now.frames.end = frames.count();
      out.push_back(now);
    }
    return out;
  }

 private:
  double ratio_;  // q
  double threshold_;
};

}  // namespace myocramp
