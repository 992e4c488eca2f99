#include <exception>

#include "arrays.hpp"
#include "bindings.hpp"
#include "myocramp/core/error.hpp"
#include "myocramp/core/version.hpp"

namespace myocramp::bindings {
namespace {

void raise(const char* type, const Error& e) {
  const Error::Parts& p = e.parts();
  const py::object cls = py::module_::import("myocramp._errors").attr(type);
  const py::object error = cls(p.code, file_name(p.file), file_name(p.place), file_name(p.expected), file_name(p.found));
  PyErr_SetObject(cls.ptr(), error.ptr());
}

// The classes live in Python, where they have documentation and types; the most derived one is looked for first.
void translate(std::exception_ptr pending) {
  try {
    if (pending) std::rethrow_exception(pending);
  } catch (const InvalidArgument& e) {
    raise("InvalidArgument", e);
  } catch (const DataError& e) {
    raise("DataError", e);
  } catch (const IoError& e) {
    raise("IoError", e);
  } catch (const InternalError& e) {
    raise("InternalError", e);
  } catch (const Error& e) {
    raise("MyocrampError", e);
  }
}

std::string found(const py::object& x) { return py::str(py::type::of(x).attr("__name__")).cast<std::string>(); }

}  // namespace

void check_samples(const py::object& x) {
  const auto refuse = [](const std::string& what) {
    throw py::type_error("expected a NumPy array of float32 or float64 volts, found " + what);
  };
  if (!py::isinstance<py::array>(x)) refuse(found(x));
  const py::module_ numpy = py::module_::import("numpy");
  const py::type type = py::type::of(x);
  if (!type.is(numpy.attr("ndarray")) && !type.is(numpy.attr("memmap"))) {
    const bool masked = py::isinstance(x, numpy.attr("ma").attr("MaskedArray"));
    refuse(found(x) + (masked ? ": mark gaps as NaN, x.filled(numpy.nan)" : ": pass a plain array of volts"));
  }
  const py::dtype dtype = py::reinterpret_borrow<py::array>(x).dtype();
  const std::string name = py::str(dtype).cast<std::string>();
  const char kind = dtype.kind();
  if (kind == 'i' || kind == 'u') refuse(name + ": give volts, integers need their conversion factor");
  if (kind != 'f' || (dtype.itemsize() != 4 && dtype.itemsize() != 8)) refuse(name);
  if (!dtype.attr("isnative").cast<bool>()) refuse(name + " in another byte order: x.astype(x.dtype.newbyteorder(\"=\")) turns it");
}

template <class T>
ConstBlock<T> block_of(const py::array& x) {
  if (x.ndim() != 2) throw py::type_error("expected an array of two dimensions (time, channel), found " + std::to_string(x.ndim()));
  constexpr auto kSize = static_cast<py::ssize_t>(sizeof(T));
  const auto stride = [&x](py::ssize_t axis) -> Index {
    if (x.shape(axis) <= 1) return 0;  // never taken, so NumPy lets it be anything
    if (x.strides(axis) % kSize != 0) {
      throw py::type_error("expected strides that are multiples of the item size of " + std::to_string(kSize) + " bytes, found " +
                           std::to_string(x.strides(axis)) + " bytes: pass a copy");
    }
    return x.strides(axis) / kSize;
  };
  const auto* data = static_cast<const T*>(x.data());
  if (reinterpret_cast<std::uintptr_t>(data) % alignof(T) != 0)
    throw py::type_error("expected aligned samples, found unaligned ones: pass a copy");
  return {data, x.shape(0), x.shape(1), stride(0), stride(1)};
}
template ConstBlock<float> block_of<float>(const py::array&);
template ConstBlock<double> block_of<double>(const py::array&);

namespace {
py::str decoded(const std::string& text, const char* errors) {
  PyObject* str = PyUnicode_DecodeUTF8(text.data(), static_cast<py::ssize_t>(text.size()), errors);
  if (str == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::str>(str);
}
}  // namespace

py::str file_name(const std::string& text) { return decoded(text, "surrogateescape"); }
py::str content(const std::string& text) { return decoded(text, "backslashreplace"); }
py::list contents(const std::vector<std::string>& texts) {
  py::list out;
  for (const std::string& t : texts) out.append(content(t));
  return out;
}

}  // namespace myocramp::bindings

PYBIND11_MODULE(_core, m) {
  using namespace myocramp::bindings;
  m.doc() = "Compiled part of myocramp. Use the package, which documents and types what is here.";
  m.attr("version") = myocramp::kVersion;
  pybind11::register_local_exception_translator(&translate);
  m.def("check_samples", &check_samples, pybind11::arg("x"));
  bind_signal(m);
  bind_io(m);
  bind_filter(m);
  bind_envelope(m);
  bind_fatigue(m);
  bind_spectral(m);
  bind_detect(m);
  bind_study(m);
  bind_score(m);
  bind_benchmark(m);
  bind_quality(m);
  bind_interference(m);
  bind_simulate(m);
}
