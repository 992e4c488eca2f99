#include "myocramp/simulate/electrode_faults.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <numeric>

#include "myocramp/simulate/normals.hpp"
#include "myocramp/simulate/streams.hpp"
#include "simulate/draws.hpp"

namespace myocramp {
namespace {

// What a stream of Purpose::kElectrode is about, after the recording.
constexpr std::uint64_t kLoose = 1;
constexpr std::uint64_t kLooseNoise = 2;
constexpr std::uint64_t kOff = 3;
constexpr std::uint64_t kDropped = 4;

constexpr double kCrackle_s = 0.001;  // time constant
constexpr double kCrackles = 25;      // after as many time constants a crackle is left out: below 2e-11
constexpr double kWaver = 0.3;        // how far a spell's noise falls and comes back while it lasts
constexpr double kWander = 0.2;       // share of an open input's drift that goes up and down

double smooth(double x) { return 0.5 - 0.5 * std::cos(std::numbers::pi * std::clamp(x, 0.0, 1.0)); }

// Spells of one channel each that follow one another.
std::vector<ContaminantSpan> draw_spells(Random& draw, const char* kind, double per_hour, double shortest_s, double longest_s,
                                         Seconds duration, Index channels) {
  std::vector<ContaminantSpan> out;
  if (per_hour == 0 || channels == 0) return out;
  for (double start = detail::gap_s(draw, per_hour); start < duration.value(); start += detail::gap_s(draw, per_hour)) {
    ContaminantSpan span;
    span.kind = kind;
    span.start_s = start;
    start += detail::log_uniform(draw, shortest_s, longest_s);
    span.stop_s = std::min(start, duration.value());
    span.channels = {detail::pick(draw, channels)};
    out.push_back(std::move(span));
  }
  return out;
}

}  // namespace

LooseElectrode::LooseElectrode(const LooseElectrodeOptions& options, SampleRate rate, Seconds duration, Index channels, std::uint64_t seed,
                               std::uint64_t about)
    : rate_(rate), channels_(channels), seed_(seed), about_(about) {
  check(options, "loose_electrode");
  detail::check_order(options.shortest_s, options.longest_s, "loose_electrode.shortest_s");
  detail::check_order(options.low_uv, options.high_uv, "loose_electrode.low_uv");
  Random draw = stream(seed, Purpose::kElectrode, {about, kLoose});
  spells_ = draw_spells(draw, "loose_electrode", options.per_hour, options.shortest_s, options.longest_s, duration, channels);
  for (const ContaminantSpan& span : spells_) {
    Spell spell;
    spell.start_s = span.start_s;
    spell.stop_s = span.stop_s;
    spell.rise_s = (span.stop_s - span.start_s) * draw.uniform(0.2, 0.4);
    spell.fall_s = (span.stop_s - span.start_s) * draw.uniform(0.2, 0.4);
    spell.rms_v = 1e-6 * detail::log_uniform(draw, options.low_uv, options.high_uv);
    spell.waver_hz = draw.uniform(0.2, 1);
    if (options.crackles_hz > 0) {
      for (double t = span.start_s + detail::gap_s(draw, 3600 * options.crackles_hz); t < span.stop_s;
           t += detail::gap_s(draw, 3600 * options.crackles_hz)) {
        spell.crackles.push_back({t, detail::sign(draw) * draw.uniform(3, 10)});
      }
    }
    plan_.push_back(std::move(spell));
  }
}

double LooseElectrode::Spell::envelope(double time_s) const noexcept {
  const double waver = 1 - kWaver * (0.5 - 0.5 * std::cos(2 * std::numbers::pi * waver_hz * (time_s - start_s)));
  return smooth((time_s - start_s) / rise_s) * smooth((stop_s - time_s) / fall_s) * waver;
}

void LooseElectrode::add(Index first, Block<double> out) const {
  assert(first % kGridBlock == 0 && out.rows() <= kGridBlock && out.channels() == channels_);
  std::vector<double> noise;
  for (std::size_t k = 0; k < plan_.size(); ++k) {
    const Spell& spell = plan_[k];
    const Interval rows = detail::rows_inside(rate_, first, out.rows(), spell.start_s, spell.stop_s);
    if (rows.empty()) continue;
    noise.resize(static_cast<std::size_t>(rows.end));
    fill_normal(seed_, stream_number(Purpose::kElectrode, {about_, kLooseNoise, k, static_cast<std::uint64_t>(first / kGridBlock)}), noise);
    for (const Crackle& crackle : spell.crackles) {
      const Interval its =
          detail::rows_inside(rate_, first, out.rows(), crackle.time_s, std::min(crackle.time_s + kCrackles * kCrackle_s, spell.stop_s));
      for (Index i = its.begin; i < its.end; ++i) {
        noise[static_cast<std::size_t>(i)] += crackle.height * std::exp((crackle.time_s - rate_.time(first + i)) / kCrackle_s);
      }
    }
    const Index channel = spells_[k].channels.front();
    for (Index i = rows.begin; i < rows.end; ++i) {
      out(i, channel) += spell.rms_v * spell.envelope(rate_.time(first + i)) * noise[static_cast<std::size_t>(i)];
    }
  }
}

LeadOff::LeadOff(const LeadOffOptions& options, const MainsHumOptions& mains, SampleRate rate, Seconds duration, Index channels,
                 std::uint64_t seed, std::uint64_t about)
    : rate_(rate),
      hum_(
          [&] {
            check(options, "lead_off");
            MainsHumOptions own = mains;
            own.amplitude_uv = options.hum_uv;
            own.channel_spread = own.phase_spread_rad = 0;
            return own;
          }(),
          rate, duration, 1, seed, about) {
  detail::check_order(options.shortest_s, options.longest_s, "lead_off.shortest_s");
  Random draw = stream(seed, Purpose::kElectrode, {about, kOff});
  spells_ = draw_spells(draw, "lead_off", options.per_hour, options.shortest_s, options.longest_s, duration, channels);
  for (std::size_t k = 0; k < spells_.size(); ++k) {
    Spell spell;
    spell.drift_v = detail::sign(draw) * 1e-3 * options.drift_mv * draw.uniform(0.2, 1);
    spell.settle_s = draw.uniform(0.5, 5);
    for (Wave& wave : spell.wander) {
      wave.hertz = draw.uniform(0.05, 0.5);
      wave.turns = draw.uniform();
    }
    plan_.push_back(spell);
  }
}

void LeadOff::apply(Index first, Block<double> x) const {
  for (std::size_t k = 0; k < plan_.size(); ++k) {
    const Spell& spell = plan_[k];
    const Interval rows = detail::rows_inside(rate_, first, x.rows(), spells_[k].start_s, spells_[k].stop_s);
    if (rows.empty()) continue;
    const Index channel = spells_[k].channels.front();
    for (Index i = rows.begin; i < rows.end; ++i) {
      const double t = rate_.time(first + i) - spells_[k].start_s;
      double wander = 0;
      for (const Wave& wave : spell.wander) wander += std::sin(2 * std::numbers::pi * (wave.hertz * t + wave.turns)) / 3;
      x(i, channel) = spell.drift_v * (1 - std::exp(-t / spell.settle_s)) * (1 - kWander + kWander * wander);
    }
    hum_.add(first + rows.begin, x.rows(rows.begin, rows.length()).columns(channel, 1));
  }
}

DroppedSamples::DroppedSamples(const DroppedSamplesOptions& options, SampleRate rate, Seconds duration, Index channels, std::uint64_t seed,
                               std::uint64_t about) {
  check(options, "dropped_samples");
  detail::check_order(options.shortest_s, options.longest_s, "dropped_samples.shortest_s");
  if (options.per_hour == 0 || channels == 0) return;
  const Index samples = rate.round(duration);
  Random draw = stream(seed, Purpose::kElectrode, {about, kDropped});
  for (double start = detail::gap_s(draw, options.per_hour); start < duration.value(); start += detail::gap_s(draw, options.per_hour)) {
    Interval rows{rate.round(Seconds(start)), 0};
    start += detail::log_uniform(draw, options.shortest_s, options.longest_s);
    rows.end = std::max(rows.begin + 1, rate.round(Seconds(start)));
    if (rows.begin % kGridBlock == 0) ++rows.begin;
    const Index block = (rows.begin / kGridBlock + 1) * kGridBlock;
    rows.end = std::min({rows.end, block, samples});
    const bool held = draw.uniform() < options.held_share;
    if (rows.empty()) continue;
    ContaminantSpan span;
    span.kind = "dropped";
    span.start_s = rate.time(rows.begin);
    span.stop_s = rate.time(rows.end);
    span.channels.resize(static_cast<std::size_t>(channels));
    std::iota(span.channels.begin(), span.channels.end(), Index{0});
    plan_.push_back({rows, held});
    spells_.push_back(std::move(span));
  }
}

void DroppedSamples::apply(Index first, Block<double> x) const {
  assert(first % kGridBlock == 0 && x.rows() <= kGridBlock);
  for (const Loss& loss : plan_) {
    const Interval rows = intersect(loss.rows, {first, first + x.rows()});
    for (Index i = rows.begin - first; i < rows.end - first; ++i) {
      for (Index c = 0; c < x.channels(); ++c) x(i, c) = loss.held ? x(loss.rows.begin - 1 - first, c) : 0;
    }
  }
}

Clipping::Clipping(const ClippingOptions& options, SampleRate rate) : rate_(rate), range_v_(options.range_mv * 1e-3) {
  check(options, "clipping");
}

void Clipping::apply([[maybe_unused]] Index first, Block<double> x) const {
  for (Index i = 0; i < x.rows(); ++i) {
    for (Index c = 0; c < x.channels(); ++c) x(i, c) = std::clamp(x(i, c), -range_v_, range_v_);
  }
}

std::vector<ContaminantSpan> Clipping::spells(Index first, ConstBlock<double> x) const {
  std::vector<ContaminantSpan> out;
  for (Index c = 0; c < x.channels(); ++c) {
    for (Index i = 0; i < x.rows(); ++i) {
      const Index begin = i;
      while (i < x.rows() && std::abs(x(i, c)) >= range_v_) ++i;
      if (i == begin) continue;
      ContaminantSpan span;
      span.kind = "clipped";
      span.start_s = rate_.time(first + begin);
      span.stop_s = rate_.time(first + i);
      span.channels = {c};
      out.push_back(std::move(span));
    }
  }
  return out;
}

}  // namespace myocramp
