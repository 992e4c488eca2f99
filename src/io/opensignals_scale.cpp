#include "io/opensignals_scale.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "io/tsv.hpp"
#include "myocramp/io/opensignals.hpp"

namespace myocramp::io {
namespace {

/// Device name, supply of the converter in volts, gain of the EMG sensor. The first row also serves for unknown devices.
struct Row {
  std::string_view device;
  double supply_v;
  double gain;
};
constexpr std::array<Row, 6> kTable = {{
    {"biosignalsplux", 3.0, 1000},
    {"channeller", 3.0, 1000},  // the name that biosignalsplux hubs write
    {"bioplux", 3.0, 1000},
    {"bitalino", 3.3, 1009},
    {"bitalino_rev", 3.3, 1009},
    {"bitalino_riot", 3.3, 1009},
}};

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

}  // namespace

double OpenSignalsScale::step_v(int resolution_bits) const { return std::ldexp(supply_v / gain, -resolution_bits); }

std::string OpenSignalsScale::text(const std::string& bits) const {
  return "(count / 2^" + bits + " - 0.5) * " + shortest(supply_v) + " V / " + shortest(gain);
}

OpenSignalsScale opensignals_scale(const std::string& device) {
  const std::string name = lower(device);
  const auto* const row = std::find_if(kTable.begin(), kTable.end(), [&](const Row& r) { return r.device == name; });
  if (row == kTable.end()) return {kTable[0].supply_v, kTable[0].gain, false};
  return {row->supply_v, row->gain, true};
}

double opensignals_step_v(const std::string& device, int resolution_bits) { return opensignals_scale(device).step_v(resolution_bits); }

}  // namespace myocramp::io
