#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/hdf5/file.hpp"
#include "io/hdf5/variable_text.hpp"

namespace myocramp::io::hdf5 {

/// Datasets that are read whole: the columns of tables, and single values. A scalar and an array of one are alike, because writers differ.
///
/// Texts of variable length never pass through libhdf5 (see variable_text.hpp): their references are read as bytes, and the texts from the
/// bytes of the file.

/// Bytes of one text, such as the names of 1000 channels in one cell. The writer keeps to it.
inline constexpr std::uint64_t kMaxText = 64ULL << 10U;

/// What a small dataset may hold.
struct CellLimits {
  std::uint64_t rows = 1'000'000;
  std::uint64_t text_bytes = kMaxText;      ///< of one text
  std::uint64_t total_bytes = 64ULL << 20;  ///< of all texts together
};

/// The values of a small dataset of any shape as they stand in the file, unpacked but not decoded.
struct StoredValues {
  Id type;
  std::vector<std::uint64_t> shape;  ///< empty for a scalar
  std::size_t count = 0;
  std::size_t width = 0;  ///< bytes of one, or of the reference to a text of variable length
  bool variable = false;  ///< texts of variable length
  std::string bytes;
};

/// Which shapes are taken.
enum class ValueShape { kColumn, kAny };  // kColumn: (), (n,) or (n, 1)

/// Holds that a dataset is neither virtual nor stored in external files. It comes first: asking a virtual dataset for as little as its shape
/// can open other files. Within guarded() only. Throws: DataError E-STORAGE, CallFailed.
void require_inside_file(const Object& dataset);

/// Reads an open dataset; rows in `limits` are values of any shape. Within guarded() only.
/// Throws: DataError E-STORAGE, E-FILTER, E-DTYPE, E-RANK, E-SIZE, E-CHUNKS, E-CORRUPT, CallFailed.
StoredValues read_stored(const Object& dataset, std::uint64_t file_bytes, const CellLimits& limits, ValueShape shape);

/// Stored integers and floats as doubles, Booleans as 0 and 1. Within guarded() only. Throws: DataError E-DTYPE, CallFailed.
std::vector<double> stored_numbers(const Object& dataset, const StoredValues& stored);

/// Stored texts. Within guarded() only. Throws: DataError E-DTYPE, E-SIZE, CallFailed.
std::vector<std::string> stored_texts(const Object& dataset, const StoredValues& stored, const CellLimits& limits);

/// The texts at these places of the heap of the object's file. Within guarded() only. Throws: DataError E-SIZE, CallFailed.
std::vector<std::string> read_heap_texts(const Object& object, const std::vector<HeapText>& places, const CellLimits& limits);

/// What kind of values a dataset has, as far as it matters here.
enum class CellKind { kNumber, kBoolean, kText, kOther };

/// Opens the dataset for its type alone. Throws: as File::open_dataset.
CellKind cell_kind(const File& file, const std::string& path);

/// The texts of a dataset of shape (), (n,) or (n, 1): of fixed or variable length, with the bytes of the file.
/// Throws: as File::open_dataset, and DataError E-STORAGE, E-FILTER, E-DTYPE, E-RANK, E-SIZE, E-CHUNKS, E-CORRUPT.
std::vector<std::string> read_texts(const File& file, const std::string& path, const CellLimits& limits = {});

/// The numbers of a dataset of those shapes: integers, floats or Booleans (0 or 1). Throws: as read_texts.
std::vector<double> read_numbers(const File& file, const std::string& path, const CellLimits& limits = {});

/// The only value of a dataset. Throws: as above, and DataError E-SIZE for several.
std::string read_one_text(const File& file, const std::string& path, std::uint64_t text_bytes = kMaxText);
double read_one_number(const File& file, const std::string& path);

}  // namespace myocramp::io::hdf5
