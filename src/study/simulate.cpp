#include "myocramp/study/simulate.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "myocramp/core/error.hpp"
#include "myocramp/io/events.hpp"
#include "myocramp/io/opensignals.hpp"
#include "myocramp/simulate/shaped_noise.hpp"
#include "platform/files.hpp"
#include "study/scenarios.hpp"

namespace myocramp {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string scenario_text(const std::string& scenario) {
  std::string have;
  for (const auto& [name, text] : kScenarios) {
    if (scenario == name) return text;
    have += (have.empty() ? "" : ", ") + std::string(name);
  }
  std::error_code ignored;
  if (!fs::exists(scenario, ignored))
    throw InvalidArgument({"E-SCENARIO", "", "scenario", "one of " + have + ", or a JSON file", printable(scenario)});
  platform::require_regular_file(scenario);
  return platform::read_text(scenario, std::size_t{1} << 20U);
}

ShapedNoise options_of(const std::string& text) {
  const json j = json::parse(text, nullptr, false);
  if (!j.is_object())
    throw InvalidArgument({"E-CONFIG", "", "scenario", "a JSON object", j.is_discarded() ? "text that is not JSON" : j.type_name()});
  ShapedNoise options;
  for (const auto& [key, value] : j.items()) {
    if (key == "generator") {
      if (value != "shaped_noise") throw InvalidArgument({"E-OPTION", "", "scenario.generator", "shaped_noise", printable(value.dump())});
      continue;
    }
    bool known = false;
    std::string have = "generator";
    describe(options, [&, k = key, v = value](auto& member, const Field& field) {
      have += ", " + std::string(field.name);
      if (field.name != k) return;
      if (!v.is_number()) throw InvalidArgument({"E-OPTION", "", "scenario." + k, "a number", v.type_name()});
      const auto wanted = v.template get<double>();
      if (!(wanted >= field.low && wanted <= field.high)) {
        throw InvalidArgument({"E-OPTION", "", "scenario." + k, detail::range_text(field), detail::number(wanted)});
      }
      if constexpr (std::is_integral_v<std::remove_reference_t<decltype(member)>>) {
        if (wanted != std::floor(wanted))
          throw InvalidArgument({"E-OPTION", "", "scenario." + k, "a whole number", detail::number(wanted)});
      }
      member = static_cast<std::remove_reference_t<decltype(member)>>(wanted);
      known = true;
    });
    if (!known) throw InvalidArgument({"E-OPTION", "", "scenario." + printable(key), "one of " + have, "an unknown option"});
  }
  return options;
}

Samples<std::uint16_t> to_counts(const Samples<double>& volts, double step_v) {
  Samples<std::uint16_t> counts(volts.rows(), volts.cols());
  for (Index i = 0; i < volts.rows(); ++i) {
    for (Index c = 0; c < volts.cols(); ++c) {
      counts(i, c) = static_cast<std::uint16_t>(std::clamp(std::nearbyint(volts(i, c) / step_v) + 32768, 0.0, 65535.0));
    }
  }
  return counts;
}

}  // namespace

std::vector<std::string> simulate(const std::string& scenario, const std::string& directory, std::uint64_t seed,
                                  const std::function<bool()>& stop) {
  const ShapedNoise options = options_of(scenario_text(scenario));
  std::vector<std::string> paths;
  for (int subject = 0; subject < options.subjects && !(stop && stop()); ++subject) {
    const SimulatedRecording r = simulate_shaped_noise(options, seed, subject);
    io::OpenSignalsDevice device;
    device.rate_hz = static_cast<int>(r.rate.hertz());
    device.labels = r.channels;
    device.counts = to_counts(r.volts, io::opensignals_step_v(device.device, device.resolution_bits));
    std::vector<Event> rows;
    for (const Phase& p : r.phases) {
      Event e;
      e.onset_s = p.start_s;
      e.duration_s = p.stop_s - p.start_s;
      e.trial_type = "phase:" + p.name;
      rows.push_back(std::move(e));
    }
    for (Event e : r.labels) {
      for (std::string& name : e.channels) {  // the layout names channels by their number
        const auto place = std::find(r.channels.begin(), r.channels.end(), name) - r.channels.begin();
        name = "channel_" + std::to_string(place + 1);
      }
      rows.push_back(std::move(e));
    }
    std::stable_sort(rows.begin(), rows.end(), [](const Event& a, const Event& b) { return a.onset_s < b.onset_s; });
    const std::string stem = (fs::path(directory) / r.name).string();
    platform::write_atomically(stem + ".events.tsv", io::format_events(rows, r.rate.time(r.volts.rows())));
    io::write_opensignals(stem + ".h5", {device});
    paths.push_back(stem + ".h5");
  }
  return paths;
}

}  // namespace myocramp
