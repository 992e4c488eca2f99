#include "myocramp/study/benchmark.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "io/sidecars.hpp"
#include "io/tsv.hpp"
#include "myocramp/core/version.hpp"
#include "myocramp/evaluate/leaderboard.hpp"
#include "myocramp/io/events.hpp"
#include "myocramp/simd/kernels.hpp"
#include "myocramp/study/score.hpp"
#include "myocramp/study/tuning.hpp"
#include "platform/files.hpp"
#include "platform/process.hpp"
#include "study/benchmark_tables.hpp"
#include "study/built.hpp"

namespace myocramp {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// What is scored, and how, changes with this name.
constexpr const char* kProtocol = "myocramp-benchmark-1";
constexpr std::size_t kLongestTable = std::size_t{64} << 20U;

std::string dump(const json& j, int indent = 2) { return j.dump(indent, ' ', false, json::error_handler_t::replace); }

std::string without_file(const Error::Parts& p) {
  return (p.place.empty() ? "" : p.place + ": ") + "expected " + p.expected + ", found " + p.found;
}

Error::Parts parts_from(const json& j) {
  return {j.value("code", ""), "", j.value("place", ""), j.value("expected", ""), j.value("found", "")};
}

json options_json(const OptionValues& options) {
  json out = json::object();
  for (const auto& [name, value] : options) out[name] = value;
  return out;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// One detector as it is run.
struct Entrant {
  enum class Kind { kMethod, kProgram, kGiven };
  std::string name;  ///< also of its folder
  Kind kind = Kind::kMethod;
  std::string method;
  OptionValues options;
  std::string command;
};

void require_name(const std::string& name) {
  const bool good = !name.empty() && name.size() <= 100 && name.front() != '.' && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == ':' || c == '-';
  });
  if (!good) throw InvalidArgument({"E-NAMES", "", "detector", "a name of letters, digits and _ . : -", printable(name)});
}

class Benchmark {
 public:
  Benchmark(const std::vector<Input>& inputs, std::string directory, const BenchmarkOptions& options, const BenchmarkWatch& watch)
      : inputs_(inputs), directory_(std::move(directory)), options_(options), watch_(watch), recordings_(inputs.size()) {
    for (const std::string& m : options.methods) {
      Entrant e{m, Entrant::Kind::kMethod, find_detector(m).name, {}, ""};
      if (m == options.config.detector.name) e.options = options.config.detector.options;
      add(std::move(e));
    }
    for (const DetectorProgram& p : options.programs) {
      if (p.command.empty()) throw InvalidArgument({"E-OPTION", "", "program " + printable(p.name), "a command", "none"});
      add({p.name, Entrant::Kind::kProgram, "", {}, p.command});
    }
    std::set<std::string> given;
    for (const GivenEvents& g : options.given) {
      if (given.insert(g.detector).second) add({g.detector, Entrant::Kind::kGiven, "", {}, ""});
    }
    if (entrants_.empty()) throw InvalidArgument({"E-DETECTOR", "", "detectors", "at least one", "none"});
    check_detector();
    if (options.draws < 0 || options.draws > 10000)
      throw InvalidArgument({"E-OPTION", "", "draws", "0 to 10000", std::to_string(options.draws)});
    if (!(options.limit_s > 0)) throw InvalidArgument({"E-OPTION", "", "limit_s", "a time above 0 s", detail::number(options.limit_s)});
  }

  BenchmarkResult run() {
    prepare();
    run_all({}, all());  // the labels alone
    if (watch_.stop()) return std::move(result_);
    check_labels();
    if (options_.draws > 0) {
      tune();
    } else {
      finals_ = entrants_;
      tested_ = scored(all());
    }
    if (!watch_.stop()) run_all(finals_, tested_);
    if (watch_.stop()) return std::move(result_);
    score_all();
    return std::move(result_);
  }

 private:
  struct OfRecording {
    std::string sha256;
    std::string events_sha256;
    std::optional<Labels> labels;
    double rate_hz = 0;                 ///< the lowest of its signals; 0: it has none
    std::optional<Error::Parts> error;  ///< why it could not be read
    bool unlabelled = false;
  };
  using Failed = std::optional<Error::Parts>;  ///< why a pair has no events
  using Chosen = std::vector<std::size_t>;     ///< recordings

  void add(Entrant entrant) {
    require_name(entrant.name);
    for (const Entrant& e : entrants_) {
      if (e.name == entrant.name || tuned(e.name) == entrant.name)
        throw InvalidArgument({"E-NAMES", "", "detector", "one of each name", "two named " + printable(entrant.name)});
    }
    entrants_.push_back(std::move(entrant));
  }

  // What is asked of a detector that does not run would be obeyed by nobody.
  void check_detector() const {
    const DetectorChoice& asked = options_.config.detector;
    if (asked.name == DetectorChoice{}.name && is_at_defaults(asked)) return;
    std::string have;
    for (const std::string& m : options_.methods) {
      if (m == asked.name) return;
      have += (have.empty() ? "" : ", ") + m;
    }
    throw InvalidArgument(
        {"E-DETECTOR", "", "detector.name", "one of the methods that run: " + (have.empty() ? "none" : have), asked.name});
  }

  // Beside the detector, which the default configuration names too.
  [[nodiscard]] bool is_default_configuration() const {
    Config config = options_.config;
    config.detector = {};
    return is_at_defaults(options_.config.detector) && to_json(resolved(config)) == to_json(resolved(Config{}));
  }

  static std::string tuned(const std::string& name) { return name + ":tuned"; }

  [[nodiscard]] Chosen all() const {
    Chosen out(inputs_.size());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = i;
    return out;
  }

  void prepare() {
    std::error_code error;
    fs::create_directories(directory_, error);
    if (error) throw OutputError({"E-WRITE", directory_, "", "a folder that can be written", error.message()});
    platform::remove_stale_temporaries(directory_);
    if (io::is_layout_path(options_.layout))
      layout_ = platform::sha256_of_file(options_.layout);
    else
      layout_ = options_.layout;
    for (std::size_t i = 0; i < inputs_.size() && !watch_.stop(); ++i) {
      try {
        platform::require_regular_file(inputs_[i].path);
        recordings_[i].sha256 = platform::sha256_of_file(inputs_[i].path);
        const std::string events = io::events_path(inputs_[i].path);
        std::error_code ignored;
        if (fs::exists(events, ignored)) recordings_[i].events_sha256 = platform::sha256_of_file(events);
      } catch (const Error&) {  // the worker will say why
      }
    }
    if (!holds_results(directory_)) write_manifest();  // else those of an earlier run stand until there are new ones
    log("start", json{{"host", platform::host_name()}, {"jobs", options_.jobs}});
  }

  // --- pairs of detector and recording ---------------------------------------------------------

  [[nodiscard]] fs::path table_path(const Entrant& e, std::size_t i) const {
    return fs::path(directory_) / "found" / e.name / (inputs_[i].recording + ".events.tsv");
  }
  [[nodiscard]] fs::path record_path(const Entrant& e, std::size_t i) const {
    return fs::path(directory_) / "found" / e.name / (inputs_[i].recording + ".json");
  }

  // All that decides what a method finds, as one digest. What decides what a program or a function finds nobody knows: they run each time.
  [[nodiscard]] std::string key_of(const Entrant& e, std::size_t i) const {
    const json parts = {{"version", kVersion},
                        {"instruction_set", simd::kernels().name},
                        {"input", recordings_[i].sha256},
                        {"events", recordings_[i].events_sha256},
                        {"configuration", configuration_of(e)},
                        {"phase", options_.phase},
                        {"layout", layout_}};
    return platform::sha256_of_text(dump(parts));
  }

  [[nodiscard]] json configuration_of(const Entrant& e) const {
    Config config = options_.config;
    config.detector = {e.method, e.options};
    return json::parse(to_json(config));
  }

  [[nodiscard]] bool finished_before(const Entrant& e, std::size_t i) const {
    if (options_.finished == Finished::kRepeat || recordings_[i].sha256.empty()) return false;
    std::error_code ignored;
    if (!fs::is_regular_file(record_path(e, i), ignored) || !fs::is_regular_file(table_path(e, i), ignored)) return false;
    try {
      const json record = json::parse(platform::read_text(record_path(e, i).string()), nullptr, false);
      return record.is_object() && record.value("key", json()) == key_of(e, i) &&
             record.value("sha256", json()) == platform::sha256_of_file(table_path(e, i).string());
    } catch (const Error&) {
      return false;
    }
  }

  void keep(const Entrant& e, std::size_t i, const std::string& table) {
    platform::write_atomically(table_path(e, i).string(), table);
    const json record = {{"key", key_of(e, i)}, {"sha256", platform::sha256_of_text(table)}};
    platform::write_atomically(record_path(e, i).string(), dump(record) + "\n");
  }

  void drop(const Entrant& e, std::size_t i) const {
    std::error_code ignored;
    fs::remove(record_path(e, i), ignored);
    fs::remove(table_path(e, i), ignored);
  }

  void finished(const Entrant& e, std::size_t i, double seconds, const Failed& failed) {
    if (failed) {
      drop(e, i);
      failures_[{e.name, i}] = *failed;
    }
    ++result_.n_run;
    log("pair", json{{"detector", e.name},
                     {"recording", inputs_[i].recording},
                     {"status", failed ? "failed" : "ok"},
                     {"reason", failed ? without_file(*failed) : ""},
                     {"seconds", seconds}});
  }

  // First each recording once, with every method that it lacks; then programs, a process for each recording.
  void run_all(const std::vector<Entrant>& entrants, const Chosen& recordings) {
    std::vector<Pending> waiting;
    for (const std::size_t i : recordings) {
      Pending p{i, {}};
      for (const Entrant& e : entrants) {
        if (e.kind != Entrant::Kind::kMethod) continue;
        if (finished_before(e, i)) {
          ++result_.n_skipped;
        } else {
          p.runs.push_back(&e);
        }
      }
      if (!p.runs.empty() || !recordings_[i].labels) waiting.push_back(std::move(p));
    }
    total_ = waiting.size();
    done_ = 0;
    // A process that dies takes one detector of its recording with it; the rest is done by the next.
    while (!waiting.empty() && !watch_.stop()) {
      std::vector<platform::Job> jobs;
      for (Pending& p : waiting) jobs.push_back(job(p));
      platform::run_jobs(jobs, options_.jobs, watch_.stop);
      if (output_error_) throw OutputError(*output_error_);
      std::erase_if(waiting, [](const Pending& p) { return p.runs.empty(); });
    }
    run_programs(entrants, recordings);
    if (!watch_.stop()) take_given(entrants, recordings);
  }

  struct Pending {
    std::size_t recording;
    std::vector<const Entrant*> runs;  ///< that are still to be told of
  };

  platform::Job job(Pending& pending) {
    json runs = json::array();
    for (const Entrant* e : pending.runs) runs.push_back(configuration_of(*e));
    const Input& input = inputs_[pending.recording];
    platform::Job job;
    job.arguments = {options_.program, "benchmark-worker", input.path, std::to_string(platform::process_number())};
    if (!options_.study.empty()) job.arguments.insert(job.arguments.end(), {"--study", options_.study});
    job.input = dump(json{{"runs", runs}, {"phase", options_.phase}, {"layout", options_.layout}});
    job.on_line = [this, &pending](const std::string& line) { heard(pending, line); };
    job.on_end = [this, &pending](const platform::Ended& ended) { worker_ended(pending, ended); };
    return job;
  }

  void heard(Pending& pending, const std::string& line) {
    const json told = json::parse(line, nullptr, false);
    if (!told.is_object() || output_error_) return;
    OfRecording& of = recordings_[pending.recording];
    if (told.contains("labels")) {
      of.labels = labels_from_json(told["labels"].dump());
      of.labels->name = inputs_[pending.recording].recording;
      of.rate_hz = told["rate_hz"].get<double>();
      of.unlabelled = !of.labels->is_labelled;
      if (of.unlabelled) pending.runs.clear();
    } else if (told.contains("unreadable")) {
      of.error = parts_from(told["unreadable"]);
      pending.runs.clear();
    } else if (!pending.runs.empty() && told.contains("seconds")) {
      const Entrant& e = *pending.runs.front();
      pending.runs.erase(pending.runs.begin());
      try {
        if (told.contains("table")) keep(e, pending.recording, told["table"].get<std::string>());
      } catch (const OutputError& error) {
        output_error_ = error.parts();
        return;
      }
      finished(e, pending.recording, told["seconds"].get<double>(), told.contains("code") ? Failed(parts_from(told)) : std::nullopt);
    }
  }

  void worker_ended(Pending& pending, const platform::Ended& ended) {
    if (watch_.stop() || output_error_) return;
    OfRecording& of = recordings_[pending.recording];
    const Error::Parts crash{"E-CRASH", "", "", "a readable file", platform::how_it_ended(ended)};
    if (!of.labels && !of.error) {
      of.error = crash;
      pending.runs.clear();
    } else if (!pending.runs.empty()) {
      finished(*pending.runs.front(), pending.recording, 0, crash);
      pending.runs.erase(pending.runs.begin());
      if (!pending.runs.empty()) return;
    }
    ++done_;
    if (watch_.on_done) watch_.on_done(inputs_[pending.recording].recording, done_, total_);
  }

  [[nodiscard]] bool is_labelled(std::size_t i) const { return recordings_[i].labels && !recordings_[i].unlabelled; }
  [[nodiscard]] bool is_scored(std::size_t i) const { return is_labelled(i) && looked(*recordings_[i].labels, options_.rater); }
  [[nodiscard]] Chosen scored(Chosen recordings) const {
    std::erase_if(recordings, [this](std::size_t i) { return !is_scored(i); });
    return recordings;
  }

  // What of the labels would stop a score, before detectors have run for hours.
  void check_labels() const {
    std::vector<LabelPair> pairs;
    const Input* unreadable = nullptr;
    bool any_unlabelled = false;
    for (const std::size_t i : all()) {
      any_unlabelled = any_unlabelled || recordings_[i].unlabelled;
      if (is_labelled(i)) {
        pairs.push_back({*recordings_[i].labels, {}, {}});
      } else if (recordings_[i].error && unreadable == nullptr) {
        unreadable = &inputs_[i];
      }
    }
    if (pairs.empty() && !any_unlabelled && unreadable != nullptr) {
      Error::Parts first = *recordings_[static_cast<std::size_t>(unreadable - inputs_.data())].error;
      first.file = unreadable->path;
      throw DataError(first);
    }
    if (pairs.empty()) {
      throw DataError({"E-LABELS", "", "", "recordings with labels, or spans that say what was looked at", "none that has either"});
    }
    for (const std::string& label : classes(pairs)) check_raters(pairs, {.label = label, .rater = options_.rater});
    check_raters(pairs, {.label = "all", .rater = options_.rater});  // who looked, whatever is found of other classes
  }

  void run_programs(const std::vector<Entrant>& entrants, const Chosen& recordings) {
    struct Running {
      std::string out;
      bool too_long = false;
      std::chrono::steady_clock::time_point start;
    };
    std::vector<std::pair<const Entrant*, std::size_t>> pairs;
    for (const Entrant& e : entrants) {
      if (e.kind != Entrant::Kind::kProgram) continue;
      for (const std::size_t i : recordings) {
        if (is_scored(i)) pairs.emplace_back(&e, i);
      }
    }
    std::vector<Running> running(pairs.size());
    std::vector<platform::Job> jobs;
    for (std::size_t k = 0; k < pairs.size(); ++k) {
      const auto [e, i] = pairs[k];
      platform::Job job;
      job.arguments = {"/bin/sh", "-c", e->command + " \"$1\"", e->name, fs::absolute(inputs_[i].path).string()};
      job.limit_s = options_.limit_s;
      job.on_line = [&running, k](const std::string& line) {
        Running& r = running[k];
        r.too_long = r.too_long || r.out.size() + line.size() > kLongestTable;
        if (!r.too_long) r.out += line + "\n";
      };
      job.on_end = [this, &running, &pairs, k](const platform::Ended& ended) {
        if (watch_.stop() || output_error_) return;
        const auto [entrant, recording] = pairs[k];
        try {
          const Failed failed = running[k].too_long
                                    ? Error::Parts{"E-SIZE", "", "standard output", "a table of at most 64 MiB", "a longer one"}
                                    : program_ended(*entrant, recording, ended, running[k].out);
          finished(*entrant, recording, seconds_since(running[k].start), failed);
        } catch (const OutputError& error) {
          output_error_ = error.parts();
        }
        running[k].out.clear();
      };
      job.on_start = [&running, k] { running[k].start = std::chrono::steady_clock::now(); };
      jobs.push_back(std::move(job));
    }
    platform::run_jobs(jobs, options_.jobs, watch_.stop);
    if (output_error_) throw OutputError(*output_error_);
  }

  Failed program_ended(const Entrant& e, std::size_t i, const platform::Ended& ended, const std::string& out) {
    const auto fail = [](const std::string& found) { return Error::Parts{"E-PROGRAM", "", "", "an event table", found}; };
    if (ended.timed_out) return fail("a program that takes longer than " + detail::number(options_.limit_s) + " s");
    if (ended.signal != 0) return fail("a program that signal " + std::to_string(ended.signal) + " ended");
    if (ended.exit_code != 0) return fail("a program that ended with exit code " + std::to_string(ended.exit_code));
    const std::string path = table_path(e, i).string();
    platform::write_atomically(path, out);
    try {
      platform::write_atomically(path, table_of(io::split_phases(io::read_events(path)).events, e.name, i));
    } catch (const OutputError&) {
      throw;
    } catch (const Error& error) {
      return error.parts();
    }
    return std::nullopt;
  }

  [[nodiscard]] std::string table_of(std::vector<Event> events, const std::string& detector, std::size_t i) const {
    const Labels& labels = *recordings_[i].labels;
    for (Event& e : events) {
      if (e.label_source.empty()) e.label_source = "auto";
      if (e.detector.empty()) e.detector = detector;
    }
    io::sort_events(events);
    return io::format_events(events, labels.end_s - labels.start_s, labels.start_s);
  }

  void take_given(const std::vector<Entrant>& entrants, const Chosen& recordings) {
    for (const Entrant& e : entrants) {
      if (e.kind != Entrant::Kind::kGiven) continue;
      for (const std::size_t i : recordings) {
        if (!is_scored(i)) continue;
        const auto given = std::find_if(options_.given.begin(), options_.given.end(),
                                        [&](const GivenEvents& g) { return g.detector == e.name && g.recording == inputs_[i].recording; });
        if (given == options_.given.end()) {
          finished(e, i, 0, Error::Parts{"E-PAIR", "", "", "events of this recording", "none"});
        } else if (!given->error.empty()) {
          finished(e, i, given->seconds, Error::Parts{"E-PROGRAM", "", "", "events", io::escape(given->error)});
        } else {
          platform::write_atomically(table_path(e, i).string(), table_of(given->events, e.name, i));
          finished(e, i, given->seconds, std::nullopt);
        }
      }
    }
  }

  // --- tuning -----------------------------------------------------------------------------------

  [[nodiscard]] const std::string& subject_of(std::size_t i) const { return recordings_[i].labels->subject; }

  void tune() {
    std::set<std::string> subjects;
    for (const std::size_t i : scored(all())) {
      if (subject_of(i).empty()) {
        throw DataError(
            {"E-SUBJECTS", "", "tuning", "a subject of every labelled recording", "none of " + printable(inputs_[i].recording)});
      }
      subjects.insert(subject_of(i));
    }
    if (subjects.size() < 2) {
      throw DataError({"E-SUBJECTS", "", "tuning", "at least two subjects with labelled recordings", std::to_string(subjects.size())});
    }
    training_ = training_subjects({subjects.begin(), subjects.end()}, options_.seed);
    const std::set<std::string> trains(training_.begin(), training_.end());
    Chosen training;
    for (const std::size_t i : scored(all())) (trains.contains(subject_of(i)) ? training : tested_).push_back(i);
    const bool is_named = !options_.labels.empty() && options_.labels.front() != "all";
    criterion_ = is_named ? options_.labels.front() : default_classes(references_of(training)).back();
    double lowest_hz = 0;
    for (const std::size_t i : training) {
      const double hz = recordings_[i].rate_hz;
      if (hz > 0 && (lowest_hz == 0 || hz < lowest_hz)) lowest_hz = hz;
    }
    const SampleRate rate(lowest_hz > 0 ? lowest_hz : 1000);  // without a signal nothing runs, whatever is drawn
    std::vector<Entrant> tried;
    std::vector<std::pair<std::size_t, std::size_t>> ranges;  // of each entrant in `tried`
    for (const Entrant& e : entrants_) {
      const std::size_t first = tried.size();
      if (e.kind == Entrant::Kind::kMethod) {
        int number = 0;
        for (OptionValues& options : tuning_draws(find_detector(e.method), options_.draws, options_.seed, rate)) {
          tried.push_back({"draws/" + e.name + "-" + std::to_string(number++), e.kind, e.method, std::move(options), ""});
        }
      }
      ranges.emplace_back(first, tried.size());
    }
    run_all(tried, training);
    if (watch_.stop()) return;
    for (std::size_t k = 0; k < entrants_.size(); ++k) {
      finals_.push_back(entrants_[k]);
      if (entrants_[k].kind != Entrant::Kind::kMethod) continue;
      std::size_t best = ranges[k].first;
      double best_f1 = -1;
      std::size_t failed = 0;
      for (std::size_t t = ranges[k].first; t < ranges[k].second; ++t) {
        for (const std::size_t i : training) failed += failures_.contains({tried[t].name, i}) ? 1U : 0U;
        const double f1 = training_f1(tried[t], training);
        if (f1 > best_f1) {
          best = t;
          best_f1 = f1;
        }
      }
      finals_.push_back({tuned(entrants_[k].name), Entrant::Kind::kMethod, entrants_[k].method, tried[best].options, ""});
      tuning_.push_back({{"detector", entrants_[k].name},
                         {"training_f1", best_f1 < 0 ? json(nullptr) : json(best_f1)},
                         {"draw", best - ranges[k].first},
                         {"failed", failed},
                         {"options", options_json(tried[best].options)}});
    }
    std::erase_if(failures_, [](const auto& f) { return f.first.first.starts_with("draws/"); });  // counted in tuning_
  }

  [[nodiscard]] double training_f1(const Entrant& e, const Chosen& training) const {
    const ScoreRequest request{.label = criterion_, .rater = options_.rater};
    const ScoreOptions score = score_options(request.preset);
    const std::vector<Metric> metrics = metrics_of(by_subject(score_recordings(pairs_of(e, training), request)), score);
    const Metric* f1 = find_metric(metrics, "iou_" + detail::number(score.ious[score.primary]), "f1");
    return f1 == nullptr || std::isnan(f1->value) ? -1 : f1->value;
  }

  // --- scores -----------------------------------------------------------------------------------

  [[nodiscard]] std::vector<LabelPair> pairs_of(const Entrant& e, const Chosen& recordings) const {
    std::vector<LabelPair> out;
    for (const std::size_t i : recordings) {
      if (!is_scored(i)) continue;
      LabelPair pair;
      pair.reference = *recordings_[i].labels;
      if (!failures_.contains({e.name, i})) pair.found.events = io::split_phases(io::read_events(table_path(e, i).string())).events;
      for (Event& event : pair.found.events) event.annotator.clear();  // all of one detector
      out.push_back(std::move(pair));
    }
    return out;
  }

  [[nodiscard]] std::vector<std::string> default_classes(const std::vector<LabelPair>& pairs) const {
    const bool cramps =
        std::any_of(pairs.begin(), pairs.end(), [this](const LabelPair& p) { return has_label(p.reference, "cramp", options_.rater); });
    return cramps ? std::vector<std::string>{"any", "cramp"} : std::vector<std::string>{"any"};
  }

  /// The classes that are scored, each once; "all" is each that is there.
  [[nodiscard]] std::vector<std::string> classes(const std::vector<LabelPair>& pairs) const {
    if (options_.labels.empty()) return default_classes(pairs);
    std::vector<std::string> out;
    for (const std::string& label : options_.labels) {
      for (const std::string& name : label == "all" ? classes_of(pairs) : std::vector<std::string>{label}) {
        if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
      }
    }
    return out;
  }

  [[nodiscard]] std::vector<LabelPair> references_of(const Chosen& recordings) const {
    std::vector<LabelPair> out;
    for (const std::size_t i : recordings) out.push_back({*recordings_[i].labels, {}, {}});
    return out;
  }

  /// The references alone, and of those who look elsewhere too.
  [[nodiscard]] std::vector<LabelPair> references() const {
    const std::set<std::string> trains(training_.begin(), training_.end());
    Chosen out = all();
    std::erase_if(out, [&](std::size_t i) { return !is_labelled(i) || trains.contains(subject_of(i)); });
    return references_of(out);
  }

  struct Found {
    std::set<std::string> without_class;  ///< detectors that found events and gave none of them a class
    std::vector<LabelPair> labels;        ///< the references, and an event of each class that was found
  };

  [[nodiscard]] Found what_was_found() const {
    Found out;
    std::set<std::string> all_classes;
    for (const Entrant& e : finals_) {
      std::set<std::string> of_detector;
      for (const LabelPair& p : pairs_of(e, tested_)) {
        for (const Event& event : p.found.events) of_detector.insert(event.trial_type);
      }
      if (of_detector == std::set<std::string>{""}) out.without_class.insert(e.name);
      all_classes.merge(of_detector);
    }
    out.labels = references();
    LabelPair& found = out.labels.emplace_back();
    for (const std::string& name : all_classes) found.found.events.emplace_back().trial_type = name;
    return out;
  }

  /// What is left to say of a class to whom gives none: how much was labelled.
  static std::vector<Metric> of_reference(std::vector<Metric> metrics) {
    std::erase_if(metrics, [](const Metric& m) { return m.name != "n_reference" && m.name != "scored_hours"; });
    return metrics;
  }

  void score_all() {
    std::vector<std::string> unlabelled;
    for (const std::size_t i : all()) {
      if (recordings_[i].unlabelled) unlabelled.push_back(inputs_[i].recording);
      if (!recordings_[i].error) continue;
      result_.failures.push_back({"*", inputs_[i].recording, recordings_[i].error->code, without_file(*recordings_[i].error)});
    }
    if (!unlabelled.empty()) {
      result_.notes.push_back(std::to_string(unlabelled.size()) +
                              " recordings have neither labels nor annotated spans and were left out, the first " +
                              io::escape(unlabelled.front()));
    }
    for (const auto& [pair, failed] : failures_) {
      result_.failures.push_back({pair.first, inputs_[pair.second].recording, failed.code, without_file(failed)});
    }

    const Chosen& recordings = tested_;
    result_.n_recordings = recordings.size();
    for (std::string& note : reference_notes(references(), options_.rater)) result_.notes.push_back(std::move(note));
    const Found found = what_was_found();
    const std::vector<std::string> labels = classes(found.labels);
    if (labels.empty()) result_.notes.push_back(unknown_class_note(found.labels, "all"));
    for (const std::string& label : labels) {
      if (std::string note = unknown_class_note(found.labels, label); !note.empty()) result_.notes.push_back(std::move(note));
    }
    Leaderboard board;
    board.title = "myocramp benchmark";
    board.remarks = remarks(labels, found.without_class);
    const std::map<std::string, double> speeds = options_.speed == Speed::kShown ? measured_speeds() : std::map<std::string, double>{};
    MetricsTable table;
    json summary = json::object();
    for (const std::string& label : labels) {
      Board of_class;
      of_class.label = io::escape(label);
      std::map<std::string, std::vector<std::vector<RecordingScore>>> scores;
      for (const Entrant& e : finals_) {
        const bool has_answer = label == "any" || !found.without_class.contains(e.name);
        const std::vector<LabelPair> pairs = pairs_of(e, recordings);
        ScoreRequest request{.label = label, .rater = options_.rater};
        const std::vector<ClassScore::Row> rows = score_recordings(pairs, request);
        const auto subjects = by_subject(rows);
        of_class.n_recordings = rows.size();
        of_class.n_of_unknown =
            static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [](const ClassScore::Row& r) { return r.subject.empty(); }));
        of_class.n_subjects = subjects.size() - of_class.n_of_unknown;
        const auto told = [&](std::vector<Metric> metrics) { return has_answer ? metrics : of_reference(std::move(metrics)); };
        Standing standing;
        standing.detector = e.name;
        standing.metrics =
            told(of_class.n_of_unknown > 0 ? metrics_of(subjects, score_options(request.preset))
                                           : PooledScore(subjects, score_options(request.preset)).with_intervals(board.bootstrap));
        for (const std::size_t i : recordings) standing.n_failed += failures_.contains({e.name, i}) ? 1U : 0U;
        if (const auto speed = speeds.find(e.name); speed != speeds.end()) standing.times_real_time = speed->second;
        for (const ClassScore::Row& r : rows) {
          table.add(e.name, r.recording, r.subject, label, told(metrics_of({{r.score}}, score_options(request.preset))));
        }
        table.add(e.name, "all", "", label, standing.metrics);
        request.preset = Preset::kSzcore;
        summary[e.name][label] = szcore_json(has_answer ? score_recordings(pairs, request) : std::vector<ClassScore::Row>{});
        of_class.standings.push_back(std::move(standing));
        scores[e.name] = subjects;
        if (watch_.stop()) return;
      }
      rank(of_class.standings);
      std::vector<std::vector<std::vector<RecordingScore>>> in_order;
      for (const Standing& s : of_class.standings) in_order.push_back(std::move(scores[s.detector]));
      if (of_class.n_of_unknown == 0) compare_to_first(of_class.standings, in_order, board.bootstrap);
      for (const Standing& s : of_class.standings) table.add_difference(s, label);
      board.boards.push_back(std::move(of_class));
    }
    for (const BenchmarkFailure& f : result_.failures)
      board.failures.push_back({f.detector, io::escape(f.recording), f.code + ": " + f.reason});

    const fs::path folder(directory_);
    const std::string markdown = to_markdown(board);
    platform::write_atomically((folder / "metrics.csv").string(), table.text());
    platform::write_atomically((folder / "summary.json").string(), dump(json{{"protocol", kProtocol}, {"detectors", summary}}) + "\n");
    platform::write_atomically((folder / "leaderboard.md").string(), markdown);
    platform::write_atomically((folder / "leaderboard.html").string(), to_html(board));
    write_manifest();
    result_.leaderboard = markdown;
  }

  [[nodiscard]] std::vector<std::string> remarks(const std::vector<std::string>& labels, const std::set<std::string>& without_class) const {
    std::vector<std::string> out;
    bool simulated = true;
    for (const std::size_t i : tested_) {
      for (const Event& e : recordings_[i].labels->events) simulated = simulated && e.label_source == "simulated";
      for (const AnnotatedSpan& s : recordings_[i].labels->annotated) simulated = simulated && s.annotator == "simulator";
    }
    out.emplace_back(simulated ? "Simulated recordings only: this shows how detectors do on models of muscles, not how they do on people."
                               : "Labels are those of the recordings.");
    const std::string configured = is_default_configuration() ? "at this program's defaults" : "with the configuration in manifest.json";
    if (options_.draws > 0) {
      out.push_back("Every method " + configured + ", and as :tuned the best of " + std::to_string(options_.draws) + " configurations on " +
                    std::to_string(training_.size()) + " training subjects (seed " + std::to_string(options_.seed) +
                    "), by F1 at an intersection over union of 0.5 of class " + io::escape(criterion_) +
                    ". Only the other subjects are scored here.");
    } else {
      out.push_back("Every method " + configured + ".");
    }
    if (options_.speed == Speed::kShown) {
      out.emplace_back(
          "Speed: duration of a recording over the wall time of its detector, the median over recordings. Of our methods, that of the "
          "whole "
          "analysis on one thread; of programs, with their start.");
    }
    for (const std::string& note : result_.notes) out.push_back(as_sentence(note));
    if (std::find(labels.begin(), labels.end(), "any") != labels.end() && only_cramps_are_labelled())
      out.emplace_back("Only cramps are labelled: where any class is scored, whatever else was found counts as a false alarm.");
    std::string without;
    for (const std::string& name : without_class) without += (without.empty() ? "" : ", ") + name;
    if (!without.empty()) out.push_back("No class is given by " + without + ", so a board of one class has no answer for it.");
    out.emplace_back("For research. Not a medical device.");
    return out;
  }

  static std::string as_sentence(std::string note) {
    if (!note.empty() && note.front() >= 'a' && note.front() <= 'z') note.front() = static_cast<char>(note.front() - 'a' + 'A');
    return note + ".";
  }

  [[nodiscard]] bool only_cramps_are_labelled() const {
    bool any = false;
    for (const std::size_t i : tested_) {
      for (const Event& e : recordings_[i].labels->events) {
        if (e.trial_type != "cramp" && e.trial_type != "artefact") return false;
        any = any || e.trial_type == "cramp";
      }
    }
    return any;
  }

  // From the log, whose last word on a pair counts.
  [[nodiscard]] std::map<std::string, double> measured_speeds() const {
    std::map<std::string, double> durations;
    for (const std::size_t i : tested_) durations[inputs_[i].recording] = recordings_[i].labels->end_s - recordings_[i].labels->start_s;
    std::map<std::string, std::map<std::string, double>> speeds;
    std::ifstream log(fs::path(directory_) / "run.log.jsonl");
    for (std::string line; std::getline(log, line);) {
      const json j = json::parse(line, nullptr, false);
      if (!j.is_object() || j.value("event", json()) != "pair" || j.value("status", json()) != "ok") continue;
      const double seconds = j.value("seconds", 0.0);
      const auto duration = durations.find(j.value("recording", ""));
      if (seconds > 0 && duration != durations.end()) speeds[j.value("detector", "")][duration->first] = duration->second / seconds;
    }
    std::map<std::string, double> out;
    for (const auto& [detector, by_recording] : speeds) {
      std::vector<double> values;
      for (const auto& [recording, value] : by_recording) values.push_back(value);
      std::sort(values.begin(), values.end());
      const std::size_t half = values.size() / 2;
      out[detector] = values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
    }
    return out;
  }

  void write_manifest() const {
    json detectors = json::array();
    for (const Entrant& e : finals_.empty() ? entrants_ : finals_) {
      json one = {{"name", e.name}};
      if (e.kind == Entrant::Kind::kMethod) one["configuration"] = configuration_of(e)["detector"];
      if (e.kind == Entrant::Kind::kProgram) one["command"] = e.command;
      if (e.kind == Entrant::Kind::kGiven) one["given"] = true;
      detectors.push_back(std::move(one));
    }
    const std::set<std::string> trains(training_.begin(), training_.end());
    json inputs = json::array();
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const OfRecording& of = recordings_[i];
      std::string status = "pending";
      if (of.error)
        status = "failed";
      else if (of.unlabelled)
        status = "unlabelled";
      else if (of.labels && !is_scored(i))
        status = "other rater";
      else if (of.labels)
        status = trains.contains(subject_of(i)) ? "training" : "ok";
      inputs.push_back({{"path", inputs_[i].relative},
                        {"recording", inputs_[i].recording},
                        {"sha256", of.sha256},
                        {"events_sha256", of.events_sha256},
                        {"subject", of.labels ? json(of.labels->subject) : json(nullptr)},
                        {"status", status}});
    }
    json failures = json::array();
    for (const BenchmarkFailure& f : result_.failures)
      failures.push_back({{"detector", f.detector}, {"recording", f.recording}, {"code", f.code}});
    const BootstrapOptions b;
    const json manifest = {{"program", "myocramp"},
                           {"command", "benchmark"},
                           {"protocol", kProtocol},
                           {"version", kVersion},
                           {"instruction_set", simd::kernels().name},
                           {"built_with", built_with()},
                           {"configuration", json::parse(to_json(options_.config))},
                           {"phase", options_.phase},
                           {"layout", layout_},
                           {"rater", options_.rater},
                           {"classes", options_.labels},
                           {"limit_s", options_.limit_s},
                           {"bootstrap", {{"resamples", b.resamples}, {"level", b.level}, {"seed", b.seed}}},
                           {"tuning",
                            {{"draws", options_.draws},
                             {"seed", options_.seed},
                             {"class", options_.draws > 0 ? json(criterion_) : json(nullptr)},
                             {"training", training_},
                             {"chosen", tuning_}}},
                           {"detectors", detectors},
                           {"inputs", inputs},
                           {"failures", failures}};
    platform::write_atomically((fs::path(directory_) / "manifest.json").string(), dump(manifest) + "\n");
  }

  void log(const std::string& what, json details) const {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    details["event"] = what;
    details["unix_ms"] = now;
    std::ofstream(fs::path(directory_) / "run.log.jsonl", std::ios::app) << dump(details, -1) << '\n';
  }

  const std::vector<Input>& inputs_;
  std::string directory_;
  const BenchmarkOptions& options_;
  const BenchmarkWatch& watch_;
  std::string layout_;
  std::vector<OfRecording> recordings_;
  std::vector<Entrant> entrants_;  // as they were asked for
  std::vector<Entrant> finals_;    // as they are scored
  Chosen tested_;
  std::vector<std::string> training_;
  std::string criterion_;  // the class that chooses
  json tuning_ = json::array();
  std::map<std::pair<std::string, std::size_t>, Error::Parts> failures_;
  std::optional<Error::Parts> output_error_;
  std::size_t done_ = 0;
  std::size_t total_ = 0;
  BenchmarkResult result_;
};

}  // namespace

BenchmarkResult benchmark(const std::vector<Input>& inputs, const std::string& directory, const BenchmarkOptions& options,
                          const BenchmarkWatch& watch) {
  check(options.config);
  io::check_layout(options.layout);
  return Benchmark(inputs, directory, options, watch).run();
}

}  // namespace myocramp
