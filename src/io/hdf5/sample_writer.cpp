#include "io/hdf5/sample_writer.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>

#include "io/hdf5/dataset.hpp"
#include "io/tsv.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr Index kMaxChunkBytes = Index{1} << 20U;
constexpr int kDeflateLevel = 4;  // 1 packs high bytes as well in half the time, and takes a third more to unpack
constexpr std::size_t kTriedBytes = 32768;
constexpr std::size_t kStoredBlockBytes = 65535;  // the most that one block of DEFLATE holds as it is

std::size_t bytes_of(NumberType type) { return static_cast<std::size_t>(number_bytes(type)); }

hid_t file_type(NumberType type) {
  switch (type) {
    case NumberType::kInt16:
      return H5T_STD_I16LE;
    case NumberType::kUint16:
      return H5T_STD_U16LE;
    case NumberType::kInt32:
      return H5T_STD_I32LE;
    case NumberType::kUint32:
      return H5T_STD_U32LE;
    case NumberType::kFloat32:
      return H5T_IEEE_F32LE;
    default:
      return H5T_IEEE_F64LE;
  }
}

/// Packs chunks as HDF5's filters do: the first bytes of all numbers, then the second ..., in one zlib stream. The lowest bytes of samples are
/// noise, from which DEFLATE takes little and at which every reader spends most of its time: they stand in the stream as they are.
class Packer {
 public:
  explicit Packer(const SampleLayout& layout)
      : layout_(layout),
        numbers_(static_cast<std::size_t>(layout.chunk_rows() * layout.channels)),
        shuffled_(numbers_ * bytes_of(layout.type)),
        compressor_(libdeflate_alloc_compressor(kDeflateLevel), &libdeflate_free_compressor) {
    if (compressor_ == nullptr) throw std::bad_alloc();
  }

  /// The packed bytes of one chunk: `samples` holds its rows, the first of which is row `first`; rows that lack are 0.
  const std::vector<unsigned char>& pack(const Samples<double>& samples, Index rows, Index first, const std::string& place) {
    switch (layout_.type) {
      case NumberType::kInt16:
        shuffle<std::int16_t>(samples, rows, first, place);
        break;
      case NumberType::kUint16:
        shuffle<std::uint16_t>(samples, rows, first, place);
        break;
      case NumberType::kInt32:
        shuffle<std::int32_t>(samples, rows, first, place);
        break;
      case NumberType::kUint32:
        shuffle<std::uint32_t>(samples, rows, first, place);
        break;
      case NumberType::kFloat32:
        shuffle<float>(samples, rows, first, place);
        break;
      default:
        shuffle<double>(samples, rows, first, place);
    }
    write_stream();
    return packed_;
  }

 private:
  /// A zlib stream (RFC 1950) of blocks that hold bytes as they are (RFC 1951), and behind them, at a whole byte, what libdeflate makes of the rest.
  void write_stream() {
    packed_.assign({0x78, 0x01});  // DEFLATE, a window of 32 KiB; packed fast
    const std::size_t noise = noise_bytes();
    for (std::size_t begin = 0; begin < noise; begin += kStoredBlockBytes) {
      const std::size_t n = std::min(kStoredBlockBytes, noise - begin);
      const auto low = static_cast<unsigned char>(n & 0xffU);
      const auto high = static_cast<unsigned char>(n >> 8U);
      packed_.insert(packed_.end(), {0, low, high, static_cast<unsigned char>(~low), static_cast<unsigned char>(~high)});
      packed_.insert(packed_.end(), shuffled_.data() + begin, shuffled_.data() + begin + n);
    }
    const std::size_t rest = shuffled_.size() - noise;
    const std::size_t begin = packed_.size();
    packed_.resize(begin + libdeflate_deflate_compress_bound(compressor_.get(), rest));
    packed_.resize(begin + libdeflate_deflate_compress(compressor_.get(), shuffled_.data() + noise, rest, packed_.data() + begin,
                                                       packed_.size() - begin));
    const std::uint32_t sum = libdeflate_adler32(1, shuffled_.data(), shuffled_.size());
    for (unsigned shift = 32; shift > 0;) packed_.push_back(static_cast<unsigned char>(sum >> (shift -= 8U)));
  }

  /// How many bytes at the front belong to planes of noise: DEFLATE does not take a quarter off their beginning.
  std::size_t noise_bytes() {
    std::array<unsigned char, kTriedBytes / 4 * 3> packed;
    std::size_t n = 0;
    while (numbers_ >= kTriedBytes && n < shuffled_.size() &&
           libdeflate_deflate_compress(compressor_.get(), shuffled_.data() + n, kTriedBytes, packed.data(), packed.size()) == 0) {
      n += numbers_;
    }
    return n;
  }

  template <class T>
  void shuffle(const Samples<double>& samples, Index rows, Index first, const std::string& place) {
    const auto n = static_cast<std::size_t>(rows * layout_.channels);
    std::fill(shuffled_.begin(), shuffled_.end(), static_cast<unsigned char>(0));
    for (std::size_t i = 0; i < n; ++i) {
      const double x = samples.data()[i];
      if constexpr (std::is_integral_v<T>) {
        const bool fits = x >= std::numeric_limits<T>::min() && x <= std::numeric_limits<T>::max() && x == std::trunc(x);
        if (!fits) fail(x, first + static_cast<Index>(i) / layout_.channels, place);
      }
      const auto value = static_cast<T>(x);
      std::array<unsigned char, sizeof(T)> bytes;
      std::memcpy(bytes.data(), &value, sizeof(T));
      for (std::size_t b = 0; b < sizeof(T); ++b) shuffled_[b * numbers_ + i] = bytes[b];
    }
  }

  [[noreturn]] static void fail(double found, Index row, const std::string& place) {
    throw DataError(
        {"E-COUNT", "", place + "[" + std::to_string(row) + "]", "a number that the type of its dataset holds", shortest(found)});
  }

  const SampleLayout& layout_;
  std::size_t numbers_;
  std::vector<unsigned char> shuffled_;
  std::vector<unsigned char> packed_;
  std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor_;
};

}  // namespace

Index SampleLayout::chunk_rows() const {
  const Index row_bytes = std::max<Index>(1, channels * static_cast<Index>(bytes_of(type)));
  Index chunk = kGridBlock;
  while (chunk > 1 && chunk * row_bytes > kMaxChunkBytes) chunk /= 2;
  return std::clamp<Index>(rows, 1, chunk);
}

bool holds(NumberType type, double low, double high) {
  const auto within = [&](auto zero) {
    using T = decltype(zero);
    return low >= static_cast<double>(std::numeric_limits<T>::min()) && high <= static_cast<double>(std::numeric_limits<T>::max());
  };
  switch (type) {
    case NumberType::kInt16:
      return within(std::int16_t{});
    case NumberType::kUint16:
      return within(std::uint16_t{});
    case NumberType::kInt32:
      return within(std::int32_t{});
    case NumberType::kUint32:
      return within(std::uint32_t{});
    default:
      return true;
  }
}

Node make_samples(const NwbObjects& objects, const Node& parent, const std::string& name, const SampleLayout& layout) {
  const std::array<hsize_t, 2> size = {static_cast<hsize_t>(layout.rows), static_cast<hsize_t>(layout.channels)};
  const std::array<hsize_t, 2> most = {H5S_UNLIMITED, size[1]};
  const std::array<hsize_t, 2> chunk = {static_cast<hsize_t>(layout.chunk_rows()), size[1]};
  const Id list = dataset_creation();
  checked(H5Pset_chunk(list.get(), 2, chunk.data()));
  checked(H5Pset_shuffle(list.get()));
  checked(H5Pset_deflate(list.get(), kDeflateLevel));
  const Id space = owned(H5Screate_simple(2, size.data(), most.data()));
  return objects.dataset(parent, name, file_type(layout.type), space.get(), list.get());
}

void write_samples(OutputFile& out, const Node& dataset, const SampleLayout& layout,
                   const std::function<void(Interval, Block<double>)>& fill) {
  if (layout.rows == 0) return;
  Packer packer(layout);
  const Index chunk = layout.chunk_rows();
  Samples<double> samples(chunk, layout.channels);
  for (Index begin = 0; begin < layout.rows; begin += chunk) {
    const Index rows = std::min(chunk, layout.rows - begin);
    fill({begin, begin + rows}, Block<double>(samples).rows(0, rows));
    const std::vector<unsigned char>& packed = packer.pack(samples, rows, begin, dataset.path);
    out.call(dataset.path, [&] {
      const std::array<hsize_t, 2> offset = {static_cast<hsize_t>(begin), 0};
      checked(H5Dwrite_chunk(dataset.id.get(), H5P_DEFAULT, 0, offset.data(), packed.size(), packed.data()));
    });
  }
}

}  // namespace myocramp::io::hdf5
