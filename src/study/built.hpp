#pragma once

#include <nlohmann/json_fwd.hpp>

namespace myocramp {

/// The compiler, and the libraries that move bits of results.
nlohmann::json built_with();

}  // namespace myocramp
