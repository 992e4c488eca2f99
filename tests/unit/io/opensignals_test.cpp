#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <map>
#include <numeric>
#include <thread>

#include "io/opensignals_scale.hpp"
#include "myocramp/io/reader.hpp"
#include "support/errors.hpp"
#include "support/hdf5_builder.hpp"
#include "support/opensignals_file.hpp"
#include "support/outcome.hpp"
#include "support/temp_dir.hpp"

namespace myocramp::io {
namespace {

using test::bytes_of;
using test::ChunkedList;
using test::expect_error;
using test::Hdf5Builder;
using test::OpenSignalsDevice;
using test::Outcome;
using test::outcome_of;
using test::TempDir;
using test::write_opensignals;

OpenSignalsDevice example(Index rows, Index channels) {
  OpenSignalsDevice d;
  d.counts.resize(rows, channels);
  for (Index i = 0; i < rows; ++i) {
    for (Index c = 0; c < channels; ++c) d.counts(i, c) = static_cast<std::uint16_t>((i * 7919 + c * 104729) % 65536);
  }
  for (Index c = 0; c < channels; ++c) d.labels.push_back("PORT" + std::to_string(c + 1));
  return d;
}

/// The equation of the layout, as the makers of the recorder state it.
double volts(double count, int bits, double supply_v, double gain) { return (count / std::ldexp(1.0, bits) - 0.5) * (supply_v / gain); }

bool has_note(const Recording& r, const std::string& part) {
  for (const std::string& note : r.notes) {
    if (note.find(part) != std::string::npos) return true;
  }
  return false;
}

// ---- writing and reading what was written ----

TEST(OpenSignals, RoundTripGivesTheSameVoltsForAnySplitIntoBlocks) {
  const TempDir dir;
  OpenSignalsDevice d = example(40'001, 3);
  d.rate_hz = 2000;
  write_opensignals(dir.file("a.h5"), {d});
  const Recording r = open(dir.file("a.h5"));
  ASSERT_EQ(r.signals.size(), 1U);
  const Signal& s = r.signals[0];
  EXPECT_EQ(r.layout, "opensignals");
  EXPECT_EQ(r.session_start, "2000-01-01T00:00:00.000+00:00");
  EXPECT_TRUE(r.refused.empty());
  EXPECT_EQ(s.name, "");
  EXPECT_EQ(s.rate.hertz(), 2000);
  EXPECT_EQ(s.samples, 40'001);
  ASSERT_EQ(s.channels.size(), 3U);
  EXPECT_EQ(s.channels[2].name, "channel_3");
  EXPECT_EQ(s.channels[2].label, "PORT3");
  EXPECT_EQ(s.channels[2].step_v, opensignals_scale("channeller")->step_v(16));
  EXPECT_EQ(s.conversion, "(count / 2^16 - 0.5) * 3 V / 1000");
  const Samples<double> all = s.read({0, s.samples});
  for (Index i = 0; i < s.samples; ++i) {
    for (Index c = 0; c < 3; ++c) ASSERT_EQ(all(i, c), volts(d.counts(i, c), 16, 3.0, 1000)) << i << " " << c;
  }
  for (const Interval rows : {Interval{0, 1}, Interval{16383, 16385}, Interval{12345, 33333}, Interval{40'000, 40'001}, Interval{7, 7}}) {
    const Samples<double> part = s.read(rows);
    ASSERT_EQ(part.rows(), rows.length());
    EXPECT_TRUE((part == all.middleRows(rows.begin, rows.length())).all());
  }
  expect_error<InvalidArgument>([&] { static_cast<void>(s.read({0, s.samples + 1})); }, "E-RANGE");
}

TEST(OpenSignals, StepFollowsTheTable) {
  EXPECT_DOUBLE_EQ(opensignals_scale("biosignalsplux")->step_v(16), 3.0 / 1000 / 65536);
  EXPECT_DOUBLE_EQ(opensignals_scale("bioplux")->step_v(12), 3.0 / 1000 / 4096);
  EXPECT_DOUBLE_EQ(opensignals_scale("BITalino_rev")->step_v(10), 3.3 / 1009 / 1024);
}

TEST(OpenSignals, SupplyAndGainThatALayoutTellsGoBeforeTheTable) {
  const TempDir dir;
  OpenSignalsDevice known = example(300, 1);
  OpenSignalsDevice other = example(300, 1);
  other.mac = "00:00:00:00:00:02";
  other.device = "Novel";
  write_opensignals(dir.file("a.h5"), {known, other});
  const auto layout = [&](const std::string& text) { return dir.write("scales.json", text); };

  const Recording of_table = open(dir.file("a.h5"));
  ASSERT_EQ(of_table.signals.size(), 1U);
  EXPECT_EQ(of_table.refused.at(0).code, "E-DEVICE");

  const std::string path = layout(
      R"({"layout": "opensignals", "devices": {"CHANNELLER": {"supply_v": 3, "gain": 500}, "novel": {"supply_v": 2.5, "gain": 100}}})");
  const Recording told = open(dir.file("a.h5"), {.layout = path});
  ASSERT_EQ(told.signals.size(), 2U);
  EXPECT_EQ(told.layout, "opensignals");
  EXPECT_EQ(told.signals[0].conversion, "(count / 2^16 - 0.5) * 3 V / 500");
  EXPECT_EQ(told.signals[1].conversion, "(count / 2^16 - 0.5) * 2.5 V / 100");
  EXPECT_EQ(told.signals[0].read({0, 300})(299, 0), volts(known.counts(299, 0), 16, 3, 500));
  EXPECT_EQ(told.signals[1].read({0, 300})(299, 0), volts(other.counts(299, 0), 16, 2.5, 100));
  EXPECT_TRUE(has_note(told, "supply and gain of Novel are the layout file's"));

  const Recording only_one =
      open(dir.file("a.h5"), {.layout = layout(R"({"layout": "opensignals", "devices": {"novel": {"supply_v": 2.5, "gain": 100}}})")});
  EXPECT_EQ(only_one.signals.at(0).conversion, of_table.signals[0].conversion);
}

TEST(OpenSignals, AWrongLayoutFileIsWrongForAnyRecording) {
  const TempDir dir;
  const auto expect = [&](const std::string& text, const std::string& code, const std::string& part) {
    const std::string path = dir.write("scales.json", text);
    expect_error<InvalidArgument>([&] { check_layout(path); }, code, {path, part});
  };
  const auto device = [](const std::string& scale) { return R"({"layout": "opensignals", "devices": {"novel": )" + scale + "}}"; };
  expect(R"({"layout": "nwb"})", "E-LAYOUT-FILE", "layout: expected opensignals");
  expect(R"({"layout": "opensignals"})", "E-LAYOUT-FILE", "devices: expected devices by name");
  expect(R"({"layout": "opensignals", "devices": {}})", "E-LAYOUT-FILE", "devices: expected devices by name");
  expect(R"({"layout": "opensignals", "devices": {}, "gain": 2})", "E-LAYOUT-FILE", "gain: expected layout and devices");
  expect(device("3"), "E-LAYOUT-FILE", "devices.novel.supply_v: expected a number, found none");
  expect(device(R"({"supply_v": 3})"), "E-LAYOUT-FILE", "devices.novel.gain: expected a number, found none");
  expect(device(R"({"supply_v": "3", "gain": 1})"), "E-LAYOUT-FILE", R"(devices.novel.supply_v: expected a number, found "3")");
  expect(device(R"({"supply_v": 3, "gain": 1, "bits": 16})"), "E-LAYOUT-FILE", "devices.novel.bits: expected supply_v and gain");
  expect(device(R"({"supply_v": 3, "gain": 1, "gain": 2})"), "E-LAYOUT-FILE", "gain: expected every key once");
  expect(device(R"({"supply_v": 3, "gain": 0})"), "E-SCALE", "devices.novel.gain: expected a finite number above 0");
  expect(device(R"({"supply_v": -3, "gain": 1})"), "E-SCALE", "devices.novel.supply_v: expected a finite number above 0");
  expect(R"({"layout": "opensignals", "devices": {"novel": {"supply_v": 3, "gain": 1}, "Novel": {"supply_v": 3, "gain": 2}}})",
         "E-LAYOUT-FILE", "every device once");
}

TEST(OpenSignals, SeveralDevicesBecomeSignalsWithNamesOfTheirOwn) {
  const TempDir dir;
  OpenSignalsDevice a = example(500, 1);
  OpenSignalsDevice b = example(300, 2);
  b.mac = "00:00:00:00:00:02";
  b.rate_hz = 10;
  b.resolution_bits = 16;
  b.device = "bitalino";
  write_opensignals(dir.file("a.h5"), {b, a});
  const Recording r = open(dir.file("a.h5"), {.layout = "opensignals"});
  ASSERT_EQ(r.signals.size(), 2U);  // sorted by name, not in the order of writing
  EXPECT_EQ(r.signals[0].name, a.mac);
  EXPECT_EQ(r.signals[0].channels[0].name, a.mac + "/channel_1");
  EXPECT_EQ(r.signals[1].channels[0].name, b.mac + "/channel_1");
  EXPECT_EQ(r.signals[1].channels[1].name, "channel_2");
  EXPECT_EQ(r.signals[1].conversion, "(count / 2^16 - 0.5) * 3.3 V / 1008");
  EXPECT_DOUBLE_EQ(r.duration_s(), 30);
}

TEST(OpenSignals, SignalsMayBeReadFromSeveralThreadsAndOutliveTheRecording) {
  const TempDir dir;
  OpenSignalsDevice a = example(50'000, 2);
  OpenSignalsDevice b = example(50'000, 2);
  b.mac = "00:00:00:00:00:02";
  write_opensignals(dir.file("a.h5"), {a, b});
  std::vector<Signal> signals = open(dir.file("a.h5")).signals;
  const auto read_all = [](const Signal& s, const OpenSignalsDevice& d) {
    for (Index begin = 0; begin < s.samples; begin += 1000) {
      const Samples<double> x = s.read({begin, begin + 1000});
      ASSERT_EQ(x(999, 1), volts(d.counts(begin + 999, 1), 16, 3.0, 1000));
    }
  };
  std::thread first(read_all, signals[0], a);
  std::thread second(read_all, signals[1], b);
  first.join();
  second.join();
}

// ---- tolerated, with a note ----

TEST(OpenSignals, ReadsEveryIntegerTypeAndStorage) {
  const TempDir dir;
  Hdf5Builder h(dir.file("a.h5"));
  h.device("m", {1, 2, 3, 4, 5, 6, 7});
  const ChunkedList chunks({2, 1});  // the last chunk is cut
  const ChunkedList packed({2, 1});
  H5Pset_shuffle(packed.id());
  H5Pset_deflate(packed.id(), 9);
  H5Pset_fletcher32(packed.id());
  const ChunkedList compact({1, 1});
  H5Pset_layout(compact.id(), H5D_COMPACT);
  h.samples<std::uint8_t>("/m/raw/channel_1", H5T_NATIVE_UINT8, {0, 1, 255});
  h.samples<std::int8_t>("/m/raw/channel_2", H5T_NATIVE_INT8, {0, 1, 127}, chunks.id());
  h.samples<std::uint16_t>("/m/raw/channel_3", H5T_NATIVE_UINT16, {0, 1, 65535}, packed.id());
  h.samples<std::int16_t>("/m/raw/channel_4", H5T_NATIVE_INT16, {0, 1, 32767}, compact.id());
  h.samples<std::uint32_t>("/m/raw/channel_5", H5T_NATIVE_UINT32, {0, 1, 65535}, packed.id());
  h.samples<std::int32_t>("/m/raw/channel_6", H5T_NATIVE_INT32, {0, 1, 65535});
  const std::vector<std::uint16_t> flat = {0, 1, 65535};
  h.dataset("/m/raw/channel_7", H5T_NATIVE_UINT16, {3}, H5P_DEFAULT, flat.data());
  const Samples<double> x = open(h.close()).signals.at(0).read({0, 3});
  const double last[] = {255, 127, 65535, 32767, 65535, 65535, 65535};
  for (Index c = 0; c < 7; ++c) {
    EXPECT_EQ(x(0, c), -0.0015);
    EXPECT_EQ(x(1, c), volts(1, 16, 3.0, 1000));
    EXPECT_EQ(x(2, c), volts(last[c], 16, 3.0, 1000));
  }
}

TEST(OpenSignals, ReadsBigEndianCounts) {
  const TempDir dir;
  Hdf5Builder h(dir.file("a.h5"));
  h.device("m", {1});
  h.samples<std::uint16_t>("/m/raw/channel_1", H5T_STD_U16BE, {0x0100, 0x0200});  // bytes as they stand in the file
  EXPECT_EQ(open(h.close()).signals.at(0).read({0, 1})(0, 0), volts(1, 16, 3.0, 1000));
}

TEST(OpenSignals, ShortestChannelEndsAllAndIsNoted) {
  const TempDir dir;
  Hdf5Builder h(dir.file("a.h5"));
  h.device("m", {1, 2});
  h.channel("m", 1, 100);
  h.channel("m", 2, 90);
  const Recording r = open(h.close());
  EXPECT_EQ(r.signals.at(0).samples, 90);
  EXPECT_TRUE(has_note(r, "channels of 90 to 100 samples"));
}

TEST(OpenSignals, NotesWhatItHadToAssume) {
  const TempDir dir;
  Hdf5Builder h(dir.file("a.h5"));
  h.group("/m");
  h.group("/m/raw");
  h.attribute<double>("/m", "sampling rate", H5T_NATIVE_DOUBLE, {2148.148}, {1});  // one element is as good as a scalar
  h.integer("/m", "channels", 1);
  h.integer("/m", "resolution", 10);
  h.text("/m", "device", "bioplux");
  h.integer("/m", "date", 20170123);
  h.channel("m", 1, 100, "");
  const Recording r = open(h.close());
  EXPECT_EQ(r.signals.at(0).rate.hertz(), 2148.148);
  EXPECT_EQ(r.signals[0].conversion, "(count / 2^10 - 0.5) * 3 V / 1000");
  EXPECT_EQ(r.session_start, "");
  EXPECT_TRUE(has_note(r, "channel_1 has no sensor attribute: taken as EMG"));
  EXPECT_TRUE(has_note(r, "/m@date: expected a text"));
  EXPECT_TRUE(has_note(r, "no session start"));
}

TEST(OpenSignals, DateWithoutZoneIsUtcAndNoted) {
  const TempDir dir;
  Hdf5Builder h(dir.file("a.h5"));
  h.device("m", {1});
  h.channel("m", 1);
  const Recording r = open(h.close());
  EXPECT_EQ(r.session_start, "2017-01-23T10:28:51.690+00:00");
  EXPECT_TRUE(has_note(r, "date without time zone: taken as UTC"));
}

TEST(OpenSignals, ADeviceOfUnknownConversionIsRefused) {
  for (const char* name : {"novel\n", ""}) {
    const TempDir dir;
    Hdf5Builder h(dir.file("a.h5"));
    h.group("/m");
    h.group("/m/raw");
    h.integer("/m", "sampling rate", 1000);
    h.integer("/m", "channels", 1);
    h.integer("/m", "resolution", 10);
    if (*name != '\0') h.text("/m", "device", name);
    h.channel("m", 1);
    const std::string path = h.close();
    try {
      open(path);
      FAIL();
    } catch (const DataError& e) {
      EXPECT_EQ(e.code(), "E-DEVICE");
      EXPECT_NE(std::string(e.what()).find("/m@device: expected a device whose conversion"), std::string::npos);
    }
  }
}

TEST(OpenSignals, ChannelsMayDifferInResolution) {
  const TempDir dir;
  Hdf5Builder h(dir.file("a.h5"));
  h.group("/m");
  h.group("/m/raw");
  h.integer("/m", "sampling rate", 1000);
  h.text("/m", "device", "biosignalsplux");
  h.attribute<std::int32_t>("/m", "channels", H5T_NATIVE_INT32, {4, 2}, {2});
  h.attribute<std::int32_t>("/m", "resolution", H5T_NATIVE_INT32, {8, 16}, {2});
  h.channel("m", 4);
  h.channel("m", 2);
  const Recording r = open(h.close());
  const Samples<double> x = r.signals.at(0).read({0, 100});
  EXPECT_EQ(r.signals[0].channels[0].name, "channel_4");
  EXPECT_EQ(x(99, 0), volts(99, 8, 3.0, 1000));
  EXPECT_EQ(x(99, 1), volts(99, 16, 3.0, 1000));
  EXPECT_EQ(r.signals[0].conversion, "(count / 2^n - 0.5) * 3 V / 1000, n = 8 16");
}

// ---- devices and sensors that are refused beside good ones ----

TEST(OpenSignals, OtherSensorsAreRefusedByName) {
  const TempDir dir;
  Hdf5Builder h(dir.file("a.h5"));
  h.device("m", {1, 2});
  h.channel("m", 1, 100, "ECG");
  h.channel("m", 2, 100, "EMGBITREV");
  const Recording r = open(h.close());
  ASSERT_EQ(r.signals.at(0).channels.size(), 1U);
  EXPECT_EQ(r.signals[0].channels[0].name, "channel_2");
  ASSERT_EQ(r.refused.size(), 1U);
  EXPECT_EQ(r.refused[0].signal, "m/channel_1");
  EXPECT_EQ(r.refused[0].code, "E-SENSOR");
  EXPECT_EQ(r.refused[0].reason, "/m/raw/channel_1@sensor: expected EMG, found ECG");
}

TEST(OpenSignals, AFileWithoutEmgIsRefused) {
  const TempDir dir;
  Hdf5Builder h(dir.file("a.h5"));
  h.device("m", {1});
  h.channel("m", 1, 100, "ACC");
  const std::string path = h.close();
  expect_error<DataError>([&] { open(path); }, "E-SENSOR", {path + ": /m: expected at least one EMG channel", "found ACC"});
}

TEST(OpenSignals, ABadDeviceBesideAGoodOneIsARefusal) {
  const TempDir dir;
  Hdf5Builder h(dir.file("a.h5"));
  h.device("bad", {1}, 0);
  h.channel("bad", 1);
  h.device("good", {1});
  h.channel("good", 1);
  const Recording r = open(h.close());
  ASSERT_EQ(r.signals.size(), 1U);
  EXPECT_EQ(r.signals[0].name, "good");
  EXPECT_EQ(r.signals[0].channels[0].name, "channel_1");
  ASSERT_EQ(r.refused.size(), 1U);
  EXPECT_EQ(r.refused[0].signal, "bad");
  EXPECT_EQ(r.refused[0].code, "E-RATE");
  EXPECT_EQ(r.refused[0].reason, "/bad@sampling rate: expected a finite rate above 0 Hz, found 0");
}

// ---- whole files that are refused ----

TEST(OpenSignals, RefusesWhatIsNoFile) {
  const TempDir dir;
  expect_error<IoError>([&] { open(dir.file("none.h5")); }, "E-MISSING", {dir.file("none.h5"), "expected a file, found none"});
  expect_error<IoError>([&] { open(dir.path()); }, "E-TYPE", {dir.path(), "found a directory"});
  ASSERT_EQ(mkfifo(dir.file("pipe.h5").c_str(), 0600), 0);
  expect_error<IoError>([&] { open(dir.file("pipe.h5")); }, "E-TYPE", {dir.file("pipe.h5"), "found a named pipe"});
}

TEST(OpenSignals, RefusesWhatIsNotHdf5) {
  const TempDir dir;
  expect_error<DataError>([&] { open(dir.write("empty.h5", "")); }, "E-EMPTY", {dir.file("empty.h5"), "found an empty file"});
  expect_error<DataError>([&] { open(dir.write("text.h5", "time,emg\n0,1\n")); }, "E-HDF5",
                          {dir.file("text.h5"), "expected the HDF5 signature 89 48 44 46", "found bytes 74 69 6d 65 2c 65 6d 67"});
  expect_error<DataError>([&] { open(dir.write("one.h5", "a")); }, "E-HDF5", {"found bytes "});
  const std::string signature = "\x89HDF\r\n\x1a\n";
  expect_error<DataError>([&] { open(dir.write("head.h5", signature)); }, "E-TRUNCATED", {"expected at least 96 bytes, found 8"});
  const std::string noise = dir.write("noise.h5", signature + std::string(4000, 'x'));
  expect_error<DataError>([&] { open(noise); }, "E-HDF5", {noise, "expected a readable HDF5 file"});
}

TEST(OpenSignals, NamesBothSizesOfATruncatedFile) {
  const TempDir dir;
  write_opensignals(dir.file("a.h5"), {example(20'000, 2)});
  const std::string whole = bytes_of(dir.file("a.h5"));
  const std::string cut = dir.write("cut.h5", whole.substr(0, whole.size() / 2));
  expect_error<DataError>([&] { open(cut); }, "E-TRUNCATED",
                          {cut, "expected " + std::to_string(whole.size()) + " bytes, found " + std::to_string(whole.size() / 2)});
}

TEST(OpenSignals, FindsTheSignatureBehindAUserBlock) {
  const TempDir dir;
  write_opensignals(dir.file("a.h5"), {example(100, 1)});
  const std::string path = dir.write("block.h5", std::string(1024, 'u') + bytes_of(dir.file("a.h5")));
  const Recording r = open(path);
  EXPECT_EQ(r.signals.at(0).samples, 100);
  EXPECT_EQ(r.signals[0].channels[0].label, "PORT1");  // addresses count from the end of the user block
}

TEST(OpenSignals, NamesAFileThatAProgramIsWriting) {
  const TempDir dir;
  const std::string path = dir.file("live.h5");
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  const hid_t live = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
  H5Fflush(live, H5F_SCOPE_GLOBAL);
  const std::string copy = dir.write("copy.h5", bytes_of(path));  // as after a crash: the flag "open for write" stays
  H5Fclose(live);
  H5Pclose(access);
  expect_error<DataError>([&] { open(copy); }, "E-LOCKED", {copy, "expected a file that no program is writing"});
}

TEST(OpenSignals, RefusesOtherLayouts) {
  const TempDir dir;
  Hdf5Builder h(dir.file("a.h5"));
  h.group("/acquisition");
  h.group("/general");
  H5Lcreate_external("elsewhere.h5", "/", h.id(), "outside", H5P_DEFAULT, H5P_DEFAULT);
  const std::string path = h.close();
  expect_error<DataError>([&] { open(path); }, "E-LAYOUT",
                          {path, "expected one of the layouts ", "opensignals", "acquisition, general, outside (link, not followed)"});
  expect_error<InvalidArgument>([&] { open(path, {.layout = "edf"}); }, "E-OPTION", {"layout: expected one of ", "found edf"});
  EXPECT_THAT(layouts(), ::testing::IsSupersetOf({"nwb", "matlab73", "gtec", "opensignals"}));
}

TEST(OpenSignals, RefusesACrowdedRootAndLongNames) {
  const TempDir dir;
  Hdf5Builder crowded(dir.file("crowded.h5"));
  for (int i = 0; i < 65; ++i) crowded.group("/g" + std::to_string(i));
  expect_error<DataError>([&] { open(crowded.close()); }, "E-LAYOUT", {"at most 64 objects"});
  Hdf5Builder lengthy(dir.file("lengthy.h5"));
  lengthy.group("/" + std::string(300, 'g'));
  expect_error<DataError>([&] { open(lengthy.close()); }, "E-LAYOUT", {"at most 255 bytes"});
}

// ---- attributes that cannot be used ----

/// Builds a device whose one attribute is made by the test, and holds that opening names the file, the place and the fault.
class OpenSignalsAttribute : public ::testing::Test {
 protected:
  template <class Put>
  void expect_refused(const std::string& attribute, Put&& put, const std::string& code, const std::string& found) {
    Hdf5Builder h(dir_.file("a.h5"));
    h.device("m", {1});
    h.channel("m", 1);
    const hid_t group = H5Gopen2(h.id(), "/m", H5P_DEFAULT);
    H5Adelete(group, attribute.c_str());
    H5Gclose(group);
    put(h);
    const std::string path = h.close();
    expect_error<DataError>([&] { open(path); }, code, {path + ": /m@" + attribute + ": expected ", found});
  }
  TempDir dir_;
};

TEST_F(OpenSignalsAttribute, RateMustBeOneFiniteNumberAboveZero) {
  const std::string rate = "sampling rate";
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  const auto number = [&](double v) { return [=](Hdf5Builder& h) { h.attribute<double>("/m", "sampling rate", H5T_NATIVE_DOUBLE, {v}); }; };
  expect_refused(rate, [](Hdf5Builder&) {}, "E-RATE", "expected a finite rate above 0 Hz, found no such attribute");
  expect_refused(rate, number(0), "E-RATE", "found 0");
  expect_refused(rate, number(-1), "E-RATE", "found -1");
  expect_refused(rate, number(nan), "E-RATE", "found nan");
  expect_refused(rate, number(inf), "E-RATE", "found inf");
  expect_refused(rate, [](Hdf5Builder& h) { h.text("/m", "sampling rate", "1000"); }, "E-RATE", "found text");
  expect_refused(rate, [](Hdf5Builder& h) { h.null_attribute("/m", "sampling rate"); }, "E-RATE", "found an array of 0 values");
  const std::vector<double> many(3000, 1000.0);  // would overrun a reader that trusts the file
  expect_refused(
      rate, [&](Hdf5Builder& h) { h.attribute("/m", "sampling rate", H5T_NATIVE_DOUBLE, many, {3000}); }, "E-RATE",
      "found an array of 3000 values");
  const auto put_enum = [](Hdf5Builder& h) {
    const hid_t type = H5Tenum_create(H5T_NATIVE_INT8);
    const std::int8_t yes = 1;
    H5Tenum_insert(type, "TRUE", &yes);
    h.attribute<std::int8_t>("/m", "sampling rate", type, {1});
    H5Tclose(type);
  };
  expect_refused(rate, put_enum, "E-RATE", "found an enumeration or Boolean");
}

TEST_F(OpenSignalsAttribute, ChannelsMustBeAFewDifferentIntegers) {
  const auto integers = [](const std::vector<std::int32_t>& v) {
    return [=](Hdf5Builder& h) { h.attribute("/m", "channels", H5T_NATIVE_INT32, v, {v.size()}); };
  };
  expect_refused("channels", [](Hdf5Builder&) {}, "E-CHANNELS", "found no such attribute");
  expect_refused("channels", integers({}), "E-CHANNELS", "expected at least one channel, found 0");
  expect_refused("channels", [](Hdf5Builder& h) { h.null_attribute("/m", "channels"); }, "E-CHANNELS", "at least one channel, found 0");
  expect_refused("channels", integers({1, 1}), "E-CHANNELS", "expected every channel once, found 1");
  expect_refused("channels", integers({-1}), "E-CHANNELS", "found -1");
  expect_refused("channels", integers(std::vector<std::int32_t>(257, 1)), "E-CHANNELS", "expected at most 256, found 257");
  expect_refused(
      "channels", [](Hdf5Builder& h) { h.attribute<double>("/m", "channels", H5T_NATIVE_DOUBLE, {1}); }, "E-CHANNELS",
      "expected integers, found a float");
  expect_refused(
      "channels", [](Hdf5Builder& h) { h.attribute<std::int32_t>("/m", "channels", H5T_NATIVE_INT32, {1}, {1, 1}); }, "E-CHANNELS",
      "expected one dimension, found 2");
}

TEST_F(OpenSignalsAttribute, ResolutionMustFitTheChannels) {
  const auto integers = [](const std::vector<std::int32_t>& v) {
    return [=](Hdf5Builder& h) { h.attribute("/m", "resolution", H5T_NATIVE_INT32, v, {v.size()}); };
  };
  expect_refused("resolution", [](Hdf5Builder&) {}, "E-RESOLUTION", "found no such attribute");
  expect_refused("resolution", integers({0}), "E-RESOLUTION", "expected 1 to 32 bits, found 0");
  expect_refused("resolution", integers({33}), "E-RESOLUTION", "found 33");
  expect_refused("resolution", integers({16, 16}), "E-RESOLUTION", "found 2");
}

TEST_F(OpenSignalsAttribute, TextBeyondFourKibibytesIsNotRead) {
  Hdf5Builder h(dir_.file("a.h5"));
  h.device("m", {1});
  h.channel("m", 1, 10, "");
  h.long_text("/m/raw/channel_1", "label", std::string(5000, 'x'));
  h.text("/m/raw/channel_1", "sensor", std::string(5000, 'x'));
  const Recording r = open(h.close());
  EXPECT_TRUE(has_note(r, "/m/raw/channel_1@label: expected a text of at most 4096 bytes, found 5000 bytes: ignored"));
  EXPECT_TRUE(has_note(r, "/m/raw/channel_1@sensor: expected a text of at most 4096 bytes, found 5000 bytes: ignored"));
}

TEST_F(OpenSignalsAttribute, TextsOfVariableLengthAreFoundInOldAndNewHeaders) {
  for (const bool newest : {false, true}) {
    Hdf5Builder h(dir_.file("a.h5"), newest);
    h.device("m", {1});
    h.channel("m", 1, 10, "");
    h.long_text("/m/raw/channel_1", "sensor", "EMG");
    h.long_text("/m/raw/channel_1", "label", "Wade \xC3\xA4\n");
    for (int i = 0; i < 4; ++i) h.text("/m", "filler" + std::to_string(i), std::string(3000, 'x'));  // a header in several pieces
    const Recording r = open(h.close());
    EXPECT_EQ(r.signals.at(0).channels.at(0).label, "Wade \\xc3\\xa4\\x0a") << newest;
    EXPECT_FALSE(has_note(r, "sensor")) << newest;
  }
}

TEST_F(OpenSignalsAttribute, TextStoredOutsideItsObjectIsReadToo) {
  Hdf5Builder h(dir_.file("a.h5"), true);  // the newest format moves attributes beyond the eighth elsewhere
  h.device("m", {1});
  h.channel("m", 1);
  for (int i = 0; i < 9; ++i) h.integer("/m", "filler" + std::to_string(i), i);
  const Recording r = open(h.close());
  EXPECT_EQ(r.signals.at(0).samples, 100);
  EXPECT_EQ(r.signals[0].conversion, "(count / 2^16 - 0.5) * 3 V / 1000");
}

TEST_F(OpenSignalsAttribute, DamagedHeapIsRefused) {
  Hdf5Builder h(dir_.file("a.h5"));
  h.device("m", {1});
  h.channel("m", 1);
  const std::string good = bytes_of(h.close());
  const std::size_t heap = good.find("GCOL");
  ASSERT_NE(heap, std::string::npos);
  const auto refuses = [&](std::size_t at, char byte, const std::string& found) {
    std::string bytes = good;
    bytes[heap + at] = byte;
    const std::string bad = dir_.write("bad.h5", bytes);
    expect_error<DataError>([&] { open(bad); }, "E-CORRUPT", {bad + ": /m@", found});
  };
  refuses(0, 'X', "no global heap where a text should be");
  refuses(4, 2, "no global heap where a text should be");
  refuses(16, 99, "a text that is not in the global heap");  // number of the first object
  refuses(24, 3, "a text that is longer than its place");    // its size
  refuses(30, '\x7f', "a global heap that is damaged");      // its size, 2^55 and more
}

// ---- datasets that cannot be used ----

/// Builds a device whose channel_1 is made by the test.
class OpenSignalsDataset : public ::testing::Test {
 protected:
  template <class Put>
  void expect_refused(Put&& put, const std::string& code, const std::string& found, const std::string& place = "/m/raw/channel_1") {
    Hdf5Builder h(dir_.file("a.h5"));
    h.device("m", {1});
    put(h);
    const std::string path = h.close();
    expect_error<DataError>([&] { open(path); }, code, {path + ": " + place + ": expected ", found});
  }
  static constexpr const char* kPath = "/m/raw/channel_1";
  TempDir dir_;
};

TEST_F(OpenSignalsDataset, MustBeThereAndBeADataset) {
  expect_refused([](Hdf5Builder&) {}, "E-PATH", "found none");
  expect_refused([](Hdf5Builder& h) { h.group(kPath); }, "E-PATH", "expected a dataset, found a group");
  expect_refused([](Hdf5Builder& h) { H5Ldelete(h.id(), "/m/raw", H5P_DEFAULT); }, "E-PATH", "found none", "/m/raw");
}

TEST_F(OpenSignalsDataset, MustBeReachedByHardLinks) {
  expect_refused(
      [](Hdf5Builder& h) {
        h.channel("m", 2);
        H5Lcreate_soft("/m/raw/channel_2", h.id(), kPath, H5P_DEFAULT, H5P_DEFAULT);
      },
      "E-LINK", "expected a hard link, found a soft link");
  expect_refused([](Hdf5Builder& h) { H5Lcreate_external("other.h5", "/x", h.id(), kPath, H5P_DEFAULT, H5P_DEFAULT); }, "E-LINK",
                 "found an external link");
  expect_refused(
      [](Hdf5Builder& h) {  // the parent counts as much as the leaf
        H5Lmove(h.id(), "/m/raw", h.id(), "/m/other", H5P_DEFAULT, H5P_DEFAULT);
        h.samples<std::uint16_t>("/m/other/channel_1", H5T_NATIVE_UINT16, {1});
        H5Lcreate_soft("/m/other", h.id(), "/m/raw", H5P_DEFAULT, H5P_DEFAULT);
      },
      "E-LINK", "found a soft link", "/m/raw");
}

TEST_F(OpenSignalsDataset, MustBeStoredInsideTheFile) {
  expect_refused(
      [&](Hdf5Builder& h) {
        const hid_t list = H5Pcreate(H5P_DATASET_CREATE);
        H5Pset_external(list, dir_.write("outside.bin", "abcdefgh").c_str(), 0, 8);
        h.dataset(kPath, H5T_NATIVE_UINT16, {4, 1}, list);
        H5Pclose(list);
      },
      "E-STORAGE", "found 1 external files");
  expect_refused(
      [](Hdf5Builder& h) {
        const hid_t list = H5Pcreate(H5P_DATASET_CREATE);
        const hsize_t size[2] = {4, 1};
        const hid_t space = H5Screate_simple(2, size, nullptr);
        H5Pset_virtual(list, space, "nowhere.h5", "/x", space);
        h.dataset(kPath, H5T_NATIVE_UINT16, {4, 1}, list);
        H5Sclose(space);
        H5Pclose(list);
      },
      "E-STORAGE", "found a virtual dataset");
}

TEST_F(OpenSignalsDataset, MustHoldPlainIntegers) {
  expect_refused([](Hdf5Builder& h) { h.samples<float>(kPath, H5T_NATIVE_FLOAT, {1, 2}); }, "E-DTYPE", "found a float");
  expect_refused([](Hdf5Builder& h) { h.samples<std::int64_t>(kPath, H5T_NATIVE_INT64, {1, 2}); }, "E-DTYPE",
                 "found an integer of 8 bytes");
  expect_refused([](Hdf5Builder& h) { h.samples<std::uint64_t>(kPath, H5T_NATIVE_B64, {1, 2}); }, "E-DTYPE", "found another type");
  expect_refused(
      [](Hdf5Builder& h) {
        const hid_t type = H5Tcopy(H5T_NATIVE_UINT16);
        H5Tset_precision(type, 12);
        h.samples<std::uint16_t>(kPath, type, {1, 2});
        H5Tclose(type);
      },
      "E-DTYPE", "found an odd integer");
}

TEST_F(OpenSignalsDataset, MustHaveOneColumn) {
  const std::vector<std::uint16_t> data(24);
  expect_refused([&](Hdf5Builder& h) { h.dataset(kPath, H5T_NATIVE_UINT16, {2, 3, 4}, H5P_DEFAULT, data.data()); }, "E-RANK", "found 3");
  expect_refused([&](Hdf5Builder& h) { h.dataset(kPath, H5T_NATIVE_UINT16, {12, 2}, H5P_DEFAULT, data.data()); }, "E-RANK",
                 "found (12, 2)");
  expect_refused(
      [&](Hdf5Builder& h) {
        const hid_t space = H5Screate(H5S_SCALAR);
        H5Dclose(H5Dcreate2(h.id(), kPath, H5T_NATIVE_UINT16, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
        H5Sclose(space);
      },
      "E-RANK", "found 0");
}

TEST_F(OpenSignalsDataset, MustHoldSamples) {
  expect_refused([](Hdf5Builder& h) { h.dataset(kPath, H5T_NATIVE_UINT16, {0, 1}); }, "E-SAMPLES", "expected at least one sample, found 0");
  expect_refused([](Hdf5Builder& h) { h.dataset(kPath, H5T_NATIVE_UINT16, {0}, ChunkedList({5}).id()); }, "E-SAMPLES", "found 0");
}

TEST_F(OpenSignalsDataset, MayBePackedByTheThreeFiltersOnly) {
  const std::vector<std::uint16_t> data(100, 1);
  expect_refused(
      [&](Hdf5Builder& h) {
        const ChunkedList list({10, 1});
        H5Pset_nbit(list.id());
        h.samples(kPath, H5T_NATIVE_UINT16, data, list.id());
      },
      "E-FILTER", "found filter 5");
  expect_refused(
      [&](Hdf5Builder& h) {
        const ChunkedList list({10, 1});
        H5Pset_deflate(list.id(), 1);
        H5Pset_deflate(list.id(), 1);
        h.samples(kPath, H5T_NATIVE_UINT16, data, list.id());
      },
      "E-FILTER", "found filter 1 twice");
}

TEST_F(OpenSignalsDataset, MustBeComplete) {
  expect_refused([](Hdf5Builder& h) { h.dataset(kPath, H5T_NATIVE_UINT16, {100, 1}, ChunkedList({10, 1}).id()); }, "E-CHUNKS",
                 "expected 10 chunks, found 0");
  expect_refused(
      [](Hdf5Builder& h) {
        h.dataset(kPath, H5T_NATIVE_UINT16, {95, 1}, ChunkedList({10, 1}).id());
        const hid_t id = H5Dopen2(h.id(), kPath, H5P_DEFAULT);
        const hid_t space = H5Dget_space(id);
        const hsize_t start[2] = {0, 0};
        const hsize_t count[2] = {50, 1};
        H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nullptr, count, nullptr);
        const hid_t memory = H5Screate_simple(2, count, nullptr);
        const std::vector<std::uint16_t> data(50, 1);
        H5Dwrite(id, H5T_NATIVE_UINT16, memory, space, H5P_DEFAULT, data.data());
        H5Sclose(memory);
        H5Sclose(space);
        H5Dclose(id);
      },
      "E-CHUNKS", "expected 10 chunks, found 5");
  expect_refused([](Hdf5Builder& h) { h.dataset(kPath, H5T_NATIVE_UINT16, {100, 1}); }, "E-SIZE", "expected 200 bytes stored, found 0");
}

TEST_F(OpenSignalsDataset, MayNotClaimMoreThanThereIs) {
  expect_refused([](Hdf5Builder& h) { h.dataset(kPath, H5T_NATIVE_UINT16, {1ULL << 40U, 1}, ChunkedList({1, 1}).id()); }, "E-CHUNKS",
                 "at most 1000000 chunks, found 1099511627776");
  const hsize_t big = 1ULL << 33U;
  expect_refused([=](Hdf5Builder& h) { h.dataset(kPath, H5T_NATIVE_UINT16, {big, big}, ChunkedList({1, 1}).id()); }, "E-SIZE",
                 "fewer than 2^62 bytes");
  expect_refused([](Hdf5Builder& h) { h.dataset(kPath, H5T_NATIVE_UINT16, {(1ULL << 62U) + 1, 0}); }, "E-SIZE", "fewer than 2^62 samples");
  expect_refused([](Hdf5Builder& h) { h.dataset(kPath, H5T_NATIVE_UINT16, {1ULL << 26U, 1}, ChunkedList({1U << 26U, 1}).id()); }, "E-SIZE",
                 "expected chunks of at most 64 MiB, found 134217728 bytes");
}

TEST_F(OpenSignalsDataset, MayNotLieBeyondTheEndOfTheFile) {
  Hdf5Builder h(dir_.file("a.h5"));
  h.device("m", {1});
  h.channel("m", 1, 40'000);
  const hid_t id = H5Dopen2(h.id(), kPath, H5P_DEFAULT);
  const haddr_t offset = H5Dget_offset(id);
  H5Dclose(id);
  const std::string path = h.close();
  std::string bytes = bytes_of(path);  // the address of the samples stands once in the header: put it 2^40 further
  const auto* const raw = reinterpret_cast<const char*>(&offset);
  const std::size_t at = bytes.find(std::string(raw, sizeof(offset)));
  ASSERT_NE(at, std::string::npos);
  bytes[at + 5] = 1;
  const std::string bad = dir_.write("bad.h5", bytes);
  expect_error<DataError>([&] { open(bad); }, "E-SIZE", {bad + ": " + kPath, "found samples beyond its end"});
}

TEST_F(OpenSignalsDataset, CountsBeyondTheResolutionAreNamedWhenRead) {
  Hdf5Builder h(dir_.file("a.h5"));
  h.group("/m");
  h.group("/m/raw");
  h.text("/m", "device", "biosignalsplux");
  h.integer("/m", "sampling rate", 1000);
  h.attribute<std::int32_t>("/m", "channels", H5T_NATIVE_INT32, {1, 2}, {2});
  h.attribute<std::int32_t>("/m", "resolution", H5T_NATIVE_INT32, {10, 31}, {2});
  h.samples<std::uint16_t>("/m/raw/channel_1", H5T_NATIVE_UINT16, {0, 1023, 512, 1024});
  h.samples<std::int32_t>("/m/raw/channel_2", H5T_NATIVE_INT32, {std::numeric_limits<std::int32_t>::max(), -1, 0, 0});
  const std::string path = h.close();
  const Signal s = open(path).signals.at(0);
  EXPECT_EQ(s.read({0, 1}).rows(), 1);
  expect_error<DataError>([&] { static_cast<void>(s.read({2, 4})); }, "E-COUNT",
                          {path + ": /m/raw/channel_1[3]: expected a count of 0 to 1023, found 1024"});
  expect_error<DataError>([&] { static_cast<void>(s.read({0, 2})); }, "E-COUNT",
                          {path + ": /m/raw/channel_2[1]: expected a count of 0 to 2147483647, found -1"});
}

TEST_F(OpenSignalsDataset, DamagedChunksAreNamedWhenRead) {
  Hdf5Builder h(dir_.file("a.h5"));
  h.device("m", {1});
  const ChunkedList list({1000, 1});
  H5Pset_deflate(list.id(), 6);
  std::vector<std::uint16_t> data(1000);
  std::iota(data.begin(), data.end(), std::uint16_t{0});
  h.samples(kPath, H5T_NATIVE_UINT16, data, list.id());
  std::string bytes = bytes_of(h.close());
  const std::size_t at = bytes.find("\x78\x9c");  // head of the one zlib stream
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, 8, 8, '\xff');
  const std::string bad = dir_.write("bad.h5", bytes);
  const Signal s = open(bad).signals.at(0);
  expect_error<DataError>([&] { static_cast<void>(s.read({0, 1000})); }, "E-CORRUPT",
                          {bad + ": " + kPath + ": expected readable HDF5 data"});
}

TEST(OpenSignals, RandomDamageEndsInACodedErrorOrARecordingAndPrintsNothing) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer stops at faults inside libhdf5";
#endif
  const TempDir dir;
  write_opensignals(dir.file("a.h5"), {example(2000, 2)});
  const std::string good = bytes_of(dir.file("a.h5"));
  std::uint32_t state = 1;
  const auto next = [&](std::size_t n) {
    state = state * 1664525U + 1013904223U;
    return static_cast<std::size_t>(state >> 8U) % n;
  };
  std::map<Outcome, int> outcomes;
  testing::internal::CaptureStderr();
  for (int round = 0; round < 500; ++round) {
    std::string bytes = good;
    for (std::size_t edits = 1 + next(3); edits > 0; --edits) bytes[96 + next(good.size() - 96)] = static_cast<char>(next(256));
    ++outcomes[outcome_of(dir.write("bad.h5", bytes))];
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(outcomes[Outcome::kOtherException], 0);
  EXPECT_GT(outcomes[Outcome::kRefused], 50);
  EXPECT_LE(outcomes[Outcome::kSignal], 2);  // with libhdf5 1.10.8: about 1 in 5000, chunks that unpack to less than they claim
}

// ---- sidecars ----

TEST(Reader, TakesPhasesAndLabelsFromTheFileBeside) {
  const TempDir dir;
  write_opensignals(dir.file("night.1.h5"), {example(10'000, 1)});
  const std::string rows = "3\t1\tcramp\n0\t5\tphase:rest\n5\t5\tphase:stretch\n9\t2\ttwitch\n";
  const std::string sidecar = dir.write("night.1.events.tsv", "onset\tduration\ttrial_type\n" + rows);
  const Recording r = open(dir.file("night.1.h5"));
  ASSERT_EQ(r.protocol.size(), 2U);
  EXPECT_EQ(r.protocol[1].name, "stretch");
  ASSERT_EQ(r.labels.size(), 2U);
  EXPECT_EQ(r.labels[0].trial_type, "cramp");
  EXPECT_TRUE(has_note(r, "night.1.events.tsv: 1 of 4 rows reach outside the recording of 10 s"));
  static_cast<void>(dir.write("night.1.events.tsv", "onset\tduration\n1\t-1\n"));
  expect_error<DataError>([&] { open(dir.file("night.1.h5")); }, "E-EVENTS", {sidecar, "line 2, column duration"});
}

TEST(Reader, KnowsRecordingsByTheirNames) {
  for (const std::string name : {"a.h5", "x/A.HDF5", "b.nwb", "c.Mat"}) EXPECT_TRUE(is_recording_name(name)) << name;
  for (const std::string name : {"a.tsv", "h5", ".h5", "a.h5.tmp", ""}) EXPECT_FALSE(is_recording_name(name)) << name;
}

// ---- real recordings ----

class RealRecording : public ::testing::TestWithParam<std::string> {};

TEST_P(RealRecording, OpensAndReads) {
  const char* const data = std::getenv("MYOCRAMP_DATA");
  if (data == nullptr) GTEST_SKIP() << "MYOCRAMP_DATA is not set";
  const Recording r = open(std::string(data) + "/bsnb/" + GetParam() + ".h5");
  EXPECT_TRUE(r.refused.empty());
  EXPECT_FALSE(r.session_start.empty());
  for (const Signal& s : r.signals) {
    const Samples<double> x = s.read({0, s.samples});
    EXPECT_LE(x.abs().maxCoeff(), 0.0015);
    EXPECT_GT(x.abs().maxCoeff(), 0);
    EXPECT_TRUE(s.rate.hertz() == 1000 || s.rate.hertz() == 10);
  }
  EXPECT_EQ(r.signals.size(), GetParam() == "emg_1000_hz_16_bits" || GetParam() == "emg_1000_hz_8_16_bits" ? 2U : 1U);
}

INSTANTIATE_TEST_SUITE_P(OpenSignals, RealRecording,
                         ::testing::Values("emg_bursts", "emg_fatigue", "emg_1000_hz_16_bits", "emg_1000_hz_16_bits_solo",
                                           "emg_1000_hz_8_16_bits"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace myocramp::io
