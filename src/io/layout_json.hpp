#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace myocramp::io {

/// Reads the JSON of a layout: one object in which no key stands twice, at any depth.
///
/// `content` says what it should hold, for messages. Throws: InvalidArgument E-LAYOUT-FILE: a file that is missing, empty or above 1 MiB, no
/// JSON, no object, a key twice.
nlohmann::json read_layout_json(const std::string& path, const std::string& content);

/// Which layout the JSON describes: what stands at its key "layout", else generic. Throws: as read_layout_json; E-LAYOUT-FILE for another name.
std::string layout_of_json(const std::string& path);

/// A value as a message shows it.
std::string shown(const nlohmann::json& value);

}  // namespace myocramp::io
