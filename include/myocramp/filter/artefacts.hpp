#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/options.hpp"
#include "myocramp/core/reduce.hpp"

namespace myocramp {

/// What counts as a movement or a spike in the raw signal.
struct ArtefactOptions {
  double motion_ratio = 1;
  double motion_rise = 4;
  double motion_margin_s = 0.25;
  double spike_deviations = 8;
  double spike_longest_s = 0.005;
  double spike_apart_s = 0.05;
  double spike_margin_s = 0.005;
  double noise_ratio = 0.5;
  double noise_rise = 2;
  double noise_margin_s = 0.5;
};

template <class V>
void describe(ArtefactOptions& o, V&& v) {
  v(o.motion_ratio,
    Field{"motion_ratio", "1", 0, 1e6, "power below 20 Hz over power from 20 to 450 Hz of a movement, at least", "our default"});
  v(o.motion_rise,
    Field{"motion_rise", "1", 0, 1e6, "amplitude below 20 Hz of a movement over its level at rest, at least", "our default"});
  v(o.motion_margin_s, Field{"motion_margin_s", "s", 0, 10, "taken in before and after a movement", "our default"});
  v(o.spike_deviations, Field{"spike_deviations", "1", 3, 1000, "distance of a spike from the median, in 1.4826 median absolute deviations",
                              "Hampel 1974 J Am Stat Assoc 69:383; the number is our default"});
  v(o.spike_longest_s, Field{"spike_longest_s", "s", 0.0001, 0.05, "what lasts longer is no spike", "our default"});
  v(o.spike_apart_s, Field{"spike_apart_s", "s", 0, 1,
                           "a spike is alone, but for what is below a third of its height, for this long on either side", "our default"});
  v(o.spike_margin_s, Field{"spike_margin_s", "s", 0, 1, "taken in before and after a spike", "our default"});
  v(o.noise_ratio,
    Field{"noise_ratio", "1", 0, 1e6,
          "density near 350 Hz over that near 105 Hz, both above rest, of noise, at least; surface EMG has 0.2 at most", "our default"});
  v(o.noise_rise, Field{"noise_rise", "1", 1, 1e6, "amplitude near 350 Hz of noise over its level at rest, at least", "our default"});
  v(o.noise_margin_s, Field{"noise_margin_s", "s", 0, 10, "taken in before and after noise", "our default"});
}

/// Movements of one channel: segments whose power below 20 Hz is above `motion_ratio` times that of the EMG band and whose low amplitude is
/// above `motion_rise` times its level at rest, with margins.
///
/// `low`, `band` and `rest` hold the RMS below 20 Hz, in the band, and the level at rest of the first, of each segment, V; segment k covers
/// samples [k length, (k + 1) length).  Returns half-open sample intervals inside [0, samples), sorted and apart.
/// NaN: no movement.  Throws: never.  Source: the ratio of the two bands, our definition; the rise keeps slow drift of a quiet electrode out.
inline std::vector<Interval> motion_spans(std::span<const float> low, std::span<const float> band, std::span<const double> rest,
                                          Index length, Index samples, SampleRate rate, const ArtefactOptions& options) {
  const Index margin = rate.round(Seconds(options.motion_margin_s));
  std::vector<Interval> out;
  for (std::size_t k = 0; k < low.size(); ++k) {
    const auto l = static_cast<double>(low[k]);
    const auto b = static_cast<double>(band[k]);
    if (!(l * l > options.motion_ratio * b * b) || !(l > options.motion_rise * rest[k])) continue;
    const Index begin = static_cast<Index>(k) * length;
    out.push_back(intersect({begin - margin, begin + length + margin}, {0, samples}));
  }
  return united(std::move(out));
}

/// Stretches of one channel whose added power is as strong near 350 Hz as near 105 Hz, as that of a loose electrode is and that of muscle under
/// the skin is not: segments in which the density of the upper band less that at rest is at least `noise_ratio` times the same of the lower,
/// and whose upper amplitude is above `noise_rise` times its level at rest; with the segments next to them for which the same holds with an
/// amplitude above a third of that rise, where it swells and fades; and with margins.
///
/// `middle`, `high` hold the root of the density of both bands, `middle_rest`, `high_rest` their levels at rest, of each segment, in V or any
/// unit; segment k covers samples [k length, (k + 1) length).  Returns half-open sample intervals inside [0, samples), sorted and apart.
/// NaN: no noise.  Throws: never.  Source: our definition.
inline std::vector<Interval> noise_spans(std::span<const float> middle, std::span<const float> high, std::span<const double> middle_rest,
                                         std::span<const double> high_rest, Index length, Index samples, SampleRate rate,
                                         const ArtefactOptions& options) {
  const Index margin = rate.round(Seconds(options.noise_margin_s));
  const auto is_noise = [&](std::size_t k, double rise) {
    const auto h = static_cast<double>(high[k]);
    const auto m = static_cast<double>(middle[k]);
    const double above = h * h - high_rest[k] * high_rest[k];
    return h > rise * high_rest[k] && above >= options.noise_ratio * (m * m - middle_rest[k] * middle_rest[k]);
  };
  const double fading = 1 + (options.noise_rise - 1) / 3;
  std::vector<Interval> out;
  for (std::size_t k = 0; k < middle.size(); ++k) {
    if (!is_noise(k, options.noise_rise)) continue;
    std::size_t first = k;
    std::size_t end = k + 1;
    while (first > 0 && is_noise(first - 1, fading)) --first;
    while (end < middle.size() && is_noise(end, fading)) ++end;
    out.push_back(intersect({static_cast<Index>(first) * length - margin, static_cast<Index>(end) * length + margin}, {0, samples}));
    k = end - 1;
  }
  return united(std::move(out));
}

/// Finds spikes of one channel in a stretch of its raw signal: Hampel's rule, short, and alone.
///
/// A sample deviates when it lies more than `spike_deviations` times 1.4826 MAD from the median, both of the samples of the stretch. An event
/// is a deviating sample with its neighbours beyond a quarter of that distance, breaks of up to a millisecond included. It is a spike when it
/// is no longer than `spike_longest_s`, and no other sample within `spike_apart_s` of it lies beyond a third of its height: a muscle's potentials
/// have several phases and come in numbers, and a spike stands alone.
///
/// `x`: rows of one channel around the stretch, `reach()` on either side where the signal has them; `stretch`: rows of `x` that are judged.
/// Writes half-open rows of `x`, without margins.  A stretch that is constant for its greater part has no scale, and no spikes.
/// NaN: left out of the median, breaks an event.  Throws: never, but for memory.
class SpikeRule {
 public:
  SpikeRule(const ArtefactOptions& options, SampleRate rate)
      : deviations_(options.spike_deviations),
        longest_(std::max<Index>(1, rate.round(Seconds(options.spike_longest_s)))),
        apart_(rate.round(Seconds(options.spike_apart_s))),
        bridge_(std::max<Index>(1, rate.round(Seconds(0.001)))) {}

  /// Samples on either side of a stretch that its answer depends on: the look-ahead of finding spikes in blocks.
  [[nodiscard]] Index reach() const noexcept { return longest_ + bridge_ + apart_ + 2; }

  /// A stretch of so many samples whose largest distance from its mean is below this many standard deviations is not looked at: the least
  /// and longest spike in Gaussian noise lies above it, by the margin of 0.7 for the scatter of both measures, and noise alone seldom does.
  [[nodiscard]] double least_crest(Index stretch) const noexcept {
    const double part = std::min(1.0, static_cast<double>(longest_) / static_cast<double>(stretch));
    return 0.7 * deviations_ / std::sqrt(1 + deviations_ * deviations_ * part);
  }

  template <class Out>
  void find(ConstBlock<double> x, Interval stretch, Out&& out) {
    sorted_.clear();
    for (Index i = stretch.begin; i < stretch.end; ++i) {
      if (std::isfinite(x(i, 0))) sorted_.push_back(x(i, 0));
    }
    if (sorted_.empty()) return;
    const double centre = middle();
    for (double& v : sorted_) v = std::abs(v - centre);
    const double limit = deviations_ * 1.4826 * middle();
    if (!(limit > 0) || !std::isfinite(limit)) return;
    const auto beyond = [&](Index i, double distance) { return std::abs(x(i, 0) - centre) > distance; };
    const auto in_x = [&](Index i) { return std::clamp<Index>(i, 0, x.rows()); };
    for (Index i = stretch.begin; i < stretch.end; ++i) {
      if (!beyond(i, limit)) continue;
      Interval event{i, i + 1};
      const auto grows = [&](Index from, Index step) {  // the nearest sample outside that still belongs to it, or -1
        for (Index j = from; j != from + step * (bridge_ + 1); j += step) {
          if (j < 0 || j >= x.rows() || std::isnan(x(j, 0))) return Index{-1};
          if (beyond(j, limit / 4)) return j;
        }
        return Index{-1};
      };
      for (Index j = grows(event.begin - 1, -1); j >= 0 && event.length() <= longest_; j = grows(event.begin - 1, -1)) event.begin = j;
      for (Index j = grows(event.end, 1); j >= 0 && event.length() <= longest_; j = grows(event.end, 1)) event.end = j + 1;
      const Interval around{in_x(event.begin - apart_), in_x(event.end + apart_)};
      bool alone = event.length() <= longest_;
      double height = 0;
      for (Index j = event.begin; alone && j < event.end; ++j) height = std::max(height, std::abs(x(j, 0) - centre));
      for (Index j = around.begin; alone && j < around.end; ++j) alone = event.contains(j) || !beyond(j, height / 3);
      if (alone) out(event);
      i = std::max(i, event.end - 1);
    }
  }

 private:
  // The median of sorted_, which it reorders; of an even number the upper of the two in the middle.
  double middle() {
    const auto nth = sorted_.begin() + static_cast<std::ptrdiff_t>(sorted_.size() / 2);
    std::nth_element(sorted_.begin(), nth, sorted_.end());
    return *nth;
  }

  double deviations_;
  Index longest_;
  Index apart_;
  Index bridge_;
  std::vector<double> sorted_;
};

}  // namespace myocramp
