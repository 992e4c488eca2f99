#include "myocramp/evaluate/any_overlap.hpp"

#include <algorithm>
#include <cmath>

#include "myocramp/core/error.hpp"

namespace myocramp {
namespace {

constexpr double kEventRateHz = 10;
constexpr double kLongestS = 10 * 366.0 * 86400;

Index samples_in(double duration_s, double rate_hz) {
  if (!(duration_s >= 0 && duration_s <= kLongestS)) {
    throw DataError({"E-SIZE", "", "duration", "0 to 10 years", detail::number(duration_s) + " s"});
  }
  return std::llround(std::nearbyint(duration_s * rate_hz));  // halves to even
}

/// Runs of samples of a grid as a set: sorted and apart.
class Cells {
 public:
  Cells(double rate_hz, Index n) : rate_hz_(rate_hz), n_(n) {}
  Cells(std::span<const Span> events, double rate_hz, Index n) : Cells(rate_hz, n) {
    std::vector<Interval> runs;
    for (const Span& e : events) runs.push_back(of(e));
    assign(std::move(runs));
  }

  /// The samples of one event; half way between two counts for the even one.
  [[nodiscard]] Interval of(const Span& e) const { return {sample(e.start_s), sample(e.stop_s)}; }

  void assign(std::vector<Interval> runs) {
    std::erase_if(runs, [](const Interval& r) { return r.empty(); });
    std::sort(runs.begin(), runs.end(), [](const Interval& a, const Interval& b) { return a.begin < b.begin; });
    runs_.clear();
    for (const Interval& r : runs) {
      if (runs_.empty() || r.begin > runs_.back().end) {
        runs_.push_back(r);
      } else {
        runs_.back().end = std::max(runs_.back().end, r.end);
      }
    }
  }

  [[nodiscard]] Index count_in(const Interval& range) const {
    Index n = 0;
    auto r = std::partition_point(runs_.begin(), runs_.end(), [&](const Interval& run) { return run.end <= range.begin; });
    for (; r != runs_.end() && r->begin < range.end; ++r) n += std::min(r->end, range.end) - std::max(r->begin, range.begin);
    return n;
  }
  [[nodiscard]] Index count() const {
    Index n = 0;
    for (const Interval& r : runs_) n += r.length();
    return n;
  }
  [[nodiscard]] Cells common(const Cells& other) const {
    std::vector<Interval> runs;
    auto b = other.runs_.begin();
    for (const Interval& a : runs_) {
      while (b != other.runs_.end() && b->end <= a.begin) ++b;
      for (auto k = b; k != other.runs_.end() && k->begin < a.end; ++k)
        runs.push_back({std::max(a.begin, k->begin), std::min(a.end, k->end)});
    }
    Cells out(rate_hz_, n_);
    out.assign(std::move(runs));
    return out;
  }

 private:
  [[nodiscard]] Index sample(double t) const {
    return static_cast<Index>(std::clamp(std::nearbyint(t * rate_hz_), 0.0, static_cast<double>(n_)));
  }

  double rate_hz_;
  Index n_;
  std::vector<Interval> runs_;
};

std::vector<Span> merged_and_cut(std::span<const Span> events, const OverlapOptions& o) {
  std::vector<Span> sorted(events.begin(), events.end());
  std::sort(sorted.begin(), sorted.end(),
            [](const Span& a, const Span& b) { return a.start_s != b.start_s ? a.start_s < b.start_s : a.stop_s < b.stop_s; });
  std::vector<Span> merged;
  for (const Span& e : sorted) {
    if (!merged.empty() && e.start_s - merged.back().stop_s < o.merge_gap_s) {
      merged.back().stop_s = e.stop_s;
    } else {
      merged.push_back(e);
    }
  }
  std::vector<Span> out;
  for (Span e : merged) {
    while (e.stop_s - e.start_s > o.longest_s) {
      out.push_back({e.start_s, e.start_s + o.longest_s});
      e.start_s += o.longest_s;
    }
    out.push_back(e);
  }
  return out;
}

std::vector<Span> cut_off(std::span<const Span> events, double duration_s) {
  std::vector<Span> out;
  for (const Span& e : events) {
    if (e.stop_s >= 0 && e.start_s <= duration_s) out.push_back({std::max(0.0, e.start_s), std::min(duration_s, e.stop_s)});
  }
  return out;
}

}  // namespace

EventCounts any_overlap(std::span<const Span> reference, std::span<const Span> found, double duration_s, const OverlapOptions& options) {
  check(options, "overlap");
  const Index n = samples_in(duration_s, kEventRateHz);
  const std::vector<Span> wanted = merged_and_cut(cut_off(reference, duration_s), options);
  const std::vector<Span> got = merged_and_cut(cut_off(found, duration_s), options);
  const Cells found_cells(got, kEventRateHz, n);
  EventCounts out{.n_reference = static_cast<Index>(wanted.size()), .n_found = static_cast<Index>(got.size())};
  const double end_s = static_cast<double>(n) / kEventRateHz;
  std::vector<Span> hit;
  for (const Span& e : wanted) {
    const Span wide{std::max(0.0, e.start_s - options.tolerance_start_s), std::min(end_s, e.stop_s + options.tolerance_end_s)};
    const auto common = static_cast<double>(found_cells.count_in(found_cells.of(wide)));
    if (common / kEventRateHz / (wide.stop_s - wide.start_s) > options.least_overlap + 1e-6) hit.push_back(wide);
  }
  out.true_positives = static_cast<Index>(hit.size());
  const Cells hit_cells(hit, kEventRateHz, n);
  for (const Span& e : got) out.false_positives += hit_cells.count_in(hit_cells.of(e)) == 0 ? 1 : 0;
  return out;
}

SampleCounts compare_samples(std::span<const Span> reference, std::span<const Span> found, const std::vector<Span>& scored,
                             double duration_s, double rate_hz) {
  const Index n = samples_in(duration_s, rate_hz);
  const Cells scored_cells(scored, rate_hz, n);
  const Cells wanted = Cells(reference, rate_hz, n).common(scored_cells);
  const Cells got = Cells(found, rate_hz, n).common(scored_cells);
  SampleCounts out;
  out.both = wanted.common(got).count();
  out.reference_only = wanted.count() - out.both;
  out.found_only = got.count() - out.both;
  out.neither = scored_cells.count() - out.both - out.reference_only - out.found_only;
  return out;
}

}  // namespace myocramp
