#include "myocramp/cramp/pauses.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
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

// Whether one of the two is a contraction, and the other one of the few discharges that stand apart where it builds up or ends, or its tail.
bool flickers(const Envelope& envelope, const ChannelActivity& before, const ChannelActivity& after, const CrampOptions& o) {
  const bool ends = before.offset_s - before.onset_s >= o.twitch_s;
  const ChannelActivity& contraction = ends ? before : after;
  const ChannelActivity& flicker = ends ? after : before;
  if (after.onset_s - before.offset_s > kFlicker_s || contraction.offset_s - contraction.onset_s < o.twitch_s) return false;
  const Envelope::Level level = envelope.level(flicker.onset_s, flicker.offset_s);
  const double whole = envelope.level(contraction.onset_s, contraction.offset_s).power(0);
  // A contraction that begins at once is not built up by what is faint beside it, as a heart beat is.
  const double least = ends ? 0 : o.pause_share * envelope.level(contraction.onset_s, contraction.onset_s + kSide_s).power(0);
  const double most = flicker.offset_s - flicker.onset_s < o.twitch_s ? whole : kTail * whole;
  return std::isfinite(level.ratio) && least <= level.power(0) && level.power(0) <= most;
}

bool goes_on(const Envelope& envelope, const ChannelActivity& before, const ChannelActivity& after, const CrampOptions& o) {
  const double gap = after.onset_s - before.offset_s;
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
    const std::size_t first = out.size();
    // Whether the last two are one by the rule; then they are.
    const auto joined = [&](auto rule) {
      if (out.size() < first + 2) return false;
      ChannelActivity& before = out[out.size() - 2];
      const ChannelActivity& after = out.back();
      if (before.cut_end || after.cut_start || !rule(envelope, before, after, options)) return false;
      before.offset_s = std::max(before.offset_s, after.offset_s);
      before.score = std::max(before.score, after.score);
      before.cut_end = after.cut_end;
      out.pop_back();
      return true;
    };
    for (const std::string channel = activity[i].channel; i < activity.size() && activity[i].channel == channel; ++i) {
      out.push_back(std::move(activity[i]));
      joined(goes_on);
    }
    // Only then, lest the faint end of one contraction is what the pause before the next is measured by.
    std::vector<ChannelActivity> whole(std::make_move_iterator(out.begin() + static_cast<std::ptrdiff_t>(first)),
                                       std::make_move_iterator(out.end()));
    out.resize(first);
    for (ChannelActivity& a : whole) {
      out.push_back(std::move(a));
      while (joined(flickers)) {
      }
    }
    for (std::size_t k = first; k < out.size(); ++k) out[k].level_v = envelope.rms_v(out[k].onset_s, out[k].offset_s);
  }
  return out;
}

}  // namespace myocramp
