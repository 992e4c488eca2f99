// The kernels as templates on the widest vector, in bytes. Included by one source per instruction set and by nothing else: all is in an
// unnamed namespace and no header with inline functions comes in, so that no code of a wider set can be linked into the others' place.
// GCC makes slow code of vectors that are wider than the set.

#include <cstddef>

#include "myocramp/simd/kernels.hpp"

namespace myocramp::simd {
namespace {

using Size = std::size_t;

template <class T, Size lanes>
struct Vector {
  using type __attribute__((vector_size(sizeof(T) * lanes))) = T;
};
template <class T>
struct Vector<T, 1> {
  using type = T;
};
template <class T, Size lanes>
using V = typename Vector<T, lanes>::type;

template <class V, class T>
inline V load(const T* p) noexcept {
  V v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
template <class V, class T>
inline void store(T* p, V v) noexcept {
  __builtin_memcpy(p, &v, sizeof v);
}
// `lanes` times one value; adding 0 would turn -0 into 0.
template <class T, Size lanes>
inline V<T, lanes> all(T value) noexcept {
  if constexpr (lanes == 1) {
    return value;
  } else {
    V<T, lanes> v;
    for (Size l = 0; l < lanes; ++l) v[l] = value;
    return v;
  }
}
template <Size lanes>
inline V<double, lanes> absolute(V<double, lanes> v) noexcept {
  if constexpr (lanes == 1) {
    return __builtin_fabs(v);
  } else {
    V<long long, lanes> bits;
    __builtin_memcpy(&bits, &v, sizeof v);
    bits &= 0x7fffffffffffffffLL;
    __builtin_memcpy(&v, &bits, sizeof v);
    return v;
  }
}
template <Size lanes>
inline V<double, lanes> root(V<double, lanes> v) noexcept {
  if constexpr (lanes == 1) {
    return __builtin_sqrt(v);
  } else {
    for (Size l = 0; l < lanes; ++l) v[l] = __builtin_sqrt(v[l]);
    return v;
  }
}

// Calls f<lanes>(first channel) for groups of channels: as many of the widest as fit, then narrower ones.
template <Size widest, class F>
inline void in_groups(Index channels, F&& f) noexcept {
  Index c = 0;
  for (; c + Index{widest} <= channels; c += Index{widest}) f.template operator()<widest>(c);
  if constexpr (widest > 1) {
    in_groups<widest / 2>(channels - c, [&]<Size lanes>(Index rest) { f.template operator()<lanes>(c + rest); });
  }
}

// Rows that are run through all groups of channels before the next come: what they touch stays in the first-level cache.
constexpr Index kTile = 128;

template <class T, Size lanes, Size sections>
void run_cascade(const Cascade<T>& t, Index c, Index first, Index rows) noexcept {
  using L = V<T, lanes>;
  L b0[sections], b1[sections], b2[sections], a1[sections], a2[sections], z0[sections], z1[sections];
#pragma GCC unroll 16
  for (Index s = 0; s < Index{sections}; ++s) {
    const T* k = t.coefficients + 5 * s;
    b0[s] = all<T, lanes>(k[0]);
    b1[s] = all<T, lanes>(k[1]);
    b2[s] = all<T, lanes>(k[2]);
    a1[s] = all<T, lanes>(k[3]);
    a2[s] = all<T, lanes>(k[4]);
    z0[s] = load<L>(t.state + 2 * s * t.state_stride + c);
    z1[s] = load<L>(t.state + (2 * s + 1) * t.state_stride + c);
  }
  const T* x = t.x + first * t.x_stride + c;
  T* y = t.y + first * t.y_stride + c;
  for (Index i = 0; i < rows; ++i) {
    L v = load<L>(x);
#pragma GCC unroll 16
    for (Index s = 0; s < Index{sections}; ++s) {
      const L out = b0[s] * v + z0[s];
      z0[s] = b1[s] * v - a1[s] * out + z1[s];
      z1[s] = b2[s] * v - a2[s] * out;
      v = out;
    }
    store(y, v);
    x += t.x_stride;
    y += t.y_stride;
  }
#pragma GCC unroll 16
  for (Index s = 0; s < Index{sections}; ++s) {
    store(t.state + 2 * s * t.state_stride + c, z0[s]);
    store(t.state + (2 * s + 1) * t.state_stride + c, z1[s]);
  }
}

template <class T, Size widest, Size sections>
void cascade_of(const Cascade<T>& t) noexcept {
  for (Index first = 0; first < t.rows; first += kTile) {
    const Index rows = t.rows - first < kTile ? t.rows - first : kTile;
    in_groups<widest>(t.channels, [&]<Size lanes>(Index c) { run_cascade<T, lanes, sections>(t, c, first, rows); });
  }
}

// Long cascades run part by part, in place after the first.
template <class T, Size bytes>
void cascade(const Cascade<T>& task) noexcept {
  constexpr Size widest = bytes / sizeof(T);
  Cascade<T> t = task;
  while (t.sections > 0) {
    Index done = 4;
    if (t.sections == 1) {
      cascade_of<T, widest, 1>(t);
      done = 1;
    } else if (t.sections == 2) {
      cascade_of<T, widest, 2>(t);
      done = 2;
    } else if (t.sections == 3) {
      cascade_of<T, widest, 3>(t);
      done = 3;
    } else {
      cascade_of<T, widest, 4>(t);
    }
    t.sections -= done;
    t.coefficients += 5 * done;
    t.state += 2 * done * t.state_stride;
    t.x = t.y;
    t.x_stride = t.y_stride;
  }
}

template <Size lanes, bool square, bool wanted>
void run_stretch(const MovingStretch& t, Index c) noexcept {
  using L = V<double, lanes>;
  L prefix = load<L>(t.prefix + c);
  const double* x = t.x + c;
  double* y = t.y + c;
  double* stretch = t.stretch + t.place * t.channels + c;
  const double* suffix = t.suffix + (t.place + 1) * t.channels + c;
  for (Index i = 0; i < t.rows; ++i) {
    const L v = load<L>(x);
    const L rectified = square ? v * v : absolute<lanes>(v);
    store(stretch, rectified);
    prefix += rectified;
    if constexpr (wanted) {
      const Index count = t.seen + i + 1 < t.window ? t.seen + i + 1 : t.window;
      const L average = (load<L>(suffix) + prefix) / all<double, lanes>(static_cast<double>(count));
      store(y, square ? root<lanes>(average) : average);
      y += t.y_stride;
      suffix += t.channels;
    }
    x += t.x_stride;
    stretch += t.channels;
  }
  store(t.prefix + c, prefix);
}

template <Size widest, bool square, bool wanted>
void stretch_of(const MovingStretch& t) noexcept {
  in_groups<widest>(t.channels, [&]<Size lanes>(Index c) { run_stretch<lanes, square, wanted>(t, c); });
}

template <Size bytes>
void moving_stretch(const MovingStretch& task) noexcept {
  constexpr Size widest = bytes / 8;
  MovingStretch t = task;
  while (t.rows > 0) {
    MovingStretch part = t;
    part.rows = t.rows < kTile ? t.rows : kTile;
    if (t.square) {
      t.y != nullptr ? stretch_of<widest, true, true>(part) : stretch_of<widest, true, false>(part);
    } else {
      t.y != nullptr ? stretch_of<widest, false, true>(part) : stretch_of<widest, false, false>(part);
    }
    t.x += part.rows * t.x_stride;
    if (t.y != nullptr) t.y += part.rows * t.y_stride;
    t.place += part.rows;
    t.seen += part.rows;
    t.rows -= part.rows;
  }
}

template <Size bytes>
void suffix_sums(const double* stretch, double* suffix, Index window, Index channels) noexcept {
  in_groups<bytes / 8>(channels, [&]<Size lanes>(Index c) {
    using L = V<double, lanes>;
    L sum = load<L>(suffix + window * channels + c);
    for (Index k = window - 1; k >= 0; --k) {
      sum = load<L>(stretch + k * channels + c) + sum;
      store(suffix + k * channels + c, sum);
    }
  });
}

template <Size bytes>
void add_absolute(const double* x, Index x_stride, Index rows, Index channels, double* sum) noexcept {
  for (Index first = 0; first < rows; first += kTile) {
    const Index n = rows - first < kTile ? rows - first : kTile;
    const double* tile = x + first * x_stride;
    in_groups<bytes / 8>(channels, [&]<Size lanes>(Index c) {
      using L = V<double, lanes>;
      L total = load<L>(sum + c);
      for (Index i = 0; i < n; ++i) total += absolute<lanes>(load<L>(tile + i * x_stride + c));
      store(sum + c, total);
    });
  }
}

template <Size bytes>
void largest(const double* x, Index x_stride, Index rows, Index channels, double* most, double* finite) noexcept {
  for (Index first = 0; first < rows; first += kTile) {
    const Index n = rows - first < kTile ? rows - first : kTile;
    const double* tile = x + first * x_stride;
    in_groups<bytes / 8>(channels, [&]<Size lanes>(Index c) {
      using L = V<double, lanes>;
      L high = load<L>(most + c);
      L zero = all<double, lanes>(0);
      for (Index i = 0; i < n; ++i) {
        const L v = load<L>(tile + i * x_stride + c);
        high = v > high ? v : high;
        zero += v * 0.0;  // NaN for good, once v is NaN or infinite
      }
      store(most + c, high);
      double check[lanes];
      store(check, zero);
      for (Size l = 0; l < lanes; ++l) {
        if (check[l] != 0) finite[c + static_cast<Index>(l)] = 0;
      }
    });
  }
}

/// The compiler makes vectors of this loop, of the width that this source is compiled for.
template <Size bytes>
void int16_to_volts(const std::int16_t* __restrict x, const double* __restrict zero, const double* __restrict step, double offset, Index n,
                    double* __restrict out) noexcept {
  for (Index i = 0; i < n; ++i) out[i] = (static_cast<double>(x[i]) - zero[i]) * step[i] + offset;
}

template <Size bytes>
constexpr Kernels kernels_of(const char* name) noexcept {
  return {name,
          &cascade<double, bytes>,
          &cascade<float, bytes>,
          &moving_stretch<bytes>,
          &suffix_sums<bytes>,
          &add_absolute<bytes>,
          &largest<bytes>,
          &int16_to_volts<bytes>};
}

}  // namespace
}  // namespace myocramp::simd
