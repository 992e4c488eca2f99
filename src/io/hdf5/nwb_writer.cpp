#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "io/hdf5/attributes.hpp"
#include "io/hdf5/nwb_schema.hpp"
#include "io/hdf5/nwb_session.hpp"
#include "io/hdf5/nwb_tables.hpp"
#include "io/hdf5/nwb_truth.hpp"
#include "io/hdf5/output_file.hpp"
#include "io/hdf5/sample_writer.hpp"
#include "io/tsv.hpp"
#include "myocramp/io/nwb.hpp"
#include "platform/files.hpp"

namespace myocramp::io {
namespace {

using hdf5::Node;
using hdf5::NwbObjects;
using hdf5::OutputFile;
using hdf5::put_integer;
using hdf5::put_number;
using hdf5::put_reference;
using hdf5::put_text;

constexpr char kElectrodeGroups[] = "/general/extracellular_ephys";

/// One signal on its way into the file.
struct Series {
  const Signal& signal;
  Encoding encoding;
  std::string device;  ///< its object's name
  std::string name;    ///< of the ElectricalSeries
  hdf5::SampleLayout layout;
};

/// `wanted`, or with _2, _3 ... when it is taken.
std::string unused_name(std::set<std::string>& taken, const std::string& wanted) {
  std::string name = wanted;
  for (int n = 2; !taken.insert(name).second; ++n) name = wanted + "_" + std::to_string(n);
  return name;
}

void check_signal(const Signal& s, const Encoding& encoding) {
  const std::string place = s.name.empty() ? "signal" : printable(s.name);
  if (s.channels.empty()) throw InvalidArgument({"E-CHANNELS", "", place, "at least one channel", "0"});
  if (s.samples == 0) throw InvalidArgument({"E-SAMPLES", "", place, "at least one sample", "0"});
  if (encoding.step_v.size() != s.channels.size()) {
    throw InvalidArgument(
        {"E-LENGTH", "", place, std::to_string(s.channels.size()) + " steps, one per channel", std::to_string(encoding.step_v.size())});
  }
  for (const double step : encoding.step_v) {
    if (!std::isfinite(step) || step == 0) throw InvalidArgument({"E-SCALE", "", place, "a finite step other than 0 V", shortest(step)});
  }
  if (!std::isfinite(encoding.offset_v)) throw InvalidArgument({"E-SCALE", "", place, "a finite offset", shortest(encoding.offset_v)});
  if (!std::isfinite(s.start_s)) throw InvalidArgument({"E-TIME", "", place, "a start in seconds", shortest(s.start_s)});
}

/// The signals with the names of their objects. Two devices whose names become one keep an object each.
std::vector<Series> plan(const Recording& recording) {
  if (recording.signals.empty()) throw InvalidArgument({"E-CHANNELS", "", "recording", "at least one signal", "0"});
  std::set<std::string> devices = {"electrodes"};  // the table that stands beside the electrodes' groups
  std::set<std::string> names;
  std::map<std::string, std::string> device_of;
  std::vector<Series> out;
  for (const Signal& s : recording.signals) {
    Series series{s, s.source->encoding(), "", "emg", {}};
    check_signal(s, series.encoding);
    std::string& device = device_of[s.name];
    if (device.empty()) device = unused_name(devices, hdf5::object_name(s.name));
    series.device = device;
    if (recording.signals.size() > 1) series.name = unused_name(names, "emg_" + device);
    series.layout = {series.encoding.type, s.samples, static_cast<Index>(s.channels.size())};
    out.push_back(std::move(series));
  }
  return out;
}

/// Calls `f(rows)` for every stretch of `block` outside the gaps.
template <class F>
void outside_gaps(const std::vector<Interval>& gaps, Interval block, F f) {
  Index begin = block.begin;
  for (const Interval& gap : gaps) {
    const Interval part = intersect(gap, block);
    if (part.empty()) continue;
    if (begin < part.begin) f(Interval{begin, part.begin});
    begin = std::max(begin, part.end);
  }
  if (begin < block.end) f(Interval{begin, block.end});
}

/// What a pass over the stored numbers finds out.
struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
};

/// Holds that a stored integer is one, and widens the extent. Throws: DataError E-COUNT.
void widen(Extent& extent, const Series& series, Index row, double x) {
  constexpr double kMost = 4294967295.0;
  if (x != std::trunc(x) || x < std::numeric_limits<std::int32_t>::min() || x > kMost) {
    throw DataError({"E-COUNT", "", series.name + "[" + std::to_string(row) + "]", "an integer of at most 4 bytes", shortest(x)});
  }
  extent.low = std::min(extent.low, x);
  extent.high = std::max(extent.high, x);
}

/// Reads all of a signal's stored numbers once, for their extent, their hash, or both.
Extent scan(const Series& series, bool integers, platform::Sha256* hash) {
  Extent extent;
  Samples<double> samples(kGridBlock, series.layout.channels);
  for (Index begin = 0; begin < series.signal.samples; begin += kGridBlock) {
    const Interval rows{begin, std::min(begin + kGridBlock, series.signal.samples)};
    series.signal.source->read_stored(rows, Block<double>(samples).rows(0, rows.length()));
    outside_gaps(series.signal.gaps, rows, [&](Interval part) {
      const double* const first = samples.data() + (part.begin - begin) * series.layout.channels;
      const auto n = static_cast<std::size_t>(part.length() * series.layout.channels);
      if (hash != nullptr) hash->update(first, n * sizeof(double));
      for (std::size_t i = 0; integers && i < n; ++i) {
        widen(extent, series, part.begin + static_cast<Index>(i) / series.layout.channels, first[i]);
      }
    });
  }
  return extent;
}

/// The first of NWB's types in the profile's order that holds every number of an integer source; floats stay what they are.
NumberType narrowest(NumberType source, const Extent& extent) {
  if (!is_integer(source)) return source;
  if (extent.low > extent.high) return NumberType::kInt16;  // only gaps
  for (const NumberType t : {NumberType::kInt16, NumberType::kUint16, NumberType::kInt32, NumberType::kUint32}) {
    if (hdf5::holds(t, extent.low, extent.high)) return t;
  }
  throw DataError({"E-COUNT", "", "", "integers that one type of 4 bytes holds", shortest(extent.low) + " to " + shortest(extent.high)});
}

bool always_int16(NumberType t) { return t == NumberType::kInt8 || t == NumberType::kUint8 || t == NumberType::kInt16; }

/// Finds every series' type. With a hash, all samples go into it too, because nothing else says what the content is.
void find_types(std::vector<Series>& all, platform::Sha256* hash) {
  for (Series& s : all) {
    const NumberType source = s.encoding.type;
    if (hash != nullptr) {
      const std::string head = s.signal.name + "\n" + shortest(s.signal.rate.hertz()) + "\n" + shortest(s.signal.start_s) + "\n" +
                               std::to_string(s.signal.samples) + "\n";
      hash->update(head.data(), head.size());
      for (const Channel& c : s.signal.channels) hash->update(c.name.data(), c.name.size() + 1);
      hash->update(s.encoding.step_v.data(), s.encoding.step_v.size() * sizeof(double));
    }
    const bool wanted = is_integer(source) && !always_int16(source);
    const Extent extent = hash != nullptr || wanted ? scan(s, wanted, hash) : Extent{};
    s.layout.type = always_int16(source) ? NumberType::kInt16 : narrowest(source, extent);
  }
}

/// Identifies the recording, not its labels: a recording that is labelled anew is the same recording.
std::string find_identifier(const Recording& recording, const NwbOptions& options, std::vector<Series>& series) {
  const bool named = !recording.identifier.empty();
  const bool sourced = !options.source_sha256.empty() || !options.configuration.empty();
  std::optional<platform::Sha256> hash;
  if (!named && !sourced) hash.emplace();
  find_types(series, hash ? &*hash : nullptr);
  if (named) return recording.identifier;
  if (sourced) return hdf5::identifier_of(options.source_sha256 + "\n" + options.configuration);
  const std::string session = recording.session_start + "\n" + recording.session + "\n" + recording.subject.id;
  hash->update(session.data(), session.size());
  return hdf5::identifier_of(hash->hex());
}

/// The muscles of a signal, each once, joined by commas.
std::string location(const Signal& signal) {
  std::string out;
  std::set<std::string> seen;
  for (const Channel& c : signal.channels) {
    if (!c.muscle.empty() && seen.insert(c.muscle).second) out += (out.empty() ? "" : ", ") + c.muscle;
  }
  return out.empty() ? nwb::kUnknownPlace : out;
}

std::string about(const std::string& what, const Signal& signal) { return signal.name.empty() ? what : what + " of " + signal.name; }

void write_devices(const NwbObjects& objects, const Node& general, const Node& ephys, const std::vector<Series>& series) {
  const Node devices = objects.plain_group(general, "devices");
  std::set<std::string> done;
  for (const Series& s : series) {
    if (!done.insert(s.device).second) continue;
    const Node device = objects.group(devices, s.device, "Device");
    put_text(device.id.get(), "description", about("Recorder", s.signal));
    const Node group = objects.group(ephys, s.device, "ElectrodeGroup");
    put_text(group.id.get(), "description", about("Electrodes", s.signal));
    put_text(group.id.get(), "location", location(s.signal));
    objects.soft_link(group, "device", "/general/devices/" + s.device);
  }
}

hdf5::Table electrode_table(const std::vector<Series>& series) {
  std::vector<std::pair<const Series*, const Channel*>> rows;
  for (const Series& s : series) {
    for (const Channel& c : s.signal.channels) rows.emplace_back(&s, &c);
  }
  hdf5::Table table{"electrodes", "The channels of all signals, in their order", {}};
  const auto text = [&](const std::string& name, const std::string& what, auto value) {
    auto& column = table.texts(name, what);
    for (const auto& [s, c] : rows) column.push_back(value(*s, *c));
  };
  text("location", "Muscle below the electrode",
       [](const Series&, const Channel& c) { return c.muscle.empty() ? nwb::kUnknownPlace : c.muscle; });
  hdf5::References groups;
  for (const auto& [s, c] : rows) groups.paths.push_back(std::string(kElectrodeGroups) + "/" + s->device);
  table.columns.push_back({"group", "Group of electrodes that it belongs to", std::move(groups)});
  text("group_name", "Name of that group", [](const Series& s, const Channel&) { return s.device; });
  text("channel_name", "Name of the channel", [](const Series&, const Channel& c) { return hdf5::or_none(c.name); });
  text("muscle", "Muscle below the electrode", [](const Series&, const Channel& c) { return hdf5::or_none(c.muscle); });
  text("side", "Side of the body: left or right", [](const Series&, const Channel& c) { return hdf5::or_none(c.side); });
  const bool labelled = std::any_of(rows.begin(), rows.end(), [](const auto& r) { return !r.second->label.empty(); });
  if (labelled) text("label", "Further name in the source", [](const Series&, const Channel& c) { return hdf5::or_none(c.label); });
  const bool spaced =
      std::any_of(rows.begin(), rows.end(), [](const auto& r) { return !std::isnan(r.second->interelectrode_distance_mm); });
  if (spaced) {
    auto& distance = table.numbers("interelectrode_distance_mm", "Distance between the two electrodes in millimetres, NaN when not said");
    for (const auto& [s, c] : rows) distance.push_back(c->interelectrode_distance_mm);
  }
  return table;
}

/// The factor that makes `step` out of `first`: of the quotient and its neighbours the one whose product is nearest.
double relative_step(double step, double first) {
  const double quotient = step / first;
  double best = quotient;
  for (const double q : {std::nextafter(quotient, -std::numeric_limits<double>::infinity()),
                         std::nextafter(quotient, std::numeric_limits<double>::infinity())}) {
    if (std::abs(first * q - step) < std::abs(first * best - step)) best = q;
  }
  return best;
}

void write_scale(const NwbObjects& objects, const Node& group, const Node& data, const Encoding& encoding) {
  const double first = encoding.step_v.front();
  put_number(data.id.get(), "conversion", first);
  put_number(data.id.get(), "offset", encoding.offset_v);
  put_number(data.id.get(), "resolution", -1.0);
  put_text(data.id.get(), "unit", "volts");
  const bool equal = std::all_of(encoding.step_v.begin(), encoding.step_v.end(), [&](double s) { return s == first; });
  if (equal) return;
  std::vector<double> relative;
  for (const double step : encoding.step_v) relative.push_back(relative_step(step, first));
  put_integer(objects.numbers(group, "channel_conversion", relative).id.get(), "axis", 1);
}

/// Writes the series without its samples; returns their dataset.
Node write_series(const NwbObjects& objects, const Node& acquisition, const Node& electrodes, const Series& s, int first_electrode) {
  const Node group = objects.group(acquisition, s.name, "ElectricalSeries");
  hdf5::require_text(s.signal.name, "signal", hdf5::kMaxAttributeText);
  hdf5::require_text(s.signal.conversion, "comments", hdf5::kMaxAttributeText);
  put_text(group.id.get(), "comments", hdf5::or_none(s.signal.conversion));
  put_text(group.id.get(), "description", about("Electromyogram", s.signal));
  put_text(group.id.get(), "signal", s.signal.name);
  Node data = hdf5::make_samples(objects, group, "data", s.layout);
  write_scale(objects, group, data, s.encoding);
  const Node start = objects.number(group, "starting_time", s.signal.start_s);
  put_number(start.id.get(), "rate", s.signal.rate.hertz());
  put_text(start.id.get(), "unit", "seconds");
  std::vector<int> rows;
  for (std::size_t c = 0; c < s.signal.channels.size(); ++c) rows.push_back(first_electrode + static_cast<int>(c));
  const Node region = objects.integers(group, "electrodes", rows);
  put_text(region.id.get(), "description", "The channels of this series");
  put_reference(region.id.get(), "table", electrodes);
  objects.declare(region, "DynamicTableRegion");
  return data;
}

void write_tables(const NwbObjects& objects, const Node& acquisition, const Recording& recording, const std::vector<Series>& series) {
  std::vector<hdf5::InvalidRow> invalid;
  for (const InvalidSpan& span : recording.invalid_times) invalid.push_back({span, ""});
  for (const Series& s : series) {
    for (const Interval& gap : s.signal.gaps) {
      InvalidSpan span;
      span.start_s = s.signal.time(gap.begin);
      span.stop_s = s.signal.time(gap.end);
      span.reason = nwb::kGapReason;
      invalid.push_back({span, s.name});
    }
  }
  if (!recording.covariates.empty()) hdf5::write_table(objects, acquisition, hdf5::covariate_table(recording.covariates));
  const hdf5::Table tables[] = {hdf5::annotated_table(recording.annotated_spans), hdf5::cramp_table(hdf5::label_rows(recording.labels)),
                                hdf5::invalid_table(invalid), hdf5::protocol_table(recording.protocol),
                                hdf5::train_table(recording.stim_trains)};
  const bool any = std::any_of(std::begin(tables), std::end(tables), [](const hdf5::Table& t) { return t.rows() > 0; });
  if (!any) return;
  const Node intervals = objects.plain_group(objects.root(), "intervals");
  for (const hdf5::Table& t : tables) {
    if (t.rows() > 0) hdf5::write_table(objects, intervals, t);
  }
}

/// Everything but the samples; returns their datasets.
std::vector<Node> write_frame(const NwbObjects& objects, const Recording& recording, const NwbOptions& options,
                              const std::vector<Series>& series) {
  hdf5::write_session(objects, recording, options);
  const Node root = objects.root();
  const Node general = objects.open_or_make_group(root, "general");
  const Node ephys = objects.plain_group(general, "extracellular_ephys");
  write_devices(objects, general, ephys, series);
  const Node electrodes = hdf5::write_table(objects, ephys, electrode_table(series));
  const Node acquisition = objects.open_or_make_group(root, "acquisition");
  std::vector<Node> data;
  int electrode = 0;
  for (const Series& s : series) {
    data.push_back(write_series(objects, acquisition, electrodes, s, electrode));
    electrode += static_cast<int>(s.signal.channels.size());
  }
  write_tables(objects, acquisition, recording, series);
  hdf5::write_truth(objects, recording.truth);
  return data;
}

/// What stands in a channel's gaps: NaN, or the number nearest to 0 V that the type holds.
double gap_number(const Series& s, std::size_t channel) {
  if (!is_integer(s.layout.type)) return std::numeric_limits<double>::quiet_NaN();
  const double zero = std::round(-s.encoding.offset_v / s.encoding.step_v[channel]);
  const auto within = [&](auto type) {
    using T = decltype(type);
    return std::clamp(zero, static_cast<double>(std::numeric_limits<T>::min()), static_cast<double>(std::numeric_limits<T>::max()));
  };
  switch (s.layout.type) {
    case NumberType::kInt16:
      return within(std::int16_t{});
    case NumberType::kUint16:
      return within(std::uint16_t{});
    case NumberType::kInt32:
      return within(std::int32_t{});
    default:
      return within(std::uint32_t{});
  }
}

void write_data(OutputFile& out, const Node& dataset, const Series& s) {
  std::vector<double> filler;
  for (std::size_t c = 0; c < s.encoding.step_v.size(); ++c) filler.push_back(gap_number(s, c));
  hdf5::write_samples(out, dataset, s.layout, [&](Interval rows, Block<double> block) {
    s.signal.source->read_stored(rows, block);
    for (const Interval& gap : s.signal.gaps) {
      const Interval part = intersect(gap, rows);
      for (Index i = part.begin; i < part.end; ++i) {
        for (Index c = 0; c < block.channels(); ++c) block(i - rows.begin, c) = filler[static_cast<std::size_t>(c)];
      }
    }
  });
}

}  // namespace

void write_nwb(const std::string& path, const Recording& recording, const NwbOptions& options) {
  std::vector<Series> series = plan(recording);
  const std::string identifier = find_identifier(recording, options, series);
  OutputFile out = OutputFile::create(path);
  {
    const NwbObjects objects(out.id(), identifier);
    const std::vector<Node> data = out.call("", [&] { return write_frame(objects, recording, options, series); });
    for (std::size_t i = 0; i < series.size(); ++i) write_data(out, data[i], series[i]);
  }
  out.commit();
}

}  // namespace myocramp::io
