#include "platform/process.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <new>
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

TEST(ForgetHdf5Environment, LeavesOtherVariables) {
  ASSERT_EQ(setenv("HDF5_PLUGIN_PATH", "/nowhere", 1), 0);
  ASSERT_EQ(setenv("MYOCRAMP_TEST_HDF5_", "kept", 1), 0);
  forget_hdf5_environment();
  EXPECT_EQ(std::getenv("HDF5_PLUGIN_PATH"), nullptr);
  EXPECT_STREQ(std::getenv("MYOCRAMP_TEST_HDF5_"), "kept");
}

}  // namespace
}  // namespace myocramp::platform
