#include "myocramp/simulate/stimulation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "rendered.hpp"

namespace myocramp {
namespace {

using testing::expect_block_law;
using testing::rendered;

constexpr double kRate = 4000;

StimTrain train(double start_s, double frequency_hz, double pulses) {
  StimTrain t;
  t.start_s = start_s;
  t.frequency_hz = frequency_hz;
  t.n_pulses = pulses;
  return t;
}

Stimulation stimulation(const StimulationOptions& options, const std::vector<StimTrain>& trains, double duration_s = 20,
                        Index channels = 1) {
  return {options, trains, SampleRate(kRate), Seconds(duration_s), channels, 1, 0};
}

TEST(Stimulation, IsTheSameInAnyBlocks) {
  // A train goes across a border, and a pulse stands just before one.
  expect_block_law(stimulation({}, {train(3.9, 20, 10), train(8.19, 1, 1)}, 20, 3), Samples<double>::Zero(80000, 3));
}

TEST(Stimulation, ArtefactHasTwoPhasesAndATail) {
  StimulationOptions o;
  o.m_wave_uv = o.channel_spread = 0;
  o.phase_s = 0.0011;  // between samples
  const Samples<double> x = rendered(stimulation(o, {train(1, 10, 1)}), 8000, 1);
  const double sign = x(4000, 0) > 0 ? 1 : -1;
  for (Index i = 0; i < 5; ++i) EXPECT_NEAR(sign * x(4000 + i, 0), 5e-3, 1e-12);
  for (Index i = 5; i < 9; ++i) EXPECT_NEAR(sign * x(4000 + i, 0), -5e-3, 1e-12);
  for (Index i = 9; i < 80; ++i) {
    EXPECT_NEAR(sign * x(4000 + i, 0), -1e-3 * std::exp(-(static_cast<double>(i) / kRate - 0.0022) / 0.002), 1e-12);
  }
  EXPECT_EQ(x.topRows(4000).abs().maxCoeff(), 0);
}

TEST(Stimulation, MWaveIsAHermiteRodriguezFunctionThatDeclines) {
  StimulationOptions o;
  o.amplitude_mv = o.channel_spread = 0;
  o.m_wave_uv = 800;
  o.low_last = o.high_last = 0.4;
  const Stimulation s = stimulation(o, {train(1, 20, 21)});
  const Samples<double> x = rendered(s, 16000, 1);
  const std::vector<double> pulses = s.pulses();
  ASSERT_EQ(pulses.size(), 21U);
  for (std::size_t k = 0; k < pulses.size(); ++k) {
    EXPECT_DOUBLE_EQ(pulses[k], 1 + static_cast<double>(k) / 20);
    const double peak = x.col(0).segment(4000 + 200 * static_cast<Index>(k), 200).abs().maxCoeff();
    EXPECT_NEAR(peak / (800e-6 * std::pow(0.4, static_cast<double>(k) / 20)), 1, 0.02);
  }
  // The closed form over its own largest value, at x^2 = 5/2.
  for (Index i = 0; i < 100; ++i) {
    const double u = (static_cast<double>(i) / kRate - 0.011) / 0.0015;
    const double expected = (4 * u * u - 2) * std::exp(-u * u / 2) / (8 * std::exp(-1.25));
    EXPECT_NEAR(x(4000 + i, 0), 800e-6 * expected, 1e-12);
  }
}

TEST(Stimulation, TrainsKeepBetweenNothingAndFourFifths) {
  StimulationOptions o;
  o.amplitude_mv = o.channel_spread = 0;
  std::vector<StimTrain> trains;
  for (int k = 0; k < 60; ++k) trains.push_back(train(0.3 * k, 10, 2));
  const Samples<double> x = rendered(stimulation(o, trains), 80000, 1);
  double least = 1, most = 0;
  for (Index k = 0; k < 60; ++k) {
    const double last = x.col(0).segment(1200 * k + 400, 200).abs().maxCoeff() / x.col(0).segment(1200 * k, 200).abs().maxCoeff();
    least = std::min(least, last);
    most = std::max(most, last);
  }
  EXPECT_LT(least, 0.1);
  EXPECT_GT(most, 0.7);
  EXPECT_LT(most, 0.81);
}

TEST(Stimulation, NothingLiesOutsideItsSpells) {
  const Stimulation s = stimulation({}, {train(10, 30, 15), train(2, 4, 8), train(19.99, 20, 10)}, 20, 2);
  Samples<double> x = rendered(s, 80000, 2);
  ASSERT_EQ(s.spells().size(), 3U);
  const std::vector<double> pulses = s.pulses();
  EXPECT_TRUE(std::is_sorted(pulses.begin(), pulses.end()));
  EXPECT_DOUBLE_EQ(s.spells()[0].start_s, 2);
  EXPECT_NEAR(s.spells()[1].stop_s, 10 + 14.0 / 30 + 0.042, 1e-9);
  EXPECT_DOUBLE_EQ(s.spells()[2].stop_s, 20);
  for (const ContaminantSpan& span : s.spells()) {
    EXPECT_EQ(span.kind, "stimulation");
    EXPECT_EQ(span.channels, (std::vector<Index>{0, 1}));
    const auto begin = static_cast<Index>(std::ceil(span.start_s * kRate));
    const auto end = static_cast<Index>(std::ceil(span.stop_s * kRate));
    EXPECT_GT(x.middleRows(begin, end - begin).square().sum(), 0);
    x.middleRows(begin, end - begin).setZero();
  }
  EXPECT_EQ(x.abs().maxCoeff(), 0);
}

TEST(Stimulation, OfNoHeightAddsNothing) {
  StimulationOptions o;
  o.amplitude_mv = o.m_wave_uv = 0;
  EXPECT_EQ(rendered(stimulation(o, {train(1, 20, 10)}), 80000, 1).abs().maxCoeff(), 0);
  EXPECT_EQ(rendered(stimulation({}, {}), 80000, 1).abs().maxCoeff(), 0);
}

TEST(Stimulation, RefusesTrainsThatCannotBe) {
  EXPECT_THROW(stimulation({}, {train(20, 10, 5)}), InvalidArgument);
  EXPECT_THROW(stimulation({}, {train(-1, 10, 5)}), InvalidArgument);
  EXPECT_THROW(stimulation({}, {train(1, 0, 5)}), InvalidArgument);
  EXPECT_THROW(stimulation({}, {train(1, 10, 0)}), InvalidArgument);
  EXPECT_THROW(stimulation({}, {train(1, 10, 2.5)}), InvalidArgument);
  EXPECT_THROW(stimulation({}, {StimTrain{}}), InvalidArgument);
}

TEST(Stimulation, MeansTheSameForEver) {
  const Samples<double> x = 1e6 * rendered(stimulation({}, {train(0.01, 20, 10)}, 20, 2), 16000, 2);
  EXPECT_NEAR(x(40, 0), 4652.64374369, 1e-6);
  EXPECT_NEAR(x(40, 1), -4355.45401162, 1e-6);
  EXPECT_NEAR(x(70, 0), 664.961967562, 1e-6);
  EXPECT_NEAR(x(70, 1), 671.805872938, 1e-6);
  EXPECT_NEAR(x(80, 0), -116.207179908, 1e-6);
  EXPECT_NEAR(x(80, 1), -68.380974872, 1e-6);
  EXPECT_NEAR(x(270, 0), 581.967457794, 1e-6);
  EXPECT_NEAR(x(270, 1), 601.221872245, 1e-6);
}

}  // namespace
}  // namespace myocramp
