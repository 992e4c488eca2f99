#include "io/hdf5/file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>

#include "platform/files.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr std::size_t kMaxRootLinks = 64;
constexpr std::size_t kMaxName = 255;
constexpr std::size_t kMaxTarget = 4096;                  // of a soft link
constexpr std::uint64_t kSignatureSearch = 64ULL << 20U;  // the signature stands at 0, 512, 1024, 2048 ...
constexpr std::uint64_t kSmallestFile = 96;               // a superblock and nothing else
constexpr std::array<char, 8> kSignature = {'\x89', 'H', 'D', 'F', '\r', '\n', '\x1a', '\n'};

std::string hex(const char* bytes, std::size_t n) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < n; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    out += {kHex[byte >> 4U], kHex[byte & 15U]};
    if (i + 1 < n) out += ' ';
  }
  return out;
}

std::uint64_t size_of(const std::string& path) {
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(path, error);
  if (error) throw IoError({"E-READ", path, "", "a readable file", error.message()});
  return size;
}

/// Our own look at the signature, so that no other format ever reaches libhdf5.
void require_signature(const std::string& path, std::uint64_t size) {
  std::ifstream stream(path, std::ios::binary);
  std::array<char, 8> first{};
  std::streamsize first_size = 0;
  for (std::uint64_t at = 0; at < std::min(size, kSignatureSearch); at = at == 0 ? 512 : at * 2) {
    std::array<char, 8> bytes{};
    stream.clear();
    stream.seekg(static_cast<std::streamoff>(at));
    stream.read(bytes.data(), bytes.size());
    if (at == 0) {
      first = bytes;
      first_size = stream.gcount();
    }
    if (bytes != kSignature) continue;
    if (size - at >= kSmallestFile) return;
    throw DataError({"E-TRUNCATED", path, "", "at least " + std::to_string(at + kSmallestFile) + " bytes", std::to_string(size)});
  }
  std::string found = "bytes " + hex(first.data(), static_cast<std::size_t>(first_size));
  if (std::string_view(first.data(), first.size()) == "MATLAB 5") {  // the start of "MATLAB 5.0 MAT-file", which versions 5 to 7 write
    found = "a MATLAB file older than v7.3: convert it with myocramp import, or save it in MATLAB with -v7.3";
  }
  throw DataError({"E-HDF5", path, "", "the HDF5 signature " + hex(kSignature.data(), kSignature.size()), found});
}

/// The digits that follow `key` in a message of libhdf5.
std::optional<std::string> number_after(const std::string& text, const std::string& key) {
  const std::size_t at = text.find(key);
  if (at == std::string::npos) return std::nullopt;
  const std::size_t begin = text.find_first_of("0123456789", at + key.size());
  if (begin == std::string::npos) return std::nullopt;
  return text.substr(begin, text.find_first_not_of("0123456789", begin) - begin);
}

/// Names the two common cases among the reasons why H5Fopen fails.
DataError not_opened(const std::string& path, const std::string& reason) {
  const auto stored = number_after(reason, "stored_eof");
  if (reason.find("truncated file") != std::string::npos && stored) {
    const std::string found = number_after(reason, "eof").value_or("fewer") + " (the file is cut off)";
    return DataError({"E-TRUNCATED", path, "", *stored + " bytes", found});
  }
  if (reason.find("unable to lock") != std::string::npos || reason.find("already open for write") != std::string::npos) {
    return DataError({"E-LOCKED", path, "", "a file that no program is writing", reason});
  }
  return DataError({"E-HDF5", path, "", "a readable HDF5 file", reason});
}

Id open_with(const std::string& path, unsigned flags) {
  const Id access = owned(H5Pcreate(H5P_FILE_ACCESS));
  checked(H5Pset_fclose_degree(access.get(), H5F_CLOSE_SEMI));  // an object left open is an error here, not a crash at exit
  checked(H5Pset_cache(access.get(), 0, 1, 0, 1.0));            // no cache of chunks
  return owned(H5Fopen(path.c_str(), flags, access.get()));
}

/// A file that is marked as being written is tried once more as a reader beside its writer; HDF5 grants that only when the writer said so.
Id open_read_only(const std::string& path, bool& being_written) {
  try {
    return open_with(path, H5F_ACC_RDONLY);
  } catch (const CallFailed& e) {
    const std::string reason = e.what();
    if (reason.find("already open for write") == std::string::npos) throw not_opened(path, reason);
    try {
      Id id = open_with(path, H5F_ACC_RDONLY | H5F_ACC_SWMR_READ);
      being_written = true;
      return id;
    } catch (const CallFailed&) {
      throw not_opened(path, reason);
    }
  }
}

std::string link_kind(H5L_type_t type) {
  if (type == H5L_TYPE_SOFT) return "a soft link";
  if (type == H5L_TYPE_EXTERNAL) return "an external link";
  return "a user-defined link";
}

std::string object_kind(H5I_type_t type) {
  if (type == H5I_GROUP) return "a group";
  if (type == H5I_DATASET) return "a dataset";
  return "a datatype";
}

/// Holds that `parent` has `name` by a hard link.
void require_hard_link(const Object& parent, const std::string& name, const std::string& place) {
  if (name.empty() || name == "." || checked(H5Lexists(parent.id.get(), name.c_str(), H5P_DEFAULT)) == 0) {
    throw DataError({"E-PATH", parent.file, place, "an object of this name", "none"});
  }
  H5L_info_t info{};
  checked(H5Lget_info(parent.id.get(), name.c_str(), &info, H5P_DEFAULT));
  if (info.type != H5L_TYPE_HARD) throw DataError({"E-LINK", parent.file, place, "a hard link", link_kind(info.type)});
}

Object open_any_child(const Object& parent, const std::string& name) {
  const std::string place = (parent.path == "/" ? "" : parent.path) + "/" + printable(name);
  return guarded(parent.file, place, [&] {
    require_hard_link(parent, name, place);
    return Object{parent.file, place, owned(H5Oopen(parent.id.get(), name.c_str(), H5P_DEFAULT))};
  });
}

Object open_child(const Object& parent, const std::string& name, H5I_type_t kind) {
  Object child = open_any_child(parent, name);
  const H5I_type_t found = guarded(child.file, child.path, [&] { return H5Iget_type(child.id.get()); });
  if (found != kind) throw DataError({"E-PATH", child.file, child.path, object_kind(kind), object_kind(found)});
  return child;
}

std::vector<std::string> components(const std::string& path) {
  std::vector<std::string> names;
  std::size_t begin = 1;  // after the leading slash
  for (;;) {
    const std::size_t end = path.find('/', begin);
    names.push_back(path.substr(begin, end == std::string::npos ? end : end - begin));
    if (end == std::string::npos) return names;
    begin = end + 1;
  }
}

/// Opens all but the last component, which is returned with its parent.
struct Parent {
  Object group;
  std::string child;
};

Object open_root(const std::string& file, hid_t id) {
  return guarded(file, "/", [&] { return Object{file, "/", owned(H5Gopen2(id, "/", H5P_DEFAULT))}; });
}

Parent open_parent(const std::string& file, hid_t id, const std::string& path) {
  Object group = open_root(file, id);
  std::vector<std::string> names = components(path);
  std::string child = std::move(names.back());
  names.pop_back();
  for (const std::string& name : names) group = open_child(group, name, H5I_GROUP);
  return {std::move(group), std::move(child)};
}

/// What H5Literate collects.
struct Listing {
  std::vector<Link> links;
  std::size_t limit = 0;
  bool too_many = false;
  bool long_name = false;
};

/// Called from C: no exception may pass.
herr_t list_link(hid_t, const char* name, const H5L_info_t* info, void* data) noexcept try {
  auto& listing = *static_cast<Listing*>(data);
  listing.too_many = listing.links.size() == listing.limit;
  listing.long_name = strnlen(name, kMaxName + 1) > kMaxName;
  if (listing.too_many || listing.long_name) return 1;
  listing.links.push_back({name, info->type == H5L_TYPE_HARD});
  return 0;
} catch (...) {
  return -1;
}

}  // namespace

File::File(const std::string& path) : path_(path), size_(0) {
  platform::require_regular_file(path);
  size_ = size_of(path);
  require_signature(path, size_);
  const Guard guard;
  id_ = open_read_only(path, being_written_);
}

std::vector<Link> File::root_links() const { return links(open_group("/"), kMaxRootLinks); }

Object File::open_object(const std::string& path) const {
  if (path == "/") return open_root(path_, id_.get());
  const Parent parent = open_parent(path_, id_.get(), path);
  return open_any_child(parent.group, parent.child);
}

Object File::open_group(const std::string& path) const {
  if (path == "/") return open_root(path_, id_.get());
  const Parent parent = open_parent(path_, id_.get(), path);
  return open_child(parent.group, parent.child, H5I_GROUP);
}

Object File::open_dataset(const std::string& path) const {
  const Parent parent = open_parent(path_, id_.get(), path);
  return open_child(parent.group, parent.child, H5I_DATASET);
}

bool has_link(const Object& group, const std::string& name) {
  return guarded(group.file, group.path, [&] { return checked(H5Lexists(group.id.get(), name.c_str(), H5P_DEFAULT)) > 0; });
}

std::vector<Link> links(const Object& group, std::size_t limit) {
  Listing listing;
  listing.limit = limit;
  guarded(group.file, group.path,
          [&] { checked(H5Literate(group.id.get(), H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, &list_link, &listing)); });
  const std::string where = group.path == "/" ? "the root group" : "the group";
  if (listing.too_many) {
    throw DataError({"E-LAYOUT", group.file, group.path, "at most " + std::to_string(limit) + " objects in " + where, "more"});
  }
  if (listing.long_name) {
    throw DataError(
        {"E-LAYOUT", group.file, group.path, "names of at most " + std::to_string(kMaxName) + " bytes in " + where, "a longer one"});
  }
  std::sort(listing.links.begin(), listing.links.end(), [](const Link& a, const Link& b) { return a.name < b.name; });
  return std::move(listing.links);
}

std::string soft_target(const Object& group, const std::string& name) {
  return guarded(group.file, group.path, [&]() -> std::string {
    if (checked(H5Lexists(group.id.get(), name.c_str(), H5P_DEFAULT)) == 0) return "";
    H5L_info_t info{};
    checked(H5Lget_info(group.id.get(), name.c_str(), &info, H5P_DEFAULT));
    if (info.type != H5L_TYPE_SOFT || info.u.val_size < 2 || info.u.val_size > kMaxTarget) return "";
    std::string target(info.u.val_size, '\0');
    checked(H5Lget_val(group.id.get(), name.c_str(), target.data(), target.size(), H5P_DEFAULT));
    target.resize(strnlen(target.data(), target.size()));
    return target.starts_with('/') && target.size() > 1 ? target : "";
  });
}

}  // namespace myocramp::io::hdf5
