#include "myocramp/evaluate/score.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <tuple>
#include <utility>

#include "myocramp/core/error.hpp"
#include "myocramp/core/reduce.hpp"
#include "myocramp/evaluate/spans.hpp"

namespace myocramp {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kEdgeSlackS = 1e-9;

double ratio(double a, double b) { return b == 0 ? kNaN : a / b; }
double ratio(Index a, Index b) { return ratio(static_cast<double>(a), static_cast<double>(b)); }

template <class T>
std::vector<Span> spans_of(const std::vector<T>& events) {
  return {events.begin(), events.end()};
}

bool has_length(const Span& s) { return s.stop_s > s.start_s; }

/// Whether half of an event is in a set of times; of an instant, whether it is.
bool mostly_in(const Span& event, const std::vector<Span>& times) {
  if (has_length(event)) return overlap_s(event, times) >= (event.stop_s - event.start_s) / 2;
  return std::any_of(times.begin(), times.end(), [&](const Span& t) { return t.start_s <= event.start_s && event.start_s < t.stop_s; });
}

/// How many events of `others` each event shares time with.
std::vector<Index> partners(const std::vector<Span>& events, const std::vector<Span>& others) {
  std::vector<double> starts;
  std::vector<double> stops;
  for (const Span& o : others) {
    if (!has_length(o)) continue;
    starts.push_back(o.start_s);
    stops.push_back(o.stop_s);
  }
  std::sort(starts.begin(), starts.end());
  std::sort(stops.begin(), stops.end());
  std::vector<Index> out;
  for (const Span& e : events) {
    const auto begun = std::lower_bound(starts.begin(), starts.end(), e.stop_s) - starts.begin();
    const auto over = std::upper_bound(stops.begin(), stops.end(), e.start_s) - stops.begin();
    out.push_back(has_length(e) ? begun - over : 0);
  }
  return out;
}

/// An event without what lies outside a set of times beyond its ends; one that shares no time with them as it is.
template <class E>
E trimmed(E event, const std::vector<Span>& times) {
  const auto first = std::partition_point(times.begin(), times.end(), [&](const Span& t) { return t.stop_s <= event.start_s; });
  const auto end = std::partition_point(first, times.end(), [&](const Span& t) { return t.start_s < event.stop_s; });
  if (first == end) return event;
  event.start_s = std::max(event.start_s, first->start_s);
  event.stop_s = std::min(event.stop_s, std::prev(end)->stop_s);
  return event;
}

/// A clock that stands still between scored times, so that lengths on it are of scored time.
class ScoredClock {
 public:
  explicit ScoredClock(const std::vector<Span>& scored) : scored_(scored) {
    double left_out = 0;
    for (std::size_t k = 0; k < scored.size(); ++k) {
      if (k > 0) left_out += scored[k].start_s - scored[k - 1].stop_s;
      left_out_s_.push_back(left_out);
    }
  }

  /// An event as trimmed() leaves it. Without scored times, as it is.
  [[nodiscard]] Span of(const Span& event) const {
    if (scored_.empty()) return event;
    const auto first = std::partition_point(scored_.begin(), scored_.end(), [&](const Span& t) { return t.stop_s <= event.start_s; });
    const auto last = std::partition_point(first, scored_.end(), [&](const Span& t) { return t.stop_s < event.stop_s; });
    return {event.start_s - left_out(first), event.stop_s - left_out(last)};
  }
  template <class E>
  [[nodiscard]] std::vector<Span> of(const std::vector<E>& events) const {
    std::vector<Span> out;
    for (const E& e : events) out.push_back(of(static_cast<const Span&>(e)));
    return out;
  }

 private:
  [[nodiscard]] double left_out(std::vector<Span>::const_iterator at) const {
    return at == scored_.end() ? left_out_s_.back() : left_out_s_[static_cast<std::size_t>(at - scored_.begin())];
  }

  const std::vector<Span>& scored_;
  std::vector<double> left_out_s_;  ///< before each of them, since the first
};

/// The events of a recording that count, trimmed to scored time.
struct Counted {
  std::vector<ReferenceEvent> reference;
  std::vector<FoundEvent> found;
};

Counted every(const RecordingEvents& events, const std::vector<Span>& scored) {
  Counted out{events.reference, events.found};
  for (ReferenceEvent& e : out.reference) e = trimmed(e, scored);
  for (FoundEvent& e : out.found) e = trimmed(e, scored);
  return out;
}

Counted counted(const RecordingEvents& events, const std::vector<Span>& scored, const ScoredClock& clock, RecordingScore& score) {
  const std::vector<Span> whole = {{events.start_s, events.end_s}};
  Counted out;
  std::vector<Span> wanted;
  std::vector<Span> aside;  // on the clock, as `wanted`
  for (const ReferenceEvent& e : events.reference) {
    const ReferenceEvent inside = trimmed(e, scored);
    if (mostly_in(trimmed(e, whole), scored)) {
      out.reference.push_back(inside);
      wanted.push_back(clock.of(inside));
    } else {
      ++score.n_reference_aside;
      if (overlap_s(e, scored) > 0) aside.push_back(clock.of(inside));
    }
  }
  wanted = unite(std::move(wanted));
  aside = unite(std::move(aside));
  for (const FoundEvent& e : events.found) {
    const FoundEvent inside = trimmed(e, scored);
    const bool any_in = overlap_s(e, scored) > 0;
    const bool meets_one = any_in && overlap_s(clock.of(inside), wanted) > 0;
    const bool meets_aside = any_in && overlap_s(clock.of(inside), aside) > 0;
    if (meets_one || (mostly_in(trimmed(e, whole), scored) && !meets_aside)) {
      out.found.push_back(inside);
    } else {
      ++score.n_found_aside;
    }
  }
  return out;
}

EventCounts counts_of(std::size_t n_reference, std::size_t n_found, std::size_t n_pairs) {
  return {static_cast<Index>(n_reference), static_cast<Index>(n_found), static_cast<Index>(n_pairs), static_cast<Index>(n_found - n_pairs)};
}

/// Whether scored time begins with an event, which may then have begun before.
bool is_cut_at_start(const Span& event, const std::vector<Span>& scored) {
  const auto at = std::partition_point(scored.begin(), scored.end(), [&](const Span& t) { return t.stop_s <= event.start_s; });
  return at != scored.end() && event.start_s <= at->start_s + kEdgeSlackS;
}

/// Whether it ends with it.
bool is_cut_at_end(const Span& event, const std::vector<Span>& scored) {
  const auto next = std::partition_point(scored.begin(), scored.end(), [&](const Span& t) { return t.start_s < event.stop_s; });
  return next != scored.begin() && event.stop_s >= std::prev(next)->stop_s - kEdgeSlackS;
}

Matched matched(const ReferenceEvent& r, const FoundEvent& f, const std::vector<Span>& scored) {
  const bool cut_start = is_cut_at_start(r, scored) || is_cut_at_start(f, scored);
  const bool cut_end = is_cut_at_end(r, scored) || is_cut_at_end(f, scored);
  Matched m;
  m.onset_s = cut_start ? kNaN : f.start_s - r.start_s;
  m.offset_s = cut_end ? kNaN : f.stop_s - r.stop_s;
  m.detectable_onset_s = cut_start ? kNaN : f.start_s - r.detectable_onset_s;
  m.detectable_offset_s = cut_end ? kNaN : f.stop_s - r.detectable_offset_s;
  const bool measurable = !cut_start && !cut_end && has_length(r) && has_length(f);
  m.log_duration_ratio = measurable ? std::log((f.stop_s - f.start_s) / (r.stop_s - r.start_s)) : kNaN;
  m.snr_db = r.snr_db;
  return m;
}

void rank(const Counted& events, const std::vector<Span>& reference, const std::vector<Span>& found, double least, RecordingScore& score) {
  std::vector<std::size_t> order;
  for (std::size_t k = 0; k < found.size(); ++k) {
    if (std::isnan(events.found[k].score)) {
      ++score.n_unranked;
    } else {
      order.push_back(k);
    }
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return events.found[a].score > events.found[b].score; });
  const std::vector<bool> hits = hits_in_order(reference, found, least, order);
  for (std::size_t k = 0; k < order.size(); ++k) score.ranked.push_back({events.found[order[k]].score, hits[k]});
}

void count_splits(const std::vector<Span>& reference, const std::vector<Span>& found, RecordingScore& score) {
  for (const Index n : partners(reference, found)) {
    score.n_reference_met += n > 0 ? 1 : 0;
    score.n_fragmented += n > 1 ? 1 : 0;
    score.n_fragments += n;
  }
  for (const Index n : partners(found, reference)) {
    score.n_found_meeting += n > 0 ? 1 : 0;
    score.n_merging += n > 1 ? 1 : 0;
  }
}

std::vector<Span> from_zero(std::vector<Span> spans, double start_s) {
  for (Span& s : spans) s = {s.start_s - start_s, s.stop_s - start_s};
  return spans;
}

/// Events without those that lie inside others, and with those that overlap joined; instants stay.
std::vector<Span> joined(std::vector<Span> events) {
  std::sort(events.begin(), events.end(), [](const Span& a, const Span& b) { return a.start_s < b.start_s; });
  std::vector<Span> out;
  for (const Span& e : events) {
    if (out.empty() || e.start_s > out.back().stop_s) {
      out.push_back(e);
    } else {
      out.back().stop_s = std::max(out.back().stop_s, e.stop_s);
    }
  }
  return out;
}

/// From the start of the recording to its end; where that is not known, as far as events and tolerances reach.
Span extent_of(const RecordingEvents& events, const std::vector<Span>& reference, const std::vector<Span>& found, double tolerance_s) {
  if (!std::isnan(events.end_s)) return {events.start_s, events.end_s};
  Span extent{0, 0};
  for (const std::vector<Span>* side : {&reference, &found}) {
    for (const Span& e : *side) extent = {std::min(extent.start_s, e.start_s), std::max(extent.stop_s, e.stop_s)};
  }
  return {extent.start_s, extent.stop_s + tolerance_s};
}

// Any overlap, and samples where it is known which there are.
void compare_on_grid(const RecordingEvents& events, const std::vector<Span>& scored, std::vector<Span> reference, std::vector<Span> found,
                     const ScoreOptions& options, RecordingScore& score) {
  const Span extent = extent_of(events, reference, found, options.overlap.tolerance_end_s);
  const double duration_s = extent.stop_s - extent.start_s;
  reference = from_zero(std::move(reference), extent.start_s);
  found = from_zero(std::move(found), extent.start_s);
  if (options.preset == Preset::kCramp) {
    reference = joined(std::move(reference));
    found = joined(std::move(found));
  }
  score.criteria.push_back(any_overlap(reference, found, duration_s, options.overlap));
  if (!std::isnan(events.end_s)) {
    score.samples =
        compare_samples(from_zero(spans_of(events.reference), extent.start_s), from_zero(spans_of(events.found), extent.start_s),
                        from_zero(scored, extent.start_s), duration_s, options.sample_rate_hz);
  }
}

double hours_of(const RecordingEvents& events, const std::vector<Span>& scored, Preset preset) {
  if (std::isnan(events.end_s)) return kNaN;
  if (preset == Preset::kCramp) return length_s(scored) / 3600;
  return std::nearbyint((events.end_s - events.start_s) * 10) / 36000;  // whole samples of its grid
}

std::string iou_group(double iou) { return "iou_" + detail::number(iou); }

std::vector<std::string> criterion_groups(const ScoreOptions& o) {
  std::vector<std::string> out;
  for (const double iou : o.ious) out.push_back(iou_group(iou));
  for (const double collar : o.collars_s) out.push_back("collar_" + detail::number(collar) + "_s");
  out.emplace_back("any_overlap");
  return out;
}

/// Precision and F1 have no answer without found events, or without any; recall without reference events.
double recall_of(const EventCounts& c) { return ratio(c.true_positives, c.n_reference); }
double precision_of(const EventCounts& c) { return ratio(c.true_positives, c.true_positives + c.false_positives); }
double f1_of(const EventCounts& c) { return ratio(2 * c.true_positives, c.true_positives + c.false_positives + c.n_reference); }

void add_to(EventCounts& sum, const EventCounts& c, Index times = 1) {
  sum.n_reference += times * c.n_reference;
  sum.n_found += times * c.n_found;
  sum.true_positives += times * c.true_positives;
  sum.false_positives += times * c.false_positives;
}

void add_to(SampleCounts& sum, const SampleCounts& c, Index times = 1) {
  sum.both += times * c.both;
  sum.reference_only += times * c.reference_only;
  sum.found_only += times * c.found_only;
  sum.neither += times * c.neither;
}

void add_to(RecordingScore& sum, const RecordingScore& s, Index times = 1) {
  sum.n_unranked += times * s.n_unranked;
  sum.n_reference_met += times * s.n_reference_met;
  sum.n_fragmented += times * s.n_fragmented;
  sum.n_fragments += times * s.n_fragments;
  sum.n_found_meeting += times * s.n_found_meeting;
  sum.n_merging += times * s.n_merging;
  sum.n_reference_aside += times * s.n_reference_aside;
  sum.n_found_aside += times * s.n_found_aside;
}

/// Cohen's kappa, NaN where chance alone agrees everywhere. Source: Cohen 1960, Educ Psychol Meas 20:37.
double kappa(const SampleCounts& s) {
  const auto a = static_cast<double>(s.both);
  const auto b = static_cast<double>(s.reference_only);
  const auto c = static_cast<double>(s.found_only);
  const auto d = static_cast<double>(s.neither);
  const double n = a + b + c + d;
  const double by_chance = ((a + b) * (a + c) + (c + d) * (b + d)) / n;
  return ratio(a + d - by_chance, n - by_chance);
}

/// Mean of the values that are defined, each as often as its subject counts.
double weighted_mean(std::span<const double> values, std::span<const int> weights) {
  double total = 0;
  double n = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i]) || weights[i] == 0) continue;
    total += weights[i] * values[i];
    n += weights[i];
  }
  return ratio(total, n);
}

}  // namespace

ScoreOptions score_options(Preset preset) {
  ScoreOptions out;
  out.preset = preset;
  if (preset == Preset::kSzcore) {
    out.overlap = szcore_overlap();
    out.sample_rate_hz = 1;
  }
  return out;
}

RecordingScore score_recording(const RecordingEvents& events, const ScoreOptions& options) {
  RecordingScore out;
  std::vector<Span> scored;  // none where the length is not known
  if (!std::isnan(events.end_s)) {
    scored = options.preset == Preset::kSzcore ? std::vector<Span>{{events.start_s, events.end_s}} : events.scored;
  }
  const ScoredClock clock(scored);
  const bool by_half = options.preset == Preset::kCramp && !std::isnan(events.end_s);
  const Counted counts = by_half ? counted(events, scored, clock, out) : every(events, scored);
  const std::vector<Span> reference = spans_of(counts.reference);
  const std::vector<Span> found = spans_of(counts.found);
  const std::vector<Span> reference_scored = clock.of(counts.reference);
  const std::vector<Span> found_scored = clock.of(counts.found);
  for (std::size_t k = 0; k < options.ious.size(); ++k) {
    const std::vector<Pair> pairs = match_by_iou(reference_scored, found_scored, options.ious[k]);
    out.criteria.push_back(counts_of(reference.size(), found.size(), pairs.size()));
    if (k != options.primary) continue;
    std::vector<bool> is_matched(reference.size(), false);
    for (const Pair& p : pairs) {
      is_matched[p.reference] = true;
      out.matched.push_back(matched(counts.reference[p.reference], counts.found[p.found], scored));
    }
    for (std::size_t r = 0; r < reference.size(); ++r) {
      if (!is_matched[r]) out.missed_snr_db.push_back(counts.reference[r].snr_db);
    }
    rank(counts, reference_scored, found_scored, options.ious[k], out);
  }
  for (const double collar_s : options.collars_s) {
    const std::vector<Pair> pairs = match_by_collar(reference, found, {collar_s, options.offset_share});
    out.criteria.push_back(counts_of(reference.size(), found.size(), pairs.size()));
  }
  compare_on_grid(events, scored, reference, found, options, out);
  count_splits(reference_scored, found_scored, out);
  out.hours = hours_of(events, scored, options.preset);
  return out;
}

PooledScore::PooledScore(std::vector<std::vector<RecordingScore>> subjects, const ScoreOptions& options)
    : options_(options), groups_(criterion_groups(options)) {
  const std::vector<double>& edges = options.snr_edges_db;
  for (std::size_t k = 0; k <= edges.size() && !edges.empty(); ++k) {
    const std::string low = k > 0 ? detail::number(edges[k - 1]) : "";
    const std::string high = k < edges.size() ? detail::number(edges[k]) : "";
    const std::string name = low.empty() ? "below_" + high : high.empty() ? "from_" + low : low + "_to_" + high;
    snr_.push_back({"snr_" + name + "_db", {}, {}, {}});
  }
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    subjects_.emplace_back().criteria.resize(groups_.size());
    for (const RecordingScore& s : subjects[i]) add(i, s);
    for (const Counts& c : subjects_[i].criteria) {
      subjects_[i].recall.push_back(recall_of(c.events));
      subjects_[i].precision.push_back(precision_of(c.events));
      subjects_[i].f1.push_back(f1_of(c.events));
    }
  }
  std::stable_sort(ranked_.begin(), ranked_.end(), [](const Ranked& a, const Ranked& b) { return a.score > b.score; });
}

PooledScore::SnrClass* PooledScore::snr_class(double snr_db) {
  if (std::isnan(snr_db) || snr_.empty()) return nullptr;
  const std::vector<double>& edges = options_.snr_edges_db;
  return &snr_[static_cast<std::size_t>(std::upper_bound(edges.begin(), edges.end(), snr_db) - edges.begin())];
}

void PooledScore::add(std::size_t i, const RecordingScore& s) {
  Subject& subject = subjects_[i];
  const bool timed = !std::isnan(s.hours);
  for (std::size_t k = 0; k < s.criteria.size(); ++k) {
    add_to(subject.criteria[k].events, s.criteria[k]);
    if (timed) subject.criteria[k].timed_false_positives += static_cast<double>(s.criteria[k].false_positives);
  }
  if (timed) {
    subject.hours += s.hours;
    subject.timed = true;
  }
  add_to(subject.samples, s.samples);
  add_to(subject.sums, s);
  const auto keep = [i](std::vector<Of>& values, double v) {
    if (!std::isnan(v)) values.push_back({i, v});
  };
  for (const Matched& m : s.matched) {
    keep(onset_, m.onset_s);
    keep(offset_, m.offset_s);
    keep(detectable_onset_, m.detectable_onset_s);
    keep(detectable_offset_, m.detectable_offset_s);
    keep(duration_, m.log_duration_ratio);
    if (SnrClass* c = snr_class(m.snr_db)) {
      c->hit.push_back({i, 1});
      keep(c->onset, m.onset_s);
      keep(c->offset, m.offset_s);
    }
  }
  for (const double snr_db : s.missed_snr_db) {
    if (SnrClass* c = snr_class(snr_db)) c->hit.push_back({i, 0});
  }
  for (const RecordingScore::Hit& h : s.ranked) ranked_.push_back({h.score, i, h.hit});
}

template <class Emit>
void PooledScore::visit(std::span<const int> weights, Emit&& emit) const {
  enum Kind : bool { kRate = false, kCount = true };
  const auto count = [&](const std::string& group, const char* name, auto n) { emit(group, name, "1", static_cast<double>(n), kCount); };
  const auto rate = [&](const std::string& group, const char* name, double v) { emit(group, name, "1", v, kRate); };

  double hours = 0;
  bool timed = false;
  SampleCounts samples;
  RecordingScore sums;
  for (std::size_t i = 0; i < subjects_.size(); ++i) {
    if (weights[i] == 0) continue;
    hours += weights[i] * subjects_[i].hours;
    timed = timed || subjects_[i].timed;
    add_to(samples, subjects_[i].samples, weights[i]);
    add_to(sums, subjects_[i].sums, weights[i]);
  }
  emit("time", "scored_hours", "h", timed ? hours : kNaN, kCount);
  count("time", "reference_outside", sums.n_reference_aside);
  count("time", "found_outside", sums.n_found_aside);

  const bool per_day = options_.preset == Preset::kSzcore;
  std::vector<double> recall(subjects_.size());
  std::vector<double> precision(subjects_.size());
  std::vector<double> f1(subjects_.size());
  for (std::size_t k = 0; k < groups_.size(); ++k) {
    const std::string& group = groups_[k];
    EventCounts c;
    double timed_false = 0;
    for (std::size_t i = 0; i < subjects_.size(); ++i) {
      add_to(c, subjects_[i].criteria[k].events, weights[i]);
      timed_false += weights[i] * subjects_[i].criteria[k].timed_false_positives;
      recall[i] = subjects_[i].recall[k];
      precision[i] = subjects_[i].precision[k];
      f1[i] = subjects_[i].f1[k];
    }
    count(group, "n_reference", c.n_reference);
    count(group, "n_found", c.n_found);
    count(group, "true_positives", c.true_positives);
    count(group, "false_positives", c.false_positives);
    rate(group, "recall", recall_of(c));
    rate(group, "precision", precision_of(c));
    rate(group, "f1", f1_of(c));
    const double per_hour = timed ? ratio(timed_false, hours) : kNaN;
    if (per_day) {
      emit(group, "false_alarms_per_day", "1/d", 24 * per_hour, kRate);
    } else {
      emit(group, "false_alarms_per_hour", "1/h", per_hour, kRate);
    }
    for (const auto& [name, undefined, of_subject] :
         {std::tuple("macro_recall", "undefined_recall", &recall), std::tuple("macro_precision", "undefined_precision", &precision),
          std::tuple("macro_f1", "undefined_f1", &f1)}) {
      rate(group, name, weighted_mean(*of_subject, weights));
      Index n = 0;
      for (std::size_t i = 0; i < subjects_.size(); ++i) n += std::isnan((*of_subject)[i]) ? weights[i] : 0;
      count(group, undefined, n);
    }
  }

  const auto drawn = [&](const std::vector<Of>& values) {
    std::vector<double> out;
    for (const Of& v : values) out.insert(out.end(), static_cast<std::size_t>(weights[v.subject]), v.value);
    return out;
  };
  const auto errors = [&](const std::string& group, const std::vector<Of>& values, const char* unit) {
    std::vector<double> x = drawn(values);
    emit(group, "n", "1", static_cast<double>(x.size()), kCount);
    emit(group, "bias", unit, mean(x), kRate);
    for (double& v : x) v = std::abs(v);
    emit(group, "mae", unit, mean(x), kRate);
    emit(group, "median_abs", unit, median(x), kRate);
    emit(group, "p95_abs", unit, quantile(x, 0.95), kRate);
  };
  errors("onset", onset_, "s");
  errors("offset", offset_, "s");
  errors("detectable_onset", detectable_onset_, "s");
  errors("detectable_offset", detectable_offset_, "s");
  errors("log_duration_ratio", duration_, "1");

  const EventCounts all = [&] {
    EventCounts c;
    for (std::size_t i = 0; i < subjects_.size(); ++i) add_to(c, subjects_[i].criteria[options_.primary].events, weights[i]);
    return c;
  }();
  count("fragmentation", "n_met", sums.n_reference_met);
  count("fragmentation", "n_fragmented", sums.n_fragmented);
  rate("fragmentation", "found_per_reference", ratio(sums.n_fragments, sums.n_reference_met));
  count("merging", "n_meeting", sums.n_found_meeting);
  count("merging", "n_merging", sums.n_merging);
  rate("merging", "reference_per_found", ratio(sums.n_fragments, sums.n_found_meeting));

  count("samples", "both", samples.both);
  count("samples", "reference_only", samples.reference_only);
  count("samples", "found_only", samples.found_only);
  count("samples", "neither", samples.neither);
  const double sensitivity = ratio(samples.both, samples.both + samples.reference_only);
  const double specificity = ratio(samples.neither, samples.neither + samples.found_only);
  rate("samples", "recall", sensitivity);
  rate("samples", "precision", ratio(samples.both, samples.both + samples.found_only));
  rate("samples", "f1", ratio(2 * samples.both, 2 * samples.both + samples.reference_only + samples.found_only));
  rate("samples", "kappa", kappa(samples));
  rate("samples", "balanced_accuracy", (sensitivity + specificity) / 2);
  rate("samples", "jaccard", ratio(samples.both, samples.both + samples.reference_only + samples.found_only));
  if (per_day) {
    emit("samples", "false_alarms_per_day", "1/d",
         ratio(static_cast<double>(samples.found_only) * 86400 * options_.sample_rate_hz,
               static_cast<double>(samples.both + samples.reference_only + samples.found_only + samples.neither)),
         kRate);
  }

  count("ranking", "n_without_score", sums.n_unranked);
  double precision_sum = 0;
  double n_taken = 0;
  double n_hit = 0;
  double hits_before = 0;
  for (std::size_t k = 0; k < ranked_.size(); ++k) {
    n_taken += weights[ranked_[k].subject];
    n_hit += ranked_[k].hit ? weights[ranked_[k].subject] : 0;
    const bool more_alike = k + 1 < ranked_.size() && ranked_[k + 1].score == ranked_[k].score;
    if (more_alike || n_hit == hits_before) continue;
    precision_sum += (n_hit - hits_before) * n_hit / n_taken;
    hits_before = n_hit;
  }
  const bool rankable = sums.n_unranked == 0 && all.n_reference > 0;
  rate("ranking", "average_precision", rankable ? precision_sum / static_cast<double>(all.n_reference) : kNaN);

  for (const SnrClass& c : snr_) {
    if (c.hit.empty()) continue;
    const std::vector<double> hit = drawn(c.hit);
    count(c.group, "n_reference", hit.size());
    rate(c.group, "recall", mean(hit));
    for (const auto& [name, bias, values] :
         {std::tuple("onset_median_abs", "onset_bias", &c.onset), std::tuple("offset_median_abs", "offset_bias", &c.offset)}) {
      std::vector<double> x = drawn(*values);
      emit(c.group, bias, "s", mean(x), kRate);
      for (double& v : x) v = std::abs(v);
      emit(c.group, name, "s", median(std::move(x)), kRate);
    }
  }
}

std::vector<Metric> PooledScore::metrics(std::span<const int> weights) const {
  std::vector<Metric> out;
  visit(weights, [&](const std::string& group, const char* name, const char* unit, double value, bool is_count) {
    out.push_back({group, name, unit, value, is_count, {}});
  });
  return out;
}

std::vector<double> PooledScore::values(std::span<const int> weights) const {
  std::vector<double> out;
  visit(weights, [&](const std::string&, const char*, const char*, double value, bool) { out.push_back(value); });
  return out;
}

std::vector<Metric> PooledScore::with_intervals(const BootstrapOptions& options) const {
  std::vector<Metric> out = metrics(std::vector<int>(subjects_.size(), 1));
  const std::vector<Confidence> intervals =
      bootstrap(subjects_.size(), [this](std::span<const int> weights) { return values(weights); }, options);
  for (std::size_t k = 0; k < out.size(); ++k) {
    if (!out[k].is_count) out[k].interval = intervals[k];
  }
  return out;
}

std::vector<Comparison> compare(const std::vector<std::vector<RecordingScore>>& first,
                                const std::vector<std::vector<RecordingScore>>& second, const ScoreOptions& score_options,
                                const BootstrapOptions& options) {
  const std::size_t n = first.size();
  if (second.size() != n) {
    throw InvalidArgument({"E-LENGTH", "", "subjects", std::to_string(n) + " of both detectors", std::to_string(second.size())});
  }
  std::vector<std::vector<RecordingScore>> both = first;  // subject i of the second is subject n + i, so that weights choose
  both.insert(both.end(), second.begin(), second.end());
  const PooledScore pooled(std::move(both), score_options);
  std::vector<int> left(2 * n);
  std::vector<int> right(2 * n);
  const auto difference = [&] {
    std::vector<double> a = pooled.values(left);
    const std::vector<double> b = pooled.values(right);
    for (std::size_t k = 0; k < a.size(); ++k) a[k] -= b[k];
    return a;
  };
  const std::vector<Confidence> intervals = bootstrap(
      n,
      [&](std::span<const int> weights) {
        for (std::size_t i = 0; i < n; ++i) {
          left[i] = right[n + i] = weights[i];
          left[n + i] = right[i] = 0;
        }
        return difference();
      },
      options);
  const std::vector<double> p = sign_flip_p(
      n,
      [&](std::span<const int> flipped) {
        for (std::size_t i = 0; i < n; ++i) {
          left[i] = right[n + i] = 1 - flipped[i];
          left[n + i] = right[i] = flipped[i];
        }
        return difference();
      },
      options);
  for (std::size_t i = 0; i < n; ++i) {
    left[i] = right[n + i] = 1;
    left[n + i] = right[i] = 0;
  }
  const std::vector<Metric> a = pooled.metrics(left);
  const std::vector<double> b = pooled.values(right);
  std::vector<Comparison> out;
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (!a[k].is_count) out.push_back({a[k].group, a[k].name, a[k].unit, a[k].value, b[k], a[k].value - b[k], intervals[k], p[k]});
  }
  return out;
}

}  // namespace myocramp
