#include "arrays.hpp"
#include "bindings.hpp"
#include "myocramp/envelope/moving_mean.hpp"
#include "myocramp/envelope/options.hpp"

namespace myocramp::bindings {
namespace {

Index window_samples(double fs, double window_s) {
  const SampleRate rate(fs);
  EnvelopeOptions options;
  options.window_s = window_s;
  check(options, "envelope");
  return std::max<Index>(1, rate.round(Seconds(window_s)));
}

template <Rectify kind>
py::object centred_mean(const py::object& x, double fs, double window_s) {
  const Index window = window_samples(fs, window_s);
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    return map_block(in, [&](ConstBlock<T> from, Block<T> to) { centred(MovingMean<T, kind>(window, from.channels()), from, to); });
  });
}

template <Rectify kind>
py::object causal_mean(const py::object& x, double fs, double window_s) {
  const Index window = window_samples(fs, window_s);
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    return map_block(in, [&](ConstBlock<T> from, Block<T> to) { MovingMean<T, kind>(window, from.channels()).process(from, to); });
  });
}

}  // namespace

void bind_envelope(py::module_& m) {
  m.def("rms_centred", &centred_mean<Rectify::kSquare>, py::arg("x"), py::arg("fs"), py::arg("window_s"));
  m.def("rms_causal", &causal_mean<Rectify::kSquare>, py::arg("x"), py::arg("fs"), py::arg("window_s"));
  m.def("arv_centred", &centred_mean<Rectify::kAbsolute>, py::arg("x"), py::arg("fs"), py::arg("window_s"));
  m.def("arv_causal", &causal_mean<Rectify::kAbsolute>, py::arg("x"), py::arg("fs"), py::arg("window_s"));
}

}  // namespace myocramp::bindings
