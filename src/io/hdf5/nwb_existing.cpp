#include "io/hdf5/nwb_existing.hpp"

#include <algorithm>
#include <filesystem>

#include "io/hdf5/types.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr hssize_t kMaxRows = 1'000'000;

/// Number of elements of a scalar or a list. Throws: CallFailed.
std::size_t element_count(hid_t space) {
  if (checked(H5Sget_simple_extent_ndims(space)) > 1) throw CallFailed("more than one axis");
  const hssize_t n = checked(H5Sget_simple_extent_npoints(space));
  if (n > kMaxRows) throw CallFailed("more than a million rows");
  return static_cast<std::size_t>(n);
}

bool is_text(hid_t type) { return checked(H5Tget_class(type)) == H5T_STRING; }

/// Texts of either kind; `read(memory_type, out)` fills them.
template <class Read>
std::vector<std::string> read_any_texts(hid_t type, hid_t space, Read read) {
  if (!is_text(type)) throw CallFailed("expected a text, found " + type_name(type));
  const std::size_t n = element_count(space);
  if (n == 0) return {};
  std::vector<std::string> texts;
  if (checked(H5Tis_variable_str(type)) > 0) {
    std::vector<char*> pointers(n, nullptr);
    read(type, pointers.data());
    for (const char* p : pointers) texts.emplace_back(p == nullptr ? "" : p);
    checked(H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data()));
    return texts;
  }
  const std::size_t size = H5Tget_size(type);
  if (size == 0 || size > (std::size_t{1} << 16U)) throw CallFailed("texts of an odd size");
  std::string bytes(n * size, '\0');
  read(type, bytes.data());
  for (std::size_t i = 0; i < n; ++i) {
    std::string text = bytes.substr(i * size, size);
    text.resize(std::min(text.find('\0'), text.size()));
    texts.push_back(std::move(text));
  }
  return texts;
}

/// Holds that `parent` has `name` by a hard link, if at all.
bool has_hard_link(hid_t parent, const std::string& name) {
  if (checked(H5Lexists(parent, name.c_str(), H5P_DEFAULT)) == 0) return false;
  H5L_info_t info{};
  checked(H5Lget_info(parent, name.c_str(), &info, H5P_DEFAULT));
  return info.type == H5L_TYPE_HARD;
}

}  // namespace

std::string final_path(const std::string& path) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::canonical(path, error);
  return error ? path : target.string();
}

std::string existing_identifier(const std::string& file, hid_t id) {
  const auto found = guarded(file, "/", [&]() -> std::optional<std::string> {
    const Node root{owned(H5Gopen2(id, "/", H5P_DEFAULT)), "/"};
    if (read_text_attribute(root.id.get(), "neurodata_type") != "NWBFile" || !has_hard_link(id, "identifier")) return std::nullopt;
    const std::vector<std::string> texts = read_texts(root, "identifier");
    return texts.empty() ? "" : texts.front();
  });
  if (!found) throw DataError({"E-PATH", file, "/", "an NWB file", "another one"});
  return *found;
}

std::optional<Node> existing_group(const std::string& file, const Node& parent, const std::string& name) {
  const std::string path = parent.path + (parent.path == "/" ? "" : "/") + name;
  return guarded(file, path, [&]() -> std::optional<Node> {
    if (checked(H5Lexists(parent.id.get(), name.c_str(), H5P_DEFAULT)) == 0) return std::nullopt;
    if (!has_hard_link(parent.id.get(), name)) throw DataError({"E-LINK", file, path, "an object in this place", "a link"});
    Id id = owned(H5Oopen(parent.id.get(), name.c_str(), H5P_DEFAULT));
    if (H5Iget_type(id.get()) != H5I_GROUP) throw DataError({"E-PATH", file, path, "a group", "another object"});
    return Node{std::move(id), path};
  });
}

std::vector<std::string> link_names(hid_t group) {
  H5G_info_t info{};
  checked(H5Gget_info(group, &info));
  if (info.nlinks > 1000) throw CallFailed("more than a thousand columns");
  std::vector<std::string> names;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    const ssize_t size = checked(H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, nullptr, 0, H5P_DEFAULT));
    std::string name(static_cast<std::size_t>(size) + 1, '\0');
    checked(H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(), name.size(), H5P_DEFAULT));
    name.pop_back();
    names.push_back(std::move(name));
  }
  return names;
}

Node open_dataset(const Node& group, const std::string& name) {
  if (!has_hard_link(group.id.get(), name)) throw CallFailed("no dataset " + printable(name));
  return {owned(H5Dopen2(group.id.get(), name.c_str(), H5P_DEFAULT)), group.path + "/" + name};
}

std::vector<double> read_numbers(const Node& group, const std::string& name) {
  const Node node = open_dataset(group, name);
  const Id type = owned(H5Dget_type(node.id.get()));
  if (!is_standard_integer(type.get()) && !is_standard_float(type.get())) {
    throw CallFailed(printable(name) + ": expected numbers, found " + type_name(type.get()));
  }
  const Id space = owned(H5Dget_space(node.id.get()));
  std::vector<double> values(element_count(space.get()));
  if (!values.empty()) checked(H5Dread(node.id.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
  return values;
}

std::vector<std::string> read_texts(const Node& group, const std::string& name) {
  const Node node = open_dataset(group, name);
  const Id type = owned(H5Dget_type(node.id.get()));
  const Id space = owned(H5Dget_space(node.id.get()));
  return read_any_texts(type.get(), space.get(),
                        [&](hid_t memory, void* out) { checked(H5Dread(node.id.get(), memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, out)); });
}

std::vector<std::string> read_texts_attribute(hid_t object, const std::string& name) {
  const Id id = owned(H5Aopen(object, name.c_str(), H5P_DEFAULT));
  const Id type = owned(H5Aget_type(id.get()));
  const Id space = owned(H5Aget_space(id.get()));
  return read_any_texts(type.get(), space.get(), [&](hid_t memory, void* out) { checked(H5Aread(id.get(), memory, out)); });
}

std::optional<std::string> read_text_attribute(hid_t object, const std::string& name) {
  if (checked(H5Aexists(object, name.c_str())) == 0) return std::nullopt;
  const std::vector<std::string> texts = read_texts_attribute(object, name);
  return texts.empty() ? std::nullopt : std::optional(texts.front());
}

}  // namespace myocramp::io::hdf5
