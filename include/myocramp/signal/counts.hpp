#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "myocramp/signal/signal.hpp"

namespace myocramp {

/// Integers of a converter that are already in memory, with the steps and the offset that make them volts. Rows in `gaps`, which are
/// sorted, read NaN.
class CountsSource final : public SampleSource {
 public:
  CountsSource(Samples<std::int32_t> counts, Encoding encoding, std::vector<Interval> gaps)
      : counts_(std::move(counts)), encoding_(std::move(encoding)), gaps_(std::move(gaps)) {}

  void read(Interval rows, Block<double> out) const override {
    for (Index i = 0; i < rows.length(); ++i) {
      for (Index c = 0; c < counts_.cols(); ++c) {
        out(i, c) = counts_(rows.begin + i, c) * encoding_.step_v[static_cast<std::size_t>(c)] + encoding_.offset_v;
      }
    }
    const auto after = std::lower_bound(gaps_.begin(), gaps_.end(), rows.begin, [](const Interval& g, Index row) { return g.end <= row; });
    for (auto gap = after; gap != gaps_.end() && gap->begin < rows.end; ++gap) {
      const Interval part = intersect(*gap, rows);
      for (Index i = part.begin - rows.begin; i < part.end - rows.begin; ++i) {
        for (Index c = 0; c < counts_.cols(); ++c) out(i, c) = std::numeric_limits<double>::quiet_NaN();
      }
    }
  }
  void read_stored(Interval rows, Block<double> out) const override {
    for (Index i = 0; i < rows.length(); ++i) {
      for (Index c = 0; c < counts_.cols(); ++c) out(i, c) = counts_(rows.begin + i, c);
    }
  }
  [[nodiscard]] Encoding encoding() const override { return encoding_; }

 private:
  Samples<std::int32_t> counts_;
  Encoding encoding_;
  std::vector<Interval> gaps_;
};

}  // namespace myocramp
