#include "myocramp/simulate/cramp_process.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <map>
#include <numbers>
#include <numeric>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "myocramp/core/sample_rate.hpp"

namespace myocramp {
namespace {

struct Moments {
  double n = 0, sum = 0, squares = 0;
  void add(double x) { n += 1, sum += x, squares += x * x; }
  [[nodiscard]] double mean() const { return sum / n; }
  [[nodiscard]] double sd() const { return std::sqrt(squares / n - mean() * mean()); }
};

struct Made {
  CrampPlan plan;
  Cramp cramp;
};

Made make(const CrampProcessOptions& o, std::uint64_t seed) {
  const auto pool = make_motor_pool({}, seed, 0);
  const CrampPlan plan = plan_cramp(o, 100, seed, 0, 0);
  return {plan, make_cramp(pool, o, {}, plan, seed, 0, 0)};
}

// The discharge times of each spell.
std::vector<std::vector<double>> trains(const Cramp& cramp) {
  std::map<std::int32_t, std::vector<double>> units;
  for (const Discharge& d : cramp.discharges) units[d.unit].push_back(d.time_s);
  std::vector<std::vector<double>> out;
  for (const Spell& s : cramp.spells) {
    const auto& t = units[s.unit];
    out.emplace_back(std::lower_bound(t.begin(), t.end(), s.first_s), std::upper_bound(t.begin(), t.end(), s.last_s));
  }
  return out;
}

// The rate of a train, smoothed by a Hann window around a time.
double smoothed(const std::vector<double>& t, double middle_s, double window_s) {
  double rate = 0;
  for (auto x = std::lower_bound(t.begin(), t.end(), middle_s - window_s / 2); x != t.end() && *x < middle_s + window_s / 2; ++x)
    rate += (1 + std::cos(2 * std::numbers::pi * (*x - middle_s) / window_s)) / window_s;
  return rate;
}

struct Statistics {
  Moments duration, rate, variation, active, least, most;
  Moments doublets;     // part of each unit's intervals
  Moments determined;   // R^2 of the spread of intervals and their mean, where they go together
  double compared = 0;  // units in which that was asked
};

Statistics measure(const CrampProcessOptions& o, std::uint64_t cramps, std::size_t least_discharges) {
  Statistics s;
  for (std::uint64_t seed = 0; seed < cramps; ++seed) {
    const Cramp cramp = make(o, seed).cramp;
    s.duration.add(cramp.offset_s - cramp.onset_s);
    for (const auto& t : trains(cramp)) {
      s.active.add(t.back() - t.front());
      if (t.size() < least_discharges) continue;
      Moments isi, doublets;
      for (std::size_t i = 1; i < t.size(); ++i) {
        isi.add(t[i] - t[i - 1]);
        doublets.add(t[i] - t[i - 1] <= 0.02 ? 1 : 0);
      }
      s.doublets.add(doublets.mean());
      s.rate.add(1 / isi.mean());
      s.variation.add(isi.sd() / isi.mean());
      constexpr double kWindow_s =
          1;  // Hann, ours: what the paper took we could not find out. It holds six discharges at the smallest rate
      double lowest = kNoLimit, highest = 0;
      for (double from = t.front(); from + kWindow_s <= t.back(); from += 0.05) {
        const double rate = smoothed(t, from + kWindow_s / 2, kWindow_s);
        lowest = std::min(lowest, rate);
        highest = std::max(highest, rate);
      }
      if (highest > 0) s.least.add(lowest), s.most.add(highest);
      // Is the spread of the intervals larger where they are longer? In blocks of five, ours; p < 0.05 by Fisher's transform.
      constexpr std::size_t kBlock = 5;
      Moments x, y;
      double product = 0;
      for (std::size_t i = kBlock; i < t.size(); i += kBlock) {
        Moments block;
        for (std::size_t k = i - kBlock + 1; k <= i; ++k) block.add(t[k] - t[k - 1]);
        x.add(block.mean());
        y.add(block.sd());
        product += block.mean() * block.sd();
      }
      if (x.n < 10) continue;
      s.compared += 1;
      const double r = (product / x.n - x.mean() * y.mean()) / (x.sd() * y.sd());
      if (std::atanh(r) * std::sqrt(x.n - 3) > 1.96) s.determined.add(r * r);
    }
  }
  return s;
}

// How the rate of a unit goes up and down, 20 times per second: smoothed by a Hann window of 0.4 s (De Luca et al. 1982 J Physiol 329:113), less
// what a window of 1.6 s leaves, so that slow changes do not count.
struct Swings {
  Index first = 0;  // in samples since time 0
  std::vector<double> hz;
  std::vector<double> rate;  // before that of 1.6 s is taken off
};

constexpr double kPerSecond = 20;

using Spectrum = std::array<std::complex<double>, 21>;  // from 0.5 Hz, in steps of 0.1 Hz: to 2.5 Hz, where a window of 0.4 s leaves a half

// Of two seconds less their mean, under a Hann window.
constexpr std::size_t kWindow = 40;

Spectrum spectrum(std::span<const double, kWindow> rate) {
  static const auto kWaves = [] {
    std::array<Spectrum, kWindow> waves{};
    for (std::size_t i = 0; i < kWindow; ++i) {
      const double turn = 2 * std::numbers::pi * static_cast<double>(i);
      for (std::size_t k = 0; k < waves[i].size(); ++k)
        waves[i][k] = std::polar(1 - std::cos(turn / kWindow), -turn * (0.5 + 0.1 * static_cast<double>(k)) / kPerSecond);
    }
    return waves;
  }();
  const double mean = std::accumulate(rate.begin(), rate.end(), 0.0) / kWindow;
  Spectrum out{};
  for (std::size_t i = 0; i < kWindow; ++i) {
    for (std::size_t k = 0; k < out.size(); ++k) out[k] += (rate[i] - mean) * kWaves[i][k];
  }
  return out;
}

std::vector<Swings> swings(const Cramp& cramp) {
  std::vector<Swings> out;
  const auto all = trains(cramp);
  for (std::size_t k = 0; k < all.size(); k += 8) {  // of so many units, some will do
    const auto& t = all[k];
    constexpr double kSlow_s = 1.6;
    Swings s{static_cast<Index>(std::ceil((t.front() + kSlow_s / 2) * kPerSecond)), {}, {}};
    for (double at = static_cast<double>(s.first) / kPerSecond; at + kSlow_s / 2 <= t.back(); at += 1 / kPerSecond) {
      s.rate.push_back(smoothed(t, at, 0.4));
      s.hz.push_back(s.rate.back() - smoothed(t, at, kSlow_s));
    }
    if (t.size() >= 20) out.push_back(std::move(s));
  }
  return out;
}

struct Alike {
  double peak = 0;  // of the cross-correlation, within 0.1 s of no lag
  double length_s = 0;
  double coherence = 0;  // the largest, as minus the logarithm of the probability of one as large at that frequency by chance
  double peak_hz = 0;    // where it is
};

// Welch's coherence, of windows that overlap by half.
void add_coherence(Alike& pair, std::span<const double> x, std::span<const double> y) {
  std::array<double, std::tuple_size_v<Spectrum>> xx{}, yy{};
  Spectrum xy{};
  double windows = 0;
  for (std::size_t from = 0; from + kWindow <= x.size(); from += kWindow / 2, windows += 1) {
    const Spectrum u = spectrum(x.subspan(from).first<kWindow>());
    const Spectrum v = spectrum(y.subspan(from).first<kWindow>());
    for (std::size_t k = 0; k < u.size(); ++k) xx[k] += std::norm(u[k]), yy[k] += std::norm(v[k]), xy[k] += u[k] * std::conj(v[k]);
  }
  for (std::size_t k = 0; k < xy.size(); ++k) {
    const double coherence = -(windows - 1) * std::log1p(-std::norm(xy[k]) / (xx[k] * yy[k]));
    if (coherence > pair.coherence) pair.coherence = coherence, pair.peak_hz = 0.5 + 0.1 * static_cast<double>(k);
  }
}

// Of each unit of one list with each of the other, while both are active; with itself: of each pair once.
std::vector<Alike> alike(const std::vector<Swings>& some, const std::vector<Swings>& others, double least_s) {
  std::vector<Alike> out;
  for (std::size_t i = 0; i < some.size(); ++i) {
    for (std::size_t j = 0; j < (&some == &others ? i : others.size()); ++j) {
      const Swings& a = some[i];
      const Swings& b = others[j];
      const Index from = std::max(a.first, b.first);
      const Index to = std::min(a.first + std::ssize(a.hz), b.first + std::ssize(b.hz));
      const double length_s = static_cast<double>(to - from) / kPerSecond;
      if (length_s < least_s) continue;
      const auto both = [&](const std::vector<double>& of, Index first) {
        return std::span(of).subspan(static_cast<std::size_t>(from - first), static_cast<std::size_t>(to - from));
      };
      const auto x = both(a.hz, a.first);
      const auto y = both(b.hz, b.first);
      const auto product = [](std::span<const double> u, std::span<const double> v) {
        return std::inner_product(u.begin(), u.end(), v.begin(), 0.0);
      };
      double most = -1;
      for (std::size_t lag = 0; lag <= 2; ++lag) {
        const std::size_t n = x.size() - lag;
        most = std::max({most, product(x.first(n), y.last(n)), product(x.last(n), y.first(n))});
      }
      Alike pair{most / std::sqrt(product(x, x) * product(y, y)), length_s};
      add_coherence(pair, both(a.rate, a.first), both(b.rate, b.first));
      out.push_back(pair);
    }
  }
  return out;
}

struct CommonDrive {
  Moments all, significant;  // peaks of the correlation
  Moments coherent_hz;       // where significant peaks of the coherence are
};

// Peaks by chance fall with the root of the length: those of units of different cramps, as if both had begun at once, say how high they are.
CommonDrive common_drive(const CrampProcessOptions& o, std::uint64_t cramps) {
  constexpr double kLeast_s = 5;  // ours, as is the level: the paper's are not known
  constexpr double kLevel = 0.05;
  const auto height = [](const Alike& a) { return a.peak * std::sqrt(a.length_s); };
  std::vector<double> chance, coherent_by_chance;
  std::vector<Alike> pairs;
  std::vector<Swings> before;
  for (std::uint64_t seed = 0; seed < cramps; ++seed) {
    std::vector<Swings> units = swings(make(o, seed).cramp);
    for (const Alike& a : alike(units, before, kLeast_s)) chance.push_back(height(a)), coherent_by_chance.push_back(a.coherence);
    for (const Alike& a : alike(units, units, kLeast_s)) pairs.push_back(a);
    before = std::move(units);
  }
  const auto limit = [](std::vector<double>& heights) {
    std::sort(heights.begin(), heights.end());
    return heights[static_cast<std::size_t>((1 - kLevel) * static_cast<double>(heights.size()))];
  };
  const double least = limit(chance);
  const double least_coherence = limit(coherent_by_chance);
  CommonDrive c;
  for (const Alike& a : pairs) {
    c.all.add(a.peak);
    if (height(a) > least) c.significant.add(a.peak);
    if (a.coherence > least_coherence) c.coherent_hz.add(a.peak_hz);
  }
  return c;
}

/// Puts a mean and a standard deviation into the report that --gtest_output writes.
void report(const std::string& what, const Moments& m) {
  ::testing::Test::RecordProperty(what, std::to_string(m.mean()) + " +- " + std::to_string(m.sd()));
}

TEST(CrampProcess,
     HasTheStatisticsOfMinetto2009) {  // J Neurophysiol 102:1890: 48 units, so a mean is known to SD / sqrt(48), an SD to SD / sqrt(96)
  const Statistics s = measure({}, 60, 20);
  ASSERT_GT(s.rate.n, 2000);
  report("mean rate", s.rate);
  report("variation", s.variation);
  report("doublets", s.doublets);
  report("active time", s.active);
  report("largest rate", s.most);
  report("smallest rate", s.least);
  report("R2 of SD and mean", s.determined);
  const double error = 1 / std::sqrt(48.0);
  EXPECT_NEAR(s.rate.mean(), 14.5, 5.1 * error);
  EXPECT_NEAR(s.rate.sd(), 5.1, 5.1 * error / std::sqrt(2));
  EXPECT_NEAR(s.variation.mean(), 0.446, 0.097 * error);
  EXPECT_NEAR(s.variation.sd(), 0.097, 0.097 * error / std::sqrt(2));
  EXPECT_NEAR(s.doublets.mean(), 0.041, 0.047 * error);
  EXPECT_NEAR(s.doublets.sd(), 0.047, 0.047 * error / std::sqrt(2));
  EXPECT_NEAR(s.active.mean(), 23.6, 16.2 * error);
  EXPECT_NEAR(s.active.sd(), 16.2, 16.2 * error / std::sqrt(2));
  EXPECT_NEAR(s.most.mean(), 25, 8 * error);
  EXPECT_NEAR(s.most.sd(), 8, 8 * error / std::sqrt(2));
  EXPECT_NEAR(s.least.mean(), 6, 0.8 * error);
  EXPECT_NEAR(s.least.sd(), 0.8, 0.8 * error / std::sqrt(2));
  // Longer intervals spread more, in 38 of 48 units. No spread of R^2 is given: ours stands for it.
  EXPECT_NEAR(s.determined.n / s.compared, 38.0 / 48, std::sqrt(38.0 / 48 * 10 / 48) * error);
  EXPECT_NEAR(s.determined.mean(), 0.37, s.determined.sd() / std::sqrt(38.0));
}

TEST(CrampProcess, RatesOfTwoUnitsGoUpAndDownTogetherAsInMinetto2009) {  // 0.52 +- 0.11 in the 26 of 96 pairs whose peak was significant
  const CommonDrive c = common_drive({}, 60);
  ASSERT_GT(c.all.n, 2000);
  report("correlation", c.significant);
  report("peak of the coherence", c.coherent_hz);
  EXPECT_NEAR(c.significant.mean(), 0.52, 0.11 / std::sqrt(26.0));
  EXPECT_NEAR(c.significant.n / c.all.n, 26.0 / 96, std::sqrt(26.0 / 96 * 70 / 96 / 96));
  EXPECT_NEAR(c.coherent_hz.mean(), 1.4, 0.4 / std::sqrt(29.0)) << "29 pairs with one peak of the coherence";
  EXPECT_NEAR(c.coherent_hz.sd(), 0.4, 0.4 / std::sqrt(58.0));
}

TEST(CrampProcess, RatesOfTwoUnitsWithoutACommonDriveAreAlikeByChance) {
  CrampProcessOptions o;
  o.common = 0;
  const CommonDrive c = common_drive(o, 60);
  EXPECT_NEAR(c.significant.n / c.all.n, 0.05, 0.02);
  EXPECT_NEAR(c.coherent_hz.n / c.all.n, 0.05, 0.02);
  EXPECT_LT(c.all.mean(), 0.15);
}

TEST(CrampProcess, RatesVariationAndDoubletsAreThoseAskedFor) {
  CrampProcessOptions o;
  o.rate_hz = 12;
  o.rate_sd_hz = 3;
  o.isi_cv = 0.4;
  o.isi_cv_sd = 0.03;
  o.doublets = 0.06;
  const Statistics s = measure(o, 60, 50);
  EXPECT_NEAR(s.rate.mean(), 12, 0.05 * 12);
  EXPECT_NEAR(s.variation.mean(), 0.4, 0.05 * 0.4);
  EXPECT_NEAR(s.doublets.mean(), 0.06, 0.05 * 0.06);
}

TEST(CrampProcess, IntactAndBlockedCrampsHaveTheStatisticsOfMinetto2011) {  // J Physiol 589:5759: 8 subjects
  struct Measured {
    double mean, sd;
  };
  const auto expect = [](const char* what, const Moments& m, Measured paper, double n) {
    report(what, m);
    EXPECT_NEAR(m.mean(), paper.mean, paper.sd / std::sqrt(n)) << what;
    EXPECT_NEAR(m.sd(), paper.sd, paper.sd / std::sqrt(2 * n)) << what << ", its spread";
  };
  const Statistics intact = measure(cramp_kind("intact"), 60, 20);
  expect("intact: duration", intact.duration, {55.6, 19.2}, 8);
  expect("intact: rate", intact.rate, {20.0, 5.9}, 37);
  expect("intact: active time", intact.active, {29.5, 21.8}, 37);
  const Statistics blocked = measure(cramp_kind("blocked"), 200, 4);
  expect("blocked: duration", blocked.duration, {2.6, 1.3}, 8);
  expect("blocked: rate", blocked.rate, {25.7, 11.6}, 38);
  expect("blocked: active time", blocked.active, {1.1, 1.0}, 38);
}

TEST(CrampProcess, DurationsAreThoseOfTheirKind) {
  const auto durations = [](const char* kind) {
    const CrampProcessOptions o = cramp_kind(kind);
    Moments m;
    for (std::uint64_t event = 0; event < 4000; ++event) {
      const CrampPlan p = plan_cramp(o, 0, 1, 0, event);
      EXPECT_GE(p.offset_s(), o.least_s - 1e-9);
      EXPECT_LE(p.offset_s(), o.longest_s + 1e-9);
      m.add(p.offset_s());
    }
    return m;
  };
  EXPECT_NEAR(durations("induced").mean(), 55.6, 0.05 * 55.6);
  EXPECT_NEAR(durations("induced").sd(), 19.2, 0.1 * 19.2);
  EXPECT_NEAR(durations("flexor_hallucis").mean(), 151.9, 0.05 * 151.9);
  EXPECT_NEAR(durations("dialysis").mean(), 600, 0.05 * 600);
  const CrampPlan dialysis = plan_cramp(cramp_kind("dialysis"), 0, 1, 0, 0);
  EXPECT_NEAR(dialysis.fall_s / dialysis.rise_s, 7.0 / 3, 1e-9);
  EXPECT_NEAR(dialysis.hold_s, 0, 1e-9);
  std::vector<double> nocturnal;
  for (std::uint64_t event = 0; event < 4001; ++event) nocturnal.push_back(plan_cramp(cramp_kind("nocturnal"), 0, 1, 0, event).offset_s());
  std::nth_element(nocturnal.begin(), nocturnal.begin() + 2000, nocturnal.end());
  EXPECT_NEAR(nocturnal[2000], 90, 6);
}

TEST(CrampProcess, TheCrampThatComesOutFillsItsPlan) {
  for (const std::string_view kind : cramp_kinds()) {
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
      const auto [plan, cramp] = make(cramp_kind(kind), seed);
      ASSERT_FALSE(cramp.discharges.empty());
      EXPECT_EQ(cramp.onset_s, cramp.discharges.front().time_s);
      EXPECT_EQ(cramp.offset_s, cramp.discharges.back().time_s);
      EXPECT_GE(cramp.onset_s, plan.onset_s);
      EXPECT_LT(cramp.offset_s, plan.offset_s());
      EXPECT_LT(cramp.onset_s, plan.onset_s + 0.3);
      EXPECT_GT(cramp.offset_s, plan.offset_s() - 0.3);
      std::map<std::int32_t, double> before;
      for (std::size_t i = 0; i < cramp.discharges.size(); ++i) {
        const Discharge& d = cramp.discharges[i];
        if (i > 0) {
          EXPECT_GE(d.time_s, cramp.discharges[i - 1].time_s);
          EXPECT_LT(d.time_s - cramp.discharges[i - 1].time_s, 0.3) << kind << ": silence";
        }
        if (before.contains(d.unit)) {
          EXPECT_GE(d.time_s - before[d.unit], kRefractory_s - 1e-12);
        }
        before[d.unit] = d.time_s;
      }
      std::size_t in_spells = 0;
      for (const auto& t : trains(cramp)) in_spells += t.size();
      EXPECT_EQ(in_spells, cramp.discharges.size()) << "each discharge lies in one spell";
    }
  }
}

TEST(CrampProcess, BuildsUpHoldsAndFalls) {
  double start = 0, hold = 0, end = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const auto [plan, cramp] = make({}, seed);
    const auto per_second = [&cramp = cramp](double from, double to) {
      double n = 0;
      for (const Discharge& d : cramp.discharges) n += d.time_s >= from && d.time_s < to ? 1 : 0;
      return n / (to - from);
    };
    const double risen = plan.onset_s + plan.rise_s;
    const double falls = risen + plan.hold_s;
    start += per_second(plan.onset_s, plan.onset_s + plan.rise_s / 4);
    hold += per_second(risen, falls);
    end += per_second(falls + 0.75 * plan.fall_s, plan.offset_s());
    // While it holds, no second is without a third of the mean: irregular, but going on.
    for (double t = risen; t + 1 < falls; t += 1) EXPECT_GT(per_second(t, t + 1), per_second(risen, falls) / 3);
  }
  EXPECT_LT(start, hold / 3);
  EXPECT_LT(end, hold / 2);
}

TEST(CrampProcess, SpreadsFromAFocusThatStaysLocal) {
  CrampProcessOptions o;
  o.full_radius_mm = 8;
  const auto pool = make_motor_pool({}, 3, 0);
  const CrampPlan plan{0, 5, 10, 5, {}};
  const Cramp cramp = make_cramp(pool, o, {}, plan, 3, 0, 0);
  double across = 0;
  for (const Discharge& d : cramp.discharges) across += pool[static_cast<std::size_t>(d.unit)].across_mm;
  across /= static_cast<double>(cramp.discharges.size());
  const auto spread = [&](double from, double to) {
    Moments m;
    for (const Discharge& d : cramp.discharges) {
      if (d.time_s >= from && d.time_s < to) m.add(pool[static_cast<std::size_t>(d.unit)].across_mm);
    }
    return m.sd();
  };
  EXPECT_LT(spread(0, 1), spread(6, 14));
  for (const Discharge& d : cramp.discharges) EXPECT_LT(std::abs(pool[static_cast<std::size_t>(d.unit)].across_mm - across), 20);
}

TEST(CrampProcess, UnitsShareADriveOfLowFrequency) {
  CrampProcessOptions o;
  const auto pool = make_motor_pool({}, 3, 0);
  std::vector<Cramp> cramps;
  for (std::uint64_t event = 0; event < 10; ++event) cramps.push_back(make_cramp(pool, o, {}, {0, 2, 60, 2, {}}, 3, 0, event));
  double best = 0, best_hz = 0, total = 0, tested = 0;
  for (double hz = 0.6; hz <= 3; hz += 0.1) {
    double power = 0;
    for (const Cramp& cramp : cramps) {
      double c = 0, s = 0, n = 0;
      for (const Discharge& d : cramp.discharges) {
        if (d.time_s < 10 || d.time_s >= 60) continue;
        c += std::cos(2 * std::numbers::pi * hz * d.time_s);
        s += std::sin(2 * std::numbers::pi * hz * d.time_s);
        n += 1;
      }
      power += (c * c + s * s) / n;
    }
    if (power > best) best = power, best_hz = hz;
    total += power;
    tested += 1;
  }
  EXPECT_NEAR(best_hz, 1.4, 0.45);
  EXPECT_GT(best, 2 * total / tested);
}

TEST(CrampProcess, AStretchLiftsAndThenEndsIt) {
  const auto pool = make_motor_pool({}, 1, 0);
  double before = 0, during = 0, fallen = 0, over = 0;
  for (std::uint64_t event = 0; event < 100; ++event) {
    CrampPlan plan{0, 3, 60, 10, {}};
    plan.release = draw_release({}, 20, 1, 0, event);
    const Release& r = *plan.release;
    EXPECT_GE(r.transient_s, 0.5);
    EXPECT_LE(r.transient_s, 1);
    EXPECT_NEAR(plan.offset_s(), 20 + r.transient_s + 3 * r.decay_s, 1e-9);
    const Cramp cramp = make_cramp(pool, {}, {}, plan, 1, 0, event);
    EXPECT_LT(cramp.offset_s, plan.offset_s());
    for (const Discharge& d : cramp.discharges) {
      const double decayed = (d.time_s - 20 - r.transient_s) / r.decay_s;
      if (d.time_s >= 19 && d.time_s < 20) before += 1;
      if (d.time_s >= 20 && decayed < 0) during += 1 / r.transient_s;
      if (decayed >= 0.8 && decayed < 1.2) fallen += 1 / (0.4 * r.decay_s);
      if (decayed >= 2) over += 1 / r.decay_s;
    }
  }
  // The amplitude goes with the root of the number of discharges.
  EXPECT_NEAR(std::sqrt(during / before), 1.3, 0.1);
  EXPECT_NEAR(std::sqrt(fallen / during), std::exp(-1), 0.1);
  EXPECT_LT(std::sqrt(over / during), 0.25);
  double relapses = 0;
  for (std::uint64_t event = 0; event < 4000; ++event) relapses += draw_release({}, 30, 1, 0, event).relapse_after_s ? 1 : 0;
  EXPECT_NEAR(relapses / 4000, 0.15, 5 * std::sqrt(0.15 * 0.85 / 4000));
}

TEST(CrampProcess, PotentialsAreAsLongAndLargeAsAskedFor) {
  const auto pool = make_motor_pool({}, 1, 0);
  CrampProcessOptions o;
  o.gain = 2;
  const Fatigue f{-0.2, 10, 0.5, 0};
  for (const Discharge& d : make_cramp(pool, o, f, {50, 1, 5, 1, {}}, 1, 0, 0).discharges) {
    EXPECT_FLOAT_EQ(d.stretch, static_cast<float>(0.8 * fatigue_stretch(f, d.time_s - 50)));
    EXPECT_FLOAT_EQ(d.gain, static_cast<float>(2 * fatigue_gain(f, d.time_s - 50)));
  }
}

TEST(CrampProcess, TheSameArgumentsGiveTheSameDischarges) {
  const auto pool = make_motor_pool({}, 1, 0);
  const CrampPlan plan{10, 1, 5, 2, {}};
  const auto times = [&](std::uint64_t seed, std::uint64_t muscle, std::uint64_t event) {
    std::vector<double> t;
    for (const Discharge& d : make_cramp(pool, {}, {}, plan, seed, muscle, event).discharges) t.push_back(d.time_s);
    return t;
  };
  const auto a = times(1, 0, 0);
  const auto other = times(1, 0, 1);
  EXPECT_EQ(a, times(1, 0, 0));
  EXPECT_NE(a, other);
  EXPECT_NE(a, times(1, 1, 0));
  EXPECT_NE(a, times(2, 0, 0));
}

TEST(CrampProcess, EdgesAndRefusals) {
  const auto pool = make_motor_pool({}, 1, 0);
  EXPECT_THROW(make_cramp({}, {}, {}, {0, 1, 5, 1, {}}, 1, 0, 0), InvalidArgument) << "no units";
  EXPECT_THROW(make_cramp(pool, {}, {}, {0, 0, 0, 0, {}}, 1, 0, 0), InvalidArgument) << "no length";
  EXPECT_THROW(make_cramp(pool, {}, {}, {0, -1, 5, 1, {}}, 1, 0, 0), InvalidArgument);
  EXPECT_THROW(cramp_kind("writer"), InvalidArgument);
  CrampProcessOptions o;
  o.longest_s = 5;
  EXPECT_THROW(plan_cramp(o, 0, 1, 0, 0), InvalidArgument);
  ReleaseOptions r;
  r.decay_most_s = 0.1;
  EXPECT_THROW(draw_release(r, 0, 1, 0, 0), InvalidArgument);
  MotorPoolOptions one;
  one.units = 1;
  EXPECT_FALSE(make_cramp(make_motor_pool(one, 1, 0), {}, {}, {0, 1, 5, 1, {}}, 1, 0, 0).discharges.empty()) << "a muscle of one unit";
  EXPECT_FALSE(make_cramp(pool, {}, {}, {0, 0, 5, 0, {}}, 1, 0, 0).discharges.empty()) << "neither rise nor fall";
}

}  // namespace
}  // namespace myocramp
