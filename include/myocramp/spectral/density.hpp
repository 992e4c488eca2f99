#pragma once

#include <span>

#include "myocramp/core/sample_rate.hpp"

namespace myocramp {

/// From |X|^2 of a windowed segment to one-sided power spectral density: V^2 -> V^2/Hz.
///
/// The densities times the distance of bins add up to the mean of (x w)^2 over that of w^2 (Parseval). Agrees with scaling="density" of
/// scipy.signal.
class DensityScale {
 public:
  DensityScale(std::span<const double> taper, SampleRate rate)
      : length_(static_cast<Index>(taper.size())), bin_hz_(rate.hertz() / static_cast<double>(taper.size())) {
    double squares = 0;
    for (const double w : taper) squares += w * w;
    inside_ = 2 / (rate.hertz() * squares);
  }

  /// Distance of bins.
  [[nodiscard]] double bin_hz() const noexcept { return bin_hz_; }

  /// Density of bin k. Zero and the Nyquist frequency have no negative twin.
  [[nodiscard]] double operator()(Index k, double squared) const noexcept {
    return squared * (k == 0 || 2 * k == length_ ? inside_ / 2 : inside_);
  }

 private:
  Index length_;
  double bin_hz_;
  double inside_ = 0;
};

}  // namespace myocramp
