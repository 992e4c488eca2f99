#include "io/hdf5/opensignals_source.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace myocramp::io::hdf5 {
namespace {

/// Names the first count that needs more than `bits` bits, or is negative.
template <class T>
[[noreturn]] void throw_count(const CountColumn& column, Index first_row, const std::vector<T>& counts) {
  const auto wrong = [&](T count) { return (static_cast<std::int64_t>(count) >> column.bits) != 0; };
  const auto it = std::find_if(counts.begin(), counts.end(), wrong);
  const Object& object = column.counts.object;
  const std::string largest = std::to_string((std::int64_t{1} << column.bits) - 1);
  throw DataError({"E-COUNT", object.file, object.path + "[" + std::to_string(first_row + (it - counts.begin())) + "]",
                   "a count of 0 to " + largest, std::to_string(*it)});
}

/// Reads one channel in the dataset's own integer type T, which spares HDF5 a conversion, and writes volts to the one column of `out`.
template <class T>
void read_column(const CountColumn& column, Interval rows, Block<double> out) {
  std::vector<T> counts(static_cast<std::size_t>(rows.length()));  // zeroed: a short chunk must not show old memory
  read_rows(column.counts, rows, counts.data());
  const double middle = std::ldexp(1.0, column.bits - 1);
  std::int64_t beyond = 0;  // the bits that no count may have, gathered to keep the loop free of branches
  for (Index i = 0; i < rows.length(); ++i) {
    const auto count = static_cast<std::int64_t>(counts[static_cast<std::size_t>(i)]);
    beyond |= count >> column.bits;
    out(i, 0) = (static_cast<double>(count) - middle) * column.step_v;
  }
  if (beyond != 0) throw_count(column, rows.begin, counts);
}

}  // namespace

OpenSignalsSource::OpenSignalsSource(std::shared_ptr<const File> file, std::vector<CountColumn> columns)
    : file_(std::move(file)), columns_(std::move(columns)) {}

OpenSignalsSource::~OpenSignalsSource() {
  const Guard guard;
  columns_.clear();
  file_.reset();
}

void OpenSignalsSource::read(Interval rows, Block<double> out) const {
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const CountColumn& column = columns_[c];
    const Block<double> target = out.columns(static_cast<Index>(c), 1);
    const int bytes = column.counts.bytes;
    const bool sign = column.counts.is_signed;
    if (bytes == 1) sign ? read_column<std::int8_t>(column, rows, target) : read_column<std::uint8_t>(column, rows, target);
    if (bytes == 2) sign ? read_column<std::int16_t>(column, rows, target) : read_column<std::uint16_t>(column, rows, target);
    if (bytes == 4) sign ? read_column<std::int32_t>(column, rows, target) : read_column<std::uint32_t>(column, rows, target);
  }
}

}  // namespace myocramp::io::hdf5
