#include "study/kept_samples.hpp"

#include <algorithm>

namespace myocramp {

KeptSamples::KeptSamples(const Signal& signal, const BandpassOptions& options, Index lead, std::size_t room)
    : conditioner_(signal, options, lead),
      channels_(static_cast<Index>(signal.channels.size())),
      lead_(lead),
      room_(static_cast<Index>(room) / std::max<Index>(1, channels_)),
      store_(platform::large_array(static_cast<std::size_t>(room_ * channels_))) {}

Conditioner::View KeptSamples::first(Index block) {
  const Conditioner::View view = conditioner_.load(block);
  if (kept_ != view.rows.begin || view.rows.end > room_) return view;
  float* to = store_.get() + kept_ * channels_;
  for (Index i = view.lead; i < view.x.rows(); ++i, to += channels_) {
    for (Index c = 0; c < channels_; ++c) to[c] = static_cast<float>(view.x(i, c));
  }
  kept_ = view.rows.end;
  return view;
}

Conditioner::View KeptSamples::again(Index block) {
  const Interval rows = conditioner_.rows(block);
  if (rows.end > kept_) return conditioner_.load(block);
  const Index lead = std::min(lead_, rows.begin);
  rows_.resize(lead + rows.length(), channels_);
  const float* from = store_.get() + (rows.begin - lead) * channels_;
  for (Index i = 0; i < rows_.size(); ++i) rows_.data()[i] = static_cast<double>(from[i]);
  return {rows_, lead, rows};
}

}  // namespace myocramp
