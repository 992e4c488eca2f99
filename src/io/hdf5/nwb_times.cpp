#include "io/hdf5/nwb_times.hpp"

#include <algorithm>
#include <cmath>

#include "io/tsv.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr Index kBlock = 1 << 16;
constexpr std::size_t kMaxHoles = 1'000'000;
constexpr Index kMaxHoleRows = 1'000'000'000;
constexpr double kHole = 1.5;        // samples between two times from which a hole is thought of
constexpr double kSnap = 1e-6;       // relative
constexpr double kSnapDrift = 0.25;  // samples, over the stretch
constexpr double kTolerance = 0.5 + 1e-6;

DataError fail(const CheckedDataset& times, Index sample, const std::string& expected, const std::string& found) {
  return DataError({"E-TIMES", times.object.file, times.object.path + "[" + std::to_string(sample) + "]", expected, found});
}

/// Calls f(sample, time) for each sample, in order; reads in blocks.
template <class F>
void for_each_time(const CheckedDataset& times, F&& f) {
  std::vector<double> block(static_cast<std::size_t>(std::min(kBlock, times.rows)));
  for (Index begin = 0; begin < times.rows; begin += kBlock) {
    const Index end = std::min(begin + kBlock, times.rows);
    read_rows(times, {begin, end}, block.data());
    for (Index i = begin; i < end; ++i) f(i, block[static_cast<std::size_t>(i - begin)]);
  }
}

/// The median step of the first block: a hole or two do not move it. NaN or below zero for times that are bad anyway.
double usual_step(const CheckedDataset& times) {
  std::vector<double> t(static_cast<std::size_t>(std::min(kBlock, times.rows)));
  read_rows(times, {0, static_cast<Index>(t.size())}, t.data());
  std::vector<double> steps;
  for (std::size_t i = 1; i < t.size(); ++i) {
    const double step = t[i] - t[i - 1];
    if (step > 0 && std::isfinite(step)) steps.push_back(step);
  }
  if (steps.empty()) return std::nan("");
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

/// A straight line through the times of one stretch. Sums are of what is left over a line of the usual step, so that nothing is lost to
/// rounding in hours of samples.
class Line {
 public:
  explicit Line(double step) : step_(step) {}
  void restart(double time) {
    *this = Line(step_);
    start_ = time;
    n_ = 1;
  }
  void add(double time) {
    const auto j = static_cast<double>(n_);
    const double rest = time - start_ - j * step_;
    sum_ += rest;
    weighted_ += j * rest;
    ++n_;
  }
  [[nodiscard]] Index samples() const noexcept { return n_; }
  [[nodiscard]] double slope() const noexcept {
    const auto n = static_cast<double>(n_);
    if (n_ < 2) return step_;
    return step_ + (weighted_ - (n - 1) / 2 * sum_) / (n * (n * n - 1) / 12);
  }

 private:
  double step_;
  double start_ = 0;
  double sum_ = 0;
  double weighted_ = 0;
  Index n_ = 0;
};

/// The longest stretch without a step that could be a hole. Holds on the way that times are finite and rise.
Line longest_stretch(const CheckedDataset& times, double step) {
  Line longest(step);
  Line line(step);
  double last = 0;
  for_each_time(times, [&](Index i, double t) {
    if (!std::isfinite(t)) throw fail(times, i, "a finite time", shortest(t));
    if (i > 0 && !(t > last)) throw fail(times, i, "a time after " + shortest(last) + " s", shortest(t) + " s");
    if (i == 0 || t - last >= kHole * step) {
      if (line.samples() > longest.samples()) longest = line;
      line.restart(t);
    } else {
      line.add(t);
    }
    last = t;
  });
  return line.samples() > longest.samples() ? line : longest;
}

SampleRate rate_of(const CheckedDataset& times, const Line& line) {
  const double found = 1 / line.slope();
  if (!(std::isfinite(found) && found > 0)) throw fail(times, 0, "times that rise evenly", "a step of " + shortest(line.slope()) + " s");
  const double whole = std::round(found);
  const double off = std::abs(found - whole) / found;
  const bool snaps = whole >= 1 && off <= kSnap && off * static_cast<double>(line.samples()) <= kSnapDrift;
  return SampleRate(snaps ? whole : found);
}

/// Puts each time on the grid.
class Placing {
 public:
  Placing(const CheckedDataset& times, SampleRate rate, bool may_have_holes)
      : times_(times), may_have_holes_(may_have_holes), grid_{rate} {}

  void add(Index i, double t) {
    if (i == 0) {
      grid_.start_s = t;
      stretches_.push_back({0, 0, 0});
      stretch_start_ = t;
    } else if ((t - last_) * grid_.rate.hertz() >= kHole) {
      look_for_hole(i, t);
    }
    Stretch& stretch = stretches_.back();
    const double late = (t - stretch_start_) * grid_.rate.hertz() - static_cast<double>(stretch.length);
    if (!(std::abs(late) <= kTolerance)) {
      throw fail(times_, i, "a time within half a sample of " + shortest(grid_.rate.hertz()) + " Hz",
                 shortest(t) + " s, " + shortest(std::round(std::abs(late) * 1000) / 1000) + " samples " + (late > 0 ? "late" : "early"));
    }
    ++stretch.length;
    last_ = t;
  }

  [[nodiscard]] TimeGrid grid() && {
    grid_.rows = stretches_.back().row + stretches_.back().length;
    if (stretches_.size() > 1) grid_.stretches = std::move(stretches_);
    return std::move(grid_);
  }

 private:
  void look_for_hole(Index i, double t) {
    const Index next = stretches_.back().row + stretches_.back().length;
    const double place = std::round((t - grid_.start_s) * grid_.rate.hertz());
    if (place <= static_cast<double>(next)) return;  // late, but not by a row
    if (!may_have_holes_) throw fail(times_, i, "no hole beside a stated rate", shortest(t - last_) + " s after the time before");
    if (place - static_cast<double>(next) > static_cast<double>(kMaxHoleRows - hole_rows_)) {
      throw fail(times_, i, "at most " + std::to_string(kMaxHoleRows) + " samples missing",
                 shortest(t - last_) + " s after the time before");
    }
    if (grid_.gaps.size() == kMaxHoles) throw fail(times_, i, "at most " + std::to_string(kMaxHoles) + " holes", "more");
    const auto row = static_cast<Index>(place);
    hole_rows_ += row - next;
    grid_.gaps.push_back({next, row});
    stretches_.push_back({row, i, 0});
    stretch_start_ = t;
  }

  const CheckedDataset& times_;
  bool may_have_holes_;
  TimeGrid grid_;
  std::vector<Stretch> stretches_;
  double stretch_start_ = 0;
  double last_ = 0;
  Index hole_rows_ = 0;
};

std::string note_of(const CheckedDataset& times, const TimeGrid& grid) {
  std::string note = times.object.path + ": read as " + shortest(grid.rate.hertz()) + " Hz from " + shortest(grid.start_s) + " s";
  if (grid.gaps.empty()) return note;
  Index missing = 0;
  for (const Interval& gap : grid.gaps) missing += gap.length();
  return note + " with " + std::to_string(grid.gaps.size()) + (grid.gaps.size() == 1 ? " hole" : " holes") + " of together " +
         std::to_string(missing) + " samples";
}

/// The intervals sorted, inside [0, rows), none touching another.
std::vector<Interval> merged(std::vector<Interval> parts, Index rows) {
  std::sort(parts.begin(), parts.end(), [](const Interval& a, const Interval& b) { return a.begin < b.begin; });
  std::vector<Interval> out;
  for (const Interval& part : parts) {
    const Interval inside = intersect(part, {0, rows});
    if (inside.empty()) continue;
    if (!out.empty() && inside.begin <= out.back().end) {
      out.back().end = std::max(out.back().end, inside.end);
    } else {
      out.push_back(inside);
    }
  }
  return out;
}

}  // namespace

TimeGrid read_time_grid(const CheckedDataset& times, std::optional<SampleRate> stated) {
  if (times.rows < 2 && !stated) throw fail(times, 0, "at least two times, or a rate", std::to_string(times.rows));
  const double step = stated ? 1 / stated->hertz() : usual_step(times);
  const Line line = longest_stretch(times, step);
  Placing placing(times, stated ? *stated : rate_of(times, line), !stated);
  for_each_time(times, [&](Index i, double t) { placing.add(i, t); });
  TimeGrid grid = std::move(placing).grid();
  grid.note = note_of(times, grid);
  return grid;
}

void cut_gaps(std::vector<Interval> gaps, TimeGrid& grid) {
  if (gaps.empty()) return;
  const std::vector<Stretch> stored = grid.stretches.empty() ? std::vector<Stretch>{{0, 0, grid.rows}} : std::move(grid.stretches);
  gaps.insert(gaps.end(), grid.gaps.begin(), grid.gaps.end());
  grid.gaps = merged(std::move(gaps), grid.rows);
  grid.stretches.clear();
  auto gap = grid.gaps.begin();
  for (const Stretch& s : stored) {
    Index at = s.row;
    const Index end = s.row + s.length;
    while (at < end) {
      while (gap != grid.gaps.end() && gap->end <= at) ++gap;
      if (gap != grid.gaps.end() && gap->begin <= at) {
        at = std::min(end, gap->end);
        continue;
      }
      const Index stop = gap == grid.gaps.end() ? end : std::min(end, gap->begin);
      grid.stretches.push_back({at, s.stored_row + (at - s.row), stop - at});
      at = stop;
    }
  }
  if (grid.gaps.empty()) grid.stretches.clear();
  if (!grid.gaps.empty() && grid.stretches.empty()) grid.stretches.push_back({0, 0, 0});  // nothing is left; "none" would mean all
}

}  // namespace myocramp::io::hdf5
