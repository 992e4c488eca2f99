#include "myocramp/simulate/motion.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

#include "myocramp/simulate/streams.hpp"
#include "simulate/draws.hpp"

namespace myocramp {
namespace {

constexpr double kStepsWithin_s = 1;
constexpr double kSeen_v = 1e-6;  // a movement ends where it is smaller, below any electrode's noise
constexpr double kKept_v = 1e-9;  // what is smaller is left out

// A step that decays as e^(-b t) through the critically damped low-pass w^2 / (s + w)^2, w > b; and its derivative.
double response(double b, double w, double t) {
  const double d = w - b;
  return w * w * ((std::exp(-b * t) - std::exp(-w * t)) / d - t * std::exp(-w * t)) / d;
}
double slope(double b, double w, double t) {
  const double d = w - b;
  return w * w * ((w * std::exp(-w * t) - b * std::exp(-b * t)) / d - (1 - w * t) * std::exp(-w * t)) / d;
}

double peak(double b, double w) {
  double low = 0;
  double high = 1 / w;
  while (slope(b, w, high) > 0) {
    low = high;
    high *= 2;
  }
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (slope(b, w, middle) > 0 ? low : high) = middle;
  }
  return response(b, w, low);
}

}  // namespace

Motion::Motion(const MotionOptions& options, SampleRate rate, Seconds duration, Index channels, std::uint64_t seed, std::uint64_t about)
    : rate_(rate), channels_(channels) {
  check(options, "motion");
  detail::check_order(options.low_mv, options.high_mv, "motion.low_mv");
  detail::check_order(options.shortest_decay_s, options.longest_decay_s, "motion.shortest_decay_s");
  detail::check_order(options.low_corner_hz, options.high_corner_hz, "motion.low_corner_hz");
  if (options.per_hour == 0 || options.high_mv == 0 || channels == 0) return;

  Random draw = stream(seed, Purpose::kMotion, {about});
  for (double start = detail::gap_s(draw, options.per_hour); start < duration.value(); start += detail::gap_s(draw, options.per_hour)) {
    ContaminantSpan span;
    span.kind = "motion";
    span.start_s = start;
    const Index moved = detail::pick(draw, channels);
    std::vector<double> gains;
    for (Index c = 0; c < channels; ++c) {
      const bool too = draw.uniform() < options.spread;
      const double gain = detail::sign(draw) * draw.uniform(0.1, 1);
      if (c != moved && !too) continue;
      span.channels.push_back(c);
      gains.push_back(c == moved ? 1 : gain);
    }
    const Index steps = 1 + detail::pick(draw, options.most_steps);
    for (Index i = 0; i < steps; ++i) {
      Step step;
      step.start_s = start + (i == 0 ? 0 : draw.uniform(0, kStepsWithin_s));
      step.decay_per_s = 1 / detail::log_uniform(draw, options.shortest_decay_s, options.longest_decay_s);
      // The -3 dB corner of two equal poles lies at sqrt(sqrt(2) - 1) of theirs.
      step.corner_per_s =
          2 * std::numbers::pi * draw.uniform(options.low_corner_hz, options.high_corner_hz) / std::sqrt(std::numbers::sqrt2 - 1);
      const double height_v = 1e-3 * detail::log_uniform(draw, options.low_mv, options.high_mv);
      step.height_v = detail::sign(draw) * height_v / peak(step.decay_per_s, step.corner_per_s);
      step.spell = spells_.size();
      // From the peak on the response is below this times e^(-b t).
      const double w = step.corner_per_s;
      const double above = std::abs(step.height_v) * w * w / ((w - step.decay_per_s) * (w - step.decay_per_s));
      const auto falls_to = [&](double v) { return step.start_s + std::max(0.0, std::log(above / v)) / step.decay_per_s; };
      step.stop_s = falls_to(kKept_v);
      span.stop_s = std::max(span.stop_s, falls_to(kSeen_v / static_cast<double>(steps)));
      steps_.push_back(step);
    }
    start = span.stop_s;
    span.stop_s = std::min(span.stop_s, duration.value());
    gains_.push_back(std::move(gains));
    spells_.push_back(std::move(span));
  }
}

void Motion::add(Index first, Block<double> out) const {
  assert(out.channels() == channels_);
  for (const Step& step : steps_) {
    const std::vector<Index>& channels = spells_[step.spell].channels;
    const std::vector<double>& gains = gains_[step.spell];
    const Interval rows = detail::rows_inside(rate_, first, out.rows(), step.start_s, step.stop_s);
    for (Index i = rows.begin; i < rows.end; ++i) {
      const double v = step.height_v * response(step.decay_per_s, step.corner_per_s, rate_.time(first + i) - step.start_s);
      for (std::size_t c = 0; c < channels.size(); ++c) out(i, channels[c]) += gains[c] * v;
    }
  }
}

}  // namespace myocramp
