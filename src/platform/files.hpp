#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct evp_md_ctx_st;

namespace myocramp::platform {

/// Writes a whole file or nothing: a temporary name beside it, then sync and rename. Creates missing parent folders.
/// Throws: OutputError E-WRITE naming the path and the system's reason.
void write_atomically(const std::string& path, std::string_view content);

/// A file that takes the place of `path` whole or not at all: a temporary file beside it until commit(), and nothing without commit().
class AtomicFile {
 public:
  /// Creates missing parent folders and the temporary file. Throws: OutputError E-WRITE naming `path` and the system's reason.
  explicit AtomicFile(const std::string& path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  [[nodiscard]] const std::string& path() const noexcept { return target_; }

  /// Writes at the end of what write() wrote before. Throws: OutputError E-WRITE.
  void write(std::string_view content);
  /// Takes over the bytes and the permissions of another file. Throws: IoError E-MISSING, E-READ, E-TYPE; OutputError E-WRITE.
  void copy(const std::string& from);

  /// The same at any place, for callers that must not be thrown at: 0, or the system's error number. Bytes beyond the end read 0.
  [[nodiscard]] int read_at(std::uint64_t at, void* out, std::size_t size) const noexcept;
  [[nodiscard]] int write_at(std::uint64_t at, const void* data, std::size_t size) noexcept;
  [[nodiscard]] int resize(std::uint64_t size) noexcept;
  [[nodiscard]] std::uint64_t size() const noexcept;

  /// Sync, close, rename, sync the folder, in this order: after a power cut the name holds the old content or the new, never a part.
  /// Throws: OutputError E-WRITE.
  void commit();

  /// Throws OutputError E-WRITE with the reason of a system error number.
  [[noreturn]] void fail(const std::string& expected, int error) const;

 private:
  std::string target_;
  std::string temporary_;
  int fd_ = -1;
  bool renamed_ = false;
};

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

/// Removes what an AtomicFile left in `folder` when its process was killed: temporary files of this host whose process is gone.
void remove_stale_temporaries(const std::string& folder);

/// SHA-256 of what it is fed.
class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256();

  void update(const void* data, std::size_t size);
  /// 64 hex digits; once, at the end.
  std::string hex();

 private:
  evp_md_ctx_st* context_;
};

/// SHA-256 of a file as 64 hex digits, read in blocks. Throws: IoError E-READ.
std::string sha256_of_file(const std::string& path);
std::string sha256_of_text(std::string_view text);

/// The whole of a small text file. Throws: IoError E-MISSING or E-READ, DataError E-SIZE beyond `limit` bytes.
std::string read_text(const std::string& path, std::size_t limit = 64U << 20U);

/// Holds that `path` names a readable regular file of at least one byte, without blocking on pipes or devices.
/// Throws: IoError E-MISSING, E-READ, E-TYPE; DataError E-EMPTY.
void require_regular_file(const std::string& path);

/// The bytes of an open file now; 0 when the system does not tell.
std::uint64_t size_of(int descriptor) noexcept;

}  // namespace myocramp::platform
