#include "myocramp/cramp/muap_rate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace myocramp {
namespace {

TEST(MuapRate, IsHalfOfTheCrossingsOverTheTime) {
  SignalFeatures f;
  f.channels = {"A"};
  f.hop_s = 0.05;
  f.arv_v = Samples<float>::Constant(10, 1, 5e-6F);
  f.crossings_of = Samples<std::uint16_t>::Constant(10, 1, 4);
  f.arv_rest = {Baseline{1, {1e-6}, 0.1}};
  EXPECT_NEAR(muap_rate(f, 0, {0, 10}), 40, 1e-9);
  f.arv_v(3, 0) = 1.2e-6F;
  EXPECT_NEAR(muap_rate(f, 0, {0, 10}), 36, 1e-9) << "a frame at rest adds time";
  f.arv_v(4, 0) = std::numeric_limits<float>::quiet_NaN();
  EXPECT_NEAR(muap_rate(f, 0, {0, 10}), 8 * 4 / 2.0 / (9 * 0.05), 1e-9) << "a gap adds nothing";
  EXPECT_TRUE(std::isnan(muap_rate(f, 0, {4, 5})));
  EXPECT_TRUE(std::isnan(muap_rate(f, 0, {4, 4})));
}

}  // namespace
}  // namespace myocramp
