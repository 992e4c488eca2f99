#pragma once

#include <string>

#include "io/hdf5/file.hpp"
#include "io/hdf5/nwb_objects.hpp"
#include "myocramp/signal/recording.hpp"

namespace myocramp::io::hdf5 {

/// Writes what a simulator knows: /processing/myocramp/simulated_events and simulated_contaminants, and /units, NWB's table of spike times.
/// Tables without rows are not written. Throws: CallFailed; InvalidArgument E-TEXT, E-TIME.
void write_truth(const NwbObjects& objects, const Truth& truth);

/// Reads it back. A table that cannot be read becomes a note. /units is taken for truth in files of myocramp only.
void read_truth(const File& file, Recording& recording);

/// Whether a member of /processing/myocramp is truth, and no result of an analysis.
bool is_truth_table(const std::string& name);

}  // namespace myocramp::io::hdf5
