#pragma once

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/options.hpp"
#include "myocramp/signal/event.hpp"

namespace myocramp {

/// How much of the signal is blanked around each stimulus.
struct BlankingOptions {
  double before_s = 0.001;
  double after_s = 0.03;
};

template <class V>
void describe(BlankingOptions& o, V&& v) {
  v(o.before_s, Field{"before_s", "s", 0, 1, "blanked before each pulse", "our default"});
  v(o.after_s, Field{"after_s", "s", 0, 1, "blanked from each pulse on: 0.008 takes the artefact out, 0.03 the M-wave too", "our default"});
}

/// What stands in a blanked window: nothing (NaN, a gap for all that follows) or a straight line between the samples beside it.
enum class BlankMode { kNaN, kLinear };

/// The times of a train's pulses, s: start + k / frequency, k = 0 ... n_pulses - 1, never accumulated.
///
/// A train without a number of pulses has those that fit between its start and stop; one of a single pulse needs no frequency.
/// Throws: DataError E-TRAIN for a frequency that is missing or not above 0, a number that is no whole one from 1 to 1e6, times that are not finite.
inline std::vector<double> pulse_times(const StimTrain& train) {
  const auto refuse = [](const char* place, const char* expected, double found) {
    throw DataError({"E-TRAIN", "", std::string("stim_trains.") + place, expected, detail::number(found)});
  };
  constexpr double kMost = 1e6;
  if (!std::isfinite(train.start_s)) refuse("start_time", "a finite time", train.start_s);
  double n = train.n_pulses;
  if (!std::isnan(n) && !(n >= 1 && n <= kMost && n == std::floor(n))) refuse("n_pulses", "a whole number from 1 to 1000000", n);
  if (n == 1 || (std::isnan(n) && train.stop_s == train.start_s)) return {train.start_s};
  if (!(train.frequency_hz > 0 && std::isfinite(train.frequency_hz))) refuse("frequency_hz", "a frequency above 0", train.frequency_hz);
  if (std::isnan(n)) {
    n = std::floor((train.stop_s - train.start_s) * train.frequency_hz + 1e-6) + 1;
    if (!(n >= 1 && n <= kMost)) refuse("stop_time", "at most 1000000 pulses from the start on", train.stop_s);
  }
  std::vector<double> times;
  for (Index k = 0; k < static_cast<Index>(n); ++k) times.push_back(train.start_s + static_cast<double>(k) / train.frequency_hz);
  return times;
}

/// The rows to blank: those at or after pulse - before_s and before pulse + after_s; windows that touch or overlap become one.
///
/// `pulses_s`: in any order, s after row 0, on or between rows; windows outside [0, samples) are cut.  A row within a millionth of a sample of
/// an edge stands on it.  Returns sorted half-open intervals, apart.
/// Throws: InvalidArgument E-OPTION for options out of range, E-TIME for a time that is not finite.
inline std::vector<Interval> blank_windows(const std::vector<double>& pulses_s, SampleRate rate, Index samples,
                                           const BlankingOptions& options = {}) {
  check(options, "blanking");
  const auto row_from = [&](double time_s) {
    const double row = std::ceil(time_s * rate.hertz() - 1e-6);
    return static_cast<Index>(std::clamp(row, 0.0, static_cast<double>(samples)));
  };
  std::vector<Interval> all;
  for (const double pulse : pulses_s) {
    if (!std::isfinite(pulse)) throw InvalidArgument({"E-TIME", "", "pulses", "finite times", detail::number(pulse)});
    all.push_back({row_from(pulse - options.before_s), row_from(pulse + options.after_s)});
  }
  return united(std::move(all));
}

/// Blanks windows of a signal that passes through in blocks.
///
/// Shape: (n, c) -> (n, c), in place allowed.  Units: V -> V.  Delay: none for kNaN; for kLinear delay() rows, the longest window, during which
/// NaN comes out, and flush() gives the last ones.  Windows that an end of the signal cuts off take the sample at their other end; with none
/// at either end, NaN.  NaN: beside a window it makes the line NaN, elsewhere it passes.  process() never throws and never allocates.
/// `windows`: sorted and apart, as from blank_windows().
template <class T>
class Blanking {
 public:
  Blanking(std::vector<Interval> windows, Index channels, BlankMode mode) : windows_(std::move(windows)), channels_(channels) {
    if (mode == BlankMode::kLinear) {
      for (const Interval w : windows_) delay_ = std::max(delay_, w.length());
    }
    kept_ = Samples<T>::Zero(delay_ + 1, channels);
    left_.resize(static_cast<std::size_t>(channels));
    reset();
  }

  [[nodiscard]] Index channels() const noexcept { return channels_; }
  [[nodiscard]] Index delay() const noexcept { return delay_; }

  void reset() noexcept {
    row_ = 0;
    window_ = 0;
    kept_.setZero();
    std::fill(left_.begin(), left_.end(), kNone);
  }

  void process(ConstBlock<T> x, Block<T> y) noexcept {
    assert(x.channels() == channels_ && y.channels() == channels_ && x.rows() == y.rows());
    for (Index i = 0; i < x.rows(); ++i) {
      take(x.rows(i, 1));
      give(y.rows(i, 1));
      ++row_;
    }
  }

  /// The last delay() rows, after the last row went in.
  void flush(Block<T> y) noexcept {
    assert(y.rows() <= delay_);
    if (window_ < static_cast<Index>(windows_.size()) && row_ > current().begin && row_ <= current().end) fill({current().begin, row_}, {});
    for (Index i = 0; i < y.rows(); ++i) {
      give(y.rows(i, 1));
      ++row_;
    }
  }

 private:
  static constexpr T kNone = std::numeric_limits<T>::quiet_NaN();

  [[nodiscard]] const Interval& current() const noexcept { return windows_[static_cast<std::size_t>(window_)]; }
  [[nodiscard]] Index slot(Index row) const noexcept { return row % (delay_ + 1); }

  void take(ConstBlock<T> x) noexcept {
    const auto count = static_cast<Index>(windows_.size());
    if (window_ < count && row_ == current().end) {  // the first row behind the window
      if (delay_ > 0) fill(current(), x);
      ++window_;
    }
    const bool inside = window_ < count && current().contains(row_);
    for (Index c = 0; c < channels_; ++c) {
      kept_(slot(row_), c) = inside ? kNone : x(0, c);
      if (!inside) left_[static_cast<std::size_t>(c)] = x(0, c);
    }
  }

  // Draws the line over the rows of a window that are still kept. `right`: the row behind it, or nothing at the signal's end.
  void fill(Interval window, ConstBlock<T> right) noexcept {
    const double steps = static_cast<double>(window.length() + 1);
    for (Index c = 0; c < channels_; ++c) {
      const bool from_left = window.begin > 0;
      const bool to_right = right.rows() > 0;
      const double a = from_left  ? static_cast<double>(left_[static_cast<std::size_t>(c)])
                       : to_right ? static_cast<double>(right(0, c))
                                  : static_cast<double>(kNone);
      const double b = to_right ? static_cast<double>(right(0, c)) : a;
      for (Index k = 0; k < window.length(); ++k) {
        const double part = static_cast<double>(k + 1) / steps;
        kept_(slot(window.begin + k), c) = static_cast<T>(a * (1 - part) + b * part);
      }
    }
  }

  void give(Block<T> y) noexcept {
    const Index out = row_ - delay_;
    for (Index c = 0; c < channels_; ++c) y(0, c) = out < 0 ? kNone : kept_(slot(out), c);
  }

  std::vector<Interval> windows_;
  Index channels_;
  Index delay_ = 0;
  Index row_ = 0;        // the next one
  Index window_ = 0;     // the first that has not ended
  Samples<T> kept_;      // the last delay_ + 1 rows, in turns
  std::vector<T> left_;  // the last row outside a window
};

/// The batch form: windows blanked, without delay.
///
/// Shape: (n, c) -> (n, c), in place allowed.  The bits are those of Blanking.  `windows` lie in [0, n).
template <class T>
void blank(ConstBlock<T> x, Block<T> y, const std::vector<Interval>& windows, BlankMode mode) {
  assert(x.rows() == y.rows() && x.channels() == y.channels());
  Blanking<T> blanking(windows, x.channels(), mode);
  const Index delay = blanking.delay();
  Samples<T> early(delay, x.channels());
  blanking.process(x.rows(0, delay), early);
  blanking.process(x.rows(delay, x.rows() - delay), y.rows(0, x.rows() - delay));
  blanking.flush(y.rows(x.rows() - delay, delay));
}

}  // namespace myocramp
