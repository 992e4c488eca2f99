#include "myocramp/detect/half_normal.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "myocramp/core/error.hpp"

namespace myocramp {
namespace {

// Dawson's integral F(x) = exp(-x^2) int_0^x exp(u^2) du, x >= 0, by Rybicki's exponentially convergent sum (Rybicki 1989,
// Computers in Physics 3:85): F(x) ~ 1/sqrt(pi) sum over odd n of exp(-(x - n h)^2) / n.
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
  constexpr int kTerms = 31;  // exp(-(31 h)^2) is below 1e-16
  const int n0 = 2 * static_cast<int>(std::floor(0.5 * x / kStep + 0.5));
  double sum = 0;
  for (int k = -kTerms; k <= kTerms; k += 2) {
    const double d = x - (n0 + k) * kStep;
    sum += std::exp(-d * d) / (n0 + k);
  }
  return sum / std::sqrt(std::numbers::pi);
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
      const double size = std::pow(std::hypot(re, im), n) / t;
      if (size < 1e-18) break;
      terms_.push_back({t, size, n * std::atan2(im, re), 0});
    }
    double left = kRounding;
    for (auto term = terms_.rbegin(); term != terms_.rend(); ++term) {
      term->left = left;
      left += term->size;
    }
  }

  // P(sum > s) = 1/2 + 1/pi int_0^inf Im(phi^n e^{-its}) / t dt by the midpoint rule, which errs by the probability beyond s + 2 pi / step.
  [[nodiscard]] double survival(double mean) const {
    const double s = n_ * mean;
    if (s <= 0) return 1;
    if (s >= most_) return 0;  // P(sum > s) <= 2^n exp(-s^2 / 2n) < 1e-16
    if (n_ == 1) return std::erfc(s / std::numbers::sqrt2);
    double total = 0;
    for (const Term& term : terms_) total += term.value(s);
    return std::clamp(0.5 + step_ / std::numbers::pi * total, 0.0, 1.0);
  }

  // Whether survival(mean) > p, for p between 0 and 1: by no more terms than tell.
  [[nodiscard]] bool survives(double mean, double p) const {
    const double s = n_ * mean;
    if (n_ == 1 || s <= 0 || s >= most_) return survival(mean) > p;
    const double wanted = (p - 0.5) * std::numbers::pi / step_;
    double total = 0;
    for (const Term& term : terms_) {
      total += term.value(s);
      if (std::abs(total - wanted) > term.left) return total > wanted;
    }
    return 0.5 + step_ / std::numbers::pi * total > p;
  }

  [[nodiscard]] double largest_mean() const { return most_ / n_; }

 private:
  static constexpr double kLogTail = 36.8;  // -log(1e-16)
  static constexpr double kRounding = 1e-11;
  struct Term {
    double t, size, angle;
    double left;  // more than what all terms after it come to

    [[nodiscard]] double value(double s) const { return size * std::sin(angle - t * s); }
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
  double low = 0;
  double high = sum.largest_mean();
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    if (middle == low || middle == high) break;  // neighbours
    (sum.survives(middle, p) ? low : high) = middle;
  }
  return (low + high) / 2;
}

double half_normal_ratio(double p, double relative_spread, double most) {
  const double n = relative_spread > 0 ? std::clamp(half_normal_effective_samples(relative_spread), 1.0, most) : most;
  return half_normal_mean_quantile(p, n) / kHalfNormalMean;
}

}  // namespace myocramp
