#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace myocramp::platform {

/// How a worker process ended.
struct Ended {
  int exit_code = 0;  ///< when it exited
  int signal = 0;     ///< when a signal ended it, else 0
  bool timed_out = false;
};

/// What a file has done to a process that ended without a word, for messages: "one that ends its reader with signal 11".
std::string how_it_ended(const Ended& ended);

/// One piece of work for a process of its own: its arguments, what it reads from standard input, and who hears of it.
struct Job {
  std::vector<std::string> arguments;  ///< program first
  std::string input;
  std::function<void()> on_start;                        ///< may be empty
  std::function<void(const std::string& line)> on_line;  ///< each line of its standard output
  std::function<void(const Ended&)> on_end;
  double limit_s = 0;  ///< of wall time, then it is killed with the processes that it started; 0: none
};

/// Runs jobs in up to `parallel` processes at a time, starting them in order. Callbacks run in the calling thread.
///
/// Standard error is passed through. When `stop` turns true, running processes are told to end, awaited, killed if they have not ended
/// after 3 s, and reaped, and no further one starts; their on_end is still called.
/// Throws: InternalError E-SPAWN when a process cannot be started.
void run_jobs(const std::vector<Job>& jobs, int parallel, const std::function<bool()>& stop);

/// What a process that reads a file may use.
inline constexpr std::size_t kMemoryLimit = std::size_t{8} << 30U;

/// Limits this process, for work on files that are not trusted: address space and no core files. Does nothing under a sanitizer.
void limit_memory(std::size_t bytes);

/// While it lives, this process may use only what headers and tables of a file of this size can honestly need: 1 s of processor time and
/// one more per 16 MiB of the file, 128 MiB of memory and as much again as the file. Beyond the time SIGXCPU ends the process, beyond the
/// memory allocations fail. A hostile file is small or slow to copy; what it makes libhdf5 do is bounded by that. Does nothing under a
/// sanitizer.
class HeaderLimits {
 public:
  explicit HeaderLimits(std::uint64_t file_bytes);
  HeaderLimits(const HeaderLimits&) = delete;
  HeaderLimits& operator=(const HeaderLimits&) = delete;
  ~HeaderLimits();

  [[nodiscard]] std::uint64_t memory_bytes() const noexcept { return memory_bytes_; }

 private:
  std::uint64_t memory_bytes_;
  std::uint64_t old_memory_ = 0;
  std::uint64_t old_seconds_ = 0;
};

/// Takes the settings of libhdf5 out of the environment: where to look for plugins, virtual and external files, and whether to lock.
void forget_hdf5_environment();

/// Makes this process end when the one that started it, of number `parent`, does: even by a signal that cannot be caught.
void end_with_parent(long parent);

/// The number of this process.
long process_number();

/// The path of the program that runs.
std::string own_program();

/// Installs handlers for SIGINT and SIGTERM that only note the signal; a second one ends the program at once. SIGPIPE is ignored.
void catch_stop_signals();
/// The signal that was noted, or 0.
int stop_signal() noexcept;

/// A stream to standard error, unbuffered, which is closed to everything else in this process: libraries write into nothing. Under a
/// sanitizer, whose reports are wanted, just stderr.
std::FILE* stderr_for_this_program_alone();

/// Whether standard error is a terminal.
bool stderr_is_terminal();

/// Host name, for the log.
std::string host_name();

}  // namespace myocramp::platform
