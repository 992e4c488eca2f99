#include "study/hum_lanes.hpp"

namespace myocramp {

const HumKernels kHumAvx2 = hum_kernels_of<32>();

}  // namespace myocramp
