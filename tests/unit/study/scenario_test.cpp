#include "study/scenario.hpp"

#include <gtest/gtest.h>

#include <set>

#include "support/errors.hpp"

namespace myocramp {
namespace {

using test::expect_error;

/// A scenario of one muscle with these further keys.
std::string with(const std::string& more) {
  return R"({"generator": "motor_units", "muscles": [{"name": "soleus", "code": "SOL"}], "protocol": [{"phase": "rest", "duration_s": 60}])" +
         (more.empty() ? "" : ", " + more) + "}";
}

TEST(Scenario, WhatIsNotSaidHasItsDefault) {
  const Scenario s = read_scenario(with(R"("events": [{"class": "voluntary", "count": {"uniform": [1, 3]}, "fatigue": {"slowing": 0.2}}])"))
                         .motor_units->scenario;
  EXPECT_EQ(s.rate_hz, Scenario{}.rate_hz);
  EXPECT_EQ(s.muscles.at(0).pool.units, MotorPoolOptions{}.units);
  ASSERT_EQ(s.events.size(), 1U);
  EXPECT_EQ(s.events[0].muscles, std::vector<std::size_t>{0});
  EXPECT_EQ(s.events[0].count.law, Distribution::Law::kUniform);
  EXPECT_EQ(s.events[0].count.b, 3);
  EXPECT_EQ(s.events[0].fatigue.slowing, 0.2);
  EXPECT_FALSE(s.contaminants.noise);
}

TEST(Scenario, ABaseIsChangedByWhatStandsBesideIt) {
  const Scenario s =
      read_scenario(R"({"base": "nocturnal", "protocol": [{"phase": "sleep", "duration_s": 90}], "contaminants": {"ecg": null}})")
          .motor_units->scenario;
  EXPECT_EQ(s.protocol.size(), 1U);
  EXPECT_EQ(s.muscles.size(), 4U);
  EXPECT_TRUE(s.contaminants.noise);
  EXPECT_FALSE(s.contaminants.ecg);
}

TEST(Scenario, EveryErrorNamesItsPlace) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"("nosuch": 1)", "scenario.nosuch: expected one of "},
      {R"("rate_hz": 10)", "scenario.rate_hz: expected 1000 to 65535 Hz, found 10"},
      {R"("subjects": 1.5)", "scenario.subjects: expected a whole number, found 1.5"},
      {R"("events": {})", "scenario.events: expected a list, found object"},
      {R"("events": [3])", "scenario.events[0]: expected an object, found number"},
      {R"("events": [{"count": 1}])", "scenario.events[0].class: expected a text, found none"},
      {R"("events": [{"class": "spasm", "count": 1}])", "scenario.events[0].class: expected one of cramp, voluntary"},
      {R"("events": [{"class": "cramp"}])", "scenario.events[0]: expected one of count, per_hour and recurrence, found 0 of them"},
      {R"("events": [{"class": "cramp", "count": 1, "per_hour": 2}])", "found 2 of them"},
      {R"("events": [{"class": "cramp", "count": 1, "snr_db": "loud"}])", "scenario.events[0].snr_db: expected a number, or an object"},
      {R"("events": [{"class": "cramp", "count": 1, "snr_db": {"uniform": [9, 3]}}])",
       "scenario.events[0].snr_db.uniform: expected the lower number first, found 9 and 3"},
      {R"("events": [{"class": "cramp", "count": 1, "snr_db": {"lognormal": {"mean": 9}}}])",
       "scenario.events[0].snr_db.lognormal.sd: expected a number, found none"},
      {R"("events": [{"class": "cramp", "count": 1, "excitation": 1}])", "scenario.events[0].excitation: expected one of "},
      {R"("events": [{"class": "cramp", "count": 1, "muscles": ["GM"]}])", "scenario.events[0].muscles[0]: expected one of SOL, found GM"},
      {R"("events": [{"class": "cramp", "count": 1, "phases": ["sleep"]}])",
       "scenario.events[0].phases[0]: expected one of rest, found sleep"},
      {R"("events": [{"class": "cramp", "count": 1, "cramp": {"rate_hz": 0}}])",
       "scenario.events[0].cramp.rate_hz: expected 1 to 100 1/s, found 0"},
      {R"("events": [{"class": "cramp", "count": 1, "kind": "odd"}])", "scenario.events[0].kind: expected one of induced"},
      {R"("contaminants": {"noise": {"volts": 1}})", "scenario.contaminants.noise.volts: expected one of "},
      {R"("covariates": [{"unit": "h"}])", "scenario.covariates[0].name: expected a text, found none"},
      {R"("stimulation": {"phase": "rest", "muscle": "GM"})", "scenario.stimulation.muscle: expected one of SOL, found GM"},
      {R"("base": "nosuch")", "scenario.base: expected one of demo, "},
      {R"("muscles": [{"name": "soleus", "code": "SOL"}, {"name": "tibialis_anterior", "code": "SOL"}])",
       "scenario.muscles: expected codes that differ, found SOL twice"},
      {R"("muscles": [{"name": "soleus", "code": "S1", "side": "left"}, {"name": "soleus", "code": "S2", "side": "left"}])",
       "scenario.muscles: expected muscles that differ in name or side, found left soleus twice"},
      {R"("muscles": [{"name": "soleus", "code": "S"}, {"name": "tibialis_anterior", "code": "S1"}, {"name": "gastrocnemius_medialis", "code": "S", "electrodes": {"rows": 2}}])",
       "scenario.muscles: expected codes that differ, found S twice"},
      {R"("muscles": [{"name": "soleus", "code": "S", "electrodes": {"rows": 2}}, {"name": "tibialis_anterior", "code": "S1"}])",
       "scenario.muscles: expected codes that give each channel a name of its own, found two channels S1"},
      {R"("muscles": [{"name": "soleus", "code": "n/a"}])", "scenario.muscles: expected a code that is not n/a"},
      {R"("muscles": [{"name": "soleus", "code": "A|B"}])", "found 'A|B'"},
      {R"("muscles": [{"name": "soleus", "code": "A\tB"}])", "scenario.muscles: expected a code"},
      {R"("events": [{"class": "cramp", "count": 1, "muscles": ["SOL", "SOL"]}])",
       "scenario.events[0].muscles: expected each muscle once, found SOL"},
      {R"("events": [{"class": "cramp", "count": 1, "phases": []}])", "scenario.events[0].phases: expected at least one phase, found none"},
      {R"("protocol": [{"phase": "sleep"}], "events": [{"class": "cramp", "count": 1}])",
       "scenario.events[0].phases: expected a phase of the protocol, found rest, where none is named"},
      {R"("protocol": [{"phase": "sleep"}], "movements": [{}])", "scenario.movements[0]: expected periodic, large or both, found neither"},
      {R"("ladders": [{"phase": "rest", "levels": []}])", "scenario.ladders[0].levels: expected at least one level, found none"},
      {R"("protocol": [{"phase": "stimulation"}], "stimulation": {"spread": 1})", "scenario.stimulation.spread: expected one of "},
      {R"("grid": {"distractors": ["ecg"]})", "found ecg, which it has not"},
      {R"("grid": {"distractors": ["voluntary"]})", "found voluntary, which it has not"},
      {R"("events": [{"class": "cramp", "count": 1}], "grid": {"distractors": ["none"]})", "found events of class cramp"},
      {R"("subjects": 10000, "grid": {"snr_db": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]})", "at most 100000 recordings, found 110000"},
  };
  for (const auto& [more, message] : cases) {
    SCOPED_TRACE(more);
    expect_error<InvalidArgument>([&, text = with(more)] { read_scenario(text); }, "E-OPTION", {message});
  }
  expect_error<InvalidArgument>([] { read_scenario("{"); }, "E-CONFIG", {"expected a JSON object"});
  expect_error<InvalidArgument>([] { read_scenario(R"({"generator": "motor_units"})"); }, "E-OPTION",
                                {"scenario.muscles: expected at least one"});
}

TEST(Scenario, AGridHasARecordingForEachCell) {
  const MotorUnitStudy study =
      *read_scenario(R"({"base": "detector_grid", "grid": {"snr_db": [3, 9], "distractors": ["none", "ecg"]}})").motor_units;
  ASSERT_EQ(study.subjects(), 4);
  EXPECT_FALSE(study.of(0).contaminants.ecg);
  EXPECT_TRUE(study.of(1).contaminants.ecg);
  EXPECT_FALSE(study.of(1).contaminants.hum);
  EXPECT_EQ(study.of(1).events.at(0).snr_db->a, 3);
  EXPECT_EQ(study.of(2).events.at(0).snr_db->a, 9);
  EXPECT_EQ(study.of(0).events.size(), 4U) << "two rises times two durations";
}

TEST(Scenario, TheFullGridHasEveryCell) {
  const MotorUnitStudy study = *read_scenario(*scenario_named("detector_grid_full")).motor_units;
  ASSERT_EQ(study.subjects(), 7 * 7);
  for (int subject = 0; subject < study.subjects(); ++subject) {
    const std::vector<EventSpec> events = study.of(subject).events;
    EXPECT_GE(events.size(), 4U * 5U) << subject;
    EXPECT_EQ(study.of(subject).stimulation.has_value(), subject % 7 == 4) << subject;
  }
}

TEST(Scenario, AGridWithStimuliElicitsTheCrampThatItsProtocolNames) {
  const std::string text = with(
      R"("events": [{"class": "voluntary", "count": 1}, {"class": "fasciculation"}], "stimulation": {"phase": "rest", "muscle": "SOL"},)"
      R"( "grid": {"snr_db": [3], "distractors": ["none", "stimulation"]})");
  const MotorUnitStudy study = *read_scenario(text).motor_units;
  EXPECT_FALSE(study.of(0).stimulation);
  for (const EventSpec& e : study.of(0).events) EXPECT_NE(e.label, "cramp");
  const Scenario stimulated = study.of(1);
  ASSERT_TRUE(stimulated.stimulation);
  EXPECT_EQ(stimulated.events.at(stimulated.stimulation->cramp).label, "cramp");
}

TEST(Scenario, DeepAndEmptyValuesAreRefused) {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  for (const char* key : {"base", "generator"}) {
    expect_error<InvalidArgument>([&] { read_scenario("{\"" + std::string(key) + "\": " + deep + "}"); }, "E-OPTION", {"found array"});
  }
  expect_error<InvalidArgument>([] { read_scenario(with(R"("grid": {"snr_db": []})")); }, "E-OPTION", {"at least one value each"});
}

TEST(Scenario, KeysAreListedOnce) {
  std::set<std::string> seen;
  for (const ScenarioKey& key : scenario_keys("motor_units")) EXPECT_TRUE(seen.insert(key.path).second) << key.path;
  EXPECT_EQ(seen.count("events[].snr_db"), 1U);
  EXPECT_EQ(seen.count("contaminants.noise.rms_uv"), 1U);
  EXPECT_EQ(seen.count("muscles[].pool.units"), 1U);
}

}  // namespace
}  // namespace myocramp
