#include "myocramp/io/reader.hpp"

#include <filesystem>
#include <memory>
#include <mutex>

#include "arrays.hpp"
#include "bindings.hpp"
#include "io/sidecars.hpp"
#include "io/subject_rules.hpp"
#include "io/trial_open.hpp"
#include "myocramp/io/events.hpp"
#include "myocramp/io/nwb.hpp"
#include "platform/files.hpp"

namespace myocramp::bindings {
namespace {

// A source may be read by one thread at a time, and Python may come with several.
class OneAtATime final : public SampleSource {
 public:
  explicit OneAtATime(std::shared_ptr<const SampleSource> source) : source_(std::move(source)) {}
  void read(Interval rows, Block<double> out) const override {
    const std::lock_guard lock(mutex_);
    source_->read(rows, out);
  }
  void read_stored(Interval rows, Block<double> out) const override {
    const std::lock_guard lock(mutex_);
    source_->read_stored(rows, out);
  }
  [[nodiscard]] Encoding encoding() const override { return source_->encoding(); }
  [[nodiscard]] std::shared_ptr<const SampleSource> columns(const std::vector<std::size_t>& columns) const override {
    std::shared_ptr<const SampleSource> some = source_->columns(columns);
    return some ? std::make_shared<OneAtATime>(std::move(some)) : nullptr;
  }

 private:
  std::shared_ptr<const SampleSource> source_;
  mutable std::mutex mutex_;
};

std::string& program() {  // the command
  static std::string path;
  return path;
}

void try_open(const std::string& path, const io::OpenOptions& options) {
  std::error_code ignored;
  if (!std::filesystem::exists(program(), ignored)) return;
  io::try_open(program(), path, options, [] {
    const py::gil_scoped_acquire locked;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    return false;
  });
}

Recording open(const py::bytes& path, const py::bytes& layout, const py::bytes& study, int threads) {
  const std::string name(path);
  const io::OpenOptions options{.layout = std::string(layout), .study = std::string(study), .threads = threads};
  const py::gil_scoped_release unlocked;
  Recording recording = open_tried(name, options);
  for (Signal& s : recording.signals) s.source = one_at_a_time(std::move(s.source));
  return recording;
}

// The events, start and length of what rows of background cover, and notes.
py::tuple read_events(const py::bytes& path) {
  const std::string name(path);
  io::EventTable table;
  {
    const py::gil_scoped_release unlocked;
    table = io::read_event_table(name);
    io::sort_events(table.rows);
  }
  py::list events;
  for (const Event& e : table.rows) events.append(event_dict(e));
  return py::make_tuple(events, table.background_start_s, table.background_s, table.notes);
}

void save_events(const py::bytes& path, const py::list& events, double duration_s, double start_s) {
  const std::string name(path);
  std::vector<Event> rows;
  for (const py::handle e : events) rows.push_back(event_from(e.cast<py::dict>()));
  const py::gil_scoped_release unlocked;
  platform::write_atomically(name, io::format_events(rows, duration_s, start_s));
}

void append_labels(const py::bytes& path, const py::list& events) {
  const std::string name(path);
  std::vector<Event> labels;
  for (const py::handle e : events) labels.push_back(event_from(e.cast<py::dict>()));
  const py::gil_scoped_release unlocked;
  try_before_edit(name);
  io::append_labels(name, labels);
}

// The digest and the configuration are those of a file that was imported; empty: the content itself identifies the recording.
void save_recording(const Recording& recording, const py::bytes& path, std::string sha256, std::string configuration) {
  const std::string name(path);
  const Recording kept = recording;  // Python may change the other meanwhile
  io::NwbOptions options;
  options.source_sha256 = std::move(sha256);
  options.configuration = std::move(configuration);
  const py::gil_scoped_release unlocked;
  io::write_nwb(name, kept, options);
}

// Adds what stands beside the file that a recording was imported from.
void read_sidecars(Recording& recording, const py::bytes& study) {
  io::OpenOptions options;
  options.study = std::string(study);
  io::read_sidecars(recording, options);
}

}  // namespace

Recording open_tried(const std::string& path, const io::OpenOptions& options) {
  try_open(path, options);
  return io::open(path, options);
}

void try_before_edit(const std::string& path) {
  try {
    try_open(path, {});
  } catch (const InternalError&) {
    throw;
  } catch (const Error& e) {
    if (e.code() == "E-CRASH" || e.code() == "E-MEMORY" || e.code() == "E-CORRUPT") throw;
  }
}

std::shared_ptr<const SampleSource> one_at_a_time(std::shared_ptr<const SampleSource> source) {
  return std::make_shared<OneAtATime>(std::move(source));
}

void bind_io(py::module_& m) {
  program() = std::string(py::module_::import("myocramp._paths").attr("PROGRAM").cast<py::bytes>());
  m.def("open", &open, py::arg("path"), py::arg("layout"), py::arg("study"), py::arg("threads"));
  m.def("save_recording", &save_recording, py::arg("recording"), py::arg("path"), py::arg("sha256") = "", py::arg("configuration") = "");
  m.def("check_study", [](const py::bytes& path) { const io::StudyTable readable{std::string(path)}; }, py::arg("path"));
  m.def("read_sidecars", &read_sidecars, py::arg("recording"), py::arg("study"));
  m.def("subject_fault", &io::subject_fault, py::arg("field"), py::arg("text"));
  m.def("read_events", &read_events, py::arg("path"));
  m.def("append_labels", &append_labels, py::arg("path"), py::arg("events"));
  m.def("save_events", &save_events, py::arg("path"), py::arg("events"), py::arg("duration_s"), py::arg("start_s"));
}

}  // namespace myocramp::bindings
