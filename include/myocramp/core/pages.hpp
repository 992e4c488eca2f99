#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "myocramp/core/block.hpp"

namespace myocramp {

/// Calls f(first, count) for the rows of `y` in turn, those that end in one huge page (2 MiB) of memory together, and touches the end of the
/// last of them before, which changes nothing. Fewer bytes than a huge page: one call for all. No rows: none.
///
/// In fresh memory the first touch of a huge page has the system clear it. Linux clears towards the place that was touched: downwards when
/// it was the first, in nearly twice the time that upwards takes.
template <class T, class F>
void by_pages(Block<T> y, F&& f) noexcept {
  constexpr Index kPage = Index{2} << 20;
  const Index row = y.row_stride() * static_cast<Index>(sizeof(T));  // bytes
  const bool large = row > 0 && y.rows() * row >= kPage;
  const Index end = y.channels() - 1;
  for (Index first = 0; first < y.rows();) {
    Index count = y.rows();
    if (large) {
      const Index before = static_cast<Index>(reinterpret_cast<std::uintptr_t>(&y(first, end)) % kPage);
      count = std::min(y.rows() - first, (kPage - before + row - 1) / row);
      std::atomic_ref(*reinterpret_cast<unsigned char*>(&y(first + count - 1, end))).fetch_or(0, std::memory_order_relaxed);
    }
    f(first, count);
    first += count;
  }
}

}  // namespace myocramp
