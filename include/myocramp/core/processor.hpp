#pragma once

#include <concepts>

#include "myocramp/core/block.hpp"

namespace myocramp {

/// A causal, stateful transformation of sample blocks: one output row for every input row, (n, c) -> (n, c).
///
/// The law that every processor obeys (tests/property/streaming_test.cpp): any split of a signal into blocks, empty ones
/// included, gives the same bits as one block. process() neither allocates nor throws; it may work in place.
template <class P, class T>
concept BlockProcessor = std::copyable<P> && requires(P p, const P& c, ConstBlock<T> x, Block<T> y) {
  { p.process(x, y) } noexcept;
  { p.reset() } noexcept;
  { c.channels() } -> std::convertible_to<Index>;
};

/// The batch form of a processor: from its reset state over the whole of `x`.
template <class T, BlockProcessor<T> P>
Samples<T> apply(P processor, ConstBlock<T> x) {
  Samples<T> y(x.rows(), x.channels());
  processor.reset();
  processor.process(x, y);
  return y;
}

}  // namespace myocramp
