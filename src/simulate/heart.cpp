#include "myocramp/simulate/heart.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

#include "myocramp/simulate/streams.hpp"
#include "simulate/draws.hpp"

namespace myocramp {
namespace {

// A wave of a beat whose interval is 1 s; P and T move and widen with the square root of the interval.
struct Wave {
  double height;
  double time_s;
  double width_s;
  double stretches;  // 1: with the interval; 0: not
};
constexpr Wave kWaves[] = {
    {0.12, -0.17, 0.022, 1}, {-0.12, -0.032, 0.008, 0}, {1, 0, 0.010, 0}, {-0.2, 0.034, 0.009, 0}, {0.3, 0.28, 0.05, 1}};
constexpr double kWidths = 6;    // beyond, a wave is below 2e-8 of its height
constexpr double kReach_s = 2;   // no wave goes further from its beat
constexpr double kMemory = 0.9;  // of the slow part of the variation, from beat to beat

}  // namespace

Ecg::Ecg(const SimulatedEcgOptions& options, SampleRate rate, Seconds duration, Index channels, std::uint64_t seed, std::uint64_t about)
    : rate_(rate), duration_(duration) {
  check(options, "ecg");
  detail::check_order(options.slowest_bpm, options.fastest_bpm, "ecg.slowest_bpm");
  detail::check_order(options.low_uv, options.high_uv, "ecg.low_uv");
  for (Index c = 0; c < channels; ++c) {
    Random draw = stream(seed, Purpose::kEcg, {about, 1, static_cast<std::uint64_t>(c)});
    amplitudes_v_.push_back(detail::sign(draw) * 1e-6 * detail::log_uniform(draw, options.low_uv, options.high_uv));
  }

  // Half of the intervals' variance comes with breathing, half from a slow process of first order.
  Random draw = stream(seed, Purpose::kEcg, {about, 0});
  const double mean_s = 60 / draw.uniform(options.slowest_bpm, options.fastest_bpm);
  const double phase = 2 * std::numbers::pi * draw.uniform();
  const double lag = 2 * std::numbers::pi * draw.uniform();
  double slow = draw.normal();
  for (double time = -kReach_s - mean_s * draw.uniform(); time < duration.value() + kReach_s;) {
    const double breath = phase + 2 * std::numbers::pi * options.breathing_hz * time;
    const double interval = mean_s * (1 + options.variation * (std::sin(breath) + slow / std::numbers::sqrt2));
    beats_.push_back({time, std::sqrt(interval), 1 + options.breathing_share * std::sin(breath + lag)});
    slow = kMemory * slow + std::sqrt(1 - kMemory * kMemory) * draw.normal();
    time += interval;
  }
}

std::vector<double> Ecg::beats() const {
  std::vector<double> out;
  for (const Beat& beat : beats_) {
    if (beat.time_s >= 0 && beat.time_s < duration_.value()) out.push_back(beat.time_s);
  }
  return out;
}

void Ecg::add(Index first, Block<double> out) const {
  assert(out.channels() == static_cast<Index>(amplitudes_v_.size()));
  std::vector<double> shape(static_cast<std::size_t>(out.rows()), 0.0);
  const double until = rate_.time(first + out.rows()) + kReach_s;
  auto beat = std::lower_bound(beats_.begin(), beats_.end(), rate_.time(first) - kReach_s,
                               [](const Beat& b, double time_s) { return b.time_s < time_s; });
  for (; beat != beats_.end() && beat->time_s < until; ++beat) {
    for (const Wave& wave : kWaves) {
      const double stretch = wave.stretches * beat->stretch + (1 - wave.stretches);
      const double centre = beat->time_s + wave.time_s * stretch;
      const double width = wave.width_s * stretch;
      const Interval rows = detail::rows_inside(rate_, first, out.rows(), centre - kWidths * width, centre + kWidths * width);
      for (Index i = rows.begin; i < rows.end; ++i) {
        const double x = (rate_.time(first + i) - centre) / width;
        shape[static_cast<std::size_t>(i)] += beat->gain * wave.height * std::exp(-x * x / 2);
      }
    }
  }
  for (Index i = 0; i < out.rows(); ++i) {
    const double v = shape[static_cast<std::size_t>(i)];
    for (Index c = 0; c < out.channels(); ++c) out(i, c) += amplitudes_v_[static_cast<std::size_t>(c)] * v;
  }
}

}  // namespace myocramp
