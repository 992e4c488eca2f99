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

/// The potential on the skin above a unit current at one depth, in the plane of angular frequencies across and along the fibres.
///
/// Units: rad/mm and mm -> ohm m mm (V per A, times the wavelength's area in mm^2, times 1e-3 m per mm).  Edges: infinite at frequency 0.
/// Throws: never.  Source: docs/methods/volume_conductor.md, where it is derived.
double surface_transfer(const ConductorOptions& conductor, double depth_mm, double across_rad_mm, double along_rad_mm) noexcept;

/// Potentials under an electrode on the skin from unit currents in sheets of muscle, tabled once.
///
/// Sheet i lies kSheet_mm * (i + 1/2) below the muscle's surface. The electrode is a disc that shows the mean potential below it.
/// Units: mm -> V/A and V/A per mm.  Edges: distances beyond the reach are taken for the reach.  Throws: InvalidArgument E-OPTION.
class SurfacePotential {
 public:
  static constexpr double kSheet_mm = 1;

  /// `diameter_mm` 0: a point. The reaches are the largest distances that will be asked for, in mm.
  SurfacePotential(const ConductorOptions& conductor, double diameter_mm, Index sheets, double across_mm, double along_mm);

  [[nodiscard]] Index sheets() const noexcept { return sheets_; }
  /// The sheet nearest to a depth.
  [[nodiscard]] Index sheet(double depth_mm) const noexcept;

  /// How the potential changes with the distance along the fibres, at along = i * kAlong_mm for i from 0; odd in that distance.
  /// Writes out.size() values, linear beyond none: at most points() of them.
  void slope(Index sheet, double across_mm, std::span<double> out) const noexcept;

  static constexpr double kAlong_mm = 0.5;
  /// Points along the fibres, from 0 to the reach.
  [[nodiscard]] Index points() const noexcept { return points_; }

 private:
  static constexpr double kAcross_mm = 1;

  Index sheets_;
  Index columns_;
  Index points_;
  std::vector<double> slope_;  // (sheet, across, along)
};

}  // namespace myocramp
