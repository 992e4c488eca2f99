#include "myocramp/filter/ecg.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <utility>

#include "myocramp/core/error.hpp"
#include "myocramp/filter/butterworth.hpp"
#include "myocramp/filter/delayed.hpp"

namespace myocramp {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

constexpr double kStep_s = 5;
constexpr Index kSteps = 9;  // that are kept: the middle one, three for templates and one for levels on each side
constexpr Index kMiddle = 4;
constexpr BandpassOptions kEnergyBand = {.low_hz = 10, .high_hz = 40, .order = 2};
constexpr BandpassOptions kShapeBand = {.low_hz = 10, .high_hz = 100, .order = 2};
constexpr double kSlowHz = 500;
constexpr double kBlock_s = 0.005;
constexpr Index kSmooth = 16;          // blocks, 80 ms: a QRS complex
constexpr Index kApart = 50;           // blocks, 250 ms between beats
constexpr Index kLevelEvery = 100;     // blocks
constexpr Index kLevelHalf = 400;      // blocks, 2 s to each side
constexpr double kFilterLag_s = 0.03;  // of the energy band behind the shape band
constexpr double kHalf_s = 0.06;       // of a QRS complex and its surroundings
constexpr double kReach_s = 0.02;      // that a peak of energy may be beside the complex
constexpr Index kSeeds = 6;
constexpr int kRounds = 3;
constexpr double kBefore_s = 0.35, kBeforeOfInterval = 0.4;  // of the template, P wave included
constexpr double kAfter_s = 0.6, kAfterOfInterval = 0.6;     // T wave included
constexpr double kTaper_s = 0.05;
constexpr double kAmplitudeSpread = 0.15;  // of beats, by breathing; what a beat says beyond that is noise
constexpr double kNoiseDependence = 3;     // samples of the slow signal per independent one of its noise
constexpr double kLeastCover = 0.4;        // of the time that beats at their median interval must fill
constexpr double kLeastMeanCorrelation = 0.8;
constexpr double kRegular = 0.3;             // of the interval, within which half of all intervals must lie
constexpr double kLeastAmplitude = 0.3;      // of a beat that is part of a template
constexpr double kLeastWithReference = 0.2;  // mean correlation below which a channel has no ECG
constexpr Index kMostBeats = 160;
constexpr Index kRowsAtOnce = 256;
constexpr double kLargest = 1e150;  // what is beyond would overflow in a filter or as a power, and is a gap to the search

// Catmull-Rom: a cubic through four samples.
double interpolate(const double* x, double at) noexcept {
  const double whole = std::floor(at);
  const double t = at - whole;
  const double* p = x + static_cast<Index>(whole);
  const double a = p[-1];
  const double b = p[0];
  const double c = p[1];
  const double d = p[2];
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

double dot(const double* a, const double* b, Index n) noexcept {
  double s0 = 0;
  double s1 = 0;
  double s2 = 0;
  double s3 = 0;
  Index i = 0;
  for (; i + 4 <= n; i += 4) {
    s0 += a[i] * b[i];
    s1 += a[i + 1] * b[i + 1];
    s2 += a[i + 2] * b[i + 2];
    s3 += a[i + 3] * b[i + 3];
  }
  for (; i < n; ++i) s0 += a[i] * b[i];
  return (s0 + s1) + (s2 + s3);
}

double median_of(double* begin, Index n) noexcept {
  double* middle = begin + n / 2;
  std::nth_element(begin, middle, begin + n);
  return *middle;
}

// Mean of the middle half.
double middle_mean(double* begin, Index n) noexcept {
  std::sort(begin, begin + n);
  const Index cut = n / 4;
  double sum = 0;
  for (Index i = cut; i < n - cut; ++i) sum += begin[i];
  return sum / static_cast<double>(n - 2 * cut);
}

EcgOptions checked(const EcgOptions& options) {
  check(options, "ecg");
  return options;
}

Index whole(double x) { return std::max<Index>(1, static_cast<Index>(std::llround(x))); }

}  // namespace

EcgRemoval::EcgRemoval(const EcgOptions& options, SampleRate rate, Index channels, Index reference)
    : options_(checked(options)),
      rate_(rate),
      channels_(channels),
      reference_(reference),
      slow_(std::max<Index>(1, static_cast<Index>(std::floor(rate.hertz() / kSlowHz)))),
      block_(slow_ * whole(kBlock_s * rate.hertz() / static_cast<double>(slow_))),
      step_(block_ * whole(kStep_s * rate.hertz() / static_cast<double>(block_))),
      half_(whole(kHalf_s * rate.hertz() / static_cast<double>(slow_))),
      reach_(whole(kReach_s * rate.hertz() / static_cast<double>(slow_))),
      energy_filter_(butterworth_bandpass(kEnergyBand, rate), channels),
      shape_filter_(butterworth_bandpass(kShapeBand, rate), channels),
      samples_(static_cast<std::size_t>(channels * kSteps * step_)),
      slow_samples_(static_cast<std::size_t>(channels * (kSteps * step_ / slow_))),
      energy_(static_cast<std::size_t>(channels * (kSteps * step_ / block_))),
      removed_(static_cast<std::size_t>(channels * 3 * step_)),
      out_(static_cast<std::size_t>(channels * step_)),
      last_(static_cast<std::size_t>(channels)),
      rows_(kRowsAtOnce, channels),
      passed_(kRowsAtOnce, channels),
      smooth_(static_cast<std::size_t>(kSteps * step_ / block_)),
      levels_(static_cast<std::size_t>(kSteps * step_ / block_ / kLevelEvery + 1)),
      scratch_(static_cast<std::size_t>(std::max(2 * kLevelHalf + 1, kMostBeats))),
      pattern_(static_cast<std::size_t>(2 * half_ + 1)),
      others_(pattern_.size()),
      slow_template_(pattern_.size()),
      report_(static_cast<std::size_t>(channels)) {
  if (reference != kNoReference && (reference < 0 || reference >= channels)) {
    throw InvalidArgument(
        {"E-OPTION", "", "ecg.reference", "a channel from 0 to " + std::to_string(channels - 1), std::to_string(reference)});
  }
  const auto longest = static_cast<std::size_t>(std::ceil((kBefore_s + kAfter_s) * rate.hertz())) + 4;
  gathered_.resize(longest * static_cast<std::size_t>(kMostBeats));
  template_.resize(longest);
  beats_.reserve(static_cast<std::size_t>(kMostBeats));
  taken_.reserve(static_cast<std::size_t>(channels * (kGridBlock / step_ + 2) * 40));
  reset();
}

void EcgRemoval::reset() noexcept {
  energy_filter_.reset();
  shape_filter_.reset();
  std::fill(samples_.begin(), samples_.end(), kNaN);
  std::fill(slow_samples_.begin(), slow_samples_.end(), 0);
  std::fill(energy_.begin(), energy_.end(), kNaN);
  std::fill(removed_.begin(), removed_.end(), 0);
  std::fill(out_.begin(), out_.end(), kNaN);
  std::fill(last_.begin(), last_.end(), kNaN);
  filled_ = kMiddle * step_;
  origin_ = -kMiddle * step_;
  taken_.clear();
  std::fill(report_.begin(), report_.end(), EcgReport{});
}

template <class T>
void EcgRemoval::process(ConstBlock<T> x, Block<T> y) noexcept {
  for (Index row = 0; row < x.rows();) {
    const Index at = filled_ % step_;
    const Index count = std::min({x.rows() - row, step_ - at, kRowsAtOnce});
    for (Index c = 0; c < channels_; ++c) {
      double* to = samples(c) + filled_;
      const double* from = out_.data() + c * step_ + at;
      for (Index i = 0; i < count; ++i) {
        to[i] = static_cast<double>(x(row + i, c));
        y(row + i, c) = static_cast<T>(from[i]);
      }
    }
    push(count);
    row += count;
    if (filled_ == kSteps * step_) step();
  }
}
template void EcgRemoval::process<float>(ConstBlock<float>, Block<float>) noexcept;
template void EcgRemoval::process<double>(ConstBlock<double>, Block<double>) noexcept;

// Filters `count` new rows: their power at 10 to 40 Hz in blocks, their shape at 10 to 100 Hz slowly.
void EcgRemoval::push(Index count) noexcept {
  const Index blocks = kSteps * step_ / block_;
  const Index slow_length = kSteps * step_ / slow_;
  for (Index c = 0; c < channels_; ++c) {
    double& last = last_[static_cast<std::size_t>(c)];
    const double* from = samples(c) + filled_;
    double* energy = energy_.data() + c * blocks;
    for (Index i = 0; i < count; ++i) {
      const Index block = (filled_ + i) / block_;
      if ((filled_ + i) % block_ == 0) energy[block] = 0;
      if (std::abs(from[i]) <= kLargest) {
        last = from[i];
      } else {
        energy[block] = kNaN;
      }
      rows_(i, c) = std::isnan(last) ? 0 : last;  // a gap is bridged by the last sample, so that filters do not ring
    }
  }
  const Block<double> in = Block<double>(rows_).rows(0, count);
  const Block<double> out = Block<double>(passed_).rows(0, count);
  if (origin_ + filled_ == 0) {
    energy_filter_.settle(in.rows(0, 1));
    shape_filter_.settle(in.rows(0, 1));
  }
  energy_filter_.process(in, out);
  for (Index c = 0; c < channels_; ++c) {
    double* energy = energy_.data() + c * blocks;
    for (Index i = 0; i < count; ++i) energy[(filled_ + i) / block_] += out(i, c) * out(i, c);
  }
  shape_filter_.process(in, out);
  for (Index c = 0; c < channels_; ++c) {
    double* slow = slow_samples_.data() + c * slow_length;
    for (Index i = (slow_ - filled_ % slow_) % slow_; i < count; i += slow_) slow[(filled_ + i) / slow_] = out(i, c);
  }
  filled_ += count;
}

void EcgRemoval::step() noexcept {
  if (reference_ != kNoReference) find(reference_);
  for (Index c = 0; c < channels_; ++c) {
    if (reference_ == kNoReference) find(c);
    EcgReport& report = report_[static_cast<std::size_t>(c)];
    ++report.steps;
    if (interval_s_ > 0 && c != reference_) subtract(c);
  }
  const auto shift = [this](std::vector<double>& all, Index rows_per_step, Index steps) {
    for (Index c = 0; c < channels_; ++c) {
      double* x = all.data() + c * steps * rows_per_step;
      std::copy(x + rows_per_step, x + steps * rows_per_step, x);
    }
  };
  for (Index c = 0; c < channels_; ++c) {
    const double* x = samples(c) + (kMiddle - 1) * step_;
    double* removed = removed_.data() + c * 3 * step_;
    double* out = out_.data() + c * step_;
    for (Index i = 0; i < step_; ++i) out[i] = std::isfinite(x[i]) ? x[i] - removed[i] : kNaN;
    std::copy(removed + step_, removed + 3 * step_, removed);
    std::fill(removed + 2 * step_, removed + 3 * step_, 0);
  }
  shift(samples_, step_, kSteps);
  shift(slow_samples_, step_ / slow_, kSteps);
  shift(energy_, step_ / block_, kSteps);
  filled_ -= step_;
  origin_ += step_;
}

// --- finding ----------------------------------------------------------------------------------------------------------

// Leaves the beats of the middle step and of three steps on each side in beats_, and their interval; 0: there is no ECG.
void EcgRemoval::find(Index channel) noexcept {
  interval_s_ = 0;
  beats_.clear();
  smooth_energy(channel);
  seek_peaks();
  if (static_cast<int>(beats_.size()) < options_.least_beats) return;
  if (!align(channel) || !is_heart()) interval_s_ = 0;
}

void EcgRemoval::smooth_energy(Index channel) noexcept {
  const Index blocks = kSteps * step_ / block_;
  const double* energy = energy_.data() + channel * blocks;
  for (Index b = 0; b < blocks; ++b) {
    double sum = 0;
    const Index first = b - kSmooth / 2;
    for (Index k = first; k < first + kSmooth; ++k) sum += k >= 0 && k < blocks ? energy[k] : kNaN;
    smooth_[static_cast<std::size_t>(b)] = sum;
  }
  for (std::size_t k = 0; k < levels_.size(); ++k) levels_[k] = local_level(static_cast<Index>(k) * kLevelEvery);
}

// Median around a block; NaN where there are gaps for the most part.
double EcgRemoval::local_level(Index block) noexcept {
  const auto blocks = static_cast<Index>(smooth_.size());
  Index n = 0;
  for (Index b = std::max<Index>(0, block - kLevelHalf); b <= std::min(blocks - 1, block + kLevelHalf); ++b) {
    const double e = smooth_[static_cast<std::size_t>(b)];
    if (std::isfinite(e)) scratch_[static_cast<std::size_t>(n++)] = e;
  }
  return n < kLevelHalf / 2 ? kNaN : median_of(scratch_.data(), n);
}

// Peaks that stand out of the median power around them and are the highest within a quarter of a second.
void EcgRemoval::seek_peaks() noexcept {
  const Index first = step_ / block_;
  const Index last = (kSteps - 1) * step_ / block_;
  const auto e = [this](Index b) { return smooth_[static_cast<std::size_t>(b)]; };
  for (Index b = first; b < last; ++b) {
    const double level = levels_[static_cast<std::size_t>((b + kLevelEvery / 2) / kLevelEvery)];
    if (!(e(b) > options_.threshold * level) || !(e(b) >= e(b - 1) && e(b) > e(b + 1))) continue;
    bool highest = true;
    for (Index k = std::max<Index>(0, b - kApart); highest && k <= std::min(b + kApart, static_cast<Index>(smooth_.size()) - 1); ++k) {
      highest = !(e(k) > e(b) || (e(k) == e(b) && k < b));
    }
    if (!highest || static_cast<Index>(beats_.size()) == kMostBeats) continue;
    const double middle = static_cast<double>(b) * static_cast<double>(block_) - kFilterLag_s * rate_.hertz();
    beats_.push_back({static_cast<Index>(std::llround(middle / static_cast<double>(slow_))), 0, 0, 0, 1, false});
  }
}

// Best match of a beat with a pattern of unit norm, within reach of where the peak of energy is.
void EcgRemoval::match(const double* slow, Candidate& beat, const double* pattern) const noexcept {
  const Index taps = 2 * half_ + 1;
  const Index middle = beat.centre;
  double best = -2;
  double best_norm = 0;
  Index best_lag = 0;
  double before = 0;
  double after = 0;
  double previous = 0;
  bool next_wanted = false;
  for (Index lag = -reach_; lag <= reach_; ++lag) {
    const double* at = slow + middle + lag - half_;
    const double norm = std::sqrt(dot(at, at, taps));
    const double rho = norm > 0 ? dot(at, pattern, taps) / norm : 0;
    if (next_wanted) after = rho;
    next_wanted = false;
    if (rho > best) {
      best = rho;
      best_norm = norm;
      best_lag = lag;
      before = previous;
      next_wanted = true;
    }
    previous = rho;
  }
  beat.rho = best;
  beat.norm = best_norm;
  beat.shift = static_cast<double>(best_lag);
  if (best_lag > -reach_ && best_lag < reach_) {
    const double bend = before - 2 * best + after;
    if (bend < 0) beat.shift += std::clamp(0.5 * (before - after) / bend, -0.5, 0.5);
  }
}

// Aligns the beats with one another; false: there is nothing that they share.
bool EcgRemoval::align(Index channel) noexcept {
  const double* slow = this->slow(channel);
  const Index taps = 2 * half_ + 1;
  const auto n = static_cast<Index>(beats_.size());
  const auto add = [&](std::vector<double>& to, const Candidate& b, double sign) {
    if (!(b.norm > 0)) return;
    const double* at = slow + b.centre + static_cast<Index>(std::llround(b.shift)) - half_;
    for (Index k = 0; k < taps; ++k) to[static_cast<std::size_t>(k)] += sign * at[k] / b.norm;
  };
  // The beat that is most like the others starts.
  double best = -1;
  const std::vector<double>& seed = others_;
  for (Index s = 0; s < std::min(kSeeds, n); ++s) {
    const Index which = s * n / std::min(kSeeds, n);
    Candidate own = beats_[static_cast<std::size_t>(which)];
    const double* at = slow + own.centre - half_;
    own.norm = std::sqrt(dot(at, at, taps));
    own.shift = 0;
    if (!(own.norm > 0)) continue;
    std::fill(others_.begin(), others_.end(), 0);
    add(others_, own, 1);
    for (Index i = 0; i < n; ++i) {
      match(slow, beats_[static_cast<std::size_t>(i)], seed.data());
      scratch_[static_cast<std::size_t>(i)] = beats_[static_cast<std::size_t>(i)].rho;
    }
    const double score = median_of(scratch_.data(), n);
    if (score > best) {
      best = score;
      pattern_ = seed;
    }
  }
  if (best < 0) return false;
  for (Candidate& b : beats_) {
    match(slow, b, pattern_.data());
    b.matched = b.rho >= 0.8 * options_.least_correlation;
  }
  for (int round = 0; round < kRounds; ++round) {
    std::fill(pattern_.begin(), pattern_.end(), 0);
    for (const Candidate& b : beats_) {
      if (b.matched) add(pattern_, b, 1);
    }
    for (Candidate& b : beats_) {
      others_ = pattern_;  // a beat is not compared with itself
      if (b.matched) add(others_, b, -1);
      const double norm = std::sqrt(dot(others_.data(), others_.data(), taps));
      if (!(norm > 0)) return false;
      for (double& v : others_) v /= norm;
      match(slow, b, others_.data());
    }
    for (Candidate& b : beats_) b.matched = b.rho >= options_.least_correlation;
  }
  // Beats lie where their energy does on the whole, whichever of them the others were aligned with.
  for (Index i = 0; i < n; ++i) scratch_[static_cast<std::size_t>(i)] = beats_[static_cast<std::size_t>(i)].shift;
  const double off = median_of(scratch_.data(), n);
  for (Candidate& b : beats_) b.shift -= off;
  return true;
}

// Whether the matched beats are so many, so alike and so timed as a heart's; sets their interval.
bool EcgRemoval::is_heart() noexcept {
  Index n = 0;
  Index intervals = 0;
  double sum = 0;
  double previous = -1;
  for (const Candidate& b : beats_) {
    if (!b.matched) continue;
    const double t = time(b) / rate_.hertz();
    if (n > 0) scratch_[static_cast<std::size_t>(intervals++)] = t - previous;
    previous = t;
    sum += b.rho;
    ++n;
  }
  if (n < options_.least_beats || sum < kLeastMeanCorrelation * static_cast<double>(n)) return false;
  interval_s_ = median_of(scratch_.data(), intervals);
  if (!(interval_s_ >= 60 / options_.fastest_bpm && interval_s_ <= 60 / options_.slowest_bpm)) return false;
  const Index regular = std::count_if(scratch_.begin(), scratch_.begin() + intervals,
                                      [this](double t) { return std::abs(t - interval_s_) <= kRegular * interval_s_; });
  if (2 * regular < intervals) return false;
  Index there = 0;
  for (Index b = step_ / block_; b < (kSteps - 1) * step_ / block_; ++b)
    there += std::isfinite(smooth_[static_cast<std::size_t>(b)]) ? 1 : 0;
  const double seconds = static_cast<double>(there * block_) / rate_.hertz();
  return static_cast<double>(n) * interval_s_ >= kLeastCover * seconds;
}

// --- removing ---------------------------------------------------------------------------------------------------------

void EcgRemoval::subtract(Index channel) noexcept {
  EcgReport& report = report_[static_cast<std::size_t>(channel)];
  Wave wave;
  // Beats of unlike height would hide what does not belong to them, so they are brought to one height first.
  for (Candidate& b : beats_) b.amplitude = 1;
  for (int round = 0; round < 2; ++round) {
    if (!draw_slow_template(channel)) return;
    for (Candidate& b : beats_) b.amplitude = amplitude(channel, b);
  }
  if (!reaches(channel) || !draw_template(channel, wave)) return;
  ++report.steps_with_ecg;
  report.rate_bpm += 60 / interval_s_;  // sums until report()
  report.height += wave.height;
  double* removed = removed_.data() + channel * 3 * step_;
  const Index base = (kMiddle - 1) * step_;
  const Index length = wave.before + wave.after;
  const double middle = middle_of(wave);
  for (const Candidate& b : beats_) {
    // By its peak of energy, which is the same in every step: no beat is taken twice or left out.
    if (b.centre * slow_ < kMiddle * step_ || b.centre * slow_ >= (kMiddle + 1) * step_) continue;
    const double at = time(b);
    if (!b.matched) {
      ++report.unmatched;
      continue;
    }
    const double scale = b.amplitude;
    const auto first = static_cast<Index>(std::ceil(at)) - wave.before + 1;
    for (Index i = first; i < first + length - 4; ++i) {
      removed[i - base] += scale * interpolate(template_.data(), static_cast<double>(i) - at + static_cast<double>(wave.before));
    }
    ++report.beats;
    if (taken_.size() < taken_.capacity()) taken_.push_back({channel, static_cast<double>(origin_) + at + middle, scale});
  }
}

// The template at 10 to 100 Hz, from which amplitudes are told; false: there is none.
bool EcgRemoval::draw_slow_template(Index channel) noexcept {
  const double* slow = this->slow(channel);
  const Index taps = 2 * half_ + 1;
  slow_power_ = 0;
  for (Index k = 0; k < taps; ++k) {
    Index n = 0;
    for (const Candidate& b : beats_) {
      if (!use(b)) continue;
      scratch_[static_cast<std::size_t>(n++)] = interpolate(slow, static_cast<double>(b.centre - half_ + k) + b.shift) / b.amplitude;
    }
    if (n < options_.least_beats / 2) return false;
    const double v = middle_mean(scratch_.data(), n);
    slow_template_[static_cast<std::size_t>(k)] = v;
    slow_power_ += v * v;
  }
  return slow_power_ > 0 && std::isfinite(slow_power_);
}

// With a reference the beats are the heart's for sure, but whether they reach this channel is not.
bool EcgRemoval::reaches(Index channel) const noexcept {
  if (reference_ == kNoReference) return true;
  const double* slow = this->slow(channel);
  const Index taps = 2 * half_ + 1;
  double sum = 0;
  Index n = 0;
  const auto count = static_cast<double>(std::count_if(beats_.begin(), beats_.end(), [](const Candidate& b) { return b.matched; }));
  for (const Candidate& b : beats_) {
    if (!b.matched) continue;
    double cross = 0;
    double power = 0;
    for (Index k = 0; k < taps; ++k) {
      const double v = interpolate(slow, static_cast<double>(b.centre - half_ + k) + b.shift);
      cross += v * slow_template_[static_cast<std::size_t>(k)];
      power += v * v;
    }
    sum += power > 0 ? (cross - power / count) / std::sqrt(power * slow_power_) : 0;  // without its own part of the template
    ++n;
  }
  return sum >= kLeastWithReference * static_cast<double>(n);
}

// Mean of the middle half of the beats at every sample around their middle, faded out at both ends.
bool EcgRemoval::draw_template(Index channel, Wave& wave) noexcept {
  const double fs = rate_.hertz();
  // At high rates, where one beat's T wave meets the next one's P wave, the templates fade into one another.
  wave.before = static_cast<Index>(std::min(kBefore_s, kBeforeOfInterval * interval_s_ + kTaper_s / 2) * fs);
  wave.after = static_cast<Index>(std::min(kAfter_s, kAfterOfInterval * interval_s_ + kTaper_s / 2) * fs);
  const Index length = wave.before + wave.after;
  const double* x = samples(channel);
  Index n = 0;
  for (const Candidate& b : beats_) {
    if (!use(b)) continue;
    double sum = 0;
    for (Index k = 0; k < length; ++k) {
      const double v = interpolate(x, time(b) + static_cast<double>(k - wave.before)) / b.amplitude;
      gathered_[static_cast<std::size_t>(k * kMostBeats + n)] = v;
      sum += v;
    }
    if (!std::isfinite(sum)) continue;
    const double mean = sum / static_cast<double>(length);
    for (Index k = 0; k < length; ++k) gathered_[static_cast<std::size_t>(k * kMostBeats + n)] -= mean;
    ++n;
  }
  if (n < options_.least_beats / 2) return false;
  for (Index k = 0; k < length; ++k) template_[static_cast<std::size_t>(k)] = middle_mean(gathered_.data() + k * kMostBeats, n);
  // Both ends are brought to zero: what a beat does not explain there is not the heart's.
  const Index taper = std::min(length / 2, static_cast<Index>(kTaper_s * fs));
  double start = 0;
  double end = 0;
  for (Index k = 0; k < taper; ++k) {
    start += template_[static_cast<std::size_t>(k)] / static_cast<double>(taper);
    end += template_[static_cast<std::size_t>(length - 1 - k)] / static_cast<double>(taper);
  }
  double low = 0;
  double high = 0;
  for (Index k = 0; k < length; ++k) {
    const double edge = static_cast<double>(std::min(k, length - 1 - k)) / static_cast<double>(taper);
    const double fade = edge >= 1 ? 1 : 0.5 - 0.5 * std::cos(std::numbers::pi * edge);
    const double line = start + (end - start) * static_cast<double>(k) / static_cast<double>(length - 1);
    const double v = fade * (template_[static_cast<std::size_t>(k)] - line);
    template_[static_cast<std::size_t>(k)] = v;
    low = std::min(low, v);
    high = std::max(high, v);
  }
  wave.height = high - low;
  return true;
}

// Where the middle of the QRS complex lies behind the beats' times, which follow filters that lag and blocks of energy: the centre of the
// template's power within 60 ms, looked for around what was found before.
double EcgRemoval::middle_of(const Wave& wave) const noexcept {
  const double half = kHalf_s * rate_.hertz();
  const double reach = kReach_s * rate_.hertz();
  double middle = 0;
  for (int round = 0; round < kRounds; ++round) {
    double power = 0;
    double moment = 0;
    for (auto k = static_cast<Index>(std::ceil(middle - half)); static_cast<double>(k) <= middle + half; ++k) {
      const double v = template_[static_cast<std::size_t>(wave.before + k)];
      power += v * v;
      moment += v * v * static_cast<double>(k);
    }
    if (!(power > 0) || !std::isfinite(moment / power)) return 0;
    middle = std::clamp(moment / power, -reach, reach);
  }
  return middle;
}

bool EcgRemoval::use(const Candidate& beat) const noexcept { return beat.matched && beat.amplitude >= kLeastAmplitude; }

// How large a beat is beside its template, drawn towards 1 the less its noise lets it say.
double EcgRemoval::amplitude(Index channel, const Candidate& beat) const noexcept {
  const double* slow = this->slow(channel);
  const Index taps = 2 * half_ + 1;
  double cross = 0;
  double power = 0;
  for (Index k = 0; k < taps; ++k) {
    const double v = interpolate(slow, static_cast<double>(beat.centre - half_ + k) + beat.shift);
    cross += v * slow_template_[static_cast<std::size_t>(k)];
    power += v * v;
  }
  const double fitted = cross / slow_power_;
  const double rest = std::max(0.0, power - fitted * cross) / static_cast<double>(taps - 1);
  const double variance = kNoiseDependence * rest / slow_power_;
  const double trust = kAmplitudeSpread * kAmplitudeSpread / (kAmplitudeSpread * kAmplitudeSpread + variance);
  return std::max(0.0, 1 + trust * (fitted - 1));
}

std::vector<EcgReport> EcgRemoval::report() const {
  std::vector<EcgReport> out = report_;
  for (EcgReport& r : out) {
    const auto n = static_cast<double>(r.steps_with_ecg);
    r.rate_bpm = r.steps_with_ecg == 0 ? kNaN : r.rate_bpm / n;
    r.height = r.steps_with_ecg == 0 ? kNaN : r.height / n;
  }
  return out;
}

std::vector<EcgBeat> EcgRemoval::take_beats() {
  std::vector<EcgBeat> out = taken_;
  taken_.clear();
  return out;
}

template <class T>
EcgCleaned<T> remove_ecg(ConstBlock<T> x, SampleRate rate, const EcgOptions& options, Index reference) {
  EcgRemoval removal(options, rate, x.channels(), reference);
  EcgCleaned<T> out;
  out.x.resize(x.rows(), x.channels());
  process_without_delay<T>(removal, x, Block<T>(out.x), [&] {
    for (const EcgBeat& b : removal.take_beats()) out.beats.push_back(b);
  });
  std::stable_sort(out.beats.begin(), out.beats.end(), [](const EcgBeat& a, const EcgBeat& b) { return a.channel < b.channel; });
  out.report = removal.report();
  return out;
}
template EcgCleaned<float> remove_ecg<float>(ConstBlock<float>, SampleRate, const EcgOptions&, Index);
template EcgCleaned<double> remove_ecg<double>(ConstBlock<double>, SampleRate, const EcgOptions&, Index);

}  // namespace myocramp
