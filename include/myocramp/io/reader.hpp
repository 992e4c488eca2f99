#pragma once

#include <string>
#include <vector>

#include "myocramp/signal/recording.hpp"

namespace myocramp::io {

/// How a recording is to be opened.
struct OpenOptions {
  std::string layout{};  ///< a name of layouts(), the path of a layout's JSON file, or empty: recognise
  std::string study{};   ///< a study.tsv; empty: the one in the recording's folder, when there is one
  int threads = 1;       ///< that unpack samples while one thread reads
};

/// Opens a recording: recognises its layout, checks every header, and leaves the samples in the file.
///
/// Phases and labels of NAME.events.tsv beside NAME.h5 are read too, and subject, session and covariates of the study's table. A table
/// wins over the file; differences become notes.
/// Throws: IoError (E-MISSING, E-READ), DataError (E-EMPTY, E-TRUNCATED, E-HDF5, E-LAYOUT, E-EVENTS, E-STUDY and the layout's own codes) with the
/// file, the HDF5 path, what was expected and what was found; InvalidArgument E-OPTION for an unknown layout name.
/// One process-wide mutex guards all HDF5 calls; signals may be read from several threads.
Recording open(const std::string& path, const OpenOptions& options = {});

/// The names that `layout` may have besides the path of a layout's JSON.
std::vector<std::string> layouts();

/// Holds that `layout` is empty, one of them, or the path of a layout's JSON without a fault.
/// Throws: InvalidArgument E-OPTION, or E-LAYOUT-FILE, E-RATE, E-UNIT, E-SCALE naming the JSON's key.
void check_layout(const std::string& layout);

/// Whether `layout` names a layout's JSON by its path, and not a layout by its name.
bool is_layout_path(const std::string& layout);

/// Whether the name ends as recordings do (.h5 .hdf5 .nwb .mat), in any case.
bool is_recording_name(const std::string& path);

}  // namespace myocramp::io
