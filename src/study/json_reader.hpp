#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "myocramp/core/error.hpp"
#include "myocramp/core/options.hpp"
#include "study/scenario.hpp"

namespace myocramp {

/// One object of a scenario's JSON: each key is asked for once, and what nobody asked for is an error.
///
/// With `keys` it reads nothing and lists what would be asked for: so the list is what the program does.
class JsonReader {
 public:
  using Json = nlohmann::json;

  JsonReader(const Json& object, std::string path) : object_(&object), path_(std::move(path)) {
    if (!object.is_object()) wrong("", "an object", object.type_name());
  }
  JsonReader(std::vector<ScenarioKey>& keys, std::string path) : path_(std::move(path)), keys_(&keys) {}

  [[nodiscard]] bool lists_keys() const noexcept { return keys_ != nullptr; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  [[noreturn]] void wrong(const std::string& key, const std::string& expected, const std::string& found) const {
    throw InvalidArgument({"E-OPTION", "", place(key), expected, found});
  }

  /// Whether the key is there; when keys are listed, it is.
  bool has(const std::string& key) {
    asked_.insert(key);
    return object_ == nullptr || object_->contains(key);
  }

  double number(const Field& field, double otherwise) {
    const std::string key(field.name);
    if (list(key, "number", field)) return otherwise;
    return has(key) ? number_of(object_->at(key), key, field) : otherwise;
  }

  /// The described members of an options struct, among the keys of this object.
  template <class Options>
  void members(Options& options) {
    describe(options, [this](auto& member, const Field& field) {
      using Member = std::remove_reference_t<decltype(member)>;
      const std::string key(field.name);
      if (list(key, std::is_integral_v<Member> ? "whole" : "number", field) || !has(key)) return;
      const double value = number_of(object_->at(key), key, field);
      if (std::is_integral_v<Member> && value != std::floor(value)) wrong(key, "a whole number", detail::number(value));
      member = static_cast<Member>(value);
    });
  }

  Distribution distribution(const Field& field, Distribution otherwise) {
    const std::string key(field.name);
    if (list(key, "distribution", field) || !has(key)) return otherwise;
    const Json& j = object_->at(key);
    if (j.is_number()) return {Distribution::Law::kConstant, number_of(j, key, field)};
    if (!j.is_object() || j.size() != 1) wrong(key, "a number, or an object with uniform, normal or lognormal", j.type_name());
    const std::string law = j.begin().key();
    const Json& of = j.begin().value();
    if (law == "uniform") {
      if (!of.is_array() || of.size() != 2) wrong(key + ".uniform", "a list of two numbers", of.type_name());
      const double low = number_of(of[0], key + ".uniform[0]", field);
      const double high = number_of(of[1], key + ".uniform[1]", field);
      if (low > high) wrong(key + ".uniform", "the lower number first", detail::number(low) + " and " + detail::number(high));
      return {Distribution::Law::kUniform, low, high};
    }
    if (law != "normal" && law != "lognormal") wrong(key, "uniform, normal or lognormal", printable(law));
    JsonReader reader(of, path_ + "." + key + "." + law);
    Distribution d{law == "normal" ? Distribution::Law::kNormal : Distribution::Law::kLognormal};
    d.a = reader.required_number("mean", field.low, field.high);
    d.b = reader.required_number("sd", 0, kNoLimit);
    d.low = reader.number({"low", field.unit, field.low, field.high, "", ""}, field.low);
    d.high = reader.number({"high", field.unit, field.low, field.high, "", ""}, field.high);
    if (law == "lognormal" && !(d.a > 0)) reader.wrong("mean", "above 0", detail::number(d.a));
    if (d.low > d.high) reader.wrong("low", "at most high", detail::number(d.low));
    reader.done();
    return d;
  }

  std::string choice(const std::string& key, const std::vector<std::string>& names, const std::string& otherwise,
                     const std::string& meaning) {
    if (lists_keys()) {
      keys_->push_back({path_ + key, "choice", 0, 0, "", meaning, names});
      return otherwise;
    }
    if (!has(key)) return required(key, otherwise);
    const std::string value = text_of(object_->at(key), key);
    check_choice(key, value, names);
    return value;
  }

  /// A text; empty when it is not there.
  std::string text(const std::string& key, const std::string& meaning) {
    if (list(key, "text", {"", "", 0, 0, meaning, ""}) || !has(key)) return "";
    return text_of(object_->at(key), key);
  }
  /// A text that must be there.
  std::string required_text(const std::string& key, const std::string& meaning) {
    const std::string value = text(key, meaning);
    if (value.empty() && !lists_keys()) wrong(key, "a text", "none");
    return value;
  }

  std::vector<std::string> texts(const std::string& key, const std::vector<std::string>& names, const std::vector<std::string>& otherwise,
                                 const std::string& meaning) {
    if (lists_keys()) {
      keys_->push_back({path_ + key, "texts", 0, 0, "", meaning, names});
      return otherwise;
    }
    if (!has(key)) return otherwise;
    std::vector<std::string> values;
    for (std::size_t i = 0; i < array(key).size(); ++i) {
      const std::string item = key + "[" + std::to_string(i) + "]";
      values.push_back(text_of(array(key)[i], item));
      if (!names.empty()) check_choice(item, values.back(), names);
    }
    return values;
  }

  std::vector<double> numbers(const Field& field, const std::vector<double>& otherwise) {
    const std::string key(field.name);
    if (list(key, "numbers", field)) return otherwise;
    if (!has(key)) return otherwise;
    std::vector<double> values;
    for (std::size_t i = 0; i < array(key).size(); ++i)
      values.push_back(number_of(array(key)[i], key + "[" + std::to_string(i) + "]", field));
    return values;
  }

  /// Calls f(reader) with an object below this one, when it is there. Returns whether it is.
  template <class F>
  bool object(const std::string& key, const std::string& meaning, F&& f) {
    if (lists_keys()) {
      keys_->push_back({path_ + key, "object", 0, 0, "", meaning, {}});
      JsonReader below(*keys_, path_ + key + ".");
      f(below);
      return true;
    }
    if (!has(key)) return false;
    JsonReader below(object_->at(key), place(key));
    f(below);
    below.done();
    return true;
  }

  /// Calls f(reader) with each object of a list.
  template <class F>
  void each(const std::string& key, const std::string& meaning, F&& f) {
    if (lists_keys()) {
      keys_->push_back({path_ + key, "list", 0, 0, "", meaning, {}});
      JsonReader below(*keys_, path_ + key + "[].");
      f(below);
      return;
    }
    if (!has(key)) return;
    for (std::size_t i = 0; i < array(key).size(); ++i) {
      JsonReader below(array(key)[i], place(key + "[" + std::to_string(i) + "]"));
      f(below);
      below.done();
    }
  }

  /// Holds that no key is left over.
  void done() const {
    if (object_ == nullptr) return;
    for (const auto& [key, value] : object_->items()) {
      if (asked_.count(key) > 0) continue;
      std::string have;
      for (const std::string& name : asked_) have += (have.empty() ? "" : ", ") + name;
      wrong(printable(key), "one of " + have, "an unknown key");
    }
  }

 private:
  bool list(const std::string& key, const std::string& kind, const Field& field) {
    if (keys_ == nullptr) return false;
    keys_->push_back({path_ + key, kind, field.low, field.high, std::string(field.unit), std::string(field.meaning), {}});
    return true;
  }
  [[nodiscard]] std::string place(const std::string& key) const { return key.empty() ? path_ : path_ + "." + key; }

  double number_of(const Json& j, const std::string& key, const Field& field) const {
    if (!j.is_number()) wrong(key, "a number", j.type_name());
    const auto value = j.get<double>();
    if (!(value >= field.low && value <= field.high)) wrong(key, detail::range_text(field), detail::number(value));
    return value;
  }
  double required_number(const std::string& key, double low, double high) {
    if (!has(key)) wrong(key, "a number", "none");
    return number_of(object_->at(key), key, {key, "1", low, high, "", ""});
  }
  std::string text_of(const Json& j, const std::string& key) const {
    if (!j.is_string()) wrong(key, "a text", j.type_name());
    return j.get<std::string>();
  }
  const Json& array(const std::string& key) const {
    const Json& j = object_->at(key);
    if (!j.is_array()) wrong(key, "a list", j.type_name());
    return j;
  }
  void check_choice(const std::string& key, const std::string& value, const std::vector<std::string>& names) const {
    std::string have;
    for (const std::string& name : names) {
      if (name == value) return;
      have += (have.empty() ? "" : ", ") + name;
    }
    wrong(key, "one of " + have, printable(value));
  }
  std::string required(const std::string& key, const std::string& otherwise) const {
    if (otherwise.empty()) wrong(key, "a text", "none");
    return otherwise;
  }

  const Json* object_ = nullptr;
  std::string path_;
  std::vector<ScenarioKey>* keys_ = nullptr;
  std::set<std::string> asked_;
};

}  // namespace myocramp
