#include "myocramp/detect/chi_square.hpp"

#include <algorithm>
#include <cmath>

#include "myocramp/core/error.hpp"

namespace myocramp {
namespace {

// The regularised upper incomplete gamma function Q(a, x).
double upper_gamma(double a, double x) {
  if (x <= 0) return 1;
  const double front = std::exp(a * std::log(x) - x - std::lgamma(a));
  if (x < a + 1) {
    double term = 1 / a;
    double sum = term;
    for (int k = 1; k < 100'000 && term > 1e-17 * sum; ++k) {
      term *= x / (a + k);
      sum += term;
    }
    return 1 - front * sum;
  }
  constexpr double kTiny = 1e-300;  // Lentz's algorithm
  double b = x + 1 - a;
  double c = 1 / kTiny;
  double d = 1 / b;
  double value = d;
  for (int k = 1; k < 100'000; ++k) {
    const double an = -k * (k - a);
    b += 2;
    d = an * d + b;
    d = 1 / (std::abs(d) < kTiny ? kTiny : d);
    c = b + an / c;
    if (std::abs(c) < kTiny) c = kTiny;
    value *= c * d;
    if (std::abs(c * d - 1) < 1e-16) break;
  }
  return front * value;
}

void check_degrees(double n) {
  if (!(n > 0 && n <= 1e6)) throw InvalidArgument({"E-OPTION", "", "degrees of freedom", "above 0, at most 1e6", detail::number(n)});
}

}  // namespace

double chi_square_survival(double x, double n) {
  check_degrees(n);
  return upper_gamma(n / 2, x / 2);
}

double chi_square_quantile(double p, double n) {
  check_degrees(n);
  if (!(p > 0 && p < 1)) throw InvalidArgument({"E-OPTION", "", "probability", "between 0 and 1", detail::number(p)});
  double low = 0;
  double high = n + 10;
  while (upper_gamma(n / 2, high / 2) > p) high *= 2;
  for (int i = 0; i < 80; ++i) {
    const double middle = (low + high) / 2;
    (upper_gamma(n / 2, middle / 2) > p ? low : high) = middle;
  }
  return (low + high) / 2;
}

double rms_ratio(double p, double relative_spread, double most) {
  const double n = relative_spread > 0 ? std::clamp(1 / (2 * relative_spread * relative_spread), 1.0, most) : most;
  return std::sqrt(chi_square_quantile(p, n) / chi_square_quantile(0.5, n));
}

}  // namespace myocramp
