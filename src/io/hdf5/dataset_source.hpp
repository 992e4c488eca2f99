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
  int threads = 1;                    ///< that unpack chunks, the caller among them
};

/// Numbers of one or several datasets of a file, read in blocks and turned into volts.
///
/// Chunks that a read has decoded are kept for the next, so that a pass from start to end decodes each once, in memory that depends on the
/// chunks' size and on how many rows are read at a time, not on the length of the recording. With several threads the chunks ahead are
/// decoded meanwhile; what is read is the same for any number of threads. Sources may be read in parallel, but none while this thread
/// holds a Guard: the other threads need HDF5 too.
/// Throws: DataError E-SIZE at once when the chunks of all channels at one time take more than 192 MiB; when read: E-COUNT for a number
/// that the converter cannot have given or a double not hold, with dataset and sample; E-CORRUPT.
class DatasetSource final : public SampleSource {
 public:
  DatasetSource(std::shared_ptr<const File> file, StoredSignal stored);
  ~DatasetSource() override;
  DatasetSource(const DatasetSource&) = delete;
  DatasetSource& operator=(const DatasetSource&) = delete;

  void read(Interval rows, Block<double> out) const override;
  void read_stored(Interval rows, Block<double> out) const override;
  [[nodiscard]] Encoding encoding() const override { return encoding_; }

  /// Only chunks that hold one of these channels are read.
  [[nodiscard]] std::shared_ptr<const SampleSource> columns(const std::vector<std::size_t>& columns) const override;

  /// How many chunks were decoded since it was made, those ahead included.
  [[nodiscard]] std::size_t decoded_chunks() const;

 private:
  struct Shared;
  class ColumnReader;
  enum class Wanted { kVolts, kNumbers };

  DatasetSource(std::shared_ptr<const Shared> shared, std::vector<SourceColumn> columns);
  void read_stretches(Interval rows, Wanted wanted, Block<double> out) const;

  std::shared_ptr<const Shared> shared_;
  std::vector<SourceColumn> columns_;
  Encoding encoding_;
  std::unique_ptr<ColumnReader> reader_;
};

}  // namespace myocramp::io::hdf5
