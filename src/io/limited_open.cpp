#include "io/limited_open.hpp"

#include <cstdint>
#include <filesystem>
#include <new>
#include <system_error>

#include "myocramp/core/error.hpp"
#include "platform/process.hpp"

namespace myocramp::io {
namespace {

namespace fs = std::filesystem;

std::uint64_t size_or_0(const fs::path& path) {
  std::error_code error;
  const std::uint64_t size = fs::is_regular_file(path, error) ? fs::file_size(path, error) : 0;
  return error ? 0 : size;
}

template <class Work>
auto within_limits(const std::string& path, std::uint64_t bytes, Work&& work) {
  const platform::HeaderLimits limits(bytes);
  try {
    return work();
  } catch (const std::bad_alloc&) {
    throw DataError(
        {"E-MEMORY", path, "", "headers and tables that fit in " + std::to_string(limits.memory_bytes() >> 20U) + " MiB", "larger ones"});
  }
}

}  // namespace

Recording open_within_limits(const std::string& path, const OpenOptions& options) {
  const std::uint64_t bytes = size_or_0(path) + size_or_0(fs::path(path).replace_extension(".events.tsv"));
  return within_limits(path, bytes, [&] { return open(path, options); });
}

LayoutSuggestion suggest_layout_within_limits(const std::string& path) {
  return within_limits(path, size_or_0(path), [&] { return suggest_layout(path); });
}

}  // namespace myocramp::io
