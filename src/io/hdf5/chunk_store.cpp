#include "io/hdf5/chunk_store.hpp"

#include <algorithm>
#include <iterator>
#include <new>
#include <system_error>
#include <utility>

namespace myocramp::io::hdf5 {

ChunkStore::ChunkStore(const std::vector<CheckedDataset>& datasets, int threads) : datasets_(datasets), threads_(threads) {}

ChunkStore::~ChunkStore() { forget_wanted(); }

std::uint64_t ChunkStore::key_of(std::size_t dataset, Place chunk) const {
  const CheckedDataset& d = datasets_[dataset];
  const Index across = (d.columns + d.chunk_columns - 1) / d.chunk_columns;
  return (static_cast<std::uint64_t>(dataset) << 40U) + static_cast<std::uint64_t>(chunk.row * across + chunk.column);
}

const std::byte* ChunkStore::get(std::size_t dataset, Place chunk) {
  const std::uint64_t key = key_of(dataset, chunk);
  const auto found = by_key_.find(key);
  Slots::iterator slot;
  if (found == by_key_.end()) {
    slot = put(key, dataset, chunk, State::kRunning);
    run(*slot, reader_);
  } else {
    slot = found->second;
    slots_.splice(slots_.begin(), slots_, slot);
    if (slot->state != State::kReady) finish(*slot);
  }
  if (slot->state == State::kReady) return slot->data.get();
  const std::exception_ptr error = slot->error;
  drop(slot);  // another try starts anew
  std::rethrow_exception(error);
}

void ChunkStore::want(std::size_t dataset, Place chunk) {
  const std::uint64_t key = key_of(dataset, chunk);
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    slots_.splice(slots_.begin(), slots_, found->second);
    return;
  }
  const Slots::iterator slot = put(key, dataset, chunk, State::kWaiting);
  {
    const std::scoped_lock lock(mutex_);
    queue_.push_back(&*slot);
  }
  wanted_.notify_one();
  start_threads();
}

void ChunkStore::forget_wanted() {
  std::deque<Slot*> taken;
  {
    const std::scoped_lock lock(mutex_);
    taken.swap(queue_);
  }
  for (const Slot* slot : taken) drop(by_key_.at(slot->key));
}

std::size_t ChunkStore::waiting() const {
  const std::scoped_lock lock(mutex_);
  return queue_.size();
}

ChunkStore::Slots::iterator ChunkStore::put(std::uint64_t key, std::size_t dataset, Place chunk, State state) {
  const Slots::iterator slot = free_slot(datasets_[dataset].chunk_bytes());
  slot->key = key;
  slot->dataset = &datasets_[dataset];
  slot->chunk = chunk;
  slot->state = state;
  slot->error = nullptr;
  by_key_.emplace(key, slot);
  ++taken_;
  return slot;
}

/// A slot with memory for a chunk, at the front: the longest unused one where one must go, else a new one.
ChunkStore::Slots::iterator ChunkStore::free_slot(std::size_t bytes) {
  for (auto it = slots_.end(); held_ + bytes > capacity_ && it != slots_.begin();) {
    --it;
    const State state = it->state;
    if (state != State::kReady && state != State::kFailed) continue;
    if (it->bytes == bytes) {
      by_key_.erase(it->key);
      slots_.splice(slots_.begin(), slots_, it);
      return slots_.begin();
    }
    const auto old = it++;
    drop(old);
  }
  slots_.emplace_front();
  try {
    slots_.front().data.reset(new std::byte[bytes]);  // not set to zero: every byte is written before it is read
  } catch (...) {
    slots_.pop_front();
    throw;
  }
  slots_.front().bytes = bytes;
  held_ += bytes;
  return slots_.begin();
}

void ChunkStore::drop(Slots::iterator slot) {
  by_key_.erase(slot->key);
  held_ -= slot->bytes;
  slots_.erase(slot);
}

/// Sees that a chunk that was wanted is decoded: by this thread, unless another has begun. Decodes others instead of waiting.
void ChunkStore::finish(Slot& slot) {
  const auto is_done = [&] { return slot.state == State::kReady || slot.state == State::kFailed; };
  std::unique_lock lock(mutex_);
  while (!is_done()) {
    const auto own = std::find(queue_.begin(), queue_.end(), &slot);
    const auto next = own != queue_.end() ? own : queue_.begin();
    if (next == queue_.end()) {
      done_.wait(lock);
      continue;
    }
    Slot& job = **next;
    queue_.erase(next);
    job.state = State::kRunning;
    lock.unlock();
    run(job, reader_);
    lock.lock();
  }
}

void ChunkStore::run(Slot& slot, ChunkReader& reader) {
  State end = State::kReady;
  try {
    reader.read(*slot.dataset, slot.chunk, slot.data.get());
  } catch (...) {
    slot.error = std::current_exception();
    end = State::kFailed;
  }
  {
    const std::scoped_lock lock(mutex_);
    slot.state = end;
  }
  done_.notify_one();  // only the caller waits
}

void ChunkStore::start_threads() {
  if (!workers_.empty()) return;
  try {
    while (static_cast<int>(workers_.size()) + 1 < threads_) {
      workers_.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }
  } catch (const std::system_error&) {
    threads_ = static_cast<int>(workers_.size()) + 1;  // the caller decodes what they do not
  }
}

void ChunkStore::work(const std::stop_token& stop) try {
  ChunkReader reader;
  std::unique_lock lock(mutex_);
  for (;;) {
    if (!wanted_.wait(lock, stop, [&] { return !queue_.empty(); })) return;
    if (stop.stop_requested()) return;
    Slot& job = *queue_.front();
    queue_.pop_front();
    job.state = State::kRunning;
    lock.unlock();
    run(job, reader);
    lock.lock();
  }
} catch (const std::bad_alloc&) {  // of the reader's own buffers, before any job: the caller decodes alone
}

}  // namespace myocramp::io::hdf5
