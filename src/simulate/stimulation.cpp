#include "myocramp/simulate/stimulation.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "myocramp/simulate/streams.hpp"
#include "simulate/draws.hpp"

namespace myocramp {
namespace {

constexpr double kTails = 20;     // after as many time constants a tail is left out: below 2e-9
constexpr double kScales = 8;     // as far from its middle an M-wave is left out: below 2e-12
constexpr double kLeast = 0.001;  // a geometric decay never gets to 0

}  // namespace

Stimulation::Stimulation(const StimulationOptions& options, const std::vector<StimTrain>& trains, SampleRate rate, Seconds duration,
                         Index channels, std::uint64_t seed, std::uint64_t about)
    : options_(options), rate_(rate) {
  check(options, "stimulation");
  detail::check_order(options.low_last, options.high_last, "stimulation.low_last");
  for (Index c = 0; c < channels; ++c) {
    Random draw = stream(seed, Purpose::kStimulus, {about, 1, static_cast<std::uint64_t>(c)});
    artefact_v_.push_back(detail::sign(draw) * options.amplitude_mv * 1e-3 * std::exp(options.channel_spread * draw.normal()));
    m_wave_v_.push_back(options.m_wave_uv * 1e-6 * std::exp(options.channel_spread * draw.normal()));
  }
  reach_s_ = std::max(2 * options.phase_s + kTails * options.tail_s, options.m_wave_centre_s + kScales * options.m_wave_scale_s);

  for (std::size_t k = 0; k < trains.size(); ++k) {
    const StimTrain& train = trains[k];
    const std::string place = "stimulation train " + std::to_string(k + 1);
    if (!(train.start_s >= 0 && train.start_s < duration.value())) {
      throw InvalidArgument({"E-OPTION", "", place, "a start inside the recording of " + detail::number(duration.value()) + " s",
                             detail::number(train.start_s) + " s"});
    }
    if (!(train.frequency_hz > 0 && std::isfinite(train.frequency_hz))) {
      throw InvalidArgument({"E-OPTION", "", place, "a frequency above 0 Hz", detail::number(train.frequency_hz) + " Hz"});
    }
    if (!(train.n_pulses >= 1 && train.n_pulses <= 1e6 && train.n_pulses == std::floor(train.n_pulses))) {
      throw InvalidArgument({"E-OPTION", "", place, "a number of pulses from 1 to 1e6", detail::number(train.n_pulses)});
    }
    Random draw = stream(seed, Purpose::kStimulus, {about, 0, k});
    const double last = std::max(kLeast, draw.uniform(options.low_last, options.high_last));
    for (int i = 0; i < train.n_pulses; ++i) {
      const double time = train.start_s + i / train.frequency_hz;
      pulses_.push_back({time, i == 0 ? 1 : std::pow(last, i / (train.n_pulses - 1))});
    }
    ContaminantSpan span;
    span.kind = "stimulation";
    span.start_s = train.start_s;
    span.stop_s = std::min(duration.value(), pulses_.back().time_s + reach_s_);
    span.channels.resize(artefact_v_.size());
    std::iota(span.channels.begin(), span.channels.end(), Index{0});
    spells_.push_back(std::move(span));
  }
  std::stable_sort(pulses_.begin(), pulses_.end(), [](const Pulse& a, const Pulse& b) { return a.time_s < b.time_s; });
  std::stable_sort(spells_.begin(), spells_.end(), [](const auto& a, const auto& b) { return a.start_s < b.start_s; });
}

double Stimulation::artefact(double t) const noexcept {
  if (t < options_.phase_s) return 1;
  if (t < 2 * options_.phase_s) return -1;
  return -options_.tail_share * std::exp(-(t - 2 * options_.phase_s) / options_.tail_s);
}

// (4 x^2 - 2) e^(-x^2 / 2) has its largest values at x^2 = 5/2.
double Stimulation::m_wave(double t) const noexcept {
  const double x = (t - options_.m_wave_centre_s) / options_.m_wave_scale_s;
  return (x * x / 2 - 0.25) * std::exp(1.25 - x * x / 2);
}

std::vector<double> Stimulation::pulses() const {
  std::vector<double> out;
  for (const Pulse& pulse : pulses_) out.push_back(pulse.time_s);
  return out;
}

void Stimulation::add(Index first, Block<double> out) const {
  assert(out.channels() == static_cast<Index>(artefact_v_.size()));
  const double until = rate_.time(first + out.rows());
  auto pulse = std::lower_bound(pulses_.begin(), pulses_.end(), rate_.time(first) - reach_s_,
                                [](const Pulse& p, double time_s) { return p.time_s < time_s; });
  for (; pulse != pulses_.end() && pulse->time_s < until; ++pulse) {
    const Interval rows = detail::rows_inside(rate_, first, out.rows(), pulse->time_s, pulse->time_s + reach_s_);
    for (Index i = rows.begin; i < rows.end; ++i) {
      const double t = rate_.time(first + i) - pulse->time_s;
      const double electrode = artefact(t);
      const double muscle = pulse->m_wave * m_wave(t);
      for (Index c = 0; c < out.channels(); ++c) {
        out(i, c) += artefact_v_[static_cast<std::size_t>(c)] * electrode + m_wave_v_[static_cast<std::size_t>(c)] * muscle;
      }
    }
  }
}

}  // namespace myocramp
