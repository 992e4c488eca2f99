#include "myocramp/cramp/edges.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "support/signals.hpp"

namespace myocramp {
namespace {

// Frames of 0.1 s from 100 s on, at rest 1 with a spread of 0.1, so that more than sqrt(2) is clear.
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
  EXPECT_NEAR(e.offset_low_s, 100.7, 1e-9) << "frame 7 is the last that is clear";
  EXPECT_NEAR(e.offset_high_s, 101.3, 1e-9) << "frame 12 is the first at rest";
}

TEST(Edges, AreJudgedByMeansOverTheWindowOfTheEnvelope) {
  SignalFeatures f = of({1, 1, 1, 0.9, 1.4, 0.8, 2.2, 1, 2, 3, 3, 1.6, 1.1, 0.9, 1.3, 0.7, 0.9, 1});
  f.envelope_window_s = 0.3;
  const Episode e = measured(over(100.42, 101.18), f);
  EXPECT_NEAR(e.onset_low_s, 100.3, 1e-9) << "frames 1 to 3 are the last whose mean is at rest: 0.8 alone is none";
  EXPECT_NEAR(e.onset_high_s, 100.7, 1e-9) << "frames 4 to 6, of a mean of 1.47";
  EXPECT_NEAR(e.offset_low_s, 100.9, 1e-9) << "frames 9 to 11";
  EXPECT_NEAR(e.offset_high_s, 101.4, 1e-9) << "frames 13 to 15, of a mean of 0.97";
  EXPECT_EQ(measured(over(100.42, 100.52), f).onset_high_s, 100.52) << "no onset is later than the offset";
}

// Of 100 simulated onsets, how many lie in their intervals: white noise whose amplitude rises to `snr_db` above rest within rise_s. What is
// meant by an onset is where the signal reaches the noise; what is found is the first frame that is clearly above rest.
int held(double snr_db, double rise_s) {
  constexpr Index kHop = 50;
  constexpr double kOnset_s = 20;
  int count = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Samples<double> noise = testing::white_noise(30000, 2, seed);  // at 1000 Hz, of rest and of the muscle
    const double top = std::pow(10, snr_db / 20);
    std::vector<float> arv(30000 / kHop, 0);
    for (Index i = 0; i < noise.rows(); ++i) {
      const double part = std::clamp((static_cast<double>(i) / 1000 - kOnset_s) / rise_s, 0.0, 1.0);
      arv[static_cast<std::size_t>(i / kHop)] += static_cast<float>(std::abs(noise(i, 0) + top * part * noise(i, 1)) / kHop);
    }
    SignalFeatures f;
    f.channels = {"A"};
    f.hop = kHop;
    f.hop_s = 0.05;
    f.envelope_window_s = 0.25;
    f.arv_v = Eigen::Map<const Samples<float>>(arv.data(), static_cast<Index>(arv.size()), 1);
    f.rms_v = f.arv_v;
    f.arv_rest = {learn_baseline(arv, kHop, SampleRate(1000), 1200, 0)};
    Index found = 19 * 20;
    while (f.arv(found, 0) <= f.clear_level(found, 0)) ++found;
    const Episode e = measured(over(static_cast<double>(found) * 0.05, 29), f);
    const double onset = kOnset_s + rise_s / top;
    if (e.onset_low_s <= onset && onset <= e.onset_high_s) ++count;
  }
  return count;
}

TEST(Edges, HoldTheTruth) {
  for (const double snr_db : {6.0, 10.0, 20.0}) {
    EXPECT_EQ(held(snr_db, 0.001), 100) << "a step of " << snr_db << " dB";
    EXPECT_EQ(held(snr_db, 1), 100) << "a ramp to " << snr_db << " dB";
  }
  // Where a ramp takes two seconds to reach the noise, some stretch of it is above by chance before.
  EXPECT_EQ(held(6, 4), 62);
  EXPECT_EQ(held(10, 4), 86);
  EXPECT_EQ(held(20, 4), 100);
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

TEST(Edges, NeedMoreThanTheSpreadOfRest) {
  SignalFeatures f = of(kRamp);
  f.arv_rest[0].spread = 0.2;  // 1.6
  EXPECT_NEAR(measured(over(100.42, 100.92), f).onset_high_s, 100.7, 1e-9);
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

// Active from 105 to 110 s, and measured as a cramp from `onset` to `offset` beside what is invalid.
Episode beside(const std::vector<InvalidSpan>& invalid, double onset, double offset, const std::string& label = "cramp") {
  std::vector<double> arv(160, 0.9);
  std::fill(arv.begin() + 50, arv.begin() + 100, 3.0);
  SignalFeatures f = of(arv);
  f.envelope_window_s = 0.3;
  Episode e = over(onset, offset);
  e.trial_type = label;
  std::vector<Episode> all = {e};
  measure_edges(all, {f}, invalid);
  return all[0];
}

TEST(Edges, AreHiddenByInvalidTime) {
  const InvalidSpan noise{{102, 106}, "noise", {"A"}};
  const Episode e = beside({noise}, 106, 110);
  EXPECT_EQ(e.censored, Censored::kStart);
  EXPECT_NEAR(e.onset_low_s, 101.4, 1e-9) << "the last frame with which a stretch at rest ends, half a second off the noise";
  EXPECT_NEAR(e.onset_high_s, 106.3, 1e-9);
  EXPECT_NEAR(e.offset_high_s, 110.1, 1e-9);

  const Episode end = beside({{{108, 112}, "lead off", {}}}, 105, 108.2);
  EXPECT_EQ(end.censored, Censored::kEnd) << "where an open lead begins is told in half seconds";
  EXPECT_NEAR(end.offset_high_s, 112.6, 1e-9);
  EXPECT_EQ(beside({{{103, 106}, "", {}}, {{109, 112}, "", {}}}, 106, 109).censored, Censored::kBoth);
  EXPECT_TRUE(std::isnan(beside({{{99, 106}, "", {}}}, 106, 110).onset_low_s)) << "no rest was seen before";
}

TEST(Edges, AreKnownWhereRestIsSeenBesideThem) {
  const Episode clean = beside({}, 105, 110);
  for (const InvalidSpan& away :
       {InvalidSpan{{101, 103.5}, "noise", {"A"}}, InvalidSpan{{112, 115}, "noise", {}}, InvalidSpan{{104, 106}, "noise", {"B"}},
        InvalidSpan{{104.9, 105.1}, "spike", {"A"}}, InvalidSpan{{106, 109}, "noise", {"A"}}}) {
    const Episode e = beside({away}, 105, 110);
    EXPECT_EQ(e.censored, Censored::kNone) << away.reason << ' ' << away.start_s;
    EXPECT_EQ(e.onset_low_s, clean.onset_low_s);
    EXPECT_EQ(e.offset_high_s, clean.offset_high_s);
  }
}

TEST(Edges, AreNotHiddenWhereTheProtocolExplainsThem) {
  const InvalidSpan noise{{102, 106}, "noise", {"A"}};
  EXPECT_EQ(beside({noise}, 106, 110, "voluntary").censored, Censored::kNone);
  EXPECT_EQ(beside({noise}, 106, 110, "artefact").censored, Censored::kNone);
  std::vector<double> arv(160, 3);
  std::vector<Episode> all = {over(104, 106), over(106, 110)};  // what outlasts a contraction of the protocol
  all[0].trial_type = "voluntary";
  all[1].trial_type = "cramp";
  measure_edges(all, {of(arv)}, {noise});
  EXPECT_EQ(all[1].censored, Censored::kNone);
  all[0].trial_type = "artefact";  // cut off from it
  measure_edges(all, {of(arv)}, {noise});
  EXPECT_EQ(all[1].censored, Censored::kStart);
}

TEST(Edges, AreKnownWhereTheNextBegins) {
  // The protocol's row begins where the cramp before it ends, whose duration is a rounded difference.
  std::vector<double> arv(160, 3);
  for (int k = 1; k < 200; ++k) {
    const double cut = 108 + 0.00137 * k;
    std::vector<Episode> all = {over(101.111, cut), over(cut, 110)};
    all[0].duration_s = std::round((cut - 101.111) * 1e9) / 1e9;
    all[0].trial_type = "cramp";
    all[1].trial_type = "voluntary";
    measure_edges(all, {of(arv)}, {{{cut - 0.4, cut - 0.1}, "noise", {"A"}}});
    ASSERT_NE(all[0].censored, Censored::kEnd) << cut;
    ASSERT_NE(all[0].censored, Censored::kBoth) << cut;
  }
}

TEST(Edges, AreHiddenWhereNoRestIsSeenBeyondInvalidTime) {
  std::vector<double> arv(160, 3);
  std::vector<Episode> all = {over(106, 110)};
  all[0].trial_type = "cramp";
  measure_edges(all, {of(arv)}, {{{102, 104}, "noise", {"A"}}});
  EXPECT_EQ(all[0].censored, Censored::kStart) << "it may have begun in the noise, which it is never seen at rest after";
  EXPECT_TRUE(std::isnan(all[0].onset_low_s));
  std::vector<Episode> next = {over(100, 101), over(106, 110)};
  next[0].trial_type = next[1].trial_type = "cramp";
  measure_edges(next, {of(arv)}, {{{102, 104}, "noise", {"A"}}});
  EXPECT_EQ(next[1].censored, Censored::kStart);
  EXPECT_EQ(next[1].onset_low_s, 101) << "its neighbour is the limit";
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
