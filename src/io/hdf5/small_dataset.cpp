#include "io/hdf5/small_dataset.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "io/hdf5/attributes.hpp"
#include "io/hdf5/dataset.hpp"
#include "io/hdf5/types.hpp"
#include "io/hdf5/variable_text.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr std::uint64_t kMaxChunkBytes = 64ULL << 20U;
constexpr std::uint64_t kMaxChunks = 100'000;
constexpr std::uint64_t kReferenceBytes = 16;  // length, address of the heap collection, number in it
constexpr std::uint64_t kMaxFixedText = 64ULL << 10U;

/// The elements of a dataset as they stand in the file, with nothing decoded.
class StoredCells {
 public:
  StoredCells(const File& file, const std::string& path, const CellLimits& limits)
      : object_(file.open_dataset(path)), file_size_(file.size()), limits_(limits) {}

  /// Reads the bytes. Throws: DataError, CallFailed.
  void read() {
    plist_ = owned(H5Dget_create_plist(object_.id.get()));
    check_storage();
    check_type();
    check_shape();
    if (rows_ == 0) return;
    if (layout_ == H5D_CHUNKED) {
      read_chunks();
    } else {
      bytes_ = layout_ == H5D_COMPACT ? read_compact(raw_place(object_), header_address(object_)) : read_contiguous();
    }
    if (bytes_.size() != rows_ * width_) {
      throw fail("E-SIZE", std::to_string(rows_ * width_) + " bytes stored", std::to_string(bytes_.size()));
    }
  }

  [[nodiscard]] const Object& object() const noexcept { return object_; }
  [[nodiscard]] hid_t type() const noexcept { return type_.get(); }
  [[nodiscard]] bool is_variable() const noexcept { return variable_; }
  [[nodiscard]] std::size_t rows() const noexcept { return static_cast<std::size_t>(rows_); }
  [[nodiscard]] std::size_t width() const noexcept { return static_cast<std::size_t>(width_); }
  [[nodiscard]] std::string& bytes() noexcept { return bytes_; }
  [[nodiscard]] const char* at(std::size_t row) const noexcept { return bytes_.data() + row * width(); }
  [[nodiscard]] DataError fail(const std::string& code, const std::string& expected, const std::string& found) const {
    return DataError({code, object_.file, object_.path, expected, found});
  }

 private:
  void check_storage() {
    layout_ = checked(H5Pget_layout(plist_.get()));
    if (layout_ == H5D_VIRTUAL) throw fail("E-STORAGE", "values inside the file", "a virtual dataset");
    if (checked(H5Pget_external_count(plist_.get())) > 0) throw fail("E-STORAGE", "values inside the file", "external files");
    if (checked(H5Pget_nfilters(plist_.get())) > 0) throw fail("E-FILTER", "texts and single values without a filter", "a filter");
  }

  void check_type() {
    type_ = owned(H5Dget_type(object_.id.get()));
    const bool text = checked(H5Tget_class(type_.get())) == H5T_STRING;
    variable_ = text && checked(H5Tis_variable_str(type_.get())) > 0;
    width_ = variable_ ? kReferenceBytes : H5Tget_size(type_.get());
    if (width_ < 1 || width_ > (text ? kMaxFixedText : 8 + kReferenceBytes)) {
      throw fail("E-DTYPE", "numbers, Booleans or texts of at most 64 KiB",
                 type_name(type_.get()) + " of " + std::to_string(width_) + " bytes");
    }
  }

  void check_shape() {
    const Id space = owned(H5Dget_space(object_.id.get()));
    if (checked(H5Sget_simple_extent_type(space.get())) == H5S_NULL) return;
    rank_ = checked(H5Sget_simple_extent_ndims(space.get()));
    if (rank_ > 2) throw fail("E-RANK", "one value or one column", std::to_string(rank_) + " dimensions");
    std::array<hsize_t, 2> shape = {1, 1};
    checked(H5Sget_simple_extent_dims(space.get(), shape.data(), nullptr));
    if (shape[1] != 1) throw fail("E-RANK", "one value or one column", std::to_string(shape[1]) + " columns");
    rows_ = shape[0];
    if (rows_ > limits_.rows) throw fail("E-SIZE", "at most " + std::to_string(limits_.rows) + " rows", std::to_string(rows_));
    if (!variable_ && rows_ * width_ > limits_.total_bytes) {
      throw fail("E-SIZE", "at most " + std::to_string(limits_.total_bytes) + " bytes", std::to_string(rows_ * width_));
    }
  }

  std::string read_contiguous() {
    const haddr_t offset = H5Dget_offset(object_.id.get());  // counts the user block
    const std::uint64_t stored = H5Dget_storage_size(object_.id.get());
    if (stored != rows_ * width_ || offset == HADDR_UNDEF || offset > file_size_ || stored > file_size_ - offset) {
      throw fail("E-SIZE", std::to_string(rows_ * width_) + " bytes inside the file", std::to_string(stored));
    }
    return read_raw({object_.file, 0}, offset, stored);
  }

  void read_chunks() {
    std::array<hsize_t, 2> chunk = {1, 1};
    if (checked(H5Pget_chunk(plist_.get(), 2, chunk.data())) != rank_ || chunk[0] == 0 || chunk[1] != 1) {
      throw fail("E-RANK", "chunks of the dataset's shape", "others");
    }
    if (chunk[0] > kMaxChunkBytes / width_) throw fail("E-SIZE", "chunks of at most 64 MiB", std::to_string(chunk[0]) + " rows");
    const std::uint64_t chunks = (rows_ + chunk[0] - 1) / chunk[0];
    if (chunks > kMaxChunks) throw fail("E-CHUNKS", "at most " + std::to_string(kMaxChunks) + " chunks", std::to_string(chunks));
    std::string buffer(static_cast<std::size_t>(chunk[0] * width_), '\0');
    for (std::array<hsize_t, 2> at = {0, 0}; at[0] < rows_; at[0] += chunk[0]) {
      hsize_t size = 0;
      checked(H5Dget_chunk_storage_size(object_.id.get(), at.data(), &size));
      if (size != buffer.size()) throw fail("E-CHUNKS", "chunks of " + std::to_string(buffer.size()) + " bytes", std::to_string(size));
      std::uint32_t mask = 0;
      checked(H5Dread_chunk(object_.id.get(), H5P_DEFAULT, at.data(), &mask, buffer.data()));
      bytes_.append(buffer, 0, static_cast<std::size_t>(std::min<hsize_t>(chunk[0], rows_ - at[0]) * width_));
    }
  }

  Object object_;
  std::uint64_t file_size_;
  CellLimits limits_;
  Id plist_;
  Id type_;
  H5D_layout_t layout_ = H5D_CONTIGUOUS;
  bool variable_ = false;
  int rank_ = 0;
  std::uint64_t width_ = 0;
  std::uint64_t rows_ = 0;
  std::string bytes_;
};

std::uint64_t little_endian(const char* bytes, int n) {
  std::uint64_t value = 0;
  for (int i = n; i-- > 0;) value = (value << 8U) | static_cast<unsigned char>(bytes[i]);
  return value;
}

std::vector<std::string> variable_texts(const StoredCells& cells, const CellLimits& limits) {
  HeapReader heap(raw_place(cells.object()));
  std::vector<std::string> texts;
  std::uint64_t total = 0;
  for (std::size_t row = 0; row < cells.rows(); ++row) {
    const char* reference = cells.at(row);
    const HeapText text{little_endian(reference, 4), little_endian(reference + 4, 8), little_endian(reference + 12, 4)};
    total += text.length;
    if (text.length > limits.text_bytes || total > limits.total_bytes) {
      throw cells.fail("E-SIZE", "texts of at most " + std::to_string(limits.text_bytes) + " bytes",
                       std::to_string(text.length) + " in row " + std::to_string(row));
    }
    texts.push_back(heap.read(text));
  }
  return texts;
}

std::vector<std::string> fixed_texts(const StoredCells& cells) {
  std::vector<std::string> texts;
  for (std::size_t row = 0; row < cells.rows(); ++row) {
    std::string text(cells.at(row), strnlen(cells.at(row), cells.width()));
    while (text.ends_with(' ')) text.pop_back();  // space padding
    texts.push_back(std::move(text));
  }
  return texts;
}

CellKind kind_of(hid_t type) {
  switch (checked(H5Tget_class(type))) {
    case H5T_STRING:
      return CellKind::kText;
    case H5T_ENUM:
      return H5Tget_size(type) == 1 ? CellKind::kBoolean : CellKind::kOther;
    default:
      return is_standard_integer(type) || is_standard_float(type) ? CellKind::kNumber : CellKind::kOther;
  }
}

bool is_scalar(const Object& object) {
  const Id space = owned(H5Dget_space(object.id.get()));
  return checked(H5Sget_simple_extent_type(space.get())) != H5S_SIMPLE;
}

/// Booleans, and numbers without a dimension.
std::vector<double> plain_numbers(StoredCells& cells) {
  cells.read();
  std::vector<double> values(cells.rows());
  if (kind_of(cells.type()) == CellKind::kBoolean) {
    for (std::size_t row = 0; row < cells.rows(); ++row) values[row] = *cells.at(row) != 0 ? 1 : 0;
    return values;
  }
  std::string& bytes = cells.bytes();
  bytes.resize(std::max(bytes.size(), cells.rows() * sizeof(double)));  // converted in place
  if (cells.rows() > 0) checked(H5Tconvert(cells.type(), H5T_NATIVE_DOUBLE, cells.rows(), bytes.data(), nullptr, H5P_DEFAULT));
  if (cells.rows() > 0) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(double));
  return values;
}

}  // namespace

CellKind cell_kind(const File& file, const std::string& path) {
  const Object object = file.open_dataset(path);
  return guarded(object.file, object.path, [&] { return kind_of(owned(H5Dget_type(object.id.get())).get()); });
}

std::vector<std::string> read_texts(const File& file, const std::string& path, const CellLimits& limits) {
  StoredCells cells(file, path, limits);
  return guarded(cells.object().file, cells.object().path, [&] {
    cells.read();
    if (kind_of(cells.type()) != CellKind::kText) throw cells.fail("E-DTYPE", "text", type_name(cells.type()));
    return cells.is_variable() ? variable_texts(cells, limits) : fixed_texts(cells);
  });
}

std::vector<double> read_numbers(const File& file, const std::string& path, const CellLimits& limits) {
  const CellKind kind = cell_kind(file, path);
  {
    StoredCells cells(file, path, limits);
    const Object& object = cells.object();
    const bool plain = guarded(object.file, object.path, [&] {
      if (kind == CellKind::kText || kind == CellKind::kOther) {
        throw cells.fail("E-DTYPE", "numbers", type_name(owned(H5Dget_type(object.id.get())).get()));
      }
      return kind == CellKind::kBoolean || is_scalar(object);
    });
    if (plain) return guarded(object.file, object.path, [&] { return plain_numbers(cells); });
  }
  const CheckedDataset dataset = open_checked(file, path);
  if (dataset.columns != 1 || static_cast<std::uint64_t>(dataset.rows) > limits.rows) {
    const std::string found = "(" + std::to_string(dataset.rows) + ", " + std::to_string(dataset.columns) + ")";
    throw DataError(
        {"E-RANK", dataset.object.file, dataset.object.path, "one column of at most " + std::to_string(limits.rows) + " rows", found});
  }
  std::vector<double> values(static_cast<std::size_t>(dataset.rows));
  read_rows(dataset, {0, dataset.rows}, values.data());
  return values;
}

std::string read_one_text(const File& file, const std::string& path, std::uint64_t text_bytes) {
  std::vector<std::string> texts = read_texts(file, path, {.rows = 1, .text_bytes = text_bytes, .total_bytes = 64ULL << 20U});
  if (texts.size() != 1) throw DataError({"E-SIZE", file.path(), printable(path), "one text", "none"});
  return std::move(texts[0]);
}

double read_one_number(const File& file, const std::string& path) {
  const std::vector<double> values = read_numbers(file, path, {.rows = 1});
  if (values.size() != 1) throw DataError({"E-SIZE", file.path(), printable(path), "one number", "none"});
  return values[0];
}

}  // namespace myocramp::io::hdf5
