#include "arrays.hpp"
#include "bindings.hpp"
#include "myocramp/filter/butterworth.hpp"
#include "myocramp/filter/gaps.hpp"
#include "myocramp/filter/notch.hpp"
#include "myocramp/filter/resample.hpp"
#include "myocramp/signal/montage.hpp"

namespace myocramp::bindings {
namespace {

// Sections travel as SciPy's array `sos`, one row b0 b1 b2 a0 a1 a2 each.
py::array_t<double> to_sos(const Sections& sections) {
  py::array_t<double> out({static_cast<py::ssize_t>(sections.size()), py::ssize_t{6}});
  auto row = out.mutable_unchecked<2>();
  for (std::size_t k = 0; k < sections.size(); ++k) {
    const Section& s = sections[k];
    const double values[] = {s.b0, s.b1, s.b2, 1, s.a1, s.a2};
    for (py::ssize_t i = 0; i < 6; ++i) row(static_cast<py::ssize_t>(k), i) = values[i];
  }
  return out;
}

Sections from_sos(const py::array_t<double, py::array::c_style | py::array::forcecast>& sos) {
  if (sos.ndim() != 2 || sos.shape(1) != 6) throw py::type_error("sos: expected an array of shape (sections, 6)");
  const auto row = sos.unchecked<2>();
  Sections out;
  for (py::ssize_t k = 0; k < sos.shape(0); ++k) {
    if (row(k, 3) != 1) throw InvalidArgument({"E-FILTER", "", "sos", "a0 = 1 in every section", detail::number(row(k, 3))});
    out.push_back({row(k, 0), row(k, 1), row(k, 2), row(k, 4), row(k, 5)});
  }
  return out;
}
using Sos = py::array_t<double, py::array::c_style | py::array::forcecast>;

Edges edges_of(bool both_passes) { return both_passes ? Edges::kBothPasses : Edges::kSinglePass; }

py::array_t<double> lowpass(double fs, double cutoff_hz, int order, bool both_passes) {
  return to_sos(butterworth_lowpass({.cutoff_hz = cutoff_hz, .order = order}, SampleRate(fs), edges_of(both_passes)));
}

py::array_t<double> highpass(double fs, double cutoff_hz, int order, bool both_passes) {
  return to_sos(butterworth_highpass({.cutoff_hz = cutoff_hz, .order = order}, SampleRate(fs), edges_of(both_passes)));
}

py::array_t<double> bandpass(double fs, double low_hz, double high_hz, int order, bool both_passes) {
  return to_sos(butterworth_bandpass({.low_hz = low_hz, .high_hz = high_hz, .order = order}, SampleRate(fs), edges_of(both_passes)));
}

py::array_t<double> notch(double fs, double mains_hz, double width_hz, int harmonics, bool proportional, bool both_passes) {
  const NotchWidth rule = proportional ? NotchWidth::kProportional : NotchWidth::kConstant;
  return to_sos(mains_notches({.mains_hz = mains_hz, .width_hz = width_hz, .harmonics = harmonics, .rule = rule}, SampleRate(fs),
                              edges_of(both_passes)));
}

py::object resampled(const py::object& x, double fs, double to_hz) {
  const ResamplingRatio ratio = resampling_ratio(SampleRate(fs), SampleRate(to_hz));
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    py::array_t<T> y({resampled_rows(in.rows(), ratio), in.channels()});
    const Block<T> out(y.mutable_data(), y.shape(0), y.shape(1));
    {
      const py::gil_scoped_release unlocked;
      resample<T>(ratio, in, out);
    }
    return y;
  });
}

py::object zero_phase(const py::object& x, const Sos& sos) {
  const Sections sections = from_sos(sos);
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    return map_block(in, [&](ConstBlock<T> from, Block<T> to) { zero_phase_between_gaps<T>(sections, from, to); });
  });
}

py::object causal(const py::object& x, const Sos& sos) {
  const Sections sections = from_sos(sos);
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    SosFilterBetweenGaps<T> filter(sections, in.channels());
    return map_block(in, [&](ConstBlock<T> from, Block<T> to) { filter.process(from, to); });
  });
}

Index settling(const Sos& sos, double tolerance) {
  const Sections sections = from_sos(sos);
  if (!(tolerance > 0 && tolerance < 1)) {
    throw InvalidArgument({"E-OPTION", "", "tolerance", "above 0 and below 1", detail::number(tolerance)});
  }
  [[maybe_unused]] const SosFilter<double> stable(sections, 1);  // refuses what never settles
  const py::gil_scoped_release unlocked;
  return settling_samples(sections, tolerance);
}

py::object derived_array(const Montage& montage, const py::object& x, const std::vector<std::string>& names) {
  const MontageColumns columns(montage, names);
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    py::array_t<T> y({in.rows(), static_cast<Index>(columns.names().size())});
    const Block<T> out(y.mutable_data(), y.shape(0), y.shape(1));
    {
      const py::gil_scoped_release unlocked;
      columns.process<T>(in, out);
    }
    return y;
  });
}

void bind_montage(py::module_& m) {
  py::class_<Montage>(m, "Montage")
      .def_static("bipolar", &bipolar)
      .def_static("differential", [](const std::vector<std::vector<std::string>>& columns,
                                     bool twice) { return differential(columns, twice ? Differential::kDouble : Differential::kSingle); })
      .def_static("common_average", &common_average)
      .def("of_recording", [](const Montage& montage, const Recording& r) { return derive(r, montage); })
      .def("of_signal", [](const Montage& montage, const Signal& s) { return derive(s, montage); })
      .def("of_array", &derived_array);
}

}  // namespace

void bind_filter(py::module_& m) {
  bind_montage(m);
  m.def("butterworth_lowpass", &lowpass, py::arg("fs"), py::arg("cutoff_hz"), py::arg("order"), py::arg("both_passes"));
  m.def("butterworth_highpass", &highpass, py::arg("fs"), py::arg("cutoff_hz"), py::arg("order"), py::arg("both_passes"));
  m.def("butterworth_bandpass", &bandpass, py::arg("fs"), py::arg("low_hz"), py::arg("high_hz"), py::arg("order"), py::arg("both_passes"));
  m.def("notch", &notch, py::arg("fs"), py::arg("mains_hz"), py::arg("width_hz"), py::arg("harmonics"), py::arg("proportional"),
        py::arg("both_passes"));
  m.def("resample", &resampled, py::arg("x"), py::arg("fs"), py::arg("to_hz"));
  m.def("sos_zero_phase", &zero_phase, py::arg("x"), py::arg("sos"));
  m.def("sos_causal", &causal, py::arg("x"), py::arg("sos"));
  m.def("settling_samples", &settling, py::arg("sos"), py::arg("tolerance"));
}

}  // namespace myocramp::bindings
