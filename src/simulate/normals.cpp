#include "myocramp/simulate/normals.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "simulate/sin_cos.hpp"

namespace myocramp {
namespace {

constexpr std::size_t kCalls = 64;  // of the generator at a time; the compiler puts them into lanes

// Philox4x32-10 as in core/random.hpp, of the counters first, first + 1, ...
void philox(std::uint64_t seed, std::uint64_t stream, std::uint64_t first, std::uint32_t (&words)[4][kCalls]) noexcept {
  auto key0 = static_cast<std::uint32_t>(seed);
  auto key1 = static_cast<std::uint32_t>(seed >> 32U);
  for (std::size_t i = 0; i < kCalls; ++i) {
    words[0][i] = static_cast<std::uint32_t>(first + i);
    words[1][i] = static_cast<std::uint32_t>((first + i) >> 32U);
    words[2][i] = static_cast<std::uint32_t>(stream);
    words[3][i] = static_cast<std::uint32_t>(stream >> 32U);
  }
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < kCalls; ++i) {
      const std::uint64_t p0 = 0xD2511F53ULL * words[0][i];
      const std::uint64_t p1 = 0xCD9E8D57ULL * words[2][i];
      words[0][i] = static_cast<std::uint32_t>(p1 >> 32U) ^ words[1][i] ^ key0;
      words[1][i] = static_cast<std::uint32_t>(p1);
      words[2][i] = static_cast<std::uint32_t>(p0 >> 32U) ^ words[3][i] ^ key1;
      words[3][i] = static_cast<std::uint32_t>(p0);
    }
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
}

// The word as a number from -2^31 to 2^31 - 1.
double centred(std::uint32_t word) noexcept { return static_cast<double>(static_cast<std::int32_t>(word ^ 0x80000000U)); }

// -2 ln u for u = (word + 0.5) / 2^32, within 1e-13 of itself or 1e-13: ln of the mantissa, from sqrt(1/2) to sqrt(2), as an area tangent.
double minus_two_log(std::uint32_t word) noexcept {
  const double u = (centred(word) + 2147483648.5) * 0x1.0p-32;
  const auto bits = std::bit_cast<std::uint64_t>(u) - 0x3FE6A09E667F3BCDULL;  // of sqrt(1/2)
  // The exponent as a number, without a conversion that SSE2 lacks: 2^52 + 2^11 + exponent, the last two taken off.
  const double exponent = std::bit_cast<double>(((bits + 0x8000000000000000ULL) >> 52U) | 0x4330000000000000ULL) - (0x1.0p52 + 2048);
  const double mantissa = std::bit_cast<double>((bits & 0x000FFFFFFFFFFFFFULL) + 0x3FE6A09E667F3BCDULL);
  const double s = (mantissa - 1) / (mantissa + 1);
  const double q = s * s;
  const double series =
      1 + q * (1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9 + q * (1.0 / 11 + q * (1.0 / 13 + q * (1.0 / 15)))))));
  return -4 * s * series - exponent * 1.3862943611198906;
}

}  // namespace

void fill_normal(std::uint64_t seed, std::uint64_t stream, std::span<double> out) noexcept {
  std::uint32_t words[4][kCalls];
  double numbers[4][kCalls];
  for (std::size_t done = 0; done < out.size(); done += 4 * kCalls) {
    philox(seed, stream, done / 4, words);
    for (std::size_t pair = 0; pair < 4; pair += 2) {
      for (std::size_t i = 0; i < kCalls; ++i) {
        const double radius = std::sqrt(minus_two_log(words[pair][i]));
        const auto [s, c] = detail::sin_cos_turns((centred(words[pair + 1][i]) + 0.5) * 0x1.0p-32);
        numbers[pair][i] = radius * c;
        numbers[pair + 1][i] = radius * s;
      }
    }
    const std::size_t count = std::min(out.size() - done, 4 * kCalls);
    for (std::size_t i = 0; i < count; ++i) out[done + i] = numbers[i % 4][i / 4];
  }
}

}  // namespace myocramp
