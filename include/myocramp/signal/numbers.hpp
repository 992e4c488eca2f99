#pragma once

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "myocramp/signal/signal.hpp"

namespace myocramp {

/// Numbers that are already in memory as a device or a caller gave them, with the steps and the offset that make them volts. Rows in
/// `gaps`, which are sorted, read NaN; so do numbers that are NaN.
template <class T>
class NumbersSource final : public SampleSource {
 public:
  NumbersSource(Samples<T> numbers, Encoding encoding, std::vector<Interval> gaps)
      : numbers_(std::move(numbers)), encoding_(std::move(encoding)), gaps_(std::move(gaps)) {}

  void read(Interval rows, Block<double> out) const override {
    for (Index i = 0; i < rows.length(); ++i) {
      for (Index c = 0; c < numbers_.cols(); ++c) {
        out(i, c) = static_cast<double>(numbers_(rows.begin + i, c)) * encoding_.step_v[static_cast<std::size_t>(c)] + encoding_.offset_v;
      }
    }
    const auto after = std::lower_bound(gaps_.begin(), gaps_.end(), rows.begin, [](const Interval& g, Index row) { return g.end <= row; });
    for (auto gap = after; gap != gaps_.end() && gap->begin < rows.end; ++gap) {
      const Interval part = intersect(*gap, rows);
      for (Index i = part.begin - rows.begin; i < part.end - rows.begin; ++i) {
        for (Index c = 0; c < numbers_.cols(); ++c) out(i, c) = std::numeric_limits<double>::quiet_NaN();
      }
    }
  }
  void read_stored(Interval rows, Block<double> out) const override {
    for (Index i = 0; i < rows.length(); ++i) {
      for (Index c = 0; c < numbers_.cols(); ++c) out(i, c) = static_cast<double>(numbers_(rows.begin + i, c));
    }
  }
  [[nodiscard]] Encoding encoding() const override { return encoding_; }

 private:
  Samples<T> numbers_;
  Encoding encoding_;
  std::vector<Interval> gaps_;
};

}  // namespace myocramp
