#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "myocramp/core/sample_rate.hpp"

namespace myocramp::io {

/// The length that channels kept one by one have in common; what is longer is left out with a note.
inline Index common_length(const std::vector<Index>& rows, std::vector<std::string>& notes) {
  const auto [least, most] = std::minmax_element(rows.begin(), rows.end());
  if (*least != *most) {
    notes.push_back("channels of " + std::to_string(*least) + " to " + std::to_string(*most) +
                    " samples: all are read to the end of the shortest");
  }
  return *least;
}

}  // namespace myocramp::io
