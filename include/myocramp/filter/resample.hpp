#pragma once

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <string>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/error.hpp"
#include "myocramp/core/reduce.hpp"
#include "myocramp/core/sample_rate.hpp"

namespace myocramp {

/// A ratio of two sampling rates in lowest terms: `up` samples come out for `down` that go in.
struct ResamplingRatio {
  Index up = 1;
  Index down = 1;

  static constexpr Index kLargest = 65536;  ///< of either factor: the filter's length goes with it
};

/// The ratio `to / from` as a fraction.
///
/// Throws: InvalidArgument E-RATIO when no fraction with factors up to 65536 lies within 1e-9 of it (3.6 us in an hour).
inline ResamplingRatio resampling_ratio(SampleRate from, SampleRate to) {
  const double wanted = to.hertz() / from.hertz();
  // Convergents of the continued fraction, each the best with so small a denominator.
  double rest = wanted;
  Index up[2] = {0, 1};
  Index down[2] = {1, 0};
  for (int i = 0; i < 40; ++i) {
    const double whole = std::floor(rest);
    if (!(whole <= static_cast<double>(ResamplingRatio::kLargest))) break;
    const auto a = static_cast<Index>(whole);
    const Index p = a * up[1] + up[0];
    const Index q = a * down[1] + down[0];
    if (p > ResamplingRatio::kLargest || q > ResamplingRatio::kLargest) break;
    up[0] = up[1];
    down[0] = down[1];
    up[1] = p;
    down[1] = q;
    if (p > 0 && std::abs(static_cast<double>(p) / static_cast<double>(q) - wanted) <= 1e-9 * wanted) return {p, q};
    rest = 1 / (rest - whole);
  }
  throw InvalidArgument({"E-RATIO", "", "resample",
                         "two rates whose ratio is a fraction with factors up to " + std::to_string(ResamplingRatio::kLargest),
                         detail::number(from.hertz()) + " Hz to " + detail::number(to.hertz()) + " Hz"});
}

namespace detail {

// scipy.signal.firwin(2 half + 1, 1 / larger factor, window=("kaiser", 5.0)) * up: a windowed sinc with gain `up` at 0 Hz.
inline std::vector<double> anti_alias_taps(ResamplingRatio ratio) {
  if (ratio.up == 1 && ratio.down == 1) return {1};
  constexpr double kBeta = 5;
  const Index half = 10 * std::max(ratio.up, ratio.down);
  const double cutoff = 1 / static_cast<double>(std::max(ratio.up, ratio.down));
  std::vector<double> h(static_cast<std::size_t>(2 * half + 1));
  for (Index m = -half; m <= half; ++m) {
    const double t = static_cast<double>(m);
    const double angle = std::numbers::pi * cutoff * t;
    const double sinc = m == 0 ? 1.0 : std::sin(angle) / angle;
    const double place = t / static_cast<double>(half);
    h[static_cast<std::size_t>(m + half)] =
        cutoff * sinc * std::cyl_bessel_i(0.0, kBeta * std::sqrt(std::max(0.0, 1 - place * place))) / std::cyl_bessel_i(0.0, kBeta);
  }
  const double scale = static_cast<double>(ratio.up) / sum(std::span<const double>(h));
  for (double& v : h) v *= scale;
  return h;
}

}  // namespace detail

/// Changes the sampling rate by a rational factor with a linear-phase low-pass filter, block by block.
///
/// Shape: (n, c) -> about (n up / down, c).  Units: V -> V.  Output k belongs to the time of input k down / up: nothing moves.
/// Delay: an output is known delay() input samples after its time: 10 samples of the lower rate.
/// Edges: zeros before the first and behind the last sample.  NaN: reaches the outputs less than delay() + 1 inputs from it, of its channel.
/// Anti-aliasing: the filter is -6 dB at half the lower rate, flat to 0.8 of that, and at least 50 dB down from 1.2 of it on.
/// Any split of a signal into blocks gives the same bits. process() neither allocates nor throws. Sums are taken in double for either scalar.
/// Source: scipy.signal.resample_poly with its default window, Kaiser 5.0 (polyphase: Crochiere & Rabiner 1983).
template <class T>
class Resampler {
 public:
  Resampler(ResamplingRatio ratio, Index channels) : ratio_(ratio), channels_(channels) {
    const std::vector<double> h = detail::anti_alias_taps(ratio);
    const auto length = static_cast<Index>(h.size());
    half_ = (length - 1) / 2;
    taps_ = (length + ratio.up - 1) / ratio.up;
    // Tap m of phase p meets the input that is taps - 1 - m samples old.
    phases_ = Samples<double>::Zero(ratio.up, taps_);
    for (Index i = 0; i < length; ++i) phases_(i % ratio.up, taps_ - 1 - i / ratio.up) = h[static_cast<std::size_t>(i)];
    history_.resize(taps_ - 1 + kRows, channels);
    zeros_ = Samples<T>::Zero(kRows, channels);
    reset();
  }

  [[nodiscard]] Index channels() const noexcept { return channels_; }
  [[nodiscard]] ResamplingRatio ratio() const noexcept { return ratio_; }
  /// Input samples after its time at which an output is known.
  [[nodiscard]] Index delay() const noexcept { return half_ / ratio_.up; }

  void reset() noexcept {
    history_.setZero();
    kept_ = taps_ - 1;
    seen_ = 0;
    done_ = 0;
  }

  /// Rows that process() will write for the next `rows` rows of input.
  [[nodiscard]] Index outputs(Index rows) const noexcept { return known(seen_ + rows) - done_; }

  /// Rows that flush() will write: the outputs up to the time of the last sample that are not known yet.
  [[nodiscard]] Index remaining() const noexcept { return total(seen_) - done_; }

  /// Takes the next rows of input; `y` has outputs(x.rows()) rows.
  void process(ConstBlock<T> x, Block<T> y) noexcept {
    assert(x.channels() == channels_ && y.channels() == channels_ && y.rows() == outputs(x.rows()));
    Index written = 0;
    for (Index first = 0; first < x.rows();) {
      const Index n = std::min(x.rows() - first, history_.rows() - kept_);
      take(x.rows(first, n));
      written += write(y.rows(written, outputs_now()));
      first += n;
    }
  }

  /// Writes the outputs that reach beyond the last sample; `y` has remaining() rows. Only reset() may follow.
  void flush(Block<T> y) noexcept {
    assert(y.channels() == channels_ && y.rows() == remaining());
    Index written = 0;
    while (written < y.rows()) {
      take(ConstBlock<T>(zeros_).rows(0, std::min(kRows, history_.rows() - kept_)));
      written += write(y.rows(written, std::min(outputs_now(), y.rows() - written)));
    }
  }

 private:
  static constexpr Index kRows = 256;
  static constexpr Index kWide = 8;  // channels that are summed together

  // Outputs that are known after `rows` inputs: the newest input of output k is (k down + half) / up.
  [[nodiscard]] Index known(Index rows) const noexcept {
    const Index ahead = rows * ratio_.up - half_;
    return ahead <= 0 ? 0 : (ahead + ratio_.down - 1) / ratio_.down;
  }
  [[nodiscard]] Index total(Index rows) const noexcept { return (rows * ratio_.up + ratio_.down - 1) / ratio_.down; }
  [[nodiscard]] Index outputs_now() const noexcept { return known(seen_) - done_; }

  void take(ConstBlock<T> x) noexcept {
    for (Index i = 0; i < x.rows(); ++i) {
      for (Index c = 0; c < channels_; ++c) history_(kept_ + i, c) = x(i, c);
    }
    kept_ += x.rows();
    seen_ += x.rows();
  }

  Index write(Block<T> y) noexcept {
    for (Index i = 0; i < y.rows(); ++i) {
      const Index place = done_ * ratio_.down + half_;
      const Index newest = place / ratio_.up;
      const T* first = history_.data() + (kept_ - seen_ + newest - taps_ + 1) * channels_;
      const double* taps = phases_.data() + (place % ratio_.up) * taps_;
      Index c = 0;
      for (; c + kWide <= channels_; c += kWide) add<std::size_t{kWide}>(first + c, taps, y, i, c);
      for (; c < channels_; ++c) add<1>(first + c, taps, y, i, c);
      ++done_;
    }
    if (kept_ == history_.rows()) {
      std::copy(history_.data() + (kept_ - taps_ + 1) * channels_, history_.data() + kept_ * channels_, history_.data());
      kept_ = taps_ - 1;
    }
    return y.rows();
  }

  template <std::size_t wide>
  void add(const T* x, const double* taps, Block<T> y, Index row, Index channel) const noexcept {
    double sums[wide] = {};
    for (Index m = 0; m < taps_; ++m) {
      for (std::size_t c = 0; c < wide; ++c) sums[c] += taps[m] * static_cast<double>(x[m * channels_ + static_cast<Index>(c)]);
    }
    for (std::size_t c = 0; c < wide; ++c) y(row, channel + static_cast<Index>(c)) = static_cast<T>(sums[c]);
  }

  ResamplingRatio ratio_;
  Index channels_;
  Index half_ = 0;
  Index taps_ = 0;
  Samples<double> phases_;  // (up, taps)
  Samples<T> history_;      // the last taps - 1 inputs and up to kRows after them
  Samples<T> zeros_;
  Index kept_ = 0;  // rows in history_
  Index seen_ = 0;  // inputs
  Index done_ = 0;  // outputs
};

extern template class Resampler<float>;
extern template class Resampler<double>;

/// Rows of a signal of `rows` samples at another rate: ceil(rows up / down).
inline Index resampled_rows(Index rows, ResamplingRatio ratio) noexcept { return (rows * ratio.up + ratio.down - 1) / ratio.down; }

/// A whole signal at another rate; `y` has resampled_rows() rows. See Resampler.
template <class T>
void resample(ResamplingRatio ratio, ConstBlock<T> x, Block<T> y) {
  Resampler<T> resampler(ratio, x.channels());
  const Index known = resampler.outputs(x.rows());
  // The very short: all that is known within the signal comes from process(), the rest from flush().
  const Index inside = std::min(known, y.rows());
  resampler.process(x, y.rows(0, inside));
  resampler.flush(y.rows(inside, y.rows() - inside));
}

}  // namespace myocramp
