#include "myocramp/evaluate/bootstrap.hpp"

#include <algorithm>
#include <cmath>

#include "myocramp/core/normal.hpp"
#include "myocramp/core/random.hpp"
#include "myocramp/core/reduce.hpp"

namespace myocramp {
namespace {

constexpr double kLeastDefined = 0.9;
constexpr std::size_t kMostExact = 11;  // subjects: 2048 choices
constexpr std::uint64_t kFlipStreams = std::uint64_t{1} << 32U;

double nan() { return std::numeric_limits<double>::quiet_NaN(); }

// The places in order of a BCa interval's ends, or none. `jackknife`: the statistic without each subject.
bool bca_places(double value, const std::vector<double>& resampled, const std::vector<double>& jackknife, double tail, double& low,
                double& high) {
  if (std::any_of(jackknife.begin(), jackknife.end(), [](double v) { return std::isnan(v); })) return false;
  double below = 0;
  for (const double v : resampled) below += v < value ? 1 : v == value ? 0.5 : 0;
  const double bias = normal_quantile(below / static_cast<double>(resampled.size()));
  if (!std::isfinite(bias)) return false;
  const double centre = mean(jackknife);
  double cubes = 0;
  double squares = 0;
  for (const double v : jackknife) {
    const double d = centre - v;
    squares += d * d;
    cubes += d * d * d;
  }
  const double skew = squares > 0 ? cubes / (6 * squares * std::sqrt(squares)) : 0;
  const auto place = [&](double p) {
    const double z = bias + normal_quantile(p);
    const double scale = 1 - skew * z;
    return scale > 0 ? normal_cdf(bias + z / scale) : nan();
  };
  low = place(tail);
  high = place(1 - tail);
  return !std::isnan(low) && !std::isnan(high);
}

Confidence interval(double value, std::vector<double> resampled, const std::vector<double>& jackknife, const BootstrapOptions& options) {
  const auto all = static_cast<double>(resampled.size());
  std::erase_if(resampled, [](double v) { return std::isnan(v); });
  if (std::isnan(value) || static_cast<double>(resampled.size()) < kLeastDefined * all) return {};
  const double tail = (1 - options.level) / 2;
  double low = tail;
  double high = 1 - tail;
  IntervalKind kind = IntervalKind::kPercentile;
  if (!jackknife.empty()) {
    double bca_low = 0;
    double bca_high = 0;
    if (bca_places(value, resampled, jackknife, tail, bca_low, bca_high)) {
      low = bca_low;
      high = bca_high;
      kind = IntervalKind::kBca;
    }
  }
  return {quantile(resampled, low), quantile(resampled, high), kind};
}

}  // namespace

std::vector<Confidence> bootstrap(std::size_t n_subjects, const Statistics& statistics, const BootstrapOptions& options) {
  std::vector<int> weights(n_subjects, 1);
  const std::vector<double> values = statistics(weights);
  std::vector<Confidence> out(values.size());
  if (n_subjects < static_cast<std::size_t>(options.least_subjects)) return out;

  std::vector<std::vector<double>> resampled(values.size());
  for (int b = 0; b < options.resamples; ++b) {
    Random random(options.seed, static_cast<std::uint64_t>(b));
    std::fill(weights.begin(), weights.end(), 0);
    for (std::size_t i = 0; i < n_subjects; ++i) ++weights[static_cast<std::size_t>(random.uniform() * static_cast<double>(n_subjects))];
    const std::vector<double> one = statistics(weights);
    for (std::size_t k = 0; k < one.size(); ++k) resampled[k].push_back(one[k]);
  }
  std::vector<std::vector<double>> jackknife(values.size());
  if (n_subjects >= static_cast<std::size_t>(options.bca_subjects)) {
    std::fill(weights.begin(), weights.end(), 1);
    for (std::size_t i = 0; i < n_subjects; ++i) {
      weights[i] = 0;
      const std::vector<double> one = statistics(weights);
      weights[i] = 1;
      for (std::size_t k = 0; k < one.size(); ++k) jackknife[k].push_back(one[k]);
    }
  }
  for (std::size_t k = 0; k < values.size(); ++k) out[k] = interval(values[k], std::move(resampled[k]), jackknife[k], options);
  return out;
}

std::vector<double> sign_flip_p(std::size_t n_subjects, const std::function<std::vector<double>(std::span<const int> flipped)>& differences,
                                const BootstrapOptions& options) {
  std::vector<int> flipped(n_subjects, 0);
  const std::vector<double> observed = differences(flipped);
  std::vector<double> p(observed.size(), nan());
  if (n_subjects < static_cast<std::size_t>(options.least_subjects)) return p;

  std::vector<double> as_large(observed.size(), 0);
  std::vector<double> defined(observed.size(), 0);
  double choices = 0;
  const auto add = [&](const std::vector<double>& one) {
    ++choices;
    for (std::size_t k = 0; k < one.size(); ++k) {
      if (std::isnan(one[k])) continue;
      ++defined[k];
      as_large[k] += std::abs(one[k]) >= std::abs(observed[k]) - 1e-12 ? 1 : 0;
    }
  };
  add(observed);
  if (n_subjects <= kMostExact) {
    for (std::uint64_t choice = 1; choice < std::uint64_t{1} << n_subjects; ++choice) {
      for (std::size_t i = 0; i < n_subjects; ++i) flipped[i] = static_cast<int>((choice >> i) & 1U);
      add(differences(flipped));
    }
  } else {
    for (int b = 0; b < options.resamples; ++b) {
      Random random(options.seed, kFlipStreams + static_cast<std::uint64_t>(b));
      for (int& f : flipped) f = random.uniform() < 0.5 ? 1 : 0;
      add(differences(flipped));
    }
  }
  for (std::size_t k = 0; k < p.size(); ++k) {
    if (!std::isnan(observed[k]) && defined[k] >= kLeastDefined * choices) p[k] = as_large[k] / defined[k];
  }
  return p;
}

}  // namespace myocramp
