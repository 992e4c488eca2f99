#pragma once

#include <string>

#include "io/hdf5/nwb_objects.hpp"
#include "myocramp/io/nwb.hpp"

namespace myocramp::io::hdf5 {

/// What every NWB file of ours starts with: the root's attributes and texts, the groups that NWB wants, the subject, and provenance.
/// Runs inside OutputFile::call(). Throws: CallFailed; InvalidArgument E-TEXT, E-TIME.
void write_session(const NwbObjects& objects, const Recording& recording, const NwbOptions& options);

/// A text of the subject (by NWB's name of it) or `session_id` as it is stored: what is not known, or not as NWB's inspector wants it, has a
/// filler or is left out (""); names have no slash. The provenance keeps the text itself.
std::string stored_text(const std::string& field, const std::string& text);

/// The UUIDv5 of an identifier that follows from `content`.
std::string identifier_of(const std::string& content);

}  // namespace myocramp::io::hdf5
