#include "myocramp/filter/ecg.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "myocramp/filter/butterworth.hpp"
#include "myocramp/filter/zero_phase.hpp"
#include "myocramp/simulate/shaped_noise.hpp"
#include "myocramp/spectral/moments.hpp"
#include "myocramp/spectral/real_fft.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

using testing::white_noise;

constexpr double kPi = std::numbers::pi;
const SampleRate kRate(1000);

Samples<double> in_band(const Samples<double>& x, SampleRate rate = kRate) {
  Samples<double> y(x.rows(), x.cols());
  zero_phase<double>(butterworth_bandpass({20, 450, 4}, rate), x, y);
  return y;
}

double rms(const Samples<double>& x) { return std::sqrt((x * x).sum() / static_cast<double>(x.size())); }

// Noise with the spectrum of surface EMG, of RMS 1 at 20 to 450 Hz.
Samples<double> emg(Index n, std::uint64_t seed, SampleRate rate = kRate) {
  Samples<double> x = white_noise(n, 1, seed);
  zero_phase<double>(butterworth_bandpass({40, 180, 1}, rate), x, x);
  return x / rms(in_band(x, rate));
}

struct Ecg {
  Samples<double> x;
  std::vector<double> beats;  // samples
};

// P, Q, R, S and T as Gaussians with the places, heights and widths of McSharry et al. 2003 (IEEE TBME 50:289) at 60 beats/min: heights are
// a b^2, widths b, both of the phase. Intervals wander and follow the breath, P and T move with their root; the breath and chance change each
// beat's height. RMS 1 at 20 to 450 Hz.
Ecg ecg(Index n, std::uint64_t seed, double bpm = 70, SampleRate rate = kRate, double spread = 1) {
  const std::array<double, 5> place = {-70, -15, 0, 15, 100};
  const std::array<double, 5> a = {1.2, -5, 30, -7.5, 0.75};
  const std::array<double, 5> b = {0.25, 0.1, 0.1, 0.1, 0.4};
  Random random(seed, 9);
  Ecg out{Samples<double>::Zero(n, 1), {}};
  double wander = 0;
  for (double t = 0.4; t < static_cast<double>(n) / rate.hertz() + 1;) {
    wander = 0.9 * wander + 0.4 * random.normal();
    const double breath = std::sin(2 * kPi * 0.25 * t);
    const double interval = 60 / bpm * (1 + spread * (0.03 * wander + 0.04 * breath));
    const double height = 1 + spread * (0.1 * breath + 0.03 * random.normal());
    out.beats.push_back(t * rate.hertz());
    for (std::size_t k = 0; k < place.size(); ++k) {
      const bool complex = k >= 1 && k <= 3;  // QRS keeps its width
      const double stretch = complex ? 1 : std::sqrt(interval);
      const double middle = t + place[k] / 360 * stretch;
      const double width = b[k] / (2 * kPi) * stretch;
      const auto first = static_cast<Index>(std::max(0.0, (middle - 6 * width) * rate.hertz()));
      const auto last = static_cast<Index>(std::min(static_cast<double>(n - 1), (middle + 6 * width) * rate.hertz()));
      for (Index i = first; i <= last; ++i) {
        const double u = (rate.time(i) - middle) / width;
        out.x(i, 0) += height * a[k] * b[k] * b[k] * std::exp(-u * u / 2);
      }
    }
    t += interval;
  }
  out.x /= rms(in_band(out.x, rate));
  return out;
}

// Median frequency of the power at 20 to 450 Hz, Welch with Hann windows of a second.
double mdf(const Samples<double>& x, SampleRate rate = kRate) {
  const auto n = static_cast<Index>(rate.hertz());
  RealFft fft(n);
  std::vector<double> power(static_cast<std::size_t>(fft.bins()), 0);
  for (Index at = 0; at + n <= x.rows(); at += n / 2) {
    for (Index i = 0; i < n; ++i) {
      fft.values()[static_cast<std::size_t>(i)] =
          x(at + i, 0) * (0.5 - 0.5 * std::cos(2 * kPi * static_cast<double>(i) / static_cast<double>(n)));
    }
    fft.forward();
    for (std::size_t k = 0; k < power.size(); ++k) power[k] += std::norm(fft.spectrum()[k]);
  }
  return spectral_moments(power, rate.hertz() / static_cast<double>(n), {20, 450}).mdf_hz;
}

EcgCleaned<double> without_ecg(const Samples<double>& x, SampleRate rate = kRate, const EcgOptions& options = {},
                               Index reference = EcgRemoval::kNoReference) {
  return remove_ecg<double>(x, rate, options, reference);
}

// The figures of the page: what is left of the error that an ECG makes in the two measures that matter.
TEST(Ecg, MedianFrequencyAndRmsComeBack) {
  std::printf("  ecg/emg_db  bpm  mdf_hz  mdf_with_%%  mdf_removed_%%  rms_with_%%  rms_removed_%%  beats  removed\n");
  for (const double db : {0.0, 10.0}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const Index n = 120000;
      const double bpm = 45 + 13 * static_cast<double>(seed);
      const Samples<double> clean = emg(n, seed);
      const Ecg heart = ecg(n, seed, bpm);
      const Samples<double> x = clean + heart.x * std::pow(10, db / 20);
      const EcgCleaned<double> out = without_ecg(x);
      const auto interior = [](const Samples<double>& v) { return Samples<double>(in_band(v).middleRows(500, v.rows() - 1000)); };
      const Samples<double> truth = interior(clean);
      const Samples<double> with = interior(x);
      const Samples<double> y = interior(out.x);
      const auto percent = [](double a, double b) { return 100 * (a / b - 1); };
      const double mdf_error = percent(mdf(y), mdf(truth));
      const double rms_error = percent(rms(y), rms(truth));
      std::printf("  %10.0f  %3.0f  %6.1f  %10.1f  %13.2f  %10.1f  %13.2f  %5zu  %7ld\n", db, bpm, mdf(truth),
                  percent(mdf(with), mdf(truth)), mdf_error, percent(rms(with), rms(truth)), rms_error, heart.beats.size(),
                  static_cast<long>(out.report[0].beats));
      EXPECT_LT(std::abs(mdf_error), 2) << db << " dB, seed " << seed;
      EXPECT_LT(std::abs(rms_error), 5) << db << " dB, seed " << seed;
      // Over the whole recording, whose ends may cut a beat in two.
      EXPECT_LT(std::abs(percent(rms(in_band(out.x)), rms(in_band(clean)))), 5);
      EXPECT_LT(std::abs(percent(mdf(in_band(out.x)), mdf(in_band(clean)))), 2);
      EXPECT_GT(std::abs(percent(mdf(with), mdf(truth))), 15) << "without removal";
    }
  }
}

// Rest, contractions, twitches and cramps: the ECG is as strong as the muscle on the mean, far above it at rest.
TEST(Ecg, ASimulatedSessionComesBack) {
  for (const double db : {0.0, 10.0}) {
    for (int subject = 0; subject < 3; ++subject) {
      const SimulatedRecording session = simulate_shaped_noise({}, 1, subject);
      const Samples<double> clean = session.volts.col(0);
      const Ecg heart = ecg(clean.rows(), static_cast<std::uint64_t>(subject), 72, session.rate);
      const Samples<double> x = clean + heart.x * rms(in_band(clean, session.rate)) * std::pow(10, db / 20);
      const Samples<double> y = without_ecg(x, session.rate).x;
      const auto inner = [&](const Samples<double>& v) {
        return Samples<double>(in_band(v, session.rate).middleRows(500, v.rows() - 1000));
      };
      EXPECT_LT(std::abs(mdf(inner(y)) / mdf(inner(clean)) - 1), 0.02) << db << " dB, subject " << subject;
      EXPECT_LT(std::abs(rms(inner(y)) / rms(inner(clean)) - 1), 0.05) << db << " dB, subject " << subject;
      EXPECT_GT(rms(inner(x)) / rms(inner(clean)) - 1, 0.3) << "without removal";
      std::printf("  %2.0f dB, subject %d: mdf %+.2f %% (%+.1f %% with), rms %+.2f %% (%+.1f %% with)\n", db, subject,
                  100 * (mdf(inner(y)) / mdf(inner(clean)) - 1), 100 * (mdf(inner(x)) / mdf(inner(clean)) - 1),
                  100 * (rms(inner(y)) / rms(inner(clean)) - 1), 100 * (rms(inner(x)) / rms(inner(clean)) - 1));
    }
  }
}

// Filters lag, and energy is looked at in blocks: neither may show in the times.
TEST(Ecg, TheMiddleOfASymmetricPulseIsItsMiddle) {
  for (const double hz : {500.0, 1000.0, 2000.0, 2048.0, 4000.0}) {
    for (const double width_s : {0.04, 0.08}) {
      const SampleRate rate(hz);
      const auto n = static_cast<Index>(60 * hz);
      Samples<double> x = 0.02 * white_noise(n, 1, 1) + 5;
      std::vector<double> pulses;
      for (double t = 0.5; t < 59.5; t += 0.8137) {
        pulses.push_back(t * hz);
        for (auto i = static_cast<Index>(std::ceil((t - width_s / 2) * hz)); rate.time(i) < t + width_s / 2; ++i) {
          x(i, 0) += 0.5 + 0.5 * std::cos(2 * kPi * (rate.time(i) - t) / width_s);
        }
      }
      const EcgCleaned<double> out = without_ecg(x, rate);
      ASSERT_EQ(out.beats.size(), pulses.size()) << hz;
      double sum = 0;
      double most = 0;
      for (std::size_t k = 0; k < pulses.size(); ++k) {
        const double late_s = (out.beats[k].sample - pulses[k]) / hz;
        sum += late_s;
        most = std::max(most, std::abs(late_s));
      }
      std::printf("  %4.0f Hz, %2.0f ms: late by %+.3f ms, at most %.3f ms\n", hz, 1e3 * width_s,
                  1e3 * sum / static_cast<double>(pulses.size()), 1e3 * most);
      EXPECT_LT(std::abs(sum) / static_cast<double>(pulses.size()), 0.0002) << hz << " Hz, " << width_s << " s";
      EXPECT_LT(most, 0.001) << hz << " Hz, " << width_s << " s";
    }
  }
}

TEST(Ecg, FindsTheBeatsWhereTheyAre) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const Index n = 60000;
    const Ecg heart = ecg(n, seed, 60);
    for (const double sign : {1.0, -1.0}) {
      const EcgCleaned<double> out = without_ecg(emg(n, seed) + sign * heart.x);
      Index hits = 0;
      Index inside = 0;
      for (const double t : heart.beats) {
        if (t < 200 || t > static_cast<double>(n) - 200) continue;
        ++inside;
        hits += std::count_if(out.beats.begin(), out.beats.end(), [t](const EcgBeat& b) { return std::abs(b.sample - t) < 10; });
      }
      EXPECT_EQ(hits, inside) << "each once";
      EXPECT_NEAR(out.report[0].rate_bpm, 60, 4);
      EXPECT_LE(out.report[0].unmatched, 2);
      EXPECT_EQ(out.report[0].steps, out.report[0].steps_with_ecg);
    }
  }
}

TEST(Ecg, ABurstOfMuscleHidesFewBeats) {
  const Index n = 60000;
  Samples<double> clean = 0.2 * emg(n, 4);
  for (Index i = 20000; i < 26000; ++i) clean(i, 0) *= 30;
  for (Index i = 40000; i < 48000; ++i) clean(i, 0) *= 10;
  const Ecg heart = ecg(n, 4, 65);
  const EcgCleaned<double> out = without_ecg(clean + heart.x);
  const Samples<double>& y = out.x;
  const auto error = [&](Index from, Index count) {
    const Samples<double> d = in_band(y - clean).middleRows(from, count);
    return rms(d) / rms(in_band(clean).middleRows(from, count));
  };
  EXPECT_LT(error(5000, 10000), 0.7);  // rest; 5 with the ECG
  EXPECT_LT(error(20000, 6000), 0.2);  // a burst six times the ECG
  EXPECT_LT(error(40000, 8000), 0.3);  // a burst twice the ECG
}

// Muscle alone: stationary, in bursts as of walking, and in twitches of one shape at chance intervals.
TEST(Ecg, MuscleAloneIsLeftAlone) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const Index n = 60000;
    const Samples<double> steady = emg(n, seed);
    Samples<double> walk = steady;
    Samples<double> brief = steady;
    Samples<double> chance = steady;
    Random random(seed, 3);
    Index next = 500;
    for (Index i = 0; i < n; ++i) {
      walk(i, 0) *= i % 1100 < 400 ? 1 : 0.05;
      brief(i, 0) *= i % 900 < 80 ? 1 : 0.02;  // as short and as regular as a heart beat, but never of one shape
      if (i > next + 150) next = i + static_cast<Index>(random.uniform(200, 1800));
      chance(i, 0) *= i >= next && i < next + 150 ? 1 : 0.03;
    }
    for (const Samples<double>& x : {steady, walk, brief, chance}) {
      const EcgCleaned<double> out = without_ecg(x);
      EXPECT_LT(std::abs(rms(out.x) / rms(x) - 1), 0.01) << seed;
      EXPECT_LT(rms(out.x - x) / rms(x), 0.1) << seed;
      EXPECT_EQ(out.report[0].steps_with_ecg, 0) << seed;
    }
  }
}

TEST(Ecg, AReferenceServesChannelsThatBarelyShowTheHeart) {
  const Index n = 60000;
  const Ecg heart = ecg(n, 5, 70);
  Samples<double> x(n, 3);
  x.col(0) = 0.1 * emg(n, 1) + heart.x;  // the reference
  x.col(1) = emg(n, 2) + 0.3 * heart.x;  // -10 dB
  x.col(2) = emg(n, 3);                  // none
  const EcgCleaned<double> out = without_ecg(x, kRate, {}, 0);
  EXPECT_TRUE(testing::same_bits<double>(x.col(0), out.x.col(0)));
  EXPECT_TRUE(testing::same_bits<double>(x.col(2), out.x.col(2)));
  EXPECT_LT(rms(in_band(out.x.col(1) - emg(n, 2))), 0.25);  // 0.3 with the ECG, and a template of so few beats has noise
  EXPECT_LT(std::abs(mdf(in_band(out.x.col(1))) / mdf(in_band(emg(n, 2))) - 1), 0.01);
  EXPECT_NEAR(out.report[1].rate_bpm, 70, 4);
  EXPECT_EQ(out.report[2].beats, 0);
}

Samples<double> recording(Index n, SampleRate rate = kRate) {
  Samples<double> x(n, 3);
  for (Index c = 0; c < 3; ++c) {
    const auto seed = static_cast<std::uint64_t>(c) + 1;
    x.col(c) = emg(n, seed, rate) + (c == 2 ? 0.0 : 1.0) * ecg(n, seed, 70, rate).x;
  }
  return x;
}

TEST(Ecg, AnySplitGivesTheBitsOfTheBatch) {
  const SampleRate rate(1001.3);
  Samples<double> x = recording(50000, rate);
  x(12345, 1) = std::nan("");
  for (Index i = 30000; i < 33000; ++i) x(i, 0) = std::numeric_limits<double>::infinity();
  for (const Index reference : {EcgRemoval::kNoReference, Index{1}}) {
    const EcgCleaned<double> batch = without_ecg(x, rate, {}, reference);
    EcgRemoval removal({}, rate, 3, reference);
    const Index delay = removal.delay();
    Samples<double> padded = Samples<double>::Constant(x.rows() + delay, 3, std::nan(""));
    padded.topRows(x.rows()) = x;
    Random random(2, 0);
    for (int round = 0; round < 2; ++round) {
      Samples<double> y = padded;  // in place
      removal.reset();
      for (Index at = 0; at < y.rows();) {
        const auto n = std::min(static_cast<Index>(random.uniform() * (random.uniform() < 0.5 ? 3.0 : 9000.0)), y.rows() - at);
        const Block<double> part = Block<double>(y).rows(at, n);
        removal.process<double>(part, part);
        at += n;
      }
      ASSERT_TRUE(testing::same_bits<double>(batch.x, y.bottomRows(x.rows())));
      EXPECT_TRUE(y.topRows(delay).isNaN().all());
    }
  }
}

TEST(Ecg, GapsStayAndReachNoFurtherThanTheTemplates) {
  const Index n = 90000;
  Samples<double> x = emg(n, 6) + ecg(n, 6, 70).x;
  const Samples<double> whole = without_ecg(x).x;
  x(45000, 0) = std::nan("");
  for (Index i = 45500; i < 47000; ++i) x(i, 0) = std::numeric_limits<double>::infinity();
  const Samples<double> y = without_ecg(x).x;
  for (Index i = 0; i < n; ++i) {
    ASSERT_EQ(std::isnan(y(i, 0)), !std::isfinite(x(i, 0))) << i;
    if (i < 45000 - 26000) {
      ASSERT_EQ(y(i, 0), whole(i, 0)) << i;
    }
  }
  // Beats beside the gap are removed too.
  EXPECT_LT(rms((y - emg(n, 6)).middleRows(43000, 1800)), 0.1 * rms((x - emg(n, 6)).middleRows(43000, 1800)));
}

TEST(Ecg, ScaleAndChannelsKeepTheirBits) {
  Samples<double> x = recording(40000);
  x(9000, 1) = std::nan("");
  const Samples<double> y = without_ecg(x).x;
  EXPECT_GT((y.col(0) - x.col(0)).abs().maxCoeff(), 1) << "something was removed";
  EXPECT_TRUE(testing::same_bits<double>(Samples<double>(y * 1024), without_ecg(x * 1024).x));
  EXPECT_LT(testing::largest_difference<double>(Samples<double>(-y), without_ecg(-x).x), 1e-9);
  EXPECT_TRUE(testing::same_bits<double>(Samples<double>(y.rowwise().reverse()), without_ecg(x.rowwise().reverse()).x));
  EXPECT_LT(testing::largest_difference<double>(y.col(0), without_ecg(x.col(0)).x), 1e-9);
  const Samples<float> single = x.cast<float>();
  EXPECT_LT(testing::largest_difference<double>(remove_ecg<float>(single, kRate).x.cast<double>(), without_ecg(single.cast<double>()).x),
            1e-5);
}

TEST(Ecg, ExtremeInputsBehave) {
  const Index n = 20000;
  for (const double v : {0.0, 1.0, -32768.0, 1e38, 5e-324}) {
    const Samples<double> constant = Samples<double>::Constant(n, 1, v);
    EXPECT_TRUE(testing::same_bits<double>(constant, without_ecg(constant).x)) << v;
  }
  const Samples<float> huge = ((emg(n, 1) + ecg(n, 1).x) * 1e36).cast<float>();
  EXPECT_TRUE(remove_ecg<float>(huge, kRate).x.isFinite().all());
  const Samples<double> beyond = (emg(n, 1) + ecg(n, 1).x) * 1e300;  // its power is beyond a double: passed through
  EXPECT_TRUE(testing::same_bits<double>(beyond, without_ecg(beyond).x));
  EXPECT_TRUE(without_ecg(Samples<double>::Constant(n, 1, std::nan(""))).x.isNaN().all());
  const Samples<double> brief = ecg(5000, 1).x;  // too few beats to tell
  EXPECT_TRUE(testing::same_bits<double>(brief, without_ecg(brief).x));
  EXPECT_EQ(without_ecg(Samples<double>(0, 2)).x.rows(), 0);
}

// Half a second at 20 Hz, which the filters of the search let through.
TEST(Ecg, NumbersThatOverflowAreForgotten) {
  const Index n = 90000;
  const Samples<double> clean = emg(n, 6);
  const Samples<double> heart = ecg(n, 6, 70).x;
  for (const double v : {1e38, 1e200, 1.7e308}) {
    Samples<double> x = clean + heart;
    for (Index i = 30000; i < 30500; ++i) x(i, 0) = i / 25 % 2 == 0 ? v : -v;
    const Samples<double> y = without_ecg(x).x;
    EXPECT_TRUE(testing::same_bits<double>(y.middleRows(30000, 500), x.middleRows(30000, 500))) << v;
    EXPECT_LT(rms((y - clean).middleRows(60000, 20000)), 0.2 * rms(heart.middleRows(60000, 20000))) << v;
  }
}

TEST(Ecg, RefusesWhatCannotBe) {
  const auto code_of = [](double rate, const EcgOptions& options, Index reference) -> std::string {
    try {
      without_ecg(white_noise(1000, 2, 1), SampleRate(rate), options, reference);
    } catch (const Error& e) {
      return e.code();
    }
    return "";
  };
  EXPECT_EQ(code_of(200, {}, -1), "E-BAND");
  EXPECT_EQ(code_of(1000, {.threshold = 1}, -1), "E-OPTION");
  EXPECT_EQ(code_of(1000, {}, 2), "E-OPTION");
  EXPECT_EQ(code_of(1000, {}, 1), "");
}

}  // namespace
}  // namespace myocramp
