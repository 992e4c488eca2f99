#include "io/layout_json.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "io/tsv.hpp"
#include "myocramp/core/error.hpp"
#include "platform/files.hpp"

namespace myocramp::io {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxLayoutBytes = 1U << 20U;

InvalidArgument fail(const std::string& path, const std::string& key, const std::string& expected, const std::string& found) {
  return InvalidArgument({"E-LAYOUT-FILE", path, key, expected, found});
}

std::string read_text(const std::string& path) {
  try {
    platform::require_regular_file(path);
    return platform::read_text(path, kMaxLayoutBytes);
  } catch (const Error& e) {  // missing, empty or too long: wrong for any recording
    throw fail(path, "", e.parts().expected, e.parts().found);
  }
}

}  // namespace

json read_layout_json(const std::string& path, const std::string& content) {
  const std::string text = read_text(path);
  std::vector<std::set<std::string>> seen(1);  // keys of the objects that are open, by depth
  std::string twice;
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    const auto level = static_cast<std::size_t>(depth);
    if (event == json::parse_event_t::object_start) {
      seen.resize(level + 2);
      seen.back().clear();
    }
    if (event == json::parse_event_t::key && !seen.at(level).insert(parsed.get<std::string>()).second) twice = parsed.get<std::string>();
    return true;
  };
  json layout;
  try {
    layout = json::parse(text, watch);
  } catch (const json::exception& e) {
    throw fail(path, "", "a JSON object with " + content, printable(e.what()));
  }
  if (!layout.is_object()) throw fail(path, "", "a JSON object with " + content, shown(layout));
  if (!twice.empty()) throw fail(path, printable(twice), "every key once", "twice");
  return layout;
}

std::string layout_of_json(const std::string& path) {
  const json layout = read_layout_json(path, "the keys of a layout");
  if (!layout.contains("layout")) return "generic";
  if (layout["layout"] == "opensignals") return "opensignals";
  throw fail(path, "layout", "opensignals, or none for a generic layout", shown(layout["layout"]));
}

std::string shown(const json& value) { return printable(value.dump(-1, ' ', false, json::error_handler_t::replace)); }

}  // namespace myocramp::io
