#pragma once

#include <algorithm>
#include <limits>

#include "myocramp/core/block.hpp"

namespace myocramp {

/// Runs a processor that answers delay() rows late over a whole signal, and gives its answers without the delay.
///
/// Shape: (n, c) -> (n, c), not in place.  Units: those of the processor.  The signal goes in by blocks of kGridBlock rows; behind its end come
/// delay() rows of NaN, a gap.  each_block() is called after every block, for what the processor hands out meanwhile.
template <class T, class P, class F>
void process_without_delay(P& processor, ConstBlock<T> x, Block<T> y, F&& each_block) {
  const Index n = x.rows();
  const Index delay = processor.delay();
  Samples<T> rows(kGridBlock, x.channels());
  const Samples<T> gap = Samples<T>::Constant(kGridBlock, x.channels(), std::numeric_limits<T>::quiet_NaN());
  for (Index at = 0; at < n + delay;) {
    const Index count = std::min(kGridBlock, (at < n ? n : n + delay) - at);
    const Block<T> late = Block<T>(rows).rows(0, count);
    processor.template process<T>(at < n ? x.rows(at, count) : ConstBlock<T>(gap).rows(0, count), late);
    for (Index i = std::max<Index>(0, delay - at); i < count; ++i) {
      for (Index c = 0; c < x.channels(); ++c) y(at + i - delay, c) = late(i, c);
    }
    each_block();
    at += count;
  }
}

}  // namespace myocramp
