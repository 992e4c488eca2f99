#include "myocramp/envelope/linear.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "myocramp/core/processor.hpp"
#include "support/errors.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

using testing::white_noise;

static_assert(BlockProcessor<LinearEnvelope<float>, float>);

const SampleRate kRate(1000);

template <class T>
Samples<T> both_ways(const LinearEnvelopeOptions& options, const Samples<T>& x) {
  Samples<T> y(x.rows(), x.cols());
  linear_envelope<T>(options, kRate, x, y);
  return y;
}

TEST(LinearEnvelope, OfAConstantIsItsSize) {
  const Samples<double> x = Samples<double>::Constant(3000, 2, -4);
  EXPECT_NEAR((both_ways({}, x) - 4).abs().maxCoeff(), 0, 1e-9);
  const Samples<double> late = apply<double>(LinearEnvelope<double>({}, kRate, 2), x);
  EXPECT_LT(late(0, 0), 0.01);  // from rest
  EXPECT_NEAR(late(2999, 1), 4, 1e-9);
}

// A positive tone is its own rectified signal, so that the filter's gain shows.
TEST(LinearEnvelope, IsThreeDecibelsDownWhereAskedBothWaysAndOnce) {
  for (const int order : {1, 2, 4}) {
    for (const double cutoff : {5.0, 20.0, 100.0}) {
      Samples<double> x(8000, 1);
      for (Index i = 0; i < 8000; ++i) x(i, 0) = 2 + std::sin(2 * std::numbers::pi * cutoff * static_cast<double>(i) / 1000);
      const Samples<double> late = apply<double>(LinearEnvelope<double>({cutoff, order}, kRate, 1), x);
      for (const Samples<double>& y : {both_ways<double>({cutoff, order}, x), late}) {
        const Index n = 2000;  // whole periods, far from the ends
        const double power = (y.col(0).segment(4000, n) - y.col(0).segment(4000, n).mean()).square().mean();
        EXPECT_NEAR(std::sqrt(2 * power), std::sqrt(0.5), 1e-6) << order << " " << cutoff;
      }
    }
  }
}

TEST(LinearEnvelope, StatesItsDelay) {
  EXPECT_NEAR(LinearEnvelope<double>({}, kRate, 1).delay(), 1000 * std::numbers::sqrt2 / (2 * std::numbers::pi * 5), 0.1);
  Samples<double> x(8000, 1);  // a slow ramp comes out that much later
  for (Index i = 0; i < 8000; ++i) x(i, 0) = static_cast<double>(i);
  const LinearEnvelope<double> envelope({}, kRate, 1);
  EXPECT_NEAR(apply<double>(envelope, x)(7999, 0), 7999 - envelope.delay(), 1e-6);
  EXPECT_NEAR(both_ways<double>({}, x)(4000, 0), 4000, 1e-6);
}

TEST(LinearEnvelope, GapsSplitAChannelAndLeaveTheOthersAlone) {
  const Samples<double> whole = white_noise(3000, 2, 7);
  Samples<double> x = whole;
  x(1000, 0) = std::numeric_limits<double>::infinity();
  x(1001, 0) = std::nan("");
  const Samples<double> y = both_ways<double>({}, x);
  const Samples<double> late = apply<double>(LinearEnvelope<double>({}, kRate, 2), x);
  const Samples<double> rest = x.bottomRows(1998);
  const Samples<double> after = both_ways<double>({}, rest);
  const Samples<double> late_after = apply<double>(LinearEnvelope<double>({}, kRate, 2), rest);
  const Samples<double> undisturbed = both_ways<double>({}, whole);
  for (Index i = 0; i < 3000; ++i) {
    EXPECT_EQ(std::isnan(y(i, 0)), i == 1000 || i == 1001) << i;
    EXPECT_EQ(std::isnan(late(i, 0)), i == 1000 || i == 1001) << i;
    EXPECT_EQ(y(i, 1), undisturbed(i, 1));
    if (i >= 1002) {
      EXPECT_EQ(y(i, 0), after(i - 1002, 0));
      EXPECT_EQ(late(i, 0), late_after(i - 1002, 0));
    }
  }
}

TEST(LinearEnvelope, FloatsAreRoundedOnce) {
  const Samples<float> x = white_noise<float>(2000, 11, 8);
  const Samples<double> wide = x.cast<double>();
  EXPECT_TRUE(testing::same_bits<float>(both_ways<float>({}, x), both_ways<double>({}, wide).cast<float>()));
}

TEST(LinearEnvelope, RefusesWhatItCannotDo) {
  test::expect_error<InvalidArgument>([] { LinearEnvelope<double>({0, 2}, kRate, 1); }, "E-OPTION", {"linear.cutoff_hz"});
  test::expect_error<InvalidArgument>([] { LinearEnvelope<double>({5, 11}, kRate, 1); }, "E-OPTION", {"linear.order"});
  test::expect_error<DataError>([] { LinearEnvelope<double>({500, 2}, kRate, 1); }, "E-BAND", {"500"});
  test::expect_error<DataError>([] { both_ways<double>({}, Samples<double>::Zero(5, 1)); }, "E-SHORT");
  Samples<double> gap = Samples<double>::Zero(5, 11);
  gap(2, 10) = std::numeric_limits<double>::quiet_NaN();
  test::expect_error<DataError>([&] { both_ways<double>({}, gap); }, "E-SHORT");
}

}  // namespace
}  // namespace myocramp
