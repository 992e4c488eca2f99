#pragma once

#include "myocramp/core/block.hpp"
#include "myocramp/core/random.hpp"

namespace myocramp::testing {

/// White Gaussian noise of unit variance, (n, channels); the same seed gives the same bits.
template <class T = double>
Samples<T> white_noise(Index n, Index channels, std::uint64_t seed) {
  Random random(seed, 0);
  Samples<T> x(n, channels);
  for (Index i = 0; i < n; ++i) {
    for (Index c = 0; c < channels; ++c) x(i, c) = static_cast<T>(random.normal());
  }
  return x;
}

/// Largest absolute difference; NaN on one side only counts as infinite.
template <class T>
double largest_difference(const Samples<T>& a, const Samples<T>& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return std::numeric_limits<double>::infinity();
  double most = 0;
  for (Index i = 0; i < a.size(); ++i) {
    const auto x = static_cast<double>(a.data()[i]);
    const auto y = static_cast<double>(b.data()[i]);
    if (std::isnan(x) && std::isnan(y)) continue;
    if (std::isnan(x) || std::isnan(y)) return std::numeric_limits<double>::infinity();
    most = std::max(most, std::abs(x - y));
  }
  return most;
}

/// Whether two blocks hold the same bits, NaN equal to NaN.
template <class T>
bool same_bits(const Samples<T>& a, const Samples<T>& b) {
  return largest_difference(a, b) == 0;
}

}  // namespace myocramp::testing
