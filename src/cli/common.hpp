#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "myocramp/core/error.hpp"
#include "myocramp/study/batch.hpp"
#include "myocramp/study/config.hpp"
#include "myocramp/study/score.hpp"

namespace myocramp::cli {

/// Exit codes; docs/command.md says what each means.
enum Exit { kDone = 0, kOwnFailure = 1, kUsage = 2, kBadInput = 3, kSomeFailed = 4, kNotWritten = 5 };

enum class ProgressMode { kAuto, kJson, kNone };

/// What every command takes.
struct Common {
  std::string layout;
  std::string study;
  std::string config_file;
  std::vector<std::string> settings;  ///< section.key=value
  bool quiet = false;
  bool verbose = false;
  ProgressMode progress = ProgressMode::kAuto;
};

struct AnalyseArguments {
  std::vector<std::string> inputs;
  std::string output;
  std::string method;
  std::string phase;
  std::vector<std::string> channels;
  int jobs = 0;
  std::string shard = "1/1";
  bool force = false;
};

struct BenchmarkArguments {
  std::vector<std::string> inputs;
  std::string output;
  std::vector<std::string> methods;   ///< empty: all; "none"
  std::vector<std::string> programs;  ///< NAME=COMMAND
  std::vector<std::string> labels;
  std::string rater;
  std::string phase;
  int jobs = 0;
  double limit_s = 600;
  int draws = 0;
  std::string seed = "0";
  bool force = false;
  bool speed = false;
};

struct DetectArguments {
  std::string input;
  std::string method;
  std::string phase;
  std::vector<std::string> channels;
  bool json = false;
};

struct InfoArguments {
  std::vector<std::string> inputs;
  bool suggest_layout = false;
  bool json = false;
};

struct ValidateArguments {
  std::vector<std::string> inputs;
  bool json = false;
};

struct ConvertArguments {
  std::vector<std::string> inputs;
  std::string output;
};

struct SimulateArguments {
  std::string scenario;
  std::string output;
  unsigned long long seed = 0;
};

struct ScoreArguments {
  std::string reference;
  std::string found;
  std::string against;
  ScoreRequest request;
  bool json = false;
};

// The commands. Each returns an exit code or throws; errors become messages and codes in main.
int analyse(const Common& common, const AnalyseArguments& arguments);
int benchmark(const Common& common, const BenchmarkArguments& arguments);
int convert(const Common& common, const ConvertArguments& arguments);      ///< every file in a process of its own
int convert_one(const Common& common, const ConvertArguments& arguments);  ///< one file, here
int detect(const Common& common, const DetectArguments& arguments);
int info(const Common& common, const InfoArguments& arguments);        ///< every file in a process of its own
int info_one(const Common& common, const InfoArguments& arguments);    ///< one file, here
int score(const Common& common, const ScoreArguments& arguments);      ///< every recording opened in a process of its own
int score_one(const Common& common, const ScoreArguments& arguments);  ///< the labels of one file as a line of JSON, or its error
int simulate(const Common& common, const SimulateArguments& arguments);
int validate(const Common& common, const ValidateArguments& arguments);      ///< every file in a process of its own
int validate_one(const Common& common, const ValidateArguments& arguments);  ///< one file, here: its findings as a line of JSON

/// The configuration of a run: defaults, then --config, then -m, then --set.
Config configuration(const Common& common, const std::string& method);

/// Holds that --study names a table that can be read. Throws: InvalidArgument with the table's own code.
void check_study(const Common& common);

/// The seed that --seed gives. Throws: InvalidArgument E-USAGE.
unsigned long long seed_from(const std::string& text);

/// The exit code that an exception stands for.
int exit_code(const Error& error);

/// Only print_error() and print_note() reach standard error from here on: for a process that a file may end, where the C library has the
/// last word otherwise ("malloc(): invalid size").
void silence_libraries();

/// Text for a terminal, on one line: control characters and what turns the direction of text as \xNN. Names of files and texts in them may
/// hold any.
std::string one_line(std::string_view text);

/// JSON for a terminal: the same characters as \uNNNN, so that whoever reads it has the texts as they were.
std::string terminal_json(const std::string& json);

/// `myocramp: error[CODE]: text` on standard error.
void print_error(const std::string& code, const std::string& text);
void print_note(const std::string& text);

/// Counts what the given folders hold besides recordings, unless all should be quiet.
void print_passed_over(const Common& common, const Inputs& inputs);

/// Runs this program again in a process of its own, so that a file that breaks its reader is an error here: passes its standard output
/// on, or hands its lines to `on_line`, and returns its exit code; a signal becomes E-CRASH of `file`.
int in_own_process(const std::vector<std::string>& arguments, const std::string& file,
                   const std::function<void(const std::string&)>& on_line = {});

}  // namespace myocramp::cli
