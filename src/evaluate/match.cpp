#include "myocramp/evaluate/match.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <queue>
#include <tuple>
#include <utility>

#include "myocramp/core/error.hpp"

namespace myocramp {
namespace {

constexpr double kSlack = 1e-9;
constexpr std::size_t kMostCandidates = 10'000'000;
constexpr std::size_t kMostOverlaps = 1'000'000'000;
constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

using Cost = std::int64_t;
constexpr Cost kUnit = Cost{1} << 30U;  // an intersection over union of 1; whole numbers leave no doubt about ties

struct Edge {
  std::size_t found;
  Cost gain;
};
using Edges = std::vector<std::vector<Edge>>;  // of each reference event

std::vector<std::size_t> by_onset(std::span<const Span> events) {
  std::vector<std::size_t> order(events.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return events[a].start_s < events[b].start_s; });
  return order;
}

[[noreturn]] void too_many(std::size_t limit) {
  throw DataError({"E-SIZE", "", "events", "at most " + std::to_string(limit) + " pairs of events that overlap in one recording", "more"});
}

// The pairs that may match. `reach` gives the onsets that a reference event's partners may have.
template <class Reach, class Fits>
Edges candidates(std::span<const Span> reference, std::span<const Span> found, Reach&& reach, Fits&& fits) {
  const std::vector<std::size_t> order = by_onset(found);
  Edges edges(reference.size());
  std::size_t n_edges = 0;
  std::size_t n_looked_at = 0;
  for (std::size_t r = 0; r < reference.size(); ++r) {
    const auto [first, last] = reach(reference[r]);
    auto k = std::partition_point(order.begin(), order.end(), [&, low = first](std::size_t f) { return found[f].start_s < low; });
    for (; k != order.end() && found[*k].start_s <= last; ++k) {
      if (++n_looked_at > kMostOverlaps) too_many(kMostOverlaps);
      if (!fits(reference[r], found[*k])) continue;
      if (++n_edges > kMostCandidates) too_many(kMostCandidates);
      edges[r].push_back({*k, std::llround(intersection_over_union(reference[r], found[*k]) * static_cast<double>(kUnit))});
    }
  }
  return edges;
}

Edges candidates_by_iou(std::span<const Span> reference, std::span<const Span> found, double least) {
  const auto reach = [least](const Span& r) {  // who begins earlier than this shares too little
    return std::pair(r.start_s - (r.stop_s - r.start_s) * (1 / least - 1) - kSlack * (1 + std::abs(r.start_s)), r.stop_s);
  };
  return candidates(reference, found, reach,
                    [least](const Span& r, const Span& f) { return intersection_over_union(r, f) >= least - kSlack; });
}

Edges candidates_by_collar(std::span<const Span> reference, std::span<const Span> found, const Collar& collar) {
  const double reach_s = collar.onset_s + kSlack;
  return candidates(
      reference, found, [reach_s](const Span& r) { return std::pair(r.start_s - reach_s, r.start_s + reach_s); },
      [&collar](const Span& r, const Span& f) {
        const double tolerance = std::max(collar.onset_s, collar.offset_share * (r.stop_s - r.start_s));
        return std::abs(r.start_s - f.start_s) <= collar.onset_s + kSlack && std::abs(r.stop_s - f.stop_s) <= tolerance + kSlack;
      });
}

// The assignment of least cost by shortest augmenting paths: reference events come in one by one, and the search from each ends at the
// nearest free event, so that far parts of the recording are not looked at. Every reference event has a column of its own beside the
// found ones, at no cost: to be matched with that is to stay alone. Source: Jonker & Volgenant 1987, Computing 38:325.
class Assignment {
 public:
  Assignment(const Edges& edges, std::size_t n_found)
      : edges_(edges),
        n_found_(n_found),
        pair_cost_((static_cast<Cost>(std::min(edges.size(), n_found)) + 1) * kUnit),
        row_price_(edges.size(), 0),
        column_price_(n_found + edges.size(), 0),
        row_of_(n_found + edges.size(), kNone),
        column_of_(edges.size(), kNone),
        distance_(n_found + edges.size(), kFar),
        from_(n_found + edges.size(), kNone),
        settled_(n_found + edges.size(), false) {
    for (std::size_t row = 0; row < edges_.size(); ++row) {
      if (!edges_[row].empty()) insert(row);
    }
  }

  [[nodiscard]] std::vector<Pair> pairs() const {
    std::vector<Pair> out;
    for (std::size_t column = 0; column < n_found_; ++column) {
      if (row_of_[column] != kNone) out.push_back({row_of_[column], column});
    }
    std::sort(out.begin(), out.end(), [](const Pair& a, const Pair& b) { return a.reference < b.reference; });
    return out;
  }

 private:
  static constexpr Cost kFar = std::numeric_limits<Cost>::max();
  using Entry = std::tuple<Cost, bool, std::size_t>;  // distance, taken, column: of equally near ones a free one ends the search
  using Heap = std::priority_queue<Entry, std::vector<Entry>, std::greater<>>;

  // One more pair is worth more than any intersection over union.
  [[nodiscard]] Cost cost(const Edge& e) const { return -(pair_cost_ + e.gain); }

  void relax(std::size_t row, std::size_t column, Cost cost, Cost base, Heap& heap) {
    const Cost d = base + cost - row_price_[row] - column_price_[column];
    if (settled_[column] || d >= distance_[column]) return;
    if (distance_[column] == kFar) touched_.push_back(column);
    distance_[column] = d;
    from_[column] = row;
    heap.emplace(d, row_of_[column] != kNone, column);
  }

  void scan(std::size_t row, Cost base, Heap& heap) {
    for (const Edge& e : edges_[row]) relax(row, e.found, cost(e), base, heap);
    relax(row, n_found_ + row, 0, base, heap);
  }

  void insert(std::size_t row) {
    Cost lowest = -column_price_[n_found_ + row];
    for (const Edge& e : edges_[row]) lowest = std::min(lowest, cost(e) - column_price_[e.found]);
    row_price_[row] = lowest;
    Heap heap;
    scan(row, 0, heap);
    std::size_t end = kNone;
    while (end == kNone) {
      const auto [d, taken, column] = heap.top();
      heap.pop();
      if (settled_[column]) continue;
      settled_[column] = true;
      if (taken) {
        scan(row_of_[column], d, heap);
      } else {
        end = column;
      }
    }
    const Cost shortest = distance_[end];
    row_price_[row] += shortest;
    for (const std::size_t column : touched_) {
      if (settled_[column] && column != end) {
        column_price_[column] += distance_[column] - shortest;
        row_price_[row_of_[column]] += shortest - distance_[column];
      }
    }
    augment(row, end);
    for (const std::size_t column : touched_) {
      distance_[column] = kFar;
      settled_[column] = false;
    }
    touched_.clear();
  }

  // Along the path every row moves one column on.
  void augment(std::size_t start, std::size_t column) {
    while (true) {
      const std::size_t row = from_[column];
      const std::size_t left = std::exchange(column_of_[row], column);
      row_of_[column] = row;
      if (row == start) return;
      column = left;
    }
  }

  const Edges& edges_;
  std::size_t n_found_;
  Cost pair_cost_;
  std::vector<Cost> row_price_;
  std::vector<Cost> column_price_;
  std::vector<std::size_t> row_of_;
  std::vector<std::size_t> column_of_;
  std::vector<Cost> distance_;
  std::vector<std::size_t> from_;
  std::vector<bool> settled_;
  std::vector<std::size_t> touched_;
};

}  // namespace

double intersection_over_union(const Span& a, const Span& b) noexcept {
  if (a.start_s == b.start_s && a.stop_s == b.stop_s) return 1;
  const double common = std::min(a.stop_s, b.stop_s) - std::max(a.start_s, b.start_s);
  if (!(common > 0)) return 0;
  return common / (std::max(a.stop_s, b.stop_s) - std::min(a.start_s, b.start_s));
}

std::vector<Pair> match_by_iou(std::span<const Span> reference, std::span<const Span> found, double least) {
  return Assignment(candidates_by_iou(reference, found, least), found.size()).pairs();
}

std::vector<Pair> match_by_collar(std::span<const Span> reference, std::span<const Span> found, const Collar& collar) {
  return Assignment(candidates_by_collar(reference, found, collar), found.size()).pairs();
}

std::vector<bool> hits_in_order(std::span<const Span> reference, std::span<const Span> found, double least,
                                std::span<const std::size_t> order) {
  const Edges edges = candidates_by_iou(reference, found, least);
  std::vector<std::vector<std::size_t>> partners(found.size());
  for (std::size_t r = 0; r < edges.size(); ++r) {
    for (const Edge& e : edges[r]) partners[e.found].push_back(r);
  }
  std::vector<std::size_t> found_of(reference.size(), kNone);
  std::vector<std::size_t> reference_of(found.size(), kNone);
  std::vector<std::size_t> seen_by(reference.size(), kNone);  // the search that met it last
  std::vector<std::size_t> came_from(reference.size(), kNone);
  std::vector<bool> hits;
  for (const std::size_t start : order) {  // the shortest path to a free reference event, by breadth
    std::vector<std::size_t> queue = {start};
    std::size_t end = kNone;
    for (std::size_t k = 0; k < queue.size() && end == kNone; ++k) {
      for (const std::size_t r : partners[queue[k]]) {
        if (seen_by[r] == start) continue;
        seen_by[r] = start;
        came_from[r] = queue[k];
        if (found_of[r] == kNone) {
          end = r;
          break;
        }
        queue.push_back(found_of[r]);
      }
    }
    hits.push_back(end != kNone);
    if (end == kNone) continue;
    for (std::size_t r = end;;) {
      const std::size_t f = came_from[r];
      const std::size_t left = std::exchange(reference_of[f], r);
      found_of[r] = f;
      if (f == start) break;
      r = left;
    }
  }
  return hits;
}

}  // namespace myocramp
