#pragma once

// Counts what operator new is asked for, to show that a processor takes no memory at work. Replaces the operators of the whole
// executable: include it in one source of it only.

#include <atomic>
#include <cstdlib>
#include <new>

namespace myocramp::testing {

inline std::atomic<long> allocations{0};  // since the program began

inline void* counted(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}

}  // namespace myocramp::testing

void* operator new(std::size_t size) { return myocramp::testing::counted(size); }
void* operator new[](std::size_t size) { return myocramp::testing::counted(size); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }
