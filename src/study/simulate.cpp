#include "myocramp/study/simulate.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "myocramp/core/error.hpp"
#include "myocramp/io/events.hpp"
#include "myocramp/io/nwb.hpp"
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

/// Everything that decides a recording's content, for its identifier.
std::string configuration_of(ShapedNoise options, std::uint64_t seed, int subject) {
  json j = {{"generator", "shaped_noise"}, {"seed", seed}, {"subject", subject}};
  describe(options, [&j](const auto& member, const Field& field) { j[std::string(field.name)] = member; });
  return j.dump();
}

/// Volts as a converter of 16 bits gives them, 0 V in the middle of its range of 3 mV at the electrode.
class Converter final : public SampleSource {
 public:
  explicit Converter(const Samples<double>& volts) : counts_(volts.rows(), volts.cols()) {
    for (Index i = 0; i < volts.rows(); ++i) {
      for (Index c = 0; c < volts.cols(); ++c) counts_(i, c) = count(volts(i, c));
    }
  }
  void read(Interval rows, Block<double> out) const override {
    read_stored(rows, out);
    for (Index i = 0; i < out.rows(); ++i) {
      for (Index c = 0; c < out.channels(); ++c) out(i, c) *= kStepV;
    }
  }
  void read_stored(Interval rows, Block<double> out) const override {
    for (Index i = 0; i < rows.length(); ++i) {
      for (Index c = 0; c < out.channels(); ++c) out(i, c) = counts_(rows.begin + i, c);
    }
  }
  [[nodiscard]] Encoding encoding() const override {
    return {NumberType::kInt16, std::vector<double>(static_cast<std::size_t>(counts_.cols()), kStepV), 0};
  }

  static constexpr double kStepV = 3e-3 / 65536;

 private:
  static std::int16_t count(double volts) {
    return static_cast<std::int16_t>(std::clamp(std::nearbyint(volts / kStepV), -32768.0, 32767.0));
  }

  Samples<std::int16_t> counts_;
};

Recording recording_of(const SimulatedRecording& r) {
  Recording out;
  out.layout = "memory";
  out.description = "Simulated EMG: Gaussian noise in the band of surface EMG, shaped by the envelopes of its events";
  out.session_start = "2000-01-01T00:00:00.000+00:00";
  const std::size_t underscore = r.name.find('_');
  out.subject.id = r.name.substr(0, underscore);
  out.session = r.name.substr(underscore + 1);
  Signal signal{.name = "",
                .rate = r.rate,
                .samples = r.volts.rows(),
                .channels = {},
                .source = std::make_shared<Converter>(r.volts),
                .conversion = "count / 2^16 * 3 V / 1000"};
  for (const std::string& name : r.channels) {
    Channel channel;
    channel.name = name;
    channel.muscle = name == "GM" ? "gastrocnemius_medialis" : "gastrocnemius_lateralis";
    channel.step_v = Converter::kStepV;
    signal.channels.push_back(std::move(channel));
  }
  out.signals.push_back(std::move(signal));
  out.protocol = r.phases;
  out.labels = r.labels;
  AnnotatedSpan all;
  all.stop_s = out.duration_s();
  all.annotator = "simulator";
  out.annotated_spans.push_back(all);
  return out;
}

/// Labels and phases as rows of one event table.
std::vector<Event> rows_of(const Recording& r) {
  std::vector<Event> rows = r.labels;
  for (const Phase& p : r.protocol) {
    Event e;
    e.onset_s = p.start_s;
    e.duration_s = p.stop_s - p.start_s;
    e.trial_type = "phase:" + p.name;
    rows.push_back(std::move(e));
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Event& a, const Event& b) { return a.onset_s < b.onset_s; });
  return rows;
}

}  // namespace

std::vector<std::string> simulate(const std::string& scenario, const std::string& directory, std::uint64_t seed,
                                  const std::function<bool()>& stop) {
  const ShapedNoise options = options_of(scenario_text(scenario));
  io::NwbOptions origin;
  origin.source_layout = "simulation";
  std::vector<std::string> paths;
  for (int subject = 0; subject < options.subjects && !(stop && stop()); ++subject) {
    const SimulatedRecording r = simulate_shaped_noise(options, seed, subject);
    const Recording recording = recording_of(r);
    origin.configuration = configuration_of(options, seed, subject);
    const std::string stem = (fs::path(directory) / r.name).string();
    platform::write_atomically(stem + ".events.tsv", io::format_events(rows_of(recording), recording.duration_s()));
    io::write_nwb(stem + ".nwb", recording, origin);
    paths.push_back(stem + ".nwb");
  }
  return paths;
}

}  // namespace myocramp
