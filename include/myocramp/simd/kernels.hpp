#pragma once

#include <cstddef>
#include <cstdint>

// Sources of one instruction set each include this: no header with inline functions may come in here.

namespace myocramp::simd {

using Index = std::ptrdiff_t;

/// One run of a cascade of second-order sections over rows whose channels lie side by side.
///
/// `coefficients` holds b0 b1 b2 a1 a2 of each section for double, which runs them in transposed direct form II, and c1 c2 c3 m0 m1 m2 for
/// float, which runs them as state-variable sections (docs/methods/sos.md); `state` two rows of `state_stride` values for each section, one
/// value per channel. `offset`, one value per channel (nullptr: none), is taken off `x` first. `x` and `y` may be the same; strides may be
/// negative.
template <class T>
struct Cascade {
  const T* coefficients = nullptr;
  Index sections = 0;
  T* state = nullptr;
  Index state_stride = 0;
  const T* offset = nullptr;
  const T* x = nullptr;
  Index x_stride = 0;
  T* y = nullptr;
  Index y_stride = 0;
  Index rows = 0;
  Index channels = 0;
};

/// What a moving mean averages: |x|, x^2 with a square root after it, or x itself.
enum class Averaged { kAbsolute, kSquare, kPlain };

/// The part of a moving mean that lies within one stretch of `window` samples: rows `place` to `place + rows` of it.
///
/// `sums` holds window + 1 rows of `channels` values: the suffix sums of the stretch before, over which the samples of this one are written
/// as those rows are used up. Row i of `y` (nullptr: not wanted) gets (sums[place + i + 1] + prefix) / count, with the root for kSquare;
/// count is min(seen + i + 1, window). All in double. `x` and `y` may be the same.
template <class T>
struct MovingStretch {
  const T* x = nullptr;
  Index x_stride = 0;
  T* y = nullptr;
  Index y_stride = 0;
  double* sums = nullptr;
  double* prefix = nullptr;
  Index place = 0;
  Index rows = 0;
  Index channels = 0;
  Index seen = 0;
  Index window = 0;
  Averaged averaged = Averaged::kAbsolute;
};

/// The Teager-Kaiser operator over rows whose channels lie side by side: row i of `y` gets p1^2 - p0 x[i], p0 and p1 the two rows before x[i].
///
/// `past` holds those two rows of `channels` values and is brought up to date. Computed in double. `x` and `y` may be the same.
template <class T>
struct TeagerKaiserRun {
  const T* x = nullptr;
  Index x_stride = 0;
  T* y = nullptr;
  Index y_stride = 0;
  T* past = nullptr;
  Index rows = 0;
  Index channels = 0;
};

/// The amplitude of the analytic signal over rows: row i of `y` gets sqrt(x[c]^2 + H^2), c = i + reach the row of `x` in the middle, and
/// H = sum over k = 1, 3, ... reach of taps[(k - 1) / 2] (x[c - k] - x[c + k]).
///
/// `x` holds rows + 2 reach rows of `channels` values that lie apart from `y`.
template <class T>
struct HilbertRun {
  const double* x = nullptr;
  const double* taps = nullptr;
  Index reach = 0;
  T* y = nullptr;
  Index y_stride = 0;
  Index y_channel_stride = 1;
  Index rows = 0;
  Index channels = 0;
};

/// The rank-th largest energy of the last `pairs` pairs of samples, over rows whose channels lie side by side: y gets sqrt(energy / 2), the
/// energy of a pair being the sum of its squares, and between two pairs the value of the one before.
///
/// Pairs are counted in stretches of `pairs`. `energies` holds those of this stretch, `prefix` the `rank` largest of them so far in descending
/// order, and `suffix` for each pair of the stretch before the `rank` largest from it to its end, and -infinity as one list more. `half` is the
/// energy of the first sample of a pair, `value` the last one of y. All are brought up to date; `place` (pairs of this stretch so far, 1 to
/// `pairs`) and `second` (whether the first row completes a pair) are the caller's. Before the first pair `place` is `pairs`.
/// There are `pairs`, `rank` and (pairs + 1) rank values a channel, in an order of the kernel's own.
struct PairRankRun {
  const double* x = nullptr;
  Index x_stride = 0;
  double* y = nullptr;
  Index y_stride = 0;
  Index rows = 0;
  Index channels = 0;
  Index pairs = 0;
  Index rank = 0;
  Index place = 0;
  bool second = false;
  double* energies = nullptr;
  double* prefix = nullptr;
  double* suffix = nullptr;
  double* half = nullptr;
  double* value = nullptr;
};

/// Adds `value` to the sums of candidates for the start of PELT's last segment, and bounds their costs from below: low = before + m slope -
/// mean m^2 / sum, where m = now - place. below[k / 8] tells whether any of the eight from k on is less than `best`.
///
/// The lists hold `count` values, rounded up to a multiple of 8; what the last of them are does not matter.
struct ChangeBounds {
  const double* place = nullptr;
  const double* before = nullptr;
  double* sums = nullptr;
  Index count = 0;
  double now = 0;
  double slope = 0;
  double mean = 0;
  double value = 0;
  double best = 0;
  double* low = nullptr;
  std::uint8_t* below = nullptr;
};

/// The inner loops of filters, envelopes and detectors for one instruction set.
///
/// Every lane is one channel (of `change_bounds` one candidate) and does the IEEE operations of the plain loop in its order, without fused
/// multiply-add: all sets give the same bits, and a channel's bits depend on no other channel. Nothing throws or allocates.
struct Kernels {
  const char* name;
  void (*cascade_double)(const Cascade<double>&) noexcept;
  void (*cascade_float)(const Cascade<float>&) noexcept;
  void (*moving_stretch_double)(const MovingStretch<double>&) noexcept;
  void (*moving_stretch_float)(const MovingStretch<float>&) noexcept;
  /// sums[k] = sums[k] + sums[k + 1] for k from window - 1 down to 0; sums[window] stays.
  void (*suffix_sums)(double* sums, Index window, Index channels) noexcept;
  /// Adds |x| of every row to sum[c].
  void (*add_absolute)(const double* x, Index x_stride, Index rows, Index channels, double* sum) noexcept;
  /// Adds to count[c] how often |x| steps from at or below level[c] to above it; last[c] holds |x| of the row before, then of the last one.
  /// NaN is not above.
  void (*count_crossings)(const double* x, Index x_stride, Index rows, Index channels, const double* level, double* last,
                          std::int64_t* count) noexcept;
  /// Raises most[c] to the largest of the rows and lowers least[c] to the least, NaN passed over; finite[c] becomes 0 where a value is NaN or
  /// infinite and stays what it is elsewhere.
  void (*extremes)(const double* x, Index x_stride, Index rows, Index channels, double* most, double* least, double* finite) noexcept;
  /// Whether no value is NaN or infinite.
  bool (*all_finite)(const double* x, Index x_stride, Index rows, Index channels) noexcept;
  /// Gives each channel's extremes over the rows; plain[c] is 0 where a value is NaN or infinite or equals both rows before it, else 1.
  /// Of a channel that is not plain the extremes are of what is not NaN.
  void (*look_for_runs)(const double* x, Index x_stride, Index rows, Index channels, double* most, double* least, double* plain) noexcept;
  /// out[i] = (x[i] - zero[i]) * step[i] + offset.
  void (*int16_to_volts)(const std::int16_t* x, const double* zero, const double* step, double offset, Index n, double* out) noexcept;
  void (*teager_kaiser_double)(const TeagerKaiserRun<double>&) noexcept;
  void (*teager_kaiser_float)(const TeagerKaiserRun<float>&) noexcept;
  void (*hilbert_double)(const HilbertRun<double>&) noexcept;
  void (*hilbert_float)(const HilbertRun<float>&) noexcept;
  void (*pair_rank)(const PairRankRun&) noexcept;
  void (*change_bounds)(const ChangeBounds&) noexcept;
};

/// The kernels of this processor's widest instruction set, or of the one that the environment variable MYOCRAMP_SIMD names: baseline,
/// avx2 or avx512. Decided once. Throws: InvalidArgument E-OPTION for a name that this processor does not have.
const Kernels& kernels();

/// The kernels of a set by name; nullptr for one that is unknown or that this processor does not have.
const Kernels* find_kernels(const char* name) noexcept;

/// The kernels of a scalar type.
inline auto cascade(const Kernels& k, double) noexcept { return k.cascade_double; }
inline auto cascade(const Kernels& k, float) noexcept { return k.cascade_float; }
inline auto moving_stretch(const Kernels& k, double) noexcept { return k.moving_stretch_double; }
inline auto moving_stretch(const Kernels& k, float) noexcept { return k.moving_stretch_float; }
inline auto teager_kaiser(const Kernels& k, double) noexcept { return k.teager_kaiser_double; }
inline auto teager_kaiser(const Kernels& k, float) noexcept { return k.teager_kaiser_float; }
inline auto hilbert(const Kernels& k, double) noexcept { return k.hilbert_double; }
inline auto hilbert(const Kernels& k, float) noexcept { return k.hilbert_float; }

}  // namespace myocramp::simd
