// Times the statistics of detectors on samples in memory, one thread, and the whole search for activity with rest learned and with rest
// told: NAME/statistic, NAME/activity and NAME/told.
//
//   bench_detect INPUT ROWS CHANNELS RATE_HZ [--dump NAME OUT] [Google Benchmark options]
//
// INPUT holds raw doubles (time, channel). --dump writes the statistic of one detector to OUT, raw, instead of measuring.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "myocramp/detect/activity.hpp"
#include "myocramp/detect/registry.hpp"

namespace {

using namespace myocramp;

constexpr Index kTile = 256;   // rows, as the search for activity takes them
constexpr double kRest_s = 5;  // at the begin of the signal

// The windows of detect.py.
OptionValues options_of(const std::string& name) {
  if (name == "londral" || name == "hodges_bui") return {{"window_s", 0.05}};
  if (name == "lidierth" || name == "bonato") return {{"window_s", 0.025}};
  return {};
}

Samples<double> read(const std::string& path, Index rows, Index channels) {
  Samples<double> x(rows, channels);
  std::ifstream in(path, std::ios::binary);
  in.read(reinterpret_cast<char*>(x.data()), x.size() * static_cast<std::streamsize>(sizeof(double)));
  if (!in) throw std::runtime_error("cannot read " + path);
  return x;
}

void dump(Detector& detector, ConstBlock<double> x, const std::string& path) {
  Samples<double> y(x.rows(), x.channels());
  detector.process(x, Block<double>(y));
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(y.data()), y.size() * static_cast<std::streamsize>(sizeof(double)));
  out.close();
  if (!out) throw std::runtime_error("cannot write " + path);
}

int run(std::vector<char*> arguments) {
  const Samples<double> samples = read(arguments.at(1), std::stoll(arguments.at(2)), std::stoll(arguments.at(3)));
  const ConstBlock<double> x(samples);
  const SampleRate rate(std::stod(arguments.at(4)));
  if (arguments.size() > 7 && std::string(arguments[5]) == "--dump") {
    const std::string name = arguments[6];
    dump(*make_detector(name, options_of(name), rate, x.channels()), x, arguments[7]);
    return 0;
  }
  for (const DetectorEntry& entry : detectors()) {
    const std::string name(entry.name);
    // Of a detector over frames nobody wants a value at every sample.
    const bool framed = make_detector(name, options_of(name), rate, 1)->frame() > 0;
    if (!framed)
      benchmark::RegisterBenchmark((name + "/statistic").c_str(), [&, name](benchmark::State& state) {
        const auto detector = make_detector(name, options_of(name), rate, x.channels());
        Samples<double> y(kTile, x.channels());
        for (auto _ : state) {
          for (Index at = 0; at < x.rows(); at += kTile) {
            const Index n = std::min(kTile, x.rows() - at);
            detector->process(x.rows(at, n), Block<double>(y).rows(0, n));
            benchmark::DoNotOptimize(y.data());
          }
        }
      })->Unit(benchmark::kMillisecond);
    const auto find = [&, name](benchmark::State& state, std::optional<Interval> rest) {
      for (auto _ : state) {
        ActivityFinder finder(make_detector(name, options_of(name), rate, x.channels()), rate, x.channels(), 1200);
        finder.learn(x, 0, 0, rest);
        finder.fit(std::vector<double>(static_cast<std::size_t>(x.channels()), 0), {}, rest);
        if (finder.quiet(0)) {
          finder.pass(0);
        } else {
          finder.find(x, 0, 0);
        }
        finder.finish();
        if (finder.looks_at(0)) finder.look(x, 0, 0);
        benchmark::DoNotOptimize(finder.found().data());
      }
    };
    benchmark::RegisterBenchmark((name + "/activity").c_str(), [find](benchmark::State& state) {
      find(state, {});
    })->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark((name + "/told").c_str(), [find, rate](benchmark::State& state) {
      find(state, Interval{0, rate.round(Seconds(kRest_s))});
    })->Unit(benchmark::kMillisecond);
  }
  arguments.erase(arguments.begin() + 1, arguments.begin() + 5);
  auto left = static_cast<int>(arguments.size());
  benchmark::Initialize(&left, arguments.data());
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::vector<char*> arguments(argv, argv + argc);
  if (argc < 5) {
    std::fputs("usage: bench_detect INPUT ROWS CHANNELS RATE_HZ [--dump NAME OUT] [Google Benchmark options]\n", stderr);
    return 2;
  }
  return run(arguments);
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
