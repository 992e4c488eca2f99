#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/detect/detector.hpp"
#include "myocramp/detect/rms_frames.hpp"

namespace myocramp {

/// The tolerance down to which the sample entropy of a series stays at or below a value; sample entropy falls as tolerance grows.
///
/// With n values there are n - 2 templates of two values, and as many of three. Of all pairs of templates B match within a tolerance r in
/// two values and A in three: the sample entropy is ln(B / A). The answer is the largest r just below which it is above `entropy`, in the
/// unit of the values; 0 when there is none. Any number of values, all finite.
/// Source: Richman & Moorman 2000 Am J Physiol Heart Circ Physiol 278:H2039.
class EntropyTolerance {
 public:
  /// `most`: the longest series to come; a longer one needs memory of its own.
  explicit EntropyTolerance(std::size_t most) {
    const std::size_t pairs = most < 4 ? 0 : (most - 2) * (most - 3) / 2;
    for (Distances* d : {&two_, &three_}) {
      d->values.reserve(pairs);
      d->sorted.reserve(pairs);
    }
  }

  [[nodiscard]] double operator()(std::span<const double> x, double entropy) {
    two_.values.clear();
    three_.values.clear();
    double most = 0;
    for (std::size_t lag = 1; lag + 2 < x.size(); ++lag) {
      const auto apart = [&x, lag](std::size_t i) { return std::abs(x[i] - x[i + lag]); };
      for (std::size_t i = 0; i + lag + 2 < x.size(); ++i) {
        const double two = std::max(apart(i), apart(i + 1));
        const double three = std::max(two, apart(i + 2));
        two_.values.push_back(two);
        three_.values.push_back(three);
        most = std::max(most, three);
      }
    }
    if (most < 1e-300) return 0;  // so that what lies below can be scaled
    two_.sort_roughly(most);
    three_.sort_roughly(most);
    const double share = std::exp(-entropy);
    for (std::size_t bin = kBins; bin-- > 0;) {
      const std::size_t a_left = three_.begin[bin];
      std::size_t a = three_.begin[bin + 1];
      std::size_t b = two_.begin[bin + 1];
      // However the distances of a bin lie, a falls to a_left and b not at all.
      if (static_cast<double>(a_left) >= share * static_cast<double>(b)) continue;
      two_.sort(bin);
      three_.sort(bin);
      while (a > a_left) {
        const double r = three_.sorted[a - 1];
        while (a > a_left && three_.sorted[a - 1] >= r) --a;
        // Until A falls next, B only falls as r does: just below r the entropy is at its highest.
        while (b > two_.begin[bin] && two_.sorted[b - 1] >= r) --b;
        if (static_cast<double>(a) < share * static_cast<double>(b)) return r;
      }
    }
    return 0;
  }

 private:
  static constexpr std::size_t kBins = 128;

  // Distances of the pairs, sorted by bins of equal width first, for only those of a few bins need be in order.
  struct Distances {
    std::vector<double> values;
    std::vector<double> sorted;
    std::array<std::size_t, kBins + 2> begin;  // of each bin in sorted; the last but one is the end

    void sort_roughly(double most) {
      const auto bin_of = [scale = kBins / most](double d) { return std::min(kBins - 1, static_cast<std::size_t>(d * scale)); };
      begin.fill(0);
      for (const double d : values) ++begin[bin_of(d) + 2];
      for (std::size_t k = 2; k < begin.size(); ++k) begin[k] += begin[k - 1];
      sorted.resize(values.size());
      for (const double d : values) sorted[begin[bin_of(d) + 1]++] = d;
    }
    void sort(std::size_t bin) {
      const auto at = [this](std::size_t k) { return sorted.begin() + static_cast<std::ptrdiff_t>(k); };
      std::sort(at(begin[bin]), at(begin[bin + 1]));
    }
  };

  Distances two_;
  Distances three_;
};

/// Options of the sample entropy detector.
struct SampleEntropy {
  double frame_s = 0.05;
  double entropy = 0.3;
  double tolerance = 1.6;
  double min_duration_s = 0.05;
};

template <class V>
void describe(SampleEntropy& o, V&& v) {
  v(o.frame_s, Field{"frame_s", "s", 0.02, 0.5, "length of a frame; longer where it would hold fewer than 50 values", "our default"});
  v(o.entropy, Field{"entropy", "1", 0.05, 3, "sample entropy from which a frame is active", "our default"});
  v(o.tolerance, Field{"tolerance", "1", 1, 1000, "tolerance, in multiples of that at which rest has just this entropy", "our default"});
  v(o.min_duration_s, Field{"min_duration_s", "s", 0, 10, "shorter activity is dropped and shorter pauses are bridged", "our default"});
}

/// Sample entropy at a tolerance that rest sets: values of rest nearly all match within it, those of activity do not, and a lone spike leaves
/// most pairs as they are.
///
/// The statistic is the tolerance at which a frame has the entropy `entropy`, in V. It is over `tolerance` times that of rest just when the
/// frame has more entropy at that tolerance than `entropy`. Values are taken 1 ms apart, as near as whole samples allow from below, so that the
/// time does not grow with the rate. With few of them entropy scatters, and rest looks like activity: a frame is so long that it holds 50.
/// Units: V -> V.  Delay: none; boundaries lie between frames. Before a whole frame has been seen the statistic is NaN.
/// Deviations: the tolerance comes from rest, where the paper takes a quarter of the recording's standard deviation, with which rest looks
/// otherwise beside strong activity than beside weak; frames do not overlap.
/// Source: Zhang & Zhou 2012 J Electromyogr Kinesiol 22:901; Richman & Moorman 2000.
class SampleEntropyDetector final : public Detector {
 public:
  SampleEntropyDetector(const SampleEntropy& options, SampleRate rate, Index channels)
      : options_(options),
        rate_(rate),
        step_(std::max<Index>(1, static_cast<Index>(rate.hertz() * kStep_s))),
        window_(std::max<Index>((kLeast - 1) * step_ + 1, rate.round(Seconds(options.frame_s)))),
        past_(Samples<double>::Zero(window_, channels)),
        tolerance_(static_cast<std::size_t>((window_ - 1) / step_ + 1)) {
    check(options, "detector");
    series_.reserve(static_cast<std::size_t>((window_ - 1) / step_ + 1));
  }

  [[nodiscard]] Index window() const noexcept override { return window_; }
  [[nodiscard]] Index frame() const noexcept override { return window_; }

  void process(ConstBlock<double> x, Block<double> statistic) noexcept override {
    for (Index i = 0; i < x.rows(); ++i) {
      for (Index c = 0; c < x.channels(); ++c) past_(next_, c) = x(i, c);
      next_ = (next_ + 1) % window_;
      seen_ = std::min(seen_ + 1, window_);
      for (Index c = 0; c < x.channels(); ++c) statistic(i, c) = seen_ == window_ ? value(c) : std::numeric_limits<double>::quiet_NaN();
    }
  }

  void reset() noexcept override {
    next_ = 0;
    seen_ = 0;
  }

  [[nodiscard]] Rule rule(double /*spread*/) const override { return {}; }
  /// Between two neighbouring codes nothing can be told: a step.
  [[nodiscard]] double rounding(double step_v) const noexcept override { return step_v; }

  [[nodiscard]] std::vector<FrameActivity> decide(const Frames& frames) const override {
    std::vector<double> scores(frames.value.size());
    for (Index k = 0; k < frames.count(); ++k) scores[static_cast<std::size_t>(k)] = frames.ratio(k) / options_.tolerance;
    const double length = options_.min_duration_s * rate_.hertz() / static_cast<double>(window_);
    const Index shortest = std::max<Index>(1, static_cast<Index>(std::llround(length)));
    return stretches(scores, shortest, shortest);
  }

 private:
  static constexpr double kStep_s = 0.001;
  static constexpr Index kLeast = 50;  // values in a frame

  [[nodiscard]] double value(Index c) noexcept {
    for (Index k = 0; k < window_; ++k) {
      if (!std::isfinite(past_(k, c))) return std::numeric_limits<double>::quiet_NaN();
    }
    series_.clear();
    for (Index k = (window_ - 1) % step_; k < window_; k += step_) series_.push_back(past_((next_ + k) % window_, c));
    return tolerance_(series_, options_.entropy);
  }

  SampleEntropy options_;
  SampleRate rate_;
  Index step_;
  Index window_;
  Index next_ = 0;  // row of the next sample, and of the oldest
  Index seen_ = 0;
  Samples<double> past_;
  std::vector<double> series_;  // scratch
  EntropyTolerance tolerance_;
};

}  // namespace myocramp
