#include "myocramp/signal/numbers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace myocramp {
namespace {

/// Count i of channel c is 10 * i + c; rows 2, 3 and 6 are gaps.
NumbersSource<std::int32_t> ten_rows() {
  Samples<std::int32_t> counts(10, 2);
  for (Index i = 0; i < 10; ++i) {
    for (Index c = 0; c < 2; ++c) counts(i, c) = static_cast<std::int32_t>(10 * i + c);
  }
  return {std::move(counts), Encoding{NumberType::kInt32, {0.5, 2.0}, -1}, {{2, 4}, {6, 7}}};
}

TEST(NumbersSource, GivesVoltsByStepAndOffsetAndNanInGapsForAnyPart) {
  const NumbersSource<std::int32_t> source = ten_rows();
  for (Index begin = 0; begin < 10; ++begin) {
    for (Index end = begin; end <= 10; ++end) {
      Samples<double> out(end - begin, 2);
      source.read({begin, end}, Block<double>(out));
      for (Index i = begin; i < end; ++i) {
        const bool in_gap = i == 2 || i == 3 || i == 6;
        for (Index c = 0; c < 2; ++c) {
          const double expected = static_cast<double>(10 * i + c) * (c == 0 ? 0.5 : 2.0) - 1;
          if (in_gap) {
            EXPECT_TRUE(std::isnan(out(i - begin, c)));
          } else {
            EXPECT_EQ(out(i - begin, c), expected);
          }
        }
      }
    }
  }
}

TEST(NumbersSource, KeepsItsNumbers) {
  const NumbersSource<std::int32_t> source = ten_rows();
  Samples<double> out(3, 2);
  source.read_stored({4, 7}, Block<double>(out));
  EXPECT_EQ(out(0, 1), 41);
  EXPECT_EQ(out(2, 0), 60);
  EXPECT_EQ(source.encoding().type, NumberType::kInt32);
  EXPECT_THAT(source.encoding().step_v, ::testing::ElementsAre(0.5, 2.0));
}

}  // namespace
}  // namespace myocramp
