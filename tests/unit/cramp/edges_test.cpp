#include "myocramp/cramp/edges.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace myocramp {
namespace {

// Frames of 0.1 s from 100 s on, at rest 1 with a spread of 0.1, so that more than 1.3 is clear.
SignalFeatures of(const std::vector<double>& arv) {
  SignalFeatures f;
  f.channels = {"A"};
  f.start_s = 100;
  f.hop_s = 0.1;
  f.arv_v.resize(static_cast<Index>(arv.size()), 1);
  for (std::size_t k = 0; k < arv.size(); ++k) f.arv_v(static_cast<Index>(k), 0) = static_cast<float>(arv[k] * 1e-6);
  f.rms_v = f.arv_v;
  f.rest = f.arv_rest = {Baseline{1, {1e-6}, 0.1}};
  return f;
}

Episode over(double onset, double offset) {
  Episode e;
  e.onset_s = onset;
  e.duration_s = offset - onset;
  e.channels = {"A"};
  e.parts = {{"A", onset, offset}};
  return e;
}

Episode measured(Episode e, const SignalFeatures& f) {
  std::vector<Episode> all = {std::move(e)};
  measure_edges(all, {f});
  return all[0];
}

const std::vector<double> kRamp = {1, 0.9, 1.1, 1.2, 1.25, 1.5, 2, 2, 1.4, 1.2, 1.1, 1.05, 0.9, 1};

TEST(Edges, LieBetweenRestAndClearActivity) {
  const Episode e = measured(over(100.42, 100.92), of(kRamp));
  EXPECT_NEAR(e.onset_low_s, 100.1, 1e-9) << "frame 1 is the last at rest";
  EXPECT_NEAR(e.onset_high_s, 100.6, 1e-9) << "frame 5 is the first that is clear";
  EXPECT_NEAR(e.offset_low_s, 100.8, 1e-9) << "frame 8 is the last that is clear";
  EXPECT_NEAR(e.offset_high_s, 101.3, 1e-9) << "frame 12 is the first at rest";
}

TEST(Edges, HoldWhatWasFound) {
  for (double onset = 100.2; onset < 100.5; onset += 0.01) {
    const Episode e = measured(over(onset, 1.2 + onset), of({1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1}));
    EXPECT_LE(e.onset_low_s, e.onset_s);
    EXPECT_GE(e.onset_high_s, e.onset_s);
    EXPECT_LE(e.offset_low_s, e.offset_s());
    EXPECT_GE(e.offset_high_s, e.offset_s());
  }
}

TEST(Edges, AreTimesThatNoGainMoves) {
  std::vector<double> louder = kRamp;
  for (double& v : louder) v *= 1024;
  SignalFeatures f = of(louder);
  f.arv_rest[0].level[0] *= 1024;
  const Episode a = measured(over(100.42, 100.92), of(kRamp));
  const Episode b = measured(over(100.42, 100.92), f);
  EXPECT_EQ(a.onset_low_s, b.onset_low_s);
  EXPECT_EQ(a.onset_high_s, b.onset_high_s);
  EXPECT_EQ(a.offset_low_s, b.offset_low_s);
  EXPECT_EQ(a.offset_high_s, b.offset_high_s);
}

TEST(Edges, HaveNoAnswerBeyondTheSignalAGapOrACut) {
  std::vector<double> active(14, 2);
  EXPECT_TRUE(std::isnan(measured(over(100.42, 100.92), of(active)).onset_low_s)) << "never at rest before";
  EXPECT_TRUE(std::isnan(measured(over(100.42, 100.92), of(active)).offset_high_s));
  EXPECT_FALSE(std::isnan(measured(over(100.42, 100.92), of(active)).onset_high_s));
  std::vector<double> holed = kRamp;
  holed[2] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isnan(measured(over(100.42, 100.92), of(holed)).onset_low_s));
  Episode cut = over(100.42, 100.92);
  cut.censored = Censored::kStart;
  EXPECT_TRUE(std::isnan(measured(cut, of(kRamp)).onset_low_s));
  EXPECT_TRUE(std::isnan(measured(cut, of(kRamp)).onset_high_s));
  EXPECT_FALSE(std::isnan(measured(cut, of(kRamp)).offset_low_s));
}

TEST(Edges, StopAtTheNeighbour) {
  // A contraction of the protocol ends at 100.62 s, and what outlasts it begins there.
  std::vector<Episode> all = {over(100.42, 100.62), over(100.62, 100.92)};
  measure_edges(all, {of(kRamp)});
  EXPECT_EQ(all[0].offset_high_s, 100.62);
  EXPECT_EQ(all[1].onset_low_s, 100.62);
  EXPECT_NEAR(all[1].onset_high_s, 100.7, 1e-9);
}

TEST(Edges, BelongToTheChannelsThatBeginAndEnd) {
  SignalFeatures a = of(kRamp);
  SignalFeatures b = of(kRamp);
  b.channels = {"B"};
  b.arv_v.col(0).setConstant(1e-6F);
  b.arv_v.col(0).segment(2, 10).setConstant(3e-6F);
  Episode e = over(100.2, 101.2);
  e.channels = {"A", "B"};
  e.parts = {{"B", 100.2, 101.2}, {"A", 100.42, 100.92}};
  std::vector<Episode> all = {e};
  measure_edges(all, {a, b});
  EXPECT_NEAR(all[0].onset_low_s, 100.1, 1e-9);
  EXPECT_NEAR(all[0].onset_high_s, 100.3, 1e-9);
  EXPECT_NEAR(all[0].offset_high_s, 101.3, 1e-9);
  std::vector<Episode> swapped = {e};
  measure_edges(swapped, {b, a});
  EXPECT_EQ(swapped[0].onset_low_s, all[0].onset_low_s) << "the order of signals does not matter";
}

}  // namespace
}  // namespace myocramp
