#pragma once

#include <cstdint>
#include <span>

namespace myocramp {

/// Fills `out` with standard normal numbers: Box and Muller's pairs from Philox words, four numbers from each call of the generator.
///
/// (seed, stream) and the place in `out` decide each number, whatever the length of `out`.  Only +, -, *, / and square roots of doubles are
/// used, in fixed order: the same bits on every processor and with every C library.  The uniform numbers have 32 bits, so no number is
/// beyond 6.77.  Source: Box & Muller 1958 Ann Math Stat 29:610.
void fill_normal(std::uint64_t seed, std::uint64_t stream, std::span<double> out) noexcept;

}  // namespace myocramp
