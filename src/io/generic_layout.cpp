#include "io/generic_layout.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "io/layout_json.hpp"
#include "io/tsv.hpp"
#include "io/volt_units.hpp"
#include "myocramp/core/error.hpp"

namespace myocramp::io {
namespace {

using nlohmann::json;

constexpr std::array kKeys = {"signal", "axes", "rate_hz", "unit", "scale", "offset", "channel_names", "muscle", "side"};

std::string key_choice() {
  std::string text;
  for (const char* key : kKeys) text += (text.empty() ? "" : ", ") + std::string(key);
  return text;
}

/// Takes values out of the JSON, naming file and key in every error.
class LayoutReader {
 public:
  explicit LayoutReader(std::string path) : path_(std::move(path)), layout_(read_layout_json(path_, key_choice())) {
    for (const auto& [key, value] : layout_.items()) {
      if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
        throw fail("E-LAYOUT-FILE", printable(key), "one of " + key_choice(), "an unknown key");
      }
    }
  }

  GenericLayout read() {
    GenericLayout layout;
    layout.file = path_;
    layout.listed = required("signal").is_array();
    layout.signal = read_signal();
    layout.axes = read_axes();
    if (layout.listed && layout.axes != Axes::kTime) {
      throw fail("E-LAYOUT-FILE", "axes", "[\"time\"] for a list of datasets, one per channel", shown(layout_["axes"]));
    }
    required("rate_hz");
    required("unit");
    layout.rate_hz = numbers("rate_hz", 1);
    layout.unit = texts("unit", 1);
    layout.scale = numbers("scale", SIZE_MAX);
    layout.offset = numbers("offset", 1);
    layout.channel_names = texts("channel_names", SIZE_MAX);
    layout.muscle = texts("muscle", SIZE_MAX);
    layout.side = texts("side", SIZE_MAX);
    check_given(layout);
    return layout;
  }

 private:
  [[nodiscard]] InvalidArgument fail(const std::string& code, const std::string& key, const std::string& expected,
                                     const std::string& found) const {
    return InvalidArgument({code, path_, key, expected, found});
  }

  const json& required(const char* key) {
    if (!layout_.contains(key)) throw fail("E-LAYOUT-FILE", key, "a value", "none: signal, axes, rate_hz and unit are required");
    return layout_[key];
  }

  [[nodiscard]] std::string path(const char* key, const json& value) const {
    if (!value.is_string() || !value.get<std::string>().starts_with('/')) {
      throw fail("E-LAYOUT-FILE", key, "the path of a dataset, such as /emg/data", shown(value));
    }
    return value.get<std::string>();
  }

  std::vector<std::string> read_signal() {
    const json& value = required("signal");
    if (!value.is_array()) return {path("signal", value)};
    std::vector<std::string> paths;
    std::set<std::string> seen;
    for (const json& one : value) {
      paths.push_back(path("signal", one));
      if (!seen.insert(paths.back()).second) throw fail("E-LAYOUT-FILE", "signal", "every dataset once", shown(one) + " twice");
    }
    if (paths.empty()) throw fail("E-LAYOUT-FILE", "signal", "at least one dataset", "none");
    return paths;
  }

  Axes read_axes() {
    const json& value = required("axes");
    for (const Axes axes : {Axes::kTime, Axes::kTimeChannel, Axes::kChannelTime}) {
      if (value == json::parse(axes_text(axes))) return axes;
    }
    throw fail("E-LAYOUT-FILE", "axes", R"(["time", "channel"], ["channel", "time"] or ["time"])", shown(value));
  }

  [[nodiscard]] static bool is_place(const json& value) { return value.is_string() && value.get<std::string>().starts_with('/'); }

  /// A value that may be given once, as a list of up to `most`, or as a place.
  [[nodiscard]] std::vector<json> given(const char* key, const char* kind, std::size_t most, bool (*fits)(const json&)) const {
    const json& value = layout_[key];
    const bool list = value.is_array() && most > 1;
    std::vector<json> out = list ? value.get<std::vector<json>>() : std::vector<json>{value};
    for (const json& one : out) {
      if (fits(one)) continue;
      const std::string expected = std::string(kind) + (most > 1 ? ", a list of such" : "") + ", or its place: /path@attribute or /path";
      throw fail("E-LAYOUT-FILE", key, expected, shown(one));
    }
    if (out.empty()) throw fail("E-LAYOUT-FILE", key, "at least one value", "an empty list");
    return out;
  }

  LayoutNumbers numbers(const char* key, std::size_t most) {
    LayoutNumbers out;
    if (!layout_.contains(key)) return out;
    if (is_place(layout_[key])) {
      out.place = layout_[key].get<std::string>();
    } else {
      for (const json& one : given(key, "a number", most, [](const json& j) { return j.is_number(); })) {
        out.given.push_back(one.get<double>());
      }
    }
    return out;
  }

  LayoutTexts texts(const char* key, std::size_t most) {
    LayoutTexts out;
    if (!layout_.contains(key)) return out;
    if (is_place(layout_[key])) {
      out.place = layout_[key].get<std::string>();
    } else {
      for (const json& one : given(key, "a text", most, [](const json& j) { return j.is_string(); })) {
        out.given.push_back(one.get<std::string>());
      }
    }
    return out;
  }

  /// What is wrong for any recording is said before one is opened.
  void check_given(const GenericLayout& layout) const {
    for (const double rate : layout.rate_hz.given) {
      if (!std::isfinite(rate) || rate <= 0) throw fail("E-RATE", "rate_hz", "a finite rate above 0 Hz", shortest(rate));
    }
    for (const std::string& unit : layout.unit.given) {
      if (!units_per_volt(unit)) throw fail("E-UNIT", "unit", kVoltUnits, printable(unit));
    }
    for (const double scale : layout.scale.given) {
      if (!std::isfinite(scale) || scale == 0) throw fail("E-SCALE", "scale", "finite numbers other than 0", shortest(scale));
    }
    for (const double offset : layout.offset.given) {
      if (!std::isfinite(offset)) throw fail("E-SCALE", "offset", "a finite number", shortest(offset));
    }
  }

  std::string path_;
  json layout_;
};

}  // namespace

const char* axes_text(Axes axes) {
  switch (axes) {
    case Axes::kTimeChannel:
      return R"(["time", "channel"])";
    case Axes::kChannelTime:
      return R"(["channel", "time"])";
    default:
      return R"(["time"])";
  }
}

GenericLayout read_generic_layout(const std::string& path) { return LayoutReader(path).read(); }

}  // namespace myocramp::io
