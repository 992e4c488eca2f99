#pragma once

#include <memory>
#include <vector>

#include "io/hdf5/dataset.hpp"
#include "myocramp/signal/signal.hpp"

namespace myocramp::io::hdf5 {

/// One channel: where its numbers are and what they mean.
struct SourceColumn {
  std::size_t dataset = 0;  ///< which of the datasets
  Index column = 0;         ///< of that dataset, across time
  double step_v = 1;
  int bits = 0;  ///< of the converter: a number below 0 or beyond is refused; 0 for no such limit
};

/// A stretch of rows of the signal and where it is stored. Rows in no stretch are gaps.
struct Stretch {
  Index row = 0;
  Index stored_row = 0;
  Index length = 0;
};

/// All that says how a signal is stored.
struct StoredSignal {
  std::vector<CheckedDataset> datasets;
  std::vector<SourceColumn> columns;  ///< the channels, in order
  double offset_v = 0;                ///< volts = number * step_v + offset_v
  std::vector<Stretch> stretches{};   ///< sorted by row; empty: row r is stored as row r
};

/// Numbers of one or several datasets of a file, read in blocks and turned into volts.
///
/// Reads of several signals may run in several threads: HDF5 is entered under its lock, the conversion is outside.
/// Throws: DataError E-COUNT for a number that the converter cannot have given, with dataset and sample; E-CORRUPT.
class DatasetSource final : public SampleSource {
 public:
  DatasetSource(std::shared_ptr<const File> file, StoredSignal stored);
  ~DatasetSource() override;
  DatasetSource(const DatasetSource&) = delete;
  DatasetSource& operator=(const DatasetSource&) = delete;

  void read(Interval rows, Block<double> out) const override;
  void read_stored(Interval rows, Block<double> out) const override;
  [[nodiscard]] Encoding encoding() const override { return encoding_; }

 private:
  void read_stretch(Interval stored, Block<double> out) const;

  std::shared_ptr<const File> file_;  // closed after the datasets: declared before them
  StoredSignal stored_;
  Encoding encoding_;
};

}  // namespace myocramp::io::hdf5
