#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

namespace myocramp::io::hdf5 {

/// What may stand between the numbers of a chunk and its bytes in the file.
enum class Filter { kShuffle, kDeflate, kFletcher32 };

/// How the numbers of a dataset's chunks became bytes.
struct ChunkCodec {
  std::vector<Filter> filters{};  ///< in the order of writing, each at most once
  std::size_t bytes = 0;          ///< of a whole chunk, unpacked
  std::size_t number_bytes = 1;   ///< of one number: 1, 2, 4 or 8
  bool swapped = false;           ///< numbers in the other byte order than this machine's
};

/// Stored bytes that cannot be a chunk; the text completes "chunk at [0, 0] ...".
class BadChunk : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Unpacks chunks without libhdf5, so that nothing is written beyond the chunk's size whatever the stream claims, and in any thread.
/// Each thread has its own; its buffers are used again.
class ChunkDecoder {
 public:
  ChunkDecoder();
  ChunkDecoder(const ChunkDecoder&) = delete;
  ChunkDecoder& operator=(const ChunkDecoder&) = delete;
  ~ChunkDecoder();

  /// Writes exactly codec.bytes bytes, numbers in this machine's byte order, to `out`. Bit i of `skipped` says that the i-th filter was
  /// left out for this chunk.
  /// Throws: BadChunk for a mask of other filters, a sum that does not fit, a damaged zlib stream, or one that unpacks to fewer or more
  /// bytes than the chunk has.
  /// Source: HDF5 File Format Specification 3.0, section IV.A.2.l; RFC 1950; the checksum of HDF5's filter number 3.
  void decode(const ChunkCodec& codec, std::uint32_t skipped, std::span<const std::byte> stored, std::byte* out);

 private:
  struct Inflater;
  std::byte* scratch(std::size_t which, std::size_t size);

  std::unique_ptr<Inflater> inflater_;
  std::array<std::vector<std::byte>, 2> scratch_;
};

/// Turns the byte order of n numbers round.
void swap_bytes(std::byte* data, std::size_t n, std::size_t number_bytes);

}  // namespace myocramp::io::hdf5
