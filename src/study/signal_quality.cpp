#include "study/signal_quality.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace myocramp {

void tell_converters(const Signal& signal, QualityMeter& meter) {
  const Encoding encoding = signal.source->encoding();
  const auto range = [&encoding]() -> std::pair<double, double> {
    switch (encoding.type) {
      case NumberType::kInt8:
        return {-128, 127};
      case NumberType::kUint8:
        return {0, 255};
      case NumberType::kInt16:
        return {-32768, 32767};
      case NumberType::kUint16:
        return {0, 65535};
      default:
        return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
    }
  }();
  for (std::size_t c = 0; c < signal.channels.size(); ++c) {
    const double step = encoding.step_v.at(c);
    // Half a step inwards, so that no rounding of the conversion matters.
    const double a = (range.first + 0.5) * step + encoding.offset_v;
    const double b = (range.second - 0.5) * step + encoding.offset_v;
    meter.set_converter(static_cast<Index>(c), signal.channels[c].step_v, std::min(a, b), std::max(a, b));
  }
}

}  // namespace myocramp
