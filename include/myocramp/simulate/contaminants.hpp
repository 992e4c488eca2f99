#pragma once

/// What disturbs a simulated recording. Parts that add come first, in any order; then LeadOff, DroppedSamples and Clipping, in this order.
#include "myocramp/simulate/electrode_faults.hpp"
#include "myocramp/simulate/heart.hpp"
#include "myocramp/simulate/mains_hum.hpp"
#include "myocramp/simulate/motion.hpp"
#include "myocramp/simulate/noise.hpp"
#include "myocramp/simulate/stimulation.hpp"
