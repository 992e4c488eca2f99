#include "io/hdf5/nwb_objects.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "io/tsv.hpp"
#include "io/uuid.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr std::size_t kMaxName = 200;

Id text_type() {
  Id type = owned(H5Tcopy(H5T_C_S1));
  checked(H5Tset_size(type.get(), H5T_VARIABLE));
  checked(H5Tset_cset(type.get(), H5T_CSET_UTF8));
  return type;
}

Id scalar() { return owned(H5Screate(H5S_SCALAR)); }

Id vector_space(std::size_t size) {
  const hsize_t extent = size;
  return owned(H5Screate_simple(1, &extent, nullptr));
}

std::vector<const char*> pointers(const std::vector<std::string>& texts, const std::string& place) {
  std::vector<const char*> out;
  for (const std::string& text : texts) {
    require_text(text, place);
    out.push_back(text.c_str());
  }
  return out;
}

void attribute(hid_t object, const std::string& name, hid_t type, hid_t space, hid_t memory_type, const void* data) {
  const Id id = owned(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT));
  checked(H5Awrite(id.get(), memory_type, data));
}

std::string below(const Node& parent, const std::string& name) { return parent.path + (parent.path == "/" ? "" : "/") + name; }

Id group_creation() {
  Id list = owned(H5Pcreate(H5P_GROUP_CREATE));
  checked(H5Pset_obj_track_times(list.get(), false));
  return list;
}

/// Links may have names in UTF-8.
Id link_creation() {
  Id list = owned(H5Pcreate(H5P_LINK_CREATE));
  checked(H5Pset_char_encoding(list.get(), H5T_CSET_UTF8));
  return list;
}

bool is_table_type(const std::string& type) {
  static constexpr std::array<std::string_view, 5> kTypes = {"DynamicTable", "VectorData", "VectorIndex", "ElementIdentifiers",
                                                             "DynamicTableRegion"};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

}  // namespace

void require_text(const std::string& text, const std::string& place, std::size_t most) {
  const bool fit = text.find('\0') == std::string::npos && is_utf8(text);
  if (!fit) throw InvalidArgument({"E-TEXT", "", place, "a text in UTF-8 without NUL", printable(text)});
  if (text.size() <= most) return;
  throw InvalidArgument({"E-TEXT", "", place, "a text of at most " + std::to_string(most) + " bytes", std::to_string(text.size())});
}

std::string object_name(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const bool unfit = c == '/' || c == ':' || static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
    out += unfit ? '-' : c;
  }
  if (out.size() > kMaxName) {
    std::size_t end = kMaxName;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xc0U) == 0x80U) --end;  // not inside a character
    out.resize(end);
  }
  if (out.empty()) return "device";
  return out == "." ? "-" : out;  // which HDF5 takes for the group itself
}

void put_text(hid_t object, const std::string& name, const std::string& text) {
  require_text(text, name);
  const char* const pointer = text.c_str();
  const Id type = text_type();
  attribute(object, name, type.get(), scalar().get(), type.get(), static_cast<const void*>(&pointer));
}

void put_texts(hid_t object, const std::string& name, const std::vector<std::string>& texts) {
  const std::vector<const char*> data = pointers(texts, name);
  const Id type = text_type();
  attribute(object, name, type.get(), vector_space(data.size()).get(), type.get(), static_cast<const void*>(data.data()));
}

void put_number(hid_t object, const std::string& name, double value) {
  attribute(object, name, H5T_IEEE_F64LE, scalar().get(), H5T_NATIVE_DOUBLE, &value);
}

void put_integer(hid_t object, const std::string& name, int value) {
  attribute(object, name, H5T_STD_I32LE, scalar().get(), H5T_NATIVE_INT, &value);
}

void put_reference(hid_t object, const std::string& name, const Node& target) {
  hobj_ref_t reference{};
  checked(H5Rcreate(&reference, target.id.get(), ".", H5R_OBJECT, H5I_INVALID_HID));
  attribute(object, name, H5T_STD_REF_OBJ, scalar().get(), H5T_STD_REF_OBJ, &reference);
}

Id dataset_creation() {
  Id list = owned(H5Pcreate(H5P_DATASET_CREATE));
  checked(H5Pset_obj_track_times(list.get(), false));
  return list;
}

std::string NwbObjects::object_id(const std::string& path) const {
  static const Uuid space = uuid5(kUrlNamespace, "myocramp");
  return uuid5(space, identifier_ + "\n" + path).text();
}

Node NwbObjects::root() const { return {owned(H5Gopen2(file_, "/", H5P_DEFAULT)), "/"}; }

Node NwbObjects::plain_group(const Node& parent, const std::string& name) const {
  return {owned(H5Gcreate2(parent.id.get(), name.c_str(), link_creation().get(), group_creation().get(), H5P_DEFAULT)),
          below(parent, name)};
}

Node NwbObjects::group(const Node& parent, const std::string& name, const std::string& type) const {
  Node node = plain_group(parent, name);
  declare(node, type);
  return node;
}

Node NwbObjects::open_or_make_group(const Node& parent, const std::string& name) const {
  if (checked(H5Lexists(parent.id.get(), name.c_str(), H5P_DEFAULT)) == 0) return plain_group(parent, name);
  return {owned(H5Gopen2(parent.id.get(), name.c_str(), H5P_DEFAULT)), below(parent, name)};
}

void NwbObjects::soft_link(const Node& parent, const std::string& name, const std::string& target) const {
  checked(H5Lcreate_soft(target.c_str(), parent.id.get(), name.c_str(), link_creation().get(), H5P_DEFAULT));
}

Node NwbObjects::dataset(const Node& parent, const std::string& name, hid_t type, hid_t space, hid_t creation) const {
  return {owned(H5Dcreate2(parent.id.get(), name.c_str(), type, space, link_creation().get(), creation, H5P_DEFAULT)), below(parent, name)};
}

Node NwbObjects::filled(const Node& parent, const std::string& name, hid_t type, hid_t space, hid_t memory_type, const void* data) const {
  // The library clears all of its buffer for every write of texts, and by itself takes two of 1 MiB.
  constexpr std::size_t kBuffer = std::size_t{1} << 14U;
  Node node = dataset(parent, name, type, space, dataset_creation().get());
  const Id transfer = owned(H5Pcreate(H5P_DATASET_XFER));
  checked(H5Pset_buffer(transfer.get(), kBuffer, nullptr, nullptr));
  if (data != nullptr) checked(H5Dwrite(node.id.get(), memory_type, H5S_ALL, H5S_ALL, transfer.get(), data));
  return node;
}

void NwbObjects::text(const Node& parent, const std::string& name, const std::string& text, std::size_t most) const {
  require_text(text, below(parent, name), most);
  const char* const pointer = text.c_str();
  const Id type = text_type();
  filled(parent, name, type.get(), scalar().get(), type.get(), static_cast<const void*>(&pointer));
}

Node NwbObjects::texts(const Node& parent, const std::string& name, const std::vector<std::string>& texts) const {
  const std::string place = below(parent, name);
  const std::vector<const char*> data = pointers(texts, place);
  std::size_t bytes = 0;
  for (const std::string& text : texts) bytes += text.size();
  const std::size_t most = CellLimits{}.total_bytes;
  if (bytes > most)
    throw InvalidArgument({"E-TEXT", "", place, "texts of at most " + std::to_string(most) + " bytes", std::to_string(bytes)});
  const Id type = text_type();
  return filled(parent, name, type.get(), vector_space(data.size()).get(), type.get(), static_cast<const void*>(data.data()));
}

Node NwbObjects::numbers(const Node& parent, const std::string& name, const std::vector<double>& values) const {
  return filled(parent, name, H5T_IEEE_F64LE, vector_space(values.size()).get(), H5T_NATIVE_DOUBLE, values.data());
}

Node NwbObjects::integers(const Node& parent, const std::string& name, const std::vector<int>& values) const {
  return filled(parent, name, H5T_STD_I32LE, vector_space(values.size()).get(), H5T_NATIVE_INT, values.data());
}

Node NwbObjects::ends(const Node& parent, const std::string& name, const std::vector<std::uint32_t>& values) const {
  return filled(parent, name, H5T_STD_U32LE, vector_space(values.size()).get(), H5T_NATIVE_UINT32, values.data());
}

Node NwbObjects::references(const Node& parent, const std::string& name, const std::vector<std::string>& targets) const {
  std::vector<hobj_ref_t> data(targets.size());
  for (std::size_t i = 0; i < data.size(); ++i) checked(H5Rcreate(&data[i], file_, targets[i].c_str(), H5R_OBJECT, H5I_INVALID_HID));
  return filled(parent, name, H5T_STD_REF_OBJ, vector_space(data.size()).get(), H5T_STD_REF_OBJ, data.data());
}

Node NwbObjects::number(const Node& parent, const std::string& name, double value) const {
  return filled(parent, name, H5T_IEEE_F64LE, scalar().get(), H5T_NATIVE_DOUBLE, &value);
}

void NwbObjects::declare(const Node& node, const std::string& type, const std::optional<std::string>& known_id) const {
  put_text(node.id.get(), "namespace", is_table_type(type) ? "hdmf-common" : "core");
  put_text(node.id.get(), "neurodata_type", type);
  put_text(node.id.get(), "object_id", known_id ? *known_id : object_id(node.path));
}

}  // namespace myocramp::io::hdf5
