#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/hdf5/guard.hpp"
#include "io/hdf5/small_dataset.hpp"

namespace myocramp::io::hdf5 {

/// Writing the objects that an NWB file is made of. All of it runs under the Guard, inside OutputFile::call(), and throws CallFailed when
/// libhdf5 does, InvalidArgument E-TEXT for a text that is no UTF-8 or holds a NUL, and for texts that are longer than the reader takes.

/// A group or dataset that is being written. `path` holds the plain names, for object_ids.
struct Node {
  Id id;
  std::string path;
};

/// Holds that HDF5 can keep a text and that the reader takes one of its length. Throws: InvalidArgument E-TEXT.
void require_text(const std::string& text, const std::string& place, std::size_t most = kMaxText);

/// A device's name made fit for an object: '/', ':' and control characters become '-'; cut at 200 bytes; "device" when empty.
std::string object_name(const std::string& name);

void put_text(hid_t object, const std::string& name, const std::string& text);
void put_texts(hid_t object, const std::string& name, const std::vector<std::string>& texts);
void put_number(hid_t object, const std::string& name, double value);
void put_integer(hid_t object, const std::string& name, int value);
void put_reference(hid_t object, const std::string& name, const Node& target);

/// Equal content must give equal bytes, so no list that objects are made with has times of day.
Id dataset_creation();

/// Makes objects, each with an object_id that follows from the file's identifier and its own path.
class NwbObjects {
 public:
  NwbObjects(hid_t file, std::string identifier) : file_(file), identifier_(std::move(identifier)) {}

  [[nodiscard]] const std::string& identifier() const noexcept { return identifier_; }
  [[nodiscard]] std::string object_id(const std::string& path) const;

  [[nodiscard]] Node root() const;
  Node plain_group(const Node& parent, const std::string& name) const;
  Node group(const Node& parent, const std::string& name, const std::string& type) const;
  /// Opens a group, or makes it plain.
  Node open_or_make_group(const Node& parent, const std::string& name) const;
  void soft_link(const Node& parent, const std::string& name, const std::string& target) const;

  void text(const Node& parent, const std::string& name, const std::string& text, std::size_t most = kMaxText) const;
  Node texts(const Node& parent, const std::string& name, const std::vector<std::string>& texts) const;
  Node numbers(const Node& parent, const std::string& name, const std::vector<double>& values) const;
  Node integers(const Node& parent, const std::string& name, const std::vector<int>& values) const;
  /// Unsigned, as a VectorIndex wants them.
  Node ends(const Node& parent, const std::string& name, const std::vector<std::uint32_t>& values) const;
  Node references(const Node& parent, const std::string& name, const std::vector<std::string>& targets) const;
  Node number(const Node& parent, const std::string& name, double value) const;

  /// Makes a dataset without writing into it.
  Node dataset(const Node& parent, const std::string& name, hid_t type, hid_t space, hid_t creation) const;

  /// Makes an object one of NWB's types; those of tables are "hdmf-common"'s.
  /// An object that takes the place of another keeps its object_id.
  void declare(const Node& node, const std::string& type, const std::optional<std::string>& known_id = std::nullopt) const;

 private:
  Node filled(const Node& parent, const std::string& name, hid_t type, hid_t space, hid_t memory_type, const void* data) const;

  hid_t file_;
  std::string identifier_;
};

}  // namespace myocramp::io::hdf5
