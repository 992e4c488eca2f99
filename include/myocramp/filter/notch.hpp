#pragma once

#include <cmath>
#include <numbers>
#include <string>
#include <utility>

#include "myocramp/core/options.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/filter/butterworth.hpp"
#include "myocramp/filter/sos.hpp"

namespace myocramp {

/// What stays equal over the harmonics: the width of a notch in Hz, or its quality (frequency over width).
enum class NotchWidth { kConstant, kProportional };

/// Notches at the mains frequency and its harmonics.
struct NotchOptions {
  double mains_hz = 50;
  double width_hz = 2;
  int harmonics = 1000;
  NotchWidth rule = NotchWidth::kConstant;
};

template <class V>
void describe(NotchOptions& o, V&& v) {
  v(o.mains_hz, Field{"mains_hz", "Hz", 1, 1e5, "mains frequency, below half the sampling rate", "50 or 60 Hz, by country"});
  v(o.width_hz,
    Field{"width_hz", "Hz", 0.01, 1e4, "width of the notch at mains_hz between its -3 dB edges, below mains_hz", "our default"});
  v(o.harmonics, Field{"harmonics", "1", 1, 1000,
                       "highest multiple of mains_hz with a notch; those from half the sampling rate on need none", "our default"});
}

/// Second-order notches at mains_hz, 2 mains_hz, ... below the Nyquist frequency, up to `harmonics` of them, as one cascade.
///
/// Units: Hz.  Gain 0 at each notch's frequency, 1 far from it (0 Hz and Nyquist), -3 dB half a width beside it: after one pass, or after both
/// as `edges` says.
/// Throws: InvalidArgument E-OPTION (an option out of range, a width that is not below mains_hz); DataError E-BAND when mains_hz does not lie
/// below the Nyquist frequency.
/// Source: the second-order notch of Orfanidis 1996, "Introduction to Signal Processing", as scipy.signal.iirnotch.
inline Sections mains_notches(const NotchOptions& options, SampleRate rate, Edges edges = Edges::kSinglePass) {
  check(options, "notch");
  if (options.width_hz >= options.mains_hz) {
    throw InvalidArgument(
        {"E-OPTION", "", "notch.width_hz", "less than mains_hz = " + detail::number(options.mains_hz), detail::number(options.width_hz)});
  }
  detail::check_below_nyquist(options.mains_hz, rate, "notch.mains_hz");
  // The response is t^2 / (t^2 + edge^2) in power, t a warped distance: to be half after two passes, the edge moves inwards.
  const double narrower = edges == Edges::kSinglePass ? 1.0 : std::sqrt(std::numbers::sqrt2 - 1);
  Sections sections;
  for (int k = 1; k <= options.harmonics; ++k) {
    const double hz = k * options.mains_hz;
    if (hz >= rate.nyquist()) break;
    const double width = options.rule == NotchWidth::kConstant ? options.width_hz : k * options.width_hz;
    const double edge = narrower * std::tan(std::numbers::pi * width / rate.hertz());
    const double gain = 1 / (1 + edge);
    const double cosine = std::cos(2 * std::numbers::pi * hz / rate.hertz());
    sections.push_back({gain, -2 * cosine * gain, gain, -2 * gain * cosine, 2 * gain - 1});
  }
  return sections;
}

}  // namespace myocramp
