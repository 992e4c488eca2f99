#pragma once

#include <complex>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "myocramp/signal/signal.hpp"
#include "myocramp/study/analyse.hpp"

namespace myocramp {

/// A signal's samples with the hum of the mains taken off, for an analysis: docs/methods/mains.md tells how.
///
/// Whether a channel has hum, and at which multiples, is told once from windows spread over the signal. A channel without is read as it
/// is. Rows may be read in any order and cut: the first time they are read in order up to the last one that is asked for, and the frequency
/// to which the mains is tuned is kept for every few seconds; all else is had again from the samples around the rows. All channels are
/// measured at the multiples that any of them has, so the last bits of one may depend on which others are there, never on their order. Gaps
/// stay. Throws what reading throws.
class HumRemoval {
 public:
  /// Multiples above `highest_hz` stay.
  HumRemoval(const Signal& signal, Mains mains, double highest_hz);

  /// Shows every row as it was read, once and in order.
  void show_raw(std::function<void(ConstBlock<double>)> to) { show_raw_ = std::move(to); }

  /// Fills `out` (rows.length(), channels), whose channels lie side by side.
  void read(Interval rows, Block<double> out);

  /// What was removed from the rows read so far, one per channel.
  [[nodiscard]] std::vector<Hum> report() const;

 private:
  using Complex = std::complex<double>;

  static constexpr Index kTogether = 16;  // segments with one tuning
  static constexpr Index kReach = 2;      // segments on each side that tell the hum at one
  static constexpr Index kFar = 6;        // on each side that may decide whether it is switched in reach
  static constexpr Index kPiece = 18;     // segments, the rows of a block and some more, that are cleaned at a time
  static constexpr Index kKept = kPiece + 4 * kFar;
  static constexpr Index kRows = 64;  // segments, of samples in memory: room for two pieces, so that they are moved seldom

  // The sine at the middle of a segment.
  struct Sine {
    double amplitude = 0;
    double phase = 0;
    Complex toward;  // its cosine and sine
  };

  [[nodiscard]] Interval segment(Index s) const;
  [[nodiscard]] Index middle(Index s) const { return segment(s).begin + segment_ / 2; }
  [[nodiscard]] double tuned(Index s, std::size_t c) const { return tuned_[static_cast<std::size_t>(s / kTogether * channels_) + c]; }
  [[nodiscard]] std::size_t at(Index s, std::size_t k, std::size_t c) const {
    return (static_cast<std::size_t>(s % kKept) * multiples_.size() + k) * static_cast<std::size_t>(channels_) + c;
  }
  [[nodiscard]] std::size_t at(Index s, std::size_t c) const { return static_cast<std::size_t>(s % kKept * channels_) + c; }

  void look(Mains mains, double highest_hz);
  void take(Index begin, Index end);
  void tune(Index stretch);
  void prepare(Index stretch);
  void measure(Index s);
  void measure_holed(Index s, std::size_t c);
  void put(Index s, std::size_t c, const Complex* tones);
  void judge_switch(Index s);
  [[nodiscard]] bool steepest(Index s, std::size_t c) const;
  [[nodiscard]] bool switched(Index s, std::size_t c) const;
  [[nodiscard]] double offset_hz(Interval segments, double tuned_hz, std::size_t c) const;
  void settle(Index s);
  void need(Index first, Index last);
  void clean(Interval rows, Block<double> out);
  void clean_between(Index s, Interval part, Interval rows, Block<double> out);
  void clean_switch(Index s, std::size_t c, Interval part, Block<double> out);

  [[nodiscard]] ConstBlock<double> raw(Interval rows) const {
    return ConstBlock<double>(raw_).rows(rows.begin - raw_rows_.begin, rows.length());
  }

  Signal signal_;
  Index channels_;
  double rate_;
  Index group_;     // samples that are added up before they are measured
  Index segment_;   // samples
  Index whole_;     // segments side by side
  Index segments_;  // with one more that ends with the signal
  std::vector<Hum> found_;
  std::vector<int> multiples_;  // of any channel
  std::vector<double> tones_;   // multiples_, then places between them that tell the noise
  std::vector<char> removed_;   // (multiple, channel)
  std::vector<double> taper_;
  std::vector<double> tuned_;                          // (stretch, channel), Hz
  Index stretches_ = 0;                                // tuned so far
  Index prepared_ = -1;                                // the stretch that the resonators are set for
  std::vector<double> twice_cos_;                      // (tone, channel)
  std::vector<Complex> back_;                          // (tone, channel)
  std::vector<Complex> turn_;                          // (tone, channel)
  std::vector<double> last_, before_, tapered_, run_;  // scratch
  std::vector<Complex> channel_tones_;
  std::vector<double> power_;  // removed from each channel so far
  std::function<void(ConstBlock<double>)> show_raw_;
  Index shown_ = 0;

  Samples<double> raw_;
  Interval raw_rows_{0, 0};
  Interval measured_{0, 0};        // segments
  Interval settled_{0, 0};         // segments
  Index reported_ = 0;             // segments
  std::vector<Complex> hum_;       // (segment, multiple, channel)
  std::vector<double> noise_;      // (segment, multiple, channel)
  std::vector<double> all_noise_;  // (segment, channel)
  std::vector<double> jump_;       // (segment, channel)
  std::vector<Sine> sines_;        // (segment, multiple, channel)
  std::vector<double> hz_;         // (segment, channel)
};

/// The samples that a HumRemoval gives, as a source.
class HumFreeSource final : public SampleSource {
 public:
  HumFreeSource(std::shared_ptr<HumRemoval> removal, std::shared_ptr<const SampleSource> source)
      : removal_(std::move(removal)), source_(std::move(source)) {}
  void read(Interval rows, Block<double> out) const override { removal_->read(rows, out); }
  void read_stored(Interval rows, Block<double> out) const override { source_->read_stored(rows, out); }
  [[nodiscard]] Encoding encoding() const override { return source_->encoding(); }

 private:
  std::shared_ptr<HumRemoval> removal_;
  std::shared_ptr<const SampleSource> source_;
};

}  // namespace myocramp
