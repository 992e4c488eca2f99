#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <type_traits>

#include "myocramp/core/block.hpp"
#include "myocramp/core/error.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/core/units.hpp"

namespace myocramp {
namespace {

using namespace literals;

template <class A, class B>
concept Addable = requires(A a, B b) { a + b; };

TEST(Units, AddWithinAUnitAndNeverAcross) {
  EXPECT_EQ((20_Hz + 5_Hz).value(), 25);
  EXPECT_EQ(250_ms, Seconds(0.25));
  static_assert(Addable<Hertz, Hertz>);
  static_assert(!Addable<Hertz, Seconds>);
  static_assert(!std::is_convertible_v<double, Hertz>);
}

TEST(SampleRate, RefusesWhatIsNoRate) {
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    EXPECT_THROW(SampleRate{bad}, InvalidArgument) << bad;
  }
}

TEST(SampleRate, TimesAreIndexOverRateHoweverLong) {
  const SampleRate rate(2148.148);
  const Index night = 8 * 3600 * 2148;
  EXPECT_EQ(rate.time(night), static_cast<double>(night) / 2148.148);
  EXPECT_EQ(rate.round(Seconds(rate.time(night))), night);
}

TEST(Interval, IntersectionIsEmptyWhenApart) {
  EXPECT_EQ(intersect({0, 10}, {5, 20}), (Interval{5, 10}));
  EXPECT_TRUE(intersect({0, 5}, {5, 9}).empty());
  EXPECT_EQ(intersect({0, 3}, {7, 9}).length(), 0);
}

TEST(BlockView, ReadsAnyStrides) {
  Samples<double> s(3, 2);
  s << 0, 1, 10, 11, 20, 21;
  const ConstBlock<double> reversed(s.data() + 4, 3, 2, -2, 1);
  EXPECT_EQ(reversed(0, 1), 21);
  EXPECT_EQ(reversed(2, 0), 0);
  const ConstBlock<double> second = ConstBlock<double>(s).columns(1, 1).rows(1, 2);
  EXPECT_EQ(second(0, 0), 11);
  EXPECT_EQ(second(1, 0), 21);
}

TEST(Error, ReadsFilePlaceExpectedFound) {
  const DataError e({"E-RATE", "a.h5", "/x@rate", "a number", "text"});
  EXPECT_STREQ(e.what(), "a.h5: /x@rate: expected a number, found text");
  EXPECT_EQ(e.code(), "E-RATE");
}

TEST(Printable, EscapesWhatCouldBreakAMessage) {
  EXPECT_EQ(printable("a\nb\x1b\\"), "a\\x0ab\\x1b\\x5c");
  EXPECT_LE(printable(std::string(5000, 'x')).size(), 210U);
}

}  // namespace
}  // namespace myocramp
