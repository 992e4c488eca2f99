#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "myocramp/signal/recording.hpp"

namespace myocramp::detail {

/// For each channel of a recording those that stand for it in another one made of it; none: it was left out.
using KeptChannels = std::map<std::string, std::vector<std::string>>;

/// Of a part whose channels kept their names.
inline KeptChannels kept_channels(const Recording& whole, const Recording& part) {
  std::set<std::string> there;
  for (const Signal& s : part.signals) {
    for (const Channel& c : s.channels) there.insert(c.name);
  }
  KeptChannels kept;
  for (const Signal& s : whole.signals) {
    for (const Channel& c : s.channels) {
      std::vector<std::string>& names = kept[c.name];
      if (there.contains(c.name)) names.push_back(c.name);
    }
  }
  return kept;
}

/// Lets rows name the channels that stand for theirs. A row with none of its channels is left out: without a name it would be of all.
///
/// Rows without names stay, and so do names that the recording never had. Notes count the rows that are left out and those that lost a channel.
template <class Row>
void keep_channels(std::vector<Row>& rows, const KeptChannels& kept, const std::string& table, std::vector<std::string>& notes) {
  std::vector<Row> out;
  std::size_t left_out = 0;
  std::size_t fewer = 0;
  for (Row& row : rows) {
    std::vector<std::string> names;
    const auto add = [&names](const std::string& name) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    };
    bool lost = false;
    for (const std::string& name : row.channels) {
      const auto found = kept.find(name);
      if (found == kept.end()) {
        add(name);
        continue;
      }
      lost = lost || found->second.empty();
      std::for_each(found->second.begin(), found->second.end(), add);
    }
    if (lost && names.empty()) {
      ++left_out;
      continue;
    }
    if (lost) ++fewer;
    row.channels = std::move(names);
    out.push_back(std::move(row));
  }
  rows = std::move(out);
  if (left_out > 0) notes.push_back(table + ": " + std::to_string(left_out) + " left out with all of their channels");
  if (fewer > 0) notes.push_back(table + ": " + std::to_string(fewer) + " kept on those of their channels that are left");
}

/// Lets true events name the channels that stand for theirs, as keep_channels() does.
///
/// What is known of an event's strongest channel goes with that channel, and a note counts it: on those that are left it is not known.
inline void keep_true_events(std::vector<TrueEvent>& events, const KeptChannels& kept, std::vector<std::string>& notes) {
  keep_channels(events, kept, "simulated_events", notes);
  std::size_t without = 0;
  for (TrueEvent& e : events) {
    const auto found = kept.find(e.peak_channel);
    if (found == kept.end() || found->second == std::vector<std::string>{e.peak_channel}) continue;
    e.peak_channel.clear();
    e.peak_v = e.peak_time_s = e.snr_db = TrueEvent::kNone;
    ++without;
  }
  if (without > 0) notes.push_back("simulated_events: " + std::to_string(without) + " without peak and SNR, with their strongest channel");
}

}  // namespace myocramp::detail
