#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

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

/// Holds that a stretch of `rows` samples is long enough to be padded. Throws: DataError E-SHORT.
inline void check_padding(const Sections& sections, Index rows) {
  const Index pad = zero_phase_padding(sections);
  if (rows > pad) return;
  throw DataError(
      {"E-SHORT", "", "signal", "more than " + std::to_string(pad) + " samples, which the filter's padding needs", std::to_string(rows)});
}

/// Samples of warm-up after which the start of a filter has faded to `tolerance` of its input.
inline Index zero_phase_warm_up(const Sections& sections, double tolerance = 1e-14) {
  // Several poles of nearly one radius add a factor that grows as n^k; doubling the length covers four sections and more.
  const double single = std::log(tolerance) / std::log(pole_radius(sections));
  return static_cast<Index>(std::ceil(1.5 * single)) + zero_phase_padding(sections);
}

namespace detail {

// The odd reflection of a signal less `offset` about its first row, in the order of time: 2 x[0] - x[pad], ..., 2 x[0] - x[1].
template <class T>
Samples<T> odd_start(ConstBlock<T> x, ConstBlock<T> offset, Index pad) {
  Samples<T> out(pad, x.channels());
  for (Index i = 0; i < pad; ++i) {
    for (Index c = 0; c < x.channels(); ++c) out(i, c) = 2 * (x(0, c) - offset(0, c)) - (x(pad - i, c) - offset(0, c));
  }
  return out;
}

// What each channel lies at: the median of nine samples spread over it, for the first alone may be an artefact.
template <class T>
Samples<T> levels(ConstBlock<T> x) {
  Samples<T> out = Samples<T>::Zero(1, x.channels());
  for (Index c = 0; c < x.channels(); ++c) {
    std::array<T, 9> some{};
    auto end = some.begin();
    for (Index k = 0; k < 9; ++k) {
      const T v = x(k * (x.rows() - 1) / 8, c);
      if (std::isfinite(v)) *end++ = v;
    }
    const auto middle = some.begin() + (end - some.begin()) / 2;
    std::nth_element(some.begin(), middle, end);
    if (end != some.begin()) out(0, c) = *middle;
  }
  return out;
}

template <class View>
View reversed(View x) {
  return {&x(x.rows() - 1, 0), x.rows(), x.channels(), -x.row_stride(), x.channel_stride()};
}

// Both passes. Tells of each channel whether the filter's state stayed finite to the end.
template <class T>
std::vector<char> zero_phase_passes(const Sections& sections, ConstBlock<T> x, Block<T> y, Edge left, Edge right) {
  const Index n = x.rows();
  const Index pad = zero_phase_padding(sections);
  if (left == Edge::kPad || right == Edge::kPad) check_padding(sections, n);
  SosFilter<T> filter(sections, x.channels());
  std::vector<char> finite(static_cast<std::size_t>(x.channels()), 1);
  if (n == 0 || x.channels() == 0) return finite;
  // An offset that leaves nothing behind is taken off, for beside it the filter would lose digits.
  const Samples<T> none = Samples<T>::Zero(1, x.channels());
  const Samples<T> offset = blocks_constants(sections) ? levels<T>(x) : none;
  // Both ends are taken before the first pass, which may overwrite them.
  Samples<T> before = left == Edge::kPad ? odd_start<T>(x, offset, pad) : Samples<T>(0, x.channels());
  Samples<T> after(0, x.channels());
  if (right == Edge::kPad) after = odd_start<T>(reversed(x), offset, pad).colwise().reverse().eval();

  Samples<T> first(1, x.channels());
  for (Index c = 0; c < x.channels(); ++c) first(0, c) = before.rows() > 0 ? before(0, c) : x(0, c) - offset(0, c);
  filter.settle(first);
  filter.process(before, before);
  filter.take_off(offset);
  filter.process(x, y);
  filter.take_off(none);
  filter.process(after, after);

  const Block<T> backwards = reversed(y);
  const Index last = after.rows() - 1;
  filter.settle(last >= 0 ? ConstBlock<T>(after).rows(last, 1) : ConstBlock<T>(backwards).rows(0, 1));
  if (last >= 0) filter.process(reversed(Block<T>(after)), reversed(Block<T>(after)));
  filter.process(backwards, backwards);

  const std::vector<T>& state = filter.state();
  for (std::size_t k = 0; k < state.size(); ++k) {
    if (!std::isfinite(state[k])) finite[k % finite.size()] = 0;
  }
  return finite;
}

}  // namespace detail

/// Filters forwards and backwards: no phase shift, the amplitude response squared, -6 dB at the edges of a filter that has -3 dB there.
///
/// Shape: (n, c) -> (n, c), in place allowed.  Units: V -> V.  Delay: 0, it looks ahead.  Memory: none beyond the output.
/// Edges: with Edge::kPad at both ends this is scipy.signal.sosfiltfilt with its default odd padding; with Edge::kWarmUp nothing is
/// added and samples within zero_phase_warm_up() of that end are not to be used.  NaN: spreads over its channel; split at gaps first.
/// Offsets: the median of nine samples is taken off each channel first where blocks_constants(), so that a large one costs no digits.
/// Throws: DataError E-SHORT when a padded stretch has no more samples than the padding.
/// Source: scipy.signal.sosfiltfilt; Gustafsson 1996 for why padding is needed.
template <class T>
void zero_phase(const Sections& sections, ConstBlock<T> x, Block<T> y, Edge left = Edge::kPad, Edge right = Edge::kPad) {
  detail::zero_phase_passes<T>(sections, x, y, left, right);
}

extern template std::vector<char> detail::zero_phase_passes<float>(const Sections&, ConstBlock<float>, Block<float>, Edge, Edge);
extern template std::vector<char> detail::zero_phase_passes<double>(const Sections&, ConstBlock<double>, Block<double>, Edge, Edge);
extern template void zero_phase<float>(const Sections&, ConstBlock<float>, Block<float>, Edge, Edge);
extern template void zero_phase<double>(const Sections&, ConstBlock<double>, Block<double>, Edge, Edge);

}  // namespace myocramp
