#include "myocramp/detect/merlo.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "support/activity.hpp"

namespace myocramp {
namespace {

const SampleRate kRate(2000);

// A Hermite-Rodriguez function of unit energy in the middle of rest, at `at` of n samples.
Samples<double> potential(Index n, Index at, double scale_s) {
  Samples<double> x(n, 1);
  for (Index i = 0; i < n; ++i) {
    const double t = kRate.time(i - at) / scale_s;
    x(i, 0) = t * std::exp(-t * t / 2);
  }
  return x / std::sqrt(x.square().sum());
}

TEST(Merlo, KeepsItsFalseAlarmRate) {
  for (const testing::Kept& wanted : testing::kKept) {
    for (const auto& [rate_hz, merge_s] : {std::pair{1000.0, 0.05}, {1000.0, 0.125}, {2000.0, 0.125}}) {
      MerloDetector detector({.merge_s = merge_s, .p_fa = wanted.p_fa}, SampleRate(rate_hz), 1);
      // What the baseline would learn from windows of white noise.
      const Samples<double> x = testing::white_noise(20'000 * detector.window(), 1, 23);
      Samples<double> y(x.rows(), 1);
      detector.process(x, y);
      std::vector<double> rest;
      for (Index i = detector.window() - 1; i < y.rows(); i += detector.window()) rest.push_back(y(i, 0));
      const auto median = [](std::vector<double> v) {
        std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
        return v[v.size() / 2];
      };
      const double level = median(rest);
      for (double& v : rest) v = std::abs(v - level);
      const int alarms = testing::false_alarms(detector, level, 1.4826 * median(rest) / level);
      EXPECT_GE(alarms, wanted.least) << merge_s;
      EXPECT_LE(alarms, wanted.most) << merge_s;
    }
  }
}

TEST(Merlo, IsTheLargestWaveletCoefficient) {
  constexpr Index kMerge = 20;
  MerloDetector detector({.shortest_s = 0.001, .longest_s = 0.004, .merge_s = 0.01}, kRate, 1);
  const Samples<double> x = testing::white_noise(400, 1, 4);
  Samples<double> y(x.rows(), 1);
  detector.process(x, y);
  const Index half = (detector.window() - kMerge) / 2;
  EXPECT_EQ(half, 32);  // four scales of 4 ms
  std::vector<double> largest(static_cast<std::size_t>(x.rows()));
  for (Index i = 2 * half; i < x.rows(); ++i) {
    for (const double scale : {0.001, 0.001 * std::sqrt(2), 0.002, 0.002 * std::sqrt(2), 0.004}) {
      const Samples<double> wavelet = potential(2 * half + 1, half, scale);
      const double coefficient = (x.middleRows(i - 2 * half, 2 * half + 1) * wavelet).sum();
      largest[static_cast<std::size_t>(i)] = std::max(largest[static_cast<std::size_t>(i)], std::abs(coefficient));
    }
  }
  for (Index i = detector.window() - 1; i < x.rows(); ++i) {
    // The filters are cut off at four of their scales.
    EXPECT_NEAR(y(i, 0), *std::max_element(largest.begin() + i - kMerge + 1, largest.begin() + i + 1), 0.01);
  }
}

TEST(Merlo, AMatchedPotentialComesOutWithItsWholeEnergy) {
  for (const double scale : {0.001, 0.0025}) {
    MerloDetector detector({}, kRate, 1);
    Samples<double> y = potential(2000, 900, scale);
    detector.process(y, y);
    EXPECT_NEAR(y.maxCoeff(), 1, 1e-4) << scale;
  }
  // Between two scales of the ratio r a potential loses at most what their geometric mean does.
  const double r = std::pow(2.5, 0.125);
  MerloDetector detector({}, kRate, 1);
  Samples<double> y = potential(2000, 900, 0.001 * r);
  detector.process(y, y);
  EXPECT_NEAR(y.maxCoeff(), std::pow(2 * r / (1 + r * r), 1.5), 1e-3);
}

TEST(Merlo, MergesPotentialsAndKeepsTheirEnds) {
  for (const Index apart : {200, 300}) {
    Samples<double> x = testing::white_noise(60'000, 1, 8) * 0.05;
    x += potential(x.rows(), 30'000, 0.0015) + potential(x.rows(), 30'000 + apart, 0.0015);
    const auto found = testing::found_in(x, kRate, "merlo")[0];
    ASSERT_EQ(found.size(), apart < 250 ? 1U : 2U);
    EXPECT_NEAR(static_cast<double>(found.front().span.begin), 30'000, 16);
    EXPECT_NEAR(static_cast<double>(found.back().span.end), static_cast<double>(30'000 + apart), 16);
  }
}

TEST(Merlo, Refuses) {
  EXPECT_THROW(MerloDetector({.shortest_s = 0.002, .longest_s = 0.001}, kRate, 1), InvalidArgument);
  EXPECT_THROW(MerloDetector({.p_fa = std::nan("")}, kRate, 1), InvalidArgument);
  EXPECT_THROW(MerloDetector({}, SampleRate(250), 1), DataError);
}

}  // namespace
}  // namespace myocramp
