#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/hdf5/guard.hpp"

namespace myocramp::io::hdf5 {

/// An open group or dataset, with its names for messages.
struct Object {
  std::string file;
  std::string path;  ///< escaped with printable()
  Id id;
};

/// A link of a group.
struct Link {
  std::string name;  ///< as in the file: escape it before it is shown
  bool hard = false;
};

/// A file of others, open for reading. It is never walked: what is wanted is asked for by path, and only hard links are followed, so that
/// nothing outside the file is ever opened.
class File {
 public:
  /// Throws: IoError E-MISSING, E-READ, E-TYPE; DataError E-EMPTY, E-HDF5 (no signature), E-TRUNCATED, E-LOCKED (a program is writing it,
  /// and not for readers beside it).
  explicit File(const std::string& path);

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  /// Whether the file says that a program is writing it in single-writer, multiple-reader mode (SWMR): it was then opened for such a reader.
  /// A writer that died without closing the file leaves the same mark.
  [[nodiscard]] bool is_being_written() const noexcept { return being_written_; }

  /// The root's links sorted by name. Throws: DataError E-LAYOUT beyond 64 links or for a name beyond 255 bytes, E-CORRUPT.
  [[nodiscard]] std::vector<Link> root_links() const;

  /// Opens "/", "/a" or "/a/b/c", every component by a hard link, whatever kind of object it is.
  /// Throws: DataError E-PATH (missing), E-LINK (soft, external or user-defined link), E-CORRUPT.
  [[nodiscard]] Object open_object(const std::string& path) const;

  /// Opens "/a/b/c", every component by a hard link; "/" is the root.
  /// Throws: DataError E-PATH (missing, or another kind of object), E-LINK (soft, external or user-defined link), E-CORRUPT.
  [[nodiscard]] Object open_group(const std::string& path) const;

  /// As open_group.
  [[nodiscard]] Object open_dataset(const std::string& path) const;

 private:
  std::string path_;
  std::uint64_t size_;
  bool being_written_ = false;
  Id id_;
};

/// Whether the group has a link of this name, of any kind.
bool has_link(const Object& group, const std::string& name);

/// The group's links sorted by name. Throws: DataError E-LAYOUT beyond `limit` links or for a name beyond 255 bytes, E-CORRUPT.
std::vector<Link> links(const Object& group, std::size_t limit);

/// Where a soft link of the group points, when `name` is one and names an absolute path inside the file; else empty. Nothing is opened.
std::string soft_target(const Object& group, const std::string& name);

}  // namespace myocramp::io::hdf5
