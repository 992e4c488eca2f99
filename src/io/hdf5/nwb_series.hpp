#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/hdf5/dataset_source.hpp"
#include "io/hdf5/nwb_times.hpp"
#include "myocramp/signal/recording.hpp"

namespace myocramp::io::hdf5 {

/// A series of /acquisition in volts, with its samples still in the file.
struct NwbSeries {
  std::string raw_name;              ///< of the group, as it stands in the file
  std::string name;                  ///< the same as kept_text()
  std::optional<std::string> given;  ///< the signal's own name: the attribute `signal` of myocramp's files
  TimeGrid grid;
  std::vector<Channel> channels;
  std::string named_by;                     ///< the electrodes' column that names the channels, or empty
  std::vector<std::int64_t> electrode_ids;  ///< one per channel; empty without electrodes
  StoredSignal stored;
  std::string conversion;
  std::vector<std::string> notes;
};

/// Reads the headers of one series of /acquisition.
/// Throws: DataError E-UNIT (no volts), E-SCALE, E-RATE, E-TIMES, E-RANK, E-CHANNELS, E-SAMPLES, E-LINK, E-TABLE and those of open_checked().
NwbSeries read_nwb_series(const File& file, const std::string& name);

/// Whether an object of /acquisition has samples that could be a signal: a group with a dataset `data`.
bool is_nwb_series(const File& file, const std::string& name);

}  // namespace myocramp::io::hdf5
