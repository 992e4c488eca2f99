#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "myocramp/filter/sos.hpp"
#include "simulate/simulated_muscle.hpp"

namespace myocramp {

/// The discharges of one event in one of the muscles.
struct EventPart {
  std::size_t muscle = 0;
  std::vector<Discharge> discharges;
};

/// A channel as the event shows on it.
struct EventPicture {
  Index channel = 0;
  std::vector<double> energy;  ///< of each channel, in no unit
  Index first = 0;             ///< sample
  Samples<double> volts;       ///< (time, 1)
  Samples<double> in_band;
};

/// Paints events of muscles into channels, each event by itself, with no noise and no other event.
class EventPainter {
 public:
  /// `muscles` must outlive it and stay where they are. With `crosstalk` every lead shows every muscle.
  EventPainter(const std::vector<SimulatedMuscle>& muscles, bool crosstalk, SampleRate rate, Sections band);

  /// The channel that shows most of the event, from its onset to its offset. `parts` holds at least one discharge.
  EventPicture paint(const std::vector<EventPart>& parts, double onset_s, double offset_s);

 private:
  std::shared_ptr<const UnitTemplates> one_lead(std::size_t muscle, Index lead);

  const std::vector<SimulatedMuscle>& muscles_;
  bool crosstalk_;
  SampleRate rate_;
  Sections band_;
  Index channels_;
  std::map<std::pair<std::size_t, Index>, std::shared_ptr<const UnitTemplates>> one_lead_;
};

/// Moving RMS over an odd number of samples; what lies outside counts as 0.
std::vector<double> moving_rms(const Samples<double>& x, double window_s, SampleRate rate);

}  // namespace myocramp
