#include "myocramp/detect/bonato.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "support/activity.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

using testing::white_noise;

double binomial(int m, int k) { return k == 0 ? 1 : binomial(m - 1, k - 1) * m / k; }

double tail_by_sum(double p, int m, int r) {
  double sum = 0;
  for (int k = m; k >= r; --k) sum += binomial(m, k) * std::pow(p, k) * std::pow(1 - p, m - k);
  return sum;
}

TEST(BinomialTail, IsTheSum) {
  for (const int m : {1, 2, 5, 25, 60}) {
    for (int r = 1; r <= m; r += 1 + m / 7) {
      for (const double p : {0.0, 1e-6, 0.01, 0.3, 0.5, 0.9, 1.0}) {
        const double sum = tail_by_sum(p, m, r);
        if (sum < 1e-300) continue;
        EXPECT_NEAR(binomial_tail(p, m, r), sum, 1e-12 * sum) << m << " " << r << " " << p;
      }
    }
  }
}

TEST(BinomialTail, IsInverted) {
  for (const double tail : {0.5, 0.05, 1e-7, 1e-12}) {
    for (const double m : {1.0, 4.5, 25.0, 500.0}) {
      for (const double share : {0.1, 0.32, 1.0}) {
        const double p = binomial_tail_inverse(tail, m, share * m);
        EXPECT_NEAR(binomial_tail(p, m, share * m) / tail, 1, 1e-9);
        for (const double off : {1e-9, 0.01, 0.3}) {
          EXPECT_NEAR(binomial_tail_inverse(tail, m, share * m, p * (1 - off)) / p, 1, 1e-12) << tail << ' ' << m << ' ' << share;
        }
      }
    }
  }
  EXPECT_THROW(binomial_tail(1.5, 5, 1), InvalidArgument);
  EXPECT_THROW(binomial_tail(0.5, 5, 6), InvalidArgument);
  EXPECT_THROW(binomial_tail_inverse(0, 5, 1), InvalidArgument);
}

TEST(Bonato, RuleIsThatOfThePairsThatHalvingComesTo) {
  const BonatoDetector detector({}, SampleRate(2048), 1);
  const auto pairs = static_cast<double>(detector.pairs());
  const auto quantile = [&](double p, double m) {
    return std::sqrt(-std::log(binomial_tail_inverse(p, m, static_cast<double>(detector.needed()) * m / pairs)));
  };
  for (double spread = 0.05; spread < 2; spread *= 1.07) {
    double low = 1;
    double high = pairs;
    const auto spread_of = [&](double m) { return 1.4826 * (quantile(0.25, m) - quantile(0.75, m)) / 2 / quantile(0.5, m); };
    for (int i = 0; i < 40; ++i) {
      const double middle = (low + high) / 2;
      (spread_of(middle) > spread ? low : high) = middle;
    }
    const double m = spread > spread_of(pairs) ? (low + high) / 2 : pairs;
    EXPECT_EQ(detector.rule(spread).alarm, quantile(1e-4, m) / quantile(0.5, m)) << spread;
  }
}

TEST(Bonato, PlacesBoundariesWhereThePowerStepsAndNotAtWindowCentres) {
  // Ten times stronger from 30 s to 31 s, at 1000 Hz: whatever the number of pairs and the parity of the first sample.
  for (const Index begin : {30'000, 30'001}) {
    Samples<double> x = white_noise(60'000, 1, 8);
    for (Index i = begin; i < begin + 1000; ++i) x(i, 0) = i % 2 == 0 ? 10 : -10;
    for (const double window_s : {0.01, 0.025, 0.1}) {
      const auto found = testing::found_in(x, SampleRate(1000), "bonato", 4096, {{"window_s", window_s}, {"p_fa", 1e-8}})[0];
      ASSERT_EQ(found.size(), 1U) << window_s;
      EXPECT_EQ(found[0].span.begin, begin) << window_s;
      EXPECT_EQ(found[0].span.end, begin + 1000) << window_s;
    }
  }
}

TEST(Bonato, AlarmsWhenEnoughPairsAreAbove) {
  // 2 of 5 pairs, at 1000 Hz: against a count by hand.
  BonatoDetector detector({.window_s = 0.01, .share = 0.4}, SampleRate(1000), 1);
  ASSERT_EQ(detector.pairs(), 5);
  ASSERT_EQ(detector.needed(), 2);
  const Samples<double> x = white_noise(4000, 1, 3);
  Samples<double> statistic(x.rows(), 1);
  detector.process(x, statistic);
  for (const double zeta : {0.5, 2.0, 6.0}) {
    for (Index last = 9; last < x.rows(); last += 2) {
      int above = 0;
      for (Index k = last - 9; k < last; k += 2) above += x(k, 0) * x(k, 0) + x(k + 1, 0) * x(k + 1, 0) > zeta ? 1 : 0;
      ASSERT_EQ(statistic(last, 0) > std::sqrt(zeta / 2), above >= 2) << last;
      if (last + 1 == x.rows()) continue;
      ASSERT_EQ(statistic(last + 1, 0), statistic(last, 0)) << "a pair counts when it is whole";
    }
  }
}

// The statistic from its definition.
Samples<double> by_definition(const Samples<double>& x, Index pairs, Index needed) {
  Samples<double> y = Samples<double>::Zero(x.rows(), x.cols());
  for (Index c = 0; c < x.cols(); ++c) {
    std::vector<double> energies(static_cast<std::size_t>(pairs), 0);  // before the signal there was silence
    for (Index i = 0; i < x.rows(); ++i) {
      if (i % 2 == 0) {
        if (i > 0) y(i, c) = y(i - 1, c);
        continue;
      }
      energies.push_back(x(i - 1, c) * x(i - 1, c) + x(i, c) * x(i, c));
      std::vector<double> last(energies.end() - pairs, energies.end());
      std::sort(last.begin(), last.end(), std::greater<>());
      y(i, c) = std::sqrt(last[static_cast<std::size_t>(needed - 1)] / 2);
    }
  }
  return y;
}

TEST(Bonato, IsTheEnergyOfThatRank) {
  for (const double window_s : {0.002, 0.025, 0.05, 1.0}) {
    for (const double share : {0.01, 0.32, 1.0}) {
      for (const Index channels : {1, 3, 16}) {
        BonatoDetector detector({.window_s = window_s, .share = share}, SampleRate(1000), channels);
        Samples<double> x = white_noise(window_s < 1 ? 700 : 1300, channels, 8);
        x.middleRows(300, 90).setZero();  // ties
        Samples<double> y(x.rows(), channels);
        for (Index at = 0, n = 1; at < x.rows(); at += n, n = n % 41 + 1) {  // odd and even parts
          n = std::min(n, x.rows() - at);
          detector.process(ConstBlock<double>(x).rows(at, n), Block<double>(y).rows(at, n));
        }
        EXPECT_TRUE(testing::same_bits<double>(y, by_definition(x, detector.pairs(), detector.needed())))
            << detector.pairs() << " " << detector.needed() << " " << channels;
      }
    }
  }
}

TEST(Bonato, KeepsItsFalseAlarmRate) {
  for (const testing::Kept& wanted : testing::kKept) {
    for (const double share : {0.05, 0.32, 0.8}) {
      BonatoDetector detector({.window_s = 0.02, .share = share, .p_fa = wanted.p_fa}, SampleRate(1000), 1);
      // The level is the median of the statistic at rest, which for white noise is known.
      const auto m = static_cast<double>(detector.pairs());
      const double level = std::sqrt(-std::log(binomial_tail_inverse(0.5, m, static_cast<double>(detector.needed()))));
      const int alarms = testing::false_alarms(detector, level, 0);
      EXPECT_GE(alarms, wanted.least) << share;
      EXPECT_LE(alarms, wanted.most) << share;
      // The closed form of the paper, from its own first threshold.
      const double zeta = 2 * std::pow(detector.rule(0).alarm * level, 2);
      EXPECT_NEAR(tail_by_sum(std::exp(-zeta / 2), static_cast<int>(m), static_cast<int>(detector.needed())) / wanted.p_fa, 1, 1e-9);
    }
  }
}

TEST(Bonato, CountsOnlyIndependentPairs) {
  const BonatoDetector detector({}, SampleRate(2000), 1);
  const double white = detector.rule(0).alarm;
  EXPECT_EQ(detector.rule(0.01).alarm, white) << "no noise scatters less than white noise";
  EXPECT_GT(detector.rule(0.3).alarm, white);
  EXPECT_GT(detector.rule(0.6).alarm, detector.rule(0.3).alarm);
  EXPECT_TRUE(std::isfinite(detector.rule(100).alarm));
}

}  // namespace
}  // namespace myocramp
