#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "myocramp/cramp/measures.hpp"
#include "myocramp/cramp/options.hpp"
#include "myocramp/signal/episode.hpp"
#include "myocramp/signal/event.hpp"

namespace myocramp {

/// One channel's activity in seconds on the recording's clock: what segmentation works on.
struct ChannelActivity {
  double onset_s = 0;
  double offset_s = 0;
  std::string channel;
  std::string muscle;  ///< empty: unknown
  double score = 0;
  bool cut_start = false;  ///< the recording or a gap begins inside it
  bool cut_end = false;
  double level_v = 0;  ///< RMS above rest; segment() fills it in
};

/// What is known of the session when episodes are named. Spans are sorted by start.
struct Context {
  std::vector<Phase> protocol;
  std::vector<Span> stim_trains;  ///< first to last pulse
  std::vector<InvalidSpan> invalid_times;
  std::vector<InvalidSpan> artefacts{};  ///< movements, noise and spikes among them: activity ends where they begin
};

/// What segmentation yields: named episodes without measures, sorted by onset then channel, and the candidates that it turned down.
struct Segmented {
  std::vector<Episode> episodes;
  std::vector<Rejected> rejected;
};

/// Turns the activity of all channels of a recording into episodes.
///
/// In this order: heart beats are rejected (heart_beats.hpp); activity of one channel is joined across pauses that are part of it
/// (pauses.hpp); `date`, where given, may move the boundaries of what is joined then; stretches that invalid times or a gap part are joined
/// where these hide less than is seen, and two of 10 s or more with at most 1 s of silence between them, neither across what the protocol explains; what is shorter than min_duration_s is rejected; trains and mvc or exercise rows are cut out, and what
/// outlasts them becomes an event of its own; artefacts at the ends of a stretch are cut off, and what they leave is joined anew; events of
/// one kind and one duration class on different channels whose overlap is at least half of the shorter become one episode; each episode is
/// named by the first rule that holds. docs/methods/episodes.md states the rules and the values of class_reason.
/// `activity` holds any channels in any order; without the `features` of a channel its activity is joined by merge_gap_s and invalid times
/// alone, and it is never taken for crosstalk. Times are seconds. Throws: InvalidArgument E-OPTION.
Segmented segment(std::vector<ChannelActivity> activity, const std::vector<SignalFeatures>& features, const Context& context,
                  const CrampOptions& options, const std::string& detector,
                  const std::function<void(std::vector<ChannelActivity>&)>& date = {});

}  // namespace myocramp
