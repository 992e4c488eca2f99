#include "myocramp/detect/profile_likelihood.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "support/activity.hpp"

namespace myocramp {
namespace {

// The log-likelihood of samples with the variance (Gaussian) or mean rectified value (Laplacian) `level`.
template <Rectify kind>
double log_likelihood(std::span<const double> x, double level) {
  double sum = 0;
  for (const double v : x) {
    sum += kind == Rectify::kSquare ? -std::log(2 * std::numbers::pi * level) / 2 - v * v / (2 * level)
                                    : -std::log(2 * level) - std::abs(v) / level;
  }
  return sum;
}

template <Rectify kind>
Index by_search(std::span<const double> x, double rest) {
  double most = log_likelihood<kind>(x, rest) + 1e-9;
  std::size_t likely = x.size();
  for (std::size_t j = x.size(); j-- > 0;) {
    double level = 0;
    for (const double v : x.subspan(j)) level += kind == Rectify::kSquare ? v * v : std::abs(v);
    level /= static_cast<double>(x.size() - j);
    const double value = log_likelihood<kind>(x.first(j), rest) + log_likelihood<kind>(x.subspan(j), std::max(level, rest));
    if (value > most) {
      most = value;
      likely = j;
    }
  }
  return static_cast<Index>(likely);
}

template <Rectify kind>
void expect_most_likely() {
  Random random(3, 0);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> x(1 + static_cast<std::size_t>(60 * random.uniform()));
    const std::size_t change = static_cast<std::size_t>(static_cast<double>(x.size() + 1) * random.uniform());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = (i < change ? 1 : 3) * random.normal();
    const Index rise = likely_rise<kind>(x, 1);
    EXPECT_EQ(rise, by_search<kind>(x, 1)) << round;
    std::reverse(x.begin(), x.end());
    EXPECT_EQ(likely_fall<kind>(x, 1), static_cast<Index>(x.size()) - rise);
  }
}

TEST(LikelyChange, IsWhereTheLikelihoodIsLargest) {
  expect_most_likely<Rectify::kSquare>();
  expect_most_likely<Rectify::kAbsolute>();
}

TEST(LikelyChange, IsTheEndWhereNothingIsStronger) {
  const std::vector<double> x(20, 0.5);
  EXPECT_EQ(likely_rise<Rectify::kSquare>(x, 1), 20);
  EXPECT_EQ(likely_fall<Rectify::kSquare>(x, 1), 0);
  EXPECT_EQ(likely_rise<Rectify::kSquare>({}, 1), 0);
}

TEST(ProfileLikelihood, KeepsItsFalseAlarmRate) {
  for (const testing::Kept& wanted : testing::kKept) {
    for (const double window_s : {0.01, 0.05}) {
      ProfileLikelihoodDetector detector({.window_s = window_s, .p_fa = wanted.p_fa}, SampleRate(1000), 1);
      const auto n = static_cast<double>(detector.window());
      const int alarms = testing::false_alarms(detector, std::sqrt(chi_square_quantile(0.5, n) / n), 0);
      EXPECT_GE(alarms, wanted.least) << window_s;
      EXPECT_LE(alarms, wanted.most) << window_s;
    }
  }
}

// Finds activity from 2000 to 3000 by the strength of the first channel, and sees its boundaries elsewhere.
class Mover final : public Detector {
 public:
  Mover(Index reach, Index onset, Index offset) : reach_(reach), onset_(onset), offset_(offset) {}
  [[nodiscard]] Index window() const noexcept override { return 1; }
  void process(ConstBlock<double> x, Block<double> y) noexcept override {
    for (Index i = 0; i < x.rows(); ++i) y(i, 0) = std::abs(x(i, 0));
  }
  void reset() noexcept override {}
  [[nodiscard]] Rule rule(double) const override { return {.alarm = 3, .release = 3}; }
  [[nodiscard]] Index reach() const noexcept override { return reach_; }
  [[nodiscard]] Index onset(std::span<const double> x, Index at, Rest rest) const override {
    EXPECT_EQ(rest.level, 1);
    EXPECT_TRUE(at == 0 || std::abs(x[static_cast<std::size_t>(at - 1)]) < 3);
    EXPECT_GT(std::abs(x[static_cast<std::size_t>(at)]), 3);
    return std::clamp<Index>(at + onset_, 0, static_cast<Index>(x.size()));
  }
  [[nodiscard]] Index offset(std::span<const double> x, Index at, Rest) const override {
    EXPECT_GT(std::abs(x[static_cast<std::size_t>(at - 1)]), 3);
    return std::clamp<Index>(at + offset_, 0, static_cast<Index>(x.size()));
  }

 private:
  Index reach_, onset_, offset_;
};

std::vector<Interval> moved(const std::vector<Interval>& active, Index reach, Index onset, Index offset, Index block, Index hole = -1) {
  Samples<double> x = Samples<double>::Ones(5000, 1);
  for (const Interval& a : active) x.col(0).segment(a.begin, a.length()) *= 5;
  if (hole >= 0) x(hole, 0) = std::nan("");
  ActivityFinder finder(std::make_unique<Mover>(reach, onset, offset), SampleRate(1000), 1, 1200);
  const auto rows = [&](Index at) { return ConstBlock<double>(x).rows(at, std::min(block, x.rows() - at)); };
  for (Index at = 0; at < x.rows(); at += block) finder.learn(rows(at), 0, at);
  finder.fit({std::nan("")});
  for (Index at = 0; at < x.rows(); at += block) finder.find(rows(at), 0, at);
  finder.finish();
  for (std::size_t b = 0; b < finder.blocks(); ++b) {
    const Index at = static_cast<Index>(b) * block;
    if (finder.looks_at(b)) finder.look(rows(at), 0, at);
  }
  std::vector<Interval> out;
  for (const Activity& a : finder.found()[0]) out.push_back(a.span);
  return out;
}

TEST(LookingBack, MovesBoundariesWithinReachInAnyBlocks) {
  for (const Index block : {1, 7, 100, 2000, 5000}) {
    EXPECT_EQ(moved({{2000, 3000}}, 0, 9, 9, block), (std::vector<Interval>{{2000, 3000}}));
    EXPECT_EQ(moved({{2000, 3000}}, 50, -20, 30, block), (std::vector<Interval>{{1980, 3030}}));
    EXPECT_EQ(moved({{2000, 3000}}, 50, 20, -30, block), (std::vector<Interval>{{2020, 2970}}));
    EXPECT_EQ(moved({{2000, 3000}}, 50, -80, 80, block), (std::vector<Interval>{{1950, 3050}}));
    EXPECT_EQ(moved({{2000, 2040}, {2060, 2070}, {2080, 2081}}, 50, -80, 80, block),
              (std::vector<Interval>{{1950, 2060}, {2060, 2080}, {2080, 2131}}));
    EXPECT_EQ(moved({{2000, 2040}, {2060, 2061}}, 50, 80, -80, block), (std::vector<Interval>{{2039, 2040}, {2060, 2061}}));
  }
}

TEST(LookingBack, LeavesCutsAndSeesNothingBeyondGaps) {
  for (const Index block : {1, 300, 5000}) {
    EXPECT_EQ(moved({{0, 1000}, {4900, 5000}}, 50, -80, 80, block), (std::vector<Interval>{{0, 1050}, {4850, 5000}}));
    EXPECT_EQ(moved({{2000, 3000}}, 50, -80, 80, block, 3010), (std::vector<Interval>{{1950, 3010}}));
    EXPECT_EQ(moved({{2000, 3000}}, 50, -80, 80, block, 1990), (std::vector<Interval>{{1991, 3050}}));
    EXPECT_EQ(moved({{2000, 3000}}, 50, -80, 80, block, 2500), (std::vector<Interval>{{1950, 2500}, {2501, 3050}}));
  }
}

}  // namespace
}  // namespace myocramp
