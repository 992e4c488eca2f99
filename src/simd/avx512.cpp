// Kernels for AVX-512; compiled with its flags.
#include "simd/lanes.hpp"
#include "simd/sets.hpp"

namespace myocramp::simd {

const Kernels kAvx512 = kernels_of<64>("avx512");

}  // namespace myocramp::simd
