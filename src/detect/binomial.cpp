#include "myocramp/detect/binomial.hpp"

#include <algorithm>
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

// -ln of the beta function.
double log_scale(double a, double b) { return std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b); }

// `scale` is log_scale(a, b).
double incomplete_beta(double x, double a, double b, double scale) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(scale + a * std::log(x) + b * std::log1p(-x));
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
  return incomplete_beta(p, r, m - r + 1, log_scale(r, m - r + 1));
}

double binomial_tail_inverse(double tail, double m, double r, double near) {
  if (!(tail > 0 && tail < 1)) throw InvalidArgument({"E-OPTION", "", "probability", "between 0 and 1", detail::number(tail)});
  check_counts(m, r);
  // Newton's steps on the logarithms of both, in which small probabilities lie on a line; halving where a step leaves what is known.
  const double a = r;
  const double b = m - r + 1;
  const double scale = log_scale(a, b);
  double low = -745;
  double high = 0;
  double u = std::clamp(near > 0 ? std::log(near) : (std::log(tail * a) - scale) / a, -744.0, -1e-9);
  for (int i = 0; i < 100; ++i) {
    const double p = std::exp(u);
    const double found = incomplete_beta(p, a, b, scale);
    (found < tail ? low : high) = u;
    const double slope = std::exp(scale + a * u + (b - 1) * std::log1p(-p)) / found;  // of ln found over u
    double next = u - (std::log(found) - std::log(tail)) / slope;
    // A step of Newton's doubles the digits that are right: behind a small one all are. From afar the search goes on until they stand still.
    const bool close = near > 0 && std::abs(next - u) <= 1e-8 * (1 + std::abs(u));
    if (!close && !(next > low && next < high)) next = (low + high) / 2;
    const bool settled = close || std::abs(next - u) <= 1e-15 * (1 + std::abs(u));
    u = next;
    if (settled) break;
  }
  return std::exp(u);
}

}  // namespace myocramp
