#include "io/channel_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace myocramp::io {
namespace {

using ::testing::ElementsAre;
using Names = std::vector<std::string>;

/// The names of groups a, b ... after they were made unique.
std::vector<Names> unique(const std::vector<Names>& names) {
  std::vector<std::vector<Channel>> channels;
  for (const Names& group : names) {
    channels.emplace_back(group.size());
    for (std::size_t i = 0; i < group.size(); ++i) channels.back()[i].name = group[i];
  }
  std::vector<ChannelGroup> groups;
  for (std::size_t g = 0; g < channels.size(); ++g) groups.push_back({std::string(1, static_cast<char>('a' + g)), &channels[g]});
  make_names_unique(groups);
  std::vector<Names> out;
  for (const std::vector<Channel>& group : channels) {
    out.emplace_back();
    for (const Channel& c : group) out.back().push_back(c.name);
  }
  return out;
}

TEST(ChannelNames, StayWhereTheyAreUnique) {
  EXPECT_THAT(unique({{"GM", "GL"}, {"SO"}}), ElementsAre(Names{"GM", "GL"}, Names{"SO"}));
  EXPECT_THAT(unique({{}, {"SO"}}), ElementsAre(Names{}, Names{"SO"}));
}

TEST(ChannelNames, GetTheirPlaceWithinAGroupAndTheirGroupBetweenGroups) {
  EXPECT_THAT(unique({{"GM", "SO", "GM"}}), ElementsAre(Names{"GM_1", "SO", "GM_3"}));
  EXPECT_THAT(unique({{"GM", "SO"}, {"GM"}}), ElementsAre(Names{"a/GM", "SO"}, Names{"b/GM"}));
  EXPECT_THAT(unique({{"GM", "GM"}, {"GM", "GM"}}), ElementsAre(Names{"a/GM_1", "a/GM_2"}, Names{"b/GM_1", "b/GM_2"}));
}

TEST(ChannelNames, NewOnesGiveWayToThoseOfTheFile) {
  EXPECT_THAT(unique({{"E0", "E0", "E0_2"}}), ElementsAre(Names{"E0_1", "E0_2_2", "E0_2"}));
  EXPECT_THAT(unique({{"E0", "E0", "E0_2", "E0_2_2"}}), ElementsAre(Names{"E0_1", "E0_2_3", "E0_2", "E0_2_2"}));
  EXPECT_THAT(unique({{"GM", "a/GM"}, {"GM"}}), ElementsAre(Names{"a/GM_2", "a/GM"}, Names{"b/GM"}));
}

TEST(ChannelNames, EndUniqueWhateverTheyWere) {
  const Names pieces = {"x", "x_1", "x_2", "x_1_2", "a/x", "b/x", "a/x_1", "x_2_2"};
  for (unsigned code = 0; code < 8U * 8U * 8U * 8U * 8U; ++code) {
    Names all;
    for (unsigned i = 0, rest = code; i < 5; ++i, rest /= 8) all.push_back(pieces[rest % 8]);
    const auto groups = unique({{all[0], all[1], all[2]}, {all[3], all[4]}});
    std::set<std::string> seen;
    for (const Names& group : groups) seen.insert(group.begin(), group.end());
    ASSERT_EQ(seen.size(), 5U) << code;
  }
}

}  // namespace
}  // namespace myocramp::io
