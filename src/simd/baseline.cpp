// Kernels for SSE2, which every x86-64 processor has; compiled with its flags.
#include "simd/lanes.hpp"
#include "simd/sets.hpp"

namespace myocramp::simd {

const Kernels kBaseline = kernels_of<16>("baseline");

}  // namespace myocramp::simd
