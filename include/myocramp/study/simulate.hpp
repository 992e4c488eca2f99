#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace myocramp {

/// Makes the recordings of a scenario in `directory`: `<subject>_<session>.nwb` (16 bits) with its truth, and
/// the same in `<subject>_<session>.events.tsv`, and returns the paths of the first.
///
/// When `stop` turns true, no further recording is begun. `scenario` is a name or the path of a JSON file. The same scenario and seed give the same bytes.
/// Throws: InvalidArgument E-SCENARIO for a name that is neither; E-CONFIG, E-OPTION for its content; OutputError E-WRITE.
std::vector<std::string> simulate(const std::string& scenario, const std::string& directory, std::uint64_t seed,
                                  const std::function<bool()>& stop = {});

}  // namespace myocramp
