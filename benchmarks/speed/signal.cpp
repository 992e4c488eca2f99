// Times operations on samples in memory, one thread: NAME/fresh with its output in fresh memory, as a caller of the peer gets it, and
// NAME/again with its output in memory that was used before, as a caller of this library has it.
//
//   bench_signal INPUT ROWS CHANNELS RATE_HZ double|float [--dump NAME OUT] [Google Benchmark options]
//
// INPUT holds raw samples (time, channel) of the scalar. --dump writes the output of one operation to OUT, raw, instead of measuring.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/sample_rate.hpp"
#include "myocramp/envelope/hilbert.hpp"
#include "myocramp/envelope/moving_mean.hpp"
#include "myocramp/envelope/teager_kaiser.hpp"
#include "myocramp/fatigue/spectral.hpp"
#include "myocramp/filter/butterworth.hpp"
#include "myocramp/filter/notch.hpp"
#include "myocramp/filter/resample.hpp"
#include "myocramp/filter/zero_phase.hpp"

namespace {

using namespace myocramp;

template <class T>
struct Operation {
  std::string name;                                                 // as in signals.py
  std::function<void(ConstBlock<T>, SampleRate, Samples<T>&)> run;  // resizes its output
};

// What any operation takes at least that reads its input and writes as much.
template <class T>
void copy(ConstBlock<T> x, SampleRate, Samples<T>& y) {
  y.resize(x.rows(), x.channels());
  std::copy_n(x.data(), y.size(), y.data());
}

template <class T>
void sosfilt(ConstBlock<T> x, SampleRate rate, Samples<T>& y) {
  y.resize(x.rows(), x.channels());
  SosFilter<T>(butterworth_bandpass({}, rate), x.channels()).process(x, y);
}

template <class T>
void sosfiltfilt(ConstBlock<T> x, SampleRate rate, Samples<T>& y) {
  y.resize(x.rows(), x.channels());
  zero_phase<T>(butterworth_bandpass({}, rate), x, y);
}

// Mean frequencies, then median frequencies. Ours computes Dimitrov's index as well.
template <class T>
void frequencies(ConstBlock<T> x, SampleRate rate, Samples<T>& y) {
  SpectralWindows windows({.segment_s = 1}, rate, x.channels());
  const Index rows = windows.windows(x.rows());
  y.resize(2 * rows, x.channels());
  windows.add(x, [&](Index row, Index channel, const SpectralFeatures& f) {
    y(row, channel) = static_cast<T>(f.mnf_hz);
    y(rows + row, channel) = static_cast<T>(f.mdf_hz);
  });
}

constexpr Index kWindow = 512;  // samples, of the envelopes

template <class T, Rectify kind>
void moving(ConstBlock<T> x, SampleRate, Samples<T>& y) {
  y.resize(x.rows(), x.channels());
  centred(MovingMean<T, kind>(kWindow, x.channels()), x, Block<T>(y));
}

template <class T>
void tkeo(ConstBlock<T> x, SampleRate, Samples<T>& y) {
  y.resize(x.rows(), x.channels());
  centred(TeagerKaiser<T>(x.channels()), x, Block<T>(y));
}

template <class T>
void hilbert(ConstBlock<T> x, SampleRate rate, Samples<T>& y) {
  y.resize(x.rows(), x.channels());
  centred(HilbertEnvelope<T>({}, rate, x.channels()), x, Block<T>(y));
}

// Four notches of Q = 30, both ways.
template <class T>
void notches(ConstBlock<T> x, SampleRate rate, Samples<T>& y) {
  y.resize(x.rows(), x.channels());
  zero_phase<T>(mains_notches({.mains_hz = 50, .width_hz = 50 / 30.0, .harmonics = 4, .rule = NotchWidth::kProportional}, rate), x, y);
}

template <class T>
void to_1000_hz(ConstBlock<T> x, SampleRate rate, Samples<T>& y) {
  const ResamplingRatio ratio = resampling_ratio(rate, SampleRate(1000));
  y.resize(resampled_rows(x.rows(), ratio), x.channels());
  resample<T>(ratio, x, y);
}

template <class T>
std::vector<Operation<T>> operations() {
  return {
      {"copy", copy<T>},
      {"sosfilt", sosfilt<T>},
      {"sosfiltfilt", sosfiltfilt<T>},
      {"frequencies", frequencies<T>},
      {"rms", moving<T, Rectify::kSquare>},
      {"arv", moving<T, Rectify::kAbsolute>},
      {"tkeo", tkeo<T>},
      {"hilbert", hilbert<T>},
      {"notches", notches<T>},
      {"resample", to_1000_hz<T>},
  };
}

template <class T>
Samples<T> read(const std::string& path, Index rows, Index channels) {
  Samples<T> x(rows, channels);
  std::ifstream in(path, std::ios::binary);
  in.read(reinterpret_cast<char*>(x.data()), x.size() * static_cast<std::streamsize>(sizeof(T)));
  if (!in) throw std::runtime_error("cannot read " + path);
  return x;
}

template <class T>
void dump(const Samples<T>& y, const std::string& path) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(y.data()), y.size() * static_cast<std::streamsize>(sizeof(T)));
  out.close();
  if (!out) throw std::runtime_error("cannot write " + path);
}

template <class T>
int run(std::vector<char*> arguments) {
  const Samples<T> x = read<T>(arguments.at(1), std::stoll(arguments.at(2)), std::stoll(arguments.at(3)));
  const SampleRate rate(std::stod(arguments.at(4)));
  if (arguments.size() > 6 && std::string(arguments[6]) == "--dump") {
    for (const Operation<T>& op : operations<T>()) {
      if (op.name == arguments.at(7)) {
        Samples<T> y;
        op.run(x, rate, y);
        dump<T>(y, arguments.at(8));
        return 0;
      }
    }
    throw std::runtime_error("no operation " + std::string(arguments[7]));
  }
  for (const Operation<T>& op : operations<T>()) {
    benchmark::RegisterBenchmark((op.name + "/fresh").c_str(), [&x, rate, op](benchmark::State& state) {
      for (auto _ : state) {
        Samples<T> y;
        op.run(x, rate, y);
        benchmark::DoNotOptimize(y.data());
      }
    })->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark((op.name + "/again").c_str(), [&x, rate, op](benchmark::State& state) {
      Samples<T> y;
      op.run(x, rate, y);
      for (auto _ : state) {
        op.run(x, rate, y);
        benchmark::DoNotOptimize(y.data());
      }
    })->Unit(benchmark::kMillisecond);
  }
  arguments.erase(arguments.begin() + 1, arguments.begin() + 6);
  auto left = static_cast<int>(arguments.size());
  benchmark::Initialize(&left, arguments.data());
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::vector<char*> arguments(argv, argv + argc);
  if (argc < 6) {
    std::fputs("usage: bench_signal INPUT ROWS CHANNELS RATE_HZ double|float [--dump NAME OUT] [Google Benchmark options]\n", stderr);
    return 2;
  }
  return std::string(argv[5]) == "float" ? run<float>(arguments) : run<double>(arguments);
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
