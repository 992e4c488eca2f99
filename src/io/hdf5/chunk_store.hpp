#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <list>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <unordered_map>
#include <vector>

#include "io/hdf5/dataset.hpp"

namespace myocramp::io::hdf5 {

/// Decoded chunks of some datasets, the last used ones, in memory that is used again; other threads may decode ahead.
///
/// Called by one thread at a time. What it returns never depends on the number of threads; an error of a chunk is thrown when that chunk
/// is asked for, whoever met it.
class ChunkStore {
 public:
  /// `threads` counts the caller; the others start with the first want().
  ChunkStore(const std::vector<CheckedDataset>& datasets, int threads);
  ChunkStore(const ChunkStore&) = delete;
  ChunkStore& operator=(const ChunkStore&) = delete;
  ~ChunkStore();

  /// How much may be kept. More is, while all of it is being decoded.
  void set_capacity(std::size_t bytes) noexcept { capacity_ = bytes; }

  /// The chunk's numbers, until the next call of get() or want(). Throws: what ChunkReader throws.
  const std::byte* get(std::size_t dataset, Place chunk);

  /// Says that a chunk will be asked for soon.
  void want(std::size_t dataset, Place chunk);

  /// Takes back what was wanted and has not been begun.
  void forget_wanted();

  /// How many wanted chunks nobody has begun.
  [[nodiscard]] std::size_t waiting() const;

  /// How many chunks were taken in since the beginning: as many as a pass needs when none was needed twice.
  [[nodiscard]] std::size_t taken() const noexcept { return taken_; }

 private:
  enum class State { kWaiting, kRunning, kReady, kFailed };
  struct Slot {
    std::uint64_t key = 0;
    const CheckedDataset* dataset = nullptr;
    Place chunk{};
    std::unique_ptr<std::byte[]> data;
    std::size_t bytes = 0;
    std::atomic<State> state = State::kRunning;
    std::exception_ptr error;
  };
  using Slots = std::list<Slot>;  // the last used first

  [[nodiscard]] std::uint64_t key_of(std::size_t dataset, Place chunk) const;
  Slots::iterator put(std::uint64_t key, std::size_t dataset, Place chunk, State state);
  Slots::iterator free_slot(std::size_t bytes);
  void drop(Slots::iterator slot);
  void finish(Slot& slot);
  void run(Slot& slot, ChunkReader& reader);
  void start_threads();
  void work(const std::stop_token& stop);

  const std::vector<CheckedDataset>& datasets_;
  std::size_t capacity_ = 0;
  std::size_t held_ = 0;
  std::size_t taken_ = 0;
  Slots slots_;
  std::unordered_map<std::uint64_t, Slots::iterator> by_key_;
  ChunkReader reader_;

  mutable std::mutex mutex_;  // of the queue and of every step from one state to the next
  std::condition_variable_any wanted_;
  std::condition_variable done_;
  std::deque<Slot*> queue_;
  int threads_;
  std::vector<std::jthread> workers_;  // last: they end before what they use
};

}  // namespace myocramp::io::hdf5
