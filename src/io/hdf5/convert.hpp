#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/signal/signal.hpp"

namespace myocramp::io::hdf5 {

/// Numbers of one type in memory, (row, column) with strides counted in numbers.
struct NumberView {
  const std::byte* data = nullptr;
  NumberType type = NumberType::kInt16;
  Index row_stride = 1;
  Index column_stride = 1;
};

/// Neighbouring columns that become neighbouring channels.
struct ColumnRun {
  Index column = 0;   ///< the first of them among the numbers
  Index channel = 0;  ///< the first of them among the channels
  std::vector<double> step_v{};
  std::vector<int> bits{};  ///< of the converter; 0: no limit

  [[nodiscard]] Index size() const noexcept { return static_cast<Index>(step_v.size()); }
};

/// What turns numbers into volts, volts = (number - zero) * step + offset, repeated over whole rows so that a short row still fills vector
/// registers.
///
/// Where 0 V is a whole number for every column, it is subtracted before the one rounding, and the offset is 0: then volts are the exact
/// multiple of the step, so that a gain of 2 doubles every bit of them.
class Scale {
 public:
  Scale(const std::vector<double>& step_v, double offset_v);
  [[nodiscard]] const double* steps() const noexcept { return steps_.data(); }
  [[nodiscard]] const double* zeros() const noexcept { return zeros_.data(); }
  [[nodiscard]] double offset_v() const noexcept { return offset_v_; }
  [[nodiscard]] Index size() const noexcept { return static_cast<Index>(steps_.size()); }

 private:
  std::vector<double> steps_;
  std::vector<double> zeros_;
  double offset_v_;
};

/// A number that is none: where, and what should stand there.
struct BadNumber {
  Index row = 0;
  Index column = 0;  ///< of the run
  std::string expected;
  std::string found;
};

/// The first of `rows` rows of a run with a number below 0 or beyond its converter's bits, or beyond +-2^53, which a double cannot hold
/// exactly; the columns are gone through one after the other.
std::optional<BadNumber> find_bad(const NumberView& numbers, Index rows, const ColumnRun& run);

/// out(i, run.channel + c) = volts, for out.rows() rows.
void to_volts(const NumberView& numbers, const ColumnRun& run, const Scale& scale, Block<double> out);

/// out(i, run.channel + c) = number.
void to_doubles(const NumberView& numbers, const ColumnRun& run, const Scale& scale, Block<double> out);

}  // namespace myocramp::io::hdf5
