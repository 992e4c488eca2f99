#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "cli/common.hpp"
#include "io/limited_open.hpp"
#include "myocramp/io/events.hpp"
#include "myocramp/study/analyse.hpp"

namespace myocramp::cli {
namespace {

nlohmann::json number_or_null(double v) { return std::isfinite(v) ? nlohmann::json(v) : nlohmann::json(nullptr); }

}  // namespace

int detect(const Common& common, const DetectArguments& arguments) {
  AnalyseOptions options;
  options.config = configuration(common, arguments.method);
  options.phase = arguments.phase;
  options.channels = arguments.channels;
  const Analysis found =
      myocramp::analyse(io::open_within_limits(arguments.input, {.layout = common.layout, .study = common.study}), options);
  if (!common.quiet) {
    for (const std::string& note : found.notes) print_note(note);
    for (const Refusal& r : found.refused) print_note("signal " + r.signal + " refused: " + r.code + ": " + r.reason);
    for (const Gaps& g : found.gaps) print_note(fmt::format("channel {}: {} samples are gaps (NaN or infinite)", g.channel, g.samples));
  }
  const std::vector<Event> events(found.episodes.begin(), found.episodes.end());
  if (!arguments.json) {
    fmt::print("{}", io::format_events(events, found.duration_s, found.start_s));
    return kDone;
  }
  nlohmann::json rows = nlohmann::json::array();
  for (const Event& e : events) {
    rows.push_back({{"onset", number_or_null(e.onset_s)},
                    {"duration", number_or_null(e.duration_s)},
                    {"trial_type", e.trial_type},
                    {"channel", e.channels},
                    {"confidence", number_or_null(e.confidence)},
                    {"annotator", nullptr},
                    {"label_source", e.label_source},
                    {"score", number_or_null(e.score)},
                    {"detector", e.detector}});
  }
  const nlohmann::json out = {{"start_s", found.start_s}, {"duration_s", found.duration_s}, {"events", rows}};
  fmt::print("{}\n", terminal_json(out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace)));
  return kDone;
}

}  // namespace myocramp::cli
