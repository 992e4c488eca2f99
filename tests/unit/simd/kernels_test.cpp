#include "myocramp/simd/kernels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "myocramp/filter/butterworth.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

std::vector<const simd::Kernels*> sets() {
  std::vector<const simd::Kernels*> out;
  for (const char* name : {"baseline", "avx2", "avx512"}) {
    if (const simd::Kernels* k = simd::find_kernels(name)) out.push_back(k);
  }
  return out;
}

Samples<double> holed_noise(Index channels) {
  Samples<double> x = testing::white_noise(700, channels, 5);
  x(300, channels / 2) = std::nan("");
  x(350, channels / 2) = std::numeric_limits<double>::infinity();
  x.row(400).setConstant(-0.0);
  return x;
}

template <class T>
Samples<T> cascaded(const simd::Kernels& set, const Samples<T>& x, int order, const T* offset = nullptr) {
  std::vector<T> coefficients;
  const auto add = [&coefficients](std::initializer_list<double> values) {
    for (const double k : values) coefficients.push_back(static_cast<T>(k));
  };
  const Sections sections = butterworth_bandpass({20, 450, order}, SampleRate(2048));
  for (const Section& s : sections) {
    if constexpr (std::is_same_v<T, double>) {
      add({s.b0, s.b1, s.b2, s.a1, s.a2});
    } else {
      const detail::StateVariableSection v = detail::state_variable(s);
      add({v.c1, v.c2, v.c3, v.m0, v.m1, v.m2});
    }
  }
  std::vector<T> state(static_cast<std::size_t>(2 * order * x.cols()), T(0.25));
  Samples<T> y(x.rows(), x.cols());
  simd::cascade(
      set, T{})({coefficients.data(), order, state.data(), x.cols(), offset, x.data(), x.cols(), y.data(), y.cols(), x.rows(), x.cols()});
  return y;
}

// A stretch and its suffix sums, as the sums stand after it.
template <class T>
Samples<T> averages(const simd::Kernels& set, const Samples<T>& x, simd::Averaged averaged) {
  const Index channels = x.cols();
  Samples<T> y(1401, channels);
  Samples<double> sums = testing::white_noise(701, channels, 6).abs();
  Samples<double> prefix = Samples<double>::Zero(1, channels);
  simd::MovingStretch<T> t;
  t.x = x.data();
  t.y = y.data();
  t.sums = sums.data();
  t.prefix = prefix.data();
  t.x_stride = t.y_stride = t.channels = channels;
  t.rows = t.window = 700;
  t.seen = 100;
  t.averaged = averaged;
  simd::moving_stretch(set, T{})(t);
  set.suffix_sums(sums.data(), 700, channels);
  y.bottomRows(701) = sums.cast<T>();
  return y;
}

template <class T>
Samples<T> teager_kaiser(const simd::Kernels& set, const Samples<T>& x) {
  Samples<T> y(702, x.cols());
  Samples<T> past = Samples<T>::Constant(2, x.cols(), T(0.5));
  simd::TeagerKaiserRun<T> t;
  t.x = x.data();
  t.y = y.data();
  t.past = past.data();
  t.x_stride = t.y_stride = t.channels = x.cols();
  t.rows = 700;
  simd::teager_kaiser(set, T{})(t);
  y.bottomRows(2) = past;
  return y;
}

template <class T>
Samples<T> hilbert(const simd::Kernels& set, const Samples<T>& x) {
  const Samples<double> wide = x.template cast<double>();
  const std::vector<double> taps = {0.6, 0.2, 0.1};
  Samples<T> y(690, x.cols());
  simd::HilbertRun<T> t;
  t.x = wide.data();
  t.taps = taps.data();
  t.reach = 5;
  t.y = y.data();
  t.y_stride = t.channels = x.cols();
  t.rows = 690;
  simd::hilbert(set, T{})(t);
  return y;
}

Samples<double> reductions(const simd::Kernels& set, const Samples<double>& x) {
  Samples<double> y = Samples<double>::Zero(4, x.cols());
  y.row(3).setConstant(1);
  set.add_absolute(x.data(), x.cols(), 700, x.cols(), y.data());
  set.extremes(x.data(), x.cols(), 700, x.cols(), &y(1, 0), &y(2, 0), &y(3, 0));
  return y;
}

Samples<double> crossings(const simd::Kernels& set, const Samples<double>& x) {
  Samples<double> y(2, x.cols());
  const std::vector<double> level(static_cast<std::size_t>(x.cols()), 0.7);
  std::vector<std::int64_t> count(level.size(), 3);
  y.row(1).setConstant(0.7);
  set.count_crossings(x.data(), x.cols(), 700, x.cols(), level.data(), y.data() + x.cols(), count.data());
  for (std::size_t c = 0; c < count.size(); ++c) y(0, static_cast<Index>(c)) = static_cast<double>(count[c]);
  return y;
}

Samples<double> pair_ranks(const simd::Kernels& set, const Samples<double>& x, Index rank) {
  constexpr Index kPairs = 19;
  const Index channels = x.cols();
  const Samples<double> finite = x.isFinite().select(x, 0.0);
  Samples<double> y(700, channels);
  Samples<double> lists = Samples<double>::Zero(kPairs + rank + (kPairs + 1) * rank + 2, channels);
  simd::PairRankRun t;
  t.x = finite.data();
  t.y = y.data();
  t.x_stride = t.y_stride = t.channels = channels;
  t.rows = 700;
  t.pairs = t.place = kPairs;
  t.rank = rank;
  t.energies = lists.data();
  t.prefix = t.energies + kPairs * channels;
  t.suffix = t.prefix + rank * channels;
  t.half = t.suffix + (kPairs + 1) * rank * channels;
  t.value = t.half + channels;
  set.pair_rank(t);
  return y;
}

TEST(Kernels, AnUnknownSetIsNone) {
  EXPECT_NE(simd::find_kernels("baseline"), nullptr);
  EXPECT_EQ(simd::find_kernels("sse9"), nullptr);
}

// So that results do not depend on the machine.
TEST(Kernels, AllInstructionSetsGiveTheSameBits) {
  for (const Index channels : {1, 2, 3, 7, 8, 16, 31}) {
    const Samples<double> x = holed_noise(channels);
    const Samples<float> single = x.cast<float>();
    for (const simd::Kernels* set : sets()) {
      SCOPED_TRACE(set->name);
      for (const int order : {1, 2, 3, 4, 5, 6, 9}) {
        EXPECT_TRUE(testing::same_bits<double>(cascaded<double>(*sets()[0], x, order), cascaded<double>(*set, x, order)));
        EXPECT_TRUE(testing::same_bits<float>(cascaded<float>(*sets()[0], single, order), cascaded<float>(*set, single, order)));
        // An offset is taken off before all else.
        const std::vector<double> offset(static_cast<std::size_t>(channels), 0.7);
        const Samples<double> less = x - 0.7;
        EXPECT_TRUE(testing::same_bits<double>(cascaded<double>(*sets()[0], less, order), cascaded<double>(*set, x, order, offset.data())));
      }
      const simd::Kernels& first = *sets()[0];
      for (const auto averaged : {simd::Averaged::kAbsolute, simd::Averaged::kSquare, simd::Averaged::kPlain}) {
        EXPECT_TRUE(testing::same_bits<double>(averages(first, x, averaged), averages(*set, x, averaged))) << channels;
        EXPECT_TRUE(testing::same_bits<float>(averages(first, single, averaged), averages(*set, single, averaged))) << channels;
      }
      EXPECT_TRUE(testing::same_bits<double>(teager_kaiser(first, x), teager_kaiser(*set, x))) << channels;
      EXPECT_TRUE(testing::same_bits<float>(teager_kaiser(first, single), teager_kaiser(*set, single))) << channels;
      EXPECT_TRUE(testing::same_bits<double>(hilbert(first, x), hilbert(*set, x))) << channels;
      EXPECT_TRUE(testing::same_bits<float>(hilbert(first, single), hilbert(*set, single))) << channels;
      EXPECT_TRUE(testing::same_bits<double>(reductions(first, x), reductions(*set, x))) << channels;
      EXPECT_TRUE(testing::same_bits<double>(crossings(first, x), crossings(*set, x))) << channels;
      for (const Index rank : {1, 3, 4, 8, 16}) {
        EXPECT_TRUE(testing::same_bits<double>(pair_ranks(first, x, rank), pair_ranks(*set, x, rank))) << channels << " " << rank;
      }
    }
  }
}

TEST(Kernels, CountsBecomeVoltsWithOneRounding) {
  for (const simd::Kernels* set : sets()) {
    for (const simd::Index n : {0, 1, 7, 64, 515}) {
      std::vector<std::int16_t> x(static_cast<std::size_t>(n));
      std::vector<double> zero(x.size());
      std::vector<double> step(x.size());
      std::vector<double> out(x.size() + 1, 5);
      for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = static_cast<std::int16_t>(static_cast<int>(i * 7919) % 65536 - 32768);
        zero[i] = static_cast<double>(i % 3) * 100;
        step[i] = 1e-7 / static_cast<double>(i % 5 + 1);
      }
      set->int16_to_volts(x.data(), zero.data(), step.data(), 0.25, n, out.data());
      for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(out[i], (x[i] - zero[i]) * step[i] + 0.25) << set->name << " " << i;
      EXPECT_EQ(out.back(), 5);
    }
  }
}

TEST(Kernels, CrossingsAreStepsToAboveTheLevel) {
  const Samples<double> x = holed_noise(3);
  for (const simd::Kernels* set : sets()) {
    const Samples<double> found = crossings(*set, x);
    for (Index c = 0; c < 3; ++c) {
      int count = 3;
      for (Index i = 0; i < 700; ++i) {
        const bool before = i > 0 && std::abs(x(i - 1, c)) > 0.7;
        count += std::abs(x(i, c)) > 0.7 && !before ? 1 : 0;
      }
      EXPECT_EQ(found(0, c), count) << set->name;
      EXPECT_EQ(found(1, c), std::abs(x(699, c)));
    }
  }
}

TEST(Kernels, ExtremesPassOverNanAndTellOfIt) {
  const Samples<double> x = holed_noise(3);
  for (const simd::Kernels* set : sets()) {
    std::vector<double> most(3, 0);
    std::vector<double> least(3, 0);
    std::vector<double> finite(3, 1);
    set->extremes(x.data(), 3, 340, 3, most.data(), least.data(), finite.data());
    EXPECT_EQ(finite, (std::vector<double>{1, 0, 1}));
    EXPECT_EQ(most[0], x.col(0).head(340).maxCoeff());
    EXPECT_EQ(most[2], x.col(2).head(340).maxCoeff());
    EXPECT_EQ(least[0], x.col(0).head(340).minCoeff());
    EXPECT_EQ(least[2], x.col(2).head(340).minCoeff());
    EXPECT_TRUE(std::isfinite(most[1]) && std::isfinite(least[1]));
  }
}

TEST(Kernels, AllFiniteSeesAnyValueThatIsNot) {
  for (const Index channels : {1, 3, 16, 37}) {
    Samples<double> x = testing::white_noise(50, channels + 2, 4);
    x.rightCols(2).setConstant(std::numeric_limits<double>::quiet_NaN());  // beyond the channels: not looked at
    Samples<double> dense = x.leftCols(channels);
    for (const simd::Kernels* set : sets()) {
      EXPECT_TRUE(set->all_finite(x.data(), channels + 2, 50, channels)) << set->name;
      EXPECT_TRUE(set->all_finite(dense.data(), channels, 50, channels)) << set->name;
      EXPECT_TRUE(set->all_finite(dense.data(), channels, 0, channels)) << set->name;
      for (Index i = 0; i < dense.size(); ++i) {
        const Index row = i / channels;
        const Index c = i % channels;
        const double bad = (i % 2 == 0 ? 1 : -1) * (i % 3 == 0 ? std::numeric_limits<double>::quiet_NaN() : kNoLimit);
        const double was = std::exchange(x(row, c), bad);
        dense(row, c) = bad;
        EXPECT_FALSE(set->all_finite(x.data(), channels + 2, 50, channels)) << set->name << ' ' << i;
        EXPECT_FALSE(set->all_finite(dense.data(), channels, 50, channels)) << set->name << ' ' << i;
        x(row, c) = dense(row, c) = was;
      }
    }
  }
}

TEST(Kernels, LookForRunsTellsOfThreeEqualValuesAndOfWhatIsNotFinite) {
  Samples<double> x = testing::white_noise(700, 20, 8);
  for (Index i = 50; i < 52; ++i) x(i, 0) = x(49, 0);             // three in a row
  for (Index i = 0; i < x.rows(); i += 2) x(i, 1) = x(i + 1, 1);  // two, at each place
  x(699, 2) = std::numeric_limits<double>::infinity();
  x(0, 3) = std::numeric_limits<double>::quiet_NaN();
  for (Index c = 4; c < 20; ++c) x(17 + c, c) = 10 + static_cast<double>(c);
  for (const simd::Kernels* set : sets()) {
    std::vector<double> most(20);
    std::vector<double> least(20);
    std::vector<double> plain(20);
    set->look_for_runs(x.data(), x.cols(), 700, x.cols(), most.data(), least.data(), plain.data());
    for (Index c = 0; c < 20; ++c) {
      const auto k = static_cast<std::size_t>(c);
      EXPECT_EQ(plain[k], c == 0 || c == 2 || c == 3 ? 0 : 1) << set->name << ' ' << c;
      if (c == 3) continue;
      EXPECT_EQ(most[k], x.col(c).head(700).maxCoeff());
      EXPECT_EQ(least[k], x.col(c).head(700).minCoeff());
    }
  }
}

TEST(Kernels, ChangeBoundsAreThoseOfThePlainLoopAndTellWhichGroupsGoBelow) {
  const Samples<double> noise = testing::white_noise(24, 2, 9).abs();
  std::vector<double> place(24);
  std::vector<double> before(24);
  std::vector<double> sums(24);
  for (Index k = 0; k < 24; ++k) {
    const auto i = static_cast<std::size_t>(k);
    place[i] = static_cast<double>(3 * k);
    before[i] = noise(k, 0);
    sums[i] = 80 - 3 * static_cast<double>(k) + noise(k, 1);
  }
  const auto bound = [&](std::size_t i) {
    return before[i] + (80 - place[i]) * 0.9 - 1.1 * (80 - place[i]) * (80 - place[i]) / (sums[i] + 0.7);
  };
  const double lowest = std::min({bound(8), bound(9), bound(10), bound(11), bound(12), bound(13), bound(14), bound(15)});
  for (const simd::Kernels* set : sets()) {
    std::vector<double> low(24, -1);
    std::vector<std::uint8_t> below(3, 7);
    std::vector<double> added = sums;
    set->change_bounds({place.data(), before.data(), added.data(), 17, 80, 0.9, 1.1, 0.7, lowest, low.data(), below.data()});
    for (std::size_t i = 0; i < 17; ++i) {
      EXPECT_EQ(low[i], bound(i)) << set->name << ' ' << i;
      EXPECT_EQ(added[i], sums[i] + 0.7) << set->name << ' ' << i;
    }
    EXPECT_EQ(below[1], 0) << set->name;
    added = sums;
    set->change_bounds(
        {place.data(), before.data(), added.data(), 17, 80, 0.9, 1.1, 0.7, std::nextafter(lowest, 1e9), low.data(), below.data()});
    EXPECT_EQ(below[1], 1) << set->name;
  }
}

}  // namespace
}  // namespace myocramp
