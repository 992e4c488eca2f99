#include "myocramp/cramp/classify.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <tuple>

#include "myocramp/cramp/heart_beats.hpp"
#include "myocramp/cramp/pauses.hpp"
#include "myocramp/cramp/recurrence.hpp"

namespace myocramp {
namespace {

constexpr double kLong_s = 10;  // of a contraction, with the discharges that have joined it, at least,
constexpr double kLull_s = 1;   // that goes on behind so much silence at most
constexpr double kEdges_s = 1;  // by which the ends of invalid times may be off: open leads are told in half seconds

// How a piece of activity stands to the protocol.
enum class Kind { kFree, kVoluntary, kStimulated, kAfterContraction, kAfterTrain, kInvalid };

struct Piece {
  ChannelActivity activity;
  Kind kind = Kind::kFree;
  std::string phase;  // of the row that cut it out

  [[nodiscard]] double duration() const { return activity.offset_s - activity.onset_s; }
};

// Differences of times carry the rounding of both; to the nanosecond they print as a person would write them.
double nanosecond(double seconds) { return std::round(seconds * 1e9) / 1e9; }

// A stretch of the protocol that is cut out before anything is named.
struct Cut {
  double reach_from, reach_to;  // what starts in here belongs to it
  double end;                   // what outlasts reach_to starts anew here
  double latest;                // ... and what ends by here does not outlast it
  Kind inside, after;
  std::string phase;
};

std::vector<Cut> cuts(const Context& context, const CrampOptions& o) {
  std::vector<Cut> out;
  for (const Span& t : context.stim_trains) {
    out.push_back(
        {t.start_s, t.stop_s + o.train_tail_s, t.stop_s, t.stop_s + o.protocol_tolerance_s, Kind::kStimulated, Kind::kAfterTrain, "train"});
  }
  for (const Phase& p : context.protocol) {
    if (p.name != "mvc" && p.name != "exercise") continue;
    out.push_back({p.start_s - o.protocol_tolerance_s, p.stop_s + o.protocol_tolerance_s, p.stop_s, p.stop_s + o.protocol_tolerance_s,
                   Kind::kVoluntary, Kind::kAfterContraction, p.name});
  }
  std::stable_sort(out.begin(), out.end(), [](const Cut& a, const Cut& b) {
    return a.reach_from != b.reach_from ? a.reach_from < b.reach_from : a.reach_to > b.reach_to;  // a row inside another adds nothing
  });
  return out;
}

// Cuts one event into what lies before, inside and after each cut.
void cut_out(ChannelActivity rest, const std::vector<Cut>& all, std::vector<Piece>& out) {
  Kind kind = Kind::kFree;
  std::string phase;
  const auto emit = [&out](ChannelActivity piece, Kind k, const std::string& name) {
    if (piece.offset_s > piece.onset_s) out.push_back({std::move(piece), k, name});
  };
  for (const Cut& cut : all) {
    if (rest.offset_s <= cut.reach_from || rest.onset_s > cut.reach_to) continue;
    if (rest.onset_s < cut.reach_from) {  // it was there before: the part before stands by itself
      ChannelActivity before = rest;
      before.offset_s = cut.reach_from;
      before.cut_end = false;
      emit(before, kind, phase);
      rest.onset_s = cut.reach_from;
      rest.cut_start = false;
    }
    if (rest.offset_s <= cut.latest) return emit(rest, cut.inside, cut.phase);
    ChannelActivity inside = rest;
    inside.offset_s = std::max(rest.onset_s, cut.end);
    inside.cut_end = false;
    emit(inside, cut.inside, cut.phase);
    rest.cut_start = false;
    rest.onset_s = cut.end;
    kind = cut.after;
    phase = cut.phase;
  }
  emit(rest, kind, phase);
}

// Pieces of one band may join across channels.
int band(const Piece& p, const CrampOptions& o) {
  if (p.kind == Kind::kVoluntary) return 0;
  if (p.kind == Kind::kStimulated) return 1;
  if (p.kind == Kind::kInvalid) return 5;
  return p.duration() < o.fasciculation_s ? 2 : p.duration() < o.twitch_s ? 3 : 4;
}

double overlap(double a0, double a1, double b0, double b1) { return std::max(0.0, std::min(a1, b1) - std::max(a0, b0)); }

// Whether a span names this channel.
bool is_of(const InvalidSpan& s, const std::string& channel) {
  return s.channels.empty() || std::find(s.channels.begin(), s.channels.end(), channel) != s.channels.end();
}

// How much of [from, to) is invalid on a channel.
double invalid_s(double from_s, double to_s, const std::string& channel, const std::vector<InvalidSpan>& spans) {
  double invalid = 0;
  double counted = -std::numeric_limits<double>::infinity();
  for (const InvalidSpan& s : spans) {  // sorted; what two of them cover counts once
    if (!is_of(s, channel)) continue;
    invalid += overlap(from_s, to_s, std::max(s.start_s, counted), s.stop_s);
    counted = std::max(counted, s.stop_s);
  }
  return invalid;
}

// Whether in [from, to) nothing of a channel was measured, but for less than a frame beside a gap.
bool missing(double from_s, double to_s, const std::string& channel, const std::vector<SignalFeatures>& features) {
  for (const SignalFeatures& f : features) {
    const auto at = std::find(f.channels.begin(), f.channels.end(), channel);
    if (at == f.channels.end()) continue;
    const auto first = std::max<Index>(0, static_cast<Index>(std::ceil((from_s - f.start_s) / f.hop_s - 1e-9)));
    const auto end = std::min(f.frames(), static_cast<Index>(std::floor((to_s - f.start_s) / f.hop_s + 1e-9)));
    for (Index k = first; k < end; ++k) {
      if (std::isfinite(f.arv(k, at - f.channels.begin()))) return false;
    }
    return true;
  }
  return false;
}

// Whether the protocol explains one of two stretches or what lies between them: it ends where it says.
bool explained(const ChannelActivity& before, const ChannelActivity& after, const std::vector<Cut>& all_cuts) {
  return std::any_of(all_cuts.begin(), all_cuts.end(),
                     [&](const Cut& cut) { return cut.reach_from < after.onset_s && cut.reach_to > before.onset_s; });
}

// Whether a channel is silent for no more than a moment between two long contractions, as a cramp may be that few units carry.
bool is_lull(const ChannelActivity& before, const ChannelActivity& after, const std::vector<Cut>& all_cuts) {
  if (before.channel != after.channel || before.cut_end || after.cut_start) return false;
  const double shorter_s = std::min(before.offset_s - before.onset_s, after.offset_s - after.onset_s);
  return shorter_s >= kLong_s && after.onset_s - before.offset_s <= kLull_s && !explained(before, after, all_cuts);
}

// Whether a gap, or invalid times, begin where one stretch of a channel ends and end where the next begins, and hide less than is seen: then
// both are of one contraction, under which a lead came off or a receiver lost its sender. `gaps_s` of the first lie in gaps.
bool bridged(const ChannelActivity& before, const ChannelActivity& after, double gaps_s, const std::vector<SignalFeatures>& features,
             const Context& context, const std::vector<Cut>& all_cuts, const CrampOptions& o) {
  if (before.channel != after.channel || before.cut_end != after.cut_start) return false;
  const bool gap = before.cut_end;
  const double first_s = before.offset_s - before.onset_s;
  const double second_s = after.offset_s - after.onset_s;
  const double hidden_s = after.onset_s - before.offset_s;
  if (std::min(first_s, second_s) < o.twitch_s) return false;
  const auto invalid = [&](double from_s, double to_s) { return invalid_s(from_s, to_s, after.channel, context.invalid_times); };
  const auto mostly_invalid = [&](double from_s) { return invalid(from_s, from_s + 2 * kEdges_s) > kEdges_s; };
  if (2 * (gaps_s + std::max(hidden_s, invalid(before.onset_s, after.offset_s))) >= after.offset_s - before.onset_s) return false;
  if (explained(before, after, all_cuts)) return false;
  if (gap ? !missing(before.offset_s, after.onset_s, after.channel, features)
          : invalid(before.offset_s, after.onset_s) < std::max(hidden_s / 2, hidden_s - kEdges_s))
    return false;
  // Movement and noise hide little, and may well lie between two contractions.
  if (invalid_s(before.offset_s, after.onset_s, after.channel, context.artefacts) > hidden_s / 2) return false;
  if (mostly_invalid(before.offset_s - 2 * kEdges_s) || mostly_invalid(after.onset_s)) return false;
  // Where all but contractions is invalid, it is silence under strong hum that was taken for an open lead.
  return !mostly_invalid(before.onset_s - 2 * kEdges_s) && !mostly_invalid(after.offset_s);
}

// Joins such stretches, and those with a lull between them; sorted by channel and onset.
void bridge(std::vector<ChannelActivity>& activity, const std::vector<SignalFeatures>& features, const Context& context,
            const std::vector<Cut>& all_cuts, const CrampOptions& o) {
  std::vector<ChannelActivity> out;
  double gaps_s = 0;  // in the last
  for (ChannelActivity& next : activity) {
    const bool joins =
        !out.empty() && (is_lull(out.back(), next, all_cuts) || bridged(out.back(), next, gaps_s, features, context, all_cuts, o));
    if (!joins) {
      out.push_back(std::move(next));
      gaps_s = 0;
      continue;
    }
    ChannelActivity& last = out.back();
    if (next.cut_start) gaps_s += next.onset_s - last.offset_s;
    const double first_s = last.offset_s - last.onset_s;
    const double second_s = next.offset_s - next.onset_s;
    last.level_v = std::sqrt((first_s * last.level_v * last.level_v + second_s * next.level_v * next.level_v) / (first_s + second_s));
    last.offset_s = next.offset_s;
    last.score = std::max(last.score, next.score);
    last.cut_end = next.cut_end;
  }
  activity = std::move(out);
}

// What was seen of a channel in a stretch of it. `seen` is sorted by channel and onset, and that of one channel does not overlap.
std::vector<ChannelActivity> within(const std::vector<ChannelActivity>& seen, const ChannelActivity& stretch) {
  std::vector<ChannelActivity> out;
  const auto before = [&](const ChannelActivity& a) {
    return std::tie(a.channel, a.offset_s) <= std::tie(stretch.channel, stretch.onset_s);
  };
  for (auto a = std::partition_point(seen.begin(), seen.end(), before);
       a != seen.end() && a->channel == stretch.channel && a->onset_s < stretch.offset_s; ++a) {
    ChannelActivity part = *a;
    if (part.onset_s < stretch.onset_s) {
      part.onset_s = stretch.onset_s;
      part.cut_start = stretch.cut_start;
    }
    if (part.offset_s > stretch.offset_s) {
      part.offset_s = stretch.offset_s;
      part.cut_end = stretch.cut_end;
    }
    out.push_back(std::move(part));
  }
  return out;
}

// Cuts off what lies in artefacts at the start and at the end of a piece. What is left in between keeps its kind, and `anew` joins again what
// was seen in it: beside noise, what stood apart may have been joined to nothing but the noise. A piece whose onset the protocol gave keeps it,
// and one that the protocol explains stays whole.
void cut_invalid(const Piece& first, const Context& context,
                 const std::function<std::vector<ChannelActivity>(const ChannelActivity&)>& anew, std::vector<Piece>& out) {
  std::vector<Piece> left = {first};
  while (!left.empty()) {
    Piece whole = std::move(left.back());
    left.pop_back();
    const ChannelActivity& a = whole.activity;
    double head_s = a.onset_s;
    double tail_s = a.offset_s;
    for (const InvalidSpan& s : context.artefacts) {
      if (is_of(s, a.channel) && s.start_s <= head_s && s.stop_s > head_s) head_s = s.stop_s;
    }
    for (auto s = context.artefacts.rbegin(); s != context.artefacts.rend(); ++s) {
      if (is_of(*s, a.channel) && s->stop_s >= tail_s && s->start_s < tail_s) tail_s = s->start_s;
    }
    if (whole.kind != Kind::kFree) head_s = a.onset_s;
    const bool explained = whole.kind == Kind::kVoluntary || whole.kind == Kind::kStimulated;
    const bool nothing_cut = head_s == a.onset_s && tail_s == a.offset_s;
    if (explained || nothing_cut || head_s >= tail_s) {
      out.push_back(std::move(whole));
      continue;
    }
    const auto part = [&](double from_s, double to_s, Kind kind) {
      Piece p = whole;
      p.kind = kind;
      p.activity.onset_s = from_s;
      p.activity.offset_s = to_s;
      p.activity.cut_start = a.cut_start && from_s == a.onset_s;
      p.activity.cut_end = a.cut_end && to_s == a.offset_s;
      return p;
    };
    if (head_s > a.onset_s) out.push_back(part(a.onset_s, head_s, Kind::kFree));
    if (tail_s < a.offset_s) out.push_back(part(tail_s, a.offset_s, Kind::kFree));
    const Piece middle = part(head_s, tail_s, whole.kind);
    if (middle.kind != Kind::kFree) {
      out.push_back(middle);
      continue;
    }
    for (ChannelActivity& stretch : anew(middle.activity)) left.push_back({std::move(stretch), middle.kind, middle.phase});
  }
}

// Connected components of pieces that overlap by half of the shorter, each sorted by channel.
std::vector<std::vector<Piece>> groups(std::vector<Piece> pieces, const CrampOptions& o) {
  std::stable_sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) {
    return std::tie(a.activity.onset_s, a.activity.channel) < std::tie(b.activity.onset_s, b.activity.channel);
  });
  std::vector<std::size_t> parent(pieces.size());
  std::iota(parent.begin(), parent.end(), std::size_t{0});
  const auto root = [&parent](std::size_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  };
  for (int b = 0; b <= 5; ++b) {
    std::vector<std::size_t> open;  // of this band, not yet ended
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (band(pieces[i], o) != b) continue;
      const ChannelActivity& a = pieces[i].activity;
      std::erase_if(open, [&](std::size_t k) { return pieces[k].activity.offset_s <= a.onset_s; });
      for (const std::size_t k : open) {
        const ChannelActivity& other = pieces[k].activity;
        const double shorter = std::min(pieces[i].duration(), pieces[k].duration());
        if (overlap(a.onset_s, a.offset_s, other.onset_s, other.offset_s) >= shorter / 2) {
          const std::size_t a_root = root(i);
          const std::size_t b_root = root(k);
          parent[std::max(a_root, b_root)] = std::min(a_root, b_root);
        }
      }
      open.push_back(i);
    }
  }
  std::vector<std::vector<Piece>> out;
  std::vector<std::size_t> place(pieces.size(), std::numeric_limits<std::size_t>::max());
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const std::size_t r = root(i);
    if (place[r] == std::numeric_limits<std::size_t>::max()) {
      place[r] = out.size();
      out.emplace_back();
    }
    out[place[r]].push_back(pieces[i]);
  }
  return out;
}

// What each channel did, the first to begin first.
std::vector<EpisodePart> parts(const std::vector<Piece>& group) {
  std::vector<EpisodePart> out;
  for (const Piece& p : group) {  // sorted by onset, then channel
    const auto own = std::find_if(out.begin(), out.end(), [&](const EpisodePart& part) { return part.channel == p.activity.channel; });
    if (own == out.end()) {
      out.push_back({p.activity.channel, p.activity.onset_s, p.activity.offset_s});
    } else {
      own->offset_s = std::max(own->offset_s, p.activity.offset_s);
    }
  }
  return out;
}

// Of the rows that hold a time the innermost: the last to start, and of those the first to stop.
std::string phase_at(const Context& context, double time_s) {
  const Phase* innermost = nullptr;
  for (const Phase& p : context.protocol) {
    if (time_s < p.start_s || time_s >= p.stop_s) continue;
    if (innermost == nullptr || p.start_s > innermost->start_s || (p.start_s == innermost->start_s && p.stop_s < innermost->stop_s))
      innermost = &p;
  }
  return innermost == nullptr ? std::string() : innermost->name;
}

// The share of an episode that is invalid on each of its channels.
double invalid_share(const Episode& e, const Context& context) {
  if (e.duration_s <= 0) return 0;
  double share = 1;
  for (const std::string& channel : e.channels)
    share = std::min(share, invalid_s(e.onset_s, e.offset_s(), channel, context.invalid_times) / e.duration_s);
  return share;
}

// How far a duration lies below a limit: 1/2 at the limit, 4/5 at half of it, 1/5 at twice it.
double below(double duration_s, double limit_s) {
  return limit_s > 0 ? limit_s * limit_s / (limit_s * limit_s + duration_s * duration_s) : 0;
}

// Name and reason by the first rule that holds, and the scores of all classes. A rule speaks for its class as far as it holds itself, and as
// far as none before it does.
void classify(Episode& e, const std::vector<Piece>& group, const Context& context, const CrampOptions& o) {
  double left = 1;
  const auto rule = [&](const std::string& label, const std::string& reason, bool holds, double degree) {
    const auto place = static_cast<std::size_t>(std::find(kClasses.begin(), kClasses.end(), label) - kClasses.begin());
    e.class_scores[place] = std::max(e.class_scores[place], std::min(degree, left));
    left = std::min(left, 1 - degree);
    if (!holds || !e.trial_type.empty()) return;
    e.trial_type = label;
    e.class_reason = reason;
  };
  const auto fact = [&](const std::string& label, const std::string& reason, bool holds) { rule(label, reason, holds, holds ? 1 : 0); };

  const Piece& first = group.front();
  fact("voluntary", "in_" + first.phase, first.kind == Kind::kVoluntary);
  fact("stimulated", "in_train", first.kind == Kind::kStimulated);
  const double invalid = first.kind == Kind::kInvalid ? 1 : invalid_share(e, context);
  rule("artefact", "half_invalid", invalid >= 0.5, invalid);
  rule("fasciculation", "below_fasciculation_s", e.duration_s < o.fasciculation_s, below(e.duration_s, o.fasciculation_s));
  rule("twitch", "below_twitch_s", e.duration_s < o.twitch_s, below(e.duration_s, o.twitch_s));
  const auto outlasting = std::find_if(group.begin(), group.end(),
                                       [](const Piece& p) { return p.kind == Kind::kAfterTrain || p.kind == Kind::kAfterContraction; });
  fact("cramp", "outlasts_train", outlasting != group.end() && outlasting->kind == Kind::kAfterTrain);
  fact("cramp", "outlasts_contraction", outlasting != group.end() && outlasting->kind == Kind::kAfterContraction);
  const std::string phase = phase_at(context, e.onset_s);
  fact("cramp", "in_" + phase, phase == "rest" || phase == "stretch");
  if (phase == "sleep") {
    double strongest = 0;
    for (const Piece& p : group) strongest = std::max(strongest, p.activity.level_v);
    std::set<std::string> muscles;
    double onset_s = std::numeric_limits<double>::infinity();
    double offset_s = -std::numeric_limits<double>::infinity();
    for (const Piece& p : group) {
      if (p.activity.level_v < o.crosstalk_share * strongest) continue;  // nor does it make the episode longer
      muscles.insert(p.activity.muscle.empty() ? "channel " + p.activity.channel : p.activity.muscle);
      onset_s = std::min(onset_s, p.activity.onset_s);
      offset_s = std::max(offset_s, p.activity.offset_s);
    }
    const double duration_s = nanosecond(offset_s - onset_s);
    const bool several = muscles.size() > 1;
    const double limit_s = several ? o.sleep_several_muscles_s : o.sleep_one_muscle_s;
    const std::string how_many = several ? "several_muscles" : "one_muscle";
    rule("cramp", "in_sleep_" + how_many, duration_s >= limit_s, 1 - below(duration_s, limit_s));
    fact("sustained", "leg_movement_" + how_many, true);
  }
  fact("sustained", phase.empty() ? "no_phase" : "in_" + phase, true);
}

}  // namespace

Segmented segment(std::vector<ChannelActivity> activity, const std::vector<SignalFeatures>& features, const Context& context,
                  const CrampOptions& options, const std::string& detector,
                  const std::function<void(std::vector<ChannelActivity>&)>& date) {
  check(options, "cramp");
  Segmented out;
  const auto reject = [&](const ChannelActivity& a, std::string reason) {
    Rejected r;
    r.onset_s = a.onset_s;
    r.duration_s = nanosecond(a.offset_s - a.onset_s);
    r.channels = {a.channel};
    r.label_source = "auto";
    r.score = a.score;
    r.detector = detector;
    r.reason = std::move(reason);
    out.rejected.push_back(std::move(r));
  };

  std::vector<Piece> pieces;
  const std::vector<Cut> all_cuts = cuts(context, options);
  for (const ChannelActivity& beat : take_heart_beats(activity, options.beat_run)) {
    reject(beat, "heart beat: one of at least beat_run = " + std::to_string(options.beat_run) + " short events as regular as a heart");
  }
  const auto joined = [&](std::vector<ChannelActivity> some) {
    some = join_pauses(std::move(some), features, options);
    if (date) date(some);
    bridge(some, features, context, all_cuts, options);
    return some;
  };
  const std::vector<ChannelActivity> seen = activity;  // sorted by channel and onset
  const auto anew = [&](const ChannelActivity& stretch) {
    std::vector<ChannelActivity> some = joined(within(seen, stretch));
    for (ChannelActivity& a : some) {  // dates may reach out of it
      a.onset_s = std::max(a.onset_s, stretch.onset_s);
      a.offset_s = std::min(a.offset_s, stretch.offset_s);
    }
    return some;
  };
  for (const ChannelActivity& a : joined(std::move(activity))) {
    if (a.offset_s - a.onset_s < options.min_duration_s) {
      reject(a, "shorter than min_duration_s = " + detail::number(options.min_duration_s));
      continue;
    }
    std::vector<Piece> whole;
    cut_out(a, all_cuts, whole);
    std::vector<Piece> cut;
    for (const Piece& p : whole) cut_invalid(p, context, anew, cut);
    for (Piece& p : cut) {
      if (p.duration() < options.min_duration_s) {
        reject(p.activity, "what a protocol row or an artefact leaves of it is shorter than min_duration_s = " +
                               detail::number(options.min_duration_s));
        continue;
      }
      const bool explained = p.kind == Kind::kVoluntary || p.kind == Kind::kStimulated;
      const double invalid = invalid_s(p.activity.onset_s, p.activity.offset_s, p.activity.channel, context.artefacts);
      if (!explained && invalid >= p.duration() / 2) p.kind = Kind::kInvalid;
      pieces.push_back(std::move(p));
    }
  }

  for (const std::vector<Piece>& group : groups(std::move(pieces), options)) {
    Episode e;
    double offset = -std::numeric_limits<double>::infinity();
    e.onset_s = std::numeric_limits<double>::infinity();
    e.score = 0;
    bool cut_start = false;
    bool cut_end = false;
    for (const Piece& p : group) {
      cut_start =
          p.activity.onset_s < e.onset_s ? p.activity.cut_start : cut_start || (p.activity.onset_s == e.onset_s && p.activity.cut_start);
      e.onset_s = std::min(e.onset_s, p.activity.onset_s);
      cut_end = p.activity.offset_s > offset ? p.activity.cut_end : cut_end || (p.activity.offset_s == offset && p.activity.cut_end);
      offset = std::max(offset, p.activity.offset_s);
      e.score = std::max(e.score, p.activity.score);
      if (std::find(e.channels.begin(), e.channels.end(), p.activity.channel) == e.channels.end()) e.channels.push_back(p.activity.channel);
    }
    std::sort(e.channels.begin(), e.channels.end());
    e.parts = parts(group);
    e.duration_s = nanosecond(offset - e.onset_s);
    e.censored = cut_start && cut_end ? Censored::kBoth : cut_start ? Censored::kStart : cut_end ? Censored::kEnd : Censored::kNone;
    e.label_source = "auto";
    e.detector = detector;
    classify(e, group, context, options);
    out.episodes.push_back(std::move(e));
  }
  const auto by_time = [](const Event& a, const Event& b) {
    return std::tie(a.onset_s, a.channels, a.duration_s) < std::tie(b.onset_s, b.channels, b.duration_s);
  };
  std::stable_sort(out.episodes.begin(), out.episodes.end(), by_time);
  std::stable_sort(out.rejected.begin(), out.rejected.end(), by_time);
  measure_recurrence(out.episodes, options.recurrence_gap_s);
  return out;
}

}  // namespace myocramp
