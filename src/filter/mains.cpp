#include "myocramp/filter/mains.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <utility>

#include "myocramp/core/error.hpp"
#include "myocramp/filter/delayed.hpp"
#include "myocramp/spectral/window.hpp"

namespace myocramp {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kPi = std::numbers::pi;
constexpr std::array kMains = {50.0, 60.0};
constexpr Index kVoters = 5;               // multiples that the search for the mains looks at
constexpr double kLog10Alpha = -6;         // of the search for the mains
constexpr Index kNeighbours = 16;          // bins on each side that tell the level without hum
constexpr Index kMainLobe = 3;             // bins around a line that are always lowered
constexpr Index kWidestZone = 24;          // bins
constexpr Index kFirstNeighbour = 6;       // bins from a line, behind its main lobe
constexpr double kLevelDegrees = 12;       // of freedom, of the median of so many neighbours; held by a test
constexpr double kLeastAmplitude = 1e-12;  // of the window's largest sample: below, rounding makes lines
constexpr int kFillRounds = 5;

// log10 of the chance that the highest of `bins` is `ratio` times the level, an exponential law over a level that is estimated itself.
double log10_chance(double ratio, double bins) {
  return std::min(0.0, std::log10(bins) - kLevelDegrees * std::log10(1 + ratio / kLevelDegrees));
}

// log10 of P(at least k of n) at probability p.
double log10_binomial_tail(Index k, Index n, double p) {
  if (k <= 0) return 0;
  const auto logs = [&](Index i) {
    const auto a = static_cast<double>(i);
    const auto b = static_cast<double>(n - i);
    return std::lgamma(static_cast<double>(n) + 1) - std::lgamma(a + 1) - std::lgamma(b + 1) + a * std::log(p) + b * std::log1p(-p);
  };
  double most = logs(k);
  for (Index i = k; i <= n; ++i) most = std::max(most, logs(i));
  double sum = 0;
  for (Index i = k; i <= n; ++i) sum += std::exp(logs(i) - most);
  return std::min(0.0, (most + std::log(sum)) / std::numbers::ln10);
}

Index count_finite(const double* x, Index n) noexcept {
  Index count = 0;
  for (Index i = 0; i < n; ++i) count += std::isfinite(x[i]) ? 1 : 0;
  return count;
}

MainsOptions checked(const MainsOptions& options) {
  check(options, "mains");
  if (options.mains_hz != 0 && options.mains_hz < 10) {
    throw InvalidArgument({"E-OPTION", "", "mains.mains_hz", "0 (auto), or 10 to 1000 Hz", detail::number(options.mains_hz)});
  }
  return options;
}

}  // namespace

namespace detail {

MainsSpectrum::MainsSpectrum(const MainsOptions& options, SampleRate rate)
    : options_(checked(options)),
      rate_(rate.hertz()),
      hop_(std::max<Index>(8, rate.round(Seconds(options.window_s / 4)))),
      bin_hz_(rate.hertz() / static_cast<double>(4 * hop_)),
      fft_(4 * hop_),
      window_(hann(4 * hop_)),
      power_(static_cast<std::size_t>(fft_.bins())),
      differences_(power_.size()) {
  sorted_.reserve(2 * kNeighbours + 2);
}

// All multiples that keep a main lobe's distance from the Nyquist frequency wherever the mains drifts.
Index MainsSpectrum::harmonics(double mains_hz) const noexcept {
  if (mains_hz == 0) return 0;
  const double room = rate_ / 2 - static_cast<double>(kFirstNeighbour) * bin_hz_;
  const auto all = static_cast<Index>(std::floor(room / (mains_hz + options_.drift_hz)));
  return std::max<Index>(0, options_.harmonics == 0 ? all : std::min<Index>(all, options_.harmonics));
}

void MainsSpectrum::load(const double* x, const std::vector<MainsLine>* fill, Index offset) noexcept {
  const Index n = length();
  double sum = 0;
  Index finite = 0;
  largest_ = 0;
  for (Index i = 0; i < n; ++i) {
    if (!std::isfinite(x[i])) continue;
    sum += x[i];
    ++finite;
  }
  const double mean = finite == 0 ? 0 : sum / static_cast<double>(finite);
  const std::span<double> values = fft_.values();
  for (Index i = 0; i < n; ++i) {
    double v = 0;
    if (std::isfinite(x[i])) {
      v = x[i] - mean;
      largest_ = std::max(largest_, std::abs(x[i]));
    } else if (fill != nullptr) {
      const auto t = static_cast<double>(i - offset - n / 2);
      for (const MainsLine& line : *fill) {
        if (line.found) v += line.amplitude * std::cos(2 * kPi * line.frequency_hz / rate_ * t + line.phase);
      }
    }
    values[static_cast<std::size_t>(i)] = v * window(i);
  }
  fft_.forward();
  const auto spectrum = fft_.spectrum();
  for (std::size_t k = 0; k < power_.size(); ++k) power_[k] = std::norm(spectrum[k]);
}

// Mean power of the bins of two stretches, told by their median so that other lines do not matter; NaN: there are too few.
double MainsSpectrum::level(BandBins below, BandBins above) noexcept {
  sorted_.clear();
  for (const BandBins& side : {below, above}) {
    const Index last = std::min(side.last, fft_.bins() - 2);
    for (Index k = std::max<Index>(side.first, 1); k <= last; ++k) sorted_.push_back(power_[static_cast<std::size_t>(k)]);
  }
  if (static_cast<Index>(sorted_.size()) < kNeighbours / 2) return kNaN;
  const auto middle = sorted_.begin() + static_cast<std::ptrdiff_t>(sorted_.size() / 2);
  std::nth_element(sorted_.begin(), middle, sorted_.end());
  return *middle / std::numbers::ln2;
}

void MainsSpectrum::find(double mains_hz, std::vector<MainsLine>& lines) noexcept {
  const auto spectrum = fft_.spectrum();
  const double smallest = kLeastAmplitude * largest_ * static_cast<double>(length()) / 4;  // a line's height is amplitude * n / 4
  const double log10_p = std::log10(options_.p_fa);
  double base = mains_hz;
  double spread = options_.drift_hz;
  for (std::size_t j = 0; j < lines.size(); ++j) {
    const auto h = static_cast<double>(j + 1);
    MainsLine& line = lines[j];
    line = {static_cast<int>(j + 1), false, h * base, 0, 0, 0};
    const double middle = h * base / bin_hz_;
    const double half = h * spread / bin_hz_ + 0.5;
    const Index first = std::max<Index>(2, static_cast<Index>(std::ceil(middle - half)));
    const Index last = std::min<Index>(fft_.bins() - 3, static_cast<Index>(std::floor(middle + half)));
    if (first > last) continue;
    const auto top = std::max_element(power_.begin() + first, power_.begin() + last + 1);
    const Index k = top - power_.begin();
    const double noise =
        level({k - kFirstNeighbour - kNeighbours + 1, k - kFirstNeighbour}, {k + kFirstNeighbour, k + kFirstNeighbour + kNeighbours - 1});
    if (!(*top > noise * kLevelDegrees / 4) || !(*top > smallest * smallest) || !std::isfinite(*top)) continue;
    line.log10_chance = noise > 0 ? log10_chance(*top / noise, static_cast<double>(last - first + 1)) : -300;
    if (!(line.log10_chance < log10_p)) continue;
    // Two bins of a Hann window tell where between them a line lies.
    const double height = std::sqrt(*top);
    const double left = std::sqrt(power_[static_cast<std::size_t>(k - 1)]);
    const double right = std::sqrt(power_[static_cast<std::size_t>(k + 1)]);
    const double ratio = std::max(left, right) / height;
    const double shift = std::clamp((2 * ratio - 1) / (ratio + 1), 0.0, 0.5) * (right >= left ? 1 : -1);
    line.found = true;
    line.frequency_hz = (static_cast<double>(k) + shift) * bin_hz_;
    line.amplitude = height / hann_lobe(shift) * 4 / static_cast<double>(length());
    line.phase = std::arg(spectrum[static_cast<std::size_t>(k)]) + (k % 2 == 0 ? 0 : kPi);
    base = line.frequency_hz / h;
    spread = 0.3 * bin_hz_ / h;
  }
}

void MainsSpectrum::analyse(const double* x, double mains_hz, std::vector<MainsLine>& lines) noexcept {
  load(x, nullptr, 0);
  find(mains_hz, lines);
  if (count_finite(x, length()) == length()) return;
  for (int round = 0; round < kFillRounds; ++round) {
    load(x, &lines, 0);
    find(mains_hz, lines);
  }
}

void MainsSpectrum::analyse(const double* x, double mains_hz, const std::vector<MainsLine>& fill, Index offset,
                            std::vector<MainsLine>& lines) noexcept {
  load(x, &fill, offset);
  find(mains_hz, lines);
}

const double* MainsSpectrum::excess(const std::vector<MainsLine>& lines) noexcept {
  const auto spectrum = fft_.spectrum();
  const auto zone_of = [&](const MainsLine& line) -> BandBins {
    const double middle = line.frequency_hz / bin_hz_;
    const double height = line.found ? line.amplitude * static_cast<double>(length()) / 4 : 0;
    const auto at = static_cast<Index>(std::llround(middle));
    const double noise = level({at - kFirstNeighbour - kNeighbours + 1, at - kFirstNeighbour},
                               {at + kFirstNeighbour, at + kFirstNeighbour + kNeighbours - 1});
    // As far as the feet of the line stand out of what is beside them.
    Index half = kMainLobe;
    while (half < kWidestZone) {
      const auto b = static_cast<double>(half);
      if (!(height / (kPi * b * (b * b - 1)) > 0.5 * std::sqrt(noise))) break;
      ++half;
    }
    return {static_cast<Index>(std::ceil(middle - static_cast<double>(half))),
            static_cast<Index>(std::floor(middle + static_cast<double>(half)))};
  };
  bool any = false;
  differences_.assign(differences_.size(), {});
  for (const MainsLine& line : lines) {
    if (line.harmonic == 0) continue;
    BandBins zone = zone_of(line);
    const double below = level({zone.first - kNeighbours / 2, zone.first - 1}, {0, -1});
    const double above = level({0, -1}, {zone.last + 1, zone.last + kNeighbours / 2});
    if (std::isnan(below) && std::isnan(above)) continue;
    const double from = std::sqrt(std::isnan(below) ? above : below);
    const double to = std::sqrt(std::isnan(above) ? below : above);
    zone.first = std::max<Index>(zone.first, 1);
    zone.last = std::min<Index>(zone.last, fft_.bins() - 2);
    for (Index k = zone.first; k <= zone.last; ++k) {
      const auto i = static_cast<std::size_t>(k);
      const double share = static_cast<double>(k - zone.first + 1) / static_cast<double>(zone.last - zone.first + 2);
      const double wanted = from + share * (to - from);
      const double height = std::sqrt(power_[i]);
      if (!(height > wanted) || !std::isfinite(height)) continue;
      differences_[i] = spectrum[i] * (1 - wanted / height);
      any = true;
    }
  }
  if (!any) return nullptr;
  std::copy(differences_.begin(), differences_.end(), spectrum.begin());
  fft_.inverse();
  return fft_.values().data();
}

}  // namespace detail

// --- finder -----------------------------------------------------------------------------------------------------------

MainsFinder::MainsFinder(const MainsOptions& options, SampleRate rate, Index channels)
    : options_(options),
      channels_(channels),
      spectrum_(options, rate),
      samples_(static_cast<std::size_t>(channels * spectrum_.length())),
      windows_(static_cast<std::size_t>(channels), 0),
      votes_(static_cast<std::size_t>(channels) * kMains.size()) {
  for (std::size_t i = 0; i < votes_.size(); ++i) {
    const double mains_hz = kMains[i % kMains.size()];
    if (options.mains_hz != 0 && options.mains_hz != mains_hz) continue;
    votes_[i].multiples.resize(static_cast<std::size_t>(spectrum_.harmonics(mains_hz)));
    lines_.reserve(votes_[i].multiples.size());
  }
}

template <class T>
void MainsFinder::add(ConstBlock<T> x) noexcept {
  const Index n = spectrum_.length();
  for (Index row = 0; row < x.rows();) {
    const Index count = std::min(x.rows() - row, n - filled_);
    for (Index c = 0; c < channels_; ++c) {
      double* to = samples_.data() + c * n + filled_;
      for (Index i = 0; i < count; ++i) to[i] = static_cast<double>(x(row + i, c));
    }
    row += count;
    filled_ += count;
    if (filled_ < n) return;
    filled_ = 0;
    for (Index c = 0; c < channels_; ++c) look(c);
  }
}
template void MainsFinder::add<float>(ConstBlock<float>) noexcept;
template void MainsFinder::add<double>(ConstBlock<double>) noexcept;

void MainsFinder::look(Index channel) noexcept {
  const Index n = spectrum_.length();
  const double* x = samples_.data() + channel * n;
  if (static_cast<double>(count_finite(x, n)) < detail::MainsSpectrum::kLeastFinite * static_cast<double>(n)) return;
  ++windows_[static_cast<std::size_t>(channel)];
  bool transformed = false;
  for (std::size_t m = 0; m < kMains.size(); ++m) {
    Votes& votes = votes_[static_cast<std::size_t>(channel) * kMains.size() + m];
    if (votes.multiples.empty()) continue;
    lines_.resize(votes.multiples.size());
    if (transformed) {
      spectrum_.find(kMains[m], lines_);
    } else {
      spectrum_.analyse(x, kMains[m], lines_);
      transformed = count_finite(x, n) == n;  // else gaps were filled with these lines
    }
    double clearest = 0;
    double frequency_hz = 0;
    bool found = false;
    for (std::size_t j = 0; j < lines_.size(); ++j) {
      const MainsLine& line = lines_[j];
      if (!line.found) continue;
      ++votes.multiples[j].found;
      votes.multiples[j].clearest = std::min(votes.multiples[j].clearest, line.log10_chance);
      if (static_cast<Index>(j) >= kVoters) continue;
      found = true;
      clearest = std::min(clearest, line.log10_chance);
      frequency_hz = line.frequency_hz / line.harmonic;
    }
    votes.positive += found ? 1 : 0;
    votes.clearest = std::min(votes.clearest, clearest);
    if (votes.frequency_hz == 0) votes.frequency_hz = frequency_hz;
  }
}

std::vector<MainsEvidence> MainsFinder::evidence() const {
  std::vector<MainsEvidence> out;
  for (Index c = 0; c < channels_; ++c) {
    const auto i = static_cast<std::size_t>(c);
    MainsEvidence best{0, windows_[i], 0, 0, 0, {}};
    std::size_t which = 0;
    for (std::size_t m = 0; m < kMains.size(); ++m) {
      const Votes& v = votes_[i * kMains.size() + m];
      if (v.positive == 0) continue;
      const double many = log10_binomial_tail(v.positive, windows_[i], static_cast<double>(kVoters) * options_.p_fa);
      const double clear = std::log10(static_cast<double>(kVoters * windows_[i])) + v.clearest;
      const double chance = std::min(many, clear);
      const bool better = best.positive == 0 || v.positive > best.positive ||
                          (v.positive == best.positive && v.clearest < votes_[i * kMains.size() + which].clearest);
      if (!better) continue;
      which = m;
      best.positive = v.positive;
      best.log10_chance = std::min(0.0, chance);
    }
    if (options_.mains_hz != 0) which = options_.mains_hz == kMains.back() ? kMains.size() - 1 : 0;
    if (best.log10_chance < kLog10Alpha || options_.mains_hz != 0) best.mains_hz = kMains[which];
    best.frequency_hz = votes_[i * kMains.size() + which].frequency_hz;
    for (const Multiple& m : votes_[i * kMains.size() + which].multiples) {
      best.log10_chances.push_back(std::min(log10_binomial_tail(m.found, windows_[i], options_.p_fa),
                                            std::log10(static_cast<double>(std::max<Index>(1, windows_[i]))) + m.clearest));
    }
    out.push_back(best);
  }
  return out;
}

// --- removal ----------------------------------------------------------------------------------------------------------

MainsRemoval::MainsRemoval(const MainsOptions& options, SampleRate rate, std::vector<double> mains_hz)
    : options_(options),
      channels_(static_cast<Index>(mains_hz.size())),
      mains_hz_(std::move(mains_hz)),
      spectrum_(options, rate),
      hop_(spectrum_.hop()),
      hold_(static_cast<Index>(std::ceil(options.hold_s * rate.hertz() / static_cast<double>(hop_)))),
      samples_(static_cast<std::size_t>(channels_ * 12 * hop_)),
      removed_(static_cast<std::size_t>(channels_ * 4 * hop_)),
      out_(static_cast<std::size_t>(channels_ * hop_)),
      base_hz_(mains_hz_.size()),
      left_(mains_hz_.size()),
      report_(mains_hz_.size()) {
  std::size_t most = 0;
  for (std::size_t c = 0; c < mains_hz_.size(); ++c) {
    if (mains_hz_[c] != 0 && !(mains_hz_[c] < rate.nyquist() && mains_hz_[c] > 0)) {
      throw DataError({"E-BAND", "", "mains.mains_hz", "below the Nyquist frequency of " + detail::number(rate.nyquist()) + " Hz",
                       detail::number(mains_hz_[c]) + " Hz"});
    }
    left_[c].resize(static_cast<std::size_t>(spectrum_.harmonics(mains_hz_[c])));
    report_[c].lines.resize(left_[c].size());
    most = std::max(most, left_[c].size());
  }
  lines_.reserve(most);
  beside_.reserve(most);
  reset();
}

void MainsRemoval::reset() noexcept {
  std::fill(samples_.begin(), samples_.end(), kNaN);
  std::fill(removed_.begin(), removed_.end(), 0);
  std::fill(out_.begin(), out_.end(), kNaN);
  filled_ = 7 * hop_;  // the first window begins three hops ahead of the first sample
  for (std::size_t c = 0; c < mains_hz_.size(); ++c) {
    base_hz_[c] = mains_hz_[c];
    std::fill(left_[c].begin(), left_[c].end(), 0);
    MainsReport& r = report_[c];
    r.mains_hz = mains_hz_[c];
    r.windows = r.unchanged = 0;
    for (std::size_t j = 0; j < r.lines.size(); ++j) r.lines[j] = {static_cast<double>(j + 1) * mains_hz_[c], 0, 0, 0, 0, 0};
  }
}

template <class T>
void MainsRemoval::process(ConstBlock<T> x, Block<T> y) noexcept {
  for (Index row = 0; row < x.rows();) {
    const Index at = filled_ % hop_;
    const Index count = std::min(x.rows() - row, hop_ - at);
    for (Index c = 0; c < channels_; ++c) {
      double* to = samples(c) + filled_;
      const double* from = out_.data() + c * hop_ + at;
      for (Index i = 0; i < count; ++i) {
        to[i] = static_cast<double>(x(row + i, c));
        y(row + i, c) = static_cast<T>(from[i]);
      }
    }
    row += count;
    filled_ += count;
    if (filled_ == 12 * hop_) step();
  }
}
template void MainsRemoval::process<float>(ConstBlock<float>, Block<float>) noexcept;
template void MainsRemoval::process<double>(ConstBlock<double>, Block<double>) noexcept;

// One window further: its first hop is done, all windows over it have been cleaned.
void MainsRemoval::step() noexcept {
  constexpr double kOverlap = 1.5;  // sum of the squared Hann windows over a sample
  for (Index c = 0; c < channels_; ++c) {
    double* x = samples(c);
    double* removed = removed_.data() + c * 4 * hop_;
    double* out = out_.data() + c * hop_;
    if (!left_[static_cast<std::size_t>(c)].empty()) clean(c);
    for (Index i = 0; i < hop_; ++i) out[i] = std::isfinite(x[4 * hop_ + i]) ? x[4 * hop_ + i] - removed[i] / kOverlap : kNaN;
    std::copy(removed + hop_, removed + 4 * hop_, removed);
    std::fill(removed + 3 * hop_, removed + 4 * hop_, 0);
    std::copy(x + hop_, x + 12 * hop_, x);
  }
  filled_ = 11 * hop_;
}

// Looks for the lines in the window of a channel; false: there are too few samples to tell.
bool MainsRemoval::look(Index channel) noexcept {
  const Index n = 4 * hop_;
  const double* all = samples(channel);
  const double* x = all + n;
  const double mains = mains_hz_[static_cast<std::size_t>(channel)];
  const Index here = count_finite(x, n);
  if (here == n) {
    spectrum_.analyse(x, mains, lines_);
    return true;
  }
  if (here == 0) return false;
  // The hum of the window within reach that has the most samples, the nearest of those, fills the gaps of this one.
  Index best = count_finite(all, n);
  Index start = 0;
  Index count = best;
  for (Index i = 1; i <= 2 * n; ++i) {
    count += (std::isfinite(all[i + n - 1]) ? 1 : 0) - (std::isfinite(all[i - 1]) ? 1 : 0);
    if (count > best || (count == best && std::abs(i - n) < std::abs(start - n))) {
      best = count;
      start = i;
    }
  }
  if (static_cast<double>(best) < detail::MainsSpectrum::kLeastFinite * static_cast<double>(n)) return false;
  beside_.resize(lines_.size());
  spectrum_.analyse(all + start, mains, beside_);
  spectrum_.analyse(x, mains, beside_, start - n, lines_);
  return true;
}

void MainsRemoval::clean(Index channel) noexcept {
  const auto c = static_cast<std::size_t>(channel);
  lines_.resize(left_[c].size());
  if (!look(channel)) {
    report_[c].unchanged += count_finite(samples(channel) + 5 * hop_, hop_);
    return;
  }
  note(channel);
  const double* excess = spectrum_.excess(lines_);
  if (excess == nullptr) return;
  double* removed = removed_.data() + channel * 4 * hop_;
  for (Index i = 0; i < 4 * hop_; ++i) removed[i] += excess[i] / static_cast<double>(4 * hop_) * spectrum_.window(i);
}

// Keeps what was found for the report and for the windows to come, and puts a line that is only held where it must be by now.
void MainsRemoval::note(Index channel) noexcept {
  const auto c = static_cast<std::size_t>(channel);
  MainsReport& report = report_[c];
  ++report.windows;
  const auto first = std::find_if(lines_.rbegin(), lines_.rend(), [](const MainsLine& l) { return l.found; });
  if (first != lines_.rend()) base_hz_[c] = first->frequency_hz / first->harmonic;
  for (std::size_t j = 0; j < lines_.size(); ++j) {
    MainsLine& line = lines_[j];
    Index& left = left_[c][j];
    if (line.found) {
      left = hold_;
      MainsReport::Harmonic& r = report.lines[j];
      const double square = line.amplitude * line.amplitude;
      r.lowest_hz = r.found == 0 ? line.frequency_hz : std::min(r.lowest_hz, line.frequency_hz);
      r.highest_hz = r.found == 0 ? line.frequency_hz : std::max(r.highest_hz, line.frequency_hz);
      ++r.found;
      r.mean_square += square;  // sums until report()
      r.frequency_hz += square * line.frequency_hz;
    } else if (left > 0) {
      --left;
      line.frequency_hz = static_cast<double>(line.harmonic) * base_hz_[c];
    } else {
      line.harmonic = 0;  // nothing to be removed there
    }
  }
}

std::vector<MainsReport> MainsRemoval::report() const {
  std::vector<MainsReport> out = report_;
  for (MainsReport& r : out) {
    for (MainsReport::Harmonic& line : r.lines) {
      line.frequency_hz = line.found == 0 ? kNaN : line.frequency_hz / line.mean_square;
      line.mean_square = line.found == 0 ? 0 : line.mean_square / static_cast<double>(line.found);
      if (line.found == 0) line.lowest_hz = line.highest_hz = kNaN;
    }
  }
  return out;
}

template <class T>
MainsCleaned<T> remove_mains(ConstBlock<T> x, SampleRate rate, const MainsOptions& options) {
  const Index n = x.rows();
  std::vector<double> mains(static_cast<std::size_t>(x.channels()), options.mains_hz);
  MainsCleaned<T> out;
  {
    MainsFinder finder(options, rate, x.channels());
    const Index window = detail::MainsSpectrum(options, rate).length();
    if (n < window) {
      throw DataError({"E-SHORT", "", "signal", "at least " + std::to_string(window) + " samples, one window", std::to_string(n)});
    }
    if (options.mains_hz == 0) {
      finder.add(x);
      out.evidence = finder.evidence();
      for (std::size_t c = 0; c < mains.size(); ++c) mains[c] = out.evidence[c].mains_hz;
    }
  }
  MainsRemoval removal(options, rate, mains);
  out.x.resize(n, x.channels());
  process_without_delay<T>(removal, x, Block<T>(out.x), [] {});
  out.report = removal.report();
  return out;
}
template MainsCleaned<float> remove_mains<float>(ConstBlock<float>, SampleRate, const MainsOptions&);
template MainsCleaned<double> remove_mains<double>(ConstBlock<double>, SampleRate, const MainsOptions&);

}  // namespace myocramp
