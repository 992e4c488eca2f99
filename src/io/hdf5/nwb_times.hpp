#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/hdf5/dataset_source.hpp"
#include "myocramp/core/sample_rate.hpp"

namespace myocramp::io::hdf5 {

/// The regular grid on which a series lies: row r is at start_s + r / rate.
struct TimeGrid {
  SampleRate rate;
  double start_s = 0;
  Index rows = 0;                    ///< of the grid, holes included
  std::vector<Stretch> stretches{};  ///< empty: row r is stored as row r
  std::vector<Interval> gaps{};      ///< the holes
  std::string note{};
};

/// Finds the grid of a series that has a time for each sample. The times are read in blocks, twice, and never held.
///
/// Without `stated` the rate is the slope of a straight line through the longest stretch without a hole, taken to the nearest whole number of hertz when
/// that is within 1e-6 of it and within a quarter of a sample over the stretch. Every time must lie within half a sample of the grid of its
/// stretch. A step forward of 1.5 samples and more that moves the samples by at least one row is a hole; its length is rounded to whole
/// samples. With `stated` there may be none.
/// Throws: DataError E-TIMES naming the sample: fewer than two times, not finite, not rising, off the grid, more than a million holes,
/// more than 1e9 rows of holes; E-CORRUPT.
TimeGrid read_time_grid(const CheckedDataset& times, std::optional<SampleRate> stated);

/// Takes rows out of a grid: what is stored there stands for no sample. `gaps` may come in any order and reach outside.
void cut_gaps(std::vector<Interval> gaps, TimeGrid& grid);

}  // namespace myocramp::io::hdf5
