#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/sample_rate.hpp"

namespace myocramp::io {

/// One device's share of an OpenSignals file: integers of the converter, (time, channel).
struct OpenSignalsDevice {
  std::string mac = "00:00:00:00:00:01";
  std::string device = "channeller";
  std::string date = "2000-1-1";
  std::string time = "00:00:00.0";
  int rate_hz = 1000;
  int resolution_bits = 16;
  std::vector<std::string> labels;  ///< one per channel
  Samples<std::uint16_t> counts;    ///< (time, channel)
};

/// Volts of one converter step for OpenSignals EMG: value = (count / 2^bits - 1/2) * step * 2^bits.
/// Throws: InvalidArgument E-DEVICE for a device that is not in the table.
double opensignals_step_v(const std::string& device, int resolution_bits);

/// Writes a file in the OpenSignals layout: built in memory, then written whole and renamed into place.
/// Throws: OutputError E-WRITE; InvalidArgument E-OPTION when labels and channels differ in number.
void write_opensignals(const std::string& path, const std::vector<OpenSignalsDevice>& devices);

}  // namespace myocramp::io
