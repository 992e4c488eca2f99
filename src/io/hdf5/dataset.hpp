#pragma once

#include <cstdint>
#include <string>

#include "io/hdf5/file.hpp"
#include "myocramp/core/sample_rate.hpp"

namespace myocramp::io::hdf5 {

/// A dataset of integers whose whole header was held against the file before a byte was allocated for it.
struct CheckedDataset {
  Object object;
  Index rows = 0;
  Index columns = 1;  ///< 1 also for a dataset of one dimension
  int bytes = 0;      ///< per value: 1, 2 or 4
  bool is_signed = false;
};

/// Opens a dataset of samples: integers (rows) or (rows, columns), stored inside the file, complete, and unpacked by nothing but
/// shuffle, deflate and fletcher32. HDF5 may keep one decoded chunk of up to `cache_limit` bytes.
///
/// Throws: as File::open_dataset, and DataError E-STORAGE (virtual or external), E-FILTER, E-DTYPE, E-RANK, E-SIZE (more than the
/// file holds, chunks beyond 64 MiB), E-CHUNKS (some are missing, or more than a million).
CheckedDataset open_checked(const File& file, const std::string& path, std::uint64_t cache_limit);

/// Reads rows into `out`, which holds rows.length() * columns values of the dataset's own width and sign.
/// Throws: DataError E-CORRUPT.
void read_rows(const CheckedDataset& dataset, Interval rows, void* out);

}  // namespace myocramp::io::hdf5
