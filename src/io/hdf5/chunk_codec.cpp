#include "io/hdf5/chunk_codec.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string>

namespace myocramp::io::hdf5 {
namespace {

constexpr std::size_t kSumBytes = 4;

std::string bytes_text(std::size_t n) { return std::to_string(n) + " bytes"; }

/// Fletcher's sum over big-endian words of 16 bits, as HDF5 counts it.
std::uint32_t fletcher32(std::span<const std::byte> data) {
  constexpr std::size_t kWordsBeforeFold = 360;  // no sum overflows 32 bits until then
  const auto fold = [](std::uint32_t sum) { return (sum & 0xffffU) + (sum >> 16U); };
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::size_t i = 0;
  for (std::size_t words = data.size() / 2; words > 0;) {
    const std::size_t n = std::min(words, kWordsBeforeFold);
    words -= n;
    for (std::size_t w = 0; w < n; ++w, i += 2) {
      a += (std::to_integer<std::uint32_t>(data[i]) << 8U) | std::to_integer<std::uint32_t>(data[i + 1]);
      b += a;
    }
    a = fold(a);
    b = fold(b);
  }
  if (data.size() % 2 != 0) {
    a = fold(a + (std::to_integer<std::uint32_t>(data[i]) << 8U));
    b = fold(b + a);
  }
  return (fold(b) << 16U) | fold(a);
}

/// The bytes ahead of the sum that follows them. Writers before HDF5 1.6.3 swapped the bytes of both halves of it.
std::span<const std::byte> without_sum(std::span<const std::byte> data) {
  if (data.size() < kSumBytes) throw BadChunk("of " + bytes_text(data.size()) + ", too few for its fletcher32 sum");
  const std::span<const std::byte> content = data.first(data.size() - kSumBytes);
  std::uint32_t stored = 0;
  for (std::size_t k = 0; k < kSumBytes; ++k) stored |= std::to_integer<std::uint32_t>(data[content.size() + k]) << (8 * k);
  const std::uint32_t sum = fletcher32(content);
  const std::uint32_t old_sum = ((sum & 0x00ff00ffU) << 8U) | ((sum >> 8U) & 0x00ff00ffU);
  if (stored != sum && stored != old_sum) throw BadChunk("whose fletcher32 sum does not fit its bytes");
  return content;
}

/// Byte k of every number, then byte k + 1 of every number ...: back to numbers. A loop over a constant number of streams vectorises.
template <std::size_t kBytes>
void unshuffle_numbers(const std::byte* __restrict in, std::size_t n, std::byte* __restrict out) {
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < kBytes; ++k) out[i * kBytes + k] = in[k * n + i];
  }
}

void unshuffle(std::span<const std::byte> in, std::size_t number_bytes, std::byte* out) {
  const std::size_t n = in.size() / number_bytes;
  switch (number_bytes) {
    case 2:
      unshuffle_numbers<2>(in.data(), n, out);
      break;
    case 4:
      unshuffle_numbers<4>(in.data(), n, out);
      break;
    case 8:
      unshuffle_numbers<8>(in.data(), n, out);
      break;
    default:
      std::memcpy(out, in.data(), in.size());
      return;
  }
  const std::size_t done = n * number_bytes;  // what is no whole number stands as it is behind the others
  std::memcpy(out + done, in.data() + done, in.size() - done);
}

template <class T>
void swap_numbers(std::byte* data, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    T x;
    std::memcpy(&x, data + i * sizeof(T), sizeof(T));
    if constexpr (sizeof(T) == 2) x = __builtin_bswap16(x);
    if constexpr (sizeof(T) == 4) x = __builtin_bswap32(x);
    if constexpr (sizeof(T) == 8) x = __builtin_bswap64(x);
    std::memcpy(data + i * sizeof(T), &x, sizeof(T));
  }
}

}  // namespace

struct ChunkDecoder::Inflater {
  Inflater() : handle(libdeflate_alloc_decompressor()) {
    if (handle == nullptr) throw std::bad_alloc();
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { libdeflate_free_decompressor(handle); }

  /// Unpacks a zlib stream to exactly `size` bytes. What follows the stream is left alone, as by HDF5.
  void run(std::span<const std::byte> in, std::byte* out, std::size_t size) const {
    std::size_t used = 0;
    switch (libdeflate_zlib_decompress_ex(handle, in.data(), in.size(), out, size, &used, nullptr)) {
      case LIBDEFLATE_SUCCESS:
        return;
      case LIBDEFLATE_SHORT_OUTPUT:
        throw BadChunk("whose zlib stream holds fewer than its " + bytes_text(size));
      case LIBDEFLATE_INSUFFICIENT_SPACE:
        throw BadChunk("whose zlib stream holds more than its " + bytes_text(size));
      default:
        throw BadChunk("with a damaged zlib stream");
    }
  }

  libdeflate_decompressor* handle;
};

ChunkDecoder::ChunkDecoder() : inflater_(std::make_unique<Inflater>()) {}
ChunkDecoder::~ChunkDecoder() = default;

std::byte* ChunkDecoder::scratch(std::size_t which, std::size_t size) {
  std::vector<std::byte>& buffer = scratch_[which];
  if (buffer.size() < size) buffer.resize(size);
  return buffer.data();
}

void ChunkDecoder::decode(const ChunkCodec& codec, std::uint32_t skipped, std::span<const std::byte> stored, std::byte* out) {
  const std::size_t n = codec.filters.size();
  if (n < 32 && (skipped >> n) != 0) throw BadChunk("whose mask leaves out filters that there are not");
  const auto active = [&](std::size_t i) { return (skipped >> i & 1U) == 0; };

  std::size_t moves = 0;           // steps that write somewhere else: the last of them writes to `out`
  std::size_t size = codec.bytes;  // of what deflate was given
  for (std::size_t i = 0; i < n; ++i) moves += active(i) && codec.filters[i] != Filter::kFletcher32 ? 1U : 0U;
  for (std::size_t i = 0; i < n && codec.filters[i] != Filter::kDeflate; ++i) {
    if (active(i) && codec.filters[i] == Filter::kFletcher32) size += kSumBytes;
  }

  std::span<const std::byte> now = stored;
  for (std::size_t i = n; i-- > 0;) {
    if (!active(i)) continue;
    if (codec.filters[i] == Filter::kFletcher32) {
      now = without_sum(now);
      continue;
    }
    const bool inflates = codec.filters[i] == Filter::kDeflate;
    const std::size_t produced = inflates ? size : now.size();
    std::byte* to = --moves == 0 && produced == codec.bytes ? out : nullptr;
    if (inflates) {
      if (to == nullptr) to = scratch(0, produced);
      inflater_->run(now, to, produced);
    } else {
      if (to == nullptr) to = scratch(1, produced);
      unshuffle(now, codec.number_bytes, to);
    }
    now = {to, produced};
  }
  if (now.size() != codec.bytes) throw BadChunk("of " + bytes_text(now.size()) + " instead of " + bytes_text(codec.bytes));
  if (now.data() != out) std::memcpy(out, now.data(), now.size());
  if (codec.swapped) swap_bytes(out, codec.bytes / codec.number_bytes, codec.number_bytes);
}

void swap_bytes(std::byte* data, std::size_t n, std::size_t number_bytes) {
  if (number_bytes == 2) swap_numbers<std::uint16_t>(data, n);
  if (number_bytes == 4) swap_numbers<std::uint32_t>(data, n);
  if (number_bytes == 8) swap_numbers<std::uint64_t>(data, n);
}

}  // namespace myocramp::io::hdf5
