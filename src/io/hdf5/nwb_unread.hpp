#pragma once

#include <string>
#include <vector>

#include "io/hdf5/file.hpp"
#include "io/hdf5/nwb_series.hpp"

namespace myocramp::io::hdf5 {

/// One note that names, sorted, what the file holds and the reader passes over without a word elsewhere: groups, datasets, columns of known
/// tables, and the filter and texts of series. Empty when there is nothing. Only names are read, at most 40 are told, and each is cut.
std::string unread_note(const File& file, const std::vector<NwbSeries>& series);

}  // namespace myocramp::io::hdf5
