// The loops of hum_kernels.hpp as templates on the widest vector, in bytes. Included by one source per instruction set and by nothing else.

#include "simd/lanes.hpp"
#include "study/hum_kernels.hpp"

namespace myocramp {
namespace {

using simd::all;
using simd::Index;
using simd::load;
using simd::Size;
using simd::store;

// Calls f<lanes, vectors>(first channel): two vectors at a time where they fit, so that the sums of one do not wait for themselves.
template <Size widest, class F>
inline void in_pairs(Index channels, F&& f) noexcept {
  Index c = 0;
  for (; c + Index{2 * widest} <= channels; c += Index{2 * widest}) f.template operator()<widest, 2>(c);
  simd::in_groups<widest>(channels - c, [&]<Size lanes>(Index rest) { f.template operator()<lanes, 1>(c + rest); });
}

template <Size lanes, Size vectors, Size tones>
void resonate_some(const Resonators& r, Index c, Index tone) noexcept {
  using L = simd::V<double, lanes>;
  L a[tones][vectors] = {};
  L b[tones][vectors] = {};
  L k[tones][vectors];
  const Index first = tone * r.channels + c;
  const auto at = [&](Size t, Size v) { return first + static_cast<Index>(t) * r.channels + static_cast<Index>(v * lanes); };
  for (Size t = 0; t < tones; ++t) {
    for (Size v = 0; v < vectors; ++v) k[t][v] = load<L>(r.twice_cos + at(t, v));
  }
  const double* u = r.tapered;
  for (Index i = 0; i < r.steps; ++i) {
#pragma GCC unroll 8
    for (Size v = 0; v < vectors; ++v) {
      const L x = load<L>(u + v * lanes);
#pragma GCC unroll 8
      for (Size t = 0; t < tones; ++t) {
        const L next = (x - b[t][v]) + k[t][v] * a[t][v];
        b[t][v] = a[t][v];
        a[t][v] = next;
      }
    }
    u += vectors * lanes;
  }
  for (Size t = 0; t < tones; ++t) {
    for (Size v = 0; v < vectors; ++v) {
      store(r.last + at(t, v), a[t][v]);
      store(r.before + at(t, v), b[t][v]);
    }
  }
}

template <Size bytes>
void resonate(const Resonators& r) noexcept {
  in_pairs<bytes / 8>(r.channels, [&]<Size lanes, Size vectors>(Index c) {
    using L = simd::V<double, lanes>;
    for (Size v = 0; v < vectors; ++v) {
      const double* x = r.x + c + static_cast<Index>(v * lanes);
      double* u = r.tapered + v * lanes;
      const L first = load<L>(x);
      for (Index i = 0; i < r.steps; ++i) {
        L sum = load<L>(x) - first;
        x += r.x_stride;
        for (Index g = 1; g < r.group; ++g) {
          sum += load<L>(x) - first;
          x += r.x_stride;
        }
        store(u, sum * all<double, lanes>(r.taper[i]));
        u += vectors * lanes;
      }
    }
    Index t = 0;
    for (; t + 3 <= r.tones; t += 3) resonate_some<lanes, vectors, 3>(r, c, t);
    if (t + 2 == r.tones) resonate_some<lanes, vectors, 2>(r, c, t);
    if (t + 1 == r.tones) resonate_some<lanes, vectors, 1>(r, c, t);
  });
}

template <Size lanes, Size vectors, Size sines>
void take_some_off(const Sines& s, const double* x, Index x_stride, Index c, Index sine) noexcept {
  using L = simd::V<double, lanes>;
  L a[sines][vectors];
  L b[sines][vectors];
  L k[sines][vectors];
  L height[sines][vectors];
  L growth[sines][vectors];
  for (Size t = 0; t < sines; ++t) {
    for (Size v = 0; v < vectors; ++v) {
      const Index at = (sine + static_cast<Index>(t)) * s.channels + c + static_cast<Index>(v * lanes);
      a[t][v] = load<L>(s.value + at);
      b[t][v] = load<L>(s.before + at);
      k[t][v] = load<L>(s.twice_cos + at);
      height[t][v] = load<L>(s.amplitude + at);
      growth[t][v] = load<L>(s.growth + at);
    }
  }
  const auto step = [&](Size t, Size v) {
    const L next = k[t][v] * a[t][v] - b[t][v];
    b[t][v] = a[t][v];
    a[t][v] = next;
    height[t][v] += growth[t][v];
  };
  for (Index i = 0; i < s.skipped; ++i) {
    for (Size t = 0; t < sines; ++t) {
      for (Size v = 0; v < vectors; ++v) step(t, v);
    }
  }
  double* y = s.y + c;
  x += c;
  for (Index i = 0; i < s.rows; ++i) {
#pragma GCC unroll 8
    for (Size v = 0; v < vectors; ++v) {
      L sample = load<L>(x + v * lanes);
#pragma GCC unroll 8
      for (Size t = 0; t < sines; ++t) {
        sample -= height[t][v] * a[t][v];
        step(t, v);
      }
      store(y + v * lanes, sample);
    }
    x += x_stride;
    y += s.y_stride;
  }
}

template <Size bytes>
void take_off(const Sines& s) noexcept {
  in_pairs<bytes / 8>(s.channels, [&]<Size lanes, Size vectors>(Index c) {
    for (Index t = 0; t < s.sines; t += 2) {
      const double* x = t == 0 ? s.x : s.y;
      const Index x_stride = t == 0 ? s.x_stride : s.y_stride;
      if (t + 2 <= s.sines) {
        take_some_off<lanes, vectors, 2>(s, x, x_stride, c, t);
      } else {
        take_some_off<lanes, vectors, 1>(s, x, x_stride, c, t);
      }
    }
  });
}

template <Size bytes>
constexpr HumKernels hum_kernels_of() noexcept {
  return {&resonate<bytes>, &take_off<bytes>};
}

}  // namespace
}  // namespace myocramp
