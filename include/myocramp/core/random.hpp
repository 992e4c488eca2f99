#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace myocramp {

/// Philox4x32-10: a counter-based generator, so that (seed, stream, counter) alone decides every number, whatever the order of calls.
///
/// Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", SC11; checked against its known answers.
class Philox {
 public:
  using Words = std::array<std::uint32_t, 4>;

  static constexpr Words block(Words counter, std::uint32_t key0, std::uint32_t key1) noexcept {
    for (int round = 0; round < 10; ++round) {
      const std::uint64_t p0 = 0xD2511F53ULL * counter[0];
      const std::uint64_t p1 = 0xCD9E8D57ULL * counter[2];
      counter = {static_cast<std::uint32_t>(p1 >> 32U) ^ counter[1] ^ key0, static_cast<std::uint32_t>(p1),
                 static_cast<std::uint32_t>(p0 >> 32U) ^ counter[3] ^ key1, static_cast<std::uint32_t>(p0)};
      key0 += 0x9E3779B9U;
      key1 += 0xBB67AE85U;
    }
    return counter;
  }
};

/// A stream of random numbers named by (seed, stream): two streams never overlap.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t stream) noexcept : seed_(seed), stream_(stream) {}

  /// Uniform in the open interval (0, 1), on a grid of 2^-53.
  double uniform() noexcept {
    const std::uint64_t high = word();
    const std::uint64_t bits = (high << 32U) | word();
    return (static_cast<double>(bits >> 11U) + 0.5) * 0x1.0p-53;
  }
  double uniform(double low, double high) noexcept { return low + (high - low) * uniform(); }

  /// Standard normal by Box and Muller 1958.
  double normal() noexcept {
    if (spare_ready_) {
      spare_ready_ = false;
      return spare_;
    }
    const double radius = std::sqrt(-2 * std::log(uniform()));
    const double angle = 2 * std::numbers::pi * uniform();
    spare_ = radius * std::sin(angle);
    spare_ready_ = true;
    return radius * std::cos(angle);
  }

 private:
  std::uint32_t word() noexcept {
    if (used_ == 4) {
      words_ = Philox::block({static_cast<std::uint32_t>(counter_), static_cast<std::uint32_t>(counter_ >> 32U),
                              static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32U)},
                             static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32U));
      ++counter_;
      used_ = 0;
    }
    return words_[static_cast<std::size_t>(used_++)];
  }

  std::uint64_t seed_;
  std::uint64_t stream_;
  std::uint64_t counter_ = 0;
  Philox::Words words_{};
  int used_ = 4;
  double spare_ = 0;
  bool spare_ready_ = false;
};

}  // namespace myocramp
