#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace myocramp::io {

/// A universally unique identifier.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  /// The usual form, "6ba7b811-9dad-11d1-80b4-00c04fd430c8".
  [[nodiscard]] std::string text() const;
  bool operator==(const Uuid&) const = default;
};

/// The namespaces of RFC 9562, section 6.6.
inline constexpr Uuid kDnsNamespace{{0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}};
inline constexpr Uuid kUrlNamespace{{0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}};

/// Version 5: the same name in the same namespace always gives the same identifier. Source: RFC 9562, section 5.5.
Uuid uuid5(const Uuid& space, std::string_view name);

}  // namespace myocramp::io
