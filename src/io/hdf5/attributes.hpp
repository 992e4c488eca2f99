#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/hdf5/file.hpp"
#include "io/hdf5/variable_text.hpp"

namespace myocramp::io::hdf5 {

/// Attributes are read by name only, and only after their type and number of elements were found to be what was asked for: H5Aread writes
/// as many elements as the file says, whatever the buffer holds. A place in messages reads "/object@attribute".

/// Bytes of one text of an attribute. The writer keeps to it in those that are read back.
inline constexpr std::size_t kMaxAttributeText = 4096;

bool has_attribute(const Object& object, const std::string& name);

/// One number: an integer or float, as a scalar or an array of one.
/// Throws: DataError with `code` for a missing attribute, an array, text, or an enumeration (a Boolean of h5py); E-CORRUPT.
double read_number_attribute(const Object& object, const std::string& name, const std::string& code, const std::string& expected);

/// 1 to `limit` integers: a scalar or a one-dimensional array.
/// Throws: DataError with `code`, "expected at least one `what`, found 0"; E-CORRUPT.
std::vector<std::int64_t> read_integers_attribute(const Object& object, const std::string& name, const std::string& code,
                                                  const std::string& what, std::size_t limit);

/// One text of at most 4 KiB, of fixed or variable length, escaped with printable(); nothing when there is no such attribute.
/// Throws: DataError E-ATTR when it is not a text; E-CORRUPT.
std::optional<std::string> read_text_attribute(const Object& object, const std::string& name);

/// The same with the bytes as they stand in the file: for texts that are kept, not only shown.
std::optional<std::string> read_raw_text_attribute(const Object& object, const std::string& name);

/// One reference to an object of the file, as the address of its header; nothing when there is no such attribute.
/// Throws: DataError E-ATTR when it is not an object reference; E-CORRUPT.
std::optional<std::uint64_t> read_reference_attribute(const Object& object, const std::string& name);

/// The address of an object's header, which a reference to it holds. Throws: CallFailed.
std::uint64_t header_address(const Object& object);

/// Where the bytes of the object's file begin. Throws: CallFailed for addresses that are not of 8 bytes.
RawPlace raw_place(const Object& object);

}  // namespace myocramp::io::hdf5
