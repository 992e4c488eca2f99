#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/options.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/signal/event.hpp"

namespace myocramp {

/// A small labelled study of calf recordings: rest, a bout of contractions, recovery with cramps. All numbers are ours, none measured.
struct ShapedNoise {
  int subjects = 5;
  double rate_hz = 1000;
  double rest_s = 60;
  double exercise_s = 60;
  double recovery_s = 120;
  int contractions = 6;
  int twitches = 3;
  int cramps = 2;
  double noise_uv = 2;
  double contraction_uv = 120;
  double twitch_uv = 50;
  double cramp_uv = 80;
};

template <class V>
void describe(ShapedNoise& o, V&& v) {
  v(o.subjects, Field{"subjects", "1", 1, 10000, "recordings, one per subject", "our default"});
  v(o.rate_hz, Field{"rate_hz", "Hz", 500, 65535, "sampling rate, a whole number", "our default"});
  v(o.rest_s, Field{"rest_s", "s", 20, 36000, "rest before exercise, with twitches", "our default"});
  v(o.exercise_s, Field{"exercise_s", "s", 20, 36000, "exercise, with contractions", "our default"});
  v(o.recovery_s, Field{"recovery_s", "s", 60, 36000, "rest after exercise, with cramps", "our default"});
  v(o.contractions, Field{"contractions", "1", 0, 1000, "contractions of each recording", "our default"});
  v(o.twitches, Field{"twitches", "1", 0, 1000, "twitches of each recording", "our default"});
  v(o.cramps, Field{"cramps", "1", 0, 1000, "cramps of each recording", "our default"});
  v(o.noise_uv, Field{"noise_uv", "uV", 0, 1000, "RMS of the electrode noise", "our default"});
  v(o.contraction_uv, Field{"contraction_uv", "uV", 0, 1000, "RMS of a contraction at its height", "our default"});
  v(o.twitch_uv, Field{"twitch_uv", "uV", 0, 1000, "RMS of a twitch at its height", "our default"});
  v(o.cramp_uv, Field{"cramp_uv", "uV", 0, 1000, "RMS of a cramp at its height; 47.5 +- 24.8 uV peak was measured",
                      "Minetto et al. 2011 J Physiol 589:5759"});
}

/// One simulated recording with its truth.
struct SimulatedRecording {
  std::string name;  ///< <subject>_<session>
  SampleRate rate;
  std::vector<std::string> channels;
  Samples<double> volts;      ///< (time, channel)
  std::vector<Event> labels;  ///< cramp, voluntary, twitch; label_source simulated; sorted
  std::vector<Phase> phases;
};

/// Recording `subject` (from 0) of a study: Gaussian noise shaped to the band of surface EMG, multiplied by the envelopes of its events,
/// over white electrode noise. It shows how the program works; it is no model of muscle.
///
/// The same options, seed and subject give the same bits. Throws: InvalidArgument E-OPTION, also when the events of a phase do not fit in it.
SimulatedRecording simulate_shaped_noise(const ShapedNoise& options, std::uint64_t seed, int subject);

}  // namespace myocramp
