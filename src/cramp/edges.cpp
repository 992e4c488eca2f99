#include "myocramp/cramp/edges.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <numbers>
#include <string>

namespace myocramp {
namespace {

struct ChannelEpisodes {
  const SignalFeatures* features = nullptr;
  Index column = 0;
  std::vector<EpisodePart> parts;  // of all episodes but artefacts, by onset
  std::vector<Span> hidden;        // in which an edge can lie unseen
};

constexpr double kEnds_s = 0.5;  // by which the ends of invalid times may be off: open leads are told in half seconds

// What a channel's invalid times hide, as far as it is more than the means that edges are judged by: sorted and disjoint.
std::vector<Span> hidden_of(const std::string& channel, const std::vector<InvalidSpan>& invalid, double window_s) {
  std::vector<Span> all;
  for (const InvalidSpan& s : invalid) {
    const bool is_of = s.channels.empty() || std::find(s.channels.begin(), s.channels.end(), channel) != s.channels.end();
    if (is_of && s.stop_s - s.start_s > window_s) all.push_back({s.start_s - kEnds_s, s.stop_s + kEnds_s});
  }
  std::sort(all.begin(), all.end(), [](const Span& a, const Span& b) { return a.start_s < b.start_s; });
  std::vector<Span> out;
  for (const Span& s : all) {
    if (!out.empty() && s.start_s <= out.back().stop_s) {
      out.back().stop_s = std::max(out.back().stop_s, s.stop_s);
    } else {
      out.push_back(s);
    }
  }
  return out;
}

// Of sorted and disjoint spans the first that shares time with [from, to); nothing when none does.
const Span* met(const std::vector<Span>& spans, double from_s, double to_s) {
  const auto at = std::partition_point(spans.begin(), spans.end(), [&](const Span& s) { return s.stop_s <= from_s; });
  return at != spans.end() && at->start_s < to_s ? &*at : nullptr;
}

// The frame that holds an instant.
Index frame_of(const SignalFeatures& f, double time_s) {
  return std::clamp<Index>(static_cast<Index>(std::floor((time_s - f.start_s) / f.hop_s)), 0, f.frames() - 1);
}

// Frames of one mean.
Index stretch(const SignalFeatures& f) { return std::max<Index>(1, static_cast<Index>(std::llround(f.envelope_window_s / f.hop_s))); }

// Clearly above rest, and of at least twice its power.
double above_level(const SignalFeatures& f, Index frame, Index column) {
  return std::max(f.clear_level(frame, column), std::numbers::sqrt2 * f.arv_at_rest(frame, column));
}

double start_of(const SignalFeatures& f, Index frame) { return f.start_s + static_cast<double>(frame) * f.hop_s; }

// The rest, or the neighbour, that is next outwards of an edge; NaN when the signal or a gap ends before. And how far out was looked.
struct Outwards {
  double rest_s = Episode::kNone;
  double seen_s = Episode::kNone;
};

// From the frame that holds an edge, `inwards` being the step from it into the activity, over time that is hidden.
Outwards look_out(const ChannelEpisodes& channel, Index frame, Index inwards, double neighbour_s) {
  const SignalFeatures& f = *channel.features;
  const Index n = stretch(f);
  const bool back = inwards > 0;
  for (Index k = frame;;) {
    const Index first = back ? k - n + 1 : k;
    if (first < 0 || first + n > f.frames()) return {Episode::kNone, start_of(f, back ? 0 : f.frames())};
    const double edge_s = start_of(f, back ? k + 1 : k);
    if (back ? edge_s <= neighbour_s : edge_s >= neighbour_s) return {neighbour_s, neighbour_s};
    if (const Span* hidden = met(channel.hidden, start_of(f, first), start_of(f, first + n))) {
      k = back ? std::min(k, static_cast<Index>(std::floor((hidden->start_s - f.start_s) / f.hop_s))) - 1
               : std::max(k + 1, static_cast<Index>(std::ceil((hidden->stop_s - f.start_s) / f.hop_s)));
      continue;
    }
    double sum = 0;
    for (Index i = first; i < first + n; ++i) sum += f.arv(i, channel.column);
    if (std::isnan(sum)) return {Episode::kNone, edge_s};
    if (sum / static_cast<double>(n) <= f.arv_at_rest(k, channel.column)) {
      const double rest_s = start_of(f, back ? k : k + 1);
      return {rest_s, rest_s};
    }
    k -= inwards;
  }
}

// How far inwards the activity is clear, from the same frame.
double look_in(const ChannelEpisodes& channel, Index frame, Index inwards) {
  const SignalFeatures& f = *channel.features;
  const Index n = stretch(f);
  for (Index k = frame;; k += inwards) {
    const Index first = inwards > 0 ? k : k - n + 1;
    if (first < 0 || first + n > f.frames()) return Episode::kNone;
    double sum = 0;
    for (Index i = first; i < first + n; ++i) sum += f.arv(i, channel.column);
    if (std::isnan(sum)) return Episode::kNone;
    if (sum / static_cast<double>(n) > above_level(f, k, channel.column)) return start_of(f, inwards > 0 ? k + n : k + 1 - n);
  }
}

// The protocol explains the ends of what it names, and an artefact hides nothing but itself.
bool may_be_hidden(const Episode& e) { return e.trial_type != "voluntary" && e.trial_type != "stimulated" && e.trial_type != "artefact"; }

}  // namespace

void measure_edges(std::vector<Episode>& episodes, const std::vector<SignalFeatures>& features,
                   const std::vector<InvalidSpan>& invalid_times) {
  std::map<std::string, ChannelEpisodes> channels;
  for (const SignalFeatures& f : features) {
    for (std::size_t c = 0; c < f.channels.size(); ++c)
      channels[f.channels[c]] = {&f, static_cast<Index>(c), {}, hidden_of(f.channels[c], invalid_times, f.envelope_window_s)};
  }
  for (const Episode& e : episodes) {
    if (e.trial_type == "artefact") continue;  // no neighbour: what comes out of it may have begun in it
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
    bool start_known = e.censored == Censored::kNone || e.censored == Censored::kEnd;
    bool end_known = e.censored == Censored::kNone || e.censored == Censored::kStart;
    if (start_known) {
      const std::vector<EpisodePart>& parts = start->second.parts;
      const auto own = std::lower_bound(parts.begin(), parts.end(), first, by_onset);
      const double least = own == parts.begin() ? -std::numeric_limits<double>::infinity() : std::prev(own)->offset_s;
      const Index frame = frame_of(*start->second.features, first.onset_s);
      const Outwards out = look_out(start->second, frame, 1, least);
      const double in_s = look_in(start->second, frame, 1);
      if (!std::isnan(out.rest_s)) e.onset_low_s = std::min(std::max(out.rest_s, least), e.onset_s);
      e.onset_high_s = std::isnan(in_s) ? e.offset_s() : std::min(in_s, e.offset_s());
      const double from_s = std::min(std::max(out.seen_s, least), e.onset_s);
      start_known = !may_be_hidden(e) || least == first.onset_s || met(start->second.hidden, from_s, e.onset_s) == nullptr;
    }
    if (end_known) {
      const std::vector<EpisodePart>& parts = end->second.parts;
      const auto next = std::upper_bound(parts.begin(), parts.end(), last, by_onset);
      const double most = next == parts.end() ? std::numeric_limits<double>::infinity() : next->onset_s;
      const SignalFeatures& f = *end->second.features;
      // An offset at the very start of a frame is the end of the one before.
      const Index frame =
          std::min(std::max<Index>(0, static_cast<Index>(std::ceil((last.offset_s - f.start_s) / f.hop_s)) - 1), f.frames() - 1);
      const Outwards out = look_out(end->second, frame, -1, most);
      const double in_s = look_in(end->second, frame, -1);
      e.offset_low_s = std::isnan(in_s) ? e.onset_s : std::max(in_s, e.onset_s);
      if (!std::isnan(out.rest_s)) e.offset_high_s = std::max(std::min(out.rest_s, most), e.offset_s());
      const double to_s = std::max(std::min(out.seen_s, most), last.offset_s);
      end_known = !may_be_hidden(e) || most == last.offset_s || met(end->second.hidden, last.offset_s, to_s) == nullptr;
    }
    e.censored = start_known ? end_known ? Censored::kNone : Censored::kEnd : end_known ? Censored::kStart : Censored::kBoth;
  }
}

}  // namespace myocramp
