#include "myocramp/study/simulate.hpp"

#include <fmt/core.h>

#include "cli/common.hpp"
#include "platform/process.hpp"

namespace myocramp::cli {

int simulate(const Common& common, const SimulateArguments& arguments) {
  const std::vector<std::string> paths =
      myocramp::simulate(arguments.scenario, arguments.output, arguments.seed, [] { return platform::stop_signal() != 0; });
  for (const std::string& path : paths) fmt::print("{}\n", path);
  if (platform::stop_signal() != 0) return 128 + platform::stop_signal();
  if (!common.quiet)
    print_note(
        fmt::format("{} simulated recordings; simulated signals show how the program works, not how well it does on people", paths.size()));
  return kDone;
}

}  // namespace myocramp::cli
