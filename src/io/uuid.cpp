#include "io/uuid.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "myocramp/core/error.hpp"

namespace myocramp::io {

std::string Uuid::text() const {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += kHex[bytes[i] >> 4U];
    out += kHex[bytes[i] & 15U];
  }
  return out;
}

Uuid uuid5(const Uuid& space, std::string_view name) {
  std::string text(space.bytes.begin(), space.bytes.end());
  text += name;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1 || size < 16) {
    throw InternalError({"E-INTERNAL", "", "uuid", "a working SHA-1 in libcrypto", "a failure"});
  }
  Uuid id;
  std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0fU) | 0x50U);  // version 5
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3fU) | 0x80U);  // variant of the RFC
  return id;
}

}  // namespace myocramp::io
