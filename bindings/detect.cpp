#include <cmath>
#include <limits>

#include "arrays.hpp"
#include "bindings.hpp"
#include "myocramp/detect/activity.hpp"
#include "myocramp/detect/half_normal.hpp"
#include "myocramp/detect/pelt.hpp"
#include "myocramp/detect/registry.hpp"

namespace myocramp::bindings {
namespace {

using Found = std::vector<std::vector<Activity>>;

Found find(std::unique_ptr<Detector> detector, SampleRate rate, ConstBlock<double> x, double longest_activity_s) {
  ActivityFinder finder(std::move(detector), rate, x.channels(), longest_activity_s);
  finder.learn(x, 0, 0);
  finder.fit(std::vector<double>(static_cast<std::size_t>(x.channels()), std::numeric_limits<double>::quiet_NaN()));
  finder.find(x, 0, 0);
  finder.finish();
  if (finder.looks_at(0)) finder.look(x, 0, 0);
  return finder.found();
}

// Detectors work in double and know gaps as NaN: other samples are copied.
template <class T>
Samples<double> converted(ConstBlock<T> x) {
  Samples<double> out(x.rows(), x.channels());
  for (Index i = 0; i < x.rows(); ++i) {
    for (Index c = 0; c < x.channels(); ++c) {
      out(i, c) = std::isfinite(x(i, c)) ? static_cast<double>(x(i, c)) : std::numeric_limits<double>::quiet_NaN();
    }
  }
  return out;
}

Found find_in(std::unique_ptr<Detector> detector, SampleRate rate, ConstBlock<float> x, double longest_activity_s) {
  return find(std::move(detector), rate, converted(x), longest_activity_s);
}

Found find_in(std::unique_ptr<Detector> detector, SampleRate rate, ConstBlock<double> x, double longest_activity_s) {
  bool infinite = false;
  for (Index i = 0; i < x.rows() && !infinite; ++i) {
    for (Index c = 0; c < x.channels(); ++c) infinite = infinite || std::isinf(x(i, c));
  }
  if (infinite) return find(std::move(detector), rate, converted(x), longest_activity_s);
  return find(std::move(detector), rate, x, longest_activity_s);
}

py::object detect(const std::string& name, const py::object& x, double fs, double longest_activity_s, const OptionValues& options) {
  const SampleRate rate(fs);
  if (!(longest_activity_s > 0)) {
    throw InvalidArgument({"E-OPTION", "", "longest_activity_s", "a time above 0 s", detail::number(longest_activity_s)});
  }
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    Found found;
    {
      const py::gil_scoped_release unlocked;
      found = find_in(make_detector(name, options, rate, in.channels()), rate, in, longest_activity_s);
    }
    py::list out;
    for (const auto& channel : found) {
      py::list spans;
      for (const Activity& a : channel) spans.append(py::make_tuple(a.span.begin, a.span.end, a.score, a.cut_start, a.cut_end));
      out.append(spans);
    }
    return out;
  });
}

py::list find_change_points(const py::array_t<double>& energy, double penalty) {
  std::vector<double> values(static_cast<std::size_t>(energy.size()));
  for (std::size_t k = 0; k < values.size(); ++k) {
    values[k] = energy.at(static_cast<py::ssize_t>(k));
    if (!(values[k] > 0 && std::isfinite(values[k]))) {
      throw InvalidArgument({"E-OPTION", "", "energy", "finite values above 0", detail::number(values[k])});
    }
  }
  if (!(penalty >= 0)) throw InvalidArgument({"E-OPTION", "", "penalty", "at least 0", detail::number(penalty)});
  std::vector<Index> ends;
  {
    const py::gil_scoped_release unlocked;
    ends = change_points(values, penalty);
  }
  return py::cast(ends);
}

py::list list_detectors() {
  py::list out;
  for (const DetectorEntry& e : detectors()) {
    py::list options;
    for (const auto& [field, value] : e.options) {
      options.append(py::make_tuple(content(std::string(field.name)), value, content(std::string(field.unit)), field.low, field.high,
                                    content(std::string(field.meaning)), content(std::string(field.source))));
    }
    out.append(py::make_tuple(content(e.name), content(e.source), options));
  }
  return out;
}

}  // namespace

void bind_detect(py::module_& m) {
  m.def("detectors", &list_detectors);
  m.def(
      "detect",
      [](const std::string& name, const py::object& x, double fs, double longest_activity_s, const py::dict& options) {
        OptionValues values;
        for (const auto& [key, value] : options) values.emplace_back(key.cast<std::string>(), value.cast<double>());
        return detect(name, x, fs, longest_activity_s, values);
      },
      py::arg("name"), py::arg("x"), py::arg("fs"), py::arg("longest_activity_s"), py::arg("options"));
  m.def("change_points", &find_change_points, py::arg("energy"), py::arg("penalty"));
  m.def("half_normal_mean_survival", &half_normal_mean_survival, py::arg("x"), py::arg("n"), py::call_guard<py::gil_scoped_release>());
  m.def("half_normal_mean_quantile", &half_normal_mean_quantile, py::arg("p"), py::arg("n"), py::call_guard<py::gil_scoped_release>());
}

}  // namespace myocramp::bindings
