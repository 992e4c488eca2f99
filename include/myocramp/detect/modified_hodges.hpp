#pragma once

#include <algorithm>
#include <cmath>

#include "myocramp/core/options.hpp"
#include "myocramp/detect/detector.hpp"
#include "myocramp/detect/gap_reach.hpp"
#include "myocramp/detect/half_normal.hpp"
#include "myocramp/filter/butterworth.hpp"
#include "myocramp/filter/sos.hpp"

namespace myocramp {

/// Options of the modified Hodges detector.
struct ModifiedHodges {
  double cutoff_hz = 20;
  double p_fa = 1e-7;
  double p_release = 0.01;
};

template <class V>
void describe(ModifiedHodges& o, V&& v) {
  v(o.cutoff_hz,
    Field{"cutoff_hz", "Hz", 0.5, 1000, "edge of the low-pass, two poles, at most a quarter of the sampling rate", "our default"});
  v(o.p_fa, Field{"p_fa", "1", 1e-8, 0.5, "probability that the low-passed signal at rest raises an alarm", "our default"});
  v(o.p_release, Field{"p_release", "1", 1e-8, 0.5, "probability that it exceeds the level at which an alarm ends", "our default"});
}

/// The modified Hodges detector: the rectified signal through a low-pass against the distribution it has at rest, without a moving mean.
///
/// A low-pass is a mean with weights h: as many samples count as 1 / sum of h^2, fewer where neighbours are alike, as the spread at rest shows.
/// The threshold is that of the plain mean of so many half-normal values, as in HodgesBuiDetector.
/// Units: V -> V.  Delay: that of the low-pass for slow signals.
/// Edges: the low-pass has forgotten its start to 1e-9 after window() samples. Values below 0, which its overshoot can make, are 0.
/// Deviations: a threshold from a probability, where the paper tunes one; alarms end at a lower threshold.
/// Throws: InvalidArgument E-OPTION, also for p_fa above p_release; DataError E-BAND for a cutoff above a quarter of the rate, where the low-pass
/// hardly averages and its law is not that of a mean.
/// Source: Yuvaraj et al. 2023 F1000Research 12:429.
class ModifiedHodgesDetector final : public Detector {
 public:
  ModifiedHodgesDetector(const ModifiedHodges& options, SampleRate rate, Index channels)
      : options_(checked(options, rate)),
        sections_(butterworth_lowpass({options.cutoff_hz, 2}, rate)),
        window_(forgotten_after(sections_)),
        gaps_(window_, channels),
        filter_(sections_, channels),
        rectified_(Samples<double>::Zero(GapReach::kRows, channels)) {
    SosFilter<double> single(sections_, 1);
    double squares = 0;
    double moment = 0;
    for (Index i = 0; i < window_; ++i) {
      Samples<double> h = Samples<double>::Constant(1, 1, i == 0 ? 1 : 0);
      single.process(h, h);
      squares += h(0, 0) * h(0, 0);
      moment += static_cast<double>(i) * h(0, 0);
    }
    samples_ = 1 / squares;
    delay_ = static_cast<Index>(std::llround(moment));
  }

  [[nodiscard]] Index window() const noexcept override { return window_; }

  void process(ConstBlock<double> x, Block<double> statistic) noexcept override {
    for (Index at = 0; at < x.rows(); at += GapReach::kRows) {
      const Index n = std::min(GapReach::kRows, x.rows() - at);
      const ConstBlock<double> clean = gaps_.take(x.rows(at, n));
      const Block<double> tile = Block<double>(rectified_).rows(0, n);
      const Block<double> y = statistic.rows(at, n);
      for (Index i = 0; i < n; ++i) {
        for (Index c = 0; c < y.channels(); ++c) tile(i, c) = std::abs(clean(i, c));
      }
      filter_.process(tile, tile);
      for (Index i = 0; i < n; ++i) {
        for (Index c = 0; c < y.channels(); ++c) y(i, c) = std::max(tile(i, c), 0.0);
      }
      gaps_.mark(y);
    }
  }

  void reset() noexcept override {
    gaps_.reset();
    filter_.reset();
  }

  [[nodiscard]] Rule rule(double spread) const override {
    Rule r;
    r.alarm = half_normal_ratio(options_.p_fa, spread, samples_);
    r.release = half_normal_ratio(options_.p_release, spread, samples_);
    r.onset_delay = r.offset_delay = delay_;
    return r;
  }

 private:
  static const ModifiedHodges& checked(const ModifiedHodges& options, SampleRate rate) {
    check(options, "detector");
    if (options.p_fa > options.p_release) {
      throw InvalidArgument(
          {"E-OPTION", "", "detector.p_release", "at least p_fa = " + detail::number(options.p_fa), detail::number(options.p_release)});
    }
    if (options.cutoff_hz > rate.hertz() / 4) {
      throw DataError({"E-BAND", "", "detector.cutoff_hz", "at most a quarter of the rate, " + detail::number(rate.hertz() / 4) + " Hz",
                       detail::number(options.cutoff_hz) + " Hz"});
    }
    return options;
  }

  ModifiedHodges options_;
  Sections sections_;
  Index window_;
  GapReach gaps_;
  SosFilter<double> filter_;
  Samples<double> rectified_;
  double samples_ = 1;
  Index delay_ = 0;
};

}  // namespace myocramp
