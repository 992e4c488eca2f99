#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <set>

#include "myocramp/io/nwb.hpp"
#include "myocramp/io/reader.hpp"
#include "support/errors.hpp"
#include "support/hdf5_builder.hpp"
#include "support/nwb_samples.hpp"
#include "support/temp_dir.hpp"

namespace myocramp::io {
namespace {

using test::bytes_of;
using test::expect_error;
using test::label;
using test::stored_signal;
using test::TempDir;

/// A file as the C library sees it, nothing of ours in between.
class Look {
 public:
  explicit Look(const std::string& path) : id_(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)) { EXPECT_GE(id_, 0) << path; }
  Look(const Look&) = delete;
  Look& operator=(const Look&) = delete;
  ~Look() { H5Fclose(id_); }

  [[nodiscard]] bool has(const std::string& path) const {
    for (std::size_t at = path.find('/', 1);; at = path.find('/', at + 1)) {
      if (H5Lexists(id_, path.substr(0, at).c_str(), H5P_DEFAULT) <= 0) return false;
      if (at == std::string::npos) return true;
    }
  }
  [[nodiscard]] std::vector<double> numbers(const std::string& path) const {
    const hid_t set = H5Dopen2(id_, path.c_str(), H5P_DEFAULT);
    EXPECT_GE(set, 0) << path;
    const hid_t space = H5Dget_space(set);
    std::vector<double> out(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data());
    H5Sclose(space);
    H5Dclose(set);
    return out;
  }
  [[nodiscard]] std::vector<std::string> texts(const std::string& path) const {
    const hid_t set = H5Dopen2(id_, path.c_str(), H5P_DEFAULT);
    EXPECT_GE(set, 0) << path;
    const hid_t space = H5Dget_space(set);
    const hid_t type = H5Dget_type(set);
    std::vector<char*> raw(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw.data());
    std::vector<std::string> out(raw.begin(), raw.end());
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, raw.data());
    H5Tclose(type);
    H5Sclose(space);
    H5Dclose(set);
    return out;
  }
  [[nodiscard]] double number_attribute(const std::string& object, const std::string& name) const {
    double value = 0;
    const hid_t id = H5Aopen_by_name(id_, object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
    EXPECT_GE(id, 0) << object << "@" << name;
    H5Aread(id, H5T_NATIVE_DOUBLE, &value);
    H5Aclose(id);
    return value;
  }
  [[nodiscard]] std::string text_attribute(const std::string& object, const std::string& name) const {
    const hid_t id = H5Aopen_by_name(id_, object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
    EXPECT_GE(id, 0) << object << "@" << name;
    const hid_t type = H5Aget_type(id);
    char* raw = nullptr;
    H5Aread(id, type, static_cast<void*>(&raw));
    std::string out(raw);
    H5free_memory(raw);
    H5Tclose(type);
    H5Aclose(id);
    return out;
  }
  [[nodiscard]] bool is_type(const std::string& path, hid_t wanted) const {
    const hid_t set = H5Dopen2(id_, path.c_str(), H5P_DEFAULT);
    const hid_t type = H5Dget_type(set);
    const bool equal = H5Tequal(type, wanted) > 0;
    H5Tclose(type);
    H5Dclose(set);
    return equal;
  }
  [[nodiscard]] std::vector<hsize_t> chunk(const std::string& path) const {
    const hid_t set = H5Dopen2(id_, path.c_str(), H5P_DEFAULT);
    const hid_t list = H5Dget_create_plist(set);
    std::vector<hsize_t> out(2);
    EXPECT_EQ(H5Pget_chunk(list, 2, out.data()), 2);
    H5Pclose(list);
    H5Dclose(set);
    return out;
  }
  [[nodiscard]] double stored_bytes(const std::string& path) const {
    const hid_t set = H5Dopen2(id_, path.c_str(), H5P_DEFAULT);
    const auto bytes = static_cast<double>(H5Dget_storage_size(set));
    H5Dclose(set);
    return bytes;
  }
  /// Address of every object, its object_id, and the address and stored bytes of every dataset that is not below `except`.
  [[nodiscard]] std::map<std::string, std::string> objects(const std::string& except = "/nothing") const {
    std::map<std::string, std::string> out;
    collect("/", except, out);
    return out;
  }

 private:
  void collect(const std::string& path, const std::string& except, std::map<std::string, std::string>& out) const {
    if (path == except) return;
    const hid_t object = H5Oopen(id_, path.c_str(), H5P_DEFAULT);
    H5O_info_t info{};
    H5Oget_info(object, &info);
    std::string& said = out[path];
    said = std::to_string(info.addr) + " " + std::to_string(info.num_attrs) + " ";
    if (H5Aexists(object, "object_id") > 0) said += text_attribute(path, "object_id");
    if (info.type == H5O_TYPE_DATASET)
      said += " " + std::to_string(H5Dget_offset(object)) + " " + std::to_string(H5Dget_storage_size(object)) + chunks(object);
    if (info.type == H5O_TYPE_GROUP) {
      H5G_info_t group{};
      H5Gget_info(object, &group);
      for (hsize_t i = 0; i < group.nlinks; ++i) {
        std::string name(300, '\0');
        name.resize(static_cast<std::size_t>(
            H5Lget_name_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(), name.size(), H5P_DEFAULT)));
        H5L_info_t link{};
        H5Lget_info(object, name.c_str(), &link, H5P_DEFAULT);
        if (link.type == H5L_TYPE_HARD) collect((path == "/" ? "" : path) + "/" + name, except, out);
      }
    }
    H5Oclose(object);
  }
  static std::string chunks(hid_t set) {
    const hid_t list = H5Dget_create_plist(set);
    const hid_t space = H5Dget_space(set);
    std::string out;
    hsize_t count = 0;
    if (H5Pget_layout(list) == H5D_CHUNKED && H5Dget_num_chunks(set, space, &count) >= 0) {
      for (hsize_t i = 0; i < count; ++i) {
        hsize_t offset[2] = {0, 0};
        unsigned mask = 0;
        haddr_t address = 0;
        hsize_t size = 0;
        H5Dget_chunk_info(set, space, i, offset, &mask, &address, &size);
        std::string bytes(size, '\0');
        H5Dread_chunk(set, H5P_DEFAULT, offset, &mask, bytes.data());
        out += " " + std::to_string(address) + ":" + bytes;
      }
    }
    H5Sclose(space);
    H5Pclose(list);
    return out;
  }

  hid_t id_;
};

/// A recording of one signal.
Recording one_signal(Samples<double> stored, NumberType type, double step = 1e-6) {
  Recording r;
  const auto channels = static_cast<std::size_t>(stored.cols());
  r.signals = {stored_signal("", 1000, std::move(stored), {type, std::vector<double>(channels, step), 0})};
  return r;
}

Samples<double> column(std::initializer_list<double> values) {
  Samples<double> x(static_cast<Index>(values.size()), 1);
  Index i = 0;
  for (const double v : values) x(i++, 0) = v;
  return x;
}

constexpr char kData[] = "/acquisition/emg/data";

TEST(WriteNwb, EqualInputGivesEqualBytesAnywhere) {
  const TempDir dir;
  write_nwb(dir.file("a.nwb"), test::rich_recording());
  Recording elsewhere = test::rich_recording();
  elsewhere.path = "/another/folder/night1.h5";
  write_nwb(dir.file("sub/another name.nwb"), elsewhere);
  EXPECT_EQ(bytes_of(dir.file("a.nwb")), bytes_of(dir.file("sub/another name.nwb")));
  EXPECT_EQ(dir.count(), 2U);
}

TEST(WriteNwb, TakesTheNarrowestIntegerInTheProfilesOrder) {
  const TempDir dir;
  const std::string path = dir.file("x.nwb");
  const auto written = [&](std::initializer_list<double> values, NumberType source) {
    write_nwb(path, one_signal(column(values), source));
    const Look look(path);
    EXPECT_EQ(look.numbers(kData), std::vector<double>(values));
    if (look.is_type(kData, H5T_STD_I16LE)) return "int16";
    if (look.is_type(kData, H5T_STD_U16LE)) return "uint16";
    if (look.is_type(kData, H5T_STD_I32LE)) return "int32";
    if (look.is_type(kData, H5T_STD_U32LE)) return "uint32";
    if (look.is_type(kData, H5T_IEEE_F32LE)) return "float32";
    return look.is_type(kData, H5T_IEEE_F64LE) ? "float64" : "another";
  };
  EXPECT_STREQ(written({0, 255}, NumberType::kUint8), "int16");
  EXPECT_STREQ(written({-32768, 32767}, NumberType::kInt64), "int16");
  EXPECT_STREQ(written({0, 32767}, NumberType::kUint16), "int16");
  EXPECT_STREQ(written({0, 32768}, NumberType::kUint16), "uint16");
  EXPECT_STREQ(written({-1, 32768}, NumberType::kInt32), "int32");
  EXPECT_STREQ(written({0, 65536}, NumberType::kUint32), "int32");
  EXPECT_STREQ(written({0, 4294967295.0}, NumberType::kUint64), "uint32");
  EXPECT_STREQ(written({0, 2}, NumberType::kFloat32), "float32");
  EXPECT_STREQ(written({0, 2}, NumberType::kFloat64), "float64");
}

TEST(WriteNwb, RefusesWhatItCannotHold) {
  const TempDir dir;
  const std::string path = dir.file("x.nwb");
  const auto number = [&](std::initializer_list<double> v, NumberType t) { write_nwb(path, one_signal(column(v), t)); };
  expect_error<DataError>([&] { number({0, 4294967296.0}, NumberType::kInt64); }, "E-COUNT", {"emg[1]", "4294967296"});
  expect_error<DataError>([&] { number({-1, 4294967295.0}, NumberType::kInt64); }, "E-COUNT");
  expect_error<DataError>([&] { number({1, std::nan("")}, NumberType::kInt32); }, "E-COUNT");
  expect_error<DataError>([&] { number({1, 2.5}, NumberType::kInt16); }, "E-COUNT");
  expect_error<InvalidArgument>([&] { write_nwb(path, {}); }, "E-CHANNELS");
  expect_error<InvalidArgument>([&] { write_nwb(path, one_signal(Samples<double>(5, 0), NumberType::kInt16)); }, "E-CHANNELS");
  expect_error<InvalidArgument>([&] { write_nwb(path, one_signal(Samples<double>(0, 1), NumberType::kInt16)); }, "E-SAMPLES");
  expect_error<InvalidArgument>([&] { write_nwb(path, one_signal(column({1}), NumberType::kInt16, 0)); }, "E-SCALE");
  Recording r = test::bare_recording();
  r.session_start = "yesterday";
  expect_error<InvalidArgument>([&] { write_nwb(path, r); }, "E-TIME", {"session_start"});
  r = test::bare_recording();
  r.labels = {label(std::nan(""), 1, "cramp")};
  expect_error<InvalidArgument>([&] { write_nwb(path, r); }, "E-TIME", {"cramp_episodes"});
  r = test::bare_recording();
  r.description = "\xff";
  expect_error<InvalidArgument>([&] { write_nwb(path, r); }, "E-TEXT", {"session_description"});
  r.description = std::string("a\0b", 3);
  expect_error<InvalidArgument>([&] { write_nwb(path, r); }, "E-TEXT");
  EXPECT_EQ(dir.count(), 0U);
}

TEST(WriteNwb, GapsHoldTheNumberNearestToZeroVoltsAndAreNamed) {
  const TempDir dir;
  const std::string path = dir.file("x.nwb");
  Recording r = test::rich_recording();
  write_nwb(path, r);
  const Look look(path);
  const std::string series = "/acquisition/emg_00-07-80-B3";
  const std::vector<double> data = look.numbers(series + "/data");
  const double step[] = {1e-7, 1e-7 / 3, 7e-8};
  for (std::size_t c = 0; c < 3; ++c) {
    EXPECT_EQ(data[20000 * 3 + c], std::min(65535.0, std::round(3.2768e-3 / step[c])));
    EXPECT_EQ(data[20500 * 3 + c], static_cast<double>((7 * 20500 + 13 * c) % 65536));
    EXPECT_EQ(data[19999 * 3 + c], static_cast<double>((7 * 19999 + 13 * c) % 65536));
  }
  EXPECT_EQ(look.texts("/intervals/invalid_times/reason"), (std::vector<std::string>{"n/a", "gap", "artefact"}));
  EXPECT_EQ(look.texts("/intervals/invalid_times/signal"), (std::vector<std::string>{"n/a", "emg_00-07-80-B3", "n/a"}));
  EXPECT_EQ(look.numbers("/intervals/invalid_times/start_time"), (std::vector<double>{5, 20, 30}));
  EXPECT_EQ(look.numbers("/intervals/invalid_times/stop_time"), (std::vector<double>{6, 20.5, 31}));
  EXPECT_TRUE(std::isnan(look.numbers("/acquisition/emg_Délsys-Trigno/data")[7 * 2 + 1]));
}

TEST(WriteNwb, UnequalStepsComeBackToOneUnitInTheLastPlace) {
  const TempDir dir;
  Recording r = one_signal(test::counting(10, 64, 0, 10), NumberType::kInt16);
  Encoding e{NumberType::kInt16, {}, 0};
  for (int c = 0; c < 64; ++c) e.step_v.push_back(1e-7 * (1 + std::sin(c)) + 1e-9);
  r.signals = {stored_signal("", 1000, test::counting(10, 64, 0, 10), e)};
  write_nwb(dir.file("x.nwb"), r);
  const Look look(dir.file("x.nwb"));
  const double conversion = look.number_attribute(kData, "conversion");
  const std::vector<double> relative = look.numbers("/acquisition/emg/channel_conversion");
  EXPECT_EQ(conversion, e.step_v[0]);
  EXPECT_EQ(relative[0], 1.0);
  for (std::size_t c = 0; c < 64; ++c) {
    const double found = conversion * relative[c];
    EXPECT_LE(std::abs(found - e.step_v[c]), std::nextafter(e.step_v[c], 1.0) - e.step_v[c]);
  }
  EXPECT_EQ(look.number_attribute("/acquisition/emg/channel_conversion", "axis"), 1);
}

TEST(WriteNwb, ChunksStayBelowOneMebibyte) {
  const TempDir dir;
  const auto chunk = [&](Index rows, Index channels, NumberType type) {
    write_nwb(dir.file("x.nwb"), one_signal(test::counting(rows, channels, 0, 10), type));
    return Look(dir.file("x.nwb")).chunk(kData);
  };
  EXPECT_EQ(chunk(16385, 32, NumberType::kInt16), (std::vector<hsize_t>{16384, 32}));
  EXPECT_EQ(chunk(16385, 33, NumberType::kInt16), (std::vector<hsize_t>{8192, 33}));
  EXPECT_EQ(chunk(16385, 16, NumberType::kFloat64), (std::vector<hsize_t>{8192, 16}));
  EXPECT_EQ(chunk(300, 1, NumberType::kFloat64), (std::vector<hsize_t>{300, 1}));
}

TEST(WriteNwb, OddNamesOfDevicesGiveFitObjectsAndAreKept) {
  const TempDir dir;
  Recording r;
  const std::vector<std::string> names = {"a/b", "a-b", "", "electrodes", ".", "µ:x", std::string(300, 'n'), "a/b"};
  for (const std::string& name : names)
    r.signals.push_back(stored_signal(name, 1000, test::counting(4, 1, 0, 4), {NumberType::kInt16, {1e-6}, 0}));
  write_nwb(dir.file("x.nwb"), r);
  const Look look(dir.file("x.nwb"));
  const std::vector<std::string> series = {
      "emg_a-b", "emg_a-b_2", "emg_device", "emg_electrodes_2", "emg_-", "emg_µ-x", "emg_" + std::string(200, 'n'), "emg_a-b_3"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    ASSERT_TRUE(look.has("/acquisition/" + series[i] + "/data")) << series[i];
    EXPECT_EQ(look.text_attribute("/acquisition/" + series[i], "signal"), names[i]);
  }
  EXPECT_EQ(look.texts("/general/extracellular_ephys/electrodes/group_name")[7], "a-b");
}

TEST(WriteNwb, ObjectIdsAreUniqueAndEmptyTablesAbsent) {
  const TempDir dir;
  write_nwb(dir.file("rich.nwb"), test::rich_recording());
  write_nwb(dir.file("bare.nwb"), test::bare_recording());
  std::set<std::string> ids;
  std::size_t count = 0;
  for (const char* name : {"rich.nwb", "bare.nwb"}) {
    const Look look(dir.file(name));
    for (const auto& [path, said] : look.objects()) {
      const std::size_t at = said.find(' ', said.find(' ') + 1) + 1;
      const std::string id = said.substr(at, said.find(' ', at) - at);
      if (id.empty()) continue;
      ++count;
      EXPECT_TRUE(ids.insert(id).second) << path;
    }
  }
  EXPECT_GT(count, 60U);
  const Look bare(dir.file("bare.nwb"));
  EXPECT_FALSE(bare.has("/intervals"));
  EXPECT_FALSE(bare.has("/acquisition/session_covariates"));
}

TEST(WriteNwb, TablesAreSortedAndSharedSpansOneRow) {
  const TempDir dir;
  write_nwb(dir.file("x.nwb"), test::rich_recording());
  const Look look(dir.file("x.nwb"));
  EXPECT_EQ(look.numbers("/intervals/cramp_episodes/start_time"), (std::vector<double>{12, 12.1, 22}));
  EXPECT_EQ(look.texts("/intervals/cramp_episodes/channels"), (std::vector<std::string>{"GM1", "n/a", "GM1|SOL\\x7cx"}));
  EXPECT_EQ(look.texts("/intervals/cramp_episodes/detector"), (std::vector<std::string>{"n/a", "hodges_bui", "n/a"}));
  EXPECT_EQ(look.texts("/intervals/annotated_spans/annotator"), (std::vector<std::string>{"rater A|rater B"}));
}

TEST(WriteNwb, WritesManyChunksOfEveryType) {
  const TempDir dir;
  for (const NumberType type : {NumberType::kInt16, NumberType::kUint16, NumberType::kInt32, NumberType::kFloat32, NumberType::kFloat64}) {
    const bool wide = type == NumberType::kInt32;
    const Samples<double> x = test::counting(40001, 3, wide ? -70000 : 0, wide ? 140000 : 32749);
    write_nwb(dir.file("x.nwb"), one_signal(x, type));
    EXPECT_EQ(Look(dir.file("x.nwb")).numbers(kData), std::vector<double>(x.data(), x.data() + x.size()));
  }
}

TEST(WriteNwb, LowBytesThatAreNoiseStandAsTheyAre) {
  const TempDir dir;
  constexpr Index kRows = 16384;
  std::mt19937_64 random(3);
  const auto bytes_a_number = [&](NumberType type, auto number) {
    Samples<double> x(kRows, 4);
    for (Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<double>(number());
    write_nwb(dir.file("x.nwb"), one_signal(x, type));
    const Look look(dir.file("x.nwb"));
    EXPECT_EQ(look.numbers(kData), std::vector<double>(x.data(), x.data() + x.size()));  // unpacked by zlib
    return look.stored_bytes(kData) / static_cast<double>(x.size());
  };
  const auto below = [&](double n) { return static_cast<double>(random() % static_cast<std::uint64_t>(n)); };
  EXPECT_NEAR(bytes_a_number(NumberType::kInt16, [&] { return below(256); }), 1, 0.01);
  EXPECT_NEAR(bytes_a_number(NumberType::kInt16, [&] { return below(65536) - 32768; }), 2, 0.001);
  EXPECT_NEAR(bytes_a_number(NumberType::kInt32, [&] { return below(0x1p24); }), 3, 0.01);
  EXPECT_NEAR(bytes_a_number(NumberType::kFloat64, [&] { return 1 + below(0x1p52) * 0x1p-52; }), 6.5, 0.1);
  EXPECT_LT(bytes_a_number(NumberType::kInt16, [&] { return below(16); }), 0.6);
  EXPECT_LT(bytes_a_number(NumberType::kInt16, [&] { return 7; }), 0.01);
}

/// A disk that is full after `bytes`, while it lives.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

// libhdf5 1.10 would end the process at exit, after the test: ctest sees that.
TEST(WriteNwb, AFullDiskIsNamedAndLeavesTheOldFile) {
  const TempDir dir;
  const std::string path = dir.write("x.nwb", "old");
  const Recording r = test::rich_recording();
  for (rlim_t size = 1; size < 315000; size = size * 2 + 501) {
    const FullDisk disk(size);
    expect_error<OutputError>([&] { write_nwb(path, r); }, "E-WRITE", {path, "a complete write"});
  }
  EXPECT_EQ(bytes_of(path), "old");
  EXPECT_EQ(dir.count(), 1U);
  write_nwb(path, r);
  EXPECT_EQ(Look(path).numbers("/intervals/cramp_episodes/start_time").size(), 3U);
}

TEST(WriteNwb, NamesAFolderThatCannotBeWritten) {
  const TempDir dir;
  const std::string file = dir.write("file", "x");
  expect_error<OutputError>([&] { write_nwb(file + "/x.nwb", test::bare_recording()); }, "E-WRITE", {"x.nwb"});
  std::filesystem::create_directories(dir.file("taken/inside"));
  expect_error<OutputError>([&] { write_nwb(dir.file("taken"), test::bare_recording()); }, "E-WRITE");
  EXPECT_EQ(dir.count(), 2U);
}

TEST(AppendLabels, AddsRowsAndLeavesAllElseInItsPlace) {
  const TempDir dir;
  const std::string path = dir.file("x.nwb");
  write_nwb(path, test::rich_recording());
  const auto before = Look(path).objects("/intervals/cramp_episodes");
  append_labels(path, {label(1, 2, "cramp", {"TA"}, "rater C"), test::rich_recording().labels[0], label(22, 4, "cramp")});
  const Look look(path);
  EXPECT_EQ(look.objects("/intervals/cramp_episodes"), before);
  EXPECT_EQ(look.numbers("/intervals/cramp_episodes/start_time"), (std::vector<double>{1, 12, 12.1, 22, 22}));
  EXPECT_EQ(look.numbers("/intervals/cramp_episodes/id"), (std::vector<double>{0, 1, 2, 3, 4}));
  EXPECT_EQ(look.texts("/intervals/cramp_episodes/annotator"), (std::vector<std::string>{"rater C", "rater A", "n/a", "rater B", "n/a"}));
  EXPECT_EQ(dir.count(), 1U);
}

TEST(AppendLabels, KeepsTheObjectIdsOfTheTable) {
  const TempDir dir;
  write_nwb(dir.file("x.nwb"), test::rich_recording());
  const auto id = [&](const std::string& below) {
    return Look(dir.file("x.nwb")).text_attribute("/intervals/cramp_episodes" + below, "object_id");
  };
  const std::vector<std::string> before = {id(""), id("/start_time"), id("/id")};
  append_labels(dir.file("x.nwb"), {label(1, 2, "cramp")});
  EXPECT_EQ((std::vector<std::string>{id(""), id("/start_time"), id("/id")}), before);
}

TEST(AppendLabels, LabelsThatWereReadAreNotAddedAgain) {
  const TempDir dir;
  const std::string path = dir.file("x.nwb");
  Recording r = test::bare_recording();
  r.labels = {label(128.303, 1, "cramp"), label(705.251, 1, "cramp"), label(1070.78, 1, "cramp")};
  write_nwb(path, r);
  {  // ends as another program has them, to which no duration leads from their onset
    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t set = H5Dopen2(file, "/intervals/cramp_episodes/stop_time", H5P_DEFAULT);
    const double ends[] = {1331.396, 2754.217, 3424.386};
    EXPECT_GE(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, ends), 0);
    H5Dclose(set);
    H5Fclose(file);
  }
  const std::string before = bytes_of(path);
  const std::vector<Event> labels = open(path).labels;
  ASSERT_EQ(labels.size(), 3U);
  EXPECT_NE(labels[0].offset_s(), 1331.396);
  append_labels(path, labels);
  EXPECT_TRUE(bytes_of(path) == before);
}

TEST(AppendLabels, MakesTheTableAndDoesNothingTwice) {
  const TempDir dir;
  const std::string path = dir.file("x.nwb");
  write_nwb(path, test::bare_recording());
  append_labels(path, {label(0, 0.1, "cramp"), label(0, 0.1, "cramp")});
  const std::string once = bytes_of(path);
  EXPECT_EQ(Look(path).numbers("/intervals/cramp_episodes/start_time"), std::vector<double>{0});
  append_labels(path, {label(0, 0.1, "cramp")});
  EXPECT_EQ(bytes_of(path), once);
}

TEST(AppendLabels, RefusesOddFilesAndChangesNothing) {
  const TempDir dir;
  const std::vector<Event> labels = {label(1, 2, "cramp")};
  expect_error<IoError>([&] { append_labels(dir.file("none.nwb"), labels); }, "E-MISSING");
  expect_error<DataError>([&] { append_labels(dir.write("text.nwb", std::string(200, 'x')), labels); }, "E-HDF5");
  test::Hdf5Builder other(dir.file("other.h5"));
  other.group("/emg");
  other.close();
  expect_error<DataError>([&] { append_labels(dir.file("other.h5"), labels); }, "E-PATH", {"an NWB file"});
  const std::string path = dir.file("x.nwb");
  write_nwb(path, test::rich_recording());
  const hid_t id = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  H5Gclose(H5Gcreate2(id, "/intervals/cramp_episodes/tags", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  H5Fclose(id);
  const std::string before = bytes_of(path);
  expect_error<DataError>([&] { append_labels(path, labels); }, "E-COLUMN", {"/intervals/cramp_episodes", "tags"});
  EXPECT_EQ(bytes_of(path), before);
  EXPECT_EQ(dir.count(), 3U);
}

/// A recording with labels, one column of which was replaced through the C library: `make(file, path)` makes the new one.
template <class Make>
std::string with_column(const TempDir& dir, const std::string& column, Make make) {
  const std::string path = dir.file("x.nwb");
  write_nwb(path, test::rich_recording());
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const std::string place = "/intervals/cramp_episodes/" + column;
  if (!column.empty()) H5Ldelete(file, place.c_str(), H5P_DEFAULT);
  make(file, place.c_str());
  H5Fclose(file);
  return path;
}

/// Makes a dataset of this type, of three rows as the others, with nothing written into it.
void make_rows(hid_t file, const char* path, hid_t type, hid_t list) {
  const hsize_t rows = 3;
  const hid_t space = H5Screate_simple(1, &rows, nullptr);
  const hid_t set = H5Dcreate2(file, path, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
  ASSERT_GE(set, 0) << path;
  H5Dclose(set);
  H5Sclose(space);
}

void expect_refused(const TempDir& dir, const std::string& path, const std::string& code, const std::string& part) {
  const std::string before = bytes_of(path);
  const std::size_t files = dir.count();
  expect_error<DataError>([&] { append_labels(path, {label(1, 2, "cramp")}); }, code, {part});
  EXPECT_EQ(bytes_of(path), before);
  EXPECT_EQ(dir.count(), files);
}

TEST(AppendLabels, OpensNoOtherFile) {
  const TempDir dir;
  const std::string other = dir.write("other.raw", std::string(24, '\x40'));
  for (const char* column : {"confidence", "start_time", "id"}) {
    const hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(list, other.c_str(), 0, 24);
    const std::string path =
        with_column(dir, column, [&](hid_t file, const char* place) { make_rows(file, place, H5T_NATIVE_DOUBLE, list); });
    H5Pclose(list);
    expect_refused(dir, path, "E-STORAGE", column);
  }
  test::Hdf5Builder source(dir.file("source.h5"));
  source.dataset("/values", H5T_NATIVE_DOUBLE, {3});
  source.close();
  for (const hsize_t most : {hsize_t{3}, H5S_UNLIMITED}) {  // an unlimited one opens its source when it is asked for its shape
    const hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t rows = 3;
    const hsize_t start = 0;
    const hsize_t one = 1;
    const hid_t space = H5Screate_simple(1, &rows, &most);
    const hid_t from = H5Scopy(space);
    if (most == H5S_UNLIMITED) {
      H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, &one, &most, nullptr);
      H5Sselect_hyperslab(from, H5S_SELECT_SET, &start, &one, &most, nullptr);
    }
    H5Pset_virtual(list, space, dir.file("source.h5").c_str(), "/values", from);
    const std::string path = with_column(dir, "confidence", [&](hid_t file, const char* place) {
      const hid_t set = H5Dcreate2(file, place, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, list, H5P_DEFAULT);
      ASSERT_GE(set, 0);
      H5Dclose(set);
    });
    H5Sclose(from);
    H5Sclose(space);
    H5Pclose(list);
    expect_refused(dir, path, "E-STORAGE", "a virtual dataset");
  }
}

TEST(AppendLabels, FollowsNoLinkOutOfItsPlace) {
  const TempDir dir;
  test::Hdf5Builder source(dir.file("source.h5"));
  source.dataset("/values", H5T_NATIVE_DOUBLE, {3});
  source.close();
  expect_refused(dir,
                 with_column(dir, "confidence",
                             [&](hid_t file, const char* place) {
                               H5Lcreate_external(dir.file("source.h5").c_str(), "/values", file, place, H5P_DEFAULT, H5P_DEFAULT);
                             }),
                 "E-LINK", "an external link");
  expect_refused(dir,
                 with_column(dir, "confidence",
                             [&](hid_t file, const char* place) {
                               H5Lcreate_soft("/intervals/cramp_episodes/start_time", file, place, H5P_DEFAULT, H5P_DEFAULT);
                             }),
                 "E-LINK", "a soft link");
  expect_refused(dir,
                 with_column(dir, "",
                             [&](hid_t file, const char*) {
                               H5Ldelete(file, "/intervals", H5P_DEFAULT);
                               H5Lcreate_external(dir.file("source.h5").c_str(), "/", file, "/intervals", H5P_DEFAULT, H5P_DEFAULT);
                             }),
                 "E-LINK", "/intervals");
}

TEST(AppendLabels, RefusesColumnsThatCannotBeRead) {
  const TempDir dir;
  const std::string filtered = with_column(dir, "score", [](hid_t file, const char* place) {
    const hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t rows = 3;
    H5Pset_chunk(list, 1, &rows);
    H5Pset_filter(list, 32001, H5Z_FLAG_OPTIONAL, 0, nullptr);
    make_rows(file, place, H5T_NATIVE_DOUBLE, list);
    H5Pclose(list);
  });
  expect_refused(dir, filtered, "E-FILTER", "score");
  const std::string huge = with_column(dir, "label", [](hid_t file, const char* place) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    const std::string text(100'000, 'x');
    const std::vector<const char*> texts(3, text.c_str());
    make_rows(file, place, type, H5P_DEFAULT);
    const hid_t set = H5Dopen2(file, place, H5P_DEFAULT);
    H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts.data());
    H5Dclose(set);
    H5Tclose(type);
  });
  expect_refused(dir, huge, "E-SIZE", "label");
  const std::string ids = with_column(dir, "id", [](hid_t file, const char* place) {
    make_rows(file, place, H5T_NATIVE_INT64, H5P_DEFAULT);
    const std::vector<std::int64_t> values = {0, 1, std::int64_t{1} << 40};
    const hid_t set = H5Dopen2(file, place, H5P_DEFAULT);
    H5Dwrite(set, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Dclose(set);
  });
  expect_refused(dir, ids, "E-COLUMN", "whole numbers");
}

TEST(AppendLabels, AFullDiskLeavesTheFileAsItWas) {
  const TempDir dir;
  const std::string path = dir.file("x.nwb");
  write_nwb(path, test::rich_recording());
  const std::string before = bytes_of(path);
  for (const rlim_t room : {rlim_t{100}, rlim_t{before.size()}, rlim_t{before.size() + 100}}) {
    const FullDisk disk(room);
    expect_error<OutputError>([&] { append_labels(path, {label(1, 2, "cramp")}); }, "E-WRITE", {path});
  }
  EXPECT_EQ(bytes_of(path), before);
  EXPECT_EQ(dir.count(), 1U);
}

TEST(AppendLabels, FollowsASymbolicLinkAndKeepsPermissions) {
  const TempDir dir;
  const std::string path = dir.file("x.nwb");
  write_nwb(path, test::bare_recording());
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::create_symlink("x.nwb", dir.file("link.nwb"));
  append_labels(dir.file("link.nwb"), {label(0, 0.1, "cramp")});
  EXPECT_TRUE(std::filesystem::is_symlink(dir.file("link.nwb")));
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_TRUE(Look(path).has("/intervals/cramp_episodes"));
}

TEST(WriteDerived, HoldsEnvelopeFeaturesAndEpisodes) {
  const TempDir dir;
  const Derived derived = test::derived_results();
  write_derived(dir.file("a.nwb"), test::rich_recording(), derived);
  write_derived(dir.file("b.nwb"), test::rich_recording(), derived);
  EXPECT_EQ(bytes_of(dir.file("a.nwb")), bytes_of(dir.file("b.nwb")));
  const Look look(dir.file("a.nwb"));
  const std::vector<double> rms = look.numbers("/processing/myocramp/rms/data");
  ASSERT_EQ(rms.size(), 1600U);
  EXPECT_FLOAT_EQ(static_cast<float>(rms[5]), derived.signals[0].rms_v(2, 1));
  EXPECT_EQ(look.number_attribute("/processing/myocramp/rms/starting_time", "rate"), 20);
  EXPECT_EQ(look.numbers("/processing/myocramp/spectral/mdf_hz")[3], derived.signals[0].spectral["mdf_hz"](1, 1));
  EXPECT_EQ(look.numbers("/processing/myocramp/detections/peak_uv"), std::vector<double>{120});
}

TEST(AppendDerived, AddsToARecordingOnce) {
  const TempDir dir;
  const std::string path = dir.file("x.nwb");
  write_nwb(path, test::rich_recording());
  const auto before = Look(path).objects();
  append_derived(path, test::derived_results());
  const auto after = Look(path).objects();
  for (const auto& [name, said] : before) EXPECT_EQ(after.at(name), said) << name;
  EXPECT_TRUE(after.count("/processing/myocramp/rms/data"));
  const std::string once = bytes_of(path);
  expect_error<DataError>([&] { append_derived(path, test::derived_results()); }, "E-PATH", {"/processing/myocramp"});
  EXPECT_EQ(bytes_of(path), once);
}

/// All texts of a recording, each once for its place.
std::vector<std::string> texts_of(const Recording& r) {
  std::vector<std::string> out = {r.description, r.session,     r.subject.id,     r.subject.species,
                                  r.subject.sex, r.subject.age, r.subject.weight, r.subject.description};
  const auto add = [&out](const std::vector<std::string>& more) { out.insert(out.end(), more.begin(), more.end()); };
  for (const Signal& s : r.signals) {
    add({s.name, s.conversion});
    for (const Channel& c : s.channels) add({c.name, c.muscle, c.side, c.label});
  }
  for (const Event& e : r.labels) {
    add({e.trial_type, e.annotator, e.label_source, e.detector});
    add(e.channels);
  }
  for (const Phase& p : r.protocol) add({p.name, p.posture});
  for (const InvalidSpan& s : r.invalid_times) {
    add({s.reason});
    add(s.channels);
  }
  for (const AnnotatedSpan& s : r.annotated_spans) add({s.annotator});
  for (const StimTrain& t : r.stim_trains) add({t.site, t.elicited_cramp});
  for (const Covariate& c : r.covariates) add({c.name, c.value_text, c.unit, c.method});
  add(r.notes);
  return out;
}

/// The rich recording with `odd` at the end of every text that is free, and with long ones.
Recording odd_recording(const std::string& odd) {
  Recording r = test::rich_recording();
  r.refused.clear();  // told in a note
  for (std::string* text : {&r.description, &r.session, &r.subject.id, &r.subject.weight, &r.subject.description}) *text += odd;
  for (Signal& s : r.signals) {
    s.name += odd;
    s.conversion += odd;
    for (Channel& c : s.channels) {
      for (std::string* text : {&c.name, &c.muscle, &c.label}) *text += odd;
    }
  }
  for (Event& e : r.labels) {
    for (std::string* text : {&e.trial_type, &e.annotator, &e.detector}) *text += odd;
    for (std::string& name : e.channels) name += odd;
  }
  for (InvalidSpan& s : r.invalid_times) {
    s.reason += odd;
    for (std::string& name : s.channels) name += odd;
  }
  for (AnnotatedSpan& s : r.annotated_spans) s.annotator += odd;
  for (Phase& p : r.protocol) p.posture += odd;
  for (StimTrain& t : r.stim_trains) t.site += odd;
  for (Covariate& c : r.covariates) {
    for (std::string* text : {&c.name, &c.unit, &c.method}) *text += odd;
    if (!c.value_text.empty()) c.value_text += odd;
  }
  return r;
}

TEST(NwbTexts, ComeBackAsTheyWere) {
  const TempDir dir;
  const std::vector<std::string> all = {"\t\n\r\x1b[31m\x07\x7f", "\xC2\x9b\xE2\x80\xAE", "\\x41\\", "|", ", ", " ",
                                        "\xF0\x9F\xA6\xB5",       std::string(4000, 'x')};
  for (const std::string& odd : all) {
    write_nwb(dir.file("a.nwb"), odd_recording(odd));
    Recording wrote = open(dir.file("a.nwb"));  // sorted now
    std::vector<std::string> expected = texts_of(odd_recording(odd));
    std::vector<std::string> found = texts_of(wrote);
    std::sort(expected.begin(), expected.end());
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, expected) << testing::PrintToString(odd);
    write_nwb(dir.file("b.nwb"), wrote);
    EXPECT_EQ(texts_of(open(dir.file("b.nwb"))), texts_of(wrote)) << testing::PrintToString(odd);
  }
}

/// The rich recording with a subject and a session as nwbinspector does not want them.
Recording refused_by_the_inspector() {
  Recording r = test::rich_recording();
  r.session = "night/1";
  r.subject = {"lab/S01", "human", "female", "34", "70", "Runs"};
  return r;
}

TEST(NwbTexts, WhatTheInspectorObjectsToIsKeptInTheProvenance) {
  const TempDir dir;
  const Recording r = refused_by_the_inspector();
  write_nwb(dir.file("a.nwb"), r);
  {
    const Look file(dir.file("a.nwb"));
    EXPECT_EQ(file.texts("/general/session_id").at(0), "night-1");
    EXPECT_EQ(file.texts("/general/subject/subject_id").at(0), "lab-S01");
    EXPECT_EQ(file.texts("/general/subject/sex").at(0), "U");
    EXPECT_EQ(file.texts("/general/subject/age").at(0), "P0D/");
    EXPECT_EQ(file.texts("/general/subject/species").at(0), "http://purl.obolibrary.org/obo/NCBITaxon_32644");
    EXPECT_FALSE(file.has("/general/subject/weight"));
  }
  const Recording back = open(dir.file("a.nwb"));
  EXPECT_EQ(back.session, r.session);
  EXPECT_EQ(back.subject.id, r.subject.id);
  EXPECT_EQ(back.subject.species, "human");
  EXPECT_EQ(back.subject.sex, "female");
  EXPECT_EQ(back.subject.age, "34");
  EXPECT_EQ(back.subject.weight, "70");
}

TEST(NwbTexts, ManyChannelsOfOneRowComeBack) {  // names in one cell
  const TempDir dir;
  Recording r = test::bare_recording();
  r.signals = {stored_signal("", 1000, Samples<double>::Ones(20, 1000), {NumberType::kFloat64, std::vector<double>(1000, 1.0), 0})};
  std::vector<std::string> names;
  for (std::size_t c = 0; c < 1000; ++c) {
    names.push_back("a grid over the calf/" + std::to_string(c));
    r.signals[0].channels[c].name = names.back();
  }
  r.labels = {label(0.005, 0.01, "cramp", names)};
  r.invalid_times = {{{0, 0.005}, "artefact", names}};
  write_nwb(dir.file("a.nwb"), r);
  const Recording back = open(dir.file("a.nwb"));
  EXPECT_THAT(back.notes, testing::IsEmpty());
  ASSERT_EQ(back.labels.size(), 1U);
  EXPECT_EQ(back.labels[0].channels, names);
  ASSERT_EQ(back.invalid_times.size(), 1U);
  EXPECT_EQ(back.invalid_times[0].channels, names);
}

TEST(NwbTexts, LongerOnesThanAreReadAreNotWritten) {
  const TempDir dir;
  const std::string path = dir.file("a.nwb");
  const auto refused = [&](const std::function<void(Recording&)>& change, const std::string& place, const std::string& most) {
    Recording r = test::rich_recording();
    change(r);
    expect_error<InvalidArgument>([&] { write_nwb(path, r); }, "E-TEXT", {place, "at most " + most + " bytes"});
  };
  const std::string large(65'537, 'x');
  const std::string name(4097, 'x');
  refused([&](Recording& r) { r.labels[0].annotator = large; }, "annotator", "65536");
  refused([&](Recording& r) { r.description = large; }, "session_description", "65536");
  refused([&](Recording& r) { r.signals[0].name = name; }, "signal", "4096");
  refused([&](Recording& r) { r.signals[0].conversion = name; }, "comments", "4096");
  EXPECT_EQ(dir.count(), 0U);
  write_nwb(path, test::rich_recording());
  const std::string before = bytes_of(path);
  expect_error<InvalidArgument>([&] { append_labels(path, {label(1, 1, "cramp", {}, large)}); }, "E-TEXT");
  EXPECT_TRUE(bytes_of(path) == before);
}

TEST(NwbTexts, AColumnLongerThanIsReadIsNotWritten) {
  const TempDir dir;
  Recording r = test::bare_recording();
  for (int i = 0; i < 1024; ++i) r.labels.push_back(label(i, 1, "cramp", {}, std::string(65'536, 'x')));
  write_nwb(dir.file("a.nwb"), r);
  EXPECT_EQ(open(dir.file("a.nwb")).labels.size(), 1024U);
  r.labels.push_back(label(1024, 1, "cramp", {}, "x"));
  expect_error<InvalidArgument>([&] { write_nwb(dir.file("b.nwb"), r); }, "E-TEXT",
                                {"/intervals/cramp_episodes/annotator", "at most 67108864 bytes", "67108865"});
  EXPECT_EQ(dir.count(), 1U);
}

TEST(NwbTruth, ComesBackAsItWas) {
  const TempDir dir;
  const Recording wrote = test::simulated_recording();
  write_nwb(dir.file("x.nwb"), wrote);
  const Recording r = open(dir.file("x.nwb"));
  EXPECT_THAT(r.notes, testing::IsEmpty());
  ASSERT_EQ(r.truth.events.size(), 2U);
  const TrueEvent& e = r.truth.events[0];
  EXPECT_EQ(e.label, "cramp");
  EXPECT_EQ(e.muscle, "gastrocnemius_medialis");
  EXPECT_THAT(e.channels, testing::ElementsAre("ch1"));
  EXPECT_EQ(e.onset_s, 0.05);
  EXPECT_EQ(e.offset_s, 0.25);
  EXPECT_EQ(e.detectable_onset_s, 0.06);
  EXPECT_EQ(e.detectable_offset_s, 0.24);
  EXPECT_EQ(e.peak_channel, "ch1");
  EXPECT_EQ(e.peak_v, 1e-4);
  EXPECT_EQ(e.peak_time_s, 0.125);
  EXPECT_EQ(e.snr_db, 20.5);
  EXPECT_EQ(e.stretch_s, 0.2);
  EXPECT_EQ(e.cluster, 1);
  EXPECT_TRUE(std::isnan(r.truth.events[1].snr_db));
  EXPECT_THAT(r.truth.events[1].channels, testing::IsEmpty());
  ASSERT_EQ(r.truth.units.size(), 2U);
  EXPECT_EQ(r.truth.units[0].muscle, "gastrocnemius_medialis");
  EXPECT_EQ(r.truth.units[0].unit, 3);
  EXPECT_THAT(r.truth.units[0].discharges_s, testing::ElementsAre(0.05, 0.1, 0.2));
  EXPECT_THAT(r.truth.units[1].discharges_s, testing::ElementsAre(0.05));
  ASSERT_EQ(r.truth.contaminants.size(), 3U);
  EXPECT_EQ(r.truth.contaminants[1].kind, "hum");
  EXPECT_EQ(r.truth.contaminants[2].start_s, 0.1);
  EXPECT_THAT(r.truth.contaminants[2].channels, testing::ElementsAre("ch1"));
  write_nwb(dir.file("y.nwb"), r, {"x", "", "", "same"});
  EXPECT_EQ(open(dir.file("y.nwb")).truth.units[0].discharges_s, r.truth.units[0].discharges_s);
}

TEST(NwbTruth, ResultsOfAnAnalysisStandBesideIt) {
  const TempDir dir;
  const std::string path = dir.file("x.nwb");
  write_nwb(path, test::simulated_recording());
  append_derived(path, test::derived_results());
  EXPECT_TRUE(Look(path).has("/processing/myocramp/rms/data"));
  EXPECT_EQ(open(path).truth.events.size(), 2U);
  expect_error<DataError>([&] { append_derived(path, test::derived_results()); }, "E-PATH", {"/processing/myocramp"});
}

TEST(NwbTruth, DamageIsANoteAndTheRestStays) {
  const TempDir dir;
  const std::string path = dir.file("x.nwb");
  write_nwb(path, test::simulated_recording());
  {
    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t set = H5Dopen2(file, "/units/spike_times_index", H5P_DEFAULT);
    const unsigned ends[] = {3, 99};
    EXPECT_GE(H5Dwrite(set, H5T_NATIVE_UINT, H5S_ALL, H5S_ALL, H5P_DEFAULT, ends), 0);
    H5Dclose(set);
    H5Fclose(file);
  }
  const Recording r = open(path);
  EXPECT_THAT(r.truth.units, testing::IsEmpty());
  EXPECT_EQ(r.truth.events.size(), 2U);
  EXPECT_THAT(r.notes, testing::Contains(testing::HasSubstr("/units/spike_times_index: expected ends that rise to at most 4, found 99")));
}

// Leaves one file of each kind where MYOCRAMP_NWB_SAMPLES says, for tests/python/test_nwb_valid.py.
TEST(NwbSamples, AreLeftForOtherReaders) {
  const char* const folder = std::getenv("MYOCRAMP_NWB_SAMPLES");
  if (folder == nullptr) GTEST_SKIP() << "MYOCRAMP_NWB_SAMPLES is not set";
  const std::string at = std::string(folder) + "/";
  write_nwb(at + "rich.nwb", test::rich_recording());
  write_nwb(at + "bare.nwb", test::bare_recording());
  write_derived(at + "derived.nwb", test::rich_recording(), test::derived_results());
  write_nwb(at + "all.nwb", test::rich_recording());
  append_labels(at + "all.nwb", {label(1, 2, "cramp", {"TA"}, "rater C")});
  append_derived(at + "all.nwb", test::derived_results());
  write_nwb(at + "simulated.nwb", test::simulated_recording());
  write_nwb(at + "refused.nwb", refused_by_the_inspector());
}

}  // namespace
}  // namespace myocramp::io
