#include "myocramp/study/score.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "io/sidecars.hpp"
#include "io/tsv.hpp"
#include "myocramp/core/error.hpp"
#include "myocramp/evaluate/spans.hpp"
#include "myocramp/io/events.hpp"
#include "myocramp/signal/truth.hpp"
#include "myocramp/study/batch.hpp"

namespace myocramp {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEventsEnd = ".events.tsv";
constexpr const char* kEpisodes = "episodes.tsv";
constexpr double kSameTimeS = 1e-6;

std::string without_end(const std::string& text, std::size_t n) { return text.substr(0, text.size() - n); }

/// The name of a recording that a file would belong to: without its extension, and without ".events".
std::string name_of(const fs::path& path) {
  const std::string name = path.generic_string();
  if (name.ends_with(kEventsEnd)) return without_end(name, std::string(kEventsEnd).size());
  return fs::path(path).replace_extension().generic_string();
}

/// The recording beside NAME.events.tsv, or "".
std::string recording_beside(const std::string& path) {
  if (!path.ends_with(kEventsEnd)) return "";
  for (const char* end : {".nwb", ".h5", ".hdf5", ".mat"}) {
    std::string recording = name_of(path) + end;
    std::error_code ignored;
    if (fs::is_regular_file(recording, ignored)) return recording;
  }
  return "";
}

/// The recording that a path names, itself or as its events; "" for a mere table.
std::string recording_of(const std::string& path) { return path.ends_with(".tsv") ? recording_beside(path) : path; }

bool is_background(const Event& e) { return e.trial_type == "bckg" || e.trial_type.starts_with("phase:"); }

Labels read_table(const std::string& path, const std::string& study) {
  if (const io::TsvReader header(path, "E-EVENTS"); header.column("recording") != io::TsvReader::kNoColumn) {
    throw DataError({"E-EVENTS", path, "recording", "the table of one recording", "a column that tells several apart: give their folder"});
  }
  io::EventTable table = io::read_event_table(path);
  io::sort_events(table.rows);
  Labels out;
  out.path = path;
  out.notes = std::move(table.notes);
  out.is_labelled = true;
  if (!std::isnan(table.background_s)) out.start_s = table.background_start_s;
  for (Event& e : io::split_phases(table.rows).events) {
    out.start_s = std::min(out.start_s, e.onset_s);
    out.events.push_back(std::move(e));
  }
  out.end_s = table.background_end_s;
  Recording recording;  // of which only the name is known
  recording.path = name_of(path) + ".nwb";
  if (const std::string of_study = io::StudyTable::find(recording.path, study); !of_study.empty()) {
    io::StudyTable(of_study).apply(recording);
    out.subject = recording.subject.id;
  }
  return out;
}

bool is_event_table(const fs::path& path) {
  static const std::set<std::string> others = {"study.tsv", "summary.tsv", "phases.tsv", "covariates.tsv", "rejected.tsv"};
  if (path.extension() != ".tsv" || others.contains(path.filename().string())) return false;
  if (path.string().ends_with(kEventsEnd)) return true;
  try {
    const io::TsvReader table(path.string(), "E-EVENTS");
    return table.column("onset") != io::TsvReader::kNoColumn && table.column("duration") != io::TsvReader::kNoColumn;
  } catch (const Error&) {
    return false;
  }
}

/// The name of the recording that a file in a folder labels; "": none.
std::string name_in(const fs::path& folder, const fs::path& path) {
  const fs::path relative = path.lexically_relative(folder);
  if (path.filename() == kEpisodes) {
    if (relative.has_parent_path()) return relative.parent_path().generic_string();
    return holds_results(folder.string()) ? "" : fs::absolute(folder).lexically_normal().filename().string();
  }
  if (path.filename() == "derived.nwb") return "";
  if (io::is_recording_name(path.string())) return name_of(relative);
  if (!recording_beside(path.string()).empty()) return "";  // that recording is in the folder too
  return is_event_table(path) ? name_of(relative) : "";
}

/// Whose words a score compares: one class, or any.
bool is_of(const Event& e, const std::string& label) {
  if (is_background(e)) return false;
  return label == "any" ? e.trial_type != "artefact" : e.trial_type == label;
}

/// Who said the events of a recording.
class Annotators {
 public:
  explicit Annotators(const Labels& labels) {
    std::set<std::string> of_spans;
    for (const AnnotatedSpan& s : labels.annotated) of_spans.insert(s.annotator);
    of_spans.erase("");
    const bool named = std::any_of(labels.events.begin(), labels.events.end(), [](const Event& e) { return !e.annotator.empty(); });
    if (!named && of_spans.size() == 1) unnamed_ = *of_spans.begin();
  }
  /// Rows that name nobody are of the one whom spans name when no row names another, else of a rater of their own.
  [[nodiscard]] const std::string& of(const Event& e) const noexcept { return e.annotator.empty() ? unnamed_ : e.annotator; }

 private:
  std::string unnamed_ = "n/a";
};

/// Who said the events of a class.
std::set<std::string> annotators_of(const Labels& labels, const std::string& label) {
  const Annotators annotators(labels);
  std::set<std::string> out;
  for (const Event& e : labels.events) {
    if (is_of(e, label)) out.insert(annotators.of(e));
  }
  return out;
}

void add_span_raters(const Labels& labels, std::set<std::string>& raters) {
  for (const AnnotatedSpan& s : labels.annotated) {
    if (!s.annotator.empty()) raters.insert(s.annotator);
  }
}

/// Raters of any class, and of spans.
void add_raters(const Labels& labels, std::set<std::string>& raters) {
  const Annotators annotators(labels);
  for (const Event& e : labels.events) raters.insert(annotators.of(e));
  add_span_raters(labels, raters);
}

std::string joined(const std::set<std::string>& names) {
  std::string out;
  for (const std::string& n : names) out += (out.empty() ? "" : ", ") + printable(n);
  return out.empty() ? "none" : out;
}

/// Invalid times of the whole recording: rows without channels, and where rows name every channel.
std::vector<Span> invalid_of(const Labels& labels) {
  std::vector<Span> everywhere;
  std::map<std::string, std::vector<Span>> by_channel;
  for (const InvalidSpan& s : labels.invalid) {
    if (is_truth(s)) continue;  // a contaminant that a detector has to live with
    if (s.channels.empty()) everywhere.push_back(s);
    for (const std::string& c : s.channels) by_channel[c].push_back(s);
  }
  std::vector<Span> on_all;
  for (std::size_t k = 0; k < labels.channels.size(); ++k) {
    const std::vector<Span> here = unite(by_channel[labels.channels[k]]);
    on_all = k == 0 ? here : intersect(on_all, here);
  }
  everywhere.insert(everywhere.end(), on_all.begin(), on_all.end());
  return unite(std::move(everywhere));
}

/// Where a rater looked, as far as that is said.
std::vector<Span> annotated_by(const Labels& labels, const std::string& rater) {
  std::vector<Span> annotated;
  for (const AnnotatedSpan& s : labels.annotated) {
    if (rater.empty() || s.annotator.empty() || s.annotator == rater) annotated.push_back(s);
  }
  return unite(std::move(annotated));
}

/// Where and how long the reference of a rater looked.
void set_times(const Labels& labels, const std::string& rater, RecordingEvents& out) {
  const std::vector<Span> annotated = annotated_by(labels, rater);
  out.start_s = labels.start_s;
  out.end_s = labels.end_s;
  if (std::isnan(out.end_s) && !annotated.empty()) {
    out.start_s = std::min(out.start_s, annotated.front().start_s);
    out.end_s = annotated.back().stop_s;
  }
  if (std::isnan(out.end_s)) return;
  const std::vector<Span> whole = unite({{out.start_s, out.end_s}});
  out.scored = subtract(annotated.empty() ? whole : intersect(annotated, whole), invalid_of(labels));
}

ReferenceEvent reference_event(const Event& e, const Labels& labels) {
  ReferenceEvent out;
  for (const auto& [label, known] : labels.truth) {
    const bool same =
        label == e.trial_type && std::abs(known.start_s - e.onset_s) <= kSameTimeS && std::abs(known.stop_s - e.offset_s()) <= kSameTimeS;
    if (same) out = known;
  }
  out.start_s = e.onset_s;
  out.stop_s = e.offset_s();
  return out;
}

/// Reference and found events of one class, by rater where one is named.
RecordingEvents events_of(const Labels& reference, const std::string& rater, const Labels& found, const std::string& found_rater,
                          const std::string& label) {
  RecordingEvents out;
  set_times(reference, rater, out);
  if (!found_rater.empty()) {  // only where both looked
    if (const std::vector<Span> theirs = annotated_by(found, found_rater); !theirs.empty()) out.scored = intersect(out.scored, theirs);
  }
  const Annotators raters(reference);
  for (const Event& e : reference.events) {
    if (is_of(e, label) && (rater.empty() || raters.of(e) == rater)) out.reference.push_back(reference_event(e, reference));
  }
  const Annotators finders(found);
  for (const Event& e : found.events) {
    if (!is_of(e, label) || (!found_rater.empty() && finders.of(e) != found_rater)) continue;
    FoundEvent f;
    f.start_s = e.onset_s;
    f.stop_s = e.offset_s();
    f.score = e.score;
    out.found.push_back(f);
  }
  return out;
}

void require_one(const Labels& labels, const std::set<std::string>& annotators, const std::string& expected) {
  if (annotators.size() > 1)
    throw DataError({"E-RATERS", labels.path.empty() ? labels.name : labels.path, "annotator", expected, joined(annotators)});
}

/// Of a class, whoever looked and found none of it is a rater too.
void require_one_rater(const Labels& reference, const std::string& label) {
  std::set<std::string> raters = annotators_of(reference, label);
  add_span_raters(reference, raters);
  require_one(reference, raters, "labels of one rater, or the choice of one by --rater");
}

std::set<std::string> raters_of(const std::vector<LabelPair>& pairs) {
  std::set<std::string> out;
  for (const LabelPair& p : pairs) add_raters(p.reference, out);
  return out;
}

void require_known(const std::string& rater, const std::set<std::string>& raters) {
  if (!rater.empty() && !raters.contains(rater))
    throw DataError({"E-RATERS", "", "rater", "one of the reference: " + joined(raters), printable(rater)});
}

/// Scores by subject, in the order in which subjects come first.
class Subjects {
 public:
  void add(const std::string& subject, const RecordingScore& score) {
    const auto [at, is_new] = index_.emplace(subject, scores_.size());
    if (is_new) scores_.emplace_back();
    scores_[at->second].push_back(score);
  }
  [[nodiscard]] const std::vector<std::vector<RecordingScore>>& scores() const noexcept { return scores_; }

 private:
  std::map<std::string, std::size_t> index_;
  std::vector<std::vector<RecordingScore>> scores_;
};

/// Who a recording is of; one of its own when that is not known. No subject begins with a NUL.
std::string subject_key(const LabelPair& pair) {
  for (const std::string& s : {pair.reference.subject, pair.found.subject}) {
    if (!s.empty()) return s;
  }
  return std::string(1, '\0') + pair.reference.name;
}

bool is_known(const std::string& subject_key) { return subject_key.empty() || subject_key.front() != '\0'; }

/// Runs `use` and gives its errors the recording's name.
template <class F>
auto of_recording(const std::string& name, F&& use) {
  try {
    return use();
  } catch (const DataError& e) {
    Error::Parts parts = e.parts();
    if (parts.file.empty()) parts.file = name;
    throw DataError(parts);
  }
}

class Scorer {
 public:
  Scorer(const std::vector<LabelPair>& pairs, StudyScore& out) : pairs_(pairs), out_(out), raters_(raters_of(pairs)) {
    require_known(out.request.rater, raters_);
  }

  [[nodiscard]] ClassScore score(const std::string& label) const {
    ClassScore out;
    out.label = label;
    out.recordings = rows(label);
    Subjects first;
    Subjects second;
    bool compared = false;
    auto row = out.recordings.begin();
    for (const LabelPair& p : pairs_) {
      if (!looked(p.reference, out_.request.rater)) continue;
      const std::string subject = subject_key(p);
      first.add(subject, (row++)->score);
      if (!p.against) continue;
      compared = true;
      second.add(subject, one(p.reference, out_.request.rater, *p.against, "", label));
    }
    out.n_subjects = first.scores().size();
    out.metrics = PooledScore(first.scores(), out_.options).with_intervals(out_.bootstrap);
    if (compared) out.comparisons = compare(first.scores(), second.scores(), out_.options, out_.bootstrap);
    if (raters_.size() > 1) out.raters = agreements(label);
    return out;
  }

  /// The recordings at which somebody looked, each by itself.
  [[nodiscard]] std::vector<ClassScore::Row> rows(const std::string& label) const {
    std::vector<ClassScore::Row> out;
    for (const LabelPair& p : pairs_) {
      if (!looked(p.reference, out_.request.rater)) continue;
      if (out_.request.rater.empty()) require_one_rater(p.reference, label);
      require_one(p.found, annotators_of(p.found, label), "events of one source");
      const std::string subject = subject_key(p);
      out.push_back({p.reference.name, is_known(subject) ? subject : "", one(p.reference, out_.request.rater, p.found, "", label)});
    }
    return out;
  }

 private:
  [[nodiscard]] RecordingScore one(const Labels& reference, const std::string& rater, const Labels& found, const std::string& found_rater,
                                   const std::string& label) const {
    return of_recording(reference.name,
                        [&] { return score_recording(events_of(reference, rater, found, found_rater, label), out_.options); });
  }

  [[nodiscard]] std::vector<Agreement> agreements(const std::string& label) const {
    std::vector<Agreement> out;
    for (auto a = raters_.begin(); a != raters_.end(); ++a) {
      for (auto b = std::next(a); b != raters_.end(); ++b) out.push_back(agreement(*a, *b, label));
    }
    for (const std::string& a : raters_) out.push_back(agreement(a, "", label));
    return out;
  }

  [[nodiscard]] Agreement agreement(const std::string& rater, const std::string& other, const std::string& label) const {
    Agreement out{rater, other, 0, {}};
    Subjects subjects;
    for (const LabelPair& p : pairs_) {
      if (!looked(p.reference, rater) || !looked(p.reference, other)) continue;
      ++out.n_recordings;
      subjects.add(subject_key(p), one(p.reference, rater, other.empty() ? p.found : p.reference, other, label));
    }
    out.metrics = PooledScore(subjects.scores(), out_.options).with_intervals(out_.bootstrap);
    return out;
  }

  const std::vector<LabelPair>& pairs_;
  const StudyScore& out_;
  std::set<std::string> raters_;
};

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i == 20) return out + " and " + std::to_string(names.size() - i) + " more";
    out += (out.empty() ? "" : ", ") + io::escape(names[i]);
  }
  return out.empty() ? "none" : out;
}

/// What was found of a class, and what was not said to be of any.
void add_class_notes(const std::string& label, const std::string& who, const std::vector<const Labels*>& sides,
                     std::vector<std::string>& notes) {
  std::size_t n = 0;
  std::size_t n_of_class = 0;
  std::size_t n_without = 0;
  std::set<std::string> there;
  for (const Labels* side : sides) {
    for (const Event& e : side->events) {
      if (is_background(e)) continue;
      ++n;
      n_of_class += is_of(e, label) ? 1U : 0U;
      n_without += e.trial_type.empty() ? 1U : 0U;
      if (!e.trial_type.empty()) there.insert(e.trial_type);
    }
  }
  if (n_without > 0) {
    notes.push_back(who + " without a class, which count as any alone: " + std::to_string(n_without));
  } else if (label != "all" && n > 0 && n_of_class == 0) {
    notes.push_back(who + " are none of class " + io::escape(label) + " but of: " + listed({there.begin(), there.end()}));
  }
}

/// What the event tables of one side left to be assumed, with the recording where there are several.
void add_table_notes(const Labels& side, const LabelPair& of, const std::vector<LabelPair>& pairs, std::vector<std::string>& notes) {
  const std::string recording = pairs.size() > 1 ? printable(of.reference.name) + ": " : "";
  for (const std::string& note : side.notes) notes.push_back(recording + note);
}

}  // namespace

std::vector<std::string> classes_of(const std::vector<LabelPair>& pairs) {
  std::set<std::string> there;
  for (const LabelPair& p : pairs) {
    for (const Labels* side : {&p.reference, &p.found}) {
      for (const Event& e : side->events) {
        if (!is_background(e) && !e.trial_type.empty()) there.insert(e.trial_type);
      }
    }
  }
  std::vector<std::string> out;
  for (const char* name : {"cramp", "sustained", "twitch", "fasciculation", "voluntary", "stimulated", "artefact"}) {
    if (there.erase(name) > 0) out.emplace_back(name);
  }
  out.insert(out.end(), there.begin(), there.end());
  return out;
}

std::vector<std::string> reference_notes(const std::vector<LabelPair>& pairs, const std::string& rater) {
  std::vector<std::string> out;
  std::vector<std::string> unknown_length;
  std::vector<std::string> assumed_whole;
  std::vector<std::string> not_looked_at;
  std::size_t subjects_unknown = 0;
  for (const LabelPair& p : pairs) {
    add_table_notes(p.reference, p, pairs, out);
    if (!looked(p.reference, rater)) {
      not_looked_at.push_back(p.reference.name);
      continue;
    }
    RecordingEvents times;
    set_times(p.reference, rater, times);
    if (std::isnan(times.end_s)) {
      unknown_length.push_back(p.reference.name);
    } else if (annotated_by(p.reference, rater).empty()) {
      assumed_whole.push_back(p.reference.name);
    }
    subjects_unknown += is_known(subject_key(p)) ? 0U : 1U;
  }
  if (!unknown_length.empty()) {
    out.push_back("how long the reference looked is not known, so false alarms per hour and samples have no answer: " +
                  listed(unknown_length));
  }
  if (!assumed_whole.empty()) out.push_back("no annotated spans: all of the recording is taken as looked at: " + listed(assumed_whole));
  if (subjects_unknown > 0)
    out.push_back("subject not known, each recording counts as one of its own: " + std::to_string(subjects_unknown));
  if (!not_looked_at.empty()) out.push_back("not looked at by " + io::escape(rater) + ", left out: " + listed(not_looked_at));
  return out;
}

std::string unknown_class_note(const std::vector<LabelPair>& pairs, const std::string& label) {
  const std::vector<std::string> have = classes_of(pairs);
  if (label == "all") return have.empty() ? "no event of any class on either side" : "";
  if (label == "any" || std::find(have.begin(), have.end(), label) != have.end()) return "";
  return "no event of class " + io::escape(label) + " on either side; there are: " + listed(have);
}

std::vector<std::string> class_notes(const std::vector<LabelPair>& pairs, const std::string& label) {
  if (label == "any") return {};
  if (std::string note = unknown_class_note(pairs, label); !note.empty()) return {std::move(note)};
  std::vector<const Labels*> reference;
  std::vector<const Labels*> found;
  std::vector<const Labels*> against;
  for (const LabelPair& p : pairs) {
    reference.push_back(&p.reference);
    found.push_back(&p.found);
    if (p.against) against.push_back(&*p.against);
  }
  std::vector<std::string> out;
  add_class_notes(label, "labels", reference, out);
  add_class_notes(label, "events that were found", found, out);
  add_class_notes(label, "events that the other detector found", against, out);
  return out;
}

void check_raters(const std::vector<LabelPair>& pairs, const ScoreRequest& request) {
  require_known(request.rater, raters_of(pairs));
  for (const LabelPair& p : pairs) {
    if (request.rater.empty()) require_one_rater(p.reference, request.label);
  }
}

bool has_label(const Labels& labels, const std::string& label, const std::string& rater) {
  const Annotators annotators(labels);
  return std::any_of(labels.events.begin(), labels.events.end(),
                     [&](const Event& e) { return is_of(e, label) && (rater.empty() || annotators.of(e) == rater); });
}

bool looked(const Labels& labels, const std::string& rater) {
  if (rater.empty()) return true;
  const Annotators annotators(labels);
  return std::any_of(labels.events.begin(), labels.events.end(), [&](const Event& e) { return annotators.of(e) == rater; }) ||
         std::any_of(labels.annotated.begin(), labels.annotated.end(),
                     [&](const AnnotatedSpan& s) { return s.annotator == rater || s.annotator.empty(); });
}

Labels labels_of(const Recording& recording) {
  Labels out;
  out.path = recording.path;
  out.name = fs::path(recording.path).stem().string();
  out.subject = recording.subject.id;
  for (const Event& e : recording.labels) {
    if (!is_background(e)) out.events.push_back(e);
  }
  for (const TrueEvent& e : recording.truth.events) {
    out.truth.emplace_back(e.label, ReferenceEvent{{e.onset_s, e.offset_s}, e.detectable_onset_s, e.detectable_offset_s, e.snr_db});
  }
  out.annotated = recording.annotated_spans;
  out.invalid = recording.invalid_times;
  for (const Signal& s : recording.signals) {
    for (const Channel& c : s.channels) out.channels.push_back(c.name);
  }
  if (!recording.signals.empty()) {
    out.start_s = recording.start_s();
    out.end_s = recording.end_s();
  }
  out.is_labelled = !out.events.empty() || !out.annotated.empty();
  return out;
}

bool opens_recording(const std::string& path) { return !recording_of(path).empty(); }

Labels read_labels(const std::string& path, const io::OpenOptions& options,
                   const std::function<Recording(const std::string&, const io::OpenOptions&)>& open) {
  const std::string recording = recording_of(path);
  if (recording.empty()) return read_table(path, options.study);
  Labels out = labels_of(open(recording, options));
  std::error_code ignored;
  if (const std::string events = io::events_path(recording); fs::exists(events, ignored)) {  // phases alone say nothing of labels
    io::EventTable table = io::read_event_table(events);
    out.is_labelled = out.is_labelled || !std::isnan(table.background_end_s);
    out.notes = std::move(table.notes);
  }
  return out;
}

std::vector<LabelFile> find_label_files(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    if (!fs::exists(path, error)) throw IoError({"E-MISSING", path, "", "a file or folder of labels", "none"});
    const fs::path file(path);
    const bool in_results = file.filename() == kEpisodes && file.has_parent_path();
    return {{in_results ? file.parent_path().filename().string() : name_of(file.filename()), path}};
  }
  std::map<std::string, std::string> found;
  try {
    for (auto it = fs::recursive_directory_iterator(path); it != fs::recursive_directory_iterator(); ++it) {
      std::error_code ignored;
      if (it->is_directory(ignored)) {
        if (holds_results(it->path().string()) || it->path().filename().string().starts_with(".")) it.disable_recursion_pending();
        continue;
      }
      const std::string name = name_in(path, it->path());
      if (name.empty()) continue;
      const auto [other, is_new] = found.emplace(name, it->path().string());
      if (!is_new) {
        throw InvalidArgument({"E-NAMES", "", path, "one file for each recording name",
                               "two for " + printable(name) + ": " + printable(std::min(other->second, it->path().string())) + " and " +
                                   printable(std::max(other->second, it->path().string()))});
      }
    }
  } catch (const fs::filesystem_error& e) {
    throw IoError({"E-READ", path, "", "a readable folder", e.code().message()});
  }
  if (found.empty()) throw DataError({"E-EMPTY-FOLDER", path, "", "recordings, event tables or results of analyse", "none"});
  std::vector<LabelFile> out;
  for (const auto& [name, file] : found) out.push_back({name, file});
  return out;
}

std::vector<ClassScore::Row> score_recordings(const std::vector<LabelPair>& pairs, const ScoreRequest& request) {
  StudyScore asked;
  asked.request = request;
  asked.options = score_options(request.preset);
  return Scorer(pairs, asked).rows(request.label);
}

StudyScore score(const std::vector<LabelPair>& pairs, const ScoreRequest& request) {
  StudyScore out;
  out.request = request;
  out.options = score_options(request.preset);
  const Scorer scorer(pairs, out);
  const std::vector<std::string> labels = request.label == "all" ? classes_of(pairs) : std::vector<std::string>{request.label};
  for (const std::string& label : labels) out.classes.push_back(scorer.score(label));
  out.notes = reference_notes(pairs, request.rater);
  for (const LabelPair& p : pairs) {
    add_table_notes(p.found, p, pairs, out.notes);
    if (p.against) add_table_notes(*p.against, p, pairs, out.notes);
  }
  for (std::string& note : class_notes(pairs, request.label)) out.notes.push_back(std::move(note));
  return out;
}

StudyScore score_paths(const std::string& reference, const std::string& found, const std::string& against, const ScoreRequest& request,
                       const LabelReader& read) {
  const std::vector<LabelFile> wanted = find_label_files(reference);
  std::vector<std::string> notes;
  std::vector<NotScored> not_scored;
  std::vector<std::string> unpaired;

  std::error_code ignored;
  const bool single = !fs::is_directory(reference, ignored);
  const auto by_name = [&](const std::string& path) {
    std::map<std::string, LabelFile> out;
    const std::vector<LabelFile> files = find_label_files(path);
    if (single && !fs::is_directory(path, ignored)) return std::map<std::string, LabelFile>{{wanted.front().name, files.front()}};
    for (const LabelFile& f : files) out.emplace(f.name, f);
    return out;
  };
  const auto side = [&](const std::map<std::string, LabelFile>& files, const LabelFile& of,
                        const std::string& path) -> std::optional<Labels> {
    if (const auto file = files.find(of.name); file != files.end()) return read(file->second);
    if (request.missing == Missing::kError) {
      throw DataError({"E-PAIR", path, "", "events of recording " + printable(of.name) + ", if only an empty table", "none"});
    }
    notes.push_back(io::escape(of.name) + ": nothing in " + io::escape(path) + ", " +
                    (request.missing == Missing::kEmpty ? "taken as nothing found" : "left out"));
    return request.missing == Missing::kEmpty ? std::optional(Labels{}) : std::nullopt;
  };

  const std::map<std::string, LabelFile> got = by_name(found);
  const std::map<std::string, LabelFile> others = against.empty() ? std::map<std::string, LabelFile>{} : by_name(against);
  std::set<std::string> names;
  for (const LabelFile& f : wanted) names.insert(f.name);
  for (const auto& [name, file] : got) {
    if (!names.contains(name)) unpaired.push_back(name);
  }
  if (unpaired.size() == got.size() && (single || request.missing == Missing::kError)) {
    std::vector<std::string> there;
    for (const auto& [name, file] : got) there.push_back(name);
    throw DataError({"E-PAIR", found, "", "recordings of the reference: " + listed({names.begin(), names.end()}), listed(there)});
  }

  std::vector<LabelPair> pairs;
  std::vector<std::string> unlabelled;
  for (const LabelFile& f : wanted) {
    try {
      LabelPair pair;
      pair.reference = read(f);
      pair.reference.name = f.name;
      if (!pair.reference.is_labelled) {
        unlabelled.push_back(f.name);
        continue;
      }
      std::optional<Labels> other = side(got, f, found);
      if (!other) continue;
      if (got.contains(f.name) && !other->is_labelled)
        notes.push_back(io::escape(f.name) + ": a recording without labels, taken as nothing found");
      pair.found = std::move(*other);
      if (!against.empty()) {
        pair.against = side(others, f, against);
        if (!pair.against) continue;
      }
      pairs.push_back(std::move(pair));
    } catch (const InvalidArgument&) {
      throw;
    } catch (const Error& e) {
      not_scored.push_back({f.name, e.parts()});
    }
  }
  if (!unlabelled.empty() && unlabelled.size() == wanted.size()) {
    throw DataError(
        {"E-LABELS", reference, "", "labels, or spans that say what was looked at", "recordings without either: " + listed(unlabelled)});
  }
  StudyScore out = pairs.empty() ? StudyScore{} : score(pairs, request);
  out.request = request;
  if (!unlabelled.empty()) notes.push_back("neither labels nor annotated spans, left out: " + listed(unlabelled));
  out.notes.insert(out.notes.begin(), notes.begin(), notes.end());
  out.not_scored = std::move(not_scored);
  out.unpaired = std::move(unpaired);
  return out;
}

}  // namespace myocramp
