#include "myocramp/simulate/mains_hum.hpp"

#include <cassert>
#include <cmath>

#include "myocramp/simulate/streams.hpp"
#include "simulate/sin_cos.hpp"

namespace myocramp {

MainsHum::MainsHum(const MainsHumOptions& options, SampleRate rate, Seconds duration, Index channels, std::uint64_t seed,
                   std::uint64_t about)
    : rate_(rate) {
  check(options, "mains");
  const double highest = options.mains_hz + options.drift_hz;
  if (!(highest < rate.nyquist())) {
    throw InvalidArgument({"E-BAND", "", "mains.mains_hz", "below half of the sampling rate (" + detail::number(rate.nyquist()) + " Hz)",
                           detail::number(highest) + " Hz with its drift"});
  }

  Random walk = stream(seed, Purpose::kMains, {about, 0});
  double off = walk.uniform(-options.drift_hz, options.drift_hz);
  double turns = walk.uniform();
  const auto seconds = static_cast<std::size_t>(std::ceil(duration.value())) + 2;
  for (std::size_t k = 0; k < seconds; ++k) {
    knots_.push_back({options.mains_hz + off, turns});
    double next = off + options.step_hz * walk.normal();
    while (std::abs(next) > options.drift_hz) next = options.drift_hz == 0 ? 0 : std::copysign(2 * options.drift_hz, next) - next;
    turns += options.mains_hz + (off + next) / 2;
    turns -= std::floor(turns);
    off = next;
  }

  const std::array<double, 3> shares = {1, options.third, options.fifth};
  for (Index c = 0; c < channels; ++c) {
    Random draw = stream(seed, Purpose::kMains, {about, 1, static_cast<std::uint64_t>(c)});
    Channel one;
    one.amplitude_v = options.amplitude_uv * 1e-6 * std::exp(options.channel_spread * draw.normal());
    const double phase = options.phase_spread_rad * draw.normal();
    for (std::size_t h = 0; h < kHarmonics.size(); ++h) {
      if (!(kHarmonics[h] * highest < rate.nyquist())) continue;
      one.sine[h] = one.amplitude_v * shares[h] * std::cos(kHarmonics[h] * phase);
      one.cosine[h] = one.amplitude_v * shares[h] * std::sin(kHarmonics[h] * phase);
    }
    channels_.push_back(one);
  }
}

double MainsHum::frequency_hz(double time_s) const noexcept {
  const auto k = static_cast<std::size_t>(time_s);
  return knots_[k].hertz + (knots_[k + 1].hertz - knots_[k].hertz) * (time_s - static_cast<double>(k));
}

void MainsHum::add(Index first, Block<double> out) const {
  assert(out.channels() == static_cast<Index>(channels_.size()));
  for (Index i = 0; i < out.rows(); ++i) {
    const double time = rate_.time(first + i);
    const auto k = static_cast<std::size_t>(time);
    const double u = time - static_cast<double>(k);
    double turns = knots_[k].turns + (knots_[k].hertz + (knots_[k + 1].hertz - knots_[k].hertz) * u / 2) * u;
    turns -= std::floor(turns + 0.5);
    const auto [s1, c1] = detail::sin_cos_turns(turns);
    const double s2 = 2 * s1 * c1;
    const double c2 = 1 - 2 * s1 * s1;
    const double s3 = s1 * c2 + c1 * s2;
    const double c3 = c1 * c2 - s1 * s2;
    const double s5 = s3 * c2 + c3 * s2;
    const double c5 = c3 * c2 - s3 * s2;
    for (Index c = 0; c < out.channels(); ++c) {
      const Channel& one = channels_[static_cast<std::size_t>(c)];
      out(i, c) +=
          (one.sine[0] * s1 + one.cosine[0] * c1) + (one.sine[1] * s3 + one.cosine[1] * c3) + (one.sine[2] * s5 + one.cosine[2] * c5);
    }
  }
}

}  // namespace myocramp
