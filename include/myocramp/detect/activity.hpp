#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "myocramp/core/aligned.hpp"
#include "myocramp/core/block.hpp"
#include "myocramp/detect/baseline.hpp"
#include "myocramp/detect/detector.hpp"
#include "myocramp/simd/kernels.hpp"

namespace myocramp {

/// A stretch of one channel in which a detector's statistic stayed above release and somewhere reached alarm.
struct Activity {
  Interval span;
  double score = 0;        ///< largest statistic over its alarm threshold, at least 1
  bool cut_start = false;  ///< the recording or a gap begins inside it
  bool cut_end = false;
};

/// A detector's rule with memory: the state machine that turns one channel's statistic into activity.
class Hysteresis {
 public:
  Hysteresis(const Rule& rule, Index window) : rule_(rule), window_(window) {}

  /// `value` is the statistic over its level at rest; NaN in a gap. Samples come in order.
  void push(Index sample, double value, std::vector<Activity>& out) {
    if (std::isnan(value)) {
      cut(sample, out);
      measured_ = false;
      return;
    }
    if (value >= rule_.release) {
      if (!open_) {
        open_ = true;
        held_ = false;
        begin_ = sample;
        cut_start_ = !measured_;
        peak_ = value;
      }
      fallen_ = kNowhere;
      peak_ = std::max(peak_, value);
      held_ = held_ || (peak_ >= rule_.alarm && sample - begin_ + 1 >= rule_.hold);
    } else {
      fall(sample, sample + 1, out);
    }
    measured_ = true;
  }

  /// Whether a stretch is open that counts and from which the statistic has not fallen.
  [[nodiscard]] bool lasts() const noexcept { return open_ && held_ && fallen_ == kNowhere; }
  [[nodiscard]] double peak() const noexcept { return peak_; }  ///< of the stretch that is open

  /// While lasts(): in all samples up to the next that comes the statistic is at or above release, and at most `peak`, which it reaches or which
  /// is not above peak().
  void last(double peak) noexcept { peak_ = std::max(peak_, peak); }

  /// In all of `samples` the statistic is below release.
  void rest(Interval samples, std::vector<Activity>& out) {
    fall(samples.begin, samples.end, out);
    measured_ = true;
  }

  /// The signal ends at `sample`.
  void finish(Index sample, std::vector<Activity>& out) { cut(sample, out); }

 private:
  static constexpr Index kNowhere = -1;

  void fall(Index begin, Index end, std::vector<Activity>& out) {
    if (!open_) return;
    if (fallen_ == kNowhere) fallen_ = begin;
    if (end - fallen_ > (held_ ? rule_.bridge : rule_.dip)) close(fallen_, false, out);
  }

  // What had fallen already has ended there.
  void cut(Index sample, std::vector<Activity>& out) {
    if (open_) close(fallen_ == kNowhere ? sample : fallen_, fallen_ == kNowhere, out);
  }

  void close(Index sample, bool cut_end, std::vector<Activity>& out) {
    if (held_) {
      // The statistic at i covers (i - window, i]: what an edge cuts reaches to it.
      const Index begin = cut_start_ ? begin_ - (window_ - 1) : begin_ - rule_.onset_delay;
      const Index end = cut_end ? sample : sample - rule_.offset_delay;
      const Index first = std::max(free_from_, begin);
      out.push_back({{first, std::max(end, first + 1)}, peak_ / rule_.alarm, cut_start_, cut_end});
      free_from_ = out.back().span.end;
    }
    open_ = false;
    fallen_ = kNowhere;
  }

  Rule rule_;
  Index window_;
  Index begin_ = 0;
  Index fallen_ = kNowhere;  // where the statistic fell below release while the stretch stays open
  Index free_from_ = 0;      // the end of the last activity
  double peak_ = 0;
  bool open_ = false;
  bool held_ = false;  // the stretch counts
  bool cut_start_ = false;
  bool measured_ = false;  // the sample before was part of a complete window
};

/// Runs a detector over a signal in two passes: learn() sees every block once and gathers what rest is like; find() sees them again.
///
/// Blocks are conditioned samples in V, gaps NaN, on any division of the signal into blocks of whole samples from 0 that is the same in
/// all passes. The second pass may leave out the blocks for which quiet() is true, with the same result. The statistic counts to 24 bits.
/// Of a detector over frames, the statistic of every frame is kept (4 bytes), finish() decides, and all blocks are quiet.
/// A detector that looks back at its boundaries has a third pass, look(), over the blocks around them.
class ActivityFinder {
 public:
  ActivityFinder(std::unique_ptr<Detector> detector, SampleRate rate, Index channels, double longest_activity_s)
      : detector_(std::move(detector)),
        rate_(rate),
        longest_activity_s_(longest_activity_s),
        frame_(detector_->frame()),
        channels_(channels),
        spacing_(frame_ > 0 ? frame_ : std::max(detector_->window(), rate.round(Seconds(kSpacing_s)))),
        samples_(static_cast<std::size_t>(channels)),
        gaps_(samples_.size()),
        tail_(samples_.size()),
        most_(samples_.size()),
        least_(samples_.size()),
        finite_(samples_.size()),
        statistic_(static_cast<std::size_t>(std::max(kTile, frame_) * channels)) {}

  /// Rows before a block that the statistic needs to be exact in it.
  [[nodiscard]] Index lead() const noexcept { return detector_->window() - 1; }

  /// First pass. `x` holds `lead` rows before row `first` (fewer only at the signal's start), then the block.
  /// With the `rest` that fit() will be given, no more is looked at than that, and no block is quiet.
  void learn(ConstBlock<double> x, Index lead, Index first, std::optional<Interval> rest = {}) {
    BlockRange range;
    range.rows = {first, first + x.rows() - lead};
    if (frame_ > 0) {
      learn_frames(x, first - lead, range.rows);
      blocks_.push_back(std::move(range));
      return;
    }
    range.most.assign(samples_.size(), 0);
    std::vector<double> finite(samples_.size(), rest ? 0 : 1);
    if (rest) {
      const Interval wanted{std::clamp(rest->begin, first, range.rows.end), std::clamp(rest->end, first, range.rows.end)};
      for (std::vector<float>& s : samples_)
        s.resize(static_cast<std::size_t>(wanted.begin / spacing_), std::numeric_limits<float>::quiet_NaN());
      const Index before = std::min(this->lead(), lead + wanted.begin - first);
      x = x.rows(lead + wanted.begin - first - before, before + wanted.length());
      lead = before;
      first = wanted.begin;
    }
    compute(x, lead, first, [&](Block<double> values, Index at) {
      look_over(values);
      for (std::size_t c = 0; c < finite.size(); ++c) {
        range.most[c] = std::max(range.most[c], most_[c]);
        finite[c] = std::min(finite[c], finite_[c]);
      }
      for (Index i = (at + spacing_) / spacing_ * spacing_ - 1; i < at + values.rows(); i += spacing_) {
        for (Index c = 0; c < channels_; ++c) {
          samples_[static_cast<std::size_t>(c)].push_back(static_cast<float>(values(i - at, c)));
        }
      }
    });
    for (std::size_t c = 0; c < finite.size(); ++c) range.most[c] = top(range.most[c], finite[c]);
    blocks_.push_back(std::move(range));
  }

  /// Between the passes. `step_v[c]` is the converter's step or NaN; `not_rest[c]`, where it is given, holds samples that nothing may be
  /// learned from, such as those of an open lead, which are far below rest. `rest`, where it is given, is all that is learned from.
  void fit(const std::vector<double>& step_v, const std::vector<std::vector<Interval>>& not_rest = {}, std::optional<Interval> rest = {}) {
    for (std::size_t c = 0; c < samples_.size(); ++c) {
      // Frames are judged later, those that are not rest too.
      std::vector<float> values = frame_ > 0 ? samples_[c] : std::move(samples_[c]);
      if (c < not_rest.size()) leave_out_below(values, spacing_, detector_->window(), not_rest[c]);
      const double quantised = std::isnan(step_v[c]) ? 0 : detector_->rounding(step_v[c]);
      baselines_.push_back(rest ? learn_marked(values, spacing_, detector_->window(), *rest, quantised)
                                : learn_baseline(values, spacing_, rate_, longest_activity_s_, quantised));
      if (frame_ > 0) continue;
      rules_.push_back(detector_->rule(baselines_.back().spread));
      machines_.emplace_back(rules_.back(), detector_->window());
    }
    found_.resize(samples_.size());
  }

  [[nodiscard]] std::size_t blocks() const noexcept { return blocks_.size(); }

  /// After fit(): the value of the statistic of a channel at a sample that raises the alarm; of a detector over frames, the level at rest.
  [[nodiscard]] double alarm(Index channel, Index sample) const noexcept {
    const auto c = static_cast<std::size_t>(channel);
    return baselines_[c].at(sample) * (frame_ > 0 ? 1 : rules_[c].alarm);
  }
  [[nodiscard]] Index frame() const noexcept { return frame_; }  ///< samples; 0 for a detector that goes by its rule
  /// After fit(), of a detector over frames: the statistic of each frame of a channel.
  [[nodiscard]] const std::vector<float>& frames(Index channel) const noexcept { return samples_[static_cast<std::size_t>(channel)]; }

  /// Whether no channel can leave rest in a block.
  [[nodiscard]] bool quiet(std::size_t b) const noexcept {
    if (frame_ > 0) return true;
    for (std::size_t c = 0; c < baselines_.size(); ++c) {
      // !(a < b) also holds for NaN, which must not be passed over.
      if (!(blocks_[b].most[c] < least_above(c, baselines_[c].range(blocks_[b].rows)))) return false;
    }
    return true;
  }

  /// Second pass over a block that is not quiet, as learn() had it.
  void find(ConstBlock<double> x, Index lead, Index first) {
    if (frame_ > 0) return;
    std::vector<Baseline::Range> levels;
    for (const Baseline& b : baselines_) levels.push_back(b.range({first, first + x.rows() - lead}));
    compute(x, lead, first, [&](Block<double> tile, Index at) {
      look_over(tile);
      judge(tile, {at, at + tile.rows()}, levels);
    });
  }

  /// Second pass over a quiet block.
  void pass(std::size_t b) {
    for (std::size_t c = 0; c < machines_.size(); ++c) machines_[c].rest(blocks_[b].rows, found_[c]);
  }

  void finish() {
    const Index end = blocks_.empty() ? 0 : blocks_.back().rows.end;
    for (std::size_t c = 0; c < machines_.size(); ++c) machines_[c].finish(end, found_[c]);
    for (std::size_t c = 0; frame_ > 0 && c < found_.size(); ++c) decide(c);
    looks_.resize(found_.size());
    for (std::size_t c = 0; c < found_.size(); ++c) pass_over_cuts(c);
  }

  /// Whether the third pass needs a block: the detector wants to see a boundary that lies in it or near it.
  [[nodiscard]] bool looks_at(std::size_t b) const noexcept {
    if (detector_->reach() == 0) return false;
    for (std::size_t c = 0; c < found_.size(); ++c) {
      if (boundary_left(c) && sight(c).begin < blocks_[b].rows.end) return true;
    }
    return false;
  }

  /// Third pass, after finish(), over the blocks for which looks_at() is true, in order: boundaries move to where the detector sees them.
  ///
  /// Activities stay apart, in order and at least one sample long. What an edge or a gap cuts stays.
  void look(ConstBlock<double> x, Index lead, Index first) {
    const Index end = first + x.rows() - lead;
    for (std::size_t c = 0; c < found_.size(); ++c) {
      std::vector<double>& seen = looks_[c].seen;
      Index from = first - static_cast<Index>(seen.size());
      while (boundary_left(c) && sight(c).begin < end) {
        const Interval rows = sight(c);
        const Index dropped = std::min(rows.begin - from, static_cast<Index>(seen.size()));
        seen.erase(seen.begin(), seen.begin() + dropped);
        from = rows.begin;
        for (Index i = from + static_cast<Index>(seen.size()); i < std::min(rows.end, end); ++i)
          seen.push_back(x(i - first + lead, static_cast<Index>(c)));
        if (rows.end > end) break;
        settle(c, from);
      }
      if (!boundary_left(c) || sight(c).begin >= end) seen.clear();
    }
  }

  /// Per channel, sorted and disjoint.
  [[nodiscard]] const std::vector<std::vector<Activity>>& found() const noexcept { return found_; }

 private:
  static constexpr double kSpacing_s = 0.05;  // at least this lies between the values that rest is learned from
  static constexpr double kHair = 1e-9;
  static constexpr Index kTile = 128;  // rows that are worked on together, in the first-level cache

  struct BlockRange {
    Interval rows;
    std::vector<double> most;  // largest statistic of each channel; NaN when any is
  };

  // How far the third pass has come in a channel.
  struct Look {
    std::size_t next = 0;      // of its boundaries: 2 k is the onset of activity k, 2 k + 1 its offset
    std::vector<double> seen;  // samples of the next boundary's sight up to the end of the last block; none if that ends before
  };

  [[nodiscard]] bool boundary_left(std::size_t c) const noexcept { return looks_[c].next < 2 * found_[c].size(); }

  void pass_over_cuts(std::size_t c) noexcept {
    for (std::size_t& next = looks_[c].next; boundary_left(c); ++next) {
      const Activity& a = found_[c][next / 2];
      if (!(next % 2 == 0 ? a.cut_start : a.cut_end)) return;
    }
  }

  // The rows that the detector may see of a channel's next boundary. Neither end ever comes before that of the boundary before it.
  [[nodiscard]] Interval sight(std::size_t c) const noexcept {
    const std::vector<Activity>& all = found_[c];
    const std::size_t k = looks_[c].next / 2;
    const Index reach = detector_->reach();
    const Interval span = all[k].span;
    if (looks_[c].next % 2 == 0)
      return {std::max(span.begin - reach, k == 0 ? 0 : all[k - 1].span.end), std::min(span.begin + reach, span.end)};
    return {std::max(span.end - reach, span.begin),
            std::min(span.end + reach, k + 1 == all.size() ? blocks_.back().rows.end : all[k + 1].span.begin)};
  }

  // Moves the next boundary of a channel; `from` is the row of the first sample that is seen.
  void settle(std::size_t c, Index from) {
    const bool onset = looks_[c].next % 2 == 0;
    Interval& span = found_[c][looks_[c].next / 2].span;
    const Index at = onset ? span.begin : span.end;
    const auto sample = [&seen = looks_[c].seen, from](Index row) -> const double& { return seen[static_cast<std::size_t>(row - from)]; };
    Interval rows{at, at};
    const Interval limits = sight(c);
    while (rows.begin > limits.begin && std::isfinite(sample(rows.begin - 1))) --rows.begin;
    while (rows.end < limits.end && std::isfinite(sample(rows.end))) ++rows.end;
    const Rest rest{baselines_[c].at(at), baselines_[c].spread};
    if (rest.level > 0 && rows.length() > 0) {
      const std::span<const double> x(&sample(rows.begin), static_cast<std::size_t>(rows.length()));
      const Index place = at - rows.begin;
      if (onset) {
        span.begin = std::min(rows.begin + detector_->onset(x, place, rest), span.end - 1);
      } else {
        span.end = std::max(rows.begin + detector_->offset(x, place, rest), span.begin + 1);
      }
    }
    ++looks_[c].next;
    pass_over_cuts(c);
  }

  // Calls use(statistic, first row) for the block's rows, tile by tile.
  template <class Use>
  void compute(ConstBlock<double> x, Index lead, Index first, Use&& use) {
    const Block<double> scratch(statistic_.data(), kTile, channels_);
    detector_->reset();
    for (Index i = 0; i < lead; i += kTile) {
      const Index n = std::min(kTile, lead - i);
      detector_->process(x.rows(i, n), scratch.rows(0, n));
    }
    for (Index i = lead; i < x.rows(); i += kTile) {
      const Block<double> tile = scratch.rows(0, std::min(kTile, x.rows() - i));
      detector_->process(x.rows(i, tile.rows()), tile);
      // Without a whole window of signal before it, a value is no answer.
      for (Index k = i; k < std::min(this->lead(), i + tile.rows()); ++k) {
        for (Index c = 0; c < channels_; ++c) tile(k - i, c) = std::numeric_limits<double>::quiet_NaN();
      }
      use(tile, first + i - lead);
    }
  }

  // The frames that end in `rows`, each by itself: all that a detector over frames is asked for. `origin` is the sample of the first row of x.
  void learn_frames(ConstBlock<double> x, Index origin, Interval rows) {
    const Block<double> values(statistic_.data(), frame_, channels_);
    for (Index end = (rows.begin + frame_) / frame_ * frame_; end <= rows.end; end += frame_) {
      detector_->reset();
      detector_->process(x.rows(end - frame_ - origin, frame_), values);
      for (Index c = 0; c < channels_; ++c) {
        const double value = values(frame_ - 1, c);
        samples_[static_cast<std::size_t>(c)].push_back(static_cast<float>(value));
        if (!std::isfinite(value)) note_gaps(x, origin, {end - frame_, end}, c);
      }
    }
    for (Index c = 0; c < channels_; ++c) {
      Index& tail = tail_[static_cast<std::size_t>(c)];
      tail = std::max(rows.end / frame_ * frame_, origin);
      while (tail < rows.end && std::isfinite(x(tail - origin, c))) ++tail;
    }
  }

  // The samples of a frame that were not measured. `origin` is the sample of the first row of x.
  void note_gaps(ConstBlock<double> x, Index origin, Interval frame, Index c) {
    std::vector<Interval>& gaps = gaps_[static_cast<std::size_t>(c)];
    for (Index i = std::max(frame.begin, origin); i < frame.end; ++i) {
      if (std::isfinite(x(i - origin, c))) continue;
      if (gaps.empty() || gaps.back().end != i) gaps.push_back({i, i});
      gaps.back().end = i + 1;
    }
  }

  // Over each stretch of whole frames without a gap.
  void decide(std::size_t c) {
    const std::vector<float>& values = samples_[c];
    const auto count = static_cast<Index>(values.size());
    const auto value = [&values](Index k) { return static_cast<double>(values[static_cast<std::size_t>(k)]); };
    auto gap = gaps_[c].begin();
    Index begin = 0;  // where the stretch is measured from
    for (Index k = 0; k < count; ++k) {
      if (!std::isfinite(value(k))) continue;
      for (; gap != gaps_[c].end() && gap->begin < k * frame_; ++gap) begin = gap->end;
      Frames frames{{}, {}, baselines_[c].spread};
      const Index first = k;
      for (; k < count && std::isfinite(value(k)); ++k) {
        frames.value.push_back(value(k));
        frames.level.push_back(baselines_[c].at((k + 1) * frame_ - 1));
      }
      const Index end = gap != gaps_[c].end() ? gap->begin : tail_[c];
      for (const FrameActivity& a : detector_->decide(frames)) {
        const bool cut_start = a.frames.begin == 0;
        const bool cut_end = a.frames.end == frames.count();
        const Interval span{cut_start ? begin : (first + a.frames.begin) * frame_, cut_end ? end : (first + a.frames.end) * frame_};
        found_[c].push_back({span, a.score, cut_start, cut_end});
      }
    }
    samples_[c] = {};
  }

  // Into most_, least_ and finite_, those of one tile.
  void look_over(ConstBlock<double> values) {
    std::fill(most_.begin(), most_.end(), 0.0);
    std::fill(least_.begin(), least_.end(), std::numeric_limits<double>::infinity());
    std::fill(finite_.begin(), finite_.end(), 1.0);
    simd::kernels().extremes(values.data(), values.row_stride(), values.rows(), channels_, most_.data(), least_.data(), finite_.data());
  }

  static double to_24_bits(double v) noexcept { return static_cast<double>(static_cast<float>(v)); }

  static double top(double most, double finite) { return finite == 0 ? std::numeric_limits<double>::quiet_NaN() : to_24_bits(most); }

  // No value below this can open a channel where the level at rest is in `level`; a hair less than the release threshold, for rounding.
  [[nodiscard]] double least_above(std::size_t c, Baseline::Range level) const noexcept {
    return level.least * rules_[c].release * (1 - kHair);
  }

  // At most kTile rows of the statistic, of all channels, that look_over() has seen; the levels at rest lie in `ranges`.
  void judge(ConstBlock<double> values, Interval rows, const std::vector<Baseline::Range>& ranges) {
    const auto n = static_cast<std::size_t>(rows.length());
    const double* const first = values.data();
    const auto stride = static_cast<std::size_t>(values.row_stride());
    std::array<double, kTile> levels;
    for (std::size_t c = 0; c < machines_.size(); ++c) {
      Hysteresis& machine = machines_[c];
      const double highest = top(most_[c], finite_[c]);
      const Baseline::Range level = ranges[c];
      const double below = least_above(c, level);
      // NaN is not below.
      if (highest < below) {
        machine.rest(rows, found_[c]);
        continue;
      }
      if (machine.lasts() && level.least > 0 && (level.least == level.most || highest / level.least < machine.peak() * (1 - kHair)) &&
          finite_[c] != 0 && surely_above(least_[c], level.most * rules_[c].release)) {
        machine.last(highest / level.least);
        continue;
      }
      baselines_[c].levels(rows.begin, rows.length(), levels.data());
      for (std::size_t i = 0; i < n; ++i) {
        const std::size_t from = i;
        while (i < n && to_24_bits(first[i * stride + c]) < below) ++i;
        if (i > from) machine.rest({rows.begin + static_cast<Index>(from), rows.begin + static_cast<Index>(i)}, found_[c]);
        if (i == n) break;
        const double v = to_24_bits(first[i * stride + c]);
        // Above a level of exactly 0, digital silence, anything is activity.
        const double ratio = levels[i] == 0 ? (v > 0 ? rules_[c].alarm : v) : v / levels[i];
        machine.push(rows.begin + static_cast<Index>(i), ratio, found_[c]);
      }
    }
  }

  // Whether a value, to 24 bits, is surely above a level.
  static bool surely_above(double value, double level) noexcept {
    constexpr double kRounded = 1e-6;
    return level > static_cast<double>(std::numeric_limits<float>::min()) && value > level * (1 + kRounded);
  }

  std::unique_ptr<Detector> detector_;
  SampleRate rate_;
  double longest_activity_s_;
  Index frame_;  // samples; 0 for a detector that goes by its rule
  Index channels_;
  Index spacing_;
  std::vector<std::vector<float>> samples_;  // of the statistic, one per spacing, for each channel
  std::vector<std::vector<Interval>> gaps_;  // of each channel, and
  std::vector<Index> tail_;                  // the end of what is measured after the last whole frame; both over frames only
  std::vector<BlockRange> blocks_;
  std::vector<Baseline> baselines_;
  std::vector<Rule> rules_;
  std::vector<Hysteresis> machines_;
  std::vector<std::vector<Activity>> found_;
  std::vector<Look> looks_;
  std::vector<double> most_;  // scratch: look_over() of a tile
  std::vector<double> least_;
  std::vector<double> finite_;
  Aligned<double> statistic_;  // scratch
};

}  // namespace myocramp
