#pragma once

#include <algorithm>

#include "myocramp/core/options.hpp"
#include "myocramp/detect/detector.hpp"
#include "myocramp/detect/gap_reach.hpp"
#include "myocramp/envelope/moving_mean.hpp"
#include "myocramp/envelope/teager_kaiser.hpp"
#include "myocramp/filter/butterworth.hpp"
#include "myocramp/filter/sos.hpp"

namespace myocramp {

/// Options of the Teager-Kaiser detector.
struct Tkeo {
  double high_hz = 300;
  double window_s = 0.02;
  double height_sd = 5;
  double hold_s = 0.025;
};

template <class V>
void describe(Tkeo& o, V&& v) {
  v(o.high_hz, Field{"high_hz", "Hz", 1, 1e5, "edge of the low-pass before the operator, below half the sampling rate", "our default"});
  v(o.window_s, Field{"window_s", "s", 0.002, 1, "length of the moving mean of the energy", "our default"});
  v(o.height_sd, Field{"height_sd", "1", 0.1, 1000, "height of the threshold over rest, in standard deviations of rest", "our default"});
  v(o.hold_s, Field{"hold_s", "s", 0, 1, "how long the energy must stay above without a fall; shorter pauses are bridged", "our default"});
}

/// The Teager-Kaiser detector: the mean of the rectified energy operator above rest by some of its standard deviations.
///
/// The energy x[n]^2 - x[n-1] x[n+1] weighs amplitude and frequency. The threshold is taken from the same statistic at rest, so gain does not
/// move it. It has no designed false-alarm rate.
/// Units: V -> V^2.  Delay: the value at sample i is the mean over the energies up to sample i - 1; boundaries are placed at window centres, and
/// the short delay of the low-pass before the operator is left in.
/// Edges: that low-pass has forgotten its start to about 1e-9 after window() samples.
/// Deviations: a moving mean instead of a zero-phase low-pass of the energy, which would look ahead; a pause shorter than hold_s is bridged.
/// Throws: InvalidArgument E-OPTION; DataError for high_hz at or above half the rate.
/// Source: Li, Zhou & Aruin 2007, Ann Biomed Eng 35:1532; Solnik et al. 2010, Eur J Appl Physiol 110:489.
class TkeoDetector final : public Detector {
 public:
  TkeoDetector(const Tkeo& options, SampleRate rate, Index channels)
      : options_(options),
        rate_(rate),
        low_pass_(butterworth_lowpass({options.high_hz, kPoles}, rate)),
        window_(forgotten_after(low_pass_) + std::max<Index>(1, rate.round(Seconds(options.window_s))) + 2),
        gaps_(window_, channels),
        filter_(low_pass_, channels),
        energy_(channels),
        mean_(std::max<Index>(1, rate.round(Seconds(options.window_s))), channels),
        tile_(Samples<double>::Zero(GapReach::kRows, channels)) {
    check(options, "detector");
  }

  [[nodiscard]] Index window() const noexcept override { return window_; }

  void process(ConstBlock<double> x, Block<double> statistic) noexcept override {
    for (Index i = 0; i < x.rows(); i += GapReach::kRows) {
      const Block<double> tile = Block<double>(tile_).rows(0, std::min(GapReach::kRows, x.rows() - i));
      const Block<double> y = statistic.rows(i, tile.rows());
      filter_.process(gaps_.take(x.rows(i, tile.rows())), tile);
      energy_.process(tile, tile);
      mean_.process(tile, y);
      gaps_.mark(y);
    }
  }

  void reset() noexcept override {
    gaps_.reset();
    filter_.reset();
    energy_.reset();
    mean_.reset();
  }

  [[nodiscard]] Rule rule(double spread) const override {
    constexpr double kLeastSpread = 1e-3;  // what has none, such as a tone, still rounds
    Rule r;
    r.alarm = r.release = 1 + options_.height_sd * std::max(spread, kLeastSpread);
    r.hold = std::max<Index>(1, rate_.round(Seconds(options_.hold_s)));
    r.bridge = r.hold - 1;
    r.onset_delay = r.offset_delay = energy_.delay() + mean_.delay();
    return r;
  }

  // Rounding errors are independent from sample to sample: their squares weigh step^2 / 12, and their products spread about as much.
  [[nodiscard]] double rounding(double step_v) const noexcept override { return step_v * step_v / 12; }

 private:
  static constexpr int kPoles = 4;

  Tkeo options_;
  SampleRate rate_;
  Sections low_pass_;
  Index window_;
  GapReach gaps_;
  SosFilter<double> filter_;
  TeagerKaiser<double> energy_;
  MovingArv<double> mean_;
  Samples<double> tile_;
};

}  // namespace myocramp
