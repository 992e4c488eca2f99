#include "myocramp/study/simulate.hpp"

#include <memory>

#include "arrays.hpp"
#include "bindings.hpp"
#include "myocramp/signal/recording.hpp"
#include "study/scenario.hpp"

namespace myocramp::bindings {
namespace {

// Samples are made in threads that know nothing of Python, under a lock of their own.
Recording recording(const SimulatedStudy& study, int index) {
  const py::gil_scoped_release unlocked;
  Recording r = study.recording(index);
  for (Signal& s : r.signals) s.source = one_at_a_time(std::move(s.source));
  return r;
}

py::list save(const SimulatedStudy& study, const py::bytes& folder, const py::object& progress) {
  const std::string directory(folder);
  SimulateWatch watch;
  watch.on_progress = [&progress](const std::string& /*name*/, double part, std::size_t done, std::size_t total) {
    const py::gil_scoped_acquire locked;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (!progress.is_none()) progress((static_cast<double>(done) + part) / static_cast<double>(total));
  };
  std::vector<std::string> paths;
  {
    const py::gil_scoped_release unlocked;
    paths = simulate(study, directory, watch);
  }
  py::list out;
  for (const std::string& path : paths) out.append(file_name(path));
  return out;
}

// For datasets/make_schema.py: the keys as the program takes them.
py::list keys(const std::string& generator) {
  py::list out;
  for (const ScenarioKey& k : scenario_keys(generator))
    out.append(py::make_tuple(k.path, k.kind, k.low, k.high, k.unit, k.meaning, contents(k.choice)));
  return out;
}

}  // namespace

void bind_simulate(py::module_& m) {
  m.def("scenario_keys", &keys, py::arg("generator"));
  py::class_<SimulatedStudy>(m, "SimulatedStudy")
      .def_static(
          "named",
          [](const py::bytes& scenario, std::uint64_t seed, int threads) { return SimulatedStudy(std::string(scenario), seed, threads); },
          py::arg("scenario"), py::arg("seed"), py::arg("threads"))
      .def_static("of_json", &SimulatedStudy::of_json, py::arg("text"), py::arg("seed"), py::arg("threads"))
      .def_property_readonly("size", &SimulatedStudy::size)
      .def("recording", &recording, py::arg("index"))
      .def("save", &save, py::arg("folder"), py::arg("progress"));
}

}  // namespace myocramp::bindings
