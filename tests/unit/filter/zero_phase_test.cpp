#include "myocramp/filter/zero_phase.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "myocramp/filter/butterworth.hpp"
#include "myocramp/filter/gaps.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

using testing::white_noise;

const SampleRate kRate(2048);
const Sections kBand = butterworth_bandpass({20, 450, 4}, kRate);

Samples<double> filtered(const Samples<double>& x, Edge left = Edge::kPad, Edge right = Edge::kPad) {
  Samples<double> y(x.rows(), x.cols());
  zero_phase<double>(kBand, x, y, left, right);
  return y;
}

TEST(ZeroPhase, AToneKeepsItsPhaseAndIsSquaredInGain) {
  Samples<double> x(8192, 1);
  for (Index i = 0; i < x.rows(); ++i) x(i, 0) = std::sin(2 * std::numbers::pi * 20 * kRate.time(i));  // at the -3 dB edge
  const Samples<double> y = filtered(x);
  for (Index i = 3000; i < 5000; ++i) EXPECT_NEAR(y(i, 0), x(i, 0) / 2, 1e-6);
}

TEST(ZeroPhase, ReversingTimeReversesTheResult) {
  const Samples<double> x = white_noise(4000, 2, 1);
  const Samples<double> forwards = filtered(x);
  const Samples<double> backwards = filtered(x.colwise().reverse());
  // Equal in the middle; at the ends the two directions see the padding differently.
  EXPECT_LT((backwards.colwise().reverse() - forwards).middleRows(2000 - 200, 400).abs().maxCoeff(), 1e-10);
}

// The bound that the block-by-block pipeline rests on.
TEST(ZeroPhase, AStretchWithWarmUpEqualsTheWhole) {
  for (const auto& [low, high, order, rate] : {std::tuple{20.0, 450.0, 4, 2048.0},
                                               {5.0, 400.0, 2, 4096.0},
                                               {10.0, 450.0, 6, 1000.0},
                                               {20.0, 240.0, 1, 500.0},
                                               {30.0, 100.0, 6, 1000.0}}) {
    const Sections s = butterworth_bandpass({low, high, order}, SampleRate(rate));
    const Index warm_up = zero_phase_warm_up(s);
    const Index n = 3000 + 2 * warm_up;
    Samples<double> x = white_noise(2 * n, 2, 3);
    x += 5.0;  // a converter's offset
    Samples<double> whole(x.rows(), 2);
    zero_phase<double>(s, x, whole);
    Samples<double> part(n, 2);
    zero_phase<double>(s, ConstBlock<double>(x).rows(500, n), part, Edge::kWarmUp, Edge::kWarmUp);
    const double error = (part.middleRows(warm_up, 3000) - whole.middleRows(500 + warm_up, 3000)).abs().maxCoeff();
    EXPECT_LT(error, 1e-12 * whole.abs().maxCoeff()) << low << " " << high << " " << order << " " << rate;
  }
}

// A converter's counts, so that adding an offset rounds nothing.
template <class T>
Samples<T> counts(Index n, Index channels, std::uint64_t seed) {
  return (white_noise<T>(n, channels, seed) * T(100)).round();
}

template <class T>
class ZeroPhaseOffset : public ::testing::Test {};
using Scalars = ::testing::Types<float, double>;
TYPED_TEST_SUITE(ZeroPhaseOffset, Scalars);

TYPED_TEST(ZeroPhaseOffset, ChangesNoBitWhereAConstantDoesNotPass) {
  using T = TypeParam;
  for (const Sections& s : {kBand, butterworth_bandpass({100, 450, 3}, kRate), butterworth_highpass({20, 5}, kRate)}) {
    for (const Edge edge : {Edge::kPad, Edge::kWarmUp}) {
      const Samples<T> x = counts<T>(3000, 3, 7);
      Samples<T> moved = x;
      moved.col(0) += T((1 << 24) - 500);  // just below a power of two, above which floats lie twice as far apart
      moved.col(1) -= T(1 << 20);
      Samples<T> expected(3000, 3);
      zero_phase<T>(s, x, expected, edge, edge);
      zero_phase<T>(s, moved, moved, edge, edge);
      EXPECT_TRUE(testing::same_bits<T>(moved, expected)) << s.size() << " sections";
    }
  }
}

// What is taken off is no single sample: a recording may start with an artefact.
TEST(ZeroPhase, AnArtefactAtTheStartCostsNoDigits) {
  Samples<float> x = counts<float>(6000, 1, 8);
  x(0, 0) = static_cast<float>(1 << 23);
  Samples<double> expected(6000, 1);
  zero_phase<double>(kBand, Samples<double>(x.cast<double>()), expected);
  zero_phase<float>(kBand, x, x);
  EXPECT_LT((x.cast<double>() - expected).bottomRows(3000).abs().maxCoeff(), 1e-5 * expected.bottomRows(3000).abs().maxCoeff());
}

TEST(ZeroPhase, RefusesWhatIsShorterThanItsPadding) {
  const Index pad = zero_phase_padding(kBand);
  EXPECT_EQ(pad, 27);
  EXPECT_NO_THROW(filtered(white_noise(pad + 1, 1, 4)));
  try {
    filtered(white_noise(pad, 1, 4));
    FAIL();
  } catch (const DataError& e) {
    EXPECT_EQ(e.code(), "E-SHORT");
  }
}

TEST(ZeroPhaseBetweenGaps, StretchesAreFilteredApart) {
  Samples<double> x = white_noise(3000, 2, 5);
  Samples<double> holed = x;
  holed(1000, 0) = std::nan("");
  holed(1001, 0) = std::numeric_limits<double>::infinity();
  Samples<double> y(3000, 2);
  zero_phase_between_gaps<double>(kBand, holed, y);
  EXPECT_TRUE(std::isnan(y(1000, 0)) && std::isnan(y(1001, 0)));
  Samples<double> left(1000, 1);
  zero_phase<double>(kBand, ConstBlock<double>(x).rows(0, 1000).columns(0, 1), left);
  Samples<double> right(1998, 1);
  zero_phase<double>(kBand, ConstBlock<double>(x).rows(1002, 1998).columns(0, 1), right);
  EXPECT_TRUE(testing::same_bits<double>(left, y.col(0).head(1000)));
  EXPECT_TRUE(testing::same_bits<double>(right, y.col(0).tail(1998)));
  EXPECT_TRUE(testing::same_bits<double>(filtered(x).col(1), y.col(1))) << "the other channel does not notice";
}

TEST(ZeroPhaseBetweenGaps, StretchesTooShortForTheFilterAreGaps) {
  Samples<double> x = white_noise(3000, 1, 6);
  x(1000, 0) = x(1020, 0) = std::nan("");
  Samples<double> y(3000, 1);
  zero_phase_between_gaps<double>(kBand, x, y);
  for (Index i = 1000; i <= 1020; ++i) EXPECT_TRUE(std::isnan(y(i, 0))) << i;
  EXPECT_TRUE(std::isfinite(y(999, 0)) && std::isfinite(y(1021, 0)));
}

}  // namespace
}  // namespace myocramp
