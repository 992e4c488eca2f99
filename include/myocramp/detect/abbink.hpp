#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/detect/detector.hpp"
#include "myocramp/detect/gap_reach.hpp"
#include "myocramp/detect/modified_hodges.hpp"
#include "myocramp/filter/butterworth.hpp"
#include "myocramp/filter/sos.hpp"

namespace myocramp {

/// Options of Abbink's detector.
struct Abbink {
  double cutoff_hz = 30;
  double p_fa = 1e-7;
  double p_release = 0.01;
  double window_s = 0.05;
};

template <class V>
void describe(Abbink& o, V&& v) {
  v(o.cutoff_hz,
    Field{"cutoff_hz", "Hz", 0.5, 1000, "edge of the low-pass, two poles, at most a quarter of the sampling rate", "Abbink et al. 1998"});
  v(o.p_fa, Field{"p_fa", "1", 1e-8, 0.5, "probability that the low-passed signal at rest raises an alarm", "our default"});
  v(o.p_release,
    Field{"p_release", "1", 1e-8, 0.5,
          "probability that it exceeds the second threshold, at which alarms end and that boundaries are counted by", "our default"});
  v(o.window_s, Field{"window_s", "s", 0.005, 1, "how far either side of a place samples are counted", "our default"});
}

/// Abbink, van der Bilt and van der Glas's detector: an alarm by the low-passed rectified signal, boundaries where most samples before are below a second
/// threshold and most after above it.
///
/// The alarm is that of ModifiedHodgesDetector. A boundary moves to the largest sum of two counts within two windows; of several, to the middle of
/// the first and the last. The low-passed signal is read without its delay, and starts from its level at rest where the samples in reach begin.
/// Units: V -> V.  Delay: that of the low-pass for slow signals.  Looks ahead: boundaries by reach().
/// Deviations: thresholds from probabilities, where the paper takes heights over rest; a causal low-pass of two poles.
/// Throws: as ModifiedHodgesDetector.
/// Source: Abbink, van der Bilt & van der Glas 1998 J Oral Rehabil 25:365, as others describe it.
class AbbinkDetector final : public Detector {
 public:
  AbbinkDetector(const Abbink& options, SampleRate rate, Index channels)
      : options_(checked(options)),
        alarm_({.cutoff_hz = options.cutoff_hz, .p_fa = options.p_fa, .p_release = options.p_release}, rate, channels),
        low_pass_(butterworth_lowpass({options.cutoff_hz, 2}, rate)),
        counted_(std::max<Index>(1, rate.round(Seconds(options.window_s)))) {}

  [[nodiscard]] Index window() const noexcept override { return alarm_.window(); }
  void process(ConstBlock<double> x, Block<double> statistic) noexcept override { alarm_.process(x, statistic); }
  void reset() noexcept override { alarm_.reset(); }
  [[nodiscard]] Rule rule(double spread) const override { return alarm_.rule(spread); }

  // Two windows of search, one of counting beyond, and the low-pass before that.
  [[nodiscard]] Index reach() const noexcept override { return 3 * counted_ + window(); }

  [[nodiscard]] Index onset(std::span<const double> x, Index at, Rest rest) const override { return transition(x, at, rest, Step::kRise); }
  [[nodiscard]] Index offset(std::span<const double> x, Index at, Rest rest) const override { return transition(x, at, rest, Step::kFall); }

 private:
  enum class Step { kRise, kFall };

  static const Abbink& checked(const Abbink& options) {
    check(options, "detector");
    return options;
  }

  [[nodiscard]] Index transition(std::span<const double> x, Index at, Rest rest, Step step) const {
    const auto n = static_cast<Index>(x.size());
    const Rule rule = alarm_.rule(rest.spread);
    Samples<double> smooth(n, 1);
    for (Index i = 0; i < n; ++i) smooth(i, 0) = std::abs(x[static_cast<std::size_t>(i)]) - rest.level;
    SosFilter<double>(low_pass_, 1).process(smooth, smooth);
    // as_before[i + 1]: how many of the samples up to i are as they should be before the boundary.
    std::vector<Index> as_before(static_cast<std::size_t>(n) + 1, 0);
    for (Index i = 0; i < n; ++i) {
      const bool measured = i + rule.onset_delay < n;
      const bool below = measured && smooth(i + rule.onset_delay, 0) + rest.level < rule.release * rest.level;
      const bool before = measured && below == (step == Step::kRise);
      as_before[static_cast<std::size_t>(i) + 1] = as_before[static_cast<std::size_t>(i)] + (before ? 1 : 0);
    }
    const auto up_to = [&](Index i) { return as_before[static_cast<std::size_t>(std::clamp<Index>(i, 0, n))]; };
    Index most = -1;
    Index first = at;
    Index last = at;
    for (Index j = std::max<Index>(0, at - 2 * counted_); j <= std::min(n, at + 2 * counted_); ++j) {
      // Before the first sample all is as before, after the last as after.
      const Index before = up_to(j) - up_to(j - counted_) + std::max<Index>(0, counted_ - j);
      const Index after = counted_ - (up_to(j + counted_) - up_to(j));
      if (before + after > most) {
        most = before + after;
        first = j;
      }
      if (before + after == most) last = j;
    }
    return (first + last) / 2;
  }

  Abbink options_;
  ModifiedHodgesDetector alarm_;
  Sections low_pass_;
  Index counted_;
};

}  // namespace myocramp
