#include "myocramp/simulate/conductor.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>

namespace myocramp {
namespace {

constexpr double kAcross_mm = 1;     // between the columns of the table
constexpr double kDecay = 20;        // what is beyond exp(-20) of a transfer is left out
constexpr double kPeriod_mm = 1000;  // of the inverse transform, at least, and four times any distance asked for

// The transfer of the mean over a disc: 2 J1(z) / z with z = k r, from a table because Bessel functions are slow. Its error is below 2e-7.
class Disc {
 public:
  Disc(double diameter_mm, double largest_k)
      : radius_mm_(diameter_mm / 2), table_(static_cast<std::size_t>(largest_k * radius_mm_ / kStep) + 3, 1.0) {
    for (std::size_t i = 1; i < table_.size(); ++i) {
      const double z = static_cast<double>(i) * kStep;
      table_[i] = 2 * std::cyl_bessel_j(1.0, z) / z;
    }
  }
  [[nodiscard]] double operator()(double k) const {
    const double position = k * radius_mm_ / kStep;
    const auto i = static_cast<std::size_t>(position);
    return table_[i] + (position - static_cast<double>(i)) * (table_[i + 1] - table_[i]);
  }

 private:
  static constexpr double kStep = 0.002;
  double radius_mm_;
  std::vector<double> table_;
};

double muscle_frequency(const ConductorOptions& o, double across, double along) noexcept {
  return std::sqrt(across * across + o.muscle_along_s_m / o.muscle_across_s_m * along * along);
}

}  // namespace

double surface_transfer(const ConductorOptions& o, double depth_mm, double across_rad_mm, double along_rad_mm) noexcept {
  const double k = std::hypot(across_rad_mm, along_rad_mm);
  if (k == 0) return std::numeric_limits<double>::infinity();
  const double ka = muscle_frequency(o, across_rad_mm, along_rad_mm);
  const double skin = o.skin_s_m * k * std::tanh(k * o.skin_mm);  // what leaves the fat, for a unit potential there
  const double fat = o.fat_s_m * k;
  const double t = std::tanh(k * o.fat_mm);
  const double cover = fat * (skin + fat * t) / (fat + skin * t);  // what leaves the muscle, likewise
  const double through = (std::cosh(k * o.fat_mm) + skin / fat * std::sinh(k * o.fat_mm)) * std::cosh(k * o.skin_mm);
  return std::exp(-ka * depth_mm) / ((o.muscle_across_s_m * ka + cover) * through);
}

// The transfer has a pole at frequency 0, which no sum over a grid meets. So the pole's closed form is taken away first: muscle alone, with
// the source deeper by the thickness of fat and skin. What is left is summed, and the slope of the closed form is added.
SurfaceSlopes::SurfaceSlopes(const ConductorOptions& o, double diameter_mm, Index sheets, double across_mm, double along_mm)
    : sheets_(sheets),
      columns_(static_cast<Index>(std::ceil(across_mm / kAcross_mm)) + 3),
      points_(static_cast<Index>(std::ceil(along_mm / kAlong_mm)) + 1) {
  check(o, "conductor");
  if (!(diameter_mm >= 0 && diameter_mm <= 100)) {
    throw InvalidArgument({"E-OPTION", "", "electrode.diameter_mm", "0 to 100 mm", detail::number(diameter_mm)});
  }
  table_.assign(static_cast<std::size_t>(sheets_ * columns_ * points_), 0.0);
  const double across_s_m = o.muscle_across_s_m;
  const double ratio = o.muscle_along_s_m / across_s_m;
  const double above_mm = o.fat_mm + o.skin_mm;
  const double step = 2 * std::numbers::pi / std::max(kPeriod_mm, 4 * std::max(across_mm, along_mm));

  const auto bins = [&](double depth_mm, double stretch) {
    return static_cast<std::size_t>(std::ceil(kDecay / (stretch * depth_mm + above_mm) / step)) + 1;
  };
  const std::size_t all_across = bins(kSheet_mm / 2, 1);
  const std::size_t all_along = bins(kSheet_mm / 2, std::sqrt(ratio));

  struct Bin {
    double left;   // of the transfer from the sheet's depth, without the closed form
    double decay;  // of that from sheet to sheet
  };
  std::vector<Bin> grid(all_across * all_along);
  const Disc disc(diameter_mm, std::hypot(static_cast<double>(all_across), static_cast<double>(all_along)) * step);
  for (std::size_t j = 1; j < all_along; ++j) {
    for (std::size_t i = 0; i < all_across; ++i) {
      const double kx = static_cast<double>(i) * step;
      const double kz = static_cast<double>(j) * step;
      const double k = std::hypot(kx, kz);
      const double ka = muscle_frequency(o, kx, kz);
      const double closed = std::exp(-ka * (kSheet_mm / 2 + above_mm)) / (across_s_m * ka);
      grid[j * all_across + i] = {surface_transfer(o, kSheet_mm / 2, kx, kz) * disc(k) - closed, std::exp(-ka * kSheet_mm)};
    }
  }
  const auto columns = static_cast<std::size_t>(columns_);
  const auto points = static_cast<std::size_t>(points_);
  std::vector<double> cosines(all_across * columns);
  for (std::size_t i = 0; i < all_across; ++i) {
    for (std::size_t c = 0; c < columns; ++c) {
      cosines[i * columns + c] = std::cos(static_cast<double>(i) * step * static_cast<double>(c) * kAcross_mm) * (i == 0 ? 0.5 : 1);
    }
  }
  std::vector<double> sines(all_along * points);
  for (std::size_t j = 0; j < all_along; ++j) {
    for (std::size_t p = 0; p < points; ++p) {
      sines[j * points + p] = std::sin(static_cast<double>(j) * step * static_cast<double>(p) * kAlong_mm);
    }
  }

  std::vector<double> sums(columns);
  for (std::size_t sheet = 0; sheet < static_cast<std::size_t>(sheets_); ++sheet) {
    const double depth_mm = (static_cast<double>(sheet) + 0.5) * kSheet_mm;
    double* table = table_.data() + sheet * columns * points;
    const std::size_t n_across = std::min(all_across, bins(depth_mm, 1));
    const std::size_t n_along = std::min(all_along, bins(depth_mm, std::sqrt(ratio)));
    for (std::size_t j = 1; j < n_along; ++j) {
      std::fill(sums.begin(), sums.end(), 0.0);
      for (std::size_t i = 0; i < n_across; ++i) {
        Bin& b = grid[j * all_across + i];
        const double left = b.left;
        b.left *= b.decay;
        const double* cosine = cosines.data() + i * columns;
        for (std::size_t c = 0; c < columns; ++c) sums[c] += left * cosine[c];
      }
      const double weight = -1000 * static_cast<double>(j) * step * step * step / (std::numbers::pi * std::numbers::pi);
      const double* sine = sines.data() + j * points;
      for (std::size_t c = 0; c < columns; ++c) {
        const double sum = weight * sums[c];
        for (std::size_t p = 0; p < points; ++p) table[c * points + p] += sum * sine[p];
      }
    }
    for (std::size_t c = 0; c < columns; ++c) {
      for (std::size_t p = 0; p < points; ++p) {
        const double x = static_cast<double>(c) * kAcross_mm;
        const double y = depth_mm + above_mm;
        const double z = static_cast<double>(p) * kAlong_mm;
        table[c * points + p] -= 1000 * z / (2 * std::numbers::pi * across_s_m * std::pow(z * z + ratio * (x * x + y * y), 1.5));
      }
    }
  }
}

Index SurfaceSlopes::sheet(double depth_mm) const noexcept {
  return std::clamp(static_cast<Index>(std::floor(depth_mm / kSheet_mm)), Index{0}, sheets_ - 1);
}

void SurfaceSlopes::row(Index sheet, double across_mm, std::span<double> out) const noexcept {
  const double position = std::min(std::abs(across_mm) / kAcross_mm, static_cast<double>(columns_ - 3));
  const auto at = static_cast<Index>(position);
  const double t = position - static_cast<double>(at);
  const std::array<double, 4> weight = {-t * (t - 1) * (t - 2) / 6, (t + 1) * (t - 1) * (t - 2) / 2, -(t + 1) * t * (t - 2) / 2,
                                        (t + 1) * t * (t - 1) / 6};  // Lagrange's, cubic
  std::fill(out.begin(), out.end(), 0.0);
  for (Index n = 0; n < 4; ++n) {
    const double* column = table_.data() + (sheet * columns_ + std::abs(at + n - 1)) * points_;  // even across
    for (std::size_t p = 0; p < out.size(); ++p) out[p] += weight[static_cast<std::size_t>(n)] * column[p];
  }
}

}  // namespace myocramp
