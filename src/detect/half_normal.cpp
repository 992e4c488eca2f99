#include "myocramp/detect/half_normal.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <string>
#include <vector>

#include "myocramp/core/error.hpp"
#include "myocramp/core/normal.hpp"

namespace myocramp {
namespace {

// Dawson's integral F(x) = exp(-x^2) int_0^x exp(u^2) du, x >= 0, by Rybicki's exponentially convergent sum (Rybicki 1989,
// Computers in Physics 3:85): F(x) ~ 1/sqrt(pi) sum over odd n of exp(-(x - n h)^2) / n. With n0 h the even multiple next to x, d = x - n0 h
// and n = n0 + k, exp(-(d - k h)^2) = exp(-d^2) exp(2 h d)^k exp(-(k h)^2), of which only the last, a constant, needs an exponential for each k.
double dawson(double x) {
  if (x < 0.2) {
    const double x2 = x * x;
    return x * (1 - 2.0 / 3 * x2 * (1 - 0.4 * x2 * (1 - 2.0 / 7 * x2 * (1 - 2.0 / 9 * x2 * (1 - 2.0 / 11 * x2 * (1 - 2.0 / 13 * x2))))));
  }
  if (x > 12) {  // asymptotic series, below 1e-13 relative from here on
    const double q = 1 / (2 * x * x);
    return (1 + q * (1 + 3 * q * (1 + 5 * q * (1 + 7 * q)))) / (2 * x);
  }
  constexpr double kStep = 0.2;
  constexpr std::size_t kTerms = 16;  // on either side: exp(-(33 h)^2) is below 1e-18
  static const auto falls = [] {
    std::array<double, kTerms> f;
    for (std::size_t j = 0; j < kTerms; ++j) {
      const double d = static_cast<double>(2 * j + 1) * kStep;
      f[j] = std::exp(-d * d);
    }
    return f;
  }();
  const double n0 = 2 * std::floor(0.5 * x / kStep + 0.5);
  const double d = x - n0 * kStep;
  double above = std::exp(2 * kStep * d);  // to the power of k = 2 j + 1
  double below = 1 / above;
  const double above2 = above * above;
  const double below2 = below * below;
  double sum = 0;
  for (std::size_t j = 0; j < kTerms; ++j) {
    const auto k = static_cast<double>(2 * j + 1);
    sum += falls[j] * (above * (n0 - k) + below * (n0 + k)) / (n0 * n0 - k * k);
    above *= above2;
    below *= below2;
  }
  return std::exp(-d * d) * sum / std::sqrt(std::numbers::pi);
}

// The law of the sum of n half-normal values, as its characteristic function phi^n on a grid: phi(t) = exp(-t^2/2) + 2i/sqrt(pi) F(t/sqrt 2).
class SumLaw {
 public:
  explicit SumLaw(double n)
      : n_(n), most_(std::sqrt(2 * n * (n * std::numbers::ln2 + kLogTail))), step_(2 * std::numbers::pi / (1.05 * most_)) {
    // The integrand falls as t^-(n+1) and oscillates, so what lies beyond `end` is of the size of its first term there.
    const double end = std::clamp(std::pow(10.0, (n < 4 ? 10 : 13) / (n + 1)), 10.0, 2e4);
    for (double t = step_ / 2; t < end; t += step_) {
      const double re = std::exp(-t * t / 2);
      const double im = 2 / std::sqrt(std::numbers::pi) * dawson(t / std::numbers::sqrt2);
      const double size = std::pow(re * re + im * im, n / 2) / t;
      if (size < 1e-18) break;
      terms_.push_back({t, size, n * std::atan2(im, re)});
    }
  }

  // P(sum > s) = 1/2 + 1/pi int_0^inf Im(phi^n e^{-its}) / t dt by the midpoint rule, which errs by the probability beyond s + 2 pi / step.
  [[nodiscard]] double survival(double mean) const {
    const double s = n_ * mean;
    if (s <= 0) return 1;
    if (s >= most_) return 0;  // P(sum > s) <= 2^n exp(-s^2 / 2n) < 1e-16
    if (n_ == 1) return std::erfc(s / std::numbers::sqrt2);
    double total = 0;
    for (const Term& term : terms_) total += term.size * std::sin(term.angle - term.t * s);
    return std::clamp(0.5 + step_ / std::numbers::pi * total, 0.0, 1.0);
  }

  // How fast survival() falls at `mean`.
  [[nodiscard]] double density(double mean) const {
    const double s = n_ * mean;
    if (n_ == 1) return std::sqrt(2 / std::numbers::pi) * std::exp(-s * s / 2);
    double total = 0;
    for (const Term& term : terms_) total += term.t * term.size * std::cos(term.angle - term.t * s);
    return n_ * step_ / std::numbers::pi * total;
  }

  [[nodiscard]] double largest_mean() const { return most_ / n_; }

 private:
  static constexpr double kLogTail = 36.8;  // -log(1e-16)
  struct Term {
    double t, size, angle;
  };
  double n_;
  double most_;
  double step_;
  std::vector<Term> terms_;
};

SumLaw law(double n) {
  if (!(n >= 1 && n <= 1e6)) throw InvalidArgument({"E-OPTION", "", "samples in the mean", "1 to 1e6", detail::number(n)});
  return SumLaw(n);
}

}  // namespace

double half_normal_effective_samples(double relative_spread) { return (std::numbers::pi - 2) / 2 / (relative_spread * relative_spread); }

double half_normal_mean_survival(double x, double n) { return law(n).survival(x); }

double half_normal_mean_quantile(double p, double n) {
  if (!(p > 0 && p < 1)) throw InvalidArgument({"E-OPTION", "", "probability", "between 0 and 1", detail::number(p)});
  const SumLaw sum = law(n);
  // By Newton from the normal law that the mean comes near to, corrected for skewness (Cornish & Fisher 1938), and kept between means on
  // either side.
  constexpr double kSkewness = 0.99527174643115609;
  const double z = -normal_quantile(p);
  const double deviation = std::sqrt((1 - kHalfNormalMean * kHalfNormalMean) / n);
  double low = 0;
  double high = sum.largest_mean();
  double x = std::clamp(kHalfNormalMean + deviation * (z + kSkewness / std::sqrt(n) * (z * z - 1) / 6), low, high);
  for (int i = 0; i < 60; ++i) {
    const double off = sum.survival(x) - p;
    (off > 0 ? low : high) = x;
    const double next = x + off / sum.density(x);
    if (std::abs(next - x) <= 1e-8 * x) return next;  // each step has twice the digits of the one before
    x = next > low && next < high ? next : (low + high) / 2;
  }
  return x;
}

double half_normal_ratio(double p, double relative_spread, double most) {
  const double n = relative_spread > 0 ? std::clamp(half_normal_effective_samples(relative_spread), 1.0, most) : most;
  return half_normal_mean_quantile(p, n) / kHalfNormalMean;
}

}  // namespace myocramp
