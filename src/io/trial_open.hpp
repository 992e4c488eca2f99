#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "myocramp/io/reader.hpp"

namespace myocramp::io {

/// Opens a recording in a process of its own and closes it again, for a process that a damaged file must not end: what passes here may be
/// opened there. `program` is the command; it works within the limits of open_within_limits(). `stop` is asked while it works.
///
/// The samples are not read, and a file that changes afterwards has not been tried.
/// Throws: as open_within_limits(); DataError E-CRASH when the file ends its reader; InternalError E-SPAWN; what `stop` throws.
void try_open(const std::string& program, const std::string& path, const OpenOptions& options, const std::function<bool()>& stop);

/// The other end of try_open(): opens the recording and writes to `out` how that went. Returns the exit code of the process.
int try_open_worker(const std::string& path, const OpenOptions& options, long parent, std::ostream& out);

}  // namespace myocramp::io
