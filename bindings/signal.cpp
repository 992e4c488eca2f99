#include <memory>
#include <set>

#include "arrays.hpp"
#include "bindings.hpp"
#include "myocramp/signal/recording.hpp"

namespace myocramp::bindings {
namespace {

// Copies an array of volts times 1 / volts_per_unit into a recording of its own.
Recording from_array(const py::object& x, double fs, std::vector<std::string> names, double volts_per_unit) {
  const SampleRate rate(fs);
  Samples<double> volts;
  with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    const py::gil_scoped_release unlocked;
    volts.resize(in.rows(), in.channels());
    for (Index i = 0; i < in.rows(); ++i) {
      for (Index c = 0; c < in.channels(); ++c) volts(i, c) = static_cast<double>(in(i, c)) * volts_per_unit;
    }
    return {};
  });
  const Index channels = volts.cols();
  if (names.empty()) {
    for (Index c = 0; c < channels; ++c) names.push_back("ch" + std::to_string(c + 1));
  }
  if (static_cast<Index>(names.size()) != channels) {
    throw InvalidArgument({"E-CHANNELS", "", "channel_names", std::to_string(channels) + " names", std::to_string(names.size())});
  }
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (name.empty() || !seen.insert(name).second) {
      throw InvalidArgument({"E-CHANNELS", "", "channel_names", "a name of its own for every channel", "'" + printable(name) + "'"});
    }
  }
  Recording recording;
  recording.layout = "memory";
  Signal signal{.name = "", .rate = rate, .samples = volts.rows(), .channels = {}, .source = nullptr, .conversion = ""};
  for (std::string& name : names) {
    Channel channel;
    channel.name = std::move(name);
    signal.channels.push_back(std::move(channel));
  }
  signal.source = std::make_shared<MemorySource>(std::move(volts));
  recording.signals.push_back(std::move(signal));
  return recording;
}

py::array_t<double> read(const Signal& signal, Index start, Index stop) {
  Samples<double> rows;
  {
    const py::gil_scoped_release unlocked;
    rows = signal.read({start, stop});
  }
  return owned(std::move(rows));
}

template <class List, class F>
py::list each(const List& items, F&& turn) {
  py::list out;
  for (const auto& item : items) out.append(turn(item));
  return out;
}

}  // namespace

py::dict event_dict(const Event& e) {
  using namespace pybind11::literals;
  return py::dict("onset_s"_a = e.onset_s, "duration_s"_a = e.duration_s, "label"_a = content(e.trial_type),
                  "channels"_a = contents(e.channels), "confidence"_a = e.confidence, "annotator"_a = content(e.annotator),
                  "label_source"_a = content(e.label_source), "score"_a = e.score, "detector"_a = content(e.detector));
}

Event event_from(const py::dict& fields) {
  Event e;
  e.onset_s = fields["onset_s"].cast<double>();
  e.duration_s = fields["duration_s"].cast<double>();
  e.trial_type = fields["label"].cast<std::string>();
  for (const py::handle name : fields["channels"]) e.channels.push_back(name.cast<std::string>());
  e.confidence = fields["confidence"].cast<double>();
  e.annotator = fields["annotator"].cast<std::string>();
  e.label_source = fields["label_source"].cast<std::string>();
  e.score = fields["score"].cast<double>();
  e.detector = fields["detector"].cast<std::string>();
  return e;
}

py::list phase_list(const std::vector<Phase>& phases) {
  return each(phases, [](const Phase& p) { return py::make_tuple(p.start_s, p.stop_s, content(p.name)); });
}

void bind_signal(py::module_& m) {
  py::class_<Signal>(m, "Signal")
      .def_property_readonly("name", [](const Signal& s) { return content(s.name); })
      .def_property_readonly("fs", [](const Signal& s) { return s.rate.hertz(); })
      .def_property_readonly("start_s", [](const Signal& s) { return s.start_s; })
      .def_property_readonly("n_samples", [](const Signal& s) { return s.samples; })
      .def_property_readonly("conversion", [](const Signal& s) { return content(s.conversion); })
      .def_property_readonly("channels", [](const Signal& s) { return each(s.channels, [](const Channel& c) { return content(c.name); }); })
      .def("read", &read, py::arg("start_sample"), py::arg("stop_sample"));

  py::class_<Recording>(m, "Recording")
      .def_property_readonly("path", [](const Recording& r) { return file_name(r.path); })
      .def_property_readonly("layout", [](const Recording& r) { return content(r.layout); })
      .def_property_readonly("session_start", [](const Recording& r) { return content(r.session_start); })
      .def_property_readonly("duration_s", &Recording::duration_s)
      .def_property_readonly("signals", [](const Recording& r) { return each(r.signals, [](const Signal& s) { return py::cast(s); }); })
      .def_property_readonly("refused",
                             [](const Recording& r) {
                               return each(r.refused,
                                           [](const Refusal& f) { return py::make_tuple(content(f.signal), f.code, content(f.reason)); });
                             })
      .def_property_readonly("protocol", [](const Recording& r) { return phase_list(r.protocol); })
      .def_property_readonly("labels", [](const Recording& r) { return each(r.labels, event_dict); })
      .def_property_readonly("notes", [](const Recording& r) { return contents(r.notes); });
  m.def("recording_from_array", &from_array, py::arg("x"), py::arg("fs"), py::arg("channel_names"), py::arg("volts_per_unit"));
}

}  // namespace myocramp::bindings
