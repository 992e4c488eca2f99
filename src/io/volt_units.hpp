#pragma once

#include <optional>
#include <string_view>

namespace myocramp::io {

/// How many of the unit make a volt: 1 for "V", 1e3 for "mV", 1e6 for "uV" and both signs of "µV", 1e9 for "nV", and their names written
/// out ("volts", "microvolt"); "v", "mv", "uv" and "UV" are these too, as in many files. White space round it is ignored. Nothing for every other text: "V/s", "MV", "a.u.".
std::optional<double> units_per_volt(std::string_view unit);

/// The units that are known, for messages.
inline constexpr const char* kVoltUnits = "V, mV, uV or nV";

}  // namespace myocramp::io
