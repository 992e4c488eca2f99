#pragma once

#include "myocramp/core/options.hpp"

namespace myocramp {

/// The RMS envelope that episodes are measured on.
struct EnvelopeOptions {
  double window_s = 0.25;
  double rate_hz = 20;
};

template <class V>
void describe(EnvelopeOptions& o, V&& v) {
  v(o.window_s, Field{"window_s", "s", 0.01, 10, "length of the centred RMS window", "our default"});
  v(o.rate_hz, Field{"rate_hz", "Hz", 1, 1000, "frames of the envelope per second, to the nearest whole number of samples", "our default"});
}

}  // namespace myocramp
