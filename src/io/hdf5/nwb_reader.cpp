#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "io/channel_names.hpp"
#include "io/hdf5/attributes.hpp"
#include "io/hdf5/layouts.hpp"
#include "io/hdf5/nwb_events.hpp"
#include "io/hdf5/nwb_schema.hpp"
#include "io/hdf5/nwb_series.hpp"
#include "io/hdf5/nwb_session.hpp"
#include "io/hdf5/nwb_table.hpp"
#include "io/hdf5/nwb_truth.hpp"
#include "io/hdf5/nwb_unread.hpp"
#include "io/hdf5/small_dataset.hpp"
#include "io/notes.hpp"
#include "io/tsv.hpp"
#include "io/wall_clock.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr std::size_t kMaxSeries = 1024;
constexpr std::size_t kMaxRefused = 20;  // that are told one by one

std::string reason_of(const DataError& e) { return e.parts().place + ": expected " + e.parts().expected + ", found " + e.parts().found; }

/// A text that may be missing; one that cannot be read is left out with a note.
std::string optional_text(const File& file, const std::string& parent, const std::string& name, std::vector<std::string>& notes,
                          std::uint64_t limit = kMaxText) {
  const std::string path = (parent == "/" ? "" : parent) + "/" + name;
  try {
    if (!has_link(file.open_group(parent), name)) return "";
    return kept_text(read_one_text(file, path, limit));
  } catch (const DataError& e) {
    notes.push_back(e.code() + ": " + reason_of(e) + ": ignored");
    return "";
  }
}

bool has_group(const File& file, const std::string& parent, const std::string& name) { return has_link(file.open_group(parent), name); }

/// What myocramp keeps of its own in a file that it wrote.
struct Provenance {
  bool start_known = true;
  bool description_known = true;
  std::set<std::string> subject_filled{};      ///< fields of the subject that only fill what NWB wants
  std::map<std::string, std::string> given{};  ///< texts of the subject and session_id that are not stored as they were given
  std::vector<std::string> notes{};
};

/// Signals of the source that never came into the file: they are not this file's to refuse.
void note_refused(const nlohmann::json& provenance, std::vector<std::string>& notes) {
  if (!provenance.contains("refused") || !provenance["refused"].is_array()) return;
  const auto& refused = provenance["refused"];
  for (std::size_t i = 0; i < std::min(refused.size(), kMaxRefused); ++i) {
    const auto part = [&](const char* key) {
      const bool there = refused[i].is_object() && refused[i].contains(key) && refused[i][key].is_string();
      return there ? printable(refused[i][key].get<std::string>()) : std::string("n/a");
    };
    notes.push_back("refused when the file was written: " + part("signal") + ": " + part("code") + ": " + part("reason"));
  }
  if (refused.size() > kMaxRefused) notes.push_back("refused when the file was written: " + std::to_string(refused.size()) + " in all");
}

Provenance read_provenance(const File& file, std::vector<std::string>& notes) {
  Provenance p;
  if (!has_group(file, "/", "myocramp")) return p;
  using nlohmann::json;
  const json j = json::parse(optional_text(file, "/myocramp", "provenance", notes, nwb::kMaxProvenance), nullptr, false);
  if (!j.is_object()) {
    notes.emplace_back("E-TABLE: /myocramp/provenance: expected a JSON object, found something else: ignored");
    return p;
  }
  const auto flag = [&](const char* key) { return !(j.contains(key) && j[key].is_boolean() && !j[key].get<bool>()); };
  p.start_known = flag("session_start_known");
  p.description_known = flag("description_known");
  const auto texts = [&](const char* key) {
    std::vector<std::string> found;
    if (!j.contains(key) || !j[key].is_array()) return found;
    for (const json& text : j[key]) {
      if (text.is_string()) found.push_back(text.get<std::string>());
    }
    return found;
  };
  for (const std::string& note : texts("notes")) {
    const bool is_of_table = note.starts_with(kBadTable) || note.starts_with(kUnsortedTable);
    p.notes.push_back((is_of_table ? std::string(kOfTheSource) : "") + note);
  }
  note_refused(j, p.notes);
  for (const std::string& field : texts("subject_filled")) p.subject_filled.insert(field);
  if (j.contains("given") && j["given"].is_object()) {
    for (const auto& [field, value] : j["given"].items()) {
      if (!value.is_string()) continue;
      const std::string text = kept_text(value.get<std::string>());
      if (text.size() <= kMaxText) {
        p.given[field] = text;
      } else {  // it could not be written again
        notes.push_back("E-SIZE: /myocramp/provenance: expected texts of at most " + std::to_string(kMaxText) + " bytes, found " +
                        std::to_string(text.size()) + ": ignored");
      }
    }
  }
  return p;
}

/// The wall clock at 0 s: NWB counts times from timestamps_reference_time, which is session_start_time when it is missing.
/// When the start was not known, what still stands for it is no time: another program may have mended one of the two.
void read_start(const File& file, bool was_known, Recording& r) {
  bool filled = false;
  const auto said = [&](const char* name) {
    const std::string text = optional_text(file, "/", name, r.notes);
    if (was_known || !is_same_instant(text, nwb::kUnknownStart)) return text;
    filled = true;
    return std::string();
  };
  const std::string reference = said("timestamps_reference_time");
  const std::string start = said("session_start_time");
  if (filled && reference.empty() && start.empty()) return;
  bool reference_has_zone = true;
  bool start_has_zone = true;
  const std::string at_zero = iso_timestamp(reference, reference_has_zone);
  const std::string at_start = iso_timestamp(start, start_has_zone);
  r.session_start = at_zero.empty() ? at_start : at_zero;
  if (r.session_start.empty()) {
    const std::string& text = reference.empty() ? start : reference;
    r.notes.push_back("no session start: expected a date and time in ISO 8601, found \"" + printable(text) + "\"");
    return;
  }
  if (at_zero.empty() && !reference.empty()) {
    r.notes.push_back("timestamps_reference_time: expected a date and time in ISO 8601, found \"" + printable(reference) +
                      "\": session_start_time is used");
  } else if (!at_zero.empty() && !start.empty() && at_start != at_zero) {
    r.notes.push_back("timestamps_reference_time " + printable(reference) + " is 0 s; session_start_time " + printable(start) +
                      " is another and not kept");
  }
  if (!(at_zero.empty() ? start_has_zone : reference_has_zone)) r.notes.emplace_back("date without time zone: taken as UTC");
}

/// NWB's weight is a text with its unit; some writers keep a number.
std::string read_weight(const File& file, std::vector<std::string>& notes) {
  const std::string path = "/general/subject/weight";
  try {
    if (!has_group(file, "/general/subject", "weight")) return "";
    if (cell_kind(file, path) == CellKind::kNumber) return shortest(read_one_number(file, path));
  } catch (const DataError& e) {
    notes.push_back(e.code() + ": " + reason_of(e) + ": ignored");
    return "";
  }
  return optional_text(file, "/general/subject", "weight", notes);
}

/// A text of the subject or session_id as it was given. What another program has put there since goes before the provenance.
std::string as_given(const Provenance& own, const std::string& field, const std::string& stored) {
  if (own.subject_filled.count(field) > 0 && stored == stored_text(field, "")) return "";
  const auto given = own.given.find(field);
  return given != own.given.end() && stored == stored_text(field, given->second) ? given->second : stored;
}

void read_subject(const File& file, const Provenance& own, Recording& r) {
  if (!has_group(file, "/", "general") || !has_group(file, "/general", "subject")) return;
  const auto text = [&](const char* name) { return as_given(own, name, optional_text(file, "/general/subject", name, r.notes)); };
  r.subject = {text("subject_id"), text("species"), text("sex"), text("age"), as_given(own, "weight", read_weight(file, r.notes)),
               text("description")};
}

void read_session(const File& file, Recording& r) {
  const Provenance own = read_provenance(file, r.notes);
  r.identifier = optional_text(file, "/", "identifier", r.notes);
  r.description = optional_text(file, "/", "session_description", r.notes);
  if (!own.description_known && r.description == nwb::kNoDescription) r.description.clear();
  read_start(file, own.start_known, r);
  if (has_group(file, "/", "general")) r.session = as_given(own, "session_id", optional_text(file, "/general", "session_id", r.notes));
  read_subject(file, own, r);
  r.notes.insert(r.notes.end(), own.notes.begin(), own.notes.end());
}

/// What stands in /acquisition beside series and our own table.
void note_other(const File& file, const std::string& name, Recording& r) {
  if (name == "session_covariates") return;
  std::string type;
  try {
    type = read_text_attribute(file.open_group("/acquisition/" + name), "neurodata_type").value_or("");
  } catch (const DataError&) {  // a dataset, or damaged: it is not read in any case
  }
  r.notes.push_back("/acquisition/" + printable(name) + ": " + (type.empty() ? "no series" : "a " + type) + ": not read");
}

std::vector<NwbSeries> read_all_series(const File& file, Recording& r) {
  const std::vector<Link> children = links(file.open_group("/acquisition"), kMaxSeries);
  std::vector<NwbSeries> all;
  std::optional<DataError> first_error;
  for (const Link& link : children) {
    try {
      if (link.hard && !is_nwb_series(file, link.name)) {
        note_other(file, link.name, r);
      } else {
        all.push_back(read_nwb_series(file, link.name));  // a link is refused there, by name
      }
    } catch (const DataError& e) {
      r.refused.push_back({kept_text(link.name), e.code(), reason_of(e)});
      if (!first_error) first_error = e;
    }
  }
  if (all.empty()) {
    throw first_error ? *first_error : DataError({"E-LAYOUT", file.path(), "/acquisition", "at least one ElectricalSeries", "none"});
  }
  return all;
}

/// The signals' names: their own in files of myocramp; else none for an only series, else the series' names.
void name_signals(const std::vector<NwbSeries>& all, Recording& r) {
  std::set<std::string> used;
  for (std::size_t s = 0; s < all.size(); ++s) {
    const std::string own = all[s].given.value_or(all.size() == 1 ? "" : all[s].name);
    r.signals[s].name = used.insert(own).second ? own : all[s].name;
  }
}

void name_channels(const std::vector<NwbSeries>& all, Recording& r) {
  std::vector<ChannelGroup> groups;
  for (std::size_t s = 0; s < all.size(); ++s) {
    groups.push_back({r.signals[s].name.empty() ? all[s].name : r.signals[s].name, &r.signals[s].channels});
  }
  make_names_unique(groups);
}

/// Rows that the table of invalid times calls a gap of this series.
std::vector<Interval> gaps_of(const NwbSeries& series, const std::vector<SeriesGap>& gaps) {
  std::vector<Interval> rows;
  const auto row = [&](double time_s) {
    const double at = std::round((time_s - series.grid.start_s) * series.grid.rate.hertz());
    return static_cast<Index>(std::min(std::max(at, 0.0), static_cast<double>(series.grid.rows)));
  };
  for (const SeriesGap& gap : gaps) {
    if (gap.series == series.name) rows.push_back({row(gap.span.start_s), row(gap.span.stop_s)});
  }
  return rows;
}

void note_gaps_of_no_series(const std::vector<NwbSeries>& all, const std::vector<SeriesGap>& gaps, Recording& r) {
  for (const SeriesGap& gap : gaps) {
    const auto named = [&](const NwbSeries& s) { return s.name == gap.series; };
    if (std::none_of(all.begin(), all.end(), named)) r.invalid_times.push_back({gap.span, "gap of " + gap.series, {}});
  }
}

void add_signal(const std::shared_ptr<const File>& file, NwbSeries& series, int threads, Recording& r) {
  if (file->is_being_written()) {
    r.notes.push_back("/acquisition/" + printable(series.name) +
                      ": still being written, or its writer ended without closing it: read up to " +
                      std::to_string(series.stored.datasets[0].rows) + " samples");
  }
  r.notes.insert(r.notes.end(), series.notes.begin(), series.notes.end());
  series.stored.threads = threads;
  series.stored.stretches = series.grid.stretches;
  r.signals.push_back({.name = "",
                       .rate = series.grid.rate,
                       .start_s = series.grid.start_s,
                       .samples = series.grid.rows,
                       .channels = series.channels,
                       .source = std::make_shared<DatasetSource>(file, std::move(series.stored)),
                       .conversion = series.conversion,
                       .gaps = series.grid.gaps});
}

void require_version(const File& file, Recording& r) {
  const std::string version = read_text_attribute(file.open_group("/"), "nwb_version").value_or("");
  if (version.starts_with("2.") || version.starts_with("NWB-2.")) return;
  if (version.starts_with("1.") || version.starts_with("NWB-1.") || version.starts_with("0.")) {
    throw DataError({"E-LAYOUT", file.path(), "/@nwb_version", "2.0 or later", version});
  }
  r.notes.push_back("/@nwb_version: " + (version.empty() ? "missing" : version) + ": read as NWB 2");
}

}  // namespace

bool is_nwb(const File& file) {
  const Object root = file.open_group("/");
  return has_attribute(root, "nwb_version") || has_attribute(root, "myocramp_profile");
}

Recording open_nwb(const std::shared_ptr<const File>& file, const OpenOptions& options) {
  const Guard guard;
  Recording r;
  r.path = file->path();
  r.layout = "nwb";
  require_version(*file, r);
  std::vector<NwbSeries> all = read_all_series(*file, r);
  read_session(*file, r);
  const std::vector<SeriesGap> gaps = read_nwb_tables(*file, r);
  read_truth(*file, r);
  if (std::string note = unread_note(*file, all); !note.empty()) r.notes.push_back(std::move(note));
  note_gaps_of_no_series(all, gaps, r);
  for (NwbSeries& series : all) {
    cut_gaps(gaps_of(series, gaps), series.grid);
    add_signal(file, series, options.threads, r);
  }
  name_signals(all, r);
  name_channels(all, r);
  return r;
}

}  // namespace myocramp::io::hdf5
