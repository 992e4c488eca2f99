#include "io/hdf5/types.hpp"

#include <cstring>
#include <utility>

#include <algorithm>
#include <initializer_list>

#include "io/hdf5/guard.hpp"

namespace myocramp::io::hdf5 {
namespace {

bool is_one_of(hid_t type, std::initializer_list<hid_t> standard) {
  return std::any_of(standard.begin(), standard.end(), [&](hid_t s) { return checked(H5Tequal(type, s)) > 0; });
}

}  // namespace

bool is_standard_integer(hid_t type) {
  return is_one_of(type,
                   {H5T_STD_U8LE, H5T_STD_I8LE, H5T_STD_U16LE, H5T_STD_I16LE, H5T_STD_U32LE, H5T_STD_I32LE, H5T_STD_U64LE, H5T_STD_I64LE,
                    H5T_STD_U8BE, H5T_STD_I8BE, H5T_STD_U16BE, H5T_STD_I16BE, H5T_STD_U32BE, H5T_STD_I32BE, H5T_STD_U64BE, H5T_STD_I64BE});
}

bool is_standard_float(hid_t type) { return is_one_of(type, {H5T_IEEE_F32LE, H5T_IEEE_F64LE, H5T_IEEE_F32BE, H5T_IEEE_F64BE}); }

std::string type_name(hid_t type) {
  switch (checked(H5Tget_class(type))) {
    case H5T_INTEGER:
      return is_standard_integer(type) ? "an integer of " + std::to_string(H5Tget_size(type)) + " bytes" : "an odd integer";
    case H5T_FLOAT:
      return is_standard_float(type) ? "a float" : "an odd float";
    case H5T_STRING:
      return "text";
    case H5T_ENUM:
      return "an enumeration or Boolean";
    default:
      return "another type";
  }
}

std::vector<std::string> fixed_texts(const std::string& bytes, std::size_t length) {
  std::vector<std::string> texts;
  for (std::size_t at = 0; at + length <= bytes.size() && length > 0; at += length) {
    std::string text(bytes.data() + at, strnlen(bytes.data() + at, length));
    while (text.ends_with(' ')) text.pop_back();
    texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace myocramp::io::hdf5
