#pragma once

#include "myocramp/detect/aglr.hpp"

namespace myocramp {

/// The approximated generalised likelihood ratio for samples that are Laplacian, such as EMG of few motor units: r is of mean rectified values,
/// g = W (r - 1 - ln r).
///
/// The threshold keeps its false-alarm probability where noise is Gaussian, as amplifiers make it.
using AglrLaplaceDetector = AglrDetector<Rectify::kAbsolute>;

}  // namespace myocramp
