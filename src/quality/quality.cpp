#include "myocramp/quality/quality.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "myocramp/core/reduce.hpp"
#include "myocramp/detect/baseline.hpp"
#include "myocramp/simd/kernels.hpp"
#include "myocramp/spectral/window.hpp"

namespace myocramp {
namespace {

constexpr double kNone = QualityMeasures::kNone;
constexpr unsigned char kHum = 1;
constexpr unsigned char kConstant = 2;

// Hann spreads a tone over two bins on either side; the three beyond tell what is there without it.
constexpr Index kToneBins = 2;
constexpr Index kBesideBins = 3;

// Above these a channel is flagged; below noisy_db it is.
constexpr double kNoisy_db = 10;
constexpr double kMains_db = -10;
constexpr double kLeastHum = 0.03;  // of the band: what the scatter of a span may come to
constexpr double kClipped = 1e-3;
constexpr double kPart = 0.01;
constexpr double kClippedSteps = 16;  // a channel of fewer steps of its converter rests at its extremes

// Bands in which noise and muscle differ, less what mains leaks into.
constexpr double kMiddleLow_hz = 65, kMiddleHigh_hz = 145, kHighLow_hz = 305, kHighHigh_hz = 395, kBesideMains_hz = 5;

std::vector<Index> bins_off_mains(double bin_hz, Index bins, double low_hz, double high_hz) {
  const BandBins band = band_bins(bin_hz, bins, low_hz, high_hz);
  std::vector<Index> out;
  for (Index k = band.first; k <= band.last; ++k) {
    const double f = static_cast<double>(k) * bin_hz;
    const auto beside = [f](double mains_hz) { return std::abs(f - mains_hz * std::round(f / mains_hz)) >= kBesideMains_hz - 1e-9; };
    if (beside(50) && beside(60)) out.push_back(k);
  }
  return out;
}

double decibels(double ratio) { return 10 * std::log10(ratio); }

Index checked_segment(const QualityOptions& o, const ArtefactOptions& a, SampleRate rate) {
  check(o, "quality");
  check(a, "artefacts");
  if (o.low_hz >= o.high_hz) {
    throw InvalidArgument({"E-OPTION", "", "quality.low_hz", "less than high_hz = " + detail::number(o.high_hz), detail::number(o.low_hz)});
  }
  if (o.high_hz >= rate.nyquist()) {
    throw DataError({"E-BAND", "", "quality.high_hz", "below the Nyquist frequency " + detail::number(rate.nyquist()) + " Hz",
                     detail::number(o.high_hz) + " Hz"});
  }
  const Index n = std::max<Index>(2, rate.round(Seconds(o.segment_s)));
  const double bin_hz = rate.hertz() / static_cast<double>(n);
  const auto bins = [&](double low, double high) { return band_bins(bin_hz, n / 2 + 1, low, high); };
  const BandBins band = bins(o.low_hz, o.high_hz);
  if (band.last < band.first || o.low_hz <= bin_hz) {
    throw InvalidArgument(
        {"E-OPTION", "", "quality.segment_s", "a segment with bins below and in the band", "bins " + detail::number(bin_hz) + " Hz apart"});
  }
  return n;
}

double median_of_finite(std::vector<double> x) {
  std::erase_if(x, [](double v) { return std::isnan(v); });
  return median(std::move(x));
}

}  // namespace

std::array<double, 9> values(const QualityMeasures& m) {
  return {m.snr_db, m.mains_db, m.low_ratio, m.clipped, m.flat, m.repeated, m.missing, m.lead_off, m.artefact};
}

QualityMeter::QualityMeter(const QualityOptions& options, const ArtefactOptions& artefacts, SampleRate rate, Index channels)
    : options_(options),
      artefacts_(artefacts),
      rate_(rate),
      channels_(channels),
      segment_(checked_segment(options, artefacts, rate)),
      per_span_(std::max<Index>(1, static_cast<Index>(std::llround(options.span_s / options.segment_s)))),
      flat_(std::max<Index>(options.repeated_run, rate.round(Seconds(options.flat_s)))),
      bin_hz_(rate.hertz() / static_cast<double>(segment_)),
      taper_(hann(segment_)),
      spectrum_(segment_, kTogether),
      band_bins_(band_bins(bin_hz_, spectrum_.bins(), options.low_hz, options.high_hz)),
      mains_hz_(options.mains_hz > 0 ? std::array{options.mains_hz, options.mains_hz} : std::array{50.0, 60.0}),
      spike_rule_(artefacts, rate),
      lanes_(static_cast<std::size_t>(channels)),
      rows_(segment_ + 2 * spike_rule_.reach(), channels),
      power_(static_cast<std::size_t>(spectrum_.bins())),
      most_(lanes_.size()),
      least_(lanes_.size()),
      plain_(lanes_.size()) {
  low_bins_ = {1, band_bins_.first - 1};
  if (rate.nyquist() > kHighHigh_hz) {
    middle_bins_ = bins_off_mains(bin_hz_, spectrum_.bins(), kMiddleLow_hz, kMiddleHigh_hz);
    high_bins_ = bins_off_mains(bin_hz_, spectrum_.bins(), kHighLow_hz, kHighHigh_hz);
  }
  if (middle_bins_.empty() || high_bins_.empty()) middle_bins_ = high_bins_ = {};
  last_bin_ = high_bins_.empty() ? band_bins_.last : std::max(band_bins_.last, high_bins_.back());
  double squares = 0;
  for (const double w : taper_) squares += w * w;
  scale_ = 2 / (static_cast<double>(segment_) * squares);
  for (Lane& lane : lanes_) lane.power.assign(static_cast<std::size_t>(band_bins_.last + 1), 0.0);
}

void QualityMeter::set_converter(Index channel, double step_v, double lowest_v, double highest_v) {
  Lane& lane = lanes_[static_cast<std::size_t>(channel)];
  lane.step_v = step_v;
  if (std::isfinite(lowest_v)) lane.lowest_v = lowest_v;
  if (std::isfinite(highest_v)) lane.highest_v = highest_v;
}

template <class T>
void QualityMeter::add(ConstBlock<T> x) {
  Index at = 0;
  while (at < x.rows()) {
    const Index have = end_ - first_row_;
    const Index take = std::min(x.rows() - at, rows_.rows() - have);
    for (Index i = 0; i < take; ++i) {
      double* row = rows_.data() + (have + i) * channels_;
      for (Index c = 0; c < channels_; ++c) row[c] = static_cast<double>(x(at + i, c));
    }
    at += take;
    end_ += take;
    if (end_ - first_row_ < rows_.rows() && end_ < next_ + segment_ + spike_rule_.reach()) break;
    judge_segment(segment_);
    // What spikes of the next segment may reach back to stays.
    const Index keep_from = std::max<Index>(first_row_, next_ - spike_rule_.reach());
    std::copy(rows_.data() + (keep_from - first_row_) * channels_, rows_.data() + (end_ - first_row_) * channels_, rows_.data());
    first_row_ = keep_from;
  }
}
template void QualityMeter::add<float>(ConstBlock<float>);
template void QualityMeter::add<double>(ConstBlock<double>);

// Judges the segment that begins at next_, or what there is of it at the signal's end.
void QualityMeter::judge_segment(Index rows) {
  const Index at = next_ - first_row_;
  const ConstBlock<double> segment = ConstBlock<double>(rows_).rows(at, rows);
  const Index index = next_ / segment_;
  for (Index c = 0; c < channels_; ++c) {
    Lane& lane = lanes_[static_cast<std::size_t>(c)];
    if (index % per_span_ == 0) {
      if (index > 0) close_span(lane);
      lane.spans.emplace_back();
    }
    lane.spans.back().samples += rows;
  }
  constexpr Index kTile = 128;  // rows of all channels that stay in the first cache
  for (Index i = 0; i < rows; i += kTile) {
    const ConstBlock<double> tile = segment.rows(i, std::min(kTile, rows - i));
    simd::kernels().look_for_runs(tile.data(), tile.row_stride(), tile.rows(), channels_, most_.data(), least_.data(), plain_.data());
    for (Index c = 0; c < channels_; ++c) {
      const auto k = static_cast<std::size_t>(c);
      const ConstBlock<double> x = tile.columns(c, 1);
      if (plain_[k] == 0 || !pass_over(lanes_[k], x, most_[k], least_[k])) count_runs(lanes_[k], x, next_ + i);
    }
  }
  if (rows == segment_) {
    for (Index first = 0; first < channels_; first += kTogether) measure_spectra(at, first, std::min(kTogether, channels_ - first));
  }
  next_ += rows;
}

void QualityMeter::Extreme::note(double v, Index n, bool higher) {
  if (!any || (higher ? v > value : v < value)) {
    *this = {v, n, true};
  } else if (v == value) {
    count += n;
  }
}

void QualityMeter::Grid::note(double from, double to) {
  constexpr double kRounding = 0x1p-22;  // four times that of a float
  constexpr double kLeast = 64;          // of it: on a finer grid anything stands
  const double change = std::abs(to - from);
  if (!std::isfinite(change)) return;
  ++changes;
  if (std::isnan(step)) step = change;
  const double rounding = kRounding * std::max(std::abs(from), std::abs(to));
  // Euclid's algorithm, up to rounding: of the step too, as often as it is taken.
  for (double rest = change; rest > 0;) {
    const double times = std::nearbyint(rest / step);
    const double left = std::abs(rest - times * step);
    if (left <= rounding * (1 + times)) break;
    rest = step;
    step = left;
  }
  none = step < kLeast * rounding;
}

QualityMeter::Span& QualityMeter::span_of(Lane& lane, Index row) {
  return lane.spans[static_cast<std::size_t>(row / (per_span_ * segment_))];
}

// count_runs() of rows that are finite and in which no value stands three times in a row, when that is all that it would look at.
bool QualityMeter::pass_over(Lane& lane, ConstBlock<double> x, double most, double least) const {
  const Index n = x.rows();
  if (n < 2 || std::min(options_.clipped_run, options_.repeated_run) < 3 || lane.run > 2) return false;
  if (x(0, 0) == lane.last && (lane.run == 2 || x(1, 0) == x(0, 0))) return false;
  if (std::max(most, lane.last) >= lane.highest_v || std::min(least, lane.last) <= lane.lowest_v) return false;
  lane.most = std::max(lane.most, most);
  lane.least = std::min(lane.least, least);
  lane.last = x(n - 1, 0);
  lane.run = lane.last == x(n - 2, 0) ? 2 : 1;
  return true;
}

void QualityMeter::count_runs(Lane& lane, ConstBlock<double> x, Index first) {
  const auto shortest = static_cast<Index>(std::min(options_.clipped_run, options_.repeated_run));
  double last = lane.last;
  Index run = lane.run;
  double most = lane.most;
  double least = lane.least;
  const double highest_v = lane.highest_v;
  const double lowest_v = lane.lowest_v;
  const bool seeks_grid = std::isnan(lane.step_v);
  for (Index i = 0; i < x.rows(); ++i) {
    const double v = x(i, 0);
    if (v == last) {
      ++run;
      continue;
    }
    if (seeks_grid && !lane.grid.none) lane.grid.note(last, v);
    if (run >= shortest || last >= highest_v || last <= lowest_v) {
      lane.last = last;
      lane.run = run;
      end_run(lane, first + i);
    }
    if (!std::isfinite(v)) {
      ++lane.spans.back().missing;
      last = kNone;
      run = 0;
      continue;
    }
    most = std::max(most, v);
    least = std::min(least, v);
    last = v;
    run = 1;
  }
  lane.last = last;
  lane.run = run;
  lane.most = most;
  lane.least = least;
}

// Books the run that ends before row `end` in the spans that it lies in: of what kind it is shows only here.
void QualityMeter::end_run(Lane& lane, Index end) {
  if (lane.run == 0) return;
  const Index span = per_span_ * segment_;
  const double v = lane.last;
  const bool railed = v >= lane.highest_v || v <= lane.lowest_v;
  for (Index begin = end - lane.run; begin < end;) {
    const Index stop = std::min(end, (begin / span + 1) * span);
    Span& s = span_of(lane, begin);
    const Index n = stop - begin;
    if (railed) {
      s.railed += n;
    } else if (lane.run >= options_.clipped_run) {
      s.high.note(v, n, true);
      s.low.note(v, n, false);
    }
    if (lane.run >= flat_) {
      s.flat += n;
    } else if (lane.run >= options_.repeated_run) {
      s.repeated += n;
    }
    begin = stop;
  }
}

void QualityMeter::measure_spectra(Index at, Index first, Index count) {
  average_.fill(0);
  const double* start =
      rows_.data() + at * channels_ + first;  // taken away first, so that a constant has no power and an offset costs no digits
  for (Index i = 0; i < segment_; ++i) {
    const double* row = rows_.data() + (at + i) * channels_ + first;
    for (Index c = 0; c < count; ++c) average_[static_cast<std::size_t>(c)] += row[c] - start[c];
  }
  std::array<double*, kTogether> out{};
  std::array<double, kTogether> squares{};
  std::array<double, kTogether> most{};
  for (Index c = 0; c < count; ++c) {
    average_[static_cast<std::size_t>(c)] /= static_cast<double>(segment_);
    out[static_cast<std::size_t>(c)] = spectrum_.input(c).data();
  }
  for (Index i = 0; i < segment_; ++i) {
    const double* row = rows_.data() + (at + i) * channels_ + first;
    const double weight = taper_[static_cast<std::size_t>(i)];
    for (Index c = 0; c < count; ++c) {
      const auto k = static_cast<std::size_t>(c);
      const double v = (row[c] - start[c]) - average_[k];
      squares[k] += v * v;
      most[k] = std::max(most[k], std::abs(v));
      out[k][i] = v * weight;
    }
  }
  const Index before = std::min(at, spike_rule_.reach());
  const Index around = std::min(end_ - first_row_, at + segment_ + spike_rule_.reach());
  for (Index c = 0; c < count; ++c) {
    const auto k = static_cast<std::size_t>(c);
    Lane& lane = lanes_[static_cast<std::size_t>(first + c)];
    if (!std::isfinite(squares[k])) {
      std::fill(power_.begin(), power_.end(), kNone);
    } else {
      spectrum_.power(c, 0, last_bin_, power_.data());
    }
    take_spectrum(lane);
    if (std::isfinite(squares[k]) && most[k] == 0) {
      lane.states.back() |= kConstant;
      if (std::isnan(lane.still)) lane.still = start[c];
      lane.one_still = lane.one_still && start[c] == lane.still;
    }
    const double least = spike_rule_.least_crest(segment_);
    if (most[k] * most[k] * static_cast<double>(segment_) < least * least * squares[k]) continue;
    const ConstBlock<double> x = ConstBlock<double>(rows_).rows(at - before, around - (at - before)).columns(first + c, 1);
    const Index origin = first_row_ + at - before;
    spike_rule_.find(x, {before, before + segment_}, [&](Interval event) {
      const Interval found{origin + event.begin, origin + event.end};
      if (lane.spikes.empty() || found.begin >= lane.spikes.back().end) lane.spikes.push_back(found);
    });
  }
}

double QualityMeter::hum_power(const double* power, double mains_hz) const {
  double hum = 0;
  for (Index h = 1;; ++h) {
    const auto centre = static_cast<Index>(std::llround(static_cast<double>(h) * mains_hz / bin_hz_));
    if (centre + kToneBins + kBesideBins > band_bins_.last) return std::max(0.0, hum);
    if (centre - kToneBins - kBesideBins < 1 || centre - kToneBins < band_bins_.first) continue;
    double tone = 0;
    for (Index k = centre - kToneBins; k <= centre + kToneBins; ++k) tone += power[k];
    double beside = 0;
    for (Index k = kToneBins + 1; k <= kToneBins + kBesideBins; ++k) beside += power[centre - k] + power[centre + k];
    hum += tone - beside * static_cast<double>(2 * kToneBins + 1) / static_cast<double>(2 * kBesideBins);
  }
}

// The segment's spectrum stands in power_.
void QualityMeter::take_spectrum(Lane& lane) {
  double low = 0;
  for (Index k = low_bins_.first; k <= low_bins_.last; ++k) low += power_[static_cast<std::size_t>(k)];
  double band = 0;
  for (Index k = band_bins_.first; k <= band_bins_.last; ++k) band += power_[static_cast<std::size_t>(k)];
  lane.low.push_back(static_cast<float>(std::sqrt(low * scale_)));
  lane.band.push_back(static_cast<float>(std::sqrt(band * scale_)));
  const auto density = [this](const std::vector<Index>& bins) {
    double sum = 0;
    for (const Index k : bins) sum += power_[static_cast<std::size_t>(k)];
    return static_cast<float>(std::sqrt(sum * scale_ / static_cast<double>(bins.size())));
  };
  if (!high_bins_.empty()) {
    lane.middle.push_back(density(middle_bins_));
    lane.high.push_back(density(high_bins_));
  }
  unsigned char state = 0;
  if (std::isfinite(band)) {
    const double hum = std::max(hum_power(power_.data(), mains_hz_[0]), hum_power(power_.data(), mains_hz_[1]));
    if (band > 0 && hum > std::pow(10, options_.lead_off_db / 10) * std::max(0.0, band - hum)) state = kHum;
    for (Index k = 0; k <= band_bins_.last; ++k) lane.power[static_cast<std::size_t>(k)] += power_[static_cast<std::size_t>(k)];
    ++lane.segments;
  }
  lane.states.push_back(state);
}

void QualityMeter::close_span(Lane& lane) {
  if (lane.segments == 0) return;
  Span& span = lane.spans.back();
  span.low_power = span.band_power = 0;
  for (Index k = low_bins_.first; k <= low_bins_.last; ++k) span.low_power += lane.power[static_cast<std::size_t>(k)];
  for (Index k = band_bins_.first; k <= band_bins_.last; ++k) span.band_power += lane.power[static_cast<std::size_t>(k)];
  for (std::size_t m = 0; m < 2; ++m) span.hum[m] = hum_power(lane.power.data(), mains_hz_[m]);
  std::fill(lane.power.begin(), lane.power.end(), 0.0);
  lane.segments = 0;
}

SignalQuality QualityMeter::finish() {
  while (next_ < end_) {
    judge_segment(std::min(segment_, end_ - next_));
    if (next_ < end_) {
      const Index keep_from = std::max<Index>(first_row_, next_ - spike_rule_.reach());
      std::copy(rows_.data() + (keep_from - first_row_) * channels_, rows_.data() + (end_ - first_row_) * channels_, rows_.data());
      first_row_ = keep_from;
    }
  }
  std::array<double, 2> part{};  // of hum in the spans' power: the stronger of the two mains is taken
  double spans = 0;
  for (Lane& lane : lanes_) {
    if (!lane.spans.empty()) {
      end_run(lane, end_);
      close_span(lane);
    }
    for (const Span& s : lane.spans) {
      if (!(s.band_power > 0) || !std::isfinite(s.band_power)) continue;
      spans += 1;
      for (std::size_t m = 0; m < 2; ++m) part[m] += s.hum[m] / s.band_power;
    }
  }
  const std::size_t which = part[1] > part[0] ? 1 : 0;
  SignalQuality out;
  out.span = per_span_ * segment_;
  out.segment = segment_;
  if (part[which] > kLeastHum * spans) out.mains_hz = mains_hz_[which];
  for (Lane& lane : lanes_) {
    out.channels.push_back(finish_channel(lane, which));
    lane = {};  // of a night, a megabyte
  }
  return out;
}

// The level at rest of each segment, learnt from all but open leads.
std::vector<double> QualityMeter::levels_at_rest(std::vector<float> levels, double floor, const std::vector<Interval>& off) const {
  leave_out(levels, segment_, segment_, off);
  const Baseline rest = learn_level(levels, segment_, rate_, options_.longest_activity_s, floor);
  std::vector<double> out(levels.size());
  for (std::size_t k = 0; k < out.size(); ++k) out[k] = rest.at(static_cast<Index>(k) * segment_ + segment_ / 2);
  return out;
}

// The same for the level below the band, but never below what three quarters of the segments around reach: the waves of the heart lie there.
std::vector<double> QualityMeter::low_at_rest(std::vector<float> levels, double floor, const std::vector<Interval>& off) const {
  constexpr double kContext_s = 60;
  constexpr double kKnot_s = 15;
  std::vector<double> out = levels_at_rest(levels, floor, off);
  leave_out(levels, segment_, segment_, off);
  const double segment_s = rate_.time(segment_);
  const auto context = std::max<Index>(1, std::llround(kContext_s / segment_s));
  const auto knot = std::max<Index>(1, std::llround(kKnot_s / segment_s));
  const auto n = static_cast<Index>(levels.size());
  detail::SortedRange<float> near(levels);
  for (Index from = 0; from < n; from += knot) {
    const Index to = std::min(n, from + knot);
    near.move_to(std::max<Index>(0, from - context), std::min(n, to + context));
    const double usual = detail::quantile_of_sorted(near.sorted().data(), near.sorted().size(), 0.75);
    for (Index k = from; k < to; ++k) out[static_cast<std::size_t>(k)] = std::max(out[static_cast<std::size_t>(k)], usual);
  }
  return out;
}

std::vector<Interval> QualityMeter::find_noise(const Lane& lane, const std::vector<Interval>& off) const {
  if (lane.high.empty()) return {};
  // Rounding to steps of a converter alone, spread over all bins.
  const double floor = std::isfinite(lane.step_v) ? std::abs(lane.step_v) / std::sqrt(6.0 * static_cast<double>(segment_)) : 0;
  return noise_spans(lane.middle, lane.high, levels_at_rest(lane.middle, floor, off), levels_at_rest(lane.high, floor, off), segment_, end_,
                     rate_, artefacts_);
}

// ChannelQuality::silence_v: always the same value, about which bursts swing. Each lies between silences, where a lead that comes off does not
// come back, and is shorter than two minutes, for what lasts as long shows what rest is like.
double QualityMeter::silence(const Lane& lane) const {
  constexpr double kLongest_s = 120;
  constexpr double kSmall = 1.0 / 32;
  if (!lane.one_still || !(lane.most > lane.still && lane.still > lane.least)) return kNone;
  if (((lane.states.front() & lane.states.back()) & kConstant) == 0) return kNone;
  std::size_t still = 0;
  std::vector<double> bursts;
  Index moving = 0;  // segments in a row
  Index longest = 0;
  for (std::size_t k = 0; k < lane.states.size(); ++k) {
    const bool constant = (lane.states[k] & kConstant) != 0;
    if (constant) ++still;
    if (!constant && std::isfinite(lane.band[k])) bursts.push_back(static_cast<double>(lane.band[k]));
    moving = constant ? 0 : moving + 1;
    longest = std::max(longest, moving);
  }
  return still > bursts.size() && rate_.time(longest * segment_) < kLongest_s ? kSmall * median(std::move(bursts)) : kNone;
}

ChannelQuality QualityMeter::finish_channel(Lane& lane, std::size_t which) {
  ChannelQuality out;
  constexpr Index kLeastChanges = 4;
  if (std::isnan(lane.step_v) && !lane.grid.none && lane.grid.changes >= kLeastChanges) lane.step_v = lane.grid.step;
  out.step_v = lane.step_v;
  // A rectangle of one converter step spreads its noise evenly: step / sqrt(12).
  const double floor = std::isfinite(lane.step_v) ? std::abs(lane.step_v) / std::sqrt(12.0) : 0;
  const Baseline band_rest = learn_level(lane.band, segment_, rate_, options_.longest_activity_s, floor);
  const auto segments = static_cast<Index>(lane.band.size());
  std::vector<double> rest(lane.band.size());
  std::vector<double> excess(lane.band.size(), kNone);  // of active segments: power over that at rest
  for (Index k = 0; k < segments; ++k) {
    const auto i = static_cast<std::size_t>(k);
    rest[i] = band_rest.at(k * segment_ + segment_ / 2);
    const double ratio = static_cast<double>(lane.band[i]) / rest[i];
    if (ratio >= options_.active_ratio && std::isfinite(ratio) && lane.states[i] == 0) excess[i] = ratio * ratio;
  }
  const bool never_moves = !(lane.most > lane.least);
  out.silence_v = silence(lane);
  const bool silent = std::isfinite(out.silence_v);

  std::vector<Interval> off;
  std::vector<Interval> still;  // and so not learned from
  for (Index k = 0; k < segments; ++k) {
    const auto i = static_cast<std::size_t>(k);
    const bool hum = (lane.states[i] & kHum) != 0 && static_cast<double>(lane.band[i]) > 4 * rest[i];
    const bool constant = (lane.states[i] & kConstant) != 0 && !never_moves;
    const Interval rows{k * segment_, (k + 1) * segment_};
    if (hum || (constant && !silent)) off.push_back(rows);
    if (hum || constant) still.push_back(rows);
  }
  off = united(std::move(off));
  still = united(std::move(still));
  const std::vector<Interval> motion =
      motion_spans(lane.low, lane.band, low_at_rest(lane.low, floor, still), segment_, end_, rate_, artefacts_);
  const std::vector<Interval> noise = find_noise(lane, still);
  const Index margin = rate_.round(Seconds(artefacts_.spike_margin_s));
  std::vector<Interval> spikes;
  for (const Interval s : lane.spikes) spikes.push_back(intersect({s.begin - margin, s.end + margin}, {0, end_}));
  spikes = united(std::move(spikes));
  for (const Interval s : off) out.artefacts.push_back({s, "lead off"});
  for (const Interval s : motion) out.artefacts.push_back({s, "motion"});
  for (const Interval s : noise) out.artefacts.push_back({s, "noise"});
  for (const Interval s : spikes) out.artefacts.push_back({s, "spike"});
  std::stable_sort(out.artefacts.begin(), out.artefacts.end(),
                   [](const Artefact& a, const Artefact& b) { return a.rows.begin < b.rows.begin; });
  std::vector<Interval> any;
  for (const Artefact& a : out.artefacts) any.push_back(a.rows);
  any = united(std::move(any));

  const Index span = per_span_ * segment_;
  const auto covered = [span](const std::vector<Interval>& all, std::vector<Index>& of_span) {
    for (const Interval i : all) {
      for (Index at = i.begin; at < i.end;) {
        const Index stop = std::min(i.end, (at / span + 1) * span);
        of_span[static_cast<std::size_t>(at / span)] += stop - at;
        at = stop;
      }
    }
  };
  std::vector<Index> off_rows(lane.spans.size(), 0);
  std::vector<Index> artefact_rows(lane.spans.size(), 0);
  covered(off, off_rows);
  covered(any, artefact_rows);

  const bool coarse = lane.most - lane.least < kClippedSteps * lane.step_v;  // false for a step that is not known
  std::array<double, 6> total{};
  std::array<std::vector<double>, 2> ratios;
  double samples = 0;
  for (std::size_t s = 0; s < lane.spans.size(); ++s) {
    const Span& from = lane.spans[s];
    QualityMeasures m;
    std::vector<double> active;
    for (Index k = static_cast<Index>(s) * per_span_; k < std::min(segments, (static_cast<Index>(s) + 1) * per_span_); ++k) {
      active.push_back(excess[static_cast<std::size_t>(k)]);
    }
    m.snr_db = decibels(median_of_finite(std::move(active)) - 1);
    if (from.band_power > 0 && std::isfinite(from.band_power)) {
      const double hum = from.hum[which];
      if (hum > 0) m.mains_db = decibels(hum / std::max(from.band_power - hum, 1e-12 * from.band_power));
      m.low_ratio = from.low_power / from.band_power;
    }
    Index clipped = from.railed;
    if (!never_moves && !coarse) {
      if (from.high.any && from.high.value == lane.most) clipped += from.high.count;
      if (from.low.any && from.low.value == lane.least) clipped += from.low.count;
    }
    const std::array<Index, 6> counts = {clipped, from.flat, from.repeated, from.missing, off_rows[s], artefact_rows[s]};
    const auto n = static_cast<double>(from.samples);
    std::array<double, 6> share{};
    for (std::size_t i = 0; i < counts.size(); ++i) {
      share[i] = static_cast<double>(counts[i]) / n;
      total[i] += static_cast<double>(counts[i]);
    }
    m.clipped = share[0];
    m.flat = share[1];
    m.repeated = share[2];
    m.missing = share[3];
    m.lead_off = share[4];
    m.artefact = share[5];
    samples += n;
    ratios[0].push_back(m.mains_db);
    ratios[1].push_back(m.low_ratio);
    out.spans.push_back(m);
  }
  if (samples > 0) {
    for (double& t : total) t /= samples;
  }
  QualityMeasures& all = out.all;
  all = {decibels(median_of_finite(excess) - 1),
         median_of_finite(ratios[0]),
         median_of_finite(ratios[1]),
         total[0],
         total[1],
         total[2],
         total[3],
         total[4],
         total[5]};
  if (all.snr_db < kNoisy_db) out.flags.emplace_back("noisy");
  if (all.mains_db > kMains_db) out.flags.emplace_back("mains");
  if (all.low_ratio > 1) out.flags.emplace_back("low_frequency");
  if (all.clipped > kClipped) out.flags.emplace_back("clipped");
  if (all.flat > kPart) out.flags.emplace_back("flat");
  if (all.missing > kPart) out.flags.emplace_back("missing");
  if (all.lead_off > kPart) out.flags.emplace_back("lead_off");
  return out;
}

}  // namespace myocramp
