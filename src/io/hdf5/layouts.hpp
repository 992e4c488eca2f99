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

/// Throws: DataError E-SIZE when the samples of all signals, as numbers of the file, are absurdly many for a file of this size: above 2 GiB
/// and 200 times its bytes. What equal samples pack to says nothing of how long they keep a reader busy.
void check_unpacked_size(const Recording& recording, const File& file);

/// Whether the root has a group that is an OpenSignals device: with attributes "sampling rate" and "channels", or with a group "raw".
/// A damaged device is still recognised, so that its own fault is named and not "unknown layout".
bool is_opensignals(const File& file);

/// Reads every header of an OpenSignals file; samples stay in the file. Layout and codes: docs/file-format.md, docs/errors.md.
Recording open_opensignals(const std::shared_ptr<const File>& file, const OpenOptions& options);

/// Whether the root says that it is an NWB file: it has the attribute nwb_version.
bool is_nwb(const File& file);

/// Reads every header of an NWB 2 file; samples stay in the file. What is read, and what is refused: docs/file-format.md.
Recording open_nwb(const std::shared_ptr<const File>& file, const OpenOptions& options);

/// Never: what a generic layout describes is told, not recognised.
bool is_generic(const File& file);

/// Reads a file as the JSON at `options.layout` describes it. Throws: InvalidArgument as read_generic_layout; DataError E-RATE, E-UNIT,
/// E-SCALE, E-CHANNELS, E-RANK, E-SAMPLES, and as open_checked and read_value.
Recording open_generic(const std::shared_ptr<const File>& file, const OpenOptions& options);

/// Whether the file begins as MATLAB's save -v7.3 begins it, or has MATLAB's marks on what stands at its root.
bool is_matlab73(const File& file);

/// Reads the signals of a MATLAB v7.3 file that state rate and unit: Spike2's exports and structs like them. docs/formats.md.
/// Throws: DataError E-UNIT when there are numbers but no unit, E-LAYOUT without numbers, or the first signal's own when none is usable.
Recording open_matlab73(const std::shared_ptr<const File>& file, const OpenOptions& options);

/// Whether there is /RawData/Samples with an XML beside it that describes the acquisition.
bool is_gtec(const File& file);

/// Reads a file of g.tec's g.Recorder. Throws: DataError E-XML, E-RATE, E-UNIT, E-SCALE, E-CHANNELS, and as open_checked.
Recording open_gtec(const std::shared_ptr<const File>& file, const OpenOptions& options);

}  // namespace myocramp::io::hdf5
