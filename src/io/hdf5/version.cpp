#include "io/hdf5/version.hpp"

#include <hdf5.h>

#include "io/hdf5/guard.hpp"

namespace myocramp::io::hdf5 {

std::string version() {
  const Guard guard;
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  H5get_libversion(&major, &minor, &release);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

}  // namespace myocramp::io::hdf5
