#pragma once

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <type_traits>

#include "myocramp/core/aligned.hpp"
#include "myocramp/core/block.hpp"
#include "myocramp/core/error.hpp"
#include "myocramp/core/pages.hpp"
#include "myocramp/simd/kernels.hpp"

namespace myocramp {

/// What is averaged: |x| gives the average rectified value, x^2 with a square root after it the RMS, kNone the mean of x itself.
enum class Rectify { kAbsolute, kSquare, kNone };

/// Average rectified value, root mean square or plain mean over the last `window` samples.
///
/// Shape: (n, c) -> (n, c), in place allowed.  Units: V -> V.  Delay: (window - 1) / 2 samples if the output is read as centred.
/// Edges: the first window - 1 outputs average the samples there are.  NaN and infinity: reach exactly the windows that hold them.
/// Range: squares are taken in double, so every float has a finite RMS; doubles above 1e154 / sqrt(window) have an infinite one, and those
/// below 1e-162 count as 0.  process() never throws.
/// Sums are exact in order and never drift: each is a suffix of one stretch of `window` samples plus a prefix of the next
/// (van Herk 1992, Pattern Recogn Lett 13:517), in double for either scalar.
/// Throws: InvalidArgument E-OPTION for a window below 1 sample.
template <class T, Rectify kind>
class MovingMean {
 public:
  MovingMean(Index window, Index channels) : kernels_(&simd::kernels()), window_(window), channels_(channels) {
    if (window < 1) throw InvalidArgument({"E-OPTION", "", "window", "at least 1 sample", std::to_string(window)});
    sums_.resize(static_cast<std::size_t>((window + 1) * channels));
    prefix_.resize(static_cast<std::size_t>(channels));
    row_ = Samples<T>::Zero(kRows, channels);
  }

  [[nodiscard]] Index channels() const noexcept { return channels_; }
  [[nodiscard]] Index window() const noexcept { return window_; }
  [[nodiscard]] Index delay() const noexcept { return (window_ - 1) / 2; }

  void reset() noexcept {
    std::fill(sums_.begin(), sums_.end(), 0.0);
    std::fill(prefix_.begin(), prefix_.end(), 0.0);
    place_ = 0;
    seen_ = 0;
    past_end_ = 0;
  }

  void process(ConstBlock<T> x, Block<T> y) noexcept {
    assert(x.channels() == channels_ && x.rows() == y.rows());
    by_pages(y, [&](Index first, Index n) { run(x.rows(first, n), y.rows(first, n), n); });
  }

  /// As process(), for outputs that nobody wants: cheaper.
  void skip(ConstBlock<T> x) noexcept {
    assert(x.channels() == channels_);
    run(x, Block<T>(), x.rows());
  }

  /// The outputs after the last sample: windows that shrink as the signal leaves them. At most window - 1 rows in all.
  void flush(Block<T> y) noexcept {
    assert(y.rows() < window_);
    for (Index i = 0; i < y.rows(); ++i) {
      ++past_end_;
      const Index left = std::min(seen_, window_ - past_end_);  // of a signal shorter than the window, the start is still inside
      row_.row(0).setZero();
      stretch(row_.data(), channels_, row_.data(), channels_, 1, left);
      for (Index c = 0; c < channels_; ++c) y(i, c) = row_(0, c);
    }
  }

 private:
  static constexpr Index kRows = 32;  // that are copied together when channels do not lie side by side

  static constexpr simd::Averaged kAveraged = kind == Rectify::kSquare     ? simd::Averaged::kSquare
                                              : kind == Rectify::kAbsolute ? simd::Averaged::kAbsolute
                                                                           : simd::Averaged::kPlain;

  // Without data in `y`, no outputs.
  void run(ConstBlock<T> x, Block<T> y, Index rows) noexcept {
    const bool wanted = y.data() != nullptr;
    const bool adjacent = channels_ == 1 || (x.channel_stride() == 1 && (!wanted || y.channel_stride() == 1));
    for (Index i = 0; i < rows;) {
      Index n = std::min(rows - i, window_ - place_);
      if (adjacent) {
        stretch(&x(i, 0), x.row_stride(), wanted ? &y(i, 0) : nullptr, y.row_stride(), n, 0);
      } else {
        n = std::min(n, kRows);
        for (Index k = 0; k < n; ++k) {
          for (Index c = 0; c < channels_; ++c) row_(k, c) = x(i + k, c);
        }
        stretch(row_.data(), channels_, wanted ? row_.data() : nullptr, channels_, n, 0);
        for (Index k = 0; k < n && wanted; ++k) {
          for (Index c = 0; c < channels_; ++c) y(i + k, c) = row_(k, c);
        }
      }
      i += n;
    }
  }

  // Rows within one stretch. `count`: what to divide by; 0: the samples seen so far, at most a window.
  void stretch(const T* x, Index x_stride, T* y, Index y_stride, Index rows, Index count) noexcept {
    simd::MovingStretch<T> t;
    t.x = x;
    t.x_stride = x_stride;
    t.y = y;
    t.y_stride = y_stride;
    t.sums = sums_.data();
    t.prefix = prefix_.data();
    t.place = place_;
    t.rows = rows;
    t.channels = channels_;
    t.seen = count > 0 ? count : seen_;
    t.window = count > 0 ? count : window_;
    t.averaged = kAveraged;
    simd::moving_stretch(*kernels_, T{})(t);
    if (count == 0) seen_ = std::min(seen_ + rows, window_);
    place_ += rows;
    if (place_ == window_) turn();
  }

  // A stretch is complete: its suffix sums serve the windows that begin in it.
  void turn() noexcept {
    kernels_->suffix_sums(sums_.data(), window_, channels_);
    std::fill(prefix_.begin(), prefix_.end(), 0.0);
    place_ = 0;
  }

  const simd::Kernels* kernels_;
  Index window_;
  Index channels_;
  Index place_ = 0;         // in the current stretch
  Index seen_ = 0;          // samples in the window, up to its length
  Index past_end_ = 0;      // samples by which the window has slid past the end
  Aligned<double> sums_;    // rectified samples of the current stretch, then suffix sums of the last; row `window` stays 0
  Aligned<double> prefix_;  // sum of the current stretch so far
  Samples<T> row_;          // scratch
};

template <class T>
using MovingRms = MovingMean<T, Rectify::kSquare>;
template <class T>
using MovingArv = MovingMean<T, Rectify::kAbsolute>;

extern template class MovingMean<float, Rectify::kSquare>;
extern template class MovingMean<double, Rectify::kSquare>;
extern template class MovingMean<float, Rectify::kAbsolute>;
extern template class MovingMean<double, Rectify::kAbsolute>;
extern template class MovingMean<float, Rectify::kNone>;
extern template class MovingMean<double, Rectify::kNone>;

/// A moving mean read as centred: output i averages [i - window / 2, i + (window - 1) / 2], cut at the ends of the signal.
///
/// Shape: (n, c) -> (n, c).  This is how scipy.ndimage.uniform_filter1d places its window, without inventing samples beyond the ends.
template <class T, Rectify kind>
void centred(MovingMean<T, kind> mean, ConstBlock<T> x, Block<T> y) {
  mean.reset();
  const Index n = x.rows();
  const Index ahead = std::min(mean.delay(), n);
  Samples<T> lead(ahead, x.channels());
  mean.process(x.rows(0, ahead), lead);
  mean.process(x.rows(ahead, n - ahead), y.rows(0, n - ahead));
  if (ahead < mean.delay()) {  // shorter than half a window: pass over the outputs before the first sample
    Samples<T> skipped(mean.delay() - ahead, x.channels());
    mean.flush(skipped);
  }
  mean.flush(y.rows(n - ahead, ahead));
}

}  // namespace myocramp
