#include "study/conditioner.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <numbers>

#include "myocramp/filter/gaps.hpp"
#include "myocramp/signal/pick.hpp"
#include "study/hum_removal.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

constexpr Index kLead = 101;
const BandpassOptions kBand{};

Signal signal_of(const Samples<double>& volts, double rate = 2048) {
  Signal s{"", SampleRate(rate), 0, volts.rows(), {}, nullptr, ""};
  s.channels.resize(static_cast<std::size_t>(volts.cols()));
  s.source = std::make_shared<MemorySource>(volts);
  return s;
}

struct Conditioned {
  Samples<double> y;
  Samples<double> leads;  // the rows before each block, one block after the other
  std::vector<Index> gaps;
};

// All blocks; `again`: from a second pass in descending order.
Conditioned conditioned(const Signal& signal, const BandpassOptions& band = kBand, bool again = false) {
  Conditioner c(signal, band, kLead);
  const auto channels = static_cast<Index>(signal.channels.size());
  Conditioned out{Samples<double>(signal.samples, channels), Samples<double>::Zero(c.blocks() * kLead, channels), {}};
  const auto put = [&](Index b) {
    const Conditioner::View v = c.load(b);
    EXPECT_EQ(v.lead, std::min(kLead, v.rows.begin));
    EXPECT_EQ(v.x.rows(), v.lead + v.rows.length());
    for (Index i = 0; i < v.x.rows(); ++i) {
      for (Index k = 0; k < channels; ++k) {
        if (i >= v.lead) out.y(v.rows.begin + i - v.lead, k) = v.x(i, k);
        if (i < v.lead) out.leads(b * kLead + i, k) = v.x(i, k);
      }
    }
  };
  for (Index b = 0; b < c.blocks(); ++b) put(b);
  if (again) {
    out.y.setZero();
    out.leads.setZero();
    for (Index b = c.blocks() - 1; b >= 0; --b) put(b);
  }
  out.gaps = c.gaps();
  return out;
}

Samples<double> whole(const Samples<double>& x, const BandpassOptions& band = kBand, double rate = 2048) {
  Samples<double> y(x.rows(), x.cols());
  zero_phase_between_gaps<double>(butterworth_bandpass(band, SampleRate(rate)), x, y);
  return y;
}

// Largest difference over the largest value; places of NaN must agree.
double difference(const Samples<double>& a, const Samples<double>& b) {
  double most = 0;
  double scale = 0;
  for (Index k = 0; k < a.size(); ++k) {
    const double p = a.data()[k];
    const double q = b.data()[k];
    if (std::isnan(p) != std::isnan(q)) return std::numeric_limits<double>::infinity();
    if (std::isnan(p)) continue;
    most = std::max(most, std::abs(p - q));
    scale = std::max(scale, std::abs(q));
  }
  return most / scale;
}

TEST(Conditioner, EqualsTheWholeSignalFilteredAtOnce) {
  for (const Index samples : {28, 5000, 16384, 16385, 17000, 18500, 32768, 60000}) {
    const Samples<double> x = testing::white_noise(samples, 3, 1) + 5.0;
    EXPECT_LT(difference(conditioned(signal_of(x)).y, whole(x)), 1e-12) << samples;
  }
}

TEST(Conditioner, EqualsItWhereOneBlockIsShorterThanTheWarmUp) {
  BandpassOptions slow;
  slow.low_hz = 1;
  const Samples<double> x = testing::white_noise(200000, 2, 2);
  EXPECT_LT(difference(conditioned(signal_of(x), slow).y, whole(x, slow)), 1e-11);
}

Samples<double> holed() {
  Samples<double> x = testing::white_noise(120000, 3, 3);
  x(15000, 0) = std::nan("");       // before a block's end
  x(16384 + 50, 0) = std::nan("");  // within a warm-up
  x(60000, 0) = std::numeric_limits<double>::infinity();
  x.col(1).segment(30000, 40000).setConstant(std::nan(""));
  for (Index i = 90000; i < 91000; i += 20) x(i, 1) = std::nan("");
  x(119990, 0) = std::nan("");
  return x;
}

// 0.3 V below 10 uV.
TEST(Conditioner, KeepsTheDigitsBesideAnOffset) {
  const Samples<double> x = (testing::white_noise(60000, 2, 6) * 100).round();
  Samples<double> moved = x + 3e6;
  moved(20000, 1) = std::nan("");
  Samples<double> there = x;
  there(20000, 1) = std::nan("");
  EXPECT_LT(difference(conditioned(signal_of(moved)).y, whole(there)), 1e-12);
}

TEST(Conditioner, SplitsAtGaps) {
  const Conditioned c = conditioned(signal_of(holed()));
  EXPECT_LT(difference(c.y, whole(holed())), 1e-12);
  for (Index k = 0; k < 3; ++k) EXPECT_EQ(c.gaps[static_cast<std::size_t>(k)], c.y.col(k).isNaN().count());
  EXPECT_EQ(c.gaps[2], 0);
}

TEST(Conditioner, ASecondPassInAnyOrderGivesTheSameBits) {
  for (const Samples<double>& x : {holed(), testing::white_noise(18500, 2, 4), testing::white_noise(16390, 1, 5)}) {
    const Conditioned first = conditioned(signal_of(x));
    const Conditioned second = conditioned(signal_of(x), kBand, true);
    EXPECT_TRUE(testing::same_bits<double>(first.y, second.y));
    EXPECT_TRUE(testing::same_bits<double>(first.leads, second.leads));
    EXPECT_EQ(first.gaps, second.gaps);
  }
}

TEST(Conditioner, ASecondPassInAnyOrderGivesTheSameBitsOfWhatHumWasTakenOff) {
  Samples<double> x = holed();
  for (Index i = 0; i < x.rows(); ++i) {
    const double t = static_cast<double>(i) / 2048;
    x(i, 0) += 3 * std::sin(2 * std::numbers::pi * (50.2 * t + 0.1 * std::sin(t / 5)));
    x(i, 2) += i > 50000 ? 10 * std::sin(2 * std::numbers::pi * 3 * 59.9 * t) : 0;
  }
  const Signal humming = signal_of(x);
  const auto free_of_hum = [&] {
    Signal s = humming;
    s.source = std::make_shared<HumFreeSource>(std::make_shared<HumRemoval>(humming, Mains::kAuto, 450), humming.source);
    return s;
  };
  const Conditioned first = conditioned(free_of_hum());
  const Conditioned second = conditioned(free_of_hum(), kBand, true);
  EXPECT_TRUE(testing::same_bits<double>(first.y, second.y));
  EXPECT_TRUE(testing::same_bits<double>(first.leads, second.leads));
  EXPECT_EQ(first.gaps, conditioned(humming).gaps);
  EXPECT_GT(testing::largest_difference<double>(first.y.col(2), conditioned(humming).y.col(2)), 5);
  EXPECT_TRUE(testing::same_bits<double>(first.y.col(1), conditioned(humming).y.col(1)));
}

TEST(Conditioner, AChannelsBitsDependOnNoOther) {
  const Signal all = signal_of(holed());
  const Conditioned together = conditioned(all);
  for (const std::size_t c : {0U, 1U, 2U}) {
    const Conditioned alone = conditioned(pick(all, {c}));
    EXPECT_TRUE(testing::same_bits<double>(alone.y, together.y.col(static_cast<Index>(c))));
  }
}

TEST(Conditioner, GoesOnAfterNumbersThatOverflow) {
  Samples<double> x = testing::white_noise(80000, 2, 6);
  x.col(0).segment(20000, 10) = std::numeric_limits<double>::max();
  const Conditioned c = conditioned(signal_of(x));
  EXPECT_GT(c.gaps[0], 0);
  EXPECT_TRUE(c.y.col(0).tail(80000 - 3 * 16384).isFinite().all());
  EXPECT_LT(difference(c.y.rightCols(1), whole(x.rightCols(1))), 1e-12);
}

}  // namespace
}  // namespace myocramp
