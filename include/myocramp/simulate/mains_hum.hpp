#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/options.hpp"
#include "myocramp/core/sample_rate.hpp"

namespace myocramp {

/// Hum of the mains with a frequency that wanders.
struct MainsHumOptions {
  double mains_hz = 50;
  double drift_hz = 0.2;
  double step_hz = 0.02;
  double amplitude_uv = 5;
  double third = 0.3;
  double fifth = 0.1;
  double channel_spread = 0.2;
  double phase_spread_rad = 0.2;
};

template <class V>
void describe(MainsHumOptions& o, V&& v) {
  v(o.mains_hz, Field{"mains_hz", "Hz", 10, 1000, "nominal frequency", "50 or 60 Hz"});
  v(o.drift_hz, Field{"drift_hz", "Hz", 0, 5, "farthest that the frequency goes from its nominal value", "our default"});
  v(o.step_hz, Field{"step_hz", "Hz", 0, 1, "standard deviation of the frequency's change in a second", "our default"});
  v(o.amplitude_uv, Field{"amplitude_uv", "uV", 0, 1e6, "amplitude of the fundamental, median over channels", "our default"});
  v(o.third, Field{"third", "1", 0, 10, "amplitude of the third harmonic over that of the fundamental", "our default"});
  v(o.fifth, Field{"fifth", "1", 0, 10, "amplitude of the fifth harmonic over that of the fundamental", "our default"});
  v(o.channel_spread, Field{"channel_spread", "1", 0, 2, "standard deviation of the logarithm of a channel's amplitude", "our default"});
  v(o.phase_spread_rad,
    Field{"phase_spread_rad", "rad", 0, 3.2, "standard deviation of a channel's phase at the fundamental", "our default"});
}

/// The mains: one frequency for all channels that walks at random, reflected at +-drift_hz; amplitude and phase differ by channel.
///
/// The frequency runs straight between knots a second apart, so that frequency and phase are continuous.  Harmonics at or above half of the
/// rate are left out.  Throws: InvalidArgument E-OPTION; E-BAND when mains_hz + drift_hz is not below half of the rate.
class MainsHum {
 public:
  /// `about` tells recordings of one seed apart.
  MainsHum(const MainsHumOptions& options, SampleRate rate, Seconds duration, Index channels, std::uint64_t seed, std::uint64_t about);

  /// Adds rows [first, first + out.rows()) in volts to `out` (time, channel).
  void add(Index first, Block<double> out) const;

  /// Amplitude of the fundamental of one channel, V.
  [[nodiscard]] double amplitude_v(Index channel) const noexcept { return channels_[static_cast<std::size_t>(channel)].amplitude_v; }
  /// Frequency at a time inside the recording.
  [[nodiscard]] double frequency_hz(double time_s) const noexcept;

 private:
  static constexpr std::array<int, 3> kHarmonics = {1, 3, 5};
  struct Channel {
    double amplitude_v = 0;
    std::array<double, 3> sine{};    // of each harmonic, V
    std::array<double, 3> cosine{};  // the same
  };
  struct Knot {
    double hertz = 0;
    double turns = 0;  // phase in cycles, in [0, 1)
  };

  SampleRate rate_;
  std::vector<Channel> channels_;
  std::vector<Knot> knots_;  // one a second
};

}  // namespace myocramp
