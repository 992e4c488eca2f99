#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace myocramp {

inline constexpr std::size_t kCacheLine = 64;  ///< bytes

namespace detail {

template <class T>
struct LineAllocator {
  using value_type = T;
  LineAllocator() = default;
  template <class U>
  LineAllocator(const LineAllocator<U>& /*other*/) noexcept {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), std::align_val_t{kCacheLine})); }
  void deallocate(T* p, std::size_t /*n*/) noexcept { ::operator delete(p, std::align_val_t{kCacheLine}); }
  friend bool operator==(const LineAllocator& /*a*/, const LineAllocator& /*b*/) noexcept { return true; }
};

}  // namespace detail

/// Numbers that begin with a cache line, for what kernels keep: vectors of 64 bytes that lie across two lines take them up to half as long again.
template <class T>
using Aligned = std::vector<T, detail::LineAllocator<T>>;

}  // namespace myocramp
