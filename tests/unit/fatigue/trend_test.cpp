#include "myocramp/fatigue/trend.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "myocramp/core/error.hpp"
#include "myocramp/core/random.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

constexpr TrendMethod kMethods[] = {TrendMethod::kTheilSen, TrendMethod::kLeastSquares};

struct Points {
  std::vector<double> t;
  std::vector<double> y;
};

// 80 Hz, falling by 0.1 Hz/s, half-overlapping 1 s windows, scatter of 3 Hz whose neighbours have correlation rho.
Points track(std::size_t n, double rho, std::uint64_t seed) {
  Random random(seed, 7);
  Points p;
  double e = random.normal();
  for (std::size_t k = 0; k < n; ++k) {
    if (k > 0) e = rho * e + std::sqrt(1 - rho * rho) * random.normal();
    p.t.push_back(0.5 * static_cast<double>(k) + 0.5);
    p.y.push_back(80 - 0.1 * (p.t.back() - 0.5) + 3 * e);
  }
  return p;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kTracks = 20;  // a sanitizer looks at the code, not at the statistics
#else
constexpr int kTracks = 2000;
#endif

double coverage(std::size_t n, double rho, TrendMethod method) {
  int inside = 0;
  for (int i = 0; i < kTracks; ++i) {
    const Points p = track(n, rho, 1000 * n + static_cast<std::uint64_t>(i));
    const Trend line = trend(p.t, p.y, {.method = method});
    inside += static_cast<int>(line.low <= -0.1 && -0.1 <= line.high);
  }
  return 100.0 * inside / kTracks;
}

// Of 2000 intervals that cover in 95 %, 93 to 97 % cover but for one case in 10000.
void expect_coverage(std::size_t n, double least, double most) {
  for (const double rho : {0.0, 0.4}) {
    for (const TrendMethod method : kMethods) {
      const double percent = coverage(n, rho, method);
      const char* name = method == TrendMethod::kTheilSen ? "Theil-Sen" : "least squares";
      std::printf("%3zu windows, autocorrelation %.1f, %-13s %.1f %%\n", n, rho, name, percent);
      if (kTracks < 2000) continue;
      EXPECT_GE(percent, least) << n << " windows, autocorrelation " << rho << ", " << name;
      EXPECT_LE(percent, most) << n << " windows, autocorrelation " << rho << ", " << name;
    }
  }
}

TEST(TrendCoverage, OfFewWindows) {
  for (const std::size_t n : {10U, 15U, 20U, 29U}) expect_coverage(n, 90, 99);
}
TEST(TrendCoverage, Of30Windows) { expect_coverage(30, 93, 97); }
TEST(TrendCoverage, Of60Windows) { expect_coverage(60, 93, 97); }
TEST(TrendCoverage, Of240Windows) { expect_coverage(240, 93, 97); }

// Windows at one time say nothing of a slope: 60 at four times.
TEST(TrendCoverage, OfWindowsThatShareTheirTimes) {
  int inside = 0;
  for (int i = 0; i < kTracks; ++i) {
    Points p = track(60, 0, 90000 + static_cast<std::uint64_t>(i));
    for (std::size_t k = 0; k < 60; ++k) {
      const double t = static_cast<double>(k / 15);
      p.y[k] += 0.1 * (p.t[k] - 0.5) - 0.1 * t;
      p.t[k] = t;
    }
    const Trend line = trend(p.t, p.y);
    inside += static_cast<int>(line.low <= -0.1 && -0.1 <= line.high);
  }
  const double percent = 100.0 * inside / kTracks;
  std::printf("60 windows at four times, %.1f %%\n", percent);
  if (kTracks < 2000) GTEST_SKIP() << "a sanitizer looks at the code";
  EXPECT_GE(percent, 93);
  EXPECT_LE(percent, 97);
}

void expect_same(const Trend& a, const Trend& b) {
  EXPECT_EQ(a.slope, b.slope);
  EXPECT_EQ(a.low, b.low);
  EXPECT_EQ(a.high, b.high);
  EXPECT_EQ(a.intercept, b.intercept);
  EXPECT_EQ(a.autocorrelation, b.autocorrelation);
  EXPECT_EQ(a.windows, b.windows);
}

TEST(Trend, OfALineIsTheLine) {
  Points p = track(20, 0, 1);
  for (std::size_t k = 0; k < 20; ++k) p.y[k] = 80 - 0.25 * (p.t[k] - 0.5);
  for (const TrendMethod method : kMethods) {
    const Trend line = trend(p.t, p.y, {.method = method});
    EXPECT_NEAR(line.slope, -0.25, 1e-12);
    EXPECT_NEAR(line.low, -0.25, 1e-12);
    EXPECT_NEAR(line.high, -0.25, 1e-12);
    EXPECT_NEAR(line.intercept, 80, 1e-11) << "at the first window";
    EXPECT_NEAR(line.slope_percent_min, -100 * 0.25 * 60 / 80, 1e-10);
    EXPECT_EQ(line.windows, 20U);
  }
}

TEST(Trend, TheFirstWindowAloneDoesNotMoveTheNorm) {
  Points p = track(40, 0, 2);
  for (std::size_t k = 0; k < 40; ++k) p.y[k] = 80 - 0.25 * (p.t[k] - 0.5);
  p.y[0] = 160;
  const Trend line = trend(p.t, p.y);
  EXPECT_NEAR(line.intercept, 80, 1e-9);
  EXPECT_NEAR(line.slope_percent_min, -18.75, 1e-9);
}

TEST(Trend, NeedsTenWindowsAndALevelAboveZero) {
  Points p = track(11, 0, 3);
  p.y[0] = std::nan("");
  for (const TrendMethod method : kMethods) {
    EXPECT_FALSE(std::isnan(trend(p.t, p.y, {.method = method}).slope));
    std::vector<double> y = p.y;
    y[5] = INFINITY;
    const Trend none = trend(p.t, y, {.method = method});
    for (const double v : {none.slope, none.low, none.high, none.intercept, none.slope_percent_min}) EXPECT_TRUE(std::isnan(v));
    EXPECT_EQ(none.windows, 9U);
    EXPECT_TRUE(std::isnan(trend(std::vector<double>(11, 2), p.y, {.method = method}).slope)) << "all at one time";
    for (double& v : y) v = -v;
    y[5] = -80;
    EXPECT_FALSE(std::isnan(trend(p.t, y, {.method = method}).slope));
    EXPECT_TRUE(std::isnan(trend(p.t, y, {.method = method}).slope_percent_min)) << "percent of less than nothing";
  }
  EXPECT_THROW(trend(p.t, std::vector<double>(10, 1)), InvalidArgument);
  p.t[4] = std::nan("");
  EXPECT_THROW(trend(p.t, p.y), InvalidArgument);
}

TEST(Trend, WindowsWithoutAValueKeepTheirTime) {
  for (const TrendMethod method : kMethods) {
    Points p = track(40, 0.4, 4);
    for (const std::size_t k : {0U, 1U, 7U, 20U, 21U, 22U, 39U}) p.y[k] = std::nan("");
    const Trend all = trend(p.t, p.y, {.method = method});
    Points kept;
    for (std::size_t k = 0; k < 40; ++k) {
      if (std::isnan(p.y[k])) continue;
      kept.t.push_back(p.t[k]);
      kept.y.push_back(p.y[k]);
    }
    const Trend some = trend(kept.t, kept.y, {.method = method});
    EXPECT_EQ(all.slope, some.slope);
    EXPECT_EQ(all.low, some.low);
    EXPECT_EQ(all.windows, 33U);
    EXPECT_NEAR(all.intercept, some.intercept - all.slope * (kept.t[0] - p.t[0]), 1e-9) << "at the start of the track";
  }
}

TEST(Trend, KeepsItsBitsAndFollowsScales) {
  for (const TrendMethod method : kMethods) {
    const Points p = track(60, 0.4, 5);
    const Trend line = trend(p.t, p.y, {.method = method});
    expect_same(line, trend(p.t, p.y, {.method = method}));
    const Trend other = trend(p.t, p.y, {.method = method, .seed = 2});
    EXPECT_EQ(line.slope, other.slope);
    EXPECT_NE(line.low, other.low);
    EXPECT_NEAR(line.high - line.low, other.high - other.low, 0.25 * (line.high - line.low));

    Points turned = p;
    std::reverse(turned.t.begin(), turned.t.end());
    std::reverse(turned.y.begin(), turned.y.end());
    expect_same(line, trend(turned.t, turned.y, {.method = method}));

    Points larger = p;
    for (double& v : larger.y) v *= 1024;
    const Trend scaled = trend(larger.t, larger.y, {.method = method});
    EXPECT_EQ(scaled.slope, 1024 * line.slope);
    EXPECT_EQ(scaled.low, 1024 * line.low);
    EXPECT_EQ(scaled.high, 1024 * line.high);
    EXPECT_EQ(scaled.low_percent_min, line.low_percent_min);
  }
}

TEST(Trend, HoldsForAnySizeOfNumbers) {
  for (const TrendMethod method : kMethods) {
    for (const double size : {1e38, 1e-300}) {
      Points p = track(30, 0.4, 6);
      const Trend line = trend(p.t, p.y, {.method = method});
      for (double& v : p.y) v *= size;
      const Trend scaled = trend(p.t, p.y, {.method = method});
      EXPECT_NEAR(scaled.slope / size, line.slope, 1e-9);
      EXPECT_NEAR(scaled.low / size, line.low, 1e-9);
    }
    const Points p = track(30, 0, 6);
    for (const double level : {0.0, -32768.0}) {
      const Trend flat = trend(p.t, std::vector<double>(30, level), {.method = method});
      EXPECT_EQ(flat.slope, 0);
      EXPECT_EQ(flat.low, 0);
      EXPECT_EQ(flat.high, 0);
    }
  }
}

TEST(Trend, AFewOddWindowsDoNotMoveTheilSen) {
  Points p = track(60, 0, 8);
  const Trend clean = trend(p.t, p.y);
  for (const std::size_t k : {3U, 17U, 41U}) p.y[k] = 1e6;
  const Trend odd = trend(p.t, p.y);
  EXPECT_NEAR(odd.slope, clean.slope, 0.3 * (clean.high - clean.low));
  EXPECT_LT(odd.high - odd.low, 2 * (clean.high - clean.low));
}

TEST(Trend, WindowsThatHangTogetherSayLess) {
  for (const TrendMethod method : kMethods) {
    const Points loose = track(240, 0, 9);
    const Points tight = track(240, 0.8, 9);
    const Trend a = trend(loose.t, loose.y, {.method = method});
    const Trend b = trend(tight.t, tight.y, {.method = method});
    EXPECT_LT(a.autocorrelation, 0.15);
    EXPECT_NEAR(b.autocorrelation, 0.8, 0.12);
    EXPECT_GT(b.high - b.low, 2 * (a.high - a.low));
  }
}

TEST(Trend, OfManyWindowsIsThatOfMediansOfBins) {
  const Points p = track(2999, 0, 10);
  Points bins;
  for (std::size_t k = 0; k < 2999; k += 3) {
    std::vector<double> y(p.y.begin() + static_cast<std::ptrdiff_t>(k),
                          p.y.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(k + 3, 2999)));
    bins.t.push_back(k + 2 < 2999 ? p.t[k + 1] : (p.t[k] + p.t[k + 1]) / 2);
    std::sort(y.begin(), y.end());
    bins.y.push_back(y.size() == 3 ? y[1] : (y[0] + y[1]) / 2);
  }
  const Trend many = trend(p.t, p.y);
  const Trend few = trend(bins.t, bins.y);
  EXPECT_EQ(many.slope, few.slope);
  EXPECT_EQ(many.low, few.low);
  EXPECT_EQ(many.windows, 2999U);
  EXPECT_LE(many.low, -0.1);
  EXPECT_GE(many.high, -0.1);
}

TEST(TheilSen, RecoversALineThroughOutliers) {
  std::vector<double> t;
  std::vector<double> y;
  for (int i = 0; i < 50; ++i) {
    t.push_back(i * 0.5);
    y.push_back(i % 7 == 0 ? 1000 : 80 - 0.3 * i * 0.5);
  }
  const Trend trend = theil_sen(t, y);
  EXPECT_NEAR(trend.slope, -0.3, 1e-12);
  EXPECT_LE(trend.low, trend.slope);
  EXPECT_GE(trend.high, trend.slope);
}

TEST(TheilSen, SaysNothingOfFewPoints) {
  const std::vector<double> t = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  std::vector<double> y = t;
  EXPECT_EQ(theil_sen(t, y).slope, 1);
  y[3] = std::nan("");
  EXPECT_TRUE(std::isnan(theil_sen(t, y).slope));
  EXPECT_TRUE(std::isnan(theil_sen(t, y).low));
}

TEST(TheilSen, WorksOnMediansOfBinsWhenPointsAreMany) {
  std::vector<double> t;
  std::vector<double> y;
  const Samples<double> noise = testing::white_noise(20000, 1, 3);
  for (int i = 0; i < 20000; ++i) {
    t.push_back(i);
    y.push_back(2e-3 * i + noise(i, 0));
  }
  const Trend trend = theil_sen(t, y);
  EXPECT_NEAR(trend.slope, 2e-3, 5e-6);
  EXPECT_LT(trend.low, 2e-3);
  EXPECT_GT(trend.high, 2e-3);
}

}  // namespace
}  // namespace myocramp
