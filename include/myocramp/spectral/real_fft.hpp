#pragma once

#include <complex>
#include <memory>
#include <span>

#include "myocramp/core/sample_rate.hpp"

namespace myocramp {

/// The real Fourier transform of one length and its inverse: X_k = sum x_n exp(-2 pi i k n / length) for k = 0 ... length/2.
///
/// Planned once, without timing (FFTW_ESTIMATE on aligned scratch), so that the same input gives the same bits in every run. One object
/// serves one thread at a time; a copy has scratch of its own, whose contents are undefined.
/// Throws: InvalidArgument E-OPTION for a length below 2.
class RealFft {
 public:
  explicit RealFft(Index length);
  RealFft(const RealFft& other);
  RealFft& operator=(const RealFft& other);
  RealFft(RealFft&&) noexcept;
  RealFft& operator=(RealFft&&) noexcept;
  ~RealFft();

  [[nodiscard]] Index length() const noexcept;
  [[nodiscard]] Index bins() const noexcept { return length() / 2 + 1; }

  /// length() samples, and bins() numbers.
  [[nodiscard]] std::span<double> values() noexcept;
  [[nodiscard]] std::span<std::complex<double>> spectrum() noexcept;

  /// values() to spectrum(); values() keeps its contents.
  void forward() noexcept;
  /// spectrum() to values(), length() times too large; spectrum() is lost.
  void inverse() noexcept;

 private:
  struct Plan;
  std::unique_ptr<Plan> plan_;
};

}  // namespace myocramp
