#include "myocramp/simulate/motor_pool.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "myocramp/simulate/common_noise.hpp"

namespace myocramp {
namespace {

Drive steady(double level, double length_s) { return {{{0, level}, {length_s, level}}, 8, 0, 2, 0}; }

struct Intervals {
  double count = 0, mean = 0, cv = 0, least = 0;
};

Intervals intervals(const std::vector<Discharge>& discharges, std::int32_t unit) {
  Intervals out;
  out.least = kNoLimit;
  double before = NAN, sum = 0, squares = 0;
  for (const Discharge& d : discharges) {
    if (d.unit != unit) continue;
    if (!std::isnan(before)) {
      const double isi = d.time_s - before;
      out.least = std::min(out.least, isi);
      out.count += 1;
      sum += isi;
      squares += isi * isi;
    }
    before = d.time_s;
  }
  out.mean = sum / out.count;
  out.cv = std::sqrt(squares / out.count - out.mean * out.mean) / out.mean;
  return out;
}

bool same(const std::vector<Discharge>& a, const std::vector<Discharge>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].time_s != b[i].time_s || a[i].unit != b[i].unit || a[i].gain != b[i].gain || a[i].stretch != b[i].stretch) return false;
  }
  return true;
}

TEST(MotorPool, FuglevandsNumbers) {
  const MotorPoolOptions o = fuglevand_1993();
  const auto pool = make_motor_pool(o, 1, 0);
  ASSERT_EQ(pool.size(), 120);
  for (int i = 0; i < 120; ++i) {  // thresholds in units of their excitation, which goes to 57
    const MotorUnit& unit = pool[static_cast<std::size_t>(i)];
    EXPECT_NEAR(unit.threshold * 57, std::exp(std::log(30.0) / 120 * (i + 1)), 1e-12);
    EXPECT_EQ(unit.min_rate_hz, 8);
    EXPECT_NEAR(unit.peak_rate_hz, 45 - 10 * unit.threshold * 57 / 30, 1e-12);
    EXPECT_NEAR(discharge_rate_hz(unit, o, unit.threshold), 8, 1e-9);
    EXPECT_NEAR(discharge_rate_hz(unit, o, unit.threshold + 1.0 / 57), 9, 1e-9) << "1 discharge per second for 1 unit of excitation";
    EXPECT_EQ(discharge_rate_hz(unit, o, unit.threshold * (1 - 1e-9)), 0);
    EXPECT_NEAR(discharge_rate_hz(unit, o, 1), unit.peak_rate_hz, 1e-9) << "all at their peak under the largest excitation";
  }
  EXPECT_NEAR(pool.back().threshold, 30.0 / 57, 1e-12);
}

TEST(MotorPool, SizesFollowTheOrderOfRecruitment) {
  const MotorPoolOptions o;
  const auto pool = make_motor_pool(o, 4, 2);
  double fibres = 0;
  for (std::size_t i = 0; i < pool.size(); ++i) {
    fibres += pool[i].fibres;
    if (i == 0) continue;
    EXPECT_GT(pool[i].threshold, pool[i - 1].threshold);
    EXPECT_GE(pool[i].fibres, pool[i - 1].fibres);
    EXPECT_GT(pool[i].radius_mm, pool[i - 1].radius_mm);
  }
  EXPECT_NEAR(fibres, o.fibres, 0.002 * o.fibres);
  EXPECT_NEAR(pool.back().fibres / static_cast<double>(pool.front().fibres), 100, 5);
  EXPECT_DOUBLE_EQ(pool.front().radius_mm, o.least_radius_mm);
  EXPECT_DOUBLE_EQ(pool.back().radius_mm, o.largest_radius_mm);
}

TEST(MotorPool, TerritoriesLieInTheMuscle) {
  const MotorPoolOptions o;
  for (const MotorUnit& unit : make_motor_pool(o, 4, 2)) {
    EXPECT_LE(std::abs(unit.across_mm) + unit.radius_mm, o.width_mm / 2 + 1e-12);
    EXPECT_GE(unit.depth_mm - unit.radius_mm, -1e-12);
    EXPECT_LE(unit.depth_mm + unit.radius_mm, o.thickness_mm + 1e-12);
  }
  MotorPoolOptions thin;
  thin.thickness_mm = 4;
  for (const MotorUnit& unit : make_motor_pool(thin, 4, 2)) EXPECT_GT(unit.depth_mm, 0);
}

TEST(MotorPool, VelocitiesHaveTheirMeanSpreadAndCorrelation) {
  MotorPoolOptions o;
  o.units = 10000;
  double sum = 0, squares = 0, product = 0;
  const auto pool = make_motor_pool(o, 4, 2);
  for (std::size_t i = 0; i < pool.size(); ++i) {
    const double order = std::sqrt(12.0) * ((static_cast<double>(i) + 0.5) / 10000 - 0.5);
    sum += pool[i].velocity_m_s;
    squares += pool[i].velocity_m_s * pool[i].velocity_m_s;
    product += pool[i].velocity_m_s * order;
  }
  const double mean = sum / 10000;
  const double sd = std::sqrt(squares / 10000 - mean * mean);
  EXPECT_NEAR(mean, 4, 0.02);
  EXPECT_NEAR(sd, 0.5, 0.02);
  EXPECT_NEAR(product / 10000 / sd, o.velocity_size_correlation, 0.02);
}

TEST(MotorPool, TheSameArgumentsGiveTheSameUnits) {
  const auto a = make_motor_pool({}, 1, 0);
  make_motor_pool({}, 9, 9);
  const auto b = make_motor_pool({}, 1, 0);
  const auto other = make_motor_pool({}, 1, 1);
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].across_mm, b[i].across_mm);
    EXPECT_EQ(a[i].velocity_m_s, b[i].velocity_m_s);
    EXPECT_NE(a[i].velocity_m_s, other[i].velocity_m_s);
  }
}

TEST(MotorPool, RefusesWhatCannotBe) {
  const auto with = [](auto set) {
    MotorPoolOptions o;
    set(o);
    return o;
  };
  EXPECT_THROW(make_motor_pool(with([](auto& o) { o.units = 0; }), 1, 0), InvalidArgument);
  EXPECT_THROW(make_motor_pool(with([](auto& o) { o.min_rate_drop_hz = o.min_rate_hz; }), 1, 0), InvalidArgument);
  EXPECT_THROW(make_motor_pool(with([](auto& o) { o.peak_rate_drop_hz = 35; }), 1, 0), InvalidArgument);
  EXPECT_THROW(make_motor_pool(with([](auto& o) { o.largest_radius_mm = 1; }), 1, 0), InvalidArgument);
  EXPECT_EQ(make_motor_pool(with([](auto& o) { o.units = 1; }), 1, 0).size(), 1);
}

TEST(DriveDischarges, RatesAndVariationAreThoseAskedFor) {
  for (MotorPoolOptions o : {MotorPoolOptions{}, fuglevand_1993()}) {
    o.units = 10;
    const auto pool = make_motor_pool(o, 1, 0);
    const auto discharges = drive_discharges(pool, o, steady(0.6, 400), {}, 1, 0, 0);
    for (std::int32_t j = 0; j < 10; ++j) {
      const double rate = discharge_rate_hz(pool[static_cast<std::size_t>(j)], o, 0.6);
      const Intervals isi = intervals(discharges, j);
      if (rate == 0) continue;
      EXPECT_GT(isi.count, 2000);
      EXPECT_NEAR(1 / isi.mean, rate, 0.02 * rate);
      EXPECT_NEAR(isi.cv, o.isi_cv, 0.05 * o.isi_cv);
      EXPECT_GE(isi.least, kRefractory_s - 1e-12);
    }
  }
}

TEST(DriveDischarges, UnitsComeInOrderAndAllComeAtFullRecruitment) {
  const MotorPoolOptions o;
  const auto pool = make_motor_pool(o, 1, 0);
  const Drive ramp{{{0, 0}, {50, 1}}, 8, 0, 2, 0};
  std::vector<double> first(pool.size(), NAN);
  for (const Discharge& d : drive_discharges(pool, o, ramp, {}, 1, 0, 0)) {
    double& f = first[static_cast<std::size_t>(d.unit)];
    if (std::isnan(f)) f = d.time_s;
  }
  for (std::size_t j = 0; j < pool.size(); ++j) {  // within one interval of its threshold
    EXPECT_GE(first[j], 50 * pool[j].threshold - 0.01);
    EXPECT_LE(first[j], 50 * pool[j].threshold + 0.01 + 1 / pool[j].min_rate_hz);
  }
  const auto below = drive_discharges(pool, o, steady(o.full_recruitment * 0.999, 5), {}, 1, 0, 0);
  for (const Discharge& d : below) EXPECT_LT(d.unit, 119);
}

TEST(DriveDischarges, FollowARampWithoutLag) {  // the count of a unit is the integral of its rate, to within 1 or so
  MotorPoolOptions o;
  o.units = 1;
  o.isi_cv = 0;
  const auto pool = make_motor_pool(o, 1, 0);
  const Drive triangle{{{0, 0}, {10, 0.6}, {20, 0}}, 8, 0, 2, 0};
  double integral = 0;
  for (int i = 0; i < 200000; ++i) integral += discharge_rate_hz(pool[0], o, value_at(triangle.knots, (i + 0.5) * 1e-4)) * 1e-4;
  const auto discharges = drive_discharges(pool, o, triangle, {}, 1, 0, 0);
  EXPECT_NEAR(static_cast<double>(discharges.size()), integral, 1.2);
}

TEST(DriveDischarges, AnHourAtFullExcitationStaysAtPeakRates) {
  MotorPoolOptions o = fuglevand_1993();
  o.units = 3;
  const auto pool = make_motor_pool(o, 1, 0);
  const auto discharges = drive_discharges(pool, o, steady(1, 3600), {}, 1, 0, 0);
  for (std::int32_t j = 0; j < 3; ++j) {
    const Intervals isi = intervals(discharges, j);
    EXPECT_NEAR(1 / isi.mean, pool[static_cast<std::size_t>(j)].peak_rate_hz, 0.01 * pool[static_cast<std::size_t>(j)].peak_rate_hz);
    EXPECT_GE(isi.least, kRefractory_s - 1e-12);  // an hour in double has steps of 5e-13 s
  }
  EXPECT_GE(discharges.front().time_s, 0);
  EXPECT_LT(discharges.back().time_s, 3600);
}

TEST(DriveDischarges, TremorAndNoiseAreSharedByAllUnits) {
  MotorPoolOptions o;
  o.units = 40;
  const auto pool = make_motor_pool(o, 1, 0);
  const auto spread = [&](const Drive& drive) {  // of the pool's counts in 20 ms, over that of independent units
    std::vector<double> counts(5000);
    for (const Discharge& d : drive_discharges(pool, o, drive, {}, 1, 0, 0)) counts[static_cast<std::size_t>(d.time_s / 0.02)] += 1;
    double sum = 0, squares = 0;
    for (const double c : counts) sum += c, squares += c * c;
    return squares / sum - sum / 5000;
  };
  Drive drive = steady(0.3, 100);
  const double alone = spread(drive);
  drive.tremor = 0.3;
  EXPECT_GT(spread(drive), 1.5 * alone);
  drive.tremor = 0;
  drive.noise = 0.3;
  EXPECT_GT(spread(drive), 1.5 * alone);
}

TEST(DriveDischarges, NothingComesOfNothing) {
  const auto pool = make_motor_pool({}, 1, 0);
  EXPECT_TRUE(drive_discharges(pool, {}, {}, {}, 1, 0, 0).empty()) << "no knots";
  EXPECT_TRUE(drive_discharges(pool, {}, steady(0, 100), {}, 1, 0, 0).empty()) << "no excitation";
  EXPECT_TRUE(drive_discharges(pool, {}, {{{3, 1}}, 8, 0, 2, 0}, {}, 1, 0, 0).empty()) << "no length";
  EXPECT_TRUE(drive_discharges({}, {}, steady(1, 10), {}, 1, 0, 0).empty()) << "no units";
}

TEST(DriveDischarges, StayInsideTheirKnotsAndInOrder) {
  const auto pool = make_motor_pool({}, 1, 0);
  const Drive drive{{{100, 0.2}, {101, 0.9}, {101, 0}, {104, 0}, {104, 0.5}, {105, 0.5}}, 8, 0.1, 2, 0.1};
  double before = 100;
  for (const Discharge& d : drive_discharges(pool, {}, drive, {}, 1, 0, 0)) {
    EXPECT_GE(d.time_s, before);
    before = d.time_s;
    EXPECT_TRUE(d.time_s < 101.01 || d.time_s >= 103.99);  // a step of the excitation is seen to 5 ms
  }
  EXPECT_LT(before, 105);
}

TEST(DriveDischarges, RefuseKnotsOutOfOrderOrRange) {
  const auto pool = make_motor_pool({}, 1, 0);
  EXPECT_THROW(drive_discharges(pool, {}, {{{1, 0}, {0, 1}}, 8, 0, 2, 0}, {}, 1, 0, 0), InvalidArgument);
  EXPECT_THROW(drive_discharges(pool, {}, steady(1.1, 1), {}, 1, 0, 0), InvalidArgument);
  EXPECT_THROW(drive_discharges(pool, {}, steady(NAN, 1), {}, 1, 0, 0), InvalidArgument);
  EXPECT_THROW(drive_discharges(pool, {}, steady(0.5, INFINITY), {}, 1, 0, 0), InvalidArgument);
}

TEST(DriveDischarges, TheSameWhateverIsAskedForBefore) {
  const auto pool = make_motor_pool({}, 1, 0);
  const auto a = drive_discharges(pool, {}, steady(0.5, 10), {}, 1, 0, 3);
  drive_discharges(pool, {}, steady(0.9, 10), {}, 1, 0, 2);
  EXPECT_TRUE(same(a, drive_discharges(pool, {}, steady(0.5, 10), {}, 1, 0, 3)));
  EXPECT_FALSE(same(a, drive_discharges(pool, {}, steady(0.5, 10), {}, 1, 0, 4)));
  EXPECT_FALSE(same(a, drive_discharges(pool, {}, steady(0.5, 10), {}, 1, 1, 3)));
  EXPECT_FALSE(same(a, drive_discharges(pool, {}, steady(0.5, 10), {}, 2, 0, 3)));
  const std::vector<MotorUnit> half(pool.begin(), pool.begin() + 60);
  std::vector<Discharge> of_half;
  for (const Discharge& d : a) {
    if (d.unit < 60) of_half.push_back(d);
  }
  EXPECT_TRUE(same(of_half, drive_discharges(half, {}, steady(0.5, 10), {}, 1, 0, 3))) << "a unit does not feel the others";
}

TEST(Fatigue, FollowsItsLawInBothDirections) {
  for (const double slowing : {0.3, 0.0, -0.3}) {
    const Fatigue f{slowing, 30, 0.5, 10};
    for (const double t : {0.0, 5.0, 1000.0}) {
      const double velocity = 1 - slowing * (1 - std::exp(-(t + 10) / 30));
      EXPECT_NEAR(fatigue_stretch(f, t), 1 / velocity, 1e-12);
      EXPECT_NEAR(fatigue_gain(f, t), std::sqrt(velocity), 1e-12);
    }
  }
  EXPECT_EQ(fatigue_stretch({}, 100), 1);
  const auto pool = make_motor_pool({}, 1, 0);
  const Fatigue f{0.2, 5, 0.5, 0};
  for (const Discharge& d : drive_discharges(pool, {}, {{{50, 0.3}, {60, 0.3}}, 8, 0, 2, 0}, f, 1, 0, 0)) {
    EXPECT_EQ(d.stretch, static_cast<float>(fatigue_stretch(f, d.time_s - 50)));
    EXPECT_EQ(d.gain, static_cast<float>(fatigue_gain(f, d.time_s - 50)));
  }
}

TEST(Knots, AreLinearBetweenAndNothingOutside) {
  const std::vector<Knot> knots{{1, 2}, {3, 4}, {3, 0}, {4, 1}};
  EXPECT_EQ(value_at(knots, 0.999), 0);
  EXPECT_EQ(value_at(knots, 1), 2);
  EXPECT_EQ(value_at(knots, 2), 3);
  EXPECT_EQ(value_at(knots, 3), 0) << "the later of two";
  EXPECT_EQ(value_at(knots, 4), 1);
  EXPECT_EQ(value_at(knots, 4.001), 0);
  EXPECT_EQ(value_at({}, 1), 0);
}

TEST(CommonNoise, HasMeanZeroAndVarianceOneInItsBand) {
  double sum = 0, squares = 0, slopes = 0;
  constexpr int kSeeds = 400;
  constexpr double kStep = 0.01;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Random random(seed, 0);
    const CommonNoise noise(random, 1, 2);
    for (int i = 0; i < 100; ++i) {
      const double v = noise.at(i * 0.37);
      const double slope = (noise.at(i * 0.37 + kStep) - v) / kStep;
      sum += v;
      squares += v * v;
      slopes += slope * slope;
    }
  }
  constexpr double kAll = kSeeds * 100;
  EXPECT_NEAR(sum / kAll, 0, 0.05);
  EXPECT_NEAR(squares / kAll, 1, 0.05);
  EXPECT_NEAR(std::sqrt(slopes / squares) / (2 * M_PI), std::sqrt(7.0 / 3), 0.05)
      << "root mean square frequency of an even band from 1 to 2 Hz";
}

}  // namespace
}  // namespace myocramp
