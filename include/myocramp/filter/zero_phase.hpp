#pragma once

#include <cmath>
#include <string>

#include "myocramp/core/block.hpp"
#include "myocramp/core/error.hpp"
#include "myocramp/filter/sos.hpp"

namespace myocramp {

/// How one end of a stretch is treated: the signal ends there and is extended by odd reflection, or it goes on and the
/// first samples only warm the filter up.
enum class Edge { kPad, kWarmUp };

/// Samples that scipy.signal.sosfiltfilt adds at each end: 3 (2 sections + 1), less for sections of first order.
inline Index zero_phase_padding(const Sections& sections) {
  Index no_b2 = 0;
  Index no_a2 = 0;
  for (const Section& s : sections) {
    no_b2 += s.b2 == 0 ? 1 : 0;
    no_a2 += s.a2 == 0 ? 1 : 0;
  }
  return 3 * (2 * static_cast<Index>(sections.size()) + 1 - std::min(no_b2, no_a2));
}

/// Samples of warm-up after which the start of a filter has faded to `tolerance` of its input.
inline Index zero_phase_warm_up(const Sections& sections, double tolerance = 1e-14) {
  // Several poles of nearly one radius add a factor that grows as n^k; doubling the length covers four sections and more.
  const double single = std::log(tolerance) / std::log(pole_radius(sections));
  return static_cast<Index>(std::ceil(1.5 * single)) + zero_phase_padding(sections);
}

/// Filters forwards and backwards: no phase shift, the amplitude response squared, -6 dB at the edges.
///
/// Shape: (n, c) -> (n, c), in place allowed.  Units: V -> V.  Delay: 0, it looks ahead.
/// Edges: with Edge::kPad at both ends this is scipy.signal.sosfiltfilt with its default odd padding; with Edge::kWarmUp nothing is
/// added and samples within zero_phase_warm_up() of that end are not to be used.  NaN: spreads over its channel; split at gaps first.
/// Throws: DataError E-SHORT when a padded stretch has no more samples than the padding.
/// Source: scipy.signal.sosfiltfilt; Gustafsson 1996 for why padding is needed.
template <class T>
void zero_phase(const Sections& sections, ConstBlock<T> x, Block<T> y, Edge left = Edge::kPad, Edge right = Edge::kPad) {
  const Index n = x.rows();
  const Index pad = zero_phase_padding(sections);
  if ((left == Edge::kPad || right == Edge::kPad) && n <= pad) {
    throw DataError(
        {"E-SHORT", "", "signal", "more than " + std::to_string(pad) + " samples, which the filter's padding needs", std::to_string(n)});
  }
  const Index before = left == Edge::kPad ? pad : 0;
  const Index after = right == Edge::kPad ? pad : 0;
  Samples<T> extended(before + n + after, x.channels());
  for (Index i = -before; i < n + after; ++i) {
    for (Index c = 0; c < x.channels(); ++c) {
      extended(before + i, c) = i < 0 ? 2 * x(0, c) - x(-i, c) : i < n ? x(i, c) : 2 * x(n - 1, c) - x(2 * (n - 1) - i, c);
    }
  }
  const Block<T> forwards(extended);
  const Block<T> backwards(extended.data() + (extended.rows() - 1) * extended.cols(), extended.rows(), extended.cols(), -extended.cols(),
                           1);
  SosFilter<T> filter(sections, x.channels());
  for (const Block<T>& way : {forwards, backwards}) {
    filter.settle(way.rows(0, 1));
    filter.process(way, way);
  }
  for (Index i = 0; i < n; ++i) {
    for (Index c = 0; c < x.channels(); ++c) y(i, c) = extended(before + i, c);
  }
}

extern template void zero_phase<float>(const Sections&, ConstBlock<float>, Block<float>, Edge, Edge);
extern template void zero_phase<double>(const Sections&, ConstBlock<double>, Block<double>, Edge, Edge);

}  // namespace myocramp
