#include "myocramp/study/analyse.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "myocramp/core/reduce.hpp"
#include "myocramp/cramp/classify.hpp"
#include "myocramp/detect/activity.hpp"
#include "myocramp/envelope/moving_mean.hpp"
#include "myocramp/filter/gaps.hpp"
#include "myocramp/signal/pick.hpp"

namespace myocramp {
namespace {

// Reads a signal block by block on the fixed grid and band-passes it, so that every block can be had by itself, in any order, with the
// same bits: a margin of warm-up around it stands in for the rest of the signal, to 1e-14.
class Conditioner {
 public:
  Conditioner(const Signal& signal, const BandpassOptions& options, Index before, Index after)
      : signal_(signal),
        sections_(butterworth_bandpass(options, signal.rate)),
        warm_up_(zero_phase_warm_up(sections_)),
        before_(before),
        after_(after),
        gaps_(signal.channels.size(), 0) {
    constexpr Index kLongest = Index{1} << 18;  // every block is read with this much around it
    if (warm_up_ > kLongest) {
      throw DataError({"E-BAND", "", "filter.low_hz", "an edge whose filter settles within " + std::to_string(kLongest) + " samples",
                       detail::number(options.low_hz) + " Hz, which takes " + std::to_string(warm_up_)});
    }
    const Index needed = zero_phase_padding(sections_);
    if (signal.samples <= needed) {
      throw DataError({"E-SHORT", "", "signal", "more than " + std::to_string(needed) + " samples, which the filter's padding needs",
                       std::to_string(signal.samples)});
    }
  }

  [[nodiscard]] Index blocks() const { return (signal_.samples + kGridBlock - 1) / kGridBlock; }
  [[nodiscard]] Interval rows(Index block) const { return intersect({block * kGridBlock, (block + 1) * kGridBlock}, {0, signal_.samples}); }

  // The block's rows with `before` rows ahead of them and `after` behind, as far as the signal goes.
  struct View {
    ConstBlock<double> x;
    Index lead = 0;   // rows before the block
    Interval rows{};  // of the block
  };

  View load(Index block) {
    const Interval core = rows(block);
    const Interval all{0, signal_.samples};
    const Interval wanted = intersect({core.begin - before_, core.end + after_}, all);
    const Interval read = intersect({wanted.begin - warm_up_, wanted.end + warm_up_}, all);
    if (samples_.rows() < read.length()) samples_.resize(read.length(), static_cast<Index>(signal_.channels.size()));
    const Block<double> buffer = Block<double>(samples_).rows(0, read.length());
    signal_.source->read(read, buffer);
    zero_phase_between_gaps<double>(sections_, buffer, buffer, read.begin == 0 ? Edge::kPad : Edge::kWarmUp,
                                    read.end == signal_.samples ? Edge::kPad : Edge::kWarmUp);
    count_gaps(buffer.rows(core.begin - read.begin, core.length()), block);
    return {buffer.rows(wanted.begin - read.begin, wanted.length()), core.begin - wanted.begin, core};
  }

  [[nodiscard]] const std::vector<Index>& gaps() const { return gaps_; }

 private:
  // What the filter had no answer for: NaN, infinite, or too short a stretch between such.
  void count_gaps(ConstBlock<double> x, Index block) {
    if (block < counted_) return;  // the second pass sees the same samples again
    counted_ = block + 1;
    for (Index i = 0; i < x.rows(); ++i) {
      for (Index c = 0; c < x.channels(); ++c) gaps_[static_cast<std::size_t>(c)] += std::isfinite(x(i, c)) ? 0 : 1;
    }
  }

  const Signal& signal_;
  Sections sections_;
  Index warm_up_;
  Index before_;
  Index after_;
  Samples<double> samples_;
  std::vector<Index> gaps_;
  Index counted_ = 0;
};

// The envelope frames and spectral windows that begin in a block.
class FeatureBuilder {
 public:
  FeatureBuilder(const Signal& signal, const Config& config)
      : signal_(signal),
        hop_(std::max<Index>(1, static_cast<Index>(std::llround(signal.rate.hertz() / config.envelope.rate_hz)))),
        rms_(std::max<Index>(1, signal.rate.round(Seconds(config.envelope.window_s))), static_cast<Index>(signal.channels.size())),
        window_(config.spectral, signal.rate) {
    const Index n = signal.samples;
    const auto channels = static_cast<Index>(signal.channels.size());
    const Index frames = (n + hop_ - 1) / hop_;
    const Index windows = n < window_.length() ? 0 : (n - window_.length()) / window_.hop() + 1;
    out_.name = signal.name;
    for (const Channel& c : signal.channels) out_.channels.push_back(c.name);
    out_.start_s = signal.start_s;
    out_.hop_s = signal.rate.time(hop_);
    out_.envelope_window_s = signal.rate.time(rms_.window());
    out_.rms_v.resize(frames, channels);
    out_.arv_v.resize(frames, channels);
    out_.spectral.channels = out_.channels;
    out_.spectral.columns = {{"mnf_hz", Samples<double>(windows, channels)}, {"mdf_hz", Samples<double>(windows, channels)}};
    out_.spectral_window_s = signal.rate.time(window_.length());
    for (Index w = 0; w < windows; ++w) {
      out_.spectral.time_s.push_back(signal.start_s + (static_cast<double>(w * window_.hop()) + static_cast<double>(window_.length()) / 2) /
                                                          signal.rate.hertz());
    }
  }

  [[nodiscard]] Index before() const { return rms_.window(); }
  [[nodiscard]] Index after() const { return std::max(window_.length(), rms_.window() + hop_); }

  void add(const Conditioner::View& block) {
    if (scratch_.rows() < block.x.rows()) scratch_.resize(block.x.rows(), block.x.channels());
    const Block<double> envelope = Block<double>(scratch_).rows(0, block.x.rows());
    centred(rms_, block.x, envelope);
    const Index offset = block.lead - block.rows.begin;  // of a sample's row in the view
    const auto first_multiple = [&block](Index step) { return (block.rows.begin + step - 1) / step; };
    for (Index k = first_multiple(hop_); k < out_.rms_v.rows() && k * hop_ < block.rows.end; ++k) {
      const Index row = k * hop_ + offset;
      const Index length = std::min(hop_, signal_.samples - k * hop_);  // the last frame may be shorter
      for (Index c = 0; c < block.x.channels(); ++c) {
        out_.rms_v(k, c) = envelope(row + std::min(hop_ / 2, length - 1), c);
        double total = 0;
        for (Index i = 0; i < length; ++i) total += std::abs(block.x(row + i, c));
        out_.arv_v(k, c) = total / static_cast<double>(length);
      }
    }
    auto& mnf = out_.spectral.columns[0].values;
    auto& mdf = out_.spectral.columns[1].values;
    for (Index w = first_multiple(window_.hop()); w < mnf.rows() && w * window_.hop() < block.rows.end; ++w) {
      for (Index c = 0; c < block.x.channels(); ++c) {
        const SpectralMoments m = window_.measure<double>(block.x.rows(w * window_.hop() + offset, window_.length()), c);
        mnf(w, c) = m.mnf_hz;
        mdf(w, c) = m.mdf_hz;
      }
    }
  }

  SignalFeatures finish(double longest_activity_s) {
    out_.baseline_v.resize(out_.rms_v.rows(), out_.rms_v.cols());
    for (Index c = 0; c < out_.rms_v.cols(); ++c) {
      std::vector<double> frames;
      for (Index k = 0; k < out_.rms_v.rows(); ++k) frames.push_back(out_.rms_v(k, c));
      const Baseline rest = learn_baseline(frames, hop_, signal_.rate, longest_activity_s, 0);
      for (Index k = 0; k < out_.rms_v.rows(); ++k) out_.baseline_v(k, c) = rest.at(k * hop_ + hop_ / 2);
    }
    return std::move(out_);
  }

 private:
  const Signal& signal_;
  Index hop_;
  MovingRms<double> rms_;
  SpectralWindow window_;
  SignalFeatures out_;
  Samples<double> scratch_;
};

struct SignalResult {
  SignalFeatures features;
  std::vector<ChannelActivity> activity;
  std::vector<Gaps> gaps;
};

SignalResult analyse_signal(const Signal& signal, const Config& config, const std::function<void(double)>& progress) {
  constexpr double kHighestRate = 1e6;  // far above any EMG; windows in samples must fit in memory
  if (signal.rate.hertz() > kHighestRate) {
    throw DataError(
        {"E-RATE", "", "sampling rate", "at most " + detail::number(kHighestRate) + " Hz", detail::number(signal.rate.hertz()) + " Hz"});
  }
  const auto channels = static_cast<Index>(signal.channels.size());
  FeatureBuilder features(signal, config);
  ActivityFinder finder(make_detector(config.detector.name, config.detector.options, signal.rate, channels), signal.rate, channels,
                        config.cramp.longest_activity_s);
  Conditioner conditioned(signal, config.filter, std::max(features.before(), finder.lead()), features.after());
  const auto with_lead = [&finder](const Conditioner::View& v, auto&& use) {
    const Index lead = std::min(v.lead, finder.lead());
    use(v.x.rows(v.lead - lead, lead + v.rows.length()), lead, v.rows.begin);
  };

  const auto blocks = static_cast<double>(std::max<Index>(1, conditioned.blocks()));
  for (Index b = 0; b < conditioned.blocks(); ++b) {
    const Conditioner::View view = conditioned.load(b);
    with_lead(view, [&](auto x, Index lead, Index first) { finder.learn(x, lead, first); });
    features.add(view);
    if (progress) progress(0.6 * static_cast<double>(b + 1) / blocks);
  }
  std::vector<double> steps;
  for (const Channel& c : signal.channels) steps.push_back(c.step_v);
  finder.fit(steps);
  for (std::size_t b = 0; b < finder.blocks(); ++b) {
    if (finder.quiet(b)) {
      finder.pass(b);
    } else {
      with_lead(conditioned.load(static_cast<Index>(b)), [&](auto x, Index lead, Index first) { finder.find(x, lead, first); });
    }
    if (progress) progress(0.6 + 0.4 * static_cast<double>(b + 1) / blocks);
  }
  finder.finish();

  SignalResult out;
  for (std::size_t c = 0; c < signal.channels.size(); ++c) {
    const Channel& channel = signal.channels[c];
    for (const Activity& a : finder.found()[c]) {
      out.activity.push_back(
          {signal.time(a.span.begin), signal.time(a.span.end), channel.name, channel.muscle, a.score, a.cut_start, a.cut_end});
    }
    if (const Index n = conditioned.gaps()[c]; n > 0) out.gaps.push_back({channel.name, n, signal.rate.time(n)});
  }
  out.features = features.finish(config.cramp.longest_activity_s);
  return out;
}

// The signals with only the channels that a pattern names.
std::vector<Signal> chosen(const Recording& recording, const std::vector<std::string>& patterns) {
  if (patterns.empty()) return recording.signals;
  std::vector<Signal> out;
  std::vector<bool> used(patterns.size(), false);
  std::string have;
  for (const Signal& s : recording.signals) {
    std::vector<std::size_t> columns;
    for (std::size_t c = 0; c < s.channels.size(); ++c) {
      have += (have.empty() ? "" : ", ") + s.channels[c].name;
      bool wanted = false;
      for (std::size_t p = 0; p < patterns.size(); ++p) {
        if (!matches(patterns[p], s.channels[c].name)) continue;
        used[p] = true;
        wanted = true;
      }
      if (wanted) columns.push_back(c);
    }
    if (!columns.empty()) out.push_back(pick(s, std::move(columns)));
  }
  for (std::size_t p = 0; p < patterns.size(); ++p) {
    if (!used[p]) throw DataError({"E-CHANNEL", recording.path, "channels", "one of " + have, printable(patterns[p])});
  }
  return out;
}

double median_baseline_uv(const std::vector<SignalFeatures>& features) {
  std::vector<double> levels;
  for (const SignalFeatures& f : features) {
    for (Index c = 0; c < f.baseline_v.cols(); ++c) {
      std::vector<double> column;
      for (Index k = 0; k < f.baseline_v.rows(); ++k) {
        if (std::isfinite(f.baseline_v(k, c))) column.push_back(f.baseline_v(k, c));
      }
      if (!column.empty()) levels.push_back(median(std::move(column)));
    }
  }
  return median(std::move(levels)) * 1e6;
}

}  // namespace

std::string censored_text(Censored censored) {
  switch (censored) {
    case Censored::kStart:
      return "start";
    case Censored::kEnd:
      return "end";
    case Censored::kBoth:
      return "both";
    default:
      return "none";
  }
}

Analysis analyse(const Recording& recording, const AnalyseOptions& options) {
  check(options.config);
  if (!options.phase.empty() && !is_phase_name(options.phase)) {
    throw InvalidArgument({"E-PHASE", "", "phase", "one of " + phase_choice(), printable(options.phase)});
  }
  Analysis out;
  out.refused = recording.refused;
  out.notes = recording.notes;
  out.protocol = recording.protocol;
  if (out.protocol.empty() && !options.phase.empty())
    out.protocol = {{-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity(), options.phase}};
  if (out.protocol.empty()) {
    out.notes.emplace_back(
        "no protocol and no phase given: nothing is called cramp, for EMG alone cannot tell a cramp from any sustained contraction");
  }

  const std::vector<Signal> signals = chosen(recording, options.channels);
  std::vector<ChannelActivity> activity;
  std::vector<Error::Parts> errors;
  for (std::size_t s = 0; s < signals.size(); ++s) {
    const Signal& signal = signals[s];
    const auto part = [&, s](double done) {
      if (options.progress) options.progress((static_cast<double>(s) + done) / static_cast<double>(signals.size()));
    };
    try {
      SignalResult r = analyse_signal(signal, options.config, part);
      activity.insert(activity.end(), r.activity.begin(), r.activity.end());
      out.gaps.insert(out.gaps.end(), r.gaps.begin(), r.gaps.end());
      out.features.push_back(std::move(r.features));
      out.n_channels += static_cast<int>(signal.channels.size());
      out.duration_s = std::max(out.duration_s, signal.start_s + signal.duration_s());
    } catch (const DataError& e) {
      Error::Parts parts = e.parts();
      if (parts.file.empty()) parts.file = recording.path;
      if (!signal.name.empty()) parts.place = signal.name + ": " + parts.place;
      errors.push_back(parts);
      out.refused.push_back({signal.name, e.code(), e.parts().place + ": expected " + e.parts().expected + ", found " + e.parts().found});
    }
  }
  if (out.features.empty()) {
    if (errors.empty()) throw DataError({"E-CHANNELS", recording.path, "signals", "at least one usable signal", "none"});
    throw DataError(errors.front());
  }

  std::map<std::string, ChannelSpans> spans;
  for (const ChannelActivity& a : activity) {
    spans[a.channel].channel = a.channel;
    spans[a.channel].spans.push_back({a.onset_s, a.offset_s});
  }
  std::vector<ChannelSpans> active;
  for (auto& [name, s] : spans) active.push_back(std::move(s));

  const Context context{out.protocol,
                        {recording.stim_trains.begin(), recording.stim_trains.end()},
                        {recording.invalid_times.begin(), recording.invalid_times.end()}};
  Segmented found = segment(std::move(activity), context, options.config.cramp, options.config.detector.name);
  measure(found.episodes, out.features, active, out.protocol, recording.session_start, options.config.cramp);
  out.episodes = std::move(found.episodes);
  out.rejected = std::move(found.rejected);
  out.baseline_uv = median_baseline_uv(out.features);
  return out;
}

}  // namespace myocramp
