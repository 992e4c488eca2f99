#include "study/built.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "io/hdf5/version.hpp"
#include "myocramp/spectral/fft.hpp"

namespace myocramp {

nlohmann::json built_with() { return {{"compiler", MYOCRAMP_COMPILER}, {"fftw", fft_library()}, {"hdf5", io::hdf5::version()}}; }

}  // namespace myocramp
