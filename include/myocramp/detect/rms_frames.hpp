#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "myocramp/detect/detector.hpp"
#include "myocramp/envelope/moving_mean.hpp"

namespace myocramp {

/// What detectors that decide over frames of one amplitude share.
template <Rectify kind>
class MeanFrames : public Detector {
 public:
  MeanFrames(double frame_s, SampleRate rate, Index channels)
      : mean_(std::max<Index>(1, rate.round(Seconds(frame_s))), channels), rate_(rate) {}

  [[nodiscard]] Index window() const noexcept final { return mean_.window(); }
  [[nodiscard]] Index frame() const noexcept final { return mean_.window(); }
  void process(ConstBlock<double> x, Block<double> statistic) noexcept final { mean_.process(x, statistic); }
  void reset() noexcept final { mean_.reset(); }
  [[nodiscard]] Rule rule(double /*spread*/) const final { return {}; }

 protected:
  /// The nearest number of whole frames, at least one.
  [[nodiscard]] Index frames_in(double duration_s) const noexcept {
    const double frames = duration_s * rate_.hertz() / static_cast<double>(frame());
    return std::max<Index>(1, static_cast<Index>(std::llround(frames)));
  }

 private:
  MovingMean<double, kind> mean_;
  SampleRate rate_;
};

/// What detectors that decide over frames of RMS share.
class RmsFrames : public MeanFrames<Rectify::kSquare> {
 public:
  using MeanFrames::MeanFrames;

 protected:
  /// How many independent samples a frame holds, by its spread at rest: 1 / (2 spread^2), from 1 to all.
  [[nodiscard]] double independent(double spread) const noexcept {
    return std::clamp(1 / (2 * spread * spread), 1.0, static_cast<double>(frame()));
  }

  /// Mean squares over those at rest. What lies 60 dB and more from rest counts as 60 dB.
  static std::vector<double> energies(const Frames& frames) {
    std::vector<double> out(frames.value.size());
    for (Index k = 0; k < frames.count(); ++k) {
      const double r = frames.ratio(k);
      out[static_cast<std::size_t>(k)] = std::clamp(r * r, 1e-6, 1e6);
    }
    return out;
  }
};

/// Stretches of frames whose score is at least 1: pauses shorter than `pause` frames are bridged, then those shorter than `shortest` dropped.
inline std::vector<FrameActivity> stretches(const std::vector<double>& scores, Index pause, Index shortest) {
  std::vector<FrameActivity> out;
  for (Index k = 0; k < static_cast<Index>(scores.size()); ++k) {
    const double score = scores[static_cast<std::size_t>(k)];
    if (!(score >= 1)) continue;
    if (out.empty() || (k > out.back().frames.end && k - out.back().frames.end >= pause)) out.push_back({{k, k}, score});
    out.back().frames.end = k + 1;
    out.back().score = std::max(out.back().score, score);
  }
  std::erase_if(out, [shortest](const FrameActivity& a) { return a.frames.length() < shortest; });
  return out;
}

/// The score of each frame, by segments that end at `ends`: the root of a segment's mean energy, over the ratio from which it is active.
inline std::vector<double> segment_scores(const std::vector<double>& energy, const std::vector<Index>& ends, double ratio) {
  std::vector<double> out(energy.size());
  Index begin = 0;
  for (const Index end : ends) {
    double sum = 0;
    for (Index k = begin; k < end; ++k) sum += energy[static_cast<std::size_t>(k)];
    const double score = std::sqrt(sum / static_cast<double>(end - begin)) / ratio;
    std::fill(out.begin() + begin, out.begin() + end, score);
    begin = end;
  }
  return out;
}

}  // namespace myocramp
