#pragma once

#include <pybind11/pybind11.h>

#include "myocramp/quality/quality.hpp"
#include "myocramp/signal/feature_table.hpp"

namespace myocramp::bindings {

namespace py = pybind11;

/// {"time_s": (rows,), "channels": [...], "columns": {name: (rows, channels)}, "notes": {name: text}}; the arrays take the table's memory over.
py::dict table_dict(FeatureTable table);

/// Measures as {name: (channels,)} and {name: (spans, channels)}, flags, and artefacts as (channel, start_s, stop_s, reason).
py::dict quality_dict(const SignalQuality& quality, SampleRate rate, double start_s);

}  // namespace myocramp::bindings
