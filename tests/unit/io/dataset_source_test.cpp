#include "io/hdf5/dataset_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libdeflate.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <random>

#include "myocramp/signal/pick.hpp"
#include "support/errors.hpp"
#include "support/hdf5_builder.hpp"
#include "support/temp_dir.hpp"

namespace myocramp::io::hdf5 {
namespace {

using test::ChunkedList;
using test::expect_error;
using test::Hdf5Builder;
using test::TempDir;

using Shape = std::vector<hsize_t>;

/// How a dataset is stored.
struct Packing {
  std::string filters;  ///< in order: s(huffle), d(eflate), f(letcher32); "-" alone: in one piece
  Shape chunk{};
};

class List {
 public:
  explicit List(const Packing& p) : id_(H5Pcreate(H5P_DATASET_CREATE)) {
    if (p.filters == "-") return;
    H5Pset_chunk(id_, static_cast<int>(p.chunk.size()), p.chunk.data());
    for (const char f : p.filters) {
      if (f == 's') H5Pset_shuffle(id_);
      if (f == 'd') H5Pset_deflate(id_, 4);
      if (f == 'f') H5Pset_fletcher32(id_);
    }
  }
  List(const List&) = delete;
  List& operator=(const List&) = delete;
  ~List() { H5Pclose(id_); }
  [[nodiscard]] hid_t id() const noexcept { return id_; }

 private:
  hid_t id_;
};

std::size_t numbers_in(const Shape& shape) {
  std::size_t n = 1;
  for (const hsize_t s : shape) n *= s;
  return n;
}

/// Numbers from everywhere in the type's range, held back to what a double holds.
template <class T>
std::vector<T> numbers(std::size_t n, unsigned seed = 1) {
  std::mt19937_64 random(seed);
  std::vector<T> x(n);
  for (T& v : x) {
    const std::uint64_t bits = random();
    if constexpr (std::is_floating_point_v<T>) {
      v = static_cast<T>(static_cast<double>(bits >> 11U) * 1e-9 - 4e6);
    } else if constexpr (sizeof(T) == 8) {
      v = static_cast<T>(std::is_signed_v<T> ? static_cast<std::int64_t>(bits) >> 10U : static_cast<std::int64_t>(bits >> 11U));
    } else {
      v = static_cast<T>(bits);
    }
  }
  return x;
}

/// What libhdf5 itself reads, time first.
Samples<double> truth(const std::string& path, const std::string& name, TimeAxis axis) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  const hid_t id = H5Dopen2(file, name.c_str(), H5P_DEFAULT);
  const hid_t space = H5Dget_space(id);
  hsize_t dims[2] = {1, 1};
  const int rank = H5Sget_simple_extent_dims(space, dims, nullptr);
  Samples<double> x(static_cast<Index>(dims[0]), static_cast<Index>(dims[1]));
  EXPECT_GE(H5Dread(id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, x.data()), 0);
  H5Sclose(space);
  H5Dclose(id);
  H5Fclose(file);
  if (rank == 2 && axis == TimeAxis::kLast) return x.transpose();
  return x;
}

/// A source of every column of one dataset.
struct Opened {
  std::shared_ptr<const DatasetSource> source;
  Index rows;
  Index columns;
};

Opened open_all(const std::string& path, const std::vector<std::string>& names, TimeAxis axis = TimeAxis::kFirst, int threads = 1,
                std::vector<Stretch> stretches = {}, int bits = 0) {
  const auto file = std::make_shared<const File>(path);
  StoredSignal stored;
  Index rows = std::numeric_limits<Index>::max();
  for (const std::string& name : names) {
    CheckedDataset d = open_checked(*file, name, axis);
    rows = std::min(rows, d.rows);
    for (Index c = 0; c < d.columns; ++c) {
      stored.columns.push_back({stored.datasets.size(), c, 0.25 + 0.125 * static_cast<double>(stored.columns.size()), bits});
    }
    stored.datasets.push_back(std::move(d));
  }
  stored.offset_v = -3;
  stored.stretches = std::move(stretches);
  stored.threads = threads;
  const auto columns = static_cast<Index>(stored.columns.size());
  return {std::make_shared<const DatasetSource>(file, std::move(stored)), rows, columns};
}

Samples<double> read_volts(const SampleSource& s, Interval rows, Index columns) {
  Samples<double> out(rows.length(), columns);
  s.read(rows, out);
  return out;
}

Samples<double> read_numbers(const SampleSource& s, Interval rows, Index columns) {
  Samples<double> out(rows.length(), columns);
  s.read_stored(rows, out);
  return out;
}

Samples<double> volts_of(const Samples<double>& x) {
  Samples<double> v = x;
  for (Index i = 0; i < x.rows(); ++i) {
    for (Index c = 0; c < x.cols(); ++c) v(i, c) = x(i, c) * (0.25 + 0.125 * static_cast<double>(c)) - 3;
  }
  return v;
}

void expect_same(const Samples<double>& a, const Samples<double>& b, const std::string& what) {
  ASSERT_EQ(a.rows(), b.rows()) << what;
  ASSERT_EQ(a.cols(), b.cols()) << what;
  for (Index i = 0; i < a.rows(); ++i) {
    for (Index c = 0; c < a.cols(); ++c) ASSERT_DOUBLE_EQ(a(i, c), b(i, c)) << what << " at " << i << ", " << c;
  }
}

// ---- equal to what libhdf5 reads ----

template <class T>
class EveryType : public testing::Test {};
using Types = testing::Types<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t, std::int64_t,
                             std::uint64_t, float, double>;
TYPED_TEST_SUITE(EveryType, Types);

template <class T>
std::array<hid_t, 3> types_of() {  // in memory, little, big
  if constexpr (std::is_same_v<T, std::int8_t>) return {H5T_NATIVE_INT8, H5T_STD_I8LE, H5T_STD_I8BE};
  if constexpr (std::is_same_v<T, std::uint8_t>) return {H5T_NATIVE_UINT8, H5T_STD_U8LE, H5T_STD_U8BE};
  if constexpr (std::is_same_v<T, std::int16_t>) return {H5T_NATIVE_INT16, H5T_STD_I16LE, H5T_STD_I16BE};
  if constexpr (std::is_same_v<T, std::uint16_t>) return {H5T_NATIVE_UINT16, H5T_STD_U16LE, H5T_STD_U16BE};
  if constexpr (std::is_same_v<T, std::int32_t>) return {H5T_NATIVE_INT32, H5T_STD_I32LE, H5T_STD_I32BE};
  if constexpr (std::is_same_v<T, std::uint32_t>) return {H5T_NATIVE_UINT32, H5T_STD_U32LE, H5T_STD_U32BE};
  if constexpr (std::is_same_v<T, std::int64_t>) return {H5T_NATIVE_INT64, H5T_STD_I64LE, H5T_STD_I64BE};
  if constexpr (std::is_same_v<T, std::uint64_t>) return {H5T_NATIVE_UINT64, H5T_STD_U64LE, H5T_STD_U64BE};
  if constexpr (std::is_same_v<T, float>) return {H5T_NATIVE_FLOAT, H5T_IEEE_F32LE, H5T_IEEE_F32BE};
  if constexpr (std::is_same_v<T, double>) return {H5T_NATIVE_DOUBLE, H5T_IEEE_F64LE, H5T_IEEE_F64BE};
}

TYPED_TEST(EveryType, EveryShapePackingAndByteOrderReadsAsLibhdf5Does) {
  struct Form {
    Shape shape;
    Shape chunk;
    TimeAxis axis;
  };
  const std::vector<Form> forms = {{{101}, {16}, TimeAxis::kFirst},        {{101}, {16}, TimeAxis::kLast},
                                   {{101, 1}, {101, 1}, TimeAxis::kFirst}, {{1, 101}, {1, 40}, TimeAxis::kLast},
                                   {{101, 5}, {16, 5}, TimeAxis::kFirst},  {{101, 5}, {13, 2}, TimeAxis::kFirst},
                                   {{5, 101}, {2, 30}, TimeAxis::kLast}};
  const TempDir dir;
  const auto [memory, little, big] = types_of<TypeParam>();
  for (const std::string filters : {"-", "", "s", "d", "f", "sd", "ds", "sf", "fs", "df", "fd", "sdf", "fsd", "sfd", "dfs"}) {
    Hdf5Builder h(dir.file("a.h5"));
    std::vector<std::string> names;
    for (std::size_t f = 0; f < forms.size(); ++f) {
      const std::vector<TypeParam> x = numbers<TypeParam>(numbers_in(forms[f].shape));
      for (const hid_t type : {little, big}) {
        names.push_back("/x" + std::to_string(names.size()));
        const List list({filters, forms[f].chunk});
        const hid_t space = H5Screate_simple(static_cast<int>(forms[f].shape.size()), forms[f].shape.data(), nullptr);
        const hid_t id = H5Dcreate2(h.id(), names.back().c_str(), type, space, H5P_DEFAULT, list.id(), H5P_DEFAULT);
        ASSERT_GE(H5Dwrite(id, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, x.data()), 0);
        H5Dclose(id);
        H5Sclose(space);
      }
    }
    const std::string path = h.close();
    for (std::size_t n = 0; n < names.size(); ++n) {
      const Form& form = forms[n / 2];
      const std::string what = filters + " form " + std::to_string(n / 2) + (n % 2 == 0 ? " little" : " big");
      const Samples<double> expected = truth(path, names[n], form.axis);
      const Opened o = open_all(path, {names[n]}, form.axis);
      ASSERT_EQ(o.rows, 101) << what;
      expect_same(read_numbers(*o.source, {0, o.rows}, o.columns), expected, what);
      expect_same(read_volts(*o.source, {0, o.rows}, o.columns), volts_of(expected), what);
      Samples<double> rows(o.rows, o.columns);
      read_rows(open_checked(File(path), names[n], form.axis), {0, o.rows}, rows.data());
      expect_same(rows, expected, what);
    }
  }
}

TEST(DatasetSource, EdgeChunksWithoutFiltersAreReadAsTheyStand) {
  const TempDir dir;
  Hdf5Builder h(dir.file("a.h5"), true);
  const List list({"sd", {16, 3}});
  ASSERT_GE(H5Pset_chunk_opts(list.id(), H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS), 0);
  const std::vector<std::int16_t> x = numbers<std::int16_t>(50 * 4);
  h.dataset("/x", H5T_NATIVE_INT16, {50, 4}, list.id(), x.data());
  const std::string path = h.close();
  const Samples<double> expected = truth(path, "/x", TimeAxis::kFirst);
  expect_same(read_numbers(*open_all(path, {"/x"}).source, {0, 50}, 4), expected, "raw edges");
}

TEST(DatasetSource, LargeDatasetsInOnePieceAreReadInParts) {
  const TempDir dir;
  Hdf5Builder h(dir.file("a.h5"));
  const std::vector<float> x = numbers<float>(70'001 * 7);
  h.dataset("/rows", H5T_NATIVE_FLOAT, {70'001, 7}, H5P_DEFAULT, x.data());
  h.dataset("/columns", H5T_NATIVE_FLOAT, {7, 70'001}, H5P_DEFAULT, x.data());
  const std::string path = h.close();
  for (const auto& [name, axis] : {std::pair{"/rows", TimeAxis::kFirst}, {"/columns", TimeAxis::kLast}}) {
    const Samples<double> expected = truth(path, name, axis);
    const Opened o = open_all(path, {name}, axis);
    expect_same(read_numbers(*o.source, {0, 70'001}, 7), expected, name);
    EXPECT_GT(o.source->decoded_chunks(), 10U);
  }
}

// ---- blocks, strides, threads, channels ----

/// Three datasets of other types, chunks and packings; five channels.
std::string mixed_file(const TempDir& dir, hsize_t rows) {
  Hdf5Builder h(dir.file("mixed.h5"));
  const List a({"sd", {1000, 2}});
  const List b({"d", {333, 1}});
  const List c({"", {64, 2}});
  h.dataset("/a", H5T_NATIVE_INT16, {rows, 2}, a.id(), numbers<std::int16_t>(rows * 2, 1).data());
  h.dataset("/b", H5T_NATIVE_FLOAT, {rows, 1}, b.id(), numbers<float>(rows, 2).data());
  h.dataset("/c", H5T_NATIVE_INT32, {rows + 17, 2}, c.id(), numbers<std::int32_t>((rows + 17) * 2, 3).data());
  return h.close();
}
const std::vector<std::string> kMixed = {"/a", "/b", "/c"};

Samples<double> mixed_truth(const std::string& path, Index rows) {
  Samples<double> x(rows, 5);
  x.leftCols(2) = truth(path, "/a", TimeAxis::kFirst);
  x.col(2) = truth(path, "/b", TimeAxis::kFirst);
  x.rightCols(2) = truth(path, "/c", TimeAxis::kFirst).topRows(rows);
  return x;
}

TEST(DatasetSource, RandomReadsIntoAnyStridesEqualTheWholeForAnyNumberOfThreads) {
  const TempDir dir;
  const std::string path = mixed_file(dir, 20'000);
  const Samples<double> expected = volts_of(mixed_truth(path, 20'000));
  constexpr double kMark = 1e300;
  for (const int threads : {1, 2, 5}) {
    const Opened o = open_all(path, kMixed, TimeAxis::kFirst, threads);
    ASSERT_EQ(o.rows, 20'000);
    std::mt19937 random(7);
    std::vector<double> memory;
    for (int round = 0; round < 200; ++round) {
      const Index begin = static_cast<Index>(random() % 20'000);
      const Index length = std::min<Index>(static_cast<Index>(random() % 5000), 20'000 - begin);
      const Index gap = static_cast<Index>(random() % 3) + 1;
      const bool channels_first = random() % 2 == 0;
      const Index row_stride = (channels_first ? 1 : 5) * gap;
      const Index channel_stride = (channels_first ? std::max<Index>(length, 1) : 1) * gap;
      const bool backwards = random() % 4 == 0;
      memory.assign(static_cast<std::size_t>((length + 1) * 5 * gap + gap), kMark);
      double* const first = memory.data() + (backwards && length > 0 ? (length - 1) * row_stride : 0);
      const Block<double> out(first, length, 5, backwards ? -row_stride : row_stride, channel_stride);
      o.source->read({begin, begin + length}, out);
      std::size_t written = 0;
      for (const double v : memory) written += v == kMark ? 0U : 1U;
      ASSERT_EQ(written, static_cast<std::size_t>(length * 5)) << "nothing beside its places";
      for (Index i = 0; i < length; ++i) {
        for (Index c = 0; c < 5; ++c) ASSERT_EQ(out(i, c), expected(begin + i, c)) << threads << " " << begin + i << " " << c;
      }
    }
  }
}

TEST(DatasetSource, AFileThatShrinksWhileItIsReadIsAnError) {
  for (const std::string filters : {"-", "", "d", "sd"}) {
    for (const int threads : {1, 2}) {
      const TempDir dir;
      Hdf5Builder h(dir.file("a.h5"));
      const List list({filters, {1000, 2}});
      h.dataset("/x", H5T_NATIVE_INT16, {400'000, 2}, list.id(), numbers<std::int16_t>(400'000 * 2).data());
      const std::string path = h.close();
      const Opened o = open_all(path, {"/x"}, TimeAxis::kFirst, threads);
      Samples<double> block(1000, 2);
      o.source->read({0, 1000}, block);
      ASSERT_EQ(truncate(path.c_str(), 60'000), 0);
      try {
        for (Index begin = 1000; begin < 400'000; begin += 1000) o.source->read({begin, begin + 1000}, block);
        ADD_FAILURE() << "nothing noticed, filters " << filters << ", " << threads << " threads";
      } catch (const Error& e) {
        EXPECT_THAT(e.what(), ::testing::HasSubstr(path + ": expected "));
        EXPECT_THAT(e.what(), ::testing::HasSubstr("as when it was opened, found 60000"));
      }
    }
  }
}

TEST(DatasetSource, APassOfOverlappingBlocksDecodesEveryChunkOnce) {
  const TempDir dir;
  const std::string path = mixed_file(dir, 50'000);
  const Samples<double> expected = volts_of(mixed_truth(path, 50'000));
  for (const int threads : {1, 3}) {
    const Opened o = open_all(path, kMixed, TimeAxis::kFirst, threads);
    for (Index block = 0; block < 50'000; block += 4000) {
      const Interval rows = intersect({block - 3000, block + 7000}, {0, 50'000});
      expect_same(read_volts(*o.source, rows, 5), expected.middleRows(rows.begin, rows.length()), "block");
    }
    EXPECT_EQ(o.source->decoded_chunks(), 50U + 151U + 782U) << threads << " threads";
  }
}

TEST(DatasetSource, MemoryDoesNotGrowWithDuration) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer keeps what is freed";
#endif
  const TempDir dir;
  Hdf5Builder h(dir.file("long.h5"));
  const List list({"d", {4096, 8}});
  const std::vector<double> x(2'000'000 * 8, 1.5);
  h.dataset("/x", H5T_NATIVE_DOUBLE, {2'000'000, 8}, list.id(), x.data());  // 128 MB
  const std::string path = h.close();
  const auto peak_kib = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  };
  const pid_t child = fork();  // with a peak of its own
  if (child == 0) {
    const Opened o = open_all(path, {"/x"});
    Samples<double> out(16384, 8);
    const long before = peak_kib();
    for (Index begin = 0; begin + 16384 <= o.rows; begin += 16384) o.source->read({begin, begin + 16384}, out);
    _exit(peak_kib() - before < 8 * 1024 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(DatasetSource, ChosenChannelsReadOnlyTheirChunks) {
  const TempDir dir;
  Hdf5Builder h(dir.file("a.h5"));
  const List list({"sd", {100, 2}});
  h.dataset("/x", H5T_NATIVE_INT16, {1000, 6}, list.id(), numbers<std::int16_t>(6000).data());
  const std::string path = h.close();
  const Opened o = open_all(path, {"/x"});
  Signal s{
      .name = "", .rate = SampleRate(1000), .samples = 1000, .channels = std::vector<Channel>(6), .source = o.source, .conversion = ""};
  const Signal two = pick(s, {5, 4});
  const Samples<double> all = s.read({0, 1000});
  const Samples<double> chosen = two.read({0, 1000});
  EXPECT_TRUE((chosen.col(0) == all.col(5)).all());
  EXPECT_TRUE((chosen.col(1) == all.col(4)).all());
  const auto* const source = dynamic_cast<const DatasetSource*>(two.source.get());
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->decoded_chunks(), 10U);  // of 30
  EXPECT_EQ(source->encoding().step_v, (std::vector<double>{0.875, 0.75}));
  const Signal twice = pick(two, {1, 1});
  EXPECT_TRUE((twice.read({10, 20}).col(1) == all.col(4).middleRows(10, 10)).all());
}

TEST(DatasetSource, RowsBetweenStretchesAreNaN) {
  const TempDir dir;
  const std::string path = mixed_file(dir, 3000);
  const Samples<double> expected = volts_of(mixed_truth(path, 3000));
  for (const int threads : {1, 3}) {
    const Opened o = open_all(path, kMixed, TimeAxis::kFirst, threads, {{10, 0, 1000}, {2000, 1000, 1}, {2500, 1001, 1999}});
    const Samples<double> x = read_volts(*o.source, {0, 4510}, 5);
    Index row = 0;
    for (Index i = 0; i < x.rows(); ++i) {
      const bool stored = (i >= 10 && i < 1010) || i == 2000 || (i >= 2500 && i < 4499);
      for (Index c = 0; c < 5; ++c) {
        ASSERT_EQ(std::isnan(x(i, c)), !stored) << i;
        if (stored) {
          ASSERT_EQ(x(i, c), expected(row, c)) << i;
        }
      }
      row += stored ? 1 : 0;
    }
    const Samples<double> part = read_volts(*o.source, {1005, 2501}, 5);
    EXPECT_EQ(part(0, 0), expected(995, 0));
    EXPECT_TRUE(std::isnan(part(5, 0)));
    EXPECT_EQ(part(995, 0), expected(1000, 0));
  }
}

// ---- numbers that are none ----

TEST(DatasetSource, IntegersThatADoubleDoesNotHoldAreNamed) {
  const TempDir dir;
  constexpr std::int64_t kLimit = std::int64_t{1} << 53;
  Hdf5Builder h(dir.file("a.h5"));
  std::vector<std::int64_t> x(40, 0);
  x[0] = kLimit;
  x[1] = -kLimit;
  x[31] = kLimit + 1;
  h.dataset("/x", H5T_NATIVE_INT64, {20, 2}, H5P_DEFAULT, x.data());
  h.dataset("/across", H5T_NATIVE_INT64, {2, 20}, H5P_DEFAULT, x.data());
  std::vector<std::uint64_t> u(5, 0);
  u[4] = std::numeric_limits<std::uint64_t>::max();
  h.dataset("/u", H5T_NATIVE_UINT64, {5}, H5P_DEFAULT, u.data());
  const std::string path = h.close();
  const Opened o = open_all(path, {"/x"});
  EXPECT_EQ(read_numbers(*o.source, {0, 15}, 2)(0, 1), -9007199254740992.0);
  expect_error<DataError>([&] { read_numbers(*o.source, {0, 20}, 2); }, "E-COUNT",
                          {path + ": /x[15, 1]: expected integers within +-2^53, found 9007199254740993"});
  expect_error<DataError>([&] { read_volts(*open_all(path, {"/across"}, TimeAxis::kLast).source, {0, 20}, 2); }, "E-COUNT",
                          {"/across[1, 11]"});
  expect_error<DataError>([&] { read_volts(*open_all(path, {"/u"}).source, {0, 5}, 1); }, "E-COUNT", {"/u[4]", "18446744073709551615"});
  std::vector<double> out(5);
  expect_error<DataError>([&] { read_rows(open_checked(File(path), "/u"), {0, 5}, out.data()); }, "E-COUNT", {"/u[4]"});
}

TEST(DatasetSource, CountsBeyondTheConverterAreNamedInEveryType) {
  const TempDir dir;
  Hdf5Builder h(dir.file("a.h5"));
  const auto put = [&]<class T>(const std::string& name, hid_t type, std::vector<T> x) {
    h.dataset(name, type, {x.size()}, H5P_DEFAULT, x.data());
  };
  put("/i8", H5T_NATIVE_INT8, std::vector<std::int8_t>{0, 7, 8});
  put("/u16", H5T_NATIVE_UINT16, std::vector<std::uint16_t>{0, 7, 65535});
  put("/i32", H5T_NATIVE_INT32, std::vector<std::int32_t>{0, 7, -1});
  put("/f32", H5T_NATIVE_FLOAT, std::vector<float>{0, 7.5F, 8});
  put("/f64", H5T_NATIVE_DOUBLE, std::vector<double>{0, 7.999, std::numeric_limits<double>::quiet_NaN()});
  const std::string path = h.close();
  for (const std::string name : {"/i8", "/u16", "/i32", "/f32", "/f64"}) {
    const Opened o = open_all(path, {name}, TimeAxis::kFirst, 1, {}, 3);
    EXPECT_EQ(read_numbers(*o.source, {0, 2}, 1).rows(), 2);
    expect_error<DataError>([&] { read_numbers(*o.source, {0, 3}, 1); }, "E-COUNT", {name + "[2]: expected a count of 0 to 7"});
  }
}

// ---- chunks that are none ----

std::vector<unsigned char> zlib(const std::vector<unsigned char>& in) {
  libdeflate_compressor* const c = libdeflate_alloc_compressor(6);
  std::vector<unsigned char> out(libdeflate_zlib_compress_bound(c, in.size()));
  out.resize(libdeflate_zlib_compress(c, in.data(), in.size(), out.data(), out.size()));
  libdeflate_free_compressor(c);
  return out;
}

/// A dataset of four chunks of 1000 int16, the third replaced by these stored bytes.
class BrokenChunk : public testing::Test {
 protected:
  std::string file(const std::string& filters, const std::vector<unsigned char>& stored, std::uint32_t mask = 0) {
    Hdf5Builder h(dir_.file("broken.h5"));
    const List list({filters, {1000, 1}});
    h.dataset("/x", H5T_NATIVE_INT16, {4000, 1}, list.id(), data_.data());
    const hid_t id = H5Dopen2(h.id(), "/x", H5P_DEFAULT);
    const hsize_t offset[2] = {2000, 0};
    EXPECT_GE(H5Dwrite_chunk(id, H5P_DEFAULT, mask, offset, stored.size(), stored.data()), 0);
    H5Dclose(id);
    return h.close();
  }
  void expect_refused(const std::string& filters, const std::vector<unsigned char>& stored, const std::string& part,
                      std::uint32_t mask = 0) {
    const std::string path = file(filters, stored, mask);
    std::string first;
    for (const int threads : {1, 2, 4}) {
      const Opened o = open_all(path, {"/x"}, TimeAxis::kFirst, threads);
      const Samples<double> good = read_numbers(*o.source, {0, 2000}, 1);
      EXPECT_EQ(good(1999, 0), data_[1999]);
      for (int again = 0; again < 2; ++again) {
        const std::string text = expect_error<DataError>([&] { read_numbers(*o.source, {0, 4000}, 1); }, "E-CORRUPT",
                                                         {path + ": /x: expected readable HDF5 data, found chunk at [2000, 0] ", part});
        if (first.empty()) first = text;
        EXPECT_EQ(text, first) << threads;
      }
      EXPECT_EQ(read_numbers(*o.source, {3000, 4000}, 1)(0, 0), data_[3000]) << "the others stay readable";
    }
  }

  TempDir dir_;
  std::vector<std::int16_t> data_ = numbers<std::int16_t>(4000);
  std::vector<unsigned char> plain_ = std::vector<unsigned char>(2000, 5);
};

TEST_F(BrokenChunk, AGoodOneIsTaken) {
  const Opened o = open_all(file("d", zlib(plain_)), {"/x"});
  EXPECT_EQ(read_numbers(*o.source, {2000, 3000}, 1)(999, 0), 0x0505);
}

TEST_F(BrokenChunk, DamagedStreams) {
  const std::vector<unsigned char> good = zlib(plain_);
  expect_refused("d", {good.begin(), good.end() - 6}, "zlib stream");
  expect_refused("d", {good.begin(), good.begin() + 1}, "zlib stream");
  expect_refused("d", std::vector<unsigned char>(500, 0xff), "a damaged zlib stream");
  std::vector<unsigned char> sum = good;
  sum.back() ^= 1U;
  expect_refused("sd", sum, "a damaged zlib stream");
  std::mt19937 random(3);
  std::vector<unsigned char> noise(700);
  for (unsigned char& b : noise) b = static_cast<unsigned char>(random());
  expect_refused("sd", noise, "zlib stream");
}

TEST_F(BrokenChunk, StreamsOfAnotherLength) {
  expect_refused("d", zlib(std::vector<unsigned char>(1999, 1)), "holds fewer than its 2000 bytes");
  expect_refused("sd", zlib(std::vector<unsigned char>(2001, 1)), "holds more than its 2000 bytes");
  expect_refused("d", zlib(std::vector<unsigned char>(50'000'000, 0)), "holds more than its 2000 bytes");
  expect_refused("fd", zlib(plain_), "holds fewer than its 2004 bytes");
}

TEST_F(BrokenChunk, StoredSizesThatCannotBe) {
  expect_refused("s", std::vector<unsigned char>(1998, 1), "of 1998 bytes instead of 2000");
  expect_refused("d", std::vector<unsigned char>(100'000, 1), "stored as 100000 bytes, more than it can need");
}

TEST_F(BrokenChunk, SumsThatDoNotFit) {
  expect_refused("f", std::vector<unsigned char>(2004, 7), "fletcher32 sum does not fit");
  expect_refused("f", {1, 2, 3}, "too few for its fletcher32 sum");
}

TEST_F(BrokenChunk, MasksAreHonouredWhereTheyFit) {
  {
    const Opened o = open_all(file("sd", plain_, 3), {"/x"});  // neither shuffled nor packed
    EXPECT_EQ(read_numbers(*o.source, {2000, 3000}, 1)(0, 0), 0x0505);
  }
  {
    std::vector<unsigned char> halves(2000, 1);
    std::fill(halves.begin() + 1000, halves.end(), static_cast<unsigned char>(2));
    const Opened o = open_all(file("sd", halves, 2), {"/x"});  // shuffled, not packed
    EXPECT_EQ(read_numbers(*o.source, {2000, 3000}, 1)(7, 0), 0x0201);
  }
  expect_refused("sd", zlib(plain_), "instead of 2000", 2);
  expect_refused("sd", plain_, "filters that there are not", 4);
}

TEST(ChunkDecoder, WritesNothingBeyondTheChunk) {
  constexpr auto kMark = std::byte{0xa5};
  std::vector<std::byte> out(3000, kMark);
  const std::vector<unsigned char> bomb = zlib(std::vector<unsigned char>(100'000'000, 0));
  const std::span<const std::byte> stored(reinterpret_cast<const std::byte*>(bomb.data()), bomb.size());
  for (const std::vector<Filter>& filters : {std::vector<Filter>{Filter::kDeflate}, {Filter::kShuffle, Filter::kDeflate}}) {
    ChunkDecoder decoder;
    EXPECT_THROW(decoder.decode({filters, 2000, 2, false}, 0, stored, out.data()), BadChunk);
    EXPECT_TRUE(std::all_of(out.begin() + 2000, out.end(), [&](std::byte b) { return b == kMark; }));
  }
}

TEST(ChunkDecoder, TakesTheSumsOfOldWriters) {
  // 1, 2 as big-endian words 0x0102: a = 0x0102, b = 0x0102; old writers swapped the bytes of each half
  const std::vector<std::byte> sum = {std::byte{1}, std::byte{2}, std::byte{2}, std::byte{1}, std::byte{2}, std::byte{1}};
  const std::vector<std::byte> old = {std::byte{1}, std::byte{2}, std::byte{1}, std::byte{2}, std::byte{1}, std::byte{2}};
  const std::vector<std::byte> bad = {std::byte{1}, std::byte{2}, std::byte{2}, std::byte{1}, std::byte{1}, std::byte{2}};
  ChunkDecoder decoder;
  std::array<std::byte, 2> out{};
  const ChunkCodec codec{{Filter::kFletcher32}, 2, 2, false};
  EXPECT_NO_THROW(decoder.decode(codec, 0, sum, out.data()));
  EXPECT_NO_THROW(decoder.decode(codec, 0, old, out.data()));
  EXPECT_THROW(decoder.decode(codec, 0, bad, out.data()), BadChunk);
}

TEST(DatasetSource, TooManyLargeChunksAreRefusedAtOnceWithAdvice) {
  const TempDir dir;
  Hdf5Builder h(dir.file("a.h5"));
  const List list({"d", {6'000'000, 1}});  // 48 MB each, in bytes that say little
  const double one = 1;
  std::vector<std::string> names;
  for (int n = 0; n < 5; ++n) {
    names.push_back("/x" + std::to_string(n));
    const hsize_t size[2] = {1, 1};
    const hsize_t limit[2] = {H5S_UNLIMITED, 1};  // else no chunk may be larger than the dataset
    const hid_t space = H5Screate_simple(2, size, limit);
    const hid_t id = H5Dcreate2(h.id(), names.back().c_str(), H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, list.id(), H5P_DEFAULT);
    ASSERT_GE(H5Dwrite(id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &one), 0);
    H5Dclose(id);
    H5Sclose(space);
  }
  const std::string path = h.close();
  EXPECT_EQ(read_numbers(*open_all(path, {names[0]}).source, {0, 1}, 1)(0, 0), 1);
  expect_error<DataError>([&] { open_all(path, names); }, "E-SIZE", {path + ": /x4", "at most 192 MiB", "smaller chunks"});
}

TEST(DatasetSource, HostileShuffleSizeIsRefused) {
  const TempDir dir;
  Hdf5Builder h(dir.file("a.h5"));
  const List list({"s", {10, 1}});
  h.samples("/x", H5T_NATIVE_INT16, std::vector<std::int16_t>(10, 1), list.id());
  std::string bytes = test::bytes_of(h.close());
  // the filter's one value, 2, follows its padded name
  const std::size_t name = bytes.find("shuffle");
  ASSERT_NE(name, std::string::npos);
  bytes[name + 8] = 4;
  const std::string bad = dir.write("bad.h5", bytes);
  expect_error<DataError>([&] { open_checked(File(bad), "/x"); }, "E-FILTER", {"bytes shuffled by numbers of 2, found by 4"});
}

}  // namespace
}  // namespace myocramp::io::hdf5
