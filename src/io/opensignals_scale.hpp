#pragma once

#include <optional>
#include <string>

namespace myocramp::io {

/// What turns the counts of one device into volts at the electrode: volts = (count / 2^bits - 1/2) * supply_v / gain.
struct OpenSignalsScale {
  double supply_v;
  double gain;

  [[nodiscard]] double step_v(int resolution_bits) const;
  /// The conversion in words, for provenance: "(count / 2^16 - 0.5) * 3 V / 1000". `bits` is the exponent's text.
  [[nodiscard]] std::string text(const std::string& bits) const;
};

/// Scale of a device by its name in any case; nothing for a device that is not in the table: volts are never guessed.
std::optional<OpenSignalsScale> opensignals_scale(const std::string& device);

/// The names in the table, for messages.
std::string opensignals_devices();

}  // namespace myocramp::io
