#include "myocramp/study/validate.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <set>
#include <system_error>
#include <tuple>
#include <utility>

#include "io/limited_open.hpp"
#include "io/notes.hpp"
#include "io/sidecars.hpp"
#include "io/subject_rules.hpp"
#include "io/tsv.hpp"
#include "myocramp/io/events.hpp"
#include "study/muscles.hpp"

namespace myocramp {
namespace {

// Limits of our own: what surface and needle EMG of people does not reach, with room to spare.
constexpr double kImpossibleV = 1;          // at the electrode, offset included
constexpr double kLargestPeakV = 0.1;       // about the mean
constexpr double kLargestRmsV = 0.05;       // about the mean
constexpr double kLeastRmsV = 1e-9;         // below the noise of any amplifier
constexpr double kLeastRateHz = 200;        // below this most of the EMG is lost
constexpr double kDefaultBandRateHz = 900;  // twice the high edge of the default band
constexpr Index kClippedRun = 5;            // equal samples in a row at an extreme
constexpr double kClippedShare = 1e-3;
constexpr double kClippedSteps = 16;  // a channel of fewer steps of its converter rests at its extremes
constexpr double kToleranceS = 1e-6;  // a time in decimal digits
constexpr double kHoleS = 0.001;      // between two phases

constexpr std::array<std::string_view, 7> kLabelWords = {"cramp",     "sustained",  "twitch",  "fasciculation",
                                                         "voluntary", "stimulated", "artefact"};
constexpr std::array<std::string_view, 2> kLastingWords = {"cramp", "sustained"};  // a label of another class may be an instant
constexpr std::array<std::string_view, 4> kLabelSources = {"manual", "auto", "consensus", "simulated"};

template <class Words>
bool is_one_of(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

template <class Words>
std::string joined(const Words& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + std::string(word);
  return out;
}

std::string seconds(double v) { return io::shortest(v) + " s"; }
std::string span_text(double start_s, double stop_s) { return io::shortest(start_s) + " to " + seconds(stop_s); }
std::string word_or_none(const std::string& word) { return word.empty() ? "n/a" : printable(word); }
std::string percent(double share) { return io::shortest(std::round(share * 1e5) / 1e3) + " %"; }
std::string volts(double v) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, v, std::chars_format::general, 4).ptr;
  return std::string(text, end) + " V";
}

/// Collects findings; what several rows or channels share becomes one, with their number and the first of them.
class Findings {
 public:
  void add(std::string code, Severity severity, std::string place, std::string expected, std::string found) {
    all_.push_back({std::move(code), severity, std::move(place), std::move(expected), std::move(found)});
  }
  /// Counts one more of the same code, place and expectation.
  void count(const std::string& code, Severity severity, const std::string& place, const std::string& expected, const std::string& found) {
    const auto [at, is_new] = groups_.try_emplace({code, place, expected}, all_.size());
    if (is_new) add(code, severity, place, expected, found);
    ++counts_[at->second];
  }
  std::vector<Finding> take() {
    for (const auto& [k, n] : counts_) {
      if (n > 1) all_[k].found = std::to_string(n) + ", the first: " + all_[k].found;
    }
    std::stable_sort(all_.begin(), all_.end(), [](const Finding& a, const Finding& b) { return a.severity < b.severity; });
    return std::move(all_);
  }

 private:
  std::vector<Finding> all_;
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> groups_;
  std::map<std::size_t, std::size_t> counts_;
};

// --- samples --------------------------------------------------------------------------------------

/// How often a channel stays at its largest (or, negated, smallest) value for kClippedRun samples and more.
struct Extreme {
  double value = -std::numeric_limits<double>::infinity();
  Index run = 0;
  Index clipped = 0;

  void add(double x) {
    if (x > value) {
      *this = {x, 1, 0};
    } else if (x == value) {
      ++run;
      if (run == kClippedRun) clipped += kClippedRun;
      if (run > kClippedRun) ++clipped;
    } else {
      run = 0;
    }
  }
};

/// What one pass over a channel tells. Sums are taken about the first value, so that an offset costs no digits.
struct ChannelStatistics {
  Index finite = 0;
  double first = 0;
  double sum = 0;
  double squares = 0;
  Extreme high;
  Extreme low;  // of -x

  void add(double x) {
    if (!std::isfinite(x)) {
      high.run = low.run = 0;
      return;
    }
    if (finite++ == 0) first = x;
    const double d = x - first;
    sum += d;
    squares += d * d;
    high.add(x);
    low.add(-x);
  }
  [[nodiscard]] double largest() const { return high.value; }
  [[nodiscard]] double smallest() const { return -low.value; }
  [[nodiscard]] double mean() const { return first + sum / static_cast<double>(finite); }
  [[nodiscard]] double rms() const {  // about the mean
    const double m = sum / static_cast<double>(finite);
    return std::sqrt(std::max(0.0, squares / static_cast<double>(finite) - m * m));
  }
  [[nodiscard]] double peak() const { return std::max(largest() - mean(), mean() - smallest()); }
  [[nodiscard]] double clipped_share() const { return static_cast<double>(high.clipped + low.clipped) / static_cast<double>(finite); }
};

std::vector<ChannelStatistics> statistics(const Signal& signal) {
  const auto channels = static_cast<Index>(signal.channels.size());
  std::vector<ChannelStatistics> out(signal.channels.size());
  Samples<double> buffer(std::min(kGridBlock, signal.samples), channels);
  for (Index begin = 0; begin < signal.samples; begin += kGridBlock) {
    const Interval rows{begin, std::min(begin + kGridBlock, signal.samples)};
    const Block<double> block = Block<double>(buffer).rows(0, rows.length());
    signal.source->read(rows, block);
    for (Index i = 0; i < rows.length(); ++i) {
      for (Index c = 0; c < channels; ++c) out[static_cast<std::size_t>(c)].add(block(i, c));
    }
  }
  return out;
}

std::string signal_place(const Signal& s) { return s.name.empty() ? "signal" : "signal " + printable(s.name); }
std::string channel_place(const Signal& s, const Channel& c) { return signal_place(s) + ", channel " + printable(c.name); }

void check_amplitudes(const std::string& place, const ChannelStatistics& x, Findings& out) {
  const double most = std::max(std::abs(x.largest()), std::abs(x.smallest()));
  if (most > kImpossibleV) {
    out.add("V-AMPLITUDE", Severity::kViolation, place, "at most 1 V at the electrode", volts(most) + ": is the unit or conversion right?");
  } else if (x.peak() > kLargestPeakV || x.rms() > kLargestRmsV) {
    out.add("V-UNIT", Severity::kViolation, place, "EMG of at most 100 mV peak and 50 mV RMS about its mean",
            volts(x.peak()) + " peak, " + volts(x.rms()) + " RMS: is it in mV or uV?");
  } else if (x.rms() < kLeastRmsV) {
    out.add("V-UNIT", Severity::kViolation, place, "at least 1 nV RMS about the mean",
            volts(x.rms()) + ": is the conversion applied twice?");
  }
}

void check_shape(const std::string& place, const ChannelStatistics& x, double step_v, Findings& out) {
  const double range = x.largest() - x.smallest();
  if (x.smallest() >= 0 || x.largest() <= 0) {
    const double nearest = x.smallest() >= 0 ? x.smallest() : -x.largest();
    const std::string found = volts(x.smallest()) + " to " + volts(x.largest());
    if (nearest < std::abs(x.mean()) / 2) {
      out.add("V-ENVELOPE", Severity::kViolation, place, "voltage of both signs: no spectrum may be taken of an envelope", found);
    } else {
      out.add("V-OFFSET", Severity::kSuggestion, place, "voltage of both signs", found + ": an offset, or an envelope");
    }
  }
  if (x.clipped_share() > kClippedShare && !(range < kClippedSteps * step_v)) {
    out.add("V-CLIPPED", Severity::kViolation, place,
            "at most 0.1 % of samples in runs of " + std::to_string(kClippedRun) + " and more at an extreme", percent(x.clipped_share()));
  }
}

void check_samples(const Signal& s, Findings& out) {
  const std::vector<ChannelStatistics> channels = statistics(s);
  for (std::size_t c = 0; c < channels.size(); ++c) {
    const ChannelStatistics& x = channels[c];
    const std::string place = channel_place(s, s.channels[c]);
    if (x.finite == 0) {
      out.add("V-NAN", Severity::kViolation, place, "samples", "none: every one is NaN or infinite");
      continue;
    }
    if (const Index lost = s.samples - x.finite; lost > 0) {
      out.add("V-GAPS", Severity::kSuggestion, place, "samples throughout",
              percent(static_cast<double>(lost) / static_cast<double>(s.samples)) + " NaN or infinite");
    }
    if (x.largest() == x.smallest()) {
      out.add("V-FLAT", Severity::kViolation, place, "a signal", volts(x.first) + " throughout: a lead that is off, or not connected");
      continue;
    }
    check_amplitudes(place, x, out);
    check_shape(place, x, s.channels[c].step_v, out);
  }
}

void check_channels(const Signal& s, Findings& out) {
  for (const Channel& c : s.channels) {
    const std::string place = signal_place(s);
    const std::string name = "channel " + printable(c.name);
    if (c.muscle.empty()) {
      out.count("V-MUSCLE", Severity::kSuggestion, place, "a muscle for every channel", name + ": n/a");
    } else if (!is_muscle_name(c.muscle)) {
      const std::string nearest = nearest_muscle_name(c.muscle);
      out.count("V-MUSCLE", Severity::kSuggestion, place, "an anatomical name such as gastrocnemius_medialis",
                name + ": " + printable(c.muscle) + (nearest.empty() ? "" : "; " + nearest + "?"));
    }
    if (!is_one_of(std::array<std::string_view, 2>{"left", "right"}, c.side)) {
      out.count("V-SIDE", Severity::kSuggestion, place, "left or right for every channel", name + ": " + word_or_none(c.side));
    }
  }
}

void check_signal(const Signal& s, Findings& out) {
  const std::string place = signal_place(s);
  const std::string rate = io::shortest(s.rate.hertz()) + " Hz";
  if (s.rate.hertz() < kLeastRateHz) {
    out.add("V-RATE", Severity::kViolation, place, "at least 200 Hz, or most of the EMG is lost", rate);
  } else if (s.rate.hertz() <= kDefaultBandRateHz) {
    out.add("V-RATE", Severity::kSuggestion, place, "above 900 Hz, twice the high edge of the default band", rate);
  }
  check_channels(s, out);
  if (s.samples == 0 || s.channels.empty()) {
    out.add("V-EMPTY", Severity::kViolation, place, "samples", "a duration of 0 s");
    return;
  }
  const Encoding encoding = s.source->encoding();
  if (is_integer(encoding.type) && std::count(encoding.step_v.begin(), encoding.step_v.end(), 1.0) > 0) {
    out.add("V-CONVERSION", Severity::kViolation, place, "the volts of one step of the converter", "integers with a conversion of 1 V");
  }
  try {
    check_samples(s, out);
  } catch (const Error& e) {  // the other signals may be whole
    out.add(e.code(), Severity::kCritical, e.parts().place.empty() ? place : e.parts().place, e.parts().expected, e.parts().found);
  }
}

// --- tables ---------------------------------------------------------------------------------------

/// Names, start and end of a recording, for the tables that speak of them.
struct Frame {
  explicit Frame(const Recording& r) : start_s(r.start_s()), end_s(r.end_s()) {
    for (const Signal& s : r.signals) {
      for (const Channel& c : s.channels) channels.insert(c.name);
    }
  }
  [[nodiscard]] std::string text() const { return start_s == 0 ? seconds(end_s) : span_text(start_s, end_s); }
  [[nodiscard]] bool is_outside(double from_s, double to_s) const { return from_s < start_s - kToleranceS || to_s > end_s + kToleranceS; }

  double start_s;
  double end_s;
  std::set<std::string> channels;
};

enum class Empty { kAllowed, kRefused };

void check_span(const std::string& table, const std::string& what, double start_s, double stop_s, Empty empty, const Frame& frame,
                Findings& out) {
  const std::string found = what + " " + span_text(start_s, stop_s);
  const bool is_span = empty == Empty::kAllowed ? stop_s >= start_s : stop_s > start_s;
  if (!std::isfinite(start_s) || !std::isfinite(stop_s) || !is_span) {
    const std::string expected = empty == Empty::kAllowed ? "a duration of at least 0 s" : "a duration above 0 s";
    out.count("V-DURATION", Severity::kViolation, table, expected, found);
  }
  if (frame.is_outside(start_s, stop_s)) {
    out.count("V-OUTSIDE", Severity::kViolation, table, "rows inside the recording of " + frame.text(), found);
  }
}

void check_channel_names(const std::string& table, const std::string& what, const std::vector<std::string>& names, const Frame& frame,
                         Findings& out) {
  for (const std::string& name : names) {
    if (frame.channels.contains(name)) continue;
    out.count("V-CHANNEL", Severity::kViolation, table, "channels of the recording", what + " on " + printable(name));
  }
}

/// Labels of one rater, class and channel that overlap: one of them says twice what happened once.
void check_overlaps(const std::vector<Event>& labels, Findings& out) {
  std::map<std::tuple<std::string, std::string, std::string, std::string>, std::vector<const Event*>> groups;
  for (const Event& e : labels) {
    const std::vector<std::string> all = {""};
    for (const std::string& channel : e.channels.empty() ? all : e.channels) {
      groups[{e.annotator, e.label_source, e.trial_type, channel}].push_back(&e);
    }
  }
  std::set<const Event*> told;
  for (auto& [key, rows] : groups) {
    std::stable_sort(rows.begin(), rows.end(), [](const Event* a, const Event* b) { return a->onset_s < b->onset_s; });
    const Event* last = rows.front();
    for (std::size_t k = 1; k < rows.size(); ++k) {
      if (rows[k]->onset_s < last->offset_s() - kToleranceS && told.insert(rows[k]).second) {
        out.count("V-OVERLAP", Severity::kViolation, "labels", "one label of a rater, class and channel at a time",
                  printable(rows[k]->trial_type) + " " + span_text(rows[k]->onset_s, rows[k]->offset_s()) + " after " +
                      span_text(last->onset_s, last->offset_s()));
      }
      if (rows[k]->offset_s() > last->offset_s()) last = rows[k];
    }
  }
}

void check_labels(const Recording& r, const Frame& frame, Findings& out) {
  std::set<std::string> raters;
  for (const Event& e : r.labels) {
    const std::string what = word_or_none(e.trial_type) + " at " + seconds(e.onset_s);
    check_span("labels", word_or_none(e.trial_type), e.onset_s, e.offset_s(), Empty::kAllowed, frame, out);
    if (e.duration_s == 0 && is_one_of(kLastingWords, e.trial_type)) {
      out.count("V-DURATION", Severity::kSuggestion, "labels", "a cramp or sustained activity that lasts", what + " lasts 0 s");
    }
    check_channel_names("labels", what, e.channels, frame, out);
    if (!is_one_of(kLabelWords, e.trial_type)) {
      const std::string plain = plain_name(e.trial_type);
      out.count("V-LABEL", Severity::kSuggestion, "labels", "one of " + joined(kLabelWords),
                what + (is_one_of(kLabelWords, plain) ? "; " + plain + "?" : ""));
    }
    if (!is_one_of(kLabelSources, e.label_source)) {
      out.count("V-SOURCE", Severity::kSuggestion, "labels", "a label_source: " + joined(kLabelSources),
                what + ": " + word_or_none(e.label_source));
    }
    const bool is_of_program = e.label_source == "auto" || e.label_source == "simulated";
    if (e.annotator.empty() && !is_of_program) {
      out.count("V-ANNOTATOR", Severity::kSuggestion, "labels", "an annotator for every label of a person", what + ": n/a");
    }
    if (e.confidence < 0 || e.confidence > 1) {
      out.count("V-CONFIDENCE", Severity::kSuggestion, "labels", "a confidence from 0 to 1", what + ": " + io::shortest(e.confidence));
    }
    if (!e.annotator.empty()) raters.insert(e.annotator);
  }
  check_overlaps(r.labels, out);
  if (raters.size() > 1 && r.annotated_spans.empty()) {
    out.add("V-SPANS", Severity::kSuggestion, "annotated_spans", "what each of several raters looked at",
            "none, for " + std::to_string(raters.size()) + " raters");
  }
}

void check_protocol(const Recording& r, const Frame& frame, Findings& out) {
  if (r.protocol.empty()) {
    out.add("V-PROTOCOL", Severity::kSuggestion, "protocol", "phases: without one nothing is called a cramp", "none");
    return;
  }
  std::vector<Phase> phases = r.protocol;
  std::stable_sort(phases.begin(), phases.end(), [](const Phase& a, const Phase& b) { return a.start_s < b.start_s; });
  double covered_s = frame.start_s;
  double last_stop_s = -std::numeric_limits<double>::infinity();
  const auto hole = [&](double to_s) {
    if (to_s <= covered_s + kHoleS) return;
    out.count("V-HOLE", Severity::kSuggestion, "protocol", "phases from start to end", "none in " + span_text(covered_s, to_s));
  };
  for (std::size_t k = 0; k < phases.size(); ++k) {
    const Phase& p = phases[k];
    check_span("protocol", word_or_none(p.name), p.start_s, p.stop_s, Empty::kRefused, frame, out);
    if (!is_phase_name(p.name)) {
      out.count("V-PHASE", Severity::kViolation, "protocol", "one of " + phase_choice(), word_or_none(p.name));
    }
    if (p.start_s < last_stop_s - kToleranceS) {
      out.count("V-OVERLAP", Severity::kViolation, "protocol", "one phase at a time",
                printable(p.name) + " " + span_text(p.start_s, p.stop_s) + " before " + seconds(last_stop_s));
    }
    last_stop_s = std::max(last_stop_s, p.stop_s);
    hole(p.start_s);
    covered_s = std::max(covered_s, p.stop_s);
  }
  hole(frame.end_s);
}

void check_trains(const Recording& r, const Frame& frame, Findings& out) {
  for (const StimTrain& t : r.stim_trains) {
    check_span("stim_trains", "train", t.start_s, t.stop_s, Empty::kAllowed, frame, out);  // a single pulse lasts no time
    const double pulses = t.frequency_hz * (t.stop_s - t.start_s) + 1;                     // the last one at the end; NaN: not said
    // A pulse more or less is how makers count: some end a train one interval after its last pulse.
    if (std::abs(t.n_pulses - pulses) > 1.5 + 1e-6 * pulses) {
      out.count("V-TRAIN", Severity::kViolation, "stim_trains", "as many pulses as frequency and duration give",
                "train at " + seconds(t.start_s) + ": " + io::shortest(t.n_pulses) + ", not " + io::shortest(std::round(pulses)));
    }
  }
}

void check_spans(const Recording& r, const Frame& frame, Findings& out) {
  for (const InvalidSpan& s : r.invalid_times) {
    const std::string what = s.reason.empty() ? "row" : printable(s.reason);
    check_span("invalid_times", what, s.start_s, s.stop_s, Empty::kRefused, frame, out);
    check_channel_names("invalid_times", what + " at " + seconds(s.start_s), s.channels, frame, out);
  }
  for (const AnnotatedSpan& s : r.annotated_spans) {
    check_span("annotated_spans", word_or_none(s.annotator), s.start_s, s.stop_s, Empty::kRefused, frame, out);
  }
}

void check_covariates(const Recording& r, const Frame& frame, Findings& out) {
  std::set<std::pair<std::string, double>> seen;
  std::set<std::string> seen_of_session;
  for (const Covariate& c : r.covariates) {
    const std::string what = word_or_none(c.name);
    const bool is_number = std::isfinite(c.value);
    if (c.name.empty() || (!is_number && c.value_text.empty())) {
      out.count("V-COVARIATE", Severity::kViolation, "covariates", "a name, and a number or a word", what);
    }
    if (is_number && c.unit.empty()) {
      out.count("V-COVARIATE-UNIT", Severity::kViolation, "covariates", "a unit for every number; 1 for a pure one",
                what + " " + io::shortest(c.value));
    }
    if (frame.is_outside(c.time_s, c.time_s)) {
      out.count("V-COVARIATE-TIME", Severity::kSuggestion, "covariates", "a time inside the recording of " + frame.text(),
                what + " at " + seconds(c.time_s));
    }
    const bool is_new = std::isnan(c.time_s) ? seen_of_session.insert(c.name).second : seen.emplace(c.name, c.time_s).second;
    if (!is_new) out.count("V-COVARIATE-TWICE", Severity::kViolation, "covariates", "one value of a covariate at one time", what);
  }
}

void check_subject_text(const char* code, Severity severity, const char* field, const std::string& text, Findings& out) {
  const std::string_view expected = io::subject_fault(field, text);
  if (!expected.empty()) out.add(code, severity, "subject", std::string(expected), printable(text));
}

void check_subject(const Recording& r, Findings& out) {
  const Subject& s = r.subject;
  if (s.id.empty()) out.add("V-SUBJECT", Severity::kSuggestion, "subject", "an id: a study counts subjects, not recordings", "n/a");
  check_subject_text("V-SEX", Severity::kViolation, "sex", s.sex, out);
  check_subject_text("V-AGE", Severity::kViolation, "age", s.age, out);
  check_subject_text("V-WEIGHT", Severity::kViolation, "weight", s.weight, out);
  check_subject_text("V-SPECIES", Severity::kViolation, "species", s.species, out);
  if (r.session_start.empty()) {
    out.add("V-START", Severity::kSuggestion, "session start", "date and time with offset: night cramps have a time of day", "n/a");
  }
}

/// What the readers had to say. Rows outside are found here anyway.
void add_notes(const Recording& r, Findings& out) {
  for (const Refusal& x : r.refused) {
    out.add("V-REFUSED", Severity::kViolation, "signal " + printable(x.signal), "a signal that can be used", x.code + ": " + x.reason);
  }
  for (const std::string& note : r.notes) {
    if (note.find(io::kRowsOutside) != std::string::npos) continue;
    if (note.ends_with(io::kTableIsUsed)) {
      out.add("V-SIDECAR", Severity::kSuggestion, "tables beside the file", "the same as in the file", note);
    } else if (note.starts_with(io::kBadTable)) {
      out.add("V-TABLE", Severity::kViolation, "tables", "tables and rows that can be read", note.substr(io::kBadTable.size()));
    } else if (note.starts_with(io::kUnsortedTable)) {
      out.add("V-ORDER", Severity::kViolation, "tables", "rows sorted by start", note.substr(io::kUnsortedTable.size()));
    } else {
      out.add("V-NOTE", Severity::kSuggestion, "recording", "nothing that had to be assumed", note);
    }
  }
}

/// Rows are sorted when they are read; how they stand in the file is seen only here.
void check_order_of_events(const std::string& path, std::vector<Finding>& out) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return;
  const std::vector<Event> rows = io::read_event_table(path).rows;
  const auto later = std::adjacent_find(rows.begin(), rows.end(), [](const Event& a, const Event& b) { return a.onset_s > b.onset_s; });
  if (later == rows.end()) return;
  out.push_back({"V-ORDER", Severity::kSuggestion, printable(std::filesystem::path(path).filename().string()), "rows sorted by onset",
                 seconds(std::next(later)->onset_s) + " after " + seconds(later->onset_s)});
}

}  // namespace

std::string_view severity_text(Severity severity) {
  switch (severity) {
    case Severity::kCritical:
      return "critical";
    case Severity::kViolation:
      return "violation";
    case Severity::kSuggestion:
      break;
  }
  return "suggestion";
}

bool counts(const Finding& finding) { return finding.severity != Severity::kSuggestion; }

std::string to_text(const Finding& f) {
  const std::string place = f.place.empty() ? "" : f.place + ": ";
  return std::string(severity_text(f.severity)) + " " + f.code + ": " + place + "expected " + f.expected + ", found " + f.found;
}

std::vector<Finding> validate(const Recording& recording) {
  Findings out;
  const Frame frame(recording);
  for (const Signal& s : recording.signals) check_signal(s, out);
  check_labels(recording, frame, out);
  check_protocol(recording, frame, out);
  check_trains(recording, frame, out);
  check_spans(recording, frame, out);
  check_covariates(recording, frame, out);
  check_subject(recording, out);
  add_notes(recording, out);
  return out.take();
}

std::vector<Finding> validate_file(const std::string& path, const io::OpenOptions& options) {
  try {
    std::vector<Finding> out = validate(io::open_within_limits(path, options));
    check_order_of_events(io::events_path(path), out);
    return out;
  } catch (const InvalidArgument&) {
    throw;
  } catch (const Error& e) {
    const Error::Parts& p = e.parts();
    std::string place = p.place;
    if (!p.file.empty() && p.file != path) place = p.file + (place.empty() ? "" : ": " + place);  // a table beside it
    return {{p.code, Severity::kCritical, place, p.expected, p.found}};
  }
}

}  // namespace myocramp
