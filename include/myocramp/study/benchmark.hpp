#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "myocramp/signal/event.hpp"
#include "myocramp/study/batch.hpp"
#include "myocramp/study/config.hpp"

namespace myocramp {

/// A detector of somebody else: a command that gets the path of a recording as its last argument and writes an event table to its standard
/// output. The shell reads the command.
struct DetectorProgram {
  std::string name;
  std::string command;
};

/// What a detector outside of this library found in one recording.
struct GivenEvents {
  std::string detector;
  std::string recording;
  std::vector<Event> events;
  std::string error;   ///< why it did not get through; empty: it did
  double seconds = 0;  ///< that it took
};

/// Whether the leaderboard says how fast detectors are. Times differ from run to run, and with them the bytes of the leaderboard.
enum class Speed { kLeftOut, kShown };

/// How detectors are to be compared.
struct BenchmarkOptions {
  std::vector<std::string> methods;  ///< of the registry
  std::vector<DetectorProgram> programs;
  std::vector<GivenEvents> given;
  std::vector<std::string> labels;  ///< classes to score, "all": each that is there; empty: any, and cramp where it is labelled
  std::string rater;                ///< as in a score
  Config config;                    ///< the options of its detector are of that detector alone
  std::string phase;
  std::string layout;
  std::string study;
  std::string program;     ///< the myocramp executable, run once per recording
  int jobs = 1;            ///< processes at a time
  double limit_s = 600;    ///< that a DetectorProgram may take for one recording
  int draws = 0;           ///< configurations tried for each method of the registry, its defaults among them; 0: no tuning
  std::uint64_t seed = 0;  ///< of the split and of the draws
  Finished finished = Finished::kSkip;
  Speed speed = Speed::kLeftOut;
};

/// A recording that a detector, or anybody ("*"), did not get through.
struct BenchmarkFailure {
  std::string detector;
  std::string recording;
  std::string code;
  std::string reason;
};

struct BenchmarkResult {
  std::size_t n_recordings = 0;  ///< that were scored
  std::size_t n_run = 0;         ///< pairs of detector and recording
  std::size_t n_skipped = 0;     ///< of them, finished before
  std::vector<BenchmarkFailure> failures;
  std::vector<std::string> notes;
  std::string leaderboard;  ///< as Markdown; empty when it was stopped
};

struct BenchmarkWatch {
  std::function<void(const std::string& recording, std::size_t done, std::size_t total)> on_done;
  std::function<bool()> stop;
};

/// Runs detectors on labelled recordings, scores them and writes a leaderboard into `directory`.
///
/// metrics.csv, summary.json, leaderboard.md, leaderboard.html and manifest.json appear whole or not at all, those of an earlier run stand until then,
/// and found/<detector>/ holds what each found. Labels and their raters are checked before any detector runs.
/// They do not depend on jobs, time or machine, nor on which pairs an earlier run finished; run.log.jsonl holds the times. With `draws`, half of
/// the subjects choose the configuration of each method (largest F1 at the primary IoU, in the first of `labels`, else in cramp where it is
/// labelled, else in any), and only the others are scored. Where a subject is not known there are neither intervals nor comparisons.
/// Throws: InvalidArgument E-DETECTOR, E-NAMES, E-OPTION; DataError E-LABELS when no recording is labelled, E-SUBJECTS when there are too few to tune
/// or one is not known, E-RATERS; OutputError E-WRITE; InternalError E-SPAWN.
BenchmarkResult benchmark(const std::vector<Input>& inputs, const std::string& directory, const BenchmarkOptions& options,
                          const BenchmarkWatch& watch);

/// What the process of one recording does: reads its job as JSON and tells, in JSON lines, the labels and what each detector found. It ends when
/// the process of number `parent` does. Returns 0; what failed is told.
int benchmark_worker(const std::string& path, const std::string& study, long parent, std::istream& job, std::ostream& out);

}  // namespace myocramp
