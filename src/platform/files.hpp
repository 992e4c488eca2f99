#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace myocramp::platform {

/// Writes a whole file or nothing: a temporary name beside it, then sync and rename. Creates missing parent folders.
/// Throws: OutputError E-WRITE naming the path and the system's reason.
void write_atomically(const std::string& path, std::string_view content);

/// Holds a folder against other processes that lock it, on this machine and on shared file systems that can lock; waits for them.
class FolderLock {
 public:
  explicit FolderLock(const std::string& folder);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

 private:
  int fd_;
};

/// Removes what write_atomically() left in `folder` when its process was killed: temporary files of this host whose process is gone.
void remove_stale_temporaries(const std::string& folder);

/// SHA-256 of a file as 64 hex digits, read in blocks. Throws: IoError E-READ.
std::string sha256_of_file(const std::string& path);
std::string sha256_of_text(std::string_view text);

/// The whole of a small text file. Throws: IoError E-MISSING or E-READ, DataError E-SIZE beyond `limit` bytes.
std::string read_text(const std::string& path, std::size_t limit = 64U << 20U);

/// Holds that `path` names a readable regular file of at least one byte, without blocking on pipes or devices.
/// Throws: IoError E-MISSING, E-READ, E-TYPE; DataError E-EMPTY.
void require_regular_file(const std::string& path);

}  // namespace myocramp::platform
