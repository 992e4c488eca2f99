#pragma once

#include <cstdint>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/options.hpp"
#include "myocramp/core/sample_rate.hpp"

namespace myocramp {

/// The heart as electrodes on a muscle see it.
struct SimulatedEcgOptions {
  double slowest_bpm = 60;
  double fastest_bpm = 90;
  double variation = 0.05;
  double breathing_hz = 0.25;
  double breathing_share = 0.1;
  double low_uv = 5;
  double high_uv = 300;
};

template <class V>
void describe(SimulatedEcgOptions& o, V&& v) {
  v(o.slowest_bpm, Field{"slowest_bpm", "1/min", 30, 200, "lowest mean heart rate of a recording", "our default"});
  v(o.fastest_bpm, Field{"fastest_bpm", "1/min", 30, 200, "highest mean heart rate of a recording", "our default"});
  v(o.variation, Field{"variation", "1", 0, 0.15, "standard deviation of the intervals over their mean", "our default"});
  v(o.breathing_hz, Field{"breathing_hz", "Hz", 0.05, 1, "rate of breathing, which moves intervals and amplitudes", "our default"});
  v(o.breathing_share, Field{"breathing_share", "1", 0, 0.9, "largest change of a beat's amplitude by breathing", "our default"});
  v(o.low_uv, Field{"low_uv", "uV", 0, 1e4, "smallest R wave of a channel", "our default"});
  v(o.high_uv, Field{"high_uv", "uV", 0, 1e4, "largest R wave of a channel", "our default"});
}

/// An ECG: each beat the sum of five Gaussians (P, Q, R, S, T); its height and sign differ by channel.
///
/// Throws: InvalidArgument E-OPTION, also when a lowest value is above its highest.
class Ecg {
 public:
  /// `about` tells recordings of one seed apart.
  Ecg(const SimulatedEcgOptions& options, SampleRate rate, Seconds duration, Index channels, std::uint64_t seed, std::uint64_t about);

  /// Adds rows [first, first + out.rows()) in volts to `out` (time, channel).
  void add(Index first, Block<double> out) const;

  /// Times of the R waves inside the recording, s; sorted.
  [[nodiscard]] std::vector<double> beats() const;
  /// Signed height of the R wave of one channel, mean over beats, V.
  [[nodiscard]] double amplitude_v(Index channel) const noexcept { return amplitudes_v_[static_cast<std::size_t>(channel)]; }

 private:
  struct Beat {
    double time_s = 0;
    double stretch = 1;  // of the times of P and T: the square root of the interval in seconds
    double gain = 1;
  };

  SampleRate rate_;
  Seconds duration_;
  std::vector<Beat> beats_;  // sorted; some before the start and after the end
  std::vector<double> amplitudes_v_;
};

}  // namespace myocramp
