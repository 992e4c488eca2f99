#include "io/hdf5/convert.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "io/tsv.hpp"
#include "myocramp/simd/kernels.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr std::int64_t kExact = std::int64_t{1} << 53;  // a double holds every integer up to here
constexpr Index kRepeat = 512;

/// Calls f with a null pointer to the number's C++ type.
template <class F>
auto with_type(NumberType type, F&& f) {
  switch (type) {
    case NumberType::kInt8:
      return f(static_cast<const std::int8_t*>(nullptr));
    case NumberType::kUint8:
      return f(static_cast<const std::uint8_t*>(nullptr));
    case NumberType::kInt16:
      return f(static_cast<const std::int16_t*>(nullptr));
    case NumberType::kUint16:
      return f(static_cast<const std::uint16_t*>(nullptr));
    case NumberType::kInt32:
      return f(static_cast<const std::int32_t*>(nullptr));
    case NumberType::kUint32:
      return f(static_cast<const std::uint32_t*>(nullptr));
    case NumberType::kInt64:
      return f(static_cast<const std::int64_t*>(nullptr));
    case NumberType::kUint64:
      return f(static_cast<const std::uint64_t*>(nullptr));
    case NumberType::kFloat32:
      return f(static_cast<const float*>(nullptr));
    default:
      return f(static_cast<const double*>(nullptr));
  }
}

// ---- checks ----

template <class T>
struct Limits {
  T low;
  T high;
};

/// What a column may hold. Nothing when the type itself holds nothing else.
template <class T>
std::optional<Limits<T>> limits(int bits) {
  if constexpr (std::is_floating_point_v<T>) {
    if (bits <= 0) return std::nullopt;
    return Limits<T>{0, std::nextafter(std::ldexp(T{1}, bits), T{0})};
  } else {
    constexpr int kValueBits = std::numeric_limits<T>::digits;
    Limits<T> l{std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
    if constexpr (sizeof(T) == 8) {
      l.low = std::is_signed_v<T> ? static_cast<T>(-kExact) : T{0};
      l.high = static_cast<T>(kExact);
    }
    if (bits > 0) {
      l.low = 0;
      if (bits < kValueBits) l.high = std::min(l.high, static_cast<T>((T{1} << bits) - 1));
    }
    if (l.low == std::numeric_limits<T>::min() && l.high == std::numeric_limits<T>::max()) return std::nullopt;
    return l;
  }
}

template <class T>
bool outside(T x, Limits<T> l) {
  return !(x >= l.low && x <= l.high);  // also NaN
}

template <class T>
bool any_outside(const T* x, Index stride, Index n, Limits<T> l) {
  unsigned char bad = 0;  // no early end: this loop vectorises
  if (stride == 1) {
    for (Index i = 0; i < n; ++i) bad |= static_cast<unsigned char>(outside(x[i], l));
  } else {
    for (Index i = 0; i < n; ++i) bad |= static_cast<unsigned char>(outside(x[i * stride], l));
  }
  return bad != 0;
}

template <class T>
BadNumber describe(T x, Limits<T> l, Index row, Index column, int bits) {
  const std::string found = std::is_floating_point_v<T> ? shortest(static_cast<double>(x)) : std::to_string(x);
  const bool counts = bits > 0 && static_cast<double>(l.high) < static_cast<double>(kExact);
  return {row, column, counts ? "a count of 0 to " + shortest(std::ldexp(1.0, bits) - 1) : "integers within +-2^53", found};
}

template <class T>
std::optional<BadNumber> find_bad_in(const T* x, const NumberView& v, Index rows, const ColumnRun& run) {
  for (Index c = 0; c < run.size(); ++c) {
    const int bits = run.bits[static_cast<std::size_t>(c)];
    const std::optional<Limits<T>> l = limits<T>(bits);
    if (!l) continue;
    const T* const column = x + (run.column + c) * v.column_stride;
    if (!any_outside(column, v.row_stride, rows, *l)) continue;
    for (Index i = 0; i < rows; ++i) {
      if (outside(column[i * v.row_stride], *l)) return describe(column[i * v.row_stride], *l, i, c, bits);
    }
  }
  return std::nullopt;
}

// ---- conversion ----
// Loops over pointers that share nothing, with strides of one where that can be: what GCC vectorises.

struct AsIs {
  template <class T>
  double operator()(T x, double, double) const noexcept {
    return static_cast<double>(x);
  }
};

struct AsVolts {
  double offset_v;
  template <class T>
  double operator()(T x, double step_v, double zero) const noexcept {
    return (static_cast<double>(x) - zero) * step_v + offset_v;
  }
};

template <class T, class Rule>
void flat(const T* __restrict x, const double* __restrict step, const double* __restrict zero, Index n, Rule rule, double* __restrict out) {
  for (Index i = 0; i < n; ++i) out[i] = rule(x[i], step[i], zero[i]);
}

template <class T, class Rule>
void one_column(const T* __restrict x, Index stride, double step, double zero, Index n, Rule rule, double* __restrict out,
                Index out_stride) {
  if (stride == 1 && out_stride == 1) {
    for (Index i = 0; i < n; ++i) out[i] = rule(x[i], step, zero);
  } else if (stride == 1) {
    for (Index i = 0; i < n; ++i) out[i * out_stride] = rule(x[i], step, zero);
  } else {
    for (Index i = 0; i < n; ++i) out[i * out_stride] = rule(x[i * stride], step, zero);
  }
}

/// Whether rows of the numbers and of the volts hold the run's channels and nothing else.
bool rows_lie_together(const NumberView& v, const ColumnRun& run, const Block<double>& out) {
  const Index n = run.size();
  return v.column_stride == 1 && out.channel_stride() == 1 && v.row_stride == n && out.row_stride() == n;
}

/// The commonest case by far, in the processor's widest vectors.
void int16_to_volts(const std::int16_t* x, const Scale& scale, double* out, Index total) {
  const simd::Kernels& kernels = simd::kernels();
  for (Index i = 0; i < total; i += scale.size()) {
    kernels.int16_to_volts(x + i, scale.zeros(), scale.steps(), scale.offset_v(), std::min(scale.size(), total - i), out + i);
  }
}

template <class T, class Rule>
void convert(const T* x, const NumberView& v, const ColumnRun& run, const Scale& scale, Rule rule, Block<double> out) {
  if constexpr (std::is_same_v<T, std::int16_t> && std::is_same_v<Rule, AsVolts>) {
    if (rows_lie_together(v, run, out)) return int16_to_volts(x + run.column, scale, out.data() + run.channel, out.rows() * run.size());
  }
  const double* const steps = scale.steps();
  const double* const zeros = scale.zeros();
  const Index n_steps = scale.size();
  const Index n = run.size();
  const T* const first = x + run.column * v.column_stride;
  double* const to = out.data() + run.channel * out.channel_stride();
  if (rows_lie_together(v, run, out)) {
    const Index total = out.rows() * n;
    for (Index i = 0; i < total; i += n_steps) flat(first + i, steps, zeros, std::min(n_steps, total - i), rule, to + i);
  } else if (v.column_stride == 1 && out.channel_stride() == 1 && n > 1) {
    for (Index i = 0; i < out.rows(); ++i) flat(first + i * v.row_stride, steps, zeros, n, rule, to + i * out.row_stride());
  } else {
    for (Index c = 0; c < n; ++c) {
      one_column(first + c * v.column_stride, v.row_stride, steps[c], zeros[c], out.rows(), rule, to + c * out.channel_stride(),
                 out.row_stride());
    }
  }
}

}  // namespace

Scale::Scale(const std::vector<double>& step_v, double offset_v) : offset_v_(offset_v) {
  std::vector<double> zeros;
  bool whole = true;
  for (const double step : step_v) {
    zeros.push_back(std::nearbyint(-offset_v / step));
    whole = whole && std::abs(zeros.back()) <= static_cast<double>(kExact) && -zeros.back() * step == offset_v;
  }
  if (whole) {
    offset_v_ = 0;
  } else {
    std::fill(zeros.begin(), zeros.end(), 0.0);
  }
  do {
    steps_.insert(steps_.end(), step_v.begin(), step_v.end());
    zeros_.insert(zeros_.end(), zeros.begin(), zeros.end());
  } while (!step_v.empty() && size() < kRepeat);
}

std::optional<BadNumber> find_bad(const NumberView& numbers, Index rows, const ColumnRun& run) {
  return with_type(numbers.type,
                   [&](auto type) { return find_bad_in(reinterpret_cast<decltype(type)>(numbers.data), numbers, rows, run); });
}

void to_volts(const NumberView& numbers, const ColumnRun& run, const Scale& scale, Block<double> out) {
  with_type(numbers.type, [&](auto type) {
    convert(reinterpret_cast<decltype(type)>(numbers.data), numbers, run, scale, AsVolts{scale.offset_v()}, out);
  });
}

void to_doubles(const NumberView& numbers, const ColumnRun& run, const Scale& scale, Block<double> out) {
  with_type(numbers.type, [&](auto type) { convert(reinterpret_cast<decltype(type)>(numbers.data), numbers, run, scale, AsIs{}, out); });
}

}  // namespace myocramp::io::hdf5
