#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "myocramp/signal/event.hpp"

namespace myocramp {

/// A reference event and the found event that it is matched with, as indices.
struct Pair {
  std::size_t reference = 0;
  std::size_t found = 0;
  bool operator==(const Pair&) const = default;
};

/// How far the ends of a match may lie apart: the onset by `onset_s`, the offset by the larger of `onset_s` and
/// `offset_share` times the length of the reference event. Source: Mesaros et al. 2016, Appl Sci 6:162.
struct Collar {
  double onset_s = 0.5;
  double offset_share = 0.5;
};

/// Common time over joint time, 0 to 1. Two events without length at one instant have 1, others that share no time 0.
double intersection_over_union(const Span& a, const Span& b) noexcept;

/// Matches one to one the events whose intersection over union is at least `least` (above 0): as many pairs as can be, and among those
/// the pairs with the largest sum of intersection over union. Sorted by reference.
///
/// Any order of events. Limits are kept with a slack of 1e-9, because times such as 0.1 s have no exact form; sums are compared to 1e-9 a pair.
/// Throws: DataError E-SIZE above 10 million pairs that might match, or a thousand million that overlap in time.
std::vector<Pair> match_by_iou(std::span<const Span> reference, std::span<const Span> found, double least);

/// The same for events whose ends lie within a collar.
std::vector<Pair> match_by_collar(std::span<const Span> reference, std::span<const Span> found, const Collar& collar);

/// For found events taken one by one in `order`: whether each makes the largest matching at `least` larger by one pair.
///
/// The running sum is the number of true positives among the first k of them, for every k at once.
/// Throws: as match_by_iou().
std::vector<bool> hits_in_order(std::span<const Span> reference, std::span<const Span> found, double least,
                                std::span<const std::size_t> order);

}  // namespace myocramp
