#pragma once

#include <memory>
#include <string>

#include "myocramp/io/reader.hpp"

namespace myocramp::io::hdf5 {

class File;

/// What the reader needs of this folder, without an HDF5 type.

/// Opens a file of others safely. Throws: as File::File.
std::shared_ptr<const File> open_file(const std::string& path);

/// What stands at the root, for messages: "acquisition, general".
std::string root_names(const File& file);

/// Whether the root has a group that is an OpenSignals device: with attributes "sampling rate" and "channels", or with a group "raw".
/// A damaged device is still recognised, so that its own fault is named and not "unknown layout".
bool is_opensignals(const File& file);

/// Reads every header of an OpenSignals file; samples stay in the file. Layout and codes: docs/file-format.md, docs/errors.md.
Recording open_opensignals(const std::shared_ptr<const File>& file, const OpenOptions& options);

/// Whether the root says that it is an NWB file: it has the attribute nwb_version.
bool is_nwb(const File& file);

/// Reads every header of an NWB 2 file; samples stay in the file. What is read, and what is refused: docs/file-format.md.
Recording open_nwb(const std::shared_ptr<const File>& file, const OpenOptions& options);

}  // namespace myocramp::io::hdf5
