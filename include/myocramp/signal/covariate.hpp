#pragma once

#include <limits>
#include <string>

namespace myocramp {

/// Something measured or asked about a session: serum sodium, a fatigue score, the condition.
struct Covariate {
  std::string name;
  double value = std::numeric_limits<double>::quiet_NaN();   ///< NaN when it is a word: see value_text
  std::string value_text{};                                  ///< empty when it is a number
  std::string unit{};                                        ///< UCUM, such as "mmol/L"; empty: none
  double time_s = std::numeric_limits<double>::quiet_NaN();  ///< on the recording's clock; NaN: of the whole session
  std::string method{};                                      ///< how it was measured
};

}  // namespace myocramp
