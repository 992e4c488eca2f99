#pragma once

#include <cstddef>
#include <memory>

#include "platform/memory.hpp"
#include "study/conditioner.hpp"

namespace myocramp {

/// The conditioned samples of a signal, as often as they are wanted: from the start on as many as there is room for are kept, in single
/// precision; the rest is conditioned anew.
class KeptSamples {
 public:
  /// `room` in samples of all channels together. Throws what Conditioner throws.
  KeptSamples(const Signal& signal, const BandpassOptions& options, Index lead, std::size_t room);

  [[nodiscard]] Index blocks() const { return conditioner_.blocks(); }
  [[nodiscard]] Interval rows(Index block) const { return conditioner_.rows(block); }
  [[nodiscard]] const std::vector<Index>& gaps() const { return conditioner_.gaps(); }

  /// The first pass: every block once, in order.
  Conditioner::View first(Index block);
  /// After that any block, with the same bits each time. Valid until the next call.
  Conditioner::View again(Index block);

  [[nodiscard]] Index kept_rows() const { return kept_; }
  /// One sample of those rows.
  [[nodiscard]] double kept(Index row, Index channel) const {
    return static_cast<double>(store_.get()[static_cast<std::size_t>(row * channels_ + channel)]);
  }

 private:
  Conditioner conditioner_;
  Index channels_;
  Index lead_;
  Index room_;  // rows
  Index kept_ = 0;
  std::unique_ptr<float[], platform::Free> store_;  // (row, channel), from the first row on
  Samples<double> rows_;
};

}  // namespace myocramp
