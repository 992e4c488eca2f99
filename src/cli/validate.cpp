#include "myocramp/study/validate.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <new>
#include <nlohmann/json.hpp>

#include "cli/common.hpp"
#include "platform/process.hpp"

namespace myocramp::cli {
namespace {

using nlohmann::json;

json to_json(const std::string& path, const std::vector<Finding>& findings) {
  json rows = json::array();
  for (const Finding& f : findings) {
    rows.push_back(
        {{"code", f.code}, {"severity", severity_text(f.severity)}, {"place", f.place}, {"expected", f.expected}, {"found", f.found}});
  }
  return {{"file", path}, {"findings", rows}};
}

std::string dump(const json& j, int indent) { return terminal_json(j.dump(indent, ' ', false, json::error_handler_t::replace)); }

std::string text(const std::string& path, const json& one) {
  std::string out;
  for (const json& f : one.at("findings")) {
    const auto shown = [&f](const char* key) { return one_line(f.at(key).get<std::string>()); };
    const std::string place = shown("place");
    out += fmt::format("{}: {} {}: {}expected {}, found {}\n", printable(path), shown("severity"), shown("code"),
                       place.empty() ? "" : place + ": ", shown("expected"), shown("found"));
  }
  return out;
}

std::string summary(const json& one) {
  std::string out;
  for (const char* severity : {"critical", "violation", "suggestion"}) {
    const auto n = std::count_if(one.at("findings").begin(), one.at("findings").end(),
                                 [severity](const json& f) { return f.at("severity") == severity; });
    if (n > 0)
      out += fmt::format("{}{} {}{}", out.empty() ? "" : ", ", n, severity, n > 1 && std::string(severity) != "critical" ? "s" : "");
  }
  return out.empty() ? "no findings" : out;
}

}  // namespace

int validate_one(const Common& common, const ValidateArguments& arguments) {
  const std::string& path = arguments.inputs.front();
  std::vector<Finding> findings;
  try {
    findings = validate_file(path, {.layout = common.layout, .study = common.study});
  } catch (const std::bad_alloc&) {
    findings = {{"E-MEMORY", Severity::kCritical, "", "a recording that fits in 8 GiB of memory", "one that does not"}};
  }
  fmt::print("{}\n", dump(to_json(path, findings), -1));
  return std::any_of(findings.begin(), findings.end(), counts) ? kBadInput : kDone;
}

int validate(const Common& common, const ValidateArguments& arguments) {
  json all = json::array();
  int worst = kDone;
  for (const std::string& path : arguments.inputs) {
    std::vector<std::string> again = {"validate"};
    if (!common.layout.empty()) again.insert(again.end(), {"--layout", common.layout});
    if (!common.study.empty()) again.insert(again.end(), {"--study", common.study});
    again.insert(again.end(), {"--", path});
    std::string out;
    const int code = in_own_process(again, path, [&out](const std::string& line) { out += line; });
    if (platform::stop_signal() != 0 || code == kUsage || code == kOwnFailure) return code;
    if (code != kDone) worst = kBadInput;
    json one = json::parse(out, nullptr, false);
    if (!one.is_object()) {  // its process has said why on standard error
      one = to_json(path, {{"E-CRASH", Severity::kCritical, "", "a readable file", "one that ends its reader"}});
    }
    if (arguments.json) {
      all.push_back(one);
    } else {
      fmt::print("{}", text(path, one));
      if (!common.quiet) fmt::print(stderr, "myocramp: {}: {}\n", printable(path), summary(one));
    }
  }
  if (arguments.json) fmt::print("{}\n", dump(all, 2));
  return worst;
}

}  // namespace myocramp::cli
