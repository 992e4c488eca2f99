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

}  // namespace

Recording open_within_limits(const std::string& path, const OpenOptions& options) {
  const std::uint64_t size = size_or_0(path) + size_or_0(fs::path(path).replace_extension(".events.tsv"));
  const platform::HeaderLimits limits(size);
  try {
    return open(path, options);
  } catch (const std::bad_alloc&) {
    throw DataError(
        {"E-MEMORY", path, "", "headers and tables that fit in " + std::to_string(limits.memory_bytes() >> 20U) + " MiB", "larger ones"});
  }
}

}  // namespace myocramp::io
