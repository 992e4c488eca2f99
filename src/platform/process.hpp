#pragma once

#include <functional>
#include <string>
#include <vector>

namespace myocramp::platform {

/// How a worker process ended.
struct Ended {
  int exit_code = 0;  ///< when it exited
  int signal = 0;     ///< when a signal ended it, else 0
};

/// One piece of work for a process of its own: its arguments, what it reads from standard input, and who hears of it.
struct Job {
  std::vector<std::string> arguments;  ///< program first
  std::string input;
  std::function<void(const std::string& line)> on_line;  ///< each line of its standard output
  std::function<void(const Ended&)> on_end;
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

/// Whether standard error is a terminal.
bool stderr_is_terminal();

/// Host name, for the log.
std::string host_name();

}  // namespace myocramp::platform
