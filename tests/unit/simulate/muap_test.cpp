#include "myocramp/simulate/muap.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "support/errors.hpp"
#include "support/motor_units.hpp"

namespace myocramp {
namespace {

constexpr double kStep = UnitTemplates::kStep_mm;

std::vector<double> potential(const UnitTemplates& t, std::size_t unit, Index lead) {
  std::vector<double> out;
  for (Index tap = 0; tap < t.taps(static_cast<Index>(unit)); ++tap) {
    out.push_back(static_cast<double>(t.units[unit].volts[static_cast<std::size_t>(tap * t.leads + lead)]));
  }
  return out;
}

double peak(const std::vector<double>& x) {
  double out = 0;
  for (const double v : x) out = std::max(out, std::abs(v));
  return out;
}

// One fibre in the middle of sheet 9, without any spread.
MotorUnit one_fibre() { return {.fibres = 1, .across_mm = 2, .depth_mm = 9.5, .radius_mm = 0, .velocity_m_s = 4}; }

MuapOptions no_spread() {
  MuapOptions o;
  o.end_plate_spread_mm = o.tendon_spread_mm = 0;
  return o;
}

// The line source written out: currents of a windowed action potential times the potential of a point in a half-space of muscle.
double by_definition(const MuapOptions& o, const ConductorOptions& c, const MotorUnit& u, double along, double way) {
  const double ratio = c.muscle_along_s_m / c.muscle_across_s_m;
  const auto rise = [](double z) { return z <= 0 ? 0 : 96 * (3 * z * z - z * z * z) * std::exp(-z); };  // V/m when z is in mm
  const auto slope = [&](double z) {                                                                    // of the potential of 1 A, V per mm
    const double r2 = ratio * (u.across_mm * u.across_mm + u.depth_mm * u.depth_mm);
    return -1000 * z / (2 * std::numbers::pi * c.muscle_across_s_m * std::pow(z * z + r2, 1.5));
  };
  const double area = std::numbers::pi / 4 * o.fibre_um * o.fibre_um * 1e-12;
  constexpr double kFine = 0.01;
  double sum = 0;
  for (double s = kFine / 2; s < o.half_length_mm; s += kFine) {
    sum += o.intracellular_s_m * area * rise(way - s) * (slope(along + s) - slope(along - s)) * kFine;
  }
  return sum;
}

TEST(Muap, IsTheLineSourceByItsDefinition) {
  const MuapOptions o = no_spread();
  ConductorOptions c;
  c.fat_mm = c.skin_mm = 0;
  const std::vector<MotorUnit> units = {one_fibre()};
  const std::vector<Lead> leads = {monopolar(30.3, 0, 0), monopolar(-11, 0, 0), monopolar(0, 0, 0), monopolar(75, 0, 0)};
  const std::vector<double> along = {30.3, -11, 0, 75};
  const UnitTemplates t = make_unit_templates(o, c, units, leads, 1, 0);
  for (std::size_t lead = 0; lead < leads.size(); ++lead) {
    const std::vector<double> got = potential(t, 0, static_cast<Index>(lead));
    for (std::size_t tap = 0; tap < got.size(); tap += 9) {
      EXPECT_NEAR(got[tap], by_definition(o, c, units[0], along[lead], static_cast<double>(tap) * kStep), 5e-3 * peak(got))
          << lead << " " << tap;
    }
  }
}

TEST(Muap, ALeadIsTheWeightedSumOfItsElectrodes) {
  const std::vector<MotorUnit> units = test::motor_units(3, 1);
  const std::vector<Lead> leads = {bipolar(30, 4, 20, 10), double_differential(30, 4, 10, 10), monopolar(40, 4, 10), monopolar(30, 4, 10),
                                   monopolar(20, 4, 10)};
  const UnitTemplates t = make_unit_templates({}, {}, units, leads, 7, 0);
  for (std::size_t unit = 0; unit < units.size(); ++unit) {
    const std::vector<double> far = potential(t, unit, 2);
    const std::vector<double> middle = potential(t, unit, 3);
    const std::vector<double> near = potential(t, unit, 4);
    const std::vector<double> pair = potential(t, unit, 0);
    const std::vector<double> triple = potential(t, unit, 1);
    for (std::size_t i = 0; i < far.size(); ++i) {
      EXPECT_NEAR(pair[i], far[i] - near[i], 1e-6 * peak(middle));
      EXPECT_NEAR(triple[i], 2 * middle[i] - far[i] - near[i], 1e-6 * peak(middle));
    }
  }
}

TEST(Muap, LeadsMayStandInAnyOrder) {
  const std::vector<MotorUnit> units = test::motor_units(4, 1);
  std::vector<Lead> leads = electrode_grid(3, 2, 8, 3, 30, 0);
  const UnitTemplates a = make_unit_templates({}, {}, units, leads, 7, 0);
  std::reverse(leads.begin(), leads.end());
  const UnitTemplates b = make_unit_templates({}, {}, units, leads, 7, 0);
  for (std::size_t unit = 0; unit < units.size(); ++unit) {
    for (Index lead = 0; lead < 6; ++lead) EXPECT_EQ(potential(a, unit, lead), potential(b, unit, 5 - lead));
  }
}

TEST(Muap, GridsCountAlongTheFibresFirst) {
  const std::vector<Lead> grid = electrode_grid(13, 5, 8, 3, 40, 1);
  ASSERT_EQ(grid.size(), 65U);
  EXPECT_EQ(grid[0][0].along_mm, 40 - 48);
  EXPECT_EQ(grid[12][0].along_mm, 40 + 48);
  EXPECT_EQ(grid[12][0].across_mm, 1 - 16);
  EXPECT_EQ(grid[13][0].across_mm, 1 - 8);
}

TEST(Muap, TravelsAtItsVelocity) {
  MuapOptions o = no_spread();
  o.half_length_mm = 150;
  const std::vector<MotorUnit> units = {one_fibre()};
  for (const Fidelity fidelity : {Fidelity::kLineSource, Fidelity::kHermiteRodriguez}) {
    o.fidelity = fidelity;
    const std::vector<Lead> leads = {bipolar(60, 0, 10, 5), bipolar(75, 0, 10, 5)};
    const UnitTemplates t = make_unit_templates(o, {}, units, leads, 1, 0);
    const std::vector<double> a = potential(t, 0, 0);
    const std::vector<double> b = potential(t, 0, 1);
    double best = 0;
    Index at = -1;
    for (Index shift = 0; shift < 300; ++shift) {
      double sum = 0;
      for (std::size_t i = 0; i + static_cast<std::size_t>(shift) < a.size(); ++i) sum += a[i] * b[i + static_cast<std::size_t>(shift)];
      if (sum > best) {
        best = sum;
        at = shift;
      }
    }
    EXPECT_NEAR(static_cast<double>(at) * kStep, 15, kStep);
  }
}

TEST(Muap, EndsAtBothTendonsAtOnceForAllElectrodes) {
  const MuapOptions o = no_spread();
  const std::vector<MotorUnit> units = {one_fibre()};
  const std::vector<Lead> leads = {monopolar(85, 0, 5), monopolar(100, 0, 5)};  // beyond the tendon: only the end is near
  const UnitTemplates t = make_unit_templates(o, {}, units, leads, 1, 0);
  std::vector<double> when;
  for (const Index lead : {0, 1}) {
    const std::vector<double> x = potential(t, 0, lead);
    when.push_back(static_cast<double>(std::min_element(x.begin(), x.end()) - x.begin()) * kStep);
  }
  EXPECT_NEAR(when[0], when[1], 1) << "the end of the action potential does not travel";
  EXPECT_NEAR(when[0], o.half_length_mm + 4.5, 2.5) << "the front has passed the tendon, the tail has not";
}

TEST(Muap, BeginsAndEndsWithNothing) {
  const std::vector<MotorUnit> units = test::motor_units(20, 1);
  for (const Fidelity fidelity : {Fidelity::kLineSource, Fidelity::kHermiteRodriguez}) {
    MuapOptions o;
    o.fidelity = fidelity;
    const UnitTemplates t = make_unit_templates(o, {}, units, std::vector<Lead>{bipolar(30, 0, 20, 10), monopolar(-20, 0, 10)}, 1, 0);
    for (std::size_t unit = 0; unit < units.size(); ++unit) {
      for (const Index lead : {0, 1}) {
        const std::vector<double> x = potential(t, unit, lead);
        EXPECT_EQ(x.front(), 0);
        EXPECT_EQ(x.back(), 0);
        EXPECT_GT(peak(x), 0);
        EXPECT_LT(std::abs(x[x.size() - 4]), 3e-4 * peak(x)) << "no step at the end";
      }
      EXPECT_LT(t.duration_s(static_cast<Index>(unit), 1), 0.05);
      EXPECT_NEAR(t.duration_s(static_cast<Index>(unit), 1.5), 1.5 * t.duration_s(static_cast<Index>(unit), 1), 1e-12);
    }
  }
}

TEST(Muap, GrowsWithFibresAndGain) {
  std::vector<MotorUnit> units(2, {.fibres = 200, .across_mm = 0, .depth_mm = 10, .radius_mm = 4, .velocity_m_s = 4});
  units[1].fibres = 400;
  const std::vector<Lead> leads = {bipolar(30, 0, 20, 10)};
  for (const Fidelity fidelity : {Fidelity::kLineSource, Fidelity::kHermiteRodriguez}) {
    MuapOptions o;
    o.fidelity = fidelity;
    o.drawn_fibres = 200;
    const UnitTemplates t = make_unit_templates(o, {}, units, leads, 1, 0);
    EXPECT_NEAR(peak(potential(t, 1, 0)) / peak(potential(t, 0, 0)), 2, 0.3) << "other fibres are drawn";
    o.gain = 3;
    const UnitTemplates louder = make_unit_templates(o, {}, units, leads, 1, 0);
    EXPECT_NEAR(peak(potential(louder, 0, 0)) / peak(potential(t, 0, 0)), 3, 1e-5);
  }
}

TEST(Muap, FibresMayBeShorterThanTheirSpread) {
  const std::vector<MotorUnit> units = test::motor_units(2, 1);
  const MuapOptions o{.half_length_mm = 20, .end_plate_spread_mm = 20, .tendon_spread_mm = 20};
  const UnitTemplates t = make_unit_templates(o, {}, units, std::vector<Lead>{bipolar(10, 0, 20, 10)}, 1, 0);
  for (const double v : potential(t, 1, 0)) EXPECT_TRUE(std::isfinite(v));
}

TEST(Muap, TheSameSeedGivesTheSameBits) {
  const std::vector<MotorUnit> units = test::motor_units(5, 1);
  const std::vector<Lead> leads = {bipolar(30, 0, 20, 10)};
  const UnitTemplates a = make_unit_templates({}, {}, units, leads, 3, 1);
  EXPECT_EQ(potential(a, 4, 0), potential(make_unit_templates({}, {}, units, leads, 3, 1), 4, 0));
  EXPECT_NE(potential(a, 4, 0), potential(make_unit_templates({}, {}, units, leads, 4, 1), 4, 0));
  EXPECT_NE(potential(a, 4, 0), potential(make_unit_templates({}, {}, units, leads, 3, 2), 4, 0));
}

// The fast model's amplitudes were fitted to the line source at a bipolar pair.
TEST(Muap, TheFastModelHasTheAmplitudesOfTheLineSource) {
  const std::vector<MotorUnit> units = test::motor_units(120, 2);
  const std::vector<Lead> leads = {bipolar(30, 0, 20, 10)};
  MuapOptions fast;
  fast.fidelity = Fidelity::kHermiteRodriguez;
  const UnitTemplates a = make_unit_templates({}, {}, units, leads, 1, 0);
  const UnitTemplates b = make_unit_templates(fast, {}, units, leads, 1, 0);
  double mean = 0;
  double square = 0;
  for (std::size_t unit = 0; unit < units.size(); ++unit) {
    const double log = std::log(peak(potential(b, unit, 0)) / peak(potential(a, unit, 0)));
    mean += log / 120;
    square += log * log / 120;
  }
  EXPECT_NEAR(mean, 0, 0.15);
  EXPECT_LT(std::sqrt(square), 0.4);
}

TEST(Muap, TheFastModelComesFromTheSideOfTheEndPlates) {
  MuapOptions o;
  o.fidelity = Fidelity::kHermiteRodriguez;
  const std::vector<MotorUnit> units = test::motor_units(1, 1);
  const std::vector<Lead> leads = {bipolar(30, 0, 20, 10), bipolar(-30, 0, 20, 10)};
  const UnitTemplates odd = make_unit_templates(o, {}, units, leads, 1, 0);
  o.hermite_order = 2;
  const UnitTemplates even = make_unit_templates(o, {}, units, leads, 1, 0);
  const std::vector<double> a = potential(odd, 0, 0);
  const std::vector<double> b = potential(odd, 0, 1);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i], -b[i]);
  EXPECT_EQ(potential(even, 0, 0), potential(even, 0, 1));
  EXPECT_NEAR(peak(potential(even, 0, 0)) / peak(a), 1, 0.01);
}

TEST(Muap, RefusesWhatIsNoLead) {
  const std::vector<MotorUnit> units = test::motor_units(1, 1);
  const auto make = [&](const std::vector<Lead>& leads, const MuapOptions& o = {}) {
    return [&units, leads, o] { make_unit_templates(o, {}, units, leads, 1, 0); };
  };
  test::expect_error<InvalidArgument>(make({}), "E-OPTION", {"leads"});
  test::expect_error<InvalidArgument>(make({monopolar(0, 0, 10), Lead{}}), "E-OPTION", {"lead 2", "no electrode"});
  test::expect_error<InvalidArgument>(make({monopolar(std::nan(""), 0, 10)}), "E-OPTION", {"lead 1"});
  test::expect_error<InvalidArgument>(make({monopolar(0, 501, 10)}), "E-OPTION", {"lead 1", "500 mm"});
  std::vector<MotorUnit> still = units;
  still[0].velocity_m_s = 0;
  test::expect_error<InvalidArgument>([&] { make_unit_templates({}, {}, still, std::vector<Lead>{monopolar(0, 0, 10)}, 1, 0); }, "E-OPTION",
                                      {"motor unit 0"});
  test::expect_error<InvalidArgument>(make({monopolar(0, 0, 10)}, {.hermite_low_ms = 3}), "E-OPTION", {"muap.hermite_low_ms"});
  test::expect_error<InvalidArgument>(make({monopolar(0, 0, 10)}, {.fibre_um = 0}), "E-OPTION", {"muap.fibre_um"});
}

}  // namespace
}  // namespace myocramp
