#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <map>
#include <numeric>
#include <optional>

#include "myocramp/io/reader.hpp"
#include "support/errors.hpp"
#include "support/hdf5_builder.hpp"
#include "support/temp_dir.hpp"

namespace myocramp::io {
namespace {

using test::bytes_of;
using test::expect_error;
using test::Hdf5Builder;
using test::TempDir;

constexpr hsize_t kSamples = 1200;

bool has_note(const Recording& r, const std::string& part) {
  for (const std::string& note : r.notes) {
    if (note.find(part) != std::string::npos) return true;
  }
  return false;
}

/// Variables as MATLAB saves them: with their class, arrays turned over.
class Matlab : public Hdf5Builder {
 public:
  using Hdf5Builder::Hdf5Builder;

  void structure(const std::string& path) {
    group(path);
    text(path, "MATLAB_class", "struct");
  }
  void number(const std::string& path, double value) { array(path, {1, 1}, {value}); }
  void array(const std::string& path, const std::vector<hsize_t>& stored, const std::vector<double>& values) {
    dataset(path, H5T_NATIVE_DOUBLE, stored, H5P_DEFAULT, values.data());
    text(path, "MATLAB_class", "double");
  }
  void chars(const std::string& path, const std::u16string& value) {
    dataset(path, H5T_NATIVE_UINT16, {value.size(), 1}, H5P_DEFAULT, value.data());
    text(path, "MATLAB_class", "char");
  }
  void empty(const std::string& path, const std::string& kind) {
    dataset(path, H5T_NATIVE_UINT64, {2}, H5P_DEFAULT, std::vector<std::uint64_t>{0, 0}.data());
    text(path, "MATLAB_class", kind);
    attribute<std::uint8_t>(path, "MATLAB_empty", H5T_NATIVE_UINT8, {1});
  }
  /// A channel of a Spike2 export: `n` samples counting up.
  void wave(const std::string& name, const std::u16string& title, const std::u16string& units = u"mV", double start = 0,
            double interval = 5e-4, hsize_t n = kSamples) {
    const std::string path = "/" + name;
    structure(path);
    chars(path + "/title", title);
    chars(path + "/units", units);
    number(path + "/interval", interval);
    number(path + "/start", start);
    number(path + "/scale", 1);
    number(path + "/offset", 0);
    std::vector<double> values(n);
    std::iota(values.begin(), values.end(), 0.0);
    array(path + "/values", {1, n}, values);
  }
};

TEST(Matlab73, Spike2ChannelsBecomeOneSignalInVolts) {
  const TempDir dir;
  Matlab m(dir.file("a.mat"));
  m.wave("V1_Ch1", u"GM");
  m.wave("V1_Ch2", u"GL", u" uV");
  m.structure("/V1_Ch3");
  m.array("/V1_Ch3/times", {1, 3}, {0.1, 0.2, 0.3});
  m.structure("/file");
  m.array("/file/start", {1, 6}, {2021, 10, 20, 10, 11, 51});
  const Recording r = open(m.close());
  EXPECT_EQ(r.layout, "matlab73");
  EXPECT_EQ(r.session_start, "2021-10-20T10:11:51.000+00:00");
  ASSERT_EQ(r.signals.size(), 1U);
  const Signal& s = r.signals[0];
  EXPECT_EQ(s.name, "");
  EXPECT_EQ(s.rate.hertz(), 2000);
  EXPECT_EQ(s.samples, static_cast<Index>(kSamples));
  ASSERT_EQ(s.channels.size(), 2U);
  EXPECT_EQ(s.channels[0].name, "GM");
  EXPECT_EQ(s.channels[0].label, "V1_Ch1");
  EXPECT_EQ(s.channels[1].name, "GL");
  const Samples<double> x = s.read({0, s.samples});
  EXPECT_DOUBLE_EQ(x(1199, 0), 1.199);
  EXPECT_DOUBLE_EQ(x(1199, 1), 1.199e-3);
  EXPECT_TRUE(has_note(r, "events that are not read: V1_Ch3 (3)"));
}

TEST(Matlab73, StartsLessThanHalfASampleApartAreOne) {
  const TempDir dir;
  Matlab m(dir.file("a.mat"));
  m.wave("a", u"a", u"mV", 3e-5);
  m.wave("b", u"b", u"mV", 1e-5);
  m.wave("c", u"c", u"mV", 2.6e-4 + 3e-5);
  const Recording r = open(m.close());
  ASSERT_EQ(r.signals.size(), 2U);
  EXPECT_EQ(r.signals[0].channels.size(), 2U);
  EXPECT_DOUBLE_EQ(r.signals[0].start_s, 1e-5);
  EXPECT_EQ(r.signals[1].name, "c");
  EXPECT_TRUE(has_note(r, "channels that start at 1e-05 to 3e-05 s, less than half a sample apart"));
}

TEST(Matlab73, OtherRatesAndLengthsAreSignalsOfTheirOwn) {
  const TempDir dir;
  Matlab m(dir.file("a.mat"));
  m.wave("a", u"EMG");
  m.wave("b", u"EMG", u"mV", 0, 1e-3);
  m.wave("c", u"", u"V", 0, 5e-4, kSamples - 1);
  m.wave("d", u"short", u"V", 0, 5e-4, 500);
  const Recording r = open(m.close());
  ASSERT_EQ(r.signals.size(), 3U);
  EXPECT_EQ(r.signals[0].channels.at(0).name, "a/EMG");
  EXPECT_EQ(r.signals[0].channels.at(1).name, "c");
  EXPECT_EQ(r.signals[0].samples, static_cast<Index>(kSamples) - 1);
  EXPECT_EQ(r.signals[1].channels.at(0).name, "b/EMG");
  EXPECT_EQ(r.signals[1].rate.hertz(), 1000);
  EXPECT_EQ(r.signals[2].samples, 500);
  EXPECT_TRUE(has_note(r, "channels of 1199 to 1200 samples"));
}

TEST(Matlab73, IntegersFollowSpike2sScale) {
  const TempDir dir;
  Matlab m(dir.file("a.mat"));
  m.structure("/a");
  m.chars("/a/units", u"mV");
  m.number("/a/interval", 1e-3);
  m.number("/a/scale", 2);
  m.number("/a/offset", 0.5);
  const std::vector<std::int16_t> values = {-32768, 0, 32767};
  m.dataset("/a/values", H5T_NATIVE_INT16, {1, 3}, H5P_DEFAULT, values.data());
  const Samples<double> x = open(m.close()).signals.at(0).read({0, 3});
  for (Index i = 0; i < 3; ++i) EXPECT_DOUBLE_EQ(x(i, 0), (values[static_cast<std::size_t>(i)] * 2 / 6553.6 + 0.5) / 1000);
}

// Together they would become floating-point numbers, and the integers would be lost.
TEST(Matlab73, ChannelsOfOtherNumbersAreSignalsOfTheirOwn) {
  const TempDir dir;
  Matlab m(dir.file("a.mat"));
  m.wave("a", u"real", u"V", 0, 1e-3, 3);
  m.structure("/b");
  m.chars("/b/units", u"V");
  m.number("/b/interval", 1e-3);
  m.number("/b/scale", 1);
  m.number("/b/offset", 0);
  m.dataset("/b/values", H5T_NATIVE_INT16, {1, 3}, H5P_DEFAULT, std::vector<std::int16_t>{1, -2, 3}.data());
  const Recording r = open(m.close());
  ASSERT_EQ(r.signals.size(), 2U);
  EXPECT_TRUE(std::isnan(r.signals[0].channels.at(0).step_v));
  EXPECT_DOUBLE_EQ(r.signals[1].channels.at(0).step_v, 1 / 6553.6);
  EXPECT_EQ(r.signals[0].conversion, "real numbers in the unit of the file, as volts");
}

TEST(Matlab73, ChannelsThatCannotBeUsedAreRefusedByName) {
  const TempDir dir;
  Matlab m(dir.file("a.mat"));
  m.wave("good", u"GM");
  m.wave("force", u"force", u"N");
  m.wave("nounit", u"x", u" ");
  m.wave("rate", u"rate", u"mV", 0, 0);
  m.wave("nan", u"nan", u"mV", 0, std::numeric_limits<double>::quiet_NaN());
  m.wave("start", u"start", u"mV", std::numeric_limits<double>::infinity());
  m.structure("/void");
  m.chars("/void/units", u"mV");
  m.number("/void/interval", 1e-3);
  m.empty("/void/values", "double");
  m.structure("/string");  // MATLAB's string objects are kept elsewhere, and these are only references
  m.dataset("/string/units", H5T_NATIVE_UINT32, {6, 1}, H5P_DEFAULT, std::vector<std::uint32_t>{3707764736, 2, 1, 1, 1, 1}.data());
  m.number("/string/interval", 1e-3);
  m.array("/string/values", {1, 3}, {1, 2, 3});
  m.structure("/mark");
  m.chars("/mark/units", u"mV");
  m.number("/mark/interval", 1e-3);
  m.array("/mark/values", {2, 3}, {1, 2, 3, 4, 5, 6});
  H5Lcreate_soft("/good", m.id(), "/link", H5P_DEFAULT, H5P_DEFAULT);
  const Recording r = open(m.close());
  ASSERT_EQ(r.signals.size(), 1U);
  std::map<std::string, std::string> codes;
  for (const Refusal& x : r.refused) codes[x.signal] = x.code;
  const std::map<std::string, std::string> expected = {{"force", "E-UNIT"},  {"nounit", "E-UNIT"}, {"rate", "E-RATE"},
                                                       {"nan", "E-RATE"},    {"start", "E-TIME"},  {"void", "E-SAMPLES"},
                                                       {"string", "E-UNIT"}, {"mark", "E-RANK"}};
  EXPECT_EQ(codes, expected);
  EXPECT_TRUE(has_note(r, "/link is a soft or external link: not followed"));
}

TEST(Matlab73, TheOnlyChannelsReasonIsTheFiles) {
  const TempDir dir;
  Matlab m(dir.file("a.mat"));
  m.wave("force", u"force", u"N");
  const std::string path = m.close();
  expect_error<DataError>([&] { open(path); }, "E-UNIT", {path + ": /force/units: expected V, mV, uV or nV, found 'N'"});
}

TEST(Matlab73, StructsThatStateRateAndUnitAreRead) {
  const TempDir dir;
  Matlab m(dir.file("a.mat"));
  m.structure("/EMG");
  m.number("/EMG/fs", 2048);
  m.chars("/EMG/unit", u"\u00b5V");
  std::vector<double> values(2 * kSamples);
  std::iota(values.begin(), values.end(), 0.0);
  m.array("/EMG/data", {2, kSamples}, values);
  m.group("/#refs#");
  m.chars("/#refs#/a", u"GM");
  m.chars("/#refs#/b", u"G\u00fc");
  hobj_ref_t names[2];
  H5Rcreate(&names[0], m.id(), "/#refs#/a", H5R_OBJECT, -1);
  H5Rcreate(&names[1], m.id(), "/#refs#/b", H5R_OBJECT, -1);
  m.dataset("/EMG/channels", H5T_STD_REF_OBJ, {2, 1}, H5P_DEFAULT, names);
  m.text("/EMG/channels", "MATLAB_class", "cell");
  const Recording r = open(m.close());
  const Signal& s = r.signals.at(0);
  EXPECT_EQ(s.rate.hertz(), 2048);
  EXPECT_EQ(s.samples, static_cast<Index>(kSamples));
  ASSERT_EQ(s.channels.size(), 2U);
  EXPECT_EQ(s.channels[0].name, "GM");
  EXPECT_EQ(s.channels[1].name, "G\xc3\xbc");
  EXPECT_DOUBLE_EQ(s.read({0, s.samples})(1, 1), 1201e-6);
  EXPECT_TRUE(has_note(r, "/EMG/data (2, 1200) as stored: the longer dimension is taken as time"));
}

TEST(Matlab73, ReferencesThatLeadNowhereLoseOnlyTheNames) {
  const TempDir dir;
  Matlab m(dir.file("a.mat"));
  m.structure("/EMG");
  m.number("/EMG/fs", 2048);
  m.chars("/EMG/unit", u"mV");
  m.array("/EMG/data", {1, kSamples}, std::vector<double>(kSamples));
  const hobj_ref_t nowhere = 0x7fffffffffffULL;
  m.dataset("/EMG/labels", H5T_STD_REF_OBJ, {1, 1}, H5P_DEFAULT, &nowhere);
  m.text("/EMG/labels", "MATLAB_class", "cell");
  const Recording r = open(m.close());
  EXPECT_EQ(r.signals.at(0).channels.at(0).name, "ch1");
  EXPECT_TRUE(has_note(r, "/EMG/labels"));
}

TEST(Matlab73, NumbersWithoutAUnitAreNeverGuessed) {
  const TempDir dir;
  Matlab m(dir.file("a.mat"));
  m.array("/data", {2, kSamples}, std::vector<double>(2 * kSamples));
  m.structure("/EMG");
  m.number("/EMG/Fs", 2000);
  m.array("/EMG/emg", {2, kSamples}, std::vector<double>(2 * kSamples));
  const std::string path = m.close();
  expect_error<DataError>([&] { open(path); }, "E-UNIT",
                          {"/EMG/emg (2, 1200)", "/data (2, 1200)", "rate /EMG/Fs = 2000", "no unit", "--suggest-layout"});
}

TEST(Matlab73, AFileWithoutNumbersIsOfNoLayout) {
  const TempDir dir;
  Matlab m(dir.file("a.mat"));
  m.chars("/name", u"nothing");
  const std::string path = m.close();
  expect_error<DataError>([&] { open(path); }, "E-LAYOUT", {"Spike2", "a root group of name"});
}

TEST(Matlab73, IsKnownByItsFirstBytesTooWithManyVariables) {
  const TempDir dir;
  Matlab m(dir.file("a.mat"));
  m.wave("ch", u"GM");
  for (int i = 0; i < 200; ++i) m.number("/v" + std::to_string(i), i);
  const std::string plain = bytes_of(m.close());
  expect_error<DataError>([&] { open(dir.file("a.mat")); }, "E-LAYOUT", {"at most 64 objects"});
  // Addresses count from the signature, which the library looks for behind a user block.
  std::string block = "MATLAB 7.3 MAT-file, Platform: GLNXA64";
  block.resize(512, ' ');
  const Recording r = open(dir.write("b.mat", block + plain));
  EXPECT_EQ(r.signals.at(0).channels.at(0).name, "GM");
  EXPECT_DOUBLE_EQ(r.signals[0].read({0, 2})(1, 0), 1e-3);
}

TEST(Matlab73, OlderFilesOfMatlabSaySo) {
  const TempDir dir;
  std::string bytes = "MATLAB 5.0 MAT-file, Platform: PCWIN64";
  bytes.resize(4096, ' ');
  const std::string path = dir.write("old.mat", bytes);
  expect_error<DataError>([&] { open(path); }, "E-HDF5", {"found a MATLAB file older than v7.3", "myocramp import", "-v7.3"});
}

TEST(Matlab73, AStructWithAFieldRawIsNoOpenSignalsDevice) {
  const TempDir dir;
  Matlab m(dir.file("a.mat"));
  m.structure("/EMG");
  m.structure("/EMG/raw");
  m.array("/EMG/data", {1, kSamples}, std::vector<double>(kSamples));
  const std::string path = m.close();
  expect_error<DataError>([&] { open(path); }, "E-UNIT", {"/EMG/data"});
}

// ---- real recordings ----

std::optional<std::string> real_data() {
  const char* folder = std::getenv("MYOCRAMP_DATA");
  return folder == nullptr ? std::nullopt : std::optional<std::string>(folder);
}

TEST(Matlab73, RealSpike2Export) {
  const auto data = real_data();
  if (!data) GTEST_SKIP() << "MYOCRAMP_DATA names no folder";
  const Recording r = open(*data + "/LocoTool/17465_data_ctl.mat");
  ASSERT_EQ(r.signals.size(), 1U);
  const Signal& s = r.signals[0];
  EXPECT_EQ(s.rate.hertz(), 12500);
  EXPECT_EQ(s.samples, 175518);
  EXPECT_NEAR(s.duration_s(), 14.04, 0.01);
  EXPECT_NEAR(s.start_s, 1e-5, 1e-12);
  ASSERT_EQ(s.channels.size(), 2U);
  EXPECT_EQ(s.channels[0].name, "extensor");
  EXPECT_EQ(s.channels[1].name, "flexor");
  const Samples<double> x = s.read({0, 1});
  EXPECT_NEAR(x(0, 0), 0.0469792e-3, 1e-10);  // mV
  EXPECT_NEAR(x(0, 1), 0.02823967e-3, 1e-10);
  EXPECT_TRUE(has_note(r, "stim (150)"));
  EXPECT_TRUE(has_note(r, "less than half a sample apart"));
}

TEST(RealRecordings, EveryHdf5FileIsReadOrRefusedWithItsReason) {
  const auto data = real_data();
  if (!data) GTEST_SKIP() << "MYOCRAMP_DATA names no folder";
  const std::map<std::string, std::string> expected = {{"17465_data_ctl.mat", "matlab73"},
                                                       {"Sample Data.mat", "E-HDF5"},
                                                       {"user_4_day_2_posture_1.mat", "E-HDF5"},
                                                       {"emg_1000_hz_16_bits.h5", "opensignals"},
                                                       {"emg_1000_hz_16_bits_solo.h5", "opensignals"},
                                                       {"emg_1000_hz_8_16_bits.h5", "opensignals"},
                                                       {"emg_bursts.h5", "opensignals"},
                                                       {"emg_fatigue.h5", "opensignals"}};
  std::map<std::string, std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*data)) {
    const std::string path = entry.path().string();
    if (!is_recording_name(path)) continue;
    try {
      found[entry.path().filename().string()] = open(path).layout;
    } catch (const DataError& e) {
      found[entry.path().filename().string()] = e.code();
    }
  }
  for (const auto& [name, outcome] : expected) EXPECT_EQ(found[name], outcome) << name;
}

}  // namespace
}  // namespace myocramp::io
