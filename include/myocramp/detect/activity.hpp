#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/detect/baseline.hpp"
#include "myocramp/detect/detector.hpp"

namespace myocramp {

/// A stretch of one channel in which a detector's statistic stayed above release and somewhere reached alarm.
struct Activity {
  Interval span;
  double score = 0;        ///< largest statistic over its alarm threshold, at least 1
  bool cut_start = false;  ///< the recording or a gap begins inside it
  bool cut_end = false;
};

/// Alarm and release with memory: the state machine that turns one channel's statistic into activity.
class Hysteresis {
 public:
  Hysteresis(Thresholds thresholds, Index window) : thresholds_(thresholds), window_(window) {}

  /// `value` is the statistic over its level at rest; NaN in a gap. Samples come in order.
  void push(Index sample, double value, std::vector<Activity>& out) {
    if (std::isnan(value)) {
      close(sample, true, out);
      measured_ = false;
      return;
    }
    if (value >= thresholds_.release) {
      if (!open_) {
        open_ = true;
        begin_ = sample;
        cut_start_ = !measured_;
        peak_ = value;
      }
      peak_ = std::max(peak_, value);
    } else {
      close(sample, false, out);
    }
    measured_ = true;
  }

  /// From `sample` on the statistic is below release for a while.
  void rest(Index sample, std::vector<Activity>& out) {
    close(sample, false, out);
    measured_ = true;
  }

  /// The signal ends at `sample`.
  void finish(Index sample, std::vector<Activity>& out) { close(sample, true, out); }

 private:
  void close(Index sample, bool cut_end, std::vector<Activity>& out) {
    if (open_ && peak_ >= thresholds_.alarm) {
      // The statistic at i covers (i - window, i]: boundaries lie at window centres, or at the edge that cut the first or last window.
      const Index centre = (window_ - 1) / 2;
      const Index begin = cut_start_ ? begin_ - (window_ - 1) : begin_ - centre;
      const Index end = cut_end ? sample : sample - centre;
      out.push_back({{std::max<Index>(0, begin), std::max(end, begin + 1)}, peak_ / thresholds_.alarm, cut_start_, cut_end});
    }
    open_ = false;
  }

  Thresholds thresholds_;
  Index window_;
  Index begin_ = 0;
  double peak_ = 0;
  bool open_ = false;
  bool cut_start_ = false;
  bool measured_ = false;  // the sample before was part of a complete window
};

/// Runs a detector over a signal in two passes: learn() sees every block once and gathers what rest is like; find() sees them again.
///
/// Blocks are conditioned samples in V, gaps NaN, on any division of the signal into blocks of whole samples from 0 that is the same in
/// both passes. The second pass may leave out the blocks for which quiet() is true, with the same result.
class ActivityFinder {
 public:
  ActivityFinder(std::unique_ptr<Detector> detector, SampleRate rate, Index channels, double longest_activity_s)
      : detector_(std::move(detector)),
        rate_(rate),
        longest_activity_s_(longest_activity_s),
        samples_(static_cast<std::size_t>(channels)) {}

  /// Rows before a block that the statistic needs to be exact in it.
  [[nodiscard]] Index lead() const noexcept { return detector_->window() - 1; }

  /// First pass. `x` holds `lead` rows before row `first` (fewer only at the signal's start), then the block.
  void learn(ConstBlock<double> x, Index lead, Index first) {
    compute(x, lead);
    const Index n = x.rows() - lead;
    const Index window = detector_->window();
    BlockRange range;
    for (Index c = 0; c < x.channels(); ++c) {
      double most = 0;
      for (Index i = 0; i < n; ++i) {
        const double v = statistic_(lead + i, c);
        most = std::isnan(v) || std::isnan(most) ? std::numeric_limits<double>::quiet_NaN() : std::max(most, v);
        if ((first + i + 1) % window == 0) samples_[static_cast<std::size_t>(c)].push_back(v);
      }
      range.most.push_back(most);
    }
    range.rows = {first, first + n};
    blocks_.push_back(std::move(range));
  }

  /// Between the passes. `step_v[c]` is the converter's step or NaN.
  void fit(const std::vector<double>& step_v) {
    for (std::size_t c = 0; c < samples_.size(); ++c) {
      const double quantised = std::isnan(step_v[c]) ? 0 : step_v[c] / 4;  // the mean rectified value of rounding alone
      baselines_.push_back(learn_baseline(samples_[c], detector_->window(), rate_, longest_activity_s_, quantised));
      thresholds_.push_back(detector_->thresholds(baselines_.back().spread));
      machines_.emplace_back(thresholds_.back(), detector_->window());
    }
    found_.resize(samples_.size());
  }

  [[nodiscard]] std::size_t blocks() const noexcept { return blocks_.size(); }

  /// Whether no channel can leave rest in a block.
  [[nodiscard]] bool quiet(std::size_t b) const noexcept {
    for (std::size_t c = 0; c < baselines_.size(); ++c) {
      // !(a < b) also holds for NaN, which must not be passed over.
      if (!(blocks_[b].most[c] < baselines_[c].lowest(blocks_[b].rows) * thresholds_[c].release)) return false;
    }
    return true;
  }

  /// Second pass over a block that is not quiet, as learn() had it.
  void find(ConstBlock<double> x, Index lead, Index first) {
    compute(x, lead);
    for (Index c = 0; c < x.channels(); ++c) {
      const auto k = static_cast<std::size_t>(c);
      for (Index i = lead; i < x.rows(); ++i) {
        const Index sample = first + i - lead;
        const double level = baselines_[k].at(sample);
        const double v = statistic_(i, c);
        // Above a level of exactly 0, digital silence, anything is activity.
        const double ratio = level == 0 ? (v > 0 ? thresholds_[k].alarm : v) : v / level;
        machines_[k].push(sample, ratio, found_[k]);
      }
    }
  }

  /// Second pass over a quiet block.
  void pass(std::size_t b) {
    for (std::size_t c = 0; c < machines_.size(); ++c) machines_[c].rest(blocks_[b].rows.begin, found_[c]);
  }

  void finish() {
    const Index end = blocks_.empty() ? 0 : blocks_.back().rows.end;
    for (std::size_t c = 0; c < machines_.size(); ++c) machines_[c].finish(end, found_[c]);
  }

  /// Per channel, sorted and disjoint.
  [[nodiscard]] const std::vector<std::vector<Activity>>& found() const noexcept { return found_; }

 private:
  struct BlockRange {
    Interval rows;
    std::vector<double> most;  // largest statistic of each channel; NaN when any is
  };

  void compute(ConstBlock<double> x, Index lead) {
    if (statistic_.rows() < x.rows() || statistic_.cols() != x.channels()) statistic_.resize(x.rows(), x.channels());
    detector_->reset();
    detector_->process(x, Block<double>(statistic_).rows(0, x.rows()));
    // Without a whole window of signal before it, a value is no answer.
    for (Index i = lead; i < std::min(this->lead(), x.rows()); ++i) statistic_.row(i).setConstant(std::numeric_limits<double>::quiet_NaN());
  }

  std::unique_ptr<Detector> detector_;
  SampleRate rate_;
  double longest_activity_s_;
  std::vector<std::vector<double>> samples_;  // of the statistic, one per window, for each channel
  std::vector<BlockRange> blocks_;
  std::vector<Baseline> baselines_;
  std::vector<Thresholds> thresholds_;
  std::vector<Hysteresis> machines_;
  std::vector<std::vector<Activity>> found_;
  Samples<double> statistic_;  // scratch
};

}  // namespace myocramp
