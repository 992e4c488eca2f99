#include "myocramp/cramp/measures.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <numbers>

#include "myocramp/core/reduce.hpp"
#include "myocramp/cramp/edges.hpp"
#include "myocramp/cramp/muap_rate.hpp"
#include "myocramp/fatigue/trend.hpp"

namespace myocramp {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kMicro = 1e6;

// Frames whose centre lies in [from, to).
Interval centres_in(const SignalFeatures& f, double from_s, double to_s) {
  const auto n = static_cast<double>(f.rms_v.rows());
  const auto place = [&](double s) { return static_cast<Index>(std::clamp(std::ceil((s - f.start_s) / f.hop_s - 0.5), 0.0, n)); };
  return {place(from_s), std::max(place(from_s), place(to_s))};
}

// The same; the one nearest to the middle when none does.
Interval frames_in(const SignalFeatures& f, double from_s, double to_s) {
  const auto n = static_cast<Index>(f.rms_v.rows());
  Interval rows = centres_in(f, from_s, to_s);
  if (rows.empty() && n > 0) {
    const Index middle = std::clamp<Index>(static_cast<Index>(std::floor(((from_s + to_s) / 2 - f.start_s) / f.hop_s)), 0, n - 1);
    rows = {middle, middle + 1};
  }
  return rows;
}

// Rows of the spectral table whose window lies wholly in [from, to].
std::vector<Index> windows_in(const SignalFeatures& f, double from_s, double to_s) {
  std::vector<Index> rows;
  const double half = f.spectral_window_s / 2;
  const auto& t = f.spectral.time_s;
  const double slack = 1e-9 * std::max(1.0, std::abs(to_s));
  auto it = std::lower_bound(t.begin(), t.end(), from_s + half - slack);
  for (; it != t.end() && *it + half <= to_s + slack; ++it) rows.push_back(static_cast<Index>(it - t.begin()));
  return rows;
}

struct Where {
  const SignalFeatures* features = nullptr;
  Index channel = 0;
};

// Moment at which the envelope crosses `level` between frames k and k + 1, linearly.
double crossing(const SignalFeatures& f, Index c, Index k, double level) {
  const double a = f.rms(k, c);
  const double b = f.rms(k + 1, c);
  const double part = b == a ? 0 : std::clamp((level - a) / (b - a), 0.0, 1.0);
  return f.frame_centre(k) + part * f.hop_s;
}

// 10-90 % times around the peak. The envelope reaches outside the episode by half its window, so frames just outside may serve.
void shape(Episode& e, const Where& w, Interval rows, Index peak) {
  const SignalFeatures& f = *w.features;
  const double base = f.baseline(peak, w.channel);
  const double height = f.rms(peak, w.channel) - base;
  if (!(height > 0)) return;
  const double low = base + 0.1 * height;
  const double high = base + 0.9 * height;
  const auto reach = static_cast<Index>(std::ceil(f.envelope_window_s / f.hop_s / 2));
  const Index from = std::max<Index>(0, rows.begin - reach);
  const Index to = std::min<Index>(f.rms_v.rows() - 1, rows.end - 1 + reach);
  const auto first_up = [&](double level) {
    for (Index k = from; k < peak; ++k) {
      if (f.rms(k, w.channel) < level && f.rms(k + 1, w.channel) >= level) return crossing(f, w.channel, k, level);
    }
    return kNaN;
  };
  const auto last_down = [&](double level) {
    for (Index k = to - 1; k >= peak; --k) {
      if (f.rms(k, w.channel) >= level && f.rms(k + 1, w.channel) < level) return crossing(f, w.channel, k, level);
    }
    return kNaN;
  };
  const bool start_known = e.censored == Censored::kNone || e.censored == Censored::kEnd;
  const bool end_known = e.censored == Censored::kNone || e.censored == Censored::kStart;
  if (start_known) e.rise_s = first_up(high) - first_up(low);
  if (end_known) e.decay_s = last_down(low) - last_down(high);
}

// The share of the episode's frames whose envelope lies above half of the height.
double plateau(const Where& w, Interval rows, Index peak) {
  const SignalFeatures& f = *w.features;
  const double base = f.baseline(peak, w.channel);
  const double half = (base + f.rms(peak, w.channel)) / 2;
  if (!(half > base)) return kNaN;
  Index known = 0;
  Index above = 0;
  for (Index k = rows.begin; k < rows.end; ++k) {
    if (!std::isfinite(f.rms(k, w.channel))) continue;
    ++known;
    if (f.rms(k, w.channel) >= half) ++above;
  }
  return static_cast<double>(above) / static_cast<double>(known);
}

double average(const Samples<double>& column, Index channel, const std::vector<Index>& rows) {
  std::vector<double> values;
  for (const Index r : rows) {
    if (std::isfinite(column(r, channel))) values.push_back(column(r, channel));
  }
  return mean(values);
}

// RMS over frames with an answer; NaN without one.
double level(const SignalFeatures& f, Index channel, Interval rows) {
  std::vector<double> squares;
  for (Index k = rows.begin; k < rows.end; ++k) {
    const double v = f.rms(k, channel);
    if (std::isfinite(v)) squares.push_back(v * v);
  }
  return std::sqrt(mean(squares));
}

// The trend of the median frequency; windows that overlap may all come, for its interval allows for what they share.
Trend mdf_trend(const SignalFeatures& f, Index channel, const std::vector<Index>& rows) {
  std::vector<double> t;
  std::vector<double> y;
  for (const Index r : rows) {
    t.push_back(f.spectral.time_s[static_cast<std::size_t>(r)]);
    y.push_back(f.spectral["mdf_hz"](r, channel));
  }
  return trend(t, y);
}

// Power above that at rest over that at rest, dB, of the finite frames in [from, to); NaN without one, -100 where there is none above.
struct Ratio {
  double power = 0, rest = 0;
  void add(const SignalFeatures& f, Index c, Interval rows) {
    for (Index k = rows.begin; k < rows.end; ++k) {
      if (!std::isfinite(f.rms(k, c)) || !std::isfinite(f.baseline(k, c))) continue;
      power += f.rms(k, c) * f.rms(k, c);
      rest += f.baseline(k, c) * f.baseline(k, c);
    }
  }
  [[nodiscard]] double decibels() const { return power > 0 ? 10 * std::log10(std::max(power / rest - 1, 1e-10)) : kNaN; }
};

// Largest envelope in the mvc rows of the protocol; NaN when none holds a frame.
double mvc_envelope(const SignalFeatures& f, Index channel, const std::vector<Phase>& protocol) {
  double most = kNaN;
  for (const Phase& p : protocol) {
    if (p.name != "mvc") continue;
    const Interval rows = centres_in(f, p.start_s, p.stop_s);
    for (Index k = rows.begin; k < rows.end; ++k) {
      if (!(f.rms(k, channel) <= most) && std::isfinite(f.rms(k, channel))) most = f.rms(k, channel);
    }
  }
  return most;
}

// RMS over the frames of each window.
std::vector<double> window_levels(const SignalFeatures& f, Index channel, const std::vector<Index>& windows) {
  std::vector<double> levels;
  for (const Index r : windows) {
    const double centre = f.spectral.time_s[static_cast<std::size_t>(r)];
    levels.push_back(level(f, channel, frames_in(f, centre - f.spectral_window_s / 2, centre + f.spectral_window_s / 2)));
  }
  return levels;
}

// The state in the span before onset: RMS of all frames, spectra of the windows in which the channel was active, and of those among them
// whose RMS is near to the median, because the spectrum goes with the force too.
void state_before(Episode& e, const Where& w, const std::vector<Span>& active, double mvc, const CrampOptions& o) {
  const SignalFeatures& f = *w.features;
  const double to = e.onset_s - o.pre_gap_s;
  const double from = std::max(f.start_s, to - o.pre_span_s);
  constexpr double kLeast_s = 10;  // less says nothing about a state
  if (to - from < std::min(kLeast_s, o.pre_span_s)) return;
  e.pre_rms_uv = level(f, w.channel, frames_in(f, from, to)) * kMicro;
  std::vector<Index> windows;
  for (const Index r : windows_in(f, from, to)) {
    const double centre = f.spectral.time_s[static_cast<std::size_t>(r)];
    const double half = f.spectral_window_s / 2;
    const bool inside =
        std::any_of(active.begin(), active.end(), [&](const Span& s) { return s.start_s <= centre - half && s.stop_s >= centre + half; });
    if (inside && std::isfinite(f.spectral["mdf_hz"](r, w.channel))) windows.push_back(r);
  }
  const std::vector<double> levels = window_levels(f, w.channel, windows);
  std::vector<double> known = levels;
  std::erase_if(known, [](double level) { return !std::isfinite(level); });
  const double middle = median(std::move(known));
  e.pre_level_uv = middle * kMicro;
  e.pre_level_pct_mvc = 100 * middle / mvc;

  Ratio ratio;
  for (const Index r : windows) {
    const double centre = f.spectral.time_s[static_cast<std::size_t>(r)];
    ratio.add(f, w.channel, frames_in(f, centre - f.spectral_window_s / 2, centre + f.spectral_window_s / 2));
  }
  e.pre_snr_db = ratio.decibels();
  if (!(e.pre_snr_db >= o.spectral_snr_db)) return;
  e.pre_mdf_hz = average(f.spectral["mdf_hz"], w.channel, windows);
  const Trend all = mdf_trend(f, w.channel, windows);
  e.pre_mdf_slope_hz_s = all.slope;
  e.pre_mdf_slope_low = all.low;
  e.pre_mdf_slope_high = all.high;

  const double reach = o.pre_match_percent / 100 * (std::isfinite(mvc) ? mvc : middle);
  std::vector<Index> matched;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    if (std::abs(levels[i] - middle) <= reach) matched.push_back(windows[i]);
  }
  e.pre_matched_mdf_hz = average(f.spectral["mdf_hz"], w.channel, matched);
  const Trend alike = mdf_trend(f, w.channel, matched);
  e.pre_matched_mdf_slope_hz_s = alike.slope;
  e.pre_matched_mdf_slope_low = alike.low;
  e.pre_matched_mdf_slope_high = alike.high;
  e.pre_matched_windows = static_cast<int>(matched.size());
}

void measure_one(Episode& e, const std::vector<SignalFeatures>& features, const std::vector<ChannelSpans>& active,
                 const std::vector<Phase>& protocol, const CrampOptions& o) {
  Where best;
  Index peak = 0;
  for (const SignalFeatures& f : features) {
    for (std::size_t c = 0; c < f.channels.size(); ++c) {
      if (std::find(e.channels.begin(), e.channels.end(), f.channels[c]) == e.channels.end()) continue;
      const Interval rows = frames_in(f, e.onset_s, e.offset_s());
      for (Index k = rows.begin; k < rows.end; ++k) {
        const double v = f.rms(k, static_cast<Index>(c));
        if (std::isfinite(v) && (best.features == nullptr || v > best.features->rms(peak, best.channel))) {
          best = {&f, static_cast<Index>(c)};
          peak = k;
        }
      }
    }
  }
  if (best.features == nullptr) return;
  const SignalFeatures& f = *best.features;
  const Index c = best.channel;
  const Interval rows = frames_in(f, e.onset_s, e.offset_s());
  e.peak_channel = f.channels[static_cast<std::size_t>(c)];
  e.peak_uv = f.rms(peak, c) * kMicro;
  e.peak_time = f.frame_centre(peak);
  if (f.baseline(peak, c) > 0) e.x_baseline = f.rms(peak, c) / f.baseline(peak, c);
  const double mvc = mvc_envelope(f, c, protocol);
  e.pct_mvc = 100 * f.rms(peak, c) / mvc;
  shape(e, best, rows, peak);
  e.plateau_share = plateau(best, rows, peak);

  double integral = 0;
  const auto n = static_cast<Index>(f.arv_v.rows());
  const auto first = std::clamp<Index>(static_cast<Index>(std::floor((e.onset_s - f.start_s) / f.hop_s)), 0, n);
  const auto last = std::clamp<Index>(static_cast<Index>(std::ceil((e.offset_s() - f.start_s) / f.hop_s)), 0, n);
  for (Index k = first; k < last; ++k) {
    const double from = f.start_s + static_cast<double>(k) * f.hop_s;
    const double share = std::min(from + f.hop_s, e.offset_s()) - std::max(from, e.onset_s);
    if (std::isfinite(f.arv(k, c))) integral += f.arv(k, c) * share;
  }
  e.iemg_uvs = integral * kMicro;

  const std::vector<Index> windows = windows_in(f, e.onset_s, e.offset_s());
  e.n_windows =
      static_cast<int>(std::count_if(windows.begin(), windows.end(), [&](Index r) { return std::isfinite(f.spectral["mdf_hz"](r, c)); }));
  Ratio ratio;
  ratio.add(f, c, rows);
  e.snr_db = ratio.decibels();
  if (e.snr_db >= o.spectral_snr_db) {
    e.muap_rate_per_s = muap_rate(f, c, rows);
    e.mnf_hz = average(f.spectral["mnf_hz"], c, windows);
    e.mdf_hz = average(f.spectral["mdf_hz"], c, windows);
    const Trend t = mdf_trend(f, c, windows);
    e.mdf_slope_hz_s = t.slope;
    e.mdf_slope_low = t.low;
    e.mdf_slope_high = t.high;
    e.mdf_slope_percent_min = t.slope_percent_min;
  }

  const auto spans = std::find_if(active.begin(), active.end(), [&](const ChannelSpans& s) { return s.channel == e.peak_channel; });
  state_before(e, best, spans == active.end() ? std::vector<Span>{} : spans->spans, mvc, o);
}

// Days since 1970-01-01 of a civil date (proleptic Gregorian calendar), and back. Source: Hinnant, "chrono-compatible low-level date algorithms".
std::int64_t days_from_civil(std::int64_t y, unsigned m, unsigned d) {
  y -= m <= 2 ? 1 : 0;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const auto yoe = static_cast<unsigned>(y - era * 400);
  const unsigned doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
  const unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + static_cast<std::int64_t>(doe) - 719468;
}

struct Civil {
  std::int64_t year;
  unsigned month, day;
};

Civil civil_from_days(std::int64_t z) {
  z += 719468;
  const std::int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  const auto doe = static_cast<unsigned>(z - era * 146097);
  const unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const unsigned mp = (5 * doy + 2) / 153;
  const unsigned month = mp < 10 ? mp + 3 : mp - 9;
  return {static_cast<std::int64_t>(yoe) + era * 400 + (month <= 2 ? 1 : 0), month, doy - (153 * mp + 2) / 5 + 1};
}

}  // namespace

void measure(std::vector<Episode>& episodes, const std::vector<SignalFeatures>& features, const std::vector<ChannelSpans>& active,
             const std::vector<Phase>& protocol, const std::vector<InvalidSpan>& invalid_times, const std::string& session_start,
             const CrampOptions& options) {
  measure_edges(episodes, features, invalid_times);  // first, for it tells which ends are known
  for (Episode& e : episodes) {
    measure_one(e, features, active, protocol, options);
    e.onset_time = wall_clock(session_start, e.onset_s);
    e.severity = severity_grade(e, options.severity);
  }
}

std::string wall_clock(const std::string& session_start, double time_s) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  double second = 0;
  int used = 0;
  if (std::sscanf(session_start.c_str(), "%4d-%2u-%2uT%2u:%2u:%6lf%n", &year, &month, &day, &hour, &minute, &second, &used) != 6) return {};
  // Digits beyond milliseconds are cut off.
  const std::size_t zone_at = session_start.find_first_not_of("0123456789", static_cast<std::size_t>(used));
  const std::string zone = zone_at == std::string::npos ? "" : session_start.substr(zone_at);
  const std::int64_t start_ms =
      (days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60) * 1000 + std::llround(second * 1000);
  const std::int64_t ms = start_ms + std::llround(time_s * 1000);
  const std::int64_t days = (ms >= 0 ? ms : ms - 86399999) / 86400000;
  const std::int64_t rest = ms - days * 86400000;
  const Civil date = civil_from_days(days);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03d", static_cast<int>(date.year), date.month, date.day,
                static_cast<int>(rest / 3600000), static_cast<int>(rest / 60000 % 60), static_cast<int>(rest / 1000 % 60),
                static_cast<int>(rest % 1000));
  return text + zone;
}

}  // namespace myocramp
