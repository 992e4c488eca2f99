#include "study/conditioner.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "myocramp/filter/gaps.hpp"

namespace myocramp {
namespace {

// Moves the rows from `begin` on to the buffer's front, and `more` rows behind them.
void slide(Samples<double>& buffer, Interval& have, Index begin, Index more = 0) {
  const Index drop = std::clamp<Index>(begin - have.begin, 0, have.length());
  const Index width = buffer.cols();
  std::copy(buffer.data() + drop * width, buffer.data() + std::min(have.length() + more, buffer.rows()) * width, buffer.data());
  have.begin = begin;
  have.end = std::max(have.end, begin);
}

Block<double> reversed(Block<double> x) { return {&x(x.rows() - 1, 0), x.rows(), x.channels(), -x.row_stride(), x.channel_stride()}; }

bool finite_lane(const std::vector<double>& state, Index channels, Index c) {
  for (std::size_t k = static_cast<std::size_t>(c); k < state.size(); k += static_cast<std::size_t>(channels)) {
    if (!std::isfinite(state[k])) return false;
  }
  return true;
}

// Copies the state of one channel's filter into its lane of all channels' state.
void put_lane(const std::vector<double>& one, std::vector<double>& all, Index channels, Index c) {
  for (std::size_t k = 0; k < one.size(); ++k) all[k * static_cast<std::size_t>(channels) + static_cast<std::size_t>(c)] = one[k];
}

Index whole_blocks(Index rows) { return (rows + kGridBlock - 1) / kGridBlock * kGridBlock; }

}  // namespace

Conditioner::Conditioner(const Signal& signal, const BandpassOptions& options, Index lead)
    : signal_(signal),
      sections_(butterworth_bandpass(options, signal.rate)),
      channels_(static_cast<Index>(signal.channels.size())),
      lead_(lead),
      warm_up_(zero_phase_warm_up(sections_)),
      pad_(zero_phase_padding(sections_)),
      block_(whole_blocks(std::max(warm_up_ + lead_, Index{1}))),
      filter_(sections_, channels_),
      backward_filter_(sections_, channels_),
      last_gap_(signal.channels.size(), -1),
      gaps_(signal.channels.size(), 0) {
  constexpr Index kLongest = Index{1} << 18;  // every block is read with this much around it
  if (warm_up_ > kLongest) {
    throw DataError({"E-BAND", "", "filter.low_hz", "an edge whose filter settles within " + std::to_string(kLongest) + " samples",
                     detail::number(options.low_hz) + " Hz, which takes " + std::to_string(warm_up_)});
  }
  if (signal.samples <= pad_) {
    throw DataError({"E-SHORT", "", "signal", "more than " + std::to_string(pad_) + " samples, which the filter's padding needs",
                     std::to_string(signal.samples)});
  }
  const Index longest = std::min(signal.samples, block_ + lead_ + 2 * warm_up_);
  raw_.resize(longest, channels_);
  forward_.resize(std::min(signal.samples, block_ + lead_ + warm_up_) + pad_, channels_);
  out_.resize(std::min(signal.samples, block_ + lead_), channels_);
  discarded_.resize(kDiscarded, channels_);
  starts_.resize(static_cast<std::size_t>(blocks()));
}

Interval Conditioner::reach(Index block) const {
  return intersect({block * block_ - lead_, (block + 1) * block_ + warm_up_}, {0, signal_.samples});
}

Conditioner::View Conditioner::load(Index block) {
  const bool first_time = block == next_;
  if (first_time) {
    ++next_;
    forward(block);
  } else {
    forward_again(block);
  }
  backward(block);
  for (Index c = 0; c < channels_; ++c) {
    char& apart = starts_[static_cast<std::size_t>(block)].apart[static_cast<std::size_t>(c)];
    if (!finite_lane(backward_filter_.state(), channels_, c)) apart = 1;  // numbers so large that the filter overflows
    if (apart == 0) continue;
    filter_apart(c, block);
    if (first_time) count_gaps(c, block);
  }
  const Interval core = rows(block);
  const Index first = reach(block).begin;
  return {Block<double>(out_).rows(0, core.end - first), core.begin - first, core};
}

// Goes on reading up to `end`, keeping what was read from `begin` on, and notes where no sample is.
void Conditioner::read(Index begin, Index end) {
  slide(raw_, raw_rows_, begin);
  const Interval more{raw_rows_.end, end};
  if (more.empty()) return;
  raw_rows_.end = end;
  const Block<double> x = raw(more);
  signal_.source->read(more, x);
  std::vector<double> most(gaps_.size(), 0);
  std::vector<double> least(gaps_.size(), 0);
  std::vector<double> finite(gaps_.size(), 1);
  simd::kernels().extremes(x.data(), x.row_stride(), x.rows(), channels_, most.data(), least.data(), finite.data());
  for (Index c = 0; c < channels_; ++c) {
    if (finite[static_cast<std::size_t>(c)] != 0) continue;
    Index& last = last_gap_[static_cast<std::size_t>(c)];
    for (Index i = more.begin; i < more.end; ++i) {
      if (!std::isfinite(x(i - more.begin, c))) last = i;
    }
  }
}

// The first pass over a block: the forward filter goes on where it stood.
void Conditioner::forward(Index block) {
  const Interval rows = reach(block);
  const Index from = std::max<Index>(0, rows.begin - warm_up_);
  const auto b = static_cast<std::size_t>(block);
  read(from, rows.end);
  slide(forward_, forward_rows_, rows.begin, pad_);
  if (block == 0) {
    pad_start(filter_, raw({0, pad_ + 1}));
    starts_[0].state = filter_.state();
  }
  const bool at_end = forward_rows_.end < signal_.samples && rows.end == signal_.samples;
  run_forward(filter_, {forward_rows_.end, rows.end}, 0, block);
  forward_rows_.end = rows.end;
  if (at_end) pad_end(filter_, 0);

  starts_[b].apart.assign(gaps_.size(), 0);
  for (Index c = 0; c < channels_; ++c) {
    const auto k = static_cast<std::size_t>(c);
    char& apart = starts_[b].apart[k];
    apart = last_gap_[k] >= from ? 1 : 0;
    if (apart == 0 && block > 0 && starts_[b - 1].apart[k] != 0) restart(c, block);
    if (!finite_lane(filter_.state(), channels_, c)) apart = 1;
  }
}

// Filters rows of the channels from `first` on, and keeps the state at which the next block will start.
void Conditioner::run_forward(SosFilter<double>& filter, Interval rows, Index first, Index block) {
  const Index next = (block + 1) * block_ - lead_;
  const bool is_last = block + 1 == blocks();
  const auto run = [&](Interval part) {
    if (part.empty()) return;
    filter.process(ConstBlock<double>(raw(part)).columns(first, filter.channels()),
                   Block<double>(forward_).rows(part.begin - forward_rows_.begin, part.length()).columns(first, filter.channels()));
  };
  if (is_last || next < rows.begin || next > rows.end) return run(rows);
  run({rows.begin, next});
  std::vector<double>& state = starts_[static_cast<std::size_t>(block) + 1].state;
  if (filter.channels() == channels_) {
    state = filter.state();
  } else {
    put_lane(filter.state(), state, channels_, first);
  }
  run({next, rows.end});
}

// A channel without a gap here that had one in the block before: its state is had from a warm-up of its own.
void Conditioner::restart(Index channel, Index block) {
  const Interval rows = reach(block);
  const Index from = std::max<Index>(0, rows.begin - warm_up_);
  SosFilter<double> filter(sections_, 1);
  const ConstBlock<double> lead_in = ConstBlock<double>(raw({from, rows.begin})).columns(channel, 1);
  if (from == 0) {
    pad_start(filter, ConstBlock<double>(raw({0, pad_ + 1})).columns(channel, 1));
  } else {
    filter.take_off(lead_in.rows(0, 1));  // and so it is settled
  }
  Samples<double> passed(lead_in.rows(), 1);
  filter.process(lead_in, passed);
  put_lane(filter.state(), starts_[static_cast<std::size_t>(block)].state, channels_, channel);
  run_forward(filter, rows, channel, block);
  std::vector<double> all = filter_.state();
  put_lane(filter.state(), all, channels_, channel);
  if (rows.end == signal_.samples) pad_end(filter, channel);
  filter_.restore(all);
}

// A block once more.
void Conditioner::forward_again(Index block) {
  const Interval rows = reach(block);
  const Start& start = starts_[static_cast<std::size_t>(block)];
  const bool any_apart = std::find(start.apart.begin(), start.apart.end(), 1) != start.apart.end();
  const bool at_end = rows.end == signal_.samples;
  Index from = at_end ? std::min(rows.begin, signal_.samples - 1 - pad_) : rows.begin;
  if (any_apart) from = std::min(from, std::max<Index>(0, rows.begin - warm_up_));
  raw_rows_ = {from, from};
  read(from, rows.end);
  forward_rows_ = rows;
  filter_.restore(start.state);
  filter_.process(raw(rows), Block<double>(forward_).rows(0, rows.length()));
  if (at_end) pad_end(filter_, 0);
}

// Settles a filter on the odd reflection of its first rows, and runs it up to the first of them. All less the first row: a band-pass
// lets no constant through, and beside a large offset it would lose digits.
void Conditioner::pad_start(SosFilter<double>& filter, ConstBlock<double> first) const {
  Samples<double> padding(pad_, first.channels());
  for (Index i = 0; i < pad_; ++i) {
    for (Index c = 0; c < first.channels(); ++c) padding(i, c) = first(0, c) - first(pad_ - i, c);
  }
  filter.settle(ConstBlock<double>(padding).rows(0, 1));
  filter.process(padding, padding);
  filter.take_off(first.rows(0, 1));
}

// Runs a filter of the channels from `first` on over the odd reflection at the signal's end.
void Conditioner::pad_end(SosFilter<double>& filter, Index first) {
  const Index n = signal_.samples;
  const Block<double> last = raw({n - 1 - pad_, n}).columns(first, filter.channels());
  const Block<double> padding = Block<double>(forward_).rows(n - forward_rows_.begin, pad_).columns(first, filter.channels());
  for (Index i = 0; i < pad_; ++i) {
    for (Index c = 0; c < filter.channels(); ++c) padding(i, c) = 2 * last(pad_, c) - last(pad_ - 1 - i, c);
  }
  filter.process(padding, padding);
}

void Conditioner::backward(Index block) {
  const Interval rows = reach(block);
  const Index core_end = this->rows(block).end;
  const Index end = rows.end == signal_.samples ? rows.end + pad_ : rows.end;
  const auto from_end = [&](Interval part) {
    return reversed(Block<double>(forward_).rows(part.begin - forward_rows_.begin, part.length()));
  };
  backward_filter_.settle(from_end({end - 1, end}));
  for (Index i = end; i > core_end;) {
    const Index count = std::min(kDiscarded, i - core_end);
    backward_filter_.process(from_end({i - count, i}), Block<double>(discarded_).rows(0, count));
    i -= count;
  }
  backward_filter_.process(from_end({rows.begin, core_end}), reversed(Block<double>(out_).rows(0, core_end - rows.begin)));
}

// One channel of a block, by itself and between its gaps.
void Conditioner::filter_apart(Index channel, Index block) {
  const Interval rows = reach(block);
  const Interval all{std::max<Index>(0, rows.begin - warm_up_), rows.end};
  Samples<double> y(all.length(), 1);
  zero_phase_between_gaps<double>(sections_, ConstBlock<double>(raw(all)).columns(channel, 1), y,
                                  all.begin == 0 ? Edge::kPad : Edge::kWarmUp, all.end == signal_.samples ? Edge::kPad : Edge::kWarmUp);
  const Index skipped = rows.begin - all.begin;
  for (Index i = rows.begin; i < this->rows(block).end; ++i) out_(i - rows.begin, channel) = y(i - rows.begin + skipped, 0);
}

void Conditioner::count_gaps(Index channel, Index block) {
  const Interval core = rows(block);
  const Index first = reach(block).begin;
  for (Index i = core.begin; i < core.end; ++i) {
    gaps_[static_cast<std::size_t>(channel)] += std::isfinite(out_(i - first, channel)) ? 0 : 1;
  }
}

}  // namespace myocramp
