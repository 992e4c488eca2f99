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
constexpr double kWith_s = 0.08;  // between the onsets of one beat on two channels, at most
constexpr double kAround_s = 10;  // on either side, where short events are counted that come with beats of another channel
constexpr double kMostly = 0.75;  // of them

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

struct Beat {
  double onset_s;
  std::size_t channel;
};

// Marks the short events of a channel that come with the beats of others, where most of its short events do. `all` is sorted by onset.
void mark_with(const ChannelActivity* a, std::size_t n, std::size_t channel, const std::vector<Beat>& all, std::vector<char>& beats) {
  const auto comes_with = [&](double onset_s) {
    auto b = std::lower_bound(all.begin(), all.end(), onset_s - kWith_s, [](const Beat& x, double t) { return x.onset_s < t; });
    for (; b != all.end() && b->onset_s <= onset_s + kWith_s; ++b) {
      if (b->channel != channel) return true;
    }
    return false;
  };
  std::vector<std::size_t> few;
  std::vector<std::size_t> with{0};  // how many of the first k of them come with a beat
  for (std::size_t i = 0; i < n; ++i) {
    if (beats[i] != 0 || !is_short(a[i])) continue;
    few.push_back(i);
    with.push_back(with.back() + (comes_with(a[i].onset_s) ? 1 : 0));
  }
  for (std::size_t k = 0, first = 0, end = 0; k < few.size(); ++k) {
    while (a[few[first]].onset_s < a[few[k]].onset_s - kAround_s) ++first;
    while (end < few.size() && a[few[end]].onset_s <= a[few[k]].onset_s + kAround_s) ++end;
    const std::size_t count = with[end] - with[first];
    if (with[k + 1] > with[k] && count >= kFew && static_cast<double>(count) >= kMostly * static_cast<double>(end - first))
      beats[few[k]] = 1;
  }
}

}  // namespace

std::vector<ChannelActivity> take_heart_beats(std::vector<ChannelActivity>& activity, int least) {
  std::stable_sort(activity.begin(), activity.end(),
                   [](const auto& a, const auto& b) { return std::tie(a.channel, a.onset_s) < std::tie(b.channel, b.onset_s); });
  std::vector<ChannelActivity> taken;
  if (least == 0 || activity.empty()) return taken;
  std::vector<std::size_t> begins{0};  // of each channel, and the end
  for (std::size_t i = 1; i <= activity.size(); ++i) {
    if (i == activity.size() || activity[i].channel != activity[i - 1].channel) begins.push_back(i);
  }
  std::vector<std::vector<char>> beats;
  for (std::size_t c = 0; c + 1 < begins.size(); ++c) {
    const std::size_t n = begins[c + 1] - begins[c];
    beats.emplace_back(n, 0);
    mark(activity.data() + begins[c], n, static_cast<std::size_t>(std::max(2, least)), beats.back());
  }
  std::vector<Beat> all;
  for (std::size_t c = 0; c < beats.size(); ++c) {
    for (std::size_t k = 0; k < beats[c].size(); ++k) {
      if (beats[c][k] != 0) all.push_back({activity[begins[c] + k].onset_s, c});
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Beat& x, const Beat& y) { return x.onset_s < y.onset_s; });
  for (std::size_t c = 0; c < beats.size(); ++c) mark_with(activity.data() + begins[c], beats[c].size(), c, all, beats[c]);
  std::vector<ChannelActivity> left;
  for (std::size_t c = 0; c < beats.size(); ++c) {
    for (std::size_t k = 0; k < beats[c].size(); ++k) (beats[c][k] != 0 ? taken : left).push_back(activity[begins[c] + k]);
  }
  activity = std::move(left);
  return taken;
}

}  // namespace myocramp
