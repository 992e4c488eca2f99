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

// What a channel's invalid times hide, as far as it is more than the means that edges are judged by.
std::vector<Span> hidden_of(const std::string& channel, const std::vector<InvalidSpan>& invalid, double window_s) {
  std::vector<Span> out;
  for (const InvalidSpan& s : invalid) {
    const bool is_of = s.channels.empty() || std::find(s.channels.begin(), s.channels.end(), channel) != s.channels.end();
    if (is_of && s.stop_s - s.start_s > window_s) out.push_back({s.start_s - kEnds_s, s.stop_s + kEnds_s});
  }
  return out;
}

bool meets(const std::vector<Span>& spans, double from_s, double to_s) {
  return std::any_of(spans.begin(), spans.end(), [&](const Span& s) { return s.start_s < to_s && s.stop_s > from_s; });
}

// The frame that holds an instant.
Index frame_of(const SignalFeatures& f, double time_s) {
  return std::clamp<Index>(static_cast<Index>(std::floor((time_s - f.start_s) / f.hop_s)), 0, f.frames() - 1);
}

// Frames of one mean.
Index stretch(const SignalFeatures& f) { return std::max<Index>(1, static_cast<Index>(std::llround(f.envelope_window_s / f.hop_s))); }

constexpr Index kNowhere = -1;

// From `frame` on in steps of `step` the first frame for which is(frame, mean) holds, of the mean ARV of as many frames as the envelope's
// window is long, from it on; kNowhere when the signal or a gap ends before.
template <class Is>
Index seek(const SignalFeatures& f, Index column, Index frame, Index step, Is is) {
  const Index n = stretch(f);
  for (Index k = frame; k >= 0 && k < f.frames(); k += step) {
    const Index first = step > 0 ? k : k - n + 1;
    if (first < 0 || first + n > f.frames()) return kNowhere;
    double sum = 0;
    for (Index i = first; i < first + n; ++i) sum += f.arv(i, column);
    if (std::isnan(sum)) return kNowhere;
    if (is(k, sum / static_cast<double>(n))) return k;
  }
  return kNowhere;
}

// Clearly above rest, and of at least twice its power.
double above_level(const SignalFeatures& f, Index frame, Index column) {
  return std::max(f.clear_level(frame, column), std::numbers::sqrt2 * f.arv_at_rest(frame, column));
}

double start_of(const SignalFeatures& f, Index frame) { return f.start_s + static_cast<double>(frame) * f.hop_s; }

// How far out, and how far in, an edge can lie that was seen in `frame`. `inwards` is the step from it into the activity.
struct Reach {
  double out_s = Episode::kNone;
  double in_s = Episode::kNone;
};
Reach around(const ChannelEpisodes& channel, Index frame, Index inwards) {
  const SignalFeatures& f = *channel.features;
  const Index c = channel.column;
  const Index out = seek(f, c, frame, -inwards, [&](Index k, double arv) {
    if (arv > f.arv_at_rest(k, c)) return false;
    const double first_s = start_of(f, inwards > 0 ? k - stretch(f) + 1 : k);
    return !meets(channel.hidden, first_s, first_s + static_cast<double>(stretch(f)) * f.hop_s);
  });
  const Index in = seek(f, c, frame, inwards, [&](Index k, double arv) { return arv > above_level(f, k, c); });
  Reach reach;
  if (out != kNowhere) reach.out_s = start_of(f, inwards > 0 ? out : out + 1);
  if (in != kNowhere) reach.in_s = start_of(f, inwards > 0 ? in + stretch(f) : in + 1 - stretch(f));
  return reach;
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
      const Reach reach = around(start->second, frame_of(*start->second.features, first.onset_s), 1);
      if (!std::isnan(reach.out_s)) e.onset_low_s = std::min(std::max(reach.out_s, least), e.onset_s);
      e.onset_high_s = std::isnan(reach.in_s) ? e.offset_s() : std::min(reach.in_s, e.offset_s());
      const double from = std::isnan(reach.out_s) ? e.onset_s : std::max(std::min(reach.out_s, e.onset_s), least);
      start_known = !may_be_hidden(e) || least == e.onset_s || !meets(start->second.hidden, from, e.onset_s);
    }
    if (end_known) {
      const std::vector<EpisodePart>& parts = end->second.parts;
      const auto next = std::upper_bound(parts.begin(), parts.end(), last, by_onset);
      const double most = next == parts.end() ? std::numeric_limits<double>::infinity() : next->onset_s;
      const SignalFeatures& f = *end->second.features;
      // An offset at the very start of a frame is the end of the one before.
      const Index frame = std::max<Index>(0, static_cast<Index>(std::ceil((last.offset_s - f.start_s) / f.hop_s)) - 1);
      const Reach reach = around(end->second, std::min(frame, f.frames() - 1), -1);
      e.offset_low_s = std::isnan(reach.in_s) ? e.onset_s : std::max(reach.in_s, e.onset_s);
      if (!std::isnan(reach.out_s)) e.offset_high_s = std::max(std::min(reach.out_s, most), e.offset_s());
      const double to = std::isnan(reach.out_s) ? e.offset_s() : std::min(std::max(reach.out_s, e.offset_s()), most);
      end_known = !may_be_hidden(e) || most == e.offset_s() || !meets(end->second.hidden, e.offset_s(), to);
    }
    e.censored = start_known ? end_known ? Censored::kNone : Censored::kEnd : end_known ? Censored::kStart : Censored::kBoth;
  }
}

}  // namespace myocramp
