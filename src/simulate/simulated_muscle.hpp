#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "myocramp/signal/channel.hpp"
#include "myocramp/simulate/interference.hpp"
#include "myocramp/simulate/scenario.hpp"

namespace myocramp {

/// A muscle of the recording with all that happens in it.
struct SimulatedMuscle {
  const MuscleSpec* spec = nullptr;
  std::string name;  ///< with its side in front where another side has a muscle of that name
  std::uint64_t id = 0;
  Index first = 0;     ///< of its channels among those of the recording
  Index channels = 0;  ///< of its own
  Index lead = 0;      ///< its first channel among the leads of its templates
  std::vector<MotorUnit> pool;
  std::shared_ptr<const UnitTemplates> templates;
  std::vector<double> energy;  ///< (unit, own channel): sum of squares over the taps of a template, per metre
  std::vector<Discharge> discharges;
};

/// The muscles of a subject in the order of the scenario, with their motor units and templates, without a discharge.
std::vector<SimulatedMuscle> make_muscles(const Scenario& scenario, std::uint64_t seed, std::uint64_t subject);

/// The channels of a recording of these muscles; `step_v` is that of its converter.
std::vector<Channel> channels_of(const std::vector<SimulatedMuscle>& muscles, double step_v);

}  // namespace myocramp
