#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/detect/rms_frames.hpp"

namespace myocramp {

/// A mixture of two Gaussians: one of mean 0, and a louder one.
struct Mixture {
  double rest = 0;    ///< standard deviation of the one of mean 0
  double weight = 0;  ///< of the louder one, 0 to 1
  double mean = 0;    ///< of the louder one
  double active = 0;  ///< its standard deviation, at least that of the other

  /// The probability that a value is of the louder one; 0 below 0.
  [[nodiscard]] double posterior(double x) const noexcept {
    if (!(x >= 0) || !(weight > 0)) return 0;
    const double z = x / rest;
    const double y = (x - mean) / active;
    return 1 / (1 + (1 - weight) / weight * active / rest * std::exp((y * y - z * z) / 2));
  }

  /// The least value, not below 0, of which that probability is one half: the root of a quadratic.
  [[nodiscard]] double even() const noexcept {
    const double a = 1 / (rest * rest) - 1 / (active * active);
    const double b = mean / (active * active);
    const double c = mean * b + 2 * std::log(active / rest) + 2 * (std::log1p(-weight) - std::log(weight));
    return c > 0 ? c / (b + std::sqrt(b * b + a * c)) : 0;
  }
};

/// The likeliest louder Gaussian beside one of mean 0 and deviation `rest` (above 0), by expectation-maximisation.
///
/// It starts from the values above three deviations and ends after 200 rounds, or once mean, deviation and weight move by less than 1e-6 of
/// `rest` and of 1. Values below 0 are of rest. Its weight is 0 when not even one value is left to it.
/// Source: Dempster, Laird & Rubin 1977 J R Stat Soc B 39:1.
inline Mixture fit_mixture(const std::vector<double>& x, double rest) {
  constexpr int kRounds = 200;
  constexpr double kSettled = 1e-6;
  Mixture m{rest, 0, 0, rest};
  for (int round = 0; round <= kRounds; ++round) {
    double count = 0;
    double sum = 0;
    double squares = 0;
    for (const double v : x) {
      if (v < 0) continue;
      const double p = round > 0 ? m.posterior(v) : static_cast<double>(v > 3 * rest);
      count += p;
      sum += p * v;
      squares += p * v * v;
    }
    if (count < 1) return {rest, 0, 0, rest};
    const Mixture was = m;
    m.weight = count / static_cast<double>(x.size());
    m.mean = sum / count;
    m.active = std::max(rest, std::sqrt(std::max(0.0, squares / count - m.mean * m.mean)));
    if (std::abs(m.mean - was.mean) < kSettled * rest && std::abs(m.active - was.active) < kSettled * rest &&
        std::abs(m.weight - was.weight) < kSettled) {
      break;
    }
  }
  return m;
}

/// Options of the Gaussian mixture detector.
struct Gmm {
  double frame_s = 0.02;
  double ratio = 1.5;
  double min_duration_s = 0.06;
  double pause_s = 0.06;
};

template <class V>
void describe(Gmm& o, V&& v) {
  v(o.frame_s, Field{"frame_s", "s", 0.005, 1, "length of a frame", "our default"});
  v(o.ratio, Field{"ratio", "1", 1.1, 1000, "least RMS of activity over rest, in the geometric mean", "our default"});
  v(o.min_duration_s, Field{"min_duration_s", "s", 0, 10, "what is shorter is dropped", "our default"});
  v(o.pause_s, Field{"pause_s", "s", 0, 10, "shorter pauses are bridged", "our default"});
}

/// A mixture of two Gaussians, rest and activity, over the logarithm of the energy of frames.
///
/// Expectation-maximisation learns how much activity there is, how strong it is and how it scatters. Active is a frame that is more
/// probably activity than rest. Without activity the second Gaussian is fitted to noise; so nothing is active unless its mean stands
/// `ratio` above rest.
/// Units: V -> V.  Delay: none; boundaries lie between frames.
/// Deviations: one band and not several that vote; rest is learned by baseline.hpp; the whole stretch is judged at once, not in sequence.
/// Source: Liu et al. 2015 PLoS ONE 10:e0127990.
class GmmDetector final : public RmsFrames {
 public:
  GmmDetector(const Gmm& options, SampleRate rate, Index channels) : RmsFrames(options.frame_s, rate, channels), options_(options) {
    check(options, "detector");
  }

  [[nodiscard]] std::vector<FrameActivity> decide(const Frames& frames) const override {
    std::vector<double> x = energies(frames);
    for (double& v : x) v = std::log(v);
    const Mixture m = fit_mixture(x, 2 * std::max(frames.spread, 1e-3));
    if (m.weight == 0 || m.mean < 2 * std::log(options_.ratio)) return {};
    const double even = std::exp(m.even() / 2);
    std::vector<double> scores(x.size());
    for (Index k = 0; k < frames.count(); ++k) scores[static_cast<std::size_t>(k)] = frames.ratio(k) / even;
    return stretches(scores, frames_in(options_.pause_s), frames_in(options_.min_duration_s));
  }

 private:
  Gmm options_;
};

}  // namespace myocramp
