#include "myocramp/detect/abbink.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/activity.hpp"

namespace myocramp {
namespace {

const SampleRate kRate(1000);

TEST(Abbink, AlarmsAsTheModifiedHodges) {
  AbbinkDetector detector({}, kRate, 1);
  ModifiedHodgesDetector other({.cutoff_hz = 30}, kRate, 1);
  const Samples<double> x = testing::white_noise(2000, 1, 4);
  Samples<double> a(x.rows(), 1);
  Samples<double> b(x.rows(), 1);
  detector.process(x, a);
  other.process(x, b);
  EXPECT_TRUE((a == b).all());
  EXPECT_EQ(detector.rule(0.3).alarm, other.rule(0.3).alarm);
  EXPECT_EQ(detector.rule(0.3).release, other.rule(0.3).release);
}

// The transition index of a rise at j: samples below before it and above after it, in windows of 50.
Index transition_index(const std::vector<bool>& below, Index j) {
  Index count = 0;
  for (Index i = j - 50; i < j; ++i) count += i < 0 || below[static_cast<std::size_t>(i)] ? 1 : 0;
  for (Index i = j; i < j + 50; ++i) count += i >= static_cast<Index>(below.size()) || !below[static_cast<std::size_t>(i)] ? 1 : 0;
  return count;
}

TEST(Abbink, PutsBoundariesWhereTheTransitionIndexIsLargest) {
  const AbbinkDetector detector({}, kRate, 1);
  const Rest rest{kHalfNormalMean, 0.3};
  const Rule rule = detector.rule(rest.spread);
  Random random(5, 0);
  for (int round = 0; round < 50; ++round) {
    Samples<double> x(500, 1);
    const Index change = 220 + static_cast<Index>(60 * random.uniform());
    for (Index i = 0; i < 500; ++i) x(i, 0) = (i < change ? 1 : 5) * random.normal();
    Samples<double> low = x.abs() - rest.level;  // as if the filter came from rest
    SosFilter<double>(butterworth_lowpass({30, 2}, kRate), 1).process(low, low);
    std::vector<bool> below(500, false);
    for (Index i = 0; i + rule.onset_delay < 500; ++i) {
      below[static_cast<std::size_t>(i)] = low(i + rule.onset_delay, 0) + rest.level < rule.release * rest.level;
    }
    Index most = 0;
    for (Index j = 150; j <= 350; ++j) most = std::max(most, transition_index(below, j));
    std::vector<Index> best;
    for (Index j = 150; j <= 350; ++j) {
      if (transition_index(below, j) == most) best.push_back(j);
    }
    const Index onset = detector.onset({x.data(), 500}, 250, rest);
    EXPECT_EQ(onset, (best.front() + best.back()) / 2) << round;
    EXPECT_NEAR(static_cast<double>(onset), static_cast<double>(change), 25) << round;
  }
}

TEST(Abbink, StaysWithinTheSamplesItIsGiven) {
  const AbbinkDetector detector({}, kRate, 1);
  const std::vector<double> loud(60, 5.0);
  for (const Index at : {0, 30, 60}) {
    for (const Index found : {detector.onset(loud, at, {1, 0.3}), detector.offset(loud, at, {1, 0.3})}) {
      EXPECT_GE(found, 0);
      EXPECT_LE(found, 60);
    }
  }
}

}  // namespace
}  // namespace myocramp
