#include "platform/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <list>

#include "myocramp/core/error.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): not in any header by default

namespace myocramp::platform {
namespace {

std::atomic<int> noted_signal{0};

extern "C" void note_signal(int signal) {
  if (noted_signal.exchange(signal) != 0) _exit(128 + signal);
}

[[noreturn]] void fail(const std::string& what, int error) {
  throw InternalError({"E-SPAWN", "", "worker process", what, std::strerror(error)});
}

struct Running {
  const Job* job = nullptr;
  pid_t pid = 0;
  int to = -1;    // its standard input
  int from = -1;  // its standard output
  std::size_t sent = 0;
  std::string line;
  std::chrono::steady_clock::time_point end{};  // of its time, when it has a limit
};

// A process with a limit leads a group of its own, so that a signal reaches what it started too.
void send_signal(const Running& r, int signal) { ::kill(r.job->limit_s > 0 ? -r.pid : r.pid, signal); }

void close_fd(int& fd) {
  if (fd >= 0) ::close(fd);
  fd = -1;
}

Running start(const Job& job) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (::pipe2(in.data(), O_CLOEXEC) != 0) fail("a pipe", errno);
  if (::pipe2(out.data(), O_CLOEXEC) != 0) {
    const int error = errno;
    close_fd(in[0]);
    close_fd(in[1]);
    fail("a pipe", error);
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::vector<std::string> text = job.arguments;
  std::vector<char*> argv;
  for (std::string& a : text) argv.push_back(a.data());
  argv.push_back(nullptr);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  if (job.limit_s > 0) posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  Running r{&job, 0, in[1], out[0], 0, {}, {}};
  const int error = posix_spawn(&r.pid, argv.front(), &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close_fd(in[0]);
  close_fd(out[1]);
  if (error != 0) {
    close_fd(r.to);
    close_fd(r.from);
    fail("to start " + job.arguments.front(), error);
  }
  ::fcntl(r.to, F_SETFL, O_NONBLOCK);
  if (job.limit_s > 0) {
    r.end = std::chrono::steady_clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(1000 * job.limit_s));
  }
  return r;
}

void send(Running& r) {
  const std::string& all = r.job->input;
  const ssize_t n = ::write(r.to, all.data() + r.sent, all.size() - r.sent);
  if (n > 0) r.sent += static_cast<std::size_t>(n);
  if (r.sent == all.size() || (n < 0 && errno != EAGAIN && errno != EINTR)) close_fd(r.to);
}

// Reads what there is; false at the end of the output, whose last line need not end.
bool receive(Running& r) {
  std::array<char, 65536> buffer{};
  const ssize_t n = ::read(r.from, buffer.data(), buffer.size());
  if (n < 0 && errno == EINTR) return true;
  if (n <= 0) {
    if (!r.line.empty()) r.job->on_line(r.line);
    return false;
  }
  r.line.append(buffer.data(), static_cast<std::size_t>(n));
  std::size_t begin = 0;
  for (std::size_t end = r.line.find('\n'); end != std::string::npos; end = r.line.find('\n', begin)) {
    r.job->on_line(r.line.substr(begin, end - begin));
    begin = end + 1;
  }
  r.line.erase(0, begin);
  return true;
}

Ended reap(Running& r) {
  close_fd(r.to);
  close_fd(r.from);
  int status = 0;
  while (::waitpid(r.pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? Ended{0, WTERMSIG(status)} : Ended{WEXITSTATUS(status), 0};
}

// Whatever ends run_jobs, no child outlives it.
class Children {
 public:
  Children() = default;
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;
  ~Children() {
    for (Running& r : running) {
      send_signal(r, SIGTERM);
      reap(r);
    }
  }
  std::list<Running> running;
};

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = false;
#else
constexpr bool kSanitized = true;
#endif

// Replaces the soft limit, as far as the hard one lets it, and returns the old.
std::uint64_t set_soft_limit(__rlimit_resource resource, std::uint64_t value) {
  rlimit limit{};
  ::getrlimit(resource, &limit);
  const std::uint64_t old = limit.rlim_cur;
  limit.rlim_cur = std::min<rlim_t>(value, limit.rlim_max);
  ::setrlimit(resource, &limit);
  return old;
}

// Address space of this process.
std::uint64_t memory_in_use() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t seconds_used() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return static_cast<std::uint64_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec);
}

}  // namespace

std::string how_it_ended(const Ended& ended) {
  if (ended.signal == SIGXCPU) return "one that uses up the processor time of its reader";
  if (ended.signal != 0) return "one that ends its reader with signal " + std::to_string(ended.signal);
  return "one that ends its reader with exit code " + std::to_string(ended.exit_code);
}

HeaderLimits::HeaderLimits(std::uint64_t file_bytes) : memory_bytes_((std::uint64_t{128} << 20U) + file_bytes) {
  if (kSanitized) return;
  old_memory_ = set_soft_limit(RLIMIT_AS, memory_in_use() + memory_bytes_);
  old_seconds_ = set_soft_limit(RLIMIT_CPU, seconds_used() + 1 + (file_bytes >> 24U));
}

HeaderLimits::~HeaderLimits() {
  if (kSanitized) return;
  set_soft_limit(RLIMIT_AS, old_memory_);
  set_soft_limit(RLIMIT_CPU, old_seconds_);
}

void forget_hdf5_environment() {
  std::vector<std::string> names;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    if (text.starts_with("HDF5_")) names.push_back(text.substr(0, text.find('=')));
  }
  for (const std::string& name : names) ::unsetenv(name.c_str());
}

void run_jobs(const std::vector<Job>& jobs, int parallel, const std::function<bool()>& stop) {
  Children children;
  std::size_t next = 0;
  bool told = false;
  std::chrono::steady_clock::time_point patience;
  while (true) {
    if (stop() && !told) {
      told = true;
      patience = std::chrono::steady_clock::now() + std::chrono::seconds(3);
      for (const Running& r : children.running) send_signal(r, SIGTERM);
    }
    if (told && std::chrono::steady_clock::now() > patience) {
      for (const Running& r : children.running) send_signal(r, SIGKILL);
    }
    for (; !told && next < jobs.size() && static_cast<int>(children.running.size()) < parallel; ++next) {
      if (jobs[next].on_start) jobs[next].on_start();
      children.running.push_back(start(jobs[next]));
    }
    if (children.running.empty()) return;

    std::vector<pollfd> polled;
    for (const Running& r : children.running) {
      polled.push_back({r.from, POLLIN, 0});
      polled.push_back({r.to, POLLOUT, 0});  // a negative descriptor is passed over
    }
    if (::poll(polled.data(), polled.size(), 200) < 0 && errno != EINTR) fail("to wait for workers", errno);
    std::size_t k = 0;
    for (auto r = children.running.begin(); r != children.running.end(); k += 2) {
      if (polled[k + 1].revents != 0) send(*r);
      const bool late = r->job->limit_s > 0 && std::chrono::steady_clock::now() > r->end;
      if (late) send_signal(*r, SIGKILL);
      if (late || (polled[k].revents != 0 && !receive(*r))) {
        const Job* job = r->job;
        Ended ended = reap(*r);
        ended.timed_out = late;
        r = children.running.erase(r);
        job->on_end(ended);
      } else {
        ++r;
      }
    }
  }
}

void limit_memory(std::size_t bytes) {
  const rlimit memory{bytes, bytes};
  if (!kSanitized) ::setrlimit(RLIMIT_AS, &memory);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
}

void end_with_parent(long parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it ended before that
}

long process_number() { return ::getpid(); }

std::string own_program() {
  std::array<char, PATH_MAX> path{};
  const ssize_t n = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
  if (n <= 0) fail("the path of this program", errno);
  return {path.data(), static_cast<std::size_t>(n)};
}

void catch_stop_signals() {
  struct sigaction action = {};
  action.sa_handler = note_signal;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int stop_signal() noexcept { return noted_signal.load(); }

std::FILE* stderr_for_this_program_alone() {
  if (kSanitized) return stderr;
  const int kept = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  std::FILE* stream = kept < 0 || nothing < 0 ? nullptr : ::fdopen(kept, "w");
  if (stream == nullptr) return stderr;
  std::setvbuf(stream, nullptr, _IONBF, 0);
  ::dup2(nothing, STDERR_FILENO);
  ::close(nothing);
  return stream;
}

bool stderr_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string();
}

}  // namespace myocramp::platform
