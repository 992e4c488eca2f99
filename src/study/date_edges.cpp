#include "study/date_edges.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "myocramp/cramp/dates.hpp"

namespace myocramp {
namespace {

// A boundary to be dated.
struct Boundary {
  Index at = 0;  // the sample
  bool onset = true;
  std::size_t stretch = 0;
  Index channel = 0;
};

// Samples that are kept, or by way of the last two blocks that were wanted: what lies across the end of a block is wanted again, of other
// channels.
class LastBlocks {
 public:
  explicit LastBlocks(KeptSamples& samples) : samples_(samples), rows_(samples.rows(0).end) {}

  std::vector<double> read(Index channel, Interval rows) {
    std::vector<double> x;
    x.reserve(static_cast<std::size_t>(rows.length()));
    Index row = rows.begin;
    for (const Index end = std::min(rows.end, samples_.kept_rows()); row < end; ++row) x.push_back(samples_.kept(row, channel));
    while (row < rows.end) {
      const Kept& block = load(row / rows_);
      const Index end = std::min(rows.end, block.rows.end);
      for (; row < end; ++row) x.push_back(block.x(row - block.rows.begin, channel));
    }
    return x;
  }

 private:
  struct Kept {
    Interval rows{};
    Samples<double> x;
  };

  const Kept& load(Index block) {
    const Index first = block * rows_;
    if (last_.rows.begin != first || last_.rows.empty()) std::swap(last_, before_);
    if (last_.rows.begin != first || last_.rows.empty()) {
      const Conditioner::View view = samples_.again(block);
      last_.rows = view.rows;
      const ConstBlock<double> rows = view.x.rows(view.lead, view.rows.length());
      last_.x.resize(rows.rows(), rows.channels());
      for (Index i = 0; i < rows.rows(); ++i) std::copy_n(&rows(i, 0), rows.channels(), &last_.x(i, 0));
    }
    return last_;
  }

  KeptSamples& samples_;
  Index rows_;  // of a block
  Kept last_;
  Kept before_;
};

}  // namespace

void date_edges(std::vector<ChannelActivity>& activity, const SignalFeatures& features, const Signal& signal, KeptSamples& conditioned,
                const CrampOptions& options) {
  const auto sample = [&signal](double time_s) {
    return static_cast<Index>(std::llround((time_s - signal.start_s) * signal.rate.hertz()));
  };
  std::vector<Boundary> boundaries;
  for (std::size_t k = 0; k < activity.size(); ++k) {
    const ChannelActivity& a = activity[k];
    const auto named = std::find(features.channels.begin(), features.channels.end(), a.channel);
    if (named == features.channels.end() || a.offset_s - a.onset_s < options.twitch_s) continue;
    const auto channel = static_cast<Index>(named - features.channels.begin());
    if (!a.cut_start) boundaries.push_back({sample(a.onset_s), true, k, channel});
    if (!a.cut_end) boundaries.push_back({sample(a.offset_s), false, k, channel});
  }
  // In the order of time, so that a block serves all boundaries in it.
  std::stable_sort(boundaries.begin(), boundaries.end(), [](const Boundary& a, const Boundary& b) { return a.at < b.at; });

  LastBlocks blocks(conditioned);
  DateRule rule;
  rule.window = std::max<Index>(1, signal.rate.round(Seconds(options.date_window_s)));
  for (const Boundary& b : boundaries) {
    ChannelActivity& a = activity[b.stretch];
    const double rest = features.baseline(std::clamp<Index>(b.at / features.hop, 0, features.frames() - 1), b.channel);
    if (!(rest > 0)) continue;
    rule.rest_power = rest * rest;
    const Interval span{sample(a.onset_s), sample(a.offset_s)};
    Interval limits{0, signal.samples};
    if (b.stretch > 0 && activity[b.stretch - 1].channel == a.channel) limits.begin = sample(activity[b.stretch - 1].offset_s);
    if (b.stretch + 1 < activity.size() && activity[b.stretch + 1].channel == a.channel)
      limits.end = sample(activity[b.stretch + 1].onset_s);
    const auto samples = [&](Interval rows) { return blocks.read(b.channel, rows); };
    if (b.onset) {
      a.onset_s = signal.time(date_onset(span, limits, rule, samples));
    } else {
      a.offset_s = signal.time(date_offset(span, limits, rule, samples));
    }
  }
}

}  // namespace myocramp
