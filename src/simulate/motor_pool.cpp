#include "myocramp/simulate/motor_pool.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>

#include "myocramp/core/random.hpp"
#include "myocramp/simulate/common_noise.hpp"
#include "myocramp/simulate/streams.hpp"

namespace myocramp {
namespace {

constexpr double kStep_s = 0.005;  // rates are taken to be constant over it: tremor turns 12 times slower

void check_knots(const std::vector<Knot>& knots) {
  for (std::size_t i = 0; i < knots.size(); ++i) {
    if (!(knots[i].value >= 0 && knots[i].value <= 1))
      throw InvalidArgument({"E-OPTION", "", "drive.knots", "excitations from 0 to 1", detail::number(knots[i].value)});
    if (!std::isfinite(knots[i].time_s) || (i > 0 && knots[i].time_s < knots[i - 1].time_s))
      throw InvalidArgument({"E-OPTION", "", "drive.knots", "times in order", detail::number(knots[i].time_s)});
  }
}

}  // namespace

MotorPoolOptions fuglevand_1993() {
  MotorPoolOptions o;
  o.recruitment_range = 30;
  o.full_recruitment = 30.0 / 57;  // the last threshold, 30, over the excitation that brings the last unit to its peak, 30 + (35 - 8) / 1
  o.min_rate_hz = 8;
  o.min_rate_drop_hz = 0;
  o.peak_rate_hz = 45;
  o.peak_rate_drop_hz = 10;
  o.rate_gain_hz = 57;
  o.isi_cv = 0.2;
  return o;
}

std::vector<MotorUnit> make_motor_pool(const MotorPoolOptions& o, std::uint64_t seed, std::uint64_t muscle) {
  check(o, "pool");
  const auto refuse = [](const char* name, const char* expected, double value) {
    throw InvalidArgument({"E-OPTION", "", std::string("pool.") + name, expected, detail::number(value)});
  };
  if (o.min_rate_drop_hz >= o.min_rate_hz) refuse("min_rate_drop_hz", "less than min_rate_hz", o.min_rate_drop_hz);
  if (o.peak_rate_hz - o.peak_rate_drop_hz < o.min_rate_hz)
    refuse("peak_rate_drop_hz", "peak rates above all first ones", o.peak_rate_drop_hz);
  if (o.largest_radius_mm < o.least_radius_mm) refuse("largest_radius_mm", "at least least_radius_mm", o.largest_radius_mm);

  const double n = o.units;
  double total = 0;
  for (int i = 0; i < o.units; ++i) total += std::pow(o.size_range, (i + 1) / n);

  std::vector<MotorUnit> pool(static_cast<std::size_t>(o.units));
  for (int i = 0; i < o.units; ++i) {
    MotorUnit& unit = pool[static_cast<std::size_t>(i)];
    Random random = stream(seed, Purpose::kPool, {muscle, static_cast<std::uint64_t>(i)});
    const double order = (i + 1) / n;
    const double relative = std::pow(o.recruitment_range, order - 1);  // threshold over that of the last unit
    unit.threshold = o.full_recruitment * relative;
    unit.min_rate_hz = o.min_rate_hz - o.min_rate_drop_hz * relative;
    unit.peak_rate_hz = o.peak_rate_hz - o.peak_rate_drop_hz * relative;
    unit.fibres = std::max(1, static_cast<int>(std::lround(o.fibres * std::pow(o.size_range, order) / total)));
    unit.radius_mm = o.least_radius_mm * std::pow(o.largest_radius_mm / o.least_radius_mm, o.units > 1 ? i / (n - 1) : 0);
    const double across = std::max(0.0, o.width_mm / 2 - unit.radius_mm);
    const double deep = std::max(0.0, o.thickness_mm / 2 - unit.radius_mm);
    unit.across_mm = random.uniform(-across, across);
    unit.depth_mm = o.thickness_mm / 2 + random.uniform(-deep, deep);
    const double size = std::sqrt(12.0) * ((i + 0.5) / n - 0.5);  // order of recruitment, of mean 0 and variance 1
    const double rho = o.velocity_size_correlation;
    unit.velocity_m_s =
        std::clamp(o.velocity_m_s + o.velocity_sd_m_s * (rho * size + std::sqrt(1 - rho * rho) * random.normal()), 2.5, 5.5);
  }
  return pool;
}

double discharge_rate_hz(const MotorUnit& unit, const MotorPoolOptions& options, double excitation) {
  if (excitation < unit.threshold) return 0;
  return std::min(unit.peak_rate_hz, unit.min_rate_hz + options.rate_gain_hz * (excitation - unit.threshold));
}

double fatigue_stretch(const Fatigue& f, double work_s) { return 1 / (1 + f.slowing * std::expm1(-(f.before_s + work_s) / f.tau_s)); }

double fatigue_gain(const Fatigue& f, double work_s) { return std::pow(fatigue_stretch(f, work_s), -f.gain_exponent); }

std::vector<Discharge> drive_discharges(const std::vector<MotorUnit>& pool, const MotorPoolOptions& options, const Drive& drive,
                                        const Fatigue& fatigue, std::uint64_t seed, std::uint64_t muscle, std::uint64_t event) {
  check(options, "pool");
  check(drive, "drive");
  check(fatigue, "fatigue");
  check_knots(drive.knots);
  std::vector<Discharge> out;
  if (drive.knots.empty()) return out;
  const double from_s = drive.knots.front().time_s;
  const double to_s = drive.knots.back().time_s;

  // What all units share, once: the excitation in the middle of each step.
  Random common = stream(seed, Purpose::kDrive, {muscle, event});
  const double phase = common.uniform(0, 2 * std::numbers::pi);
  const CommonNoise noise(common, 0, drive.noise_hz);
  std::vector<double> excitation(static_cast<std::size_t>(std::ceil((to_s - from_s) / kStep_s)));
  for (std::size_t k = 0; k < excitation.size(); ++k) {
    const double t = (static_cast<double>(k) + 0.5) * kStep_s;
    const double level = value_at(drive.knots, from_s + t);
    const double waver = drive.tremor * std::sin(2 * std::numbers::pi * drive.tremor_hz * t + phase) + drive.noise * noise.at(t);
    excitation[k] = std::clamp(level * (1 + waver), 0.0, 1.0);
  }

  for (std::size_t j = 0; j < pool.size(); ++j) {
    Random random = stream(seed, Purpose::kDischarge, {muscle, event, j});
    double due = random.uniform();  // of the integral of the rate, until the next discharge
    double last_s = -kNoLimit;
    for (std::size_t k = 0; k < excitation.size(); ++k) {
      const double rate = excitation[k] > 0 ? discharge_rate_hz(pool[j], options, excitation[k]) : 0;
      if (rate == 0) continue;
      const double start_s = from_s + static_cast<double>(k) * kStep_s;
      double passed = rate * kStep_s;
      double used = 0;
      while (due <= passed - used) {
        used += due;
        const double t = std::max(start_s + used / rate, last_s + kRefractory_s);
        due = std::max(1e-6, 1 + options.isi_cv * random.normal());
        if (t >= to_s) break;
        last_s = t;
        out.push_back({t, static_cast<std::int32_t>(j), static_cast<float>(fatigue_gain(fatigue, t - from_s)),
                       static_cast<float>(fatigue_stretch(fatigue, t - from_s))});
      }
      due -= passed - used;
    }
  }
  std::sort(out.begin(), out.end(),
            [](const Discharge& a, const Discharge& b) { return a.time_s != b.time_s ? a.time_s < b.time_s : a.unit < b.unit; });
  return out;
}

}  // namespace myocramp
