#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace myocramp {

/// The names of the scenarios that come with the program.
std::vector<std::string> scenario_names();

/// Makes the recordings of a scenario in `directory`: `<subject>_<session>.h5` in the OpenSignals layout (16 bits) with its
/// `<subject>_<session>.events.tsv`, and returns their paths.
///
/// `scenario` is a name or the path of a JSON file. The same scenario and seed give the same bytes.
/// Throws: InvalidArgument E-SCENARIO for a name that is neither; E-CONFIG, E-OPTION for its content; OutputError E-WRITE.
std::vector<std::string> simulate(const std::string& scenario, const std::string& directory, std::uint64_t seed);

}  // namespace myocramp
