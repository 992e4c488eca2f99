#include "myocramp/study/simulate.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "myocramp/core/error.hpp"
#include "myocramp/io/events.hpp"
#include "myocramp/io/nwb.hpp"
#include "myocramp/simulate/session.hpp"
#include "myocramp/simulate/shaped_noise.hpp"
#include "platform/files.hpp"
#include "study/scenario.hpp"

namespace myocramp {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string scenario_text(const std::string& scenario) {
  if (const std::optional<std::string> text = scenario_named(scenario)) return *text;
  std::error_code ignored;
  if (!fs::exists(scenario, ignored))
    throw InvalidArgument({"E-SCENARIO", "", "scenario", "one of " + scenario_names() + ", or a JSON file", printable(scenario)});
  platform::require_regular_file(scenario);
  return platform::read_text(scenario, std::size_t{1} << 20U);
}

/// Everything that decides the content of a recording of shaped noise, for its identifier.
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

/// Thrown into whoever reads samples when the user wants to stop.
struct Stopped {};

/// A source that says before each read how much of it was read; what that throws stops whoever reads.
class Watched final : public SampleSource {
 public:
  Watched(std::shared_ptr<const SampleSource> source, std::function<void(double)> watch, Index rows)
      : source_(std::move(source)), watch_(std::move(watch)), rows_(rows) {}
  void read(Interval rows, Block<double> out) const override {
    watch_(static_cast<double>(rows.begin) / static_cast<double>(rows_));
    source_->read(rows, out);
  }
  void read_stored(Interval rows, Block<double> out) const override {
    watch_(static_cast<double>(rows.begin) / static_cast<double>(rows_));
    source_->read_stored(rows, out);
  }
  [[nodiscard]] Encoding encoding() const override { return source_->encoding(); }

 private:
  std::shared_ptr<const SampleSource> source_;
  std::function<void(double)> watch_;
  Index rows_;
};

}  // namespace

SimulatedStudy::SimulatedStudy(std::shared_ptr<const ReadScenario> read, std::uint64_t seed, int threads)
    : read_(std::move(read)),
      seed_(seed),
      threads_(threads > 0 ? threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()))) {}

SimulatedStudy::SimulatedStudy(const std::string& scenario, std::uint64_t seed, int threads)
    : SimulatedStudy(of_json(scenario_text(scenario), seed, threads)) {}

SimulatedStudy SimulatedStudy::of_json(const std::string& text, std::uint64_t seed, int threads) {
  return {std::make_shared<ReadScenario>(read_scenario(text)), seed, threads};
}

int SimulatedStudy::sessions() const { return read_->motor_units ? read_->motor_units->scenario.sessions : 1; }

int SimulatedStudy::size() const {
  return (read_->motor_units ? read_->motor_units->subjects() : read_->shaped_noise->subjects) * sessions();
}

Recording SimulatedStudy::recording(int index, const std::function<void()>& look) const {
  const int subject = index / sessions();
  if (read_->shaped_noise) return recording_of(simulate_shaped_noise(*read_->shaped_noise, seed_, subject));
  return simulate_session(read_->motor_units->of(subject), seed_, subject, index % sessions(), threads_, look);
}

std::string SimulatedStudy::configuration(int index) const {
  if (read_->shaped_noise) return configuration_of(*read_->shaped_noise, seed_, index);
  return json{{"generator", "motor_units"}, {"seed", seed_}, {"recording", index}, {"scenario", json::parse(read_->text)}}.dump();
}

std::vector<std::string> simulate(const SimulatedStudy& study, const std::string& directory, const SimulateWatch& watch) {
  io::NwbOptions origin;
  origin.source_layout = "simulation";
  std::vector<std::string> paths;
  const auto heed = [&watch] {
    if (watch.stop && watch.stop()) throw Stopped();
  };
  for (int k = 0; k < study.size() && !(watch.stop && watch.stop()); ++k) {
    Recording recording;
    try {
      recording = study.recording(k, heed);
    } catch (const Stopped&) {
      break;
    }
    const std::string name = recording.subject.id + "_" + recording.session;
    const auto done = static_cast<std::size_t>(k);
    const auto total = static_cast<std::size_t>(study.size());
    const auto look = [&](double part) {
      heed();
      if (watch.on_progress) watch.on_progress(name, part, done, total);
    };
    if (watch.on_note) {
      for (const std::string& note : recording.notes) watch.on_note(name, note);
    }
    for (Signal& s : recording.signals) s.source = std::make_shared<Watched>(s.source, look, s.samples);
    origin.configuration = study.configuration(k);
    const std::string stem = (fs::path(directory) / name).string();
    const std::string events = io::format_events(rows_of(recording), recording.duration_s());
    try {
      io::write_nwb(stem + ".nwb", recording, origin);
    } catch (const Stopped&) {
      break;
    }
    platform::write_atomically(stem + ".events.tsv", events);
    paths.push_back(stem + ".nwb");
    if (watch.on_done) watch.on_done(name, done + 1, total);
  }
  return paths;
}

}  // namespace myocramp
