#include "io/hdf5/small_dataset.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "io/hdf5/attributes.hpp"
#include "io/hdf5/dataset.hpp"
#include "io/hdf5/types.hpp"
#include "io/hdf5/variable_text.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr std::uint64_t kMaxChunkBytes = 64ULL << 20U;
constexpr std::uint64_t kMaxChunks = 100'000;

using Pair = std::array<hsize_t, 2>;

std::string shape_found(const std::vector<std::uint64_t>& shape) {
  return shape.size() > 2 ? std::to_string(shape.size()) + " dimensions" : std::to_string(shape[1]) + " columns";
}

/// Reads a dataset's values, its header held against the file before.
class StoredReader {
 public:
  StoredReader(const Object& object, std::uint64_t file_bytes, const CellLimits& limits)
      : object_(object), file_bytes_(file_bytes), limits_(limits) {}

  StoredValues read(ValueShape shape) {
    plist_ = owned(H5Dget_create_plist(object_.id.get()));
    check_storage();
    check_type();
    check_shape(shape);
    if (out_.count == 0) return std::move(out_);
    if (layout_ == H5D_CHUNKED) {
      read_chunks();
    } else {
      out_.bytes = layout_ == H5D_COMPACT ? read_compact(raw_place(object_), header_address(object_)) : read_contiguous();
    }
    if (out_.bytes.size() != wanted()) throw fail("E-SIZE", std::to_string(wanted()) + " bytes stored", std::to_string(out_.bytes.size()));
    return std::move(out_);
  }

 private:
  [[nodiscard]] DataError fail(const std::string& code, const std::string& expected, const std::string& found) const {
    return DataError({code, object_.file, object_.path, expected, found});
  }
  [[nodiscard]] std::size_t wanted() const noexcept { return out_.count * out_.width; }

  void check_storage() {
    require_inside_file(object_);
    layout_ = checked(H5Pget_layout(plist_.get()));
  }

  void check_type() {
    out_.type = owned(H5Dget_type(object_.id.get()));
    const hid_t type = out_.type.get();
    const bool text = checked(H5Tget_class(type)) == H5T_STRING;
    out_.variable = text && checked(H5Tis_variable_str(type)) > 0;
    out_.width = out_.variable ? kHeapTextBytes : H5Tget_size(type);
    if (out_.width < 1 || out_.width > (text ? kMaxText : 8 + kHeapTextBytes)) {
      throw fail("E-DTYPE", "numbers, Booleans or texts of at most 64 KiB",
                 type_name(type) + " of " + std::to_string(out_.width) + " bytes");
    }
  }

  void check_shape(ValueShape wanted_shape) {
    const Id space = owned(H5Dget_space(object_.id.get()));
    if (checked(H5Sget_simple_extent_type(space.get())) == H5S_NULL) return;
    std::array<hsize_t, H5S_MAX_RANK> dims{};
    const int rank = checked(H5Sget_simple_extent_ndims(space.get()));
    checked(H5Sget_simple_extent_dims(space.get(), dims.data(), nullptr));
    out_.shape.assign(dims.begin(), dims.begin() + rank);
    if (wanted_shape == ValueShape::kColumn && rank > 0 && (rank > 2 || (rank == 2 && dims[1] != 1))) {
      throw fail("E-RANK", "one value or one column", shape_found(out_.shape));
    }
    std::uint64_t count = 1;
    for (const std::uint64_t n : out_.shape) {
      if (n > limits_.rows / std::max<std::uint64_t>(count, 1)) {
        throw fail("E-SIZE", "at most " + std::to_string(limits_.rows) + " values", "more: " + std::to_string(n) + " along one dimension");
      }
      count *= n;
    }
    out_.count = static_cast<std::size_t>(count);
    if (!out_.variable && wanted() > limits_.total_bytes) {
      throw fail("E-SIZE", "at most " + std::to_string(limits_.total_bytes) + " bytes", std::to_string(wanted()));
    }
  }

  std::string read_contiguous() {
    const haddr_t offset = H5Dget_offset(object_.id.get());  // counts the user block
    const std::uint64_t stored = H5Dget_storage_size(object_.id.get());
    if (stored != wanted() || offset == HADDR_UNDEF || offset > file_bytes_ || stored > file_bytes_ - offset) {
      throw fail("E-SIZE", std::to_string(wanted()) + " bytes inside the file", std::to_string(stored));
    }
    return read_raw({object_.file, 0}, offset, stored);
  }

  /// Chunks of at most two dimensions, unpacked by our own decoder.
  void read_chunks() {
    const auto rank = static_cast<int>(out_.shape.size());
    if (rank > 2) throw fail("E-RANK", "chunks of at most 2 dimensions", std::to_string(rank));
    const Pair shape = {out_.shape[0], rank == 2 ? out_.shape[1] : 1};
    Pair chunk = {1, 1};
    if (checked(H5Pget_chunk(plist_.get(), 2, chunk.data())) != rank || chunk[0] == 0 || chunk[1] == 0) {
      throw fail("E-RANK", "chunks of the dataset's shape", "others");
    }
    if (chunk[0] > kMaxChunkBytes / out_.width || chunk[1] > kMaxChunkBytes / out_.width / chunk[0]) {
      throw fail("E-SIZE", "chunks of at most 64 MiB", std::to_string(chunk[0]) + " times " + std::to_string(chunk[1]) + " values");
    }
    const std::uint64_t chunks = ((shape[0] - 1) / chunk[0] + 1) * ((shape[1] - 1) / chunk[1] + 1);
    if (chunks > kMaxChunks) throw fail("E-CHUNKS", "at most " + std::to_string(kMaxChunks) + " chunks", std::to_string(chunks));
    const ChunkCodec codec = {read_filters(object_, plist_.get(), out_.width), static_cast<std::size_t>(chunk[0] * chunk[1]) * out_.width,
                              out_.width, false};
    const bool shuffled = std::find(codec.filters.begin(), codec.filters.end(), Filter::kShuffle) != codec.filters.end();
    if (shuffled && out_.width != 1 && out_.width != 2 && out_.width != 4 && out_.width != 8) {
      throw fail("E-FILTER", "texts that are not shuffled", "shuffle by " + std::to_string(out_.width));
    }
    unsigned options = 0;
    checked(H5Pget_chunk_opts(plist_.get(), &options));
    raw_edges_ = (options & H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS) != 0;
    out_.bytes.resize(wanted());
    unpacked_.resize(codec.bytes);
    for (Pair at = {0, 0}; at[0] < shape[0]; at[0] += chunk[0]) {
      for (at[1] = 0; at[1] < shape[1]; at[1] += chunk[1]) read_chunk(codec, at, shape, chunk);
    }
  }

  void read_chunk(const ChunkCodec& codec, const Pair& at, const Pair& shape, const Pair& chunk) {
    hsize_t size = 0;
    checked(H5Dget_chunk_storage_size(object_.id.get(), at.data(), &size));
    const bool fits = codec.filters.empty() ? size == codec.bytes : size > 0 && size <= file_bytes_;
    if (!fits) throw fail("E-CHUNKS", "chunks of " + std::to_string(codec.bytes) + " bytes", std::to_string(size));
    stored_.resize(static_cast<std::size_t>(size));
    std::uint32_t skipped = 0;
    checked(H5Dread_chunk(object_.id.get(), H5P_DEFAULT, at.data(), &skipped, stored_.data()));
    const Pair count = {std::min(chunk[0], shape[0] - at[0]), std::min(chunk[1], shape[1] - at[1])};
    if (raw_edges_ && count != chunk) skipped = (1U << codec.filters.size()) - 1;
    try {
      decoder_.decode(codec, skipped, stored_, unpacked_.data());
    } catch (const BadChunk& e) {
      throw fail("E-CORRUPT", "readable HDF5 data", "chunk at [" + std::to_string(at[0]) + ", " + std::to_string(at[1]) + "] " + e.what());
    }
    for (hsize_t row = 0; row < count[0]; ++row) {
      std::memcpy(out_.bytes.data() + ((at[0] + row) * shape[1] + at[1]) * out_.width, unpacked_.data() + row * chunk[1] * out_.width,
                  static_cast<std::size_t>(count[1]) * out_.width);
    }
  }

  const Object& object_;
  std::uint64_t file_bytes_;
  const CellLimits& limits_;
  Id plist_;
  H5D_layout_t layout_ = H5D_CONTIGUOUS;
  bool raw_edges_ = false;
  ChunkDecoder decoder_;
  std::vector<std::byte> stored_;
  std::vector<std::byte> unpacked_;
  StoredValues out_;
};

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

}  // namespace

void require_inside_file(const Object& dataset) {
  const auto fail = [&](const std::string& found) {
    return DataError({"E-STORAGE", dataset.file, dataset.path, "values inside the file", found});
  };
  const Id list = owned(H5Dget_create_plist(dataset.id.get()));
  if (checked(H5Pget_layout(list.get())) == H5D_VIRTUAL) throw fail("a virtual dataset");
  if (checked(H5Pget_external_count(list.get())) > 0) throw fail("external files");
}

std::vector<std::string> read_heap_texts(const Object& object, const std::vector<HeapText>& places, const CellLimits& limits) {
  HeapReader heap(raw_place(object));
  std::vector<std::string> texts;
  std::uint64_t total = 0;
  for (std::size_t row = 0; row < places.size(); ++row) {
    const HeapText& text = places[row];
    total += text.length;
    if (text.length > limits.text_bytes || total > limits.total_bytes) {
      throw DataError({"E-SIZE", object.file, object.path, "texts of at most " + std::to_string(limits.text_bytes) + " bytes",
                       std::to_string(text.length) + " in row " + std::to_string(row)});
    }
    texts.push_back(heap.read(text));
  }
  return texts;
}

StoredValues read_stored(const Object& dataset, std::uint64_t file_bytes, const CellLimits& limits, ValueShape shape) {
  return StoredReader(dataset, file_bytes, limits).read(shape);
}

std::vector<double> stored_numbers(const Object& dataset, const StoredValues& stored) {
  const CellKind kind = kind_of(stored.type.get());
  if (kind != CellKind::kNumber && kind != CellKind::kBoolean) {
    throw DataError({"E-DTYPE", dataset.file, dataset.path, "numbers", type_name(stored.type.get())});
  }
  std::vector<double> values(stored.count);
  if (stored.count == 0) return values;
  if (kind == CellKind::kBoolean) {
    std::transform(stored.bytes.begin(), stored.bytes.end(), values.begin(), [](char c) { return c != 0 ? 1.0 : 0.0; });
    return values;
  }
  std::string bytes = stored.bytes;
  bytes.resize(stored.count * std::max(stored.width, sizeof(double)));  // converted in place
  checked(H5Tconvert(stored.type.get(), H5T_NATIVE_DOUBLE, stored.count, bytes.data(), nullptr, H5P_DEFAULT));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(double));
  return values;
}

std::vector<std::string> stored_texts(const Object& dataset, const StoredValues& stored, const CellLimits& limits) {
  if (kind_of(stored.type.get()) != CellKind::kText) {
    throw DataError({"E-DTYPE", dataset.file, dataset.path, "text", type_name(stored.type.get())});
  }
  return stored.variable ? read_heap_texts(dataset, heap_texts_of(stored.bytes), limits) : fixed_texts(stored.bytes, stored.width);
}

CellKind cell_kind(const File& file, const std::string& path) {
  const Object object = file.open_dataset(path);
  return guarded(object.file, object.path, [&] { return kind_of(owned(H5Dget_type(object.id.get())).get()); });
}

std::vector<std::string> read_texts(const File& file, const std::string& path, const CellLimits& limits) {
  const Object dataset = file.open_dataset(path);
  return guarded(dataset.file, dataset.path,
                 [&] { return stored_texts(dataset, read_stored(dataset, file.size(), limits, ValueShape::kColumn), limits); });
}

std::vector<double> read_numbers(const File& file, const std::string& path, const CellLimits& limits) {
  {
    const Object object = file.open_dataset(path);
    const auto plain = guarded(object.file, object.path, [&]() -> std::optional<std::vector<double>> {
      require_inside_file(object);
      const Id type = owned(H5Dget_type(object.id.get()));
      const CellKind kind = kind_of(type.get());
      if (kind == CellKind::kText || kind == CellKind::kOther) {
        throw DataError({"E-DTYPE", object.file, object.path, "numbers", type_name(type.get())});
      }
      if (kind == CellKind::kNumber && !is_scalar(object)) return std::nullopt;
      return stored_numbers(object, read_stored(object, file.size(), limits, ValueShape::kColumn));
    });
    if (plain) return *plain;
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
