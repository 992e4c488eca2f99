#pragma once

#include <chrono>
#include <string>

#include "cli/common.hpp"

namespace myocramp::cli {

/// Progress on standard error: a bar on a terminal, JSON lines when asked for, else nothing.
class Progress {
 public:
  Progress(ProgressMode mode, bool quiet);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void part(const std::string& recording, double part, std::size_t done, std::size_t total);
  void done(const std::string& recording, const std::string& status, std::size_t done, std::size_t total);
  /// Takes the bar away, so that a line of text can be printed.
  void clear();

 private:
  void draw(const std::string& recording, double overall, std::size_t done, std::size_t total);

  bool bar_;
  bool json_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace myocramp::cli
