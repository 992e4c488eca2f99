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
// Samples of either scalar as doubles, and back with one rounding.
template <Size lanes, class T>
inline V<double, lanes> load_double(const T* p) noexcept {
  if constexpr (lanes == 1) {
    return static_cast<double>(*p);
  } else if constexpr (lanes == 8 && sizeof(T) == sizeof(float)) {  // GCC 12 makes five instructions of what is one
    return __builtin_ia32_cvtps2pd512_mask(load<V<T, lanes>>(p), V<double, lanes>{}, -1, 4);
  } else {
    return __builtin_convertvector(load<V<T, lanes>>(p), V<double, lanes>);
  }
}
template <Size lanes, class T>
inline void store_double(T* p, V<double, lanes> v) noexcept {
  if constexpr (lanes == 1) {
    *p = static_cast<T>(v);
  } else {
    store(p, __builtin_convertvector(v, V<T, lanes>));
  }
}
// `lanes` times one value, in one instruction; adding 0 would turn -0 into 0, taking it away does not.
template <class T, Size lanes>
inline V<T, lanes> all(T value) noexcept {
  if constexpr (lanes == 1) {
    return value;
  } else {
    return value - V<T, lanes>{};
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

// Asks for the sample that lies kAhead rows on: groups of channels go through memory in strides that the processor does not foresee.
template <class T>
inline void ask_ahead(const T* x, Index x_stride) noexcept {
  constexpr Index kAhead = 128;
  __builtin_prefetch(x + kAhead * x_stride);
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

// The same with two of the widest at once where there are as many: f<lanes, 2>, else f<lanes, 1>. Rows of that many channels are gone through
// from end to end, as memory likes it, and two sums do not wait for each other.
template <Size widest, class F>
inline void in_pairs(Index channels, F&& f) noexcept {
  Index c = 0;
  for (; c + 2 * Index{widest} <= channels; c += 2 * Index{widest}) f.template operator()<widest, 2>(c);
  in_groups<widest>(channels - c, [&]<Size lanes>(Index rest) { f.template operator()<lanes, 1>(c + rest); });
}

// Rows that are run through all groups of channels before the next come: what they touch stays in the first-level cache.
constexpr Index kTile = 128;

// What is known of the numerators of a cascade: nothing; b2 = b0 in every section; and b0 = 1 in all but the first. Multiplications that
// give what is there already are left out, which changes no bit.
enum class Numerators { kAny, kSymmetric, kUnit };

// Transposed direct form II, in SciPy's order of operations.
template <class T, Size lanes, Numerators numerators>
struct DirectForm {
  using L = V<T, lanes>;
  static constexpr Index kCoefficients = 5;
  L b0, b1, b2, a1, a2, z0, z1;

  void set(const T* k) noexcept {
    b0 = all<T, lanes>(k[0]);
    b1 = all<T, lanes>(k[1]);
    b2 = all<T, lanes>(k[2]);
    a1 = all<T, lanes>(k[3]);
    a2 = all<T, lanes>(k[4]);
  }
  template <bool first>
  L step(L v) noexcept {
    const L p = numerators == Numerators::kUnit && !first ? v : b0 * v;
    const L q = numerators == Numerators::kAny ? b2 * v : p;
    const L out = p + z0;
    z0 = b1 * v - a1 * out + z1;
    z1 = q - a2 * out;
    return out;
  }
};

// Two trapezoidal integrators in a loop: rounding stays small where the poles lie close to 1.
template <class T, Size lanes>
struct StateVariable {
  using L = V<T, lanes>;
  static constexpr Index kCoefficients = 6;
  L c1, c2, c3, m0, m1, m2, z0, z1;

  void set(const T* k) noexcept {
    c1 = all<T, lanes>(k[0]);
    c2 = all<T, lanes>(k[1]);
    c3 = all<T, lanes>(k[2]);
    m0 = all<T, lanes>(k[3]);
    m1 = all<T, lanes>(k[4]);
    m2 = all<T, lanes>(k[5]);
  }
  template <bool first>
  L step(L x) noexcept {
    const L v = c1 * z0 + c2 * (x - z1);
    const L out = m0 * x + m1 * v + m2 * z1;
    z0 = (v + v) - z0;
    z1 = z1 + c3 * v;
    return out;
  }
};

template <class Section, Size lanes, Size sections, bool less_offset, class T>
void run_cascade(const Cascade<T>& t, Index c) noexcept {
  using L = V<T, lanes>;
  Section section[sections];
#pragma GCC unroll 16
  for (Index s = 0; s < Index{sections}; ++s) {
    section[s].set(t.coefficients + Section::kCoefficients * s);
    section[s].z0 = load<L>(t.state + 2 * s * t.state_stride + c);
    section[s].z1 = load<L>(t.state + (2 * s + 1) * t.state_stride + c);
  }
  L offset = all<T, lanes>(0);
  if constexpr (less_offset) offset = load<L>(t.offset + c);
  const T* x = t.x + c;
  T* y = t.y + c;
  for (Index i = 0; i < t.rows; ++i) {
    L v = load<L>(x);
    if constexpr (less_offset) v = v - offset;
#pragma GCC unroll 16
    for (Index s = 0; s < Index{sections}; ++s) v = s == 0 ? section[s].template step<true>(v) : section[s].template step<false>(v);
    store(y, v);
    x += t.x_stride;
    y += t.y_stride;
  }
#pragma GCC unroll 16
  for (Index s = 0; s < Index{sections}; ++s) {
    store(t.state + 2 * s * t.state_stride + c, section[s].z0);
    store(t.state + (2 * s + 1) * t.state_stride + c, section[s].z1);
  }
}

template <template <Size> class Section, Size widest, Size sections, class T>
void cascade_of(const Cascade<T>& t) noexcept {
  if (t.offset == nullptr) {
    in_groups<widest>(t.channels, [&]<Size lanes>(Index c) { run_cascade<Section<lanes>, lanes, sections, false>(t, c); });
  } else {
    in_groups<widest>(t.channels, [&]<Size lanes>(Index c) { run_cascade<Section<lanes>, lanes, sections, true>(t, c); });
  }
}

// A tile at a time; long cascades run part by part, in place after the first.
template <template <Size> class Section, Size widest, class T>
void tiled_cascade(const Cascade<T>& task) noexcept {
  bool less_offset = false;
  for (Index c = 0; task.offset != nullptr && c < task.channels; ++c) less_offset = less_offset || task.offset[c] != 0;
  for (Index first = 0; first < task.rows; first += kTile) {
    Cascade<T> t = task;
    if (!less_offset) t.offset = nullptr;
    t.rows = task.rows - first < kTile ? task.rows - first : kTile;
    t.x += first * t.x_stride;
    t.y += first * t.y_stride;
    while (t.sections > 0) {
      Index done = 4;
      if (t.sections == 1) {
        cascade_of<Section, widest, 1>(t);
        done = 1;
      } else if (t.sections == 2) {
        cascade_of<Section, widest, 2>(t);
        done = 2;
      } else if (t.sections == 3) {
        cascade_of<Section, widest, 3>(t);
        done = 3;
      } else {
        cascade_of<Section, widest, 4>(t);
      }
      t.sections -= done;
      t.coefficients += Section<1>::kCoefficients * done;
      t.state += 2 * done * t.state_stride;
      t.offset = nullptr;
      t.x = t.y;
      t.x_stride = t.y_stride;
    }
  }
}

template <Size lanes>
using DoubleSection = DirectForm<double, lanes, Numerators::kAny>;
template <Size lanes>
using SymmetricSection = DirectForm<double, lanes, Numerators::kSymmetric>;
template <Size lanes>
using UnitSection = DirectForm<double, lanes, Numerators::kUnit>;
template <Size lanes>
using SingleSection = StateVariable<float, lanes>;

template <Size bytes>
void cascade_double(const Cascade<double>& t) noexcept {
  bool symmetric = true;
  bool unit = true;
  for (Index s = 0; s < t.sections; ++s) {
    const double* k = t.coefficients + 5 * s;
    symmetric = symmetric && k[2] == k[0];
    unit = unit && (s == 0 || k[0] == 1);
  }
  if (!symmetric) {
    tiled_cascade<DoubleSection, bytes / sizeof(double)>(t);
  } else if (!unit) {
    tiled_cascade<SymmetricSection, bytes / sizeof(double)>(t);
  } else {
    tiled_cascade<UnitSection, bytes / sizeof(double)>(t);
  }
}
template <Size bytes>
void cascade_float(const Cascade<float>& t) noexcept {
  tiled_cascade<SingleSection, bytes / sizeof(float)>(t);
}

template <class T, Size lanes, Size vectors, Averaged averaged, bool wanted>
void run_stretch(const MovingStretch<T>& task, Index c) noexcept {
  using L = V<double, lanes>;
  const MovingStretch<T> t = task;  // which no store can change
  L prefix[vectors];
  for (Size k = 0; k < vectors; ++k) prefix[k] = load<L>(t.prefix + c + k * lanes);
  const T* x = t.x + c;
  T* y = t.y + c;
  double* sums = t.sums + t.place * t.channels + c;
  // Floats are multiplied by 1 / count: that the mean of equal samples is their value survives only the rounding to 24 bits.
  constexpr bool multiplied = sizeof(T) == sizeof(float);
  const auto count = static_cast<double>(t.window);
  const L window = all<double, lanes>(multiplied ? 1 / count : count);
  for (Index i = 0; i < t.rows; ++i) {
    const Index seen = t.seen + i + 1;
    const auto fewer = static_cast<double>(seen);
    const L by = seen < t.window ? all<double, lanes>(multiplied ? 1 / fewer : fewer) : window;
#pragma GCC unroll 2
    for (Size k = 0; k < vectors; ++k) {
      ask_ahead(x + k * lanes, t.x_stride);
      const L v = load_double<lanes>(x + k * lanes);
      const L one = averaged == Averaged::kSquare ? v * v : averaged == Averaged::kAbsolute ? absolute<lanes>(v) : v;
      store(sums + k * lanes, one);
      prefix[k] += one;
      if constexpr (wanted) {
        const L sum = load<L>(sums + t.channels + k * lanes) + prefix[k];
        const L average = multiplied ? sum * by : sum / by;
        store_double<lanes>(y + k * lanes, averaged == Averaged::kSquare ? root<lanes>(average) : average);
      }
    }
    x += t.x_stride;
    sums += t.channels;
    if constexpr (wanted) y += t.y_stride;
  }
  for (Size k = 0; k < vectors; ++k) store(t.prefix + c + k * lanes, prefix[k]);
}

template <class T, Size widest, Averaged averaged>
void stretch_of(const MovingStretch<T>& t) noexcept {
  if (t.y != nullptr) {
    in_pairs<widest>(t.channels, [&]<Size lanes, Size vectors>(Index c) { run_stretch<T, lanes, vectors, averaged, true>(t, c); });
  } else {
    in_pairs<widest>(t.channels, [&]<Size lanes, Size vectors>(Index c) { run_stretch<T, lanes, vectors, averaged, false>(t, c); });
  }
}

template <class T, Size bytes>
void moving_stretch(const MovingStretch<T>& task) noexcept {
  constexpr Size widest = bytes / 8;
  MovingStretch<T> t = task;
  for (Index left = task.rows; left > 0; left -= t.rows) {
    t.rows = left < kTile ? left : kTile;
    if (t.averaged == Averaged::kSquare) {
      stretch_of<T, widest, Averaged::kSquare>(t);
    } else if (t.averaged == Averaged::kAbsolute) {
      stretch_of<T, widest, Averaged::kAbsolute>(t);
    } else {
      stretch_of<T, widest, Averaged::kPlain>(t);
    }
    t.x += t.rows * t.x_stride;
    if (t.y != nullptr) t.y += t.rows * t.y_stride;
    t.place += t.rows;
    t.seen += t.rows;
  }
}

template <Size bytes>
void suffix_sums(double* sums, Index window, Index channels) noexcept {
  in_pairs<bytes / 8>(channels, [&]<Size lanes, Size vectors>(Index c) {
    using L = V<double, lanes>;
    double* row = sums + window * channels + c;
    L sum[vectors];
    for (Size k = 0; k < vectors; ++k) sum[k] = load<L>(row + k * lanes);
    for (Index i = 0; i < window; ++i) {
      row -= channels;
#pragma GCC unroll 2
      for (Size k = 0; k < vectors; ++k) {
        sum[k] = load<L>(row + k * lanes) + sum[k];
        store(row + k * lanes, sum[k]);
      }
    }
  });
}

template <class T, Size bytes>
void teager_kaiser_in_groups(const TeagerKaiserRun<T>& task) noexcept {
  TeagerKaiserRun<T> t = task;
  for (Index left = task.rows; left > 0; left -= t.rows) {
    t.rows = left < kTile ? left : kTile;
    in_groups<bytes / 8>(t.channels, [&]<Size lanes>(Index c) {
      using L = V<double, lanes>;
      L p0 = load_double<lanes>(t.past + c);
      L p1 = load_double<lanes>(t.past + t.channels + c);
      for (Index i = 0; i < t.rows; ++i) {
        const L v = load_double<lanes>(t.x + i * t.x_stride + c);
        store_double<lanes>(t.y + i * t.y_stride + c, p1 * p1 - p0 * v);
        p0 = p1;
        p1 = v;
      }
      store_double<lanes>(t.past + c, p0);
      store_double<lanes>(t.past + t.channels + c, p1);
    });
    t.x += t.rows * t.x_stride;
    t.y += t.rows * t.y_stride;
  }
}

// Rows without gaps are one long row that is gone through from end to end: groups of channels, which go in strides, take nearly twice as long.
// In place the samples before would be overwritten. Each sample is converted three times, which narrower lanes are slow at.
template <class T, Size bytes>
void teager_kaiser(const TeagerKaiserRun<T>& t) noexcept {
  const Index row = t.channels;
  const Index n = t.rows * row;
  const bool quick = sizeof(T) == sizeof(double) || bytes == 64;
  const bool gapless = t.x_stride == row && t.y_stride == row;
  const bool apart = t.x + n <= t.y || t.y + n <= t.x;
  if (!quick || !gapless || !apart || t.rows <= 2) return teager_kaiser_in_groups<T, bytes>(t);
  TeagerKaiserRun<T> first = t;
  first.rows = 2;
  teager_kaiser_in_groups<T, bytes>(first);
  in_groups<bytes / 8>(n - 2 * row, [&]<Size lanes>(Index k) {
    using L = V<double, lanes>;
    const L p0 = load_double<lanes>(t.x + k);
    const L p1 = load_double<lanes>(t.x + row + k);
    const L v = load_double<lanes>(t.x + 2 * row + k);
    store_double<lanes>(t.y + 2 * row + k, p1 * p1 - p0 * v);
  });
  for (Index k = 0; k < 2 * row; ++k) t.past[k] = t.x[n - 2 * row + k];
}

template <class T, Size lanes, Size rows>
void hilbert_rows(const HilbertRun<T>& t, Index first, Index c) noexcept {
  using L = V<double, lanes>;
  const double* centre = t.x + (first + t.reach) * t.channels + c;
  L sum[rows];
  for (Size r = 0; r < rows; ++r) sum[r] = all<double, lanes>(0);
  const double* tap = t.taps;
  for (Index k = 1; k <= t.reach; k += 2) {
    const L h = all<double, lanes>(*tap++);
    const double* before = centre - k * t.channels;
    const double* after = centre + k * t.channels;
#pragma GCC unroll 4
    for (Size r = 0; r < rows; ++r) {
      const Index row = static_cast<Index>(r) * t.channels;
      sum[r] += h * (load<L>(before + row) - load<L>(after + row));
    }
  }
  for (Size r = 0; r < rows; ++r) {
    const L v = load<L>(centre + static_cast<Index>(r) * t.channels);
    const L amplitude = root<lanes>(v * v + sum[r] * sum[r]);
    T* y = t.y + (first + static_cast<Index>(r)) * t.y_stride + c * t.y_channel_stride;
    if (t.y_channel_stride == 1) {
      store_double<lanes>(y, amplitude);
    } else {
      T out[lanes];
      store_double<lanes>(out, amplitude);
      for (Size l = 0; l < lanes; ++l) y[static_cast<Index>(l) * t.y_channel_stride] = out[l];
    }
  }
}

template <class T, Size bytes>
void hilbert(const HilbertRun<T>& t) noexcept {
  Index i = 0;
  for (; i + 4 <= t.rows; i += 4) {
    in_groups<bytes / 8>(t.channels, [&]<Size lanes>(Index c) { hilbert_rows<T, lanes, 4>(t, i, c); });
  }
  for (; i < t.rows; ++i) {
    in_groups<bytes / 8>(t.channels, [&]<Size lanes>(Index c) { hilbert_rows<T, lanes, 1>(t, i, c); });
  }
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

// All bits of a lane where a > b.
template <Size lanes>
inline V<std::int64_t, lanes> greater(V<double, lanes> a, V<double, lanes> b) noexcept {
  if constexpr (lanes == 1) {
    return a > b ? -1 : 0;
  } else {
    return __builtin_bit_cast(V<std::int64_t, lanes>, a > b);
  }
}

template <Size bytes>
void count_crossings(const double* x, Index x_stride, Index rows, Index channels, const double* level, double* last,
                     std::int64_t* count) noexcept {
  in_groups<bytes / 8>(channels, [&]<Size lanes>(Index c) {
    using L = V<double, lanes>;
    using I = V<std::int64_t, lanes>;
    const L limit = load<L>(level + c);
    I before = greater<lanes>(load<L>(last + c), limit);
    I n = load<I>(count + c);
    for (Index i = 0; i < rows; ++i) {
      const I above = greater<lanes>(absolute<lanes>(load<L>(x + i * x_stride + c)), limit);
      n -= above & ~before;  // all bits: -1
      before = above;
    }
    store(count + c, n);
    if (rows > 0) store(last + c, absolute<lanes>(load<L>(x + (rows - 1) * x_stride + c)));
  });
}

template <class L>
inline L larger(L a, L b) noexcept {
  return a > b ? a : b;
}
template <class L>
inline L smaller(L a, L b) noexcept {
  return a < b ? a : b;
}

template <Size bytes>
void extremes(const double* x, Index x_stride, Index rows, Index channels, double* most, double* least, double* finite) noexcept {
  constexpr Index kApart = 4;  // rows whose comparisons do not wait for each other
  for (Index first = 0; first < rows; first += kTile) {
    const Index n = rows - first < kTile ? rows - first : kTile;
    in_groups<bytes / 8>(channels, [&]<Size lanes>(Index c) {
      using L = V<double, lanes>;
      L high[kApart];
      L low[kApart];
      L zero[kApart];  // NaN for good, once a value is NaN or infinite
      for (Index r = 0; r < kApart; ++r) {
        high[r] = load<L>(most + c);
        low[r] = load<L>(least + c);
        zero[r] = all<double, lanes>(0);
      }
      const double* row = x + first * x_stride + c;
      const auto look = [&](Index r) {
        const L v = load<L>(row);
        high[r] = larger(v, high[r]);
        low[r] = smaller(v, low[r]);
        zero[r] += v * 0.0;
        row += x_stride;
      };
      for (Index i = 0; i < n / kApart; ++i) {
        for (Index r = 0; r < kApart; ++r) look(r);
      }
      for (Index r = 0; r < n % kApart; ++r) look(r);
      store(most + c, larger(larger(high[0], high[1]), larger(high[2], high[3])));
      store(least + c, smaller(smaller(low[0], low[1]), smaller(low[2], low[3])));
      double check[lanes];
      store(check, (zero[0] + zero[1]) + (zero[2] + zero[3]));
      for (Size l = 0; l < lanes; ++l) {
        if (check[l] != 0) finite[c + static_cast<Index>(l)] = 0;
      }
    });
  }
}

template <Size bytes>
bool all_finite(const double* x, Index x_stride, Index rows, Index channels) noexcept {
  constexpr Size lanes = bytes / 8;
  using L = V<double, lanes>;
  if (x_stride == channels) {  // one long row
    channels *= rows;
    rows = 1;
  }
  L zero[4] = {};  // NaN for good, once a value is NaN or infinite
  double rest = 0;
  for (Index i = 0; i < rows; ++i) {
    const double* row = x + i * x_stride;
    Index c = 0;
    for (; c + 4 * Index{lanes} <= channels; c += 4 * Index{lanes}) {
      for (Size k = 0; k < 4; ++k) zero[k] += load<L>(row + c + static_cast<Index>(k * lanes)) * 0.0;
    }
    for (; c < channels; ++c) rest += row[c] * 0.0;
  }
  double check[lanes];
  store(check, (zero[0] + zero[1]) + (zero[2] + zero[3]));
  for (Size l = 0; l < lanes; ++l) rest += check[l];
  return rest == 0;
}

template <Size bytes>
void look_for_runs(const double* x, Index x_stride, Index rows, Index channels, double* most, double* least, double* plain) noexcept {
  in_groups<bytes / 8>(channels, [&]<Size lanes>(Index c) {
    using L = V<double, lanes>;
    const L none = all<double, lanes>(__builtin_nan(""));
    L high = all<double, lanes>(-__builtin_inf());
    L low = all<double, lanes>(__builtin_inf());
    L zero = all<double, lanes>(0);
    L before = none;
    L before_that = none;
    for (Index i = 0; i < rows; ++i) {
      const L v = load<L>(x + i * x_stride + c);
      high = v > high ? v : high;
      low = v < low ? v : low;
      zero += v * 0.0;  // NaN for good, once v is NaN or infinite
      zero = v == before ? (v == before_that ? none : zero) : zero;
      before_that = before;
      before = v;
    }
    store(most + c, high);
    store(least + c, low);
    store(plain + c, zero == all<double, lanes>(0) ? all<double, lanes>(1) : all<double, lanes>(0));
  });
}

// `fixed`: the rank where it is known, so that the list stays in registers; 0 where it is not.
template <Size lanes, Size fixed>
void run_pair_rank(const PairRankRun& task, Index c) noexcept {
  using L = V<double, lanes>;
  const PairRankRun t = task;  // which no store can change
  const Index rank = fixed > 0 ? Index{fixed} : t.rank;
  const Index list = rank * Index{lanes};
  double* prefix = t.prefix + rank * c;
  double* energies = t.energies + t.pairs * c;
  double* suffix = t.suffix + (t.pairs + 1) * rank * c;
  L held[fixed > 0 ? fixed : 1];
  const auto get = [&](Index k) {
    if constexpr (fixed > 0) {
      return held[k];
    } else {
      return load<L>(prefix + k * Index{lanes});
    }
  };
  const auto put = [&](Index k, L v) {
    if constexpr (fixed > 0) {
      held[k] = v;
    } else {
      store(prefix + k * Index{lanes}, v);
    }
  };
  for (Index k = 0; k < Index{fixed}; ++k) held[k] = load<L>(prefix + k * Index{lanes});
  const L lowest = all<double, lanes>(-__builtin_inf());
  L half = load<L>(t.half + c);
  L value = load<L>(t.value + c);
  Index place = t.place;
  bool second = t.second;
  for (Index i = 0; i < t.rows; ++i) {
    ask_ahead(t.x + i * t.x_stride + c, t.x_stride);
    const L x = load<L>(t.x + i * t.x_stride + c);
    if (second) {
      if (place == t.pairs) {
        place = 0;
#pragma GCC unroll 16
        for (Index k = 0; k < rank; ++k) put(k, lowest);
        for (Index p = t.pairs - 1; p >= 0; --p) {
          double* to = suffix + p * list;
          L carried = load<L>(energies + p * Index{lanes});
#pragma GCC unroll 16
          for (Index k = 0; k < rank; ++k) {
            const L old = get(k);
            const L more = larger(old, carried);
            carried = smaller(old, carried);
            put(k, more);
            store(to + k * Index{lanes}, more);
          }
        }
#pragma GCC unroll 16
        for (Index k = 0; k < rank; ++k) put(k, lowest);
      }
      const L energy = half + x * x;
      store(energies + place * Index{lanes}, energy);
      ++place;
      // The rank-th largest of two descending lists a and b is the largest of min(a[k], b[rank - k]) for k = 0 to rank, a[0] and b[0] being
      // infinite. On the way the new energy comes into its place in a.
      const double* after = suffix + place * list + (rank - 1) * Index{lanes};
      L left = energy;
      L best = load<L>(after);
#pragma GCC unroll 16
      for (Index k = 0; k + 1 < rank; ++k) {
        after -= lanes;
        const L old = get(k);
        const L here = larger(old, left);
        left = smaller(old, left);
        put(k, here);
        best = larger(best, smaller(here, load<L>(after)));
      }
      const L here = larger(get(rank - 1), left);
      put(rank - 1, here);
      best = larger(best, here);
      value = root<lanes>(best * 0.5);
    } else {
      half = x * x;
    }
    store(t.y + i * t.y_stride + c, value);
    second = !second;
  }
  for (Index k = 0; k < Index{fixed}; ++k) store(prefix + k * Index{lanes}, held[k]);
  store(t.half + c, half);
  store(t.value + c, value);
}

// What the default share makes of 25 ms at 1000, 2000 and 4000 Hz is known beforehand.
template <Size bytes>
void pair_rank(const PairRankRun& t) noexcept {
  constexpr Size widest = bytes / 8;
  if (t.rank == 4) {
    in_groups<widest>(t.channels, [&]<Size lanes>(Index c) { run_pair_rank<lanes, 4>(t, c); });
  } else if (t.rank == 8) {
    in_groups<widest>(t.channels, [&]<Size lanes>(Index c) { run_pair_rank<lanes, 8>(t, c); });
  } else if (t.rank == 16) {
    in_groups<widest>(t.channels, [&]<Size lanes>(Index c) { run_pair_rank<lanes, 16>(t, c); });
  } else {
    in_groups<widest>(t.channels, [&]<Size lanes>(Index c) { run_pair_rank<lanes, 0>(t, c); });
  }
}

template <Size lanes>
inline bool any(V<std::int64_t, lanes> bits) noexcept {
  if constexpr (lanes == 1) {
    return bits != 0;
  } else {
    V<std::int64_t, lanes / 2> half[2];
    __builtin_memcpy(half, &bits, sizeof bits);
    return any<lanes / 2>(half[0] | half[1]);
  }
}

template <Size bytes>
void change_bounds(const ChangeBounds& task) noexcept {
  const ChangeBounds t = task;  // which no store to bytes can change
  constexpr Size lanes = bytes / 8;
  using L = V<double, lanes>;
  for (Index k = 0; k < t.count; k += 8) {
    V<std::int64_t, lanes> below{};
    for (Index i = k; i < k + 8; i += Index{lanes}) {
      const L m = t.now - load<L>(t.place + i);
      const L sum = load<L>(t.sums + i) + t.value;
      store(t.sums + i, sum);
      const L low = load<L>(t.before + i) + m * t.slope - t.mean * m * m / sum;
      store(t.low + i, low);
      below |= greater<lanes>(all<double, lanes>(t.best), low);
    }
    t.below[k / 8] = any<lanes>(below) ? 1 : 0;
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
          &cascade_double<bytes>,
          &cascade_float<bytes>,
          &moving_stretch<double, bytes>,
          &moving_stretch<float, bytes>,
          &suffix_sums<bytes>,
          &add_absolute<bytes>,
          &count_crossings<bytes>,
          &extremes<bytes>,
          &all_finite<bytes>,
          &look_for_runs<bytes>,
          &int16_to_volts<bytes>,
          &teager_kaiser<double, bytes>,
          &teager_kaiser<float, bytes>,
          &hilbert<double, bytes>,
          &hilbert<float, bytes>,
          &pair_rank<bytes>,
          &change_bounds<bytes>};
}

}  // namespace
}  // namespace myocramp::simd
