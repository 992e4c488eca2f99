#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "myocramp/core/block.hpp"

namespace myocramp::bindings {

namespace py = pybind11;

/// Throws TypeError unless `x` is a NumPy array of native float32 or float64: a cast would hide a mistake of unit or scale.
void check_samples(const py::object& x);

/// A view of a (time, channel) array with whatever strides it has. `x` must outlive it.
/// Throws: TypeError for another rank, and for strides or an address that are no multiple of the item size.
template <class T>
ConstBlock<T> block_of(const py::array& x);

/// Calls use(ConstBlock<float>) or use(ConstBlock<double>) with a view of `x`, whichever it holds.
template <class F>
py::object with_block(const py::object& x, F&& use) {
  check_samples(x);
  const auto array = py::reinterpret_borrow<py::array>(x);
  if (array.itemsize() == static_cast<py::ssize_t>(sizeof(float))) return use(block_of<float>(array));
  return use(block_of<double>(array));
}

/// A new C-contiguous array of the scalar and shape of `x`, filled by fill(x, y) without the GIL.
template <class T, class F>
py::array map_block(ConstBlock<T> x, F&& fill) {
  py::array_t<T> y({x.rows(), x.channels()});
  const Block<T> out(y.mutable_data(), x.rows(), x.channels());
  {
    const py::gil_scoped_release unlocked;
    fill(x, out);
  }
  return y;
}

/// Hands samples over to an array, which frees them.
template <class T>
py::array_t<T> owned(Samples<T> samples) {
  auto* kept = new Samples<T>(std::move(samples));
  const py::capsule owner(kept, [](void* p) { delete static_cast<Samples<T>*>(p); });
  return py::array_t<T>({kept->rows(), kept->cols()}, kept->data(), owner);
}

inline py::array_t<double> to_array(const std::vector<double>& values) {
  return py::array_t<double>(static_cast<py::ssize_t>(values.size()), values.data());
}

/// Text for Python. Bytes that are not UTF-8 come back as they were when they name a file; what a file contains shows them as \xNN.
py::str file_name(const std::string& text);
py::str content(const std::string& text);
py::list contents(const std::vector<std::string>& texts);

}  // namespace myocramp::bindings
