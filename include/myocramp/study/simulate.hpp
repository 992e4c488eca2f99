#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "myocramp/signal/recording.hpp"

namespace myocramp {

struct ReadScenario;

/// The recordings of a scenario, each made when it is asked for.
class SimulatedStudy {
 public:
  /// `scenario` is a name or the path of a JSON file; `threads` render samples, 0: one per processor. The samples do not depend on it.
  /// Throws: InvalidArgument E-SCENARIO for a name that is neither; E-CONFIG, E-OPTION for its content; IoError.
  SimulatedStudy(const std::string& scenario, std::uint64_t seed, int threads = 0);

  /// Of a scenario's text. Throws: the same.
  static SimulatedStudy of_json(const std::string& text, std::uint64_t seed, int threads = 0);

  /// How many recordings there are: for each subject, one per session.
  [[nodiscard]] int size() const;
  /// One of them, from 0. Samples of motor units are made when they are read, and not kept. Throws: InvalidArgument E-OPTION for events
  /// that do not fit. `look` is called often until then; what it throws comes out.
  [[nodiscard]] Recording recording(int index, const std::function<void()>& look = {}) const;
  /// All that decides its content, as JSON.
  [[nodiscard]] std::string configuration(int index) const;

 private:
  SimulatedStudy(std::shared_ptr<const ReadScenario> read, std::uint64_t seed, int threads);
  [[nodiscard]] int sessions() const;

  std::shared_ptr<const ReadScenario> read_;
  std::uint64_t seed_;
  int threads_;
};

/// How a study that is being made is watched, and stopped.
struct SimulateWatch {
  std::function<bool()> stop;  ///< true: no further event, block or recording is begun
  std::function<void(const std::string& name, double part, std::size_t done, std::size_t total)> on_progress;  ///< part: of that recording
  std::function<void(const std::string& name, std::size_t done, std::size_t total)> on_done;
  std::function<void(const std::string& name, const std::string& note)> on_note;  ///< what the scenario asks for and a recording has not
};

/// Makes the recordings of a study in `directory`: `<subject>_<session>.nwb` (16 bits) with its truth, and the labels and phases in
/// `<subject>_<session>.events.tsv`, and returns the paths of the first.
///
/// Each file appears whole or not at all, also when `stop` turns true. The same scenario and seed give the same bytes.
/// Throws: as SimulatedStudy::recording; OutputError E-WRITE.
std::vector<std::string> simulate(const SimulatedStudy& study, const std::string& directory, const SimulateWatch& watch = {});

}  // namespace myocramp
