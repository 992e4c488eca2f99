#pragma once

#include <memory>
#include <vector>

#include "io/hdf5/dataset.hpp"
#include "myocramp/signal/signal.hpp"

namespace myocramp::io::hdf5 {

/// One channel of an OpenSignals device: where its counts are and what they mean.
struct CountColumn {
  CheckedDataset counts;
  int bits = 0;
  double step_v = 0;
};

/// Counts of one device, read from the file in blocks and turned into volts: (count - 2^(bits - 1)) * step_v, one rounding.
///
/// Reads of several signals may run in several threads: HDF5 is entered under its lock, the conversion is outside.
/// Throws: DataError E-COUNT for a count that the converter cannot have given, with dataset and sample; E-CORRUPT.
class OpenSignalsSource final : public SampleSource {
 public:
  OpenSignalsSource(std::shared_ptr<const File> file, std::vector<CountColumn> columns);
  ~OpenSignalsSource() override;
  OpenSignalsSource(const OpenSignalsSource&) = delete;
  OpenSignalsSource& operator=(const OpenSignalsSource&) = delete;

  void read(Interval rows, Block<double> out) const override;

 private:
  std::shared_ptr<const File> file_;  // closed after the datasets: declared before them
  std::vector<CountColumn> columns_;
};

}  // namespace myocramp::io::hdf5
