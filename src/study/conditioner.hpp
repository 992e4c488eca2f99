#pragma once

#include <vector>

#include "myocramp/filter/butterworth.hpp"
#include "myocramp/filter/zero_phase.hpp"
#include "myocramp/signal/signal.hpp"

namespace myocramp {

/// Reads a signal block by block on the fixed grid and band-passes it without phase shift.
///
/// Forwards, the filter's state is carried from block to block, so every sample is filtered once; backwards, a block starts at a warm-up
/// behind it (zero_phase_warm_up), which stands in for the rest of the signal to 1e-14. The state at the start of every block is kept, so
/// that a block can be had again, in any order, with the same bits. Channels with a gap (a sample that is NaN or infinite) within a warm-up
/// of a block are filtered apart in that block, between their gaps, and start anew behind it; the bits of a channel depend on no other.
class Conditioner {
 public:
  /// `lead`: rows before a block that come with it. Throws: DataError E-BAND, E-SHORT; InvalidArgument E-OPTION.
  Conditioner(const Signal& signal, const BandpassOptions& options, Index lead);

  [[nodiscard]] Index blocks() const { return (signal_.samples + block_ - 1) / block_; }
  [[nodiscard]] Interval rows(Index block) const { return intersect({block * block_, (block + 1) * block_}, {0, signal_.samples}); }

  /// The block's rows with `lead` rows ahead of them, fewer at the signal's start. Gaps are NaN. Valid until the next call.
  struct View {
    ConstBlock<double> x;
    Index lead = 0;   // rows before the block
    Interval rows{};  // of the block
  };

  /// All blocks in order first; after that any. Throws what reading throws.
  View load(Index block);

  /// Samples of each channel without an answer, in the blocks loaded so far.
  [[nodiscard]] const std::vector<Index>& gaps() const { return gaps_; }

 private:
  static constexpr Index kDiscarded = 128;  // rows of warm-up that are thrown away at a time

  // What is kept of a block for loading it again.
  struct Start {
    std::vector<double> state;  // of the forward filter before the block's first row with its lead
    std::vector<char> apart;    // whether a channel is filtered apart
  };

  [[nodiscard]] Interval reach(Index block) const;  // rows whose forward pass a block needs
  void read(Index begin, Index end);
  void forward(Index block);
  void forward_again(Index block);
  void run_forward(SosFilter<double>& filter, Interval rows, Index first, Index block);
  void restart(Index channel, Index block);
  void pad_start(SosFilter<double>& filter, ConstBlock<double> first) const;
  void pad_end(SosFilter<double>& filter, Index first);
  void backward(Index block);
  void filter_apart(Index channel, Index block);
  void count_gaps(Index channel, Index block);

  [[nodiscard]] Block<double> raw(Interval rows) { return Block<double>(raw_).rows(rows.begin - raw_rows_.begin, rows.length()); }

  const Signal& signal_;
  Sections sections_;
  Index channels_;
  Index lead_;
  Index warm_up_;
  Index pad_;
  Index block_;  // a multiple of kGridBlock that a warm-up and a lead fit into
  SosFilter<double> filter_;
  SosFilter<double> backward_filter_;
  std::vector<Start> starts_;
  Index next_ = 0;               // the block that the first pass comes to next
  std::vector<Index> last_gap_;  // last row without a finite sample that was read, of each channel
  std::vector<Index> gaps_;
  Samples<double> raw_;      // rows raw_rows_, as read
  Samples<double> forward_;  // rows forward_rows_ after the forward pass; at the signal's end with the padding
  Samples<double> out_;
  Samples<double> discarded_;
  Interval raw_rows_{0, 0};
  Interval forward_rows_{0, 0};
};

}  // namespace myocramp
