#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/simulate/motor_pool.hpp"
#include "myocramp/simulate/motor_unit.hpp"

namespace myocramp {

/// How cramps of one kind go on in a muscle. The defaults are those of an electrically induced cramp of the abductor hallucis.
struct CrampProcessOptions {
  double duration_s = 55.6;
  double duration_sd_s = 19.2;
  double least_s = 10;
  double longest_s = 180;
  double rise_least = 0.02;
  double rise_most = 0.18;
  double fall_least = 0.05;
  double fall_most = 0.5;
  int fall_steps = 4;
  double start_radius_mm = 2;
  double full_radius_mm = 15;
  double drift_mm_s = 0.2;
  double off_ratio = 0.6;
  int least_units = 4;
  double rate_hz = 14.5;
  double rate_sd_hz = 5.1;
  double least_rate_hz = 6.7;
  double least_rate_s = 1.5;
  double highest_rate_hz = 32;
  double start_hz = 15;
  double early_ratio = 1.2;
  double early_s = 30;
  double isi_cv = 0.41;
  double isi_cv_sd = 0.08;
  double doublets = 0.041;
  double doublets_sd = 0.042;
  double common_hz = 1.4;
  double common = 0.13;
  double common_share = 0.52;
  double active_s = 42;
  double active_sd_s = 42;
  double pause_s = 10;
  double stretch = 0.8;
  double gain = 1;
};

template <class V>
void describe(CrampProcessOptions& o, V&& v) {
  v(o.duration_s, Field{"duration_s", "s", 0.5, 3600, "mean duration; the law is log-normal", "Minetto et al. 2011 J Physiol 589:5759"});
  v(o.duration_sd_s, Field{"duration_sd_s", "s", 0, 3600, "standard deviation of the duration", "Minetto et al. 2011"});
  v(o.least_s, Field{"least_s", "s", 0.5, 3600, "shortest duration", "our default"});
  v(o.longest_s, Field{"longest_s", "s", 0.5, 3600, "longest duration", "our default"});
  v(o.rise_least, Field{"rise_least", "1", 0.01, 0.5, "shortest build-up, as part of the duration", "our default"});
  v(o.rise_most, Field{"rise_most", "1", 0.01, 0.5, "longest build-up, as part of the duration", "our default"});
  v(o.fall_least, Field{"fall_least", "1", 0.01, 0.9, "shortest fall, as part of the duration", "our default"});
  v(o.fall_most, Field{"fall_most", "1", 0.01, 0.9, "longest fall, as part of the duration", "our default"});
  v(o.fall_steps, Field{"fall_steps", "1", 1, 50, "steps of the fall", "our default"});
  v(o.start_radius_mm, Field{"start_radius_mm", "mm", 0, 100, "reach around the focus at the onset", "our default"});
  v(o.full_radius_mm, Field{"full_radius_mm", "mm", 0, 300, "reach at the end of the build-up", "our default"});
  v(o.drift_mm_s,
    Field{"drift_mm_s", "mm/s", 0, 20, "speed of the focus", "our default; Roeleveld et al. 2000 J Appl Physiol 88:1698 say slow"});
  v(o.off_ratio, Field{"off_ratio", "1", 0.05, 1, "excitation that keeps a unit discharging, over that which starts it", "our default"});
  v(o.least_units, Field{"least_units", "1", 1, 100, "units that discharge at any time, as far as the muscle has them", "our default"});
  v(o.rate_hz, Field{"rate_hz", "1/s", 1, 100, "mean over units of a unit's mean rate; the law is log-normal",
                     "Minetto et al. 2009 J Neurophysiol 102:1890"});
  v(o.rate_sd_hz, Field{"rate_sd_hz", "1/s", 0, 50, "its standard deviation over units", "Minetto et al. 2009"});
  v(o.least_rate_hz, Field{"least_rate_hz", "1/s", 1, 100, "rate at which a unit ends; no unit's mean is below",
                           "our default: a smallest rate of 6.0 comes out, as in Minetto et al. 2009"});
  v(o.least_rate_s,
    Field{"least_rate_s", "s", 0, 60, "how long it goes on at that rate, but at most half of its active time", "our default"});
  v(o.highest_rate_hz, Field{"highest_rate_hz", "1/s", 1, 150, "no unit's mean is above", "our default"});
  v(o.start_hz, Field{"start_hz", "1/s", 0, 150, "rate at which a unit starts, above that at which it goes on",
                      "our default: a largest rate of 25.0 comes out, as in Minetto et al. 2009"});
  v(o.early_ratio, Field{"early_ratio", "1", 1, 3, "rates early in the cramp over those later",
                         "our default; Ross & Thomas 1995 Brain 118:983 say higher"});
  v(o.early_s, Field{"early_s", "s", 0, 3600, "how long early is", "Ross & Thomas 1995"});
  v(o.isi_cv, Field{"isi_cv", "1", 0.05, 0.8, "coefficient of variation of a unit's inter-spike intervals",
                    "our default: 0.446 is to come out, as in Minetto et al. 2009; short spells vary more"});
  v(o.isi_cv_sd,
    Field{"isi_cv_sd", "1", 0, 0.3, "its standard deviation over units", "our default: 0.097 is to come out, as in Minetto et al. 2009"});
  v(o.doublets, Field{"doublets", "1", 0, 0.3, "part of a unit's discharges that follow another after 5 to 20 ms, mean over units",
                      "Minetto et al. 2009"});
  v(o.doublets_sd, Field{"doublets_sd", "1", 0, 0.3, "its standard deviation over units; the law is log-normal",
                         "our default: 0.047 is to come out, as in Minetto et al. 2009, of units with a few hundred discharges"});
  v(o.common_hz, Field{"common_hz", "Hz", 0.1, 10, "middle frequency of the drive that units share", "Minetto et al. 2009"});
  v(o.common, Field{"common", "1", 0, 0.5, "standard deviation of that drive, as part of rate_hz",
                    "our default: a correlation of 0.52 comes out, as in Minetto et al. 2009"});
  v(o.common_share, Field{"common_share", "1", 0, 1, "part of the units that it reaches",
                          "our default: 26 of 96 pairs of units go together, as in Minetto et al. 2009"});
  v(o.active_s, Field{"active_s", "s", 0.1, 3600,
                      "mean of the log-normal law of a unit's active time, before the drift and the cramp's end cut it short",
                      "our default: 23.6 +- 16.2 s come out, as in Minetto et al. 2009"});
  v(o.active_sd_s, Field{"active_sd_s", "s", 0, 3600, "its standard deviation", "our default, with active_s"});
  v(o.pause_s, Field{"pause_s", "s", 0, 3600, "mean time after which a unit that stopped by itself may start again", "our default"});
  v(o.stretch,
    Field{"stretch", "1", 0.3, 3, "duration of potentials over that at rest", "our default; Roeleveld et al. 2000 say extremely short"});
  v(o.gain, Field{"gain", "1", 0, 100, "amplitude of potentials over that at rest", "our default"});
}

/// Names that cramp_kind knows: induced, intact, blocked, flexor_hallucis, nocturnal, dialysis.
std::vector<std::string_view> cramp_kinds();

/// The options of one kind of cramp; docs/methods/cramp_process.md lists where each departs from the defaults. Throws: InvalidArgument E-OPTION.
CrampProcessOptions cramp_kind(std::string_view name);

/// How a stretch ends cramps.
struct ReleaseOptions {
  double transient = 1.3;
  double transient_least_s = 0.5;
  double transient_most_s = 1;
  double decay_least_s = 0.3;
  double decay_most_s = 1;
  double relapse = 0.15;
  double relapse_within_s = 60;
};

template <class V>
void describe(ReleaseOptions& o, V&& v) {
  v(o.transient, Field{"transient", "1", 1, 3, "amplitude during the stretch over that before",
                       "our default; Ross & Thomas 1995 Brain 118:983 say it rises"});
  v(o.transient_least_s, Field{"transient_least_s", "s", 0, 10, "shortest such rise", "our default"});
  v(o.transient_most_s, Field{"transient_most_s", "s", 0, 10, "longest such rise", "our default"});
  v(o.decay_least_s, Field{"decay_least_s", "s", 0.05, 10, "shortest time constant of the amplitude after it", "our default"});
  v(o.decay_most_s, Field{"decay_most_s", "s", 0.05, 10, "longest time constant of the amplitude after it", "our default"});
  v(o.relapse, Field{"relapse", "1", 0, 1, "probability that the cramp comes back", "our default"});
  v(o.relapse_within_s, Field{"relapse_within_s", "s", 1, 3600, "time after the end within which it does", "our default"});
}

/// One release of a cramp by stretch.
struct Release {
  double time_s = 0;     ///< the stretch begins, on the recording's clock
  double transient = 1;  ///< of the amplitude, until transient_s after that
  double transient_s = 0;
  double decay_s = 0;                     ///< time constant of the amplitude from then on
  std::optional<double> relapse_after_s;  ///< of the end of the cramp; empty: it does not come back
};

/// When one cramp builds up, holds and falls.
struct CrampPlan {
  double onset_s = 0;  ///< on the recording's clock
  double rise_s = 0;
  double hold_s = 0;
  double fall_s = 0;
  std::optional<Release> release;  ///< before it would fall by itself, or while it falls

  /// When nothing discharges any more: the end of the fall, or three time constants after the rise that a stretch brings, if that is earlier.
  [[nodiscard]] double offset_s() const;
};

/// Draws the course of cramp `event` of a muscle. Throws: InvalidArgument E-OPTION.
CrampPlan plan_cramp(const CrampProcessOptions& options, double onset_s, std::uint64_t seed, std::uint64_t muscle, std::uint64_t event);

/// Draws what a stretch at `time_s` does to it. Throws: InvalidArgument E-OPTION.
Release draw_release(const ReleaseOptions& options, double time_s, std::uint64_t seed, std::uint64_t muscle, std::uint64_t event);

/// From a unit's first discharge to its last, without a pause.
struct Spell {
  std::int32_t unit = 0;
  double first_s = 0;
  double last_s = 0;
};

/// One cramp as it came out.
struct Cramp {
  std::vector<Discharge> discharges;  ///< sorted by time, then unit
  std::vector<Spell> spells;          ///< sorted by first_s, then unit
  double onset_s = 0;                 ///< the first discharge
  double offset_s = 0;                ///< the last one
};

/// The discharges of one cramp.
///
/// A focus at a random place of the muscle drifts; units start within its reach and keep on until they are well outside it or have been active for as long
/// as was drawn for them. The reach grows in the rise and shrinks by steps in the fall. At least `least_units` discharge from onset to end, so that no gap
/// of 0.3 s is to be expected; a muscle with fewer units may have gaps. No discharge outside [plan.onset_s, plan.offset_s()).
/// The same arguments give the same discharges. Throws: InvalidArgument E-OPTION, also for a pool without units and a plan without length.
/// Source: statistics of Minetto et al. 2009 J Neurophysiol 102:1890; the process is ours.
Cramp make_cramp(const std::vector<MotorUnit>& pool, const CrampProcessOptions& options, const Fatigue& fatigue, const CrampPlan& plan,
                 std::uint64_t seed, std::uint64_t muscle, std::uint64_t event);

}  // namespace myocramp
