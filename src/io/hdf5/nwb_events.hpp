#pragma once

#include <string>
#include <vector>

#include "io/hdf5/file.hpp"
#include "myocramp/signal/recording.hpp"

namespace myocramp::io::hdf5 {

/// A row of invalid_times that says that a series has no samples there.
struct SeriesGap {
  std::string series;
  Span span;
};

/// Reads the tables of /intervals and /acquisition/session_covariates into the recording, each sorted by time. A table or a row that
/// cannot be read becomes a note with its place and reason; the signals of the file stay usable. Returns the gaps of series.
/// Throws: DataError E-CORRUPT and the like only for /intervals itself.
std::vector<SeriesGap> read_nwb_tables(const File& file, Recording& recording);

}  // namespace myocramp::io::hdf5
