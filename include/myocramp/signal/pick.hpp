#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "myocramp/signal/kept_channels.hpp"
#include "myocramp/signal/recording.hpp"

namespace myocramp {

/// A signal with some of another's channels, in the order of `columns`. Where the source can, only their samples are read.
inline Signal pick(const Signal& from, std::vector<std::size_t> columns) {
  class Picked final : public SampleSource {
   public:
    Picked(std::shared_ptr<const SampleSource> all, Index channels, std::vector<std::size_t> columns)
        : all_(std::move(all)), channels_(channels), columns_(std::move(columns)) {}
    void read(Interval rows, Block<double> out) const override {
      Samples<double> whole(rows.length(), channels_);
      all_->read(rows, whole);
      choose(whole, out);
    }
    void read_stored(Interval rows, Block<double> out) const override {
      Samples<double> whole(rows.length(), channels_);
      all_->read_stored(rows, whole);
      choose(whole, out);
    }
    [[nodiscard]] Encoding encoding() const override {
      Encoding e = all_->encoding();
      std::vector<double> steps;
      for (const std::size_t c : columns_) steps.push_back(e.step_v[c]);
      e.step_v = std::move(steps);
      return e;
    }

   private:
    void choose(const Samples<double>& whole, Block<double> out) const {
      for (Index i = 0; i < whole.rows(); ++i) {
        for (std::size_t c = 0; c < columns_.size(); ++c) out(i, static_cast<Index>(c)) = whole(i, static_cast<Index>(columns_[c]));
      }
    }

    std::shared_ptr<const SampleSource> all_;
    Index channels_;
    std::vector<std::size_t> columns_;
  };
  Signal out = from;
  out.channels.clear();
  for (const std::size_t c : columns) out.channels.push_back(from.channels[c]);
  out.source = from.source->columns(columns);
  if (!out.source) out.source = std::make_shared<Picked>(from.source, static_cast<Index>(from.channels.size()), std::move(columns));
  return out;
}

/// Whether a channel name matches a pattern in which * stands for any text.
inline bool matches(const std::string& pattern, const std::string& name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string::npos;
  std::size_t resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

/// A recording with the channels that names or patterns with * choose, in the order given.
///
/// Within a pattern the order is the file's, and no channel comes twice. Channels of one signal stay together: signals stand in the order
/// of their first channel chosen, and one without any is left out. Labels, invalid times, true events and contaminants stay with those of their
/// channels that were chosen; without any they are left out, and a note counts them; a true event's peak and SNR stay with its strongest channel.
/// Everything else stays, true discharges too, but the identifier, which is the whole recording's.
/// Throws: DataError E-CHANNEL, listing the names, for a pattern that fits no channel; InvalidArgument E-CHANNEL without patterns.
inline Recording pick(const Recording& recording, const std::vector<std::string>& patterns) {
  if (patterns.empty()) throw InvalidArgument({"E-CHANNEL", recording.path, "channels", "at least one name or pattern", "none"});
  struct Chosen {
    std::size_t signal;
    std::vector<std::size_t> columns;
  };
  std::vector<Chosen> chosen;
  const auto choose = [&chosen](std::size_t signal, std::size_t column) {
    auto of_signal = std::find_if(chosen.begin(), chosen.end(), [signal](const Chosen& c) { return c.signal == signal; });
    if (of_signal == chosen.end()) of_signal = chosen.insert(chosen.end(), {signal, {}});
    std::vector<std::size_t>& columns = of_signal->columns;
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
  };
  for (const std::string& pattern : patterns) {
    bool fits = false;
    std::string have;
    for (std::size_t s = 0; s < recording.signals.size(); ++s) {
      const std::vector<Channel>& channels = recording.signals[s].channels;
      for (std::size_t c = 0; c < channels.size(); ++c) {
        have += (have.empty() ? "" : ", ") + printable(channels[c].name);
        if (!matches(pattern, channels[c].name)) continue;
        fits = true;
        choose(s, c);
      }
    }
    if (!fits) throw DataError({"E-CHANNEL", recording.path, "channels", "one of " + have, printable(pattern)});
  }
  Recording out = recording;
  out.identifier.clear();
  out.signals.clear();
  for (Chosen& c : chosen) out.signals.push_back(pick(recording.signals[c.signal], std::move(c.columns)));
  const detail::KeptChannels kept = detail::kept_channels(recording, out);
  detail::keep_channels(out.labels, kept, "labels", out.notes);
  detail::keep_channels(out.invalid_times, kept, "invalid_times", out.notes);
  detail::keep_true_events(out.truth.events, kept, out.notes);
  detail::keep_channels(out.truth.contaminants, kept, "simulated_contaminants", out.notes);
  return out;
}

}  // namespace myocramp
