#pragma once

#include <span>
#include <vector>

#include "myocramp/core/options.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/signal/event.hpp"

namespace myocramp {

/// How events are compared when any overlap counts. The defaults are ours, for cramps; szcore_overlap() are those for seizures.
struct OverlapOptions {
  double tolerance_start_s = 2;
  double tolerance_end_s = 5;
  double least_overlap = 0;
  double merge_gap_s = 2;
  double longest_s = 600;
};

template <class V>
void describe(OverlapOptions& o, V&& v) {
  v(o.tolerance_start_s, Field{"tolerance_start_s", "s", 0, 3600, "a reference event reaches this far before its onset", "our default"});
  v(o.tolerance_end_s, Field{"tolerance_end_s", "s", 0, 3600, "and this far behind its offset", "our default"});
  v(o.least_overlap, Field{"least_overlap", "1", 0, 1, "share of the widened event that must be found; 0: any", "Dan et al. 2025"});
  v(o.merge_gap_s, Field{"merge_gap_s", "s", 0, 3600, "events of one side with less between them are one", "our default"});
  v(o.longest_s, Field{"longest_s", "s", 1, kNoLimit, "longer events are cut into pieces of this length", "our default"});
}

/// The defaults of timescoring's EventScoring. Source: Dan et al. 2025, Epilepsia 66 S3:14.
inline OverlapOptions szcore_overlap() { return {30, 60, 0, 90, 300}; }

/// What came of a comparison of events: reference events that were found, and found events that meet none.
struct EventCounts {
  Index n_reference = 0;
  Index n_found = 0;
  Index true_positives = 0;
  Index false_positives = 0;
};

/// Compares events as timescoring's EventScoring does, to the count: on a grid of 10 Hz, after merging and cutting both sides.
///
/// Times are seconds from the start of the recording, which lasts `duration_s`; what lies outside is cut off. A reference event is a
/// true positive when more than `least_overlap` of it, widened by the tolerances, is found; a found event is a false positive when
/// it meets no such widened event. Events are taken sorted by onset. As there, of two merged events the end of the later one stays, so an
/// event inside another cuts it short: unite() them first where that is not wanted.
/// Throws: InvalidArgument E-OPTION; DataError E-SIZE for a recording longer than 10 years.
EventCounts any_overlap(std::span<const Span> reference, std::span<const Span> found, double duration_s, const OverlapOptions& options);

/// Samples by what reference and found events say of them.
struct SampleCounts {
  Index both = 0;
  Index reference_only = 0;
  Index found_only = 0;
  Index neither = 0;
};

/// Compares events sample by sample: an event covers the samples from the nearest to its onset to the nearest to its offset, as in
/// timescoring's SampleScoring. Only samples in `scored` (as unite() makes it) count.
/// Throws: DataError E-SIZE for a recording longer than 10 years.
SampleCounts compare_samples(std::span<const Span> reference, std::span<const Span> found, const std::vector<Span>& scored,
                             double duration_s, double rate_hz);

}  // namespace myocramp
