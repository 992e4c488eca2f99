#include "myocramp/signal/crop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "myocramp/core/random.hpp"
#include "myocramp/signal/pick.hpp"
#include "support/errors.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

using ::testing::ElementsAre;
using testing::same_bits;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A signal whose sample i of channel c is 10 * i + c.
Signal counting(Index samples, double rate, double start_s = 0, Index channels = 2) {
  Samples<double> x(samples, channels);
  for (Index i = 0; i < samples; ++i) {
    for (Index c = 0; c < channels; ++c) x(i, c) = static_cast<double>(10 * i + c);
  }
  Signal s{
      .name = "", .rate = SampleRate(rate), .start_s = start_s, .samples = samples, .channels = {}, .source = nullptr, .conversion = ""};
  for (Index c = 0; c < channels; ++c) {
    Channel channel;
    channel.name = "ch" + std::to_string(c + 1);
    s.channels.push_back(channel);
  }
  s.source = std::make_shared<MemorySource>(std::move(x));
  return s;
}

Samples<double> all_of(const Signal& s) { return s.read({0, s.samples}); }

TEST(Crop, KeepsTheSamplesFromStartToBeforeStop) {
  const Signal part = crop(counting(100, 10), {2, 5});
  EXPECT_EQ(part.samples, 30);
  EXPECT_EQ(part.start_s, 2);
  EXPECT_TRUE(same_bits(all_of(part), counting(100, 10).read({20, 50})));
}

TEST(Crop, TakesTheNextSampleWhenTheStartLiesBetweenTwo) {
  const Signal part = crop(counting(100, 10), {2.01, 4.99});
  EXPECT_EQ(part.start_s, 2.1);
  EXPECT_EQ(part.samples, 29);  // 2.1 to 4.9 s
}

TEST(Crop, CountsFromTheSignalsOwnStart) {
  const Signal part = crop(counting(100, 10, 100.05), {101, 102});
  EXPECT_DOUBLE_EQ(part.start_s, 101.05);
  EXPECT_EQ(part.samples, 10);
  EXPECT_EQ(part.read({0, 1})(0, 0), 100);
}

TEST(Crop, EndsMayLieOutsideOrBeInfinite) {
  const Signal whole = counting(100, 10, 3);
  for (const Span span : {Span{-kInfinity, kInfinity}, Span{0, 1000}, Span{3, 13}, Span{-5, kInfinity}}) {
    const Signal part = crop(whole, span);
    EXPECT_EQ(part.samples, 100);
    EXPECT_EQ(part.start_s, 3);
  }
  EXPECT_EQ(crop(whole, {12.9, kInfinity}).samples, 1);
  EXPECT_EQ(crop(whole, {-kInfinity, 3.0001}).samples, 1);
}

TEST(Crop, NeighboursShareNoSampleAndLoseNone) {
  Random random(5, 0);
  for (const double rate : {10.0, 256.0, 1000.0, 2048.0, 2148.148, 4096.0}) {
    const Signal whole = counting(5000, rate, 7.3, 1);
    for (int k = 0; k < 200; ++k) {
      // Half of the cuts lie on a sample's time, where rounding decides.
      const auto at = static_cast<Index>(1 + random.uniform() * 4997);
      const double cut = k % 2 == 0 ? whole.time(at) : whole.start_s + random.uniform() * 0.99 * whole.duration_s() + 1 / rate;
      const Signal before = crop(whole, {-kInfinity, cut});
      const Signal after = crop(whole, {cut, kInfinity});
      ASSERT_EQ(before.samples + after.samples, whole.samples) << rate << " Hz, cut at " << cut;
      if (k % 2 == 0) {
        ASSERT_EQ(before.samples, at) << rate << " Hz";
      }
      ASSERT_EQ(after.read({0, 1})(0, 0), 10.0 * static_cast<double>(before.samples));
    }
  }
}

TEST(Crop, OfACropIsTheCropOfBoth) {
  Random random(6, 0);
  for (const double rate : {1000.0, 2148.148}) {
    const Signal whole = counting(5000, rate, 86'400.1, 1);
    for (int k = 0; k < 200; ++k) {
      const Index a = static_cast<Index>(random.uniform() * 1000);
      const Index b = 1500 + static_cast<Index>(random.uniform() * 1000);
      const Signal twice = crop(crop(whole, {whole.time(a), whole.time(4000)}), {whole.time(b), whole.time(3500)});
      const Signal once = crop(whole, {whole.time(b), whole.time(3500)});
      ASSERT_EQ(twice.samples, 3500 - b);
      ASSERT_EQ(once.samples, 3500 - b);
      ASSERT_TRUE(same_bits(all_of(twice), all_of(once)));
      ASSERT_NEAR(twice.start_s, once.start_s, 1e-9);
    }
  }
}

TEST(Crop, ShiftsAndCutsGaps) {
  Signal whole = counting(100, 10);
  whole.gaps = {{0, 5}, {15, 25}, {30, 31}, {45, 60}, {90, 100}};
  EXPECT_THAT(crop(whole, {2, 5}).gaps, ElementsAre(Interval{0, 5}, Interval{10, 11}, Interval{25, 30}));
  EXPECT_THAT(crop(whole, {0.5, 1.5}).gaps, ElementsAre());
}

TEST(Crop, SharesTheSourceWithItsStoredNumbers) {
  class Stored final : public SampleSource {
   public:
    void read(Interval rows, Block<double> out) const override {
      read_stored(rows, out);
      for (Index i = 0; i < rows.length(); ++i) out(i, 0) *= 0.5;
    }
    void read_stored(Interval rows, Block<double> out) const override {
      for (Index i = 0; i < rows.length(); ++i) out(i, 0) = static_cast<double>(rows.begin + i);
    }
    [[nodiscard]] Encoding encoding() const override { return {NumberType::kInt16, {0.5}, 0}; }
    [[nodiscard]] std::shared_ptr<const SampleSource> columns(const std::vector<std::size_t>&) const override {
      return std::make_shared<Stored>();
    }
  };
  Signal whole = counting(100, 10, 0, 1);
  whole.source = std::make_shared<Stored>();
  const Signal part = crop(whole, {2, 3});
  Samples<double> stored(3, 1);
  part.source->read_stored({1, 4}, stored);
  EXPECT_EQ(stored(0, 0), 21);
  EXPECT_EQ(part.read({1, 4})(0, 0), 10.5);
  EXPECT_EQ(part.source->encoding().type, NumberType::kInt16);
  EXPECT_THAT(part.source->encoding().step_v, ElementsAre(0.5));
  EXPECT_EQ(pick(part, {0}).read({1, 2})(0, 0), 10.5);  // by a source of its own, in the same window
}

TEST(Crop, RefusesSpansWithNothingInside) {
  const Signal s = counting(100, 10);
  for (const Span span : {Span{5, 5}, Span{6, 5}, Span{kNaN, 5}, Span{1, kNaN}, Span{10, 12}, Span{-2, 0}, Span{1.01, 1.09}}) {
    test::expect_error<InvalidArgument>([&] { crop(s, span); }, "E-RANGE");
    Recording r;
    r.signals = {s};
    test::expect_error<InvalidArgument>([&] { crop(r, span); }, "E-RANGE");
  }
}

Recording annotated() {
  Recording r;
  r.session = "night1";
  r.signals = {counting(100, 10), counting(50, 100, 4)};  // 0 to 10 s, 4 to 4.5 s
  r.protocol = {{0, 3, "rest", "supine", 90}, {3, 6, "exercise"}, {6, 10, "rest"}};
  const auto event = [](double onset, double duration, const char* who) {
    Event e;
    e.onset_s = onset;
    e.duration_s = duration;
    e.annotator = who;
    return e;
  };
  r.labels = {event(0.1, 0.2, "before"), event(1, 2, "into"), event(2.1, 0.3, "inside"), event(4.5, 0, "point"), event(5, 0, "at stop")};
  r.invalid_times = {{{1, 2}, "ends at start"}, {{1, 8}, "around"}};
  r.annotated_spans = {{{0, 10}, "A"}, {{5, 10}, "B"}};
  r.stim_trains = {StimTrain{{1, 2.5}, 20}, StimTrain{{4.9, 6}, 30}, StimTrain{{7, 8}, 40}};
  r.covariates = {{"sodium", 140}};
  r.truth.events.resize(2);
  r.truth.events[0].label = "before";
  r.truth.events[0].offset_s = 2;
  r.truth.events[1].label = "into";
  r.truth.events[1].onset_s = 1;
  r.truth.events[1].offset_s = 3;
  r.truth.units = {{"soleus", 0, {1, 2, 4.5, 5}}, {"soleus", 1, {9}}};
  r.truth.contaminants = {{{0, 10}, "noise", {}}};
  return r;
}

TEST(Crop, CutsWhatIsKnownToTheSpan) {
  const Recording part = crop(annotated(), {2, 5});
  ASSERT_EQ(part.protocol.size(), 2U);
  EXPECT_EQ(part.protocol[0].start_s, 2);
  EXPECT_EQ(part.protocol[0].stop_s, 3);
  EXPECT_EQ(part.protocol[0].posture, "supine");
  EXPECT_EQ(part.protocol[1].stop_s, 5);
  ASSERT_EQ(part.labels.size(), 3U);
  EXPECT_EQ(part.labels[0].annotator, "into");
  EXPECT_EQ(part.labels[0].onset_s, 2);
  EXPECT_EQ(part.labels[0].duration_s, 1);
  EXPECT_EQ(part.labels[1].onset_s, 2.1);
  EXPECT_EQ(part.labels[1].duration_s, 0.3);
  EXPECT_EQ(part.labels[2].annotator, "point");
  ASSERT_EQ(part.invalid_times.size(), 1U);
  EXPECT_EQ(part.invalid_times[0].reason, "around");
  EXPECT_EQ(part.invalid_times[0].start_s, 2);
  EXPECT_EQ(part.invalid_times[0].stop_s, 5);
  ASSERT_EQ(part.annotated_spans.size(), 1U);
  EXPECT_EQ(part.annotated_spans[0].annotator, "A");
  ASSERT_EQ(part.stim_trains.size(), 2U);
  EXPECT_EQ(part.stim_trains[0].start_s, 2);
  EXPECT_EQ(part.stim_trains[0].stop_s, 2.5);
  EXPECT_EQ(part.stim_trains[1].start_s, 4.9);
  EXPECT_DOUBLE_EQ(part.stim_trains[1].stop_s, 4.9 + 2 / 30.0) << "the pulse at 5 s is not in the part";
  EXPECT_EQ(part.covariates.size(), 1U);
  ASSERT_EQ(part.truth.events.size(), 1U);
  EXPECT_EQ(part.truth.events[0].label, "into");
  EXPECT_EQ(part.truth.events[0].onset_s, 1) << "an event is what it was";
  ASSERT_EQ(part.truth.units.size(), 1U);
  EXPECT_EQ(part.truth.units[0].discharges_s, (std::vector<double>{2, 4.5}));
  ASSERT_EQ(part.truth.contaminants.size(), 1U);
  EXPECT_EQ(part.truth.contaminants[0].start_s, 2);
  EXPECT_EQ(part.session, "night1");
}

Recording stimulated(std::vector<StimTrain> trains) {
  Recording r;
  r.signals = {counting(200, 10)};
  r.stim_trains = std::move(trains);
  return r;
}

TEST(Crop, OfATrainThePulsesInsideStay) {
  StimTrain train{{5, 15}, 20};
  train.n_pulses = 201;
  const Recording whole = stimulated({train});
  const std::vector<StimTrain> first = crop(whole, {0, 10}).stim_trains;
  const std::vector<StimTrain> second = crop(whole, {10, 20}).stim_trains;
  ASSERT_EQ(first.size(), 1U);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(first[0].start_s, 5);
  EXPECT_DOUBLE_EQ(first[0].stop_s, 9.95);
  EXPECT_EQ(first[0].n_pulses, 100);
  EXPECT_EQ(second[0].start_s, 10);
  EXPECT_EQ(second[0].stop_s, 15);
  EXPECT_EQ(second[0].n_pulses, 101);
  EXPECT_EQ(crop(whole, {5, 16}).stim_trains[0].n_pulses, 201);
}

TEST(Crop, BetweenTwoPulsesThereIsNoTrain) {
  EXPECT_EQ(crop(stimulated({StimTrain{{5, 15}, 1}}), {7.1, 7.9}).stim_trains.size(), 0U);
  EXPECT_EQ(crop(stimulated({StimTrain{{5, 15}, 1}}), {7.1, 8.1}).stim_trains.size(), 1U);
}

TEST(Crop, CutsATrainWithoutAFrequencyAtTheEdges) {
  StimTrain train{{5, 15}};
  train.n_pulses = 200;
  const Recording part = crop(stimulated({train}), {7, 12});
  ASSERT_EQ(part.stim_trains.size(), 1U);
  EXPECT_EQ(part.stim_trains[0].start_s, 7);
  EXPECT_EQ(part.stim_trains[0].stop_s, 12);
  EXPECT_TRUE(std::isnan(part.stim_trains[0].n_pulses));
}

TEST(Crop, LeavesNoRowOutsideOfItsSamples) {
  Recording r;
  r.signals = {counting(30, 10), counting(50, 10, 5)};  // 0 to 3 s, 5 to 10 s
  r.protocol = {{0, 10, "rest"}};
  EXPECT_EQ(crop(r, {1.03, 9}).protocol[0].start_s, 1.1) << "the first sample";
  EXPECT_EQ(crop(r, {1, 4}).protocol[0].stop_s, 3);
  EXPECT_EQ(crop(r, {4, 9}).protocol[0].start_s, 5);
}

TEST(Crop, LeavesOutSignalsWithoutASampleThere) {
  EXPECT_EQ(crop(annotated(), {2, 5}).signals.size(), 2U);
  EXPECT_EQ(crop(annotated(), {5, 9}).signals.size(), 1U);
  EXPECT_EQ(crop(annotated(), {5, 9}).start_s(), 5);  // on the same clock
  EXPECT_EQ(crop(annotated(), {5, 9}).end_s(), 9);
  EXPECT_EQ(crop(annotated(), {5, 9}).duration_s(), 4);
}

TEST(Crop, RowsGoWithTheSignalOfTheirChannels) {
  Recording r;
  r.signals = {counting(100, 10), counting(50, 100, 4)};
  r.signals[1].channels[0].name = "other";
  r.invalid_times = {{{0, 10}, "artefact", {"other"}}};
  r.truth.events.resize(1);
  r.truth.events[0].channels = {"other"};
  r.truth.events[0].offset_s = 10;
  r.truth.contaminants = {{{0, 10}, "clipped", {"other"}}};
  const Recording part = crop(r, {5, 9});
  EXPECT_EQ(part.invalid_times.size(), 0U);
  EXPECT_TRUE(part.truth.empty());
  EXPECT_THAT(part.notes,
              ElementsAre("invalid_times: 1 left out with all of their channels", "simulated_events: 1 left out with all of their channels",
                          "simulated_contaminants: 1 left out with all of their channels"));
}

TEST(Crop, OfTheWholeChangesNothing) {
  const Recording whole = annotated();
  const Recording part = crop(whole, {-kInfinity, kInfinity});
  EXPECT_EQ(part.labels.size(), whole.labels.size());
  EXPECT_EQ(part.protocol.size(), whole.protocol.size());
  EXPECT_EQ(part.protocol[2].stop_s, 10);
  EXPECT_EQ(part.invalid_times.size(), whole.invalid_times.size());
  EXPECT_EQ(part.stim_trains.size(), whole.stim_trains.size());
}

TEST(Crop, IsAnotherRecordingThanTheWhole) {
  Recording whole;
  whole.identifier = "the whole";
  whole.signals = {counting(100, 10)};
  EXPECT_EQ(crop(whole, {2, 5}).identifier, "");
  EXPECT_EQ(whole.identifier, "the whole");
}

}  // namespace
}  // namespace myocramp
