#include "myocramp/study/config.hpp"

#include <gtest/gtest.h>

#include <string>

namespace myocramp {
namespace {

std::string code(auto&& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.code();
  }
  return "";
}

TEST(Config, SurvivesJson) {
  Config c;
  set_option(c, "filter.low_hz", "10.5");
  set_option(c, "filter.order", "2");
  set_option(c, "detector.p_fa", "1e-4");
  set_option(c, "cramp.twitch_s", "3");
  const std::string text = to_json(c);
  EXPECT_EQ(to_json(config_from_json(text)), text);
  EXPECT_EQ(config_from_json(text).filter.low_hz, 10.5);
  EXPECT_EQ(to_json(config_from_json("{}")), to_json(Config{}));
}

TEST(Config, TellsTheMainsInWordsOrHertz) {
  for (const auto& [word, json] : {std::pair{"auto", "\"auto\""}, {"50", "50"}, {"60", "60"}, {"none", "\"none\""}}) {
    Config c;
    set_option(c, "filter.mains_hz", word);
    EXPECT_NE(to_json(c).find(std::string("\"mains_hz\": ") + json), std::string::npos) << to_json(c);
    EXPECT_EQ(config_from_json(to_json(c)).mains, c.mains);
    EXPECT_EQ(config_from_json(std::string("{\"filter\": {\"mains_hz\": \"") + word + "\"}}").mains, c.mains);
  }
  Config c;
  EXPECT_EQ(c.mains, Mains::kAuto);
  for (const char* word : {"55", "", "Auto", "0"}) EXPECT_EQ(code([&] { set_option(c, "filter.mains_hz", word); }), "E-OPTION") << word;
  EXPECT_EQ(code([] { config_from_json("{\"filter\": {\"mains_hz\": 55}}"); }), "E-OPTION");
  EXPECT_EQ(code([] { config_from_json("{\"filter\": {\"mains_hz\": null}}"); }), "E-OPTION");
}

TEST(Config, RefusesWhatItDoesNotKnow) {
  Config c;
  EXPECT_EQ(code([&] { set_option(c, "filter.colour", "1"); }), "E-OPTION");
  EXPECT_EQ(code([&] { set_option(c, "colour.filter", "1"); }), "E-OPTION");
  EXPECT_EQ(code([&] { set_option(c, "filter.order", "2.5"); }), "E-OPTION");
  EXPECT_EQ(code([&] { set_option(c, "filter.order", "four"); }), "E-OPTION");
  EXPECT_EQ(code([&] { set_option(c, "detector.name", "nonsense"); }), "E-DETECTOR");
  EXPECT_EQ(code([] { config_from_json("{\"filter\": {\"colour\": 1}}"); }), "E-OPTION");
  EXPECT_EQ(code([] { config_from_json("{\"colours\": {}}"); }), "E-OPTION");
  EXPECT_EQ(code([] { config_from_json("not json"); }), "E-CONFIG");
  EXPECT_EQ(code([] { config_from_json("{\"filter\": 3}"); }), "E-CONFIG");
  EXPECT_EQ(code([] { config_from_json("{\"filter\": {\"order\": \"4\"}}"); }), "E-CONFIG");
}

TEST(Config, ChecksRangesAndRelations) {
  Config c;
  EXPECT_EQ(code([&] { check(c); }), "");
  for (const auto& [key, value] :
       {std::pair{"filter.order", "0"}, std::pair{"filter.order", "11"}, std::pair{"filter.low_hz", "460"},
        std::pair{"spectral.segment_s", "2"}, std::pair{"detector.p_fa", "0.3"}, std::pair{"detector.window_s", "5"},
        std::pair{"envelope.rate_hz", "0"}, std::pair{"cramp.merge_gap_s", "nan"}}) {
    Config bad;
    set_option(bad, key, value);
    EXPECT_EQ(code([&] { check(bad); }), "E-OPTION") << key;
  }
}

TEST(Config, OptionsOfADetectorGoWithItInAnyOrder) {
  for (const DetectorEntry& e : detectors()) {
    for (const auto& [field, value] : e.options) {
      const std::string option = "detector." + std::string(field.name) + "=" + detail::number(value);
      EXPECT_EQ(to_json(configuration("", e.name, {option})), to_json(configuration("", e.name, {}))) << e.name;
      EXPECT_EQ(to_json(configuration("", "", {option, "detector.name=" + e.name})), to_json(configuration("", e.name, {}))) << e.name;
    }
  }
  const Config c = config_from_json(R"({"detector": {"share": 0.5}})", "bonato");
  EXPECT_EQ(c.detector.name, "bonato");
  EXPECT_EQ(config_from_json(R"({"detector": {"name": "silva"}})", "bonato").detector.name, "silva");
}

TEST(Config, IsFoundInAManifest) {
  Config c;
  set_option(c, "filter.low_hz", "12");
  EXPECT_EQ(config_from_json("{\"program\": \"myocramp\", \"inputs\": [], \"configuration\": " + to_json(c) + "}").filter.low_hz, 12);
}

TEST(Config, ASeverityIsTextThatComesBack) {
  Config c;
  EXPECT_EQ(config_from_json(to_json(c)).cramp.severity, SeverityScale{});
  set_option(c, "cramp.severity", "pct_mvc:10,50");
  EXPECT_EQ(config_from_json(to_json(c)).cramp.severity, (SeverityScale{"pct_mvc", {10, 50}}));
  EXPECT_EQ(code([&] { set_option(c, "cramp.severity", "pain:3"); }), "E-OPTION");
  EXPECT_EQ(code([&] { config_from_json(R"({"cramp": {"severity": 3}})"); }), "E-CONFIG");
}

TEST(Config, NamesSmallNumbersInFull) {
  Config c;
  set_option(c, "detector.p_fa", "1e-9");
  try {
    check(c);
    FAIL();
  } catch (const InvalidArgument& e) {
    EXPECT_STREQ(e.what(), "detector.p_fa: expected 1e-08 to 0.5, found 1e-09");
  }
}

TEST(Config, DescribesEveryOptionOnce) {
  const auto docs = describe_config();
  EXPECT_GT(docs.size(), 15U);
  for (const OptionDoc& d : docs) {
    Config c;
    EXPECT_NO_THROW(set_option(c, d.key, std::to_string(d.value))) << d.key;
    EXPECT_FALSE(d.meaning.empty() || d.source.empty() || d.unit.empty()) << d.key;
    EXPECT_TRUE(d.value >= d.low && d.value <= d.high) << d.key;
  }
}

}  // namespace
}  // namespace myocramp
