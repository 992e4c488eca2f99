#include "study/built.hpp"

#include <fftw3.h>

#include <nlohmann/json.hpp>
#include <string>

#include "io/hdf5/version.hpp"

namespace myocramp {

nlohmann::json built_with() {
  return {{"compiler", MYOCRAMP_COMPILER}, {"fftw", std::string(fftw_version)}, {"hdf5", io::hdf5::version()}};
}

}  // namespace myocramp
