#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "io/channel_names.hpp"
#include "io/common_length.hpp"
#include "io/hdf5/attributes.hpp"
#include "io/hdf5/dataset_source.hpp"
#include "io/hdf5/file.hpp"
#include "io/hdf5/layouts.hpp"
#include "io/lower.hpp"
#include "io/opensignals_scale.hpp"
#include "io/tsv.hpp"
#include "io/wall_clock.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr std::size_t kMaxChannels = 256;

/// One channel of a device.
struct CountColumn {
  CheckedDataset counts;
  int bits = 0;
  double step_v = 0;
};

/// One device group as read: its notes and refusals count only if it turns out usable.
struct Device {
  std::string mac;  ///< printable
  SampleRate rate;
  Index samples = 0;
  std::vector<Channel> channels{};
  std::vector<CountColumn> columns{};
  std::string conversion{};
  std::string session_start{};
  std::vector<std::string> notes{};
  std::vector<Refusal> refused{};
};

bool is_device(const File& file, const std::string& name) {
  try {
    const Object group = file.open_group("/" + name);
    return has_link(group, "raw") || (has_attribute(group, "sampling rate") && has_attribute(group, "channels"));
  } catch (const DataError& e) {
    return e.code() != "E-PATH";  // a dataset at the root is none; a corrupt group is refused later, by name
  }
}

std::vector<std::string> device_names(const File& file) {
  std::vector<std::string> names;
  for (const Link& link : file.root_links()) {
    if (link.hard && is_device(file, link.name)) names.push_back(link.name);
  }
  return names;
}

/// A text that may be missing; one that is no text is left out with a note.
std::string optional_text(const Object& object, const std::string& name, std::vector<std::string>& notes) {
  try {
    return read_text_attribute(object, name).value_or("");
  } catch (const DataError& e) {
    if (e.code() != "E-ATTR") throw;
    notes.push_back(e.parts().place + ": expected " + e.parts().expected + ", found " + e.parts().found + ": ignored");
    return "";
  }
}

SampleRate read_rate(const Object& group) {
  const std::string expected = "a finite rate above 0 Hz";
  const double rate = read_number_attribute(group, "sampling rate", "E-RATE", expected);
  if (std::isfinite(rate) && rate > 0) return SampleRate(rate);
  throw DataError({"E-RATE", group.file, group.path + "@sampling rate", expected, shortest(rate)});
}

std::vector<std::int64_t> read_channels(const Object& group) {
  std::vector<std::int64_t> channels = read_integers_attribute(group, "channels", "E-CHANNELS", "channel", kMaxChannels);
  std::set<std::int64_t> seen;
  for (const std::int64_t n : channels) {
    const bool in_range = n >= 0 && n <= 65535;
    if (in_range && seen.insert(n).second) continue;
    const std::string expected = in_range ? "every channel once" : "channels of 0 to 65535";
    throw DataError({"E-CHANNELS", group.file, group.path + "@channels", expected, std::to_string(n)});
  }
  return channels;
}

/// Bits of every channel; the file may give one number for all.
std::vector<int> read_resolution(const Object& group, std::size_t channels) {
  const std::vector<std::int64_t> values = read_integers_attribute(group, "resolution", "E-RESOLUTION", "resolution", kMaxChannels);
  const auto fail = [&](const std::string& expected, const std::string& found) {
    return DataError({"E-RESOLUTION", group.file, group.path + "@resolution", expected, found});
  };
  if (values.size() != 1 && values.size() != channels) {
    throw fail("one resolution or " + std::to_string(channels), std::to_string(values.size()));
  }
  std::vector<int> bits;
  for (std::size_t c = 0; c < channels; ++c) {
    const std::int64_t value = values[values.size() == 1 ? 0 : c];
    if (value < 1 || value > 32) throw fail("1 to 32 bits", std::to_string(value));
    bits.push_back(static_cast<int>(value));
  }
  return bits;
}

bool is_emg(std::string sensor) {
  for (char& c : sensor) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return sensor.starts_with("EMG");  // also EMGBIT and EMGBITREV
}

/// Decides by the sensor attribute whether a channel is EMG; another sensor is refused with its name.
bool wants_channel(const Object& dataset, const std::string& name, Device& device) {
  const std::string sensor = optional_text(dataset, "sensor", device.notes);
  if (is_emg(sensor)) return true;
  if (sensor.empty()) {
    device.notes.push_back(name + " has no sensor attribute: taken as EMG");
    return true;
  }
  device.refused.push_back({device.mac + "/" + name, "E-SENSOR", dataset.path + "@sensor: expected EMG, found " + sensor});
  return false;
}

CheckedDataset open_counts(const File& file, const std::string& path) {
  CheckedDataset counts = open_checked(file, path);
  const Object& object = counts.object;
  if (is_float(counts.type) || number_bytes(counts.type) > 4) {
    throw DataError(
        {"E-DTYPE", object.file, object.path, "integers of 1, 2 or 4 bytes", is_float(counts.type) ? "a float" : "an integer of 8 bytes"});
  }
  if (counts.columns != 1) {
    const std::string found = "(" + std::to_string(counts.rows) + ", " + std::to_string(counts.columns) + ")";
    throw DataError({"E-RANK", object.file, object.path, "shape (N,) or (N, 1)", found});
  }
  if (counts.rows == 0) throw DataError({"E-SAMPLES", object.file, object.path, "at least one sample", "0"});
  return counts;
}

/// "(count / 2^16 - 0.5) * 3 V / 1000"; when channels differ, 2^n and then the n of each channel.
std::string conversion_text(const OpenSignalsScale& scale, const std::vector<CountColumn>& columns) {
  const int first = columns.front().bits;
  const bool same = std::all_of(columns.begin(), columns.end(), [&](const CountColumn& c) { return c.bits == first; });
  if (same) return scale.text(std::to_string(first));
  std::string text = scale.text("n") + ", n =";
  for (const CountColumn& c : columns) text += " " + std::to_string(c.bits);
  return text;
}

OpenSignalsScale read_scale(const Object& group, const OpenSignalsScales& told, std::vector<std::string>& notes) {
  const std::string name = optional_text(group, "device", notes);
  if (const auto scale = opensignals_scale(name, told)) {
    if (told.contains(lower(name))) notes.push_back("supply and gain of " + printable(name) + " are the layout file's");
    return *scale;
  }
  throw DataError({"E-DEVICE", group.file, group.path + "@device", "a device whose conversion to volts is known: " + opensignals_devices(),
                   name.empty() ? "no name" : name});
}

std::string read_session_start(const Object& group, std::vector<std::string>& notes) {
  const std::string date = optional_text(group, "date", notes);
  const std::string time = optional_text(group, "time", notes);
  const std::string start = utc_timestamp(date, time);
  if (!start.empty()) {
    notes.push_back("date without time zone: taken as UTC");
  } else {
    notes.push_back("no session start: expected a date and a time of day, found \"" + date + "\" and \"" + time + "\"");
  }
  return start;
}

void read_channel(const File& file, const std::string& raw_path, std::int64_t number, int bits, const OpenSignalsScale& scale,
                  Device& device) {
  const std::string name = "channel_" + std::to_string(number);
  Channel channel;
  channel.name = name;
  channel.step_v = scale.step_v(bits);
  {
    const Object dataset = file.open_dataset(raw_path + "/" + name);
    if (!wants_channel(dataset, name, device)) return;
    channel.label = optional_text(dataset, "label", device.notes);
  }
  device.columns.push_back({open_counts(file, raw_path + "/" + name), bits, channel.step_v});
  device.channels.push_back(std::move(channel));
}

Device read_device(const File& file, const std::string& name, const OpenSignalsScales& told) {
  const Object group = file.open_group("/" + name);
  Device device{.mac = printable(name), .rate = read_rate(group)};
  const std::vector<std::int64_t> numbers = read_channels(group);
  const std::vector<int> bits = read_resolution(group, numbers.size());
  const OpenSignalsScale scale = read_scale(group, told, device.notes);
  for (std::size_t c = 0; c < numbers.size(); ++c) {
    read_channel(file, "/" + name + "/raw", numbers[c], bits[c], scale, device);
  }
  if (device.columns.empty()) throw DataError({"E-SENSOR", group.file, group.path, "at least one EMG channel", device.refused[0].reason});
  std::vector<Index> rows;
  for (const CountColumn& c : device.columns) rows.push_back(c.counts.rows);
  device.samples = common_length(rows, device.notes);
  device.conversion = conversion_text(scale, device.columns);
  device.session_start = read_session_start(group, device.notes);
  return device;
}

/// Devices often number their channels alike.
void name_channels(std::vector<Device>& devices) {
  std::vector<ChannelGroup> groups;
  for (Device& d : devices) groups.push_back({d.mac, &d.channels});
  make_names_unique(groups);
}

/// Counts as volts: (count - 2^(bits - 1)) * step. The middle is the same number of volts for every resolution.
StoredSignal stored_signal(std::vector<CountColumn> columns, int threads) {
  StoredSignal stored;
  stored.threads = threads;
  stored.offset_v = -std::ldexp(columns.front().step_v, columns.front().bits - 1);
  for (CountColumn& c : columns) {
    stored.columns.push_back({stored.datasets.size(), 0, c.step_v, c.bits});
    stored.datasets.push_back(std::move(c.counts));
  }
  return stored;
}

void add_device(const std::shared_ptr<const File>& file, Device device, bool several, int threads, Recording& recording) {
  for (const std::string& note : device.notes) recording.notes.push_back(several ? device.mac + ": " + note : note);
  recording.refused.insert(recording.refused.end(), device.refused.begin(), device.refused.end());
  if (recording.session_start.empty()) recording.session_start = device.session_start;
  if (!device.session_start.empty() && device.session_start != recording.session_start) {
    recording.notes.push_back(device.mac + ": starts at " + device.session_start + ", taken as one start with " + recording.session_start);
  }
  recording.signals.push_back({.name = several ? device.mac : "",
                               .rate = device.rate,
                               .start_s = 0,
                               .samples = device.samples,
                               .channels = std::move(device.channels),
                               .source = std::make_shared<DatasetSource>(file, stored_signal(std::move(device.columns), threads)),
                               .conversion = device.conversion});
}

}  // namespace

std::shared_ptr<const File> open_file(const std::string& path) { return std::make_shared<const File>(path); }

std::string root_names(const File& file) {
  std::string text;
  for (const Link& link : file.root_links()) text += (text.empty() ? "" : ", ") + link.name + (link.hard ? "" : " (link, not followed)");
  return text.empty() ? "an empty root group" : "a root group of " + printable(text);
}

bool is_opensignals(const File& file) { return !device_names(file).empty(); }

Recording open_opensignals(const std::shared_ptr<const File>& file, const OpenOptions& options) {
  const Guard guard;
  Recording recording;
  recording.path = file->path();
  recording.layout = "opensignals";
  for (const Link& link : file->root_links()) {
    if (!link.hard) recording.notes.push_back("/" + printable(link.name) + " is a soft or external link: not followed");
  }
  const OpenSignalsScales told = is_layout_path(options.layout) ? read_opensignals_layout(options.layout) : OpenSignalsScales{};
  const std::vector<std::string> names = device_names(*file);
  std::vector<Device> devices;
  std::optional<DataError> first_error;
  for (const std::string& name : names) {
    try {
      devices.push_back(read_device(*file, name, told));
    } catch (const DataError& e) {
      const Error::Parts& p = e.parts();
      recording.refused.push_back({printable(name), p.code, p.place + ": expected " + p.expected + ", found " + p.found});
      if (!first_error) first_error = e;
    }
  }
  if (devices.empty()) {
    throw first_error ? *first_error : DataError({"E-LAYOUT", file->path(), "/", "at least one OpenSignals device", root_names(*file)});
  }
  name_channels(devices);
  for (Device& device : devices) add_device(file, std::move(device), names.size() > 1, options.threads, recording);
  return recording;
}

}  // namespace myocramp::io::hdf5
