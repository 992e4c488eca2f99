#include "arrays.hpp"
#include "bindings.hpp"
#include "myocramp/filter/butterworth.hpp"
#include "myocramp/filter/gaps.hpp"

namespace myocramp::bindings {
namespace {

Sections bandpass(double fs, double low_hz, double high_hz, int order) {
  return butterworth_bandpass({.low_hz = low_hz, .high_hz = high_hz, .order = order}, SampleRate(fs));
}

py::object zero_phase(const py::object& x, double fs, double low_hz, double high_hz, int order) {
  const Sections sections = bandpass(fs, low_hz, high_hz, order);
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    return map_block(in, [&](ConstBlock<T> from, Block<T> to) { zero_phase_between_gaps<T>(sections, from, to); });
  });
}

py::object causal(const py::object& x, double fs, double low_hz, double high_hz, int order) {
  const Sections sections = bandpass(fs, low_hz, high_hz, order);
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    SosFilter<T> filter(sections, in.channels());
    return map_block(in, [&](ConstBlock<T> from, Block<T> to) { filter.process(from, to); });
  });
}

}  // namespace

void bind_filter(py::module_& m) {
  m.def("bandpass_zero_phase", &zero_phase, py::arg("x"), py::arg("fs"), py::arg("low_hz"), py::arg("high_hz"), py::arg("order"));
  m.def("bandpass_causal", &causal, py::arg("x"), py::arg("fs"), py::arg("low_hz"), py::arg("high_hz"), py::arg("order"));
}

}  // namespace myocramp::bindings
