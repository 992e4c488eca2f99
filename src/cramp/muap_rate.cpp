#include "myocramp/cramp/muap_rate.hpp"

#include <cmath>

namespace myocramp {

double muap_rate(const SignalFeatures& features, Index channel, Interval rows) {
  Index crossings = 0;
  Index frames = 0;
  for (Index k = rows.begin; k < rows.end; ++k) {
    if (!std::isfinite(features.arv(k, channel))) continue;
    ++frames;
    if (features.arv(k, channel) > features.clear_level(k, channel)) crossings += features.crossings(k, channel);
  }
  return static_cast<double>(crossings) / 2 / (static_cast<double>(frames) * features.hop_s);
}

}  // namespace myocramp
