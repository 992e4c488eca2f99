#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/detect/detector.hpp"

namespace myocramp {

/// Options of a detector by name, as they come from a command line, JSON or Python. What is not named keeps its default.
using OptionValues = std::vector<std::pair<std::string, double>>;

/// A detector that can be had by name: one line in registry.cpp makes it known to the command, JSON, Python and the docs.
struct DetectorEntry {
  std::string name;
  std::string source;
  std::vector<std::pair<Field, double>> options;  ///< with their defaults
  std::unique_ptr<Detector> (*make)(const OptionValues&, SampleRate, Index channels);
};

/// All detectors, sorted by name.
const std::vector<DetectorEntry>& detectors();

/// Throws: InvalidArgument E-DETECTOR naming the detectors there are; E-OPTION for an unknown or out-of-range option.
const DetectorEntry& find_detector(const std::string& name);
std::unique_ptr<Detector> make_detector(const std::string& name, const OptionValues& values, SampleRate rate, Index channels);

}  // namespace myocramp
