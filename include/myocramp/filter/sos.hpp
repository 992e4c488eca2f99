#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <complex>
#include <string>
#include <type_traits>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/error.hpp"
#include "myocramp/core/pages.hpp"
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

/// Whether a constant leaves nothing behind, as of a band-pass or high-pass: some section has a zero at 0 Hz.
inline bool blocks_constants(const Sections& sections) noexcept {
  return std::any_of(sections.begin(), sections.end(), [](const Section& s) { return s.b0 + s.b1 + s.b2 == 0; });
}

namespace detail {

// A section as two trapezoidal integrators in a loop, v = c1 z0 + c2 (x - z1), y = m0 x + m1 v + m2 z1: what float computes with, for its
// coefficients and states lose no digits when the poles lie close to 1 (Simper 2011,
// "Linear Trapezoidal Integrated State Variable Filter With Low Noise Optimisation").
struct StateVariableSection {
  double c1, c2, c3, m0, m1, m2;
};

inline StateVariableSection state_variable(const Section& s) {
  const double at_dc = 1 + s.a1 + s.a2;       // the denominator at z = 1
  const double at_nyquist = 1 - s.a1 + s.a2;  // and at z = -1: both are above 0 for a stable section
  const double g = std::sqrt(at_dc / at_nyquist);
  const double k = 2 * g * (1 - s.a2) / at_dc;
  // The numerator as n0 + n1 s + n2 s^2 over 1 + k s + s^2, with s = (1 - 1/z) / (1 + 1/z) / g.
  const double n0 = (s.b0 + s.b1 + s.b2) / at_dc;
  const double n1 = 2 * g * (s.b0 - s.b2) / at_dc;
  const double n2 = (s.b0 - s.b1 + s.b2) / at_nyquist;
  const double c1 = 1 / (1 + g * (g + k));
  return {c1, g * c1, 2 * g, n2, n1 - k * n2 + g * (n0 - n2), n0 - n2};
}

}  // namespace detail

/// Samples after which the impulse response of a cascade stays below `tolerance` of its largest value: how long the output is to be
/// distrusted after a start from rest, an artefact or a gap.
///
/// Errors: none; a filter that has not settled after 2^24 samples gives 2^24.
inline Index settling_samples(const Sections& sections, double tolerance = 0.01) {
  constexpr double kLongest = 1 << 24;
  // Where the slowest pole alone has fallen to a thousandth of the tolerance, and half as much again for several of nearly its radius.
  const double decay = std::log(1e-3 * tolerance) / std::log(std::max(pole_radius(sections), 1e-300));
  const auto horizon = static_cast<Index>(std::min(1.5 * decay + 4.0 * static_cast<double>(sections.size()) + 8, kLongest));
  const auto each_response = [&](auto&& use) {
    std::vector<double> z(2 * sections.size(), 0.0);
    for (Index i = 0; i < horizon; ++i) {
      double v = i == 0 ? 1.0 : 0.0;
      for (std::size_t k = 0; k < sections.size(); ++k) {
        const Section& s = sections[k];
        const double out = s.b0 * v + z[2 * k];
        z[2 * k] = s.b1 * v - s.a1 * out + z[2 * k + 1];
        z[2 * k + 1] = s.b2 * v - s.a2 * out;
        v = out;
      }
      use(i, std::abs(v));
    }
  };
  double largest = 0;
  each_response([&](Index, double v) { largest = std::max(largest, v); });
  Index settled = 0;
  each_response([&](Index i, double v) {
    if (v > tolerance * largest) settled = i + 1;
  });
  return settled;
}

/// Filters sample blocks through a cascade of second-order sections, from rest.
///
/// Shape: (n, c) -> (n, c), in place allowed.  Units: V -> V.  Delay: none in samples; the phase is the filter's own.
/// Edges: starts at rest, or settled on a constant with settle().  NaN: stays in its channel, for good.  process() never throws.
/// double computes in double, in transposed direct form II and SciPy's order of operations; float in float, as state-variable sections.
/// Throws: InvalidArgument E-FILTER for no section, more than kMaxSections, or a pole on or outside the unit circle.
/// Source: scipy.signal.sosfilt (same recursion in double).
template <class T>
class SosFilter {
 public:
  static constexpr Index kMaxSections = 1024;

  SosFilter(const Sections& sections, Index channels)
      : channels_(channels), sections_(static_cast<Index>(sections.size())), run_(simd::cascade(simd::kernels(), T{})) {
    if (sections.empty() || static_cast<Index>(sections.size()) > kMaxSections || !(pole_radius(sections) < 1)) {
      throw InvalidArgument({"E-FILTER", "", "sections", "1 to 1024 stable second-order sections",
                             std::to_string(sections.size()) + " with pole radius " + detail::number(pole_radius(sections))});
    }
    if constexpr (std::is_same_v<T, double>) {
      set_direct(sections);
    } else {
      set_state_variable(sections);
    }
    state_.resize(static_cast<std::size_t>((2 * sections_ + 1) * channels));
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

  /// Takes `level(0, c)` off every sample of channel c from here on, until reset(): beside a large offset the states would lose digits.
  void take_off(ConstBlock<T> level) noexcept {
    for (Index c = 0; c < channels_; ++c) state_[place(2 * sections_, c)] = level(0, c);
  }

  /// The state between two calls of process(), to go on from later: 2 values for each section and what is taken off, of each channel in
  /// turn (2 sections + 1, channels).
  [[nodiscard]] const std::vector<T>& state() const noexcept { return state_; }
  void restore(const std::vector<T>& state) noexcept {
    assert(state.size() == state_.size());
    std::copy(state.begin(), state.end(), state_.begin());
  }

  void process(ConstBlock<T> x, Block<T> y) noexcept {
    assert(x.channels() == channels_ && y.channels() == channels_ && x.rows() == y.rows());
    simd::Cascade<T> task{coefficients_.data(),
                          sections_,
                          state_.data(),
                          channels_,
                          state_.data() + place(2 * sections_, 0),
                          x.data(),
                          x.row_stride(),
                          y.data(),
                          y.row_stride(),
                          x.rows(),
                          channels_};
    if (channels_ == 1 || (x.channel_stride() == 1 && y.channel_stride() == 1)) {
      by_pages(y, [&](Index first, Index n) {
        task.x = x.rows(first, n).data();
        task.y = y.rows(first, n).data();
        task.rows = n;
        run_(task);
      });
    } else {
      gathered(x, y, task);
    }
  }

 private:
  struct Settled {
    double z0, z1;  // state of a section when the cascade's input has been 1 for ever
  };

  void set_direct(const Sections& sections) {
    double level = 1;
    for (const Section& s : sections) {
      for (const double k : {s.b0, s.b1, s.b2, s.a1, s.a2}) coefficients_.push_back(static_cast<T>(k));
      const double gain = (s.b0 + s.b1 + s.b2) / (1 + s.a1 + s.a2);
      const double z1 = s.b2 - s.a2 * gain;
      settled_.push_back({(s.b1 - s.a1 * gain + z1) * level, z1 * level});
      level *= gain;
    }
  }

  void set_state_variable(const Sections& sections) {
    double level = 1;
    for (const Section& section : sections) {
      const detail::StateVariableSection s = detail::state_variable(section);
      for (const double k : {s.c1, s.c2, s.c3, s.m0, s.m1, s.m2}) coefficients_.push_back(static_cast<T>(k));
      settled_.push_back({0, level});
      level *= s.m0 + s.m2;
    }
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
      task.offset = state_.data() + place(2 * sections_, c);
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
  std::vector<T> coefficients_;  // of each section, as simd::Cascade takes them
  std::vector<Settled> settled_;
  std::vector<T> state_;  // (2 sections + 1, channels): the last row is taken off the input
};

extern template class SosFilter<float>;
extern template class SosFilter<double>;

}  // namespace myocramp
