#pragma once

#include <cstdint>

namespace myocramp {

/// A motor unit of a simulated muscle: when it discharges, and where its fibres lie.
struct MotorUnit {
  double threshold = 0;     ///< excitation that recruits it, as part of the largest excitation
  double min_rate_hz = 0;   ///< just above its threshold
  double peak_rate_hz = 0;  ///< that no excitation exceeds
  int fibres = 0;           ///< the size of its potential goes with it
  double across_mm = 0;     ///< centre of its territory at right angles to the fibres; 0 below the middle of the electrodes
  double depth_mm = 0;      ///< centre of its territory below the surface of the muscle, above 0
  double radius_mm = 0;     ///< of its territory
  double velocity_m_s = 0;  ///< conduction velocity of its fibres at rest
};

/// One discharge of one motor unit, and how its potential differs then from that at rest.
struct Discharge {
  double time_s = 0;      ///< when the action potential leaves the end-plate, on the recording's clock
  std::int32_t unit = 0;  ///< index into the muscle's motor units
  float gain = 1;         ///< of the potential's amplitude
  float stretch = 1;      ///< of the potential in time: above 1 when conduction is slower than at rest
};

}  // namespace myocramp
