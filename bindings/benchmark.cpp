#include "myocramp/study/benchmark.hpp"

#include <pybind11/stl.h>

#include "arrays.hpp"
#include "bindings.hpp"

namespace myocramp::bindings {
namespace {

Inputs inputs_of(const std::vector<py::bytes>& paths) {
  std::vector<std::string> names;
  for (const py::bytes& p : paths) names.emplace_back(p);
  const py::gil_scoped_release unlocked;
  return find_inputs(names);
}

// (name, path) of every recording.
py::list benchmark_inputs(const std::vector<py::bytes>& paths) {
  py::list out;
  for (const Input& i : inputs_of(paths).recordings) out.append(py::make_tuple(content(i.recording), file_name(i.path)));
  return out;
}

// (detector, recording, events, error, seconds)
GivenEvents given_from(const py::tuple& given) {
  GivenEvents out;
  out.detector = given[0].cast<std::string>();
  out.recording = given[1].cast<std::string>();
  for (const py::handle e : given[2]) out.events.push_back(event_from(e.cast<py::dict>()));
  out.error = given[3].cast<std::string>();
  out.seconds = given[4].cast<double>();
  return out;
}

py::tuple benchmark(const std::vector<py::bytes>& paths, const py::bytes& directory, const py::dict& request, const py::list& given) {
  BenchmarkOptions options;
  options.methods = request["methods"].cast<std::vector<std::string>>();
  for (const auto& [name, command] : request["programs"].cast<std::vector<std::pair<std::string, std::string>>>()) {
    options.programs.push_back({name, command});
  }
  for (const py::handle g : given) options.given.push_back(given_from(g.cast<py::tuple>()));
  options.labels = request["labels"].cast<std::vector<std::string>>();
  options.rater = request["rater"].cast<std::string>();
  options.config = config_from_json(request["config"].cast<std::string>(), options.methods.size() == 1 ? options.methods.front() : "");
  options.phase = request["phase"].cast<std::string>();
  options.study = std::string(request["study"].cast<py::bytes>());
  options.program = std::string(request["program"].cast<py::bytes>());
  options.jobs = request["jobs"].cast<int>();
  options.limit_s = request["limit_s"].cast<double>();
  options.draws = request["tune"].cast<int>();
  options.seed = request["seed"].cast<std::uint64_t>();
  if (request["force"].cast<bool>()) options.finished = Finished::kRepeat;
  if (request["speed"].cast<bool>()) options.speed = Speed::kShown;

  const Inputs inputs = inputs_of(paths);
  const std::string folder(directory);
  BenchmarkWatch watch;
  watch.stop = [] {
    const py::gil_scoped_acquire locked;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    return false;
  };
  BenchmarkResult result;
  {
    const py::gil_scoped_release unlocked;
    result = myocramp::benchmark(inputs.recordings, folder, options, watch);
  }
  py::list failures;
  for (const BenchmarkFailure& f : result.failures)
    failures.append(py::make_tuple(content(f.detector), content(f.recording), content(f.code + ": " + f.reason)));
  return py::make_tuple(content(result.leaderboard), failures, contents(result.notes));
}

}  // namespace

void bind_benchmark(py::module_& m) {
  m.def("benchmark_inputs", &benchmark_inputs, py::arg("paths"));
  m.def("benchmark", &benchmark, py::arg("paths"), py::arg("directory"), py::arg("request"), py::arg("given"));
}

}  // namespace myocramp::bindings
