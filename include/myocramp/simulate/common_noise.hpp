#pragma once

#include <array>
#include <cmath>
#include <numbers>

#include "myocramp/core/random.hpp"

namespace myocramp {

/// Smooth noise of mean 0 and variance 1 in a band, as a function of time: 16 sinusoids of random phase, one in each sixteenth of the band.
///
/// It has no state, so any time may be asked for in any order.
class CommonNoise {
 public:
  CommonNoise(Random& random, double low_hz, double high_hz) {
    for (std::size_t k = 0; k < kWaves; ++k) {
      const double share = (static_cast<double>(k) + random.uniform()) / kWaves;
      rate_[k] = 2 * std::numbers::pi * (low_hz + (high_hz - low_hz) * share);
      phase_[k] = random.uniform(0, 2 * std::numbers::pi);
    }
  }

  [[nodiscard]] double at(double time_s) const {
    double sum = 0;
    for (std::size_t k = 0; k < kWaves; ++k) sum += std::sin(rate_[k] * time_s + phase_[k]);
    return sum * std::sqrt(2.0 / kWaves);
  }

 private:
  static constexpr std::size_t kWaves = 16;
  std::array<double, kWaves> rate_{};
  std::array<double, kWaves> phase_{};
};

}  // namespace myocramp
