#include "myocramp/io/reader.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>

#include "io/generic_layout.hpp"
#include "io/hdf5/layouts.hpp"
#include "io/layout_json.hpp"
#include "io/lower.hpp"
#include "io/opensignals_scale.hpp"
#include "io/sidecars.hpp"
#include "myocramp/core/error.hpp"

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
    Layout{"matlab73", hdf5::is_matlab73, hdf5::open_matlab73},  // before opensignals: a struct with a field raw looks like a device
    Layout{"gtec", hdf5::is_gtec, hdf5::open_gtec},
    Layout{"opensignals", hdf5::is_opensignals, hdf5::open_opensignals},
    Layout{"generic", hdf5::is_generic, hdf5::open_generic},  // named by its file
};

std::string layout_choice() {
  std::string text;
  for (const std::string& name : layouts()) text += (text.empty() ? "" : ", ") + name;
  return text + ", or the path of a layout file (.json)";
}

Recording open_file(const std::string& path, const OpenOptions& options) {
  const auto file = hdf5::open_file(path);
  const std::string name = is_layout_path(options.layout) ? layout_of_json(options.layout) : options.layout;
  for (const Layout& layout : kLayouts) {
    if (!(options.layout.empty() ? layout.recognises(*file) : name == layout.name)) continue;
    Recording recording = layout.open(file, options);
    hdf5::check_unpacked_size(recording, *file);
    return recording;
  }
  throw DataError({"E-LAYOUT", path, "/", "one of the layouts " + layout_choice(), hdf5::root_names(*file)});
}

}  // namespace

void check_layout(const std::string& layout) {
  const std::vector<std::string> known = layouts();
  if (layout.empty() || std::find(known.begin(), known.end(), layout) != known.end()) return;
  std::error_code error;
  if (is_layout_path(layout) && fs::exists(layout, error)) {
    if (layout_of_json(layout) == "opensignals") {
      read_opensignals_layout(layout);
    } else {
      read_generic_layout(layout);
    }
    return;
  }
  throw InvalidArgument({"E-OPTION", "", "layout", "one of " + layout_choice(), printable(layout)});
}

Recording open(const std::string& path, const OpenOptions& options) {
  check_layout(options.layout);
  Recording recording = open_file(path, options);
  read_sidecars(recording, options);
  return recording;
}

std::vector<std::string> layouts() {
  std::vector<std::string> names;
  for (const Layout& layout : kLayouts) {
    if (layout.recognises != hdf5::is_generic) names.emplace_back(layout.name);
  }
  return names;
}

bool is_layout_path(const std::string& layout) { return layout.ends_with(".json"); }

bool is_recording_name(const std::string& path) {
  const std::string extension = lower(fs::path(path).extension().string());
  return extension == ".h5" || extension == ".hdf5" || extension == ".nwb" || extension == ".mat";
}

}  // namespace myocramp::io
