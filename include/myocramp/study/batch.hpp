#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

#include "myocramp/study/config.hpp"

namespace myocramp {

/// A recording among the inputs of a run.
struct Input {
  std::string path;       ///< to open
  std::string relative;   ///< as results name the file: relative to the folder that was given, or the file's name
  std::string recording;  ///< relative without extension
};

/// The recordings that files and folders name.
struct Inputs {
  std::vector<Input> recordings;  ///< in the order given; folders sorted
  int result_folders = 0;         ///< folders that hold our results: passed over, or of a given one what was derived
  int other_files = 0;            ///< files in folders whose names are not those of recordings
};

/// Whether a folder holds the results of an earlier run.
bool holds_results(const std::string& folder);

/// Looks recordings up: a file as it is, a folder recursively for *.h5 *.hdf5 *.nwb *.mat, passing over folders that hold our
/// results, and of one that is given itself what was derived.
/// Throws: IoError E-MISSING; DataError E-EMPTY-FOLDER; InvalidArgument E-NAMES when two inputs have one name, naming both, or a name
/// cannot name a folder of results.
Inputs find_inputs(const std::vector<std::string>& paths);

/// What to do with recordings that an earlier run finished with the same input, configuration and version.
enum class Finished { kSkip, kRepeat };

/// How many recordings are to be analysed.
struct BatchOptions {
  Config config;
  std::string phase;
  std::vector<std::string> channels;
  std::string layout;   ///< a name or the path of a layout's JSON; empty: recognise
  std::string study;    ///< a study's table; empty: study.tsv in each recording's folder
  std::string program;  ///< the myocramp executable, run once per recording
  int jobs = 1;         ///< processes at a time
  int shard = 1;        ///< this run does every `shards`-th input, counted from `shard`
  int shards = 1;
  Finished finished = Finished::kSkip;
};

/// How one recording came out.
struct Outcome {
  Input input;
  std::string status = "pending";  ///< ok, failed, skipped (finished before), pending (another shard's, or interrupted)
  std::string code;                ///< of the error
  std::string error;               ///< its text, with the file
  std::vector<std::string> notes;
};

/// Told while a batch runs.
struct BatchWatch {
  std::function<void(const Outcome&, std::size_t done, std::size_t total)> on_done;
  std::function<void(const Input&, double part)> on_progress;
  std::function<bool()> stop;
};

/// Analyses recordings into `directory`: one process each, so that no file can take the others down; results appear whole or not at all.
///
/// Writes summary.tsv, episodes.tsv, covariates.tsv, phases.tsv and manifest.json over all inputs, and a folder per recording. What is
/// written does not depend on jobs, shards, time or machine; run.log.jsonl holds what does.
/// Throws: OutputError E-WRITE; IoError E-SPAWN; InvalidArgument.
std::vector<Outcome> analyse_batch(const std::vector<Input>& inputs, const std::string& directory, const BatchOptions& options,
                                   const BatchWatch& watch);

/// What the process of one recording does, with the study's table that was named or "": reads its job as JSON, writes the recording's
/// `folder`, and tells progress and outcome in JSON lines. It ends when the process of number `parent` does. Returns 0; a failed recording is an outcome, not a failed process.
int analyse_worker(const std::string& path, const std::string& folder, const std::string& study, long parent, std::istream& job,
                   std::ostream& out);

}  // namespace myocramp
