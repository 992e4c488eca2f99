#pragma once

#include "myocramp/quality/quality.hpp"
#include "myocramp/signal/signal.hpp"

namespace myocramp {

/// Tells what the converter of each channel can give, as far as the stored numbers say it.
void tell_converters(const Signal& signal, QualityMeter& meter);

}  // namespace myocramp
