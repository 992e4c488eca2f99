#include "study/hum_removal.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <string_view>

#include "myocramp/filter/mains.hpp"
#include "myocramp/spectral/window.hpp"
#include "study/hum_kernels.hpp"

namespace myocramp {
namespace {

using Complex = std::complex<double>;

constexpr double kTurn = 2 * std::numbers::pi;
constexpr double kDrift = 1;      // Hz, how far the mains may be from its nominal frequency
constexpr double kSpread = 0.15;  // Hz, by which the mains is expected to move in a few seconds
constexpr std::array kNear = {1.0, 0.75, 0.25};
constexpr double kLike = 8;            // times the noise, from which on hum beside a segment is not that in it
constexpr double kAsSteep = 0.9;       // of the steepest change
constexpr double kShrink = 3;          // times the noise: hum that is no stronger is left
constexpr double kLog10Multiple = -4;  // chance at which a multiple is not taken for hum
constexpr double kClear = 16;          // times the noise, of a switch
constexpr double kLeastFinite = 0.8;   // of a segment in which single samples are missing
constexpr double kLeastRun = 0.4;      // of a segment that lies beside a gap
constexpr double kRounding = 1e-9;     // of a sine's power, is taken for noise at least
constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kPlaceEvery = 300;  // s
constexpr Index kLeastPlaces = 5;
constexpr Index kMostPlaces = 96;
constexpr Index kWindowsTogether = 2;

// Without the care for infinite numbers that the standard's operator takes.
Complex times(Complex a, Complex b) { return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()}; }

Complex unit(double turns) { return std::polar(1.0, kTurn * (turns - std::round(turns))); }

// A turn to higher and higher powers, one multiple after the other.
class Powers {
 public:
  explicit Powers(double turns) : once_(unit(turns)) {}
  Complex at(int power) {
    for (; power_ < power; ++power_) value_ = times(value_, once_);
    return value_;
  }

 private:
  Complex once_;
  Complex value_ = 1;
  int power_ = 0;
};

std::vector<double> taper(Index steps) {
  std::vector<double> w(static_cast<std::size_t>(steps));
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double half = std::sin(std::numbers::pi * (static_cast<double>(i) + 0.5) / static_cast<double>(steps));
    w[i] = half * half;
  }
  return w;
}

// The inner loops for the instruction set that runs.
const HumKernels& hum_kernels() {
  const std::string_view name = simd::kernels().name;
  return name == "avx512" ? kHumAvx512 : name == "avx2" ? kHumAvx2 : kHumBaseline;
}

}  // namespace

HumRemoval::HumRemoval(const Signal& signal, Mains mains, double highest_hz)
    : signal_(signal),
      channels_(static_cast<Index>(signal.channels.size())),
      rate_(signal.rate.hertz()),
      found_(signal.channels.size()),
      power_(signal.channels.size()) {
  if (mains != Mains::kNone) look(mains, highest_hz);
  if (multiples_.empty()) return;

  const auto lanes = static_cast<std::size_t>(channels_);
  tones_.assign(multiples_.begin(), multiples_.end());
  double mains_hz = 0;
  for (const Hum& hum : found_) mains_hz = std::max(mains_hz, hum.mains_hz);
  for (const int h : multiples_) {
    for (const double between : {h - 0.5, h + 0.5}) {
      const bool known = std::find(tones_.begin(), tones_.end(), between) != tones_.end();
      if (!known && (between + 0.1) * mains_hz < rate_ / 2) tones_.push_back(between);
    }
  }
  const double highest = *std::max_element(tones_.begin(), tones_.end()) * mains_hz;
  group_ = std::max<Index>(1, static_cast<Index>(rate_ / (4 * highest)));
  segment_ = std::max<Index>(1, signal.rate.round(Seconds(0.5)) / group_) * group_;
  whole_ = signal.samples / segment_;
  segments_ = whole_ + (signal.samples % segment_ == 0 ? 0 : 1);
  taper_ = taper(segment_ / group_);

  const std::size_t each = static_cast<std::size_t>(kKept) * multiples_.size() * lanes;
  hum_.resize(each);
  noise_.resize(each);
  sines_.resize(each);
  all_noise_.resize(static_cast<std::size_t>(kKept) * lanes);
  jump_.resize(all_noise_.size());
  hz_.resize(all_noise_.size());
  raw_.resize(std::min(kRows * segment_, signal.samples), channels_);
  last_.resize(tones_.size() * lanes);
  before_.resize(last_.size());
  tapered_.resize(taper_.size() * HumKernels::kTogether);
  run_.resize(5 * multiples_.size() * lanes);
}

// Stretches of a few windows, spread over the signal, tell the mains of each channel and its multiples.
void HumRemoval::look(Mains mains, double highest_hz) {
  MainsOptions options;
  if (mains == Mains::k50) options.mains_hz = 50;
  if (mains == Mains::k60) options.mains_hz = 60;
  options.harmonics = static_cast<int>(std::clamp(highest_hz / 50, 1.0, 1000.0));
  const Index window = detail::MainsSpectrum(options, signal_.rate).length();
  const Index windows = signal_.samples / window;
  if (windows == 0) return;
  MainsFinder finder(options, signal_.rate, channels_);
  const Index places = std::clamp<Index>(static_cast<Index>(signal_.duration_s() / kPlaceEvery), kLeastPlaces, kMostPlaces);
  const Index together = std::min(kWindowsTogether, windows);
  Samples<double> x(window, channels_);
  Index next = 0;
  for (Index p = 0; p < places; ++p) {
    const Index first = places == 1 ? 0 : p * (windows - together) / (places - 1);
    for (Index w = std::max(first, next); w < first + together; ++w) {
      signal_.source->read({w * window, (w + 1) * window}, x);
      finder.add<double>(x);
      next = w + 1;
    }
  }
  const std::vector<MainsEvidence> evidence = finder.evidence();
  std::vector<double> first_hz;
  for (std::size_t c = 0; c < found_.size(); ++c) {
    const MainsEvidence& e = evidence[c];
    Hum& hum = found_[c];
    hum.looked = e.windows;
    hum.positive = e.positive;
    for (std::size_t j = 0; e.mains_hz != 0 && j < e.log10_chances.size(); ++j) {
      const int h = static_cast<int>(j) + 1;
      if (h * e.mains_hz > highest_hz || !(e.log10_chances[j] < kLog10Multiple)) continue;
      hum.multiples.push_back({h, 0, 0});
      if (std::find(multiples_.begin(), multiples_.end(), h) == multiples_.end()) multiples_.push_back(h);
    }
    if (!hum.multiples.empty()) hum.mains_hz = e.mains_hz;
    first_hz.push_back(e.frequency_hz == 0 ? e.mains_hz : e.frequency_hz);
  }
  std::sort(multiples_.begin(), multiples_.end());
  removed_.assign(multiples_.size() * found_.size(), 0);
  for (std::size_t c = 0; c < found_.size(); ++c) {
    for (const Hum::Multiple& m : found_[c].multiples) {
      const auto k = std::find(multiples_.begin(), multiples_.end(), m.number) - multiples_.begin();
      removed_[static_cast<std::size_t>(k) * found_.size() + c] = 1;
    }
  }
  tuned_ = first_hz;
  stretches_ = 1;
}

void HumRemoval::read(Interval rows, Block<double> out) {
  if (multiples_.empty()) {
    signal_.source->read(rows, out);
    if (show_raw_ && rows.end > shown_) show_raw_(out.rows(shown_ - rows.begin, rows.end - shown_));
    shown_ = std::max(shown_, rows.end);
    return;
  }
  for (Index begin = rows.begin; begin < rows.end;) {
    const Index end = std::min(rows.end, (begin / segment_ + kPiece) * segment_);
    clean({begin, end}, out.rows(begin - rows.begin, end - begin));
    begin = end;
  }
}

Interval HumRemoval::segment(Index s) const {
  const Index begin = s < whole_ ? s * segment_ : signal_.samples - segment_;
  return {begin, begin + segment_};
}

// Has rows [begin, end) in memory. What lies ahead of them goes when its place is needed.
void HumRemoval::take(Index begin, Index end) {
  if (end <= raw_rows_.end) return;
  if (end - raw_rows_.begin > raw_.rows()) {
    const Index drop = std::clamp<Index>(begin - raw_rows_.begin, 0, raw_rows_.length());
    std::copy(raw_.data() + drop * channels_, raw_.data() + raw_rows_.length() * channels_, raw_.data());
    raw_rows_.begin += drop;
  }
  const Interval more{raw_rows_.end, end};
  const Block<double> x = Block<double>(raw_).rows(more.begin - raw_rows_.begin, more.length());
  signal_.source->read(more, x);
  raw_rows_.end = end;
  if (show_raw_ && end > shown_) show_raw_(x.rows(shown_ - more.begin, end - shown_));
  shown_ = std::max(shown_, end);
}

// Has the sines at the middles of segments [first, last].
void HumRemoval::need(Index first, Index last) {
  const Index from = std::max<Index>(0, first - kFar);
  const Index to = std::min(segments_, last + kFar + 1);
  // A stretch whose tuning is not known yet waits for the one before.
  while ((to - 1) / kTogether >= stretches_ && from > stretches_ * kTogether - kFar) {
    const Index next = stretches_ * kTogether;
    need(next, next + 1);
  }
  const bool goes_on = from >= measured_.begin && from <= measured_.end && segment(first).begin >= raw_rows_.begin;
  if (!goes_on) {
    measured_ = {from, from};
    settled_ = {first, first};
    raw_rows_ = {segment(from).begin, segment(from).begin};
  }
  take(goes_on ? segment(std::min(first, measured_.end)).begin : segment(from).begin, segment(to - 1).end);
  for (Index s = measured_.end; s < to; ++s) {
    measured_.end = s + 1;
    measured_.begin = std::max(measured_.begin, measured_.end - kKept);
    measure(s);
    if (s >= kReach) judge_switch(s - kReach);
    for (Index c = std::max<Index>(0, s - kReach + 1); s + 1 == segments_ && c <= s; ++c) judge_switch(c);
  }
  if (first < settled_.begin || first > settled_.end) settled_ = {first, first};
  for (Index s = settled_.end; s <= last; ++s) settle(s);
  settled_.end = std::max(settled_.end, last + 1);
  settled_.begin = std::max(settled_.begin, settled_.end - kKept + 2 * kFar);
}

// Follows the mains from one stretch into the next.
void HumRemoval::tune(Index stretch) {
  const Index end = stretch * kTogether;
  for (std::size_t c = 0; c < found_.size(); ++c) {
    const double before = tuned(end - 1, c);
    const double mains = found_[c].mains_hz;
    tuned_.push_back(mains == 0 ? 0 : std::clamp(before + offset_hz({end - kFar, end}, before, c), mains - kDrift, mains + kDrift));
  }
  stretches_ = stretch + 1;
}

// Sets the resonators for a stretch.
void HumRemoval::prepare(Index stretch) {
  prepared_ = stretch;
  const auto steps = static_cast<double>(taper_.size());
  const auto group = static_cast<double>(group_);
  double sum = 0;
  for (const double w : taper_) sum += w;
  twice_cos_.resize(last_.size());
  back_.resize(last_.size());
  turn_.resize(last_.size());
  for (std::size_t k = 0; k < tones_.size(); ++k) {
    for (std::size_t c = 0; c < found_.size(); ++c) {
      const double step = tones_[k] * tuned(stretch * kTogether, c) / rate_;  // turns per sample
      const std::size_t i = k * found_.size() + c;
      const double gain = step == 0 ? 1 : std::sin(kTurn / 2 * step * group) / std::sin(kTurn / 2 * step) / group;  // of adding up
      twice_cos_[i] = 2 * std::cos(kTurn * step * group);
      back_[i] = unit(-step * group);
      turn_[i] = unit(-step * (group * (steps - 1) + (group - 1) / 2 - static_cast<double>(segment_ / 2))) * (2 / (sum * group * gain));
    }
  }
}

void HumRemoval::measure(Index s) {
  const Index stretch = s / kTogether;
  if (stretch == stretches_) tune(stretch);
  if (stretch != prepared_) prepare(stretch);
  const ConstBlock<double> x = raw(segment(s));
  hum_kernels().resonate({x.data(), x.row_stride(), group_, taper_.data(), static_cast<Index>(taper_.size()), twice_cos_.data(),
                          static_cast<Index>(tones_.size()), channels_, last_.data(), before_.data(), tapered_.data()});
  std::vector<Complex>& tones = channel_tones_;
  tones.resize(tones_.size());
  for (std::size_t c = 0; c < found_.size(); ++c) {
    if (found_[c].mains_hz == 0) continue;
    double check = 0;
    for (std::size_t k = 0; k < tones.size(); ++k) {
      const std::size_t i = k * found_.size() + c;
      const Complex y{last_[i] - back_[i].real() * before_[i], -back_[i].imag() * before_[i]};
      tones[k] = times(y, turn_[i]);
      check += last_[i] + before_[i];
    }
    if (std::isfinite(check)) {
      put(s, c, tones.data());
    } else {
      measure_holed(s, c);
    }
  }
}

// A segment with gaps: around single lost samples, or in the longest run beside a gap.
void HumRemoval::measure_holed(Index s, std::size_t c) {
  const ConstBlock<double> x = raw(segment(s)).columns(static_cast<Index>(c), 1);
  Index finite = 0;
  double mean = 0;
  Interval run{0, 0};
  Index begin = 0;
  for (Index i = 0; i <= segment_; ++i) {
    if (i < segment_ && std::isfinite(x(i, 0))) {
      ++finite;
      continue;
    }
    if (i - begin > run.length()) run = {begin, i};
    begin = i + 1;
  }
  if (static_cast<double>(finite) >= kLeastFinite * static_cast<double>(segment_)) run = {0, segment_};
  const auto length = static_cast<double>(run.length());
  const auto known = [&](Index i) { return std::isfinite(x(i, 0)); };
  if (length < kLeastRun * static_cast<double>(segment_)) finite = 0;
  Index count = 0;
  for (Index i = run.begin; i < run.end; ++i) {
    if (known(i)) mean += x(i, 0);
    count += known(i) ? 1 : 0;
  }
  mean /= static_cast<double>(std::max<Index>(1, count));
  std::vector<Complex>& tones = channel_tones_;
  for (std::size_t k = 0; k < tones.size(); ++k) {
    const double step = tones_[k] * tuned(s, c) / rate_;
    double sum = 0;
    tones[k] = 0;
    for (Index i = run.begin; i < run.end && finite > 0; ++i) {
      if (!known(i)) continue;
      const double w = std::pow(std::sin(std::numbers::pi * (static_cast<double>(i - run.begin) + 0.5) / length), 2);
      tones[k] += w * (x(i, 0) - mean) * unit(-step * static_cast<double>(i - segment_ / 2));
      sum += w;
    }
    tones[k] *= 2 / sum;  // NaN: there is too little
  }
  put(s, c, tones.data());
}

// Keeps what was measured; noise is infinite where nothing can be.
void HumRemoval::put(Index s, std::size_t c, const Complex* tones) {
  const std::size_t multiples = multiples_.size();
  double all = 0;
  for (std::size_t k = 0; k < multiples; ++k) {
    double noise = 0;
    int count = 0;
    for (std::size_t n = multiples; n < tones_.size(); ++n) {
      if (std::abs(tones_[n] - tones_[k]) > 0.6) continue;
      noise += std::norm(tones[n]);
      ++count;
    }
    const std::size_t i = at(s, k, c);
    hum_[i] = tones[k];
    noise_[i] = noise / count + kRounding * std::norm(tones[k]);
    all += noise_[i];
  }
  all_noise_[at(s, c)] = std::isfinite(all) ? all : kInfinite;
}

// How much the hum differs between the segments before and behind one, if clearly and at once.
void HumRemoval::judge_switch(Index s) {
  const bool inner = s >= kReach && s + kReach < segments_ && s - kReach >= measured_.begin;
  for (std::size_t c = 0; c < found_.size(); ++c) {
    double& jump = jump_[at(s, c)];
    jump = 0;
    if (!inner || found_[c].mains_hz == 0) continue;
    bool usable = true;
    for (const Index i : {s - 2, s - 1, s + 1, s + 2}) usable = usable && all_noise_[at(i, c)] < kInfinite;
    if (!usable) continue;
    for (std::size_t k = 0; k < multiples_.size(); ++k) {
      if (removed_[k * found_.size() + c] == 0) continue;
      const auto height = [&](Index i) { return std::sqrt(std::norm(hum_[at(i, k, c)])); };
      const auto noise = [&](Index i) { return noise_[at(i, k, c)]; };
      const double near[] = {height(s - 1), height(s + 1)};
      const double left = (height(s - 2) + near[0]) / 2;
      const double right = (height(s + 2) + near[1]) / 2;
      const double change = (right - left) * (right - left);
      const double at_once = (near[1] - near[0]) * (near[1] - near[0]);
      const double most = std::max(left, right);
      const double doubt = std::max({noise(s - 2), noise(s - 1), noise(s + 1), noise(s + 2)});
      if (change > kClear * doubt && change > 0.5 * most * most && at_once > 0.7 * change) jump += change;
    }
  }
}

bool HumRemoval::steepest(Index s, std::size_t c) const {
  if (s < 1 || s + 1 >= segments_) return false;
  const double here = jump_[at(s, c)];
  return here > 0 && here > jump_[at(s - 1, c)] && here >= jump_[at(s + 1, c)];
}

// Whether hum is switched on or off in a segment, or, where that cannot be told apart, in the one beside it.
bool HumRemoval::switched(Index s, std::size_t c) const {
  const auto like = [&](Index other) { return steepest(other, c) && jump_[at(s, c)] > kAsSteep * jump_[at(other, c)]; };
  return steepest(s, c) || like(s - 1) || like(s + 1);
}

// How far the mains is from `tuned_hz`, from the turns that its multiples make from segment to segment.
double HumRemoval::offset_hz(Interval segments, double tuned_hz, std::size_t c) const {
  double offset = 0;
  double certain = 1 / (kSpread * kSpread);
  Powers segment_apart(-tuned_hz / rate_ * static_cast<double>(segment_));
  for (std::size_t k = 0; k < multiples_.size(); ++k) {
    if (removed_[k * found_.size() + c] == 0) continue;
    Complex sum = 0;
    double noise = 0;
    double time = 0;
    double pairs = 0;
    const Complex usual = segment_apart.at(multiples_[k]);
    for (Index s = segments.begin; s + 1 < segments.end; ++s) {
      const double weight = 1 / (all_noise_[at(s, c)] + all_noise_[at(s + 1, c)]);
      if (!(weight > 0) || weight == kInfinite) continue;
      const Index samples = middle(s + 1) - middle(s);
      // The last segment ends with the signal.
      const Complex there = samples == segment_ ? usual : unit(-multiples_[k] * tuned_hz / rate_ * static_cast<double>(samples));
      sum += weight * times(times(std::conj(hum_[at(s, k, c)]), hum_[at(s + 1, k, c)]), there);
      noise += weight * (noise_[at(s, k, c)] + noise_[at(s + 1, k, c)]) / 2;
      time += weight * static_cast<double>(samples) / rate_;
      pairs += weight;
    }
    if (!(noise > 0)) continue;
    const double clear = std::sqrt(std::norm(sum)) / noise - 1;  // signal over noise
    if (!(clear > 0)) continue;
    const double radians_per_hz = kTurn * multiples_[k] * time / pairs;
    const double more = clear * radians_per_hz * radians_per_hz;
    const double rest = std::remainder(std::arg(sum) - offset * radians_per_hz, kTurn) / radians_per_hz;
    certain += more;
    offset += rest * more / certain;
  }
  return offset;
}

// The sines at the middle of a segment, from those around it that no switch parts from it, each weighted by how little noise it has.
void HumRemoval::settle(Index s) {
  for (std::size_t c = 0; c < found_.size(); ++c) {
    const bool first_time = s == reported_ && found_[c].mains_hz != 0;
    for (std::size_t k = 0; k < multiples_.size(); ++k) sines_[at(s, k, c)] = {};
    if (found_[c].mains_hz == 0) continue;
    const double tuned_hz = tuned(s, c);
    double& hz = hz_[at(s, c)];
    hz = tuned_hz;
    Interval near = intersect({s - kReach, s + kReach + 1}, {0, segments_});
    for (Index i = s; i < near.end; ++i) near.end = switched(i, c) ? i : near.end;
    for (Index i = s; i >= near.begin; --i) near.begin = switched(i, c) ? i + 1 : near.begin;
    if (near.empty()) continue;
    hz += offset_hz(near, tuned_hz, c);
    Powers segment_apart(-hz / rate_ * static_cast<double>(segment_));
    Hum& hum = found_[c];
    double power = 0;
    std::size_t which = 0;
    for (std::size_t k = 0; k < multiples_.size(); ++k) {
      if (removed_[k * found_.size() + c] == 0) continue;
      Complex sum = 0;
      const Complex once = segment_apart.at(multiples_[k]);
      const auto turned = [&](Index samples) {
        if (samples == segment_) return once;
        if (samples == -segment_) return std::conj(once);
        if (samples == 2 * segment_) return times(once, once);
        if (samples == -2 * segment_) return std::conj(times(once, once));
        return unit(-multiples_[k] * hz / rate_ * static_cast<double>(samples));  // to the last, which ends with the signal
      };
      double weights = 0;
      double noise = 0;
      for (Index i = near.begin; i < near.end; ++i) {
        const double loud = all_noise_[at(i, c)];
        if (!(loud > 0) || loud == kInfinite) continue;
        const double bins = multiples_[k] * (hz - tuned(i, c)) * static_cast<double>(segment_) / rate_;
        const double lobe = std::abs(bins) < 0.05 ? 1 : hann_lobe(bins);  // 0.998 there
        const Complex here = times(hum_[at(i, k, c)], i == s ? 1 : turned(middle(i) - middle(s)));
        double weight = kNear[static_cast<std::size_t>(std::abs(i - s))] / loud;
        if (i != s && all_noise_[at(s, c)] < kInfinite) {
          const double unlike = std::norm(here - hum_[at(s, k, c)]) / (noise_[at(i, k, c)] + noise_[at(s, k, c)]) / kLike;
          weight /= 1 + unlike * unlike;
        }
        sum += weight * lobe * here;
        weights += weight * lobe * lobe;
        noise += weight * weight * lobe * lobe * noise_[at(i, k, c)];
      }
      Hum::Multiple& told = hum.multiples[which++];
      if (!(weights > 0)) continue;
      const Complex mean = sum / weights;
      const double height = std::sqrt(std::norm(mean));
      const double left = kShrink * noise / (weights * weights);
      if (!(height * height > left) || !std::isfinite(height)) continue;
      Sine& sine = sines_[at(s, k, c)];
      sine.amplitude = height - left / height;
      sine.phase = std::arg(mean);
      sine.toward = mean / height;
      if (!first_time) continue;
      const double square = sine.amplitude * sine.amplitude;
      ++told.segments;
      told.mean_square += square;  // sums until report()
      power += square;
    }
    if (!first_time) continue;
    ++hum.segments;
    if (power == 0) continue;
    ++hum.with_hum;
    hum.frequency_hz += power * hz;
    power_[c] += power;
    hum.lowest_hz = hum.with_hum == 1 ? hz : std::min(hum.lowest_hz, hz);
    hum.highest_hz = hum.with_hum == 1 ? hz : std::max(hum.highest_hz, hz);
  }
  if (s == reported_) ++reported_;
}

void HumRemoval::clean(Interval rows, Block<double> out) {
  Index first = std::min(rows.begin / segment_, segments_ - 1);
  if (middle(first) > rows.begin) --first;  // -1: ahead of the first middle
  while (first + 1 < segments_ && middle(first + 1) <= rows.begin) ++first;
  Index last = first;
  while (last + 1 < segments_ && middle(last) < rows.end) ++last;
  need(std::max<Index>(0, first - kReach), std::min(segments_ - 1, last + 1 + kReach));
  for (Index s = first; s <= last; ++s) {
    const Interval part{s < 0 ? 0 : middle(s), s + 1 < segments_ ? middle(s + 1) : signal_.samples};
    const Interval wanted = intersect(part, rows);
    if (!wanted.empty()) clean_between(s, part, wanted, out.rows(wanted.begin - rows.begin, wanted.length()));
  }
}

// Rows from the middle of one segment to that of the next; ahead of the first and behind the last its sines go on.
void HumRemoval::clean_between(Index s, Interval part, Interval rows, Block<double> out) {
  const std::size_t lanes = found_.size();
  const std::size_t each = multiples_.size() * lanes;
  double* value = run_.data();
  double* before = value + each;
  double* twice_cos = before + each;
  double* amplitude = twice_cos + each;
  double* growth = amplitude + each;
  std::fill(run_.begin(), run_.end(), 0);
  const auto length = static_cast<double>(part.length());
  const Index here = std::max<Index>(s, 0);
  const Index next = std::min(s + 1, segments_ - 1);
  for (std::size_t c = 0; c < lanes; ++c) {
    if (found_[c].mains_hz == 0 || switched(here, c) || switched(next, c)) continue;
    const double turns = (hz_[at(here, c)] + hz_[at(next, c)]) / 2 * length / rate_;
    for (std::size_t k = 0; k < multiples_.size(); ++k) {
      Sine a = sines_[at(here, k, c)];
      Sine b = sines_[at(next, k, c)];
      if (a.amplitude == 0 && b.amplitude == 0) continue;
      const double expected = kTurn * multiples_[k] * turns;
      if (a.amplitude == 0 || s < 0) {
        a.phase = b.phase - expected;
        a.toward = std::polar(1.0, a.phase);
      }
      if (b.amplitude == 0 || here == next) b.phase = a.phase + expected;
      const double step = (expected + std::remainder(b.phase - a.phase - expected, kTurn)) / length;
      const std::size_t i = k * lanes + c;
      const double cosine = std::cos(step);
      value[i] = a.toward.real();
      before[i] = a.toward.real() * cosine + a.toward.imag() * std::sin(step);
      twice_cos[i] = 2 * cosine;
      amplitude[i] = a.amplitude;
      growth[i] = (b.amplitude - a.amplitude) / length;
    }
  }
  const ConstBlock<double> x = raw(rows);
  hum_kernels().take_off({x.data(), x.row_stride(), out.data(), out.row_stride(), rows.begin - part.begin, rows.length(), channels_,
                          static_cast<Index>(multiples_.size()), value, before, twice_cos, amplitude, growth});
  for (std::size_t c = 0; c < lanes; ++c) {
    if (found_[c].mains_hz == 0) continue;
    if (switched(here, c)) {
      clean_switch(here, c, rows, out);
    } else if (switched(next, c)) {
      clean_switch(next, c, rows, out);
    }
  }
}

// Hum that is switched on or off around the middle of a segment: the hum before goes on up to the sample behind which that after fits better.
void HumRemoval::clean_switch(Index s, std::size_t c, Interval part, Block<double> out) {
  // In a row of switches, no further than the sines are settled.
  Index left = s;
  Index right = s;
  for (Index i = 0; i < kReach && switched(left, c); ++i) --left;
  for (Index i = 0; i < kReach && switched(right, c); ++i) ++right;
  const Interval all{middle(left), middle(right)};
  const ConstBlock<double> x = raw(all).columns(static_cast<Index>(c), 1);
  const auto hum = [&](Index from, Index row) {
    double sum = 0;
    for (std::size_t k = 0; k < multiples_.size(); ++k) {
      const Sine& sine = sines_[at(from, k, c)];
      if (sine.amplitude == 0) continue;
      const double step = kTurn * multiples_[k] * hz_[at(from, c)] / rate_;
      sum += sine.amplitude * std::cos(sine.phase + step * static_cast<double>(row - middle(from)));
    }
    return sum;
  };
  double mean = 0;
  double count = 0;
  for (Index i = 0; i < all.length(); ++i) {
    if (!std::isfinite(x(i, 0))) continue;
    mean += x(i, 0);
    ++count;
  }
  mean /= std::max(1.0, count);
  double gain = 0;
  double best = 0;
  Index edge = all.begin;
  for (Index row = all.begin; row < all.end; ++row) {
    const double v = x(row - all.begin, 0) - mean;
    const double before = v - hum(left, row);
    const double after = v - hum(right, row);
    if (std::isfinite(v)) gain += after * after - before * before;
    if (!(gain > best)) continue;
    best = gain;
    edge = row + 1;
  }
  for (Index row = part.begin; row < part.end; ++row) {
    out(row - part.begin, static_cast<Index>(c)) = x(row - all.begin, 0) - hum(row < edge ? left : right, row);
  }
}

std::vector<Hum> HumRemoval::report() const {
  std::vector<Hum> out = found_;
  for (std::size_t c = 0; c < out.size(); ++c) {
    Hum& hum = out[c];
    if (hum.with_hum == 0) continue;
    hum.frequency_hz /= power_[c];
    for (Hum::Multiple& m : hum.multiples) m.mean_square /= static_cast<double>(std::max<Index>(1, hum.segments));
  }
  return out;
}

}  // namespace myocramp
