#include "io/hdf5/variable_text.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "io/hdf5/guard.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr std::uint64_t kMaxBlock = 1ULL << 20U;  // of an object header: far beyond what attributes of 64 KiB need
constexpr std::size_t kMaxBlocks = 64;
constexpr std::uint64_t kMaxCollection = 16ULL << 20U;  // libhdf5 makes none beyond 64 KiB, but for one larger text
constexpr std::uint64_t kMaxHeapRead = 1ULL << 30U;
constexpr unsigned kContinuation = 0x10;
constexpr unsigned kDataLayout = 0x08;
constexpr unsigned kAttribute = 0x0c;
constexpr unsigned kSharedMessage = 0x02;

[[noreturn]] void fail(const std::string& reason) { throw CallFailed(reason); }

/// Bytes of a file by address; none beyond its end.
class RawFile {
 public:
  explicit RawFile(const RawPlace& place) : stream_(place.file, std::ios::binary | std::ios::ate), base_(place.base) {
    size_ = stream_ ? static_cast<std::uint64_t>(stream_.tellg()) : 0;
  }
  std::string read(std::uint64_t address, std::uint64_t size) {
    const std::uint64_t room = size_ > base_ ? size_ - base_ : 0;
    if (address > room || size > room - address) fail("an address beyond the end of the file");
    std::string bytes(static_cast<std::size_t>(size), '\0');
    stream_.clear();
    stream_.seekg(static_cast<std::streamoff>(base_ + address));
    if (!stream_.read(bytes.data(), static_cast<std::streamsize>(size))) fail("a file that ends early");
    return bytes;
  }

 private:
  std::ifstream stream_;
  std::uint64_t base_;
  std::uint64_t size_ = 0;
};

/// Reads little-endian numbers from bytes that outlive it, one after the other; running out of bytes is damage.
class Cursor {
 public:
  explicit Cursor(const std::string& bytes) : bytes_(bytes) {}
  explicit Cursor(std::string&& bytes) = delete;

  [[nodiscard]] std::size_t left() const noexcept { return bytes_.size() - at_; }
  std::uint64_t number(std::size_t width) {
    const std::size_t begin = step(width);
    std::uint64_t value = 0;
    for (std::size_t i = width; i-- > 0;) value = (value << 8U) | static_cast<unsigned char>(bytes_[begin + i]);
    return value;
  }
  std::string_view take(std::uint64_t n) {
    const std::size_t begin = step(n);
    return bytes_.substr(begin, static_cast<std::size_t>(n));
  }
  void skip(std::uint64_t n) { step(n); }

 private:
  std::size_t step(std::uint64_t n) {
    if (n > left()) fail("a message that is cut off");
    at_ += static_cast<std::size_t>(n);
    return at_ - static_cast<std::size_t>(n);
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
};

struct Message {
  unsigned type = 0;
  unsigned flags = 0;
  std::string data;
};

/// The messages of one object header, in the old format (version 1) or the new (version 2), with all its continuations.
class ObjectHeader {
 public:
  ObjectHeader(RawFile& file, std::uint64_t address) : file_(file) {
    const std::string head = file_.read(address, 16);
    if (head.starts_with("OHDR")) {
      read_new_head(address, head);
    } else {
      Cursor c(head);
      if (c.number(1) != 1) fail("an object header of an unknown version");
      c.skip(7);
      read_block(address + 16, c.number(4));
    }
    for (std::size_t i = 0; i < continuations_.size(); ++i) {  // grows while it is walked
      if (i == kMaxBlocks) fail("an object header in too many pieces");
      read_continuation(continuations_[i].first, continuations_[i].second);
    }
  }

  [[nodiscard]] const std::vector<Message>& messages() const noexcept { return messages_; }

 private:
  void read_new_head(std::uint64_t address, const std::string& head) {
    new_format_ = true;
    const auto flags = static_cast<unsigned char>(head[5]);
    ordered_ = (flags & 0x04U) != 0;
    const std::uint64_t size_at = address + 6 + ((flags & 0x20U) != 0 ? 16U : 0U) + ((flags & 0x10U) != 0 ? 4U : 0U);
    const std::uint64_t size_width = 1ULL << (flags & 3U);
    const std::string size = file_.read(size_at, size_width);
    read_block(size_at + size_width, Cursor(size).number(size.size()));
  }

  void read_continuation(std::uint64_t address, std::uint64_t size) {
    if (!new_format_) return read_block(address, size);
    if (size < 8 || file_.read(address, 4) != "OCHK") fail("a damaged continuation of an object header");
    read_block(address + 4, size - 8);  // between the signature and the checksum
  }

  void read_block(std::uint64_t address, std::uint64_t size) {
    if (size > kMaxBlock) fail("an object header of " + std::to_string(size) + " bytes");
    const std::string bytes = file_.read(address, size);
    Cursor c(bytes);
    const std::size_t head = new_format_ ? (ordered_ ? 6U : 4U) : 8U;
    while (c.left() >= head) {
      Message m;
      m.type = static_cast<unsigned>(c.number(new_format_ ? 1 : 2));
      const std::uint64_t length = c.number(2);
      m.flags = static_cast<unsigned>(c.number(1));
      c.skip(new_format_ ? (ordered_ ? 2 : 0) : 3);
      m.data = c.take(length);
      if (m.type == kContinuation) {
        Cursor where(m.data);
        const std::uint64_t at = where.number(8);
        continuations_.emplace_back(at, where.number(8));
      }
      messages_.push_back(std::move(m));
    }
  }

  RawFile& file_;
  bool new_format_ = false;
  bool ordered_ = false;
  std::vector<Message> messages_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> continuations_;
};

/// A cursor at the raw value of an attribute message, or nothing when it has another name.
std::optional<Cursor> value_of(const Message& m, const std::string& name) {
  if (m.type != kAttribute || (m.flags & kSharedMessage) != 0) return std::nullopt;
  Cursor c(m.data);
  const std::uint64_t version = c.number(1);
  if (version < 1 || version > 3) fail("an attribute of an unknown version");
  c.skip(1);
  const auto padded = [&](std::uint64_t n) { return version == 1 ? (n + 7) / 8 * 8 : n; };
  const std::uint64_t name_size = c.number(2);
  const std::uint64_t type_size = c.number(2);
  const std::uint64_t space_size = c.number(2);
  if (version == 3) c.skip(1);
  const std::string_view found = c.take(padded(name_size));
  if (found.substr(0, found.find('\0')) != name) return std::nullopt;
  c.skip(padded(type_size));
  c.skip(padded(space_size));
  return c;
}

/// The bytes of a text: its collection is a row of objects, each with a number and a size.
std::string heap_object(RawFile& file, const HeapText& text) {
  const std::string bytes = file.read(text.collection, 16);
  Cursor head(bytes);
  if (head.take(4) != "GCOL" || head.number(4) != 1) fail("no global heap where a text should be");
  const std::uint64_t size = head.number(8);
  std::uint64_t at = 16;
  while (size >= 16 && at <= size - 16) {
    const std::string object_head = file.read(text.collection + at, 16);
    Cursor object(object_head);
    const std::uint64_t number = object.number(2);
    object.skip(6);
    const std::uint64_t object_size = object.number(8);
    if (number == 0) break;  // free space, always the last
    if (object_size > size - at - 16) fail("a global heap that is damaged");
    if (number == text.object) {
      if (text.length > object_size) fail("a text that is longer than its place in the global heap");
      return file.read(text.collection + at + 16, text.length);
    }
    at += 16 + (object_size + 7) / 8 * 8;
  }
  fail("a text that is not in the global heap");
}

/// A heap collection: its bytes, and where in them each object is.
struct Collection {
  std::string bytes;
  std::map<std::uint64_t, std::pair<std::size_t, std::size_t>> objects;  // number -> (begin, size)
};

Collection read_collection(RawFile& file, std::uint64_t address) {
  Collection c;
  {
    const std::string bytes = file.read(address, 16);
    Cursor head(bytes);
    if (head.take(4) != "GCOL" || head.number(4) != 1) fail("no global heap where a text should be");
    const std::uint64_t size = head.number(8);
    if (size < 16 || size > kMaxCollection) fail("a global heap that is damaged");
    c.bytes = file.read(address, size);
  }
  std::size_t at = 16;
  while (c.bytes.size() - at >= 16) {
    Cursor object(c.bytes);
    object.skip(at);
    const std::uint64_t number = object.number(2);
    object.skip(6);
    const std::uint64_t size = object.number(8);
    if (number == 0) break;  // free space, always the last
    if (size > c.bytes.size() - at - 16) fail("a global heap that is damaged");
    c.objects.try_emplace(number, at + 16, static_cast<std::size_t>(size));
    at = std::min(c.bytes.size(), at + 16 + static_cast<std::size_t>((size + 7) / 8 * 8));
  }
  return c;
}

HeapText next_place(Cursor& value) {
  HeapText text;
  text.length = value.number(4);
  text.collection = value.number(8);
  text.object = value.number(4);
  return text;
}

}  // namespace

std::optional<HeapText> find_heap_text(const RawPlace& place, std::uint64_t address, const std::string& attribute) {
  const std::vector<HeapText> texts = find_heap_texts(place, address, attribute, 1);
  return texts.empty() ? std::nullopt : std::optional(texts[0]);
}

std::vector<HeapText> find_heap_texts(const RawPlace& place, std::uint64_t address, const std::string& attribute, std::uint64_t count) {
  RawFile file(place);
  const ObjectHeader header(file, address);
  std::vector<HeapText> texts;
  for (const Message& m : header.messages()) {
    std::optional<Cursor> value = value_of(m, attribute);
    if (!value) continue;
    for (std::uint64_t i = 0; i < count; ++i) texts.push_back(next_place(*value));
    break;
  }
  return texts;
}

std::vector<HeapText> heap_texts_of(const std::string& bytes) {
  Cursor references(bytes);
  std::vector<HeapText> texts;
  while (references.left() > 0) texts.push_back(next_place(references));
  return texts;
}

std::string read_heap_text(const RawPlace& place, const HeapText& text) {
  if (text.length == 0) return "";
  RawFile file(place);
  const std::string bytes = heap_object(file, text);
  return bytes.substr(0, bytes.find('\0'));
}

struct HeapReader::State {
  RawFile file;
  std::uint64_t address = 0;
  Collection last{};
  std::uint64_t bytes_read = 0;
};

HeapReader::HeapReader(const RawPlace& place) : state_(std::make_unique<State>(State{RawFile(place)})) {}
HeapReader::~HeapReader() = default;

std::string HeapReader::read(const HeapText& text) {
  if (text.length == 0) return "";
  if (state_->last.bytes.empty() || state_->address != text.collection) {
    state_->last = read_collection(state_->file, text.collection);
    state_->address = text.collection;
    state_->bytes_read += state_->last.bytes.size();
    if (state_->bytes_read > kMaxHeapRead) fail("texts scattered over too many heaps");
  }
  const auto found = state_->last.objects.find(text.object);
  if (found == state_->last.objects.end()) fail("a text that is not in the global heap");
  const auto [begin, size] = found->second;
  if (text.length > size) fail("a text that is longer than its place in the global heap");
  const std::string_view bytes = std::string_view(state_->last.bytes).substr(begin, static_cast<std::size_t>(text.length));
  return std::string(bytes.substr(0, bytes.find('\0')));
}

std::string read_raw(const RawPlace& place, std::uint64_t address, std::uint64_t size) { return RawFile(place).read(address, size); }

std::string read_compact(const RawPlace& place, std::uint64_t address) {
  RawFile file(place);
  const ObjectHeader header(file, address);
  for (const Message& m : header.messages()) {
    if (m.type != kDataLayout || (m.flags & kSharedMessage) != 0) continue;
    Cursor c(m.data);
    const std::uint64_t version = c.number(1);
    if (version < 3 || version > 4 || c.number(1) != 0) continue;  // 0: compact
    const std::uint64_t size = c.number(2);
    return std::string(c.take(size));
  }
  fail("a compact dataset without its value");
}

}  // namespace myocramp::io::hdf5
