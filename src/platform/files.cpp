#include "platform/files.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

#include "myocramp/core/error.hpp"

namespace myocramp::platform {
namespace {

namespace fs = std::filesystem;

std::string reason(int error) { return std::generic_category().message(error); }

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

std::string kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  return "something else";
}

[[noreturn]] void throw_not_opened(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR) throw IoError({"E-MISSING", path, "", "a file", "none"});
  struct stat info{};
  const bool other_kind = ::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode);
  if (other_kind) throw IoError({"E-TYPE", path, "", "a regular file", kind_of(info.st_mode)});
  throw IoError({"E-READ", path, "", "a readable file", reason(error)});
}

/// An open regular file and its size. Opening without blocking and asking the descriptor leaves no moment in which a pipe could slip in.
struct OpenFile {
  int fd;
  std::uint64_t size;
};

OpenFile open_regular(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) throw_not_opened(path, errno);
  struct stat info{};
  const bool known = ::fstat(fd, &info) == 0;
  const int error = errno;
  if (known && S_ISREG(info.st_mode)) return {fd, static_cast<std::uint64_t>(info.st_size)};
  ::close(fd);
  if (!known) throw IoError({"E-READ", path, "", "a readable file", reason(error)});
  throw IoError({"E-TYPE", path, "", "a regular file", kind_of(info.st_mode)});
}

/// Reads up to `size` bytes; 0 at the end of the file.
std::size_t read_some(const std::string& path, int fd, char* out, std::size_t size) {
  for (;;) {
    const ssize_t n = ::read(fd, out, size);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) throw IoError({"E-READ", path, "", "readable data", reason(errno)});
  }
}

[[noreturn]] void throw_not_written(const std::string& path, const std::string& expected, int error) {
  throw OutputError({"E-WRITE", path, "", expected, reason(error)});
}

/// Start of the names of temporary files: with the host, because a folder may be shared by the machines of a cluster.
std::string temporary_prefix() {
  std::array<char, 65> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  return ".myocramp-" + std::string(host.data()) + "-";
}

fs::path folder_of(const std::string& path) { return fs::path(path).has_parent_path() ? fs::path(path).parent_path() : fs::path("."); }

/// Does `some` until `size` bytes are done: 0 or the error number. `some(done)` is pread or pwrite; 0 from it ends early.
template <class Some>
int transfer(std::size_t size, Some some, std::size_t& done) noexcept {
  while (done < size) {
    const ssize_t n = some(done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    if (n == 0) return 0;
    done += static_cast<std::size_t>(n);
  }
  return 0;
}

/// Makes the rename itself durable. Some file systems cannot sync a folder and say EINVAL: nothing is lost by going on.
void sync_folder(const std::string& path, const fs::path& folder) {
  Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) return;  // a folder may be writable and not readable
  if (::fsync(fd.get()) != 0 && errno != EINVAL && errno != ENOTSUP) throw_not_written(path, "a synced folder", errno);
}

}  // namespace

void write_atomically(const std::string& path, std::string_view content) {
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

AtomicFile::AtomicFile(const std::string& path) : target_(path) {
  const fs::path folder = folder_of(path);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail("a folder that can be made", error.value());
  static std::atomic<unsigned> counter{0};
  for (int attempt = 0; attempt < 1000; ++attempt) {  // names left by a killed process of the same number are passed over
    // Without the target's name: one of NAME_MAX bytes could not grow.
    temporary_ = (folder / (temporary_prefix() + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp")).string();
    fd_ = ::open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd_ >= 0 || errno != EEXIST) break;
  }
  if (fd_ < 0) fail("a writable folder", errno);
}

AtomicFile::~AtomicFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!renamed_) ::unlink(temporary_.c_str());
}

void AtomicFile::fail(const std::string& expected, int error) const { throw_not_written(target_, expected, error); }

void AtomicFile::write(std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd_, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("a complete write", errno);
    content.remove_prefix(static_cast<std::size_t>(n));
  }
}

void AtomicFile::copy(const std::string& from) {
  const Descriptor source(open_regular(from).fd);
  const auto buffer = std::make_unique<char[]>(1U << 20U);
  while (const std::size_t n = read_some(from, source.get(), buffer.get(), 1U << 20U)) write({buffer.get(), n});
  struct stat info{};
  if (::fstat(source.get(), &info) == 0) static_cast<void>(::fchmod(fd_, info.st_mode & 07777U) == 0);  // a wish: not every file system can
}

int AtomicFile::read_at(std::uint64_t at, void* out, std::size_t size) const noexcept {
  char* const bytes = static_cast<char*>(out);
  std::size_t done = 0;
  const int error = transfer(size, [&](std::size_t n) { return ::pread(fd_, bytes + n, size - n, static_cast<off_t>(at + n)); }, done);
  std::memset(bytes + done, 0, size - done);
  return error;
}

int AtomicFile::write_at(std::uint64_t at, const void* data, std::size_t size) noexcept {
  const char* const bytes = static_cast<const char*>(data);
  std::size_t done = 0;
  const int error = transfer(size, [&](std::size_t n) { return ::pwrite(fd_, bytes + n, size - n, static_cast<off_t>(at + n)); }, done);
  return error == 0 && done < size ? EIO : error;
}

int AtomicFile::resize(std::uint64_t size) noexcept { return ::ftruncate(fd_, static_cast<off_t>(size)) == 0 ? 0 : errno; }

std::uint64_t AtomicFile::size() const noexcept { return size_of(fd_); }

void AtomicFile::commit() {
  if (::fsync(fd_) != 0) fail("data on the disk", errno);
  const int fd = fd_;
  fd_ = -1;
  if (::close(fd) != 0) fail("a complete write", errno);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail("a name that can be written", errno);
  renamed_ = true;
  sync_folder(target_, folder_of(target_));
}

FolderLock::FolderLock(const std::string& folder) : fd_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  while (fd_ >= 0 && ::flock(fd_, LOCK_EX) != 0 && errno == EINTR) {  // where nothing can be locked, nothing is
  }
}

FolderLock::~FolderLock() {
  if (fd_ >= 0) ::close(fd_);
}

void remove_stale_temporaries(const std::string& folder) {
  const std::string prefix = temporary_prefix();
  std::error_code ignored;
  for (fs::directory_iterator it(folder, ignored), end; !ignored && it != end; it.increment(ignored)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(prefix) || !name.ends_with(".tmp")) continue;
    const pid_t writer = static_cast<pid_t>(std::atol(name.c_str() + prefix.size()));
    if (writer > 0 && ::kill(writer, 0) != 0 && errno == ESRCH) ::unlink(it->path().c_str());
  }
}

namespace {

void require_hash(bool done) {
  if (!done) throw InternalError({"E-INTERNAL", "", "sha256", "a working SHA-256 in libcrypto", "a failure"});
}

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  require_hash(context_ != nullptr && EVP_DigestInit_ex(context_, EVP_sha256(), nullptr) == 1);
}

Sha256::~Sha256() { EVP_MD_CTX_free(context_); }

void Sha256::update(const void* data, std::size_t size) { require_hash(EVP_DigestUpdate(context_, data, size) == 1); }

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  require_hash(EVP_DigestFinal_ex(context_, digest.data(), &size) == 1);
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (unsigned int i = 0; i < size; ++i) {
    out += kHex[digest[i] >> 4U];
    out += kHex[digest[i] & 15U];
  }
  return out;
}

std::string sha256_of_file(const std::string& path) {
  const Descriptor fd(open_regular(path).fd);
  Sha256 hash;
  const auto buffer = std::make_unique<char[]>(1U << 20U);
  while (const std::size_t n = read_some(path, fd.get(), buffer.get(), 1U << 20U)) hash.update(buffer.get(), n);
  return hash.hex();
}

std::string sha256_of_text(std::string_view text) {
  Sha256 hash;
  hash.update(text.data(), text.size());
  return hash.hex();
}

std::string read_text(const std::string& path, std::size_t limit) {
  const OpenFile file = open_regular(path);
  const Descriptor fd(file.fd);
  std::string text;
  const auto buffer = std::make_unique<char[]>(1U << 16U);
  while (const std::size_t n = read_some(path, fd.get(), buffer.get(), 1U << 16U)) {
    text.append(buffer.get(), n);
    if (text.size() > limit) {
      throw DataError({"E-SIZE", path, "", "at most " + std::to_string(limit) + " bytes", std::to_string(file.size)});
    }
  }
  return text;
}

void require_regular_file(const std::string& path) {
  const OpenFile file = open_regular(path);
  ::close(file.fd);
  if (file.size == 0) throw DataError({"E-EMPTY", path, "", "at least one byte", "an empty file"});
}

std::uint64_t size_of(int descriptor) noexcept {
  struct stat info{};
  return ::fstat(descriptor, &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

}  // namespace myocramp::platform
