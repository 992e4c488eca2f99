#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/error.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/signal/channel.hpp"

namespace myocramp {

/// The numbers that a source keeps. Integers of 8 bytes are read only as far as a double holds them: within +-2^53.
enum class NumberType { kInt8, kUint8, kInt16, kUint16, kInt32, kUint32, kInt64, kUint64, kFloat32, kFloat64 };

constexpr bool is_integer(NumberType type) noexcept { return type != NumberType::kFloat32 && type != NumberType::kFloat64; }

/// How stored numbers become volts: volts = stored * step_v[channel] + offset_v.
struct Encoding {
  NumberType type = NumberType::kFloat64;  ///< one that holds every channel's numbers
  std::vector<double> step_v;              ///< one per channel
  double offset_v = 0;
};

/// Where a signal's samples come from: a file read in blocks, or memory.
///
/// read() fills `out` (rows.length(), all channels) with volts; a gap is NaN. read_stored() gives the numbers as they are kept, each of
/// which a double holds; encoding() says what they mean. Both may be called from one thread at a time and throw DataError or IoError
/// when the source fails; `rows` lies inside the signal.
class SampleSource {
 public:
  SampleSource() = default;
  SampleSource(const SampleSource&) = delete;
  SampleSource& operator=(const SampleSource&) = delete;
  virtual ~SampleSource() = default;
  virtual void read(Interval rows, Block<double> out) const = 0;
  virtual void read_stored(Interval rows, Block<double> out) const = 0;
  [[nodiscard]] virtual Encoding encoding() const = 0;

  /// A source of these channels alone, in this order, which reads no more than they need; null where nothing would be saved.
  [[nodiscard]] virtual std::shared_ptr<const SampleSource> columns(const std::vector<std::size_t>& /*columns*/) const { return nullptr; }
};

/// Samples that are already in memory, in volts.
class MemorySource final : public SampleSource {
 public:
  explicit MemorySource(Samples<double> volts) : volts_(std::move(volts)) {}
  void read(Interval rows, Block<double> out) const override {
    const ConstBlock<double> all(volts_);
    for (Index i = 0; i < rows.length(); ++i) {
      for (Index c = 0; c < all.channels(); ++c) out(i, c) = all(rows.begin + i, c);
    }
  }
  void read_stored(Interval rows, Block<double> out) const override { read(rows, out); }
  [[nodiscard]] Encoding encoding() const override {
    return {NumberType::kFloat64, std::vector<double>(static_cast<std::size_t>(volts_.cols()), 1.0), 0};
  }

 private:
  Samples<double> volts_;
};

/// Channels of one device sampled together: rate, start, length, and where the samples are. A cheap value: copies share the source.
struct Signal {
  std::string name;                            ///< the device, empty when there is only one
  SampleRate rate;                             ///< samples per second
  double start_s = 0;                          ///< of sample 0 on the recording's clock
  Index samples = 0;                           ///< rows
  std::vector<Channel> channels;               ///< columns
  std::shared_ptr<const SampleSource> source;  ///< volts
  std::string conversion;                      ///< how integers became volts, for provenance; empty when they were volts
  std::vector<Interval> gaps{};                ///< rows that no channel has samples for, sorted; they read NaN

  [[nodiscard]] double time(Index sample) const noexcept { return start_s + rate.time(sample); }
  [[nodiscard]] double duration_s() const noexcept { return rate.time(samples); }

  /// Volts of rows [begin, end), all channels. Throws: InvalidArgument E-RANGE outside the signal, DataError, IoError.
  [[nodiscard]] Samples<double> read(Interval rows) const {
    if (rows.begin < 0 || rows.end < rows.begin || rows.end > samples) {
      throw InvalidArgument({"E-RANGE", "", name.empty() ? "signal" : name, "rows inside 0 to " + std::to_string(samples),
                             std::to_string(rows.begin) + " to " + std::to_string(rows.end)});
    }
    Samples<double> out(rows.length(), static_cast<Index>(channels.size()));
    source->read(rows, out);
    return out;
  }
};

}  // namespace myocramp
