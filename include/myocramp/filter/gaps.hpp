#pragma once

#include <cmath>
#include <limits>

#include "myocramp/core/block.hpp"
#include "myocramp/filter/zero_phase.hpp"

namespace myocramp {

/// zero_phase() for signals with gaps: samples that are NaN or infinite split their channel, and each stretch between is filtered apart.
///
/// Shape: (n, c) -> (n, c), in place allowed.  Units: V -> V.  Gaps come out as NaN, and so do stretches next to a gap that are too short
/// for the filter's padding. Channels do not touch one another. Without a gap the bits are those of zero_phase().
/// Throws: DataError E-SHORT when there is no gap and the signal is too short.
template <class T>
void zero_phase_between_gaps(const Sections& sections, ConstBlock<T> x, Block<T> y, Edge left = Edge::kPad, Edge right = Edge::kPad) {
  bool whole = true;
  for (Index i = 0; i < x.rows() && whole; ++i) {
    for (Index c = 0; c < x.channels(); ++c) whole = whole && std::isfinite(x(i, c));
  }
  if (whole) return zero_phase<T>(sections, x, y, left, right);
  const Index n = x.rows();
  const Index pad = zero_phase_padding(sections);
  for (Index c = 0; c < x.channels(); ++c) {
    Index begin = 0;
    while (begin < n) {
      if (!std::isfinite(x(begin, c))) {
        y(begin++, c) = std::numeric_limits<T>::quiet_NaN();
        continue;
      }
      Index end = begin;
      while (end < n && std::isfinite(x(end, c))) ++end;
      const Edge from = begin == 0 ? left : Edge::kPad;
      const Edge to = end == n ? right : Edge::kPad;
      const Block<T> out = y.rows(begin, end - begin).columns(c, 1);
      if (end - begin <= pad && (from == Edge::kPad || to == Edge::kPad)) {
        for (Index i = 0; i < out.rows(); ++i) out(i, 0) = std::numeric_limits<T>::quiet_NaN();
      } else {
        zero_phase<T>(sections, x.rows(begin, end - begin).columns(c, 1), out, from, to);
      }
      begin = end;
    }
  }
}

}  // namespace myocramp
