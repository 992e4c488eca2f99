#include "platform/memory.hpp"

#include <malloc.h>
#include <sys/mman.h>

#include <new>

namespace myocramp::platform {

std::unique_ptr<float[], Free> large_array(std::size_t count) {
  constexpr std::size_t kPage = 2U << 20U;
  const std::size_t size = (count * sizeof(float) + kPage - 1) / kPage * kPage;
  if (size == 0) return {};
  void* p = std::aligned_alloc(kPage, size);
  if (p == nullptr) throw std::bad_alloc();
  ::madvise(p, size, MADV_HUGEPAGE);  // where the system refuses, its usual pages do
  return std::unique_ptr<float[], Free>(static_cast<float*>(p));
}

void return_freed_memory() {
  constexpr int kLarge = 1 << 20;
  ::mallopt(M_MMAP_THRESHOLD, kLarge);  // which no longer grows then
}

}  // namespace myocramp::platform
