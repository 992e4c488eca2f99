#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "myocramp/core/reduce.hpp"
#include "myocramp/detect/activity.hpp"
#include "myocramp/detect/registry.hpp"
#include "myocramp/filter/butterworth.hpp"
#include "myocramp/filter/sos.hpp"
#include "support/signals.hpp"

namespace myocramp::testing {

/// What a detector finds in conditioned samples that come in blocks, with the quiet ones passed over; told what is rest, or not.
inline std::vector<std::vector<Activity>> found_in(const Samples<double>& x, SampleRate rate, const std::string& name,
                                                   Index block = kGridBlock, const OptionValues& options = {}, bool skip_quiet = true,
                                                   std::optional<Interval> rest = {}) {
  ActivityFinder finder(make_detector(name, options, rate, x.cols()), rate, x.cols(), 1200);
  const auto with_lead = [&](Index first, auto&& use) {
    const Index lead = std::min(first, finder.lead());
    use(ConstBlock<double>(x).rows(first - lead, lead + std::min(block, x.rows() - first)), lead, first);
  };
  for (Index first = 0; first < x.rows(); first += block)
    with_lead(first, [&](auto v, Index lead, Index at) { finder.learn(v, lead, at, rest); });
  finder.fit(std::vector<double>(static_cast<std::size_t>(x.cols()), std::nan("")), {}, rest);
  for (std::size_t b = 0; b < finder.blocks(); ++b) {
    if (skip_quiet && finder.quiet(b)) {
      finder.pass(b);
    } else {
      with_lead(static_cast<Index>(b) * block, [&](auto v, Index lead, Index at) { finder.find(v, lead, at); });
    }
  }
  finder.finish();
  for (std::size_t b = 0; b < finder.blocks(); ++b) {
    if (finder.looks_at(b)) with_lead(static_cast<Index>(b) * block, [&](auto v, Index lead, Index at) { finder.look(v, lead, at); });
  }
  return finder.found();
}

/// Of 20 000 windows of white noise that share no sample, in how many the statistic is above alarm. `level` is its level at rest for noise of
/// standard deviation 1, `spread` its relative spread there.
inline int false_alarms(Detector& detector, double level, double spread) {
  constexpr Index kCount = 20'000;
  constexpr double kSigma = 3e-6;
  const double threshold = detector.rule(spread).alarm * level * kSigma;
  const Index window = detector.window();
  Random random(17, 0);
  Samples<double> x(window, 1);
  int alarms = 0;
  detector.reset();
  for (Index k = 0; k < kCount; ++k) {
    for (Index i = 0; i < window; ++i) x(i, 0) = kSigma * random.normal();
    detector.process(x, x);
    alarms += x(window - 1, 0) > threshold ? 1 : 0;
  }
  return alarms;
}

/// The Clopper-Pearson 99 % interval of k of 20 000 holds 0.01 for k from 165 to 237 and 0.05 for k from 921 to 1081 (SciPy: beta.ppf).
struct Kept {
  double p_fa;
  int least, most;
};
inline constexpr Kept kKept[] = {{0.01, 165, 237}, {0.05, 921, 1081}};

/// Shaped Gaussian noise that switches on and off over noise of unit variance from 20 to 450 Hz, at 2000 Hz, one channel.
struct Bursts {
  Samples<double> x;
  std::vector<Interval> active;
};

/// `count` bursts of 1 s, rising along a line for `ramp_s` and ending at once, 2 to 2.5 s apart. The signal-to-noise ratio is one of variances;
/// the shape is a high-pass of 60 Hz and two low-passes of 120 Hz, all filters causal and of first order.
inline Bursts bursts(int count, double snr_db, double ramp_s, std::uint64_t seed) {
  const SampleRate rate(2000);
  const Index length = rate.round(Seconds(1 + ramp_s));
  const Index rest = rate.round(Seconds(2));
  const Index n = (length + rest + rest / 4) * count + rest;
  Samples<double> noise = white_noise(n, 1, seed);
  Samples<double> emg = white_noise(n, 1, seed + 1);
  const auto filter = [&](Samples<double>& s, const Sections& sections) { SosFilter<double>(sections, 1).process(s, s); };
  filter(noise, butterworth_bandpass({20, 450, 4}, rate));
  filter(emg, butterworth_highpass({60, 1}, rate));
  filter(emg, butterworth_lowpass({120, 1}, rate));
  filter(emg, butterworth_lowpass({120, 1}, rate));
  noise /= std::sqrt(noise.square().mean());
  emg *= std::pow(10, snr_db / 20) / std::sqrt(emg.square().mean());
  Random random(seed, 1);
  Bursts out{noise, {}};
  for (Index at = rest; static_cast<int>(out.active.size()) < count; at += length + rest) {
    at += static_cast<Index>(random.uniform() * static_cast<double>(rest) / 4);
    out.active.push_back({at, at + length});
    for (Index i = 0; i < length; ++i) {
      const double rise = ramp_s > 0 ? std::min(1.0, rate.time(i) / ramp_s) : 1;
      out.x(at + i, 0) += rise * emg(at + i, 0);
    }
  }
  return out;
}

/// How well boundaries were found, ms: the median absolute error and the median error over the bursts that were.
struct Timing {
  int missed = 0;
  int more = 0;  ///< activities outside of bursts
  double onset = 0, onset_bias = 0;
  double offset = 0, offset_bias = 0;
};

inline Timing timing_of(const Bursts& truth, const std::vector<Activity>& found) {
  Timing t;
  std::vector<double> begins;
  std::vector<double> ends;
  std::size_t used = 0;
  for (const Interval& burst : truth.active) {
    const Activity* first = nullptr;
    const Activity* last = nullptr;
    for (const Activity& a : found) {
      if (a.span.end <= burst.begin || a.span.begin >= burst.end) continue;
      if (first == nullptr) first = &a;
      last = &a;
      ++used;
    }
    if (first == nullptr) {
      ++t.missed;
      continue;
    }
    begins.push_back(static_cast<double>(first->span.begin - burst.begin) / 2);
    ends.push_back(static_cast<double>(last->span.end - burst.end) / 2);
  }
  t.more = static_cast<int>(found.size() - used);
  const auto median = [](std::vector<double> v, bool size) {
    for (double& e : v) e = size ? std::abs(e) : e;
    std::sort(v.begin(), v.end());
    return v.empty() ? std::nan("") : v[v.size() / 2];
  };
  t.onset = median(begins, true);
  t.onset_bias = median(begins, false);
  t.offset = median(ends, true);
  t.offset_bias = median(ends, false);
  return t;
}

}  // namespace myocramp::testing
