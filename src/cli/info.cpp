#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/common.hpp"
#include "myocramp/io/reader.hpp"
#include "platform/process.hpp"

namespace myocramp::cli {
namespace {

using nlohmann::json;

// Samples that are NaN or infinite, over all channels of a signal, read in blocks.
Index count_gaps(const Signal& s) {
  Index gaps = 0;
  for (Index begin = 0; begin < s.samples; begin += kGridBlock) {
    const Samples<double> block = s.read({begin, std::min(begin + kGridBlock, s.samples)});
    for (Index i = 0; i < block.size(); ++i) gaps += std::isfinite(block.data()[i]) ? 0 : 1;
  }
  return gaps;
}

std::string or_missing(const std::string& text) { return text.empty() ? "n/a" : text; }

json describe_recording(const std::string& path, const Recording& r) {
  json signals = json::array();
  for (const Signal& s : r.signals) {
    json channels = json::array();
    for (const Channel& c : s.channels) {
      channels.push_back({{"name", c.name},
                          {"unit", "V"},
                          {"step_v", std::isfinite(c.step_v) ? json(c.step_v) : json(nullptr)},
                          {"muscle", c.muscle.empty() ? json(nullptr) : json(c.muscle)},
                          {"side", c.side.empty() ? json(nullptr) : json(c.side)}});
    }
    signals.push_back({{"name", s.name},
                       {"rate_hz", s.rate.hertz()},
                       {"start_s", s.start_s},
                       {"samples", s.samples},
                       {"duration_s", s.duration_s()},
                       {"conversion", s.conversion},
                       {"gap_samples", count_gaps(s)},
                       {"channels", channels}});
  }
  json refused = json::array();
  for (const Refusal& x : r.refused) refused.push_back({{"signal", x.signal}, {"code", x.code}, {"reason", x.reason}});
  json phases = json::array();
  for (const Phase& p : r.protocol) phases.push_back({{"phase", p.name}, {"start_s", p.start_s}, {"stop_s", p.stop_s}});
  std::map<std::string, int> labels;
  for (const Event& e : r.labels) ++labels[e.trial_type];
  return {{"file", path},
          {"layout", r.layout},
          {"session_start", r.session_start.empty() ? json(nullptr) : json(r.session_start)},
          {"duration_s", r.duration_s()},
          {"signals", signals},
          {"refused", refused},
          {"protocol", phases},
          {"labels", labels},
          {"notes", r.notes}};
}

std::string text(const std::string& path, const Recording& r) {
  std::string out = fmt::format("{}\n  layout         {}\n  session start  {}\n  duration       {:.3f} s\n", printable(path), r.layout,
                                or_missing(r.session_start), r.duration_s());
  for (const Signal& s : r.signals) {
    out += fmt::format("  signal         {}: {} Hz, {} samples ({:.3f} s), {} channels, {} gap samples\n", or_missing(s.name),
                       detail::number(s.rate.hertz()), s.samples, s.duration_s(), s.channels.size(), count_gaps(s));
    out += fmt::format("    conversion   {}\n", or_missing(s.conversion));
    for (const Channel& c : s.channels) out += fmt::format("    channel      {}  (V, {:.4g} uV per step)\n", c.name, c.step_v * 1e6);
  }
  for (const Refusal& x : r.refused) out += fmt::format("  refused        {}: {}: {}\n", x.signal, x.code, x.reason);
  for (const Phase& p : r.protocol) out += fmt::format("  phase          {} {:.3f} to {:.3f} s\n", p.name, p.start_s, p.stop_s);
  std::map<std::string, int> labels;
  for (const Event& e : r.labels) ++labels[e.trial_type];
  for (const auto& [name, n] : labels) out += fmt::format("  labels         {} {}\n", n, printable(name));
  for (const std::string& n : r.notes) out += fmt::format("  note           {}\n", n);
  return out;
}

std::string dump(const json& j) { return j.dump(2, ' ', false, json::error_handler_t::replace); }

}  // namespace

int info_one(const Common& common, const InfoArguments& arguments) {
  const std::string& path = arguments.inputs.front();
  try {
    const Recording r = io::open(path, {.layout = common.layout});
    // Nothing is printed of a file that turns out unreadable half way.
    fmt::print("{}", arguments.json ? dump(describe_recording(path, r)) + "\n" : text(path, r));
    return kDone;
  } catch (const InvalidArgument&) {
    throw;
  } catch (const Error& e) {
    if (arguments.json) fmt::print("{}\n", dump({{"file", path}, {"error", {{"code", e.code()}, {"text", e.what()}}}}));
    throw;
  }
}

int info(const Common& common, const InfoArguments& arguments) {
  json all = json::array();
  std::size_t failed = 0;
  for (const std::string& path : arguments.inputs) {
    std::vector<std::string> again = {"info"};
    if (arguments.json) again.emplace_back("--json");
    if (!common.layout.empty()) again.insert(again.end(), {"--layout", common.layout});
    again.insert(again.end(), {"--", path});
    std::string out;
    const int code = in_own_process(again, path, [&out](const std::string& line) { out += line + "\n"; });
    if (platform::stop_signal() != 0 || code == kUsage || code == kOwnFailure) return code;
    failed += code == kDone ? 0 : 1;
    if (!arguments.json) {
      fmt::print("{}", out);
    } else if (const json one = json::parse(out, nullptr, false); one.is_object()) {
      all.push_back(one);
    } else {
      all.push_back({{"file", path}, {"error", {{"code", "E-CRASH"}, {"text", "the file ended its reader"}}}});
    }
  }
  if (arguments.json) fmt::print("{}\n", dump(all));
  if (failed == 0) return kDone;
  return failed == arguments.inputs.size() ? kBadInput : kSomeFailed;
}

}  // namespace myocramp::cli
