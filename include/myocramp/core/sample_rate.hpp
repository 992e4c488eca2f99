#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "myocramp/core/error.hpp"
#include "myocramp/core/units.hpp"

namespace myocramp {

/// A sample or channel number. Signed and 64 bits wide, so that differences and overnight recordings are safe.
using Index = std::int64_t;

/// Samples per second: finite and above zero by construction, kept as given (2148.148 Hz is a real rate).
///
/// Throws: InvalidArgument E-RATE for zero, negative, NaN or infinite rates.
class SampleRate {
 public:
  explicit SampleRate(double hertz) : hertz_(hertz) {
    if (!(std::isfinite(hertz) && hertz > 0)) {
      throw InvalidArgument({"E-RATE", "", "sampling rate", "a finite rate above 0 Hz", detail::number(hertz)});
    }
  }
  explicit SampleRate(Hertz rate) : SampleRate(rate.value()) {}

  [[nodiscard]] double hertz() const noexcept { return hertz_; }
  [[nodiscard]] double nyquist() const noexcept { return hertz_ / 2; }

  /// Time of a sample on the signal's own clock: index / rate, never accumulated.
  [[nodiscard]] double time(Index index) const noexcept { return static_cast<double>(index) / hertz_; }

  /// Number of samples nearest to a duration; halves round away from zero.
  [[nodiscard]] Index round(Seconds duration) const noexcept { return static_cast<Index>(std::llround(duration.value() * hertz_)); }

  bool operator==(const SampleRate&) const = default;

 private:
  double hertz_;
};

/// Samples [begin, end): half-open, begin <= end, paired by construction.
struct Interval {
  Index begin = 0;
  Index end = 0;

  [[nodiscard]] constexpr Index length() const noexcept { return end - begin; }
  [[nodiscard]] constexpr bool empty() const noexcept { return end <= begin; }
  [[nodiscard]] constexpr bool contains(Index i) const noexcept { return i >= begin && i < end; }
  bool operator==(const Interval&) const = default;
};

/// The common part of two intervals; empty (length 0) when they do not meet.
constexpr Interval intersect(Interval a, Interval b) noexcept {
  const Index begin = std::max(a.begin, b.begin);
  return {begin, std::max(begin, std::min(a.end, b.end))};
}

/// The samples that lie in any of the intervals: sorted and apart; those that touch or overlap become one, empty ones vanish.
inline std::vector<Interval> united(std::vector<Interval> all) {
  std::sort(all.begin(), all.end(), [](Interval a, Interval b) { return a.begin != b.begin ? a.begin < b.begin : a.end < b.end; });
  std::vector<Interval> out;
  for (const Interval i : all) {
    if (i.empty()) continue;
    if (!out.empty() && i.begin <= out.back().end) {
      out.back().end = std::max(out.back().end, i.end);
    } else {
      out.push_back(i);
    }
  }
  return out;
}

}  // namespace myocramp
