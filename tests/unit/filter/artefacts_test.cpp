#include "myocramp/filter/artefacts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/signals.hpp"

namespace myocramp {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<Interval> spikes(const Samples<double>& x, Interval stretch = {0, 500}, double rate = 1000) {
  std::vector<Interval> out;
  SpikeRule rule({}, SampleRate(rate));
  rule.find(x, stretch, [&out](Interval i) { out.push_back(i); });
  return out;
}

TEST(Spikes, AShortDeviationIsOne) {
  Samples<double> x = testing::white_noise(500, 1, 1) * 1e-6;
  EXPECT_THAT(spikes(x), IsEmpty());
  for (const Index i : {240, 241, 242}) x(i, 0) = 1e-4;
  EXPECT_THAT(spikes(x), ElementsAre(Interval{240, 243}));
  x(242, 0) = -1e-4;
  EXPECT_THAT(spikes(x), ElementsAre(Interval{240, 243}));
}

TEST(Spikes, ALongerOneIsNot) {
  Samples<double> x = testing::white_noise(500, 1, 1) * 1e-6;
  for (Index i = 240; i < 246; ++i) x(i, 0) = 1e-4;
  EXPECT_THAT(spikes(x), IsEmpty());
}

TEST(Spikes, TwoNearOneAnotherAreActivity) {
  Samples<double> x = testing::white_noise(500, 1, 1) * 1e-6;
  x(240, 0) = 1e-4;
  x(285, 0) = 1e-4;
  EXPECT_THAT(spikes(x), IsEmpty());
  x(285, 0) = 3e-5;  // less than a third
  EXPECT_EQ(spikes(x).size(), 1U);
  x(285, 0) = 0;
  x(295, 0) = 1e-4;
  EXPECT_EQ(spikes(x).size(), 2U);
}

TEST(Spikes, ABurstOfMuscleIsNone) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    for (const double ratio : {3.0, 10.0, 100.0}) {
      Samples<double> x = testing::white_noise(500, 1, seed);
      for (Index i = 200; i < 260; ++i) x(i, 0) *= ratio;
      EXPECT_THAT(spikes(x), IsEmpty()) << seed << ", " << ratio;
    }
  }
}

TEST(Spikes, AConstantHasNoScale) {
  Samples<double> x = Samples<double>::Zero(500, 1);
  x(100, 0) = 1;
  EXPECT_THAT(spikes(x), IsEmpty());
}

TEST(Spikes, GapsAreLeftOut) {
  Samples<double> x = testing::white_noise(500, 1, 1) * 1e-6;
  for (Index i = 0; i < 200; ++i) x(i, 0) = std::numeric_limits<double>::quiet_NaN();
  x(240, 0) = 1e-4;
  EXPECT_THAT(spikes(x), ElementsAre(Interval{240, 241}));
}

TEST(Motion, NeedsBothTheRatioAndTheRise) {
  const std::vector<float> low = {1, 10, 10, 1, 10, 3};
  const std::vector<float> band = {2, 2, 20, 2, 2, 2};
  const std::vector<double> rest(6, 1);
  const auto spans = motion_spans(low, band, rest, 500, 2900, SampleRate(1000), {.motion_margin_s = 0.1});
  EXPECT_THAT(spans, ElementsAre(Interval{400, 1100}, Interval{1900, 2600}));
}

TEST(Motion, SpansThatTouchAreOneAndStayInside) {
  const std::vector<float> low = {10, 10};
  const std::vector<float> band = {1, 1};
  const std::vector<double> rest = {1, 1};
  EXPECT_THAT(motion_spans(low, band, rest, 500, 1000, SampleRate(1000), {}), ElementsAre(Interval{0, 1000}));
}

TEST(Motion, NoAnswerIsNoMovement) {
  const float none = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(motion_spans(std::vector{none}, std::vector{1.F}, std::vector{1.0}, 500, 500, SampleRate(1000), {}), IsEmpty());
}

TEST(Noise, IsAsStrongAboveAsBelowAndRises) {
  //                                      rest muscle fading loose loose rest fading
  const std::vector<float> middle = {1, 10, 1.5F, 5, 5, 1, 1.5F};
  const std::vector<float> high = {1, 3, 1.5F, 4, 5, 1, 1.5F};
  const std::vector<double> rest(7, 1);
  const auto spans = noise_spans(middle, high, rest, rest, 500, 3500, SampleRate(1000), {.noise_margin_s = 0.1});
  EXPECT_THAT(spans, ElementsAre(Interval{900, 2600}));
}

TEST(Noise, NoAnswerIsNoNoise) {
  const std::vector none{std::numeric_limits<float>::quiet_NaN()};
  EXPECT_THAT(noise_spans(none, std::vector{9.F}, std::vector{1.0}, std::vector{1.0}, 500, 500, SampleRate(1000), {}), IsEmpty());
  EXPECT_THAT(noise_spans(std::vector{9.F}, none, std::vector{1.0}, std::vector{1.0}, 500, 500, SampleRate(1000), {}), IsEmpty());
}

}  // namespace
}  // namespace myocramp
