#include "myocramp/io/reader.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <system_error>

#include "io/hdf5/layouts.hpp"
#include "io/tsv.hpp"
#include "myocramp/core/error.hpp"
#include "myocramp/io/events.hpp"

namespace myocramp::io {
namespace {

namespace fs = std::filesystem;

/// A way of laying recordings out in HDF5, in the order in which files are held against them.
struct Layout {
  const char* name;
  bool (*recognises)(const hdf5::File&);
  Recording (*open)(const std::shared_ptr<const hdf5::File>&, const OpenOptions&);
};

constexpr std::array kLayouts = {
    Layout{"nwb", hdf5::is_nwb, hdf5::open_nwb},
    Layout{"opensignals", hdf5::is_opensignals, hdf5::open_opensignals},
};

std::string layout_choice() {
  std::string text;
  for (const std::string& name : layouts()) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Recording open_file(const std::string& path, const OpenOptions& options) {
  const auto file = hdf5::open_file(path);
  for (const Layout& layout : kLayouts) {
    if (options.layout.empty() ? layout.recognises(*file) : options.layout == layout.name) return layout.open(file, options);
  }
  throw DataError({"E-LAYOUT", path, "/", "one of the layouts " + layout_choice(), hdf5::root_names(*file)});
}

/// Says how many rows lie outside the recording: a sidecar of another recording, or a clock that was not this one.
void note_rows_outside(const std::vector<Event>& rows, const std::string& name, Recording& recording) {
  const double end = recording.duration_s();
  const double tolerance = 1e-6;  // a duration in decimal digits
  const auto outside =
      std::count_if(rows.begin(), rows.end(), [&](const Event& e) { return e.onset_s < -tolerance || e.offset_s() > end + tolerance; });
  if (outside == 0) return;
  recording.notes.push_back(name + ": " + std::to_string(outside) + " of " + std::to_string(rows.size()) +
                            " rows reach outside the recording of " + shortest(end) + " s");
}

/// Adds labels and protocol of NAME.events.tsv beside NAME.h5, when there is one.
void read_sidecar(Recording& recording) {
  const fs::path path = fs::path(recording.path).replace_extension(".events.tsv");
  std::error_code error;
  if (!fs::exists(path, error)) return;
  const std::vector<Event> rows = read_events(path.string());
  EventsAndPhases split = split_phases(rows);
  recording.labels = std::move(split.events);
  recording.protocol = std::move(split.phases);
  note_rows_outside(rows, printable(path.filename().string()), recording);
}

}  // namespace

void check_layout(const std::string& layout) {
  const std::vector<std::string> known = layouts();
  if (layout.empty() || std::find(known.begin(), known.end(), layout) != known.end()) return;
  throw InvalidArgument({"E-OPTION", "", "layout", "one of " + layout_choice(), printable(layout)});
}

Recording open(const std::string& path, const OpenOptions& options) {
  check_layout(options.layout);
  Recording recording = open_file(path, options);
  read_sidecar(recording);
  return recording;
}

std::vector<std::string> layouts() {
  std::vector<std::string> names;
  for (const Layout& layout : kLayouts) names.emplace_back(layout.name);
  return names;
}

bool is_recording_name(const std::string& path) {
  std::string extension = fs::path(path).extension().string();
  for (char& c : extension) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return extension == ".h5" || extension == ".hdf5" || extension == ".nwb" || extension == ".mat";
}

}  // namespace myocramp::io
