#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <numeric>

#include "io/wall_clock.hpp"
#include "myocramp/io/reader.hpp"
#include "support/errors.hpp"
#include "support/hdf5_builder.hpp"
#include "support/outcome.hpp"
#include "support/temp_dir.hpp"

namespace myocramp::io {
namespace {

using test::bytes_of;
using test::ChunkedList;
using test::expect_error;
using test::Hdf5Builder;
using test::Outcome;
using test::outcome_of;
using test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr const char* kElectrodes = "/general/extracellular_ephys/electrodes";

std::vector<double> regular(std::size_t n, double rate_hz, double start_s = 0) {
  std::vector<double> times(n);
  for (std::size_t i = 0; i < n; ++i) times[i] = start_s + static_cast<double>(i) / rate_hz;
  return times;
}

std::vector<std::int16_t> counting(std::size_t n) {
  std::vector<std::int16_t> counts(n);
  std::iota(counts.begin(), counts.end(), std::int16_t{-20});
  return counts;
}

/// An NWB file in the making: what every such file has, and then what a test adds.
class NwbFile {
 public:
  explicit NwbFile(const std::string& path, bool newest_format = false) : h(path, newest_format) {
    h.long_text("/", "neurodata_type", "NWBFile");
    h.long_text("/", "nwb_version", "2.7.0");
    for (const char* group : {"/acquisition", "/general", "/general/extracellular_ephys", "/intervals"}) h.group(group);
    h.texts("/identifier", {"an id"}, {});
    h.texts("/session_description", {"a session"}, {});
    h.texts("/timestamps_reference_time", {"2024-01-02T03:04:05.678901+01:00"}, {});
  }

  void number(const std::string& object, const std::string& name, double value) {
    h.attribute<double>(object, name, H5T_NATIVE_DOUBLE, {value});
  }
  void column(const std::string& path, const std::vector<double>& values) {
    h.dataset(path, H5T_NATIVE_DOUBLE, {values.size()}, H5P_DEFAULT, values.data());
  }
  void texts(const std::string& path, const std::vector<std::string>& values) { h.texts(path, values, {values.size()}); }

  /// A series without times, of integers counting up from -20.
  void bare_series(const std::string& name, const std::vector<hsize_t>& shape, const std::string& type = "ElectricalSeries",
                   const std::string& unit = "volts") {
    std::size_t n = 1;
    for (const hsize_t extent : shape) n *= extent;
    const std::vector<std::int16_t> data = counting(n);
    h.group("/acquisition/" + name);
    h.long_text("/acquisition/" + name, "neurodata_type", type);
    h.dataset("/acquisition/" + name + "/data", H5T_NATIVE_INT16, shape, H5P_DEFAULT, data.data());
    if (!unit.empty()) h.long_text("/acquisition/" + name + "/data", "unit", unit);
  }
  void rate(const std::string& name, double rate_hz, double start_s = 0) {
    h.scalar("/acquisition/" + name + "/starting_time", H5T_NATIVE_DOUBLE, &start_s);
    number("/acquisition/" + name + "/starting_time", "rate", rate_hz);
  }
  void series(const std::string& name = "emg", const std::vector<hsize_t>& shape = {100, 2}) {
    bare_series(name, shape);
    rate(name, 1000);
  }
  void table(const std::string& path, std::size_t rows) {
    h.group(path);
    std::vector<std::int64_t> ids(rows);
    std::iota(ids.begin(), ids.end(), std::int64_t{0});
    h.dataset(path + "/id", H5T_NATIVE_INT64, {rows}, H5P_DEFAULT, ids.data());
  }
  void intervals(const std::string& name, const std::vector<double>& start, const std::vector<double>& stop) {
    table("/intervals/" + name, start.size());
    column("/intervals/" + name + "/start_time", start);
    column("/intervals/" + name + "/stop_time", stop);
  }
  void electrodes(const std::vector<std::string>& locations) {
    table(kElectrodes, locations.size());
    texts(std::string(kElectrodes) + "/location", locations);
  }
  void region(const std::string& name, const std::vector<std::int32_t>& rows) {
    const std::string path = "/acquisition/" + name + "/electrodes";
    h.dataset(path, H5T_NATIVE_INT32, {rows.size()}, H5P_DEFAULT, rows.data());
    h.reference(path, "table", kElectrodes);
  }

  Hdf5Builder h;
};

/// Builds a file with `make` and opens it.
Recording opened(const std::function<void(NwbFile&)>& make) {
  static const TempDir dir;
  static int files = 0;  // an earlier recording may still hold its file open
  NwbFile file(dir.file(std::to_string(++files) + ".nwb"));
  make(file);
  return open(file.h.close());
}

/// Builds a file whose only series cannot be used, and holds why.
void refuses(const std::string& code, const std::vector<std::string>& parts, const std::function<void(NwbFile&)>& make) {
  expect_error<DataError>([&] { static_cast<void>(opened(make)); }, code, parts);
}

std::vector<std::string> names(const Signal& s) {
  std::vector<std::string> out;
  for (const Channel& c : s.channels) out.push_back(c.name);
  return out;
}

testing::Matcher<std::vector<std::string>> has_note(const std::string& part) { return testing::Contains(HasSubstr(part)); }

// ---- a series ----

TEST(NwbReader, ReadsASeriesInVoltsWithItsElectrodes) {
  const Recording r = opened([](NwbFile& f) {
    f.bare_series("emg", {100, 2});
    f.rate("emg", 2048, 1.5);
    f.h.attribute<float>("/acquisition/emg/data", "conversion", H5T_NATIVE_FLOAT, {2e-7F});
    f.h.attribute<float>("/acquisition/emg/data", "offset", H5T_NATIVE_FLOAT, {0.25F}, {1});  // an array of one
    const std::vector<float> factors = {1.0F, 0.5F};
    f.h.dataset("/acquisition/emg/channel_conversion", H5T_NATIVE_FLOAT, {2}, H5P_DEFAULT, factors.data());
    f.electrodes({"calf", "unknown", "thigh"});
    const std::string e = kElectrodes;
    f.texts(e + "/channel_name", {"GM", "TA", "\xC2\xB5 VL"});
    f.texts(e + "/muscle", {"gastrocnemius_medialis", "n/a", "vastus"});
    f.h.fixed_texts(e + "/side", {"left", "n/a", "right"}, 8);
    f.texts(e + "/label", {"p1", "p2", "n/a"});
    f.column(e + "/interelectrode_distance_mm", {8, kNan, 20});
    f.region("emg", {2, 0});
  });
  EXPECT_EQ(r.layout, "nwb");
  EXPECT_EQ(r.identifier, "an id");
  EXPECT_EQ(r.description, "a session");
  EXPECT_EQ(r.session_start, "2024-01-02T03:04:05.678901+01:00");
  ASSERT_EQ(r.signals.size(), 1U);
  const Signal& s = r.signals[0];
  EXPECT_EQ(s.name, "");
  EXPECT_EQ(s.rate.hertz(), 2048);
  EXPECT_EQ(s.start_s, 1.5);
  EXPECT_EQ(s.samples, 100);
  EXPECT_TRUE(s.gaps.empty());
  EXPECT_THAT(s.conversion, HasSubstr("* channel_conversion + 0.25 V"));
  EXPECT_THAT(names(s), ElementsAre("\xC2\xB5 VL", "GM"));
  EXPECT_EQ(s.channels[1].muscle, "gastrocnemius_medialis");
  EXPECT_EQ(s.channels[1].side, "left");
  EXPECT_EQ(s.channels[1].label, "p1");
  EXPECT_EQ(s.channels[1].interelectrode_distance_mm, 8);
  EXPECT_EQ(s.channels[0].label, "");
  const double step = static_cast<double>(2e-7F);  // the stored number, exactly
  EXPECT_EQ(s.channels[0].step_v, step);
  EXPECT_EQ(s.channels[1].step_v, step / 2);
  const Samples<double> x = s.read({0, 100});
  for (Index i = 0; i < 100; ++i) {
    EXPECT_EQ(x(i, 0), static_cast<double>(2 * i - 20) * step + 0.25);
    EXPECT_EQ(x(i, 1), static_cast<double>(2 * i - 19) * (step / 2) + 0.25);
  }
  const Encoding e = s.source->encoding();
  EXPECT_EQ(e.type, NumberType::kInt16);
  EXPECT_EQ(e.offset_v, 0.25);
}

TEST(NwbReader, TakesTheDefaultsOfTheStandard) {
  const Recording r = opened([](NwbFile& f) { f.series("emg", {100}); });
  EXPECT_THAT(names(r.signals.at(0)), ElementsAre("ch1"));
  EXPECT_EQ(r.signals[0].read({0, 100})(50, 0), 30);
  EXPECT_THAT(r.notes, has_note("integers with a conversion of 1"));
}

TEST(NwbReader, NamesChannelsByTheColumnThatNamesThemAll) {
  const auto with = [](const std::map<std::string, std::vector<std::string>>& columns) {
    return opened([&](NwbFile& f) {
      f.series();
      f.electrodes({"calf", "unknown", "thigh"});
      for (const auto& [name, cells] : columns) f.texts(std::string(kElectrodes) + "/" + name, cells);
      f.region("emg", {0, 2});
    });
  };
  EXPECT_THAT(names(with({}).signals[0]), ElementsAre("ch0", "ch2"));
  EXPECT_EQ(with({}).signals[0].channels[1].label, "thigh");
  EXPECT_THAT(names(with({{"label", {"A", "B", "C"}}}).signals[0]), ElementsAre("A", "C"));
  EXPECT_THAT(names(with({{"label", {"A", "B", ""}}, {"electrode_name", {"x", "n/a", "z"}}}).signals[0]), ElementsAre("x", "z"));
  EXPECT_THAT(names(with({{"channel_name", {"A", "B", "A"}}}).signals[0]), ElementsAre("A_1", "A_2"));
  EXPECT_EQ(with({{"muscle", {"n/a", "n/a", "n/a"}}}).signals[0].channels[1].label, "");
}

TEST(NwbReader, KeepsSeriesApartByTheirNames) {
  const Recording r = opened([](NwbFile& f) {
    f.electrodes({"a", "b", "c"});
    f.series("first");
    f.region("first", {0, 1});
    f.series("second");
    f.region("second", {1, 2});
  });
  ASSERT_EQ(r.signals.size(), 2U);
  EXPECT_EQ(r.signals[0].name, "first");
  EXPECT_THAT(names(r.signals[0]), ElementsAre("ch0", "first/ch1"));
  EXPECT_THAT(names(r.signals[1]), ElementsAre("second/ch1", "ch2"));
}

TEST(NwbReader, KeepsTheNameAndTheConversionOfItsOwnFiles) {
  const Recording r = opened([](NwbFile& f) {
    f.series("emg_x");
    f.h.long_text("/acquisition/emg_x", "signal", "00:07 / x");
    f.h.long_text("/acquisition/emg_x", "comments", "(count / 2^16 - 0.5) * 3 V / 1000");
  });
  EXPECT_EQ(r.signals.at(0).name, "00:07 / x");
  EXPECT_EQ(r.signals[0].conversion, "(count / 2^16 - 0.5) * 3 V / 1000");
}

TEST(NwbReader, ReadsVoltagesInOtherUnitsAndRefusesTheRest) {
  const Recording r = opened([](NwbFile& f) {
    f.series("emg");
    for (const auto& [name, unit] : std::map<std::string, std::string>{
             {"a", "mV"}, {"b", "Microvolts"}, {"c", "\xC2\xB5V"}, {"d", "\xCE\xBCV"}, {"e", "V"}, {"f", "MV"}, {"force", "newtons"}}) {
      f.bare_series(name, {100}, "TimeSeries", unit);
      f.rate(name, 10);
    }
    f.bare_series("micro", {100}, "ElectricalSeries", "microvolts");
    f.rate("micro", 10);
    f.bare_series("silent", {100}, "ElectricalSeries", "");
    f.rate("silent", 10);
    f.h.group("/acquisition/LFP");
    f.h.long_text("/acquisition/LFP", "neurodata_type", "LFP");
  });
  std::map<std::string, double> first;
  for (const Signal& s : r.signals) first[s.name] = s.read({0, 1})(0, 0);
  const std::map<std::string, double> expected = {{"a", -20 * 1e-3}, {"b", -20 * 1e-6}, {"c", -20 * 1e-6}, {"d", -20 * 1e-6},
                                                  {"e", -20},        {"emg", -20},      {"silent", -20}};
  EXPECT_EQ(first, expected);
  std::map<std::string, std::string> refused;
  for (const Refusal& x : r.refused) refused[x.signal] = x.code + " " + x.reason;
  EXPECT_EQ(refused.size(), 3U);
  EXPECT_THAT(refused["force"], HasSubstr("E-UNIT /acquisition/force/data@unit: expected volts, found newtons"));
  EXPECT_THAT(refused["f"], HasSubstr("found MV"));
  EXPECT_THAT(refused["micro"], HasSubstr("data * conversion may be volts or microvolts"));
  EXPECT_THAT(r.notes, has_note("/acquisition/a: a TimeSeries in mV"));
  EXPECT_THAT(r.notes, has_note("/acquisition/silent/data has no unit"));
  EXPECT_THAT(r.notes, has_note("/acquisition/LFP: a LFP: not read"));
}

TEST(NwbReader, RefusesScalesThatGiveNoVolts) {
  for (const double bad : {0.0, kNan, kInfinity}) {
    refuses("E-SCALE", {"/acquisition/emg/data@conversion"}, [&](NwbFile& f) {
      f.series();
      f.number("/acquisition/emg/data", "conversion", bad);
    });
    refuses("E-SCALE", {"/acquisition/emg/channel_conversion"}, [&](NwbFile& f) {
      f.series();
      f.column("/acquisition/emg/channel_conversion", {1, bad});
    });
  }
  refuses("E-SCALE", {"/acquisition/emg/channel_conversion", "2 values", "found 3"}, [](NwbFile& f) {
    f.series();
    f.column("/acquisition/emg/channel_conversion", {1, 1, 1});
  });
  refuses("E-SCALE", {"/acquisition/emg/data@offset"}, [](NwbFile& f) {
    f.series();
    f.number("/acquisition/emg/data", "offset", kNan);
  });
  refuses("E-SCALE", {"text"}, [](NwbFile& f) {
    f.series();
    f.h.text("/acquisition/emg/data", "conversion", "1e-6");
  });
  const Recording turned = opened([](NwbFile& f) {
    f.series();
    f.number("/acquisition/emg/data", "conversion", -1e-6);
  });
  EXPECT_EQ(turned.signals.at(0).read({0, 1})(0, 0), -20 * -1e-6);
}

TEST(NwbReader, RefusesShapesThatAreNotTimeAndChannel) {
  const auto with_electrodes = [](const std::vector<hsize_t>& shape) {
    return [shape](NwbFile& f) {
      f.series("emg", shape);
      f.electrodes({"a", "b", "c"});
      f.region("emg", {0, 1, 2});
    };
  };
  EXPECT_EQ(opened(with_electrodes({3, 3})).signals.size(), 1U);
  refuses("E-RANK", {"(time, 3)", "(3, 50)", "transposed"}, with_electrodes({3, 50}));
  refuses("E-CHANNELS", {"(time, 3)", "(50, 2)"}, with_electrodes({50, 2}));
  refuses("E-RANK", {"1 or 2 dimensions", "3"}, with_electrodes({5, 3, 2}));
  refuses("E-SAMPLES", {"/acquisition/emg/data"}, with_electrodes({0, 3}));
  refuses("E-CHANNELS", {"at most 1024 channels"}, [](NwbFile& f) { f.series("emg", {2, 1025}); });
  for (const std::int32_t row : {-1, 3}) {
    refuses("E-CHANNELS", {"/electrodes", std::to_string(row)}, [&](NwbFile& f) {
      f.series();
      f.electrodes({"a", "b", "c"});
      f.region("emg", {0, row});
    });
  }
  refuses("E-LINK", {"/electrodes@table"}, [](NwbFile& f) {
    f.series();
    f.electrodes({"a", "b"});
    const std::vector<std::int32_t> rows = {0, 1};
    f.h.dataset("/acquisition/emg/electrodes", H5T_NATIVE_INT32, {2}, H5P_DEFAULT, rows.data());
    f.h.reference("/acquisition/emg/electrodes", "table", "/general");
  });
}

TEST(NwbReader, RefusesRatesThatAreNone) {
  for (const double bad : {0.0, -1.0, kNan, kInfinity}) {
    refuses("E-RATE", {"/acquisition/emg/starting_time@rate"}, [&](NwbFile& f) {
      f.bare_series("emg", {100, 2});
      f.rate("emg", bad);
    });
  }
  refuses("E-TIMES", {"/acquisition/emg/starting_time"}, [](NwbFile& f) {
    f.bare_series("emg", {100, 2});
    f.rate("emg", 1000, kNan);
  });
  refuses("E-RATE", {"starting_time with a rate, or timestamps"}, [](NwbFile& f) { f.bare_series("emg", {100, 2}); });
}

TEST(NwbReader, RefusesAFileWithoutSignals) {
  refuses("E-LAYOUT", {"/acquisition", "at least one ElectricalSeries"}, [](NwbFile&) {});
  const TempDir dir;
  Hdf5Builder old(dir.file("old.nwb"));
  old.text("/", "nwb_version", "NWB-1.0.6");
  old.group("/acquisition");
  expect_error<DataError>([&] { open(old.close()); }, "E-LAYOUT", {"2.0 or later", "NWB-1.0.6"});
}

// ---- links ----

TEST(NwbReader, FollowsSoftLinksInsideTheFileOnlyToWhereHardLinksLead) {
  const Recording r = opened([](NwbFile& f) {
    f.bare_series("a", {100, 2});
    f.column("/acquisition/a/timestamps", regular(100, 500, 3));
    f.bare_series("b", {100, 2});
    f.h.soft_link("/acquisition/b/timestamps", "/acquisition/a/timestamps");
    f.h.group("/acquisition/c");
    f.h.soft_link("/acquisition/c/data", "/acquisition/a/data");
    f.h.soft_link("/acquisition/c/timestamps", "/acquisition/b/timestamps");  // a link to a link
    f.h.soft_link("/acquisition/d", "/acquisition/a");
    H5Lcreate_external("elsewhere.nwb", "/acquisition/a", f.h.id(), "/acquisition/e", H5P_DEFAULT, H5P_DEFAULT);
    f.bare_series("f", {100, 2});
    H5Lcreate_external("elsewhere.nwb", "/t", f.h.id(), "/acquisition/f/timestamps", H5P_DEFAULT, H5P_DEFAULT);
    f.bare_series("g", {100, 2});
    f.h.soft_link("/acquisition/g/timestamps", "/nowhere");
  });
  ASSERT_EQ(r.signals.size(), 2U);
  EXPECT_EQ(r.signals[1].name, "b");
  EXPECT_EQ(r.signals[1].rate.hertz(), 500);
  EXPECT_EQ(r.signals[1].start_s, 3);
  std::map<std::string, std::string> codes;
  for (const Refusal& x : r.refused) codes[x.signal] = x.code;
  const std::map<std::string, std::string> expected = {{"c", "E-LINK"}, {"d", "E-LINK"}, {"e", "E-LINK"}, {"f", "E-LINK"}, {"g", "E-PATH"}};
  EXPECT_EQ(codes, expected);
}

// ---- timestamps ----

Recording with_times(const std::vector<double>& times, const std::function<void(NwbFile&)>& more = [](NwbFile&) {}) {
  return opened([&](NwbFile& f) {
    f.bare_series("emg", {times.size(), 1});
    f.column("/acquisition/emg/timestamps", times);
    more(f);
  });
}

void refuses_times(const std::vector<double>& times, const std::vector<std::string>& parts) {
  expect_error<DataError>([&] { static_cast<void>(with_times(times)); }, "E-TIMES", parts);
}

TEST(NwbTimes, RegularTimesAreARateAndAStart) {
  for (const double rate : {10.0, 1000.0, 2048.0, 30000.0}) {
    const Recording r = with_times(regular(5000, rate, 12.25));
    EXPECT_EQ(r.signals.at(0).rate.hertz(), rate);
    EXPECT_EQ(r.signals[0].start_s, 12.25);
    EXPECT_EQ(r.signals[0].samples, 5000);
    EXPECT_TRUE(r.signals[0].gaps.empty());
    EXPECT_THAT(r.notes, has_note("/acquisition/emg/timestamps: read as "));
  }
  EXPECT_NEAR(with_times(regular(5000, 2148.148)).signals[0].rate.hertz(), 2148.148, 1e-9);
  EXPECT_NEAR(with_times(regular(5000, 999.99)).signals[0].rate.hertz(), 999.99, 1e-9);  // 1e-5 off: no snap
  EXPECT_EQ(with_times(regular(5000, 999.9999)).signals[0].rate.hertz(), 1000);          // 1e-7 off
}

TEST(NwbTimes, ARateIsNotSnappedWhereThatWouldMoveSamples) {
  const double rate = 1000.0005;  // 5e-7 off a whole number: half a sample over a million
  std::vector<double> times = regular(1'000'000, rate);
  const Recording r = with_times(times);
  EXPECT_NEAR(r.signals.at(0).rate.hertz(), rate, 1e-8);
}

TEST(NwbTimes, RoundedTimesStillGiveTheRate) {
  std::vector<double> times = regular(4000, 2048);
  for (double& t : times) t = std::round(t * 1e6) / 1e6;
  EXPECT_EQ(with_times(times).signals.at(0).rate.hertz(), 2048);
}

TEST(NwbTimes, HolesAreGapsOnOneGrid) {
  std::vector<double> times = regular(3000, 1000, 5);
  for (std::size_t i = 1000; i < times.size(); ++i) times[i] += 0.2503;  // 250.3 samples
  for (std::size_t i = 2000; i < times.size(); ++i) times[i] += 0.001;   // one sample
  const Recording r = with_times(times, [](NwbFile& f) { f.number("/acquisition/emg/data", "conversion", 1e-6); });
  const Signal& s = r.signals.at(0);
  EXPECT_EQ(s.rate.hertz(), 1000);
  EXPECT_EQ(s.samples, 3251);
  EXPECT_THAT(s.gaps, ElementsAre(Interval{1000, 1250}, Interval{2250, 2251}));
  EXPECT_THAT(r.notes, has_note("with 2 holes of together 251 samples"));
  const Samples<double> x = s.read({0, s.samples});
  EXPECT_EQ(x(999, 0), (999 - 20) * 1e-6);
  EXPECT_TRUE(std::isnan(x(1000, 0)));
  EXPECT_TRUE(std::isnan(x(1249, 0)));
  EXPECT_EQ(x(1250, 0), (1000 - 20) * 1e-6);
  EXPECT_TRUE(std::isnan(x(2250, 0)));
  EXPECT_EQ(x(3250, 0), (2999 - 20) * 1e-6);
}

TEST(NwbTimes, JitterBelowHalfASampleIsAllowedAndBeyondItIsNot) {
  std::vector<double> times = regular(1000, 1000);
  for (std::size_t i = 1; i < times.size(); ++i) times[i] += (i % 2 == 0 ? 0.4 : -0.4) * 1e-3 * (i % 7 == 0 ? 1 : 0);
  EXPECT_EQ(with_times(times).signals.at(0).samples, 1000);
  times = regular(1000, 1000);
  times[500] -= 0.6e-3;
  refuses_times(times, {"/acquisition/emg/timestamps[500]", "half a sample of 1000", "samples early"});
  times = regular(1000, 1000);
  times[500] += 0.6e-3;  // the beginning of a hole, until the next time comes too early for one
  refuses_times(times, {"/acquisition/emg/timestamps[501]", "0.6 samples early"});
}

TEST(NwbTimes, DriftIsRefusedAndNotReadAsHoles) {
  std::vector<double> times(20'000);
  for (std::size_t i = 0; i < times.size(); ++i) times[i] = static_cast<double>(i) * 1e-3 * (1 + 1e-8 * static_cast<double>(i));
  refuses_times(times, {"samples", "half a sample"});
}

TEST(NwbTimes, TimesThatDoNotRiseAreNamed) {
  const auto changed = [](std::size_t i, double t) {
    std::vector<double> times = regular(100'000, 1000);
    times[i] = t;
    return times;
  };
  refuses_times(changed(70'000, 69.999), {"/acquisition/emg/timestamps[70000]", "a time after 69.999 s"});
  refuses_times(changed(3, -1), {"timestamps[3]", "-1 s"});
  refuses_times(changed(99'999, kNan), {"timestamps[99999]", "a finite time", "nan"});
  refuses_times(changed(0, -kInfinity), {"timestamps[0]", "-inf"});
  refuses_times({1}, {"at least two times"});
  refuses_times(changed(99'999, 1e7), {"timestamps[99999]", "samples missing"});
  refuses_times({0, 1, 2, 3, 1e300}, {"timestamps[4]"});
  refuses_times({0, 5e-324, 1e-323}, {"timestamps["});
}

TEST(NwbTimes, OneTimeForEachSample) {
  refuses("E-TIMES", {"/acquisition/emg/timestamps", "100 times", "99"}, [](NwbFile& f) {
    f.bare_series("emg", {100, 2});
    f.column("/acquisition/emg/timestamps", regular(99, 1000));
  });
}

TEST(NwbTimes, RateAndTimestampsMustAgree) {
  const auto with = [](const std::vector<double>& times, double start_s) {
    return [=](NwbFile& f) {
      f.bare_series("emg", {100, 2});
      f.rate("emg", 1000, start_s);
      f.column("/acquisition/emg/timestamps", times);
    };
  };
  const Recording r = opened(with(regular(100, 1000, 2), 2));
  EXPECT_EQ(r.signals.at(0).start_s, 2);
  EXPECT_THAT(r.notes, has_note("both a rate and timestamps, which agree"));
  refuses("E-TIMES", {"timestamps[0]", "the starting_time"}, with(regular(100, 1000, 2), 0));
  refuses("E-TIMES", {"half a sample"}, with(regular(100, 1010, 2), 2));
  std::vector<double> hole = regular(100, 1000, 2);
  for (std::size_t i = 50; i < 100; ++i) hole[i] += 1;
  refuses("E-TIMES", {"timestamps[50]", "no hole beside a stated rate"}, with(hole, 2));
}

// ---- tables ----

TEST(NwbTables, AreReadInFull) {
  const Recording r = opened([](NwbFile& f) {
    f.series();
    f.intervals("cramp_episodes", {5, 1}, {6.5, 2});
    f.texts("/intervals/cramp_episodes/label", {"cramp", "twitch"});
    f.texts("/intervals/cramp_episodes/channels", {"GM|a\\x7cb", "n/a"});
    f.texts("/intervals/cramp_episodes/annotator", {"r1", "n/a"});
    f.texts("/intervals/cramp_episodes/label_source", {"manual", "auto"});
    f.column("/intervals/cramp_episodes/confidence", {0.5, kNan});
    f.intervals("annotated_spans", {0}, {60});
    f.texts("/intervals/annotated_spans/annotator", {"r1|r\\x7c2"});
    f.intervals("invalid_times", {7}, {8});
    f.texts("/intervals/invalid_times/reason", {"artefact"});
    f.texts("/intervals/invalid_times/channels", {"GM"});
    f.intervals("stim_trains", {10, 20}, {11, 21});
    const std::vector<std::int32_t> pulses = {150, 150};
    f.h.dataset("/intervals/stim_trains/n_pulses", H5T_NATIVE_INT32, {2, 1}, H5P_DEFAULT, pulses.data());
    f.column("/intervals/stim_trains/frequency_hz", {14, 16});
    f.h.booleans("/intervals/stim_trains/elicited_cramp", {0, 1});
    f.intervals("protocol", {0}, {30});
    f.h.fixed_texts("/intervals/protocol/phase", {"rest"}, 16);
    f.texts("/intervals/protocol/posture", {"supine"});
    f.column("/intervals/protocol/joint_angle_deg", {90});
    f.intervals("trials", {0}, {1});
    f.table("/acquisition/session_covariates", 2);
    f.texts("/acquisition/session_covariates/covariate", {"sodium", "condition"});
    f.column("/acquisition/session_covariates/value", {140, kNan});
    f.texts("/acquisition/session_covariates/value_text", {"n/a", "hot"});
    f.texts("/acquisition/session_covariates/unit", {"mmol/L", "n/a"});
  });
  ASSERT_EQ(r.labels.size(), 2U);
  EXPECT_EQ(r.labels[0].trial_type, "twitch");
  EXPECT_TRUE(r.labels[0].channels.empty());
  EXPECT_EQ(r.labels[0].annotator, "");
  EXPECT_EQ(r.labels[1].onset_s, 5);
  EXPECT_EQ(r.labels[1].duration_s, 1.5);
  EXPECT_THAT(r.labels[1].channels, ElementsAre("GM", "a|b"));
  EXPECT_EQ(r.labels[1].label_source, "manual");
  EXPECT_EQ(r.labels[1].confidence, 0.5);
  EXPECT_TRUE(std::isnan(r.labels[1].score));
  EXPECT_EQ(r.annotated_spans.at(0).annotator, "r1");
  EXPECT_EQ(r.annotated_spans.at(1).annotator, "r|2");
  EXPECT_EQ(r.invalid_times.at(0).reason, "artefact");
  EXPECT_THAT(r.invalid_times[0].channels, ElementsAre("GM"));
  ASSERT_EQ(r.stim_trains.size(), 2U);
  EXPECT_EQ(r.stim_trains[1].n_pulses, 150);
  EXPECT_EQ(r.stim_trains[1].frequency_hz, 16);
  EXPECT_EQ(r.stim_trains[0].elicited_cramp, "no");
  EXPECT_EQ(r.stim_trains[1].elicited_cramp, "yes");
  EXPECT_TRUE(std::isnan(r.stim_trains[1].amplitude_a));
  EXPECT_EQ(r.protocol.at(0).name, "rest");
  EXPECT_EQ(r.protocol[0].posture, "supine");
  EXPECT_EQ(r.protocol[0].joint_angle_deg, 90);
  ASSERT_EQ(r.covariates.size(), 2U);
  EXPECT_EQ(r.covariates[0].value, 140);
  EXPECT_EQ(r.covariates[0].unit, "mmol/L");
  EXPECT_EQ(r.covariates[1].value_text, "hot");
  EXPECT_THAT(r.notes, has_note("/intervals/trials: a table of another kind: not read"));
}

TEST(NwbTables, RowsThatCannotBeAreNotedAndPassedOver) {
  const Recording r = opened([](NwbFile& f) {
    f.series();
    f.intervals("protocol", {0, 10, 20, kNan, 40}, {5, 9, 25, 30, 50});
    f.texts("/intervals/protocol/phase", {"rest", "rest", "nap", "rest", "mvc"});
    f.intervals("stim_trains", {1}, {2});
    f.texts("/intervals/stim_trains/elicited_cramp", {"maybe"});
    f.intervals("annotated_spans", std::vector<double>(30, 1), std::vector<double>(30, 0));
  });
  ASSERT_EQ(r.protocol.size(), 2U);
  EXPECT_EQ(r.protocol[1].name, "mvc");
  EXPECT_THAT(r.notes, has_note("E-TABLE: /intervals/protocol[1]: expected a start_time and a stop_time not before it, found 10 and 9"));
  EXPECT_THAT(r.notes, has_note("/intervals/protocol[2]: expected a phase of rest"));
  EXPECT_THAT(r.notes, has_note("/intervals/protocol[3]"));
  EXPECT_THAT(r.notes, has_note("/intervals/stim_trains[0]: expected elicited_cramp of yes, no or n/a, found maybe"));
  EXPECT_THAT(r.notes, has_note("/intervals/annotated_spans: 30 rows passed over in all"));
  EXPECT_LT(r.notes.size(), 20U);
}

TEST(NwbTables, StoredRowsThatAreNotSortedAreNotedAndSorted) {
  const Recording r = opened([](NwbFile& f) {
    f.series();
    f.intervals("protocol", {5, 1, 0}, {9, 5, 1});
    f.texts("/intervals/protocol/phase", {"mvc", "rest", "rest"});
    f.intervals("annotated_spans", {0, kNan, 2, 2}, {1, 2, 3, 4});
  });
  ASSERT_EQ(r.protocol.size(), 3U);
  EXPECT_EQ(r.protocol[2].name, "mvc");
  EXPECT_THAT(r.notes, has_note("E-ORDER: /intervals/protocol[1]: expected rows sorted by start_time, found 1 after 5"));
  EXPECT_THAT(r.notes, testing::Not(has_note("E-ORDER: /intervals/annotated_spans")));
}

TEST(NwbTables, ATableThatCannotBeReadIsNotedAndTheSignalsStay) {
  const Recording r = opened([](NwbFile& f) {
    f.series();
    f.intervals("cramp_episodes", {5, 1}, {6.5, 2});
    f.texts("/intervals/cramp_episodes/label", {"cramp"});  // a row too few
    f.table("/intervals/protocol", 1);                      // without times
    f.h.group("/intervals/stim_trains");                    // without anything
    f.intervals("annotated_spans", {0}, {1});
    H5Ldelete(f.h.id(), "/intervals/annotated_spans/stop_time", H5P_DEFAULT);
    f.texts("/intervals/annotated_spans/stop_time", {"late"});
    f.h.soft_link("/intervals/invalid_times", "/intervals/protocol");
    f.table("/acquisition/session_covariates", 1);
    H5Lcreate_external("x", "/y", f.h.id(), "/acquisition/session_covariates/value", H5P_DEFAULT, H5P_DEFAULT);
  });
  EXPECT_EQ(r.signals.size(), 1U);
  EXPECT_TRUE(r.labels.empty());
  for (const char* part :
       {"E-TABLE: /intervals/cramp_episodes/label: expected 2 rows, found 1: table /intervals/cramp_episodes not read",
        "E-TABLE: /intervals/protocol: expected a column start_time", "E-TABLE: /intervals/stim_trains: expected a table with a column id",
        "E-DTYPE: /intervals/annotated_spans/stop_time", "E-LINK: /intervals/invalid_times",
        "E-LINK: /acquisition/session_covariates/value"}) {
    EXPECT_THAT(r.notes, has_note(part));
  }
}

TEST(NwbTables, RaggedTagsBecomeTheReason) {
  const auto with_index = [](const std::vector<double>& index) {
    return opened([&](NwbFile& f) {
      f.series();
      f.intervals("invalid_times", {1, 2, 3}, {2, 3, 4});
      f.texts("/intervals/invalid_times/tags", {"moved", "noise", "off"});
      f.column("/intervals/invalid_times/tags_index", index);
    });
  };
  const Recording r = with_index({2, 2, 3});
  ASSERT_EQ(r.invalid_times.size(), 3U);
  EXPECT_EQ(r.invalid_times[0].reason, "moved, noise");
  EXPECT_EQ(r.invalid_times[1].reason, "");
  EXPECT_EQ(r.invalid_times[2].reason, "off");
  for (const std::vector<double>& bad : {std::vector<double>{2, 1, 3}, {2, 2, 4}, {-1, 2, 3}, {kNan, 2, 3}}) {
    EXPECT_THAT(with_index(bad).notes, has_note("E-TABLE: /intervals/invalid_times/tags_index"));
  }
}

TEST(NwbTables, RaggedChannelsAreNamesOfTheirOwn) {
  const Recording r = opened([](NwbFile& f) {
    f.series();
    f.intervals("cramp_episodes", {1, 2, 3}, {2, 3, 4});
    f.texts("/intervals/cramp_episodes/label", {"cramp", "cramp", "cramp"});
    f.texts("/intervals/cramp_episodes/channels", {"E0_1", "E0_2", "a|b, c"});
    f.column("/intervals/cramp_episodes/channels_index", {2, 2, 3});
    f.intervals("invalid_times", {1}, {2});
    f.texts("/intervals/invalid_times/channels", {"E0_1", "n/a", "E0_2"});
    f.column("/intervals/invalid_times/channels_index", {3});
    f.intervals("annotated_spans", {0}, {9});
    f.texts("/intervals/annotated_spans/annotator", {"r1", "r2"});
    f.column("/intervals/annotated_spans/annotator_index", {2});
  });
  ASSERT_EQ(r.labels.size(), 3U);
  EXPECT_THAT(r.labels[0].channels, ElementsAre("E0_1", "E0_2"));
  EXPECT_TRUE(r.labels[1].channels.empty());
  EXPECT_THAT(r.labels[2].channels, ElementsAre("a|b, c"));
  EXPECT_THAT(r.invalid_times.at(0).channels, ElementsAre("E0_1", "E0_2"));
  ASSERT_EQ(r.annotated_spans.size(), 2U);
  EXPECT_EQ(r.annotated_spans[1].annotator, "r2");
}

TEST(NwbTables, TextsAreReadHoweverTheyAreStored) {
  const auto label = [](const std::function<void(NwbFile&, const std::string&)>& write, bool newest = false) {
    const TempDir dir;
    NwbFile f(dir.file("a.nwb"), newest);
    f.series();
    f.intervals("cramp_episodes", {1, 2, 3}, {2, 3, 4});
    write(f, "/intervals/cramp_episodes/label");
    return open(f.h.close());
  };
  const std::vector<std::string> words = {"cramp", "", "Kr\xC3\xA4mpfe"};
  const auto expect_words = [](const Recording& r) {
    ASSERT_EQ(r.labels.size(), 2U);
    EXPECT_EQ(r.labels[1].trial_type, "Kr\xC3\xA4mpfe");
    EXPECT_THAT(r.notes, has_note("[1]: expected a label"));
  };
  for (const bool newest : {false, true}) {
    for (const hsize_t rows : std::vector<hsize_t>{1, 2, 3}) {
      expect_words(label(
          [&](NwbFile& f, const std::string& path) {
            const hid_t list = H5Pcreate(H5P_DATASET_CREATE);
            H5Pset_chunk(list, 1, &rows);
            f.h.texts(path, words, {3}, list);
            H5Pclose(list);
          },
          newest));
    }
    expect_words(label(
        [&](NwbFile& f, const std::string& path) {
          const hid_t list = H5Pcreate(H5P_DATASET_CREATE);
          H5Pset_layout(list, H5D_COMPACT);
          f.h.texts(path, words, {3}, list);
          H5Pclose(list);
        },
        newest));
    expect_words(label([&](NwbFile& f, const std::string& path) { f.h.texts(path, words, {3, 1}); }, newest));
    expect_words(label([&](NwbFile& f, const std::string& path) { f.h.fixed_texts(path, words, 12); }, newest));
  }
  const Recording hostile = label([](NwbFile& f, const std::string& path) { f.texts(path, {"a\nb", "\xff", "\x1b[31m"}); });
  ASSERT_EQ(hostile.labels.size(), 3U);
  EXPECT_EQ(hostile.labels[0].trial_type, "a\nb");
  EXPECT_EQ(hostile.labels[1].trial_type, "\\xff");
  EXPECT_EQ(hostile.labels[2].trial_type, "\x1b[31m");
  EXPECT_THAT(label([](NwbFile& f, const std::string& path) { f.texts(path, {std::string(70'000, 'x'), "", ""}); }).notes,
              has_note("E-SIZE: /intervals/cramp_episodes/label: expected texts of at most 65536 bytes, found 70000 in row 0"));
}

TEST(NwbTables, ManyRowsAreRead) {
  const std::size_t n = 50'000;
  const Recording r = opened([&](NwbFile& f) {
    f.series();
    f.intervals("cramp_episodes", std::vector<double>(n, 1), std::vector<double>(n, 2));
    std::vector<std::string> labels;
    for (std::size_t i = 0; i < n; ++i) labels.push_back("label " + std::to_string(i));
    f.texts("/intervals/cramp_episodes/label", labels);
  });
  ASSERT_EQ(r.labels.size(), n);
  EXPECT_EQ(r.labels[49'999].trial_type, "label 49999");
}

TEST(NwbTables, GapsOfASeriesReadAsGaps) {
  const Recording r = opened([](NwbFile& f) {
    f.bare_series("emg", {100, 2});
    f.rate("emg", 1000, 2);
    f.intervals("invalid_times", {2.09, 1, 2.0198, 2.03, 9}, {3, 2.01, 2.03, 2.04, 10});
    f.texts("/intervals/invalid_times/reason", {"gap", "gap", "gap", "artefact", "gap"});
    f.texts("/intervals/invalid_times/signal", {"emg", "emg", "emg", "n/a", "other"});
  });
  const Signal& s = r.signals.at(0);
  EXPECT_EQ(s.samples, 100);
  EXPECT_THAT(s.gaps, ElementsAre(Interval{0, 10}, Interval{20, 30}, Interval{90, 100}));
  const Samples<double> x = s.read({0, 100});
  for (Index i = 0; i < 100; ++i) {
    const bool gap = i < 10 || (i >= 20 && i < 30) || i >= 90;
    EXPECT_EQ(std::isnan(x(i, 1)), gap) << i;
    if (!gap) {
      EXPECT_EQ(x(i, 1), static_cast<double>(2 * i - 19)) << i;
    }
  }
  ASSERT_EQ(r.invalid_times.size(), 2U);
  EXPECT_EQ(r.invalid_times[0].reason, "artefact");
  EXPECT_EQ(r.invalid_times[1].reason, "gap of other");
}

TEST(NwbTables, AWholeSignalMayBeAGap) {
  const Recording r = opened([](NwbFile& f) {
    f.series();
    f.intervals("invalid_times", {0}, {1});
    f.texts("/intervals/invalid_times/reason", {"gap"});
    f.texts("/intervals/invalid_times/signal", {"emg"});
  });
  EXPECT_THAT(r.signals.at(0).gaps, ElementsAre(Interval{0, 100}));
  EXPECT_TRUE(r.signals[0].read({0, 100}).isNaN().all());
}

// ---- session and subject ----

TEST(NwbReader, ReadsSessionAndSubjectAsScalarsOrArraysOfOne) {
  for (const std::vector<hsize_t>& shape : {std::vector<hsize_t>{}, {1}, {1, 1}}) {
    const Recording r = opened([&](NwbFile& f) {
      f.series();
      f.h.texts("/general/session_id", {"night 1"}, shape);
      f.h.group("/general/subject");
      for (const auto& [name, text] : std::map<std::string, std::string>{
               {"subject_id", "s1"}, {"species", "Homo sapiens"}, {"sex", "F"}, {"age", "P34Y"}, {"description", "two\nlines"}}) {
        f.h.texts("/general/subject/" + name, {text}, shape);
      }
      const double weight = 70.5;
      if (shape.empty()) f.h.scalar("/general/subject/weight", H5T_NATIVE_DOUBLE, &weight);
      if (!shape.empty()) f.h.texts("/general/subject/weight", {"70.5"}, shape);
    });
    EXPECT_EQ(r.session, "night 1");
    EXPECT_EQ(r.subject.id, "s1");
    EXPECT_EQ(r.subject.species, "Homo sapiens");
    EXPECT_EQ(r.subject.sex, "F");
    EXPECT_EQ(r.subject.age, "P34Y");
    EXPECT_EQ(r.subject.weight, "70.5");
    EXPECT_EQ(r.subject.description, "two\nlines");
  }
}

TEST(NwbReader, TextsThatCannotBeReadAreLeftOutWithANote) {
  const Recording r = opened([](NwbFile& f) {
    f.series();
    const double number = 7;
    f.h.scalar("/general/session_id", H5T_NATIVE_DOUBLE, &number);
    f.h.group("/general/subject");
    f.h.soft_link("/general/subject/subject_id", "/identifier");
    f.h.group("/general/subject/weight");
  });
  EXPECT_EQ(r.session, "");
  EXPECT_THAT(r.notes, has_note("E-DTYPE: /general/session_id: expected text"));
  EXPECT_THAT(r.notes, has_note("E-LINK: /general/subject/subject_id"));
  EXPECT_THAT(r.notes, has_note("E-PATH: /general/subject/weight"));
}

TEST(NwbReader, ReadsTheProvenanceOfItsOwnFiles) {
  const auto with = [](const std::string& text) {
    return opened([&](NwbFile& f) {
      f.series();
      f.h.group("/myocramp");
      f.h.texts("/myocramp/provenance", {text}, {});
      f.h.group("/general/subject");
      f.h.texts("/general/subject/subject_id", {"s1-a"}, {});
      f.h.texts("/general/subject/sex", {"U"}, {});
      f.h.texts("/general/subject/age", {"P34Y"}, {});
      f.h.texts("/general/session_id", {"2"}, {});
    });
  };
  const Recording r =
      with(R"({"subject_filled": ["sex"], "notes": ["date without time zone"], "given": {"subject_id": "s1/a", "weight": "70"}})");
  EXPECT_EQ(r.subject.id, "s1/a");
  EXPECT_EQ(r.subject.weight, "70");
  EXPECT_EQ(r.subject.sex, "");
  // What another program has mended since is read, whatever the provenance still says.
  const Recording mended = with(R"({"session_start_known": false, "description_known": false, "subject_filled": ["age", "subject_id"],
                                   "given": {"sex": "female", "session_id": "night/1", "age": 7}})");
  EXPECT_EQ(mended.session_start, "2024-01-02T03:04:05.678901+01:00");
  EXPECT_EQ(mended.description, "a session");
  EXPECT_EQ(mended.subject.id, "s1-a");
  EXPECT_EQ(mended.subject.age, "P34Y");
  EXPECT_EQ(mended.subject.sex, "female");  // "U" is what is stored of it
  EXPECT_EQ(mended.session, "2");
  // What the writer would refuse is not read: every text of a file can be written again.
  EXPECT_EQ(with(R"({"given": {"weight": "7\u00000"}})").subject.weight, "7\\x000");
  const auto of_length = [&](std::size_t n) { return with(R"({"given": {"weight": ")" + std::string(n, '7') + "\"}}"); };
  EXPECT_EQ(of_length(65'536).subject.weight, std::string(65'536, '7'));
  const Recording too_long = of_length(65'537);
  EXPECT_EQ(too_long.subject.weight, "");
  EXPECT_THAT(too_long.notes, has_note("E-SIZE: /myocramp/provenance: expected texts of at most 65536 bytes, found 65537: ignored"));
  EXPECT_THAT(r.notes, has_note("date without time zone"));
  EXPECT_EQ(with(R"({"session_start_known": true})").description, "a session");
  EXPECT_THAT(with("[1, 2").notes, has_note("/myocramp/provenance: expected a JSON object"));
}

TEST(NwbReader, TakesWhatStandsForAnUnknownStartForNone) {
  const auto with = [](const std::string& reference, const std::string& start, bool known = false) {
    return opened([&](NwbFile& f) {
      f.series();
      f.h.group("/myocramp");
      f.h.texts("/myocramp/provenance", {known ? "{}" : R"({"session_start_known": false, "description_known": false})"}, {});
      for (const char* name : {"/timestamps_reference_time", "/session_description"}) H5Ldelete(f.h.id(), name, H5P_DEFAULT);
      f.h.texts("/session_description", {"EMG recording"}, {});
      if (!reference.empty()) f.h.texts("/timestamps_reference_time", {reference}, {});
      if (!start.empty()) f.h.texts("/session_start_time", {start}, {});
    });
  };
  const std::string filler = "1980-01-01T00:00:00.000+00:00";
  const std::string real = "2024-01-02T03:04:05.678+01:00";
  const Recording untouched = with(filler, filler);
  EXPECT_EQ(untouched.session_start, "");
  EXPECT_EQ(untouched.description, "");
  EXPECT_THAT(untouched.notes, testing::Each(testing::Not(HasSubstr("start"))));
  for (const std::string& same : {filler, std::string("1980-01-01T00:00:00+00:00"), std::string("1980-01-01T00:00:00Z"),
                                  std::string("1980-01-01T01:00:00+01:00"), std::string("1979-12-31 19:00:00.000000-0500")}) {
    EXPECT_EQ(with(same, same).session_start, "") << same;
    EXPECT_EQ(with(same, "").session_start, "") << same;
    EXPECT_EQ(with("", same).session_start, "") << same;
    for (const Recording& mended : {with(same, real), with(real, same)}) {
      EXPECT_EQ(mended.session_start, real) << same;
      EXPECT_THAT(mended.notes, testing::Each(testing::Not(HasSubstr("start")))) << same;
    }
  }
  EXPECT_EQ(with(real, "1980-01-01T00:00:00.001+00:00").session_start, real);
  EXPECT_EQ(with("1980-01-01T00:00:00.001+00:00", real).session_start, "1980-01-01T00:00:00.001+00:00");
  EXPECT_THAT(with(filler, "noon").notes, has_note("no session start: expected a date and time in ISO 8601, found \"noon\""));
  const Recording known = with(filler, filler, true);
  EXPECT_EQ(known.session_start, filler);
  EXPECT_EQ(known.description, "EMG recording");
}

TEST(NwbReader, SaysWhatWasRefusedWhenItsOwnFileWasWritten) {
  const auto with = [](const std::string& text) {
    return opened([&](NwbFile& f) {
      f.series();
      f.h.group("/myocramp");
      f.h.texts("/myocramp/provenance", {text}, {});
    });
  };
  const Recording r = with(R"({"refused": [{"signal": "resp", "code": "E-SENSOR", "reason": "no EMG"}, 7]})");
  EXPECT_THAT(r.notes, has_note("refused when the file was written: resp: E-SENSOR: no EMG"));
  EXPECT_THAT(r.notes, has_note("refused when the file was written: n/a: n/a: n/a"));
  EXPECT_TRUE(r.refused.empty());
  std::string many = R"({"signal": "x"})";
  for (int i = 0; i < 99; ++i) many += R"(, {"signal": "x"})";
  const Recording crowded = with(R"({"refused": [)" + many + "]}");
  EXPECT_LT(crowded.notes.size(), 30U);
  EXPECT_THAT(crowded.notes, has_note("100 in all"));
}

TEST(NwbReader, TakesTheOtherStartWhenOneCannotBeRead) {
  const auto with = [](const std::string& reference, const std::string& start) {
    return opened([&](NwbFile& f) {
      f.series();
      H5Ldelete(f.h.id(), "/timestamps_reference_time", H5P_DEFAULT);
      if (!reference.empty()) f.h.texts("/timestamps_reference_time", {reference}, {});
      if (!start.empty()) f.h.texts("/session_start_time", {start}, {});
    });
  };
  const std::string one = "2024-01-02T03:04:05.678+01:00";
  const std::string other = "2024-01-02T03:00:00.000+01:00";
  const Recording unreadable = with("noon", other);
  EXPECT_EQ(unreadable.session_start, other);
  EXPECT_THAT(unreadable.notes, has_note("found \"noon\": session_start_time is used"));
  const Recording two = with(one, other);
  EXPECT_EQ(two.session_start, one);
  EXPECT_THAT(two.notes, has_note("timestamps_reference_time " + one + " is 0 s; session_start_time " + other));
  for (const Recording& same : {with(one, one), with("", one), with(one, "")}) {
    EXPECT_EQ(same.session_start, one);
    EXPECT_TRUE(same.notes.empty() || same.notes[0].find("session_start_time") == std::string::npos);
  }
  EXPECT_THAT(with("noon", "night").notes, has_note("no session start"));
}

TEST(NwbReader, NamesAllThatIsThereAndNotRead) {
  const Recording r = opened([](NwbFile& f) {
    f.electrodes({"calf", "thigh"});
    f.texts(std::string(kElectrodes) + "/channel_name", {"GM", "VL"});
    f.texts(std::string(kElectrodes) + "/electrode_name", {"e1", "e2"});
    for (const char* const name : {"x", "y"}) f.column(std::string(kElectrodes) + "/" + name, {1, 2});
    f.series("emg");
    f.region("emg", {0, 1});
    f.h.long_text("/acquisition/emg", "filtering", "20 to 450 Hz");
    f.h.long_text("/acquisition/emg", "comments", "no comments");
    f.column("/acquisition/emg/control", {1});
    for (const char* const group : {"/processing", "/processing/behavior", "/stimulus", "/stimulus/presentation", "/analysis",
                                    "/stimulus/presentation/light", "/units", "/specifications", "/general/devices", "/general/subject",
                                    "/general/devices/amplifier", "/general/extracellular_ephys/shank"}) {
      f.h.group(group);
    }
    f.h.texts("/general/institution", {"i"}, {});
    f.h.texts("/general/subject/strain", {"s"}, {});
    f.h.texts("/file_create_date", {"2024-01-02T03:04:05Z"}, {1});
    f.h.soft_link("/general/lab\n", "/nowhere");
    f.intervals("protocol", {0}, {1});
    f.texts("/intervals/protocol/phase", {"rest"});
    f.column("/intervals/protocol/load", {1});
  });
  EXPECT_THAT(r.notes, testing::Contains("not read: /acquisition/emg/control, /acquisition/emg@filtering, /general/devices/amplifier, "
                                         "/general/extracellular_ephys/electrodes (columns electrode_name, x, y), "
                                         "/general/extracellular_ephys/shank, /general/institution, /general/lab\\x0a, "
                                         "/general/subject/strain, /intervals/protocol (column load), /processing/behavior, "
                                         "/stimulus/presentation/light, /units"));
}

TEST(NwbReader, BoundsWhatItSaysOfThingsThatAreNotRead) {
  const auto of = [](const std::function<void(NwbFile&)>& make) {
    const Recording r = opened([&](NwbFile& f) {
      f.series();
      make(f);
    });
    std::string all;
    for (const std::string& note : r.notes) all += note.starts_with("not read: ") ? note : "";
    return all;
  };
  EXPECT_EQ(of([](NwbFile&) {}), "");
  EXPECT_EQ(of([](NwbFile& f) { f.h.soft_link("/processing", "/nowhere"); }), "not read: /processing");
  const std::string crowded = of([](NwbFile& f) {
    f.h.group("/processing");
    for (int i = 0; i < 500; ++i) f.h.group("/processing/" + std::string(200, 'p') + std::to_string(1000 + i));
  });
  EXPECT_LT(crowded.size(), 4000U);
  const std::string many = of([](NwbFile& f) {
    for (int i = 0; i < 500; ++i) f.h.group("/general/" + std::to_string(1000 + i));
  });
  EXPECT_THAT(many, HasSubstr("/general/1039 and 460 more"));
  EXPECT_EQ(of([](NwbFile& f) {
              f.h.group("/processing");
              for (int i = 0; i < 2000; ++i) f.h.group("/processing/" + std::to_string(i));
            }),
            "not read: /processing");
}

TEST(WallClock, ReadsTheFormsOfIso8601) {
  const auto read = [](const std::string& text) {
    bool has_zone = false;
    const std::string stamp = iso_timestamp(text, has_zone);
    return stamp + (has_zone ? "" : " (no zone)");
  };
  EXPECT_EQ(read("2024-01-02T03:04:05.678901+01:00"), "2024-01-02T03:04:05.678901+01:00");
  EXPECT_EQ(read("2024-01-02T03:04:05.678000999Z"), "2024-01-02T03:04:05.678+00:00");
  EXPECT_EQ(read("2024-01-02T03:04:05Z"), "2024-01-02T03:04:05.000+00:00");
  EXPECT_EQ(read("2024-01-02 03:04:05.5-0330"), "2024-01-02T03:04:05.500-03:30");
  EXPECT_EQ(read("2024-01-02T03:04:05-07"), "2024-01-02T03:04:05.000-07:00");
  EXPECT_EQ(read("2024-01-02T03:04:05"), "2024-01-02T03:04:05.000+00:00 (no zone)");
  for (const std::string bad : {"", "2024-01-02", "2024-13-02T03:04:05Z", "2024-01-02T03:04Z", "2024-01-02T03:04:05+25:00",
                                "2024-01-02T03:04:05+1", "2024-01-02T03:04:05Zulu", "yesterday at noon"}) {
    EXPECT_EQ(read(bad).substr(0, 1), bad.find_first_of("+Z") == std::string::npos ? " " : "") << bad;
  }
}

TEST(WallClock, ComparesInstantsAndNotTexts) {
  const std::string one = "2024-03-01T00:30:00.500+01:00";
  for (const char* same : {"2024-02-29T23:30:00.5Z", "2024-02-29T20:00:00.500000-0330", "2024-03-01 00:30:00.5000009+01"}) {
    EXPECT_TRUE(is_same_instant(one, same)) << same;
    EXPECT_TRUE(is_same_instant(same, one)) << same;
  }
  for (const char* other : {"2024-03-01T00:30:00.500Z", "2024-03-01T00:30:00.500001+01:00", "2024-02-28T23:30:00.5Z", "noon", ""}) {
    EXPECT_FALSE(is_same_instant(one, other)) << other;
  }
  EXPECT_TRUE(is_same_instant("2024-02-29T23:30:00", "2024-02-29T23:30:00Z"));  // without an offset it is UTC
  EXPECT_FALSE(is_same_instant("", ""));
}

// ---- damage ----

/// A file with something of everything.
std::string rich_file(const std::string& path) {
  NwbFile f(path);
  f.electrodes({"calf", "thigh"});
  f.texts(std::string(kElectrodes) + "/channel_name", {"GM", "VL"});
  f.series("a", {500, 2});
  f.region("a", {0, 1});
  f.bare_series("b", {500, 1});
  std::vector<double> times = regular(500, 1000);
  for (std::size_t i = 250; i < 500; ++i) times[i] += 1;
  f.column("/acquisition/b/timestamps", times);
  f.intervals("cramp_episodes", {0.1, 0.2}, {0.2, 0.3});
  const ChunkedList list({2});
  f.h.texts("/intervals/cramp_episodes/label", {"cramp", "twitch"}, {2}, list.id());
  f.intervals("protocol", {0}, {0.5});
  f.texts("/intervals/protocol/phase", {"rest"});
  f.table("/acquisition/session_covariates", 1);
  f.texts("/acquisition/session_covariates/covariate", {"sodium"});
  return f.h.close();
}

TEST(NwbReader, DamagedReferencesToTextsAreRefused) {
  const TempDir dir;
  const std::string good = bytes_of(rich_file(dir.file("a.nwb")));
  const std::size_t text = good.find("twitch");
  ASSERT_NE(text, std::string::npos);
  const std::size_t heap = good.rfind("GCOL", text);
  std::string reference(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) reference[i] = static_cast<char>((heap >> (8 * i)) & 255U);
  const std::size_t at = good.find(std::string("\x06\0\0\0", 4) + reference);  // 6 bytes in this heap
  ASSERT_NE(at, std::string::npos);
  const auto with = [&](std::size_t place, char value) {
    std::string bytes = good;
    bytes[place] = value;
    return open(dir.write("bad.nwb", bytes)).notes;
  };
  EXPECT_THAT(with(at, '\x7f'), has_note("longer than its place in the global heap"));
  EXPECT_THAT(with(at + 2, '\x01'), has_note("texts of at most 65536 bytes"));
  EXPECT_THAT(with(at + 4, static_cast<char>(reference[0] ^ 1)), has_note("no global heap where a text should be"));
  EXPECT_THAT(with(at + 10, '\x7f'), has_note("an address beyond the end of the file"));
  EXPECT_THAT(with(at + 13, '\x7f'), has_note("a text that is not in the global heap"));
  EXPECT_THAT(with(heap + 15, '\x7f'), has_note("a global heap that is damaged"));
}

TEST(NwbReader, RandomDamageEndsInACodedErrorOrARecordingAndPrintsNothing) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer stops at faults inside libhdf5";
#endif
  const TempDir dir;
  const std::string good = bytes_of(rich_file(dir.file("a.nwb")));
  std::uint32_t state = 1;
  const auto next = [&](std::size_t n) {
    state = state * 1664525U + 1013904223U;
    return static_cast<std::size_t>(state >> 8U) % n;
  };
  std::map<Outcome, int> outcomes;
  testing::internal::CaptureStderr();
  for (int round = 0; round < 500; ++round) {
    std::string bytes = good;
    for (std::size_t edits = 1 + next(8); edits > 0; --edits) bytes[96 + next(good.size() - 96)] = static_cast<char>(next(256));
    ++outcomes[outcome_of(dir.write("bad.nwb", bytes))];
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(outcomes[Outcome::kOtherException], 0);
  EXPECT_GT(outcomes[Outcome::kRefused], 10);
  EXPECT_LE(outcomes[Outcome::kSignal], 5);  // inside libhdf5 1.10.8, which the worker process contains
}

}  // namespace
}  // namespace myocramp::io
