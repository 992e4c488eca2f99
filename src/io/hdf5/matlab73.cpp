#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

#include "io/channel_names.hpp"
#include "io/hdf5/attributes.hpp"
#include "io/hdf5/dataset_source.hpp"
#include "io/hdf5/file.hpp"
#include "io/hdf5/layouts.hpp"
#include "io/hdf5/values.hpp"
#include "io/tsv.hpp"
#include "io/volt_units.hpp"
#include "io/wall_clock.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr std::string_view kUserBlock = "MATLAB 7.3 MAT-file";
constexpr std::size_t kMaxVariables = 4096;
constexpr std::size_t kMaxChannels = 1024;
constexpr std::uint64_t kFewestSamples = 1000;  // of an array that is named as a candidate
constexpr double kSpike2Step = 6553.6;          // 16 bits over 10 V: real = integer * scale / 6553.6 + offset

// Names in use for the same thing.
constexpr std::array kDataFields = {"data", "values", "signal", "signals", "emg", "EMG", "raw"};
constexpr std::array kRateFields = {
    "fs",          "Fs",           "FS",           "srate",         "samplerate",        "sampleRate",         "SampleRate",
    "sample_rate", "samplingRate", "SamplingRate", "sampling_rate", "SamplingFrequency", "sampling_frequency", "freq"};
constexpr std::array kUnitFields = {"units", "unit", "Units", "Unit"};
constexpr std::array kNameFields = {"channel_names", "channelNames", "channels", "labels", "names"};

std::string message(const DataError& e) { return e.parts().place + ": expected " + e.parts().expected + ", found " + e.parts().found; }

/// A struct of MATLAB: a group whose datasets are its fields.
class Struct {
 public:
  Struct(const File& file, const Object& group, std::string path) : file_(file), group_(group), path_(std::move(path)) {}

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] bool has(const std::string& field) const { return has_link(group_, field); }
  [[nodiscard]] std::string place(const std::string& field) const { return path_ + "/" + field; }

  /// The first of these fields that it has.
  template <std::size_t N>
  [[nodiscard]] std::optional<std::string> first_of(const std::array<const char*, N>& fields) const {
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const char* f) { return has(f); });
    return found == fields.end() ? std::nullopt : std::optional<std::string>(*found);
  }

  [[nodiscard]] Value value(const std::string& field) const { return read_value(file_, place(field)); }

  /// One number. Throws: DataError with `code`.
  [[nodiscard]] double number(const std::string& field, const std::string& code, const std::string& expected) const {
    const Value v = value(field);
    if (!v.is_text && v.size() == 1) return v.numbers[0];
    throw DataError({code, v.file, v.place, expected, v.shown()});
  }

  /// A text that may be missing or of another kind.
  [[nodiscard]] std::string text(const std::string& field) const {
    try {
      const Value v = has(field) ? value(field) : Value{};
      return v.is_text && v.size() == 1 ? v.texts[0] : "";
    } catch (const DataError&) {
      return "";
    }
  }

  /// Units of the values per volt. Throws: DataError E-UNIT.
  [[nodiscard]] double per_volt(const std::string& field) const {
    const Value v = value(field);
    const std::optional<double> found = v.is_text && v.size() == 1 ? units_per_volt(v.texts[0]) : std::nullopt;
    if (found) return *found;
    throw DataError({"E-UNIT", v.file, v.place, kVoltUnits, v.shown()});
  }

 private:
  const File& file_;
  const Object& group_;
  std::string path_;
};

/// Columns of one dataset with what is known of them.
struct Wave {
  std::string variable;  ///< printable
  CheckedDataset values;
  SampleRate rate;
  double start_s = 0;
  std::vector<Channel> channels;
  double step_v = 1;
  double offset_v = 0;
};

/// Seconds for a message, to the nanosecond.
std::string seconds_text(double s) { return shortest(std::round(s * 1e9) / 1e9); }

SampleRate checked_rate(const File& file, const std::string& place, double rate, double shown) {
  if (std::isfinite(rate) && rate > 0) return SampleRate(rate);
  throw DataError({"E-RATE", file.path(), printable(place), "a finite number above 0", shortest(shown)});
}

/// Opens values with time along the longer dimension; MATLAB's columns are HDF5's rows.
CheckedDataset open_values(const File& file, const std::string& path) {
  CheckedDataset d = open_checked(file, path);
  if (d.rows == 0 || d.columns == 0 || has_attribute(d.object, "MATLAB_empty")) {
    throw DataError({"E-SAMPLES", file.path(), d.object.path, "at least one sample", "none"});
  }
  const std::vector<std::uint64_t> shape = shape_of(d.object);
  if (shape.size() == 2 && shape[0] == shape[1]) {
    throw DataError({"E-RANK", file.path(), d.object.path, "more samples than channels", shape_text(shape)});
  }
  return d.columns > d.rows ? open_checked(file, path, TimeAxis::kLast) : std::move(d);
}

bool is_wave(const Struct& s) { return s.has("values") && s.has("interval"); }
bool is_event_channel(const Struct& s) { return s.has("times") && !s.has("values"); }
bool is_described_array(const Struct& s) { return s.first_of(kDataFields) && s.first_of(kRateFields) && s.first_of(kUnitFields); }

/// A waveform channel of a Spike2 export.
Wave read_wave(const File& file, const Struct& s) {
  const double interval = s.number("interval", "E-RATE", "one number of seconds");
  if (!(std::isfinite(interval) && interval > 0)) checked_rate(file, s.place("interval"), -1, interval);
  const SampleRate rate = checked_rate(file, s.place("interval"), rate_of_interval(interval), interval);
  if (!s.has("units")) throw DataError({"E-UNIT", file.path(), printable(s.path()), kVoltUnits, "no field units"});
  const double per_volt = s.per_volt("units");
  Wave wave{.variable = printable(s.path().substr(1)),
            .values = open_values(file, s.place("values")),
            .rate = rate,
            .start_s = s.has("start") ? s.number("start", "E-TIME", "one number of seconds") : 0,
            .channels = {}};
  if (!std::isfinite(wave.start_s)) throw DataError({"E-TIME", file.path(), printable(s.place("start")), "a finite time", "another"});
  if (wave.values.columns != 1) {
    throw DataError({"E-RANK", file.path(), wave.values.object.path, "one column of values", shape_text(shape_of(wave.values.object))});
  }
  Channel channel{.name = escape(s.text("title")), .muscle = "", .side = "", .label = wave.variable};
  if (channel.name.empty()) channel.name = wave.variable;
  wave.step_v = 1 / per_volt;
  if (!is_float(wave.values.type)) {
    if (wave.values.type != NumberType::kInt16 || !s.has("scale") || !s.has("offset")) {
      throw DataError({"E-SCALE", file.path(), wave.values.object.path, "real numbers, or int16 with scale and offset", "other integers"});
    }
    const double scale = s.number("scale", "E-SCALE", "one number");
    const double offset = s.number("offset", "E-SCALE", "one number");
    if (!std::isfinite(scale) || scale == 0 || !std::isfinite(offset)) {
      throw DataError({"E-SCALE", file.path(), printable(s.place("scale")), "finite numbers, scale other than 0", shortest(scale)});
    }
    wave.step_v = scale / kSpike2Step / per_volt;
    wave.offset_v = offset / per_volt;
    channel.step_v = wave.step_v;
  }
  wave.channels.push_back(std::move(channel));
  return wave;
}

std::vector<Channel> named_channels(const Struct& s, Index n, std::vector<std::string>& notes) {
  std::vector<Channel> channels(static_cast<std::size_t>(n));
  for (std::size_t c = 0; c < channels.size(); ++c) channels[c].name = "ch" + std::to_string(c + 1);
  const std::optional<std::string> field = s.first_of(kNameFields);
  if (!field) return channels;
  try {
    const Value names = s.value(*field);
    const auto empty = [](const std::string& name) { return name.empty(); };
    if (names.is_text && names.texts.size() == channels.size() && std::none_of(names.texts.begin(), names.texts.end(), empty)) {
      for (std::size_t c = 0; c < channels.size(); ++c) channels[c].name = escape(names.texts[c]);
    } else {
      notes.push_back(names.place + ": expected " + std::to_string(n) + " names, found " + names.shown() + ": ignored");
    }
  } catch (const DataError& e) {
    notes.push_back(message(e) + ": ignored");
  }
  return channels;
}

/// A struct that states rate and unit beside its array.
Wave read_described_array(const File& file, const Struct& s, std::vector<std::string>& notes) {
  const std::string rate_field = *s.first_of(kRateFields);
  const double rate = s.number(rate_field, "E-RATE", "one number of Hz");
  const SampleRate checked_one = checked_rate(file, s.place(rate_field), rate, rate);
  const double per_volt = s.per_volt(*s.first_of(kUnitFields));
  Wave wave{.variable = printable(s.path().substr(1)),
            .values = open_values(file, s.place(*s.first_of(kDataFields))),
            .rate = checked_one,
            .channels = {}};
  const CheckedDataset& d = wave.values;
  if (!is_float(d.type)) throw DataError({"E-SCALE", file.path(), d.object.path, "real numbers", "integers without a scale"});
  if (d.columns > static_cast<Index>(kMaxChannels)) {
    throw DataError({"E-CHANNELS", file.path(), d.object.path, "at most 1024 channels", std::to_string(d.columns)});
  }
  notes.push_back(d.object.path + " " + shape_text(shape_of(d.object)) + " as stored: the longer dimension is taken as time");
  wave.step_v = 1 / per_volt;
  wave.channels = named_channels(s, d.columns, notes);
  return wave;
}

/// What is found at the root of a file.
struct Contents {
  std::vector<Wave> waves;
  std::vector<Refusal> refused;
  std::optional<DataError> first_error;
  std::vector<std::string> events;   ///< "onburst (56)"
  std::vector<std::string> numbers;  ///< arrays that could be samples
  std::vector<std::string> rates;    ///< scalars that could be a rate
  std::string session_start;
  std::vector<std::string> notes;
};

/// Remembers an array that could be samples, or a number that could be a rate, for the message that refuses the file.
void note_candidate(const File& file, const std::string& path, const std::string& name, Contents& found) {
  try {
    const Object dataset = file.open_dataset(path);
    const std::vector<std::uint64_t> shape = shape_of(dataset);
    double n = 1;
    for (const std::uint64_t d : shape) n *= static_cast<double>(d);
    const bool is_rate = std::any_of(kRateFields.begin(), kRateFields.end(), [&](const char* f) { return name == f; });
    if (n == 1 && is_rate) {
      found.rates.push_back(printable(path) + " = " + read_dataset_value(file, dataset).shown());
    } else if (n >= static_cast<double>(kFewestSamples)) {
      open_checked(file, path);  // numbers, and in the file
      found.numbers.push_back(printable(path) + " " + shape_text(shape));
    }
  } catch (const DataError&) {  // no candidate
  }
}

void read_file_struct(const Struct& s, Contents& found) {
  if (!s.has("start")) return;
  const Value v = s.value("start");
  if (v.numbers.size() != 6) return;
  const auto part = [&](std::size_t i) { return shortest(v.numbers[i]); };
  found.session_start = utc_timestamp(part(0) + "-" + part(1) + "-" + part(2), part(3) + ":" + part(4) + ":" + part(5));
  if (!found.session_start.empty()) found.notes.emplace_back("date without time zone: taken as UTC");
}

void read_struct(const File& file, const Struct& s, const std::string& name, Contents& found) {
  if (is_wave(s)) {
    found.waves.push_back(read_wave(file, s));
  } else if (is_described_array(s)) {
    found.waves.push_back(read_described_array(file, s, found.notes));
  } else if (is_event_channel(s)) {
    const Value times = s.value("times");
    found.events.push_back(printable(name) + " (" + std::to_string(times.size()) + ")");
  } else if (name == "file") {
    read_file_struct(s, found);
  } else {
    for (const char* field : kDataFields) {
      if (s.has(field)) note_candidate(file, s.place(field), field, found);
    }
    for (const char* field : kRateFields) {
      if (s.has(field)) note_candidate(file, s.place(field), field, found);
    }
  }
}

bool is_group(const Object& object) {
  return guarded(object.file, object.path, [&] { return H5Iget_type(object.id.get()) == H5I_GROUP; });
}

Contents read_contents(const File& file) {
  Contents found;
  for (const Link& link : links(file.open_group("/"), kMaxVariables)) {
    const std::string path = "/" + link.name;
    if (!link.hard) {
      found.notes.push_back(printable(path) + " is a soft or external link: not followed");
      continue;
    }
    if (link.name.starts_with('#')) continue;  // where cells and objects keep their parts
    try {
      const Object object = file.open_object(path);
      if (is_group(object)) {
        read_struct(file, Struct(file, object, path), link.name, found);
      } else {
        note_candidate(file, path, link.name, found);
      }
    } catch (const DataError& e) {
      found.refused.push_back({printable(link.name), e.code(), message(e)});
      if (!found.first_error) found.first_error = e;
    }
    if (found.waves.size() > kMaxChannels) {
      throw DataError({"E-CHANNELS", file.path(), "/", "at most 1024 channels", "more"});
    }
  }
  return found;
}

/// Whether two channels are one signal: sampled alike, from the same sample on, equally long but for one sample at the end, and of one
/// type of numbers, so that each keeps its own.
bool go_together(const Wave& a, const Wave& b) {
  return a.values.type == b.values.type && a.rate == b.rate && a.offset_v == b.offset_v &&
         std::abs(a.start_s - b.start_s) * a.rate.hertz() < 0.5 && std::abs(a.values.rows - b.values.rows) <= 1;
}

std::string listed(const std::vector<std::string>& texts, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < std::min(texts.size(), most); ++i) out += (i > 0 ? ", " : "") + texts[i];
  return texts.size() > most ? out + " and " + std::to_string(texts.size() - most) + " more" : out;
}

DataError nothing_usable(const File& file, const Contents& found) {
  if (found.first_error) return *found.first_error;
  if (found.numbers.empty()) {
    return DataError({"E-LAYOUT", file.path(), "/",
                      "channels with values, interval and units as Spike2 exports them, or a struct of data, rate and units",
                      root_names(file)});
  }
  const std::string rates = found.rates.empty() ? "no rate" : "rate " + listed(found.rates, 4);
  return DataError({"E-UNIT", file.path(), "/",
                    "a unit beside the numbers, or a generic layout that states it (myocramp info --suggest-layout)",
                    listed(found.numbers, 4) + ", " + rates + ", no unit"});
}

/// Where titles clash, the variable goes before them.
void name_channels(std::vector<Wave>& waves) {
  std::vector<ChannelGroup> groups;
  for (Wave& w : waves) groups.push_back({w.variable, &w.channels});
  make_names_unique(groups);
}

void note_differences(const std::vector<Wave>& group, std::vector<std::string>& notes) {
  const auto by_start = std::minmax_element(group.begin(), group.end(), [](const Wave& a, const Wave& b) { return a.start_s < b.start_s; });
  if (by_start.first->start_s != by_start.second->start_s) {
    notes.push_back("channels that start at " + seconds_text(by_start.first->start_s) + " to " + seconds_text(by_start.second->start_s) +
                    " s, less than half a sample apart: taken as starting together at the first");
  }
  const auto by_rows =
      std::minmax_element(group.begin(), group.end(), [](const Wave& a, const Wave& b) { return a.values.rows < b.values.rows; });
  if (by_rows.first->values.rows != by_rows.second->values.rows) {
    notes.push_back("channels of " + std::to_string(by_rows.first->values.rows) + " to " + std::to_string(by_rows.second->values.rows) +
                    " samples: all are read to the end of the shortest");
  }
}

Signal make_signal(const std::shared_ptr<const File>& file, std::vector<Wave> group, bool several, int threads,
                   std::vector<std::string>& notes) {
  note_differences(group, notes);
  Signal signal{.name = several ? group.front().variable : "",
                .rate = group.front().rate,
                .start_s = group.front().start_s,
                .samples = group.front().values.rows,
                .channels = {},
                .source = nullptr,
                .conversion = "real numbers in the unit of the file, as volts"};
  StoredSignal stored;
  stored.threads = threads;
  stored.offset_v = group.front().offset_v;
  for (Wave& wave : group) {
    signal.samples = std::min(signal.samples, wave.values.rows);
    signal.start_s = std::min(signal.start_s, wave.start_s);
    if (!is_float(wave.values.type)) signal.conversion = "integer * scale / 6553.6 + offset in the unit of the file, as volts";
    for (Index c = 0; c < wave.values.columns; ++c) stored.columns.push_back({stored.datasets.size(), c, wave.step_v, 0});
    for (Channel& channel : wave.channels) signal.channels.push_back(std::move(channel));
    stored.datasets.push_back(std::move(wave.values));
  }
  signal.source = std::make_shared<DatasetSource>(file, std::move(stored));
  return signal;
}

}  // namespace

bool is_matlab73(const File& file) {
  std::string start(kUserBlock.size(), '\0');
  std::ifstream(file.path(), std::ios::binary).read(start.data(), static_cast<std::streamsize>(start.size()));
  if (start == kUserBlock) return true;
  try {
    const std::vector<Link> links = file.root_links();
    return std::any_of(links.begin(), links.end(),
                       [&](const Link& link) { return link.hard && has_attribute(file.open_object("/" + link.name), "MATLAB_class"); });
  } catch (const DataError&) {  // named by the layout that it is
    return false;
  }
}

Recording open_matlab73(const std::shared_ptr<const File>& file, const OpenOptions& options) {
  const Guard guard;
  Contents found = read_contents(*file);
  if (found.waves.empty()) throw nothing_usable(*file, found);
  Recording recording;
  recording.path = file->path();
  recording.layout = "matlab73";
  recording.session_start = found.session_start;
  recording.refused = std::move(found.refused);
  recording.notes = std::move(found.notes);
  if (!found.events.empty()) recording.notes.push_back("events that are not read: " + listed(found.events, 16));
  if (!found.numbers.empty()) recording.notes.push_back("numbers without a unit that are not read: " + listed(found.numbers, 16));
  name_channels(found.waves);
  std::vector<std::vector<Wave>> groups;
  for (Wave& wave : found.waves) {
    const auto fits = std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return go_together(group.front(), wave); });
    if (fits == groups.end()) {
      groups.emplace_back().push_back(std::move(wave));
    } else {
      fits->push_back(std::move(wave));
    }
  }
  for (std::vector<Wave>& group : groups) {
    recording.signals.push_back(make_signal(file, std::move(group), groups.size() > 1, options.threads, recording.notes));
  }
  return recording;
}

}  // namespace myocramp::io::hdf5
