#pragma once

// Sources of one instruction set each include this: no header with inline functions may come in here.

#include "myocramp/simd/kernels.hpp"

namespace myocramp {

/// The tones of rows whose channels lie side by side: sums of `group` rows, each less the first row, are tapered and run through undamped
/// resonators, whose last two states are the answer.
struct Resonators {
  const double* x = nullptr;
  simd::Index x_stride = 0;
  simd::Index group = 1;
  const double* taper = nullptr;
  simd::Index steps = 0;
  const double* twice_cos = nullptr;  // (tone, channel), of the angle of a step
  simd::Index tones = 0;
  simd::Index channels = 0;
  double* last = nullptr;     // (tone, channel)
  double* before = nullptr;   // (tone, channel)
  double* tapered = nullptr;  // scratch: kTogether values for each step
};

/// Sines whose amplitudes change evenly, taken off rows whose channels lie side by side. `x` and `y` lie apart.
struct Sines {
  const double* x = nullptr;
  simd::Index x_stride = 0;
  double* y = nullptr;
  simd::Index y_stride = 0;
  simd::Index skipped = 0;  // rows that the sines run before the first
  simd::Index rows = 0;
  simd::Index channels = 0;
  simd::Index sines = 0;
  // Each (sine, channel): the cosine at the first row and one row before it, twice the cosine of the step, the amplitude and its step.
  const double* value = nullptr;
  const double* before = nullptr;
  const double* twice_cos = nullptr;
  const double* amplitude = nullptr;
  const double* growth = nullptr;
};

/// The inner loops of the removal of hum for one instruction set: the same bits on all, as those of simd/kernels.hpp.
struct HumKernels {
  static constexpr simd::Index kTogether = 16;  // channels at most that are run at a time
  void (*resonate)(const Resonators&) noexcept;
  void (*take_off)(const Sines&) noexcept;
};

extern const HumKernels kHumBaseline;
extern const HumKernels kHumAvx2;
extern const HumKernels kHumAvx512;

}  // namespace myocramp
