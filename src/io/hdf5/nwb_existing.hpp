#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/hdf5/nwb_objects.hpp"

namespace myocramp::io::hdf5 {

/// Reading what is needed to add to an NWB file that is there. Only hard links are followed.

/// The file behind a path: a symbolic link stays one when the file is replaced. The path itself when there is no such file.
std::string final_path(const std::string& path);

/// Holds that an open file is an NWB file; returns its identifier, from which new object_ids follow.
/// Throws: DataError E-PATH, E-CORRUPT.
std::string existing_identifier(const std::string& file, hid_t id);

/// A group below `parent`; nothing when there is none. Throws: DataError E-LINK, E-PATH for another kind of object, E-CORRUPT.
std::optional<Node> existing_group(const std::string& file, const Node& parent, const std::string& name);

// The rest runs under the Guard and throws CallFailed, also for data of another kind or size.

std::vector<std::string> link_names(hid_t group);
Node open_dataset(const Node& group, const std::string& name);
std::vector<double> read_numbers(const Node& group, const std::string& name);
std::vector<std::string> read_texts(const Node& group, const std::string& name);
std::optional<std::string> read_text_attribute(hid_t object, const std::string& name);
std::vector<std::string> read_texts_attribute(hid_t object, const std::string& name);

}  // namespace myocramp::io::hdf5
