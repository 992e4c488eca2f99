// Kernels for AVX2; compiled with its flags.
#include "simd/lanes.hpp"
#include "simd/sets.hpp"

namespace myocramp::simd {

const Kernels kAvx2 = kernels_of<32>("avx2");

}  // namespace myocramp::simd
