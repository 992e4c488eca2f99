#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "myocramp/core/block.hpp"
#include "support/signals.hpp"

namespace myocramp::testing {

/// Puts rows [first, first + x.rows()) of a part that adds or of one that replaces into `x`.
template <class Part>
void render(const Part& part, Index first, Block<double> x) {
  if constexpr (requires { part.add(first, x); }) {
    part.add(first, x);
  } else {
    part.apply(first, x);
  }
}

/// `x` with the part rendered into it, block by block from the last to the first.
template <class Part>
Samples<double> rendered(const Part& part, Samples<double> x) {
  for (Index first = (x.rows() - 1) / kGridBlock * kGridBlock; first >= 0; first -= kGridBlock) {
    render(part, first, Block<double>(x).rows(first, std::min(kGridBlock, x.rows() - first)));
  }
  return x;
}

/// What the part adds to nothing.
template <class Part>
Samples<double> rendered(const Part& part, Index samples, Index channels) {
  return rendered(part, Samples<double>(Samples<double>::Zero(samples, channels)));
}

/// Any order of blocks, a block alone, a part of a block from its start, and a view with strides give the same bits.
template <class Part>
void expect_block_law(const Part& part, const Samples<double>& before) {
  const Samples<double> whole = rendered(part, before);
  const Index samples = before.rows();
  for (Index first = 0; first < samples; first += kGridBlock) {
    for (const Index rows : {std::min(kGridBlock, samples - first), std::min<Index>(1000, samples - first)}) {
      Samples<double> wide = Samples<double>::Zero(2 * rows, before.cols() + 3);
      const Block<double> view(wide.data() + 1, rows, before.cols(), 2 * wide.cols(), 1);
      for (Index i = 0; i < rows; ++i) {
        for (Index c = 0; c < before.cols(); ++c) view(i, c) = before(first + i, c);
      }
      render(part, first, view);
      Samples<double> alone(rows, before.cols());
      for (Index i = 0; i < rows; ++i) {
        for (Index c = 0; c < before.cols(); ++c) alone(i, c) = view(i, c);
      }
      EXPECT_TRUE(same_bits<double>(alone, whole.middleRows(first, rows))) << "block at " << first << ", " << rows << " rows";
    }
  }
}

inline double rms(const Eigen::Ref<const Eigen::ArrayXd>& x) { return std::sqrt(x.square().mean()); }

}  // namespace myocramp::testing
