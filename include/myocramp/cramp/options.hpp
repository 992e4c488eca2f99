#pragma once

#include "myocramp/core/options.hpp"
#include "myocramp/cramp/severity.hpp"

namespace myocramp {

/// The rules that turn activity into episodes and name them. Every limit is an option.
struct CrampOptions {
  double merge_gap_s = 0.1;
  double doubt_gap_s = 0.4;
  double active_gap_s = 3;
  double pause_share = 0.1;
  double pause_deviations = 3;
  int beat_run = 5;
  double min_duration_s = 0.03;
  double date_window_s = 0.05;
  double longest_activity_s = 1200;
  double rest_from_s = 0;
  double rest_to_s = 0;
  double fasciculation_s = 0.1;
  double twitch_s = 2;
  double sleep_one_muscle_s = 10;
  double sleep_several_muscles_s = 45;
  double crosstalk_share = 0.15;
  double protocol_tolerance_s = 0.5;
  double train_tail_s = 0.05;
  double recurrence_gap_s = 3600;
  double pre_span_s = 60;
  double pre_gap_s = 1;
  double spectral_snr_db = 10;
  double pre_match_percent = 10;
  SeverityScale severity = {};  ///< text, and so not among the numbers below
};

template <class V>
void describe(CrampOptions& o, V&& v) {
  v(o.merge_gap_s, Field{"merge_gap_s", "s", 0, 60, "activity of one channel separated by less is one event", "our default"});
  v(o.doubt_gap_s, Field{"doubt_gap_s", "s", 0, 60,
                         "a pause up to this long that may be a weak moment of the activity around it is part of it", "our default"});
  v(o.active_gap_s, Field{"active_gap_s", "s", 0, 600, "a pause up to this long whose mean is above rest is part of the activity around it",
                          "our default"});
  v(o.pause_share, Field{"pause_share", "1", 0, 1, "least power above rest in such a pause, over that of its weaker side", "our default"});
  v(o.pause_deviations,
    Field{"pause_deviations", "1", 0, 100, "standard errors by which the mean of a pause has to be above rest", "our default"});
  v(o.beat_run,
    Field{"beat_run", "1", 0, 1000, "so many short events in a row as regular as a heart are heart beats; 0: none are", "our default"});
  v(o.min_duration_s, Field{"min_duration_s", "s", 0, 60, "shorter events are rejected", "our default"});
  v(o.date_window_s,
    Field{"date_window_s", "s", 0, 1, "length of the windows whose power dates onset and offset; 0: they stay where the detector puts them",
          "our default"});
  v(o.longest_activity_s, Field{"longest_activity_s", "s", 60, 86400,
                                "a lift of the level that lasts less is activity, not drift of the baseline", "our default"});
  v(o.rest_from_s, Field{"rest_from_s", "s", 0, 1e6, "begin of marked rest on the recording's clock", "none"});
  v(o.rest_to_s, Field{"rest_to_s", "s", 0, 1e6,
                       "its end: rest is learned from there alone, as one level; where it is the begin, from the whole recording", "none"});
  v(o.fasciculation_s, Field{"fasciculation_s", "s", 0, 10, "shorter events are fasciculations", "our default"});
  v(o.twitch_s, Field{"twitch_s", "s", 0, 60, "shorter events are twitches; cramps last at least this", "our default"});
  v(o.sleep_one_muscle_s,
    Field{"sleep_one_muscle_s", "s", 0, 600, "least duration of a cramp of one muscle in sleep: leg movements last up to 10 s",
          "WASM 2016 (Ferri et al., Sleep Med 26:86)"});
  v(o.sleep_several_muscles_s,
    Field{"sleep_several_muscles_s", "s", 0, 600, "least duration of a cramp of several muscles in sleep: large movements last up to 45 s",
          "IRLSSG 2021"});
  v(o.crosstalk_share,
    Field{"crosstalk_share", "1", 0, 1,
          "a muscle whose level above rest is less than this part of the strongest one's is taken for crosstalk of it", "our default"});
  v(o.protocol_tolerance_s,
    Field{"protocol_tolerance_s", "s", 0, 10, "how far a contraction may stray from its protocol row at either end", "our default"});
  v(o.train_tail_s, Field{"train_tail_s", "s", 0, 1, "a stimulation train reaches this far past its last pulse", "our default"});
  v(o.recurrence_gap_s, Field{"recurrence_gap_s", "s", 0, 86400, "cramps separated by no more belong to one cluster",
                              "Miller et al. 2017 Muscle Nerve 56:E95: threshold still lowered after 60 min"});
  v(o.pre_span_s, Field{"pre_span_s", "s", 1, 3600, "length of the span before an episode whose state is measured", "our default"});
  v(o.pre_gap_s, Field{"pre_gap_s", "s", 0, 60, "the span ends this long before onset", "our default"});
  v(o.spectral_snr_db, Field{"spectral_snr_db", "dB", -100, 200,
                             "mean and median frequency are refused where the signal-to-noise ratio is below", "our default"});
  v(o.pre_match_percent, Field{"pre_match_percent", "%", 1, 1000,
                               "windows of the span are matched in activity when their RMS is that near to its median: percent of MVC, or "
                               "of the median when no mvc row is known",
                               "our default"});
}

}  // namespace myocramp
