#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/common.hpp"
#include "io/limited_open.hpp"
#include "platform/process.hpp"
#include "study/signal_quality.hpp"

namespace myocramp::cli {
namespace {

using nlohmann::json;

// What the samples of a signal tell.
struct Seen {
  Index gaps = 0;  // NaN or infinite, over all channels
  std::optional<SignalQuality> quality;
  std::string no_quality;  // why there is none
};

Seen look_at(const Signal& s) {
  Seen out;
  std::optional<QualityMeter> meter;
  try {
    if (s.rate.hertz() > kHighestRate_hz) {
      throw DataError(
          {"E-RATE", "", "sampling rate", "at most " + detail::number(kHighestRate_hz) + " Hz", detail::number(s.rate.hertz()) + " Hz"});
    }
    meter.emplace(QualityOptions{}, ArtefactOptions{}, s.rate, static_cast<Index>(s.channels.size()));
    tell_converters(s, *meter);
  } catch (const Error& e) {  // the rate is too low for the band of EMG, or no rate of a recording
    out.no_quality = e.what();
  }
  for (Index begin = 0; begin < s.samples; begin += kGridBlock) {
    const Samples<double> block = s.read({begin, std::min(begin + kGridBlock, s.samples)});
    for (Index i = 0; i < block.size(); ++i) out.gaps += std::isfinite(block.data()[i]) ? 0 : 1;
    if (meter) meter->add(ConstBlock<double>(block));
  }
  if (meter) out.quality = meter->finish();
  return out;
}

json or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }
json or_null(double number) { return std::isfinite(number) ? json(number) : json(nullptr); }

/// Labels by rater: {"": {"cramp": 2}} for rows that do not name one.
std::map<std::string, std::map<std::string, int>> labels_by_rater(const Recording& r) {
  std::map<std::string, std::map<std::string, int>> counts;
  for (const Event& e : r.labels) ++counts[e.annotator][e.trial_type];
  return counts;
}

json describe_subject(const Subject& s) {
  return {{"id", or_null(s.id)},   {"species", or_null(s.species)}, {"sex", or_null(s.sex)},
          {"age", or_null(s.age)}, {"weight", or_null(s.weight)},   {"description", or_null(s.description)}};
}

/// What a recording holds beside signals, protocol and labels.
json describe_context(const Recording& r) {
  json invalid = json::array();
  for (const InvalidSpan& s : r.invalid_times) {
    invalid.push_back({{"start_s", s.start_s}, {"stop_s", s.stop_s}, {"reason", or_null(s.reason)}, {"channels", s.channels}});
  }
  json annotated = json::array();
  for (const AnnotatedSpan& s : r.annotated_spans) {
    annotated.push_back({{"start_s", s.start_s}, {"stop_s", s.stop_s}, {"annotator", or_null(s.annotator)}});
  }
  json trains = json::array();
  for (const StimTrain& t : r.stim_trains) {
    trains.push_back({{"start_s", t.start_s},
                      {"stop_s", t.stop_s},
                      {"frequency_hz", or_null(t.frequency_hz)},
                      {"n_pulses", or_null(t.n_pulses)},
                      {"amplitude_a", or_null(t.amplitude_a)},
                      {"pulse_width_s", or_null(t.pulse_width_s)},
                      {"site", or_null(t.site)},
                      {"elicited_cramp", or_null(t.elicited_cramp)}});
  }
  json covariates = json::array();
  for (const Covariate& c : r.covariates) {
    covariates.push_back({{"covariate", c.name},
                          {"value", or_null(c.value)},
                          {"value_text", or_null(c.value_text)},
                          {"unit", or_null(c.unit)},
                          {"time_s", or_null(c.time_s)},
                          {"method", or_null(c.method)}});
  }
  json raters = json::object();
  for (const auto& [rater, labels] : labels_by_rater(r)) raters[rater.empty() ? "n/a" : rater] = labels;
  return {
      {"invalid_times", invalid}, {"annotated_spans", annotated}, {"stim_trains", trains}, {"covariates", covariates}, {"raters", raters}};
}

json quality_json(const ChannelQuality& q) {
  json out = {{"flags", q.flags}};
  const auto all = values(q.all);
  for (std::size_t i = 0; i < all.size(); ++i) out[kQualityNames[i]] = or_null(all[i]);
  return out;
}

json describe_recording(const std::string& path, const Recording& r) {
  json signals = json::array();
  for (const Signal& s : r.signals) {
    const Seen seen = look_at(s);
    json channels = json::array();
    for (std::size_t i = 0; i < s.channels.size(); ++i) {
      const Channel& c = s.channels[i];
      channels.push_back({{"name", c.name},
                          {"label", or_null(c.label)},
                          {"unit", "V"},
                          {"step_v", std::isfinite(c.step_v) ? json(c.step_v) : json(nullptr)},
                          {"muscle", or_null(c.muscle)},
                          {"side", or_null(c.side)},
                          {"interelectrode_distance_mm", or_null(c.interelectrode_distance_mm)},
                          {"quality", seen.quality ? quality_json(seen.quality->channels[i]) : json(nullptr)}});
    }
    signals.push_back({{"name", s.name},
                       {"rate_hz", s.rate.hertz()},
                       {"start_s", s.start_s},
                       {"samples", s.samples},
                       {"duration_s", s.duration_s()},
                       {"conversion", s.conversion},
                       {"gap_samples", seen.gaps},
                       {"no_quality", or_null(seen.no_quality)},
                       {"channels", channels}});
  }
  json refused = json::array();
  for (const Refusal& x : r.refused) refused.push_back({{"signal", x.signal}, {"code", x.code}, {"reason", x.reason}});
  json phases = json::array();
  for (const Phase& p : r.protocol)
    phases.push_back({{"phase", p.name},
                      {"start_s", p.start_s},
                      {"stop_s", p.stop_s},
                      {"posture", or_null(p.posture)},
                      {"joint_angle_deg", or_null(p.joint_angle_deg)}});
  std::map<std::string, int> labels;
  for (const Event& e : r.labels) ++labels[e.trial_type];
  json told = {{"file", path},
               {"layout", r.layout},
               {"identifier", or_null(r.identifier)},
               {"description", or_null(r.description)},
               {"session", or_null(r.session)},
               {"session_start", or_null(r.session_start)},
               {"subject", describe_subject(r.subject)},
               {"start_s", r.start_s()},
               {"duration_s", r.duration_s()},
               {"signals", signals},
               {"refused", refused},
               {"protocol", phases},
               {"labels", labels},
               {"notes", r.notes}};
  told.update(describe_context(r));
  return told;
}

std::string shown(const std::string& text) { return text.empty() ? "n/a" : one_line(text); }

std::string times(const Span& s) { return fmt::format("{:.3f} to {:.3f} s", s.start_s, s.stop_s); }

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

std::string subject_text(const Subject& s) {
  std::vector<std::string> parts;
  for (const std::string& part : {s.id, s.species, s.sex, s.age, s.weight, s.description}) {
    if (!part.empty()) parts.push_back(shown(part));
  }
  return joined(parts);
}

std::string quantity(double value, const char* unit) { return std::isfinite(value) ? " " + detail::number(value) + " " + unit : ""; }

std::string muscle_text(const Channel& c) {
  std::string out = c.muscle.empty() ? "" : ", " + shown(c.muscle);
  if (!c.side.empty()) out += (out.empty() ? ", " : " ") + shown(c.side);
  return out + (std::isfinite(c.interelectrode_distance_mm) ? "," + quantity(c.interelectrode_distance_mm, "mm apart") : "");
}

std::string phase_text(const Phase& p) {
  const std::string posture = p.posture.empty() ? "" : ", " + shown(p.posture);
  return posture + (std::isfinite(p.joint_angle_deg) ? "," + quantity(p.joint_angle_deg, "degrees") : "");
}

std::string step_text(const Channel& c) {
  return std::isfinite(c.step_v) ? fmt::format(", {:.4g} uV per step", c.step_v * 1e6) : ", floating-point";
}

// Of a channel: decibels that have an answer, shares that are not 0, and what is poor.
std::string quality_text(const ChannelQuality& q) {
  std::vector<std::string> parts;
  const auto ratio = [&parts](const char* name, double db) {
    if (std::isfinite(db)) parts.push_back(fmt::format("{} {:.1f} dB", name, db));
  };
  ratio("SNR", q.all.snr_db);
  ratio("mains", q.all.mains_db);
  const auto all = values(q.all);
  for (std::size_t i = 3; i < all.size(); ++i) {
    if (all[i] > 0) parts.push_back(fmt::format("{} {:.3g} %", kQualityNames[i], 100 * all[i]));
  }
  std::string out = parts.empty() ? "nothing active" : joined(parts);
  for (const std::string& flag : q.flags) out += (flag == q.flags.front() ? "; poor: " : ", ") + flag;
  return out;
}

std::string context_text(const Recording& r) {
  std::string out;
  for (const AnnotatedSpan& s : r.annotated_spans) out += fmt::format("  annotated      {} by {}\n", times(s), shown(s.annotator));
  for (const InvalidSpan& s : r.invalid_times) {
    const std::string where = s.channels.empty() ? "all channels" : shown(joined(s.channels));
    out += fmt::format("  invalid        {}: {} ({})\n", times(s), shown(s.reason), where);
  }
  for (const StimTrain& t : r.stim_trains) {
    const std::string cramp = t.elicited_cramp.empty() ? "" : ", cramp: " + shown(t.elicited_cramp);
    out += fmt::format("  train          {}:{}{}{}{}\n", times(t), quantity(t.n_pulses, "pulses"), quantity(t.frequency_hz, "Hz"),
                       quantity(t.amplitude_a, "A"), cramp);
  }
  for (const Covariate& c : r.covariates) {
    const std::string value =
        std::isfinite(c.value) ? detail::number(c.value) + (c.unit.empty() ? "" : " " + shown(c.unit)) : shown(c.value_text);
    const std::string when = std::isfinite(c.time_s) ? " at " + detail::number(c.time_s) + " s" : "";
    out += fmt::format("  covariate      {}: {}{}\n", shown(c.name), value, when);
  }
  return out;
}

std::string text(const std::string& path, const Recording& r) {
  const std::string from = r.start_s() == 0 ? "" : fmt::format(", {:.3f} to {:.3f} s", r.start_s(), r.end_s());
  std::string out = fmt::format("{}\n  layout         {}\n  session start  {}\n  duration       {:.3f} s{}\n", printable(path), r.layout,
                                shown(r.session_start), r.duration_s(), from);
  if (!r.session.empty()) out += fmt::format("  session        {}\n", shown(r.session));
  if (const std::string subject = subject_text(r.subject); !subject.empty()) out += fmt::format("  subject        {}\n", subject);
  if (!r.description.empty()) out += fmt::format("  description    {}\n", shown(r.description));
  for (const Signal& s : r.signals) {
    const Seen seen = look_at(s);
    out += fmt::format("  signal         {}: {} Hz, {} samples ({:.3f} s), {} channels, {} gap samples\n", shown(s.name),
                       detail::number(s.rate.hertz()), s.samples, s.duration_s(), s.channels.size(), seen.gaps);
    out += fmt::format("    conversion   {}\n", shown(s.conversion));
    for (const Channel& c : s.channels) out += fmt::format("    channel      {}  (V{}{})\n", shown(c.name), step_text(c), muscle_text(c));
    if (!seen.quality) out += fmt::format("    quality      n/a: {}\n", shown(seen.no_quality));
    for (std::size_t c = 0; seen.quality && c < s.channels.size(); ++c)
      out += fmt::format("    quality      {}: {}\n", shown(s.channels[c].name), quality_text(seen.quality->channels[c]));
  }
  for (const Refusal& x : r.refused) out += fmt::format("  refused        {}: {}: {}\n", shown(x.signal), x.code, shown(x.reason));
  for (const Phase& p : r.protocol)
    out += fmt::format("  phase          {} {:.3f} to {:.3f} s{}\n", p.name, p.start_s, p.stop_s, phase_text(p));
  out += context_text(r);
  for (const auto& [rater, labels] : labels_by_rater(r)) {
    const std::string by = rater.empty() ? "" : " by " + shown(rater);
    for (const auto& [name, n] : labels) out += fmt::format("  labels         {} {}{}\n", n, shown(name), by);
  }
  for (const std::string& n : r.notes) out += fmt::format("  note           {}\n", shown(n));
  return out;
}

std::string dump(const json& j) { return terminal_json(j.dump(2, ' ', false, json::error_handler_t::replace)); }

json values_json(const std::vector<io::ValueCandidate>& values) {
  json out = json::array();
  for (const io::ValueCandidate& v : values) {
    json one = {{"place", v.place}, {"found", v.found}};
    if (v.rate_hz > 0) one["rate_hz"] = v.rate_hz;
    out.push_back(one);
  }
  return out;
}

json suggestion_json(const std::string& path, const io::LayoutSuggestion& s) {
  json signals = json::array();
  for (const io::SignalCandidate& c : s.signals) {
    signals.push_back({{"path", c.path},
                       {"shape", c.shape},
                       {"type", c.type},
                       {"storage", c.storage},
                       {"axes", json::parse(c.axes)},
                       {"samples", c.samples},
                       {"channels", c.channels},
                       {"min", std::isfinite(c.min) ? json(c.min) : json(nullptr)},
                       {"max", std::isfinite(c.max) ? json(c.max) : json(nullptr)},
                       {"looked_at", c.looked_at}});
  }
  return {{"file", path},
          {"candidates",
           {{"signals", signals},
            {"rates", values_json(s.rates)},
            {"units", values_json(s.units)},
            {"scales", values_json(s.scales)},
            {"channel_names", values_json(s.channel_names)}}},
          {"draft", json::parse(s.draft)},
          {"to_check", s.to_check},
          {"notes", s.notes}};
}

// The draft is the output; what to think of while completing it goes to standard error.
void print_suggestion(const io::LayoutSuggestion& s) {
  fmt::print("{}\n", s.draft);
  for (const io::SignalCandidate& c : s.signals) {
    std::string shape;
    for (const Index n : c.shape) shape += fmt::format("{}{}", shape.empty() ? "" : " x ", n);
    print_note(fmt::format("signal {}: {} of {}, {}, {:.6g} to {:.6g}", printable(c.path), shape, c.type, c.storage, c.min, c.max));
  }
  const auto print_values = [](const char* kind, const std::vector<io::ValueCandidate>& values) {
    for (const io::ValueCandidate& v : values) print_note(fmt::format("{} {}: {}", kind, printable(v.place), v.found));
  };
  print_values("rate", s.rates);
  print_values("unit", s.units);
  print_values("scale", s.scales);
  print_values("names", s.channel_names);
  for (const std::string& n : s.notes) print_note(n);
  for (const std::string& t : s.to_check) print_note("check or fill in: " + t);
}

}  // namespace

int info_one(const Common& common, const InfoArguments& arguments) {
  const std::string& path = arguments.inputs.front();
  try {
    if (arguments.suggest_layout) {
      const io::LayoutSuggestion suggestion = io::suggest_layout_within_limits(path);
      if (arguments.json) {
        fmt::print("{}\n", dump(suggestion_json(path, suggestion)));
      } else {
        print_suggestion(suggestion);
      }
      return kDone;
    }
    const Recording r = io::open_within_limits(path, {.layout = common.layout, .study = common.study});
    // Nothing is printed of a file that turns out unreadable half way.
    fmt::print("{}", arguments.json ? dump(describe_recording(path, r)) + "\n" : text(path, r));
    return kDone;
  } catch (const InvalidArgument&) {
    throw;
  } catch (const Error& e) {
    if (arguments.json) fmt::print("{}\n", dump({{"file", path}, {"error", {{"code", e.code()}, {"text", e.what()}}}}));
    throw;
  }
}

int info(const Common& common, const InfoArguments& arguments) {
  if (arguments.suggest_layout) {
    if (arguments.inputs.size() != 1) {
      throw InvalidArgument({"E-USAGE", "", "--suggest-layout", "one file", std::to_string(arguments.inputs.size())});
    }
    std::vector<std::string> again = {"info", "--suggest-layout"};
    if (arguments.json) again.emplace_back("--json");
    again.insert(again.end(), {"--", arguments.inputs.front()});
    return in_own_process(again, arguments.inputs.front());
  }
  json all = json::array();
  std::size_t failed = 0;
  for (const std::string& path : arguments.inputs) {
    std::vector<std::string> again = {"info"};
    if (arguments.json) again.emplace_back("--json");
    if (!common.layout.empty()) again.insert(again.end(), {"--layout", common.layout});
    if (!common.study.empty()) again.insert(again.end(), {"--study", common.study});
    again.insert(again.end(), {"--", path});
    std::string out;
    const int code = in_own_process(again, path, [&out](const std::string& line) { out += line + "\n"; });
    if (platform::stop_signal() != 0 || code == kUsage || code == kOwnFailure) return code;
    failed += code == kDone ? 0 : 1;
    if (!arguments.json) {
      fmt::print("{}", out);
    } else if (const json one = json::parse(out, nullptr, false); one.is_object()) {
      all.push_back(one);
    } else {
      all.push_back({{"file", path}, {"error", {{"code", "E-CRASH"}, {"text", "the file ended its reader"}}}});
    }
  }
  if (arguments.json) fmt::print("{}\n", dump(all));
  if (failed == 0) return kDone;
  return failed == arguments.inputs.size() ? kBadInput : kSomeFailed;
}

}  // namespace myocramp::cli
