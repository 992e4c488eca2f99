#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "myocramp/core/error.hpp"
#include "myocramp/core/options.hpp"
#include "myocramp/detect/detector.hpp"
#include "myocramp/detect/gap_reach.hpp"

namespace myocramp {

/// Options of Merlo's detector.
struct Merlo {
  double shortest_s = 0.001;
  double longest_s = 0.0025;
  double merge_s = 0.125;
  double p_fa = 1e-5;
};

template <class V>
void describe(Merlo& o, V&& v) {
  v(o.shortest_s, Field{"shortest_s", "s", 1e-4, 0.02, "shortest scale of the wavelet", "our default"});
  v(o.longest_s, Field{"longest_s", "s", 1e-4, 0.02, "longest scale of the wavelet, at least the shortest", "our default"});
  v(o.merge_s, Field{"merge_s", "s", 0.005, 1, "potentials no further apart belong to one activity", "our default"});
  v(o.p_fa, Field{"p_fa", "1", 1e-12, 0.5, "probability that the largest output in merge_s at rest is above the threshold", "our default"});
}

/// Merlo, Farina and Merletti's detector: outputs of filters matched to motor unit potentials against their largest at rest.
///
/// The filters are Hermite-Rodriguez functions of first order, t exp(-t^2 / (2 lambda^2)), of five lambda from the shortest scale to the
/// longest, each of unit energy. The statistic is the largest size of their outputs within the last merge_s, so that what one potential
/// raises lasts until the next. By Rice's rate of crossings the largest of so long at rest is above u standard deviations with probability
/// 1 - exp(-c exp(-u^2 / 2)), c as the spread at rest shows.
/// Units: V -> V.  Delay: filters look at four longest scales on either side; boundaries are placed at their centres.
/// Deviations: the threshold follows from a probability, where the paper takes a multiple of the largest output of noise.
/// Throws: InvalidArgument E-OPTION, also for longest_s below shortest_s; DataError E-BAND when the shortest filter peaks at or above half the
/// rate.
/// Source: Merlo, Farina & Merletti 2003 IEEE Trans Biomed Eng 50:316; the law: Rice 1945 Bell Syst Tech J 24:46.
class MerloDetector final : public Detector {
 public:
  MerloDetector(const Merlo& options, SampleRate rate, Index channels)
      : options_(checked(options, rate)),
        half_(reach(options.longest_s, rate)),
        merge_(std::max<Index>(1, rate.round(Seconds(options.merge_s)))),
        taps_(half_, kScales),
        gaps_(window(), channels),
        rows_(Samples<double>::Zero(2 * half_ + GapReach::kRows, channels)),
        difference_(GapReach::kRows, channels),
        output_(GapReach::kRows, channels),
        largest_(GapReach::kRows, channels),
        maxima_(Samples<double>::Zero(merge_ + 1, channels)),
        newest_(Samples<double>::Zero(1, channels)) {
    for (Index j = 0; j < kScales; ++j) {
      const double scale =
          options.shortest_s * std::pow(options.longest_s / options.shortest_s, static_cast<double>(j) / static_cast<double>(kScales - 1));
      reach_[static_cast<std::size_t>(j)] = std::min(half_, reach(scale, rate));
      for (Index k = 0; k < half_; ++k) {
        const double t = rate.time(k + 1) / scale;
        taps_(k, j) = k < reach_[static_cast<std::size_t>(j)] ? t * std::exp(-t * t / 2) : 0;
      }
      taps_.col(j) /= std::sqrt(2 * taps_.col(j).square().sum());
    }
  }

  [[nodiscard]] Index window() const noexcept override { return 2 * half_ + merge_; }

  void process(ConstBlock<double> x, Block<double> statistic) noexcept override {
    for (Index at = 0; at < x.rows(); at += GapReach::kRows) {
      const Index n = std::min(GapReach::kRows, x.rows() - at);
      const ConstBlock<double> clean = gaps_.take(x.rows(at, n));
      for (Index i = 0; i < n; ++i) {
        for (Index c = 0; c < clean.channels(); ++c) rows_(2 * half_ + i, c) = clean(i, c);
      }
      filter(n);
      const Block<double> y = statistic.rows(at, n);
      for (Index i = 0; i < n; ++i) {
        push(i);
        for (Index c = 0; c < y.channels(); ++c) y(i, c) = largest_(i, c);
      }
      for (Index i = 0; i < 2 * half_; ++i) rows_.row(i) = rows_.row(i + n);
      gaps_.mark(y);
    }
  }

  void reset() noexcept override {
    gaps_.reset();
    rows_.setZero();
    maxima_.setZero();
    newest_.setZero();
    place_ = 0;
  }

  [[nodiscard]] Rule rule(double spread) const override {
    Rule r;
    const double c = crossings(spread);
    r.alarm = r.release = quantile(options_.p_fa, c) / quantile(0.5, c);
    r.onset_delay = half_;
    r.offset_delay = half_ + merge_ - 1;
    return r;
  }

  // The outputs of rounding errors of variance step^2 / 12.
  [[nodiscard]] double rounding(double step_v) const noexcept override {
    return std::sqrt(1.0 / 12) * step_v * quantile(0.5, crossings(0));
  }

 private:
  static constexpr Index kScales = 5;
  static constexpr double kReach = 4;  // scales from the centre, where the wavelet is down to 1 / 450 of its peak

  static Index reach(double scale, SampleRate rate) noexcept {
    return std::max<Index>(1, static_cast<Index>(std::ceil(kReach * scale * rate.hertz())));
  }

  static const Merlo& checked(const Merlo& options, SampleRate rate) {
    check(options, "detector");
    if (options.longest_s < options.shortest_s) {
      throw InvalidArgument({"E-OPTION", "", "detector.longest_s", "at least shortest_s = " + detail::number(options.shortest_s),
                             detail::number(options.longest_s)});
    }
    const double peak = 1 / (2 * std::numbers::pi * options.shortest_s);
    if (!(peak < rate.nyquist())) {
      throw DataError({"E-BAND", "", "detector.shortest_s",
                       "a filter that peaks below the Nyquist frequency " + detail::number(rate.nyquist()) + " Hz",
                       detail::number(peak) + " Hz"});
    }
    return options;
  }

  // The size of the largest output at each of n centres, into largest_. Filters are odd: two samples share a tap.
  void filter(Index n) noexcept {
    auto difference = difference_.topRows(n);
    auto output = output_.topRows(n);
    largest_.setZero();
    for (Index j = 0; j < kScales; ++j) {
      output.setZero();
      for (Index k = 1; k <= reach_[static_cast<std::size_t>(j)]; ++k) {
        difference = rows_.middleRows(half_ + k, n) - rows_.middleRows(half_ - k, n);
        output += taps_(k - 1, j) * difference;
      }
      largest_.topRows(n) = largest_.topRows(n).max(output.abs());
    }
  }

  // Row i of largest_ becomes the largest of the last merge_ rows: those since the last turn, and the rest of the stretch before.
  void push(Index i) noexcept {
    newest_ = newest_.max(largest_.row(i));
    maxima_.row(place_) = largest_.row(i);
    largest_.row(i) = newest_.max(maxima_.row(place_ + 1));
    if (++place_ < merge_) return;
    for (Index k = merge_ - 2; k >= 0; --k) maxima_.row(k) = maxima_.row(k).max(maxima_.row(k + 1));
    newest_.setZero();
    place_ = 0;
  }

  // What the largest output in merge_s exceeds with probability p, in standard deviations.
  static double quantile(double p, double c) noexcept { return std::sqrt(2 * (std::log(c) - std::log(-std::log1p(-p)))); }

  // The c whose law has this spread, from 1 to what the shortest filter gives for white noise. u^2 / 2 is ln c and a Gumbel variable, half of
  // whose interquartile range is 0.786; spread is a scaled median absolute deviation, near half of the interquartile range of u over its median.
  [[nodiscard]] double crossings(double spread) const noexcept {
    const double rate = std::sqrt(1.5) / (2 * std::numbers::pi * options_.shortest_s);  // crossings of 0 upwards, of both signs twice that
    const double most = std::max(1.0, 2 * rate * options_.merge_s);
    return std::clamp(std::numbers::ln2 * std::exp(1.4826 * 0.786 / 2 / spread), 1.0, most);
  }

  Merlo options_;
  Index half_;   // taps on either side of the longest filter's centre
  Index merge_;  // samples whose largest is taken
  std::array<Index, kScales> reach_{};
  Samples<double> taps_;  // behind the centre, each scale a column
  GapReach gaps_;
  Samples<double> rows_;  // the samples that a tile's outputs look at
  Samples<double> difference_;
  Samples<double> output_;
  Samples<double> largest_;
  Samples<double> maxima_;  // of the stretch before, from each place to its end; row merge_ stays 0
  Samples<double> newest_;  // largest of the current stretch
  Index place_ = 0;
};

}  // namespace myocramp
