#include "myocramp/study/analyse.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <tuple>

#include "myocramp/core/reduce.hpp"
#include "myocramp/cramp/classify.hpp"
#include "myocramp/detect/activity.hpp"
#include "myocramp/signal/pick.hpp"
#include "myocramp/study/tables.hpp"
#include "study/date_edges.hpp"
#include "study/feature_builder.hpp"
#include "study/hum_removal.hpp"
#include "study/kept_samples.hpp"
#include "study/signal_quality.hpp"

namespace myocramp {
namespace {

// How many samples are kept between the passes, in `memory` bytes with the features: so a recording of minutes is conditioned once, and one of a
// night twice but for its quiet stretches.
std::size_t kept_between_passes(const Signal& signal, const Config& config, double memory) {
  const auto channels = static_cast<double>(signal.channels.size());
  const double features = signal.duration_s() * config.envelope.rate_hz * channels * 18;
  return static_cast<std::size_t>(std::clamp((memory - features) / sizeof(float), 0.0, static_cast<double>(signal.samples) * channels));
}

constexpr double kMemory = 96e6;  // bytes, for samples that are kept

struct SignalResult {
  SignalFeatures features;
  Quality quality;
  std::vector<ChannelActivity> activity;
  std::vector<Gaps> gaps;
  std::vector<std::string> notes;
  std::vector<InvalidSpan> level_steps;      // in which the level at rest of a channel moves by more than activity may
  std::unique_ptr<Signal> quiet;             // without hum
  std::unique_ptr<KeptSamples> conditioned;  // its samples; nothing when boundaries stay where the detector has seen them
};

// The band of the spectra, made wide enough for the shorter segments in which quality is measured, with bins below it.
QualityOptions quality_options(const Config& config) {
  QualityOptions o;
  const double least_hz = 2 / o.segment_s;
  o.high_hz = std::max(config.spectral.high_hz, 2 * least_hz);
  o.low_hz = std::clamp(config.spectral.low_hz, least_hz, o.high_hz - least_hz);
  o.longest_activity_s = config.cramp.longest_activity_s;
  return o;
}

// The samples of rest that is marked, if any.
std::optional<Interval> marked_rest(const Signal& signal, const CrampOptions& o, Index window) {
  constexpr Index kLeastWindows = 10;
  if (o.rest_to_s == o.rest_from_s) return {};
  const auto sample = [&](double s) { return signal.rate.round(Seconds(std::clamp(s - signal.start_s, 0.0, signal.duration_s()))); };
  const Interval rest{sample(o.rest_from_s), sample(o.rest_to_s)};
  if (rest.length() < kLeastWindows * window) {
    throw DataError({"E-REST", "", "cramp.rest_from_s",
                     "marked rest of at least " + detail::number(signal.rate.time(kLeastWindows * window)) + " s inside the signal",
                     detail::number(signal.rate.time(rest.length())) + " s"});
  }
  return rest;
}

// Activity that fills a recording is learned as its rest; nothing tells but how loud it is.
void note_loud_rest(const Signal& signal, SignalResult& out) {
  constexpr double kLoud_v = 20e-6;
  std::string loud;
  for (std::size_t c = 0; c < signal.channels.size(); ++c) {
    const double level = median(out.features.rest[c].level);
    if (!(level > kLoud_v)) continue;
    loud += (loud.empty() ? "" : ", ") + signal.channels[c].name + " (" + detail::number(std::round(level * 1e6)) + " uV)";
  }
  if (loud.empty()) return;
  out.notes.push_back("rest is loud on " + loud +
                      ": activity that fills a recording is taken for rest; cramp.rest_from_s and cramp.rest_to_s mark what is rest");
}

// Where the level at rest doubles its power or halves it from one knot to the next, no muscle has come to rest: activity too long to be taken for
// it has become rest, or what the electrode sees has changed. What is found to begin or end there may do so by that alone.
void find_level_steps(const Signal& signal, SignalResult& out) {
  const auto microvolts = [](double v) { return detail::number(std::round(v * 1e7) / 10); };
  const auto second = [](double s) { return detail::number(std::round(s)); };
  std::string steps;
  for (std::size_t c = 0; c < signal.channels.size(); ++c) {
    const Baseline& rest = out.features.rest[c];
    std::size_t more = 0;
    std::size_t last = 0;  // knot with a level
    for (std::size_t k = 1; k < rest.level.size(); ++k) {
      if (!std::isfinite(rest.level[k])) continue;
      const std::size_t before = std::exchange(last, k);
      const double ratio = rest.level[k] / rest.level[before];
      if (!std::isfinite(ratio) || ratio == 0 || std::abs(std::log2(ratio)) <= 0.5) continue;
      InvalidSpan span;
      span.start_s = signal.time(static_cast<Index>(before) * rest.knot_samples);
      span.stop_s = signal.time(static_cast<Index>(k) * rest.knot_samples);
      span.channels = {signal.channels[c].name};
      out.level_steps.push_back(span);
      if (more++ > 0) continue;
      steps += (steps.empty() ? "" : ", ") + signal.channels[c].name + " (from " + microvolts(rest.level[before]) + " to " +
               microvolts(rest.level[k]) + " uV at " + second(span.start_s) + " s";
    }
    if (more > 0) steps += (more > 1 ? " and " + std::to_string(more - 1) + " more" : "") + ")";
  }
  if (!steps.empty())
    out.notes.push_back(
        "the level at rest steps on " + steps +
        ": activity longer than cramp.longest_activity_s is taken for rest, and what begins or ends with a step is censored");
}

// What hides most of a channel, or makes rest of it what nobody would expect.
void note_what_is_learned_from(SignalResult& out) {
  constexpr double kMost = 0.5;
  std::string open;
  std::string silent;
  for (std::size_t c = 0; c < out.quality.channels.size(); ++c) {
    const ChannelQuality& q = out.quality.measured.channels[c];
    const double off = q.all.lead_off / (1 - q.all.missing);
    if (off > kMost) open += (open.empty() ? "" : ", ") + out.quality.channels[c] + " (" + detail::number(std::round(100 * off)) + " %)";
    if (std::isfinite(q.silence_v)) silent += (silent.empty() ? "" : ", ") + out.quality.channels[c];
  }
  if (!open.empty())
    out.notes.push_back("an open lead for most of " + open + ": what is rest there is learned from the little that is left");
  if (!silent.empty())
    out.notes.push_back("digital silence for most of " + silent + ": it is taken for rest, and whatever is above it for activity");
}

// `memory`, bytes, is what samples that are kept may take.
SignalResult analyse_signal(const Signal& signal, const Config& config, double memory, const std::function<void(double)>& progress) {
  if (signal.rate.hertz() > kHighestRate_hz) {
    throw DataError(
        {"E-RATE", "", "sampling rate", "at most " + detail::number(kHighestRate_hz) + " Hz", detail::number(signal.rate.hertz()) + " Hz"});
  }
  const auto channels = static_cast<Index>(signal.channels.size());
  FeatureBuilder features(signal, config);
  std::unique_ptr<Detector> detector = make_detector(config.detector.name, config.detector.options, signal.rate, channels);
  const bool dates = detector->dates();
  ActivityFinder finder(std::move(detector), signal.rate, channels, config.cramp.longest_activity_s);
  const auto hum = std::make_shared<HumRemoval>(signal, config.mains, config.filter.high_hz);
  SignalResult out;
  out.quiet = std::make_unique<Signal>(signal);
  out.quiet->source = std::make_shared<HumFreeSource>(hum, signal.source);
  out.conditioned = std::make_unique<KeptSamples>(*out.quiet, config.filter, finder.lead(), kept_between_passes(signal, config, memory));
  KeptSamples& conditioned = *out.conditioned;
  QualityMeter meter(quality_options(config), {}, signal.rate, channels);
  tell_converters(signal, meter);
  hum->show_raw([&meter](ConstBlock<double> rows) { meter.add(rows); });

  const auto blocks = static_cast<double>(std::max<Index>(1, conditioned.blocks()));
  for (Index b = 0; b < conditioned.blocks(); ++b) {
    const Conditioner::View view = conditioned.first(b);
    finder.learn(view.x, view.lead, view.rows.begin);
    features.add(view.x.rows(view.lead, view.rows.length()));
    if (progress) progress(0.6 * static_cast<double>(b + 1) / blocks);
  }
  const SignalQuality quality = meter.finish();
  hum->show_raw({});  // it outlives the meter
  std::vector<std::vector<Interval>> not_rest(signal.channels.size());
  for (std::size_t c = 0; c < not_rest.size(); ++c) {
    for (const Artefact& a : quality.channels[c].artefacts) {
      if (std::string_view(a.reason) == "lead off") not_rest[c].push_back(a.rows);
    }
  }
  std::vector<double> steps;
  for (const ChannelQuality& q : quality.channels) steps.push_back(std::fmax(q.step_v, q.silence_v));
  const std::optional<Interval> rest = marked_rest(signal, config.cramp, finder.lead() + 1);
  finder.fit(steps, not_rest, rest);
  for (std::size_t b = 0; b < finder.blocks(); ++b) {
    if (finder.quiet(b)) {
      finder.pass(b);
    } else {
      const Conditioner::View view = conditioned.again(static_cast<Index>(b));
      finder.find(view.x, view.lead, view.rows.begin);
    }
    if (progress) progress(0.6 + 0.4 * static_cast<double>(b + 1) / blocks);
  }
  finder.finish();
  for (std::size_t b = 0; b < finder.blocks(); ++b) {
    if (!finder.looks_at(b)) continue;
    const Conditioner::View view = conditioned.again(static_cast<Index>(b));
    finder.look(view.x, view.lead, view.rows.begin);
  }

  for (std::size_t c = 0; c < signal.channels.size(); ++c) {
    const Channel& channel = signal.channels[c];
    for (const Activity& a : finder.found()[c]) {
      out.activity.push_back(
          {signal.time(a.span.begin), signal.time(a.span.end), channel.name, channel.muscle, a.score, a.cut_start, a.cut_end});
    }
    if (const Index n = conditioned.gaps()[c]; n > 0) out.gaps.push_back({channel.name, n, signal.rate.time(n)});
  }
  out.quality = {signal.name, {}, signal.rate, signal.start_s, quality, hum->report()};
  for (const Channel& c : signal.channels) out.quality.channels.push_back(c.name);
  out.features = features.finish(config.cramp.longest_activity_s, not_rest, rest);
  if (!rest) note_loud_rest(signal, out);
  if (!rest) find_level_steps(signal, out);
  if (!rest) note_what_is_learned_from(out);
  if (dates || config.cramp.date_window_s == 0) out.conditioned.reset();
  return out;
}

std::vector<InvalidSpan> artefact_spans(const std::vector<Quality>& quality) {
  std::vector<InvalidSpan> out;
  for (const Quality& q : quality) {
    for (std::size_t c = 0; c < q.channels.size(); ++c) {
      for (const Artefact& a : q.measured.channels[c].artefacts) {
        InvalidSpan span;
        span.start_s = q.start_s + q.rate.time(a.rows.begin);
        span.stop_s = q.start_s + q.rate.time(a.rows.end);
        span.reason = a.reason;
        span.channels = {q.channels[c]};
        out.push_back(std::move(span));
      }
    }
  }
  const auto by_start = [](const InvalidSpan& a, const InvalidSpan& b) {
    return std::tie(a.start_s, a.channels, a.reason) < std::tie(b.start_s, b.channels, b.reason);
  };
  std::sort(out.begin(), out.end(), by_start);
  return out;
}

// On how many channels hum was taken off; empty: on none.
std::string hum_note(const std::vector<Quality>& quality) {
  std::map<double, int> humming;
  int all = 0;
  for (const Quality& q : quality) {
    for (const Hum& hum : q.hum) {
      ++all;
      if (hum.mains_hz != 0) ++humming[hum.mains_hz];
    }
  }
  std::string note;
  for (const auto& [mains_hz, channels] : humming) {
    note += (note.empty() ? "mains hum taken off: " : ", ") + detail::number(mains_hz) + " Hz on " + std::to_string(channels);
  }
  return note.empty() ? note : note + " of " + std::to_string(all) + (all == 1 ? " channel" : " channels") + " (quality.json)";
}

// Channels without a single sample: that they have no episode says nothing. Empty: there are none.
std::string unmeasured_note(const std::vector<Quality>& quality) {
  std::string names;
  int channels = 0;
  for (const Quality& q : quality) {
    for (std::size_t c = 0; c < q.channels.size(); ++c) {
      if (q.measured.channels[c].all.missing < 1) continue;
      names += (channels++ == 0 ? "" : ", ") + q.channels[c];
    }
  }
  if (channels == 0) return "";
  return (channels == 1 ? "channel " : "channels ") + names + (channels == 1 ? " was" : " were") +
         " never measured: every sample is missing";
}

// What is called a cramp, where no phase lets one begin by itself.
void note_cramps(const std::vector<Phase>& protocol, bool trains, std::vector<std::string>& notes) {
  const auto has = [&protocol](std::initializer_list<std::string_view> names) {
    return std::any_of(protocol.begin(), protocol.end(),
                       [&](const Phase& p) { return std::find(names.begin(), names.end(), p.name) != names.end(); });
  };
  if (has({"rest", "stretch", "sleep"})) return;
  const bool contractions = has({"mvc", "exercise"});
  std::string note = protocol.empty() ? "no protocol and no phase given" : "no phase rest, stretch or sleep in the protocol";
  note += ": nothing is called cramp";
  if (trains || contractions) note += " but what outlasts ";
  if (trains) note += "a train";
  if (trains && contractions) note += " or ";
  if (contractions) note += "a contraction";
  notes.push_back(note + ", for EMG alone cannot tell a cramp from any sustained contraction");
}

double median_baseline_uv(const std::vector<SignalFeatures>& features) {
  std::vector<double> levels;
  std::vector<double> column;
  for (const SignalFeatures& f : features) {
    for (Index c = 0; c < static_cast<Index>(f.channels.size()); ++c) {
      column.clear();
      for (Index k = 0; k < f.frames(); ++k) {
        const double level = f.baseline(k, c);
        if (std::isfinite(level)) column.push_back(level);
      }
      if (!column.empty()) levels.push_back(median(column));
    }
  }
  return median(std::move(levels)) * 1e6;
}

}  // namespace

Analysis analyse(const Recording& recording, const AnalyseOptions& options) {
  check(options.config);
  const Config config = resolved(options.config);
  check(config);
  if (!options.phase.empty() && !is_phase_name(options.phase)) {
    throw InvalidArgument({"E-PHASE", "", "phase", "one of " + phase_choice(), printable(options.phase)});
  }
  Analysis out;
  out.refused = recording.refused;
  out.notes = recording.notes;
  out.protocol = recording.protocol;
  const bool stated = !options.phase.empty();
  if (out.protocol.empty() && stated)
    out.protocol = {{-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity(), options.phase}};
  else if (stated)
    out.notes.push_back("phase " + options.phase + " is not used, for the recording has a protocol");
  note_cramps(out.protocol, !recording.stim_trains.empty(), out.notes);

  const std::vector<Signal> signals = options.channels.empty() ? recording.signals : pick(recording, options.channels).signals;
  std::vector<ChannelActivity> activity;
  std::vector<Error::Parts> errors;
  Recording analysed;
  std::vector<std::pair<std::unique_ptr<Signal>, std::unique_ptr<KeptSamples>>> samples;  // of each of out.features
  std::vector<InvalidSpan> hidden;                                                        // in which an end may lie unseen
  for (std::size_t s = 0; s < signals.size(); ++s) {
    const Signal& signal = signals[s];
    const auto part = [&, s](double done) {
      if (options.progress) options.progress((static_cast<double>(s) + done) / static_cast<double>(signals.size()));
    };
    try {
      SignalResult r = analyse_signal(signal, config, kMemory / static_cast<double>(signals.size()), part);
      activity.insert(activity.end(), r.activity.begin(), r.activity.end());
      out.gaps.insert(out.gaps.end(), r.gaps.begin(), r.gaps.end());
      out.notes.insert(out.notes.end(), r.notes.begin(), r.notes.end());
      hidden.insert(hidden.end(), r.level_steps.begin(), r.level_steps.end());
      out.features.push_back(std::move(r.features));
      samples.emplace_back(std::move(r.quiet), std::move(r.conditioned));
      out.quality.push_back(std::move(r.quality));
      out.n_channels += static_cast<int>(signal.channels.size());
      analysed.signals.push_back(signal);
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

  out.start_s = analysed.start_s();
  out.duration_s = analysed.duration_s();

  std::map<std::string, ChannelSpans> spans;
  for (const ChannelActivity& a : activity) {
    spans[a.channel].channel = a.channel;
    spans[a.channel].spans.push_back({a.onset_s, a.offset_s});
  }
  std::vector<ChannelSpans> active;
  for (auto& [name, s] : spans) active.push_back(std::move(s));

  out.artefacts = artefact_spans(out.quality);
  Context context{out.protocol, {recording.stim_trains.begin(), recording.stim_trains.end()}, recording.invalid_times, out.artefacts};
  // Hum that muscle outdoes within half a second must not take that half second from it.
  std::erase_if(context.artefacts, [](const InvalidSpan& s) { return s.reason == "lead off"; });
  std::erase_if(context.invalid_times, is_truth);
  context.invalid_times.insert(context.invalid_times.end(), out.artefacts.begin(), out.artefacts.end());
  std::stable_sort(context.invalid_times.begin(), context.invalid_times.end(),
                   [](const InvalidSpan& a, const InvalidSpan& b) { return a.start_s < b.start_s; });
  const auto date = [&](std::vector<ChannelActivity>& joined) {
    for (std::size_t s = 0; s < samples.size(); ++s) {
      const auto& [signal, conditioned] = samples[s];
      if (conditioned) date_edges(joined, out.features[s], *signal, *conditioned, config.cramp);
    }
  };
  Segmented found = segment(std::move(activity), out.features, context, config.cramp, config.detector.name, date);
  hidden.insert(hidden.end(), context.invalid_times.begin(), context.invalid_times.end());
  measure(found.episodes, out.features, active, out.protocol, hidden, recording.session_start, config.cramp);
  out.episodes = std::move(found.episodes);
  out.rejected = std::move(found.rejected);
  out.baseline_uv = median_baseline_uv(out.features);
  if (std::string note = unmeasured_note(out.quality); !note.empty()) out.notes.push_back(std::move(note));
  if (std::string note = hum_note(out.quality); !note.empty()) out.notes.push_back(std::move(note));
  const auto refused = std::count_if(out.episodes.begin(), out.episodes.end(), spectra_refused);
  if (refused > 0) {
    out.notes.push_back("no spectral frequencies in " + std::to_string(refused) + (refused == 1 ? " episode" : " episodes") +
                        ": its signal-to-noise ratio is below cramp.spectral_snr_db = " + detail::number(config.cramp.spectral_snr_db) +
                        " dB (quality.json)");
  }
  return out;
}

}  // namespace myocramp
