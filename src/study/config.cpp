#include "myocramp/study/config.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "platform/files.hpp"

namespace myocramp {
namespace {

using nlohmann::json;

// Visits every section that is a plain options struct. The detector's options are known by name only.
template <class C, class F>
void sections(C& config, F&& f) {
  f("filter", config.filter);
  f("envelope", config.envelope);
  f("spectral", config.spectral);
  f("cramp", config.cramp);
}

constexpr const char* kSections = "the sections filter, envelope, spectral, detector, cramp";

bool is_section(const std::string& name) {
  return name == "filter" || name == "envelope" || name == "spectral" || name == "detector" || name == "cramp";
}

InvalidArgument unknown(const std::string& key, const std::string& have) {
  return InvalidArgument({"E-OPTION", "", printable(key), "one of " + have, "an unknown option"});
}

constexpr const char* kMainsKey = "filter.mains_hz";
constexpr std::array kMainsWords = {"auto", "50", "60", "none"};  // in the order of Mains

void set_mains(Config& config, const std::string& word) {
  const auto found = std::find(kMainsWords.begin(), kMainsWords.end(), word);
  if (found == kMainsWords.end()) {
    throw InvalidArgument({"E-OPTION", "", kMainsKey, "auto, 50, 60 or none", "'" + printable(word) + "'"});
  }
  config.mains = static_cast<Mains>(found - kMainsWords.begin());
}

constexpr const char* kSeverityKey = "cramp.severity";

template <class Value>
void assign(Value& value, double wanted, const std::string& key) {
  if constexpr (std::is_integral_v<Value>) {
    if (wanted != std::floor(wanted) || std::abs(wanted) > 1e9) {
      throw InvalidArgument({"E-OPTION", "", key, "a whole number", detail::number(wanted)});
    }
  }
  value = static_cast<Value>(wanted);
}

void set_number(Config& config, const std::string& section, const std::string& name, double wanted) {
  bool known = false;
  std::string have;
  if (section == "detector") {
    for (const auto& [field, value] : find_detector(config.detector.name).options) {
      have += ", " + section + "." + std::string(field.name);
      known = known || field.name == name;
    }
    if (known) {
      auto& options = config.detector.options;
      std::erase_if(options, [&](const auto& o) { return o.first == name; });
      options.emplace_back(name, wanted);
      std::sort(options.begin(), options.end());
    }
  }
  sections(config, [&](const std::string& title, auto& options) {
    if (title != section) return;
    if (section == "filter") have += std::string(", ") + kMainsKey;
    if (section == "cramp") have += std::string(", ") + kSeverityKey;
    describe(options, [&](auto& value, const Field& field) {
      have += ", " + section + "." + std::string(field.name);
      if (field.name != name) return;
      assign(value, wanted, section + "." + name);
      known = true;
    });
  });
  if (!is_section(section)) throw unknown(section + "." + name, kSections);
  if (!known) throw unknown(section + "." + name, have.substr(2));
}

}  // namespace

bool is_at_defaults(const DetectorChoice& choice) {
  const auto& known = find_detector(choice.name).options;
  return std::all_of(choice.options.begin(), choice.options.end(), [&](const auto& given) {
    return std::any_of(known.begin(), known.end(), [&](const auto& o) { return o.first.name == given.first && o.second == given.second; });
  });
}

void check(const Config& config) {
  sections(config, [](const std::string& title, const auto& options) { check(options, title); });
  for (const auto& [field, fallback] : find_detector(config.detector.name).options) {
    for (const auto& [name, value] : config.detector.options) {
      if (name == field.name && !(value >= field.low && value <= field.high)) {
        throw InvalidArgument({"E-OPTION", "", "detector." + name, detail::range_text(field), detail::number(value)});
      }
    }
  }
  check_edges(config.filter);
  check_relations(config.spectral);
  if (config.cramp.rest_to_s < config.cramp.rest_from_s) {
    throw InvalidArgument({"E-OPTION", "", "cramp.rest_to_s", "at least rest_from_s = " + detail::number(config.cramp.rest_from_s),
                           detail::number(config.cramp.rest_to_s)});
  }
  make_detector(config.detector.name, config.detector.options, SampleRate(1000), 1);  // checks what it is given; the rate does not matter
}

Config resolved(Config config) {
  // Whoever asks for another edge than the default gets it, or the reason why not.
  if (config.spectral.high_hz == SpectralOptions{}.high_hz)
    config.spectral.high_hz = std::min(config.spectral.high_hz, config.filter.high_hz);
  return config;
}

void set_option(Config& config, const std::string& key, const std::string& value) {
  if (key == "detector.name") {
    find_detector(value);
    if (value != config.detector.name) config.detector = {value, {}};
    return;
  }
  if (key == kMainsKey) return set_mains(config, value);
  if (key == kSeverityKey) {
    config.cramp.severity = severity_scale_of_text(value);
    return;
  }
  const std::size_t dot = key.find('.');
  if (dot == std::string::npos) throw unknown(key, "section.key, such as filter.low_hz");
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) {
    throw InvalidArgument({"E-OPTION", "", printable(key), "a number", "'" + printable(value) + "'"});
  }
  set_number(config, key.substr(0, dot), key.substr(dot + 1), number);
}

std::string to_json(const Config& config) {
  json out = json::object();
  sections(config, [&out](const std::string& title, const auto& options) {
    auto copy = options;
    describe(copy, [&](const auto& value, const Field& field) { out[title][std::string(field.name)] = value; });
  });
  const std::string mains = kMainsWords.at(static_cast<std::size_t>(config.mains));
  out["filter"]["mains_hz"] = mains == "50" ? json(50) : mains == "60" ? json(60) : json(mains);
  out["cramp"]["severity"] = to_text(config.cramp.severity);
  out["detector"]["name"] = config.detector.name;
  for (const auto& [field, fallback] : find_detector(config.detector.name).options) out["detector"][std::string(field.name)] = fallback;
  for (const auto& [name, value] : config.detector.options) out["detector"][name] = value;
  return out.dump(2) + "\n";
}

Config config_from_json(const std::string& text, const std::string& method) {
  json in = json::parse(text, nullptr, false);
  if (in.is_object() && in.value("program", json()) == "myocramp" && in.contains("configuration"))
    in = json(in["configuration"]);  // a manifest
  if (!in.is_object())
    throw InvalidArgument({"E-CONFIG", "", "configuration", "a JSON object", in.is_discarded() ? "text that is not JSON" : in.type_name()});
  Config config;
  if (!method.empty()) set_option(config, "detector.name", method);
  if (in.contains("detector") && in["detector"].is_object() && in["detector"].contains("name")) {
    if (!in["detector"]["name"].is_string())
      throw InvalidArgument({"E-CONFIG", "", "detector.name", "text", in["detector"]["name"].type_name()});
    set_option(config, "detector.name", in["detector"]["name"].get<std::string>());
  }
  for (const auto& [section, options] : in.items()) {
    if (!options.is_object()) throw InvalidArgument({"E-CONFIG", "", printable(section), "a JSON object", options.type_name()});
    if (!is_section(section)) throw unknown(section, kSections);
    for (const auto& [name, value] : options.items()) {
      if (section == "detector" && name == "name") continue;
      if (section + "." + name == kMainsKey) {
        set_mains(config, value.is_string()   ? value.get<std::string>()
                          : value.is_number() ? detail::number(value.get<double>())
                                              : value.dump());
        continue;
      }
      if (section + "." + name == kSeverityKey) {
        if (!value.is_string()) throw InvalidArgument({"E-CONFIG", "", kSeverityKey, "text", value.type_name()});
        config.cramp.severity = severity_scale_of_text(value.get<std::string>());
        continue;
      }
      if (!value.is_number()) throw InvalidArgument({"E-CONFIG", "", printable(section + "." + name), "a number", value.type_name()});
      set_number(config, section, name, value.get<double>());
    }
  }
  return config;
}

Config configuration(const std::string& file, const std::string& method, const std::vector<std::string>& settings) {
  Config config;
  if (!file.empty()) {
    try {
      config = config_from_json(platform::read_text(file, std::size_t{64} << 20U), method);
    } catch (const Error& e) {
      Error::Parts parts = e.parts();
      parts.file = file;
      throw InvalidArgument(parts);
    }
  }
  if (!method.empty()) set_option(config, "detector.name", method);
  std::vector<std::pair<std::string, std::string>> options;
  for (const std::string& s : settings) {
    const std::size_t equals = s.find('=');
    if (equals == std::string::npos) throw InvalidArgument({"E-OPTION", "", "--set", "section.key=value", printable(s)});
    options.emplace_back(s.substr(0, equals), s.substr(equals + 1));
  }
  // The detector first: which options there are hangs on it.
  std::stable_partition(options.begin(), options.end(), [](const auto& o) { return o.first == "detector.name"; });
  for (const auto& [key, value] : options) set_option(config, key, value);
  check(config);
  return resolved(config);
}

std::vector<OptionDoc> describe_config() {
  std::vector<OptionDoc> docs;
  Config defaults;
  const auto add = [&docs](const std::string& section, double value, const Field& f) {
    docs.push_back(
        {section + "." + std::string(f.name), std::string(f.unit), value, f.low, f.high, std::string(f.meaning), std::string(f.source)});
  };
  sections(defaults, [&](const std::string& title, auto& options) {
    describe(options, [&](const auto& value, const Field& field) { add(title, static_cast<double>(value), field); });
  });
  for (const auto& [field, fallback] : find_detector(defaults.detector.name).options) add("detector", fallback, field);
  return docs;
}

}  // namespace myocramp
