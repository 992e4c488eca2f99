#pragma once

#include <array>
#include <limits>
#include <string>
#include <vector>

#include "myocramp/signal/event.hpp"

namespace myocramp {

/// Which end of an episode the recording (or a gap in it) cuts off.
enum class Censored { kNone, kStart, kEnd, kBoth };

/// The word for it in tables.
inline std::string censored_text(Censored c) {
  switch (c) {
    case Censored::kStart:
      return "start";
    case Censored::kEnd:
      return "end";
    case Censored::kBoth:
      return "both";
    case Censored::kNone:
      break;
  }
  return "none";
}

/// The classes of episodes.
inline constexpr std::array<const char*, 7> kClasses = {"cramp",     "sustained",  "twitch",  "fasciculation",
                                                        "voluntary", "stimulated", "artefact"};

/// A channel's own part in an episode.
struct EpisodePart {
  std::string channel;
  double onset_s = 0;
  double offset_s = 0;
};

/// One episode of activity over all channels that took part; measures belong to peak_channel, NaN is "no answer".
struct Episode : Event {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  Censored censored = Censored::kNone;
  std::string class_reason;       ///< the rule that named it
  std::string onset_time;         ///< wall clock, ISO 8601; empty when the recording has no date
  std::string peak_channel;       ///< the channel of the largest envelope
  double peak_uv = kNone;         ///< largest RMS envelope
  double peak_time = kNone;       ///< its time, s
  double rise_s = kNone;          ///< 10 % to 90 % of the peak above baseline, first crossings
  double decay_s = kNone;         ///< 90 % to 10 %, last crossings
  double iemg_uvs = kNone;        ///< integral of the rectified signal
  double x_baseline = kNone;      ///< peak over the baseline RMS there
  double pct_mvc = kNone;         ///< peak in percent of the largest envelope in mvc phases
  double mnf_hz = kNone;          ///< mean of the windows' mean frequencies
  double mdf_hz = kNone;          ///< mean of the windows' median frequencies
  double mdf_slope_hz_s = kNone;  ///< Theil-Sen slope of MDF with its 95 % interval
  double mdf_slope_low = kNone;
  double mdf_slope_high = kNone;
  double pre_rms_uv = kNone;  ///< state in the 60 s that end 1 s before onset
  double pre_mdf_hz = kNone;
  double pre_mdf_slope_hz_s = kNone;
  double snr_db = kNone;      ///< power above that at rest over that at rest, of the peak channel; below a limit spectra are refused
  double pre_snr_db = kNone;  ///< the same of the active windows before
  int n_windows = 0;          ///< spectral windows wholly inside
  int cluster = 0;            ///< recurrence cluster of a cramp, from 1; 0: not a cramp
  double mdf_slope_percent_min = kNone;  ///< slope in percent of the trend's value at the first window inside, per minute
  double pre_mdf_slope_low = kNone;
  double pre_mdf_slope_high = kNone;
  double pre_level_uv = kNone;        ///< median RMS of the active windows before
  double pre_level_pct_mvc = kNone;   ///< the same in percent of the largest envelope in mvc phases
  double pre_matched_mdf_hz = kNone;  ///< of the active windows whose RMS is near to that median
  double pre_matched_mdf_slope_hz_s = kNone;
  double pre_matched_mdf_slope_low = kNone;
  double pre_matched_mdf_slope_high = kNone;
  int pre_matched_windows = 0;
  double onset_low_s = kNone;  ///< interval that holds the onset, and the offset: the envelope is last at rest, and first clearly above
  double onset_high_s = kNone;
  double offset_low_s = kNone;
  double offset_high_s = kNone;
  double plateau_share = kNone;                        ///< share of the duration in which the envelope is above half of its height
  double muap_rate_per_s = kNone;                      ///< peaks of the interference pattern in a second; not the rate of a motor unit
  std::vector<EpisodePart> parts;                      ///< one per channel, by onset
  double severity = kNone;                             ///< grade on the user's own scale
  int cluster_30min = 0;                               ///< as cluster, with a gap of 30 minutes
  int cluster_5min = 0;                                ///< with one of 5
  int cluster_n = 0;                                   ///< cramps in its cluster
  double cluster_burden_s = kNone;                     ///< time that they cover
  double inter_event_interval_s = kNone;               ///< from the onset of the cramp before
  std::array<double, kClasses.size()> class_scores{};  ///< how far the rules speak for each of kClasses, 0 to 1; none more than for its own

  /// The channels in the order of their own onsets, joined by |.
  [[nodiscard]] std::string recruitment() const {
    std::string out;
    for (const EpisodePart& p : parts) out += (out.empty() ? "" : "|") + p.channel;
    return out;
  }
};

/// A candidate that did not become an episode, and why.
struct Rejected : Event {
  std::string reason;
};

}  // namespace myocramp
