#include "myocramp/study/benchmark.hpp"

#include <fmt/core.h>

#include <thread>

#include "cli/common.hpp"
#include "cli/progress.hpp"
#include "myocramp/io/reader.hpp"
#include "platform/files.hpp"
#include "platform/process.hpp"

namespace myocramp::cli {

int benchmark(const Common& common, const BenchmarkArguments& arguments) {
  BenchmarkOptions options;
  const bool is_one = arguments.methods.size() == 1 && arguments.methods.front() != "none";
  options.config = configuration(common, is_one ? arguments.methods.front() : "");
  if (is_one && !common.config_file.empty()) {  // of whose detector the method has taken the place
    const DetectorChoice of_file = config_from_json(platform::read_text(common.config_file), arguments.methods.front()).detector;
    if (of_file.name != arguments.methods.front() && !is_at_defaults(of_file)) {
      throw InvalidArgument(
          {"E-DETECTOR", common.config_file, "detector.name", "the method that runs: " + arguments.methods.front(), of_file.name});
    }
  }
  options.methods = arguments.methods;
  for (const std::string& text : arguments.programs) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) throw InvalidArgument({"E-OPTION", "", "--program", "NAME=COMMAND", printable(text)});
    options.programs.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  if (options.methods.empty()) {
    for (const DetectorEntry& e : detectors()) options.methods.push_back(e.name);
  } else if (options.methods == std::vector<std::string>{"none"}) {
    options.methods.clear();
  }
  options.labels = arguments.labels;
  options.rater = arguments.rater;
  options.phase = arguments.phase;
  if (!options.phase.empty() && !is_phase_name(options.phase)) {
    throw InvalidArgument({"E-PHASE", "", "--phase", "one of " + phase_choice(), printable(options.phase)});
  }
  options.layout = common.layout;
  options.study = common.study;
  options.program = platform::own_program();
  options.jobs = arguments.jobs > 0 ? arguments.jobs : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  options.limit_s = arguments.limit_s;
  options.draws = arguments.draws;
  options.seed = seed_from(arguments.seed);
  options.finished = arguments.force ? Finished::kRepeat : Finished::kSkip;
  options.speed = arguments.speed ? Speed::kShown : Speed::kLeftOut;
  io::check_layout(options.layout);

  const Inputs inputs = find_inputs(arguments.inputs);
  Progress progress(common.progress, common.quiet);
  BenchmarkWatch watch;
  watch.stop = [] { return platform::stop_signal() != 0; };
  watch.on_done = [&](const std::string& recording, std::size_t done, std::size_t total) { progress.done(recording, "ok", done, total); };
  const BenchmarkResult result = myocramp::benchmark(inputs.recordings, arguments.output, options, watch);
  progress.clear();
  if (platform::stop_signal() != 0) return 128 + platform::stop_signal();

  for (const BenchmarkFailure& f : result.failures) {
    print_error(f.code, (f.detector == "*" ? f.recording : f.detector + " on " + f.recording) + ": " + f.reason);
  }
  if (!common.quiet) {
    for (const std::string& note : result.notes) print_note(note);
    print_note(fmt::format("{} recordings scored; {} runs, {} finished before, {} failures; results in {}", result.n_recordings,
                           result.n_run, result.n_skipped, result.failures.size(), arguments.output));
  }
  fmt::print("{}", result.leaderboard);
  return result.failures.empty() ? kDone : kSomeFailed;
}

}  // namespace myocramp::cli
