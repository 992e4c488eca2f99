#pragma once

#include <algorithm>
#include <vector>

#include "myocramp/signal/event.hpp"

namespace myocramp {

/// Spans as a set of times: sorted, apart from one another, none empty. What overlaps or touches becomes one.
inline std::vector<Span> unite(std::vector<Span> spans) {
  std::erase_if(spans, [](const Span& s) { return !(s.start_s < s.stop_s); });
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.start_s < b.start_s; });
  std::vector<Span> out;
  for (const Span& s : spans) {
    if (out.empty() || s.start_s > out.back().stop_s) {
      out.push_back(s);
    } else {
      out.back().stop_s = std::max(out.back().stop_s, s.stop_s);
    }
  }
  return out;
}

/// The times in `from` that are not in `taken`, both as unite() makes them.
inline std::vector<Span> subtract(const std::vector<Span>& from, const std::vector<Span>& taken) {
  std::vector<Span> out;
  auto next = taken.begin();
  for (Span s : from) {
    while (next != taken.end() && next->stop_s <= s.start_s) ++next;
    for (auto t = next; t != taken.end() && t->start_s < s.stop_s; ++t) {
      if (s.start_s < t->start_s) out.push_back({s.start_s, t->start_s});
      s.start_s = std::max(s.start_s, t->stop_s);
    }
    if (s.start_s < s.stop_s) out.push_back(s);
  }
  return out;
}

/// The times that are in both, as unite() makes them.
inline std::vector<Span> intersect(const std::vector<Span>& a, const std::vector<Span>& b) { return subtract(a, subtract(a, b)); }

/// Their length, s.
inline double length_s(const std::vector<Span>& spans) noexcept {
  double total = 0;
  for (const Span& s : spans) total += s.stop_s - s.start_s;
  return total;
}

/// How much of `span` lies in a set of times as unite() makes them, s.
inline double overlap_s(const Span& span, const std::vector<Span>& spans) noexcept {
  double total = 0;
  auto s = std::partition_point(spans.begin(), spans.end(), [&](const Span& t) { return t.stop_s <= span.start_s; });
  for (; s != spans.end() && s->start_s < span.stop_s; ++s) {
    total += std::min(s->stop_s, span.stop_s) - std::max(s->start_s, span.start_s);
  }
  return total;
}

}  // namespace myocramp
