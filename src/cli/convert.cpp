#include <fmt/core.h>

#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/common.hpp"
#include "cli/progress.hpp"
#include "io/limited_open.hpp"
#include "io/sidecars.hpp"
#include "io/subject_rules.hpp"
#include "myocramp/io/nwb.hpp"
#include "myocramp/io/reader.hpp"
#include "myocramp/study/batch.hpp"
#include "platform/files.hpp"
#include "platform/process.hpp"

namespace myocramp::cli {
namespace {

namespace fs = std::filesystem;

// What beside the file itself decides what is written: with the file's own digest it makes the identifier.
std::string sidecars_of(const std::string& path, const Common& common) {
  const std::string events = io::events_path(path);
  const std::string study = io::StudyTable::find(path, common.study);
  std::error_code none_there;
  // Of a generic layout the text decides, not where it lies.
  const std::string layout = io::is_layout_path(common.layout) ? platform::sha256_of_file(common.layout) : common.layout;
  return "convert\nlayout " + layout + "\nevents " + (fs::exists(events, none_there) ? platform::sha256_of_file(events) : "") + "\nstudy " +
         (study.empty() ? "" : io::StudyTable(study).digest(path));
}

bool is_nwb_name(const std::string& path) { return fs::path(path).extension() == ".nwb"; }

// Where a recording goes: the file that was named, or its place in the folder that was named.
std::string output_of(const ConvertArguments& arguments, const Input& input) {
  return is_nwb_name(arguments.output) ? arguments.output : (fs::path(arguments.output) / (input.recording + ".nwb")).string();
}

// No recording may be written over itself or another input.
void check_outputs(const ConvertArguments& arguments, const std::vector<Input>& inputs) {
  std::error_code none_is_there;
  if (io::is_recording_name(arguments.output) && !is_nwb_name(arguments.output) && !fs::is_directory(arguments.output, none_is_there)) {
    throw InvalidArgument({"E-OPTION", "", "--output", "a name that ends in .nwb, or a folder", printable(arguments.output)});
  }
  if (is_nwb_name(arguments.output) && inputs.size() > 1) {
    throw InvalidArgument(
        {"E-OPTION", "", "--output", "a folder for " + std::to_string(inputs.size()) + " recordings", printable(arguments.output)});
  }
  for (const Input& from : inputs) {
    const std::string output = output_of(arguments, from);
    for (const Input& other : inputs) {
      std::error_code none_there;
      if (!fs::equivalent(output, other.path, none_there)) continue;
      throw InvalidArgument({"E-OPTION", "", "--output", "another place than the inputs'", printable(output)});
    }
  }
}

// What no file can hold is wrong with this recording, and no reason to leave the others.
void write_recording(const std::string& path, const std::string& output, const Recording& recording, const io::NwbOptions& options) {
  const auto of_input = [&path](Error::Parts parts) {
    parts.file = path;
    return DataError(std::move(parts));
  };
  try {
    io::write_nwb(output, recording, options);
  } catch (const InvalidArgument& e) {
    throw of_input(e.parts());
  } catch (const DataError& e) {
    if (!e.parts().file.empty()) throw;
    throw of_input(e.parts());
  }
}

// Where the output's temporary file lies.
std::string folder_of(const std::string& output) {
  const std::string folder = fs::path(output).parent_path().string();
  return folder.empty() ? "." : folder;
}

}  // namespace

int convert_one(const Common& common, const ConvertArguments& arguments) {
  const std::string& path = arguments.inputs.front();
  const Recording recording = io::open_within_limits(path, {.layout = common.layout, .study = common.study});
  if (!common.quiet) {
    const std::string of = printable(path) + ": ";  // of several each says which
    for (const std::string& note : recording.notes) print_note(of + note);
    for (const Refusal& r : recording.refused) print_note(of + "signal " + r.signal + " refused: " + r.code + ": " + r.reason);
    const Subject& s = recording.subject;
    for (const auto& [field, text] :
         {std::pair{"sex", s.sex}, std::pair{"age", s.age}, std::pair{"weight", s.weight}, std::pair{"species", s.species}}) {
      const std::string_view expected = io::subject_fault(field, text);
      if (expected.empty()) continue;
      print_note(fmt::format("{}subject: {}: expected {}, found {}: kept in the provenance only", of, field, expected, printable(text)));
    }
  }
  io::NwbOptions options;
  options.source_name = fs::path(path).filename().string();
  options.source_sha256 = platform::sha256_of_file(path);
  options.source_layout = recording.layout;
  options.configuration = sidecars_of(path, common);
  write_recording(path, arguments.output, recording, options);
  return kDone;
}

int convert(const Common& common, const ConvertArguments& arguments) {
  const Inputs found = find_inputs(arguments.inputs);
  check_outputs(arguments, found.recordings);
  print_passed_over(common, found);
  Progress progress(common.progress, common.quiet);
  std::size_t done = 0;
  std::size_t failed = 0;
  bool unwritten = false;
  for (const Input& input : found.recordings) {
    progress.part(input.recording, 0, done, found.recordings.size());
    progress.clear();  // the process that converts writes to the same terminal
    const std::string output = output_of(arguments, input);
    std::vector<std::string> again = {"convert", "-o", output};
    if (!common.layout.empty()) again.insert(again.end(), {"--layout", common.layout});
    if (!common.study.empty()) again.insert(again.end(), {"--study", common.study});
    if (common.quiet) again.emplace_back("--quiet");
    again.insert(again.end(), {"--", input.path});
    const int code = in_own_process(again, input.path);
    if (code != kDone) platform::remove_stale_temporaries(folder_of(output));  // of a process that could not clear up
    if (platform::stop_signal() != 0 || code == kUsage || code == kOwnFailure) return code;
    failed += code == kDone ? 0 : 1;
    progress.done(input.recording, code == kDone ? "ok" : "failed", ++done, found.recordings.size());
    unwritten = unwritten || code == kNotWritten;
  }
  if (unwritten) return kNotWritten;
  if (failed == 0) return kDone;
  return failed == found.recordings.size() ? kBadInput : kSomeFailed;
}

}  // namespace myocramp::cli
