#pragma once

#include "myocramp/quality/quality.hpp"
#include "myocramp/signal/signal.hpp"

namespace myocramp {

constexpr double kHighestRate_hz = 1e6;  ///< far above any EMG; windows in samples must fit in memory

/// Tells what the converter of each channel can give, as far as the stored numbers say it.
void tell_converters(const Signal& signal, QualityMeter& meter);

}  // namespace myocramp
