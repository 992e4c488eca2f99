#pragma once

#include <string>
#include <vector>

#include "myocramp/cramp/options.hpp"
#include "myocramp/detect/registry.hpp"
#include "myocramp/envelope/options.hpp"
#include "myocramp/fatigue/spectral.hpp"
#include "myocramp/filter/butterworth.hpp"

namespace myocramp {

/// Which detector, with the options that differ from its defaults.
struct DetectorChoice {
  std::string name = "hodges_bui";
  OptionValues options;
};

/// Whether every option that is given has its default.
bool is_at_defaults(const DetectorChoice& choice);

/// The hum that an analysis removes: of a mains of 50 or 60 Hz, of the one that each channel has, if any, or none.
enum class Mains { kAuto, k50, k60, kNone };

/// Everything that decides the result of an analysis, apart from the recording.
struct Config {
  BandpassOptions filter;
  Mains mains = Mains::kAuto;  ///< filter.mains_hz
  EnvelopeOptions envelope;
  SpectralOptions spectral;
  DetectorChoice detector;
  CrampOptions cramp;
};

/// Holds every option to its range. Throws: InvalidArgument E-OPTION, E-DETECTOR.
void check(const Config& config);

/// The configuration as an analysis uses it: the default band of the spectra ends where the filter's does, above which nothing is left.
Config resolved(Config config);

/// Sets one option from text, as --set section.key=value does. Throws: InvalidArgument E-OPTION for an unknown key or an unreadable value.
void set_option(Config& config, const std::string& key, const std::string& value);

/// The configuration as JSON with every option, sorted keys, shortest numbers; and back. Keys that are not given keep their defaults.
/// A whole manifest.json is taken for the configuration in it. A detector without a name is `method`, or the default.
/// Throws: InvalidArgument E-CONFIG for text that is not JSON, E-OPTION for an unknown key.
std::string to_json(const Config& config);
Config config_from_json(const std::string& text, const std::string& method = "");

/// The configuration that a run is asked for: defaults, then a file of JSON, then a detector, then section.key=value in any order; "" for no
/// file or detector.
/// Throws: InvalidArgument for whatever is wrong with any of them, the file's path too: it is wrong for any recording.
Config configuration(const std::string& file, const std::string& method, const std::vector<std::string>& settings);

/// One line of documentation per option, for --help and the docs.
struct OptionDoc {
  std::string key;  ///< section.name
  std::string unit;
  double value = 0;  ///< default
  double low = 0;
  double high = 0;
  std::string meaning;
  std::string source;
};
std::vector<OptionDoc> describe_config();

}  // namespace myocramp
