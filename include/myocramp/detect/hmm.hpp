#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/detect/rms_frames.hpp"

namespace myocramp {

/// The most probable path through two hidden states, rest and activity: whether each step is active.
///
/// `rest` and `active` are the log-likelihoods of each step in either state; `begin` and `end` the probabilities that a step of rest is
/// followed by one of activity, and the other way round. The first step is in either state with equal probability; of equal paths rest wins.
/// Source: Viterbi 1967 IEEE Trans Inf Theory 13:260.
inline std::vector<bool> most_probable_path(const std::vector<double>& rest, const std::vector<double>& active, double begin, double end) {
  const std::size_t n = rest.size();
  std::vector<bool> rest_from_active(n);
  std::vector<bool> active_from_active(n);
  double r = 0;
  double a = 0;
  for (std::size_t k = 0; k < n; ++k) {
    if (k > 0) {
      const double to_rest = a + std::log(end);
      const double to_active = r + std::log(begin);
      const double rested = r + std::log1p(-begin);
      const double kept = a + std::log1p(-end);
      rest_from_active[k] = to_rest > rested;
      active_from_active[k] = kept > to_active;
      r = std::max(to_rest, rested);
      a = std::max(to_active, kept);
    }
    r += rest[k];
    a += active[k];
  }
  std::vector<bool> path(n);
  bool state = a > r;
  for (std::size_t k = n; k-- > 0;) {
    path[k] = state;
    state = state ? active_from_active[k] : rest_from_active[k];
  }
  return path;
}

/// Options of the hidden Markov detector.
struct Hmm {
  double frame_s = 0.02;
  double ratio = 4;
  double scatter = 0.8;
  double rest_s = 3600;
  double active_s = 1;
};

template <class V>
void describe(Hmm& o, V&& v) {
  v(o.frame_s, Field{"frame_s", "s", 0.005, 1, "length of a frame", "our default"});
  v(o.ratio, Field{"ratio", "1", 1.1, 1000, "RMS of activity over rest, in the geometric mean", "our default"});
  v(o.scatter, Field{"scatter", "1", 0.05, 5, "standard deviation of the logarithm of that", "our default"});
  v(o.rest_s, Field{"rest_s", "s", 0.1, 1e9, "mean duration of rest", "our default"});
  v(o.active_s, Field{"active_s", "s", 0.1, 1e6, "mean duration of activity", "our default"});
}

/// A hidden Markov model of two states, rest and activity, over the logarithm of the RMS of frames.
///
/// In either state the logarithm of RMS over rest is Gaussian: about 0 with the spread of rest, and about ln(ratio) with `scatter`; below
/// their mean the frames of rest are all alike. Durations are geometric. Activity is the most probable path.
/// Units: V -> V.  Delay: none; boundaries lie between frames.
/// Deviations: what activity is like is stated, not learned: a recording without activity could not teach it.
/// Source: Rabiner 1989 Proc IEEE 77:257; Viterbi 1967 IEEE Trans Inf Theory 13:260.
class HmmDetector final : public RmsFrames {
 public:
  HmmDetector(const Hmm& options, SampleRate rate, Index channels) : RmsFrames(options.frame_s, rate, channels), options_(options) {
    check(options, "detector");
  }

  [[nodiscard]] std::vector<FrameActivity> decide(const Frames& frames) const override {
    const double step_s = options_.frame_s;
    const double s = std::clamp(frames.spread, 1e-3, options_.scatter);
    const double mean = std::log(options_.ratio);
    const auto density = [](double x, double centre, double deviation) {
      const double z = (x - centre) / deviation;
      return -z * z / 2 - std::log(deviation);
    };
    std::vector<double> rest;
    std::vector<double> active;
    for (const double energy : energies(frames)) {
      const double x = std::max(0.0, std::log(energy) / 2);
      rest.push_back(density(x, 0, s));
      active.push_back(density(x, mean, options_.scatter));
    }
    const std::vector<bool> path =
        most_probable_path(rest, active, std::min(0.5, step_s / options_.rest_s), std::min(0.5, step_s / options_.active_s));
    std::vector<double> scores(path.size());
    const double even = std::exp(as_likely(s));
    for (std::size_t k = 0; k < path.size(); ++k) scores[k] = path[k] ? std::max(1.0, frames.ratio(static_cast<Index>(k)) / even) : 0;
    return stretches(scores, 1, 1);
  }

 private:
  // Where both states are as likely, above their means' lower one: the root of a quadratic.
  [[nodiscard]] double as_likely(double s) const {
    const double mean = std::log(options_.ratio);
    const double w = options_.scatter;
    const double a = 1 / (s * s) - 1 / (w * w);
    const double b = mean / (w * w);
    const double c = mean * mean / (w * w) + 2 * std::log(w / s);
    return a > 0 ? (std::sqrt(b * b + a * c) - b) / a : mean / 2;
  }

  Hmm options_;
};

}  // namespace myocramp
