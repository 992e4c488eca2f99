#include <algorithm>
#include <chrono>
#include <istream>
#include <iterator>
#include <new>
#include <nlohmann/json.hpp>
#include <ostream>

#include "io/limited_open.hpp"
#include "myocramp/io/events.hpp"
#include "myocramp/study/analyse.hpp"
#include "myocramp/study/benchmark.hpp"
#include "myocramp/study/score.hpp"
#include "platform/process.hpp"

namespace myocramp {
namespace {

using nlohmann::json;

json parts_json(const Error& e) {
  const Error::Parts& p = e.parts();
  return {{"code", p.code}, {"place", p.place}, {"expected", p.expected}, {"found", p.found}};
}

}  // namespace

int benchmark_worker(const std::string& path, const std::string& study, long parent, std::istream& in, std::ostream& out) {
  platform::end_with_parent(parent);
  platform::catch_stop_signals();
  platform::limit_memory(platform::kMemoryLimit);
  const json job = json::parse(std::string(std::istreambuf_iterator<char>(in), {}));
  const auto tell = [&out](const json& j) { out << j.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl; };
  const DataError no_memory({"E-MEMORY", "", "",
                             "a recording that fits in " + std::to_string(platform::kMemoryLimit >> 30U) + " GiB of memory",
                             "one that does not"});
  Recording recording;
  try {
    const Labels labels =
        read_labels(path, {.layout = job.at("layout").get<std::string>(), .study = study},
                    [&recording](const std::string& p, const io::OpenOptions& o) { return recording = io::open_within_limits(p, o); });
    const auto slower = [](const Signal& a, const Signal& b) { return a.rate.hertz() < b.rate.hertz(); };
    const auto slowest = std::min_element(recording.signals.begin(), recording.signals.end(), slower);
    const double rate_hz = slowest == recording.signals.end() ? 0 : slowest->rate.hertz();
    tell({{"labels", json::parse(to_json(labels))}, {"rate_hz", rate_hz}});
    if (!labels.is_labelled) return 0;
  } catch (const Error& e) {
    tell({{"unreadable", parts_json(e)}});
    return 0;
  } catch (const std::bad_alloc&) {
    tell({{"unreadable", parts_json(no_memory)}});
    return 0;
  }
  struct Stopped {};
  for (const json& run : job.at("runs")) {
    const auto start = std::chrono::steady_clock::now();
    const auto seconds = [start] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
    json told;
    try {
      AnalyseOptions options;
      options.config = config_from_json(run.dump());
      options.phase = job.at("phase").get<std::string>();
      options.progress = [](double) {
        if (platform::stop_signal() != 0) throw Stopped{};
      };
      const Analysis a = analyse(recording, options);
      told["seconds"] = seconds();
      told["table"] = io::format_events({a.episodes.begin(), a.episodes.end()}, a.duration_s, a.start_s);
    } catch (const Stopped&) {
      return 128 + platform::stop_signal();
    } catch (const Error& e) {
      told = parts_json(e);
    } catch (const std::bad_alloc&) {
      told = parts_json(no_memory);
    }
    if (!told.contains("seconds")) told["seconds"] = seconds();
    tell(told);
  }
  return 0;
}

}  // namespace myocramp
