#include <cstdlib>
#include <string>
#include <string_view>

#include "myocramp/core/error.hpp"
#include "myocramp/simd/kernels.hpp"
#include "simd/sets.hpp"

namespace myocramp::simd {

const Kernels* find_kernels(const char* wanted) noexcept {
  const std::string_view name(wanted);
  if (name == "baseline") return &kBaseline;
#if defined(__x86_64__)
  if (name == "avx2" && __builtin_cpu_supports("avx2")) return &kAvx2;
  if (name == "avx512" && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) return &kAvx512;
#endif
  return nullptr;
}

const Kernels& kernels() {
  static const Kernels& chosen = []() -> const Kernels& {
    std::string have;
    const Kernels* widest = nullptr;
    for (const char* name : {"baseline", "avx2", "avx512"}) {
      const Kernels* k = find_kernels(name);
      if (k == nullptr) continue;
      have += (have.empty() ? "" : ", ") + std::string(name);
      widest = k;
    }
    const char* wanted = std::getenv("MYOCRAMP_SIMD");  // NOLINT(concurrency-mt-unsafe): nothing of ours sets it
    if (wanted == nullptr || *wanted == '\0') return *widest;
    if (const Kernels* k = find_kernels(wanted)) return *k;
    throw InvalidArgument({"E-OPTION", "", "MYOCRAMP_SIMD", "one of " + have, printable(wanted)});
  }();
  return chosen;
}

}  // namespace myocramp::simd
