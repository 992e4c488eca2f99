#include "myocramp/evaluate/bootstrap.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "myocramp/core/random.hpp"

namespace myocramp {
namespace {

Statistics mean_of(const std::vector<double>& x) {
  return [&x](std::span<const int> weights) {
    double total = 0;
    double n = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      total += weights[i] * x[i];
      n += weights[i];
    }
    return std::vector<double>{total / n};
  };
}

std::vector<double> sample(std::uint64_t stream, std::size_t n, bool skewed) {
  Random random(99, stream);
  std::vector<double> x(n);
  for (double& v : x) v = skewed ? -std::log(random.uniform()) : random.normal();
  return x;
}

// The part of 1000 samples whose interval holds the mean.
double coverage(std::size_t n, bool skewed, double truth) {
  BootstrapOptions options;
  options.resamples = 500;
  int held = 0;
  for (std::uint64_t k = 0; k < 1000; ++k) {
    const std::vector<double> x = sample(k, n, skewed);
    options.seed = k;
    const Confidence c = bootstrap(n, mean_of(x), options)[0];
    held += c.low <= truth && truth <= c.high ? 1 : 0;
  }
  return held / 1000.0;
}

TEST(Bootstrap, HoldsTheMeanAsOftenAsItSays) {
  // A mean's percentile interval has 1.96 sqrt((n - 1) / n) standard errors and no more, so it falls short of 0.95 with few subjects.
  EXPECT_NEAR(coverage(30, false, 0), 0.935, 0.03);
  EXPECT_NEAR(coverage(8, false, 0), 0.88, 0.04);
  EXPECT_NEAR(coverage(30, true, 1), 0.92, 0.04);
}

TEST(Bootstrap, SaysWhichInterval) {
  const std::vector<double> x = sample(1, 12, true);
  EXPECT_EQ(bootstrap(12, mean_of(x))[0].kind, IntervalKind::kBca);
  EXPECT_EQ(bootstrap(9, mean_of(x))[0].kind, IntervalKind::kPercentile);
  const Confidence none = bootstrap(4, mean_of(x))[0];
  EXPECT_EQ(none.kind, IntervalKind::kNone);
  EXPECT_TRUE(std::isnan(none.low));
}

TEST(Bootstrap, SkewnessMovesBothEnds) {
  const std::vector<double> x = sample(1, 40, true);
  BootstrapOptions percentile;
  percentile.bca_subjects = 1000;
  const Confidence a = bootstrap(40, mean_of(x))[0];
  const Confidence b = bootstrap(40, mean_of(x), percentile)[0];
  EXPECT_GT(a.low, b.low);
  EXPECT_GT(a.high, b.high);
}

TEST(Bootstrap, IsTheSameEveryTime) {
  const std::vector<double> x = sample(1, 12, true);
  EXPECT_EQ(bootstrap(12, mean_of(x))[0].low, bootstrap(12, mean_of(x))[0].low);
}

TEST(Bootstrap, RefusesWhatIsSeldomDefined) {
  const auto first_only = [](std::span<const int> weights) { return std::vector<double>{weights[0] > 0 ? 1.0 : std::nan("")}; };
  EXPECT_EQ(bootstrap(8, first_only)[0].kind, IntervalKind::kNone);  // the first is missing from a third of the resamples
}

std::vector<double> flips(const std::vector<double>& d) {
  return sign_flip_p(d.size(), [&d](std::span<const int> flipped) {
    double total = 0;
    for (std::size_t i = 0; i < d.size(); ++i) total += flipped[i] == 1 ? -d[i] : d[i];
    return std::vector<double>{total};
  });
}

TEST(SignFlip, CountsEveryChoice) {
  EXPECT_DOUBLE_EQ(flips({1, 1, 1, 1, 1})[0], 2.0 / 32);
  EXPECT_DOUBLE_EQ(flips({1, -1, 1, -1, 0})[0], 1);
  EXPECT_DOUBLE_EQ(flips({5, 4, 3, 2, -1})[0], 4.0 / 32);  // 15 and 13, and their opposites
  EXPECT_TRUE(std::isnan(flips({1, 1, 1, 1})[0]));
}

TEST(SignFlip, RarelyRejectsWhatIsTrue) {
  int rejected = 0;
  for (std::uint64_t k = 0; k < 400; ++k) rejected += flips(sample(k, 9, false))[0] <= 0.05 ? 1 : 0;
  EXPECT_NEAR(rejected / 400.0, 0.05, 0.035);
  EXPECT_LT(flips(std::vector<double>(20, 0.1))[0], 0.002);  // at random
}

}  // namespace
}  // namespace myocramp
