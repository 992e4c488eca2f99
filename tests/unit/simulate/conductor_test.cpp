#include "myocramp/simulate/conductor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "support/errors.hpp"

namespace myocramp {
namespace {

constexpr double kPi = std::numbers::pi;

std::vector<double> row(const SurfaceSlopes& s, Index sheet, double across_mm) {
  std::vector<double> out(static_cast<std::size_t>(s.points()));
  s.row(sheet, across_mm, out);
  return out;
}

double largest(const std::vector<double>& x) {
  return std::abs(*std::max_element(x.begin(), x.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }));
}

// How far along the slope is largest: half the width of the potential's steep part.
double width_mm(const std::vector<double>& x) {
  return SurfaceSlopes::kAlong_mm *
         static_cast<double>(std::max_element(x.begin(), x.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }) -
                             x.begin());
}

TEST(Conductor, MuscleAloneIsAnAnisotropicHalfSpace) {
  ConductorOptions o;
  o.fat_mm = o.skin_mm = 0;
  const double ratio = o.muscle_along_s_m / o.muscle_across_s_m;
  for (const double kx : {0.0, 0.1, 1.0}) {
    for (const double kz : {0.05, 0.4}) {
      const double ka = std::sqrt(kx * kx + ratio * kz * kz);
      EXPECT_NEAR(surface_transfer(o, 7, kx, kz), std::exp(-7 * ka) / (o.muscle_across_s_m * ka), 1e-12);
    }
  }
  const SurfaceSlopes slopes(o, 0, 12, 20, 100);
  for (const double x : {0.0, 3.4, 17.0}) {
    const std::vector<double> got = row(slopes, 8, x);  // 8.5 mm deep
    for (std::size_t p = 0; p < got.size(); p += 7) {
      const double z = static_cast<double>(p) * SurfaceSlopes::kAlong_mm;
      // Twice the potential in an endless medium.
      const double want = -1000 * z / (2 * kPi * o.muscle_across_s_m * std::pow(z * z + ratio * (x * x + 8.5 * 8.5), 1.5));
      EXPECT_NEAR(got[p], want, 1e-4 * largest(got)) << x << " " << z;
    }
  }
}

// A slab over a half-space, both isotropic: the potential is that of a row of images, each weaker by the reflection of the boundary.
TEST(Conductor, FatOverIsotropicMuscleIsASeriesOfImages) {
  ConductorOptions o;
  o.muscle_along_s_m = o.muscle_across_s_m = 0.2;
  o.fat_s_m = o.skin_s_m = 0.05;
  o.fat_mm = 4;
  o.skin_mm = 1;
  const double above = 5;
  const double reflected = -(0.2 - 0.05) / (0.2 + 0.05);
  const SurfaceSlopes slopes(o, 0, 10, 30, 90);
  for (const double x : {0.0, 5.3, 21.0}) {
    for (const Index sheet : {Index{0}, Index{4}, Index{9}}) {
      const std::vector<double> got = row(slopes, sheet, x);
      const double scale = largest(row(slopes, sheet, 0));
      for (std::size_t p = 0; p < got.size(); p += 5) {
        const double z = static_cast<double>(p) * SurfaceSlopes::kAlong_mm;
        double want = 0;
        for (int n = 0; n < 200; ++n) {
          const double depth = static_cast<double>(sheet) + 0.5 + above + 2 * n * above;
          want -= 1000 * 2 / (0.2 + 0.05) * std::pow(reflected, n) * z / (2 * kPi * std::pow(x * x + z * z + depth * depth, 1.5));
        }
        EXPECT_NEAR(got[p], want, 2e-4 * scale) << x << " " << sheet << " " << z;
      }
    }
  }
}

// The inverse transform in polar coordinates, where the pole at frequency 0 does no harm.
double slope_by_polar_integral(const ConductorOptions& o, double depth, double x, double z) {
  constexpr int kAngles = 400;
  constexpr int kRadii = 3000;
  const double end = 30 / (depth + o.fat_mm + o.skin_mm);
  double sum = 0;
  for (int a = 0; a < kAngles; ++a) {
    const double angle = (a + 0.5) * kPi / 2 / kAngles;
    for (int r = 0; r < kRadii; ++r) {
      const double k = (r + 0.5) * end / kRadii;
      const double kx = k * std::sin(angle);
      const double kz = k * std::cos(angle);
      sum -= k * kz * surface_transfer(o, depth, kx, kz) * std::cos(kx * x) * std::sin(kz * z);
    }
  }
  return 1000 / (kPi * kPi) * sum * (kPi / 2 / kAngles) * (end / kRadii);
}

TEST(Conductor, AllLayersAgreeWithAnIntegralOfAnotherKind) {
  const ConductorOptions o;
  const SurfaceSlopes slopes(o, 0, 10, 30, 90);
  for (const double x : {0.0, 12.0}) {
    for (const Index sheet : {Index{1}, Index{8}}) {
      const double scale = largest(row(slopes, sheet, 0));
      for (const std::size_t p : {6U, 30U, 100U}) {
        const double want =
            slope_by_polar_integral(o, static_cast<double>(sheet) + 0.5, x, static_cast<double>(p) * SurfaceSlopes::kAlong_mm);
        EXPECT_NEAR(row(slopes, sheet, x)[p], want, 2e-4 * scale) << x << " " << sheet << " " << p;
      }
    }
  }
}

TEST(Conductor, BetweenColumnsTheErrorIsSmall) {
  const ConductorOptions o;
  const SurfaceSlopes slopes(o, 0, 3, 30, 90);
  const double scale = largest(row(slopes, 0, 0));
  for (const double x : {0.5, 2.5, 4.5}) {
    for (const std::size_t p : {4U, 10U, 30U}) {
      EXPECT_NEAR(row(slopes, 0, x)[p], slope_by_polar_integral(o, 0.5, x, static_cast<double>(p) * SurfaceSlopes::kAlong_mm),
                  5e-3 * scale);
    }
  }
}

TEST(Conductor, ADiscShowsTheMeanBelowIt) {
  const ConductorOptions o;
  const SurfaceSlopes point(o, 0, 6, 30, 90);
  const SurfaceSlopes disc(o, 10, 6, 30, 90);
  const std::vector<double> got = row(disc, 2, 4);
  for (const std::size_t p : {20U, 30U, 60U}) {
    double sum = 0;
    int count = 0;
    for (int i = -10; i <= 10; ++i) {
      const std::vector<double> one = row(point, 2, 4 + i * 0.5);
      for (int j = -10; j <= 10; ++j) {
        if (i * i + j * j > 100) continue;
        sum += one[static_cast<std::size_t>(static_cast<int>(p) + j)];
        ++count;
      }
    }
    EXPECT_NEAR(got[p], sum / count, 0.01 * largest(got));
  }
}

TEST(Conductor, ScalesAsConductivitiesAndLengthsDo) {
  const ConductorOptions o;
  ConductorOptions better = o;
  better.muscle_along_s_m *= 2;
  better.muscle_across_s_m *= 2;
  better.fat_s_m *= 2;
  better.skin_s_m *= 2;
  ConductorOptions larger = o;
  larger.fat_mm *= 2;
  larger.skin_mm *= 2;
  ConductorOptions split = o;
  split.skin_s_m = split.fat_s_m;
  ConductorOptions whole = split;
  whole.fat_mm += whole.skin_mm;
  whole.skin_mm = 0;
  for (const double kx : {0.0, 0.2}) {
    for (const double kz : {0.03, 0.5}) {
      const double h = surface_transfer(o, 6, kx, kz);
      EXPECT_NEAR(surface_transfer(better, 6, kx, kz) / h, 0.5, 1e-12);
      EXPECT_NEAR(surface_transfer(larger, 12, kx / 2, kz / 2) / h, 2, 1e-12);
      EXPECT_NEAR(surface_transfer(split, 6, kx, kz) / surface_transfer(whole, 6, kx, kz), 1, 1e-12) << "two layers that are one";
    }
  }
}

TEST(Conductor, DepthAndFatMakeSmallerAndWider) {
  ConductorOptions o;
  const SurfaceSlopes thin(o, 0, 15, 20, 90);
  o.fat_mm = 8;
  const SurfaceSlopes thick(o, 0, 15, 20, 90);
  for (Index sheet = 1; sheet < 15; ++sheet) {
    EXPECT_LT(largest(row(thin, sheet, 0)), largest(row(thin, sheet - 1, 0)));
    EXPECT_GE(width_mm(row(thin, sheet, 0)), width_mm(row(thin, sheet - 1, 0)));
    EXPECT_LT(largest(row(thick, sheet, 0)), largest(row(thin, sheet, 0)));
    EXPECT_GT(width_mm(row(thick, sheet, 0)), width_mm(row(thin, sheet, 0)));
  }
  EXPECT_EQ(thin.sheet(0.1), 0);
  EXPECT_EQ(thin.sheet(3.7), 3);
  EXPECT_EQ(thin.sheet(99), 14);
}

TEST(Conductor, RefusesWhatIsNoConductor) {
  ConductorOptions o;
  o.fat_s_m = 0;
  test::expect_error<InvalidArgument>([&] { SurfaceSlopes(o, 0, 3, 10, 50); }, "E-OPTION", {"conductor.fat_s_m"});
  test::expect_error<InvalidArgument>([&] { SurfaceSlopes({}, -1, 3, 10, 50); }, "E-OPTION", {"electrode.diameter_mm"});
}

}  // namespace
}  // namespace myocramp
