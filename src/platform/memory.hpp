#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>

namespace myocramp::platform {

struct Free {
  void operator()(void* p) const noexcept { std::free(p); }
};

/// A large array without values, on the largest pages that the system gives: half a thousand times fewer faults when it is first written.
/// Only what is written takes memory. Throws: std::bad_alloc.
std::unique_ptr<float[], Free> large_array(std::size_t count);

/// Large blocks go back to the system as soon as they are freed, in this process from now on: else the many vectors of some megabytes that
/// an analysis of hours frees leave holes that stay.
void return_freed_memory();

}  // namespace myocramp::platform
