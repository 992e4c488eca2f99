// What holds for everything that works on segments: any split, any strides, same bits; no memory at work.
#include "myocramp/spectral/segments.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <vector>

#include "myocramp/core/random.hpp"
#include "myocramp/fatigue/spectral.hpp"
#include "myocramp/spectral/stft.hpp"
#include "myocramp/spectral/welch.hpp"
#include "support/allocations.hpp"
#include "support/signals.hpp"

namespace myocramp {
namespace {

constexpr double kRate = 500;

// Every number that a user of segments gives for a signal that is fed by `feed`.
template <class T>
using Feed = std::function<void(const std::function<void(ConstBlock<T>)>&)>;

template <class T>
struct Case {
  std::string name;
  std::function<std::vector<double>(Index channels, const Feed<T>&)> run;
};

template <class T>
std::vector<Case<T>> all_cases() {
  std::vector<Case<T>> cases;
  for (const double overlap : {0.0, 0.5, 0.9}) {
    const SegmentOptions o{.segment_s = 0.25, .overlap = overlap};
    cases.push_back({"welch " + std::to_string(overlap), [o](Index channels, const Feed<T>& feed) {
                       Welch w(o, SampleRate(kRate), channels);
                       feed([&](ConstBlock<T> x) { w.add(x); });
                       std::vector<double> out(static_cast<std::size_t>(channels * w.bins()));
                       for (Index c = 0; c < channels; ++c) {
                         w.density(c, std::span(out).subspan(static_cast<std::size_t>(c * w.bins()), static_cast<std::size_t>(w.bins())));
                       }
                       return out;
                     }});
    cases.push_back({"stft " + std::to_string(overlap), [o](Index channels, const Feed<T>& feed) {
                       Stft s(o, SampleRate(kRate), channels);
                       std::vector<double> out;
                       feed([&](ConstBlock<T> x) {
                         s.add(x, [&](Index frame, Index channel, std::span<const std::complex<double>> spectrum) {
                           out.push_back(static_cast<double>(frame * channels + channel));
                           for (const auto& v : spectrum) out.insert(out.end(), {v.real(), v.imag()});
                         });
                       });
                       return out;
                     }});
    for (const double part : {1.0, 2.0, 3.0, 3.7}) {
      const SpectralOptions f{.window_s = 0.5, .overlap = overlap, .segment_s = 0.5 / part, .high_hz = 200, .fi_high_hz = 240};
      cases.push_back({"windows " + std::to_string(overlap) + " " + std::to_string(part), [f](Index channels, const Feed<T>& feed) {
                         SpectralWindows w(f, SampleRate(kRate), channels);
                         std::vector<double> out;
                         feed([&](ConstBlock<T> x) {
                           w.add(x, [&](Index window, Index channel, const SpectralFeatures& m) {
                             out.insert(out.end(),
                                        {static_cast<double>(window * channels + channel), m.power, m.mnf_hz, m.mdf_hz, m.fi_nsm5});
                           });
                         });
                         return out;
                       }});
    }
  }
  return cases;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

template <class T>
Feed<T> whole(const Samples<T>& x) {
  return [&x](const auto& add) { add(ConstBlock<T>(x)); };
}

template <class T>
class Segments : public ::testing::Test {};
using Scalars = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Segments, Scalars);

TYPED_TEST(Segments, AnySplitGivesTheBitsOfTheBatch) {
  using T = TypeParam;
  Random random(3, 0);
  for (const Index channels : {1, 3, 8, 11}) {
    Samples<T> x = testing::white_noise<T>(1500, channels, 4);
    x(700, 0) = std::numeric_limits<T>::quiet_NaN();
    for (const Case<T>& one : all_cases<T>()) {
      const std::vector<double> batch = one.run(channels, whole(x));
      ASSERT_FALSE(batch.empty());
      for (int round = 0; round < 4; ++round) {
        const std::vector<double> split = one.run(channels, [&](const auto& add) {
          for (Index at = 0; at < x.rows();) {
            const double draw = random.uniform();
            Index n = round == 0 ? 1 : draw < 0.2 ? 0 : static_cast<Index>(random.uniform() * (draw < 0.7 ? 60.0 : 900.0));
            n = std::min(n, x.rows() - at);
            add(ConstBlock<T>(x).rows(at, n));
            at += n;
          }
        });
        ASSERT_TRUE(same_bits(batch, split)) << one.name << ", " << channels << " channels";
      }
    }
  }
}

TYPED_TEST(Segments, StridesDoNotMatter) {
  using T = TypeParam;
  const Samples<T> x = testing::white_noise<T>(1000, 8, 5);
  const Samples<T> planar = x.transpose();
  const Samples<T> backwards = x.colwise().reverse();
  for (const Case<T>& one : all_cases<T>()) {
    const std::vector<double> expected = one.run(8, whole(x));
    EXPECT_TRUE(same_bits(expected, one.run(8, [&](const auto& add) { add(ConstBlock<T>(planar.data(), 1000, 8, 1, 1000)); }))) << one.name;
    EXPECT_TRUE(same_bits(expected, one.run(8, [&](const auto& add) { add(ConstBlock<T>(&backwards(999, 0), 1000, 8, -8, 1)); })))
        << one.name;
  }
}

TYPED_TEST(Segments, AChannelDoesNotKnowItsNeighbours) {
  using T = TypeParam;
  Samples<T> x = testing::white_noise<T>(1000, 9, 6);
  x.col(4).setConstant(std::numeric_limits<T>::infinity());
  const Samples<T> turned = x.rowwise().reverse();
  const SpectralOptions o{.high_hz = 200, .fi_high_hz = 240};
  const FeatureTable a = spectral_table<T>(x, SampleRate(kRate), o);
  const FeatureTable b = spectral_table<T>(turned, SampleRate(kRate), o);
  for (const char* name : {"mnf_hz", "mdf_hz", "fi_nsm5"}) {
    const Samples<double> back = b[name].rowwise().reverse();
    EXPECT_TRUE(testing::same_bits<double>(a[name], back)) << name;
    EXPECT_TRUE(std::isfinite(a[name](0, 3)));
    EXPECT_TRUE(std::isnan(a[name](0, 4)));
  }
}

TEST(SegmentUsers, TakeNoMemoryAtWork) {
  const Samples<double> x = testing::white_noise(4000, 11, 7);
  Welch welch({.segment_s = 0.25}, SampleRate(kRate), 11);
  Stft stft({.segment_s = 0.25, .overlap = 0.9}, SampleRate(kRate), 11);
  SpectralWindows windows({.overlap = 0.9, .segment_s = 0.1, .high_hz = 200}, SampleRate(kRate), 11);
  double seen = 0;
  const long before = testing::allocations();
  for (Index at = 0; at < x.rows();) {
    const Index n = std::min<Index>(x.rows() - at, 1 + at % 700);
    const ConstBlock<double> part = ConstBlock<double>(x).rows(at, n);
    welch.add(part);
    stft.add(part, [&](Index, Index, std::span<const std::complex<double>> spectrum) { seen += spectrum[1].real(); });
    windows.add(part, [&](Index, Index, const SpectralFeatures& f) { seen += f.mnf_hz; });
    at += n;
  }
  EXPECT_EQ(testing::allocations(), before);
  EXPECT_TRUE(std::isfinite(seen));
}

TEST(SegmentUsers, ResetForgets) {
  const Samples<double> x = testing::white_noise(1000, 2, 8);
  Welch fresh({}, SampleRate(kRate), 2);
  Welch used({}, SampleRate(kRate), 2);
  used.add(ConstBlock<double>(x).rows(3, 700));
  used.reset();
  fresh.add(ConstBlock<double>(x));
  used.add(ConstBlock<double>(x));
  std::vector<double> a(static_cast<std::size_t>(fresh.bins()));
  std::vector<double> b = a;
  fresh.density(1, a);
  used.density(1, b);
  EXPECT_TRUE(same_bits(a, b));
  EXPECT_EQ(used.segments(), fresh.segments());
}

}  // namespace
}  // namespace myocramp
