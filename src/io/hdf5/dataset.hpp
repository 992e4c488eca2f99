#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "io/hdf5/chunk_codec.hpp"
#include "io/hdf5/convert.hpp"
#include "io/hdf5/file.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/signal/signal.hpp"

namespace myocramp::io::hdf5 {

/// Which dimension of a dataset of two is time.
enum class TimeAxis { kFirst, kLast };

/// A dataset of numbers whose whole header was held against the file before a byte was allocated for it.
///
/// It is read chunk by chunk. One that is stored in one piece is cut into chunks of our own, of at most 128 KiB or one row.
struct CheckedDataset {
  Object object;
  TimeAxis time_axis = TimeAxis::kFirst;  ///< always kFirst for one dimension
  Index rows = 0;                         ///< along time
  Index columns = 1;                      ///< across it; 1 also for a dataset of one dimension
  NumberType type = NumberType::kInt16;

  int rank = 2;
  std::uint64_t file_size = 0;  ///< when it was opened
  int descriptor = -1;          ///< of the file, open as long as the dataset is
  bool chunked = false;         ///< in the file
  Index chunk_rows = 1;         ///< along time
  Index chunk_columns = 1;
  bool raw_edges = false;  ///< chunks that stand over the edge are stored without filters
  ChunkCodec codec{};

  [[nodiscard]] std::size_t chunk_bytes() const noexcept { return codec.bytes; }
  /// From number to number within a chunk.
  [[nodiscard]] Index row_stride() const noexcept { return time_axis == TimeAxis::kFirst ? chunk_columns : 1; }
  [[nodiscard]] Index column_stride() const noexcept { return time_axis == TimeAxis::kFirst ? 1 : chunk_rows; }
};

/// A number, or a chunk counted in chunks, along time and across it.
struct Place {
  Index row = 0;
  Index column = 0;
};

/// Reads chunks; one for each thread, its buffers are used again.
class ChunkReader {
 public:
  /// Writes the chunk's numbers, in this machine's byte order, to `out` of dataset.chunk_bytes() bytes; what lies beyond the edge of the
  /// dataset is left as the file has it. HDF5 hands over the stored bytes under its lock; they are unpacked outside.
  /// Call check_still_whole before what was read is given out.
  /// Throws: DataError E-CORRUPT, naming the chunk by its first sample; E-TRUNCATED.
  void read(const CheckedDataset& dataset, Place chunk, std::byte* out);

 private:
  std::vector<std::byte> stored_;
  ChunkDecoder decoder_;
};

/// Holds that the file has not become shorter since it was opened: libhdf5 reads zeros behind its end. Asking the system once for each of
/// very many small chunks would take a quarter of the time.
/// Throws: DataError E-TRUNCATED.
void check_still_whole(const CheckedDataset& dataset);

/// Bytes of one number.
int number_bytes(NumberType type);
bool is_float(NumberType type);

/// The filters of a dataset's chunks in the order of writing, from its creation list. Within guarded() only.
/// Throws: DataError E-FILTER for others than shuffle, deflate and fletcher32, for one twice, or for bytes shuffled by other numbers than
/// the dataset's of `number_bytes`; CallFailed.
std::vector<Filter> read_filters(const Object& dataset, hid_t creation_list, std::size_t number_bytes);

/// Opens a dataset of samples: standard integers or floats, of one or two dimensions, stored inside the file, complete, and unpacked by
/// nothing but shuffle, deflate and fletcher32.
///
/// Throws: as File::open_dataset, and DataError E-STORAGE (virtual or external), E-FILTER, E-DTYPE, E-RANK, E-SIZE (more than the
/// file holds, chunks beyond 64 MiB), E-CHUNKS (some are missing, or more than a million).
CheckedDataset open_checked(const File& file, const std::string& path, TimeAxis time_axis = TimeAxis::kFirst);

/// E-COUNT for a number that was found wrong, counted from `first`.
DataError bad_number(const CheckedDataset& dataset, Place first, const BadNumber& bad);

/// Reads rows into `out`, (rows.length(), columns) with time first, as doubles. Nothing is kept for the next read.
/// Throws: DataError E-CORRUPT; E-COUNT for an integer that a double does not hold.
void read_rows(const CheckedDataset& dataset, Interval rows, double* out);

}  // namespace myocramp::io::hdf5
