#pragma once

#include <pybind11/pybind11.h>

#include "myocramp/signal/feature_table.hpp"

namespace myocramp::bindings {

namespace py = pybind11;

/// {"time_s": (rows,), "channels": [...], "columns": {name: (rows, channels)}, "notes": {name: text}}; the arrays take the table's memory over.
py::dict table_dict(FeatureTable table);

}  // namespace myocramp::bindings
