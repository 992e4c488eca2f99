#pragma once

#include <complex>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/options.hpp"
#include "myocramp/core/processor.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/spectral/moments.hpp"
#include "myocramp/spectral/real_fft.hpp"

namespace myocramp {

/// How mains hum is looked for and removed.
struct MainsOptions {
  double mains_hz = 0;
  int harmonics = 0;
  double drift_hz = 1;
  double window_s = 2;
  double p_fa = 1e-3;
  double hold_s = 30;
};

template <class V>
void describe(MainsOptions& o, V&& v) {
  v(o.mains_hz, Field{"mains_hz", "Hz", 0, 1000, "frequency of the mains; 0: 50, 60 or none, by a test", "IEC 60038 for 50 and 60"});
  v(o.harmonics, Field{"harmonics", "1", 0, 1000, "multiples of the mains that are looked for, the first included; 0: all below Nyquist",
                       "our default"});
  v(o.drift_hz, Field{"drift_hz", "Hz", 0, 5, "how far the mains may be from its nominal frequency", "our default"});
  v(o.window_s, Field{"window_s", "s", 1.5, 20, "length of a window; its inverse is the resolution", "Mewett et al. 2004"});
  v(o.p_fa, Field{"p_fa", "1", 1e-9, 0.1, "false-alarm probability of one multiple in one window", "our default"});
  v(o.hold_s, Field{"hold_s", "s", 0, 3600, "how long hum is taken to go on after it was last found", "our default"});
}

/// One line of the mains: a multiple of its frequency, and the sine found there.
struct MainsLine {
  int harmonic = 0;  ///< 1: the mains itself
  bool found = false;
  double frequency_hz = 0;
  double amplitude = 0;     ///< peak, in the unit of the signal
  double phase = 0;         ///< rad, of the cosine at the middle of the window
  double log10_chance = 0;  ///< of so high a bin without hum
};

/// What was found and removed in one channel.
struct MainsReport {
  struct Harmonic {
    double nominal_hz = 0;
    Index found = 0;          ///< windows in which it was found
    double mean_square = 0;   ///< of its amplitude over those windows; root: the amplitude that was removed, V peak
    double frequency_hz = 0;  ///< mean over those windows, weighted by power; NaN: never found
    double lowest_hz = 0;     ///< of those windows
    double highest_hz = 0;
  };
  double mains_hz = 0;          ///< 0: none
  Index windows = 0;            ///< that were looked at; four cover each sample
  Index unchanged = 0;          ///< finite samples passed through because too few of their neighbours are finite
  std::vector<Harmonic> lines;  ///< one per harmonic; empty where mains_hz is 0
};

/// What one channel says about the frequency of its mains.
struct MainsEvidence {
  double mains_hz = 0;                ///< 50, 60 or 0: none
  Index windows = 0;                  ///< side by side, that were looked at
  Index positive = 0;                 ///< of them, those with hum at mains_hz, or at the better of both where there is none
  double log10_chance = 0;            ///< of that many, or of one that clear, without hum
  double frequency_hz = 0;            ///< of the mains in the first window with hum; 0: there is none
  std::vector<double> log10_chances;  ///< the same of each multiple of the mains
};

namespace detail {

/// A window's spectrum, and the lines of the mains in it.
class MainsSpectrum {
 public:
  MainsSpectrum(const MainsOptions& options, SampleRate rate);

  [[nodiscard]] Index length() const noexcept { return 4 * hop_; }
  [[nodiscard]] Index hop() const noexcept { return hop_; }
  [[nodiscard]] Index harmonics(double mains_hz) const noexcept;
  [[nodiscard]] double window(Index i) const noexcept { return window_[static_cast<std::size_t>(i)]; }

  /// The share of finite samples from which on a window can be used.
  static constexpr double kLeastFinite = 0.8;

  /// Looks for the multiples of `mains_hz` in length() samples; missing ones are filled by what is found. One line per entry of `lines`.
  void analyse(const double* x, double mains_hz, std::vector<MainsLine>& lines) noexcept;
  /// The same with missing samples filled by `fill`, which belongs to a window that starts `offset` samples later.
  void analyse(const double* x, double mains_hz, const std::vector<MainsLine>& fill, Index offset, std::vector<MainsLine>& lines) noexcept;
  /// The multiples of another mains in the spectrum of the last analysis.
  void find(double mains_hz, std::vector<MainsLine>& lines) noexcept;
  /// What is to be taken off the windowed samples of the last analysis at these lines. Null: nothing.
  const double* excess(const std::vector<MainsLine>& lines) noexcept;

 private:
  void load(const double* x, const std::vector<MainsLine>* fill, Index offset) noexcept;
  [[nodiscard]] double level(BandBins below, BandBins above) noexcept;

  MainsOptions options_;
  double rate_;
  Index hop_;
  double bin_hz_;
  RealFft fft_;
  std::vector<double> window_;
  std::vector<double> power_;
  std::vector<std::complex<double>> differences_;
  std::vector<double> sorted_;
  double largest_ = 0;
};

}  // namespace detail

/// Tells whether there is hum and of which mains, 50 or 60 Hz: give it a signal in blocks, then ask.
///
/// Every window of the grid (side by side, window_s long, counted from the first sample) is tested at the first five multiples. Hum is
/// there when more windows are positive than chance allows (binomial, 1e-6), or when one is that clear by itself. Each channel is judged
/// alone. With mains_hz given, only that mains (50 or 60) is looked for and taken to be there. Memory: one window. Windows with less than
/// 80 % finite samples are left out.
/// Throws: InvalidArgument E-OPTION.
class MainsFinder {
 public:
  MainsFinder(const MainsOptions& options, SampleRate rate, Index channels);

  template <class T>
  void add(ConstBlock<T> x) noexcept;

  [[nodiscard]] std::vector<MainsEvidence> evidence() const;

 private:
  struct Multiple {
    Index found = 0;
    double clearest = 0;
  };
  struct Votes {
    Index positive = 0;
    double clearest = 0;  // log10 of the smallest chance
    double frequency_hz = 0;
    std::vector<Multiple> multiples;
  };
  void look(Index channel) noexcept;

  MainsOptions options_;
  Index channels_;
  detail::MainsSpectrum spectrum_;
  Index filled_ = 0;
  std::vector<double> samples_;  // (channel, time)
  std::vector<Index> windows_;
  std::vector<Votes> votes_;  // (channel, 2)
  std::vector<MainsLine> lines_;
};

/// Removes mains hum by spectrum interpolation, window by window, following its frequency.
///
/// Shape: (n, c) -> (n, c), in place allowed.  Units: any.  Delay: delay() samples, two windows: row n of the output is sample n - delay()
/// of the input, NaN before the first. Push delay() rows of NaN to get the rest: the end of a signal is a gap.
/// Windows stand on a grid counted from the first sample, so that splits never move a bit.  Gaps (NaN, infinite): come out as NaN; within a
/// window they are filled by the hum beside them; samples with less than 80 % finite ones around them are passed through and counted.
/// Throws: InvalidArgument E-OPTION; DataError E-BAND when a mains frequency does not lie below the Nyquist frequency.
/// Source: Mewett, Reynolds & Nazeran 2004 Med Biol Eng Comput 42:524; the windows, the test and the tracking are ours.
class MainsRemoval {
 public:
  /// `mains_hz`: one per channel; 0 leaves a channel as it is.
  MainsRemoval(const MainsOptions& options, SampleRate rate, std::vector<double> mains_hz);

  [[nodiscard]] Index channels() const noexcept { return channels_; }
  [[nodiscard]] Index delay() const noexcept { return 8 * hop_; }

  void reset() noexcept;

  template <class T>
  void process(ConstBlock<T> x, Block<T> y) noexcept;

  /// What was removed so far, one per channel.
  [[nodiscard]] std::vector<MainsReport> report() const;

 private:
  void step() noexcept;
  void clean(Index channel) noexcept;
  bool look(Index channel) noexcept;
  void note(Index channel) noexcept;
  [[nodiscard]] double* samples(Index channel) noexcept { return samples_.data() + channel * 12 * hop_; }

  MainsOptions options_;
  Index channels_;
  std::vector<double> mains_hz_;
  detail::MainsSpectrum spectrum_;
  Index hop_;
  Index hold_;                            // windows
  Index filled_ = 0;                      // of the 12 hops of samples; the window is the middle 4
  std::vector<double> samples_;           // (channel, 12 hops)
  std::vector<double> removed_;           // (channel, 4 hops), of the window on
  std::vector<double> out_;               // (channel, hop)
  std::vector<double> base_hz_;           // last known frequency of the mains
  std::vector<std::vector<Index>> left_;  // windows for which each line is still held
  std::vector<MainsReport> report_;
  std::vector<MainsLine> lines_;
  std::vector<MainsLine> beside_;
};

/// The cleaned signal and what was taken off it.
template <class T>
struct MainsCleaned {
  Samples<T> x;
  std::vector<MainsEvidence> evidence;  ///< empty when mains_hz was given
  std::vector<MainsReport> report;
};

/// The batch form: finds the mains where options.mains_hz is 0, and removes it. Shape: (n, c) -> (n, c), no delay.
///
/// Throws: what MainsRemoval throws; DataError E-SHORT for a signal shorter than a window.
template <class T>
MainsCleaned<T> remove_mains(ConstBlock<T> x, SampleRate rate, const MainsOptions& options = {});

}  // namespace myocramp
