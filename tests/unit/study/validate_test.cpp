#include "myocramp/study/validate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>

#include "study/muscles.hpp"
#include "support/signals.hpp"
#include "support/temp_dir.hpp"

namespace myocramp {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Integers of a converter, or samples that end in an error.
class OtherSource final : public SampleSource {
 public:
  explicit OtherSource(double step_v) : step_v_(step_v) {}
  void read(Interval rows, Block<double> out) const override {
    if (std::isnan(step_v_)) throw DataError({"E-CORRUPT", "x.h5", "/raw", "chunks that can be unpacked", "damage"});
    for (Index i = 0; i < rows.length(); ++i) out(i, 0) = static_cast<double>((rows.begin + i) % 201 - 100) * step_v_;
  }
  void read_stored(Interval rows, Block<double> out) const override { read(rows, out); }
  [[nodiscard]] Encoding encoding() const override { return {NumberType::kInt16, {step_v_}, 0}; }

 private:
  double step_v_;
};

Signal signal_of(Samples<double> volts, double rate = 2000) {
  Signal s{"", SampleRate(rate), 0, volts.rows(), {}, nullptr, ""};
  for (Index c = 0; c < volts.cols(); ++c) {
    Channel channel;
    channel.name = "ch" + std::to_string(c + 1);
    channel.muscle = "gastrocnemius_medialis";
    channel.side = "left";
    s.channels.push_back(channel);
  }
  s.source = std::make_shared<MemorySource>(std::move(volts));
  return s;
}

Samples<double> emg(Index n = 20000) { return myocramp::testing::white_noise(n, 1, 1) * 50e-6; }

/// 10 s in which there is nothing to mend.
Recording good() {
  Recording r;
  r.signals = {signal_of(emg())};
  r.subject.id = "S1";
  r.subject.sex = "F";
  r.subject.age = "P34Y";
  r.session_start = "2024-02-29T12:34:56.700+00:00";
  r.protocol = {{0, 10, "rest"}};
  Event e;
  e.onset_s = 2;
  e.duration_s = 3;
  e.trial_type = "cramp";
  e.channels = {"ch1"};
  e.annotator = "A";
  e.label_source = "manual";
  r.labels = {e};
  r.covariates = {{"sodium", 140, "", "mmol/L", 5}, {"condition", kNaN, "heat"}};
  StimTrain t;
  t.start_s = 8;
  t.stop_s = 9;
  t.frequency_hz = 20;
  t.n_pulses = 21;
  r.stim_trains = {t};
  return r;
}

Recording good_with(Samples<double> volts) {
  Recording r = good();
  r.signals = {signal_of(std::move(volts))};
  return r;
}

Recording good_with(const Signal& s) {
  Recording r = good();
  r.signals = {s};
  return r;
}

auto finding(const std::string& code, Severity severity, const std::string& place, const std::string& found) {
  return AllOf(Field(&Finding::code, code), Field(&Finding::severity, severity), Field(&Finding::place, HasSubstr(place)),
               Field(&Finding::found, HasSubstr(found)), Field(&Finding::expected, ::testing::Not(IsEmpty())));
}

/// Holds that exactly this one thing is found.
void expect_only(const Recording& r, const std::string& code, Severity severity, const std::string& place, const std::string& found) {
  EXPECT_THAT(validate(r), ElementsAre(finding(code, severity, place, found)));
}

constexpr Severity kViolation = Severity::kViolation;
constexpr Severity kSuggestion = Severity::kSuggestion;

TEST(Validate, FindsNothingInAGoodRecording) { EXPECT_THAT(validate(good()), IsEmpty()); }

// --- samples ------------------------------------------------------------------------------------

TEST(Validate, AmplitudesThatNoMuscleHas) {
  expect_only(good_with(emg() * 1e6), "V-AMPLITUDE", kViolation, "channel ch1", "is the unit or conversion right?");
  expect_only(good_with(emg() * 1e3), "V-UNIT", kViolation, "channel ch1", "is it in mV or uV?");
  expect_only(good_with(emg() * 1e-6), "V-UNIT", kViolation, "channel ch1", "is the conversion applied twice?");
  EXPECT_THAT(validate(good_with(emg() * 100)), IsEmpty());  // 5 mV RMS: a needle in a large muscle
}

TEST(Validate, AnOffsetIsNoAmplitude) {
  expect_only(good_with(emg() + 0.3), "V-OFFSET", kSuggestion, "channel ch1", "an offset, or an envelope");
  expect_only(good_with(emg() - 0.3), "V-OFFSET", kSuggestion, "channel ch1", "V to -0.299");
}

TEST(Validate, AnEnvelopeIsNoEmg) {
  expect_only(good_with(emg().abs()), "V-ENVELOPE", kViolation, "channel ch1", "V to ");
  expect_only(good_with(-emg().abs()), "V-ENVELOPE", kViolation, "channel ch1", "");
}

TEST(Validate, ChannelsWithoutSignal) {
  expect_only(good_with(Samples<double>::Constant(20000, 1, 2e-6)), "V-FLAT", kViolation, "channel ch1", "2e-06 V throughout");
  expect_only(good_with(Samples<double>::Constant(20000, 1, kNaN)), "V-NAN", kViolation, "channel ch1", "none");
  Samples<double> gap = emg();
  gap.topRows(500).setConstant(kNaN);
  expect_only(good_with(gap), "V-GAPS", kSuggestion, "channel ch1", "2.5 %");
}

TEST(Validate, ClippedSamples) {
  const Samples<double> loud = myocramp::testing::white_noise(20000, 1, 1);
  Samples<double> slow = loud;  // runs at the rails need a signal that stays there
  for (Index i = 0; i < slow.rows(); ++i) slow(i, 0) = std::sin(static_cast<double>(i) * 0.01);
  expect_only(good_with((slow.min(0.9).max(-0.9) * 1e-3).eval()), "V-CLIPPED", kViolation, "channel ch1", " %");
  EXPECT_THAT(validate(good_with((slow * 1e-3).eval())), IsEmpty());
  EXPECT_THAT(validate(good_with((loud.min(1.5).max(-1.5) * 1e-4).eval())), IsEmpty());  // runs shorter than five
}

TEST(Validate, AChannelOfFewStepsIsNotClipped) {
  Samples<double> coarse = emg();
  for (Index i = 0; i < coarse.rows(); ++i) coarse(i, 0) = std::round(std::sin(static_cast<double>(i) * 0.01) * 2) * 3e-6;
  Signal s = signal_of(coarse);
  s.channels[0].step_v = 3e-6;
  EXPECT_THAT(validate(good_with(s)), IsEmpty());
}

TEST(Validate, IntegersWithoutConversion) {
  Signal s = signal_of(emg());
  s.source = std::make_shared<OtherSource>(1.0);
  EXPECT_THAT(validate(good_with(s)), ElementsAre(finding("V-CONVERSION", kViolation, "signal", "conversion of 1 V"),
                                                  finding("V-AMPLITUDE", kViolation, "ch1", "100 V")));
  s.source = std::make_shared<OtherSource>(1e-6);
  EXPECT_THAT(validate(good_with(s)), IsEmpty());
}

TEST(Validate, ASignalThatCannotBeReadIsCriticalAndTheOthersAreLookedAt) {
  Recording r = good();
  Signal s = signal_of(emg());
  s.name = "B";
  s.source = std::make_shared<OtherSource>(kNaN);
  r.signals.insert(r.signals.begin(), s);
  r.signals[1].channels[0].side = "";
  EXPECT_THAT(validate(r), ElementsAre(finding("E-CORRUPT", Severity::kCritical, "/raw", "damage"),
                                       finding("V-SIDE", kSuggestion, "signal", "channel ch1: n/a")));
}

TEST(Validate, RatesAndLengths) {
  for (const auto& [rate, severity] : {std::pair{100.0, kViolation}, {500.0, kSuggestion}, {900.0, kSuggestion}}) {
    expect_only(good_with(signal_of(emg(static_cast<Index>(rate) * 10), rate)), "V-RATE", severity, "signal", "0 Hz");
  }
  EXPECT_THAT(validate(good_with(signal_of(emg(10000), 1000))), IsEmpty());
  Recording empty = good();
  empty.signals.push_back(signal_of(Samples<double>(0, 1)));
  expect_only(empty, "V-EMPTY", kViolation, "signal", "0 s");
}

// --- channels -----------------------------------------------------------------------------------

TEST(Validate, MusclesAndSides) {
  Signal s = signal_of(myocramp::testing::white_noise(20000, 3, 1) * 50e-6);
  s.channels[1].muscle = "Gastrocnemius-Medialis";
  s.channels[2].muscle = "gastrocnemus medialis";
  expect_only(good_with(s), "V-MUSCLE", kSuggestion, "signal", "channel ch3: gastrocnemus medialis; gastrocnemius_medialis?");
  s.channels[1].muscle = s.channels[2].muscle = "";
  expect_only(good_with(s), "V-MUSCLE", kSuggestion, "signal", "2, the first: channel ch2: n/a");
  s = signal_of(emg());
  s.channels[0].side = "L";
  expect_only(good_with(s), "V-SIDE", kSuggestion, "signal", "channel ch1: L");
}

TEST(Muscles, AreFoundInAnyCaseAndSpellingAndTheNearestIsNamed) {
  EXPECT_TRUE(is_muscle_name("Vastus lateralis"));
  EXPECT_TRUE(is_muscle_name(" biceps--brachii "));
  EXPECT_FALSE(is_muscle_name("GM"));
  EXPECT_FALSE(is_muscle_name(""));
  EXPECT_EQ(nearest_muscle_name("tibialis anteror"), "tibialis_anterior");
  EXPECT_EQ(nearest_muscle_name("medial gastrocnemius"), "gastrocnemius_medialis");
  EXPECT_EQ(nearest_muscle_name("GM"), "");
  EXPECT_EQ(nearest_muscle_name(std::string(100000, 'x')), "");
  for (const std::string_view name : muscle_names()) EXPECT_EQ(plain_name(name), name);
}

// --- tables -------------------------------------------------------------------------------------

TEST(Validate, RowsOutsideTheRecording) {
  Recording r = good();
  r.labels[0].duration_s = 9;
  expect_only(r, "V-OUTSIDE", kViolation, "labels", "cramp 2 to 11 s");
  r = good();
  r.protocol = {{-1, 10, "rest"}};
  expect_only(r, "V-OUTSIDE", kViolation, "protocol", "rest -1 to 10 s");
  r = good();
  r.stim_trains[0].start_s = 10;
  r.stim_trains[0].stop_s = 11;
  expect_only(r, "V-OUTSIDE", kViolation, "stim_trains", "10 to 11 s");
  r = good();
  r.invalid_times = {{{9, 12}, "artefact", {}}};
  expect_only(r, "V-OUTSIDE", kViolation, "invalid_times", "artefact 9 to 12 s");
  r = good();
  r.annotated_spans = {{{0, 12}, "A"}};
  expect_only(r, "V-OUTSIDE", kViolation, "annotated_spans", "A 0 to 12 s");
  r = good();
  r.protocol[0].stop_s = 10 + 1e-7;  // decimal digits of the same time
  EXPECT_THAT(validate(r), IsEmpty());
}

TEST(Validate, RowsThatLastNoTime) {
  Recording r = good();
  r.labels[0].duration_s = 0;
  expect_only(r, "V-DURATION", kSuggestion, "labels", "cramp at 2 s lasts 0 s");
  r.labels[0].trial_type = "twitch";  // an instant
  EXPECT_THAT(validate(r), IsEmpty());
  r.labels[0].trial_type = "cramp";
  r.labels[0].duration_s = -1;
  expect_only(r, "V-DURATION", kViolation, "labels", "cramp 2 to 1 s");
  r.labels[0].duration_s = kNaN;
  expect_only(r, "V-DURATION", kViolation, "labels", "cramp 2 to nan s");
  r = good();
  r.stim_trains[0].stop_s = 8;
  r.stim_trains[0].n_pulses = 1;  // one pulse
  EXPECT_THAT(validate(r), IsEmpty());
  r.stim_trains[0].stop_s = 7;
  r.stim_trains[0].n_pulses = kNaN;
  expect_only(r, "V-DURATION", kViolation, "stim_trains", "8 to 7 s");
}

TEST(Validate, OverlappingLabelsOfOneRaterClassAndChannel) {
  Recording r = good();
  r.annotated_spans = {{{0, 10}, "A"}};
  Event second = r.labels[0];
  second.onset_s = 4;
  r.labels.push_back(second);
  expect_only(r, "V-OVERLAP", kViolation, "labels", "cramp 4 to 7 s after 2 to 5 s");
  r.labels[1].onset_s = 5;  // half-open
  EXPECT_THAT(validate(r), IsEmpty());
  r.labels[1].onset_s = 4;
  r.labels[1].annotator = "B";
  EXPECT_THAT(validate(r), IsEmpty());
  r.labels[1].annotator = "A";
  r.labels[1].trial_type = "twitch";
  EXPECT_THAT(validate(r), IsEmpty());
  r.labels[1].trial_type = "cramp";
  r.signals = {signal_of(myocramp::testing::white_noise(20000, 2, 1) * 50e-6)};
  r.labels[1].channels = {"ch2"};
  EXPECT_THAT(validate(r), IsEmpty());
}

TEST(Validate, ChannelsThatAreNotThere) {
  Recording r = good();
  r.labels[0].channels = {"ch1", "ch9"};
  expect_only(r, "V-CHANNEL", kViolation, "labels", "cramp at 2 s on ch9");
  r = good();
  r.invalid_times = {{{1, 2}, "", {"GM"}}};
  expect_only(r, "V-CHANNEL", kViolation, "invalid_times", "row at 1 s on GM");
}

TEST(Validate, WordsOfLabels) {
  Recording r = good();
  r.labels[0].trial_type = "Cramp";
  expect_only(r, "V-LABEL", kSuggestion, "labels", "Cramp at 2 s; cramp?");
  r = good();
  r.labels[0].label_source = "eye";
  expect_only(r, "V-SOURCE", kSuggestion, "labels", "cramp at 2 s: eye");
  r = good();
  r.labels[0].annotator = "";
  expect_only(r, "V-ANNOTATOR", kSuggestion, "labels", "cramp at 2 s: n/a");
  r.labels[0].label_source = "simulated";
  EXPECT_THAT(validate(r), IsEmpty());
  r = good();
  r.labels[0].confidence = 80;
  expect_only(r, "V-CONFIDENCE", kSuggestion, "labels", "cramp at 2 s: 80");
}

TEST(Validate, SeveralRatersNeedTheirSpans) {
  Recording r = good();
  r.labels.push_back(r.labels[0]);
  r.labels[1].annotator = "B";
  expect_only(r, "V-SPANS", kSuggestion, "annotated_spans", "none, for 2 raters");
}

TEST(Validate, Phases) {
  Recording r = good();
  r.protocol = {};
  expect_only(r, "V-PROTOCOL", kSuggestion, "protocol", "none");
  r.protocol = {{0, 10, "nap"}};
  expect_only(r, "V-PHASE", kViolation, "protocol", "nap");
  r.protocol = {{0, 6, "rest"}, {5, 10, "sleep"}};
  expect_only(r, "V-OVERLAP", kViolation, "protocol", "sleep 5 to 10 s before 6 s");
  r.protocol = {{1, 4, "rest"}, {6, 9, "sleep"}};
  expect_only(r, "V-HOLE", kSuggestion, "protocol", "3, the first: none in 0 to 1 s");
  r.protocol = {{0, 5, "rest"}, {5, 5, "mvc"}, {5, 10, "rest"}};
  expect_only(r, "V-DURATION", kViolation, "protocol", "mvc 5 to 5 s");
}

TEST(Validate, TrainsWhosePulsesDoNotFit) {
  Recording r = good();
  r.stim_trains[0].n_pulses = 40;
  expect_only(r, "V-TRAIN", kViolation, "stim_trains", "train at 8 s: 40, not 21");
  for (const double n : {20.0, 21.0, 22.0, kNaN}) {
    r.stim_trains[0].n_pulses = n;
    EXPECT_THAT(validate(r), IsEmpty()) << n;
  }
}

TEST(Validate, Covariates) {
  Recording r = good();
  r.covariates = {{"sodium", 140}};
  expect_only(r, "V-COVARIATE-UNIT", kViolation, "covariates", "sodium 140");
  r.covariates = {{"sodium"}};
  expect_only(r, "V-COVARIATE", kViolation, "covariates", "sodium");
  r.covariates = {{"sodium", 140, "", "mmol/L", -60}};
  expect_only(r, "V-COVARIATE-TIME", kSuggestion, "covariates", "sodium at -60 s");
  r.covariates = {{"sodium", 140, "", "mmol/L"}, {"sodium", 141, "", "mmol/L"}, {"sodium", 141, "", "mmol/L", 1}};
  expect_only(r, "V-COVARIATE-TWICE", kViolation, "covariates", "sodium");
}

TEST(Validate, Subject) {
  Recording r = good();
  r.subject.id = "";
  expect_only(r, "V-SUBJECT", kSuggestion, "subject", "n/a");
  r = good();
  r.subject.sex = "female";
  expect_only(r, "V-SEX", kViolation, "subject", "female");
  r = good();
  for (const std::string age :
       {"34", "34Y", "P", "P34", "PY", "P34YT", "P1M1Y", "P1Y2Y", "P1..5Y", "P1Y/P2Y/P3Y", "P34Y/40", "P1YT5", "PTT5H"}) {
    r.subject.age = age;
    expect_only(r, "V-AGE", kViolation, "subject", age);
  }
  for (const std::string age : {"P1Y6M", "P90D", "P30Y/P35Y", "P34Y/", "PT36H", "P1DT12H", "P1.5Y"}) {
    r.subject.age = age;
    EXPECT_THAT(validate(r), IsEmpty()) << age;
  }
  r = good();
  for (const std::string weight : {"70", "70kg", "70  kg", "seventy kg", "70. kg", "-70 kg", "70 lb", "70 kg "}) {
    r.subject.weight = weight;
    expect_only(r, "V-WEIGHT", kViolation, "subject", weight);
  }
  for (const std::string weight : {"70 kg", "70.5 KG", "12 g"}) {
    r.subject.weight = weight;
    EXPECT_THAT(validate(r), IsEmpty()) << weight;
  }
  r = good();
  for (const std::string species :
       {"human", "Homo", "homo sapiens", "Homo Sapiens", "H. sapiens", "Homo sapiens ", "http://purl.obolibrary.org/obo/NCBITaxon_"}) {
    r.subject.species = species;
    expect_only(r, "V-SPECIES", kViolation, "subject", species);
  }
  for (const std::string species : {"Homo sapiens", "http://purl.obolibrary.org/obo/NCBITaxon_9606"}) {
    r.subject.species = species;
    EXPECT_THAT(validate(r), IsEmpty()) << species;
  }
  r = good();
  r.session_start = "";
  expect_only(r, "V-START", kSuggestion, "session start", "n/a");
}

TEST(Validate, WhatReadersNoted) {
  Recording r = good();
  r.refused = {{"C", "E-SENSOR", "expected EMG, found ECG"}};
  expect_only(r, "V-REFUSED", kViolation, "signal C", "E-SENSOR: expected EMG, found ECG");
  r = good();
  r.notes = {"date without time zone: taken as UTC"};
  expect_only(r, "V-NOTE", kSuggestion, "recording", "taken as UTC");
  r.notes = {"subject: X in the file, S1 in study.tsv: the table is used"};
  expect_only(r, "V-SIDECAR", kSuggestion, "beside the file", "X in the file");
  r.notes = {"E-ORDER: /intervals/protocol[1]: expected rows sorted by start_time, found 1 after 5: sorted when read"};
  expect_only(r, "V-ORDER", kViolation, "tables", "/intervals/protocol[1]");
  r.notes = {"E-TABLE: /intervals/protocol[1]: expected a phase of rest, found nap: row passed over"};
  expect_only(r, "V-TABLE", kViolation, "tables", "/intervals/protocol[1]");
  r.notes = {"of the source: E-TABLE: /intervals/protocol[1]: row passed over"};
  expect_only(r, "V-NOTE", kSuggestion, "recording", "of the source");
}

TEST(Validate, OneFindingStandsForManyRowsAndTheWorstComeFirst) {
  Recording r = good();
  r.session_start = "";
  Event e = r.labels[0];
  r.labels.clear();
  for (int i = 0; i < 10000; ++i) {
    e.onset_s = 20 + i;
    e.duration_s = 1;
    r.labels.push_back(e);
  }
  EXPECT_THAT(validate(r), ElementsAre(finding("V-OUTSIDE", kViolation, "labels", "10000, the first: cramp 20 to 21 s"),
                                       finding("V-START", kSuggestion, "", "")));
}

// --- files --------------------------------------------------------------------------------------

TEST(ValidateFile, WhatCannotBeOpenedIsOneCriticalFinding) {
  const test::TempDir dir;
  EXPECT_THAT(validate_file(dir.file("none.h5")), ElementsAre(finding("E-MISSING", Severity::kCritical, "", "none")));
  const std::string empty = dir.write("empty.h5", "");
  EXPECT_THAT(validate_file(empty), ElementsAre(finding("E-EMPTY", Severity::kCritical, "", "an empty file")));
  EXPECT_THROW(validate_file(empty, {.layout = "nosuch"}), InvalidArgument);
}

TEST(Findings, ReadAsText) {
  const Finding f{"V-SEX", kViolation, "subject", "F, M, O or U", "female"};
  EXPECT_EQ(to_text(f), "violation V-SEX: subject: expected F, M, O or U, found female");
  EXPECT_TRUE(counts(f));
  EXPECT_FALSE(counts({"V-START", kSuggestion, "", "", ""}));
  EXPECT_EQ(to_text({"E-EMPTY", Severity::kCritical, "", "a", "b"}), "critical E-EMPTY: expected a, found b");
}

}  // namespace
}  // namespace myocramp
