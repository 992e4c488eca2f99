#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/cramp/options.hpp"
#include "myocramp/detect/baseline.hpp"
#include "myocramp/signal/channel.hpp"
#include "myocramp/signal/episode.hpp"
#include "myocramp/signal/event.hpp"
#include "myocramp/signal/feature_table.hpp"

namespace myocramp {

/// The features of one signal that episodes are measured from. Times are seconds on the recording's clock.
struct SignalFeatures {
  std::string name;  ///< of the signal
  std::vector<std::string> channels;
  double start_s = 0;                   ///< of frame 0
  Index hop = 1;                        ///< samples from frame to frame
  double hop_s = 0;                     ///< frame k covers [start_s + k hop_s, start_s + (k + 1) hop_s)
  double envelope_window_s = 0;         ///< length of the RMS window
  Samples<float> rms_v;                 ///< RMS envelope at the centre of each frame (frame, channel), to 24 bits; NaN in gaps
  Samples<float> arv_v;                 ///< average rectified value over each frame
  Samples<std::uint16_t> crossings_of;  ///< how often |x| rises above twice arv_v in each frame, at most 65535
  std::vector<Baseline> rest;           ///< RMS at rest, of each channel
  std::vector<Baseline> arv_rest;       ///< the same of arv_v, with its spread
  FeatureTable spectral;                ///< mnf_hz, mdf_hz
  double spectral_window_s = 0;

  [[nodiscard]] Index frames() const noexcept { return rms_v.rows(); }
  [[nodiscard]] double rms(Index frame, Index channel) const noexcept { return static_cast<double>(rms_v(frame, channel)); }
  [[nodiscard]] double arv(Index frame, Index channel) const noexcept { return static_cast<double>(arv_v(frame, channel)); }
  [[nodiscard]] Index crossings(Index frame, Index channel) const noexcept { return crossings_of(frame, channel); }
  /// RMS at rest at the centre of a frame.
  [[nodiscard]] double baseline(Index frame, Index channel) const noexcept {
    return rest[static_cast<std::size_t>(channel)].at(frame * hop + hop / 2);
  }
  /// ARV at rest there.
  [[nodiscard]] double arv_at_rest(Index frame, Index channel) const noexcept {
    return arv_rest[static_cast<std::size_t>(channel)].at(frame * hop + hop / 2);
  }
  /// ARV that is clearly above rest: by three times the spread of that at rest.
  [[nodiscard]] double clear_level(Index frame, Index channel) const noexcept {
    return arv_at_rest(frame, channel) * (1 + 3 * arv_rest[static_cast<std::size_t>(channel)].spread);
  }
  [[nodiscard]] double frame_centre(Index frame) const noexcept { return start_s + (static_cast<double>(frame) + 0.5) * hop_s; }
};

/// Fills the measures of every episode from the features of its signals; docs/methods/episodes.md defines each.
///
/// `active[c]` holds, for every channel name of `features`, the stretches in which that channel was active (for the fatigue state before
/// an episode). An end that `invalid_times` hide becomes censored. What cannot be said stays NaN.
struct ChannelSpans {
  std::string channel;
  std::vector<Span> spans;  ///< sorted
};
void measure(std::vector<Episode>& episodes, const std::vector<SignalFeatures>& features, const std::vector<ChannelSpans>& active,
             const std::vector<Phase>& protocol, const std::vector<InvalidSpan>& invalid_times, const std::string& session_start,
             const CrampOptions& options);

/// Wall-clock time of an instant: ISO 8601 with milliseconds and the offset of `session_start`; empty when that is empty or unreadable.
std::string wall_clock(const std::string& session_start, double time_s);

}  // namespace myocramp
