#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/options.hpp"
#include "myocramp/core/sample_rate.hpp"

namespace myocramp {

/// Noise of skin, electrodes and amplifier.
struct ElectrodeNoiseOptions {
  double rms_uv = 1.5;
  double pink_share = 0.2;
};

template <class V>
void describe(ElectrodeNoiseOptions& o, V&& v) {
  v(o.rms_uv, Field{"rms_uv", "uV", 0, 1000, "RMS from 20 to 450 Hz of each channel", "our default"});
  v(o.pink_share, Field{"pink_share", "1", 0, 1, "share of 1/f noise in the power from 20 to 450 Hz; the rest is white", "our default"});
}

/// Gaussian noise of which a part is white and a part falls as 1/f from 0.3 Hz on, independent between channels.
///
/// It is stationary: blocks join without a seam, because the state of the filter at their borders is drawn first and the noise within is
/// drawn given both ends.  Memory: 64 bytes for each block and channel.  Throws: InvalidArgument E-OPTION; E-BAND when 450 Hz is not below
/// half of the rate.  Equations: docs/methods/contaminants.md.
class ElectrodeNoise {
 public:
  /// `about` tells recordings of one seed apart.
  ElectrodeNoise(const ElectrodeNoiseOptions& options, SampleRate rate, Seconds duration, Index channels, std::uint64_t seed,
                 std::uint64_t about);

  /// Adds rows [first, first + out.rows()) in volts to `out` (time, channel). `first` is a multiple of kGridBlock, out.rows() at most
  /// kGridBlock.
  void add(Index first, Block<double> out) const;

  /// RMS in volts of each channel from `low_hz` to `high_hz`, expected over all seeds: the integral of the density.
  /// Throws: InvalidArgument E-BAND unless 0 <= low_hz < high_hz <= half of the rate.
  [[nodiscard]] double band_rms_v(double low_hz, double high_hz) const;

  /// One-sided power spectral density, V^2/Hz.
  [[nodiscard]] double density(double hertz) const noexcept;

 private:
  static constexpr std::size_t kPoles = 8;  // a factor of 4 apart
  using State = std::array<double, kPoles>;

  [[nodiscard]] double band_power(double low_hz, double high_hz) const noexcept;
  void factorise() noexcept;
  void draw_states();
  void channel(Index block, Index channel, std::span<double> y) const noexcept;

  SampleRate rate_;
  Index channels_;
  Index blocks_;
  std::uint64_t seed_;
  std::uint64_t about_;
  std::size_t poles_ = 0;  // in use
  double white_ = 0;       // variance of the white part, V^2
  State pink_{};           // variance of each first-order process of the pink part, V^2
  State pole_{};           // its pole
  State gap_{};            // 1 - pole
  double direct_ = 0;      // the filter: direct_ + sum of residue_ / (1 - pole_ / z)
  State residue_{};
  State faded_{};                      // its pole to the power of a block's length
  std::array<State, kPoles> inner_{};  // Cholesky factor of the covariance of what a block adds to the state
  std::vector<State> states_;          // (block, channel) at the start of each block
};

}  // namespace myocramp
