#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "myocramp/core/random.hpp"
#include "myocramp/simulate/motor_unit.hpp"

namespace myocramp::test {

/// A muscle of `count` units that grow a hundredfold from the first to the last, together 100000 fibres when there are 120.
inline std::vector<MotorUnit> motor_units(int count, std::uint64_t seed) {
  Random draw(seed, 1);
  std::vector<MotorUnit> out;
  for (int i = 0; i < count; ++i) {
    const double order = count == 1 ? 0.5 : static_cast<double>(i) / (count - 1);
    MotorUnit u;
    u.threshold = std::pow(30, order - 1);
    u.min_rate_hz = 8;
    u.peak_rate_hz = 35;
    u.fibres = static_cast<int>(39 * std::pow(100, order));
    u.across_mm = draw.uniform(-20, 20);
    u.depth_mm = draw.uniform(3, 20);
    u.radius_mm = 3 + 5 * order;
    u.velocity_m_s = std::clamp(4 + 0.5 * draw.normal(), 2.5, 5.5);
    out.push_back(u);
  }
  return out;
}

/// Discharges of a steady drive, sorted: each unit above its threshold at its own rate, at chance times but never within 10 ms.
inline std::vector<Discharge> steady_discharges(const std::vector<MotorUnit>& units, double drive, double duration_s, std::uint64_t seed) {
  std::vector<Discharge> out;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (units[i].threshold > drive) continue;
    Random draw(seed, 100 + i);
    const double rate = std::min(units[i].peak_rate_hz, units[i].min_rate_hz + 25 * (drive - units[i].threshold));
    double t = draw.uniform() / rate;
    while (t < duration_s) {
      out.push_back({t, static_cast<std::int32_t>(i), 1, 1});
      t += 0.01 - std::log(draw.uniform()) * (1 / rate - 0.01);
    }
  }
  std::sort(out.begin(), out.end(), [](const Discharge& a, const Discharge& b) { return a.time_s < b.time_s; });
  return out;
}

}  // namespace myocramp::test
