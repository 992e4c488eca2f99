#include "cli/common.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string_view>

#include "io/sidecars.hpp"
#include "io/tsv.hpp"
#include "platform/process.hpp"

namespace myocramp::cli {

Config configuration(const Common& common, const std::string& method) {
  return myocramp::configuration(common.config_file, method, common.settings);
}

void check_study(const Common& common) {
  if (common.study.empty()) return;
  try {
    const io::StudyTable readable(common.study);
  } catch (const Error& e) {  // wrong for any input
    throw InvalidArgument(e.parts());
  }
}

unsigned long long seed_from(const std::string& text) {
  unsigned long long seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw InvalidArgument({"E-USAGE", "", "--seed", "a whole number from 0 to 2^64 - 1", printable(text)});
  }
  return seed;
}

int exit_code(const Error& error) {
  if (dynamic_cast<const InvalidArgument*>(&error) != nullptr) return kUsage;
  if (dynamic_cast<const OutputError*>(&error) != nullptr) return kNotWritten;
  if (dynamic_cast<const DataError*>(&error) != nullptr || dynamic_cast<const IoError*>(&error) != nullptr) return kBadInput;
  return kOwnFailure;
}

namespace {

std::FILE* messages = stderr;

}  // namespace

std::string one_line(std::string_view text) {
  std::string out;
  for (std::size_t begin = 0; begin <= text.size();) {  // what was escaped before has backslashes, which stay
    const std::size_t end = std::min(text.find('\\', begin), text.size());
    out += io::escape(text.substr(begin, end - begin));
    if (end < text.size()) out += '\\';
    begin = end + 1;
  }
  return out;
}

std::string terminal_json(const std::string& json) {
  std::string out;
  for (std::size_t i = 0; i < json.size();) {
    const auto lead = static_cast<unsigned char>(json[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const std::string character = json.substr(i, length);
    const auto low_bits = [&](std::size_t k) { return static_cast<unsigned>(static_cast<unsigned char>(character[k])) & 0x3fU; };
    i += length;
    if (character == "\n" || character == "\\" || length == 4 || io::escape(character) == character) {
      out += character;
    } else {  // all that steer a terminal have a number of at most four digits
      const unsigned number = length == 1   ? lead
                              : length == 2 ? (lead & 0x1fU) << 6U | low_bits(1)
                                            : (lead & 0x0fU) << 12U | low_bits(1) << 6U | low_bits(2);
      out += fmt::format("\\u{:04x}", number);
    }
  }
  return out;
}

void silence_libraries() { messages = platform::stderr_for_this_program_alone(); }

void print_error(const std::string& code, const std::string& text) {
  fmt::print(messages, "myocramp: error[{}]: {}\n", code, one_line(text));
}

void print_note(const std::string& text) { fmt::print(messages, "myocramp: note: {}\n", one_line(text)); }

void print_passed_over(const Common& common, const Inputs& inputs) {
  if (common.quiet) return;
  if (inputs.other_files > 0) print_note(fmt::format("{} files that are no recordings were passed over", inputs.other_files));
  if (inputs.result_folders > 0) print_note(fmt::format("{} folders that hold results were passed over", inputs.result_folders));
}

int in_own_process(const std::vector<std::string>& arguments, const std::string& file,
                   const std::function<void(const std::string&)>& on_line) {
  int code = kOwnFailure;
  platform::Job job;
  job.arguments = {platform::own_program(), "--isolated", std::to_string(platform::process_number())};
  job.arguments.insert(job.arguments.end(), arguments.begin(), arguments.end());
  job.on_line = on_line ? on_line : [](const std::string& line) { fmt::print("{}\n", line); };
  job.on_end = [&](const platform::Ended& ended) {
    code = ended.exit_code;
    if (ended.signal == 0 || platform::stop_signal() != 0) return;
    const Error error({"E-CRASH", file, "", "a readable file", platform::how_it_ended(ended)});
    print_error(error.code(), error.what());
    code = kBadInput;
  };
  platform::run_jobs({job}, 1, [] { return platform::stop_signal() != 0; });
  return code;
}

}  // namespace myocramp::cli
