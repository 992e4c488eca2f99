#pragma once

#include <hdf5.h>

#include <cstdint>
#include <string>
#include <vector>

#include "platform/files.hpp"

namespace myocramp::io::hdf5 {

/// What lies between libhdf5 and a file that is written: it remembers the first error and tells libhdf5 that all is well.
///
/// With a full disk H5Fclose fails, and libhdf5 1.10 then ends the process while it cleans up at exit. So no write ever fails for it: what
/// could not be written is kept in memory, to be read back, and the writer looks at error() and stops.
class OutputStore {
 public:
  explicit OutputStore(platform::AtomicFile& file) : file_(file), size_(file.size()) {}
  OutputStore(const OutputStore&) = delete;
  OutputStore& operator=(const OutputStore&) = delete;

  /// The system's number of the first error, 0 for none.
  [[nodiscard]] int error() const noexcept { return error_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  void read(std::uint64_t at, void* out, std::size_t size);
  void write(std::uint64_t at, const void* data, std::size_t size);
  void resize(std::uint64_t size);

 private:
  struct Kept {
    std::uint64_t at;
    std::string bytes;
  };

  platform::AtomicFile& file_;
  std::uint64_t size_;
  int error_ = 0;
  std::vector<Kept> kept_;  ///< in the order in which it came
};

/// Makes files that are opened with this access list live in `store`, which must outlive them. Throws: CallFailed.
void use_output_store(hid_t access, OutputStore& store);

}  // namespace myocramp::io::hdf5
