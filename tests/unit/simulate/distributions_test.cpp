#include "myocramp/simulate/distributions.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace myocramp {
namespace {

constexpr int kCount = 200'000;

template <class Draw>
std::vector<double> many(Draw draw) {
  Random random(7, 1);
  std::vector<double> values(kCount);
  for (double& v : values) v = draw(random);
  return values;
}

double mean(const std::vector<double>& x) {
  double sum = 0;
  for (const double v : x) sum += v;
  return sum / static_cast<double>(x.size());
}

double sd(const std::vector<double>& x) {
  const double m = mean(x);
  double sum = 0;
  for (const double v : x) sum += (v - m) * (v - m);
  return std::sqrt(sum / static_cast<double>(x.size()));
}

TEST(Distributions, GammaHasMeanOneAndTheVariationAskedFor) {
  for (const double variation : {0.05, 0.3, 0.446, 0.9}) {
    const auto x = many([&](Random& r) { return draw_gamma(r, variation); });
    EXPECT_NEAR(mean(x), 1, 5 * variation / std::sqrt(kCount));
    EXPECT_NEAR(sd(x), variation, 0.01 * variation);
    EXPECT_GT(*std::min_element(x.begin(), x.end()), 0);
  }
  Random random(1, 1);
  EXPECT_EQ(draw_gamma(random, 0), 1);
}

TEST(Distributions, GammaFollowsItsLaw) {  // of shape 4: P(X <= x) = 1 - exp(-y) (1 + y + y^2 / 2 + y^3 / 6), y = 4 x
  const auto x = many([](Random& r) { return draw_gamma(r, 0.5); });
  for (const double at : {0.4, 0.8, 1.0, 1.6, 2.2}) {
    const double y = 4 * at;
    const double expected = 1 - std::exp(-y) * (1 + y + y * y / 2 + y * y * y / 6);
    const auto below = static_cast<double>(std::count_if(x.begin(), x.end(), [&](double v) { return v <= at; }));
    EXPECT_NEAR(below / kCount, expected, 5 * std::sqrt(expected * (1 - expected) / kCount)) << at;
  }
}

TEST(Distributions, ExponentialHasItsMeanAndSpread) {
  const auto x = many([](Random& r) { return draw_exponential(r, 20); });
  EXPECT_NEAR(mean(x), 20, 5 * 20 / std::sqrt(kCount));
  EXPECT_NEAR(sd(x), 20, 0.2);
}

TEST(Distributions, LognormalByMeanAndDeviation) {
  const LognormalLaw law = LognormalLaw::of(23.6, 16.2);
  const auto x = many([&](Random& r) { return draw_lognormal(r, law.median, law.sigma); });
  EXPECT_NEAR(mean(x), 23.6, 5 * 16.2 / std::sqrt(kCount));
  EXPECT_NEAR(sd(x), 16.2, 0.4);
  EXPECT_EQ(LognormalLaw::of(5, 0).sigma, 0);
}

TEST(Distributions, LimitsHold) {
  const auto x = many([](Random& r) { return draw_lognormal_within(r, {90, 0.9}, 5, 600); });
  EXPECT_GE(*std::min_element(x.begin(), x.end()), 5);
  EXPECT_LE(*std::max_element(x.begin(), x.end()), 600);
  Random random(1, 1);
  EXPECT_EQ(draw_lognormal_within(random, {10, 0}, 20, 30), 20) << "a law that never comes there";
  EXPECT_EQ(draw_lognormal_within(random, {40, 0}, 20, 30), 30);
}

}  // namespace
}  // namespace myocramp
