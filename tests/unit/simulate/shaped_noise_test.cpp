#include "myocramp/simulate/shaped_noise.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/signals.hpp"

namespace myocramp {
namespace {

TEST(ShapedNoise, TheSameSeedGivesTheSameBits) {
  const SimulatedRecording a = simulate_shaped_noise({}, 5, 2);
  const SimulatedRecording b = simulate_shaped_noise({}, 5, 2);
  EXPECT_TRUE(testing::same_bits<double>(a.volts, b.volts));
  EXPECT_FALSE(testing::same_bits<double>(a.volts, simulate_shaped_noise({}, 6, 2).volts));
  EXPECT_FALSE(testing::same_bits<double>(a.volts, simulate_shaped_noise({}, 5, 3).volts));
  EXPECT_EQ(a.name, "S03_1");
}

TEST(ShapedNoise, EventsLieInTheirPhasesAndNeverMeet) {
  const ShapedNoise o;
  for (int subject = 0; subject < 20; ++subject) {
    const SimulatedRecording r = simulate_shaped_noise(o, 1, subject);
    ASSERT_EQ(r.labels.size(), static_cast<std::size_t>(o.twitches + o.contractions + o.cramps));
    double before = 0;
    for (const Event& e : r.labels) {
      EXPECT_GT(e.onset_s, before + 1);
      before = e.offset_s();
      const std::size_t phase = e.trial_type == "twitch" ? 0 : e.trial_type == "voluntary" ? 1 : 2;
      EXPECT_GE(e.onset_s, r.phases[phase].start_s);
      EXPECT_LE(e.offset_s(), r.phases[phase].stop_s);
    }
  }
}

TEST(ShapedNoise, HasTheStatedAmplitudes) {
  ShapedNoise o;
  o.noise_uv = 0;
  o.cramps = o.twitches = 0;
  o.contractions = 1;
  const SimulatedRecording r = simulate_shaped_noise(o, 3, 0);
  const Event& e = r.labels[0];
  const Index from = r.rate.round(Seconds(e.onset_s + 0.5));
  const Index to = r.rate.round(Seconds(e.offset_s() - 0.5));
  const double rms = std::sqrt(r.volts.col(0).segment(from, to - from).square().mean()) * 1e6;
  EXPECT_GT(rms, 0.7 * o.contraction_uv);
  EXPECT_LT(rms, 1.3 * o.contraction_uv);
  EXPECT_EQ(r.volts.col(0).head(r.rate.round(Seconds(e.onset_s)) - 1).abs().maxCoeff(), 0) << "silence outside its label";
}

TEST(ShapedNoise, RefusesEventsThatDoNotFit) {
  ShapedNoise o;
  o.cramps = 20;
  EXPECT_THROW(simulate_shaped_noise(o, 1, 0), InvalidArgument);
}

}  // namespace
}  // namespace myocramp
