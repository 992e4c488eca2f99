// The law of every causal processor: however a signal is split into blocks, the bits are those of the batch form.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "myocramp/core/processor.hpp"
#include "myocramp/core/random.hpp"
#include "myocramp/detect/registry.hpp"
#include "myocramp/envelope/hilbert.hpp"
#include "myocramp/envelope/linear.hpp"
#include "myocramp/envelope/moving_mean.hpp"
#include "myocramp/envelope/teager_kaiser.hpp"
#include "myocramp/filter/blanking.hpp"
#include "myocramp/filter/butterworth.hpp"
#include "myocramp/filter/ecg.hpp"
#include "myocramp/filter/gaps.hpp"
#include "myocramp/filter/mains.hpp"
#include "myocramp/filter/notch.hpp"
#include "myocramp/filter/resample.hpp"
#include "myocramp/filter/sos.hpp"
#include "support/allocations.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

// A processor of any type behind one face.
template <class T>
struct Case {
  std::string name;
  std::function<void(ConstBlock<T>, Block<T>)> process;
  std::function<void()> reset;
  Index rows = 3000;  // of a signal that brings out all that it does
};

// Noise with a pulse in every 200 rows, which at 250 Hz looks like a heart.
template <class T>
Samples<T> noise_and_beats(Index rows, Index channels, std::uint64_t seed) {
  Samples<T> x = testing::white_noise<T>(rows, channels, seed);
  for (Index i = 0; i < rows; ++i) {
    const double u = static_cast<double>(i % 200 - 100) / 3;
    x.row(i) += static_cast<T>(30 * std::exp(-u * u / 2));
  }
  return x;
}

template <class T, BlockProcessor<T> P>
Case<T> wrap(std::string name, P processor) {
  auto p = std::make_shared<P>(std::move(processor));
  return {std::move(name), [p](ConstBlock<T> x, Block<T> y) { p->process(x, y); }, [p] { p->reset(); }};
}

template <class T>
std::vector<Case<T>> all_processors(Index channels) {
  std::vector<Case<T>> cases;
  for (const int order : {1, 4, 6}) {
    cases.push_back(
        wrap<T>("sos order " + std::to_string(order), SosFilter<T>(butterworth_bandpass({20, 450, order}, SampleRate(2048)), channels)));
  }
  for (const int order : {1, 4, 9}) {
    const std::string name = " order " + std::to_string(order);
    cases.push_back(wrap<T>("low-pass" + name, SosFilter<T>(butterworth_lowpass({100, order}, SampleRate(2048)), channels)));
    cases.push_back(wrap<T>("high-pass" + name, SosFilter<T>(butterworth_highpass({30, order}, SampleRate(2048)), channels)));
    cases.push_back(
        wrap<T>("between gaps" + name, SosFilterBetweenGaps<T>(butterworth_bandpass({20, 450, order}, SampleRate(2048)), channels)));
  }
  cases.push_back(wrap<T>("notches", SosFilter<T>(mains_notches({}, SampleRate(2048)), channels)));
  for (const Index window : {1, 50, 333}) {
    cases.push_back(wrap<T>("rms " + std::to_string(window), MovingRms<T>(window, channels)));
    cases.push_back(wrap<T>("arv " + std::to_string(window), MovingArv<T>(window, channels)));
    cases.push_back(wrap<T>("mean of Teager-Kaiser " + std::to_string(window), TeagerKaiserMean<T>(window, channels)));
  }
  cases.push_back(wrap<T>("Teager-Kaiser", TeagerKaiser<T>(channels)));
  cases.push_back(wrap<T>("linear envelope", LinearEnvelope<T>({}, SampleRate(2048), channels)));
  cases.push_back(wrap<T>("hilbert", HilbertEnvelope<T>({}, SampleRate(2048), channels)));
  const std::vector<Interval> pulses = {{0, 9}, {70, 101}, {990, 1021}, {1200, 1260}};
  cases.push_back(wrap<T>("blanking", Blanking<T>(pulses, channels, BlankMode::kNaN)));
  cases.push_back(wrap<T>("blanking by lines", Blanking<T>(pulses, channels, BlankMode::kLinear)));
  // At a low rate, so that its delay is a part of the signal; too ready to find hum in noise, so that there is some to remove.
  cases.push_back(wrap<T>("mains", MainsRemoval({.window_s = 1.5, .p_fa = 0.1}, SampleRate(250),
                                                std::vector<double>(static_cast<std::size_t>(channels), 50.0))));
  // Its output lags by 30 s; one more step of 5 s has beats to remove.
  cases.push_back(wrap<T>("ecg", EcgRemoval({}, SampleRate(250), channels)));
  cases.back().rows = 12000;
  if constexpr (std::is_same_v<T, double>) {
    for (const DetectorEntry& e : detectors()) {
      std::shared_ptr<Detector> d = make_detector(e.name, {}, SampleRate(2048), channels);
      cases.push_back({e.name, [d](ConstBlock<double> x, Block<double> y) { d->process(x, y); }, [d] { d->reset(); }});
      if (d->frame() > 0) cases.back().rows = 1400;  // for their statistics may be slow, of which one in a frame is wanted
    }
  }
  return cases;
}

template <class T>
class Streaming : public ::testing::Test {};
using Scalars = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Streaming, Scalars);

TYPED_TEST(Streaming, AnySplitGivesTheBitsOfTheBatch) {
  using T = TypeParam;
  Random random(7, 0);
  for (const Index channels : {1, 3, 8, 11}) {
    for (Case<T>& processor : all_processors<T>(channels)) {
      Samples<T> x = noise_and_beats<T>(processor.rows, channels, 8);
      x(1234, 0) = std::numeric_limits<T>::quiet_NaN();
      Samples<T> batch(x.rows(), channels);
      processor.reset();
      processor.process(x, batch);
      for (int round = 0; round < 8; ++round) {
        Samples<T> split = Samples<T>::Zero(x.rows(), channels);
        processor.reset();
        for (Index at = 0; at < x.rows();) {
          // Sizes 0 and 1, a few, and most of the rest, in turn at random.
          const double draw = random.uniform();
          Index n = draw < 0.2 ? 0 : draw < 0.4 ? 1 : static_cast<Index>(random.uniform() * (draw < 0.8 ? 200.0 : 2000.0));
          n = std::min(n, x.rows() - at);
          processor.process(ConstBlock<T>(x).rows(at, n), Block<T>(split).rows(at, n));
          at += n;
        }
        ASSERT_TRUE(testing::same_bits<T>(batch, split)) << processor.name << ", " << channels << " channels";
      }
    }
  }
}

TYPED_TEST(Streaming, WorksInPlaceAndOnAnyStrides) {
  using T = TypeParam;
  for (Case<T>& processor : all_processors<T>(3)) {
    const Index n = processor.rows;
    const Samples<T> x = noise_and_beats<T>(n, 3, 9);
    Samples<T> expected(n, 3);
    processor.reset();
    processor.process(x, expected);
    Samples<T> in_place = x;
    processor.reset();
    processor.process(in_place, in_place);
    ASSERT_TRUE(testing::same_bits<T>(expected, in_place)) << processor.name;
    Samples<T> planar = x.transpose();  // channels far apart, samples adjacent
    Samples<T> out(3, n);
    processor.reset();
    processor.process(ConstBlock<T>(planar.data(), n, 3, 1, n), Block<T>(out.data(), n, 3, 1, n));
    ASSERT_TRUE(testing::same_bits<T>(expected, Samples<T>(out.transpose()))) << processor.name;
  }
}

// Which are written a huge page at a time.
TYPED_TEST(Streaming, LargeBlocksHaveTheBitsOfSmallOnesInPlaceToo) {
  using T = TypeParam;
  constexpr Index kRows = 60'000;
  constexpr Index kChannels = 11;
  const Samples<T> x = noise_and_beats<T>(kRows, kChannels, 10);
  for (const Case<T>& processor : {wrap<T>("sos", SosFilter<T>(butterworth_bandpass({20, 450, 4}, SampleRate(2048)), kChannels)),
                                   wrap<T>("rms", MovingRms<T>(700, kChannels)), wrap<T>("tkeo", TeagerKaiser<T>(kChannels))}) {
    Samples<T> small(kRows, kChannels);
    processor.reset();
    for (Index at = 0; at < kRows; at += 1000) processor.process(ConstBlock<T>(x).rows(at, 1000), Block<T>(small).rows(at, 1000));
    Samples<T> large(kRows, kChannels);
    processor.reset();
    processor.process(x, large);
    ASSERT_TRUE(testing::same_bits<T>(small, large)) << processor.name;
    large = x;
    processor.reset();
    processor.process(large, large);
    ASSERT_TRUE(testing::same_bits<T>(small, large)) << processor.name;
  }
}

TYPED_TEST(Streaming, ProcessAllocatesNothing) {
  using T = TypeParam;
  if (testing::allocations() < 0) GTEST_SKIP() << "allocations are not counted in this build";
  for (Case<T>& processor : all_processors<T>(3)) {
    const Index n = processor.rows;
    Samples<T> x = noise_and_beats<T>(n, 3, 10);
    x(1234, 1) = std::numeric_limits<T>::quiet_NaN();
    const Samples<T> planar = x.transpose();
    Samples<T> y(n, 3);
    processor.reset();
    const long before = testing::allocations();
    processor.process(x, y);
    processor.process(ConstBlock<T>(planar.data(), n, 3, 1, n), y);
    processor.reset();
    const long after = testing::allocations();
    EXPECT_EQ(after - before, 0) << processor.name;
  }
  const long before = testing::allocations();
  EXPECT_TRUE(testing::white_noise<T>(100, 3, 1).isFinite().all());
  EXPECT_GT(testing::allocations(), before) << "they are counted";
}

TEST(Ecg, FindsBeatsInTheSignalOfTheseTests) {
  EcgRemoval removal({}, SampleRate(250), 1);
  Samples<double> x = noise_and_beats<double>(12000, 1, 8);
  removal.process<double>(x, x);
  EXPECT_GT(removal.report()[0].beats, 0);
}

// The resampler has its own law: as many rows come out as outputs() says, and flush() brings the rest.
TYPED_TEST(Streaming, TheResamplerToo) {
  using T = TypeParam;
  Random random(11, 0);
  for (const ResamplingRatio ratio : {ResamplingRatio{1, 1}, {125, 256}, {3, 1}, {1, 40}, {7, 5}}) {
    for (const Index channels : {1, 3, 8, 11}) {
      Samples<T> x = testing::white_noise<T>(2500, channels, 12);
      x(1234, 0) = std::numeric_limits<T>::quiet_NaN();
      Samples<T> batch(resampled_rows(2500, ratio), channels);
      resample<T>(ratio, x, batch);
      Resampler<T> r(ratio, channels);
      for (int round = 0; round < 4; ++round) {
        Samples<T> split(batch.rows(), channels);
        r.reset();
        Index written = 0;
        for (Index at = 0; at < x.rows();) {
          const double draw = random.uniform();
          const Index n = std::min(draw < 0.2 ? 0 : draw < 0.4 ? 1 : static_cast<Index>(random.uniform() * 1500), x.rows() - at);
          const Index rows = r.outputs(n);
          const long before = testing::allocations();
          r.process(ConstBlock<T>(x).rows(at, n), Block<T>(split).rows(written, rows));
          EXPECT_EQ(testing::allocations(), before);
          written += rows;
          at += n;
        }
        ASSERT_EQ(written + r.remaining(), batch.rows());
        r.flush(Block<T>(split).rows(written, r.remaining()));
        ASSERT_TRUE(testing::same_bits<T>(batch, split)) << ratio.up << "/" << ratio.down << ", " << channels << " channels";
      }
    }
  }
}

}  // namespace
}  // namespace myocramp
