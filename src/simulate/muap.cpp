#include "myocramp/simulate/muap.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <numbers>
#include <optional>
#include <string>
#include <utility>

#include "myocramp/simulate/streams.hpp"

namespace myocramp {
namespace {

constexpr double kCell_mm = SurfaceSlopes::kAlong_mm;  // of a fibre
constexpr double kActionPotential = 20;                // its length, in its own unit: 1e-5 of its height is left there
constexpr double kHermitePeak_v = 0.25e-6;             // for each fibre, at the distance below
constexpr double kHermiteDistance_mm = 10;
constexpr double kHermiteFall = 3;    // power of the distance
constexpr double kHermite = 5;        // half the length of a Hermite-Rodriguez function, in widths
constexpr double kFarthest_mm = 500;  // of anything from the middle of the muscle

// The action potential above rest, in V, at a distance behind its front in its unit of length. Source: Rosenfalck 1969.
double action_potential(double z) { return z <= 0 || z >= kActionPotential ? 0 : 96e-3 * z * z * z * std::exp(-z); }

// All electrodes that share a distance across from every fibre, and a table.
struct Column {
  struct Contact {
    std::size_t lead;
    double along_mm, weight;
  };
  double across_mm;
  const SurfaceSlopes* slopes;
  std::vector<Contact> contacts;
};

// What a unit's leads see of its fibres: the slope of the potential below each lead, summed over the fibres, for a unit dipole that has gone
// so far from its end-plate on both sides.
class Sight {
 public:
  Sight(std::size_t cells, std::size_t leads) : leads_(leads), seen_(cells * leads) {}

  void clear() { std::fill(seen_.begin(), seen_.end(), 0.0); }
  [[nodiscard]] const double* cell(std::size_t i) const { return seen_.data() + i * leads_; }

  // Adds one half of a fibre: `slopes` (odd, from 0 on) are those of a source, `start_mm` is electrode minus end-plate, and the action
  // potential goes `length_mm` towards `direction`.
  void add(const std::vector<double>& slopes, std::size_t lead, double start_mm, double direction, double length_mm, double weight) {
    const auto whole = static_cast<std::size_t>(std::ceil(length_mm / kCell_mm));
    for (std::size_t i = 0; i < whole; ++i) {
      const double part = std::min(1.0, length_mm / kCell_mm - static_cast<double>(i));
      const double z = start_mm - direction * (static_cast<double>(i) + 0.5) * kCell_mm;
      seen_[i * leads_ + lead] -= direction * weight * part * at(slopes, z / kCell_mm);
    }
  }

 private:
  static double at(const std::vector<double>& slopes, double position) {
    const double below = std::floor(position);
    const double t = position - below;
    const auto i = static_cast<Index>(below);
    const auto value = [&](Index k) { return k < 0 ? -slopes[static_cast<std::size_t>(-k)] : slopes[static_cast<std::size_t>(k)]; };
    return -t * (t - 1) * (t - 2) / 6 * value(i - 1) + (t + 1) * (t - 1) * (t - 2) / 2 * value(i) -
           (t + 1) * t * (t - 2) / 2 * value(i + 1) + (t + 1) * t * (t - 1) / 6 * value(i + 2);
  }

  std::size_t leads_;
  std::vector<double> seen_;  // (cell, lead)
};

class LineSource {
 public:
  LineSource(const MuapOptions& o, const ConductorOptions& conductor, std::span<const MotorUnit> units, std::span<const Lead> leads)
      : o_(o), leads_(leads.size()) {
    double across_mm = 0;
    double along_mm = 0;
    double depth_mm = 0;
    for (const MotorUnit& u : units) depth_mm = std::max(depth_mm, u.depth_mm + u.radius_mm);
    for (const Lead& lead : leads) {
      for (const Electrode& e : lead) {
        along_mm = std::max(along_mm, std::abs(e.along_mm));
        for (const MotorUnit& u : units) across_mm = std::max(across_mm, std::abs(e.across_mm - u.across_mm) + u.radius_mm);
      }
    }
    along_mm += o.half_length_mm + o.end_plate_spread_mm + o.tendon_spread_mm + 4 * kCell_mm;
    for (std::size_t i = 0; i < leads.size(); ++i) {
      for (const Electrode& e : leads[i]) {
        const auto sheets = std::max(Index{1}, static_cast<Index>(std::ceil(depth_mm / SurfaceSlopes::kSheet_mm)));
        const SurfaceSlopes& slopes =
            slopes_.try_emplace(e.diameter_mm, conductor, e.diameter_mm, sheets, across_mm, along_mm).first->second;
        auto column = std::find_if(columns_.begin(), columns_.end(),
                                   [&](const Column& c) { return c.across_mm == e.across_mm && c.slopes == &slopes; });
        if (column == columns_.end()) column = columns_.insert(column, {e.across_mm, &slopes, {}});
        column->contacts.push_back({i, e.along_mm, e.weight});
      }
    }
  }

  [[nodiscard]] std::vector<float> volts(const MotorUnit& unit, Random& draw) const {
    const double longest_mm = o_.half_length_mm + o_.end_plate_spread_mm + o_.tendon_spread_mm;
    const auto cells = static_cast<std::size_t>(std::ceil(longest_mm / kCell_mm));
    Sight sight(cells, leads_);
    const int drawn = std::min(unit.fibres, o_.drawn_fibres);
    std::vector<double> slopes(columns_.empty() ? 0 : static_cast<std::size_t>(columns_[0].slopes->points()));
    for (int fibre = 0; fibre < drawn; ++fibre) {
      const double radius = unit.radius_mm * std::sqrt(draw.uniform());
      const double angle = 2 * std::numbers::pi * draw.uniform();
      const double across = unit.across_mm + radius * std::cos(angle);
      const double depth = std::abs(unit.depth_mm + radius * std::sin(angle));
      const double end_plate = draw.uniform(-1, 1) * o_.end_plate_spread_mm;
      const double forward = std::max(0.0, o_.half_length_mm + draw.uniform(-1, 1) * o_.tendon_spread_mm - end_plate);
      const double backward = std::max(0.0, o_.half_length_mm + draw.uniform(-1, 1) * o_.tendon_spread_mm + end_plate);
      for (const Column& c : columns_) {
        c.slopes->row(c.slopes->sheet(depth), c.across_mm - across, slopes);
        for (const Column::Contact& e : c.contacts) {
          sight.add(slopes, e.lead, e.along_mm - end_plate, 1, forward, e.weight);
          sight.add(slopes, e.lead, e.along_mm - end_plate, -1, backward, e.weight);
        }
      }
    }

    // A dipole of the fibre's current at every cell: the action potential's rise over the cell, as its front has gone `way`.
    const double mm = o_.action_potential_mm;
    const double step = UnitTemplates::kStep_mm;
    const auto taps = static_cast<std::size_t>(std::ceil((static_cast<double>(cells) * kCell_mm + kActionPotential * mm) / step)) + 2;
    const double area_m2 = std::numbers::pi / 4 * o_.fibre_um * o_.fibre_um * 1e-12;
    // 1000: a slope of V per mm, in V per m. A dipole of A mm times a slope in V/A per mm is V.
    const double scale = drawn == 0 ? 0 : o_.gain * o_.intracellular_s_m * area_m2 * 1000 * unit.fibres / drawn;
    std::vector<float> out(taps * leads_);
    std::vector<double> sum(leads_);
    for (std::size_t tap = 0; tap < taps; ++tap) {
      const double way = static_cast<double>(tap) * step;
      std::fill(sum.begin(), sum.end(), 0.0);
      for (std::size_t i = 0; i < cells; ++i) {
        const double behind = way - static_cast<double>(i) * kCell_mm;
        if (behind <= 0 || behind - kCell_mm >= kActionPotential * mm) continue;
        const double rise = scale * (action_potential(behind / mm) - action_potential((behind - kCell_mm) / mm));
        const double* seen = sight.cell(i);
        for (std::size_t lead = 0; lead < leads_; ++lead) sum[lead] += rise * seen[lead];
      }
      for (std::size_t lead = 0; lead < leads_; ++lead) out[tap * leads_ + lead] = static_cast<float>(sum[lead]);
    }
    return out;
  }

 private:
  MuapOptions o_;
  std::size_t leads_;
  std::map<double, SurfaceSlopes> slopes_;  // by diameter
  std::vector<Column> columns_;
};

// The fast model: one shape for all leads, sooner or later and larger or smaller by where the lead's middle lies.
std::vector<float> hermite_rodriguez(const MuapOptions& o, const ConductorOptions& conductor, const MotorUnit& unit,
                                     std::span<const Lead> leads, Random& draw) {
  const double width = draw.uniform(o.hermite_low_ms, o.hermite_high_ms) * unit.velocity_m_s;  // mm
  struct Place {
    double along_mm = 0, peak_v = 0;
  };
  std::vector<Place> places;
  double last_mm = 0;
  for (const Lead& lead : leads) {
    Place place;
    double across = 0;
    double weights = 0;
    for (const Electrode& e : lead) {
      place.along_mm += std::abs(e.weight) * e.along_mm;
      across += std::abs(e.weight) * e.across_mm;
      weights += std::abs(e.weight);
    }
    place.along_mm /= weights;
    const double distance = std::hypot(across / weights - unit.across_mm, unit.depth_mm + conductor.fat_mm + conductor.skin_mm);
    place.peak_v = o.gain * unit.fibres * kHermitePeak_v * std::pow(kHermiteDistance_mm / distance, kHermiteFall);
    if (o.hermite_order == 1 && place.along_mm < 0) place.peak_v *= -1;  // the action potential comes from the other side
    last_mm = std::max(last_mm, std::abs(place.along_mm));
    places.push_back(place);
  }
  const auto taps = static_cast<std::size_t>(std::ceil((last_mm + 2 * kHermite * width) / UnitTemplates::kStep_mm)) + 2;
  std::vector<float> out(taps * leads.size());
  for (std::size_t tap = 0; tap < taps; ++tap) {
    for (std::size_t lead = 0; lead < leads.size(); ++lead) {
      const double way = static_cast<double>(tap) * UnitTemplates::kStep_mm - std::abs(places[lead].along_mm);
      const double x = way / width - kHermite;
      if (std::abs(x) >= kHermite) continue;
      const double shape = o.hermite_order == 1 ? x * std::exp((1 - x * x) / 2) : (2 * x * x - 1) / 4 * std::exp((2.5 - x * x) / 2);
      out[tap * leads.size() + lead] = static_cast<float>(places[lead].peak_v * shape);
    }
  }
  return out;
}

}  // namespace

Lead monopolar(double along_mm, double across_mm, double diameter_mm) { return {{along_mm, across_mm, diameter_mm, 1}}; }

Lead bipolar(double along_mm, double across_mm, double distance_mm, double diameter_mm) {
  return {{along_mm + distance_mm / 2, across_mm, diameter_mm, 1}, {along_mm - distance_mm / 2, across_mm, diameter_mm, -1}};
}

Lead double_differential(double along_mm, double across_mm, double distance_mm, double diameter_mm) {
  return {{along_mm + distance_mm, across_mm, diameter_mm, -1},
          {along_mm, across_mm, diameter_mm, 2},
          {along_mm - distance_mm, across_mm, diameter_mm, -1}};
}

std::vector<Lead> electrode_grid(Index rows, Index columns, double distance_mm, double diameter_mm, double along_mm, double across_mm) {
  std::vector<Lead> out;
  for (Index column = 0; column < columns; ++column) {
    for (Index row = 0; row < rows; ++row) {
      out.push_back(monopolar(along_mm + (static_cast<double>(row) - static_cast<double>(rows - 1) / 2) * distance_mm,
                              across_mm + (static_cast<double>(column) - static_cast<double>(columns - 1) / 2) * distance_mm, diameter_mm));
    }
  }
  return out;
}

UnitTemplates make_unit_templates(const MuapOptions& o, const ConductorOptions& conductor, std::span<const MotorUnit> units,
                                  std::span<const Lead> leads, std::uint64_t seed, std::uint64_t muscle) {
  check(o, "muap");
  check(conductor, "conductor");
  if (o.hermite_low_ms > o.hermite_high_ms) {
    throw InvalidArgument({"E-OPTION", "", "muap.hermite_low_ms",
                           "at most muap.hermite_high_ms, " + detail::number(o.hermite_high_ms) + " ms",
                           detail::number(o.hermite_low_ms) + " ms"});
  }
  if (leads.empty()) throw InvalidArgument({"E-OPTION", "", "leads", "at least one", "none"});
  for (std::size_t i = 0; i < leads.size(); ++i) {
    const bool near = std::all_of(leads[i].begin(), leads[i].end(), [](const Electrode& e) {
      return std::abs(e.along_mm) <= kFarthest_mm && std::abs(e.across_mm) <= kFarthest_mm && std::isfinite(e.weight);
    });
    const bool some = std::any_of(leads[i].begin(), leads[i].end(), [](const Electrode& e) { return e.weight != 0; });
    if (!near || !some) {
      throw InvalidArgument({"E-OPTION", "", "lead " + std::to_string(i + 1),
                             "electrodes within " + detail::number(kFarthest_mm) + " mm, with finite weights that are not all 0",
                             leads[i].empty() ? "no electrode" : "others"});
    }
  }
  for (std::size_t i = 0; i < units.size(); ++i) {
    const MotorUnit& u = units[i];
    if (!(std::abs(u.across_mm) <= kFarthest_mm && u.depth_mm > 0 && u.depth_mm <= kFarthest_mm && u.radius_mm >= 0 &&
          u.radius_mm <= kFarthest_mm && u.velocity_m_s > 0 && std::isfinite(u.velocity_m_s) && u.fibres >= 0)) {
      throw InvalidArgument({"E-OPTION", "", "motor unit " + std::to_string(i),
                             "a place within " + detail::number(kFarthest_mm) + " mm, a depth and a velocity above 0", "others"});
    }
  }
  UnitTemplates out;
  out.leads = static_cast<Index>(leads.size());
  std::optional<LineSource> source;
  if (o.fidelity == Fidelity::kLineSource) source.emplace(o, conductor, units, leads);
  for (std::size_t i = 0; i < units.size(); ++i) {
    Random draw = stream(seed, Purpose::kFibres, {muscle, i});
    out.units.push_back(
        {units[i].velocity_m_s, source ? source->volts(units[i], draw) : hermite_rodriguez(o, conductor, units[i], leads, draw)});
  }
  return out;
}

}  // namespace myocramp
