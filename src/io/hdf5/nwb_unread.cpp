#include "io/hdf5/nwb_unread.hpp"

#include <algorithm>
#include <initializer_list>
#include <set>

#include "io/hdf5/attributes.hpp"
#include "io/hdf5/nwb_schema.hpp"
#include "io/hdf5/nwb_truth.hpp"
#include "myocramp/core/error.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr std::size_t kMaxLinks = 1024;  // of one group
constexpr std::size_t kMaxItems = 40;    // of the note
constexpr std::size_t kMaxColumns = 12;  // of one table
constexpr std::size_t kMaxName = 48;     // bytes of one name
constexpr const char* kElectrodes = "/general/extracellular_ephys/electrodes";

using Names = std::set<std::string>;

/// A table's columns that are read, beside `id`.
struct KnownTable {
  const char* path;
  Names columns;
};

const std::vector<KnownTable>& known_tables() {
  static const std::vector<KnownTable> tables = {
      {"/intervals/cramp_episodes",
       {"start_time", "stop_time", "label", "channels", "annotator", "label_source", "confidence", "score", "detector"}},
      {"/intervals/annotated_spans", {"start_time", "stop_time", "annotator"}},
      {"/intervals/invalid_times", {"start_time", "stop_time", "reason", "tags", "channels", "signal", "timeseries"}},
      {"/intervals/stim_trains",
       {"start_time", "stop_time", "frequency_hz", "n_pulses", "amplitude_a", "pulse_width_s", "site", "elicited_cramp"}},
      {"/intervals/protocol", {"start_time", "stop_time", "phase", "posture", "joint_angle_deg"}},
      {"/acquisition/session_covariates", {"covariate", "value", "value_text", "unit", "time", "method"}},
  };
  return tables;
}

std::string shown(const std::string& name) {
  const std::string text = printable(name);
  return text.size() <= kMaxName ? text : text.substr(0, kMaxName) + "...";
}

class Unread {
 public:
  explicit Unread(const File& file) : file_(file), own_(has_attribute(file.open_group("/"), "myocramp_profile")) {}

  std::string note(const std::vector<NwbSeries>& series) {
    // The times of the file's making and the schemas in it say nothing of the recording.
    members("/", {"acquisition", "analysis", "file_create_date", "general", "identifier", "intervals", "myocramp", "processing",
                  "session_description", "session_start_time", "specifications", "stimulus", "timestamps_reference_time",
                  own_ ? nwb::kUnits : ""});
    members("/processing", only_truth() ? Names{nwb::kModule} : Names{});
    for (const char* const group : {"/analysis", "/stimulus/presentation", "/stimulus/templates"}) members(group, {});
    members("/stimulus", {"presentation", "templates"});
    members("/general", {"devices", "extracellular_ephys", "session_id", "subject"});
    members("/general/subject", {"age", "description", "sex", "species", "subject_id", "weight"});
    if (!own_) {  // where they hold nothing that the electrodes do not say
      members("/general/devices", {});
      members("/general/extracellular_ephys", {"electrodes"});
    }
    electrodes(series);
    for (const KnownTable& table : known_tables()) columns(table.path, table.columns);
    for (const NwbSeries& s : series) parts_of(s.raw_name);
    return text();
  }

 private:
  /// Names of a group's members; none when there is no such group, or when it cannot be listed.
  std::vector<std::string> names_in(const std::string& path) {
    std::vector<std::string> names;
    if (!exists(path)) return names;
    try {
      for (const Link& link : links(file_.open_group(path), kMaxLinks)) names.push_back(link.name);
    } catch (const DataError&) {
      items_.insert(path);
    }
    return names;
  }

  /// Whether our part of the processing holds nothing but a simulator's truth.
  bool only_truth() {
    if (!own_) return false;
    const std::vector<std::string> names = names_in(std::string("/processing/") + nwb::kModule);
    return !names.empty() && std::all_of(names.begin(), names.end(), is_truth_table);
  }

  bool exists(const std::string& path) const {
    if (path == "/") return true;
    const std::size_t slash = path.rfind('/');
    const std::string parent = slash == 0 ? "/" : path.substr(0, slash);
    try {
      return exists(parent) && has_link(file_.open_group(parent), path.substr(slash + 1));
    } catch (const DataError&) {  // named where its parent is listed
      return false;
    }
  }

  void members(const std::string& path, const Names& read) {
    for (const std::string& name : names_in(path)) {
      if (read.count(name) == 0) items_.insert((path == "/" ? "" : path) + "/" + shown(name));
    }
  }

  void columns(const std::string& path, const Names& read) {
    std::vector<std::string> other;
    for (const std::string& name : names_in(path)) {
      const std::string base = name.ends_with("_index") ? name.substr(0, name.size() - 6) : name;
      if (name != "id" && read.count(base) == 0 && base == name) other.push_back(shown(name));
    }
    if (other.empty()) return;
    items_.insert(path + " (" + (other.size() == 1 ? "column " : "columns ") + listed(other, kMaxColumns) + ")");
  }

  void electrodes(const std::vector<NwbSeries>& series) {
    Names read = {"channel_name", "group", "group_name", "interelectrode_distance_mm", "label", "location", "muscle", "side"};
    for (const NwbSeries& s : series) read.insert(s.named_by);
    columns(kElectrodes, read);
  }

  void parts_of(const std::string& raw_name) {
    const std::string path = "/acquisition/" + raw_name;
    const std::string place = "/acquisition/" + shown(raw_name);
    for (const std::string& name : names_in(path)) {
      static const Names read = {"channel_conversion", "data", "electrodes", "starting_time", "timestamps"};
      if (read.count(name) == 0) items_.insert(place + "/" + shown(name));
    }
    if (own_) return;
    for (const char* const name : {"comments", "description", "filtering"}) {
      if (says_something(path, name)) items_.insert(place + "@" + name);
    }
  }

  bool says_something(const std::string& path, const std::string& name) const {
    try {
      const std::string text = read_text_attribute(file_.open_group(path), name).value_or("");
      return !text.empty() && text != "no " + name;  // what pynwb writes for nothing
    } catch (const DataError&) {
      return true;
    }
  }

  static std::string listed(const std::vector<std::string>& names, std::size_t limit) {
    std::string text;
    for (std::size_t i = 0; i < std::min(limit, names.size()); ++i) text += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > limit) text += " and " + std::to_string(names.size() - limit) + " more";
    return text;
  }

  [[nodiscard]] std::string text() const { return items_.empty() ? "" : "not read: " + listed({items_.begin(), items_.end()}, kMaxItems); }

  const File& file_;
  bool own_;
  Names items_;
};

}  // namespace

std::string unread_note(const File& file, const std::vector<NwbSeries>& series) { return Unread(file).note(series); }

}  // namespace myocramp::io::hdf5
