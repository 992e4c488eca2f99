#pragma once

#include <string>
#include <vector>

#include "myocramp/core/sample_rate.hpp"
#include "myocramp/signal/event.hpp"

namespace myocramp {

/// A stretch of time in which a contaminant disturbs some channels: the truth for invalid times.
struct ContaminantSpan : Span {
  std::string kind{};             ///< motion, stimulation, loose_electrode, lead_off, clipped or dropped
  std::vector<Index> channels{};  ///< sorted
};

}  // namespace myocramp
