#pragma once

#include <hdf5.h>

#include <cstddef>
#include <string>
#include <vector>

namespace myocramp::io::hdf5 {

/// Whether a type is one of the standard integers or floats of 1 to 8 bytes, in either byte order.
///
/// A damaged type may claim more bits than it has bytes for, and the conversion in libhdf5 then writes past its buffers. So a type is
/// compared as a whole, not by class and size. Throws: CallFailed.
bool is_standard_integer(hid_t type);
bool is_standard_float(hid_t type);

/// The type's class for messages: "text", "an enumeration or Boolean". Throws: CallFailed.
std::string type_name(hid_t type);

/// The texts of fixed length that stand one after the other in `bytes`: each up to its first NUL, without the spaces that fill it up.
std::vector<std::string> fixed_texts(const std::string& bytes, std::size_t length);

}  // namespace myocramp::io::hdf5
