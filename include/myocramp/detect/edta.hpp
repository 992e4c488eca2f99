#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/detect/rms_frames.hpp"

namespace myocramp {

/// Options of the extended double-threshold algorithm.
struct Edta {
  double frame_s = 0.02;
  double deviations = 4;
  double on_s = 0.05;
  double off_s = 0.05;
  double min_duration_s = 0.1;
  double join_s = 0;
};

template <class V>
void describe(Edta& o, V&& v) {
  v(o.frame_s, Field{"frame_s", "s", 0.005, 1, "length of a frame", "our default"});
  v(o.deviations, Field{"deviations", "1", 1, 100, "threshold above rest, in standard deviations of rest", "our default"});
  v(o.on_s, Field{"on_s", "s", 0, 10, "a shorter run above the threshold does not count", "Rashid et al. 2019"});
  v(o.off_s, Field{"off_s", "s", 0, 10, "runs no further apart are one", "Rashid et al. 2019"});
  v(o.min_duration_s, Field{"min_duration_s", "s", 0, 10, "what is still shorter then is dropped", "our default"});
  v(o.join_s, Field{"join_s", "s", 0, 10, "what is left and no further apart is one", "Rashid et al. 2019"});
}

/// The extended double-threshold algorithm: an amplitude threshold, and times that activity and pauses must last.
///
/// Units: V -> V.  Delay: none; boundaries lie between frames.
/// Deviations: the RMS of frames stands for the smoothed rectified signal; rest is learned by baseline.hpp and not from the quietest
/// window; bursts of unusual strength are not dropped, for cramps are such.
/// Source: Rashid et al. 2019 J Electromyogr Kinesiol 48:103.
class EdtaDetector final : public RmsFrames {
 public:
  EdtaDetector(const Edta& options, SampleRate rate, Index channels) : RmsFrames(options.frame_s, rate, channels), options_(options) {
    check(options, "detector");
  }

  [[nodiscard]] std::vector<FrameActivity> decide(const Frames& frames) const override {
    std::vector<double> scores(frames.value.size());
    constexpr double kLeastSpread = 1e-3;  // what has none, such as a tone, still rounds
    const double alarm = 1 + options_.deviations * std::max(frames.spread, kLeastSpread);
    for (Index k = 0; k < frames.count(); ++k) scores[static_cast<std::size_t>(k)] = frames.ratio(k) / alarm;
    std::vector<FrameActivity> found = stretches(scores, 1, frames_in(options_.on_s));
    found = joined(found, frames_in(options_.off_s));
    std::erase_if(found, [least = frames_in(options_.min_duration_s)](const FrameActivity& a) { return a.frames.length() < least; });
    return options_.join_s > 0 ? joined(found, frames_in(options_.join_s)) : found;
  }

 private:
  static std::vector<FrameActivity> joined(const std::vector<FrameActivity>& from, Index gap) {
    std::vector<FrameActivity> out;
    for (const FrameActivity& a : from) {
      if (out.empty() || a.frames.begin - out.back().frames.end > gap) {
        out.push_back(a);
      } else {
        out.back().frames.end = a.frames.end;
        out.back().score = std::max(out.back().score, a.score);
      }
    }
    return out;
  }

  Edta options_;
};

}  // namespace myocramp
