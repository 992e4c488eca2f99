#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/core/random.hpp"
#include "myocramp/signal/event.hpp"
#include "myocramp/simulate/contaminants.hpp"
#include "myocramp/simulate/cramp_process.hpp"
#include "myocramp/simulate/distributions.hpp"
#include "myocramp/simulate/fasciculations.hpp"
#include "myocramp/simulate/motor_pool.hpp"
#include "myocramp/simulate/movements.hpp"
#include "myocramp/simulate/muap.hpp"
#include "myocramp/simulate/recurrence.hpp"

namespace myocramp {

/// A number, or the law that it is drawn from.
struct Distribution {
  enum class Law { kConstant, kUniform, kNormal, kLognormal };

  Law law = Law::kConstant;
  double a = 0;  ///< the number; the low end; the mean
  double b = 0;  ///< the high end; the standard deviation
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();

  [[nodiscard]] double draw(Random& random) const {
    switch (law) {
      case Law::kUniform:
        return random.uniform(a, b);
      case Law::kNormal:
        return std::clamp(a + b * random.normal(), low, high);
      case Law::kLognormal:
        return draw_lognormal_within(random, LognormalLaw::of(a, b), low, high);
      case Law::kConstant:
        break;
    }
    return a;
  }
  /// Its middle: the number, the middle of the range or the mean.
  [[nodiscard]] double centre() const noexcept { return law == Law::kUniform ? (a + b) / 2 : a; }
};

/// Where the electrodes of a muscle lie, and what each channel is: the difference of two neighbours along the fibres.
struct ElectrodeArray {
  int rows = 1;     ///< along the fibres
  int columns = 1;  ///< across them
  double distance_mm = 20;
  double diameter_mm = 10;
  double along_mm = 30;
  double across_mm = 0;
};

template <class V>
void describe(ElectrodeArray& o, V&& v) {
  v(o.rows, Field{"rows", "1", 1, 64, "channels along the fibres", "our default"});
  v(o.columns, Field{"columns", "1", 1, 64, "channels across the fibres", "our default"});
  v(o.distance_mm, Field{"distance_mm", "mm", 1, 100, "between the two electrodes of a channel, and between neighbouring channels",
                         "20 mm: SENIAM (Hermens et al. 2000)"});
  v(o.diameter_mm, Field{"diameter_mm", "mm", 0, 30, "of an electrode", "our default"});
  v(o.along_mm, Field{"along_mm", "mm", -200, 200, "from the end-plates to the middle of the electrodes, along the fibres", "our default"});
  v(o.across_mm, Field{"across_mm", "mm", -200, 200, "from the middle of the muscle to that of the electrodes", "our default"});
}

/// A muscle with its motor units and electrodes.
struct MuscleSpec {
  std::string name;  ///< such as "gastrocnemius_medialis"
  std::string code;  ///< begins the names of its channels, such as "GM"
  std::string side;
  ElectrodeArray electrodes;
  MotorPoolOptions pool;
  MuapOptions fibres;
  ConductorOptions conductor;
};

/// What happens in a muscle, and how often.
struct EventSpec {
  enum class Times { kCount, kRate, kRecurrence };

  std::string label;                 ///< cramp, voluntary, sustained, twitch or fasciculation
  std::vector<std::size_t> muscles;  ///< one of them is drawn for each event; a voluntary contraction takes all
  std::vector<std::string> phases;   ///< in which it happens, as in Scenario::phase_names
  Times times = Times::kCount;
  Distribution count;       ///< events in each such phase
  double per_hour = 0;      ///< of kRate: a Poisson process
  Recurrence recurrence;    ///< of kRecurrence
  Distribution duration_s;  ///< of all but cramps and fasciculations
  Distribution rise_s;      ///< the same
  Distribution fall_s;      ///< the same
  Distribution excitation;  ///< at its height, from 0 to 1, the same
  std::optional<Distribution> snr_db;
  std::optional<Distribution> peak_uv;
  Drive drive;  ///< tremor and noise; the knots follow from the above
  Fatigue fatigue;
  CrampProcessOptions cramp;
  ReleaseOptions release;
  double released = 0;               ///< probability that a stretch ends the cramp
  Distribution release_part;         ///< when it does, as part of the cramp's duration
  double spread = 0;                 ///< probability that the cramp takes in another of its muscles
  Distribution spread_share;         ///< amplitude there over that in the muscle of its origin
  double fasciculations_before = 0;  ///< per minute, in the last seconds before a cramp
  double fasciculations_before_s = 40;
  Fasciculations fasciculations;
  double per_minute = 0;  ///< of fasciculations
};

/// Contractions at several levels, one after the other.
struct LadderSpec {
  std::string phase;
  std::vector<std::size_t> muscles;
  std::vector<double> levels;  ///< excitations from 0 to 1
  double ramp_s = 1;
  double hold_s = 5;
  double pause_s = 10;
};

template <class V>
void describe(LadderSpec& o, V&& v) {
  v(o.ramp_s, Field{"ramp_s", "s", 0, 60, "rise and fall of each contraction", "our default"});
  v(o.hold_s, Field{"hold_s", "s", 0.1, 600, "at its level", "our default"});
  v(o.pause_s, Field{"pause_s", "s", 0, 600, "before each contraction", "our default"});
}

/// Trains of stimuli of rising frequency, until one elicits a cramp.
struct ThresholdProtocol {
  std::string phase;
  std::size_t muscle = 0;
  double start_hz = 4;
  double step_hz = 2;
  int pulses = 150;
  int most_trains = 20;
  double pause_s = 60;
  double amplitude_a = 0.03;
  double pulse_width_s = 152e-6;
  Distribution threshold_hz;  ///< of the subject: a train at or above it elicits a cramp
  std::size_t cramp = 0;      ///< the event whose options the cramp takes
};

template <class V>
void describe(ThresholdProtocol& o, V&& v) {
  v(o.start_hz, Field{"start_hz", "Hz", 0.5, 200, "frequency of the first train", "Minetto et al. 2009 Neurophysiol Clin 39:15"});
  v(o.step_hz, Field{"step_hz", "Hz", 0.1, 50, "from train to train", "Minetto et al. 2009"});
  v(o.pulses, Field{"pulses", "1", 2, 10000, "of each train", "Minetto et al. 2009"});
  v(o.most_trains, Field{"most_trains", "1", 1, 200, "trains, at most", "our default"});
  v(o.pause_s, Field{"pause_s", "s", 1, 3600, "between trains", "our default"});
  v(o.amplitude_a, Field{"amplitude_a", "A", 0, 1, "of a pulse", "our default"});
  v(o.pulse_width_s, Field{"pulse_width_s", "s", 1e-6, 0.01, "of a pulse", "Minetto et al. 2009"});
}

/// Movements in sleep.
struct MovementSpec {
  std::vector<std::string> phases;
  std::vector<std::size_t> muscles;
  std::optional<PeriodicMovements> periodic;
  double trains_per_hour = 1;  ///< of periodic movements
  double train_s = 300;        ///< length of such a train
  std::optional<LargeMovements> large;
  Distribution excitation;
};

template <class V>
void describe(MovementSpec& o, V&& v) {
  v(o.trains_per_hour, Field{"trains_per_hour", "1/h", 0, 60, "trains of periodic movements", "our default"});
  v(o.train_s, Field{"train_s", "s", 40, 36000, "length of a train", "our default"});
}

/// What disturbs a recording; without a value: not there.
struct ContaminantSpec {
  std::optional<ElectrodeNoiseOptions> noise;
  std::optional<MainsHumOptions> hum;
  std::optional<SimulatedEcgOptions> ecg;
  std::optional<MotionOptions> motion;
  std::optional<LooseElectrodeOptions> loose_electrode;
  std::optional<LeadOffOptions> lead_off;
  std::optional<DroppedSamplesOptions> dropped_samples;
  StimulationOptions stimulation;  ///< of the stimuli that there are
  ClippingOptions clipping;        ///< the range of the converter
};

/// Something that is measured of each session, and how it moves the rate of cramps.
struct CovariateSpec {
  std::string name;
  std::string unit;
  Distribution value;
  double subject_sd = 0;  ///< standard deviation between subjects, added to each session's value
  double rate_ratio = 1;  ///< of the rate of cramps, for one unit above the centre of `value`
};

/// A study to simulate. docs/methods/simulator.md says what each part does.
struct Scenario {
  int subjects = 1;
  int sessions = 1;
  double rate_hz = 2048;
  double crosstalk = 0;
  double cramp_sd = 0;
  std::vector<MuscleSpec> muscles;
  std::vector<Phase> protocol;
  std::vector<std::string> phase_names;  ///< of each phase: what events call it, its own name or another
  std::vector<EventSpec> events;
  std::vector<LadderSpec> ladders;
  std::optional<ThresholdProtocol> stimulation;
  std::vector<MovementSpec> movements;
  ContaminantSpec contaminants;
  std::vector<CovariateSpec> covariates;
};

template <class V>
void describe(Scenario& o, V&& v) {
  v(o.subjects, Field{"subjects", "1", 1, 10000, "subjects", "our default"});
  v(o.sessions, Field{"sessions", "1", 1, 1000, "recordings of each subject", "our default"});
  v(o.rate_hz, Field{"rate_hz", "Hz", 1000, 65535, "sampling rate", "our default"});
  v(o.crosstalk, Field{"crosstalk", "1", 0, 0.5, "part of a muscle's voltage that the channels of the others show", "our default"});
  v(o.cramp_sd, Field{"cramp_sd", "1", 0, 3, "standard deviation between subjects of the logarithm of the rate of cramps", "our default"});
}

}  // namespace myocramp
