#pragma once

#include <string>

namespace myocramp::io {

/// What turns the counts of one device into volts at the electrode: volts = (count / 2^bits - 1/2) * supply_v / gain.
struct OpenSignalsScale {
  double supply_v;
  double gain;
  bool known;  ///< the device is in the table

  [[nodiscard]] double step_v(int resolution_bits) const;
  /// The conversion in words, for provenance: "(count / 2^16 - 0.5) * 3 V / 1000". `bits` is the exponent's text.
  [[nodiscard]] std::string text(const std::string& bits) const;
};

/// Scale of a device by its name in any case; unknown devices get that of biosignalsplux with `known` false.
OpenSignalsScale opensignals_scale(const std::string& device);

}  // namespace myocramp::io
