#pragma once

#include <cstddef>
#include <cstdint>

// Sources of one instruction set each include this: no header with inline functions may come in here.

namespace myocramp::simd {

using Index = std::ptrdiff_t;

/// One run of a cascade of second-order sections over rows whose channels lie side by side.
///
/// `coefficients` holds b0 b1 b2 a1 a2 of each section; `state` two rows of `state_stride` values for each section, one value per channel.
/// `x` and `y` may be the same; strides may be negative.
template <class T>
struct Cascade {
  const T* coefficients = nullptr;
  Index sections = 0;
  T* state = nullptr;
  Index state_stride = 0;
  const T* x = nullptr;
  Index x_stride = 0;
  T* y = nullptr;
  Index y_stride = 0;
  Index rows = 0;
  Index channels = 0;
};

/// The part of a moving mean that lies within one stretch of `window` samples: rows `place` to `place + rows` of it.
///
/// `stretch`, `suffix` and `prefix` hold `channels` values a row. Row i of `y` (nullptr: not wanted) gets
/// (suffix[place + i + 1] + prefix) / count, with a square root after it when `square`; count is min(seen + i + 1, window).
struct MovingStretch {
  const double* x = nullptr;
  Index x_stride = 0;
  double* y = nullptr;
  Index y_stride = 0;
  double* stretch = nullptr;
  const double* suffix = nullptr;
  double* prefix = nullptr;
  Index place = 0;
  Index rows = 0;
  Index channels = 0;
  Index seen = 0;
  Index window = 0;
  bool square = false;
};

/// The inner loops of filters and envelopes for one instruction set.
///
/// Every lane is one channel and does the IEEE operations of the plain loop in its order, without fused multiply-add: all sets give the
/// same bits, and a channel's bits depend on no other channel. Nothing throws or allocates.
struct Kernels {
  const char* name;
  void (*cascade_double)(const Cascade<double>&) noexcept;
  void (*cascade_float)(const Cascade<float>&) noexcept;
  void (*moving_stretch)(const MovingStretch&) noexcept;
  /// suffix[k] = stretch[k] + suffix[k + 1] for k from window - 1 down to 0; suffix[window] stays.
  void (*suffix_sums)(const double* stretch, double* suffix, Index window, Index channels) noexcept;
  /// Adds |x| of every row to sum[c].
  void (*add_absolute)(const double* x, Index x_stride, Index rows, Index channels, double* sum) noexcept;
  /// Raises most[c] to the largest of the rows; finite[c] becomes 0 where a value is NaN or infinite and stays what it is elsewhere.
  void (*largest)(const double* x, Index x_stride, Index rows, Index channels, double* most, double* finite) noexcept;
  /// out[i] = (x[i] - zero[i]) * step[i] + offset.
  void (*int16_to_volts)(const std::int16_t* x, const double* zero, const double* step, double offset, Index n, double* out) noexcept;
};

/// The kernels of this processor's widest instruction set, or of the one that the environment variable MYOCRAMP_SIMD names: baseline,
/// avx2 or avx512. Decided once. Throws: InvalidArgument E-OPTION for a name that this processor does not have.
const Kernels& kernels();

/// The kernels of a set by name; nullptr for one that is unknown or that this processor does not have.
const Kernels* find_kernels(const char* name) noexcept;

/// The kernels of a scalar type.
inline auto cascade(const Kernels& k, double) noexcept { return k.cascade_double; }
inline auto cascade(const Kernels& k, float) noexcept { return k.cascade_float; }

}  // namespace myocramp::simd
