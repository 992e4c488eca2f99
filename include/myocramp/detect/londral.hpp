#pragma once

#include <algorithm>
#include <cmath>

#include "myocramp/core/options.hpp"
#include "myocramp/detect/chi_square.hpp"
#include "myocramp/detect/detector.hpp"
#include "myocramp/envelope/moving_mean.hpp"

namespace myocramp {

/// Options of Londral's detector.
struct Londral {
  double window_s = 0.05;
  double p_fa = 1e-5;
  double hold_s = 0.025;
};

template <class V>
void describe(Londral& o, V&& v) {
  v(o.window_s, Field{"window_s", "s", 0.005, 1, "length of the window whose variance is taken", "our default"});
  v(o.p_fa, Field{"p_fa", "1", 1e-12, 0.5, "probability that the variance of a window at rest is above the threshold", "our default"});
  v(o.hold_s, Field{"hold_s", "s", 0, 1, "how long it must stay above without a fall; shorter pauses are bridged", "our default"});
}

/// Londral's detector: the variance of a sliding window above the variance of rest, for a least time.
///
/// The statistic is the standard deviation, so that it is in V; the threshold is the root of the chi-square quantile of a false-alarm
/// probability, with as many degrees of freedom as the spread at rest shows.
/// Units: V -> V.  Delay: the value at sample i is that of the window that ends there; boundaries are placed at window centres.
/// Deviations: a threshold from a probability, where the paper takes mean plus standard deviations of rest.
/// Source: Londral et al. 2013 J Access Des All 3:118, as others describe it.
class LondralDetector final : public Detector {
 public:
  LondralDetector(const Londral& options, SampleRate rate, Index channels)
      : options_(options),
        rate_(rate),
        rms_(std::max<Index>(2, rate.round(Seconds(options.window_s))), channels),
        mean_(rms_.window(), channels),
        tile_(Samples<double>::Zero(kRows, channels)) {
    check(options, "detector");
  }

  [[nodiscard]] Index window() const noexcept override { return rms_.window(); }

  void process(ConstBlock<double> x, Block<double> statistic) noexcept override {
    for (Index at = 0; at < x.rows(); at += kRows) {
      const Index n = std::min(kRows, x.rows() - at);
      const Block<double> mean = Block<double>(tile_).rows(0, n);
      const Block<double> y = statistic.rows(at, n);
      mean_.process(x.rows(at, n), mean);
      rms_.process(x.rows(at, n), y);
      for (Index i = 0; i < n; ++i) {
        for (Index c = 0; c < y.channels(); ++c) {
          const double variance = y(i, c) * y(i, c) - mean(i, c) * mean(i, c);
          y(i, c) = variance < 0 ? 0 : std::sqrt(variance);  // NaN stays NaN
        }
      }
    }
  }

  void reset() noexcept override {
    rms_.reset();
    mean_.reset();
  }

  [[nodiscard]] Rule rule(double spread) const override {
    Rule r;
    r.alarm = r.release = rms_ratio(options_.p_fa, spread, static_cast<double>(rms_.window() - 1));
    r.hold = std::max<Index>(1, rate_.round(Seconds(options_.hold_s)));
    r.bridge = r.hold - 1;
    r.onset_delay = r.offset_delay = rms_.delay();
    return r;
  }

 private:
  static constexpr Index kRows = 128;

  Londral options_;
  SampleRate rate_;
  MovingRms<double> rms_;
  MovingMean<double, Rectify::kNone> mean_;
  Samples<double> tile_;
};

}  // namespace myocramp
