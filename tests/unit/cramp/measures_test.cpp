#include "myocramp/cramp/measures.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace myocramp {
namespace {

// Two channels at 20 frames per second: rest at 1 uV, on A a trapezoid of 101 uV: up from 100 to 102 s, flat to 110 s, down to 114 s.
SignalFeatures trapezoid() {
  SignalFeatures f;
  f.channels = {"A", "B"};
  f.hop_s = 0.05;
  const Index n = 4000;
  f.rms_v = Samples<float>::Constant(n, 2, 1e-6F);
  f.rest = {2, Baseline{1, {1e-6}, 0}};
  for (Index k = 0; k < n; ++k) {
    const double t = f.frame_centre(k);
    const double height = t < 100 || t > 114 ? 0 : t < 102 ? (t - 100) / 2 : t < 110 ? 1 : (114 - t) / 4;
    f.rms_v(k, 0) += static_cast<float>(100e-6 * height);
  }
  f.arv_v = f.rms_v * 0.8F;
  f.arv_rest = {2, Baseline{1, {0.8e-6}, 0.1}};
  f.crossings_of = Samples<std::uint16_t>::Constant(n, 2, 6);
  f.envelope_window_s = 0.25;
  f.spectral_window_s = 1;
  const Index windows = 399;
  f.spectral.channels = f.channels;
  f.spectral.columns = {{"mnf_hz", Samples<double>(windows, 2)}, {"mdf_hz", Samples<double>(windows, 2)}};
  for (Index w = 0; w < windows; ++w) {
    const double t = 0.5 * static_cast<double>(w) + 0.5;
    f.spectral.time_s.push_back(t);
    f.spectral.columns[0].values.row(w).setConstant(100 - 0.2 * t);
    f.spectral.columns[1].values.row(w).setConstant(90 - 0.3 * t);
  }
  return f;
}

Episode over(double onset, double offset) {
  Episode e;
  e.onset_s = onset;
  e.duration_s = offset - onset;
  e.channels = {"A", "B"};
  return e;
}

Episode measured(Episode e, const std::vector<Phase>& protocol = {}, const std::vector<ChannelSpans>& active = {},
                 const CrampOptions& options = {}) {
  std::vector<Episode> all = {std::move(e)};
  measure(all, {trapezoid()}, active, protocol, {}, "2017-01-23T23:59:00.500+00:00", options);
  return all[0];
}

TEST(Measures, OfATrapezoidAreItsGeometry) {
  const Episode e = measured(over(100, 114));
  EXPECT_EQ(e.peak_channel, "A");
  EXPECT_NEAR(e.peak_uv, 101, 1e-5);  // envelopes have 24 bits
  EXPECT_NEAR(e.x_baseline, 101, 1e-5);
  EXPECT_NEAR(e.rise_s, 0.8 * 2, 1e-6);
  EXPECT_NEAR(e.decay_s, 0.8 * 4, 1e-6);
  EXPECT_NEAR(e.iemg_uvs, 0.8 * (100 * (1 + 8 + 2) + 14), 0.1);
  EXPECT_TRUE(std::isnan(e.pct_mvc));
  EXPECT_EQ(e.onset_time, "2017-01-24T00:00:40.500+00:00");
}

TEST(Measures, SpectraAreThoseOfTheWindowsInside) {
  const Episode e = measured(over(100, 114));
  EXPECT_EQ(e.n_windows, 27);  // centres from 100.5 to 113.5
  EXPECT_NEAR(e.mdf_hz, 90 - 0.3 * 107, 1e-9);
  EXPECT_NEAR(e.mnf_hz, 100 - 0.2 * 107, 1e-9);
  EXPECT_NEAR(e.mdf_slope_hz_s, -0.3, 1e-9);
  EXPECT_NEAR(e.mdf_slope_low, -0.3, 1e-9) << "of a line without scatter";
  EXPECT_NEAR(e.mdf_slope_high, -0.3, 1e-9);
  EXPECT_NEAR(e.mdf_slope_percent_min, 100 * 60 * -0.3 / (90 - 0.3 * 100.5), 1e-6);
  EXPECT_FALSE(std::isnan(measured(over(100, 105.5)).mdf_slope_hz_s)) << "10 windows";
  const Episode shorter = measured(over(100, 105.4));
  EXPECT_EQ(shorter.n_windows, 9);
  EXPECT_TRUE(std::isnan(shorter.mdf_slope_hz_s)) << "too few for a slope";
}

TEST(Measures, SpectraAreRefusedWhereNoiseIsTooStrong) {
  double power = 0;  // of the frames with their centre inside, above rest
  for (Index k = 2000; k < 2280; ++k) power += std::pow(trapezoid().rms(k, 0) / 1e-6, 2) / 280;
  const double snr_db = 10 * std::log10(power - 1);
  const auto limited = [](double db) {
    CrampOptions options;
    options.spectral_snr_db = db;
    return measured(over(100, 114), {}, {{"A", {{40, 98}}}}, options);
  };
  const Episode below = limited(snr_db + 0.01);
  EXPECT_NEAR(below.snr_db, snr_db, 1e-6);
  EXPECT_EQ(below.n_windows, 27);
  for (const double v : {below.mnf_hz, below.mdf_hz, below.mdf_slope_hz_s, below.mdf_slope_low, below.mdf_slope_high})
    EXPECT_TRUE(std::isnan(v));
  EXPECT_FALSE(std::isnan(limited(snr_db - 0.01).mdf_hz));
  const Episode before = limited(10);
  EXPECT_TRUE(std::isnan(before.pre_mdf_hz)) << "the channel was no stronger than at rest";
  EXPECT_TRUE(std::isnan(before.pre_mdf_slope_hz_s));
  EXPECT_NEAR(before.pre_rms_uv, 1, 1e-6);
}

TEST(Measures, ThePlateauIsTheTimeAboveHalfOfTheHeight) {
  EXPECT_NEAR(measured(over(100, 114)).plateau_share, 11 / 14.0, 0.05 / 14);  // from 101 to 112 s
  EXPECT_NEAR(measured(over(102, 110)).plateau_share, 1, 1e-9);
  Episode quiet = over(100, 114);
  quiet.channels = {"B"};
  EXPECT_TRUE(std::isnan(measured(quiet).plateau_share)) << "no height above rest";
}

TEST(Measures, TheMuapRateNeedsASignalAboveNoise) {
  EXPECT_NEAR(measured(over(100, 114)).muap_rate_per_s, 60, 1);  // all frames but the first and last are clear
  CrampOptions strict;
  strict.spectral_snr_db = 200;
  EXPECT_TRUE(std::isnan(measured(over(100, 114), {}, {}, strict).muap_rate_per_s));
}

TEST(Measures, SeverityIsGradedOnTheUsersScale) {
  EXPECT_TRUE(std::isnan(measured(over(100, 114)).severity));
  CrampOptions graded;
  graded.severity = severity_scale_of_text("peak_uv:50,100,200");
  EXPECT_EQ(measured(over(100, 114), {}, {}, graded).severity, 2);
}

TEST(Measures, ACensoredEndHasNoTimeOfItsOwn) {
  Episode e = over(100, 114);
  e.censored = Censored::kStart;
  EXPECT_TRUE(std::isnan(measured(e).rise_s));
  EXPECT_FALSE(std::isnan(measured(e).decay_s));
}

TEST(Measures, PercentOfMvcNeedsAnMvc) {
  EXPECT_NEAR(measured(over(100, 114), {{104, 106, "mvc"}}).pct_mvc, 100, 1e-5);
  EXPECT_NEAR(measured(over(100, 114), {{10, 20, "mvc"}}).pct_mvc, 10100, 1e-2);
}

TEST(Measures, TheStateBeforeIsThatOfTheSpanBeforeOnset) {
  CrampOptions any_ratio;
  any_ratio.spectral_snr_db = -100;
  const Episode e = measured(over(100, 114), {}, {{"A", {{40, 98}}}}, any_ratio);
  EXPECT_NEAR(e.pre_rms_uv, 1, 1e-6);
  EXPECT_NEAR(e.pre_mdf_hz, 90 - 0.3 * 69, 1e-9);  // windows from 40 to 98 s
  EXPECT_NEAR(e.pre_mdf_slope_hz_s, -0.3, 1e-9);
  EXPECT_NEAR(e.pre_mdf_slope_low, -0.3, 1e-9);
  EXPECT_NEAR(e.pre_mdf_slope_high, -0.3, 1e-9);
  EXPECT_EQ(e.pre_matched_windows, 115);
  EXPECT_NEAR(e.pre_matched_mdf_hz, e.pre_mdf_hz, 1e-9);
  EXPECT_EQ(measured(over(100, 114)).pre_matched_windows, 0);
  EXPECT_TRUE(std::isnan(measured(over(100, 114)).pre_level_uv));
  EXPECT_TRUE(std::isnan(measured(over(100, 114)).pre_mdf_hz)) << "the spectrum of rest is none of a muscle";
  EXPECT_TRUE(std::isnan(measured(over(5, 9)).pre_rms_uv)) << "4 s before onset say nothing";
}

// Active from 40 to 98 s at 20 uV, half of the time with 25 % more, at which the median frequency is 15 Hz higher.
SignalFeatures two_levels() {
  SignalFeatures f = trapezoid();
  for (Index k = 0; k < f.frames(); ++k) {
    const double t = f.frame_centre(k);
    if (t > 40 && t < 98) f.rms_v(k, 0) = t < 70 ? 20e-6F : 25e-6F;
  }
  for (std::size_t w = 0; w < f.spectral.time_s.size(); ++w) {
    const double t = f.spectral.time_s[w];
    f.spectral.columns[1].values(static_cast<Index>(w), 0) = 90 - 0.1 * (t - 40) + (t < 70 ? 0 : 15);
  }
  return f;
}

TEST(Measures, TheStateBeforeIsAlsoThatOfOneActivity) {
  const auto state = [](double match_percent, const std::vector<Phase>& protocol) {
    std::vector<Episode> all = {over(100, 114)};
    CrampOptions options;
    options.pre_match_percent = match_percent;
    measure(all, {two_levels()}, {{"A", {{40, 98}}}}, protocol, {}, "", options);
    return all[0];
  };
  const Episode e = state(10, {});
  EXPECT_NEAR(e.pre_level_uv, 20, 1e-5) << "60 of 115 windows lie before 70 s";
  EXPECT_TRUE(std::isnan(e.pre_level_pct_mvc));
  EXPECT_GT(e.pre_mdf_slope_hz_s, 0) << "force rose and took the frequency with it";
  EXPECT_EQ(e.pre_matched_windows, 59) << "the window around 70 s has both levels, but mostly neither";
  EXPECT_NEAR(e.pre_matched_mdf_slope_hz_s, -0.1, 1e-6);
  EXPECT_NEAR(e.pre_matched_mdf_slope_high, -0.1, 1e-6);
  EXPECT_NEAR(e.pre_matched_mdf_slope_low, -0.1, 1e-6);
  EXPECT_EQ(state(30, {}).pre_matched_windows, 115);

  const std::vector<Phase> mvc = {{104, 106, "mvc"}};  // 101 uV: 10 % of it is 10 uV, so both levels are one activity
  EXPECT_EQ(state(10, mvc).pre_matched_windows, 115);
  EXPECT_NEAR(state(10, mvc).pre_level_pct_mvc, 100 * 20 / 101.0, 1e-4);
  EXPECT_EQ(state(2, mvc).pre_matched_windows, 59);
}

TEST(Measures, AnEpisodeBetweenFrameCentresHasTheNearestFrame) { EXPECT_NEAR(measured(over(105.03, 105.06)).peak_uv, 101, 1e-5); }

TEST(WallClock, CountsAcrossMidnightAndLeapDays) {
  EXPECT_EQ(wall_clock("2024-02-28T23:00:00.000+02:00", 3600 * 25.5), "2024-03-01T00:30:00.000+02:00");
  EXPECT_EQ(wall_clock("2024-02-28T23:00:00.123456+02:00", 1), "2024-02-28T23:00:01.123+02:00");
  EXPECT_EQ(wall_clock("2024-02-28T23:00:00+02:00", 1), "2024-02-28T23:00:01.000+02:00");
  EXPECT_EQ(wall_clock("", 5), "");
  EXPECT_EQ(wall_clock("yesterday", 5), "");
}

}  // namespace
}  // namespace myocramp
