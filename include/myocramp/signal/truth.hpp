#pragma once

#include <limits>
#include <string>
#include <vector>

#include "myocramp/signal/event.hpp"

namespace myocramp {

/// What a simulator knows of one event beyond its label. Times are seconds on the recording's clock; NaN: no answer.
struct TrueEvent {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  std::string label;                   ///< its class, as in Event::trial_type
  std::string muscle;                  ///< of its origin; with its side in front where both sides have it
  std::vector<std::string> channels;   ///< of its muscles, on which it is above the noise
  double onset_s = 0;                  ///< first discharge
  double offset_s = 0;                 ///< end of the last potential
  double detectable_onset_s = kNone;   ///< where its envelope first reaches the RMS of the noise; NaN: nowhere
  double detectable_offset_s = kNone;  ///< where it last does
  std::string peak_channel;            ///< the channel on which it is strongest; the next three belong to it; empty: left out
  double peak_v = kNone;               ///< largest absolute voltage of the noiseless event
  double peak_time_s = kNone;
  double snr_db = kNone;     ///< power of the noiseless event over [onset, offset) over that of electrode noise, both in 20 to 450 Hz
  double stretch_s = kNone;  ///< when a stretch began that released it; NaN: none did
  int cluster = 0;           ///< of cramps within an hour of one another, from 1; 0: no cramp
};

/// A motor unit of a simulated muscle with its discharges.
struct TrueUnit {
  std::string muscle;
  int unit = 0;                      ///< in its muscle, from 0 by rising threshold
  std::vector<double> discharges_s;  ///< sorted
};

/// A stretch in which a contaminant stands in the signal: the whole recording for one that never ends.
struct TrueContaminant : Span {
  std::string kind{};                   ///< such as "hum"
  std::vector<std::string> channels{};  ///< empty: all
};

/// What a simulator knows of a recording beyond its labels. Detection and measures never use it.
struct Truth {
  std::vector<TrueEvent> events;              ///< sorted by onset
  std::vector<TrueUnit> units;                ///< that discharged, muscle by muscle
  std::vector<TrueContaminant> contaminants;  ///< sorted by start

  [[nodiscard]] bool empty() const noexcept { return events.empty() && units.empty() && contaminants.empty(); }
};

/// How the reason of a row of invalid times begins that is truth: a simulator knows of it, a recorder would not.
inline constexpr char kSimulatedReason[] = "simulated:";

/// Whether an invalid span is a simulator's truth, which no result may use.
inline bool is_truth(const InvalidSpan& span) { return span.reason.starts_with(kSimulatedReason); }

}  // namespace myocramp
