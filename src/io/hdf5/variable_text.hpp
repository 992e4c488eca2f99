#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace myocramp::io::hdf5 {

/// Texts of variable length lie in a "global heap", and libhdf5 1.10.8 believes what that heap says of itself: of 10 000 files with one
/// to three damaged bytes it crashed or hung on 74, nearly always there. So these texts are read from the bytes of the file without it; the
/// object header too, because the library does not tell where in the heap a text is.
/// Source: HDF5 File Format Specification 3.0, sections III.E (global heap), IV.A.1 (object headers), IV.A.2.m (attributes).

/// A file as bytes; addresses count from the end of its user block.
struct RawPlace {
  std::string file;
  std::uint64_t base = 0;  ///< size of the user block
};

/// Where a text lies in the global heap.
struct HeapText {
  std::uint64_t length = 0;
  std::uint64_t collection = 0;  ///< address of the heap collection
  std::uint64_t object = 0;      ///< number in it
};

/// Looks an attribute up in the object header at `address`. Nothing when it is not there: files of the newest format keep an object's
/// attributes beyond the eighth elsewhere. Throws: CallFailed for damage.
std::optional<HeapText> find_heap_text(const RawPlace& place, std::uint64_t address, const std::string& attribute);

/// The same for every text of an attribute that holds `count`. Empty when it is not there.
std::vector<HeapText> find_heap_texts(const RawPlace& place, std::uint64_t address, const std::string& attribute, std::uint64_t count);

/// Bytes that stand in a dataset or attribute for one text: its length, the address of its collection, its number there.
inline constexpr std::size_t kHeapTextBytes = 16;

/// The same for every reference in `bytes`. Throws: CallFailed for bytes that end within one.
std::vector<HeapText> heap_texts_of(const std::string& bytes);

/// The text up to its first NUL. The caller has limited its length. Throws: CallFailed for damage.
std::string read_heap_text(const RawPlace& place, const HeapText& text);

/// Many texts of one file, such as the cells of a table's column. It keeps the heap collection that it read last, because the texts of a
/// column lie side by side.
class HeapReader {
 public:
  explicit HeapReader(const RawPlace& place);
  HeapReader(const HeapReader&) = delete;
  HeapReader& operator=(const HeapReader&) = delete;
  ~HeapReader();

  /// As read_heap_text. Throws: CallFailed also once more than 1 GiB of collections was read: a damaged column goes to and fro.
  std::string read(const HeapText& text);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// `size` bytes of the file at an address. The caller has limited the size. Throws: CallFailed beyond the end of the file.
std::string read_raw(const RawPlace& place, std::uint64_t address, std::uint64_t size);

/// The value of a compact dataset: it stands inside the object header at `address`. Throws: CallFailed when there is none.
std::string read_compact(const RawPlace& place, std::uint64_t address);

}  // namespace myocramp::io::hdf5
