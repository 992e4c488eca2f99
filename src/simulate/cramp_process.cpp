#include "myocramp/simulate/cramp_process.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>

#include "myocramp/core/random.hpp"
#include "myocramp/simulate/common_noise.hpp"
#include "myocramp/simulate/distributions.hpp"
#include "myocramp/simulate/streams.hpp"

namespace myocramp {
namespace {

constexpr double kDoubletLeast_s = 0.005;
constexpr double kDoubletMost_s = 0.02;
constexpr double kDoubletMean_s = (kDoubletLeast_s + kDoubletMost_s) / 2;
constexpr double kDoubletsMost = 0.5;  // part of a unit's discharges
constexpr double kEnd = 0.5;           // largest part of a spell at its least rate
constexpr double kSlowest = 0.65;      // of the least rate, while the common drive is low
constexpr double kAdapts_s = 4;        // time constant with which a unit comes down from the rate at which it starts
constexpr double kAfterStretch = 3;    // time constants until the end

constexpr std::array<std::string_view, 6> kKinds{"induced", "intact", "blocked", "flexor_hallucis", "nocturnal", "dialysis"};

[[noreturn]] void refuse(std::string_view name, std::string expected, double value) {
  throw InvalidArgument({"E-OPTION", "", "cramp." + std::string(name), std::move(expected), detail::number(value)});
}

void check_cramp(const CrampProcessOptions& o) {
  check(o, "cramp");
  if (o.longest_s < o.least_s) refuse("longest_s", "at least least_s", o.longest_s);
  if (o.rise_most < o.rise_least) refuse("rise_most", "at least rise_least", o.rise_most);
  if (o.fall_most < o.fall_least) refuse("fall_most", "at least fall_least", o.fall_most);
  if (o.rise_most + o.fall_most > 1) refuse("fall_most", "at most 1 - rise_most", o.fall_most);
  if (o.full_radius_mm < o.start_radius_mm) refuse("full_radius_mm", "at least start_radius_mm", o.full_radius_mm);
  if (o.highest_rate_hz < o.least_rate_hz) refuse("highest_rate_hz", "at least least_rate_hz", o.highest_rate_hz);
}

// What a stretch makes of the reach: the number of units, which goes with it, shares the change of the power with their rates.
double stretched(const Release& r, double time_s) {
  if (time_s < r.time_s) return 1;
  return r.transient * std::exp(-std::max(0.0, time_s - r.time_s - r.transient_s) / r.decay_s);
}

// What it makes of the rates; units do not go on at less than 0.6 of theirs.
double quickened(const Release& r, double time_s) {
  if (time_s < r.time_s) return 1;
  return std::max(0.6, std::pow(r.transient, 1.5) * std::exp(-std::max(0.0, time_s - r.time_s - r.transient_s) / r.decay_s));
}

// How far the cramp reaches around its focus, over the time since its onset.
class Reach {
 public:
  Reach(const CrampProcessOptions& o, const CrampPlan& plan, Random& random)
      : options_(o), plan_(plan), steps_(static_cast<std::size_t>(o.fall_steps)) {
    const double n = o.fall_steps;
    for (std::size_t k = 0; k < steps_.size(); ++k)
      steps_[k] = plan.rise_s + plan.hold_s + plan.fall_s * (static_cast<double>(k) + 0.6 * random.uniform()) / n;
  }

  [[nodiscard]] double at(double t) const {
    double reach = options_.full_radius_mm;
    if (t < plan_.rise_s) reach = options_.start_radius_mm + (options_.full_radius_mm - options_.start_radius_mm) * t / plan_.rise_s;
    const auto taken = static_cast<double>(std::upper_bound(steps_.begin(), steps_.end(), t) - steps_.begin());
    reach *= std::sqrt(1 - taken / static_cast<double>(steps_.size()));  // steps of equal area
    if (plan_.release) reach *= stretched(*plan_.release, t + plan_.onset_s);
    return reach;
  }

 private:
  const CrampProcessOptions& options_;
  const CrampPlan& plan_;
  std::vector<double> steps_;  // when the reach shrinks
};

// Where the cramp is worst: a point that goes straight on through the muscle and turns back at its edges.
struct Focus {
  std::array<double, 2> low{}, high{}, place{}, speed{};

  void move(double step_s) {
    for (std::size_t k = 0; k < 2; ++k) {
      place[k] += speed[k] * step_s;
      if (place[k] < low[k] || place[k] > high[k]) {
        speed[k] = -speed[k];
        place[k] = std::clamp(place[k], low[k], high[k]);
      }
    }
  }
};

// When one unit may and does discharge; seconds since the onset.
struct State {
  bool active = false;
  double since_s = 0;   // it is active
  double until_s = 0;   // it stops by itself then
  double paused_s = 0;  // it does not start again before
  double distance_mm = 0;
};

struct Activity {
  std::size_t unit = 0;
  double on_s = 0;
  double off_s = 0;
};

// Which units are active when. Every spell is drawn here; the discharges in it are drawn later from the unit's own stream.
std::vector<Activity> activities(const std::vector<MotorUnit>& pool, const CrampProcessOptions& o, const CrampPlan& plan, Random& random) {
  const double length_s = plan.offset_s() - plan.onset_s;
  const Reach reach(o, plan, random);
  Focus focus{{pool[0].across_mm, pool[0].depth_mm}, {pool[0].across_mm, pool[0].depth_mm}, {}, {}};
  for (const MotorUnit& unit : pool) {
    const std::array<double, 2> at{unit.across_mm, unit.depth_mm};
    for (std::size_t k = 0; k < 2; ++k) {
      focus.low[k] = std::min(focus.low[k], at[k]);
      focus.high[k] = std::max(focus.high[k], at[k]);
    }
  }
  const double angle = random.uniform(0, 2 * std::numbers::pi);
  focus.speed = {o.drift_mm_s * std::cos(angle), o.drift_mm_s * std::sin(angle)};
  for (std::size_t k = 0; k < 2; ++k) focus.place[k] = random.uniform(focus.low[k], focus.high[k]);

  const LognormalLaw active = LognormalLaw::of(o.active_s, o.active_sd_s);
  const double keeps = std::sqrt(1 - std::log(o.off_ratio));  // reach within which a unit goes on, where exp(-(d / R)^2) starts it at d = R
  const auto least = std::min(static_cast<std::size_t>(o.least_units), pool.size());
  const double step_s = std::clamp(length_s / 400, 0.002, 0.05);
  std::vector<State> states(pool.size());
  std::vector<Activity> out;
  std::vector<std::size_t> nearest(pool.size());
  for (std::size_t j = 0; j < nearest.size(); ++j) nearest[j] = j;

  const auto start = [&](State& s, double t) {
    s.active = true;
    s.since_s = t;
    s.until_s = t + draw_lognormal(random, active.median, active.sigma);
  };
  const auto steps = static_cast<std::size_t>(std::ceil(length_s / step_s));
  for (std::size_t i = 0; i < steps; ++i, focus.move(step_s)) {
    const double t = static_cast<double>(i) * step_s;
    const double radius = reach.at(t);
    std::size_t going = 0;
    for (std::size_t j = 0; j < pool.size(); ++j) {
      State& s = states[j];
      s.distance_mm = std::hypot(pool[j].across_mm - focus.place[0], pool[j].depth_mm - focus.place[1]);
      if (!s.active && s.distance_mm <= radius && t >= s.paused_s) start(s, t + step_s * random.uniform());
      if (s.active && s.distance_mm <= keeps * radius && t < s.until_s) ++going;
    }
    std::sort(nearest.begin(), nearest.end(), [&](std::size_t a, std::size_t b) {
      return states[a].distance_mm != states[b].distance_mm ? states[a].distance_mm < states[b].distance_mm : a < b;
    });
    // Those that are to stop do so, except that the nearest of them keep the least number up; then silent ones start for the same end.
    for (const std::size_t j : nearest) {
      State& s = states[j];
      if (!s.active || (s.distance_mm <= keeps * radius && t < s.until_s)) continue;
      if (going < least) {
        ++going;
        if (t >= s.until_s) s.until_s = t + draw_lognormal(random, active.median, active.sigma);
        continue;
      }
      if (t > s.since_s) out.push_back({j, s.since_s, t});
      s.active = false;
      s.paused_s = t < s.until_s ? t : t + draw_exponential(random, o.pause_s);
    }
    for (const std::size_t j : nearest) {
      if (going >= least) break;
      if (states[j].active) continue;
      start(states[j], t);
      ++going;
    }
  }
  for (std::size_t j = 0; j < pool.size(); ++j) {
    if (states[j].active && states[j].since_s < length_s) out.push_back({j, states[j].since_s, length_s});
  }
  std::sort(out.begin(), out.end(),
            [](const Activity& a, const Activity& b) { return a.unit != b.unit ? a.unit < b.unit : a.on_s < b.on_s; });
  return out;
}

}  // namespace

std::vector<std::string_view> cramp_kinds() { return {kKinds.begin(), kKinds.end()}; }

CrampProcessOptions cramp_kind(std::string_view name) {
  CrampProcessOptions o;
  if (name == "induced") return o;
  if (name == "intact") {
    o.drift_mm_s = 0.1;
    o.rate_hz = 20;
    o.rate_sd_hz = 5.9;
    o.highest_rate_hz = 45;
    o.active_s = 150;
    o.active_sd_s = 400;
    return o;
  }
  if (name == "blocked") {
    o.duration_s = 2.6;
    o.duration_sd_s = 1.3;
    o.least_s = 0.8;
    o.longest_s = 10;
    o.rate_hz = 27;
    o.rate_sd_hz = 15;
    o.least_rate_s = 0;  // no motor neuron holds the axons at a rate
    o.highest_rate_hz = 90;
    o.active_s = 4;
    o.active_sd_s = 12;
    o.pause_s = 0.5;
    return o;
  }
  if (name == "flexor_hallucis") {
    o.duration_s = 151.9;
    o.duration_sd_s = 40.8;
    o.longest_s = 400;
    return o;
  }
  if (name == "nocturnal") {  // log-normal with a median of 90 s and a sigma of 0.9
    o.duration_s = 90 * std::exp(0.9 * 0.9 / 2);
    o.duration_sd_s = o.duration_s * std::sqrt(std::expm1(0.9 * 0.9));
    o.least_s = 5;
    o.longest_s = 600;
    return o;
  }
  if (name == "dialysis") {
    o.duration_s = 600;
    o.duration_sd_s = 180;
    o.least_s = 120;
    o.longest_s = 1800;
    o.rise_least = o.rise_most = 0.3;
    o.fall_least = o.fall_most = 0.7;
    o.fall_steps = 12;
    return o;
  }
  std::string known;
  for (const std::string_view kind : kKinds) known += (known.empty() ? "" : ", ") + std::string(kind);
  throw InvalidArgument({"E-OPTION", "", "cramp.kind", "one of " + known, std::string(name)});
}

double CrampPlan::offset_s() const {
  const double by_itself = onset_s + rise_s + hold_s + fall_s;
  return release ? std::min(by_itself, release->time_s + release->transient_s + kAfterStretch * release->decay_s) : by_itself;
}

CrampPlan plan_cramp(const CrampProcessOptions& o, double onset_s, std::uint64_t seed, std::uint64_t muscle, std::uint64_t event) {
  check_cramp(o);
  Random random = stream(seed, Purpose::kPlan, {muscle, event});
  const double length = draw_lognormal_within(random, LognormalLaw::of(o.duration_s, o.duration_sd_s), o.least_s, o.longest_s);
  CrampPlan plan;
  plan.onset_s = onset_s;
  plan.rise_s = length * random.uniform(o.rise_least, o.rise_most);
  plan.fall_s = length * random.uniform(o.fall_least, o.fall_most);
  plan.hold_s = std::max(0.0, length - plan.rise_s - plan.fall_s);
  return plan;
}

Release draw_release(const ReleaseOptions& o, double time_s, std::uint64_t seed, std::uint64_t muscle, std::uint64_t event) {
  check(o, "release");
  if (o.transient_most_s < o.transient_least_s)
    throw InvalidArgument({"E-OPTION", "", "release.transient_most_s", "at least transient_least_s", detail::number(o.transient_most_s)});
  if (o.decay_most_s < o.decay_least_s)
    throw InvalidArgument({"E-OPTION", "", "release.decay_most_s", "at least decay_least_s", detail::number(o.decay_most_s)});
  Random random = stream(seed, Purpose::kPlan, {muscle, event, 1});
  Release r;
  r.time_s = time_s;
  r.transient = o.transient;
  r.transient_s = random.uniform(o.transient_least_s, o.transient_most_s);
  r.decay_s = random.uniform(o.decay_least_s, o.decay_most_s);
  if (random.uniform() < o.relapse) r.relapse_after_s = o.relapse_within_s * random.uniform();
  return r;
}

Cramp make_cramp(const std::vector<MotorUnit>& pool, const CrampProcessOptions& o, const Fatigue& fatigue, const CrampPlan& plan,
                 std::uint64_t seed, std::uint64_t muscle, std::uint64_t event) {
  check_cramp(o);
  check(fatigue, "fatigue");
  if (pool.empty()) refuse("pool", "at least 1 unit", 0);
  for (const double part : {plan.rise_s, plan.hold_s, plan.fall_s})
    if (!(part >= 0)) refuse("plan", "rise, hold and fall of at least 0 s", part);
  const double length_s = plan.offset_s() - plan.onset_s;
  if (!(length_s > 0 && std::isfinite(length_s))) refuse("plan", "a length above 0 s", length_s);

  Random random = stream(seed, Purpose::kCramp, {muscle, event});
  const CommonNoise common(random, 0.6 * o.common_hz, 1.4 * o.common_hz);
  const std::vector<Activity> spells = activities(pool, o, plan, random);
  // Rates are higher early; divided by their mean over the cramp, so that a unit's mean stays what was drawn.
  const double early_share = std::min(1.0, o.early_s / length_s);
  const double late = 1 / (early_share * o.early_ratio + 1 - early_share);

  const LognormalLaw rates = LognormalLaw::of(o.rate_hz, o.rate_sd_hz);
  const LognormalLaw doublets = LognormalLaw::of(o.doublets, o.doublets_sd);
  Cramp cramp;
  for (std::size_t first = 0, last = 0; first < spells.size(); first = last) {
    const std::size_t unit = spells[first].unit;
    while (last < spells.size() && spells[last].unit == unit) ++last;
    Random own = stream(seed, Purpose::kCramp, {muscle, event, unit});
    const double mean_hz = draw_lognormal_within(own, rates, o.least_rate_hz, o.highest_rate_hz);
    const double variation = std::max(0.05, o.isi_cv + o.isi_cv_sd * own.normal());
    const double driven_hz = own.uniform() < o.common_share ? o.common * o.rate_hz : 0;  // a current adds as much to any rate
    const double q = o.doublets > 0 ? draw_lognormal_within(own, doublets, 0, kDoubletsMost) : 0;
    // The rate that a unit would have without noise, and the interval that leaves it so when a part q of all intervals are those of doublets.
    const auto rate = [&](const Activity& s, double t) {
      const double length = s.off_s - s.on_s;
      const double held = length - std::min(o.least_rate_s, kEnd * length);
      if (t >= s.on_s + held) return o.least_rate_hz;
      // Above the least rate: `start` that fades, and `level`, which gives the spell its mean. A fast start leaves half of the mean to the level.
      const double fade_s = std::min(kAdapts_s, held / 4);
      const double mean_fade = fade_s / held * (1 - std::exp(-held / fade_s));
      const double above = (mean_hz - o.least_rate_hz) * length / held;
      const double start = std::min(o.start_hz, above / 2 / mean_fade);
      const double level = above - start * mean_fade;
      return o.least_rate_hz + (level + start * std::exp(-(t - s.on_s) / fade_s)) * (t < o.early_s ? o.early_ratio * late : late);
    };
    const auto interval = [&](double hz) { return std::max(kDoubletMean_s / 2, (1 / hz - q * kDoubletMean_s) / (1 - q)); };

    // What is left of the asked variation for noise, once the course of the rate, the common drive and the doublets have had their share.
    double count = 0;
    double time = 0;
    double squares = 0;
    for (std::size_t k = first; k < last; ++k) {
      constexpr int kParts = 64;
      const double part_s = (spells[k].off_s - spells[k].on_s) / kParts;
      for (int i = 0; i < kParts; ++i) {
        const double hz = rate(spells[k], spells[k].on_s + (i + 0.5) * part_s);
        count += hz * part_s;
        time += part_s;
        squares += hz * part_s * interval(hz) * interval(hz) * (1 + driven_hz * driven_hz / (hz * hz));
      }
    }
    const double mean_s = time / count;
    const double doublet_square =
        kDoubletMean_s * kDoubletMean_s + (kDoubletMost_s - kDoubletLeast_s) * (kDoubletMost_s - kDoubletLeast_s) / 12;
    const double regular = (1 - q) * squares / count;
    const double noise2 = ((1 + variation * variation) * mean_s * mean_s - q * doublet_square) / regular - 1;
    const double noise = std::sqrt(std::clamp(noise2, 0.0025, 0.81));

    double before_s = -kNoLimit;  // the discharge before, also that of an earlier spell
    for (std::size_t k = first; k < last; ++k) {
      const Activity& s = spells[k];
      const auto wanted = [&](double t) {  // the interval about time t
        double hz = rate(s, t);
        hz = std::max(kSlowest * o.least_rate_hz, hz + driven_hz * common.at(t));
        if (plan.release) hz *= quickened(*plan.release, t + plan.onset_s);
        return interval(hz);
      };
      Spell spell{static_cast<std::int32_t>(unit), -1, -1};
      for (double t = std::max(s.on_s + own.uniform() * wanted(s.on_s), before_s + kRefractory_s); t < s.off_s;) {
        const double time_s = plan.onset_s + t;
        if (spell.first_s < 0) spell.first_s = t;
        spell.last_s = before_s = t;
        cramp.discharges.push_back({time_s, spell.unit, static_cast<float>(o.gain * fatigue_gain(fatigue, t)),
                                    static_cast<float>(o.stretch * fatigue_stretch(fatigue, t))});
        if (own.uniform() < q) {
          t += own.uniform(kDoubletLeast_s, kDoubletMost_s);
          continue;
        }
        const double mean = wanted(t);
        double x = 0;
        do x = draw_gamma(own, noise);
        while (x * mean < std::min(kDoubletMost_s, 0.8 * mean));  // shorter ones would be doublets
        t += x * wanted(std::min(t + x * mean / 2, s.off_s));
      }
      if (spell.first_s < 0) continue;
      spell.first_s += plan.onset_s;
      spell.last_s += plan.onset_s;
      cramp.spells.push_back(spell);
    }
  }
  std::sort(cramp.discharges.begin(), cramp.discharges.end(),
            [](const Discharge& a, const Discharge& b) { return a.time_s != b.time_s ? a.time_s < b.time_s : a.unit < b.unit; });
  std::sort(cramp.spells.begin(), cramp.spells.end(),
            [](const Spell& a, const Spell& b) { return a.first_s != b.first_s ? a.first_s < b.first_s : a.unit < b.unit; });
  cramp.onset_s = cramp.discharges.empty() ? plan.onset_s : cramp.discharges.front().time_s;
  cramp.offset_s = cramp.discharges.empty() ? plan.onset_s : cramp.discharges.back().time_s;
  return cramp;
}

}  // namespace myocramp
