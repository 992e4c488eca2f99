#include "io/hdf5/attributes.hpp"

#include <cstring>

#include "io/hdf5/types.hpp"
#include "io/hdf5/variable_text.hpp"

namespace myocramp::io::hdf5 {
namespace {

std::string place_of(const Object& object, const std::string& name) { return object.path + "@" + printable(name); }

bool exists(const Object& object, const std::string& name) { return checked(H5Aexists(object.id.get(), name.c_str())) > 0; }

/// An open attribute with what its header says.
struct Header {
  Id id;
  Id type;
  int rank;
  std::uint64_t elements;
};

Header open_header(const Object& object, const std::string& name) {
  Header h{};
  h.id = owned(H5Aopen(object.id.get(), name.c_str(), H5P_DEFAULT));
  h.type = owned(H5Aget_type(h.id.get()));
  const Id space = owned(H5Aget_space(h.id.get()));
  const bool null = checked(H5Sget_simple_extent_type(space.get())) == H5S_NULL;
  h.rank = null ? 0 : checked(H5Sget_simple_extent_ndims(space.get()));
  h.elements = null ? 0 : static_cast<std::uint64_t>(checked(H5Sget_simple_extent_npoints(space.get())));
  return h;
}

std::string read_fixed_text(const Header& h) {
  std::string text(H5Tget_size(h.type.get()), '\0');
  checked(H5Aread(h.id.get(), h.type.get(), text.data()));
  return fixed_texts(text, text.size()).front();
}

/// A text of variable length as libhdf5 reads it: only for files of the newest format, which keep attributes beyond the eighth elsewhere.
std::string read_library_text(const Header& h, std::size_t limit) {
  char* text = nullptr;
  checked(H5Aread(h.id.get(), h.type.get(), static_cast<void*>(&text)));
  if (text == nullptr) return "";
  std::string out(text, strnlen(text, limit));
  H5free_memory(text);
  return out;
}

#if H5_VERSION_GE(1, 12, 0)
using ObjectInfo = H5O_info1_t;
#else
using ObjectInfo = H5O_info_t;
#endif

}  // namespace

RawPlace raw_place(const Object& object) {
  const Id file = owned(H5Iget_file_id(object.id.get()));
  const Id list = owned(H5Fget_create_plist(file.get()));
  RawPlace place{object.file, 0};
  hsize_t base = 0;
  checked(H5Pget_userblock(list.get(), &base));
  place.base = base;
  std::size_t address_size = 0;
  std::size_t length_size = 0;
  checked(H5Pget_sizes(list.get(), &address_size, &length_size));
  if (address_size != 8 || length_size != 8) throw CallFailed("addresses that are not of 8 bytes");  // none such is known
  return place;
}

std::uint64_t header_address(const Object& object) {
  ObjectInfo info{};
  checked(H5Oget_info2(object.id.get(), &info, H5O_INFO_BASIC));
  return info.addr;
}

bool has_attribute(const Object& object, const std::string& name) {
  return guarded(object.file, place_of(object, name), [&] { return exists(object, name); });
}

double read_number_attribute(const Object& object, const std::string& name, const std::string& code, const std::string& expected) {
  const std::string place = place_of(object, name);
  return guarded(object.file, place, [&] {
    const auto fail = [&](const std::string& found) { return DataError({code, object.file, place, expected, found}); };
    if (!exists(object, name)) throw fail("no such attribute");
    const Header h = open_header(object, name);
    if (!is_standard_integer(h.type.get()) && !is_standard_float(h.type.get())) throw fail(type_name(h.type.get()));
    if (h.elements != 1) throw fail("an array of " + std::to_string(h.elements) + " values");
    double value = 0;
    checked(H5Aread(h.id.get(), H5T_NATIVE_DOUBLE, &value));
    return value;
  });
}

std::vector<std::int64_t> read_integers_attribute(const Object& object, const std::string& name, const std::string& code,
                                                  const std::string& what, std::size_t limit) {
  const std::string place = place_of(object, name);
  return guarded(object.file, place, [&] {
    const auto fail = [&](const std::string& expected, const std::string& found) {
      return DataError({code, object.file, place, expected, found});
    };
    if (!exists(object, name)) throw fail("at least one " + what, "no such attribute");
    const Header h = open_header(object, name);
    if (h.elements == 0) throw fail("at least one " + what, "0");
    if (!is_standard_integer(h.type.get())) throw fail("integers", type_name(h.type.get()));
    if (h.rank > 1) throw fail("one dimension", std::to_string(h.rank));
    if (h.elements > limit) throw fail("at most " + std::to_string(limit), std::to_string(h.elements));
    std::vector<std::int64_t> values(static_cast<std::size_t>(h.elements));
    checked(H5Aread(h.id.get(), H5T_NATIVE_INT64, values.data()));
    return values;
  });
}

std::optional<std::string> read_raw_text_attribute(const Object& object, const std::string& name) {
  const std::string place = place_of(object, name);
  return guarded(object.file, place, [&]() -> std::optional<std::string> {
    const auto fail = [&](const std::string& found) {
      return DataError({"E-ATTR", object.file, place, "a text of at most " + std::to_string(kMaxAttributeText) + " bytes", found});
    };
    if (!exists(object, name)) return std::nullopt;
    const Header h = open_header(object, name);
    if (checked(H5Tget_class(h.type.get())) != H5T_STRING) throw fail(type_name(h.type.get()));
    if (h.elements != 1) throw fail("an array of " + std::to_string(h.elements) + " texts");
    if (checked(H5Tis_variable_str(h.type.get())) > 0) {
      const RawPlace raw = raw_place(object);
      const std::optional<HeapText> text = find_heap_text(raw, header_address(object), name);
      if (!text) return read_library_text(h, kMaxAttributeText);
      if (text->length > kMaxAttributeText) throw fail(std::to_string(text->length) + " bytes");
      return read_heap_text(raw, *text);
    }
    const std::size_t size = H5Tget_size(h.type.get());
    if (size < 1 || size > kMaxAttributeText) throw fail(std::to_string(size) + " bytes");
    return read_fixed_text(h);
  });
}

std::optional<std::string> read_text_attribute(const Object& object, const std::string& name) {
  std::optional<std::string> text = read_raw_text_attribute(object, name);
  if (text) text = printable(*text);
  return text;
}

std::optional<std::uint64_t> read_reference_attribute(const Object& object, const std::string& name) {
  const std::string place = place_of(object, name);
  return guarded(object.file, place, [&]() -> std::optional<std::uint64_t> {
    if (!exists(object, name)) return std::nullopt;
    const Header h = open_header(object, name);
    if (checked(H5Tequal(h.type.get(), H5T_STD_REF_OBJ)) == 0 || h.elements != 1) {
      throw DataError({"E-ATTR", object.file, place, "a reference to an object", type_name(h.type.get())});
    }
    hobj_ref_t reference = 0;
    checked(H5Aread(h.id.get(), H5T_STD_REF_OBJ, &reference));
    return reference;
  });
}

}  // namespace myocramp::io::hdf5
