#include "study/kept_samples.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "myocramp/signal/pick.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

constexpr Index kLead = 101;
constexpr Index kRows = 70'000;  // some blocks and a part

Signal noise() {
  Signal s{"", SampleRate(2048), 0, kRows, {}, nullptr, ""};
  s.channels.resize(3);
  s.source = std::make_shared<MemorySource>(Samples<double>(testing::white_noise(kRows, 3, 4) * 1e-5));
  return s;
}

TEST(KeptSamples, AreThoseOfTheConditionerWhateverThereIsRoomFor) {
  const Signal signal = noise();
  for (const Index room : {Index{0}, Index{40'000}, kRows}) {  // rows
    KeptSamples samples(signal, {}, kLead, static_cast<std::size_t>(3 * room));
    Samples<double> y(kRows, 3);
    for (Index b = 0; b < samples.blocks(); ++b) {
      const Conditioner::View v = samples.first(b);
      for (Index i = v.lead; i < v.x.rows(); ++i) {
        for (Index c = 0; c < 3; ++c) y(v.rows.begin + i - v.lead, c) = v.x(i, c);
      }
    }
    const Index block = samples.rows(0).end;
    ASSERT_EQ(samples.kept_rows(), room == kRows ? kRows : room / block * block);
    const auto expected = [&](Index row, Index c) {
      return row < samples.kept_rows() ? static_cast<double>(static_cast<float>(y(row, c))) : y(row, c);
    };
    for (Index b = samples.blocks() - 1; b >= 0; --b) {
      const Conditioner::View v = samples.again(b);
      EXPECT_EQ(v.rows, samples.rows(b));
      ASSERT_EQ(v.lead, std::min(kLead, v.rows.begin));
      ASSERT_EQ(v.x.rows(), v.lead + v.rows.length());
      bool same = true;
      for (Index i = v.lead; i < v.x.rows(); ++i) {
        for (Index c = 0; c < 3; ++c) same = same && v.x(i, c) == expected(v.rows.begin + i - v.lead, c);
      }
      for (Index i = 0; i < v.lead && v.rows.end <= samples.kept_rows(); ++i) {
        for (Index c = 0; c < 3; ++c) same = same && v.x(i, c) == expected(v.rows.begin + i - v.lead, c);
      }
      EXPECT_TRUE(same) << "block " << b << ", room for " << room;
    }
    if (room > 0) {
      EXPECT_EQ(samples.kept(777, 2), static_cast<double>(static_cast<float>(y(777, 2))));
    }
  }
}

}  // namespace
}  // namespace myocramp
