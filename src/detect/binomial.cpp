#include "myocramp/detect/binomial.hpp"

#include <cmath>

#include "myocramp/core/error.hpp"

namespace myocramp {
namespace {

// The continued fraction of I_x(a, b) by Lentz's algorithm; it converges fast for x below (a + 1) / (a + b + 2).
double beta_fraction(double x, double a, double b) {
  constexpr double kTiny = 1e-300;
  double c = 1;
  double d = 1 - (a + b) * x / (a + 1);
  d = 1 / (std::abs(d) < kTiny ? kTiny : d);
  double value = d;
  for (int k = 1; k < 10'000; ++k) {
    double change = 1;
    for (const double term :
         {k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k)), -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))}) {
      d = 1 + term * d;
      d = 1 / (std::abs(d) < kTiny ? kTiny : d);
      c = 1 + term / c;
      if (std::abs(c) < kTiny) c = kTiny;
      change = c * d;
      value *= change;
    }
    if (std::abs(change - 1) < 1e-16) break;
  }
  return value;
}

double incomplete_beta(double x, double a, double b) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  return x < (a + 1) / (a + b + 2) ? front * beta_fraction(x, a, b) / a : 1 - front * beta_fraction(1 - x, b, a) / b;
}

void check_counts(double m, double r) {
  if (!(r > 0 && r < m + 1)) {
    throw InvalidArgument({"E-OPTION", "", "successes", "above 0 and below trials + 1 = " + detail::number(m + 1), detail::number(r)});
  }
}

}  // namespace

double binomial_tail(double p, double m, double r) {
  if (!(p >= 0 && p <= 1)) throw InvalidArgument({"E-OPTION", "", "probability", "0 to 1", detail::number(p)});
  check_counts(m, r);
  return incomplete_beta(p, r, m - r + 1);
}

double binomial_tail_inverse(double tail, double m, double r) {
  if (!(tail > 0 && tail < 1)) throw InvalidArgument({"E-OPTION", "", "probability", "between 0 and 1", detail::number(tail)});
  check_counts(m, r);
  // Halved in log p: small probabilities keep their digits.
  double low = -745;
  double high = 0;
  for (int i = 0; i < 64; ++i) {
    const double middle = (low + high) / 2;
    (incomplete_beta(std::exp(middle), r, m - r + 1) < tail ? low : high) = middle;
  }
  return std::exp((low + high) / 2);
}

}  // namespace myocramp
