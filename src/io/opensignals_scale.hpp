#pragma once

#include <map>
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

/// Scales of devices by their names in small letters.
using OpenSignalsScales = std::map<std::string, OpenSignalsScale>;

/// What a layout's JSON tells of devices: {"layout": "opensignals", "devices": {"NAME": {"supply_v": 3.0, "gain": 1000}}}.
///
/// Throws: InvalidArgument E-LAYOUT-FILE naming file and key (as read_layout_json; a key that is unknown or missing, a value of another kind),
/// E-SCALE for a supply or gain that is not finite and above 0.
OpenSignalsScales read_opensignals_layout(const std::string& path);

/// Scale of a device by its name in any case: what is told, else what the table has; nothing for a device in neither: volts are never guessed.
std::optional<OpenSignalsScale> opensignals_scale(const std::string& device, const OpenSignalsScales& told = {});

/// The names in the table, for messages.
std::string opensignals_devices();

}  // namespace myocramp::io
