// Reads a recording as volts, all of it: open, recognise or be told the layout, check the headers, all samples in blocks.
//
//   bench_reading FILE LAYOUT [--dump OUT] [Google Benchmark options]
//
// LAYOUT is the path of a generic layout's JSON. --dump writes the volts to OUT as raw doubles instead of measuring.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>

#include "myocramp/io/reader.hpp"

namespace {

using namespace myocramp;

struct Input {
  std::string file;
  std::string layout;
};

template <class F>
void read_all(const Input& input, int threads, Samples<double>& block, F&& each) {
  const Recording recording = io::open(input.file, {.layout = input.layout, .threads = threads});
  const Signal& signal = recording.signals.at(0);
  const auto channels = static_cast<Index>(signal.channels.size());
  if (block.rows() < kGridBlock || block.cols() != channels) block.resize(kGridBlock, channels);
  for (Index begin = 0; begin < signal.samples; begin += kGridBlock) {
    const Index n = std::min(kGridBlock, signal.samples - begin);
    const Block<double> out = Block<double>(block).rows(0, n);
    signal.source->read({begin, begin + n}, out);
    each(out);
  }
}

void reading(benchmark::State& state, const Input& input) {
  Samples<double> block;
  for (auto _ : state) {
    read_all(input, static_cast<int>(state.range(0)), block, [](const Block<double>& b) { benchmark::DoNotOptimize(b.data()); });
  }
}

void dump(const Input& input, const std::string& path) {
  std::ofstream out(path, std::ios::binary);
  Samples<double> block;
  read_all(input, 2, block, [&](const Block<double>& b) {
    out.write(reinterpret_cast<const char*>(b.data()), static_cast<std::streamsize>(b.rows() * b.channels()) * 8);
  });
  out.close();
  if (!out) throw std::runtime_error("cannot write " + path);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 3) {
    std::fputs("usage: bench_reading FILE LAYOUT [--dump OUT] [Google Benchmark options]\n", stderr);
    return 2;
  }
  const Input input{argv[1], argv[2]};
  if (argc == 5 && std::string(argv[3]) == "--dump") {
    dump(input, argv[4]);
    return 0;
  }
  argv[2] = argv[0];
  int left = argc - 2;
  benchmark::RegisterBenchmark("reading", [&](benchmark::State& s) { reading(s, input); })
      ->Arg(1)
      ->Arg(2)
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
  benchmark::Initialize(&left, argv + 2);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
