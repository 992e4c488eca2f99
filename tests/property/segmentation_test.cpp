// Laws of the rules that join and reject activity, on random layouts of it: gain, shift in time, order of channels. Polarity is one of the
// whole analysis, for these rules see the rectified signal only.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "myocramp/core/random.hpp"
#include "myocramp/cramp/heart_beats.hpp"
#include "myocramp/cramp/pauses.hpp"

namespace myocramp {
namespace {

constexpr int kLayouts = 200;
constexpr double kHop_s = 0.0625;  // and times on a grid of 1/256 s: sums and differences of times are exact

double on_grid(double time_s) { return std::round(256 * time_s) / 256; }

struct Layout {
  std::vector<ChannelActivity> activity;
  std::vector<SignalFeatures> features;
};

// Two minutes of three channels: brief and long stretches of any strength in one that drifts, two of which are regular beats, with some cuts.
Layout layout(std::uint64_t seed) {
  Random random(seed, 0);
  Layout out;
  SignalFeatures f;
  f.channels = {"A", "B", "C"};
  f.hop = 64;
  f.hop_s = kHop_s;
  const auto frames = static_cast<Index>(120 / kHop_s);
  f.rms_v.resize(frames, 3);
  f.arv_v.resize(frames, 3);
  for (Index c = 0; c < 3; ++c) {
    const double rest = random.uniform(1, 4);
    f.rest.push_back({64 * frames / 2, {rest, 1.1 * rest, rest}, 0.1});
    f.arv_rest.push_back({64 * frames / 2, {0.8 * rest, 0.9 * rest, 0.8 * rest}, 0.1});
    for (Index k = 0; k < frames; ++k) {
      f.rms_v(k, c) = static_cast<float>(rest * random.uniform(0.9, 1.2));
      f.arv_v(k, c) = static_cast<float>(0.8 * rest * random.uniform(0.9, 1.2));
    }
    double at = on_grid(random.uniform(1, 3));
    while (at < 110) {
      const bool beat = c > 0 && random.uniform() < 0.8;
      const double length = beat ? 0.125 : on_grid(std::exp(random.uniform(-3, 2)));
      const double strength = beat ? 3 : std::exp(random.uniform(0.1, 3));
      ChannelActivity a{at, at + length, f.channels[static_cast<std::size_t>(c)], "", strength, false, false};
      a.cut_end = random.uniform() < 0.05;
      out.activity.push_back(a);
      for (auto k = static_cast<Index>(at / kHop_s); k <= static_cast<Index>((at + length) / kHop_s) && k < frames; ++k) {
        f.rms_v(k, c) *= static_cast<float>(strength);
        f.arv_v(k, c) *= static_cast<float>(strength);
      }
      at += length + (beat ? 0.75 : on_grid(std::exp(random.uniform(-4, 1.5))));
    }
  }
  out.features = {f};
  return out;
}

// What the rules say, one line a stretch.
std::vector<std::string> lines(const std::vector<ChannelActivity>& activity, double shift_s, double gain) {
  std::vector<std::string> out;
  for (const ChannelActivity& a : activity) {
    out.push_back(a.channel + " " + std::to_string(a.onset_s - shift_s) + " " + std::to_string(a.offset_s - shift_s) + " " +
                  std::to_string(a.score) + " " + std::to_string(a.level_v / gain) + (a.cut_start ? " cut" : "") +
                  (a.cut_end ? " cut" : ""));
  }
  return out;
}

struct Said {
  std::vector<std::string> beats, joined;
  bool operator==(const Said&) const = default;
};

Said said(Layout l, double shift_s = 0, double gain = 1) {
  Said out;
  out.beats = lines(take_heart_beats(l.activity, CrampOptions{}.beat_run), shift_s, 1);
  out.joined = lines(join_pauses(l.activity, l.features, {}), shift_s, gain);
  return out;
}

TEST(Segmentation, TheLayoutsHoldWhatTheRulesAreAbout) {
  std::size_t beats = 0;
  std::size_t joined = 0;
  std::size_t kept = 0;
  for (int seed = 0; seed < kLayouts; ++seed) {
    const Layout l = layout(static_cast<std::uint64_t>(seed));
    const Said s = said(l);
    beats += s.beats.size();
    kept += s.joined.size();
    joined += l.activity.size() - s.beats.size() - s.joined.size();
  }
  EXPECT_GT(beats, 1000U);
  EXPECT_GT(joined, 1000U);
  EXPECT_GT(kept, 1000U);
}

TEST(Segmentation, GainChangesLevelsOnly) {
  for (int seed = 0; seed < kLayouts; ++seed) {
    const Layout l = layout(static_cast<std::uint64_t>(seed));
    Layout louder = l;
    for (SignalFeatures& f : louder.features) {
      f.rms_v *= 1024;
      f.arv_v *= 1024;
      for (std::vector<Baseline>* all : {&f.rest, &f.arv_rest}) {
        for (Baseline& b : *all) {
          for (double& v : b.level) v *= 1024;
        }
      }
    }
    EXPECT_EQ(said(louder, 0, 1024), said(l)) << seed;
  }
}

TEST(Segmentation, AShiftInTimeShiftsAll) {
  for (int seed = 0; seed < kLayouts; ++seed) {
    const Layout l = layout(static_cast<std::uint64_t>(seed));
    Layout later = l;
    for (SignalFeatures& f : later.features) f.start_s += 4096;
    for (ChannelActivity& a : later.activity) {
      a.onset_s += 4096;
      a.offset_s += 4096;
    }
    EXPECT_EQ(said(later, 4096), said(l)) << seed;
  }
}

TEST(Segmentation, ChannelsMayComeInAnyOrder) {
  for (int seed = 0; seed < kLayouts; ++seed) {
    const Layout l = layout(static_cast<std::uint64_t>(seed));
    Layout turned = l;
    std::reverse(turned.activity.begin(), turned.activity.end());
    SignalFeatures& f = turned.features.front();
    std::reverse(f.channels.begin(), f.channels.end());
    std::reverse(f.rest.begin(), f.rest.end());
    std::reverse(f.arv_rest.begin(), f.arv_rest.end());
    f.rms_v = l.features.front().rms_v.rowwise().reverse();
    f.arv_v = l.features.front().arv_v.rowwise().reverse();
    EXPECT_EQ(said(turned), said(l)) << seed;
  }
}

TEST(Segmentation, AChannelHangsOnNoOther) {
  for (int seed = 0; seed < kLayouts; ++seed) {
    const Layout l = layout(static_cast<std::uint64_t>(seed));
    Said parts;
    for (const std::string& channel : l.features.front().channels) {
      Layout one{{}, l.features};
      for (const ChannelActivity& a : l.activity) {
        if (a.channel == channel) one.activity.push_back(a);
      }
      const Said s = said(one);
      parts.beats.insert(parts.beats.end(), s.beats.begin(), s.beats.end());
      parts.joined.insert(parts.joined.end(), s.joined.begin(), s.joined.end());
    }
    EXPECT_EQ(parts, said(l)) << seed;
  }
}

}  // namespace
}  // namespace myocramp
