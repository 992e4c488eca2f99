#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "myocramp/signal/signal.hpp"

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

}  // namespace myocramp
