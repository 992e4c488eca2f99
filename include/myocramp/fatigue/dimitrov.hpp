#pragma once

#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "myocramp/spectral/moments.hpp"

namespace myocramp {

/// Dimitrov's index of fatigue FInsm_k = M_-1 / M_k, the ratio of two moments of a power spectrum over a band.
///
/// It grows when power moves down: where the spectrum lies inside the band, one that is compressed to 0.8 of its frequencies has
/// 0.8^-(k+1) times the index. The band belongs to the result.
/// Units: Hz^-(k+1).  Silence or NaN: NaN.
/// Source: Dimitrov et al. 2006 Med Sci Sports Exerc 38:1971.
class DimitrovIndex {
 public:
  /// `band`: above bin 0. `order`: k.
  DimitrovIndex(double bin_hz, BandBins band, int order = 5) : band_(band) {
    for (Index k = band.first; k <= band.last; ++k) {
      const double f = static_cast<double>(k) * bin_hz;
      double weight = 1;
      for (int i = 0; i < order; ++i) weight *= f;
      inverse_.push_back(1 / f);
      weight_.push_back(weight);
    }
  }

  [[nodiscard]] BandBins band() const noexcept { return band_; }

  [[nodiscard]] double index(std::span<const double> power) const noexcept {
    // Two sums of each side by side: a single one would wait for itself at every bin.
    std::array<double, 2> lows{};
    std::array<double, 2> highs{};
    const double* p = power.data() + band_.first;
    const std::size_t bins = weight_.size();
    for (std::size_t i = 0; i + 2 <= bins; i += 2) {
      for (std::size_t j = 0; j < 2; ++j) {
        lows[j] += p[i + j] * inverse_[i + j];
        highs[j] += p[i + j] * weight_[i + j];
      }
    }
    if (bins % 2 != 0) {
      lows[0] += p[bins - 1] * inverse_[bins - 1];
      highs[0] += p[bins - 1] * weight_[bins - 1];
    }
    const double low = lows[0] + lows[1];
    const double high = highs[0] + highs[1];
    if (!(high > 0) || !std::isfinite(high)) return std::numeric_limits<double>::quiet_NaN();
    return low / high;
  }

 private:
  BandBins band_;
  std::vector<double> inverse_;  // f^-1 of the band's bins
  std::vector<double> weight_;   // f^k
};

}  // namespace myocramp
