#pragma once

#include <string>

#include "myocramp/io/reader.hpp"
#include "myocramp/io/suggest.hpp"

namespace myocramp::io {

/// open() in a process that is there for this file alone: within platform::HeaderLimits, which leave when it returns.
///
/// Throws: as open(), and DataError E-MEMORY when headers and tables claim more memory than a file of this size can need.
Recording open_within_limits(const std::string& path, const OpenOptions& options = {});

/// suggest_layout() within the same limits. Throws: as that, and DataError E-MEMORY.
LayoutSuggestion suggest_layout_within_limits(const std::string& path);

}  // namespace myocramp::io
