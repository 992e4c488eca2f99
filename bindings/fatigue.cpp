#include <array>
#include <string>

#include "arrays.hpp"
#include "bindings.hpp"
#include "features.hpp"
#include "myocramp/fatigue/jasa.hpp"
#include "myocramp/fatigue/spectral.hpp"
#include "myocramp/fatigue/trend.hpp"

namespace myocramp::bindings {
namespace {

py::object spectral(const py::object& x, double fs, double window_s, double overlap, double segment_s, double low_hz, double high_hz,
                    double fi_low_hz, double fi_high_hz) {
  const SampleRate rate(fs);
  const SpectralOptions options{.window_s = window_s,
                                .overlap = overlap,
                                .segment_s = segment_s,
                                .low_hz = low_hz,
                                .high_hz = high_hz,
                                .fi_low_hz = fi_low_hz,
                                .fi_high_hz = fi_high_hz};
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    FeatureTable table;
    {
      const py::gil_scoped_release unlocked;
      table = spectral_table<T>(in, rate, options);
    }
    return table_dict(std::move(table));
  });
}

py::tuple trend(const std::vector<double>& t, const std::vector<double>& y) {
  if (t.size() != y.size()) {
    throw InvalidArgument({"E-LENGTH", "", "y", std::to_string(t.size()) + " values, one for each of t", std::to_string(y.size())});
  }
  for (const double v : t) {
    if (!std::isfinite(v)) throw InvalidArgument({"E-TIME", "", "t", "finite times", std::to_string(v)});
  }
  Trend out;
  {
    const py::gil_scoped_release unlocked;
    out = theil_sen(t, y);
  }
  return py::make_tuple(out.slope, out.low, out.high);
}

std::vector<double> values_of(const py::array_t<double>& a) {
  const auto v = a.unchecked<1>();
  std::vector<double> out;
  for (py::ssize_t i = 0; i < v.shape(0); ++i) out.push_back(v(i));
  return out;
}

}  // namespace

py::dict table_dict(FeatureTable table) {
  using namespace pybind11::literals;
  py::dict columns;
  py::dict notes;
  for (FeatureTable::Column& c : table.columns) {
    columns[py::str(c.name)] = owned(std::move(c.values));
    if (!c.note.empty()) notes[py::str(c.name)] = content(c.note);
  }
  return py::dict("time_s"_a = to_array(table.time_s), "channels"_a = contents(table.channels), "columns"_a = columns, "notes"_a = notes);
}

void bind_fatigue(py::module_& m) {
  m.def("spectral", &spectral, py::arg("x"), py::arg("fs"), py::arg("window_s"), py::arg("overlap"), py::arg("segment_s"),
        py::arg("low_hz"), py::arg("high_hz"), py::arg("fi_low_hz"), py::arg("fi_high_hz"));
  m.def(
      "jasa",
      [](const std::array<double, 3>& amplitude, const std::array<double, 3>& frequency) {
        const auto trend_of = [](const std::array<double, 3>& t) { return Trend{.slope = t[0], .low = t[1], .high = t[2]}; };
        return py::str(std::string(name_of(jasa(trend_of(amplitude), trend_of(frequency)))));
      },
      py::arg("amplitude"), py::arg("frequency"));
  m.def(
      "theil_sen", [](const py::array_t<double>& t, const py::array_t<double>& y) { return trend(values_of(t), values_of(y)); },
      py::arg("t"), py::arg("y"));
}

}  // namespace myocramp::bindings
