#include "myocramp/envelope/normalise.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/errors.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

using Method = NormalisationMethod;

TEST(Normalise, EveryNameIsItsMethods) {
  for (const std::string_view name : kNormalisationNames) EXPECT_EQ(normalisation_name(normalisation_method(name)), name);
  test::expect_error<InvalidArgument>([] { normalisation_method("mvc"); }, "E-NORMALISATION", {"mvc_standard"});
}

TEST(Normalise, DividesEachChannelByItsReference) {
  const Samples<float> x = testing::white_noise<float>(100, 2, 1);
  Samples<float> y(100, 2);
  normalise<float>(x, y, {{Method::kMvcStandard, "GM", 0.5, ""}, {Method::kMvcStandard, "GL", 4, ""}});
  EXPECT_TRUE(testing::same_bits<float>(x.col(0) * 2, y.col(0)));
  EXPECT_TRUE(testing::same_bits<float>(x.col(1) / 4, y.col(1)));
}

TEST(Normalise, NoneChangesNothing) {
  Samples<double> x = testing::white_noise(100, 1, 1);
  x(5, 0) = std::numeric_limits<double>::quiet_NaN();
  Samples<double> y(100, 1);
  normalise<double>(x, y, {Normalisation{}});
  EXPECT_TRUE(testing::same_bits(x, y));
}

TEST(Normalise, TheScaleOfSignalAndReferenceDropsOut) {
  const Samples<double> x = testing::white_noise(100, 1, 2);
  Samples<double> y(100, 1);
  Samples<double> z(100, 1);
  normalise<double>(x, y, {{Method::kMmax, "", 0.3, ""}});
  normalise<double>(Samples<double>(x * 1024), z, {{Method::kMmax, "", 0.3 * 1024, ""}});
  EXPECT_TRUE(testing::same_bits(y, z));
}

TEST(Normalise, AReferenceIsAVoltageAboveZero) {
  Samples<double> x = Samples<double>::Zero(1, 1);
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    test::expect_error<InvalidArgument>([&] { normalise<double>(x, x, {{Method::kMmax, "GM", bad, ""}}); }, "E-NORMALISATION", {"GM"});
  }
  test::expect_error<InvalidArgument>([&] { normalise<double>(x, x, {{Method::kNone, "", 2, ""}}); }, "E-NORMALISATION");
  test::expect_error<InvalidArgument>([&] { normalise<double>(x, x, {}); }, "E-LENGTH");
}

TEST(Normalise, UnlikeMethodsAreNotPooled) {
  check_alike({{Method::kMmax, "GM", 1, ""}, {Method::kMmax, "GL", 2, ""}});
  check_alike({});
  test::expect_error<InvalidArgument>([] { check_alike({{Method::kMmax, "", 1, ""}, {Method::kTaskPeak, "", 1, ""}}); }, "E-NORMALISATION",
                                      {"mmax and task_peak"});
  test::expect_error<InvalidArgument>([] { check_alike({{Method::kTaskMean, "", 1, ""}, {Method::kTaskPeak, "", 1, ""}}); },
                                      "E-NORMALISATION");
}

TEST(LargestRms, IsThatOfTheStrongestWholeWindow) {
  Samples<double> x = Samples<double>::Constant(3000, 2, 1);
  for (Index i = 1000; i < 1500; ++i) x(i, 0) = -3;
  for (Index i = 2750; i < 3000; ++i) x(i, 1) = 3;
  const std::vector<double> most = largest_rms<double>(x, SampleRate(1000));
  EXPECT_NEAR(most[0], 3, 1e-12);
  EXPECT_NEAR(most[1], std::sqrt(5.0), 1e-12);  // half of the window
}

TEST(LargestRms, AGapIsInNoWindow) {
  Samples<double> x = Samples<double>::Constant(1200, 2, 1);
  x(100, 0) = x(600, 1) = std::numeric_limits<double>::quiet_NaN();
  x(100, 1) = 1;
  const std::vector<double> most = largest_rms<double>(x, SampleRate(1000), 0.55);
  EXPECT_EQ(most[0], 1);
  EXPECT_EQ(most[1], 1);
  x(300, 0) = std::numeric_limits<double>::quiet_NaN();
  x(800, 0) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isnan(largest_rms<double>(x, SampleRate(1000), 0.55)[0]));
}

TEST(LargestRms, NeedsAWindow) {
  const Samples<double> x = Samples<double>::Zero(100, 1);
  test::expect_error<DataError>([&] { largest_rms<double>(x, SampleRate(1000)); }, "E-SHORT");
  test::expect_error<InvalidArgument>([&] { largest_rms<double>(x, SampleRate(1000), 0); }, "E-OPTION");
}

}  // namespace
}  // namespace myocramp
