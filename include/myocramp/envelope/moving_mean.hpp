#pragma once

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "myocramp/core/block.hpp"
#include "myocramp/core/error.hpp"

namespace myocramp {

/// What is averaged: |x| gives the average rectified value, x^2 with a square root after it the RMS.
enum class Rectify { kAbsolute, kSquare };

/// Average rectified value or root mean square over the last `window` samples.
///
/// Shape: (n, c) -> (n, c), in place allowed.  Units: V -> V.  Delay: (window - 1) / 2 samples if the output is read as centred.
/// Edges: the first window - 1 outputs average the samples there are.  NaN: reaches exactly the windows that hold it.  process() never throws.
/// Sums are exact in order and never drift: each is a suffix of one stretch of `window` samples plus a prefix of the next
/// (van Herk 1992, Pattern Recogn Lett 13:517), in double for either scalar.
/// Throws: InvalidArgument E-OPTION for a window below 1 sample.
template <class T, Rectify kind>
class MovingMean {
 public:
  MovingMean(Index window, Index channels) : window_(window), channels_(channels) {
    if (window < 1) throw InvalidArgument({"E-OPTION", "", "window", "at least 1 sample", std::to_string(window)});
    stretch_ = Samples<double>::Zero(window + 1, channels);
    suffix_ = Samples<double>::Zero(window + 1, channels);
    prefix_ = Samples<double>::Zero(1, channels);
  }

  [[nodiscard]] Index channels() const noexcept { return channels_; }
  [[nodiscard]] Index window() const noexcept { return window_; }
  [[nodiscard]] Index delay() const noexcept { return (window_ - 1) / 2; }

  void reset() noexcept {
    suffix_.setZero();
    prefix_.setZero();
    place_ = 0;
    seen_ = 0;
    past_end_ = 0;
  }

  void process(ConstBlock<T> x, Block<T> y) noexcept {
    assert(x.channels() == channels_ && x.rows() == y.rows());
    for (Index i = 0; i < x.rows(); ++i) {
      seen_ = std::min(seen_ + 1, window_);
      step(seen_, [&](Index c) { return static_cast<double>(x(i, c)); }, [&](Index c) -> T& { return y(i, c); });
    }
  }

  /// The outputs after the last sample: windows that shrink as the signal leaves them. At most window - 1 rows in all.
  void flush(Block<T> y) noexcept {
    assert(y.rows() < window_);
    for (Index i = 0; i < y.rows(); ++i) {
      ++past_end_;
      const Index left = std::min(seen_, window_ - past_end_);  // of a signal shorter than the window, the start is still inside
      step(left, [](Index) { return 0.0; }, [&](Index c) -> T& { return y(i, c); });
    }
  }

 private:
  template <class In, class Out>
  void step(Index count, In in, Out out) noexcept {
    const double scale = static_cast<double>(count);
    for (Index c = 0; c < channels_; ++c) {
      const double v = in(c);
      const double rectified = kind == Rectify::kAbsolute ? std::abs(v) : v * v;
      stretch_(place_, c) = rectified;
      prefix_(0, c) += rectified;
      const double average = (suffix_(place_ + 1, c) + prefix_(0, c)) / scale;
      out(c) = static_cast<T>(kind == Rectify::kAbsolute ? average : std::sqrt(average));
    }
    if (++place_ == window_) turn();
  }

  // A stretch is complete: its suffix sums serve the windows that begin in it.
  void turn() noexcept {
    for (Index k = window_ - 1; k >= 0; --k) {
      for (Index c = 0; c < channels_; ++c) suffix_(k, c) = stretch_(k, c) + suffix_(k + 1, c);
    }
    prefix_.setZero();
    place_ = 0;
  }

  Index window_;
  Index channels_;
  Index place_ = 0;          // in the current stretch
  Index seen_ = 0;           // samples in the window, up to its length
  Index past_end_ = 0;       // samples by which the window has slid past the end
  Samples<double> stretch_;  // rectified samples of the current stretch
  Samples<double> suffix_;   // of the last complete stretch; row `window` stays 0
  Samples<double> prefix_;   // sum of the current stretch so far
};

template <class T>
using MovingRms = MovingMean<T, Rectify::kSquare>;
template <class T>
using MovingArv = MovingMean<T, Rectify::kAbsolute>;

extern template class MovingMean<float, Rectify::kSquare>;
extern template class MovingMean<double, Rectify::kSquare>;
extern template class MovingMean<float, Rectify::kAbsolute>;
extern template class MovingMean<double, Rectify::kAbsolute>;

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
