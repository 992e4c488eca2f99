#include "myocramp/cramp/heart_beats.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <tuple>

#include "myocramp/core/reduce.hpp"

namespace myocramp {
namespace {

constexpr double kLongest_s = 0.2;
constexpr double kFastest_s = 0.4;
constexpr double kSlowest_s = 1.5;
constexpr double kSteady = 0.3;
constexpr double kAlike = 2;
constexpr double kOnBeat = 0.2;
constexpr int kMissed = 3;
constexpr std::size_t kFew = 3;

bool is_short(const ChannelActivity& a) { return a.offset_s - a.onset_s <= kLongest_s; }

bool alike(const ChannelActivity& a, const ChannelActivity& b) { return a.score <= kAlike * b.score && b.score <= kAlike * a.score; }

// Calls run(begin, end) for the runs of one channel, whose activity is sorted by onset: short, alike and regular.
template <class Run>
void runs(const ChannelActivity* a, std::size_t n, Run&& run) {
  double last_s = 0;  // the last interval of the run; 0 at its start
  for (std::size_t begin = 0, i = 1; i <= n; ++i) {
    bool goes_on = i < n && is_short(a[i]) && is_short(a[i - 1]) && alike(a[i], a[i - 1]);
    if (goes_on) {
      const double interval_s = a[i].onset_s - a[i - 1].onset_s;
      goes_on = interval_s >= kFastest_s && interval_s <= kSlowest_s && (last_s == 0 || std::abs(interval_s - last_s) <= kSteady * last_s);
      if (goes_on) last_s = interval_s;
    }
    if (goes_on) continue;
    run(begin, i);
    begin = i;
    last_s = 0;
  }
}

void mark(const ChannelActivity* a, std::size_t n, std::size_t least, std::vector<char>& beats) {
  std::vector<double> intervals;
  runs(a, n, [&](std::size_t begin, std::size_t end) {
    if (end - begin < least) return;
    std::fill(beats.begin() + static_cast<std::ptrdiff_t>(begin), beats.begin() + static_cast<std::ptrdiff_t>(end), 1);
    for (std::size_t k = begin + 1; k < end; ++k) intervals.push_back(a[k].onset_s - a[k - 1].onset_s);
  });
  if (intervals.empty()) return;
  const double period_s = median(intervals);
  runs(a, n, [&](std::size_t begin, std::size_t end) {
    if (end - begin < std::min(kFew, least)) return;
    const double mean_s = (a[end - 1].onset_s - a[begin].onset_s) / static_cast<double>(end - begin - 1);
    if (std::abs(mean_s - period_s) > kOnBeat * period_s) return;
    std::fill(beats.begin() + static_cast<std::ptrdiff_t>(begin), beats.begin() + static_cast<std::ptrdiff_t>(end), 1);
  });
  const std::vector<char> sure = beats;
  const double reach_s = (kMissed + kOnBeat) * period_s;
  std::size_t near = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (sure[i] != 0 || !is_short(a[i])) continue;
    while (a[near].onset_s < a[i].onset_s - reach_s) ++near;
    for (std::size_t k = near; k < n && a[k].onset_s <= a[i].onset_s + reach_s; ++k) {
      if (sure[k] == 0 || !alike(a[i], a[k])) continue;
      const double periods = std::abs(a[k].onset_s - a[i].onset_s) / period_s;
      if (periods >= 1 - kOnBeat && std::abs(periods - std::round(periods)) <= kOnBeat) beats[i] = 1;
    }
  }
}

}  // namespace

std::vector<ChannelActivity> take_heart_beats(std::vector<ChannelActivity>& activity, int least) {
  std::stable_sort(activity.begin(), activity.end(),
                   [](const auto& a, const auto& b) { return std::tie(a.channel, a.onset_s) < std::tie(b.channel, b.onset_s); });
  std::vector<ChannelActivity> taken;
  if (least == 0) return taken;
  std::vector<ChannelActivity> left;
  for (std::size_t first = 0; first < activity.size();) {
    std::size_t end = first;
    while (end < activity.size() && activity[end].channel == activity[first].channel) ++end;
    std::vector<char> beats(end - first, 0);
    mark(&activity[first], end - first, static_cast<std::size_t>(std::max(2, least)), beats);
    for (std::size_t k = first; k < end; ++k) (beats[k - first] != 0 ? taken : left).push_back(activity[k]);
    first = end;
  }
  activity = std::move(left);
  return taken;
}

}  // namespace myocramp
