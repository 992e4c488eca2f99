#include "io/opensignals_scale.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

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

}  // namespace

double OpenSignalsScale::step_v(int resolution_bits) const { return std::ldexp(supply_v / gain, -resolution_bits); }

std::string OpenSignalsScale::text(const std::string& bits) const {
  return "(count / 2^" + bits + " - 0.5) * " + shortest(supply_v) + " V / " + shortest(gain);
}

std::optional<OpenSignalsScale> opensignals_scale(const std::string& device) {
  const std::string name = lower(device);
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
