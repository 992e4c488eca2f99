#include "io/volt_units.hpp"

#include <array>
#include <string>
#include <utility>

namespace myocramp::io {
namespace {

struct Unit {
  std::string_view symbol;
  std::string_view name;
  double per_volt;
};

constexpr std::array kUnits = {Unit{"V", "volt", 1},
                               Unit{"mV", "millivolt", 1e3},
                               Unit{"uV", "microvolt", 1e6},
                               Unit{"\u00b5V", "microvolt", 1e6},  // micro sign
                               Unit{"\u03bcV", "microvolt", 1e6},  // Greek mu
                               Unit{"\xb5V", "microvolt", 1e6},    // micro sign in Latin-1
                               Unit{"v", "volt", 1},
                               Unit{"mv", "millivolt", 1e3},
                               Unit{"uv", "microvolt", 1e6},
                               Unit{"UV", "microvolt", 1e6},
                               Unit{"\u00b5v", "microvolt", 1e6},
                               Unit{"\u03bcv", "microvolt", 1e6},
                               Unit{"nV", "nanovolt", 1e9}};

}  // namespace

std::optional<double> units_per_volt(std::string_view unit) {
  const auto space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!unit.empty() && space(unit.front())) unit.remove_prefix(1);
  while (!unit.empty() && space(unit.back())) unit.remove_suffix(1);
  std::string name;
  for (const char c : unit) name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (name.ends_with('s')) name.pop_back();
  for (const Unit& u : kUnits) {
    if (unit == u.symbol || name == u.name) return u.per_volt;
  }
  return std::nullopt;
}

}  // namespace myocramp::io
