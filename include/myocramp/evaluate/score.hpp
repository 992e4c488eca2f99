#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "myocramp/evaluate/any_overlap.hpp"
#include "myocramp/evaluate/bootstrap.hpp"
#include "myocramp/evaluate/match.hpp"
#include "myocramp/signal/event.hpp"

namespace myocramp {

/// An event that should be found. What only a simulator knows is NaN elsewhere.
struct ReferenceEvent : Span {
  double detectable_onset_s = std::numeric_limits<double>::quiet_NaN();   ///< where it rises above the noise
  double detectable_offset_s = std::numeric_limits<double>::quiet_NaN();  ///< where it falls below it
  double snr_db = std::numeric_limits<double>::quiet_NaN();
};

/// An event that was found; `score` is the detector's, NaN when it gave none.
struct FoundEvent : Span {
  double score = std::numeric_limits<double>::quiet_NaN();
};

/// Which rules a score follows: ours, or timescoring's (SzCORE), made for seizures.
enum class Preset { kCramp, kSzcore };

struct ScoreOptions {
  Preset preset = Preset::kCramp;
  std::vector<double> ious = {0.1, 0.3, 0.5, 0.7};
  std::size_t primary = 2;  ///< among `ious`: boundaries and average precision are of its pairs
  std::vector<double> collars_s = {0.25, 0.5, 1};
  double offset_share = 0.5;  ///< Collar::offset_share
  OverlapOptions overlap;
  double sample_rate_hz = 10;
  std::vector<double> snr_edges_db = {0, 3, 6, 10};  ///< between classes of signal-to-noise ratio; a class has its lower edge
};

/// The options of a preset.
ScoreOptions score_options(Preset preset);

/// One recording of one class, ready to be scored. Times are seconds on its clock.
struct RecordingEvents {
  std::vector<ReferenceEvent> reference;
  std::vector<FoundEvent> found;
  double start_s = 0;
  double end_s = std::numeric_limits<double>::quiet_NaN();  ///< NaN: not known; then rates and samples have no answer
  std::vector<Span> scored;                                 ///< what was looked at and is valid, as unite() makes it
};

/// A reference event with the found one that it is matched with. Differences are found minus reference, NaN where there is no answer.
struct Matched {
  double onset_s = 0;
  double offset_s = 0;
  double detectable_onset_s = 0;
  double detectable_offset_s = 0;
  double log_duration_ratio = 0;
  double snr_db = 0;  ///< of the reference event
};

/// What one recording adds to a score: all of it adds up over recordings.
struct RecordingScore {
  std::vector<EventCounts> criteria;  ///< one for each IoU, one for each collar, then any overlap
  std::vector<Matched> matched;       ///< at the primary IoU
  std::vector<double> missed_snr_db;  ///< of reference events without a pair there, NaN where it is not known
  struct Hit {
    double score;
    bool hit;  ///< one more true positive at the primary IoU
  };
  std::vector<Hit> ranked;    ///< found events, best first
  Index n_unranked = 0;       ///< found events without a score
  Index n_reference_met = 0;  ///< reference events that share time with any found one
  Index n_fragmented = 0;     ///< with more than one
  Index n_fragments = 0;      ///< pairs that share time
  Index n_found_meeting = 0;  ///< found events that share time with any reference event
  Index n_merging = 0;        ///< with more than one
  SampleCounts samples;
  double hours = std::numeric_limits<double>::quiet_NaN();  ///< that were scored
  Index n_reference_aside = 0;                              ///< events outside what was scored, which count nowhere
  Index n_found_aside = 0;
};

/// Scores one recording.
///
/// Of events only what lies in the recording is looked at, and of those that count only what lies in `scored`: beyond that their ends are cut
/// off and have no boundary error, and shares of time are of scored time. A reference event counts when at least half of it lies there. A found
/// event does when it shares scored time with one that counts, or when half of it lies there and it meets none that was set aside. Samples
/// are of all events. Under kSzcore every event counts, and the whole recording is scored.
/// Throws: DataError E-SIZE (too many overlapping events, or a recording of more than 10 years); InvalidArgument E-OPTION.
RecordingScore score_recording(const RecordingEvents& events, const ScoreOptions& options);

/// A number of a score with its interval over subjects.
struct Metric {
  std::string group;  ///< such as "iou_0.5", "collar_0.5_s", "any_overlap", "onset"
  std::string name;
  std::string unit;  ///< "1" for numbers without one
  double value = 0;
  bool is_count = false;  ///< counts have no interval
  Confidence interval{};
};

/// The scores of subjects, pooled: sums over all recordings, then ratios; means over subjects beside them.
class PooledScore {
 public:
  /// `subjects`: the recordings of each.
  PooledScore(std::vector<std::vector<RecordingScore>> subjects, const ScoreOptions& options);

  [[nodiscard]] std::size_t n_subjects() const noexcept { return subjects_.size(); }

  /// Every metric, without intervals, always in the same order; subject i counts weights[i] times.
  [[nodiscard]] std::vector<Metric> metrics(std::span<const int> weights) const;
  /// Their values alone.
  [[nodiscard]] std::vector<double> values(std::span<const int> weights) const;
  /// Every metric with its interval.
  [[nodiscard]] std::vector<Metric> with_intervals(const BootstrapOptions& options = {}) const;

 private:
  struct Counts {
    EventCounts events;
    double timed_false_positives = 0;  ///< of recordings whose hours are known
  };
  struct Subject {
    std::vector<Counts> criteria;
    std::vector<double> recall, precision, f1;  ///< of each criterion
    double hours = 0;
    bool timed = false;
    SampleCounts samples;
    bool unranked = false;
    RecordingScore sums;  ///< only its counts
  };
  /// A value of one subject.
  struct Of {
    std::size_t subject;
    double value;
  };
  struct SnrClass {
    std::string group;
    std::vector<Of> onset, offset;
    std::vector<Of> hit;  ///< 1 for a matched reference event, 0 for a missed one
  };
  struct Ranked {
    double score;
    std::size_t subject;
    bool hit;
  };

  void add(std::size_t subject, const RecordingScore& score);
  [[nodiscard]] SnrClass* snr_class(double snr_db);
  template <class Emit>
  void visit(std::span<const int> weights, Emit&& emit) const;

  ScoreOptions options_;
  std::vector<std::string> groups_;  ///< of the criteria
  std::vector<Subject> subjects_;
  std::vector<Of> onset_, offset_, detectable_onset_, detectable_offset_, duration_;
  std::vector<SnrClass> snr_;
  std::vector<Ranked> ranked_;  ///< best first
};

/// A metric of two detectors on the same recordings.
struct Comparison {
  std::string group;
  std::string name;
  std::string unit;
  double first = 0;
  double second = 0;
  double difference = 0;  ///< first minus second
  Confidence interval{};  ///< of the difference, from the same resamples for both
  double p = 0;           ///< sign_flip_p()
};

/// Compares two detectors; subject i of both is the same. Every metric that is no count is compared.
/// Throws: InvalidArgument E-LENGTH when the subjects differ in number.
std::vector<Comparison> compare(const std::vector<std::vector<RecordingScore>>& first,
                                const std::vector<std::vector<RecordingScore>>& second, const ScoreOptions& score_options,
                                const BootstrapOptions& options = {});

}  // namespace myocramp
