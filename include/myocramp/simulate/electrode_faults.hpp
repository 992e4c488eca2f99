#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/options.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/simulate/contaminant_span.hpp"
#include "myocramp/simulate/mains_hum.hpp"

namespace myocramp {

/// An electrode that comes loose.
struct LooseElectrodeOptions {
  double per_hour = 4;
  double shortest_s = 2;
  double longest_s = 60;
  double low_uv = 20;
  double high_uv = 200;
  double crackles_hz = 10;
};

template <class V>
void describe(LooseElectrodeOptions& o, V&& v) {
  v(o.per_hour, Field{"per_hour", "1/h", 0, 3600, "spells, counted from the end of one to the start of the next", "our default"});
  v(o.shortest_s, Field{"shortest_s", "s", 0.1, 3600, "shortest spell", "our default"});
  v(o.longest_s, Field{"longest_s", "s", 0.1, 3600, "longest spell", "our default"});
  v(o.low_uv, Field{"low_uv", "uV", 0, 1e5, "smallest RMS of a spell's noise at its height", "our default"});
  v(o.high_uv, Field{"high_uv", "uV", 0, 1e5, "largest RMS of a spell's noise at its height", "our default"});
  v(o.crackles_hz, Field{"crackles_hz", "Hz", 0, 1000, "crackles in a second of a spell", "our default"});
}

/// Spells of strong white noise and crackle on one channel that swell and fade as a contraction does.
///
/// Throws: InvalidArgument E-OPTION, also when a lowest value is above its highest.
class LooseElectrode {
 public:
  /// `about` tells recordings of one seed apart.
  LooseElectrode(const LooseElectrodeOptions& options, SampleRate rate, Seconds duration, Index channels, std::uint64_t seed,
                 std::uint64_t about);

  /// Adds rows [first, first + out.rows()) in volts to `out` (time, channel). `first` is a multiple of kGridBlock, out.rows() at most
  /// kGridBlock.
  void add(Index first, Block<double> out) const;

  /// Every spell with its channel; nothing is added outside. Cut at the end of the recording; sorted and apart.
  [[nodiscard]] const std::vector<ContaminantSpan>& spells() const noexcept { return spells_; }

 private:
  struct Crackle {
    double time_s = 0;
    double height = 0;  // signed, over the noise's RMS
  };
  struct Spell {
    double start_s = 0, stop_s = 0;
    double rise_s = 0, fall_s = 0;
    double rms_v = 0;
    double waver_hz = 0;
    std::vector<Crackle> crackles;

    [[nodiscard]] double envelope(double time_s) const noexcept;  // 0 to 1
  };

  SampleRate rate_;
  Index channels_;
  std::uint64_t seed_;
  std::uint64_t about_;
  std::vector<Spell> plan_;
  std::vector<ContaminantSpan> spells_;  // one for each of plan_
};

/// A lead that comes off.
struct LeadOffOptions {
  double per_hour = 1;
  double shortest_s = 5;
  double longest_s = 300;
  double drift_mv = 5;
  double hum_uv = 200;
};

template <class V>
void describe(LeadOffOptions& o, V&& v) {
  v(o.per_hour, Field{"per_hour", "1/h", 0, 3600, "spells, counted from the end of one to the start of the next", "our default"});
  v(o.shortest_s, Field{"shortest_s", "s", 0.1, 36000, "shortest spell", "our default"});
  v(o.longest_s, Field{"longest_s", "s", 0.1, 36000, "longest spell", "our default"});
  v(o.drift_mv, Field{"drift_mv", "mV", 0, 1000, "farthest that the open input drifts", "our default"});
  v(o.hum_uv, Field{"hum_uv", "uV", 0, 1e6, "amplitude of the mains' fundamental on an open input", "our default"});
}

/// Spells in which one channel has nothing but drift and mains hum, in phase with MainsHum of the same seed and `about`.
///
/// Throws: as MainsHum; InvalidArgument E-OPTION when a lowest value is above its highest.
class LeadOff {
 public:
  /// Of `mains` the amplitude and the spreads do not matter.  `about` tells recordings of one seed apart.
  LeadOff(const LeadOffOptions& options, const MainsHumOptions& mains, SampleRate rate, Seconds duration, Index channels,
          std::uint64_t seed, std::uint64_t about);

  /// Replaces what rows [first, first + x.rows()) of `x` (time, channel; V) hold inside spells.
  void apply(Index first, Block<double> x) const;

  /// Every spell with its channel, cut at the end of the recording; sorted and apart.
  [[nodiscard]] const std::vector<ContaminantSpan>& spells() const noexcept { return spells_; }

 private:
  struct Wave {
    double hertz = 0;
    double turns = 0;
  };
  struct Spell {
    double drift_v = 0;            // where the drift goes to, signed
    double settle_s = 0;           // its time constant
    std::array<Wave, 3> wander{};  // around it
  };

  SampleRate rate_;
  MainsHum hum_;
  std::vector<Spell> plan_;
  std::vector<ContaminantSpan> spells_;  // one for each of plan_
};

/// Samples lost on the way from the amplifier.
struct DroppedSamplesOptions {
  double per_hour = 10;
  double shortest_s = 0.01;
  double longest_s = 0.5;
  double held_share = 0.5;
};

template <class V>
void describe(DroppedSamplesOptions& o, V&& v) {
  v(o.per_hour, Field{"per_hour", "1/h", 0, 3600, "losses, counted from the end of one to the start of the next", "our default"});
  v(o.shortest_s, Field{"shortest_s", "s", 0.001, 10, "shortest loss", "our default"});
  v(o.longest_s, Field{"longest_s", "s", 0.001, 10, "longest loss", "our default"});
  v(o.held_share, Field{"held_share", "1", 0, 1, "share of losses that hold the last value; the others are 0 V", "our default"});
}

/// Spans of all channels that are 0 V or hold the value before them.
///
/// Each lies inside one block of kGridBlock samples, behind its first, so that a block knows what to hold; what would be longer is cut.
/// Throws: InvalidArgument E-OPTION, also when shortest_s is above longest_s.
class DroppedSamples {
 public:
  /// `about` tells recordings of one seed apart.
  DroppedSamples(const DroppedSamplesOptions& options, SampleRate rate, Seconds duration, Index channels, std::uint64_t seed,
                 std::uint64_t about);

  /// Replaces what rows [first, first + x.rows()) of `x` (time, channel; V) hold inside spans. `first` is a multiple of kGridBlock.
  void apply(Index first, Block<double> x) const;

  /// Every span with all channels; sorted and apart.
  [[nodiscard]] const std::vector<ContaminantSpan>& spells() const noexcept { return spells_; }

 private:
  struct Loss {
    Interval rows;
    bool held = false;  // the value before; else 0 V
  };

  std::vector<Loss> plan_;
  std::vector<ContaminantSpan> spells_;  // one for each of plan_
};

/// The range of an amplifier.
struct ClippingOptions {
  double range_mv = 5;
};

template <class V>
void describe(ClippingOptions& o, V&& v) {
  v(o.range_mv, Field{"range_mv", "mV", 0.001, 1e6, "largest voltage of either sign", "our default"});
}

/// An amplifier that cannot leave its range.  Throws: InvalidArgument E-OPTION.
class Clipping {
 public:
  Clipping(const ClippingOptions& options, SampleRate rate);

  /// Brings every value of `x` (time, channel; V) into the range. NaN stays.
  void apply(Index first, Block<double> x) const;

  /// The runs of `x` (rows [first, first + x.rows()), after apply) that stand at an end of the range, one span for each run and channel,
  /// by channel, then time.  A run over a border between blocks is two.
  [[nodiscard]] std::vector<ContaminantSpan> spells(Index first, ConstBlock<double> x) const;

 private:
  SampleRate rate_;
  double range_v_;
};

}  // namespace myocramp
