#include <algorithm>
#include <complex>
#include <string>

#include "arrays.hpp"
#include "bindings.hpp"
#include "myocramp/spectral/stft.hpp"
#include "myocramp/spectral/welch.hpp"

namespace myocramp::bindings {
namespace {

py::object welch_density(const py::object& x, double fs, double segment_s, double overlap) {
  const SampleRate rate(fs);
  const SegmentOptions options{.segment_s = segment_s, .overlap = overlap};
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    Samples<double> density;
    {
      const py::gil_scoped_release unlocked;
      density = welch<T>(in, rate, options);
    }
    return py::make_tuple(rate.hertz() / static_cast<double>(segment_grid(options, rate).length), owned(std::move(density)));
  });
}

// (times, distance of bins, values as (frame, channel, bin)) of what fill(x, transform, out) writes.
template <class Value, class T, class Fill>
py::object frames_of(ConstBlock<T> x, Stft& transform, Fill&& fill) {
  const Index frames = transform.frames(x.rows());
  std::vector<double> time_s;
  for (Index r = 0; r < frames; ++r) time_s.push_back(transform.time_s(r));
  py::array_t<Value> out({frames, x.channels(), transform.bins()});
  Value* to = out.mutable_data();
  {
    const py::gil_scoped_release unlocked;
    fill(x, transform, to);
  }
  return py::make_tuple(to_array(time_s), transform.bin_hz(), out);
}

py::object stft_frames(const py::object& x, double fs, double segment_s, double overlap) {
  const SampleRate rate(fs);
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    Stft transform({.segment_s = segment_s, .overlap = overlap}, rate, in.channels());
    return frames_of<std::complex<T>>(in, transform, [](ConstBlock<T> from, Stft& t, std::complex<T>* to) { stft(from, t, to); });
  });
}

py::object spectrogram_frames(const py::object& x, double fs, double segment_s, double overlap) {
  const SampleRate rate(fs);
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    Stft transform({.segment_s = segment_s, .overlap = overlap}, rate, in.channels(), SegmentMean::kRemove);
    return frames_of<T>(in, transform, [](ConstBlock<T> from, Stft& t, T* to) { spectrogram(from, t, to); });
  });
}

}  // namespace

void bind_spectral(py::module_& m) {
  const auto define = [&m](const char* name, auto function) {
    m.def(name, function, py::arg("x"), py::arg("fs"), py::arg("segment_s"), py::arg("overlap"));
  };
  define("welch", &welch_density);
  define("stft", &stft_frames);
  define("spectrogram", &spectrogram_frames);
}

}  // namespace myocramp::bindings
