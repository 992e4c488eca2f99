#pragma once

#include <compare>

namespace myocramp {

/// A number with a physical unit: quantities of one unit add, compare and scale; two units never mix.
///
/// The value is read with value(), in the unit that the alias names (Hertz in Hz, Seconds in s, Volts in V).
/// Throws: never. NaN is allowed and compares as NaN does.
template <class Tag>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(double value) noexcept : value_(value) {}

  [[nodiscard]] constexpr double value() const noexcept { return value_; }

  constexpr auto operator<=>(const Quantity&) const = default;

  friend constexpr Quantity operator+(Quantity a, Quantity b) noexcept { return Quantity(a.value_ + b.value_); }
  friend constexpr Quantity operator-(Quantity a, Quantity b) noexcept { return Quantity(a.value_ - b.value_); }
  friend constexpr Quantity operator*(Quantity a, double factor) noexcept { return Quantity(a.value_ * factor); }
  friend constexpr Quantity operator*(double factor, Quantity a) noexcept { return a * factor; }
  friend constexpr Quantity operator/(Quantity a, double divisor) noexcept { return Quantity(a.value_ / divisor); }
  friend constexpr double operator/(Quantity a, Quantity b) noexcept { return a.value_ / b.value_; }

 private:
  double value_ = 0.0;
};

using Hertz = Quantity<struct HertzTag>;
using Seconds = Quantity<struct SecondsTag>;
using Volts = Quantity<struct VoltsTag>;

namespace literals {
constexpr Hertz operator""_Hz(long double v) { return Hertz(static_cast<double>(v)); }
constexpr Hertz operator""_Hz(unsigned long long v) { return Hertz(static_cast<double>(v)); }
constexpr Seconds operator""_s(long double v) { return Seconds(static_cast<double>(v)); }
constexpr Seconds operator""_s(unsigned long long v) { return Seconds(static_cast<double>(v)); }
constexpr Seconds operator""_ms(long double v) { return Seconds(static_cast<double>(v) * 1e-3); }
constexpr Seconds operator""_ms(unsigned long long v) { return Seconds(static_cast<double>(v) * 1e-3); }
constexpr Volts operator""_uV(long double v) { return Volts(static_cast<double>(v) * 1e-6); }
constexpr Volts operator""_uV(unsigned long long v) { return Volts(static_cast<double>(v) * 1e-6); }
}  // namespace literals

}  // namespace myocramp
