#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "myocramp/core/aligned.hpp"
#include "myocramp/core/options.hpp"
#include "myocramp/detect/binomial.hpp"
#include "myocramp/detect/detector.hpp"
#include "myocramp/detect/gap_reach.hpp"
#include "myocramp/detect/likely_change.hpp"
#include "myocramp/simd/kernels.hpp"

namespace myocramp {

/// Options of Bonato's detector.
struct Bonato {
  double window_s = 0.025;
  double share = 0.32;
  double p_fa = 1e-4;
  double min_duration_s = 0.03;
};

template <class V>
void describe(Bonato& o, V&& v) {
  v(o.window_s, Field{"window_s", "s", 0.002, 1, "length of the m pairs of samples that are judged together", "our default"});
  v(o.share, Field{"share", "1", 0.01, 1, "share r0 / m of the pairs that must be above the first threshold", "our default"});
  v(o.p_fa, Field{"p_fa", "1", 1e-12, 0.5, "probability that m pairs at rest raise an alarm", "our default"});
  v(o.min_duration_s,
    Field{"min_duration_s", "s", 0, 1, "shorter activity is dropped and shorter pauses are bridged", "Bonato et al. 1998"});
}

/// Bonato, D'Alessio and Knaflitz's double threshold: r0 of m successive pairs of samples above a threshold.
///
/// z = (x[2i]^2 + x[2i+1]^2) / sigma^2 follows chi-square with 2 degrees of freedom at rest, so one pair is above zeta with probability
/// exp(-zeta / 2), and r0 of m are with a binomial tail. r0 of m are above zeta just when the r0-th largest is: the statistic is the root of
/// half of that pair's energy, which follows the level at rest like every other. The law has every pair of activity larger than those of rest by
/// one factor: boundaries are where, by it, the change most likely was, in the m pairs that raised the alarm first and in those that did last.
/// Units: V -> V.  Delay: the value at sample i judges the last m whole pairs up to there; pairs are counted from the first sample.
/// Looks back: boundaries by half of window_s; durations are judged before.
/// Deviations: noise that is not white is not whitened; m counts as the independent pairs that the spread at rest shows.
/// Source: Bonato, D'Alessio & Knaflitz 1998 IEEE Trans Biomed Eng 45:287.
class BonatoDetector final : public Detector {
 public:
  BonatoDetector(const Bonato& options, SampleRate rate, Index channels)
      : options_(options),
        pairs_(std::max<Index>(1, rate.round(Seconds(options.window_s / 2)))),
        needed_(std::clamp<Index>(std::llround(options.share * static_cast<double>(pairs_)), 1, pairs_)),
        shortest_(std::max<Index>(1, rate.round(Seconds(options.min_duration_s)))),
        median_(height(of_one(0.5, static_cast<double>(pairs_)))),
        gaps_(window(), channels),
        lists_((pairs_ + 1) * needed_ <= kListed),
        channels_(static_cast<std::size_t>(channels)),
        energies_(static_cast<std::size_t>(pairs_) * channels_),
        prefix_(lists_ ? static_cast<std::size_t>(needed_) * channels_ : 0),
        suffix_(lists_ ? static_cast<std::size_t>((pairs_ + 1) * needed_) * channels_ : 0),
        sorted_(lists_ ? 0 : 2 * channels, pairs_ + 2),
        half_(channels_),
        value_(channels_),
        near_(GapReach::kRows, channels) {
    check(options, "detector");
    reset();
  }

  [[nodiscard]] Index pairs() const noexcept { return pairs_; }    ///< m
  [[nodiscard]] Index needed() const noexcept { return needed_; }  ///< r0

  // The first sample of a pair is judged by the pairs before it, so a value looks back over one sample more than m pairs.
  [[nodiscard]] Index window() const noexcept override { return 2 * pairs_ + 1; }

  void reset() noexcept override {
    gaps_.reset();
    std::fill(energies_.begin(), energies_.end(), 0.0);  // before the signal there was silence
    std::fill(prefix_.begin(), prefix_.end(), -kNoLimit);
    std::fill(suffix_.begin(), suffix_.end(), -kNoLimit);
    sorted_.setZero();
    sorted_.col(0) = -kNoLimit;
    sorted_.col(pairs_ + 1) = kNoLimit;
    std::fill(half_.begin(), half_.end(), 0.0);
    std::fill(value_.begin(), value_.end(), 0.0);
    place_ = pairs_;
    second_ = false;
    turned_ = false;
  }

  void process(ConstBlock<double> x, Block<double> statistic) noexcept override {
    for (Index at = 0; at < x.rows(); at += GapReach::kRows) {
      const Index n = std::min(GapReach::kRows, x.rows() - at);
      const ConstBlock<double> clean = gaps_.take(x.rows(at, n));
      const Block<double> y = statistic.rows(at, n);
      if (lists_ && (y.channels() == 1 || y.channel_stride() == 1)) {
        rank(clean, y);
      } else if (lists_) {
        const Block<double> near = Block<double>(near_).rows(0, n);
        rank(clean, near);
        for (Index i = 0; i < n; ++i) {
          for (Index c = 0; c < y.channels(); ++c) y(i, c) = near(i, c);
        }
      } else {
        insert(clean, y);
      }
      gaps_.mark(y);
    }
  }

  [[nodiscard]] Rule rule(double spread) const override {
    const double m = independent_pairs(spread);
    Rule r;
    r.alarm = r.release = height(of_one(options_.p_fa, m)) / height(of_one(0.5, m));
    r.hold = shortest_;
    r.dip = r.bridge = shortest_ - 1;
    r.onset_delay = r.offset_delay = pairs_;  // boundaries at the middle of the m pairs, until they are looked at
    return r;
  }

  [[nodiscard]] Index reach() const noexcept override { return window(); }

  [[nodiscard]] Index onset(std::span<const double> x, Index at, Rest rest) const override {
    const Interval w = judged(x, at + pairs_ + 1);
    return w.begin + likely_rise<Rectify::kSquare>(part(x, w), variance(rest));
  }

  [[nodiscard]] Index offset(std::span<const double> x, Index at, Rest rest) const override {
    const Interval w = judged(x, at + pairs_);
    return w.begin + likely_fall<Rectify::kSquare>(part(x, w), variance(rest));
  }

  [[nodiscard]] bool dates() const noexcept override { return false; }  // it looks no further than its window

 private:
  // Numbers of a channel in the lists of the kernel, at most: more would not stay in a cache, and memory is bounded.
  static constexpr Index kListed = Index{1} << 15U;

  void rank(ConstBlock<double> clean, Block<double> y) noexcept {
    simd::PairRankRun t;
    t.x = clean.data();
    t.x_stride = clean.row_stride();
    t.y = y.data();
    t.y_stride = y.row_stride();
    t.rows = clean.rows();
    t.channels = clean.channels();
    t.pairs = pairs_;
    t.rank = needed_;
    t.place = place_;
    t.second = second_;
    t.energies = energies_.data();
    t.prefix = prefix_.data();
    t.suffix = suffix_.data();
    t.half = half_.data();
    t.value = value_.data();
    simd::kernels().pair_rank(t);
    const Index done = (second_ ? 1 : 0) + clean.rows();
    place_ = (place_ + done / 2 - 1) % pairs_ + 1;
    second_ = done % 2 != 0;
  }

  // The same for long windows, by insertion.
  void insert(ConstBlock<double> clean, Block<double> y) noexcept {
    for (Index i = 0; i < clean.rows(); ++i) {
      if (second_) place_ = place_ % pairs_ + 1;
      for (std::size_t k = 0; k < channels_; ++k) {
        const auto c = static_cast<Index>(k);
        const double energy = clean(i, c) * clean(i, c);
        if (second_) {
          value_[k] = replace(k, half_[k] + energy);
        } else {
          half_[k] = energy;
        }
        y(i, c) = value_[k];
      }
      if (second_) turned_ = !turned_;
      second_ = !second_;
    }
  }

  // Puts a pair in the place of the oldest; the root of half of the r0-th largest.
  double replace(std::size_t channel, double energy) noexcept {
    const double oldest = std::exchange(energies_[static_cast<std::size_t>(place_ - 1) * channels_ + channel], energy);
    const auto c = static_cast<Index>(channel);
    // Between the least and the greatest double the pairs lie ascending. What is between the oldest and the new one moves by one place:
    // no branch depends on the values, so that the compiler works on several at once.
    const double* from = &sorted_(2 * c + (turned_ ? 1 : 0), 0);
    double* to = &sorted_(2 * c + (turned_ ? 0 : 1), 0);
    if (energy < oldest) {
      for (Index k = 1; k <= pairs_; ++k) {
        const double moved = from[k - 1] > energy ? from[k - 1] : energy;
        const double least = from[k] < moved ? from[k] : moved;
        to[k] = from[k] > oldest ? from[k] : least;
      }
    } else {
      for (Index k = 1; k <= pairs_; ++k) {
        const double moved = from[k + 1] < energy ? from[k + 1] : energy;
        const double most = from[k] > moved ? from[k] : moved;
        to[k] = from[k] < oldest ? from[k] : most;
      }
    }
    return std::sqrt(to[pairs_ + 1 - needed_] / 2);
  }

  // The p of one pair with which m pairs at rest reach r0 with probability `tail`.
  [[nodiscard]] double of_one(double tail, double m, double near = 0) const {
    return binomial_tail_inverse(tail, m, static_cast<double>(needed_) * m / static_cast<double>(pairs_), near);
  }

  // The statistic in standard deviations of the noise that one pair exceeds with probability p.
  [[nodiscard]] static double height(double p) { return std::sqrt(-std::log(p)); }

  // The samples of the m pairs that end before `end`.
  [[nodiscard]] Interval judged(std::span<const double> x, Index end) const noexcept {
    return intersect({end - 2 * pairs_, end}, {0, static_cast<Index>(x.size())});
  }
  [[nodiscard]] static std::span<const double> part(std::span<const double> x, Interval w) noexcept {
    return x.subspan(static_cast<std::size_t>(w.begin), static_cast<std::size_t>(w.length()));
  }
  [[nodiscard]] double variance(Rest rest) const noexcept { return (rest.level / median_) * (rest.level / median_); }

  using Quartiles = std::array<double, 3>;

  // The relative spread at rest of the statistic of m pairs: a scaled median absolute deviation is near half of the interquartile range.
  // `p`: of_one() of the quartiles, before the call of an m nearby, or 0.
  [[nodiscard]] double spread_of(double m, Quartiles& p) const {
    constexpr Quartiles kTails{0.25, 0.75, 0.5};
    for (std::size_t k = 0; k < p.size(); ++k) p[k] = of_one(kTails[k], m, p[k]);
    return 1.4826 * (height(p[0]) - height(p[1])) / 2 / height(p[2]);
  }

  // The m whose statistic has this spread, from 1 to the pairs there are.
  [[nodiscard]] double independent_pairs(double spread) const {
    const auto most = static_cast<double>(pairs_);
    Quartiles p{};
    const double widest = spread_of(most, p);
    if (!(spread > widest)) return most;
    // 1 / spread_of()^2 is nearly a line: secants come close in few steps, and then most halves need no look.
    const double wanted = 1 / (spread * spread);
    double before = most;
    double had = 1 / (widest * widest);
    double near = std::clamp(most * wanted / had, 1.0, most);
    for (int i = 0; i < 10; ++i) {
      const double found = spread_of(near, p);
      const double have = 1 / (found * found);
      const double step = (wanted - have) * (near - before) / (have - had);
      before = std::exchange(near, std::clamp(near + step, 1.0, most));
      had = have;
      if (!(std::abs(step) > 1e-9 * most)) break;
    }
    double low = 1;
    double high = most;
    const double below = near - 1e-12 * most;
    const double above = near + 1e-12 * most;
    const double known_low = below > low && spread_of(below, p) > spread ? below : low;
    const double known_high = above < high && !(spread_of(above, p) > spread) ? above : high;
    for (int i = 0; i < 40; ++i) {
      const double middle = (low + high) / 2;
      Quartiles anew{};  // so that the last bit does not depend on the way here
      const bool more = middle <= known_low || (middle < known_high && spread_of(middle, anew) > spread);
      (more ? low : high) = middle;
    }
    return (low + high) / 2;
  }

  Bonato options_;
  Index pairs_;
  Index needed_;
  Index shortest_;
  double median_;  // of the statistic at rest, in standard deviations of the noise
  GapReach gaps_;
  bool lists_;           // by the kernel
  Index place_ = 0;      // pairs of this stretch of m so far, 1 to m
  bool second_ = false;  // the next sample completes a pair
  std::size_t channels_;
  Aligned<double> energies_;  // of the last m pairs, (pair, channel)
  Aligned<double> prefix_;    // the lists of the kernel
  Aligned<double> suffix_;
  Samples<double> sorted_;  // without it: the energies, ascending, between -infinity and infinity: two rows a channel, in turn
  bool turned_ = false;     // the second row holds
  Aligned<double> half_;    // energy of the first sample of a pair
  Aligned<double> value_;
  Samples<double> near_;  // scratch: outputs whose channels do not lie side by side
};

}  // namespace myocramp
