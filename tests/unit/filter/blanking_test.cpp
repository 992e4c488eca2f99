#include "myocramp/filter/blanking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/errors.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

StimTrain train(double start, double stop, double hertz, double n) {
  StimTrain t;
  t.start_s = start;
  t.stop_s = stop;
  t.frequency_hz = hertz;
  t.n_pulses = n;
  return t;
}

TEST(PulseTimes, AreNotAccumulated) {
  const std::vector<double> t = pulse_times(train(1, 1.9, 30, 28));
  ASSERT_EQ(t.size(), 28U);
  for (std::size_t k = 0; k < t.size(); ++k) EXPECT_EQ(t[k], 1 + static_cast<double>(k) / 30);
}

TEST(PulseTimes, FillTheTrainWhoseNumberIsMissing) {
  EXPECT_EQ(pulse_times(train(0, 0.9, 30, kNone)).size(), 28U);
  EXPECT_THAT(pulse_times(train(2, 2, kNone, kNone)), ElementsAre(2));
  EXPECT_THAT(pulse_times(train(2, 3, kNone, 1)), ElementsAre(2));
}

TEST(PulseTimes, ATrainThatDoesNotSayIsRefused) {
  for (const StimTrain& t : {train(0, 1, kNone, 5), train(0, 1, 0, 5), train(0, 1, 10, 2.5), train(0, 1, 10, 0), train(0, 1e9, 1e3, kNone),
                             train(kNone, 1, 10, 5)}) {
    test::expect_error<DataError>([&] { pulse_times(t); }, "E-TRAIN");
  }
}

TEST(BlankWindows, AreHalfOpenAroundEachPulse) {
  EXPECT_THAT(blank_windows({0.1}, SampleRate(1000), 1000), ElementsAre(Interval{99, 130}));
  EXPECT_THAT(blank_windows({0.1005}, SampleRate(1000), 1000), ElementsAre(Interval{100, 131}));  // between two samples
  EXPECT_THAT(blank_windows({0.1}, SampleRate(1000), 1000, {.before_s = 0, .after_s = 0.008}), ElementsAre(Interval{100, 108}));
  EXPECT_THAT(blank_windows({0.1}, SampleRate(1000), 1000, {.before_s = 0, .after_s = 0}), IsEmpty());
}

TEST(BlankWindows, OverlappingOnesAreOneAndEndsCut) {
  EXPECT_THAT(blank_windows({0.12, 0.1, 0.3}, SampleRate(1000), 310), ElementsAre(Interval{99, 150}, Interval{299, 310}));
  EXPECT_THAT(blank_windows({0, 5, -5}, SampleRate(1000), 1000), ElementsAre(Interval{0, 30}));
  test::expect_error<InvalidArgument>([] { blank_windows({kNone}, SampleRate(1000), 10); }, "E-TIME");
  test::expect_error<InvalidArgument>([] { blank_windows({0}, SampleRate(1000), 10, {.before_s = -1}); }, "E-OPTION");
}

Samples<double> ramp(Index n) {
  Samples<double> x(n, 2);
  for (Index i = 0; i < n; ++i) {
    x(i, 0) = static_cast<double>(i);
    x(i, 1) = -static_cast<double>(i);
  }
  return x;
}

TEST(Blanking, NaNStandsInTheWindowsAlone) {
  const Samples<double> x = ramp(20);
  Samples<double> y(20, 2);
  blank<double>(x, y, {{3, 5}, {10, 11}}, BlankMode::kNaN);
  for (Index i = 0; i < 20; ++i) {
    const bool inside = i == 3 || i == 4 || i == 10;
    EXPECT_EQ(std::isnan(y(i, 0)), inside);
    if (!inside) {
      EXPECT_EQ(y(i, 1), x(i, 1));
    }
  }
}

TEST(Blanking, ALineIsKeptByTheLine) {
  const Samples<double> x = ramp(40);
  Samples<double> broken = x;
  for (const Index i : {4, 5, 6, 20, 31, 32}) broken.row(i) = 1e6;
  Samples<double> y(40, 2);
  blank<double>(broken, y, {{4, 7}, {20, 21}, {31, 33}}, BlankMode::kLinear);
  EXPECT_LT(testing::largest_difference(x, y), 1e-12);
}

TEST(Blanking, AnEndHoldsTheOtherSide) {
  const Samples<double> x = ramp(10);
  Samples<double> y(10, 2);
  blank<double>(x, y, {{0, 3}, {7, 10}}, BlankMode::kLinear);
  for (Index i = 0; i < 3; ++i) EXPECT_EQ(y(i, 0), 3);
  for (Index i = 7; i < 10; ++i) EXPECT_EQ(y(i, 0), 6);
  blank<double>(x, y, {{0, 10}}, BlankMode::kLinear);
  EXPECT_TRUE(y.isNaN().all());
}

TEST(Blanking, AGapBesideAWindowGoesOnInIt) {
  Samples<double> x = ramp(10);
  x(2, 0) = kNone;
  Samples<double> y(10, 2);
  blank<double>(x, y, {{3, 5}}, BlankMode::kLinear);
  for (Index i = 2; i < 5; ++i) EXPECT_TRUE(std::isnan(y(i, 0)));
  EXPECT_EQ(y(5, 0), 5);
  EXPECT_DOUBLE_EQ(y(3, 1), -3);
}

TEST(Blanking, BlocksComeLaterWithTheSameBits) {
  const Samples<double> x = testing::white_noise(500, 3, 2);
  const std::vector<Interval> windows = {{0, 9}, {50, 81}, {82, 90}, {300, 331}, {490, 500}};
  for (const BlankMode mode : {BlankMode::kNaN, BlankMode::kLinear}) {
    Samples<double> whole(500, 3);
    blank<double>(x, whole, windows, mode);
    Samples<double> in_place = x;
    blank<double>(in_place, in_place, windows, mode);
    EXPECT_TRUE(testing::same_bits(whole, in_place));
    for (const Index split : {1, 7, 64}) {
      Blanking<double> blanking(windows, 3, mode);
      const Index delay = blanking.delay();
      EXPECT_EQ(delay, mode == BlankMode::kNaN ? 0 : 31);
      Samples<double> late(500 + delay, 3);
      for (Index at = 0; at < 500; at += split) {
        const Index n = std::min<Index>(split, 500 - at);
        blanking.process(ConstBlock<double>(x).rows(at, n), Block<double>(late).rows(at, n));
      }
      blanking.flush(Block<double>(late).rows(500, delay));
      EXPECT_TRUE(testing::same_bits<double>(whole, late.bottomRows(500))) << split;
      EXPECT_TRUE(late.topRows(delay).isNaN().all());
    }
  }
}

TEST(Blanking, IsLinear) {
  const Samples<double> x = testing::white_noise(200, 1, 3);
  Samples<double> y(200, 1);
  Samples<double> larger(200, 1);
  blank<double>(x, y, {{20, 51}}, BlankMode::kLinear);
  blank<double>(Samples<double>(x * 1024), larger, {{20, 51}}, BlankMode::kLinear);
  EXPECT_TRUE(testing::same_bits<double>(y * 1024, larger));
}

}  // namespace
}  // namespace myocramp
