// What the contaminants that are everywhere cost: a block of 16384 samples, by number of channels; items are samples of one channel.

#include <benchmark/benchmark.h>

#include "myocramp/simulate/contaminants.hpp"

namespace {

using namespace myocramp;

template <class Part, class Options>
void add(benchmark::State& state) {
  const Index channels = state.range(0);
  const Part part(Options{}, SampleRate(2048), Seconds(3600), channels, 1, 0);
  Samples<double> x = Samples<double>::Zero(kGridBlock, channels);
  Index block = 0;
  for (auto _ : state) {
    part.add(block % 400 * kGridBlock, x);
    ++block;
    benchmark::DoNotOptimize(x.data());
  }
  state.SetItemsProcessed(state.iterations() * kGridBlock * channels);
}

}  // namespace

BENCHMARK(add<ElectrodeNoise, ElectrodeNoiseOptions>)->Name("noise")->Arg(1)->Arg(8)->Arg(64);
BENCHMARK(add<MainsHum, MainsHumOptions>)->Name("hum")->Arg(1)->Arg(8)->Arg(64);
BENCHMARK(add<Ecg, SimulatedEcgOptions>)->Name("ecg")->Arg(1)->Arg(8)->Arg(64);

BENCHMARK_MAIN();
