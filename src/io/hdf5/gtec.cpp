#include <algorithm>
#include <charconv>
#include <cmath>
#include <pugixml.hpp>
#include <set>
#include <utility>

#include "io/hdf5/dataset_source.hpp"
#include "io/hdf5/file.hpp"
#include "io/hdf5/layouts.hpp"
#include "io/hdf5/values.hpp"
#include "io/lower.hpp"
#include "io/tsv.hpp"
#include "io/volt_units.hpp"
#include "io/wall_clock.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr const char* kSamples = "/RawData/Samples";
constexpr const char* kTask = "/RawData/AcquisitionTaskDescription";
constexpr std::size_t kMaxChannels = 1024;

/// One channel as the description has it, in the order of the columns.
struct DescribedChannel {
  std::string name;
  std::string type;
  std::string unit;
  std::string rate;
  bool trigger = false;
};

/// What the description of the acquisition says, as texts.
struct Task {
  std::string rate;
  std::string begin;
  std::vector<DescribedChannel> channels;
};

DataError bad_task(const File& file, const std::string& code, const std::string& expected, const std::string& found) {
  return DataError({code, file.path(), kTask, expected, found});
}

std::string local_name(const pugi::xml_node& node) {
  const std::string name = node.name();
  const std::size_t colon = name.find(':');
  return colon == std::string::npos ? name : name.substr(colon + 1);
}

std::string child_text(const pugi::xml_node& node, const std::string& name) {
  for (const pugi::xml_node& child : node.children()) {
    if (local_name(child) != name) continue;
    std::string text = child.text().get();
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text.substr(std::min(text.find_first_not_of(' '), text.size()));
  }
  return "";
}

bool is_true(const std::string& text) { return lower(text) == "true" || text == "1"; }

/// Reads the XML. A document type is refused: it may define entities that grow without end, and no recorder writes one.
Task read_task(const File& file) {
  const Value value = read_value(file, kTask);
  if (!value.is_text || value.size() != 1) throw bad_task(file, "E-XML", "one XML text", value.shown());
  pugi::xml_document document;
  // UTF-8 whatever the declaration says: it tells how the text was kept in the recorder's memory.
  const pugi::xml_parse_result parsed =
      document.load_buffer(value.texts[0].data(), value.texts[0].size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_utf8);
  if (!parsed) {
    throw bad_task(file, "E-XML", "well-formed XML", std::string(parsed.description()) + " at byte " + std::to_string(parsed.offset));
  }
  for (const pugi::xml_node& node : document.children()) {
    if (node.type() == pugi::node_doctype) throw bad_task(file, "E-XML", "XML without a document type", "a document type");
  }
  const pugi::xml_node root = document.document_element();
  Task task{child_text(root, "SamplingFrequency"), child_text(root, "RecordingDateBegin"), {}};
  for (const pugi::xml_node& list : root.children()) {
    if (local_name(list) != "ChannelProperties") continue;
    for (const pugi::xml_node& channel : list.children()) {
      if (local_name(channel) != "ChannelProperties") continue;
      const std::string unit = child_text(channel, "Unit");
      task.channels.push_back({escape(child_text(channel, "ChannelName")), child_text(channel, "ChannelType"),
                               unit.empty() ? child_text(channel, "Units") : unit, child_text(channel, "SampleRate"),
                               is_true(child_text(channel, "IsTriggerChannel"))});
      if (task.channels.size() > kMaxChannels) throw bad_task(file, "E-CHANNELS", "at most 1024 channels", "more");
    }
  }
  return task;
}

double rate_of(const File& file, const std::string& where, const std::string& text) {
  double rate = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
  if (error == std::errc() && end == text.data() + text.size() && std::isfinite(rate) && rate > 0) return rate;
  throw bad_task(file, "E-RATE", "a finite rate above 0 Hz in " + where, text.empty() ? "none" : printable(text));
}

/// The one rate of all columns: they are rows of one dataset.
SampleRate read_rate(const File& file, const Task& task) {
  std::set<double> rates;
  if (!task.rate.empty()) rates.insert(rate_of(file, "SamplingFrequency", task.rate));
  for (const DescribedChannel& c : task.channels) {
    if (!c.rate.empty()) rates.insert(rate_of(file, "SampleRate of " + printable(c.name), c.rate));
  }
  if (rates.empty()) rate_of(file, "SamplingFrequency", "");
  if (rates.size() > 1) {
    throw bad_task(file, "E-RATE", "one rate for all channels", shortest(*rates.begin()) + " and " + shortest(*rates.rbegin()) + " Hz");
  }
  return SampleRate(*rates.begin());
}

/// "2024-02-29T12:34:56.7890000+01:00" as ISO 8601 with milliseconds; without a zone UTC is assumed and noted.
std::string read_start(const std::string& text, std::vector<std::string>& notes) {
  const std::size_t t = text.find('T');
  const std::size_t zone_at = t == std::string::npos ? t : text.find_first_of("Z+-", t);
  std::string zone = zone_at == std::string::npos ? "" : text.substr(zone_at);
  if (zone == "Z") zone = "+00:00";
  const bool zone_fits = zone.empty() || (zone.size() == 6 && zone[3] == ':' && zone.find_first_not_of("0123456789:", 1) == zone.npos);
  std::string start = t == std::string::npos || !zone_fits ? "" : utc_timestamp(text.substr(0, t), text.substr(t + 1, zone_at - t - 1));
  if (start.empty()) {
    notes.push_back("no session start: expected a date and time, found \"" + printable(text) + "\"");
  } else if (zone.empty()) {
    notes.emplace_back("date without time zone: taken as UTC");
  } else {
    start.replace(start.size() - 6, 6, zone);
  }
  return start;
}

/// Says which channels are left out, and why. Without a channel of type EMG all but triggers are read: many recorders leave the type as
/// it was.
std::string reason_to_leave_out(const DescribedChannel& channel, bool any_emg) {
  if (channel.trigger) return "a trigger channel";
  return any_emg && channel.type != "EMG" ? "type " + (channel.type.empty() ? "unknown" : printable(channel.type)) : "";
}

void add_channels(const File& file, const Task& task, StoredSignal& stored, Signal& signal, Recording& recording) {
  const bool any_emg = std::any_of(task.channels.begin(), task.channels.end(), [](const auto& c) { return c.type == "EMG"; });
  if (!any_emg) recording.notes.emplace_back("no channel is of type EMG: all are read");
  bool any_unit = false;
  std::set<std::string> seen;
  for (std::size_t c = 0; c < task.channels.size(); ++c) {
    const DescribedChannel& described = task.channels[c];
    std::string name = described.name.empty() ? "ch" + std::to_string(c + 1) : described.name;
    if (!seen.insert(name).second) throw bad_task(file, "E-CHANNELS", "every channel's name once", printable(name) + " twice");
    if (const std::string reason = reason_to_leave_out(described, any_emg); !reason.empty()) {
      recording.refused.push_back({printable(name), "E-SENSOR", std::string(kTask) + ": expected EMG, found " + reason});
      continue;
    }
    const std::optional<double> per_volt = units_per_volt(described.unit.empty() ? "uV" : described.unit);
    if (!per_volt) throw bad_task(file, "E-UNIT", std::string(kVoltUnits) + " for " + printable(name), printable(described.unit));
    any_unit = any_unit || !described.unit.empty();
    stored.columns.push_back({0, static_cast<Index>(c), 1 / *per_volt, 0});
    signal.channels.push_back({.name = std::move(name), .muscle = "", .side = "", .label = printable(described.type)});
  }
  if (stored.columns.empty()) throw bad_task(file, "E-SENSOR", "at least one EMG channel", recording.refused.front().reason);
  if (!any_unit) recording.notes.emplace_back("no unit in the file: samples are taken as microvolts, which g.Recorder stores");
}

void note_triggers(const File& file, Recording& recording) {
  try {
    const Object times = file.open_dataset("/AsynchronData/Time");
    std::uint64_t n = 1;
    for (const std::uint64_t d : shape_of(times)) n *= d;
    if (n > 0) recording.notes.push_back(std::to_string(n) + " events in /AsynchronData are not read");
  } catch (const DataError&) {  // none, which is usual
  }
}

}  // namespace

bool is_gtec(const File& file) {
  try {
    const Object raw = file.open_group("/RawData");
    return has_link(raw, "Samples") && has_link(raw, "AcquisitionTaskDescription");
  } catch (const DataError& e) {
    return false;
  }
}

Recording open_gtec(const std::shared_ptr<const File>& file, const OpenOptions& options) {
  const Guard guard;
  Recording recording;
  recording.path = file->path();
  recording.layout = "gtec";
  const Task task = read_task(*file);
  Signal signal{
      .name = "", .rate = read_rate(*file, task), .start_s = 0, .samples = 0, .channels = {}, .source = nullptr, .conversion = ""};
  StoredSignal stored;
  stored.threads = options.threads;
  stored.datasets.push_back(open_checked(*file, kSamples));
  const CheckedDataset& samples = stored.datasets.front();
  if (!is_float(samples.type)) {
    throw DataError({"E-SCALE", file->path(), kSamples, "microvolts as floats", "integers, whose scale no one states"});
  }
  if (samples.rows == 0) throw DataError({"E-SAMPLES", file->path(), kSamples, "at least one sample", "none"});
  if (samples.columns != static_cast<Index>(task.channels.size())) {
    throw bad_task(*file, "E-CHANNELS", "the properties of " + std::to_string(samples.columns) + " channels, one per column of the samples",
                   std::to_string(task.channels.size()));
  }
  signal.samples = samples.rows;
  add_channels(*file, task, stored, signal, recording);
  signal.conversion = "samples / units per volt";
  if (!task.begin.empty()) recording.session_start = read_start(task.begin, recording.notes);
  note_triggers(*file, recording);
  signal.source = std::make_shared<DatasetSource>(file, std::move(stored));
  recording.signals.push_back(std::move(signal));
  return recording;
}

}  // namespace myocramp::io::hdf5
