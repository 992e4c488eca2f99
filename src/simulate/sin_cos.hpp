#pragma once

#include <utility>

namespace myocramp::detail {

// Sine and cosine of a number of turns in [-0.5, 0.5], within 1e-14. Only +, - and *, in fixed order: the same bits everywhere, and the
// compiler may put several into lanes. Taylor series at a quarter of the angle, then twice the formulae for the double angle.
inline std::pair<double, double> sin_cos_turns(double turns) noexcept {
  const double x = turns * 1.5707963267948966;
  const double q = x * x;
  const double s =
      x + x * q * (-1.0 / 6 + q * (1.0 / 120 + q * (-1.0 / 5040 + q * (1.0 / 362880 + q * (-1.0 / 39916800 + q * (1.0 / 6227020800.0))))));
  const double c =
      1 + q * (-0.5 + q * (1.0 / 24 + q * (-1.0 / 720 +
                                           q * (1.0 / 40320 + q * (-1.0 / 3628800 + q * (1.0 / 479001600 - q * (1.0 / 87178291200.0)))))));
  const double s2 = 2 * s * c;
  const double c2 = 1 - 2 * s * s;
  return {2 * s2 * c2, 1 - 2 * s2 * s2};
}

}  // namespace myocramp::detail
