#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "myocramp/core/error.hpp"

namespace myocramp {

/// What is said of one option, once: name, unit, closed range, meaning and source. Checks, --help, JSON and Python keywords all read it.
struct Field {
  std::string_view name;
  std::string_view unit;
  double low;
  double high;
  std::string_view meaning;
  std::string_view source;
};

inline constexpr double kNoLimit = std::numeric_limits<double>::infinity();

namespace detail {
inline std::string range_text(const Field& f) {
  const std::string unit = f.unit == "1" ? "" : " " + std::string(f.unit);
  if (f.high == kNoLimit) return "at least " + number(f.low) + unit;
  return number(f.low) + " to " + number(f.high) + unit;
}
}  // namespace detail

/// Holds every described option to its range. `section` names the struct in messages ("filter", "detector").
///
/// An options struct opts in with `template <class V> void describe(O& o, V&& v)`, which calls v(member, Field{...}) for each member.
/// Throws: InvalidArgument E-OPTION naming section.option, the range and the value. NaN is out of every range.
template <class Options>
void check(const Options& options, std::string_view section) {
  describe(const_cast<Options&>(options), [section](auto& value, const Field& f) {  // the visitor only reads
    if constexpr (std::is_arithmetic_v<std::remove_reference_t<decltype(value)>>) {
      const auto v = static_cast<double>(value);
      if (!(v >= f.low && v <= f.high)) {
        throw InvalidArgument({"E-OPTION", "", std::string(section) + "." + std::string(f.name), detail::range_text(f), detail::number(v)});
      }
    }
  });
}

}  // namespace myocramp
