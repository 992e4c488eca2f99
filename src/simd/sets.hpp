#pragma once

#include "myocramp/simd/kernels.hpp"

namespace myocramp::simd {

extern const Kernels kBaseline;
extern const Kernels kAvx2;
extern const Kernels kAvx512;

}  // namespace myocramp::simd
