#include "io/hdf5/dataset.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "io/hdf5/layouts.hpp"
#include "io/hdf5/types.hpp"
#include "io/tsv.hpp"
#include "platform/files.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr std::uint64_t kMaxChunkBytes = 64ULL << 20U;
constexpr std::uint64_t kMaxChunks = 1'000'000;
constexpr std::uint64_t kMaxBytes = 1ULL << 62U;
constexpr Index kOwnChunkBytes = 128 << 10;
// Equal samples pack to a thousandth. A night of 16 channels at 2 kHz, flat throughout, is 2 GB; what is longer has samples that pack less.
constexpr std::uint64_t kFreeBytes = 2ULL << 30U;
constexpr double kMostPerByte = 200;
constexpr std::array<std::pair<H5Z_filter_t, Filter>, 3> kFilters = {
    {{H5Z_FILTER_SHUFFLE, Filter::kShuffle}, {H5Z_FILTER_DEFLATE, Filter::kDeflate}, {H5Z_FILTER_FLETCHER32, Filter::kFletcher32}}};

using Shape = std::array<hsize_t, 2>;  // (rows, columns)

NumberType integer_type(std::uint64_t bytes, bool is_signed) {
  switch (bytes) {
    case 1:
      return is_signed ? NumberType::kInt8 : NumberType::kUint8;
    case 2:
      return is_signed ? NumberType::kInt16 : NumberType::kUint16;
    case 4:
      return is_signed ? NumberType::kInt32 : NumberType::kUint32;
    default:
      return is_signed ? NumberType::kInt64 : NumberType::kUint64;
  }
}

/// The checks, in an order in which each may rely on those before it. The layout comes first: asking a virtual dataset for its shape can
/// already open other files.
class HeaderCheck {
 public:
  HeaderCheck(const Object& object, std::uint64_t file_size)
      : object_(object), file_size_(file_size), plist_(owned(H5Dget_create_plist(object.id.get()))) {}

  void run() {
    check_storage();
    check_type();
    check_shape();
    if (layout_ == H5D_CHUNKED) {
      check_chunks();
    } else {
      check_contiguous();
    }
  }

  [[nodiscard]] const Shape& shape() const noexcept { return shape_; }
  [[nodiscard]] NumberType type() const noexcept { return type_; }
  [[nodiscard]] int rank() const noexcept { return rank_; }
  [[nodiscard]] bool chunked() const noexcept { return layout_ == H5D_CHUNKED; }
  [[nodiscard]] const Shape& chunk() const noexcept { return chunk_; }
  [[nodiscard]] bool raw_edges() const noexcept { return raw_edges_; }
  [[nodiscard]] ChunkCodec codec() const {
    return {filters_, static_cast<std::size_t>(chunk_bytes_), static_cast<std::size_t>(bytes_), swapped_};
  }

 private:
  [[nodiscard]] DataError fail(const std::string& code, const std::string& expected, const std::string& found) const {
    return DataError({code, object_.file, object_.path, expected, found});
  }

  /// a * b, or E-SIZE: the product of a hostile header wraps round to something harmless.
  [[nodiscard]] std::uint64_t product(std::uint64_t a, std::uint64_t b) const {
    if (b != 0 && a > kMaxBytes / b) {
      throw fail("E-SIZE", "fewer than 2^62 bytes", std::to_string(a) + " times " + std::to_string(b));
    }
    return a * b;
  }

  void check_storage() {
    layout_ = checked(H5Pget_layout(plist_.get()));
    if (layout_ == H5D_VIRTUAL) throw fail("E-STORAGE", "samples inside the file", "a virtual dataset");
    const int external = checked(H5Pget_external_count(plist_.get()));
    if (external > 0) throw fail("E-STORAGE", "samples inside the file", std::to_string(external) + " external files");
  }

  void check_type() {
    const Id type = owned(H5Dget_type(object_.id.get()));
    bytes_ = H5Tget_size(type.get());
    swapped_ = bytes_ > 1 && checked(H5Tget_order(type.get())) != checked(H5Tget_order(H5T_NATIVE_INT));
    filters_ = read_filters(object_, plist_.get(), static_cast<std::size_t>(bytes_));
    if (is_standard_float(type.get())) {
      type_ = bytes_ == 4 ? NumberType::kFloat32 : NumberType::kFloat64;
      return;
    }
    if (!is_standard_integer(type.get())) throw fail("E-DTYPE", "integers or floats of 1 to 8 bytes", type_name(type.get()));
    const bool is_signed = checked(H5Tget_sign(type.get())) == H5T_SGN_2;
    type_ = integer_type(bytes_, is_signed);
  }

  void check_shape() {
    const Id space = owned(H5Dget_space(object_.id.get()));
    rank_ = checked(H5Sget_simple_extent_ndims(space.get()));
    if (rank_ < 1 || rank_ > 2) throw fail("E-RANK", "1 or 2 dimensions", std::to_string(rank_));
    checked(H5Sget_simple_extent_dims(space.get(), shape_.data(), nullptr));
    for (const hsize_t n : shape_) {  // on its own: an empty second dimension must not hide an absurd first one
      if (n > kMaxBytes) throw fail("E-SIZE", "fewer than 2^62 samples", std::to_string(n));
    }
    total_ = product(product(shape_[0], shape_[1]), bytes_);
  }

  void check_contiguous() {
    const std::uint64_t stored = H5Dget_storage_size(object_.id.get());
    if (stored != total_) throw fail("E-SIZE", std::to_string(total_) + " bytes stored", std::to_string(stored));
    if (layout_ == H5D_COMPACT || total_ == 0) return;
    const haddr_t offset = H5Dget_offset(object_.id.get());
    if (offset == HADDR_UNDEF || offset > file_size_ || stored > file_size_ - offset) {
      throw fail("E-SIZE", "samples inside the file of " + std::to_string(file_size_) + " bytes", "samples beyond its end");
    }
  }

  void check_chunks() {
    if (checked(H5Pget_chunk(plist_.get(), 2, chunk_.data())) != rank_) throw fail("E-RANK", "chunks of the dataset's rank", "others");
    if (chunk_[0] == 0 || chunk_[1] == 0) throw fail("E-SIZE", "chunks of at least one sample", "an empty chunk");
    chunk_bytes_ = product(product(chunk_[0], chunk_[1]), bytes_);
    if (chunk_bytes_ > kMaxChunkBytes) throw fail("E-SIZE", "chunks of at most 64 MiB", std::to_string(chunk_bytes_) + " bytes");
    unsigned options = 0;
    checked(H5Pget_chunk_opts(plist_.get(), &options));
    raw_edges_ = (options & H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS) != 0;
    const auto along = [&](std::size_t axis) { return shape_[axis] / chunk_[axis] + (shape_[axis] % chunk_[axis] != 0 ? 1U : 0U); };
    const std::uint64_t expected = product(along(0), along(1));
    if (expected > kMaxChunks) throw fail("E-CHUNKS", "at most " + std::to_string(kMaxChunks) + " chunks", std::to_string(expected));
    const Id space = owned(H5Dget_space(object_.id.get()));
    hsize_t found = 0;
    checked(H5Dget_num_chunks(object_.id.get(), space.get(), &found));
    if (found != expected) throw fail("E-CHUNKS", std::to_string(expected) + " chunks", std::to_string(found));
    const std::uint64_t stored = H5Dget_storage_size(object_.id.get());
    if (stored > file_size_) throw fail("E-SIZE", "at most the file's " + std::to_string(file_size_) + " bytes", std::to_string(stored));
  }

  const Object& object_;
  std::uint64_t file_size_;
  Id plist_;
  H5D_layout_t layout_ = H5D_CONTIGUOUS;
  std::vector<Filter> filters_;
  bool swapped_ = false;
  bool raw_edges_ = false;
  int rank_ = 0;
  Shape shape_ = {1, 1};
  Shape chunk_ = {1, 1};
  std::uint64_t bytes_ = 0;
  std::uint64_t total_ = 0;
  std::uint64_t chunk_bytes_ = 0;
  NumberType type_ = NumberType::kInt16;
};

/// Cuts a dataset that is stored in one piece into chunks.
void cut(CheckedDataset& d) {
  const Index numbers = std::max<Index>(1, kOwnChunkBytes / number_bytes(d.type));
  d.chunk_columns = d.time_axis == TimeAxis::kFirst ? std::clamp<Index>(d.columns, 1, numbers) : 1;
  d.chunk_rows = std::clamp<Index>(numbers / d.chunk_columns, 1, std::max<Index>(d.rows, 1));
  d.codec = {{}, static_cast<std::size_t>(d.chunk_rows * d.chunk_columns * number_bytes(d.type)), d.codec.number_bytes, false};
}

/// A chunk's first number and the numbers that it has, in the dataset's own order of dimensions.
struct ChunkSpan {
  Shape start;
  Shape count;
  Shape whole;

  ChunkSpan(const CheckedDataset& d, Place place) {
    const Index row = place.row * d.chunk_rows;
    const Index column = place.column * d.chunk_columns;
    start = {static_cast<hsize_t>(row), static_cast<hsize_t>(column)};
    count = {static_cast<hsize_t>(std::min(d.chunk_rows, d.rows - row)),
             static_cast<hsize_t>(std::min(d.chunk_columns, d.columns - column))};
    whole = {static_cast<hsize_t>(d.chunk_rows), static_cast<hsize_t>(d.chunk_columns)};
    if (d.time_axis == TimeAxis::kFirst) return;
    std::swap(start[0], start[1]);
    std::swap(count[0], count[1]);
    std::swap(whole[0], whole[1]);
  }
  [[nodiscard]] bool over_the_edge() const noexcept { return count != whole; }
};

DataError bad_chunk(const CheckedDataset& d, const ChunkSpan& span, const std::string& what) {
  const std::string second = d.rank == 2 ? ", " + std::to_string(span.start[1]) : "";
  return DataError({"E-CORRUPT", d.object.file, d.object.path, "readable HDF5 data",
                    "chunk at [" + std::to_string(span.start[0]) + second + "] " + what});
}

/// The bytes of a chunk as stored, and which filters they went without. No more is allocated than a chunk of this size can need.
std::uint32_t fetch(const CheckedDataset& d, const ChunkSpan& span, std::vector<std::byte>& stored, std::size_t& size) {
  return guarded(d.object.file, d.object.path, [&] {
    hsize_t bytes = 0;
    checked(H5Dget_chunk_storage_size(d.object.id.get(), span.start.data(), &bytes));
    if (bytes == 0) throw bad_chunk(d, span, "missing");
    const std::uint64_t most = std::min<std::uint64_t>(d.file_size, d.chunk_bytes() + d.chunk_bytes() / 10 + (64U << 10U));
    if (bytes > most) throw bad_chunk(d, span, "stored as " + std::to_string(bytes) + " bytes, more than it can need");
    size = static_cast<std::size_t>(bytes);
    if (stored.size() < size) stored.resize(size);
    std::uint32_t skipped = 0;
    checked(H5Dread_chunk(d.object.id.get(), H5P_DEFAULT, span.start.data(), &skipped, stored.data()));
    return skipped;
  });
}

/// A chunk of our own, as numbers of this machine.
void read_stored_in_one_piece(const CheckedDataset& d, const ChunkSpan& span, std::byte* out) {
  guarded(d.object.file, d.object.path, [&] {
    const Id type = owned(H5Dget_type(d.object.id.get()));
    const Id native = owned(H5Tget_native_type(type.get(), H5T_DIR_ASCEND));
    const Id in_file = owned(H5Dget_space(d.object.id.get()));
    checked(H5Sselect_hyperslab(in_file.get(), H5S_SELECT_SET, span.start.data(), nullptr, span.count.data(), nullptr));
    const Id in_memory = owned(H5Screate_simple(2, span.whole.data(), nullptr));
    const Shape origin = {0, 0};
    checked(H5Sselect_hyperslab(in_memory.get(), H5S_SELECT_SET, origin.data(), nullptr, span.count.data(), nullptr));
    checked(H5Dread(d.object.id.get(), native.get(), in_memory.get(), in_file.get(), H5P_DEFAULT, out));
  });
}

}  // namespace

void ChunkReader::read(const CheckedDataset& d, Place place, std::byte* out) {
  const ChunkSpan span(d, place);
  if (!d.chunked) {
    return read_stored_in_one_piece(d, span, out);
  }
  std::size_t size = 0;
  const std::uint32_t skipped = fetch(d, span, stored_, size);
  const bool raw = d.raw_edges && span.over_the_edge();
  try {
    decoder_.decode(d.codec, raw ? (1U << d.codec.filters.size()) - 1 : skipped, {stored_.data(), size}, out);
  } catch (const BadChunk& e) {
    check_still_whole(d);
    throw bad_chunk(d, span, e.what());
  }
}

void check_still_whole(const CheckedDataset& d) {
  const std::uint64_t size = platform::size_of(d.descriptor);
  if (size >= d.file_size) return;
  throw DataError({"E-TRUNCATED", d.object.file, "", std::to_string(d.file_size) + " bytes, as when it was opened", std::to_string(size)});
}

int number_bytes(NumberType type) {
  switch (type) {
    case NumberType::kInt8:
    case NumberType::kUint8:
      return 1;
    case NumberType::kInt16:
    case NumberType::kUint16:
      return 2;
    case NumberType::kInt32:
    case NumberType::kUint32:
    case NumberType::kFloat32:
      return 4;
    default:
      return 8;
  }
}

std::vector<Filter> read_filters(const Object& dataset, hid_t creation_list, std::size_t number_bytes) {
  const auto fail = [&](const std::string& expected, const std::string& found) {
    return DataError({"E-FILTER", dataset.file, dataset.path, expected, found});
  };
  std::vector<Filter> filters;
  const int n = checked(H5Pget_nfilters(creation_list));
  for (int i = 0; i < n; ++i) {
    unsigned flags = 0;
    std::array<unsigned, 1> values = {0};
    std::size_t n_values = values.size();
    const H5Z_filter_t filter =
        checked(H5Pget_filter2(creation_list, static_cast<unsigned>(i), &flags, &n_values, values.data(), 0, nullptr, nullptr));
    const auto known = std::find_if(kFilters.begin(), kFilters.end(), [&](const auto& f) { return f.first == filter; });
    const bool allowed = known != kFilters.end();
    if (!allowed || std::find(filters.begin(), filters.end(), known->second) != filters.end()) {
      throw fail("shuffle, deflate and fletcher32, each once", "filter " + std::to_string(filter) + (allowed ? " twice" : ""));
    }
    const unsigned shuffled = n_values == 1 ? values[0] : 0;
    if (known->second == Filter::kShuffle && shuffled != number_bytes) {
      throw fail("bytes shuffled by numbers of " + std::to_string(number_bytes), "by " + std::to_string(shuffled));
    }
    filters.push_back(known->second);
  }
  return filters;
}

bool is_float(NumberType type) { return type == NumberType::kFloat32 || type == NumberType::kFloat64; }

CheckedDataset open_checked(const File& file, const std::string& path, TimeAxis time_axis) {
  CheckedDataset d;
  d.object = file.open_dataset(path);
  d.file_size = file.size();
  guarded(d.object.file, d.object.path, [&] {
    HeaderCheck check(d.object, file.size());
    check.run();
    const auto as_index = [](hsize_t n) { return static_cast<Index>(n); };
    d.rank = check.rank();
    d.time_axis = d.rank == 1 ? TimeAxis::kFirst : time_axis;
    d.rows = as_index(check.shape()[0]);
    d.columns = as_index(check.shape()[1]);
    d.type = check.type();
    d.chunked = check.chunked();
    d.chunk_rows = as_index(check.chunk()[0]);
    d.chunk_columns = as_index(check.chunk()[1]);
    d.raw_edges = check.raw_edges();
    d.codec = check.codec();
    const Id open_file = owned(H5Iget_file_id(d.object.id.get()));
    void* handle = nullptr;
    checked(H5Fget_vfd_handle(open_file.get(), H5P_DEFAULT, &handle));
    d.descriptor = *static_cast<int*>(handle);
  });
  if (d.time_axis == TimeAxis::kLast) {
    std::swap(d.rows, d.columns);
    std::swap(d.chunk_rows, d.chunk_columns);
  }
  if (!d.chunked) cut(d);
  return d;
}

void check_unpacked_size(const Recording& recording, const File& file) {
  double bytes = 0;  // of samples on their grid, gaps included; a double does not wrap round
  for (const Signal& s : recording.signals) {
    const double one = number_bytes(s.source->encoding().type);
    bytes += static_cast<double>(s.samples) * static_cast<double>(s.channels.size()) * one;
  }
  const auto mebibytes = [](double n) { return shortest(std::round(n / (1U << 20U))) + " MiB"; };
  const double most = static_cast<double>(kFreeBytes) + kMostPerByte * static_cast<double>(file.size());
  if (bytes <= most) return;
  throw DataError({"E-SIZE", recording.path, "",
                   "samples of at most " + mebibytes(most) + " in a file of " + std::to_string(file.size()) + " bytes", mebibytes(bytes)});
}

void read_rows(const CheckedDataset& d, Interval rows, double* out) {
  ChunkReader reader;
  std::vector<std::byte> chunk(d.chunk_bytes());
  for (Index column = 0; column < d.columns; column += d.chunk_columns) {
    ColumnRun run{0, column, {}, {}};
    run.step_v.resize(static_cast<std::size_t>(std::min(d.chunk_columns, d.columns - column)), 1.0);
    run.bits.resize(run.step_v.size(), 0);
    const Scale scale(run.step_v, 0);
    for (Index row = rows.begin; row < rows.end;) {
      const Index k = row / d.chunk_rows;
      const Index n = std::min((k + 1) * d.chunk_rows, rows.end) - row;
      reader.read(d, {k, column / d.chunk_columns}, chunk.data());
      const Index skip = (row - k * d.chunk_rows) * d.row_stride() * number_bytes(d.type);
      const NumberView numbers{chunk.data() + skip, d.type, d.row_stride(), d.column_stride()};
      if (const auto bad = find_bad(numbers, n, run)) throw bad_number(d, {row, column}, *bad);
      to_doubles(numbers, run, scale, Block<double>(out, rows.length(), d.columns).rows(row - rows.begin, n));
      row += n;
    }
  }
  check_still_whole(d);
}

DataError bad_number(const CheckedDataset& d, Place first, const BadNumber& bad) {
  std::string row = std::to_string(first.row + bad.row);
  std::string column = std::to_string(first.column + bad.column);
  if (d.time_axis == TimeAxis::kLast) std::swap(row, column);
  const bool one = d.rank == 1 || (d.columns == 1 && d.time_axis == TimeAxis::kFirst);
  return DataError({"E-COUNT", d.object.file, d.object.path + "[" + row + (one ? "" : ", " + column) + "]", bad.expected, bad.found});
}

}  // namespace myocramp::io::hdf5
