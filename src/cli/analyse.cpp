#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <thread>

#include "cli/common.hpp"
#include "cli/progress.hpp"
#include "myocramp/io/reader.hpp"
#include "myocramp/study/analyse.hpp"
#include "myocramp/study/batch.hpp"
#include "platform/process.hpp"

namespace myocramp::cli {
namespace {

// "i/N" with 1 <= i <= N.
void read_shard(const std::string& text, BatchOptions& options) {
  const std::size_t slash = text.find('/');
  const auto number = [&text](std::size_t from, std::size_t to, int& value) {
    const auto [end, error] = std::from_chars(text.data() + from, text.data() + to, value);
    return error == std::errc() && end == text.data() + to;
  };
  if (slash == std::string::npos || !number(0, slash, options.shard) || !number(slash + 1, text.size(), options.shards) ||
      options.shard < 1 || options.shard > options.shards) {
    throw InvalidArgument({"E-OPTION", "", "--shard", "i/N with i from 1 to N", printable(text)});
  }
}

}  // namespace

int analyse(const Common& common, const AnalyseArguments& arguments) {
  BatchOptions options;
  options.config = configuration(common, arguments.method);
  options.phase = arguments.phase;
  if (!options.phase.empty() && !is_phase_name(options.phase)) {
    throw InvalidArgument({"E-PHASE", "", "--phase", "one of " + phase_choice(), printable(options.phase)});
  }
  options.channels = arguments.channels;
  options.layout = common.layout;
  options.study = common.study;
  io::check_layout(options.layout);
  options.program = platform::own_program();
  options.jobs = arguments.jobs > 0 ? arguments.jobs : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  options.finished = arguments.force ? Finished::kRepeat : Finished::kSkip;
  read_shard(arguments.shard, options);

  const Inputs inputs = find_inputs(arguments.inputs);
  print_passed_over(common, inputs);

  Progress progress(common.progress, common.quiet);
  std::size_t done_so_far = 0;
  BatchWatch watch;
  watch.stop = [] { return platform::stop_signal() != 0; };
  watch.on_progress = [&](const Input& input, double part) { progress.part(input.recording, part, done_so_far, inputs.recordings.size()); };
  watch.on_done = [&](const Outcome& outcome, std::size_t done, std::size_t total) {
    done_so_far = done;
    if (outcome.status == "failed" || (!common.quiet && !outcome.notes.empty())) progress.clear();
    if (outcome.status == "failed") print_error(outcome.code, outcome.error);
    if (!common.quiet) {
      for (const std::string& note : outcome.notes) print_note(outcome.input.recording + ": " + note);
    }
    if (common.verbose) print_note(outcome.input.recording + ": " + outcome.status);
    progress.done(outcome.input.recording, outcome.status, done, total);
  };
  const std::vector<Outcome> outcomes = analyse_batch(inputs.recordings, arguments.output, options, watch);
  progress.clear();
  if (platform::stop_signal() != 0) return 128 + platform::stop_signal();

  const auto count = [&outcomes](const char* status) {
    return std::count_if(outcomes.begin(), outcomes.end(), [status](const Outcome& o) { return o.status == status; });
  };
  const auto failed = count("failed");
  const auto good = count("ok") + count("skipped");
  if (!common.quiet) {
    fmt::print(stderr, "myocramp: {} analysed, {} finished before, {} failed; results in {}\n", count("ok"), count("skipped"), failed,
               arguments.output);
    fmt::print(stderr, "myocramp: for research; not a medical device: no diagnosis, no cause\n");
  }
  if (failed == 0) return kDone;
  return good == 0 ? kBadInput : kSomeFailed;
}

}  // namespace myocramp::cli
