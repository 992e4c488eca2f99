#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <complex>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/error.hpp"

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

  SosFilter(const Sections& sections, Index channels) : channels_(channels), groups_((channels + kLanes - 1) / kLanes) {
    if (sections.empty() || static_cast<Index>(sections.size()) > kMaxSections || !(pole_radius(sections) < 1)) {
      throw InvalidArgument({"E-FILTER", "", "sections", "1 to 16 stable second-order sections",
                             std::to_string(sections.size()) + " with pole radius " + detail::number(pole_radius(sections))});
    }
    for (const Section& s : sections) {
      sections_.push_back({T(s.b0), T(s.b1), T(s.b2), T(s.a1), T(s.a2)});
      settled_.push_back(unit_step_state(s, settled_.empty() ? 1.0 : settled_.back().gain));
    }
    state_.resize(static_cast<std::size_t>(groups_) * sections_.size());
    reset();
  }

  [[nodiscard]] Index channels() const noexcept { return channels_; }

  void reset() noexcept {
    for (auto& pair : state_) pair = {Lanes::Zero(), Lanes::Zero()};
  }

  /// The state after an endless constant: `level(0, c)` for channel c. What scipy.signal.sosfilt_zi gives.
  void settle(ConstBlock<T> level) noexcept {
    for (Index c = 0; c < channels_; ++c) {
      for (std::size_t s = 0; s < sections_.size(); ++s) {
        auto& z = state_[index(c / kLanes, s)];
        z[0](c % kLanes) = T(settled_[s].z0) * level(0, c);
        z[1](c % kLanes) = T(settled_[s].z1) * level(0, c);
      }
    }
  }

  void process(ConstBlock<T> x, Block<T> y) noexcept {
    assert(x.channels() == channels_ && y.channels() == channels_ && x.rows() == y.rows());
    for (Index g = 0; g < groups_; ++g) {
      // As few lanes as hold the channels that are left: the same bits, less work.
      const Index left = channels_ - g * kLanes;
      if (left == 1) {
        run<1>(g, x, y);
      } else if (left == 2) {
        run<2>(g, x, y);
      } else if (left <= 4) {
        run<4>(g, x, y);
      } else {
        run<kLanes>(g, x, y);
      }
    }
  }

 private:
  static constexpr Index kLanes = 64 / sizeof(T);  // channels side by side fill one 64-byte row
  using Lanes = Eigen::Array<T, kLanes, 1>;
  struct Coefficients {
    T b0, b1, b2, a1, a2;
  };
  struct Settled {
    double z0, z1, gain;  // state and output gain of the cascade so far for a unit step
  };

  static Settled unit_step_state(const Section& s, double input) {
    const double gain = (s.b0 + s.b1 + s.b2) / (1 + s.a1 + s.a2);
    const double z1 = s.b2 - s.a2 * gain;
    return {(s.b1 - s.a1 * gain + z1) * input, z1 * input, gain * input};
  }

  [[nodiscard]] std::size_t index(Index group, std::size_t section) const noexcept {
    return static_cast<std::size_t>(group) * sections_.size() + section;
  }

  // One group of channels on L lanes.
  template <Index L>
  void run(Index group, ConstBlock<T> x, Block<T> y) noexcept {
    using V = Eigen::Array<T, L, 1>;
    const Index first = group * kLanes;
    const Index used = std::min<Index>(L, channels_ - first);
    const std::size_t n = sections_.size();
    std::array<V, 2 * kMaxSections> z;
    for (std::size_t s = 0; s < n; ++s) {
      z[2 * s] = state_[index(group, s)][0].template head<L>();
      z[2 * s + 1] = state_[index(group, s)][1].template head<L>();
    }
    V v = V::Zero();
    for (Index i = 0; i < x.rows(); ++i) {
      for (Index c = 0; c < used; ++c) v(c) = x(i, first + c);
      for (std::size_t s = 0; s < n; ++s) {
        const Coefficients& k = sections_[s];
        const V out = k.b0 * v + z[2 * s];
        z[2 * s] = k.b1 * v - k.a1 * out + z[2 * s + 1];
        z[2 * s + 1] = k.b2 * v - k.a2 * out;
        v = out;
      }
      for (Index c = 0; c < used; ++c) y(i, first + c) = v(c);
    }
    for (std::size_t s = 0; s < n; ++s) {
      state_[index(group, s)][0].template head<L>() = z[2 * s];
      state_[index(group, s)][1].template head<L>() = z[2 * s + 1];
    }
  }

  Index channels_;
  Index groups_;
  std::vector<Coefficients> sections_;
  std::vector<Settled> settled_;
  std::vector<std::array<Lanes, 2>> state_;
};

extern template class SosFilter<float>;
extern template class SosFilter<double>;

}  // namespace myocramp
