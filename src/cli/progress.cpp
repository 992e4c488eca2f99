#include "cli/progress.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "platform/process.hpp"

namespace myocramp::cli {

Progress::Progress(ProgressMode mode, bool quiet)
    : bar_(!quiet && mode == ProgressMode::kAuto && platform::stderr_is_terminal()), json_(mode == ProgressMode::kJson) {}

Progress::~Progress() { clear(); }

void Progress::part(const std::string& recording, double part, std::size_t done, std::size_t total) {
  if (json_) {
    const nlohmann::json line = {{"event", "progress"}, {"recording", recording}, {"part", part}, {"done", done}, {"total", total}};
    fmt::print(stderr, "{}\n", terminal_json(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
  }
  draw(recording, (static_cast<double>(done) + part) / static_cast<double>(std::max<std::size_t>(1, total)), done, total);
}

void Progress::done(const std::string& recording, const std::string& status, std::size_t done, std::size_t total) {
  if (json_) {
    const nlohmann::json line = {{"event", "done"}, {"recording", recording}, {"status", status}, {"done", done}, {"total", total}};
    fmt::print(stderr, "{}\n", terminal_json(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
  }
  draw(recording, static_cast<double>(done) / static_cast<double>(std::max<std::size_t>(1, total)), done, total);
}

void Progress::clear() {
  if (drawn_) fmt::print(stderr, "\r\x1b[K");
  drawn_ = false;
}

void Progress::draw(const std::string& recording, double overall, std::size_t done, std::size_t total) {
  const auto now = std::chrono::steady_clock::now();
  if (!bar_ || (drawn_ && now - last_ < std::chrono::milliseconds(100))) return;
  last_ = now;
  drawn_ = true;
  constexpr int kWidth = 30;
  const int filled = static_cast<int>(std::clamp(overall, 0.0, 1.0) * kWidth);
  fmt::print(stderr, "\r\x1b[K[{}{}] {}/{} {}", std::string(static_cast<std::size_t>(filled), '#'),
             std::string(static_cast<std::size_t>(kWidth - filled), '.'), done, total, printable(recording).substr(0, 40));
  std::fflush(stderr);
}

}  // namespace myocramp::cli
