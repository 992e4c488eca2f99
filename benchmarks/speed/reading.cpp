// Reads one dataset of a file as volts, the way a layout does: open, check the headers, all samples in blocks.
//
//   bench_reading FILE DATASET STEP_V [--dump OUT] [Google Benchmark options]
//
// --dump writes the volts to OUT as raw doubles instead of measuring.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "io/hdf5/dataset_source.hpp"

namespace {

using namespace myocramp;
using namespace myocramp::io::hdf5;

struct Input {
  std::string file;
  std::string dataset;
  double step_v = 1;
};

/// Once io::open knows the file's layout, these lines become `io::open(input.file, {.threads = threads}).signals[0]`.
std::pair<std::shared_ptr<const SampleSource>, ConstBlock<double>> open_source(const Input& input, int threads) {
  auto file = std::make_shared<const File>(input.file);
  StoredSignal stored;
  stored.datasets.push_back(open_checked(*file, input.dataset));
  const Index rows = stored.datasets[0].rows;
  const Index columns = stored.datasets[0].columns;
  for (Index c = 0; c < columns; ++c) stored.columns.push_back({0, c, input.step_v});
  stored.threads = threads;
  return {std::make_shared<const DatasetSource>(std::move(file), std::move(stored)), {nullptr, rows, columns}};
}

template <class F>
void read_all(const Input& input, int threads, Samples<double>& block, F&& each) {
  const auto [source, shape] = open_source(input, threads);
  if (block.rows() < kGridBlock || block.cols() != shape.channels()) block.resize(kGridBlock, shape.channels());
  for (Index begin = 0; begin < shape.rows(); begin += kGridBlock) {
    const Index n = std::min(kGridBlock, shape.rows() - begin);
    const Block<double> out = Block<double>(block).rows(0, n);
    source->read({begin, begin + n}, out);
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
  if (argc < 4) {
    std::fputs("usage: bench_reading FILE DATASET STEP_V [--dump OUT] [Google Benchmark options]\n", stderr);
    return 2;
  }
  const Input input{argv[1], argv[2], std::strtod(argv[3], nullptr)};
  if (argc == 6 && std::string(argv[4]) == "--dump") {
    dump(input, argv[5]);
    return 0;
  }
  argv[3] = argv[0];
  int left = argc - 3;
  benchmark::RegisterBenchmark("reading", [&](benchmark::State& s) { reading(s, input); })
      ->Arg(1)
      ->Arg(2)
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
  benchmark::Initialize(&left, argv + 3);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
