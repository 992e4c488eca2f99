#pragma once

#include <string>

namespace myocramp {

/// Who was recorded, as NWB says it. Every member may be empty.
struct Subject {
  std::string id;
  std::string species;  ///< "Homo sapiens"
  std::string sex;      ///< F, M, O or U
  std::string age;      ///< ISO 8601 duration, "P34Y"
  std::string weight;   ///< with its unit, "70 kg"
  std::string description;
};

}  // namespace myocramp
