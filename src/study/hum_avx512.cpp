#include "study/hum_lanes.hpp"

namespace myocramp {

const HumKernels kHumAvx512 = hum_kernels_of<64>();

}  // namespace myocramp
