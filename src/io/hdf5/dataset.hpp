#pragma once

#include <cstdint>
#include <string>

#include "io/hdf5/file.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/signal/signal.hpp"

namespace myocramp::io::hdf5 {

/// Which dimension of a dataset of two is time.
enum class TimeAxis { kFirst, kLast };

/// A dataset of numbers whose whole header was held against the file before a byte was allocated for it.
struct CheckedDataset {
  Object object;
  TimeAxis time_axis = TimeAxis::kFirst;
  Index rows = 0;     ///< along time
  Index columns = 1;  ///< across it; 1 also for a dataset of one dimension
  NumberType type = NumberType::kInt16;
};

/// Bytes of one number.
int number_bytes(NumberType type);
bool is_float(NumberType type);

/// Opens a dataset of samples: standard integers or floats, of one or two dimensions, stored inside the file, complete, and unpacked by
/// nothing but shuffle, deflate and fletcher32. HDF5 may keep one decoded chunk of up to `cache_limit` bytes.
///
/// Throws: as File::open_dataset, and DataError E-STORAGE (virtual or external), E-FILTER, E-DTYPE, E-RANK, E-SIZE (more than the
/// file holds, chunks beyond 64 MiB), E-CHUNKS (some are missing, or more than a million).
CheckedDataset open_checked(const File& file, const std::string& path, std::uint64_t cache_limit, TimeAxis time_axis = TimeAxis::kFirst);

/// Reads rows into `out`, (rows.length(), columns) with time first, as doubles.
/// Throws: DataError E-CORRUPT.
void read_rows(const CheckedDataset& dataset, Interval rows, double* out);

}  // namespace myocramp::io::hdf5
