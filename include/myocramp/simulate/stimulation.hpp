#pragma once

#include <cstdint>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/options.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/signal/event.hpp"
#include "myocramp/simulate/contaminant_span.hpp"

namespace myocramp {

/// What electrodes pick up of electrical stimuli, and the muscle's answer to them.
struct StimulationOptions {
  double amplitude_mv = 5;
  double phase_s = 0.001;
  double tail_share = 0.2;
  double tail_s = 0.002;
  double m_wave_uv = 1000;
  double m_wave_centre_s = 0.011;
  double m_wave_scale_s = 0.0015;
  double low_last = 0;
  double high_last = 0.8;
  double channel_spread = 0.2;
};

template <class V>
void describe(StimulationOptions& o, V&& v) {
  v(o.amplitude_mv, Field{"amplitude_mv", "mV", 0, 1000, "height of both phases of the artefact, median over channels", "our default"});
  v(o.phase_s, Field{"phase_s", "s", 1e-5, 0.01, "length of each phase as it is recorded, behind the amplifier", "our default"});
  v(o.tail_share, Field{"tail_share", "1", 0, 1, "height of the tail's start over that of the phases", "our default"});
  v(o.tail_s, Field{"tail_s", "s", 1e-4, 0.1, "time constant of the tail", "our default"});
  v(o.m_wave_uv, Field{"m_wave_uv", "uV", 0, 1e5, "peak of the first M-wave of a train, median over channels", "our default"});
  v(o.m_wave_centre_s, Field{"m_wave_centre_s", "s", 0, 0.1, "from the pulse to the middle of the M-wave", "our default"});
  v(o.m_wave_scale_s,
    Field{"m_wave_scale_s", "s", 1e-4, 0.01, "time scale of the M-wave, a Hermite-Rodriguez function of order 2", "our default"});
  v(o.low_last, Field{"low_last", "1", 0, 1, "smallest share that a train's last M-wave keeps of its first", "our default"});
  v(o.high_last, Field{"high_last", "1", 0, 1, "largest share that a train's last M-wave keeps of its first", "our default"});
  v(o.channel_spread, Field{"channel_spread", "1", 0, 2, "standard deviation of the logarithm of a channel's height", "our default"});
}

/// Trains of stimuli: for each pulse two phases of opposite sign, a tail that decays exponentially, and an M-wave that declines
/// geometrically along the train.
///
/// Throws: InvalidArgument E-OPTION, also when low_last is above high_last or a train has no frequency, no pulses or does not start inside
/// the recording.
class Stimulation {
 public:
  /// Of each train start_s, frequency_hz and n_pulses are read.  `about` tells recordings of one seed apart.
  Stimulation(const StimulationOptions& options, const std::vector<StimTrain>& trains, SampleRate rate, Seconds duration, Index channels,
              std::uint64_t seed, std::uint64_t about);

  /// Adds rows [first, first + out.rows()) in volts to `out` (time, channel).
  void add(Index first, Block<double> out) const;

  /// Times of all pulses, s; sorted.
  [[nodiscard]] std::vector<double> pulses() const;
  /// Each train from its first pulse to the end of what its last one leaves, cut at the end of the recording; sorted.
  [[nodiscard]] const std::vector<ContaminantSpan>& spells() const noexcept { return spells_; }

 private:
  struct Pulse {
    double time_s = 0;
    double m_wave = 1;  // height over that of the train's first
  };
  [[nodiscard]] double artefact(double t) const noexcept;  // t seconds after a pulse, for an amplitude of 1
  [[nodiscard]] double m_wave(double t) const noexcept;    // the same, for a peak of 1

  StimulationOptions options_;
  SampleRate rate_;
  std::vector<Pulse> pulses_;       // sorted
  std::vector<double> artefact_v_;  // of each channel
  std::vector<double> m_wave_v_;    // of each channel
  double reach_s_ = 0;              // what a pulse leaves ends here
  std::vector<ContaminantSpan> spells_;
};

}  // namespace myocramp
