#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "myocramp/signal/kept_channels.hpp"
#include "myocramp/signal/recording.hpp"

namespace myocramp {

/// The rows of a signal with span.start_s <= time < span.stop_s, which may be none.
///
/// Times within 1e-6 of a sample of one another count as equal, so that rounding moves no sample from one of two neighbours to the other.
inline Interval rows_within(const Signal& signal, Span span) {
  constexpr double kTolerance = 1e-6;
  const auto first_at = [&signal](double time_s) {
    const double row = std::ceil((time_s - signal.start_s) * signal.rate.hertz() - kTolerance);
    return static_cast<Index>(std::clamp(row, 0.0, static_cast<double>(signal.samples)));
  };
  const Index begin = first_at(span.start_s);
  return {begin, std::max(begin, first_at(span.stop_s))};
}

namespace detail {

/// The part of another source that begins at a row of it.
class WindowSource final : public SampleSource {
 public:
  WindowSource(std::shared_ptr<const SampleSource> whole, Index first) : whole_(std::move(whole)), first_(first) {}
  void read(Interval rows, Block<double> out) const override { whole_->read({first_ + rows.begin, first_ + rows.end}, out); }
  void read_stored(Interval rows, Block<double> out) const override { whole_->read_stored({first_ + rows.begin, first_ + rows.end}, out); }
  [[nodiscard]] Encoding encoding() const override { return whole_->encoding(); }
  [[nodiscard]] std::shared_ptr<const SampleSource> columns(const std::vector<std::size_t>& columns) const override {
    std::shared_ptr<const SampleSource> some = whole_->columns(columns);
    return some ? std::make_shared<WindowSource>(std::move(some), first_) : nullptr;
  }

 private:
  std::shared_ptr<const SampleSource> whole_;
  Index first_;
};

inline void check_span(Span span) {
  if (span.start_s < span.stop_s) return;
  throw InvalidArgument(
      {"E-RANGE", "", "crop", "a span whose start lies before its stop", number(span.start_s) + " to " + number(span.stop_s) + " s"});
}

inline Signal with_rows(const Signal& from, Interval rows) {
  Signal out = from;
  out.start_s = from.time(rows.begin);
  out.samples = rows.length();
  out.source = std::make_shared<WindowSource>(from.source, rows.begin);
  out.gaps.clear();
  for (const Interval& gap : from.gaps) {
    const Interval inside = intersect(gap, rows);
    if (!inside.empty()) out.gaps.push_back({inside.begin - rows.begin, inside.end - rows.begin});
  }
  return out;
}

/// Whether [start_s, stop_s) meets the span; what has no length does when it lies in it.
inline bool meets(double start_s, double stop_s, Span span) {
  return start_s < span.stop_s && (stop_s > span.start_s || start_s >= span.start_s);
}

template <class Row>
void clip(std::vector<Row>& rows, Span span) {
  std::erase_if(rows, [span](const Row& r) { return !meets(r.start_s, r.stop_s, span); });
  for (Row& r : rows) {
    r.start_s = std::max(r.start_s, span.start_s);
    r.stop_s = std::min(r.stop_s, span.stop_s);
  }
}

inline void clip(std::vector<Event>& events, Span span) {
  std::erase_if(events, [span](const Event& e) { return !meets(e.onset_s, e.offset_s(), span); });
  for (Event& e : events) {
    if (e.onset_s >= span.start_s && e.offset_s() <= span.stop_s) continue;  // keeps the bits of its duration
    const double offset = std::min(e.offset_s(), span.stop_s);
    e.onset_s = std::max(e.onset_s, span.start_s);
    e.duration_s = offset - e.onset_s;
  }
}

/// Leaves of each train its pulses inside the span. Where these are not known, for want of a frequency, its ends are cut.
inline void clip(std::vector<StimTrain>& trains, Span span) {
  constexpr double kSameS = 1e-7;
  std::erase_if(trains, [span](const StimTrain& t) { return !meets(t.start_s, t.stop_s, span); });
  for (StimTrain& t : trains) {
    if (t.start_s >= span.start_s && t.stop_s <= span.stop_s) continue;
    if (!(t.frequency_hz > 0)) {
      t.start_s = std::max(t.start_s, span.start_s);
      t.stop_s = std::min(t.stop_s, span.stop_s);
      t.n_pulses = std::numeric_limits<double>::quiet_NaN();
      continue;
    }
    const double all = std::isnan(t.n_pulses) ? std::floor((t.stop_s - t.start_s + kSameS) * t.frequency_hz) + 1 : t.n_pulses;
    const auto pulses_before = [&t, all](double time_s) {
      return std::clamp(std::ceil((time_s - kSameS - t.start_s) * t.frequency_hz), 0.0, all);
    };
    const double begin = pulses_before(span.start_s);
    const double end = pulses_before(span.stop_s);
    const double first_s = t.start_s;
    t.start_s = first_s + begin / t.frequency_hz;
    t.stop_s = end < all ? first_s + (end - 1) / t.frequency_hz : std::min(t.stop_s, span.stop_s);
    if (!std::isnan(t.n_pulses)) t.n_pulses = end - begin;
    if (begin == end) t.stop_s = -std::numeric_limits<double>::infinity();  // none
  }
  std::erase_if(trains, [](const StimTrain& t) { return t.stop_s < t.start_s; });
}

inline void clip(Truth& truth, Span span) {
  std::erase_if(truth.events, [span](const TrueEvent& e) { return !meets(e.onset_s, e.offset_s, span); });
  for (TrueUnit& u : truth.units) {
    std::erase_if(u.discharges_s, [span](double t) { return !meets(t, t, span); });
  }
  std::erase_if(truth.units, [](const TrueUnit& u) { return u.discharges_s.empty(); });
  clip(truth.contaminants, span);
}

}  // namespace detail

/// The samples of a signal with span.start_s <= time < span.stop_s. It shares the source, and times stay: only start_s moves.
///
/// Either end may be infinite. Neighbouring spans share no sample and lose none, whatever the rounding of their common end.
/// Throws: InvalidArgument E-RANGE when the span is empty, an end is NaN, or no sample lies inside.
inline Signal crop(const Signal& signal, Span span) {
  detail::check_span(span);
  const Interval rows = rows_within(signal, span);
  if (!rows.empty()) return detail::with_rows(signal, rows);
  throw InvalidArgument({"E-RANGE", "", signal.name.empty() ? "crop" : signal.name,
                         "a span with samples inside " + detail::number(signal.start_s) + " to " +
                             detail::number(signal.start_s + signal.duration_s()) + " s",
                         detail::number(span.start_s) + " to " + detail::number(span.stop_s) + " s"});
}

/// The part of a recording with span.start_s <= time < span.stop_s, on the same clock.
///
/// Signals without a sample there are left out. Labels, phases, annotated and invalid spans that meet it are cut to where samples are left; of
/// trains of stimuli the pulses inside stay, and of one without a frequency what lies inside; true events that meet it stay whole, for they are
/// what they were; of the true discharges those inside stay, of units without one nothing; covariates stay all. What is of the channels of
/// signals that are left out goes as in pick(). Either end may be infinite. The identifier is left out: it is the whole recording's.
/// Throws: InvalidArgument E-RANGE when the span is empty, an end is NaN, or no signal has a sample inside.
inline Recording crop(const Recording& recording, Span span) {
  detail::check_span(span);
  Recording out = recording;
  out.identifier.clear();
  out.signals.clear();
  for (const Signal& s : recording.signals) {
    const Interval rows = rows_within(s, span);
    if (!rows.empty()) out.signals.push_back(detail::with_rows(s, rows));
  }
  if (out.signals.empty()) {
    throw InvalidArgument(
        {"E-RANGE", recording.path, "crop",
         "a span with samples inside " + detail::number(recording.start_s()) + " to " + detail::number(recording.end_s()) + " s",
         detail::number(span.start_s) + " to " + detail::number(span.stop_s) + " s"});
  }
  // A row between a cut and the next sample, or in a hole between signals, would lie outside of what is left.
  constexpr double kToleranceS = 1e-6;
  if (span.start_s > recording.start_s() && out.start_s() > span.start_s + kToleranceS) span.start_s = out.start_s();
  if (span.stop_s < recording.end_s() && out.end_s() < span.stop_s - kToleranceS) span.stop_s = out.end_s();
  detail::clip(out.labels, span);
  detail::clip(out.protocol, span);
  detail::clip(out.annotated_spans, span);
  detail::clip(out.invalid_times, span);
  detail::clip(out.truth, span);
  detail::clip(out.stim_trains, span);
  const detail::KeptChannels kept = detail::kept_channels(recording, out);
  detail::keep_channels(out.labels, kept, "labels", out.notes);
  detail::keep_channels(out.invalid_times, kept, "invalid_times", out.notes);
  detail::keep_true_events(out.truth.events, kept, out.notes);
  detail::keep_channels(out.truth.contaminants, kept, "simulated_contaminants", out.notes);
  return out;
}

}  // namespace myocramp
