#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <limits>
#include <string>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/signal/feature_table.hpp"
#include "myocramp/spectral/fft.hpp"
#include "myocramp/spectral/moments.hpp"
#include "myocramp/spectral/window.hpp"

namespace myocramp {

/// Windows in which the spectrum is measured.
struct SpectralOptions {
  double window_s = 1.0;
  double overlap = 0.5;
  double segment_s = 0.5;
  double low_hz = 20;
  double high_hz = 450;
};

template <class V>
void describe(SpectralOptions& o, V&& v) {
  v(o.window_s, Field{"window_s", "s", 0.05, 60, "length of a spectral window", "our default"});
  v(o.overlap, Field{"overlap", "1", 0, 0.95, "part of a window that the next one shares", "Welch 1967 IEEE Trans Audio 15:70"});
  v(o.segment_s,
    Field{"segment_s", "s", 0.02, 60, "length of the half-overlapping segments whose spectra are averaged in a window", "Welch 1967"});
  v(o.low_hz, Field{"low_hz", "Hz", 0, 1e6, "low edge of the band of the moments", "our default"});
  v(o.high_hz, Field{"high_hz", "Hz", 0.01, 1e6, "high edge of the band of the moments, below half the sampling rate", "our default"});
}

/// Holds that edges and lengths are in order. Throws: InvalidArgument E-OPTION.
inline void check_relations(const SpectralOptions& o) {
  if (o.low_hz >= o.high_hz) {
    throw InvalidArgument(
        {"E-OPTION", "", "spectral.low_hz", "less than high_hz = " + detail::number(o.high_hz), detail::number(o.low_hz)});
  }
  if (o.segment_s > o.window_s) {
    throw InvalidArgument(
        {"E-OPTION", "", "spectral.segment_s", "at most window_s = " + detail::number(o.window_s), detail::number(o.segment_s)});
  }
}

/// Measures mean and median frequency window by window while a signal passes through in blocks: each from the averaged periodograms of
/// the window's segments (mean removed, Hann, half overlapping).
///
/// Units: V in, Hz out.  Windows start at absolute multiples of hop() from the first sample; the same bits for any split into blocks.
/// NaN in a window: NaN out.  Throws: InvalidArgument E-OPTION; DataError E-BAND when the band reaches the Nyquist frequency or holds no bin.
/// Source: Welch 1967 IEEE Trans Audio 15:70; the spectrum is that of scipy.signal.welch with nperseg = segment.
class SpectralWindows {
 public:
  SpectralWindows(const SpectralOptions& options, SampleRate rate, Index channels)
      : channels_(channels),
        length_(checked_length(options, rate)),
        hop_(std::max<Index>(1, static_cast<Index>(std::llround(static_cast<double>(length_) * (1 - options.overlap))))),
        segment_(std::min(length_, std::max<Index>(2, rate.round(Seconds(options.segment_s))))),
        step_(segment_ - segment_ / 2),
        per_window_((length_ - segment_) / step_ + 1),
        bin_hz_(rate.hertz() / static_cast<double>(segment_)),
        taper_(hann(segment_)),
        spectrum_(segment_, kTogether),
        band_(band_bins(bin_hz_, spectrum_.bins(), options.low_hz, options.high_hz)) {
    if (band_.last < band_.first) {
      throw DataError({"E-BAND", "", "spectral.low_hz", "a band that holds one of the bins, " + detail::number(bin_hz_) + " Hz apart",
                       detail::number(options.low_hz) + " to " + detail::number(options.high_hz) + " Hz"});
    }
    sum_.resize(static_cast<std::size_t>(spectrum_.bins()));
    tail_.resize(2 * (segment_ - 1), channels_);
  }

  [[nodiscard]] Index length() const noexcept { return length_; }
  [[nodiscard]] Index hop() const noexcept { return hop_; }
  /// Windows that lie wholly in a signal of so many samples.
  [[nodiscard]] Index windows(Index samples) const noexcept { return samples < length_ ? 0 : (samples - length_) / hop_ + 1; }

  /// Takes the next rows, and calls sink(window, channel, moments) for every window that they complete.
  template <class T, class Sink>
  void add(ConstBlock<T> x, Sink&& sink) {
    const Index end = end_ + x.rows();
    // Rows before the block that a segment may need stand at the tail's end, and the first rows of the block come behind them.
    const Index kept = std::min(end_, segment_ - 1);
    const Index ahead = std::min(x.rows(), segment_ - 1);
    copy(x.rows(0, ahead), Block<double>(tail_).rows(kept, ahead));
    for (; next_ + segment_ <= end; next_ = start_after(next_)) {
      if (next_ < end_) {
        measure_segment<double>(ConstBlock<double>(tail_).rows(next_ - (end_ - kept), segment_));
      } else {
        measure_segment<T>(x.rows(next_ - end_, segment_));
      }
      complete(end, sink);
    }
    complete(end, sink);  // a window may reach beyond its last segment
    keep(x, kept, ahead);
    end_ = end;
  }

 private:
  static constexpr Index kTogether = 8;  // channels that are copied out of their rows together

  struct Segment {
    Index start = 0;
    std::vector<double> power;  // (channel, bin of the band); NaN where the segment has no answer
  };

  static Index checked_length(const SpectralOptions& o, SampleRate rate) {
    check(o, "spectral");
    check_relations(o);
    if (o.high_hz >= rate.nyquist()) {
      throw DataError({"E-BAND", "", "spectral.high_hz", "below the Nyquist frequency " + detail::number(rate.nyquist()) + " Hz",
                       detail::number(o.high_hz) + " Hz"});
    }
    return std::max<Index>(2, rate.round(Seconds(o.window_s)));
  }

  template <class T>
  static void copy(ConstBlock<T> from, Block<double> to) noexcept {
    for (Index i = 0; i < from.rows(); ++i) {
      for (Index c = 0; c < from.channels(); ++c) to(i, c) = static_cast<double>(from(i, c));
    }
  }

  // Windows may share segments; this is the next start of any window's.
  [[nodiscard]] Index start_after(Index start) const noexcept {
    Index next = std::numeric_limits<Index>::max();
    for (Index j = 0; j < per_window_; ++j) {
      const Index offset = j * step_;
      const Index window = start < offset ? 0 : (start - offset) / hop_ + 1;
      next = std::min(next, window * hop_ + offset);
    }
    return next;
  }

  template <class T>
  void measure_segment(ConstBlock<T> x) {
    Segment s = spare_.empty() ? Segment{} : std::move(spare_.back());
    if (!spare_.empty()) spare_.pop_back();
    const Index bins = band_.last - band_.first + 1;
    s.start = next_;
    s.power.resize(static_cast<std::size_t>(channels_ * bins));
    for (Index first = 0; first < channels_; first += kTogether) {
      const Index count = std::min(kTogether, channels_ - first);
      const ConstBlock<T> group = x.columns(first, count);
      count == kTogether&& x.channel_stride() == 1 ? taper<T, kTogether>(group) : taper<T, 0>(group);
      for (Index c = 0; c < count; ++c) {
        double* power = s.power.data() + (first + c) * bins;
        if (std::isfinite(average_[static_cast<std::size_t>(c)])) {
          spectrum_.power(c, band_.first, band_.last, power);
        } else {
          std::fill(power, power + bins, std::numeric_limits<double>::quiet_NaN());
        }
      }
    }
    segments_.push_back(std::move(s));
  }

  // Takes the mean away, multiplies by the window, and lays each channel of a group out by itself. `together`: channels that lie side by
  // side, known beforehand for speed; 0: any.
  template <class T, Index together>
  void taper(ConstBlock<T> x) noexcept {
    const Index count = together > 0 ? together : x.channels();
    average_.fill(0);
    std::array<double, kTogether> sum{};
    for (Index i = 0; i < segment_; ++i) {
      const T* row = &x(i, 0);
      for (Index c = 0; c < count; ++c) {
        sum[static_cast<std::size_t>(c)] += static_cast<double>(row[together > 0 ? c : c * x.channel_stride()]);
      }
    }
    std::array<double*, kTogether> out{};
    for (Index c = 0; c < count; ++c) {
      average_[static_cast<std::size_t>(c)] = sum[static_cast<std::size_t>(c)] / static_cast<double>(segment_);
      out[static_cast<std::size_t>(c)] = spectrum_.input(c).data();
    }
    for (Index i = 0; i < segment_; ++i) {
      const T* row = &x(i, 0);
      const double weight = taper_[static_cast<std::size_t>(i)];
      for (Index c = 0; c < count; ++c) {
        const auto k = static_cast<std::size_t>(c);
        out[k][i] = (static_cast<double>(row[together > 0 ? c : c * x.channel_stride()]) - average_[k]) * weight;
      }
    }
  }

  // The windows that lie before row `end` and whose last segment has come; segments that no later window needs are let go.
  template <class Sink>
  void complete(Index end, Sink&& sink) {
    while (!segments_.empty() && segments_.back().start >= done_ * hop_ + (per_window_ - 1) * step_ && done_ * hop_ + length_ <= end) {
      const Index bins = band_.last - band_.first + 1;
      for (Index c = 0; c < channels_; ++c) {
        double* sum = sum_.data() + band_.first;
        std::fill(sum, sum + bins, 0.0);
        for (const Segment& s : segments_) {
          if (s.start < done_ * hop_ || (s.start - done_ * hop_) % step_ != 0) continue;
          const double* power = s.power.data() + c * bins;
          for (Index k = 0; k < bins; ++k) sum[k] += power[k];
        }
        sink(done_, c, spectral_moments(sum_, bin_hz_, band_));
      }
      ++done_;
      while (!segments_.empty() && segments_.front().start < done_ * hop_) {
        spare_.push_back(std::move(segments_.front()));
        segments_.pop_front();
      }
    }
  }

  // Keeps the last segment_ - 1 rows. `kept` rows and then `ahead` rows of x stand in the tail.
  template <class T>
  void keep(ConstBlock<T> x, Index kept, Index ahead) noexcept {
    if (x.rows() >= segment_ - 1) {
      copy(x.rows(x.rows() - (segment_ - 1), segment_ - 1), Block<double>(tail_).rows(0, segment_ - 1));
    } else {
      const Index drop = std::max<Index>(0, kept + ahead - (segment_ - 1));
      std::copy(tail_.data() + drop * channels_, tail_.data() + (kept + ahead) * channels_, tail_.data());
    }
  }

  Index channels_;
  Index length_;
  Index hop_;
  Index segment_;
  Index step_;        // between the starts of a window's segments
  Index per_window_;  // segments
  double bin_hz_;
  std::vector<double> taper_;
  PowerSpectrum spectrum_;
  BandBins band_;
  Index end_ = 0;                 // rows that have passed
  Index next_ = 0;                // start of the next segment
  Index done_ = 0;                // windows
  std::deque<Segment> segments_;  // that a window to come needs, in order
  std::vector<Segment> spare_;    // their memory
  Samples<double> tail_;          // the last rows that have passed, and room for the first of a block
  std::vector<double> sum_;       // of the segments' power
  std::array<double, kTogether> average_{};
};

/// Mean and median frequency over time: columns mnf_hz and mdf_hz, one row per window that lies wholly in the signal.
///
/// Shape: (n, c) -> rows of c values; none when the signal is shorter than one window.  Units: V -> Hz; time_s is the window's centre.
template <class T>
FeatureTable spectral_table(ConstBlock<T> x, SampleRate rate, const SpectralOptions& options = {}) {
  SpectralWindows windows(options, rate, x.channels());
  const Index rows = windows.windows(x.rows());
  FeatureTable table;
  table.columns = {{"mnf_hz", Samples<double>(rows, x.channels())}, {"mdf_hz", Samples<double>(rows, x.channels())}};
  for (Index r = 0; r < rows; ++r) {
    table.time_s.push_back((static_cast<double>(r * windows.hop()) + static_cast<double>(windows.length()) / 2) / rate.hertz());
  }
  windows.add(x, [&table](Index r, Index c, const SpectralMoments& m) {
    table.columns[0].values(r, c) = m.mnf_hz;
    table.columns[1].values(r, c) = m.mdf_hz;
  });
  return table;
}

}  // namespace myocramp
