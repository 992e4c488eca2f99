#include "myocramp/core/options.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace myocramp {
namespace {

struct Example {
  double gain = 1;
  int count = 3;
};
template <class V>
void describe(Example& o, V&& v) {
  v(o.gain, Field{"gain", "dB", 0, 2, "how much", "our default"});
  v(o.count, Field{"count", "1", 1, kNoLimit, "how many", "our default"});
}

std::string complaint(const Example& o) {
  try {
    check(o, "example");
  } catch (const InvalidArgument& e) {
    return e.what();
  }
  return "";
}

TEST(Options, NameTheSectionTheRangeAndTheValue) {
  EXPECT_EQ(complaint({}), "");
  EXPECT_EQ(complaint({.gain = 2.5}), "example.gain: expected 0 to 2 dB, found 2.5");
  EXPECT_EQ(complaint({.count = 0}), "example.count: expected at least 1, found 0");
}

TEST(Options, NanIsOutOfEveryRange) { EXPECT_NE(complaint({.gain = std::nan("")}), ""); }

}  // namespace
}  // namespace myocramp
