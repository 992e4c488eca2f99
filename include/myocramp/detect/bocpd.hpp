#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/detect/rms_frames.hpp"

namespace myocramp {

/// The most probable run length after each frame: how many frames, this one included, have had the same variance.
///
/// `energy` holds mean squares, above 0, of `samples` independent zero-mean Gaussian samples each. Their variance is inverse-gamma with shape
/// 1 and scale 1 a priori; a run ends with probability `hazard` in each frame; run lengths less probable than `prune` are forgotten.
/// Source: Adams & MacKay 2007 arXiv:0710.3742.
inline std::vector<Index> run_lengths(const std::vector<double>& energy, double samples, double hazard, double prune) {
  struct Run {
    Index length;
    double scale;     // of the inverse gamma
    double log_mass;  // logarithm of the probability
  };
  const double half = samples / 2;
  std::vector<double> gammas;  // ln of gamma(a + half) / gamma(a) after each length; what all lengths share is left out
  std::vector<Run> runs = {{0, 1, 0}};
  std::vector<Index> out;
  out.reserve(energy.size());
  for (const double e : energy) {
    double most = -kNoLimit;
    for (Run& run : runs) {
      const double shape = 1 + half * static_cast<double>(run.length);
      while (gammas.size() <= static_cast<std::size_t>(run.length)) {
        const double a = 1 + half * static_cast<double>(gammas.size());
        gammas.push_back(std::lgamma(a + half) - std::lgamma(a));
      }
      const double scale = run.scale + half * e;
      run.log_mass += gammas[static_cast<std::size_t>(run.length)] + shape * std::log(run.scale) - (shape + half) * std::log(scale);
      run.scale = scale;
      ++run.length;
      most = std::max(most, run.log_mass);
    }
    double all = 0;
    for (const Run& run : runs) all += std::exp(run.log_mass - most);
    const double norm = most + std::log(all);
    Index best = 0;
    double best_mass = -kNoLimit;
    for (Run& run : runs) {
      run.log_mass -= norm;
      if (run.log_mass > best_mass) {
        best_mass = run.log_mass;
        best = run.length;
      }
    }
    out.push_back(best);
    std::erase_if(runs, [least = std::log(prune)](const Run& run) { return run.log_mass < least; });
    for (Run& run : runs) run.log_mass += std::log1p(-hazard);
    runs.push_back({0, 1, std::log(hazard)});
  }
  return out;
}

/// Options of the Bayesian change-point detector.
struct Bocpd {
  double frame_s = 0.02;
  double run_s = 10;
  double ratio = 1.5;
  double min_duration_s = 0.05;
};

template <class V>
void describe(Bocpd& o, V&& v) {
  v(o.frame_s, Field{"frame_s", "s", 0.005, 1, "length of a frame", "our default"});
  v(o.run_s, Field{"run_s", "s", 0.1, 1e6, "mean time between changes", "our default"});
  v(o.ratio, Field{"ratio", "1", 1, 100, "RMS of a run over rest from which it is active", "our default"});
  v(o.min_duration_s, Field{"min_duration_s", "s", 0, 10, "shorter activity is dropped and shorter pauses are bridged", "our default"});
}

/// Bayesian change points: the probability of every run length, frame by frame; a run is active when its level stands far enough above rest.
///
/// Runs are read from the end: the most probable run length of the last frame gives the last change, and so on from there.
/// Units: V -> V.  Delay: none; boundaries lie between frames.
/// Deviations: over frames instead of samples; run lengths less probable than 1e-4 are forgotten.
/// Source: Adams & MacKay 2007 arXiv:0710.3742.
class BocpdDetector final : public RmsFrames {
 public:
  BocpdDetector(const Bocpd& options, SampleRate rate, Index channels) : RmsFrames(options.frame_s, rate, channels), options_(options) {
    check(options, "detector");
  }

  [[nodiscard]] std::vector<FrameActivity> decide(const Frames& frames) const override {
    const std::vector<double> energy = energies(frames);
    constexpr double kForget = 1e-4;  // so that the time does not grow with the square of rest
    const double hazard = std::min(0.5, options_.frame_s / options_.run_s);
    const std::vector<Index> lengths = run_lengths(energy, independent(frames.spread), hazard, kForget);
    std::vector<Index> ends;
    for (Index t = frames.count(); t > 0; t -= lengths[static_cast<std::size_t>(t - 1)]) ends.push_back(t);
    std::reverse(ends.begin(), ends.end());
    const Index shortest = frames_in(options_.min_duration_s);
    return stretches(segment_scores(energy, ends, options_.ratio), shortest, shortest);
  }

 private:
  Bocpd options_;
};

}  // namespace myocramp
