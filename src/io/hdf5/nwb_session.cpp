#include "io/hdf5/nwb_session.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "io/hdf5/nwb_schema.hpp"
#include "io/subject_rules.hpp"
#include "io/uuid.hpp"
#include "io/wall_clock.hpp"
#include "myocramp/core/version.hpp"

namespace myocramp::io::hdf5 {
namespace {

/// Whether a text has the form of "2017-01-23T10:28:51.690+00:00": a 0 stands for a digit, other characters for themselves.
bool has_form(std::string_view text, std::string_view form) {
  if (text.size() != form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (form[i] == '0' ? !digit : text[i] != form[i]) return false;
  }
  return true;
}

bool is_timestamp(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00";
  if (!has_form(text.substr(0, kForm.size()), kForm)) return false;
  text.remove_prefix(kForm.size());
  if (text.starts_with('.')) text.remove_prefix(std::min(text.size(), text.find_first_not_of("0123456789", 1)));
  return text == "Z" || has_form(text, "+00:00") || has_form(text, "-00:00");
}

/// The instant of SOURCE_DATE_EPOCH, or the session's start: the time of day would make equal input give unequal bytes.
std::string creation_time(const std::string& session_start) {
  const char* const epoch = std::getenv("SOURCE_DATE_EPOCH");
  if (epoch == nullptr) return session_start;
  const std::string_view digits(epoch);
  long long seconds = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  const std::string text = error == std::errc() && end == digits.data() + digits.size() ? utc_timestamp(seconds) : "";
  return text.empty() ? session_start : text;
}

/// The texts of the subject by NWB's names.
std::vector<std::pair<const char*, const std::string&>> subject_texts(const Subject& s) {
  return {{"age", s.age},         {"description", s.description}, {"sex", s.sex},
          {"species", s.species}, {"subject_id", s.id},           {"weight", s.weight}};
}

/// What stands for a text that is not known: nwbinspector calls a file without these four critical. "": left out.
std::string filler(const std::string& field) {
  if (field == "age") return nwb::kUnknownAge;
  if (field == "sex") return nwb::kUnknownSex;
  if (field == "species") return nwb::kUnknownSpecies;
  return field == "subject_id" ? nwb::kUnknownSubject : "";
}

void write_subject(const NwbObjects& objects, const Node& general, const Subject& s) {
  const Node subject = objects.group(general, "subject", "Subject");
  for (const auto& [field, text] : subject_texts(s)) {
    require_text(text, subject.path + "/" + field);
    if (const std::string stored = stored_text(field, text); !stored.empty()) objects.text(subject, field, stored);
  }
}

std::string provenance(const Recording& recording, const NwbOptions& options) {
  nlohmann::ordered_json json;
  json["myocramp"] = kVersion;
  const std::string name = options.source_name.empty() ? std::filesystem::path(recording.path).filename().string() : options.source_name;
  json["source"] = {{"name", name},
                    {"sha256", options.source_sha256},
                    {"layout", options.source_layout.empty() ? recording.layout : options.source_layout}};
  if (!options.configuration.empty()) json["configuration"] = options.configuration;
  json["session_start_known"] = !recording.session_start.empty();
  json["description_known"] = !recording.description.empty();
  auto filled = nlohmann::ordered_json::array();
  nlohmann::ordered_json given;
  const auto keep = [&given](const char* field, const std::string& text) {
    if (!text.empty() && stored_text(field, text) != text) given[field] = text;
  };
  for (const auto& [field, text] : subject_texts(recording.subject)) {
    if (text.empty() && !filler(field).empty()) filled.push_back(field);
    keep(field, text);
  }
  keep("session_id", recording.session);
  json["subject_filled"] = filled;
  if (!given.empty()) json["given"] = given;
  json["notes"] = recording.notes;
  auto refused = nlohmann::ordered_json::array();
  for (const Refusal& r : recording.refused) refused.push_back({{"signal", r.signal}, {"code", r.code}, {"reason", r.reason}});
  if (!refused.empty()) json["refused"] = refused;
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);  // a file's name may hold any bytes
}

}  // namespace

std::string stored_text(const std::string& field, const std::string& text) {
  if (text.empty() || !subject_fault(field, text).empty()) return filler(field);
  if (field != "subject_id" && field != "session_id") return text;
  std::string name = text;
  std::replace(name.begin(), name.end(), '/', '-');  // which nwbinspector objects to: names become parts of paths
  return name;
}

std::string identifier_of(const std::string& content) { return uuid5(uuid5(kUrlNamespace, "myocramp"), content).text(); }

void write_session(const NwbObjects& objects, const Recording& recording, const NwbOptions& options) {
  const std::string start = recording.session_start.empty() ? nwb::kUnknownStart : recording.session_start;
  if (!is_timestamp(start)) throw InvalidArgument({"E-TIME", "", "session_start", "a time in ISO 8601 with its offset", printable(start)});
  const Node root = objects.root();
  objects.declare(root, "NWBFile");
  put_text(root.id.get(), "nwb_version", nwb::kVersion);
  put_text(root.id.get(), "myocramp_profile", nwb::kProfile);
  objects.texts(root, "file_create_date", {creation_time(start)});
  objects.text(root, "identifier", objects.identifier());
  objects.text(root, "session_description", recording.description.empty() ? nwb::kNoDescription : recording.description);
  objects.text(root, "session_start_time", start);
  objects.text(root, "timestamps_reference_time", start);
  for (const char* name : {"acquisition", "analysis", "processing"}) objects.plain_group(root, name);
  const Node stimulus = objects.plain_group(root, "stimulus");
  for (const char* name : {"presentation", "templates"}) objects.plain_group(stimulus, name);
  const Node general = objects.plain_group(root, "general");
  if (!recording.session.empty()) objects.text(general, "session_id", stored_text("session_id", recording.session));
  write_subject(objects, general, recording.subject);
  objects.text(objects.plain_group(root, "myocramp"), "provenance", provenance(recording, options), nwb::kMaxProvenance);
}

}  // namespace myocramp::io::hdf5
