#include "myocramp/cramp/edges.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <string>
#include <utility>

namespace myocramp {
namespace {

struct ChannelEpisodes {
  const SignalFeatures* features = nullptr;
  Index column = 0;
  std::vector<EpisodePart> parts;  // of all episodes, by onset
};

// The frame that holds an instant.
Index frame_of(const SignalFeatures& f, double time_s) {
  return std::clamp<Index>(static_cast<Index>(std::floor((time_s - f.start_s) / f.hop_s)), 0, f.frames() - 1);
}

// From `from` on in steps of `step` the first frame for which `is` holds; -1 when the signal or a gap ends before.
template <class Is>
Index seek(const SignalFeatures& f, Index column, Index from, Index step, Is is) {
  for (Index k = from; k >= 0 && k < f.frames() && std::isfinite(f.arv(k, column)); k += step) {
    if (is(k)) return k;
  }
  return -1;
}

double start_of(const SignalFeatures& f, Index frame) { return f.start_s + static_cast<double>(frame) * f.hop_s; }

// The earliest and the latest that an edge can have been that was seen in `frame`. `inwards` is the step from it into the activity.
std::pair<double, double> around(const ChannelEpisodes& channel, Index frame, Index inwards) {
  const SignalFeatures& f = *channel.features;
  const Index c = channel.column;
  const Index outside = seek(f, c, frame, -inwards, [&](Index k) { return f.arv(k, c) <= f.arv_at_rest(k, c); });
  const Index inside = seek(f, c, frame, inwards, [&](Index k) { return f.is_clear(k, c); });
  const auto edge = [&](Index k, Index end) { return k < 0 ? Episode::kNone : start_of(f, k + end); };
  if (inwards > 0) return {edge(outside, 0), edge(inside, 1)};
  return {edge(inside, 0), edge(outside, 1)};
}

}  // namespace

void measure_edges(std::vector<Episode>& episodes, const std::vector<SignalFeatures>& features) {
  std::map<std::string, ChannelEpisodes> channels;
  for (const SignalFeatures& f : features) {
    for (std::size_t c = 0; c < f.channels.size(); ++c) channels[f.channels[c]] = {&f, static_cast<Index>(c), {}};
  }
  for (const Episode& e : episodes) {
    for (const EpisodePart& p : e.parts) {
      if (const auto known = channels.find(p.channel); known != channels.end()) known->second.parts.push_back(p);
    }
  }
  const auto by_onset = [](const EpisodePart& a, const EpisodePart& b) { return a.onset_s < b.onset_s; };
  for (auto& [name, channel] : channels) std::stable_sort(channel.parts.begin(), channel.parts.end(), by_onset);

  for (Episode& e : episodes) {
    if (e.parts.empty()) continue;
    const EpisodePart& first = e.parts.front();
    const EpisodePart& last =
        *std::max_element(e.parts.begin(), e.parts.end(), [](const auto& a, const auto& b) { return a.offset_s < b.offset_s; });
    const auto start = channels.find(first.channel);
    const auto end = channels.find(last.channel);
    if (start == channels.end() || end == channels.end()) continue;
    if (e.censored == Censored::kNone || e.censored == Censored::kEnd) {
      const std::vector<EpisodePart>& parts = start->second.parts;
      const auto own = std::lower_bound(parts.begin(), parts.end(), first, by_onset);
      const double least = own == parts.begin() ? -std::numeric_limits<double>::infinity() : std::prev(own)->offset_s;
      const auto [low, high] = around(start->second, frame_of(*start->second.features, first.onset_s), 1);
      e.onset_low_s = std::isnan(low) ? low : std::min(std::max(low, least), e.onset_s);
      e.onset_high_s = high;
    }
    if (e.censored == Censored::kNone || e.censored == Censored::kStart) {
      const std::vector<EpisodePart>& parts = end->second.parts;
      const auto next = std::upper_bound(parts.begin(), parts.end(), last, by_onset);
      const double most = next == parts.end() ? std::numeric_limits<double>::infinity() : next->onset_s;
      const SignalFeatures& f = *end->second.features;
      // An offset at the very start of a frame is the end of the one before.
      const Index frame = std::max<Index>(0, static_cast<Index>(std::ceil((last.offset_s - f.start_s) / f.hop_s)) - 1);
      const auto [low, high] = around(end->second, std::min(frame, f.frames() - 1), -1);
      e.offset_low_s = low;
      e.offset_high_s = std::isnan(high) ? high : std::max(std::min(high, most), e.offset_s());
    }
  }
}

}  // namespace myocramp
