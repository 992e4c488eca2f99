#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "arrays.hpp"
#include "bindings.hpp"
#include "myocramp/detect/activity.hpp"
#include "myocramp/detect/half_normal.hpp"
#include "myocramp/detect/pelt.hpp"
#include "myocramp/detect/registry.hpp"

namespace myocramp::bindings {
namespace {

using Found = std::vector<std::vector<Activity>>;

// What a detector is told beside the samples.
struct Request {
  std::string name;
  OptionValues options;
  SampleRate rate;
  double longest_activity_s = 0;
  std::optional<std::pair<double, double>> rest;  // s from the first sample
};

std::optional<Interval> rest_of(const Request& r, Index rows, Index window) {
  if (!r.rest) return {};
  const auto sample = [&](double s) { return std::clamp<Index>(r.rate.round(Seconds(std::clamp(s, 0.0, 1e9))), 0, rows); };
  const Interval rest{sample(r.rest->first), sample(r.rest->second)};
  if (rest.length() < 10 * window) {
    throw InvalidArgument({"E-REST", "", "rest", "at least " + detail::number(r.rate.time(10 * window)) + " s inside the samples",
                           detail::number(r.rate.time(std::max<Index>(0, rest.length()))) + " s"});
  }
  return rest;
}

// The finder, when it has seen all samples once.
ActivityFinder learned(const Request& r, ConstBlock<double> x) {
  ActivityFinder finder(make_detector(r.name, r.options, r.rate, x.channels()), r.rate, x.channels(), r.longest_activity_s);
  const std::optional<Interval> rest = rest_of(r, x.rows(), finder.lead() + 1);
  finder.learn(x, 0, 0, rest);
  finder.fit(std::vector<double>(static_cast<std::size_t>(x.channels()), std::numeric_limits<double>::quiet_NaN()), {}, rest);
  return finder;
}

Found find(const Request& r, ConstBlock<double> x) {
  ActivityFinder finder = learned(r, x);
  finder.find(x, 0, 0);
  finder.finish();
  if (finder.looks_at(0)) finder.look(x, 0, 0);
  return finder.found();
}

// (values, samples a row).
std::pair<Samples<double>, Index> trace(const Request& r, ConstBlock<double> x) {
  const ActivityFinder finder = learned(r, x);
  const Index frame = finder.frame();
  if (frame == 0) {
    Samples<double> out(x.rows(), x.channels());
    const std::unique_ptr<Detector> detector = make_detector(r.name, r.options, r.rate, x.channels());
    detector->process(x, out);
    out.topRows(std::min(finder.lead(), x.rows())).setConstant(std::numeric_limits<double>::quiet_NaN());
    for (Index i = 0; i < x.rows(); ++i) {
      for (Index c = 0; c < x.channels(); ++c) out(i, c) /= finder.alarm(c, i);
    }
    return {std::move(out), 1};
  }
  Samples<double> out(x.rows() / frame, x.channels());
  for (Index k = 0; k < out.rows(); ++k) {
    for (Index c = 0; c < x.channels(); ++c)
      out(k, c) = static_cast<double>(finder.frames(c)[static_cast<std::size_t>(k)]) / finder.alarm(c, (k + 1) * frame - 1);
  }
  return {std::move(out), frame};
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

// Calls use(samples in double, with NaN for what is not finite): a copy only where one is needed.
template <class F>
auto with_gaps(ConstBlock<float> x, F&& use) {
  return use(ConstBlock<double>(converted(x)));
}
template <class F>
auto with_gaps(ConstBlock<double> x, F&& use) {
  bool infinite = false;
  for (Index i = 0; i < x.rows() && !infinite; ++i) {
    for (Index c = 0; c < x.channels(); ++c) infinite = infinite || std::isinf(x(i, c));
  }
  return infinite ? use(ConstBlock<double>(converted(x))) : use(x);
}

Request request(const std::string& name, double fs, double longest_activity_s, const py::object& rest, const py::dict& options) {
  Request r{name, {}, SampleRate(fs), longest_activity_s, {}};
  if (!(longest_activity_s > 0)) {
    throw InvalidArgument({"E-OPTION", "", "longest_activity_s", "a time above 0 s", detail::number(longest_activity_s)});
  }
  for (const auto& [key, value] : options) r.options.emplace_back(key.cast<std::string>(), value.cast<double>());
  if (!rest.is_none()) r.rest = rest.cast<std::pair<double, double>>();
  return r;
}

py::object detect(const Request& r, const py::object& x) {
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    Found found;
    {
      const py::gil_scoped_release unlocked;
      found = with_gaps(in, [&](ConstBlock<double> samples) { return find(r, samples); });
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

py::object detection_trace(const Request& r, const py::object& x) {
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    std::pair<Samples<double>, Index> found;
    {
      const py::gil_scoped_release unlocked;
      found = with_gaps(in, [&](ConstBlock<double> samples) { return trace(r, samples); });
    }
    return py::make_tuple(owned(std::move(found.first)), found.second);
  });
}

py::list find_change_points(const py::array_t<double>& energy, double penalty) {
  std::vector<double> values(static_cast<std::size_t>(energy.size()));
  double sum = 0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    values[k] = energy.at(static_cast<py::ssize_t>(k));
    if (!(values[k] > 0 && std::isfinite(values[k]))) {
      throw InvalidArgument({"E-OPTION", "", "energy", "finite values above 0", detail::number(values[k])});
    }
    sum += values[k];
  }
  if (!std::isfinite(sum)) throw InvalidArgument({"E-OPTION", "", "energy", "a finite sum", detail::number(sum)});
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
  const auto def = [&m](const char* name, py::object (*f)(const Request&, const py::object&)) {
    m.def(
        name,
        [f](const std::string& detector, const py::object& x, double fs, double longest_activity_s, const py::object& rest,
            const py::dict& options) { return f(request(detector, fs, longest_activity_s, rest, options), x); },
        py::arg("name"), py::arg("x"), py::arg("fs"), py::arg("longest_activity_s"), py::arg("rest"), py::arg("options"));
  };
  def("detect", &detect);
  def("detection_trace", &detection_trace);
  m.def("change_points", &find_change_points, py::arg("energy"), py::arg("penalty"));
  m.def("half_normal_mean_survival", &half_normal_mean_survival, py::arg("x"), py::arg("n"), py::call_guard<py::gil_scoped_release>());
  m.def("half_normal_mean_quantile", &half_normal_mean_quantile, py::arg("p"), py::arg("n"), py::call_guard<py::gil_scoped_release>());
}

}  // namespace myocramp::bindings
