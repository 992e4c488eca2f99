#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <complex>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/error.hpp"
#include "myocramp/simd/kernels.hpp"

namespace myocramp {

/// One second-order section of an IIR filter, a0 = 1: H(z) = (b0 + b1/z + b2/z^2) / (1 + a1/z + a2/z^2).
struct Section {
  double b0 = 1, b1 = 0, b2 = 0;
  double a1 = 0, a2 = 0;
};

/// A cascade of sections, applied in order. The gain sits in the first.
using Sections = std::vector<Section>;

/// The largest pole radius of a cascade: below 1 for a stable filter; its impulse response decays as radius^n.
inline double pole_radius(const Sections& sections) {
  double largest = 0;
  for (const Section& s : sections) {
    const std::complex<double> root = std::sqrt(std::complex<double>(s.a1 * s.a1 - 4 * s.a2));
    largest = std::max({largest, std::abs((-s.a1 + root) / 2.0), std::abs((-s.a1 - root) / 2.0)});
  }
  return largest;
}

/// Filters sample blocks through a cascade of second-order sections, transposed direct form II, from rest.
///
/// Shape: (n, c) -> (n, c), in place allowed.  Units: V -> V.  Delay: none in samples; the phase is the filter's own.
/// Edges: starts at rest, or settled on a constant with settle().  NaN: stays in its channel, for good.  process() never throws.
/// float computes in float, double in double, both in SciPy's order of operations.
/// Throws: InvalidArgument E-FILTER for no section, more than kMaxSections, or a pole on or outside the unit circle.
/// Source: scipy.signal.sosfilt (same recursion).
template <class T>
class SosFilter {
 public:
  static constexpr Index kMaxSections = 16;

  SosFilter(const Sections& sections, Index channels)
      : channels_(channels), sections_(static_cast<Index>(sections.size())), run_(simd::cascade(simd::kernels(), T{})) {
    if (sections.empty() || static_cast<Index>(sections.size()) > kMaxSections || !(pole_radius(sections) < 1)) {
      throw InvalidArgument({"E-FILTER", "", "sections", "1 to 16 stable second-order sections",
                             std::to_string(sections.size()) + " with pole radius " + detail::number(pole_radius(sections))});
    }
    for (const Section& s : sections) {
      for (const double k : {s.b0, s.b1, s.b2, s.a1, s.a2}) coefficients_.push_back(static_cast<T>(k));
      settled_.push_back(unit_step_state(s, settled_.empty() ? 1.0 : settled_.back().gain));
    }
    state_.resize(static_cast<std::size_t>(2 * sections_ * channels));
    reset();
  }

  [[nodiscard]] Index channels() const noexcept { return channels_; }

  void reset() noexcept { std::fill(state_.begin(), state_.end(), T{}); }

  /// The state after an endless constant: `level(0, c)` for channel c. What scipy.signal.sosfilt_zi gives.
  void settle(ConstBlock<T> level) noexcept {
    for (Index s = 0; s < sections_; ++s) {
      const Settled& unit = settled_[static_cast<std::size_t>(s)];
      for (Index c = 0; c < channels_; ++c) {
        state_[place(2 * s, c)] = static_cast<T>(unit.z0) * level(0, c);
        state_[place(2 * s + 1, c)] = static_cast<T>(unit.z1) * level(0, c);
      }
    }
  }

  /// The state between two calls of process(), to go on from later: 2 values for each section, of each channel in turn (2 sections, channels).
  [[nodiscard]] const std::vector<T>& state() const noexcept { return state_; }
  void restore(const std::vector<T>& state) noexcept {
    assert(state.size() == state_.size());
    std::copy(state.begin(), state.end(), state_.begin());
  }

  void process(ConstBlock<T> x, Block<T> y) noexcept {
    assert(x.channels() == channels_ && y.channels() == channels_ && x.rows() == y.rows());
    simd::Cascade<T> task{coefficients_.data(), sections_, state_.data(),  channels_, x.data(),
                          x.row_stride(),       y.data(),  y.row_stride(), x.rows(),  channels_};
    const bool adjacent = channels_ == 1 || (x.channel_stride() == 1 && y.channel_stride() == 1);
    adjacent ? run_(task) : gathered(x, y, task);
  }

 private:
  struct Settled {
    double z0, z1, gain;  // state and output gain of the cascade so far for a unit step
  };

  static Settled unit_step_state(const Section& s, double input) {
    const double gain = (s.b0 + s.b1 + s.b2) / (1 + s.a1 + s.a2);
    const double z1 = s.b2 - s.a2 * gain;
    return {(s.b1 - s.a1 * gain + z1) * input, z1 * input, gain * input};
  }

  [[nodiscard]] std::size_t place(Index row, Index c) const noexcept { return static_cast<std::size_t>(row * channels_ + c); }

  // Channels that do not lie side by side are copied together, a few at a time.
  void gathered(ConstBlock<T> x, Block<T> y, simd::Cascade<T> task) noexcept {
    constexpr Index kRows = 64;
    constexpr Index kWide = 64 / sizeof(T);
    std::array<T, static_cast<std::size_t>(kRows * kWide)> tile;
    task.x = task.y = tile.data();
    for (Index c = 0; c < channels_; c += kWide) {
      task.channels = std::min(kWide, channels_ - c);
      task.x_stride = task.y_stride = task.channels;
      task.state = state_.data() + c;
      for (Index first = 0; first < x.rows(); first += kRows) {
        task.rows = std::min(kRows, x.rows() - first);
        const Block<T> near(tile.data(), task.rows, task.channels);
        copy(x.rows(first, task.rows).columns(c, task.channels), near);
        run_(task);
        copy(ConstBlock<T>(near), y.rows(first, task.rows).columns(c, task.channels));
      }
    }
  }

  static void copy(ConstBlock<T> from, Block<T> to) noexcept {
    for (Index i = 0; i < from.rows(); ++i) {
      for (Index c = 0; c < from.channels(); ++c) to(i, c) = from(i, c);
    }
  }

  Index channels_;
  Index sections_;
  void (*run_)(const simd::Cascade<T>&) noexcept;
  std::vector<T> coefficients_;  // b0 b1 b2 a1 a2 of each section
  std::vector<Settled> settled_;
  std::vector<T> state_;  // (2 sections, channels)
};

extern template class SosFilter<float>;
extern template class SosFilter<double>;

}  // namespace myocramp
