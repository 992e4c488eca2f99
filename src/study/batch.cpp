#include "myocramp/study/batch.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <istream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <set>

#include "io/limited_open.hpp"
#include "io/sidecars.hpp"
#include "io/tsv.hpp"
#include "myocramp/core/version.hpp"
#include "myocramp/io/reader.hpp"
#include "myocramp/simd/kernels.hpp"
#include "myocramp/study/analyse.hpp"
#include "myocramp/study/tables.hpp"
#include "platform/files.hpp"
#include "platform/memory.hpp"
#include "platform/process.hpp"
#include "study/built.hpp"

namespace myocramp {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// A recording's folder is finished when this file is in it: it is written with the others and the folder renamed into place.
constexpr const char* kRecordFile = "recording.json";
constexpr const char* kDerivedFile = "derived.nwb";

std::string dump(const json& j) { return j.dump(2, ' ', false, json::error_handler_t::replace) + "\n"; }

std::string without_file(const Error::Parts& p) {
  return (p.place.empty() ? "" : p.place + ": ") + "expected " + p.expected + ", found " + p.found;
}

// What an earlier run left of a recording; a record that cannot be read counts as none.
std::optional<json> read_record(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_regular_file(folder / kRecordFile, ignored)) return std::nullopt;
  try {
    json record = json::parse(platform::read_text((folder / kRecordFile).string()), nullptr, false);
    const auto is_text = [&record](const char* name) { return record.contains(name) && record[name].is_string(); };
    if (!record.is_object() || !is_text("status") || !is_text("key")) return std::nullopt;
    return record;
  } catch (const Error&) {
    return std::nullopt;
  }
}

// Files that a recording's folder holds; what else lies there is somebody else's and stays.
constexpr std::array<const char*, 5> kFolderFiles = {"episodes.tsv", "rejected.tsv", "quality.json", kDerivedFile, kRecordFile};

// The folder of a recording comes into being whole: everything is written beside it, then it is renamed. Into a folder that is there
// already the files move one by one, the record last, without which the folder does not count as finished.
// `write_more` adds files that are no text.
void write_folder(const fs::path& folder, const std::vector<std::pair<std::string, std::string>>& files,
                  const std::function<void(const fs::path&)>& write_more = {}) {
  const fs::path parent = folder.parent_path();
  const fs::path temporary = parent / (".tmp-" + platform::sha256_of_text(folder.filename().string()).substr(0, 16));
  try {
    fs::create_directories(parent);
    fs::remove_all(temporary);
    fs::create_directory(temporary);
    for (const auto& [name, content] : files) platform::write_atomically((temporary / name).string(), content);
    if (write_more) write_more(temporary);
    if (fs::exists(folder)) {
      for (auto name = kFolderFiles.rbegin(); name != kFolderFiles.rend(); ++name) fs::remove(folder / *name);
      for (const char* name : kFolderFiles) {
        if (fs::exists(temporary / name)) fs::rename(temporary / name, folder / name);
      }
      fs::remove(temporary);
    } else {
      fs::rename(temporary, folder);
    }
  } catch (const fs::filesystem_error& e) {
    std::error_code ignored;
    fs::remove_all(temporary, ignored);
    throw OutputError({"E-WRITE", folder.string(), "", "a folder that can be written", e.code().message()});
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(temporary, ignored);
    throw;
  }
}

// Names of our own in a result folder, which no recording may have.
bool is_reserved(const std::string& name) {
  static const std::set<std::string> ours = {"summary.tsv",    "episodes.tsv",  "phases.tsv",
                                             "covariates.tsv", "manifest.json", "run.log.jsonl"};
  for (const fs::path& part : fs::path(name)) {
    if (part == "." || part == ".." || part.empty() || part.string().starts_with(".tmp-")) return true;
  }
  return ours.contains(name);
}

json phases_json(const Analysis& a) {
  json rows = json::array();
  for (const Phase& p : a.protocol) {
    const double start = std::max(p.start_s, a.start_s);
    const double stop = std::min(p.stop_s, a.end_s());
    if (start < stop) rows.push_back({{"phase", p.name}, {"start", io::cell(start)}, {"stop", io::cell(stop)}});
  }
  return rows;
}

json covariates_json(const Recording& r) {
  json rows = json::array();
  for (const Covariate& c : r.covariates) {
    rows.push_back({{"covariate", c.name},
                    {"value", io::cell(c.value)},
                    {"value_text", c.value_text},
                    {"unit", c.unit},
                    {"time", io::cell(c.time_s)}});
  }
  return rows;
}

class Batch {
 public:
  Batch(const std::vector<Input>& inputs, std::string directory, const BatchOptions& options, const BatchWatch& watch)
      : directory_(std::move(directory)), options_(options), watch_(watch) {
    for (const Input& i : inputs) outcomes_.push_back({i, "pending", "", "", {}});
    digests_.resize(inputs.size());
    keys_.resize(inputs.size());
    layout_ = options.layout;
    if (io::is_layout_path(options.layout)) {
      layout_ = {{"file", fs::path(options.layout).filename().string()}, {"sha256", platform::sha256_of_file(options.layout)}};
    }
  }

  std::vector<Outcome> run() {
    prepare();
    std::vector<platform::Job> jobs;
    std::vector<std::size_t> mine;
    for (std::size_t i = 0; i < outcomes_.size(); ++i) {
      if (static_cast<int>(i % static_cast<std::size_t>(options_.shards)) + 1 == options_.shard) mine.push_back(i);
    }
    total_ = mine.size();
    for (const std::size_t i : mine) {
      if (!finished_before(i)) jobs.push_back(job(i));
    }
    platform::run_jobs(jobs, options_.jobs, watch_.stop);
    if (output_error_) throw OutputError(*output_error_);
    const platform::FolderLock lock(directory_);  // against other shards that end now
    write_tables();
    write_manifest(Manifest::kAfter);
    return outcomes_;
  }

 private:
  [[nodiscard]] fs::path folder(std::size_t i) const { return fs::path(directory_) / outcomes_[i].input.recording; }

  void prepare() {
    std::error_code error;
    fs::create_directories(directory_, error);
    if (error) throw OutputError({"E-WRITE", directory_, "", "a folder that can be written", error.message()});
    for (std::size_t i = 0; i < outcomes_.size() && !watch_.stop(); ++i) {
      try {
        platform::require_regular_file(outcomes_[i].input.path);
        digests_[i] = platform::sha256_of_file(outcomes_[i].input.path);
        keys_[i] = key_of(outcomes_[i].input, digests_[i]);
      } catch (const Error&) {  // the worker will say why
        digests_[i].clear();
        keys_[i].clear();
      }
    }
    platform::remove_stale_temporaries(directory_);
    write_manifest(Manifest::kBefore);
    log("start", json{{"host", platform::host_name()}, {"jobs", options_.jobs}});
  }

  // What the study's table says of a recording; each table is read once.
  std::string study_digest(const std::string& recording) {
    const std::string path = io::StudyTable::find(recording, options_.study);
    if (path.empty()) return "";
    if (study_path_ != path) {
      study_.reset();
      study_.emplace(path);
      study_path_ = path;
    }
    return study_->digest(recording);
  }

  // All that decides a recording's result, as one digest.
  [[nodiscard]] std::string key_of(const Input& input, const std::string& sha256) {
    const std::string events = io::events_path(input.path);
    std::error_code ignored;
    const json parts = {{"version", kVersion},
                        {"input", sha256},
                        {"configuration", to_json(options_.config)},
                        {"phase", options_.phase},
                        {"channels", options_.channels},
                        {"layout", layout_.is_object() ? layout_["sha256"] : layout_},
                        {"events", fs::exists(events, ignored) ? platform::sha256_of_file(events) : ""},
                        {"study", study_digest(input.path)}};
    return platform::sha256_of_text(dump(parts));
  }

  // What the recording's folder says, when it says it of this input with this configuration.
  [[nodiscard]] std::optional<json> current_record(std::size_t i) const {
    auto record = read_record(folder(i));
    if (record && record->value("key", "") != keys_[i]) record.reset();
    return record;
  }

  bool finished_before(std::size_t i) {
    if (options_.finished == Finished::kRepeat) return false;
    const auto record = current_record(i);
    if (!record || record->value("status", "") != "ok") return false;
    outcomes_[i].status = "skipped";
    done(i);
    return true;
  }

  platform::Job job(std::size_t i) {
    const Input& input = outcomes_[i].input;
    const json description = {{"recording", input.recording},
                              {"configuration", json::parse(to_json(options_.config))},
                              {"phase", options_.phase},
                              {"channels", options_.channels},
                              {"layout", options_.layout},
                              {"sha256", digests_[i]},
                              {"key", keys_[i]}};
    platform::Job job;
    job.arguments = {options_.program, "worker", input.path, folder(i).string(),
                     std::to_string(platform::process_number())};  // paths are bytes, which JSON cannot carry
    if (!options_.study.empty()) job.arguments.insert(job.arguments.end(), {"--study", options_.study});
    job.input = dump(description);
    job.on_line = [this, i](const std::string& line) { heard(i, line); };
    job.on_end = [this, i](const platform::Ended& ended) { worker_ended(i, ended); };
    return job;
  }

  void heard(std::size_t i, const std::string& line) {
    const json j = json::parse(line, nullptr, false);
    if (!j.is_object()) return;
    if (j.contains("part") && watch_.on_progress) watch_.on_progress(outcomes_[i].input, j["part"].get<double>());
    if (j.contains("status")) {
      outcomes_[i].status = j["status"].get<std::string>();
      outcomes_[i].code = j.value("code", "");
      outcomes_[i].error = j.value("error", "");
      outcomes_[i].notes = j.value("notes", std::vector<std::string>{});
      if (outcomes_[i].status == "output") {  // told once, at the end
        output_error_ =
            Error::Parts{outcomes_[i].code, j.value("file", ""), j.value("place", ""), j.value("expected", ""), j.value("found", "")};
        outcomes_[i].status = "pending";
      }
    }
  }

  void worker_ended(std::size_t i, const platform::Ended& ended) {
    if (watch_.stop()) return;  // it was told to end
    if (output_error_ && outcomes_[i].status == "pending") return;
    if (outcomes_[i].status == "pending") {  // it died without a word
      const Error error({"E-CRASH", outcomes_[i].input.path, "", "a readable file", platform::how_it_ended(ended)});
      outcomes_[i].status = "failed";
      outcomes_[i].code = error.code();
      outcomes_[i].error = error.what();
      crash_text_[i] = without_file(error.parts());
    }
    done(i);
  }

  void done(std::size_t i) {
    ++done_;
    log("recording", json{{"recording", outcomes_[i].input.recording},
                          {"status", outcomes_[i].status},
                          {"path", fs::absolute(outcomes_[i].input.path).string()}});
    if (watch_.on_done) watch_.on_done(outcomes_[i], done_, total_);
  }

  // What the study's tables say of a recording, from its folder.
  void write_tables() const {
    std::vector<std::string> columns = {"recording", "subject", "session", "status", "error"};
    const auto empty = summary_cells(Analysis{});
    for (const auto& [name, unused] : empty) columns.push_back(name);
    io::TsvWriter summary(columns);
    std::vector<std::string> episode_table_columns = {"recording", "subject", "session"};
    episode_table_columns.insert(episode_table_columns.end(), episode_columns().begin(), episode_columns().end());
    io::TsvWriter episodes(episode_table_columns);
    io::TsvWriter phases({"recording", "phase", "start", "stop"});
    io::TsvWriter covariates({"recording", "subject", "session", "covariate", "value", "value_text", "unit", "time"});
    const std::string missing = io::cell(std::string());

    for (std::size_t i = 0; i < outcomes_.size(); ++i) {
      const std::string recording = io::cell(outcomes_[i].input.recording);
      json record = current_record(i).value_or(json::object());
      std::string status = record.value("status", "pending");
      std::string error = record.value("error", "");
      if (const auto crash = crash_text_.find(i); crash != crash_text_.end()) {
        record = json::object();
        status = "failed";
        error = "E-CRASH: " + crash->second;
      }
      const std::string subject = io::cell(record.value("subject", ""));
      const std::string session = io::cell(record.value("session", ""));
      std::vector<std::string> row = {recording, subject, session, io::cell(status), io::cell(error)};
      const json cells = record.value("summary", json::object());
      for (const auto& [name, unused] : empty) row.push_back(cells.value(name, missing));
      summary.row(row);
      for (const json& p : record.value("phases", json::array())) {
        phases.row({recording, io::cell(p.value("phase", "")), p.value("start", missing), p.value("stop", missing)});
      }
      for (const json& c : record.value("covariates", json::array())) {
        covariates.row({recording, subject, session, io::cell(c.value("covariate", "")), c.value("value", missing),
                        io::cell(c.value("value_text", "")), io::cell(c.value("unit", "")), c.value("time", missing)});
      }
      for (const json& e : record.value("episodes", json::array())) {
        std::vector<std::string> cells_of = {recording, subject, session};
        for (const json& c : e) cells_of.push_back(c.get<std::string>());
        if (cells_of.size() == episode_table_columns.size()) episodes.row(cells_of);
      }
    }
    for (const auto& [name, text] : {std::pair{"summary.tsv", summary.text()}, std::pair{"episodes.tsv", episodes.text()},
                                     std::pair{"phases.tsv", phases.text()}, std::pair{"covariates.tsv", covariates.text()}}) {
      platform::write_atomically((fs::path(directory_) / name).string(), text);
    }
  }

  enum class Manifest { kBefore, kAfter };
  void write_manifest(Manifest when) const {
    json inputs = json::array();
    for (std::size_t i = 0; i < outcomes_.size(); ++i) {
      std::string status = outcomes_[i].status;
      if (status == "pending" && when == Manifest::kAfter)
        status = current_record(i).value_or(json::object()).value("status", "pending");  // another shard's
      inputs.push_back({{"path", outcomes_[i].input.relative},
                        {"recording", outcomes_[i].input.recording},
                        {"sha256", digests_[i]},
                        {"status", status == "skipped" ? "ok" : status}});
    }
    const json manifest = {{"program", "myocramp"},
                           {"version", kVersion},
                           {"instruction_set", simd::kernels().name},
                           {"built_with", built_with()},
                           {"configuration", json::parse(to_json(options_.config))},
                           {"phase", options_.phase},
                           {"channels", options_.channels},
                           {"layout", layout_},
                           {"study", fs::path(options_.study).filename().string()},
                           {"inputs", inputs}};
    platform::write_atomically((fs::path(directory_) / "manifest.json").string(), dump(manifest));
  }

  // Host, times and absolute paths: of use to people, outside the promise of equal bytes. A log that cannot be written stops nothing.
  void log(const std::string& what, json details) const {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    details["event"] = what;
    details["unix_ms"] = now;
    std::ofstream(fs::path(directory_) / "run.log.jsonl", std::ios::app)
        << details.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
  }

  std::string directory_;
  const BatchOptions& options_;
  const BatchWatch& watch_;
  json layout_;  // a name, or name and digest of a layout's JSON: its text decides, where it lies does not
  std::vector<Outcome> outcomes_;
  std::vector<std::string> digests_;  // of the inputs; empty when one cannot be read
  std::vector<std::string> keys_;
  std::string study_path_;  // of study_
  std::optional<io::StudyTable> study_;
  std::map<std::size_t, std::string> crash_text_;
  std::optional<Error::Parts> output_error_;
  std::size_t done_ = 0;
  std::size_t total_ = 0;
};

}  // namespace

namespace {

// Files that are read with the recordings beside them, and so are not passed over.
bool is_beside_recordings(const fs::path& path) {
  return path.string().ends_with(".events.tsv") || path.filename() == "study.tsv" || path.filename() == "study.json";
}

// Whether a file is what was derived from a recording: it stands beside its record.
bool is_result(const fs::path& path) {
  std::error_code ignored;
  return path.filename() == kDerivedFile && fs::is_regular_file(path.parent_path() / kRecordFile, ignored);
}

}  // namespace

bool holds_results(const std::string& path) {
  const fs::path folder(path);
  std::error_code ignored;
  if (!fs::is_regular_file(folder / "manifest.json", ignored)) return false;
  try {
    const json manifest = json::parse(platform::read_text((folder / "manifest.json").string()), nullptr, false);
    return manifest.is_object() && manifest.value("program", json()) == "myocramp";
  } catch (const Error&) {
    return false;
  }
}

Inputs find_inputs(const std::vector<std::string>& paths) {
  Inputs out;
  std::map<std::string, std::string> names;
  const auto add = [&](const fs::path& path, const fs::path& relative) {
    const std::string name = fs::path(relative).replace_extension().generic_string();
    if (name.empty() || is_reserved(name)) {
      throw InvalidArgument(
          {"E-NAMES", path.string(), "inputs", "a file whose name can name a folder of results", "'" + printable(name) + "'"});
    }
    const auto [other, is_new] = names.emplace(name, path.string());
    if (!is_new) {
      throw InvalidArgument({"E-NAMES", "", "inputs", "one file for each recording name",
                             "two for " + printable(name) + ": " + printable(other->second) + " and " + printable(path.string())});
    }
    out.recordings.push_back({path.string(), relative.generic_string(), name});
  };
  for (const std::string& given : paths) {
    std::error_code error;
    if (!fs::is_directory(given, error)) {
      add(given, fs::path(given).filename());
      continue;
    }
    std::vector<fs::path> found;
    try {
      for (auto it = fs::recursive_directory_iterator(given); it != fs::recursive_directory_iterator(); ++it) {
        std::error_code ignored;
        if (it->is_directory(ignored)) {
          if (holds_results(it->path().string())) {
            it.disable_recursion_pending();
            ++out.result_folders;
          }
        } else if (is_result(it->path())) {
          ++out.result_folders;
        } else if (io::is_recording_name(it->path().string())) {
          found.push_back(it->path());
        } else if (!is_beside_recordings(it->path())) {
          ++out.other_files;
        }
      }
    } catch (const fs::filesystem_error& e) {
      throw IoError({"E-READ", given, "", "a readable folder", e.code().message()});
    }
    if (found.empty())
      throw DataError(
          {"E-EMPTY-FOLDER", given, "", "recordings (*.h5 *.hdf5 *.nwb *.mat)",
           "none, " + std::to_string(out.other_files) + " other files and " + std::to_string(out.result_folders) + " folders of results"});
    std::sort(found.begin(), found.end());
    for (const fs::path& p : found) add(p, p.lexically_relative(given));
  }
  return out;
}

std::vector<Outcome> analyse_batch(const std::vector<Input>& inputs, const std::string& directory, const BatchOptions& options,
                                   const BatchWatch& watch) {
  check(options.config);
  io::check_layout(options.layout);
  return Batch(inputs, directory, options, watch).run();
}

int analyse_worker(const std::string& path, const std::string& directory, const std::string& study, long parent, std::istream& in,
                   std::ostream& out) {
  platform::end_with_parent(parent);
  platform::catch_stop_signals();
  platform::limit_memory(platform::kMemoryLimit);
  platform::return_freed_memory();
  const json job = json::parse(std::string(std::istreambuf_iterator<char>(in), {}));
  const auto tell = [&out](const json& j) { out << j.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl; };
  const fs::path folder = directory;
  json record = {{"recording", job.at("recording")}, {"sha256", job.at("sha256")}, {"key", job.at("key")}, {"version", kVersion}};
  const auto fail = [&](const Error& e, std::string status) {
    Error::Parts p = e.parts();
    if (p.file.empty()) p.file = path;
    tell({{"status", std::move(status)},
          {"code", p.code},
          {"error", Error(p).what()},
          {"file", p.file},
          {"place", p.place},
          {"expected", p.expected},
          {"found", p.found}});
  };
  struct Stopped {};
  const auto failed = [&](const Error& e) {
    record["status"] = "failed";
    record["error"] = e.code() + ": " + without_file(e.parts());
    write_folder(folder, {{kRecordFile, dump(record)}});
    fail(e, "failed");
  };
  try {
    try {
      AnalyseOptions options;
      options.config = config_from_json(job.at("configuration").dump());
      options.phase = job.at("phase").get<std::string>();
      options.channels = job.at("channels").get<std::vector<std::string>>();
      double told = 0;
      options.progress = [&](double part) {
        if (platform::stop_signal() != 0) throw Stopped{};
        if (part < told + 0.01 && part < 1) return;
        told = part;
        tell({{"part", part}});
      };
      const Recording recording = io::open_within_limits(path, {.layout = job.at("layout").get<std::string>(), .study = study});
      record["subject"] = recording.subject.id;
      record["session"] = recording.session;
      record["covariates"] = covariates_json(recording);
      Analysis a = analyse(recording, options);
      record["status"] = "ok";
      json summary = json::object();
      for (const auto& [name, value] : summary_cells(a)) summary[name] = value;
      record["summary"] = summary;
      record["phases"] = phases_json(a);
      record["notes"] = a.notes;
      json episodes = json::array();
      int number = 0;
      for (const Episode& e : a.episodes) episodes.push_back(episode_cells(e, ++number));
      record["episodes"] = episodes;
      json gaps = json::array();
      for (const Gaps& g : a.gaps) gaps.push_back({{"channel", g.channel}, {"samples", g.samples}, {"duration_s", g.duration_s}});
      record["gaps"] = gaps;
      json refused = json::array();
      for (const Refusal& r : a.refused) refused.push_back({{"signal", r.signal}, {"code", r.code}, {"reason", r.reason}});
      record["refused"] = refused;
      const std::vector<std::pair<std::string, std::string>> texts = {{"episodes.tsv", episodes_tsv(a)},
                                                                      {"rejected.tsv", rejected_tsv(a.rejected)},
                                                                      {"quality.json", quality_json(a)},
                                                                      {kRecordFile, dump(record)}};
      const io::NwbOptions origin{.source_name = fs::path(path).filename().string(),
                                  .source_sha256 = job.at("sha256").get<std::string>(),
                                  .source_layout = recording.layout,
                                  .configuration = job.at("key").get<std::string>()};
      write_folder(folder, texts, [&](const fs::path& in_folder) {
        io::write_derived((in_folder / kDerivedFile).string(), recording, derived_of(std::move(a)), origin);
      });
      std::vector<std::string> notes = a.notes;
      for (const Refusal& r : a.refused) notes.push_back("signal " + r.signal + " refused: " + r.code + ": " + r.reason);
      for (const Gaps& g : a.gaps)
        notes.push_back("channel " + g.channel + ": " + std::to_string(g.samples) +
                        " samples are gaps (NaN, infinite, or too few between such to be filtered)");
      tell({{"status", "ok"}, {"notes", notes}});
    } catch (const OutputError&) {
      throw;
    } catch (const Error& e) {
      failed(e);
    } catch (const std::bad_alloc&) {
      failed(DataError({"E-MEMORY", "", "", "a recording that fits in " + std::to_string(platform::kMemoryLimit >> 30U) + " GiB of memory",
                        "one that does not"}));
    }
  } catch (const Stopped&) {
    return 128 + platform::stop_signal();
  } catch (const OutputError& e) {
    fail(e, "output");
  }
  return 0;
}

}  // namespace myocramp
