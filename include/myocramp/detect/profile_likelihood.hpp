#pragma once

#include <algorithm>
#include <cmath>

#include "myocramp/core/options.hpp"
#include "myocramp/detect/chi_square.hpp"
#include "myocramp/detect/detector.hpp"
#include "myocramp/detect/likely_change.hpp"
#include "myocramp/envelope/moving_mean.hpp"

namespace myocramp {

/// Options of the detector by profile likelihood.
struct ProfileLikelihood {
  double window_s = 0.1;
  double p_fa = 1e-5;
  double hold_s = 0.025;
  double reach_s = 0.2;
};

template <class V>
void describe(ProfileLikelihood& o, V&& v) {
  v(o.window_s, Field{"window_s", "s", 0.005, 1, "length of the window whose root mean square raises the alarm", "our default"});
  v(o.p_fa, Field{"p_fa", "1", 1e-12, 0.5, "probability that a window at rest is above the threshold", "our default"});
  v(o.hold_s, Field{"hold_s", "s", 0, 1, "how long it must stay above without a fall; shorter pauses are bridged", "our default"});
  v(o.reach_s,
    Field{"reach_s", "s", 0.005, 5, "how far either side of an alarm's start and end the boundary is looked for", "our default"});
}

/// Boundaries by profile likelihood: an alarm by the root mean square, then the most likely sample at which the variance changed.
///
/// The alarm's threshold is the root of the chi-square quantile of a false-alarm probability, with as many degrees of freedom as the spread at rest
/// shows.
/// Units: V -> V.  Delay: the value at sample i is that of the window that ends there.  Looks ahead: boundaries by reach_s.
/// Deviations: the papers look for one change in a trial, with both levels unknown; here the level at rest is known and any number of changes is
/// found. Samples are the band-passed signal, taken as Gaussian, and not its Teager-Kaiser energy, taken as Laplacian.
/// Source: Hinkley 1970 Biometrika 57:1; for EMG Selvan et al. 2018 IEEE Trans Neural Syst Rehabil Eng 26:1279.
class ProfileLikelihoodDetector final : public Detector {
 public:
  ProfileLikelihoodDetector(const ProfileLikelihood& options, SampleRate rate, Index channels)
      : options_(options),
        hold_(std::max<Index>(1, rate.round(Seconds(options.hold_s)))),
        reach_(std::max<Index>(1, rate.round(Seconds(options.reach_s)))),
        rms_(std::max<Index>(1, rate.round(Seconds(options.window_s))), channels) {
    check(options, "detector");
  }

  [[nodiscard]] Index window() const noexcept override { return rms_.window(); }
  void process(ConstBlock<double> x, Block<double> statistic) noexcept override { rms_.process(x, statistic); }
  void reset() noexcept override { rms_.reset(); }

  [[nodiscard]] Rule rule(double spread) const override {
    Rule r;
    r.alarm = r.release = rms_ratio(options_.p_fa, spread, static_cast<double>(rms_.window()));
    r.hold = hold_;
    r.bridge = hold_ - 1;
    r.onset_delay = r.offset_delay = rms_.delay();
    return r;
  }

  [[nodiscard]] Index reach() const noexcept override { return reach_; }
  [[nodiscard]] Index onset(std::span<const double> x, Index /*at*/, Rest rest) const override {
    return likely_rise<Rectify::kSquare>(x, rest.level * rest.level);
  }
  [[nodiscard]] Index offset(std::span<const double> x, Index /*at*/, Rest rest) const override {
    return likely_fall<Rectify::kSquare>(x, rest.level * rest.level);
  }

 private:
  ProfileLikelihood options_;
  Index hold_;
  Index reach_;
  MovingRms<double> rms_;
};

}  // namespace myocramp
