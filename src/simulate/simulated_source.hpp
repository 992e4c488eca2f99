#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "myocramp/signal/signal.hpp"
#include "myocramp/simulate/contaminants.hpp"
#include "myocramp/simulate/interference.hpp"

namespace myocramp {

/// What adds to or takes from the voltages.
struct Contaminants {
  std::optional<ElectrodeNoise> noise;
  std::optional<MainsHum> hum;
  std::optional<Ecg> ecg;
  std::optional<Motion> motion;
  std::optional<LooseElectrode> loose_electrode;
  std::optional<Stimulation> stimulation;
  Index stimulated = 0;  ///< first channel of the muscle that is stimulated
  Index stimulated_channels = 0;
  std::optional<LeadOff> lead_off;
  std::optional<DroppedSamples> dropped_samples;
};

/// The samples of a simulated recording: made block by block, several blocks at a time in threads of their own. The same bits for any
/// number of threads.
class SimulatedSource final : public SampleSource {
 public:
  /// A muscle and the channels that show it.
  struct Shown {
    Index first = 0;
    Index leads = 0;
    Interference interference;
  };

  SimulatedSource(std::vector<Shown> muscles, Contaminants contaminants, const ClippingOptions& range, SampleRate rate, Index rows,
                  Index channels, int threads);

  void read(Interval rows, Block<double> out) const override;
  void read_stored(Interval rows, Block<double> out) const override;
  [[nodiscard]] Encoding encoding() const override;

  /// The runs of a block of kGridBlock samples at an end of the range, by channel, then time.
  [[nodiscard]] std::vector<ContaminantSpan> clipped(Index block) const;

 private:
  const Samples<std::int16_t>& counts_of(Index block) const;
  [[nodiscard]] Samples<double> render(Index block) const;  // what reaches the converter, V
  void convert(Index block, Index place) const;

  std::vector<Shown> muscles_;
  Contaminants contaminants_;
  Clipping clipping_;
  double step_v_;
  Index rows_;
  Index channels_;
  mutable std::vector<Samples<std::int16_t>> blocks_;
  mutable Index first_ = -1;  // the block that blocks_ begins with
};

}  // namespace myocramp
