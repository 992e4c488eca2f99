#include "myocramp/spectral/fft.hpp"

#include <fftw3.h>

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "myocramp/core/error.hpp"
#include "myocramp/simd/kernels.hpp"
#include "myocramp/spectral/real_fft.hpp"

namespace myocramp {
namespace {

// FFTW's planner is not thread safe; only execution is.
std::mutex& planner_mutex() {
  static std::mutex mutex;
  return mutex;
}

// FFTW takes the widest vectors that it knows of; without ours it takes none, so that the set that is named decides about its bits, too.
unsigned planner_flags() {
  static const bool vectors = std::string_view(simd::kernels().name) != "baseline";
  return vectors ? FFTW_ESTIMATE : FFTW_ESTIMATE | FFTW_NO_SIMD;
}

template <class T>
struct FftwFree {
  void operator()(T* p) const noexcept { fftw_free(p); }
};

}  // namespace

std::string fft_library() { return fftw_version; }

struct PowerSpectrum::Plan {
  Plan(Index n, Index rows)
      : length(n),
        stride((n + 7) / 8 * 8 + 8),  // rows are aligned alike, and do not share places in the cache when n is a power of two
        input(fftw_alloc_real(static_cast<std::size_t>(stride * rows))),
        output(fftw_alloc_complex(static_cast<std::size_t>(n / 2 + 1))),  // FFTW's complex has the layout of std::complex
        power(static_cast<std::size_t>(n / 2 + 1)) {
    const std::lock_guard lock(planner_mutex());
    plan = fftw_plan_dft_r2c_1d(static_cast<int>(n), input.get(), output.get(), planner_flags());
    if (plan == nullptr) throw InternalError({"E-FFT", "", "fft", "a plan for length " + std::to_string(n), "none"});
  }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  ~Plan() {
    const std::lock_guard lock(planner_mutex());
    fftw_destroy_plan(plan);
  }

  Index length;
  Index stride;
  std::unique_ptr<double, FftwFree<double>> input;
  std::unique_ptr<fftw_complex, FftwFree<fftw_complex>> output;
  std::vector<double> power;
  fftw_plan plan = nullptr;
};

PowerSpectrum::PowerSpectrum(Index length, Index rows) {
  if (length < 2 || length > (Index{1} << 28)) {
    throw InvalidArgument({"E-OPTION", "", "spectral window", "2 to 2^28 samples", std::to_string(length)});
  }
  plan_ = std::make_unique<Plan>(length, rows);
}

PowerSpectrum::PowerSpectrum(PowerSpectrum&&) noexcept = default;
PowerSpectrum& PowerSpectrum::operator=(PowerSpectrum&&) noexcept = default;
PowerSpectrum::~PowerSpectrum() = default;

Index PowerSpectrum::length() const noexcept { return plan_->length; }

std::span<double> PowerSpectrum::input() noexcept { return input(0); }

std::span<double> PowerSpectrum::input(Index row) noexcept {
  return {plan_->input.get() + row * plan_->stride, static_cast<std::size_t>(plan_->length)};
}

std::span<const double> PowerSpectrum::power() noexcept {
  power(0, 0, length() / 2, plan_->power.data());
  return plan_->power;
}

std::span<const std::complex<double>> PowerSpectrum::transform(Index row) noexcept {
  fftw_execute_dft_r2c(plan_->plan, input(row).data(), plan_->output.get());
  return {reinterpret_cast<const std::complex<double>*>(plan_->output.get()), static_cast<std::size_t>(bins())};
}

void PowerSpectrum::power(Index row, Index first, Index last, double* out) noexcept {
  static_cast<void>(transform(row));
  const fftw_complex* x = plan_->output.get();
  for (Index k = first; k <= last; ++k) out[k - first] = x[k][0] * x[k][0] + x[k][1] * x[k][1];
}

struct RealFft::Plan {
  explicit Plan(Index n)
      : length(n),
        values(fftw_alloc_real(static_cast<std::size_t>(n))),
        spectrum(reinterpret_cast<std::complex<double>*>(fftw_alloc_complex(static_cast<std::size_t>(n / 2 + 1)))) {
    const std::lock_guard lock(planner_mutex());
    auto* bins = reinterpret_cast<fftw_complex*>(spectrum.get());
    there = fftw_plan_dft_r2c_1d(static_cast<int>(n), values.get(), bins, planner_flags());
    back = fftw_plan_dft_c2r_1d(static_cast<int>(n), bins, values.get(), planner_flags());
    if (there == nullptr || back == nullptr) throw InternalError({"E-FFT", "", "fft", "a plan for length " + std::to_string(n), "none"});
  }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  ~Plan() {
    const std::lock_guard lock(planner_mutex());
    fftw_destroy_plan(there);
    fftw_destroy_plan(back);
  }

  Index length;
  std::unique_ptr<double, FftwFree<double>> values;
  std::unique_ptr<std::complex<double>, FftwFree<std::complex<double>>> spectrum;
  fftw_plan there = nullptr;
  fftw_plan back = nullptr;
};

RealFft::RealFft(Index length) {
  if (length < 2 || length > (Index{1} << 28)) {
    throw InvalidArgument({"E-OPTION", "", "spectral window", "2 to 2^28 samples", std::to_string(length)});
  }
  plan_ = std::make_unique<Plan>(length);
}

RealFft::RealFft(const RealFft& other) : RealFft(other.length()) {}
RealFft& RealFft::operator=(const RealFft& other) {
  if (this != &other && length() != other.length()) plan_ = std::make_unique<Plan>(other.length());
  return *this;
}
RealFft::RealFft(RealFft&&) noexcept = default;
RealFft& RealFft::operator=(RealFft&&) noexcept = default;
RealFft::~RealFft() = default;

Index RealFft::length() const noexcept { return plan_->length; }
std::span<double> RealFft::values() noexcept { return {plan_->values.get(), static_cast<std::size_t>(plan_->length)}; }
std::span<std::complex<double>> RealFft::spectrum() noexcept {
  return {plan_->spectrum.get(), static_cast<std::size_t>(plan_->length / 2 + 1)};
}
void RealFft::forward() noexcept { fftw_execute(plan_->there); }
void RealFft::inverse() noexcept { fftw_execute(plan_->back); }

}  // namespace myocramp
