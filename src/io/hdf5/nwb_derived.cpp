#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "io/hdf5/nwb_existing.hpp"
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
using hdf5::put_number;
using hdf5::put_text;

constexpr std::size_t kMaxResults = 1024;  // members of /processing/myocramp

void check_signal(const DerivedSignal& s) {
  const std::string place = s.name.empty() ? "signal" : printable(s.name);
  const auto columns = static_cast<Index>(s.channels.size());
  const auto require = [&](const std::string& what, Index expected, Index found) {
    if (expected == found) return;
    throw InvalidArgument({"E-LENGTH", "", place, std::to_string(expected) + " " + what, std::to_string(found)});
  };
  if (s.rms_v.rows() > 0) {
    static_cast<void>(SampleRate(s.rate_hz));
    hdf5::require_times(s.first_s, s.first_s, place);
    require("channels", columns, s.rms_v.cols());
  }
  for (const FeatureTable::Column& c : s.spectral.columns) {
    require("rows of " + c.name, s.spectral.rows(), c.values.rows());
    require("channels of " + c.name, columns, c.values.cols());
  }
}

void check(const Derived& derived) {
  for (const DerivedSignal& s : derived.signals) check_signal(s);
}

/// A dataset whose numbers are still to be written.
struct Pending {
  Node dataset;
  hdf5::SampleLayout layout;
  std::function<void(Interval, Block<double>)> fill;
};

template <class T>
Pending pending_of(Node dataset, const hdf5::SampleLayout& layout, const Samples<T>& values) {
  return {std::move(dataset), layout, [&values](Interval rows, Block<double> block) {
            for (Index i = 0; i < rows.length(); ++i) {
              for (Index c = 0; c < block.channels(); ++c) block(i, c) = static_cast<double>(values(rows.begin + i, c));
            }
          }};
}

template <class T>
hdf5::SampleLayout layout_of(NumberType type, const Samples<T>& values) {
  return {type, values.rows(), values.cols()};
}

void put_origin(const Node& node, const DerivedSignal& s) {
  put_text(node.id.get(), "signal", s.name);
  hdf5::put_texts(node.id.get(), "channels", s.channels);
}

Pending write_rms(const NwbObjects& objects, const Node& module, const std::string& name, const DerivedSignal& s) {
  const Node group = objects.group(module, name, "TimeSeries");
  put_text(group.id.get(), "comments", "RMS over windows of " + shortest(s.window_s) + " s, one value at the centre of each frame");
  put_text(group.id.get(), "description", s.name.empty() ? "RMS envelope" : "RMS envelope of " + s.name);
  put_origin(group, s);
  const hdf5::SampleLayout layout = layout_of(NumberType::kFloat32, s.rms_v);
  Node data = hdf5::make_samples(objects, group, "data", layout);
  put_number(data.id.get(), "conversion", 1);
  put_number(data.id.get(), "offset", 0);
  put_number(data.id.get(), "resolution", -1);
  put_text(data.id.get(), "unit", "volts");
  const Node start = objects.number(group, "starting_time", s.first_s);
  put_number(start.id.get(), "rate", s.rate_hz);
  put_text(start.id.get(), "unit", "seconds");
  return pending_of(std::move(data), layout, s.rms_v);
}

void write_spectral(const NwbObjects& objects, const Node& module, const std::string& name, const DerivedSignal& s,
                    std::vector<Pending>& pending) {
  hdf5::Table table{name, "Spectral features over windows of " + shortest(s.spectral_window_s) + " s, one row per window", {}};
  table.numbers("time", "Centre of the window in seconds") = s.spectral.time_s;
  hdf5::Table all = table;
  for (const FeatureTable::Column& c : s.spectral.columns) all.numbers(c.name, "");
  const Node group = hdf5::write_table_group(objects, module, all, s.spectral.time_s.size());
  put_origin(group, s);
  objects.declare(hdf5::write_column(objects, group, table.columns.front()), "VectorData");
  for (const FeatureTable::Column& c : s.spectral.columns) {
    const hdf5::SampleLayout layout = layout_of(NumberType::kFloat64, c.values);
    Node data = hdf5::make_samples(objects, group, c.name, layout);
    const std::string note = c.note.empty() ? "" : " (" + c.note + ")";
    put_text(data.id.get(), "description", c.name + note + " of each channel, in the order of the attribute channels");
    objects.declare(data, "VectorData");
    pending.push_back(pending_of(std::move(data), layout, c.values));
  }
}

/// The group of the results: made, or that which holds the truth of a simulated recording.
Node results_module(const NwbObjects& objects, const Node& processing) {
  if (hdf5::checked(H5Lexists(processing.id.get(), nwb::kModule, H5P_DEFAULT)) > 0)
    return objects.open_or_make_group(processing, nwb::kModule);
  Node module = objects.group(processing, nwb::kModule, "ProcessingModule");
  put_text(module.id.get(), "description", "What myocramp derived from the electromyogram");
  return module;
}

/// Everything but the long columns; returns those.
std::vector<Pending> write_module(const NwbObjects& objects, const Node& processing, const Derived& derived) {
  const Node module = results_module(objects, processing);
  std::vector<Pending> pending;
  std::set<std::string> taken;
  for (const DerivedSignal& s : derived.signals) {
    const std::string wanted = derived.signals.size() == 1 ? "" : "_" + hdf5::object_name(s.name);
    std::string suffix = wanted;
    for (int n = 2; !taken.insert(suffix).second; ++n) suffix = wanted + "_" + std::to_string(n);
    if (s.rms_v.size() > 0) pending.push_back(write_rms(objects, module, "rms" + suffix, s));
    if (s.spectral.rows() > 0 && !s.channels.empty()) write_spectral(objects, module, "spectral" + suffix, s, pending);
  }
  const hdf5::Table detections = hdf5::detection_table(derived.detections);
  if (detections.rows() > 0) hdf5::write_table(objects, module, detections);
  return pending;
}

void write_pending(OutputFile& out, const std::vector<Pending>& all) {
  for (const Pending& p : all) hdf5::write_samples(out, p.dataset, p.layout, p.fill);
}

template <class T>
void update(platform::Sha256& hash, const Samples<T>& values) {
  hash.update(values.data(), static_cast<std::size_t>(values.size()) * sizeof(T));
}

/// Never the recording's own: a derived file is another file.
std::string derived_identifier(const Recording& recording, const Derived& derived, const NwbOptions& options) {
  std::string content = "derived\n" + recording.identifier + "\n" + options.source_sha256 + "\n" + options.configuration;
  const bool known = !recording.identifier.empty() || !options.source_sha256.empty();
  if (!known) {
    platform::Sha256 hash;
    for (const DerivedSignal& s : derived.signals) {
      update(hash, s.rms_v);
      for (const FeatureTable::Column& c : s.spectral.columns) update(hash, c.values);
    }
    content += "\n" + hash.hex();
  }
  return hdf5::identifier_of(content);
}

/// The identifier of a file that has no results yet.
std::string identifier_for_results(const std::string& path) {
  const hdf5::File file(path);
  std::string identifier = hdf5::existing_identifier(file);
  if (hdf5::existing_group(file, "/", "processing")) {
    const std::optional<hdf5::Object> module = hdf5::existing_group(file, "/processing", nwb::kModule);
    const std::vector<hdf5::Link> members = module ? hdf5::links(*module, kMaxResults) : std::vector<hdf5::Link>{};
    const auto is_truth = [](const hdf5::Link& link) { return hdf5::is_truth_table(link.name); };
    if (module && !(std::any_of(members.begin(), members.end(), is_truth) && std::all_of(members.begin(), members.end(), is_truth))) {
      throw DataError({"E-PATH", path, "/processing/myocramp", "none", "results of an earlier analysis"});
    }
  }
  return identifier;
}

}  // namespace

void write_derived(const std::string& path, const Recording& recording, const Derived& derived, const NwbOptions& options) {
  check(derived);
  OutputFile out = OutputFile::create(path);
  {
    const NwbObjects objects(out.id(), derived_identifier(recording, derived, options));
    const std::vector<Pending> pending = out.call("", [&] {
      hdf5::write_session(objects, recording, options);
      return write_module(objects, objects.open_or_make_group(objects.root(), "processing"), derived);
    });
    write_pending(out, pending);
  }
  out.commit();
}

void append_derived(const std::string& path, const Derived& derived) {
  check(derived);
  const std::string target = hdf5::final_path(path);
  const std::string identifier = identifier_for_results(target);
  OutputFile out = OutputFile::edit(target);
  {
    const NwbObjects objects(out.id(), identifier);
    const std::vector<Pending> pending = out.call(
        "/processing/myocramp", [&] { return write_module(objects, objects.open_or_make_group(objects.root(), "processing"), derived); });
    write_pending(out, pending);
  }
  out.commit();
}

}  // namespace myocramp::io
