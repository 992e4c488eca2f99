#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "myocramp/io/reader.hpp"

namespace myocramp::test {

/// What opening and reading a file ends in, seen from outside: libhdf5 may crash, and then the worker process contains it.
enum class Outcome { kRead, kRefused, kOtherException, kSignal };

inline Outcome outcome_of(const std::string& path) {
  const pid_t child = fork();
  if (child == 0) {
    const rlimit seconds{10, 10};
    setrlimit(RLIMIT_CPU, &seconds);
    auto outcome = Outcome::kRead;
    try {
      const Recording r = io::open(path);
      for (const Signal& s : r.signals) static_cast<void>(s.read({0, std::min<Index>(s.samples, 2000)}));
    } catch (const Error& e) {
      outcome = std::string(e.what()).find(path) != std::string::npos && !e.code().empty() ? Outcome::kRefused : Outcome::kOtherException;
    } catch (...) {
      outcome = Outcome::kOtherException;
    }
    _exit(static_cast<int>(outcome));
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? static_cast<Outcome>(WEXITSTATUS(status)) : Outcome::kSignal;
}

}  // namespace myocramp::test
