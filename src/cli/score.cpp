#include "myocramp/study/score.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "cli/common.hpp"
#include "io/limited_open.hpp"
#include "platform/process.hpp"

namespace myocramp::cli {
namespace {

using nlohmann::json;

/// A signal asked for the end.
struct Stopped {};

io::OpenOptions open_options(const Common& common) { return {.layout = common.layout, .study = common.study}; }

json error_json(const Error& e) {
  const Error::Parts& p = e.parts();
  return {{"error", {p.code, p.file, p.place, p.expected, p.found}}, {"is_usage", dynamic_cast<const InvalidArgument*>(&e) != nullptr}};
}

[[noreturn]] void throw_from(const json& told) {
  const auto p = told.at("error").get<std::vector<std::string>>();
  const Error::Parts parts{p.at(0), p.at(1), p.at(2), p.at(3), p.at(4)};
  if (told.at("is_usage").get<bool>()) throw InvalidArgument(parts);
  throw DataError(parts);
}

// A recording is opened in a process of its own, which tells its labels as a line of JSON; a table is read here.
Labels read_apart(const Common& common, const LabelFile& file) {
  if (platform::stop_signal() != 0) throw Stopped{};
  if (!opens_recording(file.path)) return read_labels(file.path, open_options(common));
  std::vector<std::string> again = {"score"};
  if (!common.layout.empty()) again.insert(again.end(), {"--layout", common.layout});
  if (!common.study.empty()) again.insert(again.end(), {"--study", common.study});
  again.insert(again.end(), {"--", file.path, file.path});
  std::string out;
  in_own_process(again, file.path, [&out](const std::string& line) { out += line; });
  if (platform::stop_signal() != 0) throw Stopped{};
  const json told = json::parse(out, nullptr, false);
  if (!told.is_object()) throw DataError({"E-CRASH", file.path, "", "a readable file", "one that ends its reader"});  // said already
  if (told.contains("error")) throw_from(told);
  Labels labels = labels_from_json(out);
  labels.path = file.path;
  return labels;
}

}  // namespace

int score_one(const Common& common, const ScoreArguments& arguments) {
  try {
    fmt::print("{}\n", to_json(read_labels(arguments.reference, open_options(common), io::open_within_limits)));
  } catch (const Error& e) {
    fmt::print("{}\n", error_json(e).dump(-1, ' ', false, json::error_handler_t::replace));
  } catch (const std::bad_alloc&) {
    const DataError e({"E-MEMORY", arguments.reference, "", "a recording that fits in 8 GiB of memory", "one that does not"});
    fmt::print("{}\n", error_json(e).dump(-1, ' ', false, json::error_handler_t::replace));
  }
  return kDone;
}

int score(const Common& common, const ScoreArguments& arguments) {
  StudyScore result;
  try {
    result = score_paths(arguments.reference, arguments.found, arguments.against, arguments.request,
                         [&common](const LabelFile& file) { return read_apart(common, file); });
  } catch (const Stopped&) {
    return 128 + platform::stop_signal();
  }
  for (const NotScored& n : result.not_scored) {
    if (n.error.code != "E-CRASH") print_error(n.error.code, Error(n.error).what());
  }
  const bool any = !result.classes.empty();
  if (arguments.json) {
    fmt::print("{}\n", terminal_json(to_json(result)));
  } else if (any) {
    fmt::print("{}", to_text(result));
  }
  if (!common.quiet) {
    for (const std::string& note : result.notes) print_note(note);
    for (const std::string& name : result.unpaired) print_note("found, and not in the reference: " + printable(name));
  }
  if (result.not_scored.empty()) return kDone;
  return any ? kSomeFailed : kBadInput;
}

}  // namespace myocramp::cli
