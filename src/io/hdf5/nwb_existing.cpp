#include "io/hdf5/nwb_existing.hpp"

#include <filesystem>

#include "io/hdf5/attributes.hpp"
#include "io/hdf5/small_dataset.hpp"

namespace myocramp::io::hdf5 {

std::string final_path(const std::string& path) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::canonical(path, error);
  return error ? path : target.string();
}

std::string existing_identifier(const File& file) {
  const Object root = file.open_group("/");
  if (read_text_attribute(root, "neurodata_type") != "NWBFile" || !has_link(root, "identifier")) {
    throw DataError({"E-PATH", file.path(), "/", "an NWB file", "another one"});
  }
  return read_one_text(file, "/identifier");
}

std::optional<Object> existing_group(const File& file, const std::string& parent, const std::string& name) {
  if (!has_link(file.open_group(parent), name)) return std::nullopt;
  return file.open_group((parent == "/" ? "" : parent) + "/" + name);
}

}  // namespace myocramp::io::hdf5
