#pragma once

#include <functional>
#include <string>
#include <vector>

#include "io/hdf5/nwb_objects.hpp"
#include "io/hdf5/output_file.hpp"
#include "myocramp/core/block.hpp"
#include "myocramp/signal/signal.hpp"

namespace myocramp::io::hdf5 {

/// Numbers (time, channel) that are to be written, and how.
struct SampleLayout {
  NumberType type = NumberType::kFloat64;  ///< int16, uint16, int32, uint32, float32 or float64
  Index rows = 0;
  Index channels = 0;

  /// Rows of a chunk: 16384, halved until a chunk is no larger than HDF5's usual cache of 1 MiB; fewer for a short recording.
  [[nodiscard]] Index chunk_rows() const;
};

/// Whether every number of [low, high] fits a type of SampleLayout.
bool holds(NumberType type, double low, double high);

/// Makes the dataset `name`, to be extended along time: chunks of all channels, shuffle and deflate. Runs inside OutputFile::call().
Node make_samples(const NwbObjects& objects, const Node& parent, const std::string& name, const SampleLayout& layout);

/// Fills the dataset chunk by chunk with what `fill(rows, out)` gives; chunks are packed here, outside libhdf5 and its lock.
/// Throws: DataError E-COUNT for a number that the type does not hold, with `place`; OutputError E-WRITE; what `fill` throws.
void write_samples(OutputFile& out, const Node& dataset, const SampleLayout& layout,
                   const std::function<void(Interval, Block<double>)>& fill);

}  // namespace myocramp::io::hdf5
