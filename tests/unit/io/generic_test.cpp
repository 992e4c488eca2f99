#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "io/volt_units.hpp"
#include "myocramp/io/reader.hpp"
#include "support/errors.hpp"
#include "support/hdf5_builder.hpp"
#include "support/temp_dir.hpp"

namespace myocramp::io {
namespace {

using test::expect_error;
using test::Hdf5Builder;
using test::TempDir;

std::vector<double> counting(std::size_t n) {
  std::vector<double> x(n);
  std::iota(x.begin(), x.end(), 0.0);
  return x;
}

/// A file with samples in several shapes and the values that layouts may ask for.
class Generic : public ::testing::Test {
 protected:
  Generic() : builder_(dir_.file("a.h5")) {
    builder_.group("/emg");
    const std::vector<double> numbers = counting(60);
    builder_.dataset("/emg/data", H5T_NATIVE_DOUBLE, {30, 2}, H5P_DEFAULT, numbers.data());    // (time, channel)
    builder_.dataset("/emg/across", H5T_NATIVE_DOUBLE, {2, 30}, H5P_DEFAULT, numbers.data());  // (channel, time)
    builder_.dataset("/emg/flat", H5T_NATIVE_DOUBLE, {60}, H5P_DEFAULT, numbers.data());
    builder_.dataset("/emg/row", H5T_NATIVE_DOUBLE, {1, 60}, H5P_DEFAULT, numbers.data());
    const std::vector<std::int16_t> counts = {-32768, 1, 32767, 4};
    builder_.dataset("/emg/counts", H5T_NATIVE_INT16, {2, 2}, H5P_DEFAULT, counts.data());
  }

  std::string json(const std::string& text) { return dir_.write("layout.json", text); }
  std::string layout(const std::string& signal, const std::string& axes, const std::string& more = R"("rate_hz": 2000, "unit": "uV")") {
    return json(R"({"signal": )" + signal + R"(, "axes": )" + axes + ", " + more + "}");
  }
  Recording read(const std::string& layout_path) { return open(builder_.close(), {.layout = layout_path}); }

  TempDir dir_;
  Hdf5Builder builder_;
  static constexpr const char* kTimeChannel = R"(["time", "channel"])";
  static constexpr const char* kChannelTime = R"(["channel", "time"])";
};

TEST_F(Generic, FloatsInMicrovoltsNeedNoScale) {
  const Recording r = read(layout(R"("/emg/data")", kTimeChannel));
  EXPECT_EQ(r.layout, "generic");
  ASSERT_EQ(r.signals.size(), 1U);
  const Signal& s = r.signals[0];
  EXPECT_EQ(s.rate.hertz(), 2000);
  EXPECT_EQ(s.samples, 30);
  ASSERT_EQ(s.channels.size(), 2U);
  EXPECT_EQ(s.channels[0].name, "ch1");
  EXPECT_EQ(s.channels[1].name, "ch2");
  EXPECT_TRUE(std::isnan(s.channels[0].step_v));
  const Samples<double> x = s.read({0, 30});
  for (Index i = 0; i < 30; ++i) {
    for (Index c = 0; c < 2; ++c) EXPECT_DOUBLE_EQ(x(i, c), static_cast<double>(2 * i + c) / 1e6);
  }
}

TEST_F(Generic, ChannelsMayComeFirst) {
  const Samples<double> x = read(layout(R"("/emg/across")", kChannelTime)).signals.at(0).read({0, 30});
  for (Index i = 0; i < 30; ++i) {
    EXPECT_DOUBLE_EQ(x(i, 0), static_cast<double>(i) / 1e6);
    EXPECT_DOUBLE_EQ(x(i, 1), static_cast<double>(30 + i) / 1e6);
  }
}

TEST_F(Generic, OneChannelMayBeFlatOrARow) {
  for (const char* path : {R"("/emg/flat")", R"("/emg/row")"}) {
    const Recording r = read(layout(path, R"(["time"])"));
    EXPECT_EQ(r.signals.at(0).samples, 60);
    EXPECT_DOUBLE_EQ(r.signals[0].read({59, 60})(0, 0), 59e-6);
  }
}

TEST_F(Generic, ScaleAndOffsetAreInTheUnit) {
  const Recording r = read(layout(R"("/emg/counts")", kTimeChannel, R"("rate_hz": 1000, "unit": "mV", "scale": [0.5, 2], "offset": -3)"));
  const Samples<double> x = r.signals.at(0).read({0, 2});
  EXPECT_DOUBLE_EQ(x(0, 0), (-32768 * 0.5 - 3) / 1000);
  EXPECT_DOUBLE_EQ(x(0, 1), (1 * 2.0 - 3) / 1000);
  EXPECT_DOUBLE_EQ(x(1, 0), (32767 * 0.5 - 3) / 1000);
  EXPECT_DOUBLE_EQ(r.signals[0].channels[1].step_v, 0.002);
}

TEST_F(Generic, ValuesMayStandInTheFile) {
  builder_.attribute<double>("/emg", "fs", H5T_NATIVE_DOUBLE, {2148.148});
  builder_.attribute<double>("/", "gain", H5T_NATIVE_DOUBLE, {0.25, 0.5}, {2});
  builder_.long_text("/emg/counts", "unit", "\xc2\xb5V");
  builder_.text("/emg", "names", "unused");
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, 4);
  builder_.dataset("/emg/names", type, {2}, H5P_DEFAULT, "GM\0\0GL  ");
  H5Tclose(type);
  const hid_t text = H5Tcopy(H5T_C_S1);
  H5Tset_size(text, H5T_VARIABLE);
  const char* sides[] = {"left", "right"};
  builder_.dataset("/emg/sides", text, {2}, H5P_DEFAULT, sides);
  builder_.attribute<const char*>("/emg", "muscles", text, {"gastrocnemius_medialis", "soleus"}, {2});
  H5Tclose(text);
  const Recording r = read(layout(R"("/emg/counts")", kTimeChannel,
                                  R"("rate_hz": "/emg@fs", "unit": "/emg/counts@unit", "scale": "/@gain", "channel_names": "/emg/names",
                                     "muscle": "/emg@muscles", "side": "/emg/sides")"));
  const Signal& s = r.signals.at(0);
  EXPECT_EQ(s.rate.hertz(), 2148.148);
  EXPECT_EQ(s.channels[0].name, "GM");
  EXPECT_EQ(s.channels[1].name, "GL");
  EXPECT_EQ(s.channels[1].muscle, "soleus");
  EXPECT_EQ(s.channels[1].side, "right");
  EXPECT_DOUBLE_EQ(s.read({0, 2})(1, 1), 4 * 0.5e-6);
}

TEST_F(Generic, ScalarsArraysOfOneAndTextsOfNumbersAreRates) {
  builder_.dataset("/one", H5T_NATIVE_INT32, {1, 1}, H5P_DEFAULT, std::vector<std::int32_t>{500}.data());
  builder_.attribute<double>("/emg", "same", H5T_NATIVE_DOUBLE, {500, 500}, {2});
  builder_.text("/emg", "text", "500");
  const hid_t space = H5Screate(H5S_SCALAR);
  const hid_t scalar = H5Dcreate2(builder_.id(), "/scalar", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  const float rate = 500;
  H5Dwrite(scalar, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, &rate);
  H5Dclose(scalar);
  H5Sclose(space);
  for (const char* place : {"/one", "/emg@same", "/emg@text", "/scalar"}) {
    const std::string more = std::string(R"("rate_hz": ")") + place + R"(", "unit": "V")";
    EXPECT_EQ(read(layout(R"("/emg/data")", kTimeChannel, more)).signals.at(0).rate.hertz(), 500) << place;
  }
}

TEST_F(Generic, RatesThatCannotBeAreRefusedWithTheirPlace) {
  builder_.attribute<double>("/emg", "zero", H5T_NATIVE_DOUBLE, {0});
  builder_.attribute<double>("/emg", "nan", H5T_NATIVE_DOUBLE, {std::numeric_limits<double>::quiet_NaN()});
  builder_.attribute<double>("/emg", "negative", H5T_NATIVE_DOUBLE, {-1000});
  builder_.attribute<double>("/emg", "differ", H5T_NATIVE_DOUBLE, {1000, 2000}, {2});
  builder_.text("/emg", "text", "2000 Hz");
  builder_.null_attribute("/emg", "none");
  for (const char* name : {"zero", "nan", "negative", "differ", "text", "none"}) {
    const std::string more = std::string(R"("rate_hz": "/emg@)") + name + R"(", "unit": "V")";
    const std::string path = layout(R"("/emg/data")", kTimeChannel, more);
    expect_error<DataError>([&] { read(path); }, "E-RATE", {std::string("/emg@") + name + ": expected a finite rate above 0 Hz"});
  }
  for (const char* rate : {"0", "-5"}) {
    const std::string path = layout(R"("/emg/data")", kTimeChannel, std::string(R"("unit": "V", "rate_hz": )") + rate);
    expect_error<InvalidArgument>([&] { read(path); }, "E-RATE", {path + ": rate_hz", std::string("found ") + rate});
  }
  const std::string missing = layout(R"("/emg/data")", kTimeChannel, R"("rate_hz": "/emg@nosuch", "unit": "V")");
  expect_error<DataError>([&] { read(missing); }, "E-PATH", {"/emg@nosuch"});
}

TEST_F(Generic, UnitsThatAreNotVoltsAreRefused) {
  builder_.text("/emg", "unit", "mmHg");
  builder_.integer("/emg", "number", 3);
  for (const char* place : {"/emg@unit", "/emg@number"}) {
    const std::string more = std::string(R"("rate_hz": 1, "unit": ")") + place + "\"";
    const std::string path = layout(R"("/emg/data")", kTimeChannel, more);
    expect_error<DataError>([&] { read(path); }, "E-UNIT", {place, "expected V, mV, uV or nV"});
  }
  for (const char* unit : {"MV", "a.u.", "V/s", ""}) {
    const std::string path = layout(R"("/emg/data")", kTimeChannel, std::string(R"("rate_hz": 1, "unit": ")") + unit + "\"");
    expect_error<InvalidArgument>([&] { read(path); }, "E-UNIT", {"unit: expected V, mV, uV or nV"});
  }
}

TEST(VoltUnits, AreReadAsPeopleWriteThem) {
  for (const char* unit : {"uV", "\xc2\xb5V", "\xce\xbcV", " uV ", "microvolts", "MicroVolt", "\xb5V", "uv", "UV", "\xc2\xb5v"})
    EXPECT_EQ(units_per_volt(unit), 1e6);
  for (const char* unit : {"V", "v", " V", "Volts", "volt"}) EXPECT_EQ(units_per_volt(unit), 1);
  for (const char* unit : {"mV", "mv", "millivolt"}) EXPECT_EQ(units_per_volt(unit), 1e3);
  EXPECT_EQ(units_per_volt("nV"), 1e9);
  for (const char* unit : {"MV", "Uv", "NV", "", "mm", "V2", "V/s"}) EXPECT_FALSE(units_per_volt(unit)) << unit;
}

TEST_F(Generic, IntegersNeedTheirScale) {
  const std::string path = layout(R"("/emg/counts")", kTimeChannel);
  expect_error<DataError>([&] { read(path); }, "E-SCALE", {"/emg/counts: expected a scale in the layout for integers, found none"});
  const auto scaled = [&](const std::string& scale) {
    return layout(R"("/emg/counts")", kTimeChannel, R"("rate_hz": 1, "unit": "V", "scale": )" + scale);
  };
  const std::string zero = scaled("0");
  expect_error<InvalidArgument>([&] { read(zero); }, "E-SCALE", {"scale: expected finite numbers other than 0, found 0"});
  const std::string three = scaled("[1, 2, 3]");
  expect_error<DataError>([&] { read(three); }, "E-SCALE", {"scale: expected one finite number other than 0, or 2, found 3 numbers"});
}

TEST_F(Generic, AxesThatDoNotFitAreNamed) {
  struct Case {
    const char* signal;
    const char* axes;
    const char* code;
    const char* part;
  };
  for (const Case& c : {Case{R"("/emg/data")", R"(["time"])", "E-RANK", "one dimension for axes [\"time\"], found (30, 2)"},
                        Case{R"("/emg/flat")", kTimeChannel, "E-RANK", "two dimensions for axes [\"time\", \"channel\"], found (60,)"},
                        Case{R"("/emg/across")", kTimeChannel, "E-CHANNELS", "no more channels than samples, found (2, 30) with axes"},
                        Case{R"("/emg/data")", kChannelTime, "E-CHANNELS", "found (30, 2) with axes [\"channel\", \"time\"]"}}) {
    const std::string path = layout(c.signal, c.axes);
    expect_error<DataError>([&] { read(path); }, c.code, {c.part});
  }
}

TEST_F(Generic, AListOfDatasetsIsOneChannelEach) {
  const std::vector<float> shorter = {1, 2, 3};
  builder_.dataset("/emg/GL", H5T_NATIVE_FLOAT, {3}, H5P_DEFAULT, shorter.data());
  const Recording r = read(layout(R"(["/emg/row", "/emg/GL"])", R"(["time"])"));
  const Signal& s = r.signals.at(0);
  EXPECT_EQ(s.samples, 3);
  EXPECT_EQ(s.channels.at(0).name, "row");
  EXPECT_EQ(s.channels.at(1).name, "GL");
  EXPECT_DOUBLE_EQ(s.read({0, 3})(2, 1), 3e-6);
  ASSERT_EQ(r.notes.size(), 1U);
  EXPECT_NE(r.notes[0].find("channels of 3 to 60 samples"), std::string::npos);
  const std::string path = layout(R"(["/emg/row", "/emg/GL"])", kTimeChannel);
  expect_error<InvalidArgument>([&] { read(path); }, "E-LAYOUT-FILE", {"axes: expected [\"time\"] for a list"});
}

TEST_F(Generic, NamesAreOnePerChannelAndEachOnce) {
  const auto refuses = [&](const std::string& more, const std::string& part) {
    const std::string path = layout(R"("/emg/data")", kTimeChannel, R"("rate_hz": 1, "unit": "V", )" + more);
    expect_error<DataError>([&] { read(path); }, "E-CHANNELS", {part});
  };
  refuses(R"("channel_names": ["GM"])", "2 texts, one per channel, found 1");
  refuses(R"("channel_names": ["GM", "GM"])", "GM twice");
  refuses(R"("channel_names": ["GM", ""])", "an empty one");
  refuses(R"("side": ["left", "up"])", "side: expected left, right or an empty text, found up");
  const Recording r = read(layout(R"("/emg/data")", kTimeChannel, R"("rate_hz": 1, "unit": "V", "channel_names": ["M\u00fc", "a\tb"])"));
  EXPECT_EQ(r.signals.at(0).channels[0].name, "M\xc3\xbc");
  EXPECT_EQ(r.signals[0].channels[1].name,
            "a\\x09"
            "b");
}

TEST_F(Generic, LinksAreNotFollowed) {
  H5Lcreate_soft("/emg/data", builder_.id(), "/soft", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_external("/etc/passwd", "/x", builder_.id(), "/external", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_soft("/emg", builder_.id(), "/group", H5P_DEFAULT, H5P_DEFAULT);
  for (const char* path : {R"("/soft")", R"("/external")", R"("/group/data")"}) {
    const std::string file = layout(path, kTimeChannel);
    expect_error<DataError>([&] { read(file); }, "E-LINK", {"expected a hard link"});
  }
  const std::string rate = layout(R"("/emg/data")", kTimeChannel, R"("rate_hz": "/group@fs", "unit": "V")");
  expect_error<DataError>([&] { read(rate); }, "E-LINK", {"/group"});
}

TEST_F(Generic, ValuesOfOtherKindsOrSizesAreRefused) {
  builder_.group("/g");
  const hid_t list = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_external(list, "/etc/passwd", 0, 8);
  builder_.dataset("/outside", H5T_NATIVE_DOUBLE, {1}, list);
  H5Pclose(list);
  builder_.dataset("/absurd", H5T_NATIVE_DOUBLE, {1ULL << 40U});
  const hid_t boolean = H5Tenum_create(H5T_NATIVE_INT8);
  const std::int8_t one = 1;
  H5Tenum_insert(boolean, "TRUE", &one);
  builder_.attribute<std::int8_t>("/g", "bool", boolean, {1});
  H5Tclose(boolean);
  const std::pair<const char*, const char*> cases[] = {{"/outside", "E-STORAGE"}, {"/absurd", "E-SIZE"}, {"/g@bool", "E-DTYPE"},
                                                       {"/g", "E-PATH"},          {"/g//x", "E-PATH"},   {"/", "E-PATH"}};
  for (const auto& [place, code] : cases) {
    const std::string path = layout(R"("/emg/data")", kTimeChannel, std::string(R"("unit": "V", "rate_hz": ")") + place + "\"");
    expect_error<DataError>([&] { read(path); }, code);
  }
}

TEST_F(Generic, MatlabsCharsAndStructsAreReached) {
  builder_.group("/EMG");
  builder_.text("/EMG", "MATLAB_class", "struct");
  builder_.dataset("/EMG/fs", H5T_NATIVE_DOUBLE, {1, 1}, H5P_DEFAULT, std::vector<double>{1000}.data());
  builder_.dataset("/EMG/unit", H5T_NATIVE_UINT16, {2, 1}, H5P_DEFAULT, std::vector<std::uint16_t>{0xb5, 'V'}.data());
  builder_.text("/EMG/unit", "MATLAB_class", "char");
  builder_.dataset("/EMG/data", H5T_NATIVE_DOUBLE, {2, 30}, H5P_DEFAULT, counting(60).data());
  const Recording r = read(layout(R"("/EMG/data")", kChannelTime, R"("rate_hz": "/EMG/fs", "unit": "/EMG/unit")"));
  EXPECT_EQ(r.signals.at(0).rate.hertz(), 1000);
  EXPECT_DOUBLE_EQ(r.signals[0].read({0, 30})(29, 1), 59e-6);
}

TEST_F(Generic, TheJsonIsHeldToItsKeys) {
  const std::string good = R"("signal": "/emg/data", "axes": ["time", "channel"], "rate_hz": 1, "unit": "V")";
  const std::pair<std::string, std::string> cases[] = {
      {"", "a file with content"},
      {"{", "a JSON object"},
      {"[]", "expected a JSON object"},
      {R"({"axes": ["time"], "rate_hz": 1, "unit": "V"})", "signal: expected a value"},
      {R"({"signal": "/a", "rate_hz": 1, "unit": "V"})", "axes: expected a value"},
      {R"({"signal": "/a", "axes": ["time"], "unit": "V"})", "rate_hz: expected a value"},
      {R"({"signal": "/a", "axes": ["time"], "rate_hz": 1})", "unit: expected a value"},
      {R"({"signal": "a", "axes": ["time"], "rate_hz": 1, "unit": "V"})", "signal: expected the path of a dataset"},
      {R"({"signal": [], "axes": ["time"], "rate_hz": 1, "unit": "V"})", "signal: expected at least one"},
      {R"({"signal": ["/a", "/a"], "axes": ["time"], "rate_hz": 1, "unit": "V"})", "every dataset once"},
      {R"({"signal": "/a", "axes": ["samples"], "rate_hz": 1, "unit": "V"})",
       "axes: expected [\"time\", \"channel\"], [\"channel\", \"time\"]"},
      {R"({"signal": "/a", "axes": ["time"], "rate_hz": null, "unit": "V"})", "rate_hz: expected a number"},
      {R"({"signal": "/a", "axes": ["time"], "rate_hz": "2000", "unit": "V"})", "rate_hz: expected a number, or its place"},
      {R"({"signal": "/a", "axes": ["time"], "rate_hz": [1, 2], "unit": "V"})", "rate_hz: expected a number"},
      {"{" + good + R"(, "gain": 2})", "gain: expected one of signal, axes"},
      {"{" + good + R"(, "unit": "mV"})", "unit: expected every key once"},
      {"{" + good + R"(, "scale": true})", "scale: expected a number"},
      {"{" + good + R"(, "offset": [1, 2]})", "offset: expected a number"},
      {"{" + good + R"(, "channel_names": [1]})", "channel_names: expected a text"}};
  for (const auto& [text, part] : cases) {
    const std::string path = json(text);
    const std::string said = expect_error<InvalidArgument>([&] { check_layout(path); }, "E-LAYOUT-FILE", {path});
    if (!text.empty()) {
      EXPECT_NE(said.find(part), std::string::npos) << said;
    }
  }
  check_layout(json("{" + good + "}"));
}

TEST_F(Generic, ALayoutThatIsNoFileIsAWrongOption) {
  for (const std::string& layout : {std::string("generic"), std::string("nosuch"), dir_.file("nosuch.json"), dir_.file("a.h5")}) {
    expect_error<InvalidArgument>([&] { check_layout(layout); }, "E-OPTION", {"layout: expected one of ", "path of a layout file"});
  }
}

}  // namespace
}  // namespace myocramp::io
