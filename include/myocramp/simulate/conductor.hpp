#pragma once

#include <span>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/core/sample_rate.hpp"

namespace myocramp {

/// Muscle below fat below skin below air: flat, endless layers, the fibres parallel to them.
struct ConductorOptions {
  double muscle_along_s_m = 0.33;
  double muscle_across_s_m = 0.063;
  double fat_s_m = 0.05;
  double skin_s_m = 1;
  double fat_mm = 3;
  double skin_mm = 1;
};

template <class V>
void describe(ConductorOptions& o, V&& v) {
  v(o.muscle_along_s_m, Field{"muscle_along_s_m", "S/m", 0.01, 10, "conductivity of muscle along its fibres", "our default"});
  v(o.muscle_across_s_m, Field{"muscle_across_s_m", "S/m", 0.01, 10, "conductivity of muscle across its fibres", "our default"});
  v(o.fat_s_m, Field{"fat_s_m", "S/m", 0.001, 10, "conductivity of fat", "our default"});
  v(o.skin_s_m, Field{"skin_s_m", "S/m", 0.001, 10, "conductivity of skin", "our default"});
  v(o.fat_mm, Field{"fat_mm", "mm", 0, 50, "thickness of the fat between muscle and skin", "our default"});
  v(o.skin_mm, Field{"skin_mm", "mm", 0, 5, "thickness of the skin", "our default"});
}

/// The potential on the skin from a unit current at one depth of the muscle, in the plane of angular frequencies across and along the fibres.
///
/// Units: mm, rad/mm -> ohm m mm; its inverse transform in 1/mm, times 1000, is V/A.  Edges: infinite where both frequencies are 0.
/// Throws: never.  Source: derived in docs/methods/volume_conductor.md.
double surface_transfer(const ConductorOptions& conductor, double depth_mm, double across_rad_mm, double along_rad_mm) noexcept;

/// How the potential on the skin changes along the fibres, from a unit current in one of several sheets of muscle.
///
/// Sheets lie kSheet_mm apart, the first half of that below the muscle's surface. The electrode is a disc that shows the mean potential
/// below it.  Units: mm -> V/A per mm.  Error: below 0.5 % of the sheet's largest slope where the source lies 4.5 mm or more
/// below the skin.  Throws: InvalidArgument E-OPTION.
class SurfaceSlopes {
 public:
  static constexpr double kSheet_mm = 1;
  static constexpr double kAlong_mm = 0.5;

  /// `diameter_mm` 0 is a point. Tabled up to the stated distances between source and electrode.
  SurfaceSlopes(const ConductorOptions& conductor, double diameter_mm, Index sheets, double across_mm, double along_mm);

  /// The sheet nearest to a depth, of those that there are.
  [[nodiscard]] Index sheet(double depth_mm) const noexcept;
  /// Values of a row.
  [[nodiscard]] Index points() const noexcept { return points_; }
  /// Writes the slopes at electrode minus source = 0, kAlong_mm, 2 kAlong_mm, ... along the fibres: points() values. The slope is odd in
  /// that distance, and even in `across_mm`, which is taken for the reach when it is beyond.
  void row(Index sheet, double across_mm, std::span<double> out) const noexcept;

 private:
  Index sheets_;
  Index columns_;
  Index points_;
  std::vector<double> table_;  // (sheet, across, along)
};

}  // namespace myocramp
