// The command line: CLI11 lives in this file only. Each command is a function in its own file.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <new>

#include "cli/common.hpp"
#include "io/trial_open.hpp"
#include "myocramp/core/version.hpp"
#include "myocramp/study/batch.hpp"
#include "myocramp/study/benchmark.hpp"
#include "platform/process.hpp"

namespace myocramp::cli {
namespace {

constexpr const char* kDisclaimer =
    "For research. Not a medical device: it finds and measures episodes; it names no cause and makes no diagnosis.";

void add_common(CLI::App& command, Common& common) {
  command
      .add_option("--layout", common.layout,
                  "layout of the input: nwb, matlab73, gtec or opensignals, or a layout's JSON; default: recognised from the file")
      ->type_name("NAME|FILE.json");
  command.add_option("--study", common.study, "table of subjects, sessions and covariates; default: study.tsv in the recording's folder")
      ->type_name("FILE");
  command.add_option("--config", common.config_file, "configuration as JSON; the one in a manifest.json can be fed back")
      ->type_name("FILE");
  command.add_option("--set", common.settings, "one option, such as filter.low_hz=10; may be repeated")
      ->type_name("SECTION.KEY=VALUE")
      ->take_all()
      ->expected(1);
  command.add_flag("-q,--quiet", common.quiet, "errors only");
  command.add_flag("-v,--verbose", common.verbose, "say more");
  const std::map<std::string, ProgressMode> modes = {
      {"auto", ProgressMode::kAuto}, {"json", ProgressMode::kJson}, {"none", ProgressMode::kNone}};
  command.add_option("--progress", common.progress, "auto: a bar on a terminal; json: lines; none")
      ->transform(CLI::CheckedTransformer(modes, CLI::ignore_case))
      ->type_name("MODE");
}

// What can be set, with unit, range, default and source, from the one description of each option.
std::string option_list() {
  std::string out = "Options of the configuration (--set):\n";
  for (const OptionDoc& d : describe_config()) {
    out += fmt::format("  {:<30} {} {}: {} [{} to {}] ({})\n", d.key, d.value, d.unit == "1" ? "" : d.unit, d.meaning, d.low, d.high,
                       d.source);
  }
  out += "  filter.mains_hz                auto: the mains whose hum is removed, auto, 50, 60 or none\n";
  out += "  cramp.severity                 none: your own scale of severity, MEASURE:LIMIT,LIMIT,... such as peak_uv:50,100,200\n";
  return out + "\n" + kDisclaimer;
}

int run(int argc, char** argv) {
  CLI::App app("myocramp finds muscle cramps in recordings of muscle electricity and measures them.\n" + std::string(kDisclaimer),
               "myocramp");
  app.set_version_flag("--version", std::string("myocramp ") + kVersion);
  app.require_subcommand(1);
  long isolated_from = 0;  // the process that started this one to look at a single file
  app.add_option("--isolated", isolated_from, "")->group("");
  Common common;

  InfoArguments info_arguments;
  auto* info_command = app.add_subcommand("info", "what a recording holds: layout, signals, rate, channels, units, gaps, labels, quality");
  info_command->add_option("FILE", info_arguments.inputs, "recordings")->required();
  info_command->add_flag("--json", info_arguments.json, "JSON instead of text");
  info_command->add_flag("--suggest-layout", info_arguments.suggest_layout,
                         "of one HDF5 file of any kind: what may be signals in it, and the draft of a generic layout");

  std::string precision = "double";
  AnalyseArguments analyse_arguments;
  auto* analyse_command = app.add_subcommand("analyse", "find and measure the episodes of recordings: the main job");
  analyse_command->add_option("IN", analyse_arguments.inputs, "recordings, or folders of them")->required();
  analyse_command->add_option("-o,--output", analyse_arguments.output, "folder for the results")->required()->type_name("DIR");
  analyse_command->add_option("-m,--method", analyse_arguments.method, "detector; default hodges_bui");
  analyse_command->add_option("--phase", analyse_arguments.phase,
                              "phase of recordings without a protocol: rest, mvc, exercise, stimulation, stretch, sleep");
  analyse_command->add_option("--channels", analyse_arguments.channels, "channels by name or pattern, such as GM,GL*")
      ->delimiter(',')
      ->type_name("NAMES");
  analyse_command->add_option("--precision", precision, "double; single comes with its own test")->check(CLI::IsMember({"double"}));
  analyse_command->add_option("--jobs", analyse_arguments.jobs, "processes at a time; default: one per processor")
      ->check(CLI::Range(1, 1024));
  analyse_command->add_option("--shard", analyse_arguments.shard, "do the i-th of N parts of the inputs")->type_name("i/N");
  analyse_command->add_flag("--force", analyse_arguments.force, "repeat what an earlier run finished");
  analyse_command->footer(option_list());

  DetectArguments detect_arguments;
  auto* detect_command = app.add_subcommand("detect", "run one detector; events to standard output");
  detect_command->add_option("IN", detect_arguments.input, "a recording")->required();
  detect_command->add_option("-m,--method", detect_arguments.method, "detector")->required();
  detect_command->add_option("--phase", detect_arguments.phase, "phase of a recording without a protocol");
  detect_command->add_option("--channels", detect_arguments.channels, "channels by name or pattern")->delimiter(',')->type_name("NAMES");
  detect_command->add_flag("--json", detect_arguments.json, "JSON instead of a table");

  BenchmarkArguments benchmark_arguments;
  auto* benchmark_command = app.add_subcommand("benchmark", "run detectors on labelled recordings, score them, rank them");
  benchmark_command->add_option("DATA", benchmark_arguments.inputs, "labelled recordings, or folders of them")->required();
  benchmark_command->add_option("-o,--output", benchmark_arguments.output, "folder for the results")->required()->type_name("DIR");
  benchmark_command->add_option("--methods", benchmark_arguments.methods, "detectors; default: all; none: only programs")
      ->delimiter(',')
      ->type_name("NAMES");
  benchmark_command
      ->add_option("--program", benchmark_arguments.programs,
                   "a detector of your own: a command that gets a recording's path and prints an event table; may be repeated")
      ->type_name("NAME=COMMAND")
      ->take_all()
      ->expected(1);
  benchmark_command->add_option("--limit-s", benchmark_arguments.limit_s, "seconds that a program may take for one recording; default 600")
      ->type_name("S");
  benchmark_command
      ->add_option("--class", benchmark_arguments.labels,
                   "classes to score; all: each that is there; default: any, and cramp where it is labelled")
      ->delimiter(',')
      ->type_name("NAMES");
  benchmark_command->add_option("--rater", benchmark_arguments.rater, "whose labels are the reference, when there are those of several")
      ->type_name("NAME");
  benchmark_command->add_option("--phase", benchmark_arguments.phase, "phase of recordings without a protocol");
  benchmark_command
      ->add_option("--tune", benchmark_arguments.draws,
                   "also try N configurations of each method on half of the subjects, and score on the others")
      ->type_name("N");
  benchmark_command->add_option("--seed", benchmark_arguments.seed, "of the split and the configurations of --tune; default 0")
      ->type_name("N");
  benchmark_command->add_option("--jobs", benchmark_arguments.jobs, "processes at a time; default: one per processor")
      ->check(CLI::Range(1, 1024));
  benchmark_command->add_flag("--speed", benchmark_arguments.speed,
                              "say in the leaderboard how fast each was, which differs from run to run");
  benchmark_command->add_flag("--force", benchmark_arguments.force,
                              "repeat what methods finished in an earlier run; programs run each time");

  ValidateArguments validate_arguments;
  auto* validate_command = app.add_subcommand("validate", "check recordings and say what to mend");
  validate_command->add_option("FILE", validate_arguments.inputs, "recordings")->required();
  validate_command->add_flag("--json", validate_arguments.json, "JSON instead of text");

  ConvertArguments convert_arguments;
  auto* convert_command = app.add_subcommand("convert", "any supported HDF5 layout to NWB, with what stands beside it");
  convert_command->add_option("IN", convert_arguments.inputs, "recordings, or folders of them")->required();
  convert_command->add_option("-o,--output", convert_arguments.output, "a file *.nwb for one recording, or a folder")
      ->required()
      ->type_name("OUT");

  ScoreArguments score_arguments;
  auto* score_command = app.add_subcommand("score", "score found events against labels; every number with its interval over subjects");
  score_command->add_option("REF", score_arguments.reference, "what should be found: an event table, a recording, or a folder of them")
      ->required();
  score_command->add_option("HYP", score_arguments.found, "what was found: the same, or a folder of results; paired by recording")
      ->required();
  score_command->add_option("--class", score_arguments.request.label, "class to score; all: each by itself; any: whatever its class")
      ->type_name("NAME");
  const std::map<std::string, Preset> presets = {{"cramp", Preset::kCramp}, {"szcore", Preset::kSzcore}};
  score_command->add_option("--preset", score_arguments.request.preset, "cramp, or szcore: the rules of timescoring, for seizures")
      ->transform(CLI::CheckedTransformer(presets))
      ->type_name("NAME");
  score_command->add_option("--rater", score_arguments.request.rater, "whose labels are the reference, when it has those of several")
      ->type_name("NAME");
  score_command->add_option("--against", score_arguments.against, "what another detector found in the same recordings: compare the two")
      ->type_name("HYP");
  const std::map<std::string, Missing> missing = {{"error", Missing::kError}, {"empty", Missing::kEmpty}, {"skip", Missing::kSkip}};
  score_command
      ->add_option("--missing", score_arguments.request.missing,
                   "a recording without a file in HYP is an error; empty: nothing was found; skip: it is left out")
      ->transform(CLI::CheckedTransformer(missing))
      ->type_name("WHAT");
  score_command->add_flag("--json", score_arguments.json, "JSON instead of tables");

  SimulateArguments simulate_arguments;
  std::string seed;
  auto* simulate_command = app.add_subcommand("simulate", "make labelled recordings: <subject>_<session>.nwb and .events.tsv");
  simulate_command->add_option("SCENARIO", simulate_arguments.scenario, "a name (demo) or a JSON file")->required();
  simulate_command->add_option("-o,--output", simulate_arguments.output, "folder for the recordings")->required()->type_name("DIR");
  simulate_command->add_option("--seed", seed, "0 to 2^64 - 1; the same seed gives the same bytes")->required()->type_name("N");

  add_common(app, common);
  for (auto* command : {info_command, analyse_command, benchmark_command, detect_command, validate_command, convert_command, score_command,
                        simulate_command}) {
    add_common(*command, common);
    command->set_version_flag("--version", std::string("myocramp ") + kVersion);
  }
  std::string worker_path;
  std::string worker_folder;
  auto* worker_command = app.add_subcommand("worker", "")->group("");  // one recording of analyse, in a process of its own
  worker_command->add_option("path", worker_path)->required();
  worker_command->add_option("folder", worker_folder)->required();
  std::string worker_study;
  worker_command->add_option("--study", worker_study);
  long worker_parent = 0;
  worker_command->add_option("parent", worker_parent)->required();

  auto* benchmark_worker_command = app.add_subcommand("benchmark-worker", "")->group("");  // one recording of benchmark, likewise
  benchmark_worker_command->add_option("path", worker_path)->required();
  benchmark_worker_command->add_option("parent", worker_parent)->required();
  benchmark_worker_command->add_option("--study", worker_study);

  auto* open_worker_command = app.add_subcommand("open-worker", "")->group("");  // opens one recording for a process that must survive
  open_worker_command->add_option("path", worker_path)->required();
  open_worker_command->add_option("parent", worker_parent)->required();
  open_worker_command->add_option("--layout", common.layout);
  open_worker_command->add_option("--study", worker_study);

  // Two commands are the Python package's; it answers them before this program is asked.
  std::vector<CLI::App*> in_python;
  for (const char* name : {"report", "import"}) {
    in_python.push_back(app.add_subcommand(name, "needs the Python package")->prefix_command());
  }

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);
    std::string what = e.what();
    if (argc > 1 && app.get_subcommands().empty() && argv[1][0] != '-') what = "there is no command " + printable(argv[1]);
    print_error("E-USAGE", what + "; see myocramp --help");
    return kUsage;
  }
  for (const CLI::App* command : in_python) {
    if (*command) {
      print_error("E-USAGE", command->get_name() + ": needs the Python package");
      return kUsage;
    }
  }

  if (isolated_from != 0 || *worker_command || *benchmark_worker_command || *open_worker_command) silence_libraries();
  try {
    if (*open_worker_command) {
      return io::try_open_worker(worker_path, {.layout = common.layout, .study = worker_study}, worker_parent, std::cout);
    }
    if (*worker_command) return analyse_worker(worker_path, worker_folder, worker_study, worker_parent, std::cin, std::cout);
    if (*benchmark_worker_command) return benchmark_worker(worker_path, worker_study, worker_parent, std::cin, std::cout);
    platform::catch_stop_signals();
    // Wrong options are wrong for every command; benchmark checks its own.
    if (!*benchmark_command)
      configuration(common, *analyse_command ? analyse_arguments.method : *detect_command ? detect_arguments.method : "");
    if (isolated_from == 0) check_study(common);
    if (*simulate_command) {
      simulate_arguments.seed = seed_from(seed);
      return simulate(common, simulate_arguments);
    }
    if (*analyse_command) return analyse(common, analyse_arguments);
    if (*benchmark_command) return benchmark(common, benchmark_arguments);
    if (isolated_from == 0) {
      const int code = *detect_command     ? in_own_process({argv + 1, argv + argc}, detect_arguments.input)
                       : *validate_command ? validate(common, validate_arguments)
                       : *convert_command  ? convert(common, convert_arguments)
                       : *score_command    ? score(common, score_arguments)
                                           : info(common, info_arguments);
      return platform::stop_signal() != 0 ? 128 + platform::stop_signal() : code;
    }
    platform::end_with_parent(isolated_from);
    platform::limit_memory(platform::kMemoryLimit);
    if (*validate_command) return validate_one(common, validate_arguments);
    if (*convert_command) return convert_one(common, convert_arguments);
    if (*score_command) return score_one(common, score_arguments);
    return *detect_command ? detect(common, detect_arguments) : info_one(common, info_arguments);
  } catch (const Error& e) {
    print_error(e.code(), e.what());
    return exit_code(e);
  } catch (const std::bad_alloc&) {
    const std::vector<std::string>& files = *validate_command  ? validate_arguments.inputs
                                            : *convert_command ? convert_arguments.inputs
                                                               : info_arguments.inputs;
    const std::string file = *detect_command ? detect_arguments.input : files.empty() ? "" : files.front();
    const Error error({"E-MEMORY", file, "", "a recording that fits in 8 GiB of memory", "one that does not"});
    print_error(error.code(), error.what());
    return kBadInput;
  } catch (const std::exception& e) {
    print_error("E-INTERNAL", e.what());
    return kOwnFailure;
  }
}

}  // namespace
}  // namespace myocramp::cli

int main(int argc, char** argv) {
  myocramp::platform::forget_hdf5_environment();  // nothing but the command line decides which files are opened
  int code = myocramp::cli::run(argc, argv);
  // A full or closed standard output must not look like success.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    myocramp::cli::print_error("E-WRITE", "standard output: expected to be written, found an error");
    code = code == 0 ? myocramp::cli::kNotWritten : code;
  }
  std::fflush(stderr);
  std::_Exit(code);  // without libhdf5's own clearing up, which after some damaged files does not come to an end
}
