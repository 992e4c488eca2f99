#include "io/opensignals_scale.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "io/layout_json.hpp"
#include "io/lower.hpp"
#include "io/tsv.hpp"
#include "myocramp/core/error.hpp"

namespace myocramp::io {
namespace {

/// Device name as the file writes it, supply of the converter in volts, gain of the EMG sensor.
/// Source: the transfer functions of the biosignalsplux and BITalino EMG sensors, as biosignalsnotebooks applies them by device name.
struct Row {
  std::string_view device;
  double supply_v;
  double gain;
};
constexpr std::array<Row, 10> kTable = {{
    {"biosignalsplux", 3.0, 1000},
    {"channeller", 3.0, 1000},  // the name that biosignalsplux hubs write
    {"bioplux", 3.0, 1000},
    {"bioplux_exp", 3.0, 1000},
    {"rachimeter", 3.0, 1000},
    {"swifter", 3.0, 1000},
    {"ddme_openbanplux", 3.0, 1000},
    {"bitalino", 3.3, 1008},
    {"bitalino_rev", 3.3, 1009},
    {"bitalino_riot", 3.3, 1009},
}};

using nlohmann::json;

/// One number of a device; `key` says where in the file it stands.
double number_of(const std::string& path, const std::string& device, const json& scale, const char* name) {
  const std::string key = "devices." + device + "." + name;
  const bool is_there = scale.is_object() && scale.contains(name) && scale[name].is_number();
  if (!is_there)
    throw InvalidArgument(
        {"E-LAYOUT-FILE", path, key, "a number", scale.is_object() && scale.contains(name) ? shown(scale[name]) : "none"});
  return scale[name].get<double>();
}

OpenSignalsScale read_scale(const std::string& path, const std::string& device, const json& scale) {
  const OpenSignalsScale out{number_of(path, device, scale, "supply_v"), number_of(path, device, scale, "gain")};
  for (const auto& [key, value] : scale.items()) {
    if (key != "supply_v" && key != "gain") {
      throw InvalidArgument({"E-LAYOUT-FILE", path, "devices." + device + "." + printable(key), "supply_v and gain", "an unknown key"});
    }
  }
  for (const auto& [name, value] : {std::pair("supply_v", out.supply_v), std::pair("gain", out.gain)}) {
    if (std::isfinite(value) && value > 0) continue;
    throw InvalidArgument({"E-SCALE", path, "devices." + device + "." + name, "a finite number above 0", shortest(value)});
  }
  return out;
}

}  // namespace

double OpenSignalsScale::step_v(int resolution_bits) const { return std::ldexp(supply_v / gain, -resolution_bits); }

std::string OpenSignalsScale::text(const std::string& bits) const {
  return "(count / 2^" + bits + " - 0.5) * " + shortest(supply_v) + " V / " + shortest(gain);
}

OpenSignalsScales read_opensignals_layout(const std::string& path) {
  const json layout = read_layout_json(path, "layout and devices");
  const auto fail = [&](const std::string& key, const std::string& expected, const std::string& found) {
    return InvalidArgument({"E-LAYOUT-FILE", path, key, expected, found});
  };
  for (const auto& [key, value] : layout.items()) {
    if (key != "layout" && key != "devices") throw fail(printable(key), "layout and devices", "an unknown key");
  }
  const json devices = layout.value("devices", json());
  if (!devices.is_object() || devices.empty()) {
    throw fail("devices", R"(devices by name, such as {"bitalino": {"supply_v": 3.3, "gain": 1009}})", shown(devices));
  }
  OpenSignalsScales scales;
  for (const auto& [device, scale] : devices.items()) {
    const bool first = scales.emplace(lower(device), read_scale(path, printable(device), scale)).second;
    if (!first) throw fail("devices." + printable(device), "every device once, in any case", "twice");
  }
  return scales;
}

std::optional<OpenSignalsScale> opensignals_scale(const std::string& device, const OpenSignalsScales& told) {
  const std::string name = lower(device);
  if (const auto it = told.find(name); it != told.end()) return it->second;
  const auto* const row = std::find_if(kTable.begin(), kTable.end(), [&](const Row& r) { return r.device == name; });
  if (row == kTable.end()) return std::nullopt;
  return OpenSignalsScale{row->supply_v, row->gain};
}

std::string opensignals_devices() {
  std::string names;
  for (const Row& r : kTable) names += (names.empty() ? "" : ", ") + std::string(r.device);
  return names;
}

}  // namespace myocramp::io
