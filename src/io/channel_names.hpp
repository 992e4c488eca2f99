#pragma once

#include <string>
#include <vector>

#include "myocramp/signal/channel.hpp"

namespace myocramp::io {

/// Channels that belong together, of one device or series, and what tells them from others of the same name.
struct ChannelGroup {
  std::string name;
  std::vector<Channel>* channels;
};

/// Gives every channel of a recording a name of its own.
///
/// Channels of one group that share a name get their place in the group, from 1, behind it: "GM_1". Names that several groups use get
/// their group before them: "left/GM". Where that is again the name of another channel, a number makes it free: "GM_1_2". A name that only
/// one channel has stays.
void make_names_unique(const std::vector<ChannelGroup>& groups);

}  // namespace myocramp::io
