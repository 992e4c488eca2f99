#include "myocramp/cramp/pauses.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <tuple>

#include "myocramp/core/reduce.hpp"

namespace myocramp {
namespace {

constexpr double kSide_s = 1;          // of the activity next to a pause
constexpr double kRestUnknown = 0.03;  // part by which the level at rest may be off, as it drifts
constexpr double kDischarge_s = 0.25;  // the longest interval between the discharges of a motor unit that goes on firing
constexpr double kLost = 0.5;          // a pause that is fainter than this, over rest, was not measured, as where samples were lost
constexpr double kTail = 0.25;         // power of what follows a contraction as its tail, over that of the contraction, at most
constexpr double kFlickers_s = 10;     // of them at either end of a contraction, in all
constexpr double kFlicker_s = 1.2;     // between the discharges that a contraction begins and ends with, at most

// The envelope of one channel, frame by frame.
class Envelope {
 public:
  Envelope(const std::vector<SignalFeatures>& features, const std::string& channel) {
    for (const SignalFeatures& f : features) {
      const auto at = std::find(f.channels.begin(), f.channels.end(), channel);
      if (at == f.channels.end()) continue;
      features_ = &f;
      channel_ = static_cast<Index>(at - f.channels.begin());
      return;
    }
  }

  struct Level {
    double ratio = std::numeric_limits<double>::quiet_NaN();  // of the median to that at rest
    double error = 0;                                         // its standard error at rest
    // Power above rest, so many standard errors above what was measured; 0 without an answer.
    [[nodiscard]] double power(double errors) const {
      const double r = std::max(1.0, ratio + errors * error);
      return r * r - 1;
    }
  };

  // Of the frames wholly in [from, to), or the one in their middle; NaN without an answer.
  [[nodiscard]] Level level(double from_s, double to_s) const {
    Level out;
    if (features_ == nullptr) return out;
    const SignalFeatures& f = *features_;
    auto first = static_cast<Index>(std::ceil((from_s - f.start_s) / f.hop_s - 1e-9));
    auto last = static_cast<Index>(std::floor((to_s - f.start_s) / f.hop_s + 1e-9));
    if (last <= first) {
      first = static_cast<Index>(std::floor(((from_s + to_s) / 2 - f.start_s) / f.hop_s));
      last = first + 1;
    }
    std::vector<double> ratios;
    for (Index k = std::max<Index>(0, first); k < std::min(f.frames(), last); ++k) {
      const double v = f.arv(k, channel_) / f.arv_rest[static_cast<std::size_t>(channel_)].at(k * f.hop + f.hop / 2);
      if (std::isfinite(v)) ratios.push_back(v);
    }
    if (ratios.empty()) return out;
    const auto frames = static_cast<double>(ratios.size());
    out.ratio = median(std::move(ratios));  // passes over heart beats, which rest is learnt without
    const double spread = f.arv_rest[static_cast<std::size_t>(channel_)].spread;
    out.error = std::sqrt(std::numbers::pi / 2 * spread * spread / frames + kRestUnknown * kRestUnknown);
    return out;
  }

  // RMS above rest over [from, to), V.
  [[nodiscard]] double rms_v(double from_s, double to_s) const {
    if (features_ == nullptr) return 0;
    const SignalFeatures& f = *features_;
    const auto first = static_cast<Index>(std::floor((from_s - f.start_s) / f.hop_s));
    const auto last = static_cast<Index>(std::ceil((to_s - f.start_s) / f.hop_s));
    std::vector<double> squares;
    for (Index k = std::max<Index>(0, first); k < std::min(f.frames(), last); ++k) {
      const double rest = f.baseline(k, channel_);
      const double v = f.rms(k, channel_) * f.rms(k, channel_) - rest * rest;
      if (std::isfinite(v)) squares.push_back(v);
    }
    return squares.empty() ? 0 : std::sqrt(std::max(0.0, mean(squares)));
  }

 private:
  const SignalFeatures* features_ = nullptr;
  Index channel_ = 0;
};

double duration(const ChannelActivity& a) { return a.offset_s - a.onset_s; }

// Joins to each contraction the few discharges that stand apart where it builds up and ends, and its tail. Pieces are those of one channel, in
// order. What a contraction is measured by does not move with what joins it.
std::vector<ChannelActivity> join_flickers(const Envelope& envelope, std::vector<ChannelActivity> pieces, const CrampOptions& o) {
  std::vector<ChannelActivity> out;
  for (std::size_t k = 0; k < pieces.size(); ++k) {
    ChannelActivity one = std::move(pieces[k]);
    if (duration(one) < o.twitch_s) {
      out.push_back(std::move(one));
      continue;
    }
    const double most = envelope.level(one.onset_s, one.offset_s).power(0);
    // A contraction that begins at once is not built up by what is faint beside it, as a heart beat is.
    const double least = o.pause_share * envelope.level(one.onset_s, one.onset_s + kSide_s).power(0);
    const double earliest_s = one.onset_s - kFlickers_s;
    for (; !out.empty() && !one.cut_start; out.pop_back()) {
      const ChannelActivity& before = out.back();
      if (before.cut_end || duration(before) >= o.twitch_s || one.onset_s - before.offset_s > kFlicker_s || before.onset_s < earliest_s)
        break;
      const Envelope::Level level = envelope.level(before.onset_s, before.offset_s);
      if (!std::isfinite(level.ratio) || level.power(0) < least || level.power(0) > most) break;
      one.onset_s = before.onset_s;
      one.score = std::max(one.score, before.score);
      one.cut_start = before.cut_start;
    }
    double latest_s = one.offset_s + kFlickers_s;
    for (; k + 1 < pieces.size() && !one.cut_end; ++k) {
      const ChannelActivity& after = pieces[k + 1];
      const bool tail = duration(after) >= o.twitch_s;
      if (after.cut_start || after.onset_s - one.offset_s > kFlicker_s || (!tail && after.offset_s > latest_s)) break;
      const Envelope::Level level = envelope.level(after.onset_s, after.offset_s);
      if (!std::isfinite(level.ratio) || level.power(0) > (tail ? kTail * most : most)) break;
      one.offset_s = std::max(one.offset_s, after.offset_s);
      one.score = std::max(one.score, after.score);
      one.cut_end = after.cut_end;
      if (tail) latest_s = one.offset_s + kFlickers_s;
    }
    out.push_back(std::move(one));
  }
  return out;
}

bool goes_on(const Envelope& envelope, const ChannelActivity& before, const ChannelActivity& after, const CrampOptions& o) {
  const double gap = after.onset_s - before.offset_s;
  // In a gap of the data nothing is seen. A brief one hides no end, if it does not hide more than is seen.
  if (before.cut_end || after.cut_start) return gap < o.merge_gap_s && gap <= duration(before) + duration(after);
  if (gap < o.merge_gap_s) return true;
  if (gap > std::max(o.doubt_gap_s, o.active_gap_s)) return false;
  const Envelope::Level pause = envelope.level(before.offset_s, after.onset_s);
  if (!std::isfinite(pause.ratio)) return false;
  const double first = before.offset_s - before.onset_s;
  const double second = after.offset_s - after.onset_s;
  if (first >= o.twitch_s && (gap <= kDischarge_s || (gap <= o.doubt_gap_s && pause.ratio < kLost))) return true;
  const double a = envelope.level(std::max(before.onset_s, before.offset_s - kSide_s), before.offset_s).power(0);
  const double b = envelope.level(after.onset_s, std::min(after.offset_s, after.onset_s + kSide_s)).power(0);
  // Beside a brief event the stronger side is the measure: a lone potential before a contraction is no weak part of it.
  const double least = o.pause_share * (std::min(first, second) < o.fasciculation_s ? std::max(a, b) : std::min(a, b));
  if (gap <= o.doubt_gap_s && pause.power(2) >= least) return true;
  if (first >= o.twitch_s && b <= kTail * a && gap <= (second >= kSide_s ? o.active_gap_s : o.doubt_gap_s)) return true;
  if (gap > o.active_gap_s) return false;
  return std::max(first, second) >= kSide_s && pause.ratio - 1 >= o.pause_deviations * pause.error && pause.power(0) >= least;
}

}  // namespace

std::vector<ChannelActivity> join_pauses(std::vector<ChannelActivity> activity, const std::vector<SignalFeatures>& features,
                                         const CrampOptions& options) {
  check(options, "cramp");
  std::stable_sort(activity.begin(), activity.end(),
                   [](const auto& a, const auto& b) { return std::tie(a.channel, a.onset_s) < std::tie(b.channel, b.onset_s); });
  std::vector<ChannelActivity> out;
  for (std::size_t i = 0; i < activity.size();) {
    const Envelope envelope(features, activity[i].channel);
    std::vector<ChannelActivity> pieces;
    for (const std::string channel = activity[i].channel; i < activity.size() && activity[i].channel == channel; ++i) {
      ChannelActivity& next = activity[i];
      if (!pieces.empty() && goes_on(envelope, pieces.back(), next, options)) {
        ChannelActivity& last = pieces.back();
        last.offset_s = std::max(last.offset_s, next.offset_s);
        last.score = std::max(last.score, next.score);
        last.cut_end = next.cut_end;
      } else {
        pieces.push_back(std::move(next));
      }
    }
    // Only then, lest the faint end of one contraction is what the pause before the next is measured by.
    for (ChannelActivity& a : join_flickers(envelope, std::move(pieces), options)) {
      a.level_v = envelope.rms_v(a.onset_s, a.offset_s);
      out.push_back(std::move(a));
    }
  }
  return out;
}

}  // namespace myocramp
