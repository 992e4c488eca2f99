// How well boundaries are found on simulated bursts: no figure may become worse without somebody noticing.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "support/activity.hpp"

namespace myocramp {
namespace {

struct Case {
  std::string detector;
  double snr_db;
  double ramp_s;
  double onset_ms;   // the most that the median absolute error may be
  double offset_ms;  // the same; all bursts end at once
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.detector << " at " << c.snr_db << " dB, ramp " << c.ramp_s << " s"; }

constexpr double kRest_v = 0x1p-19;  // 1.9 uV: one detector has voltages for thresholds

class Onsets : public ::testing::TestWithParam<Case> {};

TEST_P(Onsets, AreAsGoodAsStated) {
  const Case& wanted = GetParam();
  const testing::Bursts truth = testing::bursts(100, wanted.snr_db, wanted.ramp_s, 900);
  const testing::Timing t = testing::timing_of(truth, testing::found_in(truth.x * kRest_v, SampleRate(2000), wanted.detector)[0]);
  EXPECT_EQ(t.missed, 0);
  EXPECT_EQ(t.more, 0);
  EXPECT_LE(t.onset, wanted.onset_ms);
  EXPECT_LE(t.offset, wanted.offset_ms);
}

INSTANTIATE_TEST_SUITE_P(Abbink, Onsets,
                         ::testing::Values(Case{"abbink", 6, 0, 4, 4}, Case{"abbink", 10, 0, 4, 5}, Case{"abbink", 20, 0, 6, 8},
                                           Case{"abbink", 30, 0, 7, 10}, Case{"abbink", 10, 1, 402, 5}));
INSTANTIATE_TEST_SUITE_P(Aglr, Onsets,
                         ::testing::Values(Case{"aglr", 3, 0, 6, 4}, Case{"aglr", 6, 0, 2, 2}, Case{"aglr", 10, 0, 1, 1},
                                           Case{"aglr", 20, 0, 0.5, 0.5}, Case{"aglr", 30, 0, 0.5, 0.5}, Case{"aglr", 10, 0.1, 36, 1},
                                           Case{"aglr", 20, 0.1, 14, 0.5}, Case{"aglr", 10, 1, 345, 1}, Case{"aglr", 20, 1, 120, 0.5}));
INSTANTIATE_TEST_SUITE_P(AglrLaplace, Onsets,
                         ::testing::Values(Case{"aglr_laplace", 3, 0, 6, 5}, Case{"aglr_laplace", 6, 0, 2, 2},
                                           Case{"aglr_laplace", 10, 0, 1, 1}, Case{"aglr_laplace", 20, 0, 0.5, 0.5},
                                           Case{"aglr_laplace", 30, 0, 0.5, 0.5}, Case{"aglr_laplace", 10, 0.1, 36, 1},
                                           Case{"aglr_laplace", 20, 0.1, 15, 0.5}, Case{"aglr_laplace", 10, 1, 365, 1},
                                           Case{"aglr_laplace", 20, 1, 122, 0.5}));
INSTANTIATE_TEST_SUITE_P(Bonato, Onsets,
                         ::testing::Values(Case{"bonato", 6, 0, 3, 4}, Case{"bonato", 10, 0, 1, 1}, Case{"bonato", 20, 0, 0.5, 0.5},
                                           Case{"bonato", 30, 0, 0.5, 0.5}, Case{"bonato", 10, 0.1, 44, 1}, Case{"bonato", 10, 1, 443, 1},
                                           Case{"bonato", 20, 1, 130, 0.5}));
INSTANTIATE_TEST_SUITE_P(HodgesBui, Onsets,
                         ::testing::Values(Case{"hodges_bui", 3, 0, 9, 9}, Case{"hodges_bui", 6, 0, 14, 14},
                                           Case{"hodges_bui", 10, 0, 20, 20}, Case{"hodges_bui", 20, 0, 24, 24},
                                           Case{"hodges_bui", 30, 0, 25, 25}, Case{"hodges_bui", 10, 0.1, 26, 20},
                                           Case{"hodges_bui", 10, 1, 320, 20}));
INSTANTIATE_TEST_SUITE_P(Lidierth, Onsets,
                         ::testing::Values(Case{"lidierth", 3, 0, 12, 10}, Case{"lidierth", 6, 0, 5, 5}, Case{"lidierth", 10, 0, 8, 8},
                                           Case{"lidierth", 20, 0, 13, 13}, Case{"lidierth", 30, 0, 14, 14},
                                           Case{"lidierth", 20, 0.1, 10, 13}, Case{"lidierth", 10, 1, 395, 8},
                                           Case{"lidierth", 20, 1, 128, 13}));
INSTANTIATE_TEST_SUITE_P(Tkeo, Onsets,
                         ::testing::Values(Case{"tkeo", 6, 0, 29, 8}, Case{"tkeo", 10, 0, 5, 7}, Case{"tkeo", 20, 0, 8, 13},
                                           Case{"tkeo", 30, 0, 10, 15}, Case{"tkeo", 20, 0.1, 20, 13}, Case{"tkeo", 10, 1, 596, 7},
                                           Case{"tkeo", 20, 1, 192, 13}));
INSTANTIATE_TEST_SUITE_P(ModifiedHodges, Onsets,
                         ::testing::Values(Case{"modified_hodges", 6, 0, 5, 5}, Case{"modified_hodges", 10, 0, 7, 8},
                                           Case{"modified_hodges", 20, 0, 10, 14}, Case{"modified_hodges", 30, 0, 12, 16},
                                           Case{"modified_hodges", 20, 0.1, 9, 14}, Case{"modified_hodges", 10, 1, 409, 9},
                                           Case{"modified_hodges", 20, 1, 134, 14}));
INSTANTIATE_TEST_SUITE_P(Londral, Onsets,
                         ::testing::Values(Case{"londral", 3, 0, 12, 14}, Case{"londral", 6, 0, 11, 12}, Case{"londral", 10, 0, 20, 20},
                                           Case{"londral", 20, 0, 26, 27}, Case{"londral", 30, 0, 27, 28}, Case{"londral", 20, 0.1, 4, 27},
                                           Case{"londral", 10, 1, 371, 20}, Case{"londral", 20, 1, 129, 27}));
INSTANTIATE_TEST_SUITE_P(ProfileLikelihood, Onsets,
                         ::testing::Values(Case{"profile_likelihood", 0, 0, 9, 11}, Case{"profile_likelihood", 3, 0, 5, 4},
                                           Case{"profile_likelihood", 6, 0, 2, 2}, Case{"profile_likelihood", 10, 0, 1, 1},
                                           Case{"profile_likelihood", 20, 0, 0.5, 0.5}, Case{"profile_likelihood", 30, 0, 0.5, 0.5},
                                           Case{"profile_likelihood", 10, 0.1, 48, 1}, Case{"profile_likelihood", 20, 0.1, 24, 0.5},
                                           Case{"profile_likelihood", 10, 1, 250, 1}, Case{"profile_likelihood", 20, 1, 118, 0.5}));
INSTANTIATE_TEST_SUITE_P(Pelt, Onsets,
                         ::testing::Values(Case{"pelt", 3, 0, 7, 7}, Case{"pelt", 6, 0, 6, 6}, Case{"pelt", 10, 0, 6, 6},
                                           Case{"pelt", 20, 0, 9, 8}, Case{"pelt", 30, 0, 10, 10}, Case{"pelt", 20, 0.1, 14, 8},
                                           Case{"pelt", 10, 1, 320, 6}, Case{"pelt", 20, 1, 105, 8}));
INSTANTIATE_TEST_SUITE_P(Bocpd, Onsets,
                         ::testing::Values(Case{"bocpd", 3, 0, 7, 7}, Case{"bocpd", 6, 0, 5, 6}, Case{"bocpd", 10, 0, 6, 6},
                                           Case{"bocpd", 20, 0, 9, 8}, Case{"bocpd", 30, 0, 10, 10}, Case{"bocpd", 20, 0.1, 13, 8},
                                           Case{"bocpd", 10, 1, 330, 6}, Case{"bocpd", 20, 1, 105, 8}));
INSTANTIATE_TEST_SUITE_P(Cusum, Onsets,
                         ::testing::Values(Case{"cusum", 3, 0, 7, 9}, Case{"cusum", 6, 0, 6, 6}, Case{"cusum", 10, 0, 7, 6},
                                           Case{"cusum", 20, 0, 10, 9}, Case{"cusum", 30, 0, 10, 10}, Case{"cusum", 20, 0.1, 9, 9},
                                           Case{"cusum", 10, 1, 326, 7}, Case{"cusum", 20, 1, 106, 9}));
INSTANTIATE_TEST_SUITE_P(Edta, Onsets,
                         ::testing::Values(Case{"edta", 6, 0, 9, 9}, Case{"edta", 10, 0, 6, 6}, Case{"edta", 20, 0, 9, 8},
                                           Case{"edta", 30, 0, 10, 10}, Case{"edta", 20, 0.1, 13, 9}, Case{"edta", 10, 1, 500, 6},
                                           Case{"edta", 20, 1, 150, 8}));
INSTANTIATE_TEST_SUITE_P(Hmm, Onsets,
                         ::testing::Values(Case{"hmm", 3, 0, 10, 12}, Case{"hmm", 6, 0, 6, 6}, Case{"hmm", 10, 0, 7, 6},
                                           Case{"hmm", 20, 0, 10, 9}, Case{"hmm", 30, 0, 10, 10}, Case{"hmm", 20, 0.1, 9, 9},
                                           Case{"hmm", 10, 1, 320, 7}, Case{"hmm", 20, 1, 105, 9}));
INSTANTIATE_TEST_SUITE_P(Gmm, Onsets,
                         ::testing::Values(Case{"gmm", 3, 0, 7, 8}, Case{"gmm", 6, 0, 6, 6}, Case{"gmm", 10, 0, 6, 6},
                                           Case{"gmm", 20, 0, 8, 7}, Case{"gmm", 30, 0, 9, 10}, Case{"gmm", 20, 0.1, 20, 8},
                                           Case{"gmm", 10, 1, 316, 6}, Case{"gmm", 20, 1, 134, 8}));
INSTANTIATE_TEST_SUITE_P(SampleEntropy, Onsets,
                         ::testing::Values(Case{"sample_entropy", 3, 0, 41, 61}, Case{"sample_entropy", 6, 0, 15, 15},
                                           Case{"sample_entropy", 10, 0, 13, 13}, Case{"sample_entropy", 20, 0, 13, 13},
                                           Case{"sample_entropy", 30, 0, 13, 13}, Case{"sample_entropy", 20, 0.1, 19, 13},
                                           Case{"sample_entropy", 10, 1, 423, 13}, Case{"sample_entropy", 20, 1, 138, 13}));
INSTANTIATE_TEST_SUITE_P(LegMovement, Onsets,
                         ::testing::Values(Case{"leg_movement", 20, 0, 13, 22}, Case{"leg_movement", 30, 0, 17, 25},
                                           Case{"leg_movement", 20, 0.1, 65, 22}, Case{"leg_movement", 20, 1, 560, 20}));
INSTANTIATE_TEST_SUITE_P(Merlo, Onsets,
                         ::testing::Values(Case{"merlo", 6, 0, 14, 13}, Case{"merlo", 10, 0, 4, 6}, Case{"merlo", 20, 0, 3, 3},
                                           Case{"merlo", 30, 0, 5, 5}, Case{"merlo", 10, 0.1, 65, 3}, Case{"merlo", 20, 0.1, 24, 3},
                                           Case{"merlo", 10, 1, 402, 4}, Case{"merlo", 20, 1, 159, 3}));
INSTANTIATE_TEST_SUITE_P(Silva, Onsets,
                         ::testing::Values(Case{"silva", 6, 0, 12, 10}, Case{"silva", 10, 0, 10, 10}, Case{"silva", 20, 0, 14, 15},
                                           Case{"silva", 30, 0, 17, 20}, Case{"silva", 20, 0.1, 10, 22}, Case{"silva", 10, 1, 384, 10},
                                           Case{"silva", 20, 1, 125, 16}));

// The same bursts behind rest that the detector is told, at settings that are in use: what studies of single onsets measure.
struct Trial {
  std::string detector;
  OptionValues options;
  double snr_db;
  double ramp_s;
  double onset_ms;    // the median absolute error of the method, measured independently
  double missed = 0;  // the same: share of the bursts
};

void PrintTo(const Trial& t, std::ostream* out) { *out << t.detector << " at " << t.snr_db << " dB, ramp " << t.ramp_s << " s"; }

class ToldOnsets : public ::testing::TestWithParam<Trial> {};

TEST_P(ToldOnsets, AreWithinSamplingErrorOfTheMethod) {
  const Trial& wanted = GetParam();
  constexpr int kCount = 300;
  const testing::Bursts truth = testing::bursts(kCount, wanted.snr_db, wanted.ramp_s, 900);
  const Samples<double> rest = testing::bursts(40, -200, 0, 777).x;
  Samples<double> x(rest.rows() + truth.x.rows(), 1);
  x.topRows(rest.rows()) = rest;
  x.bottomRows(truth.x.rows()) = truth.x;
  const std::vector<Activity> found =
      testing::found_in(x * kRest_v, SampleRate(2000), wanted.detector, kGridBlock, wanted.options, true, Interval{0, rest.rows()})[0];
  std::vector<double> errors;
  for (const Interval& burst : truth.active) {
    const auto a = std::find_if(found.begin(), found.end(), [&](const Activity& f) { return f.span.end - rest.rows() > burst.begin; });
    if (a == found.end() || a->span.begin - rest.rows() >= burst.end) continue;
    errors.push_back(std::abs(static_cast<double>(a->span.begin - rest.rows() - burst.begin)) / 2);
  }
  std::sort(errors.begin(), errors.end());
  const auto n = static_cast<double>(errors.size());
  // Both within 95 %: the lower end of the interval of our median, and the difference of two shares of as many bursts.
  if (wanted.onset_ms > 0) {
    EXPECT_LE(errors.at(static_cast<std::size_t>(n / 2 - 0.98 * std::sqrt(n))), wanted.onset_ms);
  }
  const double missed = 1 - n / kCount;
  const double variance = (missed * (1 - missed) + wanted.missed * (1 - wanted.missed)) / kCount;
  EXPECT_LE(missed, wanted.missed + 1.96 * std::sqrt(variance));
}

// A threshold of three standard deviations.
const OptionValues kHodges = {{"p_fa", 0.0016}, {"p_release", 0.0016}};
INSTANTIATE_TEST_SUITE_P(HodgesBui, ToldOnsets,
                         ::testing::Values(Trial{"hodges_bui", kHodges, 0, 0, 15}, Trial{"hodges_bui", kHodges, 3, 0, 9},
                                           Trial{"hodges_bui", kHodges, 6, 0, 13}, Trial{"hodges_bui", kHodges, 10, 0, 18},
                                           Trial{"hodges_bui", kHodges, 20, 0, 24}, Trial{"hodges_bui", kHodges, 30, 0, 29},
                                           Trial{"hodges_bui", kHodges, 10, 1, 253}, Trial{"hodges_bui", kHodges, 20, 1, 80}));
const OptionValues kTkeo8 = {{"window_s", 0.015}, {"hold_s", 0.0125}, {"height_sd", 8}};
const OptionValues kTkeo15 = {{"window_s", 0.015}, {"hold_s", 0.0125}, {"height_sd", 15}};
INSTANTIATE_TEST_SUITE_P(Tkeo, ToldOnsets,
                         ::testing::Values(Trial{"tkeo", kTkeo8, 0, 0, 0, 0.8}, Trial{"tkeo", kTkeo8, 3, 0, 209, 0.06},
                                           Trial{"tkeo", kTkeo8, 6, 0, 28}, Trial{"tkeo", kTkeo8, 10, 0, 3},
                                           Trial{"tkeo", kTkeo8, 20, 0, 5}, Trial{"tkeo", kTkeo8, 30, 0, 6.5},
                                           Trial{"tkeo", kTkeo15, 3, 0, 0, 0.94}, Trial{"tkeo", kTkeo15, 10, 0, 11},
                                           Trial{"tkeo", kTkeo15, 20, 0, 4}, Trial{"tkeo", kTkeo15, 30, 0, 6.5}));
// Each alarm counts, however short.
const OptionValues kBonato = {{"p_fa", 1e-3}, {"min_duration_s", 0}};
INSTANTIATE_TEST_SUITE_P(Bonato, ToldOnsets,
                         ::testing::Values(Trial{"bonato", kBonato, 0, 0, 98}, Trial{"bonato", kBonato, 3, 0, 11},
                                           Trial{"bonato", kBonato, 6, 0, 3}, Trial{"bonato", kBonato, 10, 0, 2},
                                           Trial{"bonato", kBonato, 20, 0, 7}, Trial{"bonato", kBonato, 30, 0, 13},
                                           Trial{"bonato", kBonato, 10, 0.1, 44}, Trial{"bonato", kBonato, 20, 0.1, 12},
                                           Trial{"bonato", kBonato, 10, 1, 344}, Trial{"bonato", kBonato, 20, 1, 126}));
INSTANTIATE_TEST_SUITE_P(ProfileLikelihood, ToldOnsets,
                         ::testing::Values(Trial{"profile_likelihood", {}, 0, 0, 9}, Trial{"profile_likelihood", {}, 3, 0, 3.5},
                                           Trial{"profile_likelihood", {}, 6, 0, 2}, Trial{"profile_likelihood", {}, 10, 0, 1},
                                           Trial{"profile_likelihood", {}, 20, 0, 0.5}, Trial{"profile_likelihood", {}, 30, 0, 5},
                                           Trial{"profile_likelihood", {}, 10, 1, 346}, Trial{"profile_likelihood", {}, 20, 1, 174}));

}  // namespace
}  // namespace myocramp
