#pragma once

#include <cmath>
#include <numbers>
#include <vector>

#include "myocramp/core/sample_rate.hpp"

namespace myocramp {

/// Periodic Hann window, as scipy.signal.get_window("hann", n).
inline std::vector<double> hann(Index n) {
  std::vector<double> w(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) {
    w[static_cast<std::size_t>(i)] = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(n));
  }
  return w;
}

}  // namespace myocramp
