#include "io/trial_open.hpp"

#include <ostream>
#include <vector>

#include "io/limited_open.hpp"
#include "myocramp/core/error.hpp"
#include "platform/process.hpp"

namespace myocramp::io {
namespace {

// What is told: a word, and the parts of an error; each ends with a NUL, which is in none of them. Names of files are bytes and stay so.
constexpr const char* kOpened = "opened";
constexpr const char* kUsage = "usage";
constexpr const char* kData = "data";
constexpr const char* kSystem = "system";

void tell(std::ostream& out, const char* word, const Error::Parts& p) {
  for (const std::string& text : {std::string(word), p.code, p.file, p.place, p.expected, p.found}) out << text.c_str() << '\0';
  out.flush();
}

std::vector<std::string> texts_of(const std::string& told) {
  std::vector<std::string> texts;
  std::size_t begin = 0;
  for (std::size_t end = told.find('\0'); end != std::string::npos; end = told.find('\0', begin)) {
    texts.push_back(told.substr(begin, end - begin));
    begin = end + 1;
  }
  return texts;
}

}  // namespace

void try_open(const std::string& program, const std::string& path, const OpenOptions& options, const std::function<bool()>& stop) {
  check_layout(options.layout);
  platform::Job job;
  job.arguments = {program, "open-worker"};
  if (!options.layout.empty()) job.arguments.push_back("--layout=" + options.layout);
  if (!options.study.empty()) job.arguments.push_back("--study=" + options.study);
  job.arguments.insert(job.arguments.end(), {"--", path, std::to_string(platform::process_number())});
  std::string told;
  platform::Ended ended;
  job.on_line = [&told](const std::string& line) { told += told.empty() ? line : "\n" + line; };
  job.on_end = [&ended](const platform::Ended& e) { ended = e; };
  platform::run_jobs({job}, 1, stop);

  const std::vector<std::string> texts = texts_of(told);
  if (ended.signal != 0 || texts.size() != 6) throw DataError({"E-CRASH", path, "", "a readable file", platform::how_it_ended(ended)});
  if (texts[0] == kOpened) return;
  const Error::Parts parts{texts[1], texts[2], texts[3], texts[4], texts[5]};
  if (texts[0] == kUsage) throw InvalidArgument(parts);
  if (texts[0] == kSystem) throw IoError(parts);
  throw DataError(parts);
}

int try_open_worker(const std::string& path, const OpenOptions& options, long parent, std::ostream& out) {
  platform::end_with_parent(parent);
  platform::limit_memory(platform::kMemoryLimit);
  try {
    open_within_limits(path, options);
    tell(out, kOpened, {});
  } catch (const InvalidArgument& e) {
    tell(out, kUsage, e.parts());
  } catch (const IoError& e) {
    tell(out, kSystem, e.parts());
  } catch (const DataError& e) {
    tell(out, kData, e.parts());
  }
  return 0;
}

}  // namespace myocramp::io
