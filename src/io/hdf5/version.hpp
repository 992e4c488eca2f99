#pragma once

#include <string>

namespace myocramp::io::hdf5 {

/// The version of the HDF5 library that runs.
std::string version();

}  // namespace myocramp::io::hdf5
