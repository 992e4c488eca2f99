#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "myocramp/cramp/measures.hpp"
#include "myocramp/envelope/moving_mean.hpp"
#include "myocramp/fatigue/spectral.hpp"
#include "myocramp/signal/signal.hpp"
#include "myocramp/study/config.hpp"

namespace myocramp {

/// Gathers the envelope frames and spectral windows of a signal whose conditioned samples pass through it block by block.
class FeatureBuilder {
 public:
  /// Throws: InvalidArgument E-OPTION; DataError E-BAND.
  FeatureBuilder(const Signal& signal, const Config& config);

  /// Takes the next rows, in order from the first.
  void add(ConstBlock<double> x);

  /// After the last row.
  SignalFeatures finish(double longest_activity_s, const std::vector<std::vector<Interval>>& not_rest, std::optional<Interval> rest);

 private:
  void add_rms(ConstBlock<double> x);
  void add_arv(ConstBlock<double> x);
  void put_rms(ConstBlock<double> row);
  void put_arv(ConstBlock<double> frame);
  [[nodiscard]] Index length(Index frame) const { return std::min(hop_, samples_ - frame * hop_); }  // the last may be shorter
  /// The sample in whose window, read as ending there, the middle of a frame is the centre.
  [[nodiscard]] Index last_of_window(Index frame) const { return frame * hop_ + std::min(hop_ / 2, length(frame) - 1) + rms_.delay(); }

  Index samples_;
  Index hop_;
  Index frames_;
  SampleRate rate_;
  MovingRms<double> rms_;
  SpectralWindows windows_;
  SignalFeatures out_;
  Index end_ = 0;        // rows that have passed
  Index rms_frame_ = 0;  // the next one
  Index arv_frame_ = 0;
  std::vector<double> total_;  // of the rectified samples of the frame so far
  Samples<double> begun_;      // the samples of a frame that began in an earlier block
  Index begun_rows_ = 0;
  std::vector<double> level_;            // scratch: twice the mean of a frame
  std::vector<double> last_;             // the last rectified samples of the frame before
  std::vector<std::int64_t> crossings_;  // scratch
  Samples<double> row_;                  // scratch
};

}  // namespace myocramp
