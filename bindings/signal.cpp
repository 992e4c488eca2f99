#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <type_traits>
#include <utility>

#include "arrays.hpp"
#include "bindings.hpp"
#include "myocramp/signal/crop.hpp"
#include "myocramp/signal/numbers.hpp"
#include "myocramp/signal/pick.hpp"
#include "myocramp/signal/recording.hpp"

namespace myocramp::bindings {
namespace {

// The rows in which every channel is NaN or infinite.
template <class T>
std::vector<Interval> rows_without_samples(const Samples<T>& x) {
  std::vector<Interval> gaps;
  for (Index i = 0; i < x.rows() && x.cols() > 0; ++i) {
    if (x.row(i).isFinite().any()) continue;
    if (!gaps.empty() && gaps.back().end == i) {
      ++gaps.back().end;
    } else {
      gaps.push_back({i, i + 1});
    }
  }
  return gaps;
}

// `names` may be empty: ch1, ch2 ...
std::vector<Channel> channels_of(std::vector<std::string> names, Index channels) {
  if (names.empty()) {
    for (Index c = 0; c < channels; ++c) names.push_back("ch" + std::to_string(c + 1));
  }
  if (static_cast<Index>(names.size()) != channels) {
    throw InvalidArgument({"E-CHANNELS", "", "channel_names", std::to_string(channels) + " names", std::to_string(names.size())});
  }
  std::vector<Channel> out;
  std::set<std::string> seen;
  for (std::string& name : names) {
    if (name.empty() || !seen.insert(name).second) {
      throw InvalidArgument({"E-CHANNELS", "", "channel_names", "a name of its own for every channel", "'" + printable(name) + "'"});
    }
    out.emplace_back().name = std::move(name);
  }
  return out;
}

// Copies an array; floats stay what they are.
Signal signal_of_samples(const py::object& x, double fs, std::vector<std::string> names, double volts_per_unit) {
  Signal signal{.name = "", .rate = SampleRate(fs), .samples = 0, .channels = {}, .source = nullptr, .conversion = ""};
  with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    signal.samples = in.rows();
    signal.channels = channels_of(std::move(names), in.channels());
    const py::gil_scoped_release unlocked;
    Samples<T> numbers(in.rows(), in.channels());
    for (Index i = 0; i < in.rows(); ++i) {
      for (Index c = 0; c < in.channels(); ++c) numbers(i, c) = in(i, c);
    }
    signal.gaps = rows_without_samples(numbers);
    constexpr NumberType kType = std::is_same_v<T, float> ? NumberType::kFloat32 : NumberType::kFloat64;
    Encoding encoding{kType, std::vector<double>(signal.channels.size(), volts_per_unit), 0};
    signal.source = std::make_shared<NumbersSource<T>>(std::move(numbers), std::move(encoding), std::vector<Interval>{});
    return {};
  });
  return signal;
}

using Counts = py::array_t<std::int32_t, py::array::c_style | py::array::forcecast>;

// Integers with the step of each channel. The gaps are checked in Python, where they come from.
Signal signal_of_counts(const Counts& x, double fs, std::vector<std::string> names, std::vector<double> step_v, double offset_v,
                        const std::vector<std::pair<Index, Index>>& gaps) {
  const SampleRate rate(fs);
  const Index channels = x.shape(1);
  if (static_cast<Index>(step_v.size()) != channels) {
    throw InvalidArgument({"E-LENGTH", "", "step_v", std::to_string(channels) + " steps, one per channel", std::to_string(step_v.size())});
  }
  Signal signal{.name = "", .rate = rate, .samples = x.shape(0), .channels = {}, .source = nullptr, .conversion = ""};
  signal.channels = channels_of(std::move(names), channels);
  for (std::size_t c = 0; c < step_v.size(); ++c) signal.channels[c].step_v = step_v[c];
  for (const auto& [begin, end] : gaps) signal.gaps.push_back({begin, end});
  Samples<std::int32_t> counts = Eigen::Map<const Samples<std::int32_t>>(x.data(), x.shape(0), channels);
  signal.source = std::make_shared<NumbersSource<std::int32_t>>(std::move(counts),
                                                                Encoding{NumberType::kInt32, std::move(step_v), offset_v}, signal.gaps);
  return signal;
}

Recording from_array(const py::object& x, double fs, std::vector<std::string> names, double volts_per_unit) {
  Recording recording;
  recording.layout = "memory";
  recording.signals.push_back(signal_of_samples(x, fs, std::move(names), volts_per_unit));
  return recording;
}

// A recording of signals that a reader in Python made.
Recording from_signals(const py::bytes& path, std::string layout, const py::list& signals,
                       const std::vector<std::tuple<std::string, std::string, std::string>>& refused, std::vector<std::string> notes) {
  Recording recording;
  recording.path = std::string(path);
  recording.layout = std::move(layout);
  for (const py::handle s : signals) recording.signals.push_back(s.cast<Signal>());
  for (const auto& [signal, code, reason] : refused) recording.refused.push_back({signal, code, reason});
  recording.notes = std::move(notes);
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

py::object to_python(double value) { return py::float_(value); }
py::object to_python(const std::string& text) { return content(text); }
py::object to_python(const std::vector<std::string>& texts) { return py::tuple(contents(texts)); }

/// Some members of a value as a tuple, and back.
template <class Row, class... Members>
py::tuple fields(const Row& row, Members... members) {
  return py::make_tuple(to_python(row.*members)...);
}
template <class Row, class... Members>
void set_fields(Row& row, const py::tuple& values, Members... members) {
  if (values.size() != sizeof...(members)) throw py::type_error("expected a tuple of " + std::to_string(sizeof...(members)));
  std::size_t i = 0;
  ((row.*members = values[i++].cast<std::remove_cvref_t<decltype(row.*members)>>()), ...);
}

/// A property of the recording that is a list of tuples. Values are checked in Python, where they come from.
template <class Row, class... Members>
void def_rows(py::class_<Recording>& cls, const char* name, std::vector<Row> Recording::* rows, Members... members) {
  cls.def_property(
      name, [=](const Recording& r) { return each(r.*rows, [=](const Row& row) { return fields(row, members...); }); },
      [=](Recording& r, const py::list& values) {
        std::vector<Row> taken;
        for (const py::handle v : values) set_fields(taken.emplace_back(), v.cast<py::tuple>(), members...);
        r.*rows = std::move(taken);
      });
}

void def_text(py::class_<Recording>& cls, const char* name, std::string Recording::* text) {
  cls.def_property(name, [=](const Recording& r) { return content(r.*text); }, [=](Recording& r, std::string value) { r.*text = value; });
}

template <class F>
auto with_electrode(F&& use) {
  return use(&Channel::name, &Channel::muscle, &Channel::side, &Channel::interelectrode_distance_mm, &Channel::label);
}

py::list electrodes(const Recording& recording) {
  py::list out;
  for (const Signal& s : recording.signals) {
    for (const Channel& c : s.channels) out.append(with_electrode([&c](auto... members) { return fields(c, members...); }));
  }
  return out;
}

// Truth follows channels that get new names.
void rename_truth(Recording& recording, const std::vector<Signal>& signals) {
  std::map<std::string, std::string> names;
  for (std::size_t s = 0; s < signals.size(); ++s) {
    for (std::size_t c = 0; c < signals[s].channels.size(); ++c) names[recording.signals[s].channels[c].name] = signals[s].channels[c].name;
  }
  const auto rename = [&names](std::string& name) {
    if (const auto found = names.find(name); found != names.end()) name = found->second;
  };
  for (TrueEvent& e : recording.truth.events) {
    rename(e.peak_channel);
    std::for_each(e.channels.begin(), e.channels.end(), rename);
  }
  for (TrueContaminant& c : recording.truth.contaminants) std::for_each(c.channels.begin(), c.channels.end(), rename);
}

py::dict truth_of(const Recording& recording) {
  using namespace pybind11::literals;
  const auto column = [](const auto& rows, auto member) {
    return each(rows, [member](const auto& row) { return to_python(row.*member); });
  };
  const std::vector<TrueEvent>& e = recording.truth.events;
  const py::list clusters = each(e, [](const TrueEvent& one) { return py::int_(one.cluster); });
  const py::dict events("label"_a = column(e, &TrueEvent::label), "muscle"_a = column(e, &TrueEvent::muscle),
                        "channels"_a = column(e, &TrueEvent::channels), "onset_s"_a = column(e, &TrueEvent::onset_s),
                        "offset_s"_a = column(e, &TrueEvent::offset_s), "detectable_onset_s"_a = column(e, &TrueEvent::detectable_onset_s),
                        "detectable_offset_s"_a = column(e, &TrueEvent::detectable_offset_s),
                        "peak_channel"_a = column(e, &TrueEvent::peak_channel), "peak_v"_a = column(e, &TrueEvent::peak_v),
                        "peak_time_s"_a = column(e, &TrueEvent::peak_time_s), "snr_db"_a = column(e, &TrueEvent::snr_db),
                        "stretch_s"_a = column(e, &TrueEvent::stretch_s), "cluster"_a = clusters);
  const std::vector<TrueUnit>& u = recording.truth.units;
  const py::tuple units = py::make_tuple(
      column(u, &TrueUnit::muscle), each(u, [](const TrueUnit& one) { return py::int_(one.unit); }), each(u, [](const TrueUnit& one) {
        return py::array_t<double>(static_cast<py::ssize_t>(one.discharges_s.size()), one.discharges_s.data());
      }));
  const std::vector<TrueContaminant>& c = recording.truth.contaminants;
  const py::dict contaminants("kind"_a = column(c, &TrueContaminant::kind), "start_s"_a = column(c, &TrueContaminant::start_s),
                              "stop_s"_a = column(c, &TrueContaminant::stop_s), "channels"_a = column(c, &TrueContaminant::channels));
  return py::dict("events"_a = events, "units"_a = units, "contaminants"_a = contaminants);
}

// `values`: one tuple per channel, in order over all signals.
void set_electrodes(Recording& recording, const py::list& values) {
  std::vector<Signal> signals = recording.signals;
  std::size_t next = 0;
  for (Signal& s : signals) {
    for (Channel& c : s.channels) {
      const auto row = values[next++].cast<py::tuple>();
      with_electrode([&](auto... members) { set_fields(c, row, members...); });
    }
  }
  rename_truth(recording, signals);
  recording.signals = std::move(signals);
}

template <class F>
auto with_subject(F&& use) {
  return use(&Subject::id, &Subject::species, &Subject::sex, &Subject::age, &Subject::weight, &Subject::description);
}

Span span_of(std::optional<double> start_s, std::optional<double> stop_s) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return {start_s.value_or(-kInfinity), stop_s.value_or(kInfinity)};
}

py::list gap_list(const Signal& signal) {
  return each(signal.gaps, [](const Interval& g) { return py::make_tuple(g.begin, g.end); });
}

py::list labels_of(const Recording& recording) { return each(recording.labels, event_dict); }

void set_labels(Recording& recording, const py::list& events) {
  std::vector<Event> labels;
  for (const py::handle e : events) labels.push_back(event_from(e.cast<py::dict>()));
  recording.labels = std::move(labels);
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
  return each(phases, [](const Phase& p) {
    return fields(p, &Phase::start_s, &Phase::stop_s, &Phase::name, &Phase::posture, &Phase::joint_angle_deg);
  });
}

void bind_signal(py::module_& m) {
  py::class_<Signal>(m, "Signal")
      .def_property(
          "name", [](const Signal& s) { return content(s.name); }, [](Signal& s, std::string name) { s.name = std::move(name); })
      .def_property_readonly("fs", [](const Signal& s) { return s.rate.hertz(); })
      .def_property(
          "start_s", [](const Signal& s) { return s.start_s; }, [](Signal& s, double start_s) { s.start_s = start_s; })
      .def_property_readonly("n_samples", [](const Signal& s) { return s.samples; })
      .def_property(
          "conversion", [](const Signal& s) { return content(s.conversion); },
          [](Signal& s, std::string text) { s.conversion = std::move(text); })
      .def_property_readonly("channels", [](const Signal& s) { return each(s.channels, [](const Channel& c) { return content(c.name); }); })
      .def_property_readonly("gaps", &gap_list)
      .def("read", &read, py::arg("start_sample"), py::arg("stop_sample"));

  py::class_<Recording> recording(m, "Recording");
  recording.def_property_readonly("path", [](const Recording& r) { return file_name(r.path); })
      .def_property_readonly("layout", [](const Recording& r) { return content(r.layout); })
      .def_property_readonly("start_s", &Recording::start_s)
      .def_property_readonly("end_s", &Recording::end_s)
      .def_property_readonly("duration_s", &Recording::duration_s)
      .def_property_readonly("signals", [](const Recording& r) { return each(r.signals, [](const Signal& s) { return py::cast(s); }); })
      .def_property_readonly("refused",
                             [](const Recording& r) {
                               return each(r.refused,
                                           [](const Refusal& f) { return py::make_tuple(content(f.signal), f.code, content(f.reason)); });
                             })
      .def_property_readonly("notes", [](const Recording& r) { return contents(r.notes); })
      .def_property("labels", &labels_of, &set_labels)
      .def_property_readonly("truth", &truth_of)
      .def_property("electrodes", &electrodes, &set_electrodes)
      .def_property(
          "subject", [](const Recording& r) { return with_subject([&r](auto... members) { return fields(r.subject, members...); }); },
          [](Recording& r, const py::tuple& values) { with_subject([&](auto... members) { set_fields(r.subject, values, members...); }); })
      .def("crop", [](const Recording& r, std::optional<double> start_s,
                      std::optional<double> stop_s) { return crop(r, span_of(start_s, stop_s)); })
      .def("pick", [](const Recording& r, const std::vector<std::string>& patterns) { return pick(r, patterns); });
  def_text(recording, "session", &Recording::session);
  def_text(recording, "session_start", &Recording::session_start);
  def_text(recording, "description", &Recording::description);
  def_rows(recording, "protocol", &Recording::protocol, &Phase::start_s, &Phase::stop_s, &Phase::name, &Phase::posture,
           &Phase::joint_angle_deg);
  def_rows(recording, "invalid_times", &Recording::invalid_times, &InvalidSpan::start_s, &InvalidSpan::stop_s, &InvalidSpan::reason,
           &InvalidSpan::channels);
  def_rows(recording, "annotated_spans", &Recording::annotated_spans, &AnnotatedSpan::start_s, &AnnotatedSpan::stop_s,
           &AnnotatedSpan::annotator);
  def_rows(recording, "stim_trains", &Recording::stim_trains, &StimTrain::start_s, &StimTrain::stop_s, &StimTrain::frequency_hz,
           &StimTrain::n_pulses, &StimTrain::amplitude_a, &StimTrain::pulse_width_s, &StimTrain::site, &StimTrain::elicited_cramp);
  def_rows(recording, "covariates", &Recording::covariates, &Covariate::name, &Covariate::value, &Covariate::value_text, &Covariate::unit,
           &Covariate::time_s, &Covariate::method);
  m.def("signal_of_samples", &signal_of_samples, py::arg("x"), py::arg("fs"), py::arg("channel_names"), py::arg("volts_per_unit"));
  m.def("signal_of_counts", &signal_of_counts, py::arg("x"), py::arg("fs"), py::arg("channel_names"), py::arg("step_v"),
        py::arg("offset_v"), py::arg("gaps"));
  m.def("recording_of", &from_signals, py::arg("path"), py::arg("layout"), py::arg("signals"), py::arg("refused"), py::arg("notes"));
  m.def("recording_from_array", &from_array, py::arg("x"), py::arg("fs"), py::arg("channel_names"), py::arg("volts_per_unit"));
}

}  // namespace myocramp::bindings
