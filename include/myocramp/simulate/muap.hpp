#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/simulate/conductor.hpp"
#include "myocramp/simulate/motor_unit.hpp"

namespace myocramp {

/// One electrode of a lead, on the skin. 0 along the fibres lies above the end-plates, 0 across above the middle of the muscle.
struct Electrode {
  double along_mm = 0;
  double across_mm = 0;
  double diameter_mm = 10;
  double weight = 1;  ///< of its potential in the lead's voltage
};

/// A recorded voltage: the weighted sum of the potentials of its electrodes.
using Lead = std::vector<Electrode>;

/// Against a reference far away.
Lead monopolar(double along_mm, double across_mm, double diameter_mm);
/// The electrode farther along the fibres minus the nearer; `along_mm` is the middle.
Lead bipolar(double along_mm, double across_mm, double distance_mm, double diameter_mm);
/// The outer electrodes' sum minus twice the middle one, with the sign turned.
Lead double_differential(double along_mm, double across_mm, double distance_mm, double diameter_mm);
/// `rows` electrodes along the fibres times `columns` across, monopolar, around a middle; a column's electrodes follow one another.
std::vector<Lead> electrode_grid(Index rows, Index columns, double distance_mm, double diameter_mm, double along_mm, double across_mm);

/// How potentials are made: from fibres in a layered conductor, or from a stock shape.
enum class Fidelity { kLineSource, kHermiteRodriguez };

/// What a muscle's fibres are like, and how their potentials are made.
struct MuapOptions {
  Fidelity fidelity = Fidelity::kLineSource;
  double fibre_um = 50;
  double intracellular_s_m = 1.01;
  double action_potential_mm = 1;
  double half_length_mm = 60;
  double end_plate_spread_mm = 5;
  double tendon_spread_mm = 5;
  int drawn_fibres = 60;
  double gain = 1;
  int hermite_order = 1;
  double hermite_low_ms = 1;
  double hermite_high_ms = 2.5;
};

template <class V>
void describe(MuapOptions& o, V&& v) {
  v(o.fibre_um, Field{"fibre_um", "um", 5, 200, "diameter of a fibre", "our default"});
  v(o.intracellular_s_m, Field{"intracellular_s_m", "S/m", 0.1, 10, "conductivity inside a fibre", "our default"});
  v(o.action_potential_mm,
    Field{"action_potential_mm", "mm", 0.3, 3, "unit of length of the action potential 96 z^3 exp(-z) - 90 mV", "Rosenfalck 1969"});
  v(o.half_length_mm, Field{"half_length_mm", "mm", 20, 200, "from the end-plates to the tendon at either side", "our default"});
  v(o.end_plate_spread_mm, Field{"end_plate_spread_mm", "mm", 0, 20, "end-plates lie up to this far from their middle", "our default"});
  v(o.tendon_spread_mm, Field{"tendon_spread_mm", "mm", 0, 20, "fibres end up to this far from their mean end", "our default"});
  v(o.drawn_fibres, Field{"drawn_fibres", "1", 1, 10000, "fibres drawn for a unit that has more; they stand for all", "our default"});
  v(o.gain, Field{"gain", "1", 0, 1000, "multiplies every potential", "our default"});
  v(o.hermite_order, Field{"hermite_order", "1", 1, 2, "order of the Hermite-Rodriguez function", "our default"});
  v(o.hermite_low_ms, Field{"hermite_low_ms", "ms", 0.2, 10, "least width of a Hermite-Rodriguez function", "our default"});
  v(o.hermite_high_ms, Field{"hermite_high_ms", "ms", 0.2, 10, "largest width of a Hermite-Rodriguez function", "our default"});
}

/// The potentials of a muscle's motor units on its leads, as functions of the way that the action potential has gone.
///
/// All that happens is a function of velocity times time, so that slower conduction stretches a template and changes nothing else.
struct UnitTemplates {
  struct Unit {
    double velocity_m_s = 0;   ///< at rest
    std::vector<float> volts;  ///< (tap, lead); the first and the last row are 0
  };

  static constexpr double kStep_mm = 0.125;  ///< way from tap to tap

  Index leads = 0;
  std::vector<Unit> units;

  [[nodiscard]] Index taps(Index unit) const noexcept {
    return static_cast<Index>(units[static_cast<std::size_t>(unit)].volts.size()) / leads;
  }
  /// From a discharge to the last moment at which its potential is not 0.
  [[nodiscard]] double duration_s(Index unit, double stretch) const noexcept {
    return static_cast<double>(taps(unit) - 1) * kStep_mm * 1e-3 * stretch / units[static_cast<std::size_t>(unit)].velocity_m_s;
  }
};

/// The templates of a muscle's units; `muscle` names its stream of random numbers.
///
/// Units: V.  The same arguments give the same bits.  Throws: InvalidArgument E-OPTION, also for no lead, a lead without electrodes, and what lies more than 0.5 m away.
/// Source: docs/methods/muap.md.
UnitTemplates make_unit_templates(const MuapOptions& options, const ConductorOptions& conductor, std::span<const MotorUnit> units,
                                  std::span<const Lead> leads, std::uint64_t seed, std::uint64_t muscle);

}  // namespace myocramp
