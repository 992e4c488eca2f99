#include "myocramp/simulate/interference.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "myocramp/spectral/moments.hpp"
#include "myocramp/spectral/welch.hpp"
#include "support/errors.hpp"
#include "support/motor_units.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

const SampleRate kRate(2048);

std::shared_ptr<const UnitTemplates> templates(const std::vector<MotorUnit>& units, const std::vector<Lead>& leads,
                                               const MuapOptions& o = {}) {
  return std::make_shared<UnitTemplates>(make_unit_templates(o, {}, units, leads, 1, 0));
}

Samples<double> render(const Interference& x, Index rows, Index leads, Index block = kGridBlock) {
  Samples<double> out = Samples<double>::Zero(rows, leads);
  const Block<double> all(out);
  for (Index first = 0; first < rows; first += block) x.add(first, all.rows(first, std::min(block, rows - first)));
  return out;
}

TEST(Interference, AnyBlocksGiveTheSameBits) {
  const std::vector<MotorUnit> units = test::motor_units(20, 1);
  const auto t = templates(units, electrode_grid(2, 3, 10, 5, 30, 0));
  const Interference x(t, test::steady_discharges(units, 1, 18, 2), kRate);
  const Index rows = 2 * kGridBlock + 777;
  const Samples<double> whole = render(x, rows, 6);
  for (const Index block : {Index{1000}, Index{4096}, rows})
    EXPECT_TRUE(testing::same_bits<double>(whole, render(x, rows, 6, block))) << block;

  Samples<double> backwards = Samples<double>::Zero(rows, 6);
  const Block<double> all(backwards);
  for (const Index first : {2 * kGridBlock, kGridBlock, Index{0}}) x.add(first, all.rows(first, std::min(kGridBlock, rows - first)));
  EXPECT_TRUE(testing::same_bits<double>(whole, backwards));
}

TEST(Interference, IsTheSumOfItsDischarges) {
  const std::vector<MotorUnit> units = test::motor_units(10, 1);
  const auto t = templates(units, {bipolar(30, 0, 20, 10)});
  const std::vector<Discharge> all = test::steady_discharges(units, 1, 2, 2);
  std::vector<Discharge> even;
  std::vector<Discharge> odd;
  for (std::size_t i = 0; i < all.size(); ++i) (i % 2 == 0 ? even : odd).push_back(all[i]);
  const Samples<double> sum = render(Interference(t, even, kRate), 4096, 1) + render(Interference(t, odd, kRate), 4096, 1);
  const Samples<double> together = render(Interference(t, all, kRate), 4096, 1);
  EXPECT_GT(together.abs().maxCoeff(), 1e-6);
  EXPECT_LT((sum - together).abs().maxCoeff(), 1e-6 * together.abs().maxCoeff());
}

TEST(Interference, AddsToWhatIsThere) {
  const std::vector<MotorUnit> units = test::motor_units(1, 1);
  const Interference x(templates(units, {bipolar(30, 0, 20, 10)}), {{0.1, 0, 1, 1}}, kRate);
  Samples<double> out = Samples<double>::Constant(1024, 1, 0.5);
  x.add(0, Block<double>(out));
  const Samples<double> alone = render(x, 1024, 1);
  for (Index i = 0; i < 1024; ++i) EXPECT_EQ(out(i, 0), 0.5 + alone(i, 0));
}

TEST(Interference, AmplitudeGoesWithGain) {
  const std::vector<MotorUnit> units = test::motor_units(3, 1);
  const auto t = templates(units, {bipolar(30, 0, 20, 10)});
  const Samples<double> one = render(Interference(t, {{0.1, 2, 1, 1}}, kRate), 1024, 1);
  const Samples<double> more = render(Interference(t, {{0.1, 2, 4, 1}}, kRate), 1024, 1);
  EXPECT_LT((more - 4 * one).abs().maxCoeff(), 1e-6 * more.abs().maxCoeff());
  const Samples<double> turned = render(Interference(t, {{0.1, 2, -1, 1}}, kRate), 1024, 1);
  EXPECT_EQ((turned + one).abs().maxCoeff(), 0);
}

TEST(Interference, LeadsDoNotTouchEachOther) {
  const std::vector<MotorUnit> units = test::motor_units(6, 1);
  std::vector<Lead> leads = electrode_grid(5, 1, 10, 5, 30, 0);
  const std::vector<Discharge> discharges = test::steady_discharges(units, 1, 2, 2);
  const Samples<double> a = render(Interference(templates(units, leads), discharges, kRate), 4096, 5);
  std::rotate(leads.begin(), leads.begin() + 2, leads.end());
  const Samples<double> b = render(Interference(templates(units, leads), discharges, kRate), 4096, 5);
  for (Index lead = 0; lead < 5; ++lead) EXPECT_EQ((a.col((lead + 2) % 5) - b.col(lead)).abs().maxCoeff(), 0);
}

TEST(Interference, NothingBeforeADischargeNorAfterItsDuration) {
  const std::vector<MotorUnit> units = test::motor_units(8, 1);
  for (const Fidelity fidelity : {Fidelity::kLineSource, Fidelity::kHermiteRodriguez}) {
    const auto t = templates(units, {bipolar(30, 0, 20, 10), monopolar(10, 5, 10)}, {.fidelity = fidelity});
    for (std::int32_t unit = 0; unit < 8; ++unit) {
      const Discharge d{0.1234, unit, 1, 1.3F};
      const Samples<double> x = render(Interference(t, {d}, kRate), 1024, 2);
      const double until = d.time_s + t->duration_s(unit, static_cast<double>(d.stretch));
      double inside = 0;
      for (Index i = 0; i < 1024; ++i) {
        const double energy = x.row(i).square().sum();
        if (kRate.time(i) < d.time_s || kRate.time(i) >= until) {
          EXPECT_EQ(energy, 0) << i;
        } else {
          inside += energy;
        }
      }
      EXPECT_GT(inside, 0);
    }
  }
}

// The mean frequency of one potential in the middle of two seconds.
double mean_frequency(const std::shared_ptr<const UnitTemplates>& t, float stretch) {
  const SampleRate rate(8192);
  const Samples<double> x = render(Interference(t, {{1, 0, 1, stretch}}, rate), 16384, 1);
  Welch welch({2, 0}, rate, 1);
  welch.add<double>(ConstBlock<double>(x));
  std::vector<double> density(static_cast<std::size_t>(welch.bins()));
  welch.density(0, density);
  return spectral_moments(density, welch.bin_hz(), band_bins(welch.bin_hz(), welch.bins(), 0, 4000)).mnf_hz;
}

TEST(Interference, StretchDividesFrequencies) {
  const auto t = templates(test::motor_units(1, 1), {bipolar(30, 0, 20, 10)});
  const double base = mean_frequency(t, 1);
  for (const float stretch : {0.8F, 1.1F, 1.25F, 1.5F}) {
    EXPECT_NEAR(mean_frequency(t, stretch) * static_cast<double>(stretch) / base, 1, 0.01) << stretch;
  }
}

TEST(Interference, DelaysByPartsOfASample) {
  const auto t = templates(test::motor_units(1, 1), {bipolar(30, 0, 20, 10)});
  const SampleRate fine(20480);
  const Samples<double> reference = render(Interference(t, {{0.1, 0, 1, 1}}, fine), 10240, 1);
  for (int tenth = 0; tenth < 10; ++tenth) {
    const Samples<double> x = render(Interference(t, {{0.1 + tenth / fine.hertz(), 0, 1, 1}}, kRate), 1024, 1);
    for (Index i = 2; i < 1024; ++i) EXPECT_NEAR(x(i, 0), reference(10 * i - tenth, 0), 1e-6 * reference.abs().maxCoeff());
  }
}

struct Figures {
  double rms_uv, mdf_hz, kurtosis, below_10, above_450;  // the last two in parts of the power
};

Figures figures(const Samples<double>& v) {
  Welch welch({1, 0.5}, kRate, 1);
  welch.add<double>(ConstBlock<double>(v));
  std::vector<double> density(static_cast<std::size_t>(welch.bins()));
  welch.density(0, density);
  const auto moments = [&](double low, double high) {
    return spectral_moments(density, welch.bin_hz(), band_bins(welch.bin_hz(), welch.bins(), low, high));
  };
  const double all = moments(0, 1024).power;
  const Samples<double> c = v - v.mean();
  const double variance = c.square().mean();
  return {1e6 * std::sqrt(variance), moments(10, 450).mdf_hz, c.square().square().mean() / (variance * variance),
          moments(0, 9.5).power / all, moments(450.5, 1024).power / all};
}

// docs/methods/muap.md shows what this prints: muscles of 120 units at a steady drive, the least and the largest of five.
TEST(Interference, LooksLikeSurfaceEmg) {
  const auto render_muscle = [](std::uint64_t seed, double drive, const MuapOptions& o) {
    const std::vector<MotorUnit> units = test::motor_units(120, seed);
    const std::vector<Discharge> discharges = test::steady_discharges(units, drive, 32, seed);
    return figures(render(Interference(templates(units, {bipolar(30, 0, 20, 10)}, o), discharges, kRate), 65536, 1));
  };
  MuapOptions second{.fidelity = Fidelity::kHermiteRodriguez};
  second.hermite_order = 2;
  const std::vector<std::pair<const char*, MuapOptions>> models = {
      {"line source", {}}, {"Hermite-Rodriguez 1", {.fidelity = Fidelity::kHermiteRodriguez}}, {"Hermite-Rodriguez 2", second}};
  for (const auto& [name, options] : models) {
    for (const double drive : {0.1, 0.2, 0.4, 0.8}) {
      std::vector<Figures> all;
      for (std::uint64_t seed = 1; seed <= 5; ++seed) all.push_back(render_muscle(seed, drive, options));
      const auto range = [&](double Figures::* figure) {
        const auto [low, high] =
            std::minmax_element(all.begin(), all.end(), [&](const Figures& x, const Figures& y) { return x.*figure < y.*figure; });
        return std::pair((*low).*figure, (*high).*figure);
      };
      const auto rms = range(&Figures::rms_uv);
      const auto mdf = range(&Figures::mdf_hz);
      const auto kurtosis = range(&Figures::kurtosis);
      const auto below = range(&Figures::below_10);
      const auto above = range(&Figures::above_450);
      std::printf(
          "%s, drive %.1f: RMS %.0f to %.0f uV, MDF %.0f to %.0f Hz, kurtosis %.1f to %.1f, below 10 Hz %.2f to %.2f %%, above 450 Hz %.2f "
          "to %.2f %%\n",
          name, drive, rms.first, rms.second, mdf.first, mdf.second, kurtosis.first, kurtosis.second, 100 * below.first, 100 * below.second,
          100 * above.first, 100 * above.second);
      EXPECT_LT(above.second, 0.05);
      EXPECT_LT(below.second, options.hermite_order == 1 ? 0.05 : 0.1);              // the function of order 2 has a mean
      if (options.fidelity == Fidelity::kHermiteRodriguez || drive < 0.2) continue;  // the ranges hold for the default at moderate drives
      EXPECT_GT(mdf.first, 50);
      EXPECT_LT(mdf.second, 110);
      EXPECT_GT(kurtosis.first, 3);
      EXPECT_LT(kurtosis.second, 8);
      EXPECT_GT(rms.first, 10);
      EXPECT_LT(rms.second, 1000);
    }
  }
}

TEST(Interference, RefusesDischargesThatCannotBe) {
  const auto t = templates(test::motor_units(2, 1), {bipolar(30, 0, 20, 10)});
  const auto make = [&](std::vector<Discharge> d) { return [&t, d] { Interference(t, d, kRate); }; };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  test::expect_error<InvalidArgument>(make({{1, 0, 1, 1}, {0.5, 0, 1, 1}}), "E-OPTION", {"discharge 2", "in order"});
  test::expect_error<InvalidArgument>(make({{1, 2, 1, 1}}), "E-OPTION", {"unit 2"});
  test::expect_error<InvalidArgument>(make({{1, -1, 1, 1}}), "E-OPTION", {"unit -1"});
  test::expect_error<InvalidArgument>(make({{1, 0, nan, 1}}), "E-OPTION", {"gain nan"});
  test::expect_error<InvalidArgument>(make({{1, 0, 1, 0}}), "E-OPTION", {"stretch 0"});
  test::expect_error<InvalidArgument>(make({{std::numeric_limits<double>::quiet_NaN(), 0, 1, 1}}), "E-OPTION", {"time nan"});
}

}  // namespace
}  // namespace myocramp
