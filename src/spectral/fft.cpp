#include "myocramp/spectral/fft.hpp"

#include <fftw3.h>

#include <mutex>
#include <string>
#include <vector>

#include "myocramp/core/error.hpp"

namespace myocramp {
namespace {

// FFTW's planner is not thread safe; only execution is.
std::mutex& planner_mutex() {
  static std::mutex mutex;
  return mutex;
}

template <class T>
struct FftwFree {
  void operator()(T* p) const noexcept { fftw_free(p); }
};

}  // namespace

struct PowerSpectrum::Plan {
  explicit Plan(Index n)
      : length(n),
        input(fftw_alloc_real(static_cast<std::size_t>(n))),
        output(fftw_alloc_complex(static_cast<std::size_t>(n / 2 + 1))),
        power(static_cast<std::size_t>(n / 2 + 1)) {
    const std::lock_guard lock(planner_mutex());
    plan = fftw_plan_dft_r2c_1d(static_cast<int>(n), input.get(), output.get(), FFTW_ESTIMATE);
    if (plan == nullptr) throw InternalError({"E-FFT", "", "fft", "a plan for length " + std::to_string(n), "none"});
  }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  ~Plan() {
    const std::lock_guard lock(planner_mutex());
    fftw_destroy_plan(plan);
  }

  Index length;
  std::unique_ptr<double, FftwFree<double>> input;
  std::unique_ptr<fftw_complex, FftwFree<fftw_complex>> output;
  std::vector<double> power;
  fftw_plan plan = nullptr;
};

PowerSpectrum::PowerSpectrum(Index length) {
  if (length < 2 || length > (Index{1} << 28)) {
    throw InvalidArgument({"E-OPTION", "", "spectral window", "2 to 2^28 samples", std::to_string(length)});
  }
  plan_ = std::make_unique<Plan>(length);
}

PowerSpectrum::PowerSpectrum(PowerSpectrum&&) noexcept = default;
PowerSpectrum& PowerSpectrum::operator=(PowerSpectrum&&) noexcept = default;
PowerSpectrum::~PowerSpectrum() = default;

Index PowerSpectrum::length() const noexcept { return plan_->length; }

std::span<double> PowerSpectrum::input() noexcept { return {plan_->input.get(), static_cast<std::size_t>(plan_->length)}; }

std::span<const double> PowerSpectrum::power() noexcept {
  fftw_execute(plan_->plan);
  for (std::size_t k = 0; k < plan_->power.size(); ++k) {
    const double re = plan_->output.get()[k][0];
    const double im = plan_->output.get()[k][1];
    plan_->power[k] = re * re + im * im;
  }
  return plan_->power;
}

}  // namespace myocramp
