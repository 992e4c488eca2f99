#pragma once

#include <charconv>
#include <stdexcept>
#include <string>
#include <utility>

namespace myocramp {

/// The root of every exception that the library throws: a code for programs, and the four parts of a message for people.
///
/// what() reads "FILE: PLACE: expected X, found Y"; parts that are empty are left out. Text that comes from a file is
/// escaped with printable() before it gets here.
class Error : public std::runtime_error {
 public:
  struct Parts {
    std::string code;      ///< stable, such as "E-RATE"; documented in docs/errors.md
    std::string file;      ///< empty when no file is concerned
    std::string place;     ///< HDF5 path, option or parameter
    std::string expected;  ///< what would have been right
    std::string found;     ///< what was there instead
  };

  explicit Error(Parts parts) : std::runtime_error(text(parts)), parts_(std::move(parts)) {}

  [[nodiscard]] const Parts& parts() const noexcept { return parts_; }
  [[nodiscard]] const std::string& code() const noexcept { return parts_.code; }

 private:
  static std::string text(const Parts& p) {
    std::string out;
    if (!p.file.empty()) out += p.file + ": ";
    if (!p.place.empty()) out += p.place + ": ";
    return out + "expected " + p.expected + ", found " + p.found;
  }

  Parts parts_;
};

/// An option or argument that is wrong for any input (an order of 0, a NaN rate): the caller's to mend.
class InvalidArgument : public Error {
  using Error::Error;
};

/// An input that cannot be used as it is: corrupt, unrecognised, or unfit for the options (a band above its Nyquist frequency).
class DataError : public Error {
  using Error::Error;
};

/// The system refused to read a file or directory (missing, permission, device).
class IoError : public Error {
  using Error::Error;
};

/// A result could not be written (no space, permission, a name that is taken).
class OutputError : public IoError {
  using IoError::IoError;
};

/// A fault of this library: an invariant that did not hold.
class InternalError : public Error {
  using Error::Error;
};

namespace detail {
/// A number for a message: as short as a round trip allows, in no locale.
inline std::string number(double v) {
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, v);
  return {text, end};
}
}  // namespace detail

/// `text` with control characters, backslashes and bytes outside ASCII escaped as \xNN, and cut at 200 bytes: safe in a message, log or table.
inline std::string printable(const std::string& text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const char ch : text) {
    if (out.size() > 200) return out + "...";
    const auto byte = static_cast<unsigned char>(ch);
    if (byte < 0x20 || byte >= 0x7f || ch == '\\') {
      out += "\\x";
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    } else {
      out += ch;
    }
  }
  return out;
}

}  // namespace myocramp
