#include "platform/process.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace myocramp::platform {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kLimited = false;
#else
constexpr bool kLimited = true;
#endif

constexpr std::size_t kMuch = std::size_t{512} << 20U;

std::size_t allocate(std::size_t bytes) { return std::vector<char>(bytes, 'x').size(); }

void turn_for_ever() {
  const HeaderLimits limits(0);
  volatile bool more = true;
  while (more) {
  }
}

TEST(HeaderLimits, MemoryIsLimitedWhileTheyLive) {
  if (!kLimited) GTEST_SKIP() << "a sanitizer has its own memory";
  {
    const HeaderLimits limits(0);
    EXPECT_EQ(limits.memory_bytes(), std::size_t{128} << 20U);
    EXPECT_THROW(allocate(kMuch), std::bad_alloc);
    EXPECT_EQ(allocate(1000), 1000U);
  }
  EXPECT_EQ(allocate(kMuch), kMuch);
}

TEST(HeaderLimits, MemoryGrowsWithTheFile) {
  const HeaderLimits limits(2 * kMuch);
  EXPECT_EQ(allocate(kMuch), kMuch);
}

TEST(HeaderLimitsDeathTest, AnEndlessLoopIsEnded) {
  if (!kLimited) GTEST_SKIP() << "a sanitizer makes everything slow";
  EXPECT_EXIT(turn_for_ever(), ::testing::KilledBySignal(SIGXCPU), "");
}

TEST(HowItEnded, NamesTheCause) {
  EXPECT_EQ(how_it_ended({3, 0}), "one that ends its reader with exit code 3");
  EXPECT_EQ(how_it_ended({0, SIGSEGV}), "one that ends its reader with signal 11");
  EXPECT_EQ(how_it_ended({0, SIGXCPU}), "one that uses up the processor time of its reader");
}

/// Runs one shell script to its end: what it said, line by line, and how it ended.
std::pair<std::vector<std::string>, Ended> run_script(const char* script, double limit_s) {
  std::vector<std::string> lines;
  Ended how;
  Job job;
  job.arguments = {"/bin/sh", "-c", script};
  job.limit_s = limit_s;
  job.on_line = [&lines](const std::string& line) { lines.push_back(line); };
  job.on_end = [&how](const Ended& ended) { how = ended; };
  run_jobs({job}, 1, [] { return false; });
  return {lines, how};
}

TEST(RunJobs, HearsALastLineThatDoesNotEnd) {
  EXPECT_EQ(run_script("printf 'a\nb'", 0).first, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(run_script("printf 'a\n'; exit 3", 100).second.exit_code, 3);
}

TEST(RunJobs, EndsWhatTakesTooLongWithWhatItStarted) {
  // The second process holds the output open: it has to end too.
  const auto [lines, how] = run_script("echo a; sleep 1000 & sleep 1000; echo b", 0.2);
  EXPECT_TRUE(how.timed_out);
  EXPECT_EQ(how.signal, SIGKILL);
  EXPECT_EQ(lines, (std::vector<std::string>{"a"}));
  EXPECT_FALSE(run_script("exit 0", 100).second.timed_out);
}

TEST(ForgetHdf5Environment, LeavesOtherVariables) {
  ASSERT_EQ(setenv("HDF5_PLUGIN_PATH", "/nowhere", 1), 0);
  ASSERT_EQ(setenv("MYOCRAMP_TEST_HDF5_", "kept", 1), 0);
  forget_hdf5_environment();
  EXPECT_EQ(std::getenv("HDF5_PLUGIN_PATH"), nullptr);
  EXPECT_STREQ(std::getenv("MYOCRAMP_TEST_HDF5_"), "kept");
}

}  // namespace
}  // namespace myocramp::platform
