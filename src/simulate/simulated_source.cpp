#include "simulate/simulated_source.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <thread>
#include <utility>

namespace myocramp {
namespace {

constexpr int kMostThreads = 64;

}  // namespace

SimulatedSource::SimulatedSource(std::vector<Shown> muscles, Contaminants contaminants, const ClippingOptions& range, SampleRate rate,
                                 Index rows, Index channels, int threads)
    : muscles_(std::move(muscles)),
      contaminants_(std::move(contaminants)),
      clipping_(range, rate),
      step_v_(range.range_mv * 1e-3 / 32768),
      rows_(rows),
      channels_(channels),
      blocks_(static_cast<std::size_t>(std::clamp(threads, 1, kMostThreads))) {}

void SimulatedSource::read(Interval rows, Block<double> out) const {
  read_stored(rows, out);
  for (Index i = 0; i < out.rows(); ++i) {
    for (Index c = 0; c < out.channels(); ++c) out(i, c) *= step_v_;
  }
}

void SimulatedSource::read_stored(Interval rows, Block<double> out) const {
  for (Index at = rows.begin; at < rows.end;) {
    const Index block = at / kGridBlock;
    const Samples<std::int16_t>& counts = counts_of(block);
    const Index end = std::min(rows.end, (block + 1) * kGridBlock);
    for (; at < end; ++at) {
      for (Index c = 0; c < channels_; ++c) out(at - rows.begin, c) = counts(at - block * kGridBlock, c);
    }
  }
}

Encoding SimulatedSource::encoding() const {
  return {NumberType::kInt16, std::vector<double>(static_cast<std::size_t>(channels_), step_v_), 0};
}

std::vector<ContaminantSpan> SimulatedSource::clipped(Index block) const {
  Samples<double> volts = render(block);
  clipping_.apply(block * kGridBlock, volts);
  return clipping_.spells(block * kGridBlock, volts);
}

const Samples<std::int16_t>& SimulatedSource::counts_of(Index block) const {
  const auto kept = static_cast<Index>(blocks_.size());
  if (first_ < 0 || block < first_ || block >= first_ + kept) {
    first_ = -1;  // nothing is kept until all of it is there
    std::vector<std::exception_ptr> failed(blocks_.size());
    const auto one = [&](Index k) {
      try {
        convert(block + k, k);
      } catch (...) {
        failed[static_cast<std::size_t>(k)] = std::current_exception();
      }
    };
    {
      std::vector<std::jthread> helpers;
      for (Index k = 1; k < kept && (block + k) * kGridBlock < rows_; ++k) helpers.emplace_back(one, k);
      one(0);
    }
    for (const std::exception_ptr& e : failed) {
      if (e) std::rethrow_exception(e);
    }
    first_ = block;
  }
  return blocks_[static_cast<std::size_t>(block - first_)];
}

Samples<double> SimulatedSource::render(Index block) const {
  const Index first = block * kGridBlock;
  Samples<double> volts = Samples<double>::Zero(std::min(kGridBlock, rows_ - first), channels_);
  const Block<double> out(volts);
  for (const Shown& m : muscles_) m.interference.add(first, out.columns(m.first, m.leads));
  const Contaminants& c = contaminants_;
  const auto add = [&](const auto& part) {
    if (part) part->add(first, out);
  };
  add(c.noise);
  add(c.hum);
  add(c.ecg);
  add(c.motion);
  add(c.loose_electrode);
  if (c.stimulation) c.stimulation->add(first, out.columns(c.stimulated, c.stimulated_channels));
  if (c.lead_off) c.lead_off->apply(first, out);
  if (c.dropped_samples) c.dropped_samples->apply(first, out);
  return volts;
}

void SimulatedSource::convert(Index block, Index place) const {
  Samples<double> volts = render(block);
  clipping_.apply(block * kGridBlock, volts);
  Samples<std::int16_t>& counts = blocks_[static_cast<std::size_t>(place)];
  counts.resize(volts.rows(), volts.cols());
  for (Index i = 0; i < volts.size(); ++i) {
    counts.data()[i] = static_cast<std::int16_t>(std::clamp(std::nearbyint(volts.data()[i] / step_v_), -32768.0, 32767.0));
  }
}

}  // namespace myocramp
