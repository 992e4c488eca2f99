#pragma once

#include <algorithm>
#include <cassert>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "myocramp/signal/kept_channels.hpp"
#include "myocramp/signal/recording.hpp"

namespace myocramp {

/// One part of a derived channel: an electrode's channel and its weight.
struct MontageTerm {
  std::string channel;
  double weight = 1;
};

/// A channel made of others: the weighted sum of its terms, less the average of the montage's reference when it has one.
struct Derivation {
  std::string name;
  std::vector<MontageTerm> terms;
};

/// Channels made of other channels, in order, and the channels whose average is their reference (often none).
struct Montage {
  std::vector<Derivation> derivations;
  std::vector<std::string> reference;
};

/// How many neighbours along a column a channel takes the difference of: two (a - b) or three (a - 2 b + c).
enum class Differential { kSingle, kDouble };

namespace detail {
inline InvalidArgument montage_error(const std::string& place, const std::string& expected, const std::string& found) {
  return InvalidArgument({"E-MONTAGE", "", place, expected, found});
}
inline void check_terms(const Derivation& d) {
  if (d.terms.empty()) throw montage_error("derivations", "at least one term", "none in " + printable(d.name));
}
/// The derived channels that each channel is a term of.
inline KeptChannels derived_from(const Recording& recording, const Montage& montage) {
  KeptChannels kept;
  for (const Signal& s : recording.signals) {
    for (const Channel& c : s.channels) kept[c.name];
  }
  for (const Derivation& d : montage.derivations) {
    for (const MontageTerm& t : d.terms) kept[t.channel].push_back(d.name);
  }
  return kept;
}
}  // namespace detail

/// Bipolar channels: of each pair (a, b) the difference, named "a-b".
///
/// Throws: InvalidArgument E-MONTAGE for no pair or a channel paired with itself.
inline Montage bipolar(const std::vector<std::pair<std::string, std::string>>& pairs) {
  if (pairs.empty()) throw detail::montage_error("pairs", "at least one pair of channels", "none");
  Montage m;
  for (const auto& [a, b] : pairs) {
    if (a == b) throw detail::montage_error("pairs", "two channels", printable(a) + " twice");
    m.derivations.push_back({a + "-" + b, {{a, 1}, {b, -1}}});
  }
  return m;
}

/// Differential channels along the columns of an electrode grid, each column's channels in their order on the muscle: of neighbours a, b
/// (and c) "a-b", or "a-2b+c". Columns do not mix.
///
/// Throws: InvalidArgument E-MONTAGE for no column, one that is too short, or one that holds a channel twice.
inline Montage differential(const std::vector<std::vector<std::string>>& columns, Differential kind = Differential::kSingle) {
  if (columns.empty()) throw detail::montage_error("columns", "at least one column of electrodes", "none");
  const std::size_t span = kind == Differential::kSingle ? 2 : 3;
  Montage m;
  for (const std::vector<std::string>& column : columns) {
    if (column.size() < span) {
      throw detail::montage_error("columns", "at least " + std::to_string(span) + " electrodes in each column",
                                  std::to_string(column.size()));
    }
    for (auto at = column.begin(); at != column.end(); ++at) {
      if (std::find(at + 1, column.end(), *at) != column.end()) {
        throw detail::montage_error("columns", "each channel once in a column", printable(*at) + " twice");
      }
    }
    for (std::size_t i = 0; i + span <= column.size(); ++i) {
      const std::string& a = column[i];
      const std::string& b = column[i + 1];
      if (kind == Differential::kSingle) {
        m.derivations.push_back({a + "-" + b, {{a, 1}, {b, -1}}});
      } else {
        const std::string& c = column[i + 2];
        m.derivations.push_back({a + "-2" + b + "+" + c, {{a, 1}, {b, -2}, {c, 1}}});
      }
    }
  }
  return m;
}

/// Each channel less the average of them all, named "a-average".
///
/// Throws: InvalidArgument E-MONTAGE for fewer than two channels or one that comes twice.
inline Montage common_average(const std::vector<std::string>& channels) {
  if (channels.size() < 2) throw detail::montage_error("channels", "at least two channels to average", std::to_string(channels.size()));
  Montage m;
  for (auto at = channels.begin(); at != channels.end(); ++at) {
    if (std::find(at + 1, channels.end(), *at) != channels.end()) {
      throw detail::montage_error("channels", "each channel once", printable(*at) + " twice");
    }
    m.derivations.push_back({*at + "-average", {{*at, 1}}});
  }
  m.reference = channels;
  return m;
}

/// A montage whose channels have been found among the columns of a signal: what derives its samples.
///
/// Shape: (n, columns) -> (n, derivations), not in place.  Units: V -> V.  NaN: in every channel that has the sample as a term or in its
/// reference. Sums are taken in double, in the order of the terms.  process() neither allocates nor throws, and has no state.
/// Throws: DataError E-CHANNEL for a channel that `names` lacks, listing them; InvalidArgument E-MONTAGE when two derived channels have one name
/// or one has no terms.
class MontageColumns {
 public:
  MontageColumns(const Montage& montage, const std::vector<std::string>& names) {
    for (const Derivation& d : montage.derivations) {
      detail::check_terms(d);
      for (const std::string& other : names_) {
        if (other == d.name)
          throw detail::montage_error("channels", "a name of its own for every derived channel", printable(d.name) + " twice");
      }
      names_.push_back(d.name);
      std::vector<std::pair<Index, double>>& terms = terms_.emplace_back();
      for (const MontageTerm& t : d.terms) terms.emplace_back(column(t.channel, names), t.weight);
    }
    for (const std::string& name : montage.reference) reference_.push_back(column(name, names));
  }

  /// Names of the derived channels.
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

  /// Columns of the terms of a derived channel.
  [[nodiscard]] const std::vector<std::pair<Index, double>>& terms(std::size_t derived) const { return terms_[derived]; }

  template <class T>
  void process(ConstBlock<T> x, Block<T> y) const noexcept {
    assert(y.channels() == static_cast<Index>(terms_.size()) && x.rows() == y.rows());
    for (Index i = 0; i < x.rows(); ++i) {
      double average = 0;
      for (const Index c : reference_) average += static_cast<double>(x(i, c));
      if (!reference_.empty()) average /= static_cast<double>(reference_.size());
      for (std::size_t k = 0; k < terms_.size(); ++k) {
        double sum = 0;
        for (const auto& [c, weight] : terms_[k]) sum += weight * static_cast<double>(x(i, c));
        y(i, static_cast<Index>(k)) = static_cast<T>(reference_.empty() ? sum : sum - average);
      }
    }
  }

 private:
  static Index column(const std::string& name, const std::vector<std::string>& names) {
    const auto at = std::find(names.begin(), names.end(), name);
    if (at != names.end()) return at - names.begin();
    std::string have;
    for (const std::string& n : names) have += (have.empty() ? "" : ", ") + printable(n);
    throw DataError({"E-CHANNEL", "", "montage", "one of " + have, printable(name)});
  }

  std::vector<std::string> names_;
  std::vector<std::vector<std::pair<Index, double>>> terms_;
  std::vector<Index> reference_;
};

/// A signal with channels made of another's, computed as they are read.
///
/// Muscle and side of a channel are those of its terms, where these agree. Throws: as MontageColumns.
inline Signal derive(const Signal& from, const Montage& montage) {
  class Derived final : public SampleSource {
   public:
    Derived(std::shared_ptr<const SampleSource> all, Index channels, MontageColumns columns)
        : all_(std::move(all)), channels_(channels), columns_(std::move(columns)) {}
    void read(Interval rows, Block<double> out) const override {
      Samples<double> whole(rows.length(), channels_);
      all_->read(rows, whole);
      columns_.process<double>(whole, out);
    }
    void read_stored(Interval rows, Block<double> out) const override { read(rows, out); }
    [[nodiscard]] Encoding encoding() const override {
      return {NumberType::kFloat64, std::vector<double>(columns_.names().size(), 1.0), 0};
    }

   private:
    std::shared_ptr<const SampleSource> all_;
    Index channels_;
    MontageColumns columns_;
  };
  std::vector<std::string> names;
  for (const Channel& c : from.channels) names.push_back(c.name);
  MontageColumns columns(montage, names);
  Signal out = from;
  out.conversion.clear();
  out.channels.clear();
  for (std::size_t k = 0; k < columns.names().size(); ++k) {
    Channel channel;
    channel.name = columns.names()[k];
    const auto shared = [&](std::string Channel::* member) {
      const std::string& first = from.channels[static_cast<std::size_t>(columns.terms(k).front().first)].*member;
      for (const auto& [c, weight] : columns.terms(k)) {
        if (from.channels[static_cast<std::size_t>(c)].*member != first) return std::string();
      }
      return first;
    };
    channel.muscle = shared(&Channel::muscle);
    channel.side = shared(&Channel::side);
    out.channels.push_back(std::move(channel));
  }
  out.source = std::make_shared<Derived>(from.source, static_cast<Index>(from.channels.size()), std::move(columns));
  return out;
}

/// A recording whose signals have channels made of others, computed as they are read; the other channels are left out.
///
/// All channels of a derived one, and all of a reference, lie in one signal; signals that no derived channel comes from are left out. Labels
/// and true events name the channels that are derived from theirs, invalid times and contaminants those too that have theirs in the reference;
/// without any they are left out, and a note counts them. All else stays but the identifier, and the true peaks, which were of other channels.
/// Throws: DataError E-CHANNEL for a channel that the recording lacks, or that does not lie in the signal of the others; InvalidArgument
/// E-MONTAGE.
inline Recording derive(const Recording& recording, const Montage& montage) {
  const auto holds = [](const Signal& s, const std::string& name) {
    return std::any_of(s.channels.begin(), s.channels.end(), [&name](const Channel& c) { return c.name == name; });
  };
  for (const Derivation& d : montage.derivations) detail::check_terms(d);
  Recording out = recording;
  out.identifier.clear();
  out.signals.clear();
  std::size_t taken = 0;
  for (const Signal& s : recording.signals) {
    Montage own;
    own.reference = montage.reference;
    for (const Derivation& d : montage.derivations) {
      if (holds(s, d.terms.front().channel)) own.derivations.push_back(d);
    }
    taken += own.derivations.size();
    if (!own.derivations.empty()) out.signals.push_back(derive(s, own));
  }
  if (taken == montage.derivations.size()) {
    detail::KeptChannels kept = detail::derived_from(recording, montage);
    detail::keep_channels(out.labels, kept, "labels", out.notes);
    detail::keep_true_events(out.truth.events, kept, out.notes);
    for (const std::string& name : montage.reference) {  // what is wrong with one is so with the average, and with all that it is taken off
      for (const Derivation& d : montage.derivations) kept[name].push_back(d.name);
    }
    detail::keep_channels(out.invalid_times, kept, "invalid_times", out.notes);
    detail::keep_channels(out.truth.contaminants, kept, "simulated_contaminants", out.notes);
    return out;
  }
  std::string have;
  for (const Signal& s : recording.signals) {
    for (const Channel& c : s.channels) have += (have.empty() ? "" : ", ") + printable(c.name);
  }
  for (const Derivation& d : montage.derivations) {
    const std::string& name = d.terms.front().channel;
    if (std::none_of(recording.signals.begin(), recording.signals.end(), [&](const Signal& s) { return holds(s, name); })) {
      throw DataError({"E-CHANNEL", recording.path, "montage", "one of " + have, printable(name)});
    }
  }
  return out;
}

}  // namespace myocramp
