#include "study/feature_builder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace myocramp {

FeatureBuilder::FeatureBuilder(const Signal& signal, const Config& config)
    : samples_(signal.samples),
      hop_(std::max<Index>(1, static_cast<Index>(std::llround(signal.rate.hertz() / config.envelope.rate_hz)))),
      frames_((signal.samples + hop_ - 1) / hop_),
      rate_(signal.rate),
      rms_(std::max<Index>(1, signal.rate.round(Seconds(config.envelope.window_s))), static_cast<Index>(signal.channels.size())),
      windows_(config.spectral, signal.rate, static_cast<Index>(signal.channels.size())),
      total_(signal.channels.size(), 0),
      begun_(hop_, static_cast<Index>(signal.channels.size())),
      level_(total_),
      last_(total_),
      crossings_(signal.channels.size(), 0) {
  const auto channels = static_cast<Index>(signal.channels.size());
  out_.name = signal.name;
  for (const Channel& c : signal.channels) out_.channels.push_back(c.name);
  out_.start_s = signal.start_s;
  out_.hop = hop_;
  out_.hop_s = rate_.time(hop_);
  out_.envelope_window_s = rate_.time(rms_.window());
  out_.rms_v.resize(frames_, channels);
  out_.arv_v.resize(frames_, channels);
  out_.crossings_of.resize(frames_, channels);
  out_.spectral = windows_.table(samples_, signal.start_s);
  out_.spectral.channels = out_.channels;
  out_.spectral_window_s = rate_.time(windows_.length());
  row_.resize(1, channels);
}

void FeatureBuilder::add(ConstBlock<double> x) {
  add_rms(x);
  add_arv(x);
  windows_.add(x, [this](Index w, Index c, const SpectralFeatures& f) { SpectralWindows::put(out_.spectral, w, c, f); });
  end_ += x.rows();
}

void FeatureBuilder::put_rms(ConstBlock<double> row) {
  for (Index c = 0; c < row.channels(); ++c) out_.rms_v(rms_frame_, c) = static_cast<float>(row(0, c));
  ++rms_frame_;
}

void FeatureBuilder::add_rms(ConstBlock<double> x) {
  Index at = 0;
  while (at < x.rows()) {
    const Index wanted = rms_frame_ < frames_ ? last_of_window(rms_frame_) - end_ : x.rows();
    const Index skipped = std::min(wanted, x.rows()) - at;
    rms_.skip(x.rows(at, skipped));
    at += skipped;
    if (at == x.rows()) break;
    rms_.process(x.rows(at, 1), row_);
    put_rms(row_);
    ++at;
  }
}

void FeatureBuilder::add_arv(ConstBlock<double> x) {
  Index at = 0;
  while (at < x.rows()) {
    const Index frame_end = arv_frame_ * hop_ + length(arv_frame_) - end_;
    const Index count = std::min(frame_end, x.rows()) - at;
    const ConstBlock<double> rows = x.rows(at, count);
    simd::kernels().add_absolute(rows.data(), rows.row_stride(), count, rows.channels(), total_.data());
    at += count;
    const bool whole = count == length(arv_frame_);
    if (!whole) {
      for (Index i = 0; i < count; ++i) std::copy_n(&rows(i, 0), rows.channels(), &begun_(begun_rows_ + i, 0));
      begun_rows_ += count;
    }
    if (at < frame_end) break;
    put_arv(whole ? rows : ConstBlock<double>(begun_).rows(0, begun_rows_));
    begun_rows_ = 0;
  }
}

void FeatureBuilder::put_arv(ConstBlock<double> frame) {
  constexpr std::int64_t kMost = std::numeric_limits<std::uint16_t>::max();
  for (std::size_t c = 0; c < total_.size(); ++c) {
    const double average = total_[c] / static_cast<double>(frame.rows());
    out_.arv_v(arv_frame_, static_cast<Index>(c)) = static_cast<float>(average);
    level_[c] = 2 * average;
  }
  std::fill(total_.begin(), total_.end(), 0.0);
  std::fill(crossings_.begin(), crossings_.end(), 0);
  simd::kernels().count_crossings(frame.data(), frame.row_stride(), frame.rows(), frame.channels(), level_.data(), last_.data(),
                                  crossings_.data());
  for (std::size_t c = 0; c < crossings_.size(); ++c) {
    out_.crossings_of(arv_frame_, static_cast<Index>(c)) = static_cast<std::uint16_t>(std::min(crossings_[c], kMost));
  }
  ++arv_frame_;
}

SignalFeatures FeatureBuilder::finish(double longest_activity_s, const std::vector<std::vector<Interval>>& not_rest,
                                      std::optional<Interval> rest) {
  for (Index at = samples_; rms_frame_ < frames_; ++at) {
    rms_.flush(row_);
    if (at == last_of_window(rms_frame_)) put_rms(row_);
  }
  std::vector<float> frames(static_cast<std::size_t>(frames_));
  for (Index c = 0; c < out_.rms_v.cols(); ++c) {
    for (Index k = 0; k < frames_; ++k) frames[static_cast<std::size_t>(k)] = out_.rms_v(k, c);
    leave_out_below(frames, hop_, rms_.window(), not_rest[static_cast<std::size_t>(c)]);
    out_.rest.push_back(rest ? learn_marked(frames, hop_, rms_.window(), *rest, 0)
                             : learn_level(frames, hop_, rate_, longest_activity_s, 0));
    for (Index k = 0; k < frames_; ++k) frames[static_cast<std::size_t>(k)] = out_.arv_v(k, c);
    leave_out_below(frames, hop_, hop_, not_rest[static_cast<std::size_t>(c)]);
    out_.arv_rest.push_back(rest ? learn_marked(frames, hop_, hop_, *rest, 0) : learn_baseline(frames, hop_, rate_, longest_activity_s, 0));
  }
  return std::move(out_);
}

}  // namespace myocramp
