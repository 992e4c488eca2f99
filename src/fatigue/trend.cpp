#include "myocramp/fatigue/trend.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "myocramp/core/error.hpp"
#include "myocramp/core/normal.hpp"
#include "myocramp/core/options.hpp"
#include "myocramp/core/random.hpp"
#include "myocramp/core/reduce.hpp"

namespace myocramp {
namespace {

constexpr double kLevel = 0.95;
constexpr double kNormal975 = 1.959963984540054;

using Values = std::vector<double>;

// The windows with a value, sorted by time.
struct Track {
  double first_s = 0;  // of all windows, also those without a value
  Values t;
  Values y;

  [[nodiscard]] std::size_t size() const noexcept { return t.size(); }
  [[nodiscard]] bool answers() const noexcept { return size() >= kTrendMinimum && t.back() > t.front(); }
};

Track medians_of_bins(const Track& track) {
  const std::size_t size = (track.size() + kTrendMost - 1) / kTrendMost;
  Track bins{track.first_s, {}, {}};
  for (std::size_t i = 0; i < track.size(); i += size) {
    const auto from = static_cast<std::ptrdiff_t>(i);
    const auto to = static_cast<std::ptrdiff_t>(std::min(i + size, track.size()));
    bins.t.push_back(median(Values(track.t.begin() + from, track.t.begin() + to)));
    bins.y.push_back(median(Values(track.y.begin() + from, track.y.begin() + to)));
  }
  return bins;
}

Track known(std::span<const double> t, std::span<const double> y) {
  if (t.size() != y.size()) {
    throw InvalidArgument({"E-LENGTH", "", "y", std::to_string(t.size()) + " values, one for each of t", std::to_string(y.size())});
  }
  Track track;
  std::vector<std::pair<double, double>> points;
  track.first_s = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (!std::isfinite(t[i])) throw InvalidArgument({"E-TIME", "", "t", "finite times", detail::number(t[i])});
    track.first_s = std::min(track.first_s, t[i]);
    if (std::isfinite(y[i])) points.emplace_back(t[i], y[i]);
  }
  std::stable_sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [time, value] : points) {
    track.t.push_back(time);
    track.y.push_back(value);
  }
  return track;
}

// The slopes of all pairs at different times.
Values pair_slopes(const Track& track) {
  const std::size_t n = track.size();
  Values slopes;
  slopes.reserve(n * (n - 1) / 2);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = i + 1; k < n; ++k) {
      const double dt = track.t[k] - track.t[i];
      if (dt > 0) slopes.push_back((track.y[k] - track.y[i]) / dt);
    }
  }
  return slopes;
}

// The slope whose place in order is the given one, or the first or the last. Reorders.
double slope_at(Values& slopes, double place) {
  const auto nth = slopes.begin() + static_cast<std::ptrdiff_t>(std::clamp(place, 0.0, static_cast<double>(slopes.size() - 1)));
  std::nth_element(slopes.begin(), nth, slopes.end());
  return *nth;
}

// What a standard normal sample would show at the ranks of x (Blom 1958); equal values share the mean of their ranks.
Values normal_scores(const Values& x) {
  const std::size_t n = x.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
  Values scores(n);
  for (std::size_t i = 0; i < n;) {
    std::size_t k = i;
    while (k < n && x[order[k]] == x[order[i]]) ++k;
    const double rank = static_cast<double>(i + k + 1) / 2;
    const double score = normal_quantile((rank - 0.375) / (static_cast<double>(n) + 0.25));
    for (; i < k; ++i) scores[order[i]] = score;
  }
  return scores;
}

// Least squares on time.
class Line {
 public:
  explicit Line(const Values& t) : centred_(t) {
    const double middle = mean(t);
    for (double& v : centred_) v -= middle;
    for (const double v : centred_) squares_ += v * v;
  }

  // Residuals of x; returns the slope.
  double fit(const Values& x, Values& residuals) const noexcept {
    const double middle = mean(x);
    const double* time = centred_.data();
    const double* from = x.data();
    double* to = residuals.data();
    double slope = 0;
    for (std::size_t i = 0; i < x.size(); ++i) slope += time[i] * (from[i] - middle);
    slope /= squares_;
    for (std::size_t i = 0; i < x.size(); ++i) to[i] = from[i] - middle - slope * time[i];
    return slope;
  }

  [[nodiscard]] const Values& centred() const noexcept { return centred_; }
  [[nodiscard]] double squares() const noexcept { return squares_; }

 private:
  Values centred_;
  double squares_ = 0;
};

// How windows hang together: correlation rho^lag, where lag counts steps of time to the window before.
class Correlation {
 public:
  explicit Correlation(const Values& t) : lag_(t.size(), kApart) {
    Values steps;
    for (std::size_t k = 1; k < t.size(); ++k) steps.push_back(t[k] - t[k - 1]);
    const double step = median(steps);
    for (std::size_t k = 1; k < t.size(); ++k) {
      const double lag = step > 0 ? std::round(steps[k - 1] / step) : 1;
      lag_[k] = static_cast<std::size_t>(std::clamp(lag, 1.0, static_cast<double>(kApart)));
      if (lag_[k] < kApart) farthest_ = std::max(farthest_, lag_[k]);
    }
    fresh_[kApart] = 1;
    set(0);
  }

  void set(double rho) noexcept {
    double power = 1;
    for (std::size_t i = 1; i <= farthest_; ++i) {
      power *= rho;
      power_[i] = power;
      fresh_[i] = std::sqrt(1 - power * power);
    }
  }

  // Of window k with the one before, and the part of its spread that is its own; 0 and 1 for the first.
  [[nodiscard]] double link(std::size_t k) const noexcept { return power_.data()[lag_.data()[k]]; }
  [[nodiscard]] double fresh(std::size_t k) const noexcept { return fresh_.data()[lag_.data()[k]]; }

  // The correlation at one step, from residuals of a line; the fit's bias taken away, to second order in 1 / n.
  [[nodiscard]] double estimate(const Values& residuals) const noexcept {
    const double* x = residuals.data();
    const std::size_t* lag = lag_.data();
    double products = 0;
    double squares = x[0] * x[0];
    std::size_t near = 0;
    for (std::size_t k = 1; k < residuals.size(); ++k) {
      squares += x[k] * x[k];
      products += lag[k] == 1 ? x[k] * x[k - 1] : 0;
      near += static_cast<std::size_t>(lag[k] == 1);
    }
    if (!(squares > 0) || near == 0) return 0;
    const auto pairs = static_cast<double>(near);
    const auto n = static_cast<double>(residuals.size());
    const double rho = (products / pairs) / (squares / n);
    return limited((rho + 2 / n + 2 / (n * n)) / (1 - 4 / n - 8 / (n * n)));
  }

  // Negative ones count as none: they would narrow the interval.
  static double limited(double rho) noexcept { return std::clamp(rho, 0.0, 0.99); }

  // Variance of sum(weights * x) where the x have variance 1 and this correlation.
  [[nodiscard]] double variance(const Values& weights) const noexcept {
    double before = 0;
    double last = 0;
    double total = 0;
    for (std::size_t k = 0; k < weights.size(); ++k) {
      const double weight = weights.data()[k];
      before = link(k) * (before + last);
      total += weight * (weight + 2 * before);
      last = weight;
    }
    return total;
  }

 private:
  static constexpr std::size_t kApart = 16;  // windows this far apart count as unrelated

  std::vector<std::size_t> lag_;
  std::size_t farthest_ = 1;
  std::array<double, kApart + 1> power_{};
  std::array<double, kApart + 1> fresh_{};
};

// The level that |statistic| of a resampled track stays below in kLevel of all cases.
//
// The residuals are whitened by the correlation rho, drawn again in circular blocks, and coloured again, by a rho that is itself drawn anew
// because it is only an estimate. `statistic` must not change when its argument is scaled.
template <class Statistic>
double resampled_level(const Values& residuals, double rho, Correlation& correlation, std::uint64_t seed, const Statistic& statistic) {
  const std::size_t n = residuals.size();
  const auto count = static_cast<double>(n);
  correlation.set(rho);
  Values white(n);
  for (std::size_t k = 0; k < n; ++k) {
    white[k] = (residuals[k] - correlation.link(k) * (k > 0 ? residuals[k - 1] : 0)) / correlation.fresh(k);
  }
  const double middle = mean(white);
  for (double& v : white) v -= middle;

  const auto block = static_cast<std::size_t>(std::lround(std::cbrt(count)));
  const double rho_spread = std::sqrt((1 - rho * rho) / count);
  Random random(seed, 0);
  Values x(n);
  Values levels;
  for (std::size_t b = 0; b < kTrendResamples; ++b) {
    correlation.set(Correlation::limited(rho + rho_spread * random.normal()));
    double before = 0;
    for (std::size_t begin = 0; begin < n; begin += block) {
      std::size_t source = std::min(n - 1, static_cast<std::size_t>(random.uniform() * count));
      for (std::size_t k = begin; k < std::min(n, begin + block); ++k) {
        before = correlation.fresh(k) * white.data()[source] + correlation.link(k) * before;
        x.data()[k] = before;
        source = source + 1 == n ? 0 : source + 1;
      }
    }
    const double level = std::abs(statistic(x));
    levels.push_back(std::isnan(level) ? 0 : level);
  }
  const auto nth = levels.begin() + std::lround(kLevel * (kTrendResamples + 1)) - 1;
  std::nth_element(levels.begin(), nth, levels.end());
  // The fit leaves the residuals' autocovariances too low by 2 / (n - 2) of the variance; the blocks take over those within them.
  const double kept = 1 - 2 * static_cast<double>(block - 1) / (count - 2);
  return *nth / std::sqrt(kept);
}

double sum_of_squares(const Values& x) noexcept {
  double s = 0;
  for (const double v : x) s += v * v;
  return s;
}

void least_squares(const Track& track, Correlation& correlation, std::uint64_t seed, Trend& out) {
  const Line line(track.t);
  const std::size_t n = track.size();
  Values residuals(n);
  out.slope = line.fit(track.y, residuals);
  out.intercept = mean(track.y) - out.slope * (mean(track.t) - track.first_s);

  // In units of about the largest residual, so that no square over- or underflows.
  double largest = 0;
  for (const double r : residuals) largest = std::max(largest, std::abs(r));
  const int unit = largest > 0 ? std::ilogb(largest) : 0;
  for (double& r : residuals) r = std::ldexp(r, -unit);

  // `rest` are residuals of a line through x: the standard error of its slope.
  const auto error = [&](const Values& rest, double rho) {
    correlation.set(rho);
    return std::sqrt(sum_of_squares(rest) / static_cast<double>(n - 2) * correlation.variance(line.centred())) / line.squares();
  };
  out.autocorrelation = correlation.estimate(residuals);
  const double own = std::ldexp(error(residuals, out.autocorrelation), unit);
  Values rest(n);
  const double level = resampled_level(residuals, out.autocorrelation, correlation, seed, [&](const Values& x) {
    const double slope = line.fit(x, rest);
    return slope / error(rest, correlation.estimate(rest));
  });
  const double half = own > 0 ? level * own : 0;
  out.low = out.slope - half;
  out.high = out.slope + half;
}

// Kendall's statistic of x against time: pairs that rise minus pairs that fall, of those at different times; `later` holds for each value the
// index of the first one behind its time. For at most kTrendMost values comparing all pairs is faster than sorting, because the compiler
// compares several at once.
double kendall(const std::vector<float>& x, const std::vector<int>& later) noexcept {
  const float* values = x.data();
  const auto n = static_cast<int>(x.size());
  int rising = 0;
  for (int i = 0; i < n; ++i) {
    const float v = values[i];
    int here = 0;
    for (int k = later[static_cast<std::size_t>(i)]; k < n; ++k) here += static_cast<int>(values[k] > v) - static_cast<int>(values[k] < v);
    rising += here;
  }
  return rising;
}

// The line with the median slope of all pairs, and half of the windows on either side; returns the windows without its slope.
Values median_line(const Track& track, const Values& slopes, Trend& out) {
  out.slope = median(slopes);
  Values residuals(track.size());
  for (std::size_t k = 0; k < track.size(); ++k) residuals[k] = track.y[k] - out.slope * (track.t[k] - track.first_s);
  out.intercept = median(residuals);
  return residuals;
}

void median_of_pairs(const Track& track, Correlation& correlation, std::uint64_t seed, Trend& out) {
  const std::size_t n = track.size();
  Values slopes = pair_slopes(track);
  const Values residuals = median_line(track, slopes, out);

  // From here on only the residuals' ranks count, so that a few odd windows do not.
  std::vector<int> later;
  Values order(n);  // earlier windows minus later windows: the weights of Kendall's statistic as a sum over windows
  for (std::size_t k = 0; k < n; ++k) {
    const auto [first, last] = std::equal_range(track.t.begin(), track.t.end(), track.t[k]);
    later.push_back(static_cast<int>(last - track.t.begin()));
    order[k] = static_cast<double>((first - track.t.begin()) - (track.t.end() - last));
  }
  const Line line(track.t);
  Values rest(n);
  line.fit(normal_scores(residuals), rest);
  const auto error = [&](double rho) {
    correlation.set(rho);
    return std::sqrt(correlation.variance(order));
  };
  out.autocorrelation = correlation.estimate(rest);
  const double own = error(out.autocorrelation);
  std::vector<float> single(n);
  const Values scores = rest;
  const double level = resampled_level(scores, out.autocorrelation, correlation, seed, [&](const Values& x) {
    line.fit(x, rest);
    const double rho = correlation.estimate(rest);
    std::transform(x.begin(), x.end(), single.begin(), [](double v) { return static_cast<float>(v); });
    return kendall(single, later) / error(rho);
  });
  // The slopes b for which Kendall's statistic of y - b t stays within level * own.
  const auto pairs = static_cast<double>(slopes.size());
  out.low = std::min(out.slope, slope_at(slopes, std::ceil((pairs - level * own) / 2) - 1));
  out.high = std::max(out.slope, slope_at(slopes, std::floor((pairs + level * own) / 2)));
}

void norm(Trend& out) {
  if (!(out.intercept > 0)) return;
  const double scale = 100 * 60 / out.intercept;
  out.slope_percent_min = scale * out.slope;
  out.low_percent_min = scale * out.low;
  out.high_percent_min = scale * out.high;
}

}  // namespace

Trend trend(std::span<const double> t, std::span<const double> y, const TrendOptions& options) {
  Track track = known(t, y);
  Trend out;
  out.windows = track.size();
  if (track.size() > kTrendMost) track = medians_of_bins(track);
  if (!track.answers()) return out;
  Correlation correlation(track.t);
  if (options.method == TrendMethod::kTheilSen) {
    median_of_pairs(track, correlation, options.seed, out);
  } else {
    least_squares(track, correlation, options.seed, out);
  }
  norm(out);
  return out;
}

Trend theil_sen(std::span<const double> t, std::span<const double> y) {
  Track track = known(t, y);
  Trend out;
  out.windows = track.size();
  if (track.size() > kTrendMost) track = medians_of_bins(track);
  if (!track.answers()) return out;
  Values slopes = pair_slopes(track);
  median_line(track, slopes, out);

  // Variance of Kendall's statistic with ties in y (Sen's equation 2.6).
  std::sort(track.y.begin(), track.y.end());
  const auto term = [](double m) { return m * (m - 1) * (2 * m + 5); };
  double ties = 0;
  for (auto i = track.y.begin(); i != track.y.end();) {
    const auto next = std::upper_bound(i, track.y.end(), *i);
    ties += term(static_cast<double>(next - i));
    i = next;
  }
  const double sigma = std::sqrt((term(static_cast<double>(track.size())) - ties) / 18);
  const auto pairs = static_cast<double>(slopes.size());
  out.low = slope_at(slopes, std::nearbyint((pairs - kNormal975 * sigma) / 2) - 1);
  out.high = slope_at(slopes, std::nearbyint((pairs + kNormal975 * sigma) / 2));
  norm(out);
  return out;
}

}  // namespace myocramp
