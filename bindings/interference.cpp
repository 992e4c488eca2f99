#include <cmath>
#include <limits>

#include "arrays.hpp"
#include "bindings.hpp"
#include "myocramp/filter/ecg.hpp"
#include "myocramp/filter/mains.hpp"

namespace myocramp::bindings {
namespace {

MainsOptions mains_options(double mains_hz, int harmonics) {
  MainsOptions options;
  options.mains_hz = mains_hz;
  options.harmonics = harmonics;
  return options;
}

template <class T>
MainsCleaned<T> without_mains(ConstBlock<T> x, double fs, double mains_hz, int harmonics) {
  const py::gil_scoped_release unlocked;
  return remove_mains<T>(x, SampleRate(fs), mains_options(mains_hz, harmonics));
}

py::object mains(const py::object& x, double fs, double mains_hz, int harmonics) {
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object { return owned(without_mains<T>(in, fs, mains_hz, harmonics).x); });
}

py::dict hum_dict(const MainsReport& report, const MainsEvidence* evidence) {
  std::vector<double> nominal, frequency, lowest, highest, amplitude, found;
  for (const MainsReport::Harmonic& line : report.lines) {
    nominal.push_back(line.nominal_hz);
    frequency.push_back(line.frequency_hz);
    lowest.push_back(line.lowest_hz);
    highest.push_back(line.highest_hz);
    amplitude.push_back(std::sqrt(line.mean_square) * 1e6);
    found.push_back(report.windows == 0 ? 0 : static_cast<double>(line.found) / static_cast<double>(report.windows));
  }
  py::dict out;
  out["mains_hz"] = report.mains_hz;
  out["harmonics_hz"] = to_array(nominal);
  out["frequency_hz"] = to_array(frequency);
  out["lowest_hz"] = to_array(lowest);
  out["highest_hz"] = to_array(highest);
  out["amplitude_uv"] = to_array(amplitude);
  out["found"] = to_array(found);
  out["n_windows"] = report.windows;
  out["n_unchanged"] = report.unchanged;
  out["log10_chance"] = evidence == nullptr ? std::numeric_limits<double>::quiet_NaN() : evidence->log10_chance;
  return out;
}

py::object find_mains(const py::object& x, double fs, double mains_hz, int harmonics) {
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    const MainsCleaned<T> cleaned = without_mains<T>(in, fs, mains_hz, harmonics);
    py::list out;
    for (std::size_t c = 0; c < cleaned.report.size(); ++c) {
      out.append(hum_dict(cleaned.report[c], cleaned.evidence.empty() ? nullptr : &cleaned.evidence[c]));
    }
    return out;
  });
}

template <class T>
EcgCleaned<T> without_ecg(ConstBlock<T> x, double fs, Index reference) {
  const py::gil_scoped_release unlocked;
  return remove_ecg<T>(x, SampleRate(fs), {}, reference);
}

py::object ecg(const py::object& x, double fs, Index reference) {
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object { return owned(without_ecg<T>(in, fs, reference).x); });
}

py::object find_beats(const py::object& x, double fs, Index reference) {
  return with_block(x, [&]<class T>(ConstBlock<T> in) -> py::object {
    const EcgCleaned<T> cleaned = without_ecg<T>(in, fs, reference);
    std::vector<std::vector<double>> time(cleaned.report.size());
    std::vector<std::vector<double>> amplitude(cleaned.report.size());
    for (const EcgBeat& b : cleaned.beats) {
      time[static_cast<std::size_t>(b.channel)].push_back(b.sample / fs);
      amplitude[static_cast<std::size_t>(b.channel)].push_back(b.amplitude);
    }
    py::list out;
    for (std::size_t c = 0; c < cleaned.report.size(); ++c) {
      const EcgReport& r = cleaned.report[c];
      py::dict fields;
      fields["time_s"] = to_array(time[c]);
      fields["amplitude"] = to_array(amplitude[c]);
      fields["rate_bpm"] = r.rate_bpm;
      fields["height_uv"] = r.height * 1e6;
      fields["n_unmatched"] = r.unmatched;
      fields["found"] = r.steps == 0 ? 0 : static_cast<double>(r.steps_with_ecg) / static_cast<double>(r.steps);
      out.append(fields);
    }
    return out;
  });
}

}  // namespace

void bind_interference(py::module_& m) {
  m.def("mains", &mains, py::arg("x"), py::arg("fs"), py::arg("mains_hz"), py::arg("harmonics"));
  m.def("find_mains", &find_mains, py::arg("x"), py::arg("fs"), py::arg("mains_hz"), py::arg("harmonics"));
  m.def("ecg", &ecg, py::arg("x"), py::arg("fs"), py::arg("reference"));
  m.def("find_beats", &find_beats, py::arg("x"), py::arg("fs"), py::arg("reference"));
}

}  // namespace myocramp::bindings
