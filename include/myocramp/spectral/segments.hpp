#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <limits>
#include <span>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/spectral/fft.hpp"
#include "myocramp/spectral/window.hpp"

namespace myocramp {

/// Where segments of a signal begin: `per_window` of them, `step` samples apart, from every multiple of `hop` samples on.
struct SegmentGrid {
  Index length = 2;
  Index hop = 1;
  Index step = 1;
  Index per_window = 1;
};

/// Samples that neighbouring segments share, rounded down as SciPy's noverlap = nperseg // 2; at least one sample is new.
inline Index shared_samples(Index length, double overlap) noexcept {
  return std::min(length - 1, static_cast<Index>(std::floor(static_cast<double>(length) * overlap + 1e-9)));
}

/// Whether the mean of a segment is taken away before its spectrum is computed.
enum class SegmentMean { kKeep, kRemove };

/// The spectra of the Hann-windowed segments of a signal that passes through in blocks. Everything that works on spectra over time stands
/// on this.
///
/// Segments stand at absolute places counted from the first sample, so any split into blocks gives the same bits. Memory is taken at
/// construction: three segments of samples and one spectrum; add() takes none.
/// Throws: InvalidArgument E-OPTION for a segment below 2 samples.
class SegmentSpectra {
 public:
  SegmentSpectra(const SegmentGrid& grid, SegmentMean mean, Index channels)
      : grid_(grid), mean_(mean), channels_(channels), fft_(grid.length, kTogether), taper_(hann(grid.length)) {
    tail_.resize(3 * reach(), channels_);
  }

  [[nodiscard]] const SegmentGrid& grid() const noexcept { return grid_; }
  [[nodiscard]] Index channels() const noexcept { return channels_; }
  [[nodiscard]] Index bins() const noexcept { return fft_.bins(); }
  /// The window that segments are multiplied by.
  [[nodiscard]] std::span<const double> taper() const noexcept { return taper_; }
  /// Rows that have passed.
  [[nodiscard]] Index rows() const noexcept { return end_; }

  /// Forgets the signal.
  void reset() noexcept {
    end_ = 0;
    next_ = 0;
    held_ = 0;
  }

  /// Takes the next rows. For every segment that they complete, calls sink(start, channel, X) channel by channel, where X is the transform,
  /// k = 0 ... n/2, valid during the call; empty where a sample is NaN or infinite.
  template <class T, class Sink>
  void add(ConstBlock<T> x, Sink&& sink) {
    const Index end = end_ + x.rows();
    // Segments that began before the block find their rows in the tail, with the first rows of the block behind them.
    const Index ahead = std::min(x.rows(), reach());
    make_room(ahead);
    copy(x.rows(0, ahead), Block<double>(tail_).rows(held_, ahead));
    const Index tail_begin = end_ - held_;
    for (; next_ + grid_.length <= end; next_ = start_after(next_)) {
      if (next_ < end_) {
        measure<double>(ConstBlock<double>(tail_).rows(next_ - tail_begin, grid_.length), sink);
      } else {
        measure<T>(x.rows(next_ - end_, grid_.length), sink);
      }
    }
    if (ahead == x.rows()) {
      held_ += ahead;
    } else {
      copy(x.rows(x.rows() - reach(), reach()), Block<double>(tail_).rows(0, reach()));
      held_ = reach();
    }
    end_ = end;
  }

 private:
  static constexpr Index kTogether = 8;  // channels that are copied out of their rows together

  [[nodiscard]] Index reach() const noexcept { return grid_.length - 1; }

  // Moves what a later segment may need to the front of the tail, so rarely that it costs a fixed time per row.
  void make_room(Index rows) noexcept {
    if (held_ + rows <= tail_.rows()) return;
    const Index kept = std::min(held_, reach());
    std::copy(tail_.data() + (held_ - kept) * channels_, tail_.data() + held_ * channels_, tail_.data());
    held_ = kept;
  }

  template <class T>
  static void copy(ConstBlock<T> from, Block<double> to) noexcept {
    for (Index i = 0; i < from.rows(); ++i) {
      for (Index c = 0; c < from.channels(); ++c) to(i, c) = static_cast<double>(from(i, c));
    }
  }

  // Windows may share segments; this is the next start of any window's.
  [[nodiscard]] Index start_after(Index start) const noexcept {
    Index next = std::numeric_limits<Index>::max();
    for (Index j = 0; j < grid_.per_window; ++j) {
      const Index offset = j * grid_.step;
      const Index window = start < offset ? 0 : (start - offset) / grid_.hop + 1;
      next = std::min(next, window * grid_.hop + offset);
    }
    return next;
  }

  template <class T, class Sink>
  void measure(ConstBlock<T> x, Sink& sink) {
    for (Index first = 0; first < channels_; first += kTogether) {
      const Index count = std::min(kTogether, channels_ - first);
      const ConstBlock<T> group = x.columns(first, count);
      count == kTogether&& x.channel_stride() == 1 ? lay_out<T, kTogether>(group) : lay_out<T, 0>(group);
      for (Index c = 0; c < count; ++c) {
        const bool known = std::isfinite(average_[static_cast<std::size_t>(c)]);
        sink(next_, first + c, known ? fft_.transform(c) : std::span<const std::complex<double>>());
      }
    }
  }

  template <class T>
  static bool constant(ConstBlock<T> x, double average) noexcept {
    const auto first = static_cast<double>(x(0, 0));
    if (!(std::abs(first - average) <= 1e-6 * std::abs(first))) return false;
    for (Index i = 1; i < x.rows(); ++i) {
      if (x(i, 0) != x(0, 0)) return false;
    }
    return true;
  }

  // Takes the mean away, multiplies by the window, and lays each channel of a group out by itself. `together`: channels that lie side by
  // side, known beforehand for speed; 0: any.
  template <class T, Index together>
  void lay_out(ConstBlock<T> x) noexcept {
    const Index count = together > 0 ? together : x.channels();
    const Index n = grid_.length;
    average_.fill(0);
    std::array<double, kTogether> sum{};
    for (Index i = 0; i < n; ++i) {
      const T* row = &x(i, 0);
      for (Index c = 0; c < count; ++c) {
        sum[static_cast<std::size_t>(c)] += static_cast<double>(row[together > 0 ? c : c * x.channel_stride()]);
      }
    }
    std::array<double, kTogether> taken{};
    std::array<double*, kTogether> out{};
    for (Index c = 0; c < count; ++c) {
      const auto k = static_cast<std::size_t>(c);
      average_[k] = sum[k] / static_cast<double>(n);
      // The mean of a constant is off by rounding, which would leave a spectrum of nothing but that.
      if (constant(x.columns(c, 1), average_[k])) average_[k] = static_cast<double>(x(0, c));
      taken[k] = mean_ == SegmentMean::kRemove ? average_[k] : 0;
      out[k] = fft_.input(c).data();
    }
    for (Index i = 0; i < n; ++i) {
      const T* row = &x(i, 0);
      const double weight = taper_[static_cast<std::size_t>(i)];
      for (Index c = 0; c < count; ++c) {
        const auto k = static_cast<std::size_t>(c);
        out[k][i] = (static_cast<double>(row[together > 0 ? c : c * x.channel_stride()]) - taken[k]) * weight;
      }
    }
  }

  SegmentGrid grid_;
  SegmentMean mean_;
  Index channels_;
  PowerSpectrum fft_;
  std::vector<double> taper_;
  Index end_ = 0;         // rows that have passed
  Index next_ = 0;        // start of the next segment
  Index held_ = 0;        // rows in the tail: the last that have passed
  Samples<double> tail_;  // and room for the first of a block
  std::array<double, kTogether> average_{};
};

/// |X|^2.
inline double squared_magnitude(const std::complex<double>& x) noexcept { return x.real() * x.real() + x.imag() * x.imag(); }

}  // namespace myocramp
