#include "simulate/simulated_muscle.hpp"

#include <algorithm>
#include <utility>

#include "myocramp/simulate/streams.hpp"

namespace myocramp {
namespace {

std::vector<Lead> leads_of(const ElectrodeArray& e) {
  std::vector<Lead> leads;
  for (int column = 0; column < e.columns; ++column) {
    for (int row = 0; row < e.rows; ++row) {
      leads.push_back(bipolar(e.along_mm + (row - (e.rows - 1) / 2.0) * e.distance_mm,
                              e.across_mm + (column - (e.columns - 1) / 2.0) * e.distance_mm, e.distance_mm, e.diameter_mm));
    }
  }
  return leads;
}

}  // namespace

std::vector<SimulatedMuscle> make_muscles(const Scenario& scenario, std::uint64_t seed, std::uint64_t subject) {
  std::vector<SimulatedMuscle> muscles;
  Index channels = 0;
  std::vector<std::vector<Lead>> own;
  for (const MuscleSpec& m : scenario.muscles) own.push_back(leads_of(m.electrodes));
  for (std::size_t i = 0; i < scenario.muscles.size(); ++i) {
    SimulatedMuscle m;
    m.spec = &scenario.muscles[i];
    const auto alike = [&](const MuscleSpec& other) { return other.name == m.spec->name; };
    const bool alone = std::count_if(scenario.muscles.begin(), scenario.muscles.end(), alike) == 1;
    m.name = alone || m.spec->side.empty() ? m.spec->name : m.spec->side + " " + m.spec->name;
    m.id = stream_number(Purpose::kPlan, {subject, i});
    m.first = channels;
    m.channels = static_cast<Index>(own[i].size());
    channels += m.channels;
    m.pool = make_motor_pool(m.spec->pool, seed, m.id);
    std::vector<Lead> leads;
    if (scenario.crosstalk > 0) {  // the others' electrodes show a part of what the same place on this muscle would
      for (std::size_t k = 0; k < own.size(); ++k) {
        if (k == i) m.lead = static_cast<Index>(leads.size());
        for (Lead lead : own[k]) {
          if (k != i) {
            for (Electrode& e : lead) e.weight *= scenario.crosstalk;
          }
          leads.push_back(std::move(lead));
        }
      }
    } else {
      leads = own[i];
    }
    m.templates = std::make_shared<UnitTemplates>(make_unit_templates(m.spec->fibres, m.spec->conductor, m.pool, leads, seed, m.id));
    for (std::size_t u = 0; u < m.pool.size(); ++u) {
      const Index taps = m.templates->taps(static_cast<Index>(u));
      const std::vector<float>& volts = m.templates->units[u].volts;
      for (Index c = 0; c < m.channels; ++c) {
        double sum = 0;
        for (Index t = 0; t < taps; ++t) {
          const double v = volts[static_cast<std::size_t>(t * m.templates->leads + m.lead + c)];
          sum += v * v;
        }
        m.energy.push_back(sum / m.templates->units[u].velocity_m_s);
      }
    }
    muscles.push_back(std::move(m));
  }
  return muscles;
}

std::vector<Channel> channels_of(const std::vector<SimulatedMuscle>& muscles, double step_v) {
  std::vector<Channel> channels;
  for (const SimulatedMuscle& m : muscles) {
    for (Index c = 0; c < m.channels; ++c) {
      Channel channel;
      channel.name = m.channels == 1 ? m.spec->code : m.spec->code + std::to_string(c + 1);
      channel.muscle = m.spec->name;
      channel.side = m.spec->side;
      channel.step_v = step_v;
      channel.interelectrode_distance_mm = m.spec->electrodes.distance_mm;
      channels.push_back(std::move(channel));
    }
  }
  return channels;
}

}  // namespace myocramp
