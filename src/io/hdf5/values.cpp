#include "io/hdf5/values.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "io/hdf5/attributes.hpp"
#include "io/hdf5/small_dataset.hpp"
#include "io/hdf5/types.hpp"
#include "io/hdf5/variable_text.hpp"
#include "io/tsv.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr std::uint64_t kMaxNumbers = 65536;
constexpr std::uint64_t kMaxTexts = 4096;
constexpr std::uint64_t kMaxTextBytes = 1ULL << 20U;
constexpr CellLimits kLimits = {.rows = kMaxTextBytes, .text_bytes = kMaxTextBytes, .total_bytes = kMaxTextBytes};

/// Where a value is, for its messages.
struct Where {
  std::string file;
  std::string place;

  [[nodiscard]] DataError fail(const std::string& code, const std::string& expected, const std::string& found) const {
    return DataError({code, file, place, expected, found});
  }
};

std::uint64_t elements_of(hid_t space) {
  const H5S_class_t kind = checked(H5Sget_simple_extent_type(space));
  return kind == H5S_NULL ? 0 : static_cast<std::uint64_t>(checked(H5Sget_simple_extent_npoints(space)));
}

void require_at_most(const Where& where, std::uint64_t found, std::uint64_t limit, const std::string& what) {
  if (found > limit) throw where.fail("E-SIZE", "at most " + std::to_string(limit) + " " + what, std::to_string(found));
}

void append_utf8(std::uint32_t c, std::string& out) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0U | (c >> 6U));
  } else {
    if (c < 0x10000) {
      put(0xe0U | (c >> 12U));
    } else {
      put(0xf0U | (c >> 18U));
      put(0x80U | ((c >> 12U) & 0x3fU));
    }
    put(0x80U | ((c >> 6U) & 0x3fU));
  }
  put(0x80U | (c & 0x3fU));
}

/// UTF-16 code units as UTF-8; a surrogate without its partner becomes U+FFFD.
std::string from_utf16(const std::vector<double>& units) {
  std::string out;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const auto unit = static_cast<std::uint32_t>(units[i]);
    const bool high = unit >= 0xd800 && unit < 0xdc00;
    const bool low = unit >= 0xdc00 && unit < 0xe000;
    const bool paired = high && i + 1 < units.size() && units[i + 1] >= 0xdc00 && units[i + 1] < 0xe000;
    if (paired) {
      append_utf8(0x10000 + ((unit - 0xd800U) << 10U) + (static_cast<std::uint32_t>(units[i + 1]) - 0xdc00U), out);
      ++i;
    } else {
      append_utf8(high || low ? 0xfffdU : unit, out);
    }
  }
  return out;
}

/// Texts of variable length as libhdf5 reads them, where their place in the file is not simply known.
template <class Read>
std::vector<std::string> library_texts(std::uint64_t count, hid_t type, hid_t space, Read&& read) {
  std::vector<char*> pointers(static_cast<std::size_t>(count), nullptr);
  read(static_cast<void*>(pointers.data()));
  std::vector<std::string> texts;
  for (const char* p : pointers) texts.emplace_back(p == nullptr ? "" : std::string(p, strnlen(p, kMaxTextBytes)));
  H5Dvlen_reclaim(type, space, H5P_DEFAULT, static_cast<void*>(pointers.data()));
  return texts;
}

std::string matlab_class(const Object& dataset) {
  try {
    return read_text_attribute(dataset, "MATLAB_class").value_or("");
  } catch (const DataError&) {
    return "";
  }
}

StoredValues stored_of(const File& file, const Object& dataset) { return read_stored(dataset, file.size(), kLimits, ValueShape::kAny); }

std::vector<double> numbers_of(const Object& dataset, const StoredValues& stored, const Where& where) {
  require_at_most(where, stored.count, kMaxNumbers, "numbers");
  return stored_numbers(dataset, stored);
}

/// MATLAB's char array as one text: a row of UTF-16 units, or none.
std::string char_array_of(const Object& dataset, const StoredValues& stored, const Where& where) {
  if (has_attribute(dataset, "MATLAB_empty")) return "";  // what stands there are its dimensions
  if (std::count_if(stored.shape.begin(), stored.shape.end(), [](std::uint64_t n) { return n != 1; }) > 1) {
    throw where.fail("E-DTYPE", "one row of characters", "a char array of shape " + shape_text(stored.shape));
  }
  return from_utf16(numbers_of(dataset, stored, where));
}

/// The texts that a cell refers to. References lead to objects of the same file only.
std::vector<std::string> cell_of(const File& file, const Object& dataset, const StoredValues& stored, const Where& where) {
  require_at_most(where, stored.count, kMaxTexts, "cells");
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < stored.count; ++i) {
    hobj_ref_t reference = 0;
    std::memcpy(&reference, stored.bytes.data() + i * stored.width, sizeof reference);
    const Where cell = {where.file, where.place + "{" + std::to_string(i + 1) + "}"};
    H5O_type_t kind = H5O_TYPE_UNKNOWN;
    checked(H5Rget_obj_type2(dataset.id.get(), H5R_OBJECT, &reference, &kind));
    if (kind != H5O_TYPE_DATASET) throw cell.fail("E-DTYPE", "a text", "another object");
    const Object target = {where.file, cell.place, owned(H5Rdereference2(dataset.id.get(), H5P_DEFAULT, H5R_OBJECT, &reference))};
    const StoredValues text = stored_of(file, target);
    if (matlab_class(target) != "char" || !is_standard_integer(text.type.get())) {
      throw cell.fail("E-DTYPE", "a text", type_name(text.type.get()));
    }
    texts.push_back(char_array_of(target, text, cell));
  }
  return texts;
}

void read_dataset(const File& file, const Object& dataset, Value& value) {
  const Where where = {value.file, value.place};
  const StoredValues stored = stored_of(file, dataset);
  const hid_t type = stored.type.get();
  const std::string matlab = matlab_class(dataset);
  value.is_text = true;
  if (checked(H5Tget_class(type)) == H5T_STRING) {
    require_at_most(where, stored.count, kMaxTexts, "texts");
    value.texts = stored_texts(dataset, stored, kLimits);
  } else if (matlab == "char" && is_standard_integer(type)) {
    value.texts = {char_array_of(dataset, stored, where)};
  } else if (matlab == "cell" && checked(H5Tequal(type, H5T_STD_REF_OBJ)) > 0) {
    value.texts = cell_of(file, dataset, stored, where);
  } else if (is_standard_integer(type) || is_standard_float(type)) {
    value.is_text = false;
    if (!has_attribute(dataset, "MATLAB_empty")) value.numbers = numbers_of(dataset, stored, where);
  } else {
    throw where.fail("E-DTYPE", "numbers or texts", type_name(type));
  }
}

void read_attribute(const Object& object, const std::string& name, Value& value) {
  const Where where = {value.file, value.place};
  if (checked(H5Aexists(object.id.get(), name.c_str())) == 0) throw where.fail("E-PATH", "an attribute of this name", "none");
  const Id id = owned(H5Aopen(object.id.get(), name.c_str(), H5P_DEFAULT));
  const Id type = owned(H5Aget_type(id.get()));
  const Id space = owned(H5Aget_space(id.get()));
  const std::uint64_t elements = elements_of(space.get());
  if (is_standard_integer(type.get()) || is_standard_float(type.get())) {
    require_at_most(where, elements, kMaxNumbers, "numbers");
    value.numbers.resize(static_cast<std::size_t>(elements));
    if (elements > 0) checked(H5Aread(id.get(), H5T_NATIVE_DOUBLE, value.numbers.data()));
    return;
  }
  if (checked(H5Tget_class(type.get())) != H5T_STRING) throw where.fail("E-DTYPE", "numbers or texts", type_name(type.get()));
  value.is_text = true;
  require_at_most(where, elements, kMaxTexts, "texts");
  if (elements == 0) return;
  if (checked(H5Tis_variable_str(type.get())) > 0) {
    const std::vector<HeapText> places = find_heap_texts(raw_place(object), header_address(object), name, elements);
    value.texts = places.empty()
                      ? library_texts(elements, type.get(), space.get(), [&](void* out) { checked(H5Aread(id.get(), type.get(), out)); })
                      : read_heap_texts(object, places, kLimits);
    return;
  }
  const std::size_t size = H5Tget_size(type.get());
  require_at_most(where, std::max<std::uint64_t>(size, 1) * elements, kMaxTextBytes, "bytes of text");
  std::string bytes(static_cast<std::size_t>(elements) * size, '\0');
  checked(H5Aread(id.get(), type.get(), bytes.data()));
  value.texts = fixed_texts(bytes, size);
}

}  // namespace

std::string Value::shown() const {
  if (size() == 1) return is_text ? "'" + printable(texts[0]) + "'" : shortest(numbers[0]);
  return std::to_string(size()) + (is_text ? " texts" : " numbers");
}

Value read_dataset_value(const File& file, const Object& dataset) {
  Value value{.file = dataset.file, .place = dataset.path, .numbers = {}, .texts = {}};
  guarded(value.file, value.place, [&] { read_dataset(file, dataset, value); });
  return value;
}

Value read_attribute_value(const Object& object, const std::string& attribute) {
  Value value{.file = object.file, .place = object.path + "@" + printable(attribute), .numbers = {}, .texts = {}};
  guarded(value.file, value.place, [&] { read_attribute(object, attribute, value); });
  return value;
}

Value read_value(const File& file, const std::string& place) {
  const std::size_t at = place.rfind('@');
  if (at == std::string::npos) return read_dataset_value(file, file.open_dataset(place));
  return read_attribute_value(file.open_object(place.substr(0, at)), place.substr(at + 1));
}

std::vector<std::uint64_t> shape_of(const Object& dataset) {
  return guarded(dataset.file, dataset.path, [&] {
    require_inside_file(dataset);
    const Id space = owned(H5Dget_space(dataset.id.get()));
    std::array<hsize_t, H5S_MAX_RANK> dims{};
    if (checked(H5Sget_simple_extent_type(space.get())) == H5S_NULL) return std::vector<std::uint64_t>{0};
    const int rank = checked(H5Sget_simple_extent_ndims(space.get()));
    checked(H5Sget_simple_extent_dims(space.get(), dims.data(), nullptr));
    return std::vector<std::uint64_t>(dims.begin(), dims.begin() + rank);
  });
}

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  std::string text;
  for (const std::uint64_t n : shape) text += (text.empty() ? "" : ", ") + std::to_string(n);
  return "(" + text + (shape.size() == 1 ? ",)" : ")");
}

double rate_of_interval(double seconds) {
  const double whole = std::round(1 / seconds);
  return std::abs(whole * seconds - 1) < 1e-12 ? whole : 1 / seconds;
}

}  // namespace myocramp::io::hdf5
