// What holds for every detector in the registry.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/activity.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

using testing::white_noise;
const SampleRate kRate(1000);

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (const DetectorEntry& e : detectors()) out.push_back(e.name);
  return out;
}

// What a detector finds at its defaults. One has voltages for thresholds: in signals of a gain, they have that gain.
std::vector<std::vector<Activity>> found_in(const Samples<double>& x, const std::string& name, double gain = 1, Index block = kGridBlock,
                                            bool skip_quiet = true) {
  OptionValues options;
  if (name == "leg_movement") options = {{"onset_uv", 4 * gain}, {"offset_uv", gain}, {"min_duration_s", 0.3}};
  return testing::found_in(x, kRate, name, block, options, skip_quiet);
}

class EveryDetector : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Registry, EveryDetector, ::testing::ValuesIn(names()), [](const auto& test) { return test.param; });

// Two channels of a minute: active at the first and the last sample, twice within a channel, in any order of channels.
Samples<double> busy() {
  Samples<double> x = white_noise(60000, 2, 31) * 1e-6;
  x.col(0).segment(0, 700) *= 20;
  x.col(0).segment(20000, 3000) *= 10;
  x.col(1).segment(40960, 400) *= 40;
  x.col(1).tail(500) *= 15;
  return x;
}

void expect_same(const std::vector<Activity>& a, const std::vector<Activity>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) {
    EXPECT_EQ(a[k].span, b[k].span);
    EXPECT_EQ(a[k].score, b[k].score);
    EXPECT_EQ(a[k].cut_start, b[k].cut_start);
    EXPECT_EQ(a[k].cut_end, b[k].cut_end);
  }
}

TEST_P(EveryDetector, FindsWhatStandsOutToTheEdges) {
  const auto found = found_in(busy(), GetParam());
  ASSERT_EQ(found[0].size(), 2U);
  EXPECT_TRUE(found[0][0].cut_start);
  EXPECT_EQ(found[0][0].span.begin, 0);
  EXPECT_NEAR(static_cast<double>(found[0][0].span.end), 700, 26);
  EXPECT_NEAR(static_cast<double>(found[0][1].span.begin), 20000, 26);
  EXPECT_NEAR(static_cast<double>(found[0][1].span.end), 23000, 26);
  ASSERT_EQ(found[1].size(), 2U);
  EXPECT_NEAR(static_cast<double>(found[1][0].span.begin), 40960, 26);
  EXPECT_TRUE(found[1][1].cut_end);
  EXPECT_EQ(found[1][1].span.end, 60000);
  for (const auto& channel : found) {
    for (const Activity& a : channel) {
      EXPECT_LT(a.span.begin, a.span.end);
      EXPECT_GE(a.score, 1);
    }
  }
}

TEST_P(EveryDetector, GainOf1024ChangesNoBit) {
  const auto found = found_in(busy(), GetParam());
  const auto scaled = found_in(busy() * 1024, GetParam(), 1024);
  for (std::size_t c = 0; c < 2; ++c) expect_same(found[c], scaled[c]);
}

TEST_P(EveryDetector, PolarityChangesNothing) {
  const auto found = found_in(busy(), GetParam());
  const auto turned = found_in(-busy(), GetParam());
  for (std::size_t c = 0; c < 2; ++c) expect_same(found[c], turned[c]);
}

TEST_P(EveryDetector, ChannelsDoNotKnowOneAnother) {
  const Samples<double> x = busy();
  Samples<double> swapped(x.rows(), 3);
  swapped << x.col(1), white_noise(x.rows(), 1, 77), x.col(0);
  const auto found = found_in(x, GetParam());
  const auto other = found_in(swapped, GetParam());
  expect_same(found[0], other[2]);
  expect_same(found[1], other[0]);
}

TEST_P(EveryDetector, BlocksChangeNoEvent) {
  const auto found = found_in(busy(), GetParam(), 1, 60000);
  for (const Index block : {1000, 4096, 16384}) {
    for (const bool skip_quiet : {false, true}) {
      const auto other = found_in(busy(), GetParam(), 1, block, skip_quiet);
      for (std::size_t c = 0; c < 2; ++c) {
        ASSERT_EQ(found[c].size(), other[c].size());
        for (std::size_t k = 0; k < found[c].size(); ++k) {
          EXPECT_EQ(found[c][k].span, other[c][k].span) << block;
          EXPECT_NEAR(found[c][k].score, other[c][k].score, 1e-6 * found[c][k].score);  // the statistic is kept to 24 bits
        }
      }
    }
  }
}

TEST_P(EveryDetector, RestSilenceAndNothingAreNoEvent) {
  EXPECT_TRUE(found_in(white_noise(60000, 1, 5) * 1e-6, GetParam())[0].empty());
  EXPECT_TRUE(found_in(Samples<double>::Zero(30000, 1), GetParam())[0].empty());
  EXPECT_TRUE(found_in(Samples<double>(0, 1), GetParam())[0].empty());
  EXPECT_TRUE(found_in(white_noise(3, 1, 5) * 1e-6, GetParam())[0].empty());
}

TEST_P(EveryDetector, AGapIsNeverBridged) {
  for (const Index at : {22000, 22001}) {
    Samples<double> x = white_noise(60000, 1, 51) * 1e-6;
    x.col(0).segment(20000, 4000) *= 10;
    x(at, 0) = std::nan("");
    const auto found = found_in(x, GetParam());
    ASSERT_EQ(found[0].size(), 2U);
    EXPECT_EQ(found[0][0].span.end, at);
    EXPECT_EQ(found[0][1].span.begin, at + 1);
    EXPECT_TRUE(found[0][0].cut_end && found[0][1].cut_start);
  }
}

TEST_P(EveryDetector, WhatIsNotRestIsJudgedAllTheSame) {
  // An open lead, far below rest, with movements as it opens and closes.
  constexpr Index kOpen = 20000;
  constexpr Index kClosed = 30000;
  Samples<double> x = white_noise(60000, 1, 51) * 1e-6;
  x.col(0).segment(kOpen, kClosed - kOpen) *= 0.01;
  x.col(0).segment(kOpen - 400, 800) = 20e-6 * white_noise(800, 1, 52).col(0);
  x.col(0).segment(kClosed - 400, 800) = 20e-6 * white_noise(800, 1, 53).col(0);
  ActivityFinder finder(make_detector(GetParam(), {}, kRate, 1), kRate, 1, 1200);
  finder.learn(x, 0, 0);
  finder.fit({std::nan("")}, {{{kOpen, kClosed}}});
  finder.find(x, 0, 0);
  finder.finish();
  ASSERT_EQ(finder.found()[0].size(), 2U);
  for (std::size_t k = 0; k < 2; ++k) {
    const Activity& a = finder.found()[0][k];
    const Index middle = k == 0 ? kOpen : kClosed;
    EXPECT_NEAR(static_cast<double>(a.span.begin), static_cast<double>(middle - 400), 50);
    EXPECT_NEAR(static_cast<double>(a.span.end), static_cast<double>(middle + 400), 50);
    EXPECT_FALSE(a.cut_start || a.cut_end);
  }
}

TEST_P(EveryDetector, NonFiniteSamplesReachTheirWindowsOnly) {
  const auto detector = make_detector(GetParam(), {}, kRate, 1);
  Samples<double> x = white_noise(3000, 1, 6);
  for (const Index at : {1500, 1501}) {
    for (const double hole : {std::nan(""), std::numeric_limits<double>::infinity()}) {
      Samples<double> y(x.rows(), 1);
      Samples<double> broken = x;
      broken(at, 0) = hole;
      detector->reset();
      detector->process(broken, y);
      for (Index i = detector->window(); i < x.rows(); ++i) {
        ASSERT_EQ(std::isfinite(y(i, 0)), i < at || i >= at + detector->window()) << i - at << " " << hole;
      }
    }
  }
}

}  // namespace
}  // namespace myocramp
