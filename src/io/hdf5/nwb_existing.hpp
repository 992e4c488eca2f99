#pragma once

#include <optional>
#include <string>

#include "io/hdf5/file.hpp"

namespace myocramp::io::hdf5 {

/// Looking into an NWB file that will be added to. That is done as with every file of others, before anything is opened for writing: only
/// hard links are followed, and nothing outside the file is opened.

/// The file behind a path: a symbolic link stays one when the file is replaced. The path itself when there is no such file.
std::string final_path(const std::string& path);

/// Holds that a file is an NWB file; returns its identifier, from which new object_ids follow.
/// Throws: DataError E-PATH, and what read_one_text() throws.
std::string existing_identifier(const File& file);

/// A group below another; nothing when there is no link of this name. Throws: DataError E-LINK, E-PATH for another kind of object, E-CORRUPT.
std::optional<Object> existing_group(const File& file, const std::string& parent, const std::string& name);

}  // namespace myocramp::io::hdf5
