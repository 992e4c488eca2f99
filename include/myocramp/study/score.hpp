#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "myocramp/core/error.hpp"
#include "myocramp/evaluate/score.hpp"
#include "myocramp/io/reader.hpp"
#include "myocramp/signal/recording.hpp"

namespace myocramp {

/// What is said of the events of one recording: one side of a score.
struct Labels {
  std::string name;  ///< of the recording
  std::string path;
  std::string subject;                                        ///< empty: not known
  std::vector<Event> events;                                  ///< without phases and background
  std::vector<std::pair<std::string, ReferenceEvent>> truth;  ///< what a simulator knows of its events, with their class
  std::vector<AnnotatedSpan> annotated;
  std::vector<InvalidSpan> invalid;
  std::vector<std::string> channels;  ///< of the recording
  double start_s = 0;
  double end_s = std::numeric_limits<double>::quiet_NaN();  ///< NaN: not known
  bool is_labelled = false;                                 ///< whether somebody looked: there are labels, annotated spans or a table
  std::vector<std::string> notes;                           ///< what the event table left to be assumed
};

/// The labels of a recording.
Labels labels_of(const Recording& recording);

/// Reads the labels of an event table, or of a recording and the table beside it. A table NAME.events.tsv beside a recording NAME is read as part
/// of that recording, which knows how long it is. `open` opens recordings.
/// Throws: as io::open() and io::read_events(); DataError E-EVENTS for a table of several recordings.
Labels read_labels(const std::string& path, const io::OpenOptions& options = {},
                   const std::function<Recording(const std::string&, const io::OpenOptions&)>& open = io::open);

/// Whether read_labels() opens a recording for this path, and no mere table.
bool opens_recording(const std::string& path);

/// A file with the labels of one recording.
struct LabelFile {
  std::string name;  ///< of the recording
  std::string path;
};

/// The files with labels under a path: the file itself; of a folder its recordings and event tables, and of one that analyse
/// wrote the episodes.tsv of each recording. Sorted by name.
/// Throws: IoError E-MISSING, E-READ; DataError E-EMPTY-FOLDER; InvalidArgument E-NAMES when two files have one name.
std::vector<LabelFile> find_label_files(const std::string& path);

/// What to do with a recording of the reference for which nothing was found, not even an empty table.
enum class Missing { kError, kEmpty, kSkip };

struct ScoreRequest {
  std::string label = "cramp";  ///< a class; "all": each by itself; "any": every event but artefacts, whatever its class
  Preset preset = Preset::kCramp;
  std::string
      rater;  ///< whose labels are the reference; empty: all, which must be of one rater in each recording. "n/a": rows that name nobody
  Missing missing = Missing::kError;
};

/// One recording with its two sides, and perhaps those of another detector.
struct LabelPair {
  Labels reference;
  Labels found;
  std::optional<Labels> against;
};

/// A recording that could not be scored.
struct NotScored {
  std::string name;
  Error::Parts error;
};

/// Agreement of one side with another.
struct Agreement {
  std::string reference;  ///< a rater
  std::string found;      ///< another rater; empty: what was found
  int n_recordings = 0;   ///< at which both looked
  std::vector<Metric> metrics;
};

/// The score of one class.
struct ClassScore {
  struct Row {
    std::string recording;
    std::string subject;
    RecordingScore score;
  };
  std::string label;
  std::vector<Row> recordings;
  std::size_t n_subjects = 0;
  std::vector<Metric> metrics;
  std::vector<Comparison> comparisons;  ///< with another detector
  std::vector<Agreement> raters;        ///< when the reference has several
};

struct StudyScore {
  ScoreRequest request;
  ScoreOptions options;
  BootstrapOptions bootstrap;
  std::vector<ClassScore> classes;
  std::vector<NotScored> not_scored;
  std::vector<std::string> unpaired;  ///< found, and not in the reference
  std::vector<std::string> notes;
};

/// Scores pairs of labels.
///
/// Channels are not compared: an event counts once, however many channels it names. Where the reference says which spans were annotated, only those
/// count, without invalid times; of these, rows that a simulator knows (reason "simulated:...") take nothing away, and a row that
/// names channels does where every channel of the recording is named. Subjects whose name is not known are one for each recording.
/// Who annotated a span is a rater, whatever was found there; rows that name nobody are of one of their own, "n/a", where others name one.
/// Throws: DataError E-RATERS when a recording is of several raters and none is chosen, or none of the one chosen; E-SIZE.
StudyScore score(const std::vector<LabelPair>& pairs, const ScoreRequest& request);

/// The same of one class, each recording by itself: for whoever pools them. Throws: as score().
std::vector<ClassScore::Row> score_recordings(const std::vector<LabelPair>& pairs, const ScoreRequest& request);

/// Whether a rater looked at a recording: a label or a span says so, or a span that names nobody. Everybody is "".
bool looked(const Labels& labels, const std::string& rater);

/// Whether a rater, or for "" anybody, labelled an event of a class.
bool has_label(const Labels& labels, const std::string& label, const std::string& rater);

/// Throws what score() would throw over the raters of these references. Throws: DataError E-RATERS.
void check_raters(const std::vector<LabelPair>& pairs, const ScoreRequest& request);

/// What a reader of scores against these references should know: times and subjects that are not known, recordings at which the rater did not look.
std::vector<std::string> reference_notes(const std::vector<LabelPair>& pairs, const std::string& rater);

/// The classes that are there, on either side, those of the documentation first.
std::vector<std::string> classes_of(const std::vector<LabelPair>& pairs);

/// That no event is of a class on either side, or of any for "all"; "" when one is.
std::string unknown_class_note(const std::vector<LabelPair>& pairs, const std::string& label);

/// What a reader of the scores of a class should know: that there is none of it, that nothing found is of it, events without a class.
std::vector<std::string> class_notes(const std::vector<LabelPair>& pairs, const std::string& label);

using LabelReader = std::function<Labels(const LabelFile&)>;

/// Scores files or folders, paired by the names of their recordings; two files are a pair whatever their names. `against` may be empty.
///
/// A recording that cannot be read, or has no partner, is named in not_scored; the others are scored.
/// Throws: DataError E-PAIR when nothing pairs, E-LABELS when no recording of the reference is labelled; as find_label_files() and score().
StudyScore score_paths(const std::string& reference, const std::string& found, const std::string& against, const ScoreRequest& request,
                       const LabelReader& read);

/// As JSON with every metric; and as tables for people.
std::string to_json(const StudyScore& score);
std::string to_text(const StudyScore& score);

/// Labels as one line of JSON, and back: so that a process of its own can read them.
std::string to_json(const Labels& labels);
Labels labels_from_json(const std::string& text);

}  // namespace myocramp
