#pragma once

namespace myocramp::testing {

/// Allocations of this thread since it began, by new, malloc and their kin; -1 where they are not counted (under a sanitizer).
/// tests/support/allocations.cpp must be in the executable.
long allocations() noexcept;

}  // namespace myocramp::testing
