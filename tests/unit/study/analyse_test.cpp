#include "myocramp/study/analyse.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "myocramp/detect/registry.hpp"
#include "myocramp/signal/pick.hpp"
#include "myocramp/simulate/shaped_noise.hpp"
#include "myocramp/study/tables.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

Recording in_memory(Samples<double> volts, double rate, const std::vector<Phase>& phases = {}) {
  Recording r;
  r.layout = "memory";
  Signal s{"", SampleRate(rate), 0, volts.rows(), {}, nullptr, ""};
  for (Index c = 0; c < volts.cols(); ++c) {
    Channel channel;
    channel.name = "ch" + std::to_string(c + 1);
    s.channels.push_back(channel);
  }
  s.source = std::make_shared<MemorySource>(std::move(volts));
  r.signals = {s};
  r.protocol = phases;
  return r;
}

const SimulatedRecording& simulated() {
  static const SimulatedRecording r = simulate_shaped_noise({}, 4, 0);
  return r;
}

std::string table(const Analysis& a) { return episodes_tsv(a) + rejected_tsv(a.rejected); }

TEST(Analyse, FindsEveryLabelledEvent) {
  const Analysis a = analyse(in_memory(simulated().volts, 1000, simulated().phases), {});
  for (const Event& label : simulated().labels) {
    double best = 0;
    for (const Episode& e : a.episodes) {
      const double common = std::max(0.0, std::min(e.offset_s(), label.offset_s()) - std::max(e.onset_s, label.onset_s));
      if (e.trial_type == label.trial_type) best = std::max(best, common / (e.duration_s + label.duration_s - common));
    }
    EXPECT_GE(best, 0.5) << label.trial_type << " at " << label.onset_s;
  }
  EXPECT_NEAR(a.baseline_uv, std::sqrt(430.0 / 500) * 2, 0.1);  // 2 uV of white noise, 430 of 500 Hz of it passed
}

TEST(Analyse, DatesAStepWhereThePowerSteps) {
  Samples<double> volts = testing::white_noise(60'000, 2, 5) * 2e-6;
  volts.block(20'000, 0, 10'000, 1) *= 10;
  volts.block(50'000, 1, 10'000, 1) *= 10;  // to the end of the recording
  AnalyseOptions options;
  const auto dated = analyse(in_memory(volts, 1000), options).episodes;
  options.config.cramp.date_window_s = 0;
  const auto as_found = analyse(in_memory(volts, 1000), options).episodes;
  ASSERT_EQ(dated.size(), 2U);
  ASSERT_EQ(as_found.size(), 2U);
  EXPECT_NEAR(dated[0].onset_s, 20, 0.002);
  EXPECT_NEAR(dated[0].offset_s(), 30, 0.002);
  EXPECT_NEAR(dated[1].onset_s, 50, 0.002);
  EXPECT_EQ(dated[1].offset_s(), 60);
  EXPECT_EQ(dated[1].censored, Censored::kEnd);
  EXPECT_LT(as_found[0].onset_s, 19.985);
  EXPECT_GT(as_found[0].offset_s(), 30.015);
}

TEST(Analyse, ADetectorThatLooksBackKeepsItsBoundaries) {
  AnalyseOptions options;
  options.config.detector.name = "profile_likelihood";
  const Analysis a = analyse(in_memory(simulated().volts, 1000, simulated().phases), options);
  options.config.cramp.date_window_s = 0;
  EXPECT_EQ(table(analyse(in_memory(simulated().volts, 1000, simulated().phases), options)), table(a));
}

TEST(Analyse, NoDetectorLosesALongContraction) {
  Samples<double> volts = testing::white_noise(120'000, 1, 5) * 2e-6;
  volts.middleRows(40'000, 15'000) *= 15;
  for (const DetectorEntry& d : detectors()) {
    AnalyseOptions options;
    options.config.detector.name = d.name;
    const std::vector<Episode> episodes = analyse(in_memory(volts, 1000), options).episodes;
    ASSERT_EQ(episodes.size(), 1U) << d.name;
    EXPECT_NEAR(episodes[0].duration_s, 15, 0.3) << d.name;
  }
}

TEST(Analyse, GainOf1024ChangesNoBitOfAnyEvent) {
  const Analysis a = analyse(in_memory(simulated().volts, 1000, simulated().phases), {});
  const Analysis b = analyse(in_memory(simulated().volts * 1024, 1000, simulated().phases), {});
  ASSERT_EQ(a.episodes.size(), b.episodes.size());
  for (std::size_t k = 0; k < a.episodes.size(); ++k) {
    EXPECT_EQ(a.episodes[k].onset_s, b.episodes[k].onset_s);
    EXPECT_EQ(a.episodes[k].duration_s, b.episodes[k].duration_s);
    EXPECT_EQ(a.episodes[k].score, b.episodes[k].score);
    EXPECT_EQ(a.episodes[k].trial_type, b.episodes[k].trial_type);
    EXPECT_EQ(a.episodes[k].peak_uv * 1024, b.episodes[k].peak_uv);
    EXPECT_EQ(a.episodes[k].x_baseline, b.episodes[k].x_baseline);
  }
}

TEST(Analyse, PolarityChangesNothing) {
  const Analysis a = analyse(in_memory(simulated().volts, 1000, simulated().phases), {});
  const Analysis b = analyse(in_memory(-simulated().volts, 1000, simulated().phases), {});
  EXPECT_EQ(table(a), table(b));
}

TEST(Analyse, GainOf1000MovesBoundariesByOneSampleAtMost) {
  const Analysis a = analyse(in_memory(simulated().volts, 1000, simulated().phases), {});
  const Analysis b = analyse(in_memory(simulated().volts * 1000, 1000, simulated().phases), {});
  ASSERT_EQ(a.episodes.size(), b.episodes.size());
  for (std::size_t k = 0; k < a.episodes.size(); ++k) {
    EXPECT_NEAR(a.episodes[k].onset_s, b.episodes[k].onset_s, 0.0011);
    EXPECT_NEAR(a.episodes[k].offset_s(), b.episodes[k].offset_s(), 0.0021);
    EXPECT_EQ(a.episodes[k].trial_type, b.episodes[k].trial_type);
  }
}

TEST(Analyse, AConverterOffsetChangesNothing) {
  const Analysis a = analyse(in_memory(simulated().volts, 1000, simulated().phases), {});
  const Analysis b = analyse(in_memory(simulated().volts + 0.5e-3, 1000, simulated().phases), {});
  ASSERT_EQ(a.episodes.size(), b.episodes.size());
  for (std::size_t k = 0; k < a.episodes.size(); ++k) EXPECT_NEAR(a.episodes[k].onset_s, b.episodes[k].onset_s, 0.0011);
}

TEST(Analyse, ChannelsMayComeInAnyOrder) {
  const Recording r = in_memory(simulated().volts, 1000, simulated().phases);
  Recording swapped = r;
  swapped.signals[0] = pick(r.signals[0], {1, 0});
  EXPECT_EQ(table(analyse(r, {})), table(analyse(swapped, {})));
}

TEST(Analyse, TruthOfASimulatorIsNotUsed) {
  Recording r = in_memory(simulated().volts, 1000, simulated().phases);
  const std::string plain = table(analyse(r, {}));
  for (const Event& label : simulated().labels) {
    r.invalid_times.push_back({{label.onset_s, label.offset_s()}, "simulated:motion", {}});
    TrueEvent event;
    event.onset_s = label.onset_s;
    event.offset_s = label.offset_s();
    r.truth.events.push_back(event);
    r.truth.contaminants.push_back({{label.onset_s, label.offset_s()}, "motion", {}});
  }
  EXPECT_EQ(table(analyse(r, {})), plain);
  for (InvalidSpan& s : r.invalid_times) s.reason = "lead off";
  const std::string known = table(analyse(r, {}));
  EXPECT_NE(known, plain) << "what any recorder knows is used";
  EXPECT_NE(known.find("half_invalid"), std::string::npos);
}

// Hum with multiples 1, 2, 3 and 5 of a mains that swings by half a hertz to both sides within ten minutes, on both channels; `rms_v` of its first.
Samples<double> with_hum(Samples<double> volts, double mains_hz, double rms_v, Interval on) {
  double turns = 0;
  for (Index i = 0; i < volts.rows(); ++i) {
    double sum = 0;
    for (const auto& [multiple, share] : {std::pair{1, 1.0}, {2, 0.2}, {3, 0.4}, {5, 0.15}}) {
      sum += share * std::numbers::sqrt2 * rms_v * std::sin(2 * std::numbers::pi * multiple * turns + multiple);
    }
    if (i >= on.begin && i < on.end) volts.row(i) += sum;
    turns += (mains_hz + 0.5 * std::sin(2 * std::numbers::pi * static_cast<double>(i) / 600e3)) / 1000;
  }
  return volts;
}

// At -20 to 10 dB of the cramp's own 80 uV; nothing is found that was not there, and nothing is lost.
TEST(Analyse, HumNeitherHidesNorMakesEpisodes) {
  const Analysis quiet = analyse(in_memory(simulated().volts, 1000, simulated().phases), {});
  const Index n = simulated().volts.rows();
  for (const double db : {-20.0, -10.0, 0.0, 10.0}) {
    for (const Interval on : {Interval{0, n}, {n / 2 + 4321, n}, {0, n / 3 + 777}}) {
      if (db > 0 && on.length() < n) continue;  // 42 dB above the rest, a switch leaves a few tenths of a second (docs/methods/mains.md)
      const double close_s = db > 0 ? 0.25 : 0.1;
      const double rms_v = 80e-6 * std::pow(10, db / 20);
      const Analysis a = analyse(in_memory(with_hum(simulated().volts, 50, rms_v, on), 1000, simulated().phases), {});
      const auto which = [&](const Episode& e) {
        return ::testing::Message() << db << " dB from " << on.begin << ": " << e.trial_type << " at " << e.onset_s << " for "
                                    << e.duration_s << " on " << e.channels.size();
      };
      ASSERT_EQ(a.quality[0].hum.size(), 2U);
      for (const Hum& hum : a.quality[0].hum) EXPECT_EQ(hum.mains_hz, 50) << db;
      for (const Episode& e : quiet.episodes) {
        if (e.duration_s < 0.5) continue;
        const auto like = std::find_if(a.episodes.begin(), a.episodes.end(), [&](const Episode& o) {
          return o.trial_type == e.trial_type && std::abs(o.onset_s - e.onset_s) < close_s &&
                 std::abs(o.offset_s() - e.offset_s()) < close_s;
        });
        EXPECT_TRUE(like != a.episodes.end()) << "lost " << which(e);
        if (like == a.episodes.end()) continue;
        EXPECT_NEAR(like->peak_uv / e.peak_uv, 1, 0.05) << which(e);
        EXPECT_NEAR(like->mdf_hz / e.mdf_hz, 1, 0.05) << which(e);
      }
      for (const Episode& e : a.episodes) {
        const bool known = std::any_of(quiet.episodes.begin(), quiet.episodes.end(),
                                       [&](const Episode& o) { return o.onset_s < e.offset_s() && o.offset_s() > e.onset_s; });
        EXPECT_TRUE(known) << "made " << which(e);
      }
    }
  }
}

TEST(Analyse, ARecordingWithoutHumIsAnalysedAsIfNoneWereLookedFor) {
  const Recording r = in_memory(simulated().volts, 1000, simulated().phases);
  AnalyseOptions none;
  none.config.mains = Mains::kNone;
  const Analysis a = analyse(r, {});
  EXPECT_EQ(table(a), table(analyse(r, none)));
  for (const Hum& hum : a.quality[0].hum) EXPECT_EQ(hum.mains_hz, 0);
}

TEST(Analyse, AGapIsReportedAndDoesNotSplitWhatGoesOnBehindIt) {
  for (const Index length : {10, 300}) {
    Samples<double> volts = simulated().volts;
    const Event& cramp = simulated().labels.back();
    const Index middle = SampleRate(1000).round(Seconds(cramp.onset_s + cramp.duration_s / 2));
    volts.block(middle, 0, length, 2).setConstant(std::nan(""));
    volts(middle + length / 3, 0) = std::numeric_limits<double>::infinity();
    const Analysis a = analyse(in_memory(volts, 1000, simulated().phases), {});
    ASSERT_EQ(a.gaps.size(), 2U);
    EXPECT_EQ(a.gaps[0].samples, length);
    const auto middle_s = static_cast<double>(middle) / 1000;
    const auto over = [&](const Episode& e) { return e.onset_s < middle_s + 1 && e.offset_s() > middle_s - 1; };
    ASSERT_EQ(std::count_if(a.episodes.begin(), a.episodes.end(), over), 1) << length;
    const Episode& e = *std::find_if(a.episodes.begin(), a.episodes.end(), over);
    EXPECT_EQ(e.trial_type, "cramp");
    EXPECT_EQ(e.censored, Censored::kNone);
    EXPECT_NEAR(e.duration_s, cramp.duration_s, 0.5);
  }
}

TEST(Analyse, AGapCutsOffWhatDoesNotGoOnBehindIt) {
  Samples<double> volts = simulated().volts;
  const Event& cramp = simulated().labels.back();
  const Index middle = SampleRate(1000).round(Seconds(cramp.onset_s + cramp.duration_s / 2));
  const Index end = SampleRate(1000).round(Seconds(cramp.offset_s() + 1));
  volts.block(middle, 0, end - middle, 2).setConstant(std::nan(""));
  const Analysis a = analyse(in_memory(volts, 1000, simulated().phases), {});
  const auto cut = [&](const Episode& e) { return e.offset_s() == static_cast<double>(middle) / 1000 && e.censored == Censored::kEnd; };
  EXPECT_EQ(std::count_if(a.episodes.begin(), a.episodes.end(), cut), 1);
}

TEST(Analyse, StretchesTooShortForTheFilterAreGapsToo) {
  Samples<double> volts = simulated().volts;
  for (Index i = 5000; i < 6000; i += 20) volts(i, 0) = std::nan("");  // 19 samples between, the filter needs 28
  const Analysis a = analyse(in_memory(volts, 1000, simulated().phases), {});
  ASSERT_EQ(a.gaps.size(), 1U);
  EXPECT_EQ(a.gaps[0].samples, 981);
}

TEST(Analyse, RefusesBandsThatNoFilterOrSpectrumCanHold) {
  const auto code = [](const std::vector<std::pair<std::string, std::string>>& settings) {
    AnalyseOptions o;
    for (const auto& [key, value] : settings) set_option(o.config, key, value);
    try {
      analyse(in_memory(simulated().volts, 1000), o);
    } catch (const DataError& e) {
      return e.code();
    }
    return std::string();
  };
  EXPECT_EQ(code({{"filter.low_hz", "0.01"}}), "E-BAND");                                    // it would settle for an hour
  EXPECT_EQ(code({{"spectral.low_hz", "448.5"}, {"spectral.high_hz", "449.5"}}), "E-BAND");  // bins stand at even frequencies
}

TEST(Analyse, TheLastFrameMayBeShorter) {
  Samples<double> volts = testing::white_noise(10030, 1, 9) * 1e-6;
  volts.bottomRows(3000) *= 30;
  const Analysis a = analyse(in_memory(volts, 1000), {});
  ASSERT_EQ(a.features[0].rms_v.rows(), 201);
  EXPECT_TRUE(std::isfinite(a.features[0].rms_v(200, 0)));
  ASSERT_FALSE(a.episodes.empty());
  EXPECT_EQ(a.episodes.back().censored, Censored::kEnd);
  EXPECT_NEAR(a.episodes.back().iemg_uvs, 3.0 * 30 * std::sqrt(0.86 * 2 / std::numbers::pi), 3);
}

TEST(Analyse, WithoutAPhaseNothingIsCalledCramp) {
  const Analysis a = analyse(in_memory(simulated().volts, 1000), {});
  for (const Episode& e : a.episodes) EXPECT_NE(e.trial_type, "cramp");
  ASSERT_FALSE(a.notes.empty());
  EXPECT_NE(a.notes.back().find("nothing is called cramp"), std::string::npos);
}

TEST(Analyse, WithoutAPhaseOnlyWhatOutlastsATrainIsCalledCramp) {
  Recording r = in_memory(simulated().volts, 1000);
  r.stim_trains = {{}};
  r.stim_trains[0].start_s = 1;
  r.stim_trains[0].stop_s = 2;
  EXPECT_NE(analyse(r, {}).notes.back().find("nothing is called cramp but what outlasts a train, for"), std::string::npos);
  AnalyseOptions mvc;
  mvc.phase = "mvc";
  EXPECT_NE(analyse(r, mvc).notes.back().find("outlasts a train or a contraction, for"), std::string::npos);
}

TEST(Analyse, FindsBurstsInDigitalSilence) {
  for (const std::string name : {"hodges_bui", "bonato", "tkeo"}) {
    Samples<double> volts = Samples<double>::Zero(120000, 1);
    for (const Index from : {20000, 60000}) volts.middleRows(from, 10000) = testing::white_noise(10000, 1, 30) * 12e-6;
    AnalyseOptions o;
    o.phase = "rest";
    o.config.detector.name = name;
    const Analysis a = analyse(in_memory(volts, 1000), o);
    ASSERT_EQ(a.episodes.size(), 2U) << name;
    for (const std::size_t k : {0U, 1U}) {
      EXPECT_EQ(a.episodes[k].trial_type, "cramp");
      EXPECT_NEAR(a.episodes[k].onset_s, 20 + 40.0 * static_cast<double>(k), 0.1) << name;
      EXPECT_NEAR(a.episodes[k].duration_s, 10, 0.2) << name;
    }
    ASSERT_FALSE(a.notes.empty());
    EXPECT_NE(a.notes.back().find("digital silence for most of ch1"), std::string::npos) << a.notes.back();
    EXPECT_TRUE(a.artefacts.empty()) << "no open lead";
  }
}

TEST(Analyse, ASingleFlipOfCoarseFloatsIsNoActivity) {
  constexpr double kCode = 6.4e-6;
  Samples<double> volts = testing::white_noise(120000, 1, 32) * 0.8e-6;
  volts.middleRows(20000, 10000) = testing::white_noise(10000, 1, 33) * 30e-6;
  for (Index i = 0; i < volts.rows(); ++i) volts(i, 0) = std::round(volts(i, 0) / kCode) * kCode;
  AnalyseOptions o;
  o.phase = "rest";
  for (const double offset : {0.0, 1e-3}) {
    const Analysis a = analyse(in_memory(volts + offset, 1000), o);
    ASSERT_EQ(a.episodes.size(), 1U);
    EXPECT_NEAR(a.episodes[0].onset_s, 20, 0.1);
    EXPECT_NEAR(a.episodes[0].duration_s, 10, 0.2);
  }
  volts.middleRows(20000, 10000).setZero();
  EXPECT_TRUE(analyse(in_memory(volts, 1000), o).episodes.empty());
}

TEST(Analyse, SaysWhereAnOpenLeadIsMostOfAChannel) {
  Samples<double> volts = testing::white_noise(120000, 2, 31) * 2e-6;
  volts.block(40000, 0, 80000, 1).setZero();
  AnalyseOptions o;
  o.phase = "rest";
  const Analysis a = analyse(in_memory(volts, 1000), o);
  EXPECT_TRUE(a.episodes.empty());
  ASSERT_EQ(a.notes.size(), 1U);
  EXPECT_NE(a.notes[0].find("an open lead for most of ch1 (67 %)"), std::string::npos) << a.notes[0];
}

TEST(Analyse, SaysWhichChannelsWereNeverMeasured) {
  const auto said = [](const Recording& r) {
    std::vector<std::string> out;
    for (const std::string& note : analyse(r, {}).notes) {
      if (note.find("never measured") != std::string::npos) out.push_back(note);
    }
    return out;
  };
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  Samples<double> volts = testing::white_noise(20'000, 3, 8) * 2e-6;
  Recording r = in_memory(volts, 1000);
  EXPECT_TRUE(said(r).empty());
  volts.col(1).setConstant(kNan);
  r = in_memory(volts, 1000);
  EXPECT_EQ(said(r), std::vector<std::string>{"channel ch2 was never measured: every sample is missing"});
  volts.col(0).setConstant(std::numeric_limits<double>::infinity());
  Recording two = in_memory(volts, 1000);
  two.signals.push_back(r.signals[0]);
  two.signals[1].channels[1].name = "other";
  EXPECT_EQ(said(two), std::vector<std::string>{"channels ch1, ch2, other were never measured: every sample is missing"});  // once
  volts(7, 1) = 0;  // a single sample is one
  EXPECT_EQ(said(in_memory(volts, 1000)), std::vector<std::string>{"channel ch1 was never measured: every sample is missing"});
}

TEST(Analyse, LabelsNeverInfluenceDetection) {
  Recording r = in_memory(simulated().volts, 1000, simulated().phases);
  const std::string without = table(analyse(r, {}));
  r.labels = simulated().labels;
  EXPECT_EQ(table(analyse(r, {})), without);
}

TEST(Analyse, RefusesASignalWithItsReasonAndUsesTheRest) {
  Recording r = in_memory(simulated().volts, 1000, simulated().phases);
  Recording slow = in_memory(testing::white_noise(540, 1, 3), 10);
  slow.signals[0].name = "slow";
  slow.signals[0].channels[0].name = "ch9";
  r.signals.push_back(slow.signals[0]);
  const Analysis a = analyse(r, {});
  ASSERT_EQ(a.refused.size(), 1U);
  EXPECT_EQ(a.refused[0].signal, "slow");
  EXPECT_EQ(a.refused[0].code, "E-BAND");
  EXPECT_EQ(a.n_channels, 2);
  EXPECT_THROW(analyse(slow, {}), DataError);
}

TEST(Analyse, ChannelsAreChosenByPattern) {
  AnalyseOptions o;
  o.channels = {"*2"};
  EXPECT_EQ(analyse(in_memory(simulated().volts, 1000), o).n_channels, 1);
  o.channels = {"GM"};
  EXPECT_THROW(analyse(in_memory(simulated().volts, 1000), o), DataError);
}

TEST(Analyse, TooShortForTheFilterIsAnError) {
  EXPECT_THROW(analyse(in_memory(testing::white_noise(27, 1, 1), 1000), {}), DataError);
  EXPECT_NO_THROW(analyse(in_memory(testing::white_noise(28, 1, 1), 1000), {}));
}

TEST(Analyse, TellsItsProgressAndCanBeStopped) {
  struct Stop {};
  AnalyseOptions o;
  double last = 0;
  o.progress = [&last](double part) {
    EXPECT_GE(part, last);
    last = part;
  };
  analyse(in_memory(simulated().volts, 1000), o);
  EXPECT_EQ(last, 1);
  o.progress = [](double) { throw Stop{}; };
  EXPECT_THROW(analyse(in_memory(simulated().volts, 1000), o), Stop);
}

TEST(Tables, WithoutEpisodesHoldOneBackgroundRow) {
  const Analysis a = analyse(in_memory(testing::white_noise(20000, 1, 2) * 1e-6, 1000), {});
  EXPECT_NE(episodes_tsv(a).find("\n0\t20\tbckg\tn/a"), std::string::npos);
}

TEST(Matches, TakesStarsForAnyText) {
  EXPECT_TRUE(matches("GL*", "GL_left"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("a*b*c", "aXbYbZc"));
  EXPECT_FALSE(matches("GL*", "GM"));
  EXPECT_FALSE(matches("GL", "GL1"));
}

}  // namespace
}  // namespace myocramp
