#include "io/channel_names.hpp"

#include <cstddef>
#include <map>
#include <set>

namespace myocramp::io {
namespace {

using Renamed = std::set<const Channel*>;

void number_within(std::vector<Channel>& channels, Renamed& renamed) {
  std::map<std::string, int> uses;
  for (const Channel& c : channels) ++uses[c.name];
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (uses[channels[i].name] == 1) continue;
    channels[i].name += "_" + std::to_string(i + 1);
    renamed.insert(&channels[i]);
  }
}

void tell_groups_apart(const std::vector<ChannelGroup>& groups, Renamed& renamed) {
  std::map<std::string, std::set<const ChannelGroup*>> users;
  for (const ChannelGroup& group : groups) {
    for (const Channel& c : *group.channels) users[c.name].insert(&group);
  }
  for (const ChannelGroup& group : groups) {
    for (Channel& c : *group.channels) {
      if (users[c.name].size() == 1) continue;
      c.name = group.name + "/" + c.name;
      renamed.insert(&c);
    }
  }
}

/// New names give way to those that are in the file.
void free_taken_names(const std::vector<ChannelGroup>& groups, const Renamed& renamed) {
  std::set<std::string> taken;
  for (const ChannelGroup& group : groups) {
    for (const Channel& c : *group.channels) {
      if (renamed.count(&c) == 0) taken.insert(c.name);
    }
  }
  for (const ChannelGroup& group : groups) {
    for (Channel& c : *group.channels) {
      if (renamed.count(&c) == 0) continue;
      const std::string wanted = c.name;
      for (int n = 2; !taken.insert(c.name).second; ++n) c.name = wanted + "_" + std::to_string(n);
    }
  }
}

}  // namespace

void make_names_unique(const std::vector<ChannelGroup>& groups) {
  Renamed renamed;
  for (const ChannelGroup& group : groups) number_within(*group.channels, renamed);
  tell_groups_apart(groups, renamed);
  free_taken_names(groups, renamed);
}

}  // namespace myocramp::io
