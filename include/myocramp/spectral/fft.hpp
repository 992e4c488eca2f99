#pragma once

#include <complex>
#include <memory>
#include <span>
#include <string>

#include "myocramp/core/sample_rate.hpp"

namespace myocramp {

/// Name, version and vector sets of the library of Fourier transforms.
std::string fft_library();

/// The real Fourier transform of one length, X_k = sum x_i exp(-2 pi j k i / n) for k = 0 ... n/2, or its power |X_k|^2.
///
/// Planned once, without timing (FFTW_ESTIMATE on aligned scratch), so that the same input gives the same bits in every run. Objects
/// may be made and used in any thread; one object serves one thread at a time.
/// Throws: InvalidArgument E-OPTION for a length below 2.
class PowerSpectrum {
 public:
  /// `rows`: how many inputs it keeps at a time.
  explicit PowerSpectrum(Index length, Index rows = 1);
  PowerSpectrum(PowerSpectrum&&) noexcept;
  PowerSpectrum& operator=(PowerSpectrum&&) noexcept;
  ~PowerSpectrum();

  [[nodiscard]] Index length() const noexcept;
  [[nodiscard]] Index bins() const noexcept { return length() / 2 + 1; }

  /// Fill this with length() values, then call power().
  [[nodiscard]] std::span<double> input() noexcept;

  /// |X_k|^2 of what stands in input(); valid until the next call.
  std::span<const double> power() noexcept;

  /// The same for one of several inputs.
  [[nodiscard]] std::span<double> input(Index row) noexcept;
  /// X_k of one of several inputs; valid until the next call.
  std::span<const std::complex<double>> transform(Index row) noexcept;
  /// Writes |X_k|^2 for k = first ... last to `out`.
  void power(Index row, Index first, Index last, double* out) noexcept;

 private:
  struct Plan;
  std::unique_ptr<Plan> plan_;
};

}  // namespace myocramp
