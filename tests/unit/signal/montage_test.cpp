#include "myocramp/signal/montage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/signals.hpp"

namespace myocramp {
namespace {

using ::testing::ElementsAre;
using Names = std::vector<std::string>;

const Names kGrid = {"A", "B", "C", "D"};

Samples<double> derived(const Montage& m, const Samples<double>& x) {
  const MontageColumns columns(m, kGrid);
  Samples<double> y(x.rows(), static_cast<Index>(columns.names().size()));
  columns.process<double>(x, y);
  return y;
}

Names names_of(const Signal& s) {
  Names out;
  for (const Channel& c : s.channels) out.push_back(c.name);
  return out;
}

Signal signal_of(const Samples<double>& x, const Names& names) {
  Signal s{.name = "", .rate = SampleRate(1000), .samples = x.rows(), .channels = {}, .source = nullptr, .conversion = ""};
  for (const std::string& name : names) {
    s.channels.push_back({});
    s.channels.back().name = name;
    s.channels.back().muscle = name == "D" ? "soleus" : "gastrocnemius_medialis";
    s.channels.back().side = "left";
  }
  s.source = std::make_shared<MemorySource>(x);
  return s;
}

std::string code_of(const std::function<void()>& run) {
  try {
    run();
  } catch (const Error& e) {
    return e.code();
  }
  return "";
}

TEST(Montage, BipolarIsTheDifferenceOfEachPair) {
  const Samples<double> x = testing::white_noise(50, 4, 1);
  const Samples<double> y = derived(bipolar({{"A", "C"}, {"D", "B"}}), x);
  EXPECT_TRUE(testing::same_bits<double>(y.col(0), x.col(0) - x.col(2)));
  EXPECT_TRUE(testing::same_bits<double>(y.col(1), x.col(3) - x.col(1)));
}

TEST(Montage, DifferencesRunAlongColumnsAndDoNotMix) {
  const Samples<double> x = testing::white_noise(50, 4, 2);
  const MontageColumns single(differential({{"A", "B", "C"}, {"D", "B"}}), kGrid);
  EXPECT_THAT(single.names(), ElementsAre("A-B", "B-C", "D-B"));
  const MontageColumns twice(differential({{"A", "B", "C", "D"}}, Differential::kDouble), kGrid);
  EXPECT_THAT(twice.names(), ElementsAre("A-2B+C", "B-2C+D"));
  const Samples<double> y = derived(differential({{"A", "B", "C", "D"}}, Differential::kDouble), x);
  EXPECT_TRUE(testing::same_bits<double>(y.col(0), x.col(0) - 2 * x.col(1) + x.col(2)));
  // What moves along the column as a straight line is not seen: the far field.
  Samples<double> line(1, 4);
  line << 1, 2, 3, 4;
  EXPECT_EQ(derived(differential({{"A", "B", "C", "D"}}, Differential::kDouble), line).abs().maxCoeff(), 0);
}

TEST(Montage, TheCommonAverageLeavesNothingThatAllShare) {
  Samples<double> x = testing::white_noise(50, 4, 3);
  const Samples<double> y = derived(common_average({"A", "B", "D"}), x);
  EXPECT_EQ(y.cols(), 3);
  EXPECT_LT(y.rowwise().sum().abs().maxCoeff(), 1e-14);
  const Samples<double> shifted = derived(common_average({"A", "B", "D"}), x + 100);
  EXPECT_LT(testing::largest_difference<double>(y, shifted), 1e-12);
  EXPECT_TRUE(testing::same_bits<double>(derived(common_average({"A", "B", "D"}), x * 1024), y * 1024));
  x(7, 1) = std::nan("");
  EXPECT_TRUE(derived(common_average({"A", "B", "D"}), x).row(7).isNaN().all());
  EXPECT_TRUE(derived(common_average({"A", "C", "D"}), x).isFinite().all());
}

TEST(Montage, RefusesWhatCannotBe) {
  EXPECT_EQ(code_of([] { bipolar({}); }), "E-MONTAGE");
  EXPECT_EQ(code_of([] { bipolar({{"A", "A"}}); }), "E-MONTAGE");
  EXPECT_EQ(code_of([] { differential({{"A"}}); }), "E-MONTAGE");
  EXPECT_EQ(code_of([] { differential({{"A", "B", "A"}}); }), "E-MONTAGE");
  EXPECT_EQ(code_of([] { differential({{"A", "B"}}, Differential::kDouble); }), "E-MONTAGE");
  EXPECT_EQ(code_of([] { common_average({"A"}); }), "E-MONTAGE");
  EXPECT_EQ(code_of([] { common_average({"A", "A"}); }), "E-MONTAGE");
  EXPECT_EQ(code_of([] { MontageColumns(bipolar({{"A", "B"}, {"A", "B"}}), kGrid); }), "E-MONTAGE");
  EXPECT_EQ(code_of([] { MontageColumns(bipolar({{"A", "X"}}), kGrid); }), "E-CHANNEL");
}

TEST(Montage, OfASignalIsComputedAsItIsRead) {
  const Samples<double> x = testing::white_noise(50, 4, 4);
  const Signal s = derive(signal_of(x, kGrid), bipolar({{"A", "B"}, {"C", "D"}}));
  EXPECT_THAT(names_of(s), ElementsAre("A-B", "C-D"));
  EXPECT_EQ(s.channels[0].muscle, "gastrocnemius_medialis");
  EXPECT_EQ(s.channels[1].muscle, "") << "of two muscles";
  EXPECT_EQ(s.channels[1].side, "left");
  EXPECT_TRUE(testing::same_bits<double>(s.read({10, 20}).col(1), (x.col(2) - x.col(3)).segment(10, 10)));
  EXPECT_EQ(s.source->encoding().step_v.size(), 2U);
}

TEST(Montage, OfARecordingKeepsTheRestAndItsSignalsApart) {
  Recording r;
  r.session = "night";
  r.signals.push_back(signal_of(testing::white_noise(50, 2, 5), {"A", "B"}));
  r.signals.push_back(signal_of(testing::white_noise(50, 2, 6), {"C", "D"}));
  r.signals.push_back(signal_of(testing::white_noise(50, 1, 7), {"E"}));
  const Recording d = derive(r, bipolar({{"C", "D"}, {"B", "A"}}));
  ASSERT_EQ(d.signals.size(), 2U);
  EXPECT_THAT(names_of(d.signals[0]), ElementsAre("B-A"));
  EXPECT_THAT(names_of(d.signals[1]), ElementsAre("C-D"));
  EXPECT_EQ(d.session, "night");
  EXPECT_EQ(code_of([&] { derive(r, bipolar({{"A", "C"}})); }), "E-CHANNEL") << "two signals have no common samples";
  EXPECT_EQ(code_of([&] { derive(r, bipolar({{"A", "B"}, {"X", "A"}})); }), "E-CHANNEL");
}

TEST(Montage, NeedsTermsForEveryChannel) {
  const Montage empty{.derivations = {{"nothing", {}}}, .reference = {}};
  EXPECT_EQ(code_of([&] { MontageColumns(empty, kGrid); }), "E-MONTAGE");
  Recording r;
  r.signals.push_back(signal_of(testing::white_noise(50, 2, 5), {"A", "B"}));
  EXPECT_EQ(code_of([&] { derive(r, empty); }), "E-MONTAGE");
}

TEST(Montage, RowsNameWhatIsDerivedFromTheirChannels) {
  Recording r;
  r.signals.push_back(signal_of(testing::white_noise(50, 4, 5), kGrid));
  r.labels.resize(2);
  r.labels[0].channels = {"B", "A"};
  r.labels[1].channels = {"D"};
  r.invalid_times = {{{0, 0.01}, "artefact", {"B"}}};
  r.truth.events.resize(2);
  r.truth.events[0].channels = {"B", "A"};
  r.truth.events[0].peak_channel = "B";
  r.truth.events[0].peak_v = 1e-3;
  r.truth.events[1].channels = {"D"};
  r.truth.contaminants = {{{0, 0.01}, "clipped", {"B"}}};
  const Recording d = derive(r, bipolar({{"A", "B"}, {"B", "C"}}));
  ASSERT_EQ(d.labels.size(), 1U);
  EXPECT_THAT(d.labels[0].channels, ElementsAre("A-B", "B-C"));
  EXPECT_THAT(d.invalid_times[0].channels, ElementsAre("A-B", "B-C"));
  ASSERT_EQ(d.truth.events.size(), 1U);
  EXPECT_THAT(d.truth.events[0].channels, ElementsAre("A-B", "B-C"));
  EXPECT_EQ(d.truth.events[0].peak_channel, "");
  EXPECT_THAT(d.truth.events[0].peak_v, ::testing::IsNan());
  EXPECT_THAT(d.truth.contaminants[0].channels, ElementsAre("A-B", "B-C"));
  EXPECT_THAT(d.notes,
              ElementsAre("labels: 1 left out with all of their channels", "simulated_events: 1 left out with all of their channels",
                          "simulated_events: 1 without peak and SNR, with their strongest channel"));

  const Recording averaged = derive(r, common_average({"A", "B", "D"}));
  EXPECT_THAT(averaged.labels[0].channels, ElementsAre("B-average", "A-average"));
  EXPECT_THAT(averaged.invalid_times[0].channels, ElementsAre("B-average", "A-average", "D-average")) << "it is in every average";
  EXPECT_EQ(averaged.truth.events.size(), 2U);
  EXPECT_EQ(averaged.truth.contaminants[0].channels.size(), 3U);
}

}  // namespace
}  // namespace myocramp
