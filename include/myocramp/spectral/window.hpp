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

/// Height of a Hann window's spectrum `x` bins from its middle, over its height there.
inline double hann_lobe(double x) {
  const double ax = std::abs(x);
  if (ax < 1e-9) return 1;
  if (std::abs(ax - 1) < 1e-9) return 0.5;
  return std::sin(std::numbers::pi * ax) / (std::numbers::pi * ax * (1 - ax * ax));
}

}  // namespace myocramp
