#include "myocramp/simulate/noise.hpp"

#include <cassert>
#include <cmath>
#include <numbers>

#include "myocramp/simulate/normals.hpp"
#include "myocramp/simulate/streams.hpp"

namespace myocramp {
namespace {

constexpr double kLow_hz = 20;  // where the RMS is stated
constexpr double kHigh_hz = 450;
constexpr double kSlowest_hz = 0.1;  // corner of the slowest process
constexpr double kRatio = 4;         // of neighbouring corners: their sum stays within 0.3 % of 1/f
constexpr double kNothing_v = 1e-20;

std::size_t size(Index n) { return static_cast<std::size_t>(n); }

}  // namespace

ElectrodeNoise::ElectrodeNoise(const ElectrodeNoiseOptions& options, SampleRate rate, Seconds duration, Index channels, std::uint64_t seed,
                               std::uint64_t about)
    : rate_(rate), channels_(channels), blocks_(rate.round(duration) / kGridBlock + 1), seed_(seed), about_(about) {
  check(options, "noise");
  if (!(kHigh_hz < rate.nyquist())) {
    throw InvalidArgument({"E-BAND", "", "noise.rms_uv",
                           "half of the sampling rate above " + detail::number(kHigh_hz) + " Hz, the end of the band that it is stated for",
                           detail::number(rate.nyquist()) + " Hz"});
  }
  if (options.rms_uv == 0) return;
  const double power = options.rms_uv * options.rms_uv * 1e-12;
  if (options.pink_share > 0) {
    for (double hertz = kSlowest_hz; poles_ < kPoles && hertz < rate.hertz(); hertz *= kRatio) {
      gap_[poles_] = -std::expm1(-2 * std::numbers::pi * hertz / rate.hertz());
      pole_[poles_] = 1 - gap_[poles_];
      pink_[poles_++] = 1;
    }
    const double unit = power * options.pink_share / band_power(kLow_hz, kHigh_hz);
    for (std::size_t j = 0; j < poles_; ++j) pink_[j] = unit;
  }
  white_ = power * (1 - options.pink_share) / ((kHigh_hz - kLow_hz) / rate.nyquist());
  factorise();
  draw_states();
}

// Power between two frequencies: the white part's share of the band, and of each process sigma^2 (1 - a^2) / |1 - a / z|^2 the integral.
double ElectrodeNoise::band_power(double low_hz, double high_hz) const noexcept {
  double sum = white_ * (high_hz - low_hz) / rate_.nyquist();
  for (std::size_t j = 0; j < poles_; ++j) {
    const auto below = [&](double hertz) {
      const double half = std::numbers::pi * hertz / rate_.hertz();
      return 2 / std::numbers::pi * std::atan2((2 - gap_[j]) * std::sin(half), gap_[j] * std::cos(half));
    };
    sum += pink_[j] * (below(high_hz) - below(low_hz));
  }
  return sum;
}

double ElectrodeNoise::band_rms_v(double low_hz, double high_hz) const {
  if (!(low_hz >= 0 && low_hz < high_hz && high_hz <= rate_.nyquist())) {
    throw InvalidArgument({"E-BAND", "", "noise band", "0 <= low < high <= " + detail::number(rate_.nyquist()) + " Hz",
                           detail::number(low_hz) + " to " + detail::number(high_hz) + " Hz"});
  }
  return std::sqrt(band_power(low_hz, high_hz));
}

double ElectrodeNoise::density(double hertz) const noexcept {
  const double sine = std::sin(std::numbers::pi * hertz / rate_.hertz());
  double sum = white_;
  for (std::size_t j = 0; j < poles_; ++j) sum += pink_[j] * gap_[j] * (2 - gap_[j]) / (gap_[j] * gap_[j] + 4 * pole_[j] * sine * sine);
  return 2 * sum / rate_.hertz();
}

// One filter whose squared response is the density. In y = cos w - 1 the density is white + sum k_j / (t_j - y) with k_j > 0, so that its
// zeros lie one in each gap between the t_j and one beyond the last. Each gives a zero of the filter; partial fractions make it parallel.
void ElectrodeNoise::factorise() noexcept {
  State k{}, t{}, zero_gap{};
  for (std::size_t j = 0; j < poles_; ++j) {
    k[j] = pink_[j] * gap_[j] * (2 - gap_[j]) / (2 * pole_[j]);
    t[j] = gap_[j] * gap_[j] / (2 * pole_[j]);
  }
  const auto sum = [&](double y) {
    double s = white_;
    for (std::size_t j = 0; j < poles_; ++j) s += k[j] / (t[j] - y);
    return s;
  };
  double gain = std::sqrt(sum(0));
  for (std::size_t j = 0; j < poles_; ++j) {
    if (j + 1 == poles_ && white_ == 0) {
      zero_gap[j] = 1;  // a zero at z = 0
      break;
    }
    double low = t[j];
    double high = j + 1 < poles_ ? t[j + 1] : 2 * t[j];
    while (j + 1 == poles_ && sum(high) <= 0) high *= 2;
    for (double middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2)
      (sum(middle) < 0 ? low : high) = middle;
    zero_gap[j] = std::sqrt(low * (low + 2)) - low;
  }
  for (std::size_t j = 0; j < poles_; ++j) gain *= gap_[j] / zero_gap[j];
  direct_ = gain;
  for (std::size_t j = 0; j < poles_; ++j) {
    direct_ *= (1 - zero_gap[j]) / pole_[j];
    residue_[j] = gain;
    for (std::size_t i = 0; i < poles_; ++i) {
      residue_[j] *= (zero_gap[i] - gap_[j]) / pole_[j];
      if (i != j) residue_[j] *= pole_[j] / (gap_[i] - gap_[j]);
    }
  }
}

// The states at the borders of blocks: a Markov chain with the law that the filter's state has.
void ElectrodeNoise::draw_states() {
  std::array<State, kPoles> start{};
  const auto factor = [&](std::array<State, kPoles>& l, auto covariance) {
    for (std::size_t i = 0; i < poles_; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        double s = covariance(i, j);
        for (std::size_t m = 0; m < j; ++m) s -= l[i][m] * l[j][m];
        l[i][j] = i == j ? std::sqrt(s) : s / l[j][j];
      }
    }
  };
  const auto one_minus_product = [&](std::size_t i, std::size_t j) { return gap_[i] + gap_[j] - gap_[i] * gap_[j]; };
  constexpr auto kLength = static_cast<double>(kGridBlock);
  factor(start, [&](std::size_t i, std::size_t j) { return 1 / one_minus_product(i, j); });
  factor(inner_,
         [&](std::size_t i, std::size_t j) { return -std::expm1(kLength * std::log(pole_[i] * pole_[j])) / one_minus_product(i, j); });
  for (std::size_t j = 0; j < poles_; ++j) faded_[j] = std::pow(pole_[j], kLength);

  states_.resize(size((blocks_ + 1) * channels_));
  std::vector<double> normal(size(blocks_ + 1) * kPoles);
  for (Index c = 0; c < channels_; ++c) {
    fill_normal(seed_, stream_number(Purpose::kNoise, {about_, static_cast<std::uint64_t>(c), 0}), normal);
    for (Index b = 0; b <= blocks_; ++b) {
      const std::array<State, kPoles>& l = b == 0 ? start : inner_;
      State& state = states_[size(b * channels_ + c)];
      for (std::size_t j = 0; j < poles_; ++j) {
        state[j] = b == 0 ? 0 : faded_[j] * states_[size((b - 1) * channels_ + c)][j];
        for (std::size_t i = 0; i <= j; ++i) state[j] += l[j][i] * normal[size(b) * kPoles + i];
      }
    }
  }
}

void ElectrodeNoise::add(Index first, Block<double> out) const {
  assert(first % kGridBlock == 0 && out.rows() <= kGridBlock && out.channels() == channels_ && first / kGridBlock < blocks_);
  if (states_.empty()) return;
  std::vector<double> y(size(kGridBlock));
  for (Index c = 0; c < channels_; ++c) {
    channel(first / kGridBlock, c, y);
    for (Index i = 0; i < out.rows(); ++i) out(i, c) += y[size(i)];
  }
}

// One block of one channel. Noise drawn freely would leave the filter in another state than the one drawn for the block's end. The noise
// given that state is the free one plus sum c_j a_j^(N - 1 - n), with c = Q^-1 (what is missing), Q the covariance of what a block adds
// (conditional Gaussian). Its way through the filter is a sum of exponentials from both ends.
void ElectrodeNoise::channel(Index block, Index channel, std::span<double> y) const noexcept {
  fill_normal(seed_, stream_number(Purpose::kNoise, {about_, static_cast<std::uint64_t>(channel), static_cast<std::uint64_t>(block) + 1}),
              y);
  const State a = pole_;
  const State r = residue_;
  State s{};
  for (double& v : y) {
    State t;
    for (std::size_t j = 0; j < kPoles; ++j) s[j] = a[j] * s[j] + v;
    for (std::size_t j = 0; j < kPoles; ++j) t[j] = r[j] * s[j];
    v = direct_ * v + (((t[0] + t[2]) + (t[4] + t[6])) + ((t[1] + t[3]) + (t[5] + t[7])));
  }

  const State& before = states_[size(block * channels_ + channel)];
  const State& after = states_[size((block + 1) * channels_ + channel)];
  State missing{};
  for (std::size_t j = 0; j < poles_; ++j) {
    missing[j] = after[j] - faded_[j] * before[j] - s[j];
    for (std::size_t i = 0; i < j; ++i) missing[j] -= inner_[j][i] * missing[i];
    missing[j] /= inner_[j][j];
  }
  for (std::size_t j = poles_; j-- > 0;) {
    for (std::size_t i = j + 1; i < poles_; ++i) missing[j] -= inner_[i][j] * missing[i];
    missing[j] /= inner_[j][j];
  }
  for (std::size_t j = 0; j < poles_; ++j) {
    double from_start = before[j];
    double to_end = direct_;
    for (std::size_t i = 0; i < poles_; ++i) {
      const double both = gap_[i] + gap_[j] - gap_[i] * gap_[j];
      from_start -= missing[i] * faded_[i] / both;
      to_end += residue_[i] / both;
    }
    double term = residue_[j] * from_start;
    for (std::size_t n = 0; n < y.size() && std::abs(term) > kNothing_v; ++n) y[n] += term *= pole_[j];
    term = missing[j] * to_end;
    for (std::size_t n = y.size(); n-- > 0 && std::abs(term) > kNothing_v; term *= pole_[j]) y[n] += term;
  }
}

}  // namespace myocramp
