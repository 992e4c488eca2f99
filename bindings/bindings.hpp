#pragma once

#include <pybind11/pybind11.h>

#include <memory>

#include "myocramp/io/reader.hpp"
#include "myocramp/signal/event.hpp"
#include "myocramp/signal/signal.hpp"

namespace myocramp::bindings {

namespace py = pybind11;

// One function per source file beside this header.
void bind_signal(py::module_& m);
void bind_io(py::module_& m);
void bind_filter(py::module_& m);
void bind_envelope(py::module_& m);
void bind_fatigue(py::module_& m);
void bind_spectral(py::module_& m);
void bind_detect(py::module_& m);
void bind_study(py::module_& m);
void bind_score(py::module_& m);
void bind_benchmark(py::module_& m);
void bind_quality(py::module_& m);
void bind_interference(py::module_& m);
void bind_simulate(py::module_& m);

/// io::open() of a file that must not end this process: the command that the package carries opens it first, in a process of its own.
/// Without the command it is opened here at once. Call it without the GIL. Throws: as io::try_open().
Recording open_tried(const std::string& path, const io::OpenOptions& options);

/// The same trial of a file that is to be edited here. Throws: DataError E-CRASH, E-MEMORY or E-CORRUPT, InternalError E-SPAWN; of what
/// else is wrong the edit speaks, which needs less than all of a recording.
void try_before_edit(const std::string& path);

/// An event as keyword arguments of the Python class, and back.
py::dict event_dict(const Event& event);
Event event_from(const py::dict& fields);

/// A source that Python may read from several threads.
std::shared_ptr<const SampleSource> one_at_a_time(std::shared_ptr<const SampleSource> source);

py::list phase_list(const std::vector<Phase>& phases);

}  // namespace myocramp::bindings
