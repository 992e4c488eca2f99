#include "myocramp/quality/quality.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "myocramp/core/random.hpp"
#include "support/errors.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr double kRate = 1000;

template <class T = double>
SignalQuality judged(const Samples<T>& x, const QualityOptions& options = {}, Index split = 0) {
  QualityMeter meter(options, {}, SampleRate(kRate), x.cols());
  const Index step = split > 0 ? split : x.rows();
  for (Index at = 0; at < x.rows(); at += step) meter.add(ConstBlock<T>(x).rows(at, std::min(step, x.rows() - at)));
  return meter.finish();
}

// White noise of a deviation, with `ratio` times the amplitude from begin to end.
Samples<double> burst(Index n, double deviation, Index begin, Index end, double ratio, std::uint64_t seed = 3) {
  Samples<double> x = testing::white_noise(n, 1, seed) * deviation;
  for (Index i = begin; i < end; ++i) x(i, 0) *= ratio;
  return x;
}

void add_tone(Samples<double>& x, double hertz, double amplitude, Index begin = 0, Index end = 0) {
  for (Index i = begin; i < (end > 0 ? end : x.rows()); ++i) {
    x(i, 0) += amplitude * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / kRate);
  }
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

void expect_same(const SignalQuality& a, const SignalQuality& b) {
  ASSERT_EQ(a.channels.size(), b.channels.size());
  EXPECT_TRUE(same(a.mains_hz, b.mains_hz));
  for (std::size_t c = 0; c < a.channels.size(); ++c) {
    const auto va = values(a.channels[c].all);
    const auto vb = values(b.channels[c].all);
    for (std::size_t m = 0; m < va.size(); ++m) EXPECT_TRUE(same(va[m], vb[m])) << kQualityNames[m] << ": " << va[m] << ", " << vb[m];
    EXPECT_EQ(a.channels[c].flags, b.channels[c].flags);
    ASSERT_EQ(a.channels[c].spans.size(), b.channels[c].spans.size());
    for (std::size_t s = 0; s < a.channels[c].spans.size(); ++s) {
      const auto sa = values(a.channels[c].spans[s]);
      const auto sb = values(b.channels[c].spans[s]);
      for (std::size_t m = 0; m < sa.size(); ++m) EXPECT_TRUE(same(sa[m], sb[m])) << kQualityNames[m] << " of span " << s;
    }
    ASSERT_EQ(a.channels[c].artefacts.size(), b.channels[c].artefacts.size());
    for (std::size_t k = 0; k < a.channels[c].artefacts.size(); ++k) {
      EXPECT_EQ(a.channels[c].artefacts[k].rows, b.channels[c].artefacts[k].rows);
      EXPECT_STREQ(a.channels[c].artefacts[k].reason, b.channels[c].artefacts[k].reason);
    }
  }
}

// A signal with something of everything.
Samples<double> eventful() {
  Samples<double> x = testing::white_noise(61234, 2, 5) * 1e-6;
  for (Index i = 20000; i < 26000; ++i) x(i, 0) *= 8;
  x(30123, 0) += 2e-4;
  x(29999, 1) -= 3e-4;  // at the edge of a segment
  for (Index i = 40000; i < 41000; ++i) x(i, 1) += 1e-4 * std::sin(2 * std::numbers::pi * 5 * static_cast<double>(i) / kRate);
  for (Index i = 49700; i < 50900; ++i) x(i, 0) = 1e-3;  // over the edge of a span
  for (Index i = 9998; i < 10006; ++i) x(i, 1) = x(9997, 1);
  x(12345, 1) = std::numeric_limits<double>::quiet_NaN();
  return x;
}

TEST(Quality, SignalToNoiseIsThatOfTheBurst) {
  for (const double db : {10.0, 20.0, 40.0}) {
    const SignalQuality q = judged(burst(120000, 2e-6, 50000, 60000, std::sqrt(std::pow(10, db / 10) + 1)));
    EXPECT_NEAR(q.channels[0].all.snr_db, db, 0.5);
    EXPECT_NEAR(q.channels[0].spans[5].snr_db, db, 0.5);
    EXPECT_TRUE(std::isnan(q.channels[0].spans[1].snr_db));
  }
}

TEST(Quality, NothingActiveHasNoRatio) {
  const ChannelQuality q = judged(burst(60000, 1e-6, 0, 0, 1)).channels[0];
  EXPECT_TRUE(std::isnan(q.all.snr_db));
  EXPECT_THAT(q.flags, IsEmpty());
  EXPECT_THAT(q.artefacts, IsEmpty());
}

TEST(Quality, RestMayDrift) {
  Samples<double> x = burst(600000, 1e-6, 550000, 560000, std::sqrt(101.0));
  for (Index i = 0; i < x.rows(); ++i) x(i, 0) *= 1 + 2 * static_cast<double>(i) / 600000;
  QualityOptions options;
  options.longest_activity_s = 120;  // a rise that lasts less is taken for activity
  EXPECT_NEAR(judged(x, options).channels[0].all.snr_db, 20, 0.5);
}

TEST(Quality, HumIsMeasuredAgainstAllElse) {
  for (const double hertz : {50.0, 60.0, 50.2}) {
    Samples<double> x = testing::white_noise(60000, 1, 4) * 1e-6;
    const double in_band = 1e-12 * 430 / 500;  // white noise of 1 uV from 20 to 450 Hz
    add_tone(x, hertz, std::sqrt(2 * in_band));
    const SignalQuality q = judged(x);
    EXPECT_EQ(q.mains_hz, std::round(hertz / 10) * 10);
    EXPECT_NEAR(q.channels[0].all.mains_db, 0, 0.3) << hertz;
    EXPECT_THAT(q.channels[0].flags, Contains("mains"));
  }
}

TEST(Quality, WithoutHumThereIsNoMains) {
  const SignalQuality q = judged(burst(60000, 1e-6, 0, 0, 1));
  EXPECT_TRUE(std::isnan(q.mains_hz));
  EXPECT_FALSE(q.channels[0].all.mains_db > -15);
}

TEST(Quality, ClippingCountsRunsAtTheExtremes) {
  Samples<double> x = testing::white_noise(20000, 1, 6) * 1e-4;
  Index expected = 0;
  for (Index i = 0; i < x.rows(); ++i) x(i, 0) = std::clamp(x(i, 0), -5e-5, 7e-5);
  for (Index i = 0; i < x.rows();) {
    Index end = i + 1;
    while (end < x.rows() && x(end, 0) == x(i, 0)) ++end;
    if (end - i >= 3 && (x(i, 0) == -5e-5 || x(i, 0) == 7e-5)) expected += end - i;
    i = end;
  }
  const ChannelQuality q = judged(x).channels[0];
  EXPECT_GT(expected, 100);
  EXPECT_DOUBLE_EQ(q.all.clipped, static_cast<double>(expected) / 20000);
  EXPECT_THAT(q.flags, Contains("clipped"));
}

TEST(Quality, ASingleSampleAtAKnownRailIsClipped) {
  Samples<double> x = testing::white_noise(1000, 1, 7);
  x(100, 0) = -32768;
  x(200, 0) = 32767;
  QualityMeter meter({}, {}, SampleRate(kRate), 1);
  meter.set_converter(0, 1, -32767.5, 32766.5);
  meter.add(ConstBlock<double>(x));
  EXPECT_DOUBLE_EQ(meter.finish().channels[0].all.clipped, 0.002);
}

// Stretches of coarse steps, where values repeat at any place, among fine ones, where they do not.
TEST(Quality, RepeatsAreCountedWhereverTheyBegin) {
  const Samples<double> coarse = testing::white_noise(30000, 3, 18);
  Samples<double> x = testing::white_noise(30000, 3, 19);
  for (Index i = 0; i < x.rows(); ++i) {
    for (Index c = 0; c < 3; ++c) {
      if (i % (700 + c) < 90) x(i, c) = std::round(0.4 * coarse(i, c));
    }
  }
  const SignalQuality q = judged(x, {}, 777);
  for (Index c = 0; c < 3; ++c) {
    Index expected = 0;
    for (Index i = 0; i < x.rows();) {
      Index end = i + 1;
      while (end < x.rows() && x(end, c) == x(i, c)) ++end;
      if (end - i >= 5) expected += end - i;
      i = end;
    }
    EXPECT_GT(expected, 300);
    EXPECT_DOUBLE_EQ(q.channels[static_cast<std::size_t>(c)].all.repeated, static_cast<double>(expected) / 30000);
  }
}

TEST(Quality, FlatLinesAndRepeatsAreCountedWhereTheyLie) {
  Samples<double> x = testing::white_noise(30000, 1, 8);
  for (Index i = 9600; i < 10400; ++i) x(i, 0) = 0.25;
  for (Index i = 15000; i < 15007; ++i) x(i, 0) = -0.25;
  const ChannelQuality q = judged(x).channels[0];
  EXPECT_DOUBLE_EQ(q.spans[0].flat, 0.04);
  EXPECT_DOUBLE_EQ(q.spans[1].flat, 0.04);
  EXPECT_DOUBLE_EQ(q.spans[1].repeated, 7e-4);
  EXPECT_EQ(q.spans[2].flat, 0);
}

TEST(Quality, AConstantIsFlatAndNotClipped) {
  const ChannelQuality q = judged(Samples<double>(Samples<double>::Constant(20000, 1, 1e-3))).channels[0];
  EXPECT_EQ(q.all.flat, 1);
  EXPECT_EQ(q.all.clipped, 0);
  EXPECT_EQ(q.all.lead_off, 0);
  EXPECT_THAT(q.flags, ElementsAre("flat"));
}

TEST(Quality, MissingSamplesAreCountedAndStayInTheirChannel) {
  Samples<double> x = testing::white_noise(20000, 2, 9);
  const SignalQuality whole = judged(x);
  for (Index i = 4000; i < 4500; ++i) x(i, 1) = std::numeric_limits<double>::quiet_NaN();
  x(5, 1) = std::numeric_limits<double>::infinity();
  const SignalQuality q = judged(x);
  EXPECT_DOUBLE_EQ(q.channels[1].all.missing, 501.0 / 20000);
  EXPECT_THAT(q.channels[1].flags, ElementsAre("missing"));
  const auto a = values(q.channels[0].all);
  const auto b = values(whole.channels[0].all);
  for (std::size_t m = 2; m < a.size(); ++m) EXPECT_EQ(a[m], b[m]);
}

TEST(Quality, SlowPowerIsContamination) {
  Samples<double> x = testing::white_noise(60000, 1, 10) * 1e-6;
  add_tone(x, 5, std::sqrt(2 * 2 * 1e-12 * 430 / 500));
  const ChannelQuality q = judged(x).channels[0];
  EXPECT_NEAR(q.all.low_ratio, 2 + 18.0 / 430, 0.1);
  EXPECT_THAT(q.flags, Contains("low_frequency"));
  EXPECT_THAT(q.artefacts, IsEmpty());  // it is there all the time
}

TEST(Quality, AnOpenLeadHums) {
  Samples<double> x = testing::white_noise(120000, 1, 11) * 2e-6;
  add_tone(x, 50, 1e-6);
  add_tone(x, 50, 5e-4, 60000, 70000);
  const ChannelQuality q = judged(x).channels[0];
  EXPECT_DOUBLE_EQ(q.all.lead_off, 10.0 / 120);
  EXPECT_THAT(q.flags, Contains("lead_off"));
  ASSERT_EQ(q.artefacts.size(), 1U);
  EXPECT_EQ(q.artefacts[0].rows, (Interval{60000, 70000}));
  EXPECT_STREQ(q.artefacts[0].reason, "lead off");
}

// Noise in [from, to) of every 10 s of a minute, and `value` else.
Samples<double> between(double value, Index from, Index to, double offset = 0) {
  Samples<double> x = testing::white_noise(60000, 1, 12) * 2e-6 + offset;
  for (Index i = 0; i < x.rows(); ++i) {
    if (i % 10000 < from || i % 10000 >= to) x(i, 0) = value;
  }
  return x;
}

TEST(Quality, DigitalSilenceIsNoOpenLead) {
  for (const double value : {0.0, 1e-3}) {
    const ChannelQuality q = judged(between(value, 3000, 7000, value)).channels[0];
    EXPECT_NEAR(q.silence_v, 2e-6 * std::sqrt(430.0 / 500) / 32, 1e-8);
    EXPECT_EQ(q.all.lead_off, 0);
    EXPECT_DOUBLE_EQ(q.all.flat, 0.6);
  }
}

TEST(Quality, AFlatLineIsAnOpenLead) {
  const auto expect_open = [](const Samples<double>& x, double share, const char* why) {
    const ChannelQuality q = judged(x).channels[0];
    EXPECT_TRUE(std::isnan(q.silence_v)) << why;
    EXPECT_NEAR(q.all.lead_off, share, 0.01) << why;
  };
  expect_open(between(0, 2000, 8000), 0.4, "most of the channel is seen");
  expect_open(between(0, 3000, 7000, 1e-4), 0.6, "what is seen lies all above it");
  Samples<double> x = between(0, 3000, 7000);
  x.topRows(3000) = 1e-6;
  expect_open(x, 0.6, "it stays where it was");
  x = Samples<double>::Zero(400000, 1);
  x.middleRows(100000, 125000) = testing::white_noise(125000, 1, 13) * 2e-6;
  expect_open(x, 275.0 / 400, "more than two minutes are seen at a time");
  x = between(0, 3000, 7000);
  x.topRows(55000).setZero();
  x.bottomRows(5000) = testing::white_noise(5000, 1, 14) * 2e-6;
  expect_open(x, 55.0 / 60, "it comes on and stays");
}

TEST(Quality, TheStepOfCoarseFloatsIsSeen) {
  const Samples<double> noise = testing::white_noise(60000, 1, 15);
  const auto step = [](const Samples<double>& x) { return judged(x).channels[0].step_v; };
  const double code = 6.4e-6;
  const auto rounded = [&](double rms_v, double offset_v) {
    Samples<double> x = noise;
    for (Index i = 0; i < x.rows(); ++i) x(i, 0) = std::round(rms_v * x(i, 0) / code) * code + offset_v;
    return x;
  };
  EXPECT_NEAR(step(rounded(1.6e-6, 0)), code, 1e-3 * code) << "single flips";
  EXPECT_NEAR(step(rounded(6e-6, 0)), code, 1e-3 * code);
  EXPECT_NEAR(step(rounded(1.6e-6, 0.02)), code, 1e-3 * code);
  EXPECT_NEAR(step(rounded(1.6e-6, 0.02).cast<float>().cast<double>()), code, 1e-3 * code);
  EXPECT_EQ(step(rounded(1.6e-6, 0) * 1024), 1024 * step(rounded(1.6e-6, 0)));
  EXPECT_TRUE(std::isnan(step(noise * 2e-6))) << "no grid";
  EXPECT_TRUE(std::isnan(step(between(0, 3000, 7000)))) << "silence and noise";
  EXPECT_TRUE(std::isnan(step(Samples<double>::Constant(60000, 1, 1e-3)))) << "nothing moves";
  Samples<double> once = Samples<double>::Zero(60000, 1);
  once.row(100).setConstant(1e-6);
  EXPECT_TRUE(std::isnan(step(once))) << "one flip is no grid";
}

TEST(Quality, AnySplitGivesTheSameBits) {
  const Samples<double> x = eventful();
  const SignalQuality whole = judged(x);
  EXPECT_THAT(whole.channels[0].artefacts, Not(IsEmpty()));
  for (const Index split : {1, 7, 499, 500, 501, 16384}) expect_same(whole, judged(x, {}, split));
}

TEST(Quality, TimesAPowerOfTwoChangesNothing) {
  const Samples<double> x = eventful();
  expect_same(judged(x), judged(Samples<double>(x * 1024)));
}

TEST(Quality, ChannelsDoNotTouchOneAnother) {
  const Samples<double> x = eventful();
  Samples<double> turned(x.rows(), 2);
  turned.col(0) = x.col(1);
  turned.col(1) = x.col(0);
  SignalQuality q = judged(turned);
  std::swap(q.channels[0], q.channels[1]);
  expect_same(judged(x), q);
}

TEST(Quality, FloatsAreJudgedAsTheDoublesTheyAre) {
  const Samples<float> x = eventful().cast<float>();
  expect_same(judged<float>(x), judged(Samples<double>(x.cast<double>())));
}

TEST(Quality, ExtremeNumbersHaveNoAnswerAndDoNoHarm) {
  for (const double level : {0.0, 1e-310, 1e300}) {
    Samples<double> x = testing::white_noise(5000, 1, 12) * level;
    const ChannelQuality q = judged(x).channels[0];
    EXPECT_TRUE(std::isnan(q.all.snr_db)) << level;
    EXPECT_THAT(q.artefacts, IsEmpty()) << level;
  }
  EXPECT_THAT(judged(Samples<double>(0, 3)).channels.size(), 3U);
  EXPECT_THAT(judged(Samples<double>(Samples<double>::Zero(1, 1))).channels[0].spans.size(), 1U);
}

TEST(Quality, OptionsAreHeldToTheirRanges) {
  const auto make = [](QualityOptions o, double rate) { QualityMeter(o, {}, SampleRate(rate), 1); };
  QualityOptions span;
  span.span_s = -1;
  QualityOptions edges;
  edges.low_hz = 450;
  test::expect_error<InvalidArgument>([&] { make(span, 1000); }, "E-OPTION", {"quality.span_s"});
  test::expect_error<InvalidArgument>([&] { make(edges, 1000); }, "E-OPTION", {"quality.low_hz"});
  test::expect_error<DataError>([&] { make({}, 900); }, "E-BAND", {"450 Hz"});
}

}  // namespace
}  // namespace myocramp
