#include "myocramp/quality/quality.hpp"

#include "arrays.hpp"
#include "bindings.hpp"
#include "features.hpp"
#include "myocramp/envelope/normalise.hpp"
#include "myocramp/filter/blanking.hpp"

namespace myocramp::bindings {
namespace {

py::dict measure(const py::object& x, double fs, const py::dict& options, const py::dict& limits) {
  const SampleRate rate(fs);
  QualityOptions quality;
  ArtefactOptions artefacts;
  const auto fill = [](const py::dict& from) {
    return [&from](auto& member, const Field& field) {
      const py::str name(std::string(field.name));
      if (from.contains(name)) member = from[name].cast<std::remove_reference_t<decltype(member)>>();
    };
  };
  describe(quality, fill(options));
  describe(artefacts, fill(limits));
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    SignalQuality out;
    {
      const py::gil_scoped_release unlocked;
      QualityMeter meter(quality, artefacts, rate, in.channels());
      meter.add(in);
      out = meter.finish();
    }
    return quality_dict(out, rate, 0);
  });
}

py::object blank_pulses(const py::object& x, double fs, const std::vector<double>& pulses_s, double before_s, double after_s, bool linear) {
  const SampleRate rate(fs);
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    const std::vector<Interval> windows = blank_windows(pulses_s, rate, in.rows(), {.before_s = before_s, .after_s = after_s});
    return map_block(in,
                     [&](ConstBlock<T> from, Block<T> to) { blank<T>(from, to, windows, linear ? BlankMode::kLinear : BlankMode::kNaN); });
  });
}

std::vector<double> train_pulses(double start_s, double stop_s, double frequency_hz, double n_pulses) {
  StimTrain train;
  train.start_s = start_s;
  train.stop_s = stop_s;
  train.frequency_hz = frequency_hz;
  train.n_pulses = n_pulses;
  return pulse_times(train);
}

py::object divided(const py::object& x, const std::string& method, const std::vector<double>& references_v,
                   const std::vector<std::string>& muscles) {
  std::vector<Normalisation> references;
  for (std::size_t i = 0; i < references_v.size(); ++i) {
    references.push_back({normalisation_method(method), i < muscles.size() ? muscles[i] : "", references_v[i], ""});
  }
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    return map_block(in, [&](ConstBlock<T> from, Block<T> to) { normalise<T>(from, to, references); });
  });
}

py::object largest(const py::object& x, double fs, double window_s) {
  const SampleRate rate(fs);
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    std::vector<double> out;
    {
      const py::gil_scoped_release unlocked;
      out = largest_rms<T>(in, rate, window_s);
    }
    return to_array(out);
  });
}

}  // namespace

py::dict quality_dict(const SignalQuality& quality, SampleRate rate, double start_s) {
  using namespace pybind11::literals;
  const auto channels = static_cast<Index>(quality.channels.size());
  const auto spans = channels == 0 ? 0 : static_cast<Index>(quality.channels.front().spans.size());
  py::dict columns;
  py::dict all;
  for (std::size_t m = 0; m < kQualityNames.size(); ++m) {
    Samples<double> over_spans(spans, channels);
    std::vector<double> over_all;
    for (Index c = 0; c < channels; ++c) {
      const ChannelQuality& of = quality.channels[static_cast<std::size_t>(c)];
      over_all.push_back(values(of.all)[m]);
      for (Index s = 0; s < spans; ++s) over_spans(s, c) = values(of.spans[static_cast<std::size_t>(s)])[m];
    }
    columns[kQualityNames[m]] = owned(std::move(over_spans));
    all[kQualityNames[m]] = to_array(over_all);
  }
  std::vector<double> starts;
  for (Index s = 0; s < spans; ++s) starts.push_back(start_s + rate.time(s * quality.span));
  py::list flags;
  py::list artefacts;
  for (Index c = 0; c < channels; ++c) {
    const ChannelQuality& of = quality.channels[static_cast<std::size_t>(c)];
    flags.append(of.flags);
    for (const Artefact& a : of.artefacts) {
      artefacts.append(py::make_tuple(c, start_s + rate.time(a.rows.begin), start_s + rate.time(a.rows.end), a.reason));
    }
  }
  return py::dict("span_s"_a = rate.time(quality.span), "segment_s"_a = rate.time(quality.segment), "mains_hz"_a = quality.mains_hz,
                  "start_s"_a = to_array(starts), "all"_a = all, "spans"_a = columns, "flags"_a = flags, "artefacts"_a = artefacts);
}

void bind_quality(py::module_& m) {
  m.def("quality", &measure, py::arg("x"), py::arg("fs"), py::arg("options"), py::arg("limits"));
  m.def("blank", &blank_pulses, py::arg("x"), py::arg("fs"), py::arg("pulses_s"), py::arg("before_s"), py::arg("after_s"),
        py::arg("linear"));
  m.def("train_pulses", &train_pulses, py::arg("start_s"), py::arg("stop_s"), py::arg("frequency_hz"), py::arg("n_pulses"));
  m.def("normalise", &divided, py::arg("x"), py::arg("method"), py::arg("references_v"), py::arg("muscles"));
  m.def("largest_rms", &largest, py::arg("x"), py::arg("fs"), py::arg("window_s"));
  m.def("check_alike", [](const std::vector<std::string>& methods) {
    std::vector<Normalisation> all;
    for (const std::string& method : methods) all.push_back({normalisation_method(method), "", 1, ""});
    check_alike(all);
  });
}

}  // namespace myocramp::bindings
