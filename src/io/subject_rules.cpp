#include "io/subject_rules.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "io/lower.hpp"

namespace myocramp::io {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

/// Takes digits, perhaps with a point and more digits, off the front of `text`.
bool take_number(std::string_view& text) {
  const auto take_digits = [&text] {
    const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
    const auto n = static_cast<std::size_t>(end - text.begin());
    text.remove_prefix(n);
    return n > 0;
  };
  if (!take_digits()) return false;
  if (!text.starts_with('.')) return true;
  text.remove_prefix(1);
  return take_digits();
}

/// Takes numbers with these units, each at most once and in this order, off the front of `text`; false when there is none.
bool take_parts(std::string_view& text, std::string_view units) {
  bool any = false;
  while (!text.empty() && text.front() != 'T') {
    if (!take_number(text) || text.empty()) return false;
    const std::size_t unit = units.find(text.front());
    if (unit == std::string_view::npos) return false;
    units.remove_prefix(unit + 1);
    text.remove_prefix(1);
    any = true;
  }
  return any;
}

/// Whether a text is a duration of ISO 8601, such as P34Y, P1Y6M or PT36H.
bool is_duration(std::string_view text) {
  if (!text.starts_with('P')) return false;
  text.remove_prefix(1);
  const bool dated = take_parts(text, "YMWD");
  if (text.empty()) return dated;
  if (!text.starts_with('T')) return false;
  text.remove_prefix(1);
  return take_parts(text, "HMS") && text.empty();
}

/// A duration, or a range of them that may be open above: P30Y/P35Y, P90Y/.
bool is_age(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return is_duration(text);
  return is_duration(text.substr(0, slash)) && (slash + 1 == text.size() || is_duration(text.substr(slash + 1)));
}

bool is_weight(std::string_view text) {
  if (!take_number(text)) return false;
  const std::string unit = lower(std::string(text));
  static constexpr std::array<std::string_view, 7> kUnits = {" kg", " g", " mg", " ug", " \xce\xbcg", " ng", " pg"};
  return std::find(kUnits.begin(), kUnits.end(), unit) != kUnits.end();
}

bool is_species(std::string_view text) {
  static constexpr std::string_view kTaxon = "http://purl.obolibrary.org/obo/NCBITaxon_";
  if (text.starts_with(kTaxon)) {
    text.remove_prefix(kTaxon.size());
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
  }
  const std::size_t blank = text.find(' ');
  if (blank == std::string_view::npos || blank == 0 || blank + 1 == text.size()) return false;
  const std::string_view genus = text.substr(1, blank - 1);
  const std::string_view species = text.substr(blank + 1);
  return text.front() >= 'A' && text.front() <= 'Z' && std::all_of(genus.begin(), genus.end(), is_lower) &&
         std::all_of(species.begin(), species.end(), is_lower);
}

bool is_sex(std::string_view text) { return text.size() == 1 && std::string_view("FMOU").find(text) != std::string_view::npos; }

struct Rule {
  std::string_view field;
  bool (*fits)(std::string_view);
  std::string_view expected;
};
constexpr std::array<Rule, 4> kRules = {{
    {"sex", is_sex, "F, M, O or U"},
    {"age", is_age, "an ISO 8601 duration such as P34Y"},
    {"weight", is_weight, "a number and kg, g, mg, ug, ng or pg, such as 70 kg"},
    {"species", is_species, "a Latin binomial such as Homo sapiens, or http://purl.obolibrary.org/obo/NCBITaxon_9606"},
}};

}  // namespace

std::string_view subject_fault(std::string_view field, std::string_view text) {
  if (text.empty()) return "";
  const auto rule = std::find_if(kRules.begin(), kRules.end(), [field](const Rule& r) { return r.field == field; });
  return rule == kRules.end() || rule->fits(text) ? "" : rule->expected;
}

}  // namespace myocramp::io
