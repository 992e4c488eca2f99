#include "myocramp/io/suggest.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "io/hdf5/attributes.hpp"
#include "io/hdf5/dataset.hpp"
#include "io/hdf5/file.hpp"
#include "io/hdf5/values.hpp"
#include "io/lower.hpp"
#include "io/tsv.hpp"
#include "io/volt_units.hpp"

namespace myocramp::io {
namespace {

using hdf5::checked;
using hdf5::CheckedDataset;
using hdf5::File;
using hdf5::guarded;
using hdf5::Id;
using hdf5::Link;
using hdf5::Object;
using hdf5::owned;
using hdf5::Value;
using nlohmann::ordered_json;

constexpr std::size_t kMaxDepth = 16;
constexpr std::size_t kMaxObjects = 10'000;
constexpr std::size_t kMaxAttributes = 64;  // of one object
constexpr std::size_t kMaxCandidates = 100;
constexpr std::size_t kMaxNotes = 20;
constexpr Index kFewestSamples = 1000;
constexpr Index kNumbersLookedAt = 1 << 18;  // of one dataset
constexpr double kLowestRate = 10;
constexpr double kHighestRate = 1e6;

bool holds(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

/// How likely a name means a sampling rate (first) or the time between samples (second); 0: not at all.
std::pair<int, int> rate_meaning(const std::string& name) {
  const std::string n = lower(name);
  if (n == "fs" || n.ends_with("_fs") || n.starts_with("fs_")) return {4, 0};
  if (n == "dt" || holds(n, "interval")) return {0, 3};
  const bool counts = holds(n, "samples") || holds(n, "nsampl") || holds(n, "count") || holds(n, "number");
  if (counts) return {0, 0};
  if (holds(n, "sampl") && (holds(n, "rate") || holds(n, "freq"))) return {4, 0};
  if (n == "srate" || n == "rate") return {3, 0};
  if (holds(n, "rate") || holds(n, "freq") || holds(n, "sampl")) return {1, 0};
  return {0, 0};
}

bool means_unit(const std::string& name) { return holds(lower(name), "unit"); }
bool means_names(const std::string& name) {
  const std::string n = lower(name);
  return holds(n, "channel") || holds(n, "label") || holds(n, "name") || holds(n, "muscle") || holds(n, "electrode");
}
bool means_scale(const std::string& name) {
  const std::string n = lower(name);
  return holds(n, "scale") || holds(n, "gain") || holds(n, "conversion") || holds(n, "lsb") || holds(n, "resolution");
}
/// Times of samples are no samples.
bool means_time(const std::string& name) {
  const std::string n = lower(name);
  return n == "t" || n.starts_with("time") || n.ends_with("time") || n.ends_with("times") || n.ends_with("timestamps");
}

const char* type_text(NumberType type) {
  constexpr std::array kNames = {"int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string storage_text(const Object& dataset) {
  return guarded(dataset.file, dataset.path, [&]() -> std::string {
    const Id list = owned(H5Dget_create_plist(dataset.id.get()));
    if (checked(H5Pget_layout(list.get())) != H5D_CHUNKED) return "contiguous";
    std::array<hsize_t, 2> chunk{};
    const int rank = checked(H5Pget_chunk(list.get(), 2, chunk.data()));
    std::string text = "chunks of " + hdf5::shape_text({chunk.begin(), chunk.begin() + rank});
    const int filters = checked(H5Pget_nfilters(list.get()));
    for (int i = 0; i < filters; ++i) {
      unsigned flags = 0;
      std::size_t values = 0;
      const H5Z_filter_t f = checked(H5Pget_filter2(list.get(), static_cast<unsigned>(i), &flags, &values, nullptr, 0, nullptr, nullptr));
      text += i == 0 ? ": " : ", ";
      text += f == H5Z_FILTER_SHUFFLE ? "shuffle" : f == H5Z_FILTER_DEFLATE ? "deflate" : "fletcher32";
    }
    return text;
  });
}

/// Smallest and largest finite number among some rows at the beginning, in the middle and at the end.
void look_at_range(const CheckedDataset& d, SignalCandidate& out) {
  const Index rows = std::max<Index>(1, std::min(d.rows, kNumbersLookedAt / std::max<Index>(d.columns, 1) / 3));
  out.min = std::numeric_limits<double>::infinity();
  out.max = -out.min;
  for (const Index begin : std::set<Index>{0, (d.rows - rows) / 2, d.rows - rows}) {
    std::vector<double> numbers(static_cast<std::size_t>(rows * d.columns));
    hdf5::read_rows(d, {begin, begin + rows}, numbers.data());
    out.looked_at += rows;
    for (const double x : numbers) {
      if (!std::isfinite(x)) continue;
      out.min = std::min(out.min, x);
      out.max = std::max(out.max, x);
    }
  }
  out.looked_at = std::min(out.looked_at, d.rows);
  if (out.min <= out.max) return;
  out.min = std::numeric_limits<double>::quiet_NaN();
  out.max = out.min;
}

struct Listed {
  std::vector<std::string> names;
  bool more = false;
};

herr_t list_attribute(hid_t, const char* name, const H5A_info_t*, void* data) noexcept try {
  auto& listed = *static_cast<Listed*>(data);
  listed.more = listed.names.size() == kMaxAttributes;
  if (listed.more) return 1;
  listed.names.emplace_back(name);
  return 0;
} catch (...) {
  return -1;
}

std::string parent_of(const std::string& place) {
  const std::string path = place.substr(0, place.rfind('@'));
  return place.find('@') != std::string::npos ? path : path.substr(0, path.rfind('/'));
}

/// Collects candidates from one object after the other.
class Walk {
 public:
  explicit Walk(const File& file) : file_(file) {}

  LayoutSuggestion run() {
    visit(file_.open_object("/"), "", 0);
    if (links_ > 0) note(std::to_string(links_) + " soft or external links are not followed");
    sort_by_likelihood();
    draft();
    return std::move(out_);
  }

 private:
  struct Ranked {
    ValueCandidate value;
    int likelihood = 0;
    std::size_t count = 0;  // of values
    bool inverse = false;
  };

  void note(const std::string& text) {
    if (out_.notes.size() < kMaxNotes) out_.notes.push_back(text);
    if (out_.notes.size() == kMaxNotes) out_.notes.emplace_back("more of the like");
  }

  /// `path` is the name as it stands in the file, "" for the root.
  void visit(const Object& object, const std::string& path, std::size_t depth) {
    if (!first_visit(object)) return;
    look_at_attributes(object, path);
    const H5I_type_t kind = guarded(object.file, object.path, [&] { return H5Iget_type(object.id.get()); });
    if (kind == H5I_DATASET) look_at_dataset(object, path);
    if (kind != H5I_GROUP) return;
    if (depth == kMaxDepth) return note(object.path + ": deeper than " + std::to_string(kMaxDepth) + " groups: not read");
    std::vector<Link> links;
    try {
      links = hdf5::links(object, kMaxObjects);
    } catch (const DataError& e) {
      return note(e.code() + ": " + e.parts().place + ": expected " + e.parts().expected + ", found " + e.parts().found);
    }
    for (const Link& link : links) {
      if (seen_.size() >= kMaxObjects) {
        if (!full_) note("more than " + std::to_string(kMaxObjects) + " objects: the rest is not read");
        full_ = true;
        return;
      }
      visit_child(link, path, depth);
    }
  }

  void visit_child(const Link& link, const std::string& path, std::size_t depth) {
    if (!link.hard) {
      ++links_;
      return;
    }
    const std::string child = path + "/" + link.name;
    try {
      visit(file_.open_object(child), child, depth + 1);
    } catch (const DataError& e) {
      note(e.code() + ": " + e.parts().place + ": expected " + e.parts().expected + ", found " + e.parts().found);
    }
  }

  bool first_visit(const Object& object) {
    const auto address = guarded(object.file, object.path, [&] { return hdf5::header_address(object); });
    return seen_.insert(address).second;
  }

  void look_at_attributes(const Object& object, const std::string& path) {
    Listed listed;
    guarded(object.file, object.path,
            [&] { checked(H5Aiterate2(object.id.get(), H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, &list_attribute, &listed)); });
    if (listed.more) note(object.path + ": more than " + std::to_string(kMaxAttributes) + " attributes: the rest is not read");
    std::sort(listed.names.begin(), listed.names.end());
    for (const std::string& name : listed.names) {
      if (!is_of_interest(name) || name.starts_with("MATLAB_")) continue;
      try {
        take(hdf5::read_attribute_value(object, name), name, (path.empty() ? "/" : path) + "@" + name);
      } catch (const DataError&) {  // of another kind
      }
    }
  }

  static bool is_of_interest(const std::string& name) {
    return rate_meaning(name) != std::pair(0, 0) || means_unit(name) || means_names(name) || means_scale(name);
  }

  void look_at_dataset(const Object& object, const std::string& path) {
    const std::string name = path.substr(path.rfind('/') + 1);
    CheckedDataset d;
    Index numbers = 0;
    try {
      d = hdf5::open_checked(file_, path);
      numbers = d.rows * d.columns;
    } catch (const DataError& e) {
      const bool other = e.code() == "E-DTYPE" || e.code() == "E-RANK";  // texts, scalars, pictures
      if (!other) note(e.code() + ": " + e.parts().place + ": expected " + e.parts().expected + ", found " + e.parts().found);
      if (!other) return;
    }
    if (numbers < kFewestSamples) {
      if (!is_of_interest(name)) return;
      try {
        take(hdf5::read_dataset_value(file_, object), name, path);
      } catch (const DataError&) {  // of another kind
      }
      return;
    }
    if (!means_time(name)) add_signal(std::move(d), path);
  }

  void add_signal(CheckedDataset d, const std::string& path) {
    if (out_.signals.size() == kMaxCandidates) {
      return note(d.object.path + ": beyond the first " + std::to_string(kMaxCandidates) + " datasets of numbers: left out");
    }
    SignalCandidate out;
    out.path = path;
    for (const std::uint64_t n : hdf5::shape_of(d.object)) out.shape.push_back(static_cast<Index>(n));
    out.type = type_text(d.type);
    out.storage = storage_text(d.object);
    const bool last = d.columns > d.rows;
    d = hdf5::open_checked(file_, path, last ? hdf5::TimeAxis::kLast : hdf5::TimeAxis::kFirst);
    out.samples = d.rows;
    out.channels = d.columns;
    out.axes = d.columns == 1 ? R"(["time"])" : last ? R"(["channel", "time"])" : R"(["time", "channel"])";
    look_at_range(d, out);
    out_.signals.push_back(std::move(out));
  }

  void take(const Value& value, const std::string& name, const std::string& place) {
    if (value.size() == 0) return;
    if (value.is_text) {
      std::string all;
      for (const std::string& text : value.texts) all += (all.empty() ? "" : ", ") + text;
      const Ranked one{{place, escape(all.substr(0, 200)), 0}, 1, value.size()};
      if (means_unit(name)) {
        add(units_, one);
      } else if (means_names(name) && !name.starts_with("CLASS")) {
        add(names_, one);
      }
      return;
    }
    const double x = value.numbers[0];
    const bool same = std::all_of(value.numbers.begin(), value.numbers.end(), [&](double other) { return other == x; });
    const auto [rate, interval] = rate_meaning(name);
    const double hz = rate > 0 ? x : hdf5::rate_of_interval(x);
    if ((rate > 0 || interval > 0) && same && hz >= kLowestRate && hz <= kHighestRate) {
      add(rates_, {{place, shortest(x), hz}, std::max(rate, interval), value.size(), interval > 0});
    } else if (means_scale(name)) {
      add(scales_, {{place, value.shown(), 0}, 1, value.size()});
    }
  }

  static void add(std::vector<Ranked>& to, const Ranked& one) {
    if (to.size() < kMaxCandidates) to.push_back(one);
  }

  /// How near a value is to the samples: on the dataset itself, in its group, above it, elsewhere.
  [[nodiscard]] int nearness(const std::string& place) const {
    if (out_.signals.empty()) return 0;
    const std::string& path = out_.signals.front().path;
    const std::string at = parent_of(place);
    if (at == path) return 3;
    if (at == path.substr(0, path.rfind('/')) && at != "/") return 2;
    return path.starts_with(at + "/") || at == "/" ? 1 : 0;
  }

  /// Whether there are as many texts as channels; one text for one channel has to stand near it.
  [[nodiscard]] bool may_name_channels(const Ranked& r) const {
    if (r.count == 1) return nearness(r.value.place) >= 2;
    const std::size_t listed = out_.signals.empty() ? 0 : signal_paths().size();
    const auto fits = [&](const SignalCandidate& s) { return r.count == static_cast<std::size_t>(s.channels); };
    return r.count == listed || std::any_of(out_.signals.begin(), out_.signals.end(), fits);
  }

  void sort_by_likelihood() {
    std::stable_sort(out_.signals.begin(), out_.signals.end(), [](const SignalCandidate& a, const SignalCandidate& b) {
      const auto rank = [](const SignalCandidate& s) { return std::pair(s.min < s.max, s.samples * s.channels); };  // constants last
      return rank(a) > rank(b);
    });
    std::erase_if(names_, [&](const Ranked& r) { return !may_name_channels(r); });
    for (auto* list : {&rates_, &units_, &scales_, &names_}) {
      std::stable_sort(list->begin(), list->end(), [&](const Ranked& a, const Ranked& b) {
        return std::pair(nearness(a.value.place), a.likelihood) > std::pair(nearness(b.value.place), b.likelihood);
      });
    }
    const auto copy = [](const std::vector<Ranked>& from, std::vector<ValueCandidate>& to) {
      for (const Ranked& r : from) to.push_back(r.value);
    };
    copy(rates_, out_.rates);
    copy(units_, out_.units);
    copy(scales_, out_.scales);
    copy(names_, out_.channel_names);
  }

  /// The datasets beside the first that look like further channels: flat, of its length and type, in its group.
  [[nodiscard]] std::vector<std::string> signal_paths() const {
    const SignalCandidate& first = out_.signals.front();
    std::vector<std::string> paths;
    for (const SignalCandidate& s : out_.signals) {
      const bool alike = s.channels == 1 && s.samples == first.samples && s.type == first.type &&
                         s.path.substr(0, s.path.rfind('/')) == first.path.substr(0, first.path.rfind('/'));
      if (alike) paths.push_back(s.path);
    }
    return first.channels == 1 ? paths : std::vector<std::string>{first.path};
  }

  void draft() {
    if (out_.signals.empty()) {
      out_.to_check.emplace_back("signal: no dataset of at least 1000 numbers in one or two dimensions was found");
      out_.draft = ordered_json{{"signal", nullptr}, {"axes", nullptr}, {"rate_hz", nullptr}, {"unit", nullptr}}.dump(2);
      return;
    }
    const SignalCandidate& first = out_.signals.front();
    ordered_json json;
    const std::vector<std::string> paths = signal_paths();
    json["signal"] = paths.size() == 1 ? ordered_json(paths[0]) : ordered_json(paths);
    json["axes"] = ordered_json::parse(first.axes);
    const std::size_t others = out_.signals.size() - paths.size();
    if (others > 0) out_.to_check.push_back("signal: check that it is the one; there are " + std::to_string(others) + " other candidates");
    if (first.channels > 1) out_.to_check.emplace_back("axes: check that time is the longer dimension");
    draft_rate(json);
    draft_unit(json);
    const bool integers = holds(first.type, "int");
    if (integers) {
      json["scale"] = nullptr;
      json["offset"] = 0;
      out_.to_check.emplace_back("scale, offset: what an integer means in the unit: value = raw * scale + offset");
    }
    draft_names(json, paths.size() > 1 ? paths.size() : static_cast<std::size_t>(first.channels));
    out_.draft = json.dump(2, ' ', false, ordered_json::error_handler_t::replace);
  }

  void draft_rate(ordered_json& json) {
    json["rate_hz"] = nullptr;
    if (rates_.empty()) {
      out_.to_check.emplace_back("rate_hz: samples per second, a number or its place in the file");
      return;
    }
    const Ranked& best = rates_.front();
    json["rate_hz"] = best.inverse ? ordered_json(best.value.rate_hz) : ordered_json(best.value.place);
    const bool differ = std::any_of(rates_.begin(), rates_.end(), [&](const Ranked& r) { return r.value.rate_hz != best.value.rate_hz; });
    if (differ || best.likelihood < 3)
      out_.to_check.push_back("rate_hz: check that " + shortest(best.value.rate_hz) + " Hz is the rate of the samples");
  }

  void draft_unit(ordered_json& json) {
    json["unit"] = nullptr;
    for (const Ranked& r : units_) {
      if (r.count != 1 || !units_per_volt(unescape(r.value.found))) continue;
      json["unit"] = r.value.place;
      return;
    }
    out_.to_check.emplace_back("unit: V, mV, uV or nV; the file does not say");
  }

  void draft_names(ordered_json& json, std::size_t channels) {
    for (const Ranked& r : names_) {
      if (r.count != channels) continue;
      json["channel_names"] = r.value.place;
      return;
    }
  }

  const File& file_;
  LayoutSuggestion out_;
  std::vector<Ranked> rates_;
  std::vector<Ranked> units_;
  std::vector<Ranked> scales_;
  std::vector<Ranked> names_;
  std::set<std::uint64_t> seen_;
  std::size_t links_ = 0;
  bool full_ = false;
};

}  // namespace

LayoutSuggestion suggest_layout(const std::string& path) {
  const hdf5::Guard guard;
  const File file(path);
  return Walk(file).run();
}

}  // namespace myocramp::io
