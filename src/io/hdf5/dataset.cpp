#include "io/hdf5/dataset.hpp"

#include <array>
#include <set>
#include <utility>
#include <vector>

#include "io/hdf5/types.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr std::uint64_t kMaxChunkBytes = 64ULL << 20U;
constexpr std::uint64_t kMaxChunks = 1'000'000;
constexpr std::uint64_t kMaxBytes = 1ULL << 62U;

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
    check_filters();
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
  /// Size of a chunk that must be decoded as a whole; 0 when rows can be read straight from the file.
  [[nodiscard]] std::uint64_t decoded_chunk_bytes() const noexcept { return filters_ > 0 ? chunk_bytes_ : 0; }

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

  void check_filters() {
    filters_ = checked(H5Pget_nfilters(plist_.get()));
    std::set<H5Z_filter_t> seen;
    for (int i = 0; i < filters_; ++i) {
      unsigned flags = 0;
      std::size_t values = 0;
      const H5Z_filter_t filter =
          checked(H5Pget_filter2(plist_.get(), static_cast<unsigned>(i), &flags, &values, nullptr, 0, nullptr, nullptr));
      const bool allowed = filter == H5Z_FILTER_SHUFFLE || filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_FLETCHER32;
      if (!allowed || !seen.insert(filter).second) {
        const std::string found = "filter " + std::to_string(filter) + (allowed ? " twice" : "");
        throw fail("E-FILTER", "shuffle, deflate and fletcher32, each once", found);
      }
    }
  }

  void check_type() {
    const Id type = owned(H5Dget_type(object_.id.get()));
    bytes_ = H5Tget_size(type.get());
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
    Shape chunk = {1, 1};
    if (checked(H5Pget_chunk(plist_.get(), 2, chunk.data())) != rank_) throw fail("E-RANK", "chunks of the dataset's rank", "others");
    if (chunk[0] == 0 || chunk[1] == 0) throw fail("E-SIZE", "chunks of at least one sample", "an empty chunk");
    chunk_bytes_ = product(product(chunk[0], chunk[1]), bytes_);
    if (chunk_bytes_ > kMaxChunkBytes) throw fail("E-SIZE", "chunks of at most 64 MiB", std::to_string(chunk_bytes_) + " bytes");
    const auto along = [&](std::size_t axis) { return shape_[axis] / chunk[axis] + (shape_[axis] % chunk[axis] != 0 ? 1U : 0U); };
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
  int filters_ = 0;
  int rank_ = 0;
  Shape shape_ = {1, 1};
  std::uint64_t bytes_ = 0;
  std::uint64_t total_ = 0;
  std::uint64_t chunk_bytes_ = 0;
  NumberType type_ = NumberType::kInt16;
};

}  // namespace

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

bool is_float(NumberType type) { return type == NumberType::kFloat32 || type == NumberType::kFloat64; }

CheckedDataset open_checked(const File& file, const std::string& path, std::uint64_t cache_limit, TimeAxis time_axis) {
  CheckedDataset d;
  d.time_axis = time_axis;
  d.object = file.open_dataset(path);
  const std::uint64_t chunk = guarded(d.object.file, d.object.path, [&] {
    HeaderCheck check(d.object, file.size());
    check.run();
    d.rows = static_cast<Index>(check.shape()[0]);
    d.columns = static_cast<Index>(check.shape()[1]);
    if (time_axis == TimeAxis::kLast) std::swap(d.rows, d.columns);
    d.type = check.type();
    return check.decoded_chunk_bytes();
  });
  if (chunk > 0 && chunk <= cache_limit) {
    d.object.id.close();  // HDF5 gives all ids of a dataset the cache of the first
    d.object = file.open_dataset(path, static_cast<std::size_t>(chunk));
  }
  return d;
}

void read_rows(const CheckedDataset& d, Interval rows, double* out) {
  if (rows.empty()) return;
  const bool last = d.time_axis == TimeAxis::kLast;
  std::vector<double> across(last ? static_cast<std::size_t>(rows.length() * d.columns) : 0);
  guarded(d.object.file, d.object.path, [&] {
    const Id in_file = owned(H5Dget_space(d.object.id.get()));
    Shape start = {static_cast<hsize_t>(rows.begin), 0};
    Shape count = {static_cast<hsize_t>(rows.length()), static_cast<hsize_t>(d.columns)};
    if (last) {
      std::swap(start[0], start[1]);
      std::swap(count[0], count[1]);
    }
    checked(H5Sselect_hyperslab(in_file.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr));
    const Id in_memory = owned(H5Screate_simple(2, count.data(), nullptr));
    checked(H5Dread(d.object.id.get(), H5T_NATIVE_DOUBLE, in_memory.get(), in_file.get(), H5P_DEFAULT, last ? across.data() : out));
  });
  if (!last) return;
  for (Index i = 0; i < rows.length(); ++i) {
    for (Index c = 0; c < d.columns; ++c) out[i * d.columns + c] = across[static_cast<std::size_t>(c * rows.length() + i)];
  }
}

}  // namespace myocramp::io::hdf5
