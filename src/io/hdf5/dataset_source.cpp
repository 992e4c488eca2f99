#include "io/hdf5/dataset_source.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "io/tsv.hpp"

namespace myocramp::io::hdf5 {
namespace {

/// The narrowest type that holds the numbers of both.
NumberType common(NumberType a, NumberType b) {
  if (a == b) return a;
  const auto both = [&](NumberType x, NumberType y) { return (a == x && b == y) || (a == y && b == x); };
  if (is_float(a) || is_float(b)) return NumberType::kFloat64;
  if (both(NumberType::kInt8, NumberType::kUint8)) return NumberType::kInt16;
  const auto fits = [&](NumberType t) { return number_bytes(t) <= 2; };
  return fits(a) && fits(b) ? NumberType::kInt32 : NumberType::kInt64;
}

}  // namespace

DatasetSource::DatasetSource(std::shared_ptr<const File> file, StoredSignal stored) : file_(std::move(file)), stored_(std::move(stored)) {
  encoding_.offset_v = stored_.offset_v;
  for (const SourceColumn& c : stored_.columns) {
    const NumberType type = stored_.datasets[c.dataset].type;
    encoding_.type = encoding_.step_v.empty() ? type : common(encoding_.type, type);
    encoding_.step_v.push_back(c.step_v);
  }
}

DatasetSource::~DatasetSource() {
  const Guard guard;
  stored_.datasets.clear();
  file_.reset();
}

void DatasetSource::read_stretch(Interval rows, Block<double> out) const {
  for (std::size_t d = 0; d < stored_.datasets.size(); ++d) {
    const CheckedDataset& dataset = stored_.datasets[d];
    Samples<double> numbers = Samples<double>::Zero(rows.length(), dataset.columns);
    read_rows(dataset, rows, numbers.data());
    for (std::size_t c = 0; c < stored_.columns.size(); ++c) {
      const SourceColumn& column = stored_.columns[c];
      if (column.dataset != d) continue;
      const double beyond = std::ldexp(1.0, column.bits);
      for (Index i = 0; i < rows.length(); ++i) {
        const double x = numbers(i, column.column);
        if (column.bits > 0 && !(x >= 0 && x < beyond)) {
          throw DataError({"E-COUNT", dataset.object.file, dataset.object.path + "[" + std::to_string(rows.begin + i) + "]",
                           "a count of 0 to " + shortest(beyond - 1), shortest(x)});
        }
        out(i, static_cast<Index>(c)) = x;
      }
    }
  }
}

void DatasetSource::read_stored(Interval rows, Block<double> out) const {
  if (stored_.stretches.empty()) return read_stretch(rows, out);
  for (Index i = 0; i < out.rows(); ++i) {
    for (Index c = 0; c < out.channels(); ++c) out(i, c) = std::numeric_limits<double>::quiet_NaN();
  }
  for (const Stretch& s : stored_.stretches) {
    const Interval part = intersect(rows, {s.row, s.row + s.length});
    if (part.empty()) continue;
    const Index first = s.stored_row + (part.begin - s.row);
    read_stretch({first, first + part.length()}, out.rows(part.begin - rows.begin, part.length()));
  }
}

void DatasetSource::read(Interval rows, Block<double> out) const {
  read_stored(rows, out);
  for (Index c = 0; c < out.channels(); ++c) {
    const double step = stored_.columns[static_cast<std::size_t>(c)].step_v;
    for (Index i = 0; i < out.rows(); ++i) out(i, c) = out(i, c) * step + stored_.offset_v;
  }
}

}  // namespace myocramp::io::hdf5
