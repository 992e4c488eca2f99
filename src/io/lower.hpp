#pragma once

#include <string>

namespace myocramp::io {

/// The text with the letters A to Z as a to z; every other byte stays, whatever the locale.
inline std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

}  // namespace myocramp::io
