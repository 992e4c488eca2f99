#include "io/hdf5/nwb_truth.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "io/hdf5/attributes.hpp"
#include "io/hdf5/nwb_schema.hpp"
#include "io/hdf5/nwb_table.hpp"
#include "io/hdf5/nwb_tables.hpp"
#include "io/hdf5/small_dataset.hpp"
#include "io/notes.hpp"
#include "io/tsv.hpp"
#include "myocramp/core/error.hpp"
#include "myocramp/io/events.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr std::uint64_t kMaxDischarges = 20'000'000;
constexpr double kResolution_s = 1e-9;  // discharges do not fall on samples; NWB wants a number

// The first column is no time: a DynamicTable, whose rows may all start together, and not TimeIntervals.

Table event_table(const std::vector<TrueEvent>& events) {
  Table table{nwb::kTrueEvents, "What a simulator knows of its events; results never rest on it", {}};
  const auto text = [&](const std::string& name, const std::string& what, auto value) {
    auto& column = table.texts(name, what);
    for (const TrueEvent& e : events) column.push_back(or_none(value(e)));
  };
  const auto number = [&](const std::string& name, const std::string& what, double TrueEvent::* member) {
    auto& column = table.numbers(name, what);
    for (const TrueEvent& e : events) column.push_back(e.*member);
  };
  text("label", "Class of the event", [](const TrueEvent& e) { return e.label; });
  for (const TrueEvent& e : events) require_times(e.onset_s, e.offset_s, nwb::kTrueEvents);
  number("start_time", "First discharge in seconds", &TrueEvent::onset_s);
  number("stop_time", "End of the last potential in seconds", &TrueEvent::offset_s);
  number("detectable_start_time", "Where the envelope first reaches the RMS of the noise, seconds; NaN: nowhere",
         &TrueEvent::detectable_onset_s);
  number("detectable_stop_time", "Where the envelope last reaches the RMS of the noise, seconds; NaN: nowhere",
         &TrueEvent::detectable_offset_s);
  text("muscle", "Muscle that it arose in", [](const TrueEvent& e) { return e.muscle; });
  text("channels", "Names of the channels of its muscles on which it is above the noise, joined by |",
       [](const TrueEvent& e) { return channels_cell(e.channels); });
  text("peak_channel", "Channel on which it is strongest", [](const TrueEvent& e) { return e.peak_channel; });
  number("peak_v", "Largest absolute voltage there without noise, volts", &TrueEvent::peak_v);
  number("peak_time", "When, in seconds", &TrueEvent::peak_time_s);
  number("snr_db", "Power there from start to stop, without noise, over that of electrode noise, in 20 to 450 Hz, decibels",
         &TrueEvent::snr_db);
  number("stretch_time", "Start of the stretch that released it, seconds; NaN: none did", &TrueEvent::stretch_s);
  std::vector<int> clusters;
  for (const TrueEvent& e : events) clusters.push_back(e.cluster);
  table.columns.push_back({"cluster", "Cluster of cramps within an hour of one another, from 1; 0: no cramp", std::move(clusters)});
  return table;
}

Table contaminant_table(const std::vector<TrueContaminant>& contaminants) {
  Table table{nwb::kTrueContaminants, "Where a simulator's contaminants stand in the signals; results never rest on it", {}};
  auto& kind = table.texts("kind", "What it is");
  for (const TrueContaminant& c : contaminants) kind.push_back(or_none(c.kind));
  auto& start = table.numbers("start_time", "Start in seconds");
  for (const TrueContaminant& c : contaminants) start.push_back(c.start_s);
  auto& stop = table.numbers("stop_time", "End in seconds, not included");
  for (const TrueContaminant& c : contaminants) {
    require_times(c.start_s, c.stop_s, nwb::kTrueContaminants);
    stop.push_back(c.stop_s);
  }
  auto& channels = table.texts("channels", "Names of the channels, joined by |; n/a: all");
  for (const TrueContaminant& c : contaminants) channels.push_back(channels_cell(c.channels));
  return table;
}

/// NWB's own table of discharges, so that programs that know it draw them.
void write_units(const NwbObjects& objects, const std::vector<TrueUnit>& units) {
  const Node group = objects.group(objects.root(), nwb::kUnits, "Units");
  put_texts(group.id.get(), "colnames", {"spike_times", "muscle", "unit"});
  put_text(group.id.get(), "description", "Motor units of a simulated recording, one row each; results never rest on them");
  std::vector<int> ids(units.size());
  std::iota(ids.begin(), ids.end(), 0);
  objects.declare(objects.integers(group, "id", ids), "ElementIdentifiers");
  std::vector<double> times;
  std::vector<std::uint32_t> ends;
  std::vector<std::string> muscles;
  std::vector<int> numbers;
  for (const TrueUnit& u : units) {
    times.insert(times.end(), u.discharges_s.begin(), u.discharges_s.end());
    ends.push_back(static_cast<std::uint32_t>(times.size()));
    muscles.push_back(or_none(u.muscle));
    numbers.push_back(u.unit);
  }
  const Node spikes = write_column(objects, group, {"spike_times", "When the unit discharged, seconds", std::move(times)});
  put_number(spikes.id.get(), "resolution", kResolution_s);
  objects.declare(spikes, "VectorData");
  const Node index = objects.ends(group, "spike_times_index", ends);
  put_text(index.id.get(), "description", "Where each unit's discharges end");
  put_reference(index.id.get(), "target", spikes);
  objects.declare(index, "VectorIndex");
  objects.declare(write_column(objects, group, {"muscle", "Muscle that it belongs to", std::move(muscles)}), "VectorData");
  objects.declare(write_column(objects, group, {"unit", "Its number in the muscle, from 0 by rising threshold", std::move(numbers)}),
                  "VectorData");
}

int whole(double value) { return std::abs(value) < 1e9 ? static_cast<int>(value) : 0; }

void read_events(const NwbTable& table, Truth& truth) {
  const auto label = table.texts("label");
  const auto muscle = table.texts("muscle");
  const auto channels = table.names("channels");
  const auto onset = table.required_numbers("start_time");
  const auto offset = table.required_numbers("stop_time");
  const auto detectable_onset = table.numbers("detectable_start_time");
  const auto detectable_offset = table.numbers("detectable_stop_time");
  const auto peak_channel = table.texts("peak_channel");
  const auto peak = table.numbers("peak_v");
  const auto peak_time = table.numbers("peak_time");
  const auto snr = table.numbers("snr_db");
  const auto stretch = table.numbers("stretch_time");
  const auto cluster = table.numbers("cluster");
  for (std::size_t i = 0; i < table.rows(); ++i) {
    truth.events.push_back({.label = label[i],
                            .muscle = muscle[i],
                            .channels = channels[i],
                            .onset_s = onset[i],
                            .offset_s = offset[i],
                            .detectable_onset_s = detectable_onset[i],
                            .detectable_offset_s = detectable_offset[i],
                            .peak_channel = peak_channel[i],
                            .peak_v = peak[i],
                            .peak_time_s = peak_time[i],
                            .snr_db = snr[i],
                            .stretch_s = stretch[i],
                            .cluster = whole(cluster[i])});
  }
}

void read_contaminants(const NwbTable& table, Truth& truth) {
  const auto kind = table.texts("kind");
  const auto start = table.required_numbers("start_time");
  const auto stop = table.required_numbers("stop_time");
  const auto channels = table.names("channels");
  for (std::size_t i = 0; i < table.rows(); ++i) truth.contaminants.push_back({{start[i], stop[i]}, kind[i], channels[i]});
}

void read_units(const File& file, const NwbTable& table, Truth& truth) {
  const auto muscle = table.texts("muscle");
  const auto unit = table.numbers("unit");
  const std::string place = table.path() + "/spike_times_index";
  const auto ends = table.required_numbers("spike_times_index");
  const std::vector<double> times = read_numbers(file, table.path() + "/spike_times", {.rows = kMaxDischarges});
  std::size_t begin = 0;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    if (!(ends[i] >= static_cast<double>(begin) && ends[i] <= static_cast<double>(times.size()))) {
      throw DataError({"E-TABLE", file.path(), place, "ends that rise to at most " + std::to_string(times.size()), shortest(ends[i])});
    }
    const auto end = static_cast<std::size_t>(ends[i]);
    TrueUnit u{muscle[i], whole(unit[i]), {}};
    for (; begin < end; ++begin) u.discharges_s.push_back(times[begin]);
    truth.units.push_back(std::move(u));
  }
}

/// Reads one table with f; a fault becomes a note, and nothing of the table is kept.
void read_one(const File& file, const std::string& parent, const std::string& name, Recording& r,
              const std::function<void(const NwbTable&, Truth&)>& f) {
  if (!has_link(file.open_group(parent), name)) return;
  const std::string path = (parent == "/" ? "" : parent) + "/" + name;
  Truth kept = r.truth;
  try {
    f(NwbTable(file, path), r.truth);
  } catch (const DataError& e) {
    r.truth = std::move(kept);
    r.notes.push_back(std::string(kBadTable) + e.parts().place + ": expected " + e.parts().expected + ", found " + e.parts().found +
                      ": table " + path + " not read");
  }
}

}  // namespace

void write_truth(const NwbObjects& objects, const Truth& truth) {
  if (!truth.events.empty() || !truth.contaminants.empty()) {
    const Node processing = objects.open_or_make_group(objects.root(), "processing");
    const Node module = objects.group(processing, nwb::kModule, "ProcessingModule");
    put_text(module.id.get(), "description", "What the simulator knows, and what myocramp derived from the electromyogram");
    if (!truth.events.empty()) write_table(objects, module, event_table(truth.events));
    if (!truth.contaminants.empty()) write_table(objects, module, contaminant_table(truth.contaminants));
  }
  if (!truth.units.empty()) write_units(objects, truth.units);
}

void read_truth(const File& file, Recording& recording) {
  const Object root = file.open_group("/");
  if (!has_attribute(root, "myocramp_profile")) return;
  try {
    if (has_link(root, "processing") && has_link(file.open_group("/processing"), nwb::kModule)) {
      const std::string module = std::string("/processing/") + nwb::kModule;
      read_one(file, module, nwb::kTrueEvents, recording, read_events);
      read_one(file, module, nwb::kTrueContaminants, recording, read_contaminants);
    }
    read_one(file, "/", nwb::kUnits, recording, [&file](const NwbTable& table, Truth& truth) { read_units(file, table, truth); });
  } catch (const DataError&) {  // a group that cannot be opened: it is named among what is not read
  }
}

bool is_truth_table(const std::string& name) { return name == nwb::kTrueEvents || name == nwb::kTrueContaminants; }

}  // namespace myocramp::io::hdf5
