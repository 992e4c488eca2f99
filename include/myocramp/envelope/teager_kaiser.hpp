#pragma once

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "myocramp/core/block.hpp"
#include "myocramp/core/pages.hpp"
#include "myocramp/envelope/moving_mean.hpp"
#include "myocramp/simd/kernels.hpp"

namespace myocramp {

/// The Teager-Kaiser energy operator, psi[n] = x[n]^2 - x[n-1] x[n+1], late by one sample: output n is psi[n-1].
///
/// Shape: (n, c) -> (n, c), in place allowed.  Units: V -> V^2.  Delay: 1 sample.  process() never throws.
/// Edges: the first two outputs are NaN, since psi needs a sample on either side.  NaN and infinity: reach the three psi that hold them.
/// Range: products are taken in double and rounded once, so a float gets the nearest float; beyond the scalar's largest it is infinite.
/// Source: Li, Zhou & Aruin 2007, Ann Biomed Eng 35:1532; Solnik et al. 2008, Acta Bioeng Biomech 10(2):65.
template <class T>
class TeagerKaiser {
 public:
  explicit TeagerKaiser(Index channels)
      : run_(simd::teager_kaiser(simd::kernels(), T{})), past_(Samples<T>::Zero(2, channels)), tile_(Samples<T>::Zero(kRows, channels)) {}

  [[nodiscard]] Index channels() const noexcept { return past_.cols(); }
  [[nodiscard]] static constexpr Index delay() noexcept { return 1; }

  void reset() noexcept {
    past_.setZero();
    seen_ = 0;
  }

  void process(ConstBlock<T> x, Block<T> y) noexcept {
    assert(x.channels() == channels() && y.channels() == channels() && x.rows() == y.rows());
    if (channels() == 1 || (x.channel_stride() == 1 && y.channel_stride() == 1)) {
      by_pages(y, [&](Index first, Index n) { run(x.rows(first, n), y.rows(first, n)); });
    } else {
      for (Index first = 0; first < x.rows(); first += kRows) {
        const Index n = std::min(kRows, x.rows() - first);
        const Block<T> near(tile_.data(), n, channels());
        copy(x.rows(first, n), near);
        run(near, near);
        copy(ConstBlock<T>(near), y.rows(first, n));
      }
    }
    for (Index i = 0; seen_ < 2 && i < y.rows(); ++i, ++seen_) {
      for (Index c = 0; c < channels(); ++c) y(i, c) = std::numeric_limits<T>::quiet_NaN();
    }
  }

 private:
  static constexpr Index kRows = 32;  // that are copied together when channels do not lie side by side

  void run(ConstBlock<T> x, Block<T> y) noexcept {
    run_({x.data(), x.row_stride(), y.data(), y.row_stride(), past_.data(), x.rows(), channels()});
  }

  static void copy(ConstBlock<T> from, Block<T> to) noexcept {
    for (Index i = 0; i < from.rows(); ++i) {
      for (Index c = 0; c < from.channels(); ++c) to(i, c) = from(i, c);
    }
  }

  void (*run_)(const simd::TeagerKaiserRun<T>&) noexcept;
  Samples<T> past_;  // the last two samples
  Samples<T> tile_;  // scratch
  Index seen_ = 0;   // samples, up to 2
};

/// The mean of the Teager-Kaiser operator over the last `window` of its values.
///
/// Shape: (n, c) -> (n, c), in place allowed.  Units: V -> V^2.  Delay: 1 + (window - 1) / 2 samples if the output is read as centred.
/// Edges: the first two outputs are NaN, the next average the values there are.  NaN and infinity: reach the windows that hold the sample
/// or a neighbour of it.  process() never throws.  Throws: InvalidArgument E-OPTION for a window below 1.
template <class T>
class TeagerKaiserMean {
 public:
  TeagerKaiserMean(Index window, Index channels) : energy_(channels), mean_(window, channels), tile_(Samples<T>::Zero(kRows, channels)) {}

  [[nodiscard]] Index channels() const noexcept { return mean_.channels(); }
  [[nodiscard]] Index window() const noexcept { return mean_.window(); }
  [[nodiscard]] Index delay() const noexcept { return energy_.delay() + mean_.delay(); }

  void reset() noexcept {
    energy_.reset();
    mean_.reset();
    seen_ = 0;
  }

  void process(ConstBlock<T> x, Block<T> y) noexcept {
    assert(x.channels() == channels() && y.channels() == channels() && x.rows() == y.rows());
    for (Index i = 0; i < x.rows();) {
      const bool undefined = seen_ < 2;
      const Index n = undefined ? 1 : std::min(kRows, x.rows() - i);
      const Block<T> energy(tile_.data(), n, channels());
      energy_.process(x.rows(i, n), energy);
      if (undefined) {
        for (Index c = 0; c < channels(); ++c) y(i, c) = energy(0, c);
        ++seen_;
      } else {
        mean_.process(energy, y.rows(i, n));
      }
      i += n;
    }
  }

  /// The outputs after the last sample: windows that shrink as the signal leaves them. At most window - 1 rows in all.
  void flush(Block<T> y) noexcept { mean_.flush(y); }

 private:
  static constexpr Index kRows = 128;

  TeagerKaiser<T> energy_;
  MovingMean<T, Rectify::kNone> mean_;
  Samples<T> tile_;
  Index seen_ = 0;  // samples, up to 2
};

extern template class TeagerKaiser<float>;
extern template class TeagerKaiser<double>;
extern template class TeagerKaiserMean<float>;
extern template class TeagerKaiserMean<double>;

/// The Teager-Kaiser operator at its own sample: output n is psi[n]; the first and last are NaN.
///
/// Shape: (n, c) -> (n, c), in place allowed.  Units: V -> V^2.  It looks one sample ahead.
template <class T>
void centred(TeagerKaiser<T> energy, ConstBlock<T> x, Block<T> y) {
  const Index n = x.rows();
  if (n == 0) return;
  Samples<T> before(1, x.channels());
  energy.reset();
  energy.process(x.rows(0, 1), before);
  energy.process(x.rows(1, n - 1), y.rows(0, n - 1));
  for (Index c = 0; c < x.channels(); ++c) y(n - 1, c) = std::numeric_limits<T>::quiet_NaN();
}

/// The mean of psi read as centred: output i averages psi over [i - window / 2, i + (window - 1) / 2], cut to the values that exist,
/// those of samples 1 to n - 2; NaN where there is none.
///
/// Shape: (n, c) -> (n, c), in place allowed.  Units: V -> V^2.
template <class T>
void centred(TeagerKaiserMean<T> mean, ConstBlock<T> x, Block<T> y) {
  const Index n = x.rows();
  const Index window = mean.window();
  const auto undefined = [&y](Index i) {
    for (Index c = 0; c < y.channels(); ++c) y(i, c) = std::numeric_limits<T>::quiet_NaN();
  };
  if (n < 3) {
    for (Index i = 0; i < n; ++i) undefined(i);
    return;
  }
  mean.reset();
  Samples<T> tile(kGridBlock / 128, x.channels());
  Index at = -mean.delay();  // where the next output belongs
  const auto put = [&](Index rows, Index from) {
    for (Index k = from; k < rows; ++k, ++at) {
      if (at < 0 || at >= n) continue;
      for (Index c = 0; c < y.channels(); ++c) y(at, c) = tile(k, c);
    }
  };
  for (Index i = 0; i < n; i += tile.rows()) {
    const Index rows = std::min<Index>(tile.rows(), n - i);
    mean.process(x.rows(i, rows), Block<T>(tile).rows(0, rows));
    put(rows, 0);
  }
  for (Index left = std::min(window - 1, n - at); left > 0;) {
    const Index rows = std::min({left, window - 1, static_cast<Index>(tile.rows())});
    mean.flush(Block<T>(tile).rows(0, rows));
    put(rows, 0);
    left -= rows;
  }
  if (window <= 2) undefined(0);
  if (window == 1) undefined(n - 1);
}

}  // namespace myocramp
