#pragma once

#include <optional>
#include <string>
#include <vector>

#include "myocramp/simulate/scenario.hpp"
#include "myocramp/simulate/shaped_noise.hpp"

namespace myocramp {

/// What `generator: motor_units` makes: a scenario, and where detectors are compared, what differs between its recordings.
struct MotorUnitStudy {
  /// Every combination of these is a cell; the recordings of a subject are one cell.
  struct Grid {
    std::string phase;
    std::vector<double> snr_db;
    std::vector<double> rise_s;
    std::vector<double> duration_s;
    std::vector<std::string> distractors;
    double excitation = 0.5;
  };

  Scenario scenario;
  std::optional<Grid> grid;

  /// How many subjects there are: of a grid, its subjects for each cell of SNR and distractor.
  [[nodiscard]] int subjects() const;
  /// The scenario of one of them.
  [[nodiscard]] Scenario of(int subject) const;
};

/// What a scenario's JSON says: one of the two generators.
struct ReadScenario {
  std::optional<ShapedNoise> shaped_noise;
  std::optional<MotorUnitStudy> motor_units;
  std::string text;  ///< JSON, with what the base says
};

/// Reads a scenario. `base` names one of the scenarios that travel with the program; the JSON's keys go over its own (RFC 7396).
/// Throws: InvalidArgument E-CONFIG for text that is no JSON object; E-OPTION naming the key (`scenario.events[2].snr_db`) otherwise.
ReadScenario read_scenario(const std::string& text);

/// The text of a scenario that travels with the program; nothing for another name.
std::optional<std::string> scenario_named(const std::string& name);
/// Their names, joined by commas.
std::string scenario_names();

/// One key of a scenario, as the program takes it. datasets/make_schema.py makes datasets/scenario.schema.json of these.
struct ScenarioKey {
  std::string path;  ///< "events[].snr_db"
  std::string kind;  ///< number, whole, distribution, text, choice, texts, numbers, object or list
  double low = 0;    ///< of numbers, whole numbers and distributions
  double high = 0;
  std::string unit;
  std::string meaning;
  std::vector<std::string> choice;
};
/// Those of a generator: motor_units or shaped_noise.
std::vector<ScenarioKey> scenario_keys(const std::string& generator);

}  // namespace myocramp
