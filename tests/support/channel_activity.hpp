#pragma once

#include <string>
#include <vector>

#include "myocramp/cramp/classify.hpp"

namespace myocramp::testing {

/// Activity of one channel, in seconds, of 2 V, whole at both ends.
inline ChannelActivity on(const std::string& channel, double onset, double offset) { return {onset, offset, channel, "", 2, false, false}; }

/// One channel "A" of 20 frames a second whose rectified mean and RMS are `level(t)` times those at rest, 1 V.
template <class Level>
std::vector<SignalFeatures> features(double seconds, Level&& level) {
  SignalFeatures f;
  f.channels = {"A"};
  f.hop = 50;
  f.hop_s = 0.05;
  const auto n = static_cast<Index>(seconds * 20);
  f.rms_v.resize(n, 1);
  f.arv_v.resize(n, 1);
  for (Index k = 0; k < n; ++k) f.rms_v(k, 0) = f.arv_v(k, 0) = static_cast<float>(level(f.frame_centre(k)));
  f.rest = {{1, {1.0}, 0.1}};
  f.arv_rest = {{1, {1.0}, 0.1}};
  return {f};
}

}  // namespace myocramp::testing
