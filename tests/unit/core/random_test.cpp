#include "myocramp/core/random.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace myocramp {
namespace {

TEST(Philox, GivesThePublishedAnswers) {  // Random123 kat_vectors, philox4x32 with 10 rounds
  EXPECT_EQ(Philox::block({0, 0, 0, 0}, 0, 0), (Philox::Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr auto kAll = 0xffffffffU;
  EXPECT_EQ(Philox::block({kAll, kAll, kAll, kAll}, kAll, kAll), (Philox::Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox::block({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0),
            (Philox::Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, NormalsHaveTheirMoments) {
  Random r(1, 2);
  double sum = 0;
  double squares = 0;
  constexpr int kCount = 200'000;
  for (int i = 0; i < kCount; ++i) {
    const double v = r.normal();
    sum += v;
    squares += v * v;
  }
  EXPECT_NEAR(sum / kCount, 0, 5 / std::sqrt(kCount));
  EXPECT_NEAR(squares / kCount, 1, 5 * std::sqrt(2.0 / kCount));
}

TEST(Random, StreamsAndSeedsDiffer) {
  EXPECT_EQ(Random(1, 0).uniform(), Random(1, 0).uniform());
  EXPECT_NE(Random(1, 0).uniform(), Random(1, 1).uniform());
  EXPECT_NE(Random(1, 0).uniform(), Random(2, 0).uniform());
}

}  // namespace
}  // namespace myocramp
