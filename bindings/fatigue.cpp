#include <array>
#include <cstdint>
#include <string>
#include <vector>

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

std::vector<double> values_of(const py::array_t<double>& a) {
  const auto v = a.unchecked<1>();
  std::vector<double> out;
  for (py::ssize_t i = 0; i < v.shape(0); ++i) out.push_back(v(i));
  return out;
}

TrendMethod method_of(const std::string& name) {
  if (name == "theil_sen") return TrendMethod::kTheilSen;
  if (name == "ols") return TrendMethod::kLeastSquares;
  throw InvalidArgument({"E-OPTION", "", "method", "theil_sen or ols", name});
}

py::tuple trend_tuple(const py::array_t<double>& t, const py::array_t<double>& y, const std::string& method, std::uint64_t seed) {
  const std::vector<double> times = values_of(t);
  const std::vector<double> values = values_of(y);
  const TrendOptions options{.method = method_of(method), .seed = seed};
  Trend out;
  {
    const py::gil_scoped_release unlocked;
    out = trend(times, values, options);
  }
  return py::make_tuple(out.slope, out.low, out.high, out.intercept, out.slope_percent_min, out.low_percent_min, out.high_percent_min,
                        out.autocorrelation, out.windows);
}

py::tuple theil_sen_tuple(const py::array_t<double>& t, const py::array_t<double>& y) {
  const std::vector<double> times = values_of(t);
  const std::vector<double> values = values_of(y);
  Trend out;
  {
    const py::gil_scoped_release unlocked;
    out = theil_sen(times, values);
  }
  return py::make_tuple(out.slope, out.low, out.high);
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
  m.def("theil_sen", &theil_sen_tuple, py::arg("t"), py::arg("y"));
  m.def("trend", &trend_tuple, py::arg("t"), py::arg("y"), py::arg("method"), py::arg("seed"));
}

}  // namespace myocramp::bindings
