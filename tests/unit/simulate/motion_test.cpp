#include "myocramp/simulate/motion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "myocramp/spectral/welch.hpp"
#include "rendered.hpp"

namespace myocramp {
namespace {

using testing::expect_block_law;
using testing::rendered;

constexpr double kRate = 1000;

Motion motion(const MotionOptions& options, double duration_s, Index channels, std::uint64_t seed = 1) {
  return {options, SampleRate(kRate), Seconds(duration_s), channels, seed, 0};
}

TEST(Motion, IsTheSameInAnyBlocks) { expect_block_law(motion({600}, 60, 3), Samples<double>::Zero(60000, 3)); }

TEST(Motion, StepsHaveTheStatedHeightAndDecay) {
  MotionOptions o{60, 0.7, 0.7, 0.3, 0.3};
  o.most_steps = 1;
  const Motion m = motion(o, 3600, 2);
  const Samples<double> x = rendered(m, 3600000, 2);
  ASSERT_GT(m.spells().size(), 30U);
  int whole = 0;
  for (const ContaminantSpan& s : m.spells()) {
    if (s.stop_s >= 3600) continue;
    const auto begin = static_cast<Index>(s.start_s * kRate);
    const auto length = static_cast<Index>((s.stop_s - s.start_s) * kRate);
    double most = 0;
    for (const Index c : s.channels) most = std::max(most, x.col(c).segment(begin, length).abs().maxCoeff());
    EXPECT_NEAR(most, 0.7e-3, 0.002e-3);
    const double ratio = x(begin + 1000, s.channels[0]) / x(begin + 700, s.channels[0]);
    EXPECT_NEAR(ratio, std::exp(-1), 1e-3);
    ++whole;
  }
  EXPECT_GT(whole, 30);
}

TEST(Motion, HeightsLieInTheirRange) {
  MotionOptions o{600};
  o.most_steps = 1;
  const Motion m = motion(o, 3600, 1);
  const Samples<double> x = rendered(m, 3600000, 1);
  double smallest = 1, largest = 0;
  for (const ContaminantSpan& s : m.spells()) {
    const auto begin = static_cast<Index>(s.start_s * kRate);
    const double most = x.col(0).segment(begin, std::min<Index>(1000, 3600000 - begin)).abs().maxCoeff();
    smallest = std::min(smallest, most);
    largest = std::max(largest, most);
  }
  EXPECT_GT(smallest, 0.199e-3);
  EXPECT_LT(smallest, 0.25e-3);
  EXPECT_LT(largest, 2.01e-3);
  EXPECT_GT(largest, 1.7e-3);
}

TEST(Motion, LiesBelow20HzAndInsideItsSpells) {
  const Motion m = motion({120}, 3600, 3);
  const Samples<double> x = rendered(m, 3600000, 3);
  const Samples<double> psd = welch<double>(x, SampleRate(kRate), {4.0, 0.5});
  const double below = psd.topRows(81).sum();
  EXPECT_GT(below / psd.sum(), 0.9);

  Samples<double> outside = x;
  for (const ContaminantSpan& s : m.spells()) {
    const auto begin = static_cast<Index>(s.start_s * kRate);
    const auto end = std::min<Index>(static_cast<Index>(std::ceil(s.stop_s * kRate)), x.rows());
    EXPECT_EQ(s.kind, "motion");
    for (const Index c : s.channels) outside.col(c).segment(begin, end - begin).setZero();
  }
  EXPECT_LT(outside.square().sum() / x.square().sum(), 0.01);
  EXPECT_LT(outside.abs().maxCoeff(), 1e-6);
}

TEST(Motion, ComesAtTheStatedRate) {
  const Motion m = motion({360}, 36000, 4);
  double still = 36000;
  for (const ContaminantSpan& s : m.spells()) still -= s.stop_s - s.start_s;
  const double expected = still / 10;
  EXPECT_NEAR(static_cast<double>(m.spells().size()), expected, 4 * std::sqrt(expected));
  double before = 0, others = 0;
  for (const ContaminantSpan& s : m.spells()) {
    EXPECT_GE(s.start_s, before);
    EXPECT_GT(s.stop_s, s.start_s);
    EXPECT_TRUE(std::is_sorted(s.channels.begin(), s.channels.end()));
    before = s.stop_s;
    others += static_cast<double>(s.channels.size()) - 1;
  }
  EXPECT_NEAR(others / static_cast<double>(m.spells().size()) / 3, 0.3, 0.03);
}

TEST(Motion, WithoutMovementsAddsNothing) {
  EXPECT_EQ(rendered(motion({0}, 60, 2), 60000, 2).abs().maxCoeff(), 0);
  EXPECT_EQ(rendered(motion({600, 0, 0}, 60, 2), 60000, 2).abs().maxCoeff(), 0);
  EXPECT_TRUE(motion({600, 0, 0}, 60, 2).spells().empty());
}

TEST(Motion, RefusesRangesThatAreUpsideDown) {
  EXPECT_THROW(motion({30, 2, 1}, 60, 1), InvalidArgument);
  EXPECT_THROW(motion({30, 1, 2, 0.5, 0.1}, 60, 1), InvalidArgument);
  EXPECT_THROW(motion({30, 1, 2, 0.1, 0.5, 20, 10}, 60, 1), InvalidArgument);
}

TEST(Motion, MeansTheSameForEver) {
  const Motion m = motion({600}, 16, 2);
  const Samples<double> x = 1e6 * rendered(m, 16000, 2);
  ASSERT_EQ(m.spells().size(), 2U);
  EXPECT_NEAR(m.spells()[0].start_s, 5.42204687224, 1e-10);
  EXPECT_NEAR(m.spells()[0].stop_s, 8.00344594508, 1e-10);
  EXPECT_NEAR(m.spells()[1].start_s, 14.3076200553, 1e-10);
  EXPECT_NEAR(m.spells()[1].stop_s, 15.1391064782, 1e-10);
  EXPECT_NEAR(x(5442, 0), -523.444091649, 1e-6);
  EXPECT_NEAR(x(14327, 0), -579.087849185, 1e-6);
}

}  // namespace
}  // namespace myocramp
