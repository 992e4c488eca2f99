#include "arrays.hpp"
#include "bindings.hpp"
#include "myocramp/envelope/hilbert.hpp"
#include "myocramp/envelope/linear.hpp"
#include "myocramp/envelope/moving_mean.hpp"
#include "myocramp/envelope/options.hpp"
#include "myocramp/envelope/teager_kaiser.hpp"

namespace myocramp::bindings {
namespace {

Index window_samples(double fs, double window_s) {
  const SampleRate rate(fs);
  EnvelopeOptions options;
  options.window_s = window_s;
  check(options, "envelope");
  return std::max<Index>(1, rate.round(Seconds(window_s)));
}

// How a processor is run: `centred` looks ahead, the other way is late. make(ConstBlock<T>) gives the processor.
template <class F>
py::object run(const py::object& x, bool causal, F&& make) {
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    auto processor = make(in);
    return map_block(in, [&](ConstBlock<T> from, Block<T> to) {
      if (causal) {
        processor.process(from, to);
      } else {
        centred(std::move(processor), from, to);
      }
    });
  });
}

template <Rectify kind>
py::object moving_mean(const py::object& x, double fs, double window_s, bool causal) {
  const Index window = window_samples(fs, window_s);
  return run(x, causal, [&]<class T>(ConstBlock<T> in) { return MovingMean<T, kind>(window, in.channels()); });
}

py::object tkeo(const py::object& x, double fs, bool causal) {
  static_cast<void>(SampleRate(fs));  // holds it to the rules
  return run(x, causal, []<class T>(ConstBlock<T> in) { return TeagerKaiser<T>(in.channels()); });
}

py::object tkeo_mean(const py::object& x, double fs, double window_s, bool causal) {
  const Index window = window_samples(fs, window_s);
  return run(x, causal, [&]<class T>(ConstBlock<T> in) { return TeagerKaiserMean<T>(window, in.channels()); });
}

py::object hilbert(const py::object& x, double fs, double low_hz, double ripple, bool causal) {
  const HilbertOptions options{low_hz, ripple};
  return run(x, causal, [&]<class T>(ConstBlock<T> in) { return HilbertEnvelope<T>(options, SampleRate(fs), in.channels()); });
}

Index hilbert_delay(double fs, double low_hz, double ripple) {
  return HilbertEnvelope<double>({low_hz, ripple}, SampleRate(fs), 0).delay();
}

py::object linear(const py::object& x, double fs, double cutoff_hz, int order, bool causal) {
  const LinearEnvelopeOptions options{cutoff_hz, order};
  const SampleRate rate(fs);
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    return map_block(in, [&](ConstBlock<T> from, Block<T> to) {
      if (causal) {
        LinearEnvelope<T>(options, rate, from.channels()).process(from, to);
      } else {
        linear_envelope<T>(options, rate, from, to);
      }
    });
  });
}

double linear_delay(double fs, double cutoff_hz, int order) {
  const LinearEnvelopeOptions options{cutoff_hz, order};
  return LinearEnvelope<double>(options, SampleRate(fs), 1).delay();
}

}  // namespace

void bind_envelope(py::module_& m) {
  m.def("rms", &moving_mean<Rectify::kSquare>, py::arg("x"), py::arg("fs"), py::arg("window_s"), py::arg("causal"));
  m.def("arv", &moving_mean<Rectify::kAbsolute>, py::arg("x"), py::arg("fs"), py::arg("window_s"), py::arg("causal"));
  m.def("tkeo", &tkeo, py::arg("x"), py::arg("fs"), py::arg("causal"));
  m.def("tkeo_mean", &tkeo_mean, py::arg("x"), py::arg("fs"), py::arg("window_s"), py::arg("causal"));
  m.def("hilbert", &hilbert, py::arg("x"), py::arg("fs"), py::arg("low_hz"), py::arg("ripple"), py::arg("causal"));
  m.def("linear", &linear, py::arg("x"), py::arg("fs"), py::arg("cutoff_hz"), py::arg("order"), py::arg("causal"));
  m.def("linear_delay", &linear_delay, py::arg("fs"), py::arg("cutoff_hz"), py::arg("order"));
  m.def("hilbert_delay", &hilbert_delay, py::arg("fs"), py::arg("low_hz"), py::arg("ripple"));
}

}  // namespace myocramp::bindings
