#include "study/hum_lanes.hpp"

namespace myocramp {

const HumKernels kHumBaseline = hum_kernels_of<16>();

}  // namespace myocramp
