#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "myocramp/core/block.hpp"
#include "myocramp/filter/sos.hpp"
#include "myocramp/simd/kernels.hpp"

namespace myocramp {

/// Samples after which a low-pass or band-pass without multiple poles has forgotten its start to about 1e-9.
inline Index forgotten_after(const Sections& sections) {
  return static_cast<Index>(std::ceil(std::log(1e-9) / std::log(pole_radius(sections)))) + 2;
}

/// Keeps NaN and infinity out of a statistic's state and marks the values that they reach: those of the `window` samples from each on.
///
/// Works on tiles of at most kRows rows: take() copies a tile with 0 in place of what is not finite, mark() overwrites the values that such a
/// sample reaches with NaN. Nothing allocates.
class GapReach {
 public:
  static constexpr Index kRows = 64;

  GapReach(Index window, Index channels)
      : window_(static_cast<double>(window)),
        clean_(Samples<double>::Zero(kRows, channels)),
        left_(Samples<double>::Zero(kRows, channels)),
        last_(Samples<double>::Zero(1, channels)) {}

  void reset() noexcept {
    last_.setZero();
    reached_ = false;
  }

  /// A view of the tile's finite samples, valid until the next call: `x` itself where there is nothing to keep out and to mark; its
  /// channels lie side by side.
  ConstBlock<double> take(ConstBlock<double> x) noexcept {
    rows_ = x.rows();
    const bool adjacent = x.channels() == 1 || x.channel_stride() == 1;  // as kernels take them
    if (adjacent && !reached_ && simd::kernels().all_finite(x.data(), x.row_stride(), rows_, x.channels())) {
      rows_ = 0;
      return x;
    }
    for (Index i = 0; i < rows_; ++i) {
      const double* before = i == 0 ? last_.data() : &left_(i - 1, 0);
      for (Index c = 0; c < x.channels(); ++c) {
        const double v = x(i, c);
        const bool finite = std::isfinite(v);
        clean_(i, c) = finite ? v : 0;
        left_(i, c) = finite ? std::max(before[c] - 1, 0.0) : window_;
      }
    }
    if (rows_ > 0) last_.row(0) = left_.row(rows_ - 1);
    reached_ = (last_ > 0).any();
    return ConstBlock<double>(clean_).rows(0, rows_);
  }

  /// `y` holds the values of the tile that was taken last.
  void mark(Block<double> y) const noexcept {
    for (Index i = 0; i < rows_; ++i) {
      for (Index c = 0; c < y.channels(); ++c) {
        if (left_(i, c) > 0) y(i, c) = std::numeric_limits<double>::quiet_NaN();
      }
    }
  }

 private:
  double window_;
  Index rows_ = 0;        // that mark() looks at
  bool reached_ = false;  // a gap reaches beyond the tile
  Samples<double> clean_;
  Samples<double> left_;  // values from a row on that a gap reaches
  Samples<double> last_;  // of the row before the tile
};

}  // namespace myocramp
