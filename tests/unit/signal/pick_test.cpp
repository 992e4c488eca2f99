#include "myocramp/signal/pick.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/errors.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsNan;
using Names = std::vector<std::string>;

/// A signal whose sample i of channel c is 10 * i + c.
Signal with_channels(const Names& names) {
  Samples<double> x(20, static_cast<Index>(names.size()));
  for (Index i = 0; i < x.rows(); ++i) {
    for (Index c = 0; c < x.cols(); ++c) x(i, c) = static_cast<double>(10 * i + c);
  }
  Signal s{.name = "", .rate = SampleRate(10), .samples = x.rows(), .channels = {}, .source = nullptr, .conversion = ""};
  for (const std::string& name : names) {
    Channel channel;
    channel.name = name;
    s.channels.push_back(channel);
  }
  s.gaps = {{3, 5}};
  s.source = std::make_shared<MemorySource>(std::move(x));
  return s;
}

Recording two_devices() {
  Recording r;
  r.path = "night.h5";
  r.signals = {with_channels({"GM", "GL", "SOL"}), with_channels({"TA", "G2"})};
  r.labels.resize(2);
  return r;
}

Names names_of(const Recording& r) {
  Names out;
  for (const Signal& s : r.signals) {
    for (const Channel& c : s.channels) out.push_back(c.name);
  }
  return out;
}

TEST(Pick, TakesColumnsInTheOrderGiven) {
  const Signal part = pick(with_channels({"a", "b", "c"}), {2, 0});
  ASSERT_EQ(part.channels.size(), 2U);
  EXPECT_EQ(part.channels[0].name, "c");
  const Samples<double> x = part.read({4, 6});
  EXPECT_EQ(x(0, 0), 42);
  EXPECT_EQ(x(1, 1), 50);
  EXPECT_EQ(part.gaps.size(), 1U);
  EXPECT_EQ(part.source->encoding().step_v.size(), 2U);
}

TEST(Pick, ByNameKeepsTheOrderGiven) {
  const Recording r = two_devices();
  EXPECT_THAT(names_of(pick(r, {"SOL", "GM"})), ElementsAre("SOL", "GM"));
  EXPECT_THAT(names_of(pick(r, {"TA", "GL"})), ElementsAre("TA", "GL"));
  EXPECT_EQ(pick(r, {"SOL", "GM"}).signals[0].read({1, 2})(0, 0), 12);
}

TEST(Pick, OfAPatternIsTheFilesOrder) {
  const Recording r = two_devices();
  EXPECT_THAT(names_of(pick(r, {"G*"})), ElementsAre("GM", "GL", "G2"));
  EXPECT_THAT(names_of(pick(r, {"*L"})), ElementsAre("GL", "SOL"));
  EXPECT_THAT(names_of(pick(r, {"*"})), ElementsAre("GM", "GL", "SOL", "TA", "G2"));
}

TEST(Pick, TakesNoChannelTwice) {
  EXPECT_THAT(names_of(pick(two_devices(), {"GL", "G*", "GL", "*"})), ElementsAre("GL", "GM", "SOL", "G2", "TA"));
}

TEST(Pick, OfAPickIsThatOfTheWhole) {
  const Recording twice = pick(pick(two_devices(), {"S*", "G*"}), {"GL", "SOL"});
  const Recording once = pick(two_devices(), {"GL", "SOL"});
  EXPECT_EQ(names_of(twice), names_of(once));
  EXPECT_TRUE(testing::same_bits(twice.signals[0].read({0, 20}), once.signals[0].read({0, 20})));
}

TEST(Pick, LeavesOutSignalsWithoutAChannelAndKeepsTheRest) {
  const Recording part = pick(two_devices(), {"TA"});
  ASSERT_EQ(part.signals.size(), 1U);
  EXPECT_EQ(part.labels.size(), 2U);
  EXPECT_EQ(part.path, "night.h5");
}

TEST(Pick, RefusesAPatternThatFitsNothing) {
  const Recording r = two_devices();
  test::expect_error<DataError>([&] { pick(r, {"GM", "VL*"}); }, "E-CHANNEL", {"night.h5", "GM, GL, SOL, TA, G2", "found VL*"});
  test::expect_error<InvalidArgument>([&] { pick(r, {}); }, "E-CHANNEL");
}

TEST(Pick, AStarStandsForAnyText) {
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("a*c", "abcbc"));
  EXPECT_TRUE(matches("**b", "ab"));
  EXPECT_FALSE(matches("a*c", "abcb"));
  EXPECT_FALSE(matches("", "a"));
  EXPECT_FALSE(matches("GM", "gm"));
}

TEST(Pick, IsAnotherRecordingThanTheWhole) {
  Recording whole = two_devices();
  whole.identifier = "the whole";
  EXPECT_EQ(pick(whole, {"GM"}).identifier, "");
}

TEST(Pick, KeepsRowsOnThoseOfTheirChannelsThatAreChosen) {
  Recording r = two_devices();
  r.labels.resize(5);  // the first is of all channels
  r.labels[1].channels = {"GM", "TA"};
  r.labels[2].channels = {"GL"};
  r.labels[3].channels = {"TA"};
  r.labels[4].channels = {"G9", "GL"};  // one that the recording never had
  r.invalid_times = {{{0, 1}, "artefact", {"SOL"}}, {{1, 2}, "gap", {}}};
  const Recording part = pick(r, {"TA", "GM"});
  std::vector<Names> left;
  for (const Event& e : part.labels) left.push_back(e.channels);
  EXPECT_THAT(left, ElementsAre(Names{}, Names{"GM", "TA"}, Names{"TA"}, Names{"G9"}));
  ASSERT_EQ(part.invalid_times.size(), 1U) << "it would be of all channels";
  EXPECT_EQ(part.invalid_times[0].reason, "gap");
  EXPECT_THAT(part.notes,
              ElementsAre("labels: 1 left out with all of their channels", "labels: 1 kept on those of their channels that are left",
                          "invalid_times: 1 left out with all of their channels"));
}

TEST(Pick, KeepsTruthWithItsLabels) {
  Recording r = two_devices();
  r.labels.resize(3);
  r.truth.events.resize(3);
  const std::vector<Names> channels{{"GM"}, {"TA", "GM"}, {"GL", "SOL"}};
  for (std::size_t i = 0; i < channels.size(); ++i) {
    r.labels[i].channels = channels[i];
    TrueEvent& e = r.truth.events[i];
    e.channels = channels[i];
    e.peak_channel = channels[i][0];
    e.peak_v = 1e-3;
    e.peak_time_s = 1;
    e.snr_db = 20;
    e.detectable_onset_s = 0.5;
  }
  r.truth.units = {{"soleus", 0, {1}}};
  r.truth.contaminants = {{{0, 2}, "hum", {}}, {{0, 1}, "clipped", {"SOL"}}, {{0, 1}, "motion", {"GM", "GL"}}};
  const Recording part = pick(r, {"GM"});
  ASSERT_EQ(part.labels.size(), 2U);
  ASSERT_EQ(part.truth.events.size(), 2U);
  EXPECT_EQ(part.truth.events[0].peak_channel, "GM");
  EXPECT_EQ(part.truth.events[0].peak_v, 1e-3);
  EXPECT_THAT(part.truth.events[1].channels, ElementsAre("GM"));
  EXPECT_EQ(part.truth.events[1].peak_channel, "") << "it was TA, which is left out";
  EXPECT_THAT(part.truth.events[1].peak_v, IsNan());
  EXPECT_THAT(part.truth.events[1].peak_time_s, IsNan());
  EXPECT_THAT(part.truth.events[1].snr_db, IsNan());
  EXPECT_EQ(part.truth.events[1].detectable_onset_s, 0.5) << "of the event, whatever is picked";
  ASSERT_EQ(part.truth.contaminants.size(), 2U);
  EXPECT_EQ(part.truth.contaminants[0].kind, "hum");
  EXPECT_THAT(part.truth.contaminants[1].channels, ElementsAre("GM"));
  EXPECT_EQ(part.truth.units.size(), 1U);
  EXPECT_THAT(part.notes, Contains("simulated_events: 1 left out with all of their channels"));
  EXPECT_THAT(part.notes, Contains("simulated_events: 1 without peak and SNR, with their strongest channel"));
  EXPECT_THAT(part.notes, Contains("simulated_contaminants: 1 left out with all of their channels"));
}

}  // namespace
}  // namespace myocramp
