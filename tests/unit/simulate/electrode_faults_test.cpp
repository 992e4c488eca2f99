#include "myocramp/simulate/electrode_faults.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "myocramp/spectral/welch.hpp"
#include "rendered.hpp"

namespace myocramp {
namespace {

using testing::expect_block_law;
using testing::rendered;
using testing::same_bits;
using testing::white_noise;

constexpr double kRate = 2000;

Interval rows_of(const Span& span, double rate = kRate) {
  return {static_cast<Index>(std::ceil(span.start_s * rate)), static_cast<Index>(std::ceil(span.stop_s * rate))};
}

LooseElectrode loose(const LooseElectrodeOptions& options, double duration_s, Index channels) {
  return {options, SampleRate(kRate), Seconds(duration_s), channels, 1, 0};
}

LeadOff lead_off(const LeadOffOptions& options, double duration_s, Index channels, const MainsHumOptions& mains = {}) {
  return {options, mains, SampleRate(kRate), Seconds(duration_s), channels, 1, 0};
}

DroppedSamples dropped(const DroppedSamplesOptions& options, double duration_s, Index channels) {
  return {options, SampleRate(kRate), Seconds(duration_s), channels, 1, 0};
}

TEST(LooseElectrode, IsTheSameInAnyBlocks) { expect_block_law(loose({600}, 120, 3), Samples<double>::Zero(240000, 3)); }

TEST(LooseElectrode, SwellsToTheStatedLevelAndFades) {
  LooseElectrodeOptions o{60, 20, 20, 50, 50, 0};
  const LooseElectrode l = loose(o, 3600, 1);
  const Samples<double> x = rendered(l, 7200000, 1);
  ASSERT_GT(l.spells().size(), 25U);
  double highest = 0, ends = 0;
  for (const ContaminantSpan& s : l.spells()) {
    if (s.stop_s - s.start_s < 19.9) continue;
    const Interval rows = rows_of(s);
    double most = 0;
    for (Index i = rows.begin; i + 400 < rows.end; i += 400) most = std::max(most, testing::rms(x.col(0).segment(i, 400)));
    EXPECT_GT(most, 45e-6);
    EXPECT_LT(most, 60e-6);
    highest = std::max(highest, most);
    ends = std::max({ends, testing::rms(x.col(0).segment(rows.begin, 100)), testing::rms(x.col(0).segment(rows.end - 100, 100))});
  }
  EXPECT_LT(ends, 0.01 * highest);
}

TEST(LooseElectrode, NoiseIsWhite) {
  const LooseElectrode l = loose({3600, 20, 60, 50, 50, 0}, 600, 1);
  const Samples<double> psd = welch<double>(rendered(l, 1200000, 1), SampleRate(kRate), {0.5, 0.5});
  const double level = psd.middleRows(10, 480).mean();
  for (Index from = 10; from < 490; from += 60) EXPECT_NEAR(psd.middleRows(from, 60).mean() / level, 1, 0.05) << from;
}

TEST(LooseElectrode, NothingLiesOutsideItsSpells) {
  const LooseElectrode l = loose({120}, 1200, 4);
  Samples<double> x = rendered(l, 2400000, 4);
  ASSERT_GT(l.spells().size(), 10U);
  double before = 0;
  for (const ContaminantSpan& s : l.spells()) {
    EXPECT_EQ(s.kind, "loose_electrode");
    EXPECT_GE(s.start_s, before);
    before = s.stop_s;
    ASSERT_EQ(s.channels.size(), 1U);
    const Interval rows = rows_of(s);
    EXPECT_GT(x.col(s.channels[0]).segment(rows.begin, rows.length()).square().sum(), 0);
    x.col(s.channels[0]).segment(rows.begin, rows.length()).setZero();
  }
  EXPECT_EQ(x.abs().maxCoeff(), 0);
}

TEST(LooseElectrode, CracklesComeAtTheStatedRate) {
  const LooseElectrodeOptions without{3600, 100, 100, 50, 50, 0};
  LooseElectrodeOptions with = without;
  with.crackles_hz = 5;
  // One spell each, of the same stream: the plan of the first begins alike.
  const LooseElectrode a = loose(without, 105, 1);
  const LooseElectrode b = loose(with, 105, 1);
  ASSERT_EQ(a.spells().front().start_s, b.spells().front().start_s);
  const Samples<double> d = rendered(b, 210000, 1) - rendered(a, 210000, 1);
  const Interval rows = rows_of(a.spells().front());
  Index starts = 0;
  for (Index i = rows.begin + 1; i < rows.end; ++i)
    starts += std::abs(d(i, 0)) > 1.2 * std::abs(d(i - 1, 0)) && std::abs(d(i, 0)) > 1e-6 ? 1 : 0;
  const double seconds = static_cast<double>(rows.length()) / kRate;
  EXPECT_NEAR(static_cast<double>(starts), 5 * seconds, 4 * std::sqrt(5 * seconds));
}

TEST(LooseElectrode, WithoutSpellsAddsNothing) {
  EXPECT_EQ(rendered(loose({0}, 60, 2), 120000, 2).abs().maxCoeff(), 0);
  EXPECT_EQ(rendered(loose({600, 2, 60, 0, 0}, 60, 2), 120000, 2).abs().maxCoeff(), 0);
}

TEST(LeadOff, IsTheSameInAnyBlocks) { expect_block_law(lead_off({300, 2, 10}, 60, 3), white_noise(120000, 3, 1)); }

TEST(LeadOff, LeavesDriftAndHumInPhaseWithTheMains) {
  const LeadOffOptions o{60, 5, 60, 5, 200};
  const MainsHumOptions mains{60, 0.2, 0.05};
  const LeadOff l = lead_off(o, 1200, 2, mains);
  const Samples<double> before = white_noise(2400000, 2, 1);
  Samples<double> x = rendered(l, before);
  MainsHumOptions same = mains;
  same.amplitude_uv = 200;
  same.channel_spread = same.phase_spread_rad = 0;
  const Samples<double> hum = rendered(MainsHum(same, SampleRate(kRate), Seconds(1200), 2, 1, 0), 2400000, 2);
  ASSERT_GT(l.spells().size(), 5U);
  double farthest = 0;
  for (const ContaminantSpan& s : l.spells()) {
    EXPECT_EQ(s.kind, "lead_off");
    const Interval rows = rows_of(s);
    const Index c = s.channels[0];
    const Eigen::ArrayXd drift = x.col(c).segment(rows.begin, rows.length()) - hum.col(c).segment(rows.begin, rows.length());
    farthest = std::max(farthest, drift.abs().maxCoeff());
    EXPECT_NEAR(drift(0), 0, 5e-3 / (0.5 * kRate)) << "it starts from 0 V";
    const Index n = drift.size();
    EXPECT_LT((drift.tail(n - 1) - drift.head(n - 1)).abs().maxCoeff(), 3 * 5e-3 / (0.5 * kRate)) << "and is slow";
    x.col(c).segment(rows.begin, rows.length()) = before.col(c).segment(rows.begin, rows.length());
  }
  EXPECT_GT(farthest, 2e-3);
  EXPECT_LT(farthest, 5e-3);
  EXPECT_TRUE(same_bits<double>(x, before)) << "nothing outside its spells is touched";
}

TEST(LeadOff, WithoutSpellsChangesNothing) {
  const Samples<double> before = white_noise(40000, 2, 1);
  EXPECT_TRUE(same_bits<double>(rendered(lead_off({0}, 20, 2), before), before));
}

TEST(DroppedSamples, IsTheSameInAnyBlocks) { expect_block_law(dropped({3600, 0.01, 5}, 60, 3), white_noise(120000, 3, 1)); }

TEST(DroppedSamples, AreZeroOrHeld) {
  const DroppedSamples d = dropped({3600, 0.01, 0.5, 0.25}, 3600, 2);
  const Samples<double> before = white_noise(7200000, 2, 1);
  Samples<double> x = rendered(d, before);
  ASSERT_GT(d.spells().size(), 2000U);
  double held = 0;
  for (const ContaminantSpan& s : d.spells()) {
    const Interval rows{static_cast<Index>(std::lround(s.start_s * kRate)), static_cast<Index>(std::lround(s.stop_s * kRate))};
    EXPECT_EQ(s.kind, "dropped");
    EXPECT_EQ(s.channels.size(), 2U);
    EXPECT_EQ(rows.begin / kGridBlock, (rows.end - 1) / kGridBlock);
    EXPECT_NE(rows.begin % kGridBlock, 0);
    EXPECT_LE(rows.length(), 1001);
    const bool holds = x(rows.begin, 0) != 0;
    held += holds ? 1 : 0;
    for (Index c = 0; c < 2; ++c) {
      EXPECT_TRUE((x.col(c).segment(rows.begin, rows.length()) == (holds ? before(rows.begin - 1, c) : 0)).all());
    }
    x.middleRows(rows.begin, rows.length()) = before.middleRows(rows.begin, rows.length());
  }
  EXPECT_NEAR(held / static_cast<double>(d.spells().size()), 0.25, 0.04);
  EXPECT_TRUE(same_bits<double>(x, before)) << "nothing outside its spans is touched";
}

TEST(DroppedSamples, WithoutLossesChangesNothing) {
  const Samples<double> before = white_noise(40000, 2, 1);
  EXPECT_TRUE(same_bits<double>(rendered(dropped({0}, 20, 2), before), before));
}

TEST(Clipping, KeepsTheRangeAndTellsWhere) {
  const Clipping clip({2}, SampleRate(kRate));
  Samples<double> x(6, 2);
  x << 0, 3e-3, 1e-3, 2e-3, -5e-3, 0, -2e-3, std::numeric_limits<double>::quiet_NaN(), 1.9e-3, 0, 2.1e-3, -9e-3;
  clip.apply(kGridBlock, x);
  Samples<double> expected(6, 2);
  expected << 0, 2e-3, 1e-3, 2e-3, -2e-3, 0, -2e-3, std::numeric_limits<double>::quiet_NaN(), 1.9e-3, 0, 2e-3, -2e-3;
  EXPECT_TRUE(same_bits<double>(x, expected));
  const std::vector<ContaminantSpan> spans = clip.spells(kGridBlock, x);
  ASSERT_EQ(spans.size(), 4U);
  const double starts[] = {2, 5, 0, 5};
  const double stops[] = {4, 6, 2, 6};
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_EQ(spans[k].kind, "clipped");
    EXPECT_EQ(spans[k].channels, std::vector<Index>{k < 2 ? 0 : 1});
    EXPECT_DOUBLE_EQ(spans[k].start_s, (kGridBlock + starts[k]) / kRate);
    EXPECT_DOUBLE_EQ(spans[k].stop_s, (kGridBlock + stops[k]) / kRate);
  }
}

TEST(ElectrodeFaults, RefuseRangesThatAreUpsideDown) {
  EXPECT_THROW(loose({4, 60, 2}, 60, 1), InvalidArgument);
  EXPECT_THROW(loose({4, 2, 60, 200, 20}, 60, 1), InvalidArgument);
  EXPECT_THROW(lead_off({1, 300, 5}, 60, 1), InvalidArgument);
  EXPECT_THROW(dropped({1, 0.5, 0.1}, 60, 1), InvalidArgument);
  EXPECT_THROW(Clipping({0}, SampleRate(kRate)), InvalidArgument);
}

TEST(ElectrodeFaults, MeanTheSameForEver) {
  const LooseElectrode l = loose({600}, 30, 2);
  const LeadOff off = lead_off({600}, 30, 2);
  const DroppedSamples d = dropped({600}, 30, 2);
  const Samples<double> x = 1e6 * rendered(l, 60000, 2);
  const Samples<double> y = 1e6 * rendered(off, 60000, 2);
  ASSERT_EQ(l.spells().size(), 1U);
  EXPECT_NEAR(l.spells()[0].start_s, 8.03000744784, 1e-10);
  EXPECT_EQ(l.spells()[0].channels, std::vector<Index>{1});
  EXPECT_NEAR(x(17060, 1), 0.265357365649, 1e-8);
  ASSERT_EQ(off.spells().size(), 1U);
  EXPECT_NEAR(off.spells()[0].start_s, 1.44187364367, 1e-10);
  EXPECT_EQ(off.spells()[0].channels, std::vector<Index>{1});
  EXPECT_NEAR(y(3883, 1), -192.098582093, 1e-6);
  ASSERT_EQ(d.spells().size(), 3U);
  EXPECT_DOUBLE_EQ(d.spells()[0].start_s, 11.9035);
  EXPECT_DOUBLE_EQ(d.spells()[0].stop_s, 12.216);
  EXPECT_DOUBLE_EQ(d.spells()[2].start_s, 22.617);
}

}  // namespace
}  // namespace myocramp
