#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "myocramp/core/error.hpp"
#include "myocramp/core/options.hpp"
#include "myocramp/detect/rms_frames.hpp"

namespace myocramp {

/// Options of the rules for leg movements.
struct LegMovement {
  double frame_s = 0.05;
  double onset_uv = 8;
  double offset_uv = 2;
  double quiet_s = 0.5;
  double min_duration_s = 0.5;
};

template <class V>
void describe(LegMovement& o, V&& v) {
  v(o.frame_s, Field{"frame_s", "s", 0.005, 1, "length of a frame", "our default"});
  v(o.onset_uv, Field{"onset_uv", "uV", 1e-3, 1e6, "a movement begins this far above rest", "WASM 2016 (Ferri et al., Sleep Med 26:86)"});
  v(o.offset_uv, Field{"offset_uv", "uV", 1e-3, 1e6, "a movement ends where it is no longer this far above rest",
                       "WASM 2016 (Ferri et al., Sleep Med 26:86)"});
  v(o.quiet_s, Field{"quiet_s", "s", 0, 10, "for at least so long", "WASM 2016 (Ferri et al., Sleep Med 26:86)"});
  v(o.min_duration_s, Field{"min_duration_s", "s", 0, 600, "a shorter movement is dropped", "WASM 2016 (Ferri et al., Sleep Med 26:86)"});
}

/// The rules for candidate leg movements: so many microvolts above rest, until they are gone for half a second, and half a second at least.
///
/// A movement begins with the first frame that is onset_uv above rest and ends where quiet_s without a frame more than offset_uv above rest
/// begin. It counts if it lasts for min_duration_s or longer and holds a stretch of min_duration_s whose median is more than offset_uv
/// above rest. Thresholds are voltages: unlike others this detector knows gain, and has no designed false-alarm rate.
/// Units: V -> V.  Delay: none; boundaries lie between frames.
/// Deviations: what lasts longer than the 10 s of a movement is kept, for what it is called is the business of segmentation; the mean rectified value of frames stands for the rectified signal, and half of the frames being above stands for the median.
/// Throws: InvalidArgument E-OPTION, also for offset_uv above onset_uv.
/// Source: WASM 2016, Ferri et al. 2016 Sleep Med 26:86.
class LegMovementDetector final : public MeanFrames<Rectify::kAbsolute> {
 public:
  LegMovementDetector(const LegMovement& options, SampleRate rate, Index channels)
      : MeanFrames(options.frame_s, rate, channels), options_(options) {
    check(options, "detector");
    if (options.offset_uv > options.onset_uv) {
      throw InvalidArgument({"E-OPTION", "", "detector.offset_uv", "at most onset_uv = " + detail::number(options.onset_uv),
                             detail::number(options.offset_uv)});
    }
  }

  [[nodiscard]] std::vector<FrameActivity> decide(const Frames& frames) const override {
    const Index quiet = frames_in(options_.quiet_s);
    const Index shortest = frames_in(options_.min_duration_s);
    std::vector<double> above;  // rest, uV
    for (std::size_t k = 0; k < frames.value.size(); ++k) above.push_back(1e6 * (frames.value[k] - frames.level[k]));
    const auto at = [&above](Index k) { return above[static_cast<std::size_t>(k)]; };
    std::vector<FrameActivity> out;
    Index end = 0;
    for (Index k = 0; k < frames.count(); k = std::max(k + 1, end)) {
      if (at(k) < options_.onset_uv) continue;
      end = k + 1;
      for (Index i = end; i < frames.count() && i - end < quiet; ++i) {
        if (at(i) > options_.offset_uv) end = i + 1;
      }
      const double most = *std::max_element(above.begin() + k, above.begin() + end);
      if (end - k >= shortest && steady(above, {k, end}, shortest)) out.push_back({{k, end}, most / options_.onset_uv});
    }
    return out;
  }

 private:
  // Whether somewhere in `frames` more than half of `width` frames are above the lower threshold.
  [[nodiscard]] bool steady(const std::vector<double>& above, Interval frames, Index width) const noexcept {
    const auto strong = [&](Index k) { return above[static_cast<std::size_t>(k)] > options_.offset_uv ? 1 : 0; };
    Index count = 0;
    for (Index k = frames.begin; k < frames.end; ++k) {
      count += strong(k) - (k - frames.begin >= width ? strong(k - width) : 0);
      if (2 * count > width) return true;
    }
    return false;
  }

  LegMovement options_;
};

}  // namespace myocramp
