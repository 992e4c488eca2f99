#include "myocramp/envelope/hilbert.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "myocramp/core/processor.hpp"
#include "support/errors.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

using testing::white_noise;

static_assert(BlockProcessor<HilbertEnvelope<float>, float>);

constexpr double kPi = std::numbers::pi;

Samples<double> tone(double hz, double rate, Index n) {
  Samples<double> x(n, 1);
  for (Index i = 0; i < n; ++i) x(i, 0) = 3 * std::sin(2 * kPi * hz * static_cast<double>(i) / rate + 0.5);
  return x;
}

Samples<double> centred_envelope(const HilbertOptions& options, double rate, const Samples<double>& x) {
  Samples<double> y(x.rows(), x.cols());
  centred(HilbertEnvelope<double>(options, SampleRate(rate), x.cols()), ConstBlock<double>(x), Block<double>(y));
  return y;
}

TEST(HilbertTaps, KeepTheirRippleInTheWholeBand) {
  for (const double ripple : {0.1, 1e-2, 1e-3, 1e-4, 1e-6}) {
    for (const auto& [rate, low] :
         {std::pair{2048.0, 20.0}, {1000.0, 5.0}, {500.0, 20.0}, {4096.0, 10.0}, {1000.0, 200.0}, {1000.0, 249.0}}) {
      const std::vector<double> taps = hilbert_taps({low, ripple}, SampleRate(rate));
      double most = 0;
      for (int p = 0; p <= 3000; ++p) {  // denser at the edge, where the gain strays furthest
        const double hz = low + (rate / 2 - 2 * low) * std::pow(p / 3000.0, 2);
        double gain = 0;
        for (std::size_t k = 0; k < taps.size(); ++k) gain += 2 * taps[k] * std::sin(2 * kPi * hz / rate * static_cast<double>(2 * k + 1));
        most = std::max(most, std::abs(gain - 1));
      }
      EXPECT_LE(most, 1.01 * ripple) << rate << " Hz from " << low << " Hz";
    }
  }
}

TEST(HilbertTaps, OfAnExtremeRateAreDesignedInTimeForTheirNumber) {  // and not for its square, which would be hours
  const std::vector<double> taps = hilbert_taps({1, 1e-3}, SampleRate(1e5));
  EXPECT_GT(taps.size(), 40000U);
  for (const double hz : {1.0, 1.3, 2.0, 10.0, 1000.0, 24999.0}) {
    double gain = 0;
    for (std::size_t k = 0; k < taps.size(); ++k) gain += 2 * taps[k] * std::sin(2 * kPi * hz / 1e5 * static_cast<double>(2 * k + 1));
    EXPECT_NEAR(gain, 1, 1e-3) << hz;
  }
}

TEST(HilbertTaps, RefuseABandThatIsEmpty) {
  test::expect_error<DataError>([] { hilbert_taps({250, 1e-3}, SampleRate(1000)); }, "E-BAND", {"hilbert.low_hz", "250"});
  test::expect_error<InvalidArgument>([] { hilbert_taps({20, 0}, SampleRate(1000)); }, "E-OPTION", {"hilbert.ripple"});
  test::expect_error<InvalidArgument>([] { hilbert_taps({std::nan(""), 1e-3}, SampleRate(1000)); }, "E-OPTION", {"hilbert.low_hz"});
}

TEST(HilbertEnvelope, OfAToneIsItsAmplitude) {
  for (const double ripple : {1e-2, 1e-3, 1e-6}) {
    for (const double hz : {20.0, 33.0, 150.0, 512.0, 900.0, 1004.0}) {
      const Samples<double> x = tone(hz, 2048, 3000);
      const HilbertOptions options{20, ripple};
      const Index reach = HilbertEnvelope<double>(options, SampleRate(2048), 1).delay();
      const Samples<double> y = centred_envelope(options, 2048, x);
      for (Index i = reach; i < 3000 - reach; ++i) ASSERT_NEAR(y(i, 0), 3, 3 * ripple * 1.01) << hz << " Hz, " << ripple;
    }
  }
}

TEST(HilbertEnvelope, CausalIsTheCentredOneLateByTheDelay) {
  for (const Index n : {0, 1, 40, 104, 105, 106, 107, 1000}) {
    const Samples<double> x = white_noise(n, 3, 5);
    const HilbertEnvelope<double> envelope({}, SampleRate(2048), 3);
    const Samples<double> y = centred_envelope({}, 2048, x);
    const Samples<double> late = apply<double>(envelope, x);
    for (Index i = envelope.delay(); i < n; ++i) ASSERT_EQ(late(i, 1), y(i - envelope.delay(), 1)) << n << " " << i;
  }
}

TEST(HilbertEnvelope, NanReachesNoFurtherThanTheDelay) {
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    Samples<double> x = white_noise(1000, 2, 6);
    x(500, 0) = bad;
    const Samples<double> y = centred_envelope({}, 2048, x);
    const Index reach = HilbertEnvelope<double>({}, SampleRate(2048), 2).delay();
    EXPECT_FALSE(std::isfinite(y(500, 0)));
    EXPECT_FALSE(std::isfinite(y(500 - reach, 0)));
    EXPECT_FALSE(std::isfinite(y(500 + reach, 0)));
    for (Index i = 0; i < 1000; ++i) {
      EXPECT_TRUE(std::isfinite(y(i, 0)) || std::abs(i - 500) <= reach) << i;
      EXPECT_TRUE(std::isfinite(y(i, 1)));
    }
  }
}

}  // namespace
}  // namespace myocramp
