#pragma once

#include <limits>
#include <string>

namespace myocramp {

/// One lead of a recording. Every member may be empty or NaN when the file does not say.
struct Channel {
  std::string name;                                          ///< the file's own name, unique in its recording
  std::string muscle;                                        ///< such as "gastrocnemius_medialis"
  std::string side;                                          ///< "left", "right" or empty
  double step_v = std::numeric_limits<double>::quiet_NaN();  ///< volts per unit of the converter; NaN for floating-point sources
  double interelectrode_distance_mm = std::numeric_limits<double>::quiet_NaN();
  std::string label;  ///< what the file calls the lead besides its name, such as "PORT3_CHN1"
};

}  // namespace myocramp
