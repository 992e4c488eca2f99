#include "myocramp/study/simulate.hpp"

#include <fmt/core.h>

#include "cli/common.hpp"
#include "cli/progress.hpp"
#include "platform/process.hpp"

namespace myocramp::cli {

int simulate(const Common& common, const SimulateArguments& arguments) {
  Progress progress(common.progress, common.quiet);
  SimulateWatch watch;
  watch.stop = [] { return platform::stop_signal() != 0; };
  watch.on_progress = [&](const std::string& name, double part, std::size_t done, std::size_t total) {
    progress.part(name, part, done, total);
  };
  watch.on_done = [&](const std::string& name, std::size_t done, std::size_t total) { progress.done(name, "ok", done, total); };
  std::vector<std::string> notes;
  watch.on_note = [&](const std::string& name, const std::string& note) { notes.push_back(name + ": " + note); };
  const std::vector<std::string> paths = myocramp::simulate(SimulatedStudy(arguments.scenario, arguments.seed), arguments.output, watch);
  progress.clear();
  for (const std::string& path : paths) fmt::print("{}\n", path);
  if (!common.quiet) {
    for (const std::string& note : notes) print_note(note);
  }
  if (platform::stop_signal() != 0) return 128 + platform::stop_signal();
  if (!common.quiet)
    print_note(
        fmt::format("{} simulated recordings; simulated signals show how the program works, not how well it does on people", paths.size()));
  return kDone;
}

}  // namespace myocramp::cli
