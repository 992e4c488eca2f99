#pragma once

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/filter/sos.hpp"
#include "myocramp/filter/zero_phase.hpp"

namespace myocramp {

namespace detail {

template <class T>
bool all_finite(ConstBlock<T> x) noexcept {
  for (Index i = 0; i < x.rows(); ++i) {
    for (Index c = 0; c < x.channels(); ++c) {
      if (!std::isfinite(x(i, c))) return false;
    }
  }
  return true;
}

// One channel, its stretches between gaps apart.
template <class T>
void zero_phase_apart(const Sections& sections, ConstBlock<T> x, Block<T> y, Edge left, Edge right) {
  const Index n = x.rows();
  const Index pad = zero_phase_padding(sections);
  Index begin = 0;
  while (begin < n) {
    if (!std::isfinite(x(begin, 0))) {
      y(begin++, 0) = std::numeric_limits<T>::quiet_NaN();
      continue;
    }
    Index end = begin;
    while (end < n && std::isfinite(x(end, 0))) ++end;
    const Edge from = begin == 0 ? left : Edge::kPad;
    const Edge to = end == n ? right : Edge::kPad;
    const Block<T> out = y.rows(begin, end - begin);
    if (end - begin <= pad && (from == Edge::kPad || to == Edge::kPad)) {
      for (Index i = 0; i < out.rows(); ++i) out(i, 0) = std::numeric_limits<T>::quiet_NaN();
    } else {
      zero_phase<T>(sections, x.rows(begin, end - begin), out, from, to);
    }
    begin = end;
  }
}

}  // namespace detail

/// zero_phase() for signals with gaps: samples that are NaN or infinite split their channel, and each stretch between is filtered apart.
///
/// Shape: (n, c) -> (n, c), in place allowed.  Units: V -> V.  Gaps come out as NaN, and so do stretches next to a gap that are too short
/// for the filter's padding. Channels do not touch one another. Without a gap the bits are those of zero_phase().
/// Throws: DataError E-SHORT when there is no gap and the signal is too short.
template <class T>
void zero_phase_between_gaps(const Sections& sections, ConstBlock<T> x, Block<T> y, Edge left = Edge::kPad, Edge right = Edge::kPad) {
  const bool padded = left == Edge::kPad || right == Edge::kPad;
  const bool too_short = padded && x.rows() <= zero_phase_padding(sections) && !detail::all_finite<T>(x);
  std::vector<Index> apart;
  Samples<T> kept;  // what a pass in place would overwrite
  if (too_short || x.data() == y.data()) {
    for (Index c = 0; c < x.channels(); ++c) {
      if (too_short || !detail::all_finite<T>(x.columns(c, 1))) apart.push_back(c);
    }
    kept.resize(x.rows(), static_cast<Index>(apart.size()));
    for (std::size_t k = 0; k < apart.size(); ++k) {
      for (Index i = 0; i < x.rows(); ++i) kept(i, static_cast<Index>(k)) = x(i, apart[k]);
    }
  }
  if (!too_short) {
    // All channels together; those whose numbers are not finite at the end are seen to below.
    const std::vector<char> finite = detail::zero_phase_passes<T>(sections, x, y, left, right);
    if (x.data() != y.data()) {
      for (Index c = 0; c < x.channels(); ++c) {
        if (finite[static_cast<std::size_t>(c)] == 0 && !detail::all_finite<T>(x.columns(c, 1))) apart.push_back(c);
      }
    }
  }
  for (std::size_t k = 0; k < apart.size(); ++k) {
    const ConstBlock<T> from = kept.size() > 0 ? ConstBlock<T>(kept).columns(static_cast<Index>(k), 1) : x.columns(apart[k], 1);
    detail::zero_phase_apart<T>(sections, from, y.columns(apart[k], 1), left, right);
  }
}

/// SosFilter for signals with gaps: samples that are NaN or infinite come out as NaN, and behind them their channel starts anew from rest.
///
/// Shape: (n, c) -> (n, c), in place allowed.  Units: V -> V.  Delay: the filter's own.  Edges: starts at rest, at the first sample and behind
/// every gap; settling_samples() tells how long the output is to be distrusted there.  process() neither allocates nor throws.
/// Without a gap the bits are those of SosFilter. Numbers so large that the filter overflows stay NaN until the next gap.
/// Throws: InvalidArgument E-FILTER.
template <class T>
class SosFilterBetweenGaps {
 public:
  SosFilterBetweenGaps(const Sections& sections, Index channels)
      : filter_(sections, channels), one_(sections, 1), kept_(kRows, channels), state_(filter_.state()), lane_(one_.state()) {}

  [[nodiscard]] Index channels() const noexcept { return filter_.channels(); }

  void reset() noexcept { filter_.reset(); }

  void process(ConstBlock<T> x, Block<T> y) noexcept {
    assert(x.channels() == channels() && y.channels() == channels() && x.rows() == y.rows());
    for (Index first = 0; first < x.rows(); first += kRows) {
      const Index n = std::min(kRows, x.rows() - first);
      tile(x.rows(first, n), y.rows(first, n));
    }
  }

 private:
  static constexpr Index kRows = 512;

  void tile(ConstBlock<T> x, Block<T> y) noexcept {
    if (x.data() == y.data()) {  // keep what is about to be overwritten
      const Block<T> kept = Block<T>(kept_).rows(0, x.rows());
      for (Index i = 0; i < x.rows(); ++i) {
        for (Index c = 0; c < channels(); ++c) kept(i, c) = x(i, c);
      }
      x = kept;
    }
    std::copy(filter_.state().begin(), filter_.state().end(), state_.begin());
    filter_.process(x, y);
    T check = 0;
    for (const T z : filter_.state()) check += z * 0;
    if (check == 0) return;
    for (Index c = 0; c < channels(); ++c) {
      if (!is_finite(c)) apart(x.columns(c, 1), y.columns(c, 1), c);
    }
    filter_.restore(next_state());
  }

  [[nodiscard]] bool is_finite(Index c) const noexcept {
    const std::vector<T>& now = filter_.state();
    for (std::size_t k = static_cast<std::size_t>(c); k < now.size(); k += static_cast<std::size_t>(channels())) {
      if (!std::isfinite(now[k])) return false;
    }
    return true;
  }

  // One channel once more, from its state before this tile, with a new start behind every gap. Its state is left in state_.
  void apart(ConstBlock<T> x, Block<T> y, Index c) noexcept {
    const auto width = static_cast<std::size_t>(channels());
    for (std::size_t k = 0; k < lane_.size(); ++k) lane_[k] = state_[k * width + static_cast<std::size_t>(c)];
    one_.restore(lane_);
    Index begin = 0;
    while (begin < x.rows()) {
      if (!std::isfinite(x(begin, 0))) {
        y(begin++, 0) = std::numeric_limits<T>::quiet_NaN();
        one_.reset();
        continue;
      }
      Index end = begin;
      while (end < x.rows() && std::isfinite(x(end, 0))) ++end;
      one_.process(x.rows(begin, end - begin), y.rows(begin, end - begin));
      begin = end;
    }
    for (std::size_t k = 0; k < lane_.size(); ++k) state_[k * width + static_cast<std::size_t>(c)] = one_.state()[k];
  }

  // state_ holds the channels that were filtered apart; the others come from the filter.
  const std::vector<T>& next_state() noexcept {
    for (Index c = 0; c < channels(); ++c) {
      if (!is_finite(c)) continue;
      const std::vector<T>& now = filter_.state();
      for (std::size_t k = static_cast<std::size_t>(c); k < now.size(); k += static_cast<std::size_t>(channels())) state_[k] = now[k];
    }
    return state_;
  }

  SosFilter<T> filter_;
  SosFilter<T> one_;
  Samples<T> kept_;  // a tile as it came in
  std::vector<T> state_;
  std::vector<T> lane_;
};

}  // namespace myocramp
